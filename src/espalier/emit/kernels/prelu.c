/* prelu of int8 tensors where the short requantization of the product is exact. */
#include "espalier.h"

/* Elements along the innermost axis. */
static void row(const espalier_binary_layer *l, const int8_t *table, const int8_t *a, const int8_t *b, int8_t *out) {
  int32_t a_zero = l->a_zero, b_zero = l->b_zero, a_step = l->a_stride[3], b_step = l->b_stride[3];
  int32_t multiplier = l->multiplier, shift = -l->shift, low = l->low, high = l->high;
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1)), count;
  for (count = l->extent[3]; count > 0; count--) {
    int32_t value = *a;
    if (value >= a_zero) {
      *out++ = table[value];
    } else {
      int32_t x = espalier_scale_doubled((value - a_zero) * (*b - b_zero) * 2, multiplier);
      x += x >> 31;
      *out++ = (int8_t)espalier_clamp((x + rounding) >> shift, low, high);
    }
    a += a_step;
    b += b_step;
  }
}

void espalier_prelu(const espalier_prelu_layer *prelu, const int8_t *a, const int8_t *b, int8_t *out) {
  const espalier_binary_layer *l = &prelu->binary;
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        row(l, prelu->table + 128, a + i * s[0] + j * s[1] + k * s[2], b + i * t[0] + j * t[1] + k * t[2], out);
        out += e[3];
      }
    }
  }
}
