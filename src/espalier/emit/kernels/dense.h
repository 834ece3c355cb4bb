/* What the dense layers share: the last step of an output. */
#ifndef ESPALIER_DENSE_H
#define ESPALIER_DENSE_H

#include "espalier.h"

/* What the outputs of a layer have in common; kept in registers, as a store of an output might change a layer's fields. */
typedef struct {
  int32_t zero, low, high;
} espalier_dense_range;

static inline espalier_dense_range espalier_dense_range_of(const espalier_fully_connected_layer *l) {
  espalier_dense_range r;
  r.zero = 2 * l->out_zero + 1;
  r.low = l->low;
  r.high = l->high;
  return r;
}

/* The output of a sum by TFLite Micro's integer rule. A unit whose sums stay below 2^30 and whose right shift is 1..22 holds
 * that shift and takes the short form; every other one holds TFLite's shift, less ESPALIER_LONG_SHIFT. */
static inline int8_t espalier_dense_output(espalier_dense_range r, int32_t sum, int32_t multiplier, int32_t shift) {
  if (shift > 0) {
    int32_t x = espalier_scale_doubled((int32_t)((uint32_t)sum << 1), multiplier);
    x += x >> 31;
    return (int8_t)espalier_clamp((x + r.zero * ((int32_t)1 << (shift - 1))) >> shift, r.low, r.high);
  } else {
    int32_t x = espalier_clamp(espalier_requantize(sum, multiplier, shift + ESPALIER_LONG_SHIFT), -512, 511);
    return (int8_t)espalier_clamp(x + (r.zero >> 1), r.low, r.high);
  }
}

#endif
