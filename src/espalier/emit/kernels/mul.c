/* mul of int8 tensors where the short requantization is exact: a positive multiplier, right shifts 1..22. */
#include "espalier.h"

#if ESPALIER_HELIUM
/* r0 a, r1 b, r2 out, r3 count; stack: constants {-a zero, -b zero, multiplier, -shift, zero, low, high} */
void espalier_mul_fours(const int8_t *a, const int8_t *b, int8_t *out, int32_t count, const int32_t *constants);
__asm__(
    ESPALIER_FUNCTION("espalier_mul_fours")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#4\n"
    "ldr r10,[sp,#40]\n"
    "ldm r10,{r4-r10}\n"
    "vdup.32 q2,r9\n"
    "vdup.32 q3,r10\n"
    "mov r11,#1\n"
    "wlstp.32 lr,r3,2f\n"
    "1: vldrb.s32 q0,[r0],#4\n"
    "vldrb.s32 q1,[r1],#4\n"
    "vadd.i32 q0,q0,r4\n"
    "vadd.i32 q1,q1,r5\n"
    "vmul.i32 q0,q0,q1\n"
    "vqrdmulh.s32 q0,q0,r6\n"
    "vqdmlah.s32 q0,q0,r11\n"
    "vrshl.s32 q0,r7\n"
    "vadd.i32 q0,q0,r8\n"
    "vmax.s32 q0,q0,q2\n"
    "vmin.s32 q0,q0,q3\n"
    "vstrb.32 q0,[r2],#4\n"
    "letp lr,1b\n"
    "2: add sp,sp,#4\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_mul_fours"));
#endif

static inline int8_t rescaled(int32_t doubled, int32_t multiplier, int32_t rounding, int32_t shift) {
  int32_t x = espalier_scale_doubled(doubled, multiplier);
  x += x >> 31;
  return (int8_t)espalier_saturate((x + rounding) >> shift);
}

#if ESPALIER_DSP && !ESPALIER_HELIUM
/* Bytes 0 and 2, or 1 and 3 of 4 bytes, less a zero point that is given negative in both halves. */
static inline uint32_t evens_less(uint32_t values, uint32_t zeros) {
  __asm__("sxtab16 %0, %1, %2" : "=r"(values) : "r"(zeros), "r"(values));
  return values;
}

static inline uint32_t odds_less(uint32_t values, uint32_t zeros) {
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(values) : "r"(zeros), "r"(values));
  return values;
}

static inline uint32_t doubled_halves(uint32_t values) {
  __asm__("qadd16 %0, %0, %0" : "+r"(values));
  return values;
}

static inline int32_t lower_product(uint32_t a, uint32_t b) {
  int32_t product;
  __asm__("smulbb %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
  return product;
}

static inline int32_t upper_product(uint32_t a, uint32_t b) {
  int32_t product;
  __asm__("smultt %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
  return product;
}

/* What `rescaled` gives, with the rounding added as the product is taken. The sign of the doubled product does for that of the
 * scaled one: where they differ the scaled one is 0, and rounds to 0 with either. */
static inline int32_t finished(int32_t doubled, int32_t multiplier, int32_t rounding, int32_t shift) {
  int32_t x;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(x) : "r"(doubled), "r"(multiplier), "r"(rounding));
  x = (x + (doubled >> 31)) >> shift;
  __asm__("ssat %0, #8, %1" : "=r"(x) : "r"(x));
  return x;
}

static inline uint32_t both(int32_t value) { return ((uint32_t)value & 0xffffu) * 0x10001u; }

/* Whole fours; returns how many values are left. `b` 0: the same doubled factor for all. */
static int32_t fours(const espalier_binary_layer *l, const int8_t *a, int32_t a_zero, const int8_t *b, int32_t b_zero,
                     int32_t factor, int8_t *out) {
  int32_t multiplier = l->multiplier, shift = -l->shift, left;
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1));
  uint32_t a_zeros = both(-a_zero), b_zeros = both(-b_zero), even_b = both(factor), odd_b = even_b;
  for (left = l->extent[3]; left > 3; left -= 4) {
    uint32_t values, even, odd;
    int32_t x0, x1, x2, x3;
    ESPALIER_MOVE4(&values, a);
    a += 4;
    even = evens_less(values, a_zeros);
    odd = odds_less(values, a_zeros);
    if (b) {
      ESPALIER_MOVE4(&values, b);
      b += 4;
      even_b = doubled_halves(evens_less(values, b_zeros));
      odd_b = doubled_halves(odds_less(values, b_zeros));
    }
    x0 = finished(lower_product(even, even_b), multiplier, rounding, shift);
    x1 = finished(lower_product(odd, odd_b), multiplier, rounding, shift);
    x2 = finished(upper_product(even, even_b), multiplier, rounding, shift);
    x3 = finished(upper_product(odd, odd_b), multiplier, rounding, shift);
    __asm__("bfi %0, %1, #8, #24" : "+r"(x0) : "r"(x1));
    __asm__("bfi %0, %1, #8, #24" : "+r"(x2) : "r"(x3));
    __asm__("pkhbt %0, %0, %1, lsl #16" : "+r"(x0) : "r"(x2));
    ESPALIER_MOVE4(out, &x0);
    out += 4;
  }
  return left;
}
#else
static int32_t fours(const espalier_binary_layer *l, const int8_t *a, int32_t a_zero, const int8_t *b, int32_t b_zero,
                     int32_t factor, int8_t *out) {
  (void)a, (void)a_zero, (void)b, (void)b_zero, (void)factor, (void)out;
  return l->extent[3];
}
#endif

