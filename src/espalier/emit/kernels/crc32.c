/* CRC-32 (IEEE 802.3, as in zlib), bit by bit: it runs once at start-up and needs no table. */
#include "espalier.h"

uint32_t espalier_crc32(uint32_t crc, const void *data, int32_t bytes) {
  const uint8_t *at = data;
  int32_t bit;
  crc = ~crc;
  for (; bytes > 0; bytes--) {
    crc ^= *at++;
    for (bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}
