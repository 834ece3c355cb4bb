/* Smoothing and balance in integers; see xmodel_retouch.h. An input value is the byte - 128. */
#include "xmodel_retouch.h"

#define ROW (XMODEL_WIDTH * XMODEL_CHANNELS)

static uint8_t byte_of(int8_t value) {
  return (uint8_t)((uint8_t)value ^ 0x80u);
}

static int8_t value_of(int32_t byte) {
  return (int8_t)(byte - 128);
}

#if XMODEL_SMOOTH == XMODEL_SMOOTH_MEDIAN
static uint8_t least(uint8_t a, uint8_t b) {
  return a < b ? a : b;
}

static uint8_t most(uint8_t a, uint8_t b) {
  return a < b ? b : a;
}

static uint8_t middle(uint8_t a, uint8_t b, uint8_t c) {
  return most(least(a, b), least(most(a, b), c));
}
#endif

#if XMODEL_SMOOTH != XMODEL_SMOOTH_NONE
static void smooth(int8_t *input, int32_t top, int32_t left, int32_t height, int32_t width) {
  uint8_t above[ROW], here[ROW];
  const int32_t row = width * XMODEL_CHANNELS;
  int32_t y, i;
  for (y = 0; y < height; y++) {
    int8_t *out = input + (top + y) * ROW + left * XMODEL_CHANNELS;
    const int8_t *next = y + 1 < height ? out + ROW : out;
    for (i = 0; i < row; i++) {
      above[i] = y > 0 ? here[i] : byte_of(out[i]);
      here[i] = byte_of(out[i]);
    }
    for (i = 0; i < row; i++) {
      const int32_t before = i >= XMODEL_CHANNELS ? i - XMODEL_CHANNELS : i;
      const int32_t after = i + XMODEL_CHANNELS < row ? i + XMODEL_CHANNELS : i;
      /* The last row is its own next one, and already changed on the left: take what it was. */
      const uint8_t below[3] = {y + 1 < height ? byte_of(next[before]) : here[before],
                                y + 1 < height ? byte_of(next[i]) : here[i],
                                y + 1 < height ? byte_of(next[after]) : here[after]};
#if XMODEL_SMOOTH == XMODEL_SMOOTH_GAUSSIAN
      const int32_t sum = above[before] + 2 * above[i] + above[after] + 2 * here[before] + 4 * here[i] + 2 * here[after] +
                          below[0] + 2 * below[1] + below[2];
      out[i] = value_of((sum + 8) >> 4);
#else
      const uint8_t low[3] = {least(least(above[before], here[before]), below[0]), least(least(above[i], here[i]), below[1]),
                              least(least(above[after], here[after]), below[2])};
      const uint8_t high[3] = {most(most(above[before], here[before]), below[0]), most(most(above[i], here[i]), below[1]),
                               most(most(above[after], here[after]), below[2])};
      out[i] = value_of(middle(most(most(low[0], low[1]), low[2]),
                               middle(middle(above[before], here[before], below[0]), middle(above[i], here[i], below[1]),
                                      middle(above[after], here[after], below[2])),
                               least(least(high[0], high[1]), high[2])));
#endif
    }
  }
}
#endif

#if XMODEL_BALANCE != XMODEL_BALANCE_NONE
/* How often each byte stands in a region, in every step-th value of a row from `first` on. */
static void tally(const int8_t *input, int32_t top, int32_t left, int32_t height, int32_t width, int32_t first,
                  int32_t step, uint32_t *counts) {
  int32_t y, i;
  for (i = 0; i < 256; i++) counts[i] = 0;
  for (y = 0; y < height; y++) {
    const int8_t *row = input + (top + y) * ROW + left * XMODEL_CHANNELS;
    for (i = first; i < width * XMODEL_CHANNELS; i += step) counts[byte_of(row[i])]++;
  }
}

static void replace(int8_t *input, int32_t top, int32_t left, int32_t height, int32_t width, int32_t first, int32_t step,
                    const uint8_t *table) {
  int32_t y, i;
  for (y = 0; y < height; y++) {
    int8_t *row = input + (top + y) * ROW + left * XMODEL_CHANNELS;
    for (i = first; i < width * XMODEL_CHANNELS; i += step) row[i] = value_of(table[byte_of(row[i])]);
  }
}
#endif

