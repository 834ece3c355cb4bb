/* resize_bilinear with TFLite's 10-bit weights. */
#include "espalier.h"

/* One output pixel: its four neighbours (first elements) and their weights, which sum to 2^20. */
typedef struct {
  int32_t at[4], weight[4];
} Neighbours;

static Neighbours neighbours(const espalier_resize_bilinear_layer *l, int32_t y, int32_t x) {
  const int32_t *row = l->rows + 3 * y, *column = l->columns + 3 * x;
  int32_t i;
  Neighbours n;
  for (i = 0; i < 4; i++) {
    int32_t down = i & 1, right = i >> 1;
    n.at[i] = (row[1 + down] * l->in_width + column[1 + right]) * l->channels;
    n.weight[i] = (down ? row[0] : 1024 - row[0]) * (right ? column[0] : 1024 - column[0]);
  }
  return n;
}

void espalier_resize_bilinear(const espalier_resize_bilinear_layer *l, const int8_t *in, int8_t *out) {
  int32_t y, x, channel, i;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      Neighbours n = neighbours(l, y, x);
      for (channel = 0; channel < l->channels; channel++) {
        int32_t total = 0;
        for (i = 0; i < 4; i++) total += in[n.at[i] + channel] * n.weight[i];
        /* total / 2^20, halves away from zero */
        *out++ = (int8_t)(total < 0 ? -((-total + (1 << 19)) >> 20) : (total + (1 << 19)) >> 20);
      }
    }
  }
}

void espalier_resize_bilinear_int16(const espalier_resize_bilinear_layer *l, const int16_t *in, int16_t *out) {
  int32_t y, x, channel, i;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      Neighbours n = neighbours(l, y, x);
      for (channel = 0; channel < l->channels; channel++) {
        int64_t total = 0;
        for (i = 0; i < 4; i++) total += (int64_t)in[n.at[i] + channel] * n.weight[i];
        *out++ = (int16_t)(total < 0 ? -((-total + (1 << 19)) >> 20) : (total + (1 << 19)) >> 20);
      }
    }
  }
}
