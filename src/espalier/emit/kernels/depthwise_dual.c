/* depthwise_conv_2d for cores with dual 16-bit multiplications. Rows of 16-bit values hold one channel after the other, so
 * that two neighbouring taps of a window are one multiplication for any count of channels; four pixels of a channel are
 * computed at a time. Where RAM counts more than time, or a row is read once, the ring holds bytes, and the window's rows
 * are widened four channels at a time. Channels that the short requantization cannot do are computed anew. */
#include "espalier.h"

#if ESPALIER_DSP
/* r4-r7 sums of four pixels, r8-r11 data, r3 weights. 3x3: r0-r2 rows, r12 lr weights; a row of stride 1 has the weights
 * (w0, w1), (w1, w2), one of stride 2 (w0, w1), (w2, 0). The sums of the first row start from the bias in r11. */
#define ROW_1(row, s0, s1, s2, s3)                                             \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  "ldrd r8,r9,[" row "],#8\n"                                                  \
  "ldr r10,[" row "]\n"                                                        \
  "smlad r4,r8,r12," s0 "\n"                                                   \
  "smlatb r5,r8,r12," s1 "\n"                                                  \
  "smlad r6,r9,r12," s2 "\n"                                                   \
  "smlatb r7,r9,r12," s3 "\n"                                                  \
  "smlabt r4,r9,lr,r4\n"                                                       \
  "smlad r5,r9,lr,r5\n"                                                        \
  "smlabt r6,r10,lr,r6\n"                                                      \
  "smlad r7,r10,lr,r7\n"
#define ROW_2(row, s0, s1, s2, s3)                                             \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  "ldrd r8,r9,[" row "],#16\n"                                                 \
  "smlad r4,r8,r12," s0 "\n"                                                   \
  "smlad r5,r9,r12," s1 "\n"                                                   \
  "smlabb r4,r9,lr,r4\n"                                                       \
  "ldrd r8,r9,[" row ",#-8]\n"                                                 \
  "ldr r10,[" row "]\n"                                                        \
  "smlad r6,r8,r12," s2 "\n"                                                   \
  "smlad r7,r9,r12," s3 "\n"                                                   \
  "smlabb r5,r8,lr,r5\n"                                                       \
  "smlabb r6,r9,lr,r6\n"                                                       \
  "smlabb r7,r10,lr,r7\n"
#define PAIR_1(row, s0, s1, s2, s3)                                            \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  "ldrd r8,r9,[" row "]\n"                                                     \
  "smlad r4,r8,r12," s0 "\n"                                                   \
  "smlatb r5,r8,r12," s1 "\n"                                                  \
  "smlabt r4,r9,lr,r4\n"                                                       \
  "smlad r5,r9,lr,r5\n"
#define PAIR_2(row, s0, s1, s2, s3)                                            \
  "ldrd r12,lr,[r3],#8\n"                                                      \
  "ldrd r8,r9,[" row "]\n"                                                     \
  "ldr r10,[" row ",#8]\n"                                                     \
  "smlad r4,r8,r12," s0 "\n"                                                   \
  "smlad r5,r9,r12," s1 "\n"                                                   \
  "smlabb r4,r9,lr,r4\n"                                                       \
  "smlabb r5,r10,lr,r5\n"
#define THREE(row)                                                             \
  "ldr r11,[sp,#48]\n"                                                         \
  row("r0", "r11", "r11", "r11", "r11") row("r1", "r4", "r5", "r6", "r7") row("r2", "r4", "r5", "r6", "r7")
#define THREE_START                                                            \
  "ldr r12,[sp,#24]\n"                                                         \
  "ldr lr,[sp,#28]\n"                                                          \
  "ldm r12,{r0-r2}\n"                                                          \
  "add r0,r0,lr\n" "add r1,r1,lr\n" "add r2,r2,lr\n"
