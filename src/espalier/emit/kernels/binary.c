/* add, sub, mul, maximum, minimum, squared_difference, prelu with broadcasting. */
#include "typed.h"

static int32_t combine(const espalier_binary_layer *l, int32_t a, int32_t b) {
  int32_t x = a - l->a_zero, y = b - l->b_zero;
  switch (l->kind) {
    case ESPALIER_MAXIMUM:
      return a > b ? a : b;
    case ESPALIER_MINIMUM:
      return a < b ? a : b;
    case ESPALIER_MUL:
      x = espalier_requantize(x * y, l->multiplier, l->shift);
      break;
    case ESPALIER_PRELU:
      x = x >= 0 ? espalier_requantize(x, l->a_multiplier, l->a_shift)
                 : espalier_requantize(x * y, l->multiplier, l->shift);
      break;
    default:
      x = espalier_requantize(espalier_wrapping_mul(x, (int32_t)1 << l->left_shift), l->a_multiplier, l->a_shift);
      y = espalier_requantize(espalier_wrapping_mul(y, (int32_t)1 << l->left_shift), l->b_multiplier, l->b_shift);
      if (l->kind == ESPALIER_ADD) {
        x = espalier_wrapping_add(x, l->b_sign * y);
      } else {
        x = espalier_wrapping_mul(x - y, x - y);
      }
      x = espalier_requantize(x, l->multiplier, l->shift);
  }
  return espalier_finish(x, l->out_zero, l->low, l->high);
}

void espalier_binary(const espalier_binary_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k, m, index = 0;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        int32_t p = i * s[0] + j * s[1] + k * s[2];
        int32_t q = i * t[0] + j * t[1] + k * t[2];
        for (m = 0; m < e[3]; m++) {
          int32_t x = combine(l, espalier_get(a, p, l->type), espalier_get(b, q, l->type));
          espalier_put(out, index++, l->type, x);
          p += s[3];
          q += t[3];
        }
      }
    }
  }
}
