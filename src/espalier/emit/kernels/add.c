/* add, sub: two int8 tensors of one shape. Exact: the sum before the last rescaling is TFLite's, doubled. */
#include "espalier.h"

void espalier_add_start(const espalier_add_layer *l, void *scratch) {
  int32_t *table = (int32_t *)scratch + 128;
  int32_t value;
  for (value = -128; value < 128; value++) {
    int32_t x = espalier_requantize((value - l->scaled_zero) * (1 << 20), l->scaled_multiplier, l->scaled_shift);
    table[value] = 2 * l->scaled_sign * x + l->constant;
  }
}

void espalier_add_row(const espalier_add_layer *l, const int8_t *a, const int8_t *b, int8_t *out, int32_t count,
                      const void *scratch) {
  const int32_t *table = (const int32_t *)scratch + 128;
  const int8_t *plain = l->swapped ? b : a;
  const int8_t *scaled = l->swapped ? a : b;
  int32_t unit = l->plain, multiplier = l->multiplier, shift = l->shift;
  int32_t rounding = (2 * l->out_zero + 1) * ((int32_t)1 << (shift - 1));
  int32_t low = l->low, high = l->high;
  for (; count > 0; count--) {
    int32_t x = table[*scaled++] + *plain++ * unit;
    x = espalier_scale_doubled(x, multiplier);
    x += x >> 31;
    *out++ = (int8_t)espalier_clamp((x + rounding) >> shift, low, high);
  }
}

void espalier_add(const espalier_add_layer *l, const int8_t *a, const int8_t *b, int8_t *out, void *scratch) {
  espalier_add_start(l, scratch);
  espalier_add_row(l, a, b, out, l->count, scratch);
}
