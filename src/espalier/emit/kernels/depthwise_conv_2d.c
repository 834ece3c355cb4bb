/* depthwise_conv_2d. Rows go through a ring of padded rows, so that the output may be written over the input. A row of
 * 16-bit values holds blocks of 4 channels, one after the other; in a block each pixel is 4 values in the order 0, 2, 1,
 * 3. Where RAM counts more than time the ring holds bytes, and the window's rows are widened block by block.
 * 3x3 windows take two pixels by four channels at a time, the eight sums in registers. */
#include "espalier.h"

#if ESPALIER_THUMB2
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

void espalier_depthwise_3x3_stride_1(const Strip *strip, int8_t *out);
void espalier_depthwise_3x3_stride_2(const Strip *strip, int8_t *out);
#if ESPALIER_DSP
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
/* Rounded high half of the doubled product. */
#define HIGH(a) "smmulr " a "," a ",r10\n"
#else
/* One channel of a row, its values `at` bytes into a pixel's. */
#define WEIGHT(at, tap) "ldrsh.w r10,[r1,#8*" tap "+" at "]\n"
#define COLUMN(to, at, column) "ldrsh.w " to ",[r0,#8*" column "+" at "]\n"
#define CHANNEL_1(at, a, b)                                                             \
  WEIGHT(at, "0") COLUMN("r12", at, "0") COLUMN("lr", at, "1")                          \
  "mla " a ",r10,r12," a "\n" "mla " b ",r10,lr," b "\n"                                \
  WEIGHT(at, "1") COLUMN("r12", at, "2")                                                \
  "mla " a ",r10,lr," a "\n" "mla " b ",r10,r12," b "\n"                                \
  WEIGHT(at, "2") COLUMN("lr", at, "3")                                                 \
  "mla " a ",r10,r12," a "\n" "mla " b ",r10,lr," b "\n"
#define CHANNEL_2(at, a, b)                                                             \
  WEIGHT(at, "0") COLUMN("r12", at, "0") COLUMN("lr", at, "2")                          \
  "mla " a ",r10,r12," a "\n" "mla " b ",r10,lr," b "\n"                                \
  WEIGHT(at, "2") COLUMN("r12", at, "4")                                                \
  "mla " a ",r10,lr," a "\n" "mla " b ",r10,r12," b "\n"                                \
  WEIGHT(at, "1") COLUMN("r12", at, "1") COLUMN("lr", at, "3")                          \
  "mla " a ",r10,r12," a "\n" "mla " b ",r10,lr," b "\n"
#define ROW_1                                                                           \
  CHANNEL_1("0", "r2", "r6") CHANNEL_1("2", "r4", "r8") CHANNEL_1("4", "r3", "r7")      \
  CHANNEL_1("6", "r5", "r9") "adds r1,r1,#24\n"
#define ROW_2                                                                           \
  CHANNEL_2("0", "r2", "r6") CHANNEL_2("2", "r4", "r8") CHANNEL_2("4", "r3", "r7")      \
  CHANNEL_2("6", "r5", "r9") "adds r1,r1,#24\n"
#define HIGH(a) "smull lr," a "," a ",r10\n" "add " a "," a ",lr,lsr #31\n"
#endif
#define LINE(at, row) "ldr r0,[sp,#" at "]\n" row "ldr r12,[sp,#24]\n" "add r0,r0,r12\n" "str r0,[sp,#" at "]\n"
#define SCALE(a) "lsl " a "," a ",#1\n" HIGH(a) "add " a "," a "," a ",asr #31\n"
#define STORE(a, to) "add " a "," a ",lr\n" "asr " a "," a ",r11\n" "ssat " a ",#8," a "\n" "strb " a "," to "\n"
#define CHANNEL(at, lane, a, b)     \
  "ldrd r10,r11,[r12,#" at "]\n"    \
  SCALE(a) SCALE(b)                 \
  "ldr lr,[sp,#32]\n"               \
  "lsl lr,lr,r11\n"                 \
  "asr lr,lr,#1\n"                  \
  STORE(a, "[r1,#" lane "]") STORE(b, "[r0,#" lane "]")
/* stack: 0, 4, 8 rows, 12 weights, 16 channels, 20 count, 24 advance, 28 pitch, 32 zero, 36 out */
#define KERNEL(name, row)                                                      \
  __asm__(                                                                     \
      ESPALIER_FUNCTION(name)                                                  \
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
      ESPALIER_END(name))
KERNEL("espalier_depthwise_3x3_stride_1", ROW_1);
KERNEL("espalier_depthwise_3x3_stride_2", ROW_2);
#endif

/* Widens 4 channels of a row's pixels to 16 bits, in the order 0, 2, 1, 3. */
static void widen(int8_t *target, const int8_t *from, int32_t pixels, int32_t pitch) {
  int16_t *to = (int16_t *)(void *)target;
  for (; pixels > 0; pixels--) {
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
    from += pitch;
  }
}

