/* depthwise_conv_2d, 3x3, for cores with dual 16-bit multiplications. Rows of 16-bit values hold blocks of 4 channels; in
 * a block each pair of pixels is 4 words, one per channel: two taps of a window are one multiplication. Two pixels by two
 * channels are computed at a time. Where RAM counts more than time the ring holds bytes, and the window's rows are widened
 * block by block. */
#include "espalier.h"

/* What the kernels need; the order of the fields is known to the assembly, which counts in it. */
typedef struct {
  const int8_t *rows[3];
  const int16_t *weights;
  const espalier_rounded_channel *channels;
  int8_t *out[2];         /* of the pair's pixels */
  int32_t step;           /* bytes from one pair's pixels to the next one's */
  int32_t count;          /* pairs */
} Strip;

#if ESPALIER_DSP
void espalier_depthwise_dual_1(const Strip *strip);
void espalier_depthwise_dual_2(const Strip *strip);
/* r0-r2 rows, r3 weights, r4 r5 sums of the first channel's two pixels, r6 r7 of the second one's. A row of a channel has
 * the weights (w0, w1) in r12 and (w1, w2) in lr. first: the sums start here. */
#define DATA_1(row, at) "ldrd r8,r9,[" row ",#" at "]\n" "ldrd r10,r11,[" row ",#16+" at "]\n"
#define PAIR_1(even, odd, here, next, first, also)                             \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  first(even, here, "r12", "smuad ", "smlad ")                                 \
  also(odd, here, "r12", "smultb ", "smlatb ")                                 \
  "smlabt " even "," next ",lr," even "\n"                                     \
  "smlad " odd "," next ",lr," odd "\n"
#define START(sum, a, b, plain, added) plain sum "," a "," b "\n"
#define GO_ON(sum, a, b, plain, added) added sum "," a "," b "," sum "\n"
#define ROW_1(row, at, how)                                                    \
  DATA_1(row, at)                                                              \
  PAIR_1("r4", "r5", "r8", "r10", how, how)                                    \
  PAIR_1("r6", "r7", "r9", "r11", how, how)
#define PAIR_2(even, odd, row, at, how)                                        \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  "ldr r8,[" row ",#" at "]\n"                                                 \
  "ldr r9,[" row ",#16+" at "]\n"                                              \
  "ldr r10,[" row ",#32+" at "]\n"                                             \
  how(even, "r8", "r12", "smuad ", "smlad ")                                   \
  how(odd, "r9", "r12", "smuad ", "smlad ")                                    \
  "smlabt " even ",r9,lr," even "\n"                                           \
  "smlabt " odd ",r10,lr," odd "\n"
#define ROW_2(row, at, how) PAIR_2("r4", "r5", row, at, how) PAIR_2("r6", "r7", row, at "+4", how)
#define SCALE(a, to)                \
  "add " a ",r8," a ",lsl #1\n"     \
  "smmulr " a "," a ",r9\n"         \
  "add " a "," a "," a ",asr #31\n" \
  "add " a "," a ",r10\n"           \
  "asr " a "," a ",r11\n"           \
  "ssat " a ",#8," a "\n"           \
  "strb " a "," to "\n"
/* Two channels: `at` bytes into a pair of pixels, `lane` and `next` into the output's. */
#define COUPLE(row, at, channels, lane, next)                                  \
  row("r0", at, START) row("r1", at, GO_ON) row("r2", at, GO_ON)               \
  "ldr r12,[sp,#4]\n"                                                          \
  channels                                                                     \
  "ldr lr,[sp,#8]\n"                                                           \
  "str r3,[sp,#24]\n"                                                          \
  "ldr r3,[sp,#12]\n"                                                          \
  "ldm r12!,{r8-r11}\n"                                                        \
  SCALE("r4", "[lr,#" lane "]") SCALE("r5", "[r3,#" lane "]")                  \
  "ldm r12,{r8-r11}\n"                                                         \
  SCALE("r6", "[lr,#" next "]") SCALE("r7", "[r3,#" next "]")
