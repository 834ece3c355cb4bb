/* average_pool_2d and max_pool_2d on 16-bit values. */
#include "espalier.h"

/* sum / count, halves away from zero; the quotient fits 16 bits and is found bit by bit. */
static int32_t average(int32_t sum, int32_t count) {
  uint32_t rest = (uint32_t)(sum < 0 ? -sum : sum) + ((uint32_t)count >> 1);
  uint32_t quotient = 0;
  int32_t bit;
  for (bit = 15; bit >= 0; bit--) {
    if ((rest >> bit) >= (uint32_t)count) {
      rest -= (uint32_t)count << bit;
      quotient += 1u << bit;
    }
  }
  return sum < 0 ? -(int32_t)quotient : (int32_t)quotient;
}

static int32_t value_at(const espalier_pool_int16_layer *l, const int16_t *in, int32_t top, int32_t left, int32_t channel) {
  int32_t sum = 0, best = -32768, count = 0;
  int32_t y, x;
  for (y = top; y < top + l->window_height; y++) {
    for (x = left; x < left + l->window_width; x++) {
      int32_t value;
      if (y < 0 || y >= l->in_height || x < 0 || x >= l->in_width) continue;
      value = in[(y * l->in_width + x) * l->channels + channel];
      sum += value;
      best = value > best ? value : best;
      count++;
    }
  }
  return l->largest ? best : average(sum, count);
}

void espalier_pool_int16(const espalier_pool_int16_layer *l, const int16_t *in, int16_t *out) {
  int32_t y, x, channel;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      for (channel = 0; channel < l->channels; channel++) {
        int32_t top = y * l->stride_height - l->pad_top, left = x * l->stride_width - l->pad_left;
        *out++ = (int16_t)espalier_clamp(value_at(l, in, top, left, channel), l->low, l->high);
      }
    }
  }
}
