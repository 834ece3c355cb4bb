/* fully_connected, row by row: TFLite Micro's integer rule (LiteRT's own reference computes it in float since 2.20). */
#include "dense.h"

#if ESPALIER_DSP
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
/* Words of 4 values that the unrolled loop holds, a power of two. */
#ifdef __OPTIMIZE_SIZE__
#define UNROLLED 1
#else
#define UNROLLED 4
#endif
/* Two units: a word of the row in r8 (values 0 and 2) and r9 (1 and 3), the weights of both at `from`. */
#define TWO_UNITS(from, p, q)    \
  "ldrd r10,r11,[" from "],#8\n" \
  "sxtb16 r12,r10\n"             \
  "sxtb16 r10,r10,ror #8\n"      \
  "smlad " p ",r8,r12," p "\n"   \
  "smlad " q ",r8,r10," q "\n"   \
  "sxtb16 r12,r11\n"             \
  "sxtb16 r11,r11,ror #8\n"      \
  "smlad " p ",r9,r12," p "\n"   \
  "smlad " q ",r9,r11," q "\n"
/* 4 values, 4 units: 16 products in 21 instructions. */
#define WORD                     \
  "ldr r9,[r0],#4\n"             \
  "sxtb16 r8,r9\n"               \
  "sxtb16 r9,r9,ror #8\n"        \
  TWO_UNITS("r1", "r4", "r5") TWO_UNITS("r3", "r6", "r7")
#define WORD_BYTES 84
/* One output by the short form: sum in register a, multiplier and shift at `at` from the pair r12. */
#define OUTPUT(a, at)              \
  "ldrd r10,r11,[r12,#" at "]\n"  \
  "subs r11,r11,#1\n"             \
  "lsl r9,lr,r11\n"               \
  "lsl " a "," a ",#1\n"          \
  "add r9,r9," a ",asr #31\n"     \
  "smmlar " a "," a ",r10,r9\n"   \
  "asr " a "," a ",r11\n"         \
  "ssat " a ",#8," a ",asr #1\n"  \
  "strb " a ",[r0],#1\n"

/* The same where the zero point is -128: results below it are clamped to it, so halves below zero need no other rounding. */
#define OUTPUT_LOW(a, at)          \
  "ldrd r10,r11,[r12,#" at "]\n"  \
  "subs r11,r11,#1\n"             \
  "lsl r9,lr,r11\n"               \
  "lsl " a "," a ",#1\n"          \
  "smmlar " a "," a ",r10,r9\n"   \
  "asr " a "," a ",r11\n"         \
  "ssat " a ",#8," a ",asr #1\n"  \
  "strb " a ",[r0],#1\n"
/* The outputs of four units, and on to the next four. */
#define OUTPUTS(OUTPUT)                      \
    "ldr r12,[sp,#16]\n"                    \
    "ldrd r0,lr,[sp,#40]\n"                 \
    OUTPUT("r4", "8") OUTPUT("r5", "16")     \
    "ldr r2,[sp,#32]\n"                     \
    "add r12,r12,r2\n"                      \
    OUTPUT("r6", "8") OUTPUT("r7", "16")     \
    "str r0,[sp,#40]\n"                     \
    "ldr r2,[sp,#20]\n"                     \
    "add r12,r12,#24\n"                     \
    "mov r1,r3\n"                           \
    "subs r2,r2,#1\n"                       \
    "strd r12,r2,[sp,#16]\n"                \
    "bne.w 0b\n"                            \
    "add sp,sp,#60\n"                       \
    "pop {r4-r11,pc}\n"

/* The order of the fields is known to the assembly. */
typedef struct {
  const int8_t *row;
  int32_t words;         /* at least 1 */
  const uint32_t *rest;  /* a word that follows the row, or null */
  int32_t zero;          /* 2 * output zero point + 1 */
  const espalier_pair *pairs;
  int32_t count;         /* of four units each */
  const int8_t *weights;
  int32_t pitch;         /* from two units to the next two */
  int32_t next;          /* bytes from one pair to the next; 0, as the pitch: the first two units stand for all four */
  int32_t *sums;         /* of four units, and no outputs; null: outputs */
} espalier_dense_fours;

/* r0 row, r1 and r3 weights, r2 words, r4-r7 sums, r8-r12 operands.
 * stack: 0 row, 4 words, 8 rest, 12 zero, 16 pairs, 20 count, 24 weights, 28 pitch, 32 next, 36 sums, 40 out, 44 zero,
 * 48 where the words end, 52 where the sums go, 56 entry. Behind their words the second two units' weights end at the next four's. */
