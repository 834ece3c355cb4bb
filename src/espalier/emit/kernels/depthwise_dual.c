/* depthwise_conv_2d for cores with dual 16-bit multiplications. Rows of 16-bit values hold blocks of 4 channels; in a
 * block each pair of pixels is 4 words, one per channel: two taps of a window are one multiplication. Two pixels by two
 * channels are computed at a time. Where RAM counts more than time, or a row is read once, the ring holds bytes, and the
 * window's rows are widened block by block. Channels that the short requantization cannot do are computed anew. */
#include "espalier.h"

#if ESPALIER_DSP
#define START(sum, a, b, plain, added) plain sum "," a "," b "\n"
#define GO_ON(sum, a, b, plain, added) added sum "," a "," b "," sum "\n"
/* 3x3. r0-r2 rows, r3 weights, r4 r5 sums of the first channel's two pixels, r6 r7 of the second one's. A row of a channel
 * has the weights (w0, w1) in r12 and (w1, w2) in lr. how: whether the sums start here. */
#define DATA_1(row, at) "ldrd r8,r9,[" row ",#" at "]\n" "ldrd r10,r11,[" row ",#16+" at "]\n"
#define PAIR_1(even, odd, here, next, how)                                     \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  how(even, here, "r12", "smuad ", "smlad ")                                   \
  how(odd, here, "r12", "smultb ", "smlatb ")                                  \
  "smlabt " even "," next ",lr," even "\n"                                     \
  "smlad " odd "," next ",lr," odd "\n"
#define ROW_1(row, at, how)                                                    \
  DATA_1(row, at)                                                              \
  PAIR_1("r4", "r5", "r8", "r10", how)                                         \
  PAIR_1("r6", "r7", "r9", "r11", how)
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
#define THREE_ROWS(row, at) row("r0", at, START) row("r1", at, GO_ON) row("r2", at, GO_ON)
#define THREE_1(at) THREE_ROWS(ROW_1, at)
#define THREE_2(at) THREE_ROWS(ROW_2, at)
/* Any window. r0 data, lr the next row's address, r12 words left in the row, r1 r2 the two channels' weights, r8 r9 and
 * r10 r11 data of this word and of the next. Two taps later the two change their parts. */
#define TAPS_1(d0, d1, n0, n1)                                                 \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "ldrd " n0 "," n1 ",[r0,#16]!\n"                                             \
  "smlad r4," d0 ",r1,r4\n"                                                    \
  "smlad r6," d1 ",r2,r6\n"                                                    \
  "pkhbt " d0 "," n0 "," d0 "\n"                                               \
  "pkhbt " d1 "," n1 "," d1 "\n"                                               \
  "smladx r5," d0 ",r1,r5\n"                                                   \
  "smladx r7," d1 ",r2,r7\n"
#define TAPS_2(d0, d1, n0, n1)                                                 \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "ldrd " n0 "," n1 ",[r0,#16]!\n"                                             \
  "smlad r4," d0 ",r1,r4\n"                                                    \
  "smlad r6," d1 ",r2,r6\n"                                                    \
  "smlad r5," n0 ",r1,r5\n"                                                    \
  "smlad r7," n1 ",r2,r7\n"
#define ANY(taps, at)                                                          \
  "ldr lr,[sp,#36]\n"                                                          \
  "movs r4,#0\n" "movs r5,#0\n" "movs r6,#0\n" "movs r7,#0\n"                  \
  "2: ldr r0,[lr],#4\n"                                                        \
  "ldrd r1,r12,[sp,#44]\n"                                                     \
  "add r0,r0,r1\n"                                                             \
  "ldrd r8,r9,[r0,#" at "]!\n"                                                 \
  "3:\n" taps("r8", "r9", "r10", "r11")                                        \
  "subs r12,r12,#1\n"                                                          \
  "beq 4f\n"                                                                   \
  taps("r10", "r11", "r8", "r9")                                               \
  "subs r12,r12,#1\n"                                                          \
  "bne 3b\n"                                                                   \
  "4: ldr r12,[sp,#40]\n"                                                      \
  "cmp lr,r12\n"                                                               \
  "bne 2b\n"