#define THREE_TURN "ldr r12,[sp,#32]\n" "add r0,r0,r12\n" "add r1,r1,r12\n" "add r2,r2,r12\n"
/* Any height. lr rows to come, r0 data, r1 r2 r12 weights. */
#define ROWS(row, more)                                                        \
  "ldr lr,[sp,#24]\n"                                                          \
  "ldr r4,[sp,#48]\n"                                                          \
  "ldr r0,[lr],#4\n"                                                           \
  "mov r5,r4\n"                                                                \
  more                                                                         \
  "3: ldr r12,[sp,#28]\n"                                                      \
  "add r0,r0,r12\n"                                                            \
  row                                                                          \
  "ldr r0,[lr],#4\n"                                                           \
  "cmp r0,#0\n"                                                                \
  "bne 3b\n"
#define FOUR_ROWS(row) ROWS(row, "mov r6,r4\n" "mov r7,r4\n")
#define TWO_ROWS(row) ROWS(row, "")
#define OFFSET_TURN "ldrd r0,r1,[sp,#28]\n" "add r0,r0,r1\n" "str r0,[sp,#28]\n"
#define OFFSET_NEXT(bytes) "ldr r0,[sp,#28]\n" "adds r0,r0,#" bytes "\n" "str r0,[sp,#28]\n"
/* Rows of 5 taps: (w0, w1), (w1, w2), (w2, w3), (w3, w4); of stride 2 (w0, w1), (w2, w3), (w4, 0). */
#define FIVE_1                                                                 \
  "ldrd r8,r9,[r0]\n"                                                          \
  "ldrd r10,r11,[r0,#8]\n"                                                     \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "smlad r4,r8,r1,r4\n" "smlatb r5,r8,r1,r5\n" "smlad r5,r9,r2,r5\n"           \
  "smlad r6,r9,r1,r6\n" "smlatb r7,r9,r1,r7\n" "smlad r7,r10,r2,r7\n"          \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "smlad r4,r9,r1,r4\n" "smlabt r4,r10,r2,r4\n" "smlad r5,r10,r2,r5\n"         \
  "smlad r6,r10,r1,r6\n" "smlabt r6,r11,r2,r6\n" "smlad r7,r11,r2,r7\n"
#define FIVE_PAIR_1                                                            \
  "ldrd r8,r9,[r0]\n"                                                          \
  "ldr r10,[r0,#8]\n"                                                          \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "smlad r4,r8,r1,r4\n" "smlatb r5,r8,r1,r5\n" "smlad r5,r9,r2,r5\n"           \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "smlad r4,r9,r1,r4\n" "smlabt r4,r10,r2,r4\n" "smlad r5,r10,r2,r5\n"
#define FIVE_2                                                                 \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "ldr r12,[r3],#4\n"                                                          \
  "ldrd r8,r9,[r0]\n"                                                          \
  "ldrd r10,r11,[r0,#8]\n"                                                     \
  "smlad r4,r8,r1,r4\n" "smlad r4,r9,r2,r4\n" "smlad r4,r10,r12,r4\n"          \
  "smlad r5,r9,r1,r5\n" "smlad r5,r10,r2,r5\n" "smlad r5,r11,r12,r5\n"         \
  "ldrd r8,r9,[r0,#16]\n"                                                      \
  "smlad r6,r10,r1,r6\n" "smlad r6,r11,r2,r6\n" "smlad r6,r8,r12,r6\n"         \
  "smlad r7,r11,r1,r7\n" "smlad r7,r8,r2,r7\n" "smlad r7,r9,r12,r7\n"
#define FIVE_PAIR_2                                                            \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "ldr r12,[r3],#4\n"                                                          \
  "ldrd r8,r9,[r0]\n"                                                          \
  "ldrd r10,r11,[r0,#8]\n"                                                     \
  "smlad r4,r8,r1,r4\n" "smlad r4,r9,r2,r4\n" "smlad r4,r10,r12,r4\n"          \
  "smlad r5,r9,r1,r5\n" "smlad r5,r10,r2,r5\n" "smlad r5,r11,r12,r5\n"
