/* transpose_conv: every output gathers the inputs that reach it. */
#include "typed.h"

void espalier_transpose_conv(const espalier_transpose_conv_layer *l, const int8_t *in, int8_t *out) {
  int32_t y, x, channel, ky, kx, k;
  int32_t first_y = l->pad_top, from_y = 0;
  while (first_y >= l->stride_height) {
    first_y -= l->stride_height;
    from_y++;
  }
  for (y = 0; y < l->out_height; y++) {
    int32_t first_x = l->pad_left, from_x = 0;
    while (first_x >= l->stride_width) {
      first_x -= l->stride_width;
      from_x++;
    }
    for (x = 0; x < l->out_width; x++) {
      for (channel = 0; channel < l->out_channels; channel++) {
        const espalier_channel *c = l->channels + channel;
        const int8_t *filter = l->weights + channel * l->kernel_height * l->kernel_width * l->in_channels;
        uint32_t sum = (uint32_t)c->bias;
        int32_t iy = from_y;
        for (ky = first_y; ky < l->kernel_height; ky += l->stride_height, iy--) {
          int32_t ix = from_x;
          if (iy < 0 || iy >= l->in_height) continue;
          for (kx = first_x; kx < l->kernel_width; kx += l->stride_width, ix--) {
            const int8_t *w = filter + (ky * l->kernel_width + kx) * l->in_channels;
            const int8_t *v = in + (iy * l->in_width + ix) * l->in_channels;
            if (ix < 0 || ix >= l->in_width) continue;
            for (k = 0; k < l->in_channels; k++) sum += (uint32_t)(w[k] * (v[k] - l->in_zero));
          }
        }
        *out++ = (int8_t)espalier_finish(espalier_requantize((int32_t)sum, c->multiplier, c->shift), l->out_zero, l->low,
                                         l->high);
      }
      if (++first_x == l->stride_width) {
        first_x = 0;
        from_x++;
      }
    }
    if (++first_y == l->stride_height) {
      first_y = 0;
      from_y++;
    }
  }
}
