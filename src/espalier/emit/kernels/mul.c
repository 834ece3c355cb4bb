/* mul of int8 tensors where the short requantization is exact: a positive multiplier, right shifts 1..22. */
#include "words.h"

#if ESPALIER_HELIUM
/* r0 a, r1 b, r2 out, r3 count; stack: constants {-a zero, -b zero, multiplier, -shift, zero, low, high} */
void espalier_mul_fours(const int8_t *a, const int8_t *b, int8_t *out, int32_t count, const int32_t *constants);
__asm__(
    ".syntax unified\n"
    ".pushsection .text.espalier_mul_fours,\"ax\",%progbits\n"
    ".balign 4\n.thumb\n.thumb_func\n.type espalier_mul_fours,%function\n.global espalier_mul_fours\n"
    "espalier_mul_fours:\n"
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
    ".size espalier_mul_fours,.-espalier_mul_fours\n"
    ".popsection\n");
#endif

#if ESPALIER_WORDS
static espalier_finishing finishing_of(const espalier_binary_layer *l) {
  return espalier_finishing_of(l->multiplier, -l->shift, l->out_zero, l->low, l->high);
}

static uint32_t halves(int32_t x) { return ((uint32_t)x & 0xffffu) * 0x10001u; }
#endif

/* One operand is the same along the innermost axis: its steps, doubled. */
static void row_by_one(const espalier_binary_layer *l, const int8_t *a, int32_t a_zero, int32_t factor, int8_t *out) {
  int32_t multiplier = l->multiplier, shift = -l->shift, low = l->low, high = l->high, count = l->extent[3];
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1));
#if ESPALIER_WORDS
  const espalier_finishing f = finishing_of(l);
  uint32_t zeros = halves(-a_zero), factors = halves(factor);
  for (; count >= 4; count -= 4) {
    uint32_t x, even, odd;
    ESPALIER_MOVE4(&x, a);
    even = espalier_add_even(zeros, x);
    odd = espalier_add_odd(zeros, x);
    x = espalier_finished_word(&f, espalier_mul_bb(even, factors), espalier_mul_bb(odd, factors),
                               espalier_mul_tt(even, factors), espalier_mul_tt(odd, factors));
    ESPALIER_MOVE4(out, &x);
    a += 4;
    out += 4;
  }
#endif
  for (; count > 0; count--) {
    int32_t x = espalier_scale_doubled((*a++ - a_zero) * factor, multiplier);
    x += x >> 31;
    *out++ = (int8_t)espalier_clamp((x + rounding) >> shift, low, high);
  }
}

static void row_by_row(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
#if ESPALIER_HELIUM
  const int32_t constants[7] = {-l->a_zero, -l->b_zero, l->multiplier, l->shift, l->out_zero, l->low, l->high};
  espalier_mul_fours(a, b, out, l->extent[3], constants);
#else
  int32_t a_zero = l->a_zero, b_zero = l->b_zero;
  int32_t multiplier = l->multiplier, shift = -l->shift, low = l->low, high = l->high, count = l->extent[3];
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1));
#if ESPALIER_WORDS
  const espalier_finishing f = finishing_of(l);
  uint32_t a_zeros = halves(-a_zero), b_zeros = halves(-2 * b_zero);
  for (; count >= 4; count -= 4) {
    uint32_t x, y, even, odd, other_even, other_odd;
    ESPALIER_MOVE4(&x, a);
    ESPALIER_MOVE4(&y, b);
    even = espalier_add_even(a_zeros, x);
    odd = espalier_add_odd(a_zeros, x);
    other_even = espalier_add_even(espalier_add_even(b_zeros, y), y);
    other_odd = espalier_add_odd(espalier_add_odd(b_zeros, y), y);
    x = espalier_finished_word(&f, espalier_mul_bb(even, other_even), espalier_mul_bb(odd, other_odd),
                               espalier_mul_tt(even, other_even), espalier_mul_tt(odd, other_odd));
    ESPALIER_MOVE4(out, &x);
    a += 4;
    b += 4;
    out += 4;
  }
#endif
  for (; count > 0; count--) {
    int32_t x = espalier_scale_doubled((*a++ - a_zero) * (*b++ - b_zero) * 2, multiplier);
    x += x >> 31;
    *out++ = (int8_t)espalier_clamp((x + rounding) >> shift, low, high);
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

void espalier_mul(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        row(l, a + i * s[0] + j * s[1] + k * s[2], b + i * t[0] + j * t[1] + k * t[2], out);
        out += e[3];
      }
    }
  }
}
