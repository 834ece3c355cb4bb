/* relu, relu6, leaky_relu and quantize where a table of 256 values does not do. */
#include "typed.h"

void espalier_rescale(const espalier_rescale_layer *l, const int8_t *in, int8_t *out) {
  int32_t i;
  for (i = 0; i < l->count; i++) {
    int32_t x = espalier_get(in, i, l->in_type) - l->in_zero;
    if (x >= 0) {
      x = espalier_requantize(x, l->multiplier, l->shift);
    } else {
      x = l->negative_sign * espalier_requantize(x, l->negative_multiplier, l->negative_shift);
    }
    espalier_put(out, i, l->out_type, espalier_finish(x, l->out_zero, l->low, l->high));
  }
}