/* stack: 0 weights, 4 channels, 8 and 12 out, 16 step, 20 count, 24 the second couple's weights */
#define KERNEL(name, row, advance)                                             \
  __asm__(                                                                     \
      ".syntax unified\n"                                                      \
      ".pushsection .text." name ",\"ax\",%progbits\n"                         \
      ".balign 4\n.thumb\n.thumb_func\n.type " name ",%function\n.global " name "\n" \
      name ":\n"                                                               \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#28\n"                                                        \
      "add r12,r0,#12\n"                                                       \
      "ldm r12,{r3-r8}\n"                                                      \
      "stm sp,{r3-r8}\n"                                                       \
      "ldm r0,{r0-r2}\n"                                                       \
      "1: ldr r3,[sp,#0]\n"                                                    \
      COUPLE(row, "0", "", "0", "1")                                           \
      "ldr r3,[sp,#24]\n"                                                      \
      COUPLE(row, "8", "add r12,r12,#32\n", "2", "3")                          \
      "ldrd r8,r9,[sp,#16]\n"                                                  \
      "add lr,lr,r8\n"                                                         \
      "add r3,r3,r8\n"                                                         \
      "strd lr,r3,[sp,#8]\n"                                                   \
      "adds r0,r0,#" advance "\n"                                              \
      "adds r1,r1,#" advance "\n"                                              \
      "adds r2,r2,#" advance "\n"                                              \
      "subs r9,r9,#1\n"                                                        \
      "str r9,[sp,#20]\n"                                                      \
      "bne.w 1b\n"                                                             \
      "add sp,sp,#28\n"                                                        \
      "pop {r4-r11,pc}\n"                                                      \
      ".size " name ",.-" name "\n"                                            \
      ".popsection\n")
KERNEL("espalier_depthwise_dual_1", ROW_1, "16");
KERNEL("espalier_depthwise_dual_2", ROW_2, "32");
#else
static int32_t value_at(const int8_t *row, int32_t x, int32_t lane) {
  return ((const int16_t *)(const void *)row)[8 * (x >> 1) + 2 * lane + (x & 1)];
}

static void one_pixel(const Strip *s, int32_t x, int8_t *out) {
  int32_t lane, row;
  for (lane = 0; lane < 4; lane++) {
    const espalier_rounded_channel *c = s->channels + lane;
    int32_t sum = c->bias;
    for (row = 0; row < 3; row++) {
      const int16_t *w = s->weights + 24 * (lane >> 1) + 8 * row + 4 * (lane & 1);
      sum += 2 * (value_at(s->rows[row], x, lane) * w[0] + value_at(s->rows[row], x + 1, lane) * w[1] +
                  value_at(s->rows[row], x + 2, lane) * w[3]);
    }
    sum = espalier_scale_doubled(sum, c->multiplier);
    sum += sum >> 31;
    out[lane] = (int8_t)espalier_clamp((sum + c->rounding) >> c->shift, -128, 127);
  }
}

static void pairs_of(const Strip *s, int32_t stride) {
  int32_t x;
  for (x = 0; x < 2 * s->count; x++) one_pixel(s, x * stride, s->out[x & 1] + (x >> 1) * s->step);
}

static void espalier_depthwise_dual_1(const Strip *s) { pairs_of(s, 1); }
static void espalier_depthwise_dual_2(const Strip *s) { pairs_of(s, 2); }
#endif

/* Two neighbouring pixels of 4 channels; their values are widened in the order 0, 2 and 1, 3. */
static void put_pair(uint32_t *to, uint32_t even, uint32_t odd, uint32_t next_even, uint32_t next_odd) {
#if ESPALIER_DSP
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(to[0]) : "r"(even), "r"(next_even));
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(to[1]) : "r"(odd), "r"(next_odd));
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(to[2]) : "r"(next_even), "r"(even));
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(to[3]) : "r"(next_odd), "r"(odd));
#else
  to[0] = (even & 0xffffu) | next_even << 16;
  to[1] = (odd & 0xffffu) | next_odd << 16;
  to[2] = (next_even & 0xffff0000u) | even >> 16;
  to[3] = (next_odd & 0xffff0000u) | odd >> 16;
#endif
}

