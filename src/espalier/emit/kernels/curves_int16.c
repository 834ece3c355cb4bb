/* softmax, logistic and tanh on 16-bit values: tables with linear interpolation, as TFLite's 16x8 kernels. */
#include "espalier.h"

/* 513 samples: the high 9 bits choose one, the low 7 bits interpolate. */
static int32_t look_up(const int16_t *table, int32_t x) {
  int32_t index = 256 + (x >> 7);
  int32_t slope = (int16_t)(table[index + 1] - table[index]);
  return table[index] + ((slope * (x & 127) + 64) >> 7);
}

static int32_t exp_of(const espalier_softmax_int16_layer *l, int32_t difference) {
  int32_t x = espalier_requantize(difference, l->multiplier, l->shift);
  return look_up(l->exp_table, espalier_clamp(espalier_clamp(x, -100000, 0) + 32767, -32768, 32767));
}

void espalier_softmax_int16(const espalier_softmax_int16_layer *l, const int16_t *in, int16_t *out) {
  int32_t row, i;
  for (row = 0; row < l->rows; row++) {
    int32_t largest = -32768, sum = 0, bits = 0, inverse;
    uint32_t shifted;
    for (i = 0; i < l->depth; i++) largest = in[i] > largest ? in[i] : largest;
    for (i = 0; i < l->depth; i++) sum += exp_of(l, in[i] - largest);
    while (bits < 31 && (sum >> bits) != 0) bits++;
    shifted = (((uint32_t)sum << (31 - bits)) + (1u << 13)) >> 14;
    inverse = look_up(l->reciprocal_table, espalier_clamp((int32_t)shifted - 98304, -32768, 32767));
    for (i = 0; i < l->depth; i++) {
      int32_t product = exp_of(l, in[i] - largest) * inverse;
      out[i] = (int16_t)espalier_clamp((product + ((int32_t)1 << (bits - 2))) >> (bits - 1), 0, 32767);
    }
    in += l->depth;
    out += l->depth;
  }
}

void espalier_sigmoid_int16(const espalier_sigmoid_int16_layer *l, const int16_t *in, int16_t *out) {
  int32_t step = l->hyperbolic ? 8 : 9;
  int32_t i;
  for (i = 0; i < l->count; i++) {
    int32_t data = (in[i] * l->multiplier + (l->shift ? (int32_t)1 << (l->shift - 1) : 0)) >> l->shift;
    int32_t magnitude = data < 0 ? -data : data;
    int32_t high = magnitude >> step;
    int32_t x;
    if (high >= 255) {
      x = l->hyperbolic ? 0xffff * 256 : 0x7fff * 1024;
    } else {
      x = (l->table[high] << step) + (magnitude & ((1 << step) - 1)) * (l->table[high + 1] - l->table[high]);
    }
    if (l->hyperbolic) {
      x = data >= 0 ? x - (1 << 23) + 128 : (1 << 23) - x + 127;
    } else {
      x = (data >= 0 ? x + 512 : (1 << 25) - x + 511) >> 2;
    }
    out[i] = (int16_t)(x >> 8);
  }
}