/* Two taps at a time; data move on by a word. */
#define STEP_1(d0, d1, d2, more)                                               \
  "ldrd r1,r2,[r3],#8\n"                                                       \
  "ldr " d2 ",[r0],#4\n"                                                       \
  "smlad r4," d0 ",r1,r4\n" "smlad r5," d1 ",r2,r5\n"                          \
  "smlad r6," d1 ",r1,r6\n" "smlad r7," d2 ",r2,r7\n"                          \
  "subs r11,r11,#1\n"                                                          \
  more                                                                         \
  "smlabt r4," d1 ",r2,r4\n"                                                   \
  "smlabt r6," d2 ",r2,r6\n"
#define ANY_1                                                                  \
  "ldrd r8,r9,[r0],#8\n"                                                       \
  "ldr r1,[r3]\n"                                                              \
  "ldr r11,[sp,#36]\n"                                                         \
  "smlatb r5,r8,r1,r5\n"                                                       \
  "smlatb r7,r9,r1,r7\n"                                                       \
  "4:\n" STEP_1("r8", "r9", "r10", "bne 7f\n") "b 9f\n"                        \
  "7:\n" STEP_1("r9", "r10", "r8", "bne 8f\n") "b 9f\n"                        \
  "8:\n" STEP_1("r10", "r8", "r9", "bne 4b\n")                                 \
  "9:\n"
#define ANY_PAIR_1                                                             \
  "ldr r8,[r0],#4\n"                                                           \
  "ldr r1,[r3]\n"                                                              \
  "ldr r11,[sp,#36]\n"                                                         \
  "smlatb r5,r8,r1,r5\n"                                                       \
  "4: ldrd r1,r2,[r3],#8\n"                                                    \
  "smlad r4,r8,r1,r4\n"                                                        \
  "ldr r8,[r0],#4\n"                                                           \
  "smlad r5,r8,r2,r5\n"                                                        \
  "subs r11,r11,#1\n"                                                          \
  "bne 4b\n"                                                                   \
  "smlabt r4,r8,r2,r4\n"
#define STEP_2(d0, d1, d2, d3)                                                 \
  "ldr r1,[r3],#4\n"                                                           \
  "smlad r4," d0 ",r1,r4\n" "smlad r5," d1 ",r1,r5\n"                          \
  "smlad r6," d2 ",r1,r6\n" "smlad r7," d3 ",r1,r7\n"                          \
  "subs r12,r12,#1\n"                                                          \
  "beq 7f\n"                                                                   \
  "ldr " d0 ",[r0],#4\n"
#define ANY_2                                                                  \
  "ldrd r8,r9,[r0],#8\n"                                                       \
  "ldrd r10,r11,[r0],#8\n"                                                     \
  "ldr r12,[sp,#36]\n"                                                         \
  "4:\n"                                                                       \
  STEP_2("r8", "r9", "r10", "r11") STEP_2("r9", "r10", "r11", "r8")            \
  STEP_2("r10", "r11", "r8", "r9") STEP_2("r11", "r8", "r9", "r10")            \
  "b 4b\n"                                                                     \
  "7:\n"
#define ANY_PAIR_2                                                             \
  "ldrd r8,r9,[r0],#8\n"                                                       \
  "ldr r12,[sp,#36]\n"                                                         \
  "4: ldr r1,[r3],#4\n"                                                        \
  "smlad r4,r8,r1,r4\n" "smlad r5,r9,r1,r5\n"                                  \
  "mov r8,r9\n"                                                                \
  "ldr r9,[r0],#4\n"                                                           \
  "subs r12,r12,#1\n"                                                          \
  "bne 4b\n"
