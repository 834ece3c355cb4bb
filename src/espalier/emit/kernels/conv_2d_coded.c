/* conv_2d with coded weights: the whole layer for some output channels, then for the next ones. */
#include "espalier.h"

void espalier_conv_2d_coded(const espalier_conv_2d_coded_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  espalier_conv_2d_layer part = l->layer;
  int32_t bytes = part.out_height * part.out_width * part.out_channels;
  int8_t *table = (int8_t *)scratch + l->code.part_bytes;
  int32_t next = 0, first;
  espalier_decode_start(&l->code, (uint16_t *)(void *)table);
  part.weights = scratch;
  part.low = -128;
  part.high = 127;
  for (first = 0; first < part.out_channels; first += l->part_channels) {
    next = espalier_decode(&l->code, (uint16_t *)(void *)table, next, scratch);
    espalier_conv_2d(&part, in, out + first, table + ESPALIER_DECODE_BYTES);
    part.pairs += l->part_channels >> 1;
  }
  if (l->layer.low > -128 || l->layer.high < 127) {
    for (; bytes > 0; bytes--, out++) *out = (int8_t)espalier_clamp(*out, l->layer.low, l->layer.high);
  }
}
