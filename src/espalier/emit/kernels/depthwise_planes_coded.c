/* depthwise_planes with coded weights. */
#include "espalier.h"

void espalier_depthwise_planes_coded(const espalier_depthwise_planes_coded_layer *l, const int8_t *in, int8_t *out,
                                    void *scratch) {
  espalier_depthwise_planes_layer part = l->layer;
  part.weights = scratch;
  espalier_decode_whole(&l->code, scratch);
  espalier_depthwise_planes(&part, in, out, (int8_t *)scratch + l->code.part_bytes + ESPALIER_DECODE_BYTES);
}