#define SCALE(a)                    \
  "smmulr " a "," a ",r9\n"         \
  "add " a "," a "," a ",asr #31\n" \
  "add " a "," a ",r10\n"           \
  "asr " a "," a ",r11\n"           \
  "ssat " a ",#8," a "\n"
/* stack: 0 weights, 4 channels, 8 out, 12 pitch, 16 width, 20 count, 24 rows, 28 offset, 32 turn, 36 words, 40 pixels left,
 * 44 where they go, 48 doubled bias */
#define KERNEL(name, start, four, next, pair, turn)                            \
  __asm__(                                                                     \
      ".syntax unified\n"                                                      \
      ".pushsection .text." name ",\"ax\",%progbits\n"                         \
      ".balign 4\n.thumb\n.thumb_func\n.type " name ",%function\n.global " name "\n" \
      name ":\n"                                                               \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#52\n"                                                        \
      "ldm r0,{r1-r10}\n"                                                      \
      "stm sp,{r1-r10}\n"                                                      \
      "mov r4,r5\n"                                                            \
      "mov r5,r3\n"                                                            \
      "mov r6,r2\n"                                                            \
      start                                                                    \
      "1: ldr r6,[r6]\n"                                                       \
      "strd r4,r5,[sp,#40]\n"                                                  \
      "str r6,[sp,#48]\n"                                                      \
      "cmp r4,#3\n"                                                            \
      "blt.w 5f\n"                                                             \
      "2: ldr r3,[sp,#0]\n"                                                    \
      four                                                                     \
      "ldr r12,[sp,#4]\n"                                                      \
      "ldm r12,{r8-r11}\n"                                                     \
      SCALE("r4") SCALE("r5") SCALE("r6") SCALE("r7")                          \
      next                                                                     \
      "ldrd r8,lr,[sp,#40]\n"                                                  \
      "ldr r12,[sp,#12]\n"                                                     \
      "subs r8,r8,#4\n"                                                        \
      "strb r4,[lr]\n"                                                         \
      "strb r5,[lr,r12]\n"                                                     \
      "add lr,lr,r12,lsl #1\n"                                                 \
      "strb r6,[lr]\n"                                                         \
      "it pl\n"                                                                \
      "strbpl r7,[lr,r12]\n"                                                   \
      "add lr,lr,r12,lsl #1\n"                                                 \
      "strd r8,lr,[sp,#40]\n"                                                  \
      "ble 6f\n"                                                               \
      "cmp r8,#3\n"                                                            \
      "bge.w 2b\n"                                                             \
      "5: ldr r3,[sp,#0]\n"                                                    \
      pair                                                                     \
      "ldr r12,[sp,#4]\n"                                                      \
      "ldm r12,{r8-r11}\n"                                                     \
      SCALE("r4") SCALE("r5")                                                  \
      "ldrd r8,lr,[sp,#40]\n"                                                  \
      "ldr r12,[sp,#12]\n"                                                     \
      "strb r4,[lr]\n"                                                         \
      "cmp r8,#2\n"                                                            \
      "it eq\n"                                                                \
      "strbeq r5,[lr,r12]\n"                                                   \
      "6: str r3,[sp,#0]\n"                                                    \
      turn                                                                     \
      "ldrd r6,r5,[sp,#4]\n"                                                   \
      "ldrd r4,r7,[sp,#16]\n"                                                  \
      "adds r6,r6,#16\n"                                                       \
      "adds r5,r5,#1\n"                                                        \
      "strd r6,r5,[sp,#4]\n"                                                   \
      "subs r7,r7,#1\n"                                                        \
      "str r7,[sp,#20]\n"                                                      \
      "bne.w 1b\n"                                                             \
      "add sp,sp,#52\n"                                                        \
      "pop {r4-r11,pc}\n"                                                      \
      ".size " name ",.-" name "\n"                                            \
      ".popsection\n")
