/* transpose_conv on 16-bit values with 64-bit sums: every output gathers the inputs that reach it. */
#include "espalier.h"

static int64_t gather(const espalier_transpose_conv_int16_layer *l, const int16_t *in, int32_t y, int32_t x,
                      int32_t channel) {
  const int8_t *w = l->weights + channel * l->kernel_height * l->kernel_width * l->in_channels;
  int64_t sum = l->biases[channel];
  int32_t ky, kx, k, iy, ix;
  for (ky = 0; ky < l->kernel_height; ky++) {
    for (kx = 0; kx < l->kernel_width; kx++, w += l->in_channels) {
      int32_t reach_y = y + l->pad_top - ky, reach_x = x + l->pad_left - kx;
      for (iy = 0; reach_y > 0; iy++) reach_y -= l->stride_height;
      for (ix = 0; reach_x > 0; ix++) reach_x -= l->stride_width;
      if (reach_y != 0 || reach_x != 0 || iy >= l->in_height || ix >= l->in_width) continue;
      for (k = 0; k < l->in_channels; k++) sum += w[k] * in[(iy * l->in_width + ix) * l->in_channels + k];
    }
  }
  return sum;
}

void espalier_transpose_conv_int16(const espalier_transpose_conv_int16_layer *l, const int16_t *in, int16_t *out) {
  int32_t y, x, channel;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      for (channel = 0; channel < l->out_channels; channel++) {
        const espalier_channel *c = l->channels + channel;
        int64_t sum = gather(l, in, y, x, channel);
        int32_t scaled = (int32_t)((sum * c->multiplier + ((int64_t)1 << (c->shift - 1))) >> c->shift);
        *out++ = (int16_t)espalier_clamp(scaled, l->low, l->high);
      }
    }
  }
}