/* One row of the input into the ring, each channel `multiplier` times. */
static void take_row(const espalier_depthwise_conv_2d_layer *l, int8_t *slot, const int8_t *in) {
  int32_t block, x, lane;
  int32_t source = 0, repeat = 0;
  for (block = 0; block < l->out_channels; block += 4) {
    int16_t *to = (int16_t *)(void *)slot + (block >> 2) * l->ring_width * 4 + l->pad_left * 4;
    if (l->multiplier == 1 && block + 4 <= l->out_channels) {
      widen((int8_t *)to, in + block, l->in_width, l->in_channels);
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

/* The window's rows of one block, as 16-bit values. */
typedef struct {
  const int8_t *first;
  const int8_t *end;   /* from here on the rows start over, `wrap` bytes before */
  int32_t step, wrap;
} Rows;

static Rows rows_of(const espalier_depthwise_conv_2d_layer *l, void *state, const void *work, int32_t block) {
  Rows rows;
  if (l->narrow) {
    rows.first = work;
    rows.step = 8 * l->ring_width;
    rows.end = rows.first + l->kernel_height * rows.step;
    rows.wrap = 0;
  } else {
    rows.first = espalier_ring_row(&l->ring, state, 0) + 2 * block * l->ring_width;
    rows.step = l->dilation_height * l->ring.row_bytes;
    rows.wrap = l->ring.rows * l->ring.row_bytes;
    rows.end = (const int8_t *)((espalier_ring_state *)state + 1) + rows.wrap;
  }
  return rows;
}

static const int8_t *below(const Rows *rows, const int8_t *row) {
  row += rows->step;
  return row >= rows->end ? row - rows->wrap : row;
}

/* Sums of 4 channels over the window that starts `offset` bytes into the rows. */
static void window_sums(const espalier_depthwise_conv_2d_layer *l, const Rows *rows, int32_t offset, const int16_t *w,
                        int32_t sum[4]) {
  const int8_t *row = rows->first;
  int32_t step = 8 * l->dilation_width;
  int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
  int32_t ky, kx;
  for (ky = l->kernel_height; ky > 0; ky--) {
    const int8_t *at = row + offset;
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
    row = below(rows, row);
  }
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}

static int32_t rescaled(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero) {
  sum = espalier_scale_doubled(sum * 2, multiplier);
  sum += sum >> 31;
  return espalier_clamp((sum + zero * ((int32_t)1 << (shift - 1))) >> shift, -128, 127);
}

/* The pixels of one block, one at a time. */
static void strip_any(const espalier_depthwise_conv_2d_layer *l, const Rows *rows, int32_t block, int8_t *out) {
  const espalier_channel *c = l->channels + block;
  int32_t lanes = l->out_channels - block < 4 ? l->out_channels - block : 4;
  const int16_t *w = l->weights + block * l->kernel_height * l->kernel_width;
  int32_t lane, x;
  for (x = 0; x < l->out_width; x++) {
    int8_t *o = out + x * l->out_channels + block;
    int32_t sum[4];
    sum[0] = c[0].bias;
    sum[1] = c[1].bias;
    sum[2] = c[2].bias;
    sum[3] = c[3].bias;
    window_sums(l, rows, 8 * x * l->stride_width, w, sum);
    for (lane = 0; lane < lanes; lane++) {
      int32_t m = c[lane].multiplier, s = c[lane].shift, value;
      if (l->fast) {
        value = rescaled(sum[lane], m, s, 2 * l->out_zero + 1);
      } else {
        value = espalier_clamp(espalier_requantize(sum[lane], m, s), -512, 511) + l->out_zero;
      }
      o[lane] = (int8_t)espalier_clamp(value, -128, 127);
    }
  }
}

#if ESPALIER_THUMB2
/* A whole row of one block by pairs of pixels; an odd last pixel is computed together with the one before it. */
static void strip_3x3(const espalier_depthwise_conv_2d_layer *l, const Rows *rows, int32_t block, int8_t *out) {
  void (*kernel)(const Strip *, int8_t *) =
      l->stride_width == 1 ? espalier_depthwise_3x3_stride_1 : espalier_depthwise_3x3_stride_2;
  int32_t i;
  Strip strip;
  strip.weights = l->weights + block * 9;
  strip.channels = l->channels + block;
  strip.count = l->out_width >> 1;
  strip.advance = 16 * l->stride_width;
  strip.pitch = l->out_channels;
  strip.zero = 2 * l->out_zero + 1;
  strip.rows[0] = rows->first;
  strip.rows[1] = below(rows, strip.rows[0]);
  strip.rows[2] = below(rows, strip.rows[1]);
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
  int32_t block, i;
  Rows rows;
  (void)in;
  for (block = 0; block < l->out_channels; block += 4) {
    for (i = 0; l->narrow && i < l->kernel_height; i++) {
      const int8_t *row = espalier_ring_row(&l->ring, state, i * l->dilation_height) + block;
      widen((int8_t *)work + 8 * i * l->ring_width, row, l->ring_width, l->out_channels);
    }
    rows = rows_of(l, state, work, block);
#if ESPALIER_THUMB2
    if (l->pairs && block + 4 <= l->out_channels) {
      strip_3x3(l, &rows, block, out);
      continue;
    }
#endif
    strip_any(l, &rows, block, out);
  }
  if (l->low > -128 || l->high < 127) {
    for (i = 0; i < l->out_width * l->out_channels; i++) out[i] = (int8_t)espalier_clamp(out[i], l->low, l->high);
  }
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_conv_2d_push(const espalier_depthwise_conv_2d_layer *l, void *state, const int8_t *row) {
  int32_t bytes = l->in_width * l->in_channels;
  if (l->narrow && l->multiplier == 1) {
    espalier_ring_push(&l->ring, state, row, bytes);
  } else if (l->narrow) {
    espalier_ring_push_repeated(&l->ring, state, row, bytes, l->multiplier);
  } else {
    take_row(l, espalier_ring_slot(&l->ring, state), row);
    espalier_ring_advance(&l->ring, state);
  }
}

void espalier_depthwise_conv_2d(const espalier_depthwise_conv_2d_layer *l, const int8_t *in, int8_t *out,
                                void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_conv_2d_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_depthwise_conv_2d_row(l, scratch, work, 0, out);
    out += l->out_width * l->out_channels;
  }
}