/* One operand is the same along the innermost axis: its steps, doubled. */
static void row_by_one(const espalier_binary_layer *l, const int8_t *a, int32_t a_zero, int32_t factor, int8_t *out) {
  int32_t multiplier = l->multiplier, shift = -l->shift, left = fours(l, a, a_zero, 0, 0, factor, out);
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1)), i;
  for (i = l->extent[3] - left; i < l->extent[3]; i++) {
    out[i] = rescaled((a[i] - a_zero) * factor, multiplier, rounding, shift);
  }
}

static void row_by_row(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
#if ESPALIER_HELIUM
  const int32_t constants[7] = {-l->a_zero, -l->b_zero, l->multiplier, l->shift, l->out_zero, l->low, l->high};
  espalier_mul_fours(a, b, out, l->extent[3], constants);
#else
  int32_t a_zero = l->a_zero, b_zero = l->b_zero, left = fours(l, a, a_zero, b, b_zero, 0, out);
  int32_t multiplier = l->multiplier, shift = -l->shift, i;
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1));
  for (i = l->extent[3] - left; i < l->extent[3]; i++) {
    out[i] = rescaled((a[i] - a_zero) * (b[i] - b_zero) * 2, multiplier, rounding, shift);
  }
#endif
}

/* Elements along the innermost axis, where each operand has a step of 0 or 1. */
static void row(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  if (l->b_stride[3] == 0) {
    row_by_one(l, a, l->a_zero, 2 * (*b - l->b_zero), out);
  } else if (l->a_stride[3] == 0) {
    row_by_one(l, b, l->b_zero, 2 * (*a - l->a_zero), out);
  } else {
    row_by_row(l, a, b, out);
  }
}

#if !ESPALIER_HELIUM
/* Rows of which each is shorter than four values. */
static void short_rows(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  int32_t a_zero = l->a_zero, b_zero = l->b_zero, a_step = l->a_stride[3], b_step = l->b_stride[3];
  int32_t a_row = l->a_stride[2], b_row = l->b_stride[2], multiplier = l->multiplier, shift = -l->shift;
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1)), rows, left, count = l->extent[3];
  for (rows = l->extent[2]; rows > 0; rows--, a += a_row, b += b_row) {
    const int8_t *p = a, *q = b;
    for (left = count; left > 0; left--, p += a_step, q += b_step) {
      *out++ = rescaled((*p - a_zero) * (*q - b_zero) * 2, multiplier, rounding, shift);
    }
  }
}
#endif

void espalier_mul(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int8_t *first = out;
  int32_t i, j, k;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      const int8_t *p = a + i * s[0] + j * s[1], *q = b + i * t[0] + j * t[1];
#if !ESPALIER_HELIUM
      if (e[3] < 4) {
        short_rows(l, p, q, out);
        out += e[2] * e[3];
        continue;
      }
#endif
      for (k = 0; k < e[2]; k++, out += e[3]) row(l, p + k * s[2], q + k * t[2], out);
    }
  }
  if (l->low > -128 || l->high < 127) espalier_clamp_row(first, (int32_t)(out - first), l->low, l->high);
}
