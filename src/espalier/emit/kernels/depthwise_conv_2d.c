/* depthwise_conv_2d. Rows go through a ring of padded 16-bit rows, so that the output may be written over the input. A
 * ring row holds blocks of 4 channels, one after the other; in a block each pixel is 4 values in the order 0, 2, 1, 3.
 * 3x3 windows take two pixels by four channels at a time, the eight sums in registers. */
#include "espalier.h"

/* What the 3x3 kernels need; the order of the fields is known to the assembly. */
typedef struct {
  const int8_t *rows[3];           /* the window's rows at the first pixel */
  const int16_t *weights;
  const espalier_channel *channels;
  int32_t count;                   /* pairs of pixels */
  int32_t advance;                 /* bytes from one pair to the next */
  int32_t pitch;                   /* bytes from one output pixel to the next */
  int32_t zero;                    /* 2 * output zero point + 1 */
} Strip;

#if ESPALIER_DSP
void espalier_depthwise_3x3_stride_1(const Strip *strip, int8_t *out);
void espalier_depthwise_3x3_stride_2(const Strip *strip, int8_t *out);
#define TAP_0                    \
  "smlabb r2,r12,r10,r2\n"       \
  "smlabb r3,lr,r11,r3\n"        \
  "smlatt r4,r12,r10,r4\n"       \
  "smlatt r5,lr,r11,r5\n"
#define TAP_1                    \
  "smlabb r6,r12,r10,r6\n"       \
  "smlabb r7,lr,r11,r7\n"        \
  "smlatt r8,r12,r10,r8\n"       \
  "smlatt r9,lr,r11,r9\n"
#define WEIGHT "ldrd r10,r11,[r1],#8\n"
#define COLUMN(offset) "ldrd r12,lr,[r0,#" offset "]\n"
#define ROW_1 WEIGHT COLUMN("0") TAP_0 COLUMN("8") TAP_1 WEIGHT TAP_0 COLUMN("16") TAP_1 WEIGHT TAP_0 COLUMN("24") TAP_1
#define ROW_2                                                                                              \
  WEIGHT COLUMN("0") TAP_0 COLUMN("16") TAP_1 WEIGHT COLUMN("8") TAP_0 COLUMN("24") TAP_1 WEIGHT COLUMN("16") TAP_0 \
  COLUMN("32") TAP_1
#define LINE(at, row) "ldr r0,[sp,#" at "]\n" row "ldr r12,[sp,#24]\n" "add r0,r0,r12\n" "str r0,[sp,#" at "]\n"
#define SCALE(a)                    \
  "lsl " a "," a ",#1\n"            \
  "smmulr " a "," a ",r10\n"        \
  "add " a "," a "," a ",asr #31\n" \
  "add " a "," a ",lr\n"            \
  "asr " a "," a ",r11\n"           \
  "ssat " a ",#8," a "\n"
#define CHANNEL(at, lane, a, b)     \
  "ldrd r10,r11,[r12,#" at "]\n"    \
  "ldr lr,[sp,#32]\n"               \
  "lsl lr,lr,r11\n"                 \
  "asr lr,lr,#1\n"                  \
  SCALE(a) "strb " a ",[r1,#" lane "]\n" SCALE(b) "strb " b ",[r0,#" lane "]\n"
