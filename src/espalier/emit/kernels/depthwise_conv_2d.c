/* depthwise_conv_2d. Rows go through a ring of padded 16-bit rows (each 4 channels in the order 0, 2, 1, 3), so that
 * the output may be written over the input; 4 channels of one pixel are computed at a time. */
#include "espalier.h"


static int8_t *ring_row(const espalier_depthwise_conv_2d_layer *l, void *scratch, int32_t slot) {
  return (int8_t *)scratch + slot * l->row_bytes;
}

static void fill(const espalier_depthwise_conv_2d_layer *l, int8_t *at, int32_t bytes) {
  uint32_t word = ((uint32_t)l->in_zero & 0xffffu) * 0x10001u;
  uint32_t *to = (uint32_t *)(void *)at;
  for (; bytes > 0; bytes -= 4) *to++ = word;
}

/* One row of the input into the ring, each channel `multiplier` times, channels padded to a multiple of 4. */
static void take_row(const espalier_depthwise_conv_2d_layer *l, int8_t *slot, const int8_t *in) {
  int32_t padded = (l->out_channels + 3) & ~3;
  int16_t *to = (int16_t *)(void *)slot + l->pad_left * padded;
  int32_t x, channel;
  for (x = 0; x < l->in_width; x++) {
    if (l->multiplier == 1 && l->in_channels == padded) {
      for (channel = 0; channel < padded; channel += 4) {
#if ESPALIER_DSP
        uint32_t values, even, odd;
        uint32_t *words = (uint32_t *)(void *)to;
        ESPALIER_MOVE4(&values, in);
        __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(values));
        words[0] = even;
        words[1] = odd;
#else
        to[0] = in[0];
        to[1] = in[2];
        to[2] = in[1];
        to[3] = in[3];
#endif
        to += 4;
        in += 4;
      }
    } else {
      int32_t repeat = 0, source = 0;
      for (channel = 0; channel < l->out_channels; channel++) {
        int32_t lane = channel & 3;
        to[(channel & ~3) + (lane == 1 ? 2 : (lane == 2 ? 1 : lane))] = in[source];
        if (++repeat == l->multiplier) {
          repeat = 0;
          source++;
        }
      }
      to += padded;
      in += l->in_channels;
    }
  }
}

/* Sums of 4 channels over the window. */
static void window_sums(const espalier_depthwise_conv_2d_layer *l, void *scratch, int32_t slot, int32_t offset,
                        const int16_t *w, int32_t sum[4]) {
  int32_t step = 2 * l->dilation_width * ((l->out_channels + 3) & ~3);
  int32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
  int32_t ky, kx;
  for (ky = 0; ky < l->kernel_height; ky++) {
    const int8_t *at = ring_row(l, scratch, slot) + offset;
#if ESPALIER_DSP
    for (kx = l->kernel_width; kx > 0; kx--) {
      const uint32_t *v = (const uint32_t *)(const void *)at, *u = (const uint32_t *)(const void *)w;
      uint32_t even = v[0], odd = v[1], we = u[0], wo = u[1];
      __asm__("smlabb %0, %1, %2, %0" : "+r"(s0) : "r"(even), "r"(we));
      __asm__("smlabb %0, %1, %2, %0" : "+r"(s1) : "r"(odd), "r"(wo));
      __asm__("smlatt %0, %1, %2, %0" : "+r"(s2) : "r"(even), "r"(we));
      __asm__("smlatt %0, %1, %2, %0" : "+r"(s3) : "r"(odd), "r"(wo));
      at += step;
      w += 4;
    }
#else
    for (kx = l->kernel_width; kx > 0; kx--) {
      const int16_t *v = (const int16_t *)(const void *)at;
      s0 = (int32_t)((uint32_t)s0 + (uint32_t)(v[0] * w[0]));
      s2 = (int32_t)((uint32_t)s2 + (uint32_t)(v[1] * w[1]));
      s1 = (int32_t)((uint32_t)s1 + (uint32_t)(v[2] * w[2]));
      s3 = (int32_t)((uint32_t)s3 + (uint32_t)(v[3] * w[3]));
      at += step;
      w += 4;
    }
#endif
    slot += l->dilation_height;
    if (slot >= l->ring_rows) slot -= l->ring_rows;
  }
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}

static void one_row(const espalier_depthwise_conv_2d_layer *l, void *scratch, int32_t slot, int8_t *out) {
  int32_t padded = (l->out_channels + 3) & ~3;
  int32_t taps = l->kernel_height * l->kernel_width;
  int32_t low = l->low, high = l->high;
  int32_t x, block, lane;
  for (block = 0; block < l->out_channels; block += 4) {
    const espalier_channel *c = l->channels + block;
    const int16_t *w = l->weights + block * taps;
    int32_t lanes = l->out_channels - block < 4 ? l->out_channels - block : 4;
    for (x = 0; x < l->out_width; x++) {
      int32_t sum[4];
      int8_t *o = out + x * l->out_channels + block;
      sum[0] = c[0].bias;
      sum[1] = c[1].bias;
      sum[2] = c[2].bias;
      sum[3] = c[3].bias;
      window_sums(l, scratch, slot, 2 * (x * l->stride_width * padded + block), w, sum);
      for (lane = 0; lane < lanes; lane++) {
        int32_t value = sum[lane], m = c[lane].multiplier, s = c[lane].shift;
        if (l->fast) {
          value = espalier_scale_doubled(value * 2, m);
          value += value >> 31;
          value = (value + (2 * l->out_zero + 1) * ((int32_t)1 << (s - 1))) >> s;
        } else {
          value = espalier_clamp(espalier_requantize(value, m, s), -512, 511) + l->out_zero;
        }
        o[lane] = (int8_t)espalier_clamp(value, low, high);
      }
    }
  }
}

void espalier_depthwise_conv_2d(const espalier_depthwise_conv_2d_layer *l, const int8_t *in, int8_t *out,
                                void *scratch) {
  int32_t pushed = 0, wanted = l->ring_rows, slot = 0, y;
  fill(l, scratch, l->state_bytes);
  for (y = 0; y < l->out_height; y++) {
    while (pushed < wanted) {
      int8_t *row = ring_row(l, scratch, slot);
      if (pushed >= l->pad_top && pushed < l->pad_top + l->in_height) {
        take_row(l, row, in);
        in += l->in_width * l->in_channels;
      } else {
        fill(l, row, l->row_bytes);
      }
      pushed++;
      if (++slot == l->ring_rows) slot = 0;
    }
    one_row(l, scratch, slot, out);
    wanted += l->stride_height;
    out += l->out_width * l->out_channels;
  }
}