#define ANY_1(at) ANY(TAPS_1, at)
#define ANY_2(at) ANY(TAPS_2, at)
#define SCALE(a, to)                \
  "add " a ",r8," a ",lsl #1\n"     \
  "smmulr " a "," a ",r9\n"         \
  "add " a "," a "," a ",asr #31\n" \
  "add " a "," a ",r10\n"           \
  "asr " a "," a ",r11\n"           \
  "ssat " a ",#8," a "\n"           \
  "strb " a "," to "\n"
/* Two channels: `at` bytes into a pair of pixels, `lane` and `next` into the output's. */
#define COUPLE(sums, at, channels, lane, next)                                 \
  sums(at)                                                                     \
  "ldr r12,[sp,#4]\n"                                                          \
  channels                                                                     \
  "ldr lr,[sp,#8]\n"                                                           \
  "str r3,[sp,#32]\n"                                                          \
  "ldr r3,[sp,#12]\n"                                                          \
  "ldm r12!,{r8-r11}\n"                                                        \
  SCALE("r4", "[lr,#" lane "]") SCALE("r5", "[r3,#" lane "]")                  \
  "ldm r12,{r8-r11}\n"                                                         \
  SCALE("r6", "[lr,#" next "]") SCALE("r7", "[r3,#" next "]")
#define ROWS                                                                   \
  "ldrd r3,r12,[sp,#36]\n"                                                     \
  "ldr r12,[sp,#44]\n"                                                         \
  "ldm r3,{r0-r2}\n"                                                           \
  "add r0,r0,r12\n" "add r1,r1,r12\n" "add r2,r2,r12\n"
#define NEXT_ROWS(advance) "adds r0,r0,#" advance "\n" "adds r1,r1,#" advance "\n" "adds r2,r2,#" advance "\n"
#define NEXT_OFFSET(advance) "ldr r8,[sp,#44]\n" "adds r8,r8,#" advance "\n" "str r8,[sp,#44]\n"
/* stack: 0 weights, 4 channels, 8 and 12 out, 16 step, 20 count, 24 turn, 28 spare, 32 the second couple's weights,
 * 36 rows, 40 their end, 44 offset, 48 words, 52 couples */
#define KERNEL(name, rows, sums, next)                                         \
  __asm__(                                                                     \
      ".syntax unified\n"                                                      \
      ".pushsection .text." name ",\"ax\",%progbits\n"                         \
      ".balign 4\n.thumb\n.thumb_func\n.type " name ",%function\n.global " name "\n" \
      name ":\n"                                                               \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#60\n"                                                        \
      "ldm r0!,{r3-r10}\n"                                                     \
      "stm sp,{r3-r10}\n"                                                      \
      "ldm r0,{r3-r7}\n"                                                       \
      "add r12,sp,#36\n"                                                       \
      "stm r12,{r3-r7}\n"                                                      \
      rows                                                                     \
      "1: ldr r3,[sp,#0]\n"                                                    \
      COUPLE(sums, "0", "", "0", "1")                                          \
      "ldr r8,[sp,#52]\n"                                                      \
      "cmp r8,#1\n"                                                            \
      "beq.w 5f\n"                                                             \
      "ldr r3,[sp,#32]\n"                                                      \
      COUPLE(sums, "8", "add r12,r12,#32\n", "2", "3")                         \
      "5: ldrd r8,r9,[sp,#16]\n"                                               \
      "ldrd r10,r11,[sp,#24]\n"                                                \
      "add lr,lr,r8\n"                                                         \
      "add r3,r3,r8\n"                                                         \
      "subs r9,r9,#1\n"                                                        \
      "cmp r9,r10\n"                                                           \
      "it eq\n"                                                                \
      "moveq r3,r11\n"                                                         \
      "strd lr,r3,[sp,#8]\n"                                                   \
      "str r9,[sp,#20]\n"                                                      \
      next                                                                     \
      "cmp r9,#0\n"                                                            \
      "bne.w 1b\n"                                                             \
      "add sp,sp,#60\n"                                                        \
      "pop {r4-r11,pc}\n"                                                      \
      ".size " name ",.-" name "\n"                                            \
      ".popsection\n")
