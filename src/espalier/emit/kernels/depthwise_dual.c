/* depthwise_conv_2d for cores with dual 16-bit multiplications. Rows of 16-bit values hold one channel after the other, so
 * that two neighbouring taps of a window are one multiplication for any count of channels; four pixels of a channel are
 * computed at a time. Where RAM counts more than time, or a row is read once, the ring holds bytes, and the window's rows
 * are widened four channels at a time. Channels that the short requantization cannot do are computed anew. */
#include "espalier.h"

static int32_t wide_sum(const int16_t *at, const int8_t *taps, int32_t count) {
  int32_t sum = 0;
  for (; count > 0; count--) sum += *at++ * *taps++;
  return sum;
}

static int32_t narrow_sum(const int8_t *at, int32_t pitch, const int8_t *taps, int32_t count) {
  int32_t sum = 0;
  for (; count > 0; count--, at += pitch) sum += *at * *taps++;
  return sum;
}

/* One row of a channel whose requantization is not short; it reads the plane `source`. */
static void slow_channel(const espalier_depthwise_dual_layer *l, void *state, const espalier_slow_channel *c,
                         const int8_t *taps, int32_t source, int8_t *out) {
  int32_t step = l->stride_width * (l->narrow ? l->in_channels : 2), x, ky;
  int32_t first = l->narrow ? source : 2 * source * l->ring_width;
  for (x = 0; x < l->out_width; x++, first += step) {
    const int8_t *w = taps;
    uint32_t sum = (uint32_t)c->bias;
    for (ky = 0; ky < l->kernel_height; ky++, w += l->kernel_width) {
      const int8_t *at = espalier_ring_row(&l->ring, state, ky * l->dilation_height) + first;
      sum += (uint32_t)(l->narrow ? narrow_sum(at, l->in_channels, w, l->kernel_width)
                                  : wide_sum((const int16_t *)(const void *)at, w, l->kernel_width));
    }
    out[x * l->channels + c->channel] = espalier_slow_output((int32_t)sum, c, l->out_zero, l->low, l->high);
  }
}

static void slow_channels(const espalier_depthwise_dual_layer *l, void *state, int8_t *out) {
  int32_t taps = l->kernel_height * l->kernel_width, source = 0, first = 0, i;
  for (i = 0; i < l->slow_count; i++) {
    for (; first + l->multiplier <= l->slow[i].channel; first += l->multiplier) source++;
    slow_channel(l, state, l->slow + i, l->slow_taps + i * taps, source, out);
  }
}

/* All outputs of `count` channels of the input. */
static void run(const espalier_depthwise_dual_layer *l, espalier_depthwise_strip *strip, int32_t count) {
  int32_t plane = 2 * l->ring_width;
  if (l->multiplier == 1) {
    strip->count = count;
    l->strip(strip);
    strip->weights += count * l->window_weights;
    strip->channels += count;
    strip->out += count;
    return;
  }
  strip->turn -= plane;
  strip->count = l->multiplier;
  for (; count > 0; count--) {
    l->strip(strip);
    strip->weights += l->multiplier * l->window_weights;
    strip->channels += l->multiplier;
    strip->out += l->multiplier;
    strip->offset += plane;
  }
  strip->turn += plane;
}

void espalier_depthwise_dual_row(const espalier_depthwise_dual_layer *l, void *state, void *work, const int8_t *in,
                                 int8_t *out) {
  const int8_t **rows = work;
  int8_t *wide = (int8_t *)work + l->wide_at;
  int32_t plane = 2 * l->ring_width, channel, i;
  espalier_depthwise_strip strip;
  (void)in;
  for (i = 0; i < l->kernel_height; i++) {
    rows[i] = l->narrow ? wide + l->narrow * i * plane : espalier_ring_row(&l->ring, state, i * l->dilation_height);
  }
  rows[i] = 0;
  strip.weights = l->weights;
  strip.channels = l->scales;
  strip.out = out;
  strip.pitch = l->channels;
  strip.width = l->out_width;
  strip.rows = rows;
  strip.offset = 0;
  strip.turn = plane - ((l->out_width + 1) & ~3) * 2 * l->stride_width;
  strip.words = l->words;
  if (!l->narrow) run(l, &strip, l->in_channels);
  for (channel = 0; l->narrow && channel < l->in_channels; channel += l->narrow) {
    int32_t count = l->in_channels - channel < l->narrow ? l->in_channels - channel : l->narrow;
    for (i = 0; i < l->kernel_height; i++) {
      const int8_t *row = espalier_ring_row(&l->ring, state, i * l->dilation_height) + channel;
      espalier_widen((int16_t *)(void *)(wide + l->narrow * i * plane), plane, row, count, l->ring_pixels, l->in_channels);
    }
    strip.offset = 0;
    run(l, &strip, count);
  }
  if (l->low > -128 || l->high < 127) espalier_clamp_row(out, l->out_width * l->channels, l->low, l->high);
  if (l->slow_count) slow_channels(l, state, out);
  espalier_ring_next(&l->ring, state);
}

void espalier_depthwise_dual_push(const espalier_depthwise_dual_layer *l, void *state, const int8_t *row) {
  int32_t channels = l->in_channels, channel;
  if (l->narrow) {
    espalier_ring_push(&l->ring, state, row, l->in_width * channels);
  } else {
    int16_t *to = (int16_t *)(void *)espalier_ring_slot(&l->ring, state) + l->pad_left;
    for (channel = 0; channel < channels; channel += 4, to += 4 * l->ring_width) {
      int32_t count = channels - channel < 4 ? channels - channel : 4;
      espalier_widen(to, 2 * l->ring_width, row + channel, count, l->in_width, channels);
    }
    espalier_ring_advance(&l->ring, state);
  }
}

void espalier_depthwise_dual(const espalier_depthwise_dual_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (espalier_ring_wants(&l->ring, scratch)) {
      espalier_depthwise_dual_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_depthwise_dual_row(l, scratch, work, 0, out);
    out += l->out_width * l->channels;
  }
}
