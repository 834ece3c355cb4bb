/* Weights that lie in flash as a Huffman code. */
#include "espalier.h"

/* The symbol whose word the 16 bits of `top` begin with, and the length of the word above it. */
static uint32_t look_up(const espalier_code *c, uint32_t top) {
  const espalier_level *level = c->levels;
  uint32_t number;
  while (top > level->last) level++;
  number = (top >> level->shift) + level->offset;
  return (uint32_t)(uint8_t)c->symbols[number & 0xffu] | (uint32_t)(16 - level->shift) << 8;
}

void espalier_decode_start(const espalier_code *c, uint16_t *table) {
  uint32_t byte;
  for (byte = 0; byte < 256; byte++) {
    uint32_t found = look_up(c, byte << 8);
    table[byte] = (uint16_t)(found >> 8 > 8 ? 0 : found);
  }
}

int32_t espalier_decode(const espalier_code *c, const uint16_t *table, int32_t next, int8_t *to) {
  const uint8_t *stream = c->stream;
  int32_t last = c->stream_bytes - 1, left = c->part_bytes;
  const int8_t *end = to + left;
  uint32_t bits = 0; /* the lowest `held` of them are the next bits of the code */
  int32_t held = 0, step = 1;
  for (; left > 0; left -= 4) *(uint32_t *)(void *)(to + left - 4) = 0;
  while (to < end) {
    uint32_t found;
    if (held < 16) {
      bits <<= 16;
      if (next < last) bits |= (uint32_t)stream[next] << 8 | stream[next + 1];
      next += 2;
      held += 16;
    }
    found = table[(bits >> (held - 8)) & 0xffu];
    if (found == 0) found = look_up(c, (bits >> (held - 16)) & 0xffffu);
    held -= (int32_t)(found >> 8);
    if (found & 0x7fu) {
      *to++ = (int8_t)found;
      step = 1;
    } else {
      /* A digit in the length of a run of zeros, which are there already. */
      to += found & 0x80u ? 2 * step : step;
      step *= 2;
    }
  }
  return next - (held >> 3);
}

void espalier_decode_whole(const espalier_code *c, int8_t *part) {
  uint16_t *table = (uint16_t *)(void *)(part + c->part_bytes);
  espalier_decode_start(c, table);
  (void)espalier_decode(c, table, 0, part);
}