KERNEL("espalier_depthwise_dual_1", ROWS, THREE_1, NEXT_ROWS("16"));
KERNEL("espalier_depthwise_dual_2", ROWS, THREE_2, NEXT_ROWS("32"));
KERNEL("espalier_depthwise_dual_any_1", "", ANY_1, NEXT_OFFSET("16"));
KERNEL("espalier_depthwise_dual_any_2", "", ANY_2, NEXT_OFFSET("32"));
#else
static int32_t value_of(const espalier_depthwise_strip *s, int32_t row, int32_t x, int32_t lane) {
  return ((const int16_t *)(const void *)(s->rows[row] + s->offset))[8 * (x >> 1) + 2 * lane + (x & 1)];
}

static void one_pixel(const espalier_depthwise_strip *s, int32_t taps, int32_t x, int8_t *out) {
  int32_t rows = (int32_t)(s->rows_end - s->rows), lane, row, tap;
  for (lane = 0; lane < 4; lane++) {
    const espalier_rounded_channel *c = s->channels + lane;
    uint32_t total = 0;
    int32_t sum;
    for (row = 0; row < rows; row++) {
      for (tap = 0; tap < taps; tap++) {
        int32_t at = taps == 3 ? 8 * row + 4 * (lane & 1) + tap + (tap == 2 ? 1 : 0)
                               : 4 * (row * s->words + (tap >> 1)) + 2 * (lane & 1) + (tap & 1);
        const int16_t *w = s->weights + (lane >> 1) * rows * (taps == 3 ? 8 : 4 * s->words);
        total += (uint32_t)(value_of(s, row, x + tap, lane) * w[at]);
      }
    }
    sum = espalier_scale_doubled((int32_t)((uint32_t)c->bias + 2 * total), c->multiplier);
    sum += sum >> 31;
    out[lane] = (int8_t)espalier_clamp((int32_t)((uint32_t)sum + (uint32_t)c->rounding) >> c->shift, -128, 127);
  }
}

static void pairs_of(const espalier_depthwise_strip *s, int32_t taps, int32_t stride) {
  int32_t pixel, last = 2 * s->count - 1;
  for (pixel = 0; pixel <= last; pixel++) {
    int8_t *out = s->out[pixel & 1] + (pixel >> 1) * s->step;
    if (pixel == last && s->turn == 1) out = s->spare;
    one_pixel(s, taps, pixel * stride, out);
  }
}

void espalier_depthwise_dual_1(const espalier_depthwise_strip *s) { pairs_of(s, 3, 1); }
void espalier_depthwise_dual_2(const espalier_depthwise_strip *s) { pairs_of(s, 3, 2); }
void espalier_depthwise_dual_any_1(const espalier_depthwise_strip *s) { pairs_of(s, 2 * s->words, 1); }
void espalier_depthwise_dual_any_2(const espalier_depthwise_strip *s) { pairs_of(s, 2 * s->words, 2); }
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

static uint32_t evens(uint32_t values) {
#if ESPALIER_DSP
  __asm__("sxtb16 %0, %0" : "+r"(values));
  return values;
#else
  return ((uint32_t)(int8_t)values & 0xffffu) | (uint32_t)(int8_t)(values >> 16) << 16;
#endif
}

