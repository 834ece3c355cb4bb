#include "xmodel_decide.h"

/* The whole part of the square root, a bit at a time. */
static uint32_t xmodel_root(uint64_t value) {
  uint64_t root = 0, bit = (uint64_t)1 << 62;
  while (bit > value) bit >>= 2;
  while (bit) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
    bit >>= 2;
  }
  return (uint32_t)root;
}

void xmodel_embed(const int8_t output[XMODEL_VALUES], int16_t unit[XMODEL_VALUES]) {
  uint64_t sum = 0;
  uint32_t length;
  int32_t i;
  for (i = 0; i < XMODEL_VALUES; i++) {
    const int32_t value = output[i] - XMODEL_DECIDE_ZERO_POINT;
    sum += (uint32_t)(value * value);
  }
  length = xmodel_root(sum << 16); /* times 256 */
  for (i = 0; i < XMODEL_VALUES; i++) {
    const int32_t value = output[i] - XMODEL_DECIDE_ZERO_POINT;
    const uint32_t part = (uint32_t)(value < 0 ? -value : value) << 22;
    const int32_t share = length ? (int32_t)((part + length / 2) / length) : 0;
    unit[i] = (int16_t)(value < 0 ? -share : share);
  }
}

xmodel_match xmodel_nearest(const int16_t unit[XMODEL_VALUES], const int16_t *references, int32_t count) {
  xmodel_match match;
  int32_t n, i;
  match.index = -1;
  match.cosine = -16384;
  for (n = 0; n < count; n++) {
    int64_t sum = 8192;
    int32_t cosine;
    for (i = 0; i < XMODEL_VALUES; i++) sum += (int32_t)unit[i] * references[i];
    cosine = (int32_t)(sum >> 14);
    if (match.index < 0 || cosine > match.cosine) {
      match.index = n;
      match.cosine = cosine;
    }
    references += XMODEL_VALUES;
  }
  match.known = match.index >= 0 && match.cosine >= XMODEL_KNOWN_Q14;
  return match;
}
