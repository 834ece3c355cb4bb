/* depthwise_conv_2d with coded weights. */
#include "espalier.h"

void espalier_depthwise_conv_2d_coded(const espalier_depthwise_conv_2d_coded_layer *l, const int8_t *in, int8_t *out,
                                      void *scratch) {
  espalier_depthwise_conv_2d_layer part = l->layer;
  int32_t values = l->code.part_bytes, i;
  int16_t *wide = scratch;
  int8_t *table = (int8_t *)(wide + values);
  const int8_t *narrow = (const int8_t *)scratch + values;
  part.weights = wide;
  part.channels = l->channels;
  espalier_decode_start(&l->code, (uint16_t *)(void *)table);
  (void)espalier_decode(&l->code, (uint16_t *)(void *)table, 0, (int8_t *)scratch + values);
  for (i = 0; i < values; i++) wide[i] = narrow[i];
  espalier_depthwise_conv_2d(&part, in, out, table + ESPALIER_DECODE_BYTES);
}
