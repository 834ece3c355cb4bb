/* div: the dividend, with all its spare bits, times the reciprocal of the divisor. */
#include "typed.h"

static int32_t divided(const espalier_div_layer *l, int32_t a, int32_t b) {
  int32_t spare, shift, x;
  if (b < 0) {
    a = -a;
    b = -b;
  }
  spare = 30 - l->bits[a < 0 ? -a - 1 : a];
  x = espalier_scale((int32_t)((uint32_t)a << spare), l->inverses[b]);
  shift = spare + (b ? l->bits[b] : 0) - l->shift;
  x = espalier_round_shift(espalier_scale(x, l->multiplier), shift > 31 ? 31 : shift);
  return espalier_finish(x, l->out_zero, l->low, l->high);
}

void espalier_div(const espalier_div_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k, m;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        const int8_t *p = a + i * s[0] + j * s[1] + k * s[2], *q = b + i * t[0] + j * t[1] + k * t[2];
        for (m = e[3]; m > 0; m--, p += s[3], q += t[3]) *out++ = (int8_t)divided(l, *p - l->a_zero, *q - l->b_zero);
      }
    }
  }
}