static uint32_t widened(const int8_t *at) {
#if ESPALIER_DSP
  uint32_t values;
  ESPALIER_MOVE4(&values, at);
  __asm__("sxtb16 %0, %0" : "+r"(values));
  return values;
#else
  return ((uint32_t)at[0] & 0xffffu) | (uint32_t)at[2] << 16;
#endif
}

static uint32_t widened_odd(const int8_t *at) {
#if ESPALIER_DSP
  uint32_t values;
  ESPALIER_MOVE4(&values, at);
  __asm__("sxtb16 %0, %0, ror #8" : "+r"(values));
  return values;
#else
  return ((uint32_t)at[1] & 0xffffu) | (uint32_t)at[3] << 16;
#endif
}

/* Pixels of one block, the first of which is the second one of a pair where `odd` is set. */
static void widen(int8_t *target, const int8_t *from, int32_t pixels, int32_t pitch, int32_t odd, uint32_t outside) {
  uint32_t *to = (uint32_t *)(void *)target;
  if (odd) {
    put_pair(to, outside, outside, widened(from), widened_odd(from));
    to += 4;
    from += pitch;
    pixels--;
  }
  for (; pixels > 1; pixels -= 2) {
    uint32_t even = widened(from), odds = widened_odd(from);
    from += pitch;
    put_pair(to, even, odds, widened(from), widened_odd(from));
    from += pitch;
    to += 4;
  }
  if (pixels > 0) put_pair(to, widened(from), widened_odd(from), outside, outside);
}

void espalier_depthwise_dual_row(const espalier_depthwise_dual_layer *l, void *state, void *work, const int8_t *in,
                                  int8_t *out) {
  void (*kernel)(const Strip *) = l->stride_width == 1 ? espalier_depthwise_dual_1 : espalier_depthwise_dual_2;
  int32_t odd = l->out_width & 1, last = l->out_width - odd, block, i;
  const int8_t *rows[3];
  Strip strip;
  (void)in;
  for (i = 0; i < 3; i++) {
    rows[i] = l->narrow ? (const int8_t *)work + 8 * i * l->ring_width : espalier_ring_row(&l->ring, state, i);
  }
  strip.weights = l->weights;
  strip.channels = l->scales;
  strip.step = 2 * l->channels;
  for (block = 0; block < l->channels; block += 4) {
    int8_t spare[4];
    for (i = 0; i < 3; i++) {
      strip.rows[i] = rows[i];
      if (l->narrow) {
        const int8_t *row = espalier_ring_row(&l->ring, state, i) + block;
        widen((int8_t *)work + 8 * i * l->ring_width, row, l->ring_width, l->channels, 0, 0);
      } else {
        rows[i] += 8 * l->ring_width;
      }
    }
    strip.out[0] = out + block;
    strip.out[1] = out + block + l->channels;
    strip.count = last >> 1;
    if (last > 0) kernel(&strip);
    if (odd) {
      for (i = 0; i < 3; i++) strip.rows[i] += 8 * l->stride_width * last;
      strip.out[0] = out + block + last * l->channels;
      strip.out[1] = spare;
      strip.count = 1;
      kernel(&strip);
    }
    strip.weights += 48;
    strip.channels += 4;
  }
  if (l->low > -128 || l->high < 127) {
    for (i = 0; i < l->out_width * l->channels; i++) out[i] = (int8_t)espalier_clamp(out[i], l->low, l->high);
  }
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_dual_push(const espalier_depthwise_dual_layer *l, void *state, const int8_t *row) {
  int8_t *slot = espalier_ring_slot(&l->ring, state);
  int32_t block;
  if (l->narrow) {
    espalier_ring_push(&l->ring, state, row, l->in_width * l->channels);
    return;
  }
  for (block = 0; block < l->channels; block += 4) {
    widen(slot + 2 * block * l->ring_width, row + block, l->in_width, l->channels, l->pad_left,
          (uint32_t)l->ring.outside);
  }
  espalier_ring_advance(&l->ring, state);
}

void espalier_depthwise_dual(const espalier_depthwise_dual_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_dual_push(l, scratch, in);
      in += l->in_width * l->channels;
    }
    espalier_depthwise_dual_row(l, scratch, work, 0, out);
    out += l->out_width * l->channels;
  }
}
