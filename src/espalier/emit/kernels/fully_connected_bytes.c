/* fully_connected for cores with byte dot products: weights lie unit by unit, four units at a time. */
#include "bytes.h"
#include "dense.h"

void espalier_dense_bytes(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  const espalier_dense_range range = espalier_dense_range_of(l);
  int32_t pitch = (l->depth + 3) & ~3, units = l->units, row, unit, k;
  (void)scratch;
  for (row = 0; row < l->rows; row++) {
    for (unit = 0; unit < units;) {
      const espalier_pair *pair;
      int32_t sums[4], step = pitch, count = 4;
      if (units - unit < 4) {
        /* The last four once more in part, or single ones where there are no four. */
        if (units >= 4) {
          unit = units - 4;
        } else {
          count = 1;
          step = 0;
        }
      }
      espalier_dots_bytes(in, l->weights + unit * pitch, step, l->depth, sums);
      for (k = 0; k < count; k++, unit++) {
        pair = l->pairs + (unit >> 1);
        if (unit & 1) {
          out[unit] = espalier_dense_output(range, (int32_t)((uint32_t)sums[k] + (uint32_t)pair->bias1), pair->multiplier1,
                                            pair->shift1);
        } else {
          out[unit] = espalier_dense_output(range, (int32_t)((uint32_t)sums[k] + (uint32_t)pair->bias0), pair->multiplier0,
                                            pair->shift0);
        }
      }
    }
    in += l->depth;
    out += l->out_pitch;
  }
}