KERNEL("espalier_depthwise_dual_3_1", THREE_START, THREE(ROW_1), "", THREE(PAIR_1), THREE_TURN);
KERNEL("espalier_depthwise_dual_3_2", THREE_START, THREE(ROW_2), "", THREE(PAIR_2), THREE_TURN);
KERNEL("espalier_depthwise_dual_5_1", "", FOUR_ROWS(FIVE_1), OFFSET_NEXT("8"), TWO_ROWS(FIVE_PAIR_1), OFFSET_TURN);
KERNEL("espalier_depthwise_dual_5_2", "", FOUR_ROWS(FIVE_2), OFFSET_NEXT("16"), TWO_ROWS(FIVE_PAIR_2), OFFSET_TURN);
KERNEL("espalier_depthwise_dual_any_1", "", FOUR_ROWS(ANY_1), OFFSET_NEXT("8"), TWO_ROWS(ANY_PAIR_1), OFFSET_TURN);
KERNEL("espalier_depthwise_dual_any_2", "", FOUR_ROWS(ANY_2), OFFSET_NEXT("16"), TWO_ROWS(ANY_PAIR_2), OFFSET_TURN);
#else
/* The doubled sum of one pixel. */
static uint32_t sum_of(const espalier_depthwise_strip *s, const int16_t *w, int32_t offset, int32_t stride) {
  const int8_t *const *row;
  uint32_t total = 0;
  int32_t tap;
  for (row = s->rows; *row; row++) {
    const int16_t *at = (const int16_t *)(const void *)(*row + offset);
    for (tap = 0; tap < 2 * s->words; tap++) total += (uint32_t)(at[tap] * w[stride == 1 ? tap + (tap & ~1) : tap]);
    if (stride == 1) total += (uint32_t)(at[tap] * w[2 * tap - 1]);
    w += stride == 1 ? 2 * tap : tap;
  }
  return total;
}

static void pixels_of(const espalier_depthwise_strip *s, int32_t stride) {
  int32_t rows = 0, step = 2 * stride, offset = s->offset, x;
  const int16_t *weights = s->weights;
  const espalier_rounded_channel *c;
  int8_t *out = s->out;
  while (s->rows[rows]) rows++;
  for (c = s->channels; c < s->channels + s->count; c++) {
    for (x = 0; x < s->width; x++) {
      int32_t sum = (int32_t)((uint32_t)c->bias + sum_of(s, weights, offset + x * step, stride));
      sum = espalier_scale_doubled(sum, c->multiplier);
      sum += sum >> 31;
      out[x * s->pitch] = (int8_t)espalier_clamp((int32_t)((uint32_t)sum + (uint32_t)c->rounding) >> c->shift, -128, 127);
    }
    weights += rows * s->words * (stride == 1 ? 4 : 2);
    offset += s->turn + ((s->width + 1) & ~3) * step;
    out++;
  }
}

void espalier_depthwise_dual_3_1(const espalier_depthwise_strip *s) { pixels_of(s, 1); }
void espalier_depthwise_dual_3_2(const espalier_depthwise_strip *s) { pixels_of(s, 2); }
void espalier_depthwise_dual_5_1(const espalier_depthwise_strip *s) { pixels_of(s, 1); }
void espalier_depthwise_dual_5_2(const espalier_depthwise_strip *s) { pixels_of(s, 2); }
void espalier_depthwise_dual_any_1(const espalier_depthwise_strip *s) { pixels_of(s, 1); }
void espalier_depthwise_dual_any_2(const espalier_depthwise_strip *s) { pixels_of(s, 2); }
#endif

/* Rows of four channels, `pitch` bytes apart, to planes that lie `plane` bytes apart, or, with `three`, of the first three of
 * four. The target's first value may be the second one of a word. */
void espalier_widen_fours(int16_t *to, int32_t plane, const int8_t *from, int32_t pixels, int32_t pitch, int32_t three);
#if ESPALIER_DSP
/* r0-r3 the planes, r4 from, r5 pitch, r6 pixels. The fourth plane is written before the third one, which may be the same. */
#define HALVES(low, high, a, b)                                                \
  "pkhbt " low "," a "," b ",lsl #16\n"                                        \
  "pkhtb " high "," b "," a ",asr #16\n"
