/* softmax over the last axis, int8: gemmlowp's fixed-point exponential and reciprocal. */
#include "espalier.h"

static int32_t shift_saturating(int32_t x, int32_t bits) {
  int32_t limit = (int32_t)(0x7fffffffu >> bits);
  if (x > limit) return 0x7fffffff;
  if (x < -limit - 1) return -0x7fffffff - 1;
  return (int32_t)((uint32_t)x << bits);
}

/* exp(x) in Q0.31 for -1/4 <= x < 0 in Q0.31: a Taylor series around -1/8. */
static int32_t exp_last_quarter(int32_t value) {
  int32_t x = value + (1 << 28);
  int32_t x2 = espalier_scale(x, x);
  int32_t x3 = espalier_scale(x2, x);
  int32_t x4 = espalier_scale(x2, x2);
  int32_t tail = espalier_scale(espalier_round_shift(x4, 2) + x3, 715827883);
  tail = espalier_round_shift(tail + x2, 1);
  return 1895147668 + espalier_scale(x + tail, 1895147668);
}

/* exp(x) in Q0.31 for x <= 0 in Q5.26: the last quarter times exp(-2^i) for every bit that is set. */
static int32_t exp_negative(int32_t x) {
  static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  int32_t part = (x & ((1 << 24) - 1)) - (1 << 24);
  int32_t result = exp_last_quarter(shift_saturating(part, 5));
  int32_t rest = part - x;
  int32_t i;
  if (x == 0) return 0x7fffffff;
  for (i = 0; i < 7; i++) {
    if (rest & ((int32_t)1 << (24 + i))) result = espalier_scale(result, powers[i]);
  }
  return result;
}

/* 1 / (1 + x) for 0 <= x < 1 in Q0.31: three Newton-Raphson steps. */
static int32_t one_over_one_plus(int32_t x) {
  int32_t half = (int32_t)(((uint32_t)x + 0x80000000u) >> 1);
  int32_t y = 1515870810 + espalier_scale(half, -1010580540);
  int32_t i;
  for (i = 0; i < 3; i++) y += shift_saturating(espalier_scale(y, (1 << 29) - espalier_scale(half, y)), 2);
  return shift_saturating(y, 1);
}

/* exp of a difference to the maximum, Q0.31; 0 for those too far below it. */
static int32_t exp_of(const espalier_softmax_layer *l, int32_t difference) {
  if (difference < l->least) return 0;
  return exp_negative(espalier_scale((int32_t)((uint32_t)difference << l->shift), l->multiplier));
}

/* What a row's sum makes of each exponential: it is scaled, and shifted right with rounding. */
typedef struct {
  int32_t scale, shift;
} row_scale;

static row_scale scale_of(int32_t sum) {
  int32_t headroom = 0;
  row_scale s;
  while (!(((uint32_t)sum << headroom) & 0x80000000u)) headroom++;
  s.scale = one_over_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
  s.shift = 12 - headroom + 31 - 8;
  return s;
}

/* Exponentials and products are not negative: halves go up. */
static int32_t share(int32_t exponential) { return (int32_t)(((uint32_t)exponential + 0x800u) >> 12); }

static int8_t output(int32_t exponential, row_scale s) {
  uint32_t product = (uint32_t)espalier_scale(exponential, s.scale);
  uint32_t x = s.shift > 31 ? 0 : (product + ((uint32_t)1 << (s.shift - 1))) >> s.shift;
  return (int8_t)((x > 255 ? 255 : (int32_t)x) - 128);
}

static int32_t largest_of(const int8_t *in, int32_t count) {
  int32_t largest = -128;
  for (; count > 0; count--, in++) largest = *in > largest ? *in : largest;
  return largest;
}

static void row_from_table(const int32_t *table, const int8_t *in, int8_t *out, int32_t depth) {
  const int32_t *of = table + largest_of(in, depth);
  int32_t sum = 0, i;
  row_scale s;
  for (i = 0; i < depth; i++) sum += share(*(of - in[i]));
  s = scale_of(sum);
  for (i = 0; i < depth; i++) out[i] = output(*(of - in[i]), s);
}

static void row_without(const espalier_softmax_layer *l, const int8_t *in, int8_t *out) {
  int32_t largest = largest_of(in, l->depth), sum = 0, i;
  row_scale s;
  for (i = 0; i < l->depth; i++) sum += share(exp_of(l, in[i] - largest));
  s = scale_of(sum);
  for (i = 0; i < l->depth; i++) out[i] = output(exp_of(l, in[i] - largest), s);
}

void espalier_softmax(const espalier_softmax_layer *l, const int8_t *in, int8_t *out) {
  int32_t row;
  for (row = 0; row < l->rows; row++) {
    row_without(l, in, out);
    in += l->depth;
    out += l->depth;
  }
}

void espalier_softmax_tabled(const espalier_softmax_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  int32_t *table = scratch;
  int32_t row, i;
  for (i = 0; i < 256; i++) table[i] = exp_of(l, -i);
  for (row = 0; row < l->rows; row++) {
    row_from_table(table, in, out, l->depth);
    in += l->depth;
    out += l->depth;
  }
}