#if XMODEL_BALANCE == XMODEL_BALANCE_MIN_MAX
static void make_table(const uint32_t *counts, uint8_t *table) {
  int32_t low = 0, high = 255, p;
  while (low < 255 && !counts[low]) low++;
  while (high > low && !counts[high]) high--;
  for (p = 0; p < 256; p++) {
    if (high == low) {
      table[p] = (uint8_t)p;
    } else {
      const int32_t inside = p < low ? 0 : p > high ? high - low : p - low;
      table[p] = (uint8_t)((inside * 255 + (high - low) / 2) / (high - low));
    }
  }
}
#elif XMODEL_BALANCE == XMODEL_BALANCE_EQUALIZE
static void make_table(const uint32_t *counts, uint8_t *table) {
  uint32_t all = 0, first = 0, seen = 0, p;
  for (p = 0; p < 256; p++) {
    if (!first) first = counts[p];
    all += counts[p];
  }
  for (p = 0; p < 256; p++) {
    const uint32_t rest = all - first;
    seen += counts[p];
    table[p] = (uint8_t)(!rest ? p : ((seen > first ? seen - first : 0) * 255 + rest / 2) / rest);
  }
}
#elif XMODEL_BALANCE == XMODEL_BALANCE_PER_IMAGE
/* floor(sqrt(value)), a bit at a time. */
static int64_t root_of(uint64_t value) {
  uint64_t bit = (uint64_t)1 << 62, root = 0;
  for (; bit; bit >>= 2) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return (int64_t)root;
}

static void make_table(const uint32_t *counts, uint8_t *table) {
  int64_t count = 0, total = 0, squares = 0, spread, root, scale = 1;
  int32_t p;
  for (p = 0; p < 256; p++) {
    count += counts[p];
    total += (int64_t)counts[p] * p;
  }
  /* About the rounded mean, so that no product exceeds 63 bits. */
  for (p = 0; p < 256; p++) {
    const int64_t apart = p - total / count;
    squares += (int64_t)counts[p] * apart * apart;
  }
  spread = count * squares - (total - total / count * count) * (total - total / count * count);
  if (spread < count) spread = count;
  while (spread < (int64_t)1 << 60) {
    spread *= 4;
    scale *= 2;
  }
  root = root_of((uint64_t)spread);
  for (p = 0; p < 256; p++) {
    const int64_t dividend = 64 * scale * (count * p - total) + root;
    const int64_t quotient = dividend / (2 * root);
    const int64_t byte = (dividend % (2 * root) < 0 ? quotient - 1 : quotient) + 128;
    table[p] = (uint8_t)(byte < 0 ? 0 : byte > 255 ? 255 : byte);
  }
}
#endif

void xmodel_retouch(int8_t *input, int32_t top, int32_t left, int32_t height, int32_t width) {
#if XMODEL_BALANCE != XMODEL_BALANCE_NONE
  uint32_t counts[256];
  uint8_t table[256];
#endif
#if XMODEL_SMOOTH != XMODEL_SMOOTH_NONE
  smooth(input, top, left, height, width);
#endif
#if XMODEL_BALANCE == XMODEL_BALANCE_PER_IMAGE
  /* What padding added is a part of the image here, as it is for TensorFlow. */
  top = left = 0;
  height = XMODEL_HEIGHT;
  width = XMODEL_WIDTH;
#endif
#if XMODEL_BALANCE == XMODEL_BALANCE_EQUALIZE
  {
    int32_t channel;
    for (channel = 0; channel < XMODEL_CHANNELS; channel++) {
      tally(input, top, left, height, width, channel, XMODEL_CHANNELS, counts);
      make_table(counts, table);
      replace(input, top, left, height, width, channel, XMODEL_CHANNELS, table);
    }
  }
#elif XMODEL_BALANCE != XMODEL_BALANCE_NONE
  tally(input, top, left, height, width, 0, 1, counts);
  make_table(counts, table);
  replace(input, top, left, height, width, 0, 1, table);
#endif
}