#define WIDEN_1                                                                \
  "ldr r7,[r4]\n"                                                              \
  "add r4,r4,r5\n"                                                             \
  "sxtb16 r8,r7\n"                                                             \
  "sxtb16 r7,r7,ror #8\n"                                                      \
  "strh r7,[r1],#2\n"                                                          \
  "lsrs r7,r7,#16\n"                                                           \
  "strh r7,[r3],#2\n"                                                          \
  "strh r8,[r0],#2\n"                                                          \
  "lsr r8,r8,#16\n"                                                            \
  "strh r8,[r2],#2\n"
__asm__(
    ".syntax unified\n"
    ".pushsection .text.espalier_widen_fours,\"ax\",%progbits\n"
    ".balign 4\n.thumb\n.thumb_func\n.type espalier_widen_fours,%function\n.global espalier_widen_fours\n"
    "espalier_widen_fours:\n"
    "push {r4-r11,lr}\n"
    "mov r4,r2\n"
    "mov r6,r3\n"
    "ldrd r5,r7,[sp,#36]\n"
    "add r2,r0,r1,lsl #1\n"
    "add r3,r2,r1\n"
    "add r1,r0,r1\n"
    "cmp r7,#0\n"
    "it ne\n"
    "movne r3,r2\n"
    "tst r0,#2\n"
    "beq 1f\n"
    WIDEN_1
    "subs r6,r6,#1\n"
    "1: lsrs r12,r6,#2\n"
    "beq 3f\n"
    "mul r12,r12,r5\n"
    "add r12,r4,r12,lsl #2\n"
    "push {r6,r12}\n"
    "2: ldr r7,[r4]\n"
    "ldr r8,[r4,r5]\n"
    "add r4,r4,r5,lsl #1\n"
    "ldr r9,[r4]\n"
    "ldr r10,[r4,r5]\n"
    "add r4,r4,r5,lsl #1\n"
    "sxtb16 r11,r7,ror #8\n"
    "sxtb16 r12,r8,ror #8\n"
    HALVES("r6", "r11", "r11", "r12")
    "str r6,[r1],#4\n"
    "sxtb16 r12,r9,ror #8\n"
    "sxtb16 lr,r10,ror #8\n"
    HALVES("r6", "r12", "r12", "lr")
    "str r6,[r1],#4\n"
    "strd r11,r12,[r3],#8\n"
    "sxtb16 r7,r7\n"
    "sxtb16 r8,r8\n"
    HALVES("r11", "r7", "r7", "r8")
    "sxtb16 r9,r9\n"
    "sxtb16 r10,r10\n"
    HALVES("r12", "r8", "r9", "r10")
    "strd r7,r8,[r2],#8\n"
    "strd r11,r12,[r0],#8\n"
    "ldr r6,[sp,#4]\n"
    "cmp r4,r6\n"
    "bne 2b\n"
    "pop {r6,r12}\n"
    "3: tst r6,#2\n"
    "beq 4f\n"
    "ldr r7,[r4]\n"
    "ldr r8,[r4,r5]\n"
    "add r4,r4,r5,lsl #1\n"
    "sxtb16 r11,r7,ror #8\n"
    "sxtb16 r12,r8,ror #8\n"
    HALVES("r9", "r10", "r11", "r12")
    "str r9,[r1],#4\n"
    "str r10,[r3],#4\n"
    "sxtb16 r7,r7\n"
    "sxtb16 r8,r8\n"
    HALVES("r9", "r10", "r7", "r8")
    "str r9,[r0],#4\n"
    "str r10,[r2],#4\n"
    "4: tst r6,#1\n"
    "beq 5f\n"
    WIDEN_1
    "5: pop {r4-r11,pc}\n"
    ".size espalier_widen_fours,.-espalier_widen_fours\n"
    ".popsection\n");
