/* depthwise_conv_2d for cores with byte dot products, any window. The ring's rows hold one channel after the other, so that
 * 16 taps of a window's row are one vector. Four pixels are computed together; the sums of some wait in memory, to be
 * rescaled 4 channels at a time. */
#include "espalier.h"

#if ESPALIER_HELIUM
#define PIXELS ESPALIER_SUMS_WAITING

/* What the dot products need; the order of the fields is known to the assembly, which changes some. */
typedef struct {
  const int8_t *base;       /* the first window of the first channel */
  const int8_t *weights;
  int32_t *sums;
  int32_t channels;
  int32_t fours;            /* of pixels */
  int32_t vectors;          /* of a window */
  const int32_t *offsets;   /* of the window's vectors, in bytes */
  int32_t pitch;            /* bytes from one channel to the next */
  int32_t step;             /* from one window to the next */
} Strip;

/* r0 to, r1 from, r2 pixels, r3 bytes from one pixel to the next */
void espalier_depthwise_plane(int8_t *to, const int8_t *from, int32_t pixels, int32_t step);
__asm__(
    ESPALIER_FUNCTION("espalier_depthwise_plane")
    "push {r4,lr}\n"
    "movs r4,#0\n"
    "vidup.u16 q0,r4,#1\n"
    "vmul.i16 q0,q0,r3\n"
    "lsls r3,r3,#3\n"
    "wlstp.16 lr,r2,2f\n"
    "1: vldrb.u16 q1,[r1,q0]\n"
    "adds r1,r1,r3\n"
    "vstrb.16 q1,[r0],#8\n"
    "letp lr,1b\n"
    "2: pop {r4,pc}\n"
    ESPALIER_END("espalier_depthwise_plane"));

void espalier_depthwise_strip_1(Strip *strip);
void espalier_depthwise_strip_2(Strip *strip);
void espalier_depthwise_strip_any(Strip *strip);
#define TAKE(at, sum) "vldrb.u8 q0,[r12,#" at "]\n" "vmladava.s8 " sum ",q0,q2\n"
#define FOUR_1 TAKE("0", "r2") TAKE("1", "r4") TAKE("2", "r6") TAKE("3", "r8")
#define FOUR_2 TAKE("0", "r2") TAKE("2", "r4") TAKE("4", "r6") TAKE("6", "r8")
#define NEXT "add r12,r12,r7\n"
#define FOUR_ANY TAKE("0", "r2") NEXT TAKE("0", "r4") NEXT TAKE("0", "r6") NEXT TAKE("0", "r8")
/* r0 strip, r2 r4 r6 r8 sums of four pixels, r3 weights, r5 offsets, r7 step, r9 sums, r10 fours left, r11 window */
#define STRIP(name, four)                                                      \
  __asm__(                                                                     \
      ESPALIER_FUNCTION(name)                                                  \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#4\n"                                                         \
      "ldr r7,[r0,#32]\n"                                                      \
      "1: ldr r11,[r0,#0]\n"                                                   \
      "ldr r9,[r0,#8]\n"                                                       \
      "ldr r10,[r0,#16]\n"                                                     \
      "2: ldr r3,[r0,#4]\n"                                                    \
      "ldrd r12,r5,[r0,#20]\n"                                                 \
      "movs r2,#0\n" "movs r4,#0\n" "movs r6,#0\n" "mov r8,r2\n"               \
      "dls lr,r12\n"                                                           \
      "3: ldr r12,[r5],#4\n"                                                   \
      "vldrw.u32 q2,[r3],#16\n"                                                \
      "add r12,r12,r11\n"                                                      \
      four                                                                     \
      "le lr,3b\n"                                                             \
      "str r2,[r9],#64\n"                                                      \
      "str r4,[r9],#64\n"                                                      \
      "str r6,[r9],#64\n"                                                      \
      "str r8,[r9],#64\n"                                                      \
      "add r11,r11,r7,lsl #2\n"                                                \
      "subs r10,r10,#1\n"                                                      \
      "bne 2b\n"                                                               \
      "ldr r1,[r0,#0]\n"                                                       \
      "ldr r2,[r0,#28]\n"                                                      \
      "ldr r4,[r0,#8]\n"                                                       \
      "add r1,r1,r2\n"                                                         \
      "adds r4,r4,#4\n"                                                        \
      "strd r1,r3,[r0,#0]\n"                                                   \
      "ldr r1,[r0,#12]\n"                                                      \
      "subs r1,r1,#1\n"                                                        \
      "strd r4,r1,[r0,#8]\n"                                                   \
      "bne 1b\n"                                                               \
      "add sp,sp,#4\n"                                                         \
      "pop {r4-r11,pc}\n"                                                      \
      ESPALIER_END(name))
STRIP("espalier_depthwise_strip_1", FOUR_1);
STRIP("espalier_depthwise_strip_2", FOUR_2);
STRIP("espalier_depthwise_strip_any", FOUR_ANY);
#else
static void espalier_depthwise_plane(int8_t *to, const int8_t *from, int32_t pixels, int32_t step) {
  for (; pixels > 0; pixels--, from += step) *to++ = *from;
}
#endif