/* stack: 0, 4, 8 rows, 12 weights, 16 channels, 20 count, 24 advance, 28 pitch, 32 zero, 36 out */
#define KERNEL(name, row)                                                      \
  __asm__(                                                                     \
      ".syntax unified\n"                                                      \
      ".pushsection .text." name ",\"ax\",%progbits\n"                         \
      ".balign 4\n.thumb\n.thumb_func\n.type " name ",%function\n.global " name "\n" \
      name ":\n"                                                               \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#44\n"                                                        \
      "ldm r0,{r2-r10}\n"                                                      \
      "stm sp,{r2-r10}\n"                                                      \
      "str r1,[sp,#36]\n"                                                      \
      "1: ldr r12,[sp,#16]\n"                                                  \
      "ldr r1,[sp,#12]\n"                                                      \
      "ldr r2,[r12]\n"                                                         \
      "ldr r3,[r12,#12]\n"                                                     \
      "ldr r4,[r12,#24]\n"                                                     \
      "ldr r5,[r12,#36]\n"                                                     \
      "mov r6,r2\n"                                                            \
      "mov r7,r3\n"                                                            \
      "mov r8,r4\n"                                                            \
      "mov r9,r5\n"                                                            \
      LINE("0", row) LINE("4", row) LINE("8", row)                             \
      "ldr r12,[sp,#16]\n"                                                     \
      "ldr r1,[sp,#36]\n"                                                      \
      "ldr r0,[sp,#28]\n"                                                      \
      "add r0,r0,r1\n"                                                         \
      CHANNEL("4", "0", "r2", "r6") CHANNEL("16", "1", "r3", "r7")             \
      CHANNEL("28", "2", "r4", "r8") CHANNEL("40", "3", "r5", "r9")            \
      "ldr r2,[sp,#28]\n"                                                      \
      "add r0,r0,r2\n"                                                         \
      "str r0,[sp,#36]\n"                                                      \
      "ldr r2,[sp,#20]\n"                                                      \
      "subs r2,r2,#1\n"                                                        \
      "str r2,[sp,#20]\n"                                                      \
      "bne.w 1b\n"                                                             \
      "add sp,sp,#44\n"                                                        \
      "pop {r4-r11,pc}\n"                                                      \
      ".size " name ",.-" name "\n"                                            \
      ".popsection\n")
KERNEL("espalier_depthwise_3x3_stride_1", ROW_1);
KERNEL("espalier_depthwise_3x3_stride_2", ROW_2);
#endif

/* One row of the input into the ring, each channel `multiplier` times. */
static void take_row(const espalier_depthwise_conv_2d_layer *l, int8_t *slot, const int8_t *in) {
  int32_t block, x, lane;
  int32_t source = 0, repeat = 0;
  for (block = 0; block < l->out_channels; block += 4) {
    int16_t *to = (int16_t *)(void *)slot + (block >> 2) * l->ring_width * 4 + l->pad_left * 4;
    const int8_t *from = in + block;
    if (l->multiplier == 1 && block + 4 <= l->out_channels) {
      for (x = l->in_width; x > 0; x--) {
#if ESPALIER_DSP
        uint32_t values, even, odd;
        uint32_t *words = (uint32_t *)(void *)to;
        ESPALIER_MOVE4(&values, from);
        __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(values));
        words[0] = even;
        words[1] = odd;
#else
        to[0] = from[0];
        to[1] = from[2];
        to[2] = from[1];
        to[3] = from[3];
#endif
        to += 4;
        from += l->in_channels;
      }
      source += 4;
      continue;
    }
    for (lane = 0; lane < 4 && block + lane < l->out_channels; lane++) {
      int16_t *place = to + (lane == 1 ? 2 : (lane == 2 ? 1 : lane));
      for (x = 0; x < l->in_width; x++) place[4 * x] = in[x * l->in_channels + source];
      if (++repeat == l->multiplier) {
        repeat = 0;
        source++;
      }
    }
  }
}

/* Sums of 4 channels over the window that starts `offset` bytes into the ring's rows. */
static void window_sums(const espalier_depthwise_conv_2d_layer *l, void *state, int32_t offset, const int16_t *w,
                        int32_t sum[4]) {
  int32_t step = 8 * l->dilation_width;
  int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
  int32_t ky, kx;
  for (ky = 0; ky < l->kernel_height; ky++) {
    const int8_t *at = espalier_ring_row(&l->ring, state, ky * l->dilation_height) + offset;
    for (kx = l->kernel_width; kx > 0; kx--) {
#if ESPALIER_DSP
      const uint32_t *v = (const uint32_t *)(const void *)at, *u = (const uint32_t *)(const void *)w;
      uint32_t even = v[0], odd = v[1], we = u[0], wo = u[1];
      __asm__("smlabb %0, %1, %2, %0" : "+r"(s0) : "r"(even), "r"(we));
      __asm__("smlabb %0, %1, %2, %0" : "+r"(s1) : "r"(odd), "r"(wo));
      __asm__("smlatt %0, %1, %2, %0" : "+r"(s2) : "r"(even), "r"(we));
      __asm__("smlatt %0, %1, %2, %0" : "+r"(s3) : "r"(odd), "r"(wo));
#else
      const int16_t *v = (const int16_t *)(const void *)at;
      s0 = (int32_t)((uint32_t)s0 + (uint32_t)(v[0] * w[0]));
      s2 = (int32_t)((uint32_t)s2 + (uint32_t)(v[1] * w[1]));
      s1 = (int32_t)((uint32_t)s1 + (uint32_t)(v[2] * w[2]));
      s3 = (int32_t)((uint32_t)s3 + (uint32_t)(v[3] * w[3]));
#endif
      at += step;
      w += 4;
    }
  }
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}