#else
void espalier_widen_fours(int16_t *to, int32_t plane, const int8_t *from, int32_t pixels, int32_t pitch, int32_t three) {
  int16_t *second = to + (plane >> 1), *third = second + (plane >> 1), *fourth = third + (three ? 0 : plane >> 1);
  for (; pixels > 0; pixels--, from += pitch) {
    *fourth++ = from[3];
    *second++ = from[1];
    *third++ = from[2];
    *to++ = from[0];
  }
}
#endif

/* One channel, `pitch` bytes apart. */
static void widen_one(int16_t *to, const int8_t *from, int32_t pixels, int32_t pitch) {
  for (; pixels > 1; pixels -= 2) {
    int16_t first = *from, second;
    from += pitch;
    second = *from;
    from += pitch;
    *to++ = first;
    *to++ = second;
  }
  if (pixels > 0) *to = *from;
}

#if ESPALIER_DSP
/* All of an input of one or two channels, from a whole word of the target on. Returns the pixels done. */
static int32_t widen_few(int16_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t pixels) {
  uint32_t *words = (uint32_t *)(void *)to, *second = words + (plane >> 2);
  uint32_t values, even, odd;
  int32_t left = pixels * channels;
  for (; left > 3; left -= 4, from += 4) {
    ESPALIER_MOVE4(&values, from);
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(values));
    if (channels == 2) {
      *words++ = even;
      *second++ = odd;
    } else {
      __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(values) : "r"(even), "r"(odd));
      *words++ = values;
      __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(values) : "r"(odd), "r"(even));
      *words++ = values;
    }
  }
  return pixels - (channels == 2 ? left >> 1 : left);
}
#endif

