/* depthwise_conv_2d with coded weights. */
#include "espalier.h"

void espalier_depthwise_conv_2d_coded(const espalier_depthwise_conv_2d_coded_layer *l, const int8_t *in, int8_t *out,
                                      void *scratch) {
  espalier_depthwise_conv_2d_layer part = l->layer;
  int32_t values = l->code.part_bytes, i;
  int8_t *narrow = (int8_t *)scratch + values;
  int16_t *wide = scratch;
  part.weights = wide;
  espalier_decode_whole(&l->code, narrow);
  for (i = 0; i < values; i++) wide[i] = narrow[i];
  espalier_depthwise_conv_2d(&part, in, out, narrow + values + ESPALIER_DECODE_BYTES);
}
