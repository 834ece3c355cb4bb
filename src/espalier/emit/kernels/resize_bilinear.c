/* resize_bilinear with TFLite's 10-bit weights. */
#include "espalier.h"

/* The four neighbours of an output pixel (first elements) and their weights, which sum to 2^20. */
#define NEIGHBOURS(type)                                                                        \
  const type *a = above + column[1], *b = below + column[1];                                    \
  const type *c = above + column[2], *d = below + column[2];                                    \
  int32_t right = column[0], u = (1024 - down) * (1024 - right), v = down * (1024 - right);     \
  int32_t w = (1024 - down) * right, z = down * right

void espalier_resize_bilinear(const espalier_resize_bilinear_layer *l, const int8_t *in, int8_t *out) {
  const int32_t *row = l->rows;
  int32_t y, x, channel, channels = l->channels;
  for (y = l->out_height; y > 0; y--, row += 3) {
    const int32_t *column = l->columns;
    const int8_t *above = in + row[1], *below = in + row[2];
    int32_t down = row[0];
    for (x = l->out_width; x > 0; x--, column += 3) {
      NEIGHBOURS(int8_t);
      for (channel = channels; channel > 0; channel--) {
        int32_t total = *a++ * u + *b++ * v + *c++ * w + *d++ * z;
        /* total / 2^20, halves away from zero */
        *out++ = (int8_t)((total + (total >> 31) + (1 << 19)) >> 20);
      }
    }
  }
}

void espalier_resize_bilinear_int16(const espalier_resize_bilinear_layer *l, const int16_t *in, int16_t *out) {
  const int32_t *row = l->rows;
  int32_t y, x, channel;
  for (y = l->out_height; y > 0; y--, row += 3) {
    const int32_t *column = l->columns;
    const int16_t *above = in + row[1], *below = in + row[2];
    int32_t down = row[0];
    for (x = l->out_width; x > 0; x--, column += 3) {
      NEIGHBOURS(int16_t);
      for (channel = l->channels; channel > 0; channel--) {
        int64_t total = (int64_t)*a++ * u + (int64_t)*b++ * v + (int64_t)*c++ * w + (int64_t)*d++ * z;
        *out++ = (int16_t)(total < 0 ? -((-total + (1 << 19)) >> 20) : (total + (1 << 19)) >> 20);
      }
    }
  }
}