void espalier_dense_four_units(const espalier_dense_fours *fours, int8_t *out);
__asm__(
    ESPALIER_FUNCTION("espalier_dense_four_units")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#60\n"
    "ldm r0,{r2-r11}\n"
    "rsb r12,r3,#0\n"
    "and r12,r12,#" TEXT(UNROLLED) "-1\n"
    "add r3,r3,r12\n"
    "stm sp,{r2-r11}\n"
    "strd r1,r5,[sp,#40]\n"
    "mov r1,r8\n"
    "adr.w r10,2f\n"
#ifndef __OPTIMIZE_SIZE__
    "cmn r5,#255\n"
    "bne 7f\n"
    "adr.w r10,20f\n"
    "7:\n"
#endif
    "cmp r11,#0\n"
    "beq 5f\n"
    "adr.w r10,3f\n"
    "5: orr r10,r10,#1\n"
    "mov r9,r10\n"
    "cmp r4,#0\n"
    "beq 6f\n"
    "adr.w r9,4f\n"
    "orr r9,r9,#1\n"
    "6: strd r9,r10,[sp,#48]\n"
    "movs r2,#" TEXT(WORD_BYTES) "\n"
    "adr.w r11,1f\n"
    "mla r12,r12,r2,r11\n"
    "orr r12,r12,#1\n"
    "str r12,[sp,#56]\n"
    "ldr r12,[sp,#16]\n"
    "0: ldrd r4,r5,[r12]\n"
    "ldrd r3,r6,[sp,#28]\n"
    "add r12,r12,r6\n"
    "ldrd r6,r7,[r12]\n"
    "ldrd r0,r2,[sp,#0]\n"
    "adds r3,r3,r1\n"
    "ldr pc,[sp,#56]\n"
    ".balign 4\n"
    "1:\n"
    ".rept " TEXT(UNROLLED) "\n" WORD ".endr\n"
    "subs r2,r2,#" TEXT(UNROLLED) "\n"
    "bne.w 1b\n"
    "ldr pc,[sp,#48]\n"
    ".balign 4\n"
    "4: ldr r0,[sp,#8]\n"
    WORD
    "ldr pc,[sp,#52]\n"
    ".balign 4\n"
    "2:\n" OUTPUTS(OUTPUT)
#ifndef __OPTIMIZE_SIZE__
    ".balign 4\n"
    "20:\n" OUTPUTS(OUTPUT_LOW)
#endif
    ".balign 4\n"
    "3: ldr r0,[sp,#36]\n"
    "stm r0,{r4-r7}\n"
    "add sp,sp,#60\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_dense_four_units"));

/* Up to four units of which some take the long form, or are missing: a last single pair stands for the one that would follow
 * it, too. */
ESPALIER_RARE static void long_units(espalier_dense_range range, espalier_dense_fours *fours, int32_t units, int8_t *out) {
  const espalier_pair *pair = fours->pairs;
  int32_t sums[4], unit;
  fours->count = 1;
  fours->sums = sums;
  if (units <= 2) fours->pitch = fours->next = 0;
  espalier_dense_four_units(fours, out);
  fours->sums = NULL;
  for (unit = 0; unit < 4 && unit < units; unit++) {
    int32_t odd = unit & 1;
    out[unit] = espalier_dense_output(range, sums[unit], odd ? pair->multiplier1 : pair->multiplier0,
                                      odd ? pair->shift1 : pair->shift0);
    pair += odd;
  }
}

static void one_row(const espalier_fully_connected_layer *l, espalier_dense_fours *fours, int8_t *out) {
  const espalier_dense_range range = espalier_dense_range_of(l);
  int32_t pitch = ((l->depth + 3) & ~3) * 2, units = l->units, unit;
  fours->zero = range.zero;
  fours->pitch = pitch;
  fours->next = (int32_t)sizeof(espalier_pair);
  fours->sums = NULL;
  for (unit = 0; unit < units; unit += 4 * fours->count) {
    const espalier_pair *pair = l->pairs + (unit >> 1);
    fours->pairs = pair;
    fours->weights = l->weights + (unit >> 1) * pitch;
    fours->count = (units - unit) >> 2;
    if (l->long_units) {
      int32_t pairs = 0;
      while (pairs < 2 * fours->count && pair[pairs].shift0 > 0 && pair[pairs].shift1 > 0) pairs++;
      fours->count = pairs >> 1;
    }
    if (fours->count) {
      espalier_dense_four_units(fours, out + unit);
    } else {
      long_units(range, fours, units - unit, out + unit);
    }
  }
  if (range.low > -128 || range.high < 127) {
    for (unit = 0; unit < units; unit++) out[unit] = (int8_t)espalier_clamp(out[unit], range.low, range.high);
  }
}

void espalier_dense_rows(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  int32_t depth = l->depth, last = depth & 3, row, k;
  (void)scratch;
  for (row = 0; row < l->rows; row++) {
    espalier_dense_fours fours;
    uint32_t rest = 0;
    for (k = 0; k < last; k++) rest |= (uint32_t)(uint8_t)in[depth - last + k] << (8 * k);
    fours.row = in;
    fours.words = depth >> 2;
    fours.rest = last ? &rest : NULL;
    if (depth < 4) {
      fours.row = (const int8_t *)&rest;
      fours.words = 1;
      fours.rest = NULL;
    }
    one_row(l, &fours, out);
    in += depth;
    out += l->out_pitch;
  }
}
#else
void espalier_dense_rows(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  const espalier_dense_range range = espalier_dense_range_of(l);
  int32_t row, unit, k, units = l->units, depth = l->depth;
  (void)scratch;
  for (row = 0; row < l->rows; row++) {
    const espalier_pair *pair = l->pairs;
    const int8_t *w = l->weights;
    for (unit = 0; unit < units; unit += 2) {
      const int8_t *x = in;
      uint32_t p = (uint32_t)pair->bias0, q = (uint32_t)pair->bias1;
      for (k = depth; k >= 4; k -= 4) {
        p += (uint32_t)(w[0] * x[0] + w[4] * x[1] + w[2] * x[2] + w[6] * x[3]);
        q += (uint32_t)(w[1] * x[0] + w[5] * x[1] + w[3] * x[2] + w[7] * x[3]);
        w += 8;
        x += 4;
      }
      if (k > 0) {
        static const int8_t place[3] = {0, 4, 2};
        int32_t i;
        for (i = 0; i < k; i++) {
          p += (uint32_t)(w[place[i]] * x[i]);
          q += (uint32_t)(w[place[i] + 1] * x[i]);
        }
        w += 8;
      }
      out[unit] = espalier_dense_output(range, (int32_t)p, pair->multiplier0, pair->shift0);
      if (unit + 1 < units) out[unit + 1] = espalier_dense_output(range, (int32_t)q, pair->multiplier1, pair->shift1);
      pair++;
    }
    in += depth;
    out += l->out_pitch;
  }
}
#endif