/* The planes of up to 4 neighbouring channels, `plane` bytes apart. */
static void widen(int16_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t pixels, int32_t pitch) {
  int32_t done = 0, i;
  if (channels > 2) {
    done = channels == 3 ? pixels - 1 : pixels; /* a whole word is read of each */
    espalier_widen_fours(to, plane, from, done, pitch, channels == 3);
#if ESPALIER_DSP
  } else if (channels == pitch) {
    if ((uintptr_t)to & 2) {
      for (i = 0; i < channels; i++) to[i * (plane >> 1)] = from[i];
      done = 1;
    }
    done += widen_few(to + done, plane, from + done * pitch, channels, pixels - done);
#endif
  }
  if (done == pixels) return;
  from += done * pitch;
  to += done;
  for (i = 0; i < channels; i++, to += plane >> 1) widen_one(to, from + i, pixels - done, pitch);
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

static int32_t wide_sum(const int16_t *at, const int8_t *taps, int32_t count) {
  int32_t sum = 0;
  for (; count > 0; count--) sum += *at++ * *taps++;
  return sum;
}

static int32_t narrow_sum(const int8_t *at, int32_t pitch, const int8_t *taps, int32_t count) {
  int32_t sum = 0;
  for (; count > 0; count--, at += pitch) sum += *at * *taps++;
  return sum;
}

/* One row of a channel whose requantization is not short; it reads the plane `source`. */
static void slow_channel(const espalier_depthwise_dual_layer *l, void *state, const espalier_slow_channel *c,
                         const int8_t *taps, int32_t source, int8_t *out) {
  int32_t step = l->stride_width * (l->narrow ? l->in_channels : 2), x, ky;
  int32_t first = l->narrow ? source : 2 * source * l->ring_width;
  for (x = 0; x < l->out_width; x++, first += step) {
    const int8_t *w = taps;
    uint32_t sum = (uint32_t)c->bias;
    for (ky = 0; ky < l->kernel_height; ky++, w += l->kernel_width) {
      const int8_t *at = espalier_ring_row(&l->ring, state, ky * l->dilation_height) + first;
      sum += (uint32_t)(l->narrow ? narrow_sum(at, l->in_channels, w, l->kernel_width)
                                  : wide_sum((const int16_t *)(const void *)at, w, l->kernel_width));
    }
    out[x * l->channels + c->channel] = espalier_slow_output((int32_t)sum, c, l->out_zero, l->low, l->high);
  }
}

static void slow_channels(const espalier_depthwise_dual_layer *l, void *state, int8_t *out) {
  int32_t taps = l->kernel_height * l->kernel_width, source = 0, first = 0, i;
  for (i = 0; i < l->slow_count; i++) {
    for (; first + l->multiplier <= l->slow[i].channel; first += l->multiplier) source++;
    slow_channel(l, state, l->slow + i, l->slow_taps + i * taps, source, out);
  }
}

/* All outputs of `count` channels of the input. */
static void run(const espalier_depthwise_dual_layer *l, espalier_depthwise_strip *strip, int32_t count) {
  int32_t plane = 2 * l->ring_width;
  if (l->multiplier == 1) {
    strip->count = count;
    l->strip(strip);
    strip->weights += count * l->window_weights;
    strip->channels += count;
    strip->out += count;
    return;
  }
  strip->turn -= plane;
  strip->count = l->multiplier;
  for (; count > 0; count--) {
    l->strip(strip);
    strip->weights += l->multiplier * l->window_weights;
    strip->channels += l->multiplier;
    strip->out += l->multiplier;
    strip->offset += plane;
  }
  strip->turn += plane;
}

void espalier_depthwise_dual_row(const espalier_depthwise_dual_layer *l, void *state, void *work, const int8_t *in,
                                 int8_t *out) {
  const int8_t **rows = work;
  int8_t *wide = (int8_t *)work + l->wide_at;
  int32_t plane = 2 * l->ring_width, channel, i;
  espalier_depthwise_strip strip;
  (void)in;
  for (i = 0; i < l->kernel_height; i++) {
    rows[i] = l->narrow ? wide + l->narrow * i * plane : espalier_ring_row(&l->ring, state, i * l->dilation_height);
  }
  rows[i] = 0;
  strip.weights = l->weights;
  strip.channels = l->scales;
  strip.out = out;
  strip.pitch = l->channels;
  strip.width = l->out_width;
  strip.rows = rows;
  strip.offset = 0;
  strip.turn = plane - ((l->out_width + 1) & ~3) * 2 * l->stride_width;
  strip.words = l->words;
  if (!l->narrow) run(l, &strip, l->in_channels);
  for (channel = 0; l->narrow && channel < l->in_channels; channel += l->narrow) {
    int32_t count = l->in_channels - channel < l->narrow ? l->in_channels - channel : l->narrow;
    for (i = 0; i < l->kernel_height; i++) {
      const int8_t *row = espalier_ring_row(&l->ring, state, i * l->dilation_height) + channel;
      widen((int16_t *)(void *)(wide + l->narrow * i * plane), plane, row, count, l->ring_pixels, l->in_channels);
    }
    strip.offset = 0;
    run(l, &strip, count);
  }
  if (l->low > -128 || l->high < 127) clamp_row(out, l->out_width * l->channels, l->low, l->high);
  if (l->slow_count) slow_channels(l, state, out);
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_dual_push(const espalier_depthwise_dual_layer *l, void *state, const int8_t *row) {
  int32_t channels = l->in_channels, channel;
  if (l->narrow) {
    espalier_ring_push(&l->ring, state, row, l->in_width * channels);
  } else {
    int16_t *to = (int16_t *)(void *)espalier_ring_slot(&l->ring, state) + l->pad_left;
    for (channel = 0; channel < channels; channel += 4, to += 4 * l->ring_width) {
      int32_t count = channels - channel < 4 ? channels - channel : 4;
      widen(to, 2 * l->ring_width, row + channel, count, l->in_width, channels);
    }
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
