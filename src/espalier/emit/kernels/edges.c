/* quantize and dequantize at the edges of a network: the only kernels that use floating point. */
#include "typed.h"

void espalier_dequantize(const espalier_float_layer *l, const int8_t *in, float *out) {
  int32_t i;
  for (i = 0; i < l->count; i++) out[i] = l->scale * (float)(espalier_get(in, i, l->type) - l->zero);
}

void espalier_quantize_float(const espalier_float_layer *l, const float *in, int8_t *out) {
  int32_t i;
  for (i = 0; i < l->count; i++) {
    float x = in[i] / l->scale;
    int32_t value;
    /* Halves away from zero; the bounds keep the conversion defined, also for values that are not numbers. */
    if (!(x > -40000.0f)) x = -40000.0f;
    if (x > 40000.0f) x = 40000.0f;
    value = (int32_t)x;
    if (x - (float)value >= 0.5f) value++;
    if (x - (float)value <= -0.5f) value--;
    espalier_put(out, i, l->type, espalier_clamp(value + l->zero, l->low, l->high));
  }
}
