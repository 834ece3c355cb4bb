/* depthwise_conv_2d for cores with byte dot products, windows of at most 4x3 at stride 1 and 4x4 at stride 2. Per 16
 * channels the window's rows are interleaved once: a pixel is 16 channels of 4 rows. 4 rows and 4 columns of a channel are
 * then one gathered vector, a window is one dot product. The sums of some pixels wait in memory, to be rescaled 4 channels
 * at a time. */
#include "espalier.h"

#if ESPALIER_HELIUM
#define PIXEL ESPALIER_SUMS_BYTES   /* also of 16 channels of 4 rows */
#define PIXELS ESPALIER_SUMS_WAITING

/* What the dot products need; the order of the fields is known to the assembly. */
typedef struct {
  const int8_t *base;            /* the first window */
  const int8_t *weights;
  int32_t *sums;                 /* per pixel 16 of them */
  int32_t channels;
  int32_t count;                 /* pixels or pairs of them */
  int32_t unused;
  int32_t column;                /* bytes from one column of the window to the next */
  int32_t last;                  /* column of a vector beyond which there is none to read */
} Strip;

void espalier_depthwise_interleave(int8_t *to, const int8_t *const rows[4], int32_t columns, int32_t pitch);
__asm__(
    ESPALIER_FUNCTION("espalier_depthwise_interleave")
    "push {r4-r7,r8,lr}\n"
    "ldm r1,{r4-r7}\n"
    "dls lr,r2\n"
    "1: vldrb.u8 q0,[r4]\n"
    "vldrb.u8 q1,[r5]\n"
    "vldrb.u8 q2,[r6]\n"
    "vldrb.u8 q3,[r7]\n"
    "add r4,r4,r3\n"
    "add r5,r5,r3\n"
    "add r6,r6,r3\n"
    "add r7,r7,r3\n"
    "vst40.8 {q0,q1,q2,q3},[r0]\n"
    "vst41.8 {q0,q1,q2,q3},[r0]\n"
    "vst42.8 {q0,q1,q2,q3},[r0]\n"
    "vst43.8 {q0,q1,q2,q3},[r0]!\n"
    "le lr,1b\n"
    "pop {r4-r7,r8,pc}\n"
    ESPALIER_END("espalier_depthwise_interleave"));

void espalier_depthwise_pairs(const Strip *strip);
void espalier_depthwise_single(const Strip *strip);
/* One window of at most 4x3, stride 1: what is gathered for a pixel serves the next one too, with the weights one column
 * later. */
#define PAIRS_WEIGHTS "vldrw.u32 q2,[r3],#16\n" "vmov q3,q2\n" "movs r4,#0\n" "vshlc q3,r4,#32\n"
#define PAIRS                     \
  "vldrw.u32 q0,[q1,#128]!\n"     \
  "vmladav.s8 r2,q0,q2\n"         \
  "vmladav.s8 r4,q0,q3\n"         \
  "str r2,[r9],#64\n"             \
  "str r4,[r9],#64\n"
/* One window of at most 4x4, stride 2. */
#define SINGLE_WEIGHTS "vldrw.u32 q2,[r3],#16\n"
#define SINGLE "vldrw.u32 q0,[q1,#128]!\n" "vmladav.s8 r2,q0,q2\n" "str r2,[r9],#64\n"
/* r0 strip, r1 window, r2 r4 sums, r3 weights, r5 sums of the channel, r7 channels, r9 sum, r10 count;
 * q1 addresses of a window's columns, q4 offsets of 4 columns. */
#define STRIP(name, weights, sums)                                             \
  __asm__(                                                                     \
      ESPALIER_FUNCTION(name)                                                  \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#4\n"                                                         \
      "vpush {d8-d9}\n"                                                        \
      "ldm r0,{r1,r3,r5,r7}\n"                                                 \
      "ldrd r10,r11,[r0,#16]\n"                                                \
      "ldrd r6,r4,[r0,#24]\n"                                                  \
      "vdup.32 q0,r4\n"                                                        \
      "movs r4,#0\n"                                                           \
      "vidup.u32 q4,r4,#1\n"                                                   \
      "vmin.u32 q4,q4,q0\n"                                                    \
      "vmul.i32 q4,q4,r6\n"                                                    \
      "subs r1,r1,#128\n"                                                      \
      "1:\n" weights                                                           \
      "vadd.i32 q1,q4,r1\n"                                                    \
      "adds r1,r1,#4\n"                                                        \
      "mov r9,r5\n"                                                            \
      "adds r5,r5,#4\n"                                                        \
      "dls lr,r10\n"                                                           \
      "2:\n" sums                                                              \
      "le lr,2b\n"                                                             \
      "subs r7,r7,#1\n"                                                        \
      "bne 1b\n"                                                               \
      "vpop {d8-d9}\n"                                                         \
      "add sp,sp,#4\n"                                                         \
      "pop {r4-r11,pc}\n"                                                      \
      ESPALIER_END(name))
