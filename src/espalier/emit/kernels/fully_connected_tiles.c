/* fully_connected on many rows, four at a time. */
#include "dense.h"
#include "tiles.h"

/* A pair of units of which one takes the long form, or is missing. */
ESPALIER_RARE static void long_pair(espalier_dense_range range, espalier_tile_rows *tile, const espalier_pair *pair, int32_t units,
                      int8_t *out) {
  int32_t sums[8], row;
  tile->count = 1;
  tile->sums = sums;
  espalier_tile_outputs(tile, out);
  tile->sums = NULL;
  for (row = 0; row < 4; row++) {
    out[0] = espalier_dense_output(range, sums[2 * row], pair->multiplier0, pair->shift0);
    if (units > 1) out[1] = espalier_dense_output(range, sums[2 * row + 1], pair->multiplier1, pair->shift1);
    out += tile->pitch;
  }
}

static void four_rows(const espalier_fully_connected_layer *l, const int16_t *packed, int8_t *out) {
  static const int32_t none[4] = {0, 0, 0, 0};
  const espalier_dense_range range = espalier_dense_range_of(l);
  int32_t words = (l->depth + 3) >> 2, unit, row, units = l->units;
  espalier_tile_rows tile;
  tile.packed = packed;
  tile.packed_end = packed + 16 * words;
  tile.zero = range.zero;
  tile.pair_step = (int32_t)sizeof(espalier_pair);
  tile.pitch = l->out_pitch;
  tile.terms = none;
  tile.sums = NULL;
  for (unit = 0; unit < units; unit += 2 * tile.count) {
    const espalier_pair *pair = l->pairs + (unit >> 1);
    tile.pairs = pair;
    tile.columns = l->weights + (unit >> 1) * 8 * words;
    tile.count = (units - unit) >> 1;
    if (l->long_units) {
      int32_t count = 0;
      while (count < tile.count && pair[count].shift0 > 0 && pair[count].shift1 > 0) count++;
      tile.count = count;
    }
    if (tile.count) {
      espalier_tile_outputs(&tile, out + unit);
    } else {
      long_pair(range, &tile, pair, units - unit, out + unit);
    }
  }
  if (range.low > -128 || range.high < 127) {
    for (row = 0; row < 4; row++) {
      for (unit = 0; unit < units; unit++) out[unit] = (int8_t)espalier_clamp(out[unit], range.low, range.high);
      out += l->out_pitch;
    }
  }
}

void espalier_dense_tiles(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  int32_t left, step;
  for (left = l->rows; left > 0; left -= step) {
    if (left < 3) {
      espalier_fully_connected_layer rest = *l;
      rest.rows = left;
      espalier_dense_rows(&rest, in, out, scratch);
      return;
    }
    /* Three rows at the end: the one before once more. */
    step = left < 4 ? left : 4;
    in -= (4 - step) * l->depth;
    out -= (4 - step) * l->out_pitch;
    espalier_widen_rows(scratch, in, l->depth, 4, l->depth, 0, NULL);
    four_rows(l, scratch, out);
    in += 4 * l->depth;
    out += 4 * l->out_pitch;
  }
}
