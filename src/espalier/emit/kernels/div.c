/* div: the dividend, with all its spare bits, times the reciprocal of the divisor. */
#include "typed.h"

void espalier_div(const espalier_div_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride, *inverses = l->inverses;
  const int8_t *bits = l->bits;
  int32_t i, j, k, m, a_zero = l->a_zero, b_zero = l->b_zero;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        const int8_t *p = a + i * s[0] + j * s[1] + k * s[2], *q = b + i * t[0] + j * t[1] + k * t[2];
        int32_t p_step = s[3], q_step = t[3];
        for (m = e[3]; m > 0; m--, p += p_step, q += q_step) {
          int32_t x = *p - a_zero, y = *q - b_zero, sign = y >> 31, spare, shift;
          x = (x ^ sign) - sign;
          y = (y ^ sign) - sign;
          spare = 30 - bits[x ^ (x >> 31)];
          x = espalier_scale((int32_t)((uint32_t)x << spare), inverses[y]);
          shift = spare + bits[y ? y : 1] - l->shift;
          x = espalier_round_shift(espalier_scale(x, l->multiplier), shift > 31 ? 31 : shift);
          *out++ = (int8_t)espalier_finish(x, l->out_zero, l->low, l->high);
        }
      }
    }
  }
}
