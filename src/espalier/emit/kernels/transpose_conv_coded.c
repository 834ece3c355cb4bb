/* transpose_conv with coded weights. */
#include "espalier.h"

void espalier_transpose_conv_coded(const espalier_transpose_conv_coded_layer *l, const int8_t *in, int8_t *out,
                                   void *scratch) {
  espalier_transpose_conv_layer part = l->layer;
  part.weights = scratch;
  espalier_decode_whole(&l->code, scratch);
  espalier_transpose_conv(&part, in, out);
}
