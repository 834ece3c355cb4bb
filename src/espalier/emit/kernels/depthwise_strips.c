/* Rows of a depthwise convolution by dual 16-bit multiplications: two neighbouring taps of a window are one. Four pixels of
 * a channel are computed at a time, and at the end of a row two. */
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
      ESPALIER_FUNCTION(name)                                                  \
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
      ESPALIER_END(name))
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
