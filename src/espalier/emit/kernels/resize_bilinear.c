/* resize_bilinear with TFLite's 10-bit weights. */
#include "typed.h"

/* total / 2^20 rounded half away from zero. */
static int32_t divide(int64_t total) {
  int64_t x = total < 0 ? -total : total;
  int32_t rounded = (int32_t)((x + (1 << 19)) >> 20);
  return total < 0 ? -rounded : rounded;
}

void espalier_resize_bilinear(const espalier_resize_bilinear_layer *l, const int8_t *in, int8_t *out) {
  int32_t y, x, channel, index = 0;
  for (y = 0; y < l->out_height; y++) {
    const int32_t *row = l->rows + 3 * y;
    for (x = 0; x < l->out_width; x++) {
      const int32_t *column = l->columns + 3 * x;
      int32_t low_y = 1024 - row[0], low_x = 1024 - column[0];
      int32_t p = (row[1] * l->in_width + column[1]) * l->channels;
      int32_t q = (row[2] * l->in_width + column[1]) * l->channels;
      int32_t r = (row[1] * l->in_width + column[2]) * l->channels;
      int32_t s = (row[2] * l->in_width + column[2]) * l->channels;
      for (channel = 0; channel < l->channels; channel++) {
        int64_t total = (int64_t)espalier_get(in, p + channel, l->type) * (low_y * low_x);
        total += (int64_t)espalier_get(in, q + channel, l->type) * (row[0] * low_x);
        total += (int64_t)espalier_get(in, r + channel, l->type) * (low_y * column[0]);
        total += (int64_t)espalier_get(in, s + channel, l->type) * (row[0] * column[0]);
        espalier_put(out, index++, l->type, divide(total));
      }
    }
  }
}
