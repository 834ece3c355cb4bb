/* average_pool_2d and max_pool_2d. Windows are clipped to the input; the average divides by what is left, rounding
 * halves away from zero. */
#include "espalier.h"

typedef struct {
  int32_t top, rows, left, columns;
} Window;

static int32_t clip(int32_t from, int32_t size, int32_t limit, int32_t *start) {
  int32_t end = from + size;
  *start = from < 0 ? 0 : from;
  return (end > limit ? limit : end) - *start;
}

static Window window_at(const espalier_pool_layer *l, int32_t y, int32_t x) {
  Window w;
  w.rows = clip(y * l->stride_height - l->pad_top, l->window_height, l->in_height, &w.top);
  w.columns = clip(x * l->stride_width - l->pad_left, l->window_width, l->in_width, &w.left);
  return w;
}

/* Rounded sum / count. The quotient fits 8 bits, so it is found bit by bit: no division instruction is needed. */
static int32_t average(int32_t sum, int32_t count) {
  int32_t rest = (sum < 0 ? -sum : sum) + (count >> 1);
  int32_t quotient = 0;
  int32_t bit;
  for (bit = 7; bit >= 0; bit--) {
    if (rest >= count << bit) {
      rest -= count << bit;
      quotient += 1 << bit;
    }
  }
  return sum < 0 ? -quotient : quotient;
}

void espalier_average_pool_2d(const espalier_pool_layer *l, const int8_t *in, int8_t *out) {
  int32_t y, x, channel, row, column;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      Window w = window_at(l, y, x);
      const int8_t *corner = in + (w.top * l->in_width + w.left) * l->channels;
      int32_t step = (l->in_width - w.columns) * l->channels;
      for (channel = 0; channel < l->channels; channel++) {
        const int8_t *at = corner + channel;
        int32_t sum = 0;
        for (row = w.rows; row > 0; row--) {
          for (column = w.columns; column > 0; column--) {
            sum += *at;
            at += l->channels;
          }
          at += step;
        }
        *out++ = (int8_t)espalier_clamp(average(sum, w.rows * w.columns), l->low, l->high);
      }
    }
  }
}

void espalier_max_pool_2d(const espalier_pool_layer *l, const int8_t *in, int8_t *out) {
  int32_t y, x, channel, row, column;
  for (y = 0; y < l->out_height; y++) {
    for (x = 0; x < l->out_width; x++) {
      Window w = window_at(l, y, x);
      const int8_t *corner = in + (w.top * l->in_width + w.left) * l->channels;
      int32_t step = (l->in_width - w.columns) * l->channels;
      for (channel = 0; channel < l->channels; channel++) {
        const int8_t *at = corner + channel;
        int32_t best = l->low;
        for (row = w.rows; row > 0; row--) {
          for (column = w.columns; column > 0; column--) {
            best = *at > best ? *at : best;
            at += l->channels;
          }
          at += step;
        }
        *out++ = (int8_t)(best > l->high ? l->high : best);
      }
    }
  }
}