STRIP("espalier_depthwise_pairs", PAIRS_WEIGHTS, PAIRS);
STRIP("espalier_depthwise_single", SINGLE_WEIGHTS, SINGLE);

/* The window's rows of up to 16 channels, 4 of them interleaved. */
static void interleave(const espalier_depthwise_bytes_layer *l, void *state, int8_t *work, int32_t block) {
  const int8_t *rows[4];
  int32_t i;
  for (i = 0; i < 4; i++) {
    /* Rows behind the window's last have no weight: any will do. */
    rows[i] = espalier_ring_row(&l->ring, state, i < l->kernel_height ? i * l->dilation_height : 0) + block;
  }
  espalier_depthwise_interleave(work, rows, l->ring_width, l->out_channels);
}

void espalier_depthwise_bytes_row(const espalier_depthwise_bytes_layer *l, void *state, void *work, const int8_t *in,
                                  int8_t *out) {
  int32_t block, x;
  Strip strip;
  espalier_depthwise_rescaling how;
  (void)in;
  strip.sums = (int32_t *)(void *)((int8_t *)work + l->plane_bytes);
  strip.column = PIXEL;
  strip.last = l->stride_width == 1 ? 3 : l->kernel_width - 1;
  how.pitch = l->out_channels;
  how.zero = l->out_zero;
  how.low = l->low;
  how.high = l->high;
  for (block = 0; block < l->out_channels; block += 16) {
    int32_t channels = l->out_channels - block < 16 ? l->out_channels - block : 16;
    interleave(l, state, work, block);
    strip.weights = l->weights + block * 16;
    strip.channels = channels;
    how.channels = channels;
    for (x = 0; x < l->out_width; x += PIXELS) {
      int32_t pixels = l->out_width - x < PIXELS ? l->out_width - x : PIXELS;
      strip.base = (int8_t *)work + x * PIXEL * l->stride_width;
      how.pixels = pixels;
      if (l->stride_width == 1) {
        strip.count = (pixels + 1) >> 1;
        espalier_depthwise_pairs(&strip);
      } else {
        strip.count = pixels;
        espalier_depthwise_single(&strip);
      }
      espalier_depthwise_finish(strip.sums, l->channels + block, out + x * l->out_channels + block, &how);
      espalier_depthwise_finish_slow(strip.sums, l->slow, l->slow_count, block, out + x * l->out_channels + block, &how);
    }
  }
  espalier_ring_next(&l->ring, state);
}
#else
static int8_t finished(const espalier_depthwise_bytes_layer *l, const espalier_channel *c, int32_t channel, int32_t sum) {
  int32_t i;
  for (i = 0; i < l->slow_count; i++) {
    int32_t total = (int32_t)((uint32_t)sum + (uint32_t)l->slow[i].bias);
    if (l->slow[i].channel == channel) return espalier_slow_output(total, l->slow + i, l->out_zero, l->low, l->high);
  }
  sum = espalier_requantize(sum + c->bias, c->multiplier, -c->shift) + l->out_zero;
  return (int8_t)espalier_clamp(sum, l->low, l->high);
}

void espalier_depthwise_bytes_row(const espalier_depthwise_bytes_layer *l, void *state, void *work, const int8_t *in,
                                  int8_t *out) {
  int32_t x, channel, ky, kx;
  (void)work;
  (void)in;
  for (x = 0; x < l->out_width; x++) {
    for (channel = 0; channel < l->out_channels; channel++) {
      const espalier_channel *c = l->channels + channel;
      int32_t sum = 0;
      for (ky = 0; ky < l->kernel_height; ky++) {
        const int8_t *at = espalier_ring_row(&l->ring, state, ky * l->dilation_height) + channel;
        for (kx = 0; kx < l->kernel_width; kx++) {
          sum += at[(x * l->stride_width + kx) * l->out_channels] * l->weights[16 * channel + 4 * kx + ky];
        }
      }
      out[channel] = finished(l, c, channel, sum);
    }
    out += l->out_channels;
  }
  espalier_ring_next(&l->ring, state);
}
#endif

void espalier_depthwise_bytes_push(const espalier_depthwise_bytes_layer *l, void *state, const int8_t *row) {
  int32_t bytes = l->in_width * l->in_channels;
  if (l->multiplier == 1) {
    espalier_ring_push(&l->ring, state, row, bytes);
  } else {
    espalier_ring_push_repeated(&l->ring, state, row, bytes, l->multiplier);
  }
}

void espalier_depthwise_bytes(const espalier_depthwise_bytes_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_bytes_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_depthwise_bytes_row(l, scratch, work, 0, out);
    out += l->out_width * l->out_channels;
  }
}