/* The pixels of one block, one at a time. */
static void strip_any(const espalier_depthwise_conv_2d_layer *l, void *state, int32_t block, int8_t *out) {
  const espalier_channel *c = l->channels + block;
  const int16_t *w = l->weights + block * l->kernel_height * l->kernel_width;
  int32_t lanes = l->out_channels - block < 4 ? l->out_channels - block : 4;
  int32_t zero = 2 * l->out_zero + 1, fast = l->fast;
  int32_t lane, x;
  for (x = 0; x < l->out_width; x++) {
    int8_t *o = out + x * l->out_channels + block;
    int32_t sum[4];
    sum[0] = c[0].bias;
    sum[1] = c[1].bias;
    sum[2] = c[2].bias;
    sum[3] = c[3].bias;
    window_sums(l, state, 8 * ((block >> 2) * l->ring_width + x * l->stride_width), w, sum);
    for (lane = 0; lane < lanes; lane++) {
      int32_t value = sum[lane], m = c[lane].multiplier, s = c[lane].shift;
      if (fast) {
        value = espalier_scale_doubled(value * 2, m);
        value += value >> 31;
        value = (value + zero * ((int32_t)1 << (s - 1))) >> s;
      } else {
        value = espalier_clamp(espalier_requantize(value, m, s), -512, 511) + l->out_zero;
      }
      o[lane] = (int8_t)espalier_clamp(value, -128, 127);
    }
  }
}

#if ESPALIER_DSP
/* A whole row of one block by pairs of pixels; an odd last pixel is computed together with the one before it. */
static void strip_3x3(const espalier_depthwise_conv_2d_layer *l, void *state, int32_t block, int8_t *out) {
  void (*kernel)(const Strip *, int8_t *) =
      l->stride_width == 1 ? espalier_depthwise_3x3_stride_1 : espalier_depthwise_3x3_stride_2;
  int32_t offset = 8 * (block >> 2) * l->ring_width, i;
  Strip strip;
  strip.weights = l->weights + block * 9;
  strip.channels = l->channels + block;
  strip.count = l->out_width >> 1;
  strip.advance = 16 * l->stride_width;
  strip.pitch = l->out_channels;
  strip.zero = 2 * l->out_zero + 1;
  for (i = 0; i < 3; i++) {
    strip.rows[i] = espalier_ring_row(&l->ring, state, i) + offset;
  }
  kernel(&strip, out + block);
  if (l->out_width & 1) {
    for (i = 0; i < 3; i++) strip.rows[i] += 8 * l->stride_width * (l->out_width - 2);
    strip.count = 1;
    kernel(&strip, out + block + (l->out_width - 2) * l->out_channels);
  }
}
#endif

void espalier_depthwise_conv_2d_row(const espalier_depthwise_conv_2d_layer *l, void *state, void *work,
                                    const int8_t *in, int8_t *out) {
  int32_t block;
  (void)work;
  (void)in;
  for (block = 0; block < l->out_channels; block += 4) {
#if ESPALIER_DSP
    if (l->pairs && block + 4 <= l->out_channels) {
      strip_3x3(l, state, block, out);
      continue;
    }
#endif
    strip_any(l, state, block, out);
  }
  if (l->low > -128 || l->high < 127) {
    int32_t i;
    for (i = 0; i < l->out_width * l->out_channels; i++) out[i] = (int8_t)espalier_clamp(out[i], l->low, l->high);
  }
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_conv_2d_start(const espalier_depthwise_conv_2d_layer *l, void *state) {
  espalier_ring_start(&l->ring, state);
}

void espalier_depthwise_conv_2d_push(const espalier_depthwise_conv_2d_layer *l, void *state, const int8_t *row) {
  take_row(l, espalier_ring_slot(&l->ring, state), row);
  espalier_ring_advance(&l->ring, state);
}

void espalier_depthwise_conv_2d(const espalier_depthwise_conv_2d_layer *l, const int8_t *in, int8_t *out,
                                void *scratch) {
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_conv_2d_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_depthwise_conv_2d_row(l, scratch, 0, 0, out);
    out += l->out_width * l->out_channels;
  }
}
