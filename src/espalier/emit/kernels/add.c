/* add, sub: two int8 tensors of one shape. Exact: the sum before the last rescaling is TFLite's, doubled. */
#include "espalier.h"

/* The table is in the order of unsigned bytes: Helium gathers with offsets that are not negative. */
void espalier_add_start(const espalier_add_layer *l, void *scratch) {
  int32_t *table = scratch;
  int32_t value;
  for (value = -128; value < 128; value++) {
    int32_t x = (value - l->scaled_zero) * ((int32_t)1 << l->left_shift);
    x = espalier_requantize(x, l->scaled_multiplier, l->scaled_shift);
    table[value & 255] = 2 * l->scaled_sign * x + l->constant;
  }
}

#if ESPALIER_HELIUM
/* r0 scaled, r1 plain, r2 out, r3 count; stack: table, constants {unit, multiplier, rounding, -shift, low, high} */
void espalier_add_fours(const int8_t *scaled, const int8_t *plain, int8_t *out, int32_t count, const int32_t *table,
                        const int32_t *constants);
__asm__(
    ESPALIER_FUNCTION("espalier_add_fours")
    "push {r4-r9,r10,lr}\n"
    "vpush {d8-d13}\n"
    "ldrd r4,r5,[sp,#80]\n"
    "ldm r5,{r5-r10}\n"
    "vdup.32 q3,r6\n"
    "vdup.32 q4,r7\n"
    "vdup.32 q5,r9\n"
    "vdup.32 q6,r10\n"
    "wlstp.32 lr,r3,2f\n"
    "1: vldrb.u32 q0,[r0],#4\n"
    "vldrb.s32 q1,[r1],#4\n"
    "vldrw.u32 q2,[r4,q0,uxtw #2]\n"
    "vmla.s32 q2,q1,r5\n"
    "vrmulh.s32 q2,q2,q3\n"
    "vshr.s32 q1,q2,#31\n"
    "vadd.i32 q2,q2,q4\n"
    "vadd.i32 q2,q2,q1\n"
    "vshl.s32 q2,r8\n"
    "vmax.s32 q2,q2,q5\n"
    "vmin.s32 q2,q2,q6\n"
    "vstrb.32 q2,[r2],#4\n"
    "letp lr,1b\n"
    "2: vpop {d8-d13}\n"
    "pop {r4-r9,r10,pc}\n"
    ESPALIER_END("espalier_add_fours"));

void espalier_add_row(const espalier_add_layer *l, const int8_t *a, const int8_t *b, int8_t *out, int32_t count,
                      const void *scratch) {
  int32_t constants[6];
  constants[0] = l->plain;
  constants[1] = l->multiplier;
  constants[2] = (2 * l->out_zero + 1) * ((int32_t)1 << (l->shift - 1));
  constants[3] = -l->shift;
  constants[4] = l->low;
  constants[5] = l->high;
  espalier_add_fours(l->swapped ? a : b, l->swapped ? b : a, out, count, (const int32_t *)scratch, constants);
}
#else
static inline int8_t sum_of(const int32_t *table, int8_t scaled, int8_t plain, int32_t unit, int32_t multiplier,
                            int32_t rounding, int32_t shift) {
  int32_t x = espalier_scale_doubled(table[(uint8_t)scaled] + plain * unit, multiplier);
  x += x >> 31;
  return (int8_t)espalier_saturate((x + rounding) >> shift);
}

void espalier_add_row(const espalier_add_layer *l, const int8_t *a, const int8_t *b, int8_t *out, int32_t count,
                      const void *scratch) {
  const int32_t *table = scratch;
  const int8_t *plain = l->swapped ? b : a;
  const int8_t *scaled = l->swapped ? a : b;
  int32_t unit = l->plain, multiplier = l->multiplier, shift = l->shift, left;
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1));
  left = count;
#if ESPALIER_DSP && !defined(__OPTIMIZE_SIZE__)
#define ONE                                                                    \
  "ldrb %3, [%0], #1\n\tldrsb %4, [%1], #1\n\tldr %3, [%5, %3, lsl #2]\n\t"   \
  "mla %3, %4, %6, %3\n\tsmmulr %3, %3, %7\n\tadd %4, %3, %8\n\t"            \
  "add %3, %4, %3, asr #31\n\tasr %3, %3, %9\n\tssat %3, #8, %3\n\t"         \
  "strb %3, [%2], #1\n\t"
  for (; left > 1; left -= 2) {
    int32_t sum, value;
    __asm__ volatile(ONE ONE
                     : "+r"(scaled), "+r"(plain), "+r"(out), "=&r"(sum), "=&r"(value)
                     : "r"(table), "r"(unit), "r"(multiplier), "r"(rounding), "r"(shift)
                     : "memory");
  }
#endif
  for (; left > 0; left--) *out++ = sum_of(table, *scaled++, *plain++, unit, multiplier, rounding, shift);
  if (l->low > -128 || l->high < 127) espalier_clamp_row(out - count, count, l->low, l->high);
}
#endif

void espalier_add(const espalier_add_layer *l, const int8_t *a, const int8_t *b, int8_t *out, void *scratch) {
  espalier_add_start(l, scratch);
  espalier_add_row(l, a, b, out, l->count, scratch);
}
