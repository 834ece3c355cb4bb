/* fully_connected with coded weights. */
#include "espalier.h"

void espalier_fully_connected_coded(const espalier_fully_connected_coded_layer *l, const int8_t *in, int8_t *out,
                                    void *scratch) {
  espalier_fully_connected_layer part = l->layer;
  uint16_t *table = (uint16_t *)(void *)((int8_t *)scratch + l->code.part_bytes);
  int32_t next = 0, first, row;
  espalier_decode_start(&l->code, table);
  part.weights = scratch;
  for (first = 0; first < l->units; first += part.units) {
    next = espalier_decode(&l->code, table, next, scratch);
    for (row = 0; row < l->rows; row++) {
      espalier_fully_connected(&part, in + row * part.depth, out + row * l->units + first);
    }
    part.pairs += part.units >> 1;
  }
}