static uint32_t odds(uint32_t values) {
#if ESPALIER_DSP
  __asm__("sxtb16 %0, %0, ror #8" : "+r"(values));
  return values;
#else
  return evens(values >> 8);
#endif
}

/* Where the 4 channels of a block lie in a pixel; 0: next to each other. */
typedef struct {
  int32_t same;  /* all are the first one */
  int32_t at[4];
} Lanes;

static inline uint32_t four(const int8_t *from, const Lanes *lanes) {
  uint32_t values;
  if (lanes == 0) {
    ESPALIER_MOVE4(&values, from);
    return values;
  }
  if (lanes->same) return (uint32_t)(uint8_t)from[lanes->at[0]] * 0x1010101u;
  return (uint32_t)(uint8_t)from[lanes->at[0]] | (uint32_t)(uint8_t)from[lanes->at[1]] << 8 |
         (uint32_t)(uint8_t)from[lanes->at[2]] << 16 | (uint32_t)(uint8_t)from[lanes->at[3]] << 24;
}

/* Pixels of one block, the first of which is the second one of a pair where `odd` is set. */
static inline void widen(int8_t *target, const int8_t *from, int32_t pixels, int32_t pitch, int32_t odd,
                         uint32_t outside, const Lanes *lanes) {
  uint32_t *to = (uint32_t *)(void *)target;
  uint32_t values, next;
  if (odd) {
    values = four(from, lanes);
    put_pair(to, outside, outside, evens(values), odds(values));
    to += 4;
    from += pitch;
    pixels--;
  }
  for (; pixels > 1; pixels -= 2) {
    values = four(from, lanes);
    from += pitch;
    next = four(from, lanes);
    from += pitch;
    put_pair(to, evens(values), odds(values), evens(next), odds(next));
    to += 4;
  }
  if (pixels > 0) {
    values = four(from, lanes);
    put_pair(to, evens(values), odds(values), outside, outside);
  }
}

/* A block of channels that repeat those of the input, or the last one, which is not whole: pixels from `first` on. */
static void widen_apart(const espalier_depthwise_dual_layer *l, int8_t *target, const int8_t *row, int32_t block,
                        int32_t first) {
  int32_t lane, source = l->multiplier == 1 ? block : 0, copy = l->multiplier == 1 ? 0 : block;
  int32_t odd = l->pad_left & 1;
  Lanes lanes;
  for (; copy >= l->multiplier; copy -= l->multiplier) source++;
  for (lane = 0; lane < 4; lane++) {
    lanes.at[lane] = block + lane < l->channels ? source : lanes.at[0];
    if (++copy == l->multiplier) {
      copy = 0;
      source++;
    }
  }
  lanes.same = lanes.at[0] == lanes.at[1] && lanes.at[0] == lanes.at[2] && lanes.at[0] == lanes.at[3];
  widen(target + 16 * ((odd + first) >> 1), row + first * l->in_channels, l->in_width - first, l->in_channels,
        first ? 0 : odd, (uint32_t)l->ring.outside, &lanes);
}

/* One block of a row of the input. Of a last block all pixels are read as whole words but those at the row's end. */
static void widen_block(const espalier_depthwise_dual_layer *l, int8_t *target, const int8_t *row, int32_t block) {
  int32_t odd = l->pad_left & 1, whole = l->multiplier > 1 ? 0 : l->in_width;
  while (whole > 0 && (whole - 1 - l->in_width) * l->in_channels + block + 4 > 0) whole--;
  if (whole < l->in_width && ((odd + whole) & 1)) whole--;
  if (whole > 0) {
    widen(target, row + block, whole, l->in_channels, odd, (uint32_t)l->ring.outside, 0);
  } else {
    whole = 0;
  }
  if (whole < l->in_width) widen_apart(l, target, row, block, whole);
}

