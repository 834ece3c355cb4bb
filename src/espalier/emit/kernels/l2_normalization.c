/* Rows divided by their length: gemmlowp's fixed-point inverse square root of the sum of squares. */
#include "espalier.h"

static int32_t shift_saturating(int32_t x, int32_t bits) {
  int32_t limit = (int32_t)(0x7fffffffu >> bits);
  if (x > limit) return 0x7fffffff;
  if (x < -limit - 1) return -0x7fffffff - 1;
  return (int32_t)((uint32_t)x << bits);
}

/* 1 / sqrt(value) as a multiplier in Q0.31 and a left shift: five Newton-Raphson steps. */
static int32_t inverse_sqrt(int32_t value, int32_t *left) {
  int32_t i, half, x = 1 << 28, right = 11;
  *left = 0;
  if (value <= 1) return 0x7fffffff;
  for (; value >= 1 << 29; value >>= 2) right++;
  for (; value < 1 << 27; value <<= 2) right--;
  half = espalier_round_shift(value >> 1, 1);
  for (i = 0; i < 5; i++) {
    int32_t cube = shift_saturating(espalier_scale(espalier_scale(x, x), x), 6);
    x = shift_saturating(espalier_scale(x, 3 << 27) - espalier_scale(half, cube), 3);
  }
  x = espalier_scale(x, 1518500250);
  if (right < 0) return (int32_t)((uint32_t)x << -right);
  *left = -right;
  return x;
}

void espalier_l2_normalization(const espalier_l2_normalization_layer *l, const int8_t *in, int8_t *out) {
  int32_t row, i;
  for (row = 0; row < l->rows; row++) {
    int32_t sum = 0, left, multiplier;
    for (i = 0; i < l->depth; i++) {
      int32_t x = in[i] - l->in_zero;
      sum += x * x;
    }
    multiplier = inverse_sqrt(sum, &left);
    left += 7; /* the output's scale is 1/128 */
    if (left > 0) {
      for (i = l->depth; i > 0; i--) {
        *out++ = (int8_t)espalier_saturate(espalier_requantize(*in++ - l->in_zero, multiplier, left));
      }
    } else {
      int32_t zero = l->in_zero, mask = (int32_t)(((uint32_t)1 << -left) - 1u), half = mask >> 1;
      for (i = l->depth; i > 0; i--) {
        int32_t x = espalier_scale(*in++ - zero, multiplier);
        *out++ = (int8_t)espalier_saturate((x >> -left) + ((x & mask) > half + (x < 0)));
      }
    }
  }
}
