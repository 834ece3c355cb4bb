/* 16-bit activations, 8-bit weights: conv_2d, depthwise_conv_2d (as a grouped one) and fully_connected (as 1x1). */
#include "espalier.h"

static int64_t window_sum(const espalier_conv_int16_layer *l, const int16_t *in, int32_t top, int32_t left,
                          int32_t channel, int32_t first) {
  const int8_t *w = l->weights + channel * l->kernel_height * l->kernel_width * l->group_in;
  int64_t sum = l->biases[channel];
  int32_t ky, kx, k;
  for (ky = 0; ky < l->kernel_height; ky++) {
    int32_t y = top + ky * l->dilation_height;
    for (kx = 0; kx < l->kernel_width; kx++, w += l->group_in) {
      int32_t x = left + kx * l->dilation_width;
      const int16_t *v;
      if (y < 0 || y >= l->in_height || x < 0 || x >= l->in_width) continue;
      v = in + (y * l->in_width + x) * l->in_channels + first;
      for (k = 0; k < l->group_in; k++) sum += w[k] * v[k];
    }
  }
  return sum;
}

void espalier_conv_int16(const espalier_conv_int16_layer *l, const int16_t *in, int16_t *out) {
  int32_t y, x, channel;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      int32_t first = 0, left_in_group = l->group_out;
      for (channel = 0; channel < l->out_channels; channel++) {
        const espalier_channel *c = l->channels + channel;
        int64_t sum = window_sum(l, in, y * l->stride_height - l->pad_top, x * l->stride_width - l->pad_left, channel,
                                 first);
        int32_t scaled = (int32_t)((sum * c->multiplier + ((int64_t)1 << (c->shift - 1))) >> c->shift);
        *out++ = (int16_t)espalier_clamp(scaled, l->low, l->high);
        if (--left_in_group == 0) {
          left_in_group = l->group_out;
          first += l->group_in;
        }
      }
    }
  }
}