static void clamp_row(int8_t *out, int32_t bytes, int32_t low, int32_t high) {
#if ESPALIER_DSP
  uint32_t lows = ((uint32_t)low & 0xffu) * 0x1010101u, highs = ((uint32_t)high & 0xffu) * 0x1010101u, values;
  for (; bytes > 3; bytes -= 4, out += 4) {
    ESPALIER_MOVE4(&values, out);
    __asm__("ssub8 r12, %0, %1\n\tsel %0, %0, %1\n\tssub8 r12, %2, %0\n\tsel %0, %0, %2"
            : "+&r"(values)
            : "r"(lows), "r"(highs)
            : "r12", "cc");
    ESPALIER_MOVE4(out, &values);
  }
#endif
  for (; bytes > 0; bytes--, out++) *out = (int8_t)espalier_clamp(*out, low, high);
}

/* A row of a window: pairs of pixels lie 8 values apart; `odd`: the first is the second one of its pair. */
static int32_t wide_sum(const int16_t *at, int32_t odd, const int8_t *taps, int32_t count) {
  int32_t sum = 0;
  if (odd) {
    sum = at[1] * *taps++;
    at += 8;
    count--;
  }
  for (; count > 1; count -= 2, at += 8, taps += 2) sum += at[0] * taps[0] + at[1] * taps[1];
  return count > 0 ? sum + at[0] * taps[0] : sum;
}

static int32_t narrow_sum(const int8_t *at, int32_t pitch, const int8_t *taps, int32_t count) {
  int32_t sum = 0;
  for (; count > 0; count--, at += pitch) sum += *at * *taps++;
  return sum;
}

/* One row of a channel whose requantization is not short. */
static void slow_channel(const espalier_depthwise_dual_layer *l, void *state, const espalier_slow_channel *c,
                         const int8_t *taps, const int8_t **rows, int8_t *out) {
  int32_t first = l->narrow ? c->channel : 2 * (c->channel & ~3) * l->ring_width + 4 * (c->channel & 3), x, ky;
  for (ky = 0; ky < l->kernel_height; ky++) {
    rows[ky] = espalier_ring_row(&l->ring, state, ky * l->dilation_height) + first;
  }
  for (x = 0; x < l->out_width; x++) {
    int32_t at = x * l->stride_width;
    const int8_t *w = taps;
    uint32_t sum = (uint32_t)c->bias;
    for (ky = 0; ky < l->kernel_height; ky++, w += l->kernel_width) {
      const int16_t *pair = (const int16_t *)(const void *)(rows[ky] + 16 * (at >> 1));
      sum += (uint32_t)(l->narrow ? narrow_sum(rows[ky] + at * l->channels, l->channels, w, l->kernel_width)
                                  : wide_sum(pair, at & 1, w, l->kernel_width));
    }
    out[x * l->channels + c->channel] = espalier_slow_output((int32_t)sum, c, l->out_zero, l->low, l->high);
  }
}

/* Where RAM counts: a block's rows of the window from the ring of bytes. */
static void widen_rows(const espalier_depthwise_dual_layer *l, void *state, int8_t *wide, int32_t block) {
  int32_t i;
  for (i = 0; i < l->kernel_height; i++) {
    const int8_t *row = espalier_ring_row(&l->ring, state, i * l->dilation_height) + block;
    widen(wide + 8 * i * l->ring_width, row, l->ring_width, l->channels, 0, 0, 0);
  }
}

/* A block that is not whole; what is written behind its channels is overwritten by the pixels and blocks to come. */
static void run_last_block(const espalier_depthwise_dual_layer *l, void *state, espalier_depthwise_strip *strip,
                           int8_t *wide, int8_t *last, int8_t *out) {
  int32_t block = l->channels & ~3, x, i;
  if (l->narrow) widen_rows(l, state, wide, block);
  strip->offset = l->narrow ? 0 : 2 * block * l->ring_width;
  strip->weights = l->weights + (block >> 2) * l->block_weights;
  strip->channels = l->scales + block;
  strip->couples = l->channels - block > 2 ? 2 : 1;
  strip->out[0] = last;
  strip->out[1] = l->out_width > 1 ? last + 4 : strip->spare;
  strip->step = 8;
  l->strip(strip);
  out += block;
  for (x = 1; x < l->out_width; x++) {
    /* The second-last pixel of a single channel would reach behind the row. */
    if ((l->out_width - x) * l->channels + l->channels - block >= 4) {
      ESPALIER_MOVE4(out, last);
    } else {
      for (i = block; i < l->channels; i++) out[i - block] = last[i - block];
    }
    last += 4;
    out += l->channels;
  }
  for (i = block; i < l->channels; i++) *out++ = *last++;
}

