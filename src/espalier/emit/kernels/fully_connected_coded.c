/* fully_connected with coded weights: the whole layer for some units, then for the next ones. */
#include "espalier.h"

void espalier_fully_connected_coded(const espalier_fully_connected_coded_layer *l, const int8_t *in, int8_t *out,
                                    void *scratch) {
  espalier_fully_connected_layer part = l->layer;
  int8_t *table = (int8_t *)scratch + l->code.part_bytes;
  int32_t next = 0, first;
  espalier_decode_start(&l->code, (uint16_t *)(void *)table);
  part.weights = scratch;
  for (first = 0; first < part.out_pitch; first += part.units) {
    next = espalier_decode(&l->code, (uint16_t *)(void *)table, next, scratch);
    espalier_fully_connected(&part, in, out + first, table + ESPALIER_DECODE_BYTES);
    part.pairs += part.units >> 1;
  }
}
