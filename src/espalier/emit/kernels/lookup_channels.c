/* An int8 function of one value per channel, for 2 to 4 channels: affine maps, PReLU and the like with constants. */
#include "espalier.h"

static inline void pixels(const int8_t *table, const int8_t *in, int8_t *out, int32_t count, int32_t channels) {
  const int8_t *second = table + 256, *third = second + 256, *fourth = third + 256;
  for (; count > 0; count -= channels, in += channels, out += channels) {
    out[0] = table[in[0]];
    out[1] = second[in[1]];
    if (channels > 2) out[2] = third[in[2]];
    if (channels > 3) out[3] = fourth[in[3]];
  }
}

void espalier_lookup_channels_row(const espalier_lookup_channels_layer *l, const int8_t *in, int8_t *out, int32_t count,
                                  const void *state) {
  const int8_t *table = l->tables + 128;
  (void)state;
  if (l->channels == 2) {
    pixels(table, in, out, count, 2);
  } else if (l->channels == 3) {
    pixels(table, in, out, count, 3);
  } else {
    pixels(table, in, out, count, 4);
  }
}

void espalier_lookup_channels(const espalier_lookup_channels_layer *l, const int8_t *in, int8_t *out) {
  espalier_lookup_channels_row(l, in, out, l->count, 0);
}