void espalier_depthwise_dual_row(const espalier_depthwise_dual_layer *l, void *state, void *work, const int8_t *in,
                                 int8_t *out) {
  const int8_t **rows = work;
  int8_t *wide = (int8_t *)work + l->wide_at, spare[4];
  int32_t offset_step = l->narrow ? 0 : 8 * l->ring_width, second = l->channels, block, i;
  espalier_depthwise_strip_kernel kernel = l->strip;
  espalier_depthwise_strip strip;
  (void)in;
  for (i = 0; i < l->kernel_height; i++) {
    rows[i] = l->narrow ? wide + 8 * i * l->ring_width : espalier_ring_row(&l->ring, state, i * l->dilation_height);
  }
  strip.rows = rows;
  strip.rows_end = rows + l->kernel_height;
  strip.words = (l->kernel_width + 1) >> 1;
  strip.count = (l->out_width + 1) >> 1;
  strip.turn = l->out_width & 1 ? 1 : -1;
  strip.spare = spare;
  if (l->channels & 3) run_last_block(l, state, &strip, wide, (int8_t *)work + l->last_at, out);
  /* The last pair's second pixel goes to `spare` where a row has an odd number. */
  strip.offset = 0;
  strip.weights = l->weights;
  strip.channels = l->scales;
  strip.couples = 2;
  strip.step = 2 * second;
  for (block = 0; block + 4 <= l->channels; block += 4) {
    if (l->narrow) widen_rows(l, state, wide, block);
    strip.out[0] = out + block;
    strip.out[1] = l->out_width > 1 ? out + block + second : spare;
    kernel(&strip);
    strip.offset += offset_step;
    strip.weights += l->block_weights;
    strip.channels += 4;
  }
  if (l->low > -128 || l->high < 127) clamp_row(out, l->out_width * l->channels, l->low, l->high);
  for (i = 0; i < l->slow_count; i++) {
    slow_channel(l, state, l->slow + i, l->slow_taps + i * l->kernel_height * l->kernel_width, rows, out);
  }
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_dual_push(const espalier_depthwise_dual_layer *l, void *state, const int8_t *row) {
  int32_t block, bytes = l->in_width * l->in_channels;
  if (l->narrow && l->multiplier == 1) {
    espalier_ring_push(&l->ring, state, row, bytes);
  } else if (l->narrow) {
    espalier_ring_push_repeated(&l->ring, state, row, bytes, l->multiplier);
  } else {
    int8_t *slot = espalier_ring_slot(&l->ring, state) + 16 * (l->pad_left >> 1);
    int32_t odd = l->pad_left & 1, step = 8 * l->ring_width;
    uint32_t outside = (uint32_t)l->ring.outside;
    for (block = 0; l->multiplier == 1 && block + 4 <= l->channels; block += 4, slot += step) {
      widen(slot, row + block, l->in_width, l->in_channels, odd, outside, 0);
    }
    for (; block < l->channels; block += 4, slot += step) widen_block(l, slot, row, block);
    espalier_ring_advance(&l->ring, state);
  }
}

void espalier_depthwise_dual(const espalier_depthwise_dual_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_dual_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_depthwise_dual_row(l, scratch, work, 0, out);
    out += l->out_width * l->channels;
  }
}
