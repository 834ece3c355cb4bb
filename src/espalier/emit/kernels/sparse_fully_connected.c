/* fully_connected whose weights are mostly zero: only the others are stored and multiplied. */
#include "espalier.h"

#define ENTRY(i)                        \
  x += (distances >> (4 * (i))) & 15u;  \
  sum += *entry++ * *x++

void espalier_sparse_fully_connected(const espalier_sparse_fully_connected_layer *l, const int8_t *in, int8_t *out) {
  int32_t row, unit;
  for (row = 0; row < l->rows; row++) {
    const espalier_sparse_channel *c = l->channels;
    const int8_t *entry = l->entries;
    for (unit = 0; unit < l->units; unit++) {
      const int8_t *end = entry + c->bytes;
      const int8_t *x = in;
      uint32_t distances;
      int32_t sum = c->start;
      if (c->skip) {
        int32_t i;
        ESPALIER_MOVE4(&distances, entry);
        entry += 4;
        distances >>= 4 * c->skip;
        for (i = c->skip; i < 8; i++) {
          ENTRY(0);
          distances >>= 4;
        }
      }
      while (entry != end) {
        ESPALIER_MOVE4(&distances, entry);
        entry += 4;
        ENTRY(0);
        ENTRY(1);
        ENTRY(2);
        ENTRY(3);
        ENTRY(4);
        ENTRY(5);
        ENTRY(6);
        ENTRY(7);
      }
      sum = espalier_scale(sum, c->multiplier);
      sum += sum >> 31;
      sum = (sum + (2 * l->out_zero + 1) * ((int32_t)1 << (c->shift - 1))) >> c->shift;
      out[unit] = (int8_t)espalier_clamp(sum, l->low, l->high);
      c++;
    }
    in += l->depth;
    out += l->units;
  }
}
