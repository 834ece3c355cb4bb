/* conv_int16 with coded weights. */
#include "espalier.h"

void espalier_conv_int16_coded(const espalier_conv_int16_coded_layer *l, const int16_t *in, int16_t *out,
                               void *scratch) {
  espalier_conv_int16_layer part = l->layer;
  part.weights = scratch;
  espalier_decode_whole(&l->code, scratch);
  espalier_conv_int16(&part, in, out);
}