#if ESPALIER_HELIUM
static void channels_of_row(const espalier_depthwise_planes_layer *l, void *state, void *work, int8_t *out) {
  void (*kernel)(Strip *) = l->stride_width == 1   ? espalier_depthwise_strip_1
                            : l->stride_width == 2 ? espalier_depthwise_strip_2
                                                   : espalier_depthwise_strip_any;
  const int8_t *rows = (const int8_t *)((espalier_ring_state *)state + 1);
  int32_t *offsets = work, *sums = (int32_t *)(void *)((int8_t *)work + l->offsets_bytes);
  int32_t block, x, ky, part, vectors = 0;
  espalier_depthwise_rescaling how;
  for (ky = 0; ky < l->kernel_height; ky++) {
    const int8_t *row = espalier_ring_row(&l->ring, state, ky * l->dilation_height);
    for (part = 0; part < l->parts; part++) offsets[vectors++] = (int32_t)(row - rows) + 16 * part;
  }
  how.pitch = l->out_channels;
  how.zero = l->out_zero;
  how.low = l->low;
  how.high = l->high;
  for (block = 0; block < l->out_channels; block += 16) {
    int32_t channels = l->out_channels - block < 16 ? l->out_channels - block : 16;
    how.channels = channels;
    for (x = 0; x < l->out_width; x += PIXELS) {
      Strip strip;
      how.pixels = l->out_width - x < PIXELS ? l->out_width - x : PIXELS;
      strip.base = rows + block * l->pitch + x * l->stride_width;
      strip.weights = l->weights + 16 * block * vectors;
      strip.sums = sums;
      strip.channels = channels;
      strip.fours = (how.pixels + 3) >> 2;
      strip.vectors = vectors;
      strip.offsets = offsets;
      strip.pitch = l->pitch;
      strip.step = l->stride_width;
      kernel(&strip);
      espalier_depthwise_finish(sums, l->channels + block, out + x * l->out_channels + block, &how);
      espalier_depthwise_finish_slow(sums, l->slow, l->slow_count, block, out + x * l->out_channels + block, &how);
    }
  }
}
#else
/* A tap of a channel's windows. */
static const int8_t *tap_of(const espalier_depthwise_planes_layer *l, void *state, int32_t channel, int32_t ky,
                            int32_t kx) {
  return espalier_ring_row(&l->ring, state, ky * l->dilation_height) + channel * l->pitch + kx;
}

static int8_t finished(const espalier_depthwise_planes_layer *l, const espalier_channel *c, int32_t channel, int32_t sum) {
  int32_t i;
  for (i = 0; i < l->slow_count; i++) {
    int32_t total = (int32_t)((uint32_t)sum + (uint32_t)l->slow[i].bias);
    if (l->slow[i].channel == channel) return espalier_slow_output(total, l->slow + i, l->out_zero, l->low, l->high);
  }
  sum = espalier_requantize(sum + c->bias, c->multiplier, -c->shift) + l->out_zero;
  return (int8_t)espalier_clamp(sum, l->low, l->high);
}

static void channels_of_row(const espalier_depthwise_planes_layer *l, void *state, void *work, int8_t *out) {
  int32_t channel, x, ky, kx;
  (void)work;
  for (channel = 0; channel < l->out_channels; channel++) {
    const espalier_channel *c = l->channels + channel;
    for (x = 0; x < l->out_width; x++) {
      const int8_t *w = l->weights + 16 * channel * l->kernel_height * l->parts;
      int32_t sum = 0;
      for (ky = 0; ky < l->kernel_height; ky++, w += 16 * l->parts) {
        for (kx = 0; kx < l->kernel_width; kx++) sum += tap_of(l, state, channel, ky, kx)[x * l->stride_width] * w[kx];
      }
      out[x * l->out_channels + channel] = finished(l, c, channel, sum);
    }
  }
}
#endif

void espalier_depthwise_planes_row(const espalier_depthwise_planes_layer *l, void *state, void *work, const int8_t *in,
                                   int8_t *out) {
  (void)in;
  channels_of_row(l, state, work, out);
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_planes_push(const espalier_depthwise_planes_layer *l, void *state, const int8_t *row) {
  int8_t *to = espalier_ring_slot(&l->ring, state);
  int32_t channel, copy = 0;
  for (channel = 0; channel < l->out_channels; channel++, to += l->pitch) {
    espalier_depthwise_plane(to, row, l->in_width, l->in_channels);
    if (++copy == l->multiplier) {
      copy = 0;
      row++;
    }
  }
  espalier_ring_advance(&l->ring, state);
}

void espalier_depthwise_planes(const espalier_depthwise_planes_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_planes_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_depthwise_planes_row(l, scratch, work, 0, out);
    out += l->out_width * l->out_channels;
  }
}
