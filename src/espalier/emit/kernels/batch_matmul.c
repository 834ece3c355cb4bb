/* batch_matmul of two int8 tensors that are both computed: columns of b are packed a block at a time, then four rows of a. */
#include "tiles.h"

/* `pairs` pairs of columns as the tiles take them: per 4 values {c0[k0], c1[k0], c0[k2], c1[k2], c0[k1], c1[k1], c0[k3], c1[k3]}. */
static void pack_columns(const espalier_batch_matmul_layer *l, const int8_t *b, int32_t columns, int8_t *to) {
  static const int8_t place[4] = {0, 4, 2, 6};
  int32_t depth = l->depth, step = l->b_step, bytes = ((depth + 3) & ~3) * 2, column, k;
  for (column = 0; column < columns; column++) {
    const int8_t *from = b + column * l->b_column;
    int8_t *at = to + (column >> 1) * bytes + (column & 1);
    for (k = depth; k >= 4; k -= 4) {
      at[0] = from[0];
      at[4] = from[step];
      at[2] = from[2 * step];
      at[6] = from[3 * step];
      from += 4 * step;
      at += 8;
    }
    for (; k > 0; k--) {
      at[place[(depth - k) & 3]] = *from;
      from += step;
    }
  }
}

/* A row of a, where its values do not lie together. */
static void gather(int8_t *to, const int8_t *from, int32_t step, int32_t count) {
  for (; count > 0; count--) {
    *to++ = *from;
    from += step;
  }
}

/* Four rows; returns how they lie in memory. */
static void pack_rows(const espalier_batch_matmul_layer *l, const int8_t *a, int32_t rows, int16_t *packed, int8_t *spare,
                      int32_t *terms) {
  int32_t row;
  if (l->a_step == 1) {
    espalier_widen_rows(packed, a, l->a_row, rows, l->depth, l->a_zero, terms);
  } else {
    for (row = 0; row < rows; row++) gather(spare + row * l->depth, a + row * l->a_row, l->a_step, l->depth);
    espalier_widen_rows(packed, spare, l->depth, rows, l->depth, l->a_zero, terms);
  }
  for (row = 0; row < 4; row++) terms[row] *= -l->b_zero;
}

/* A pair of columns where the short form is not exact, rows are missing, or a column is. */
ESPALIER_RARE static void long_pair(const espalier_batch_matmul_layer *l, espalier_tile_rows *tile, int32_t rows, int32_t columns,
                      int8_t *out) {
  int32_t sums[8], row, column;
  tile->count = 1;
  tile->sums = sums;
  espalier_tile_outputs(tile, out);
  tile->sums = NULL;
  for (row = 0; row < rows; row++) {
    for (column = 0; column < columns && column < 2; column++) {
      int32_t x = espalier_requantize(sums[2 * row + column], l->multiplier, l->shift);
      x = espalier_clamp(x, -512, 511) + l->out_zero;
      out[column] = (int8_t)espalier_clamp(x, -128, 127);
    }
    out += tile->pitch;
  }
}

static void four_rows(const espalier_batch_matmul_layer *l, espalier_tile_rows *tile, int32_t rows, int32_t columns,
                      int8_t *out) {
  const int8_t *packed = tile->columns;
  int32_t bytes = ((l->depth + 3) & ~3) * 2, column;
  for (column = 0; column < columns; column += 2 * tile->count) {
    tile->columns = packed + (column >> 1) * bytes;
    tile->count = l->fast && rows == 4 ? (columns - column) >> 1 : 0;
    if (tile->count) {
      espalier_tile_outputs(tile, out + column);
    } else {
      long_pair(l, tile, rows, columns - column, out + column);
    }
  }
  tile->columns = packed;
}

void espalier_batch_matmul(const espalier_batch_matmul_layer *l, const int8_t *a, const int8_t *b, int8_t *out,
                           void *scratch) {
  int32_t words = (l->depth + 3) >> 2, block_bytes = l->block * 4 * words, batch, row, first;
  int16_t *packed = scratch;
  int8_t *columns = (int8_t *)(packed + 16 * words);
  int32_t terms[4];
  espalier_pair pair;
  espalier_tile_rows tile;
  pair.bias0 = pair.bias1 = 0;
  pair.multiplier0 = pair.multiplier1 = l->multiplier;
  pair.shift0 = pair.shift1 = -l->shift;
  tile.packed = packed;
  tile.packed_end = packed + 16 * words;
  tile.columns = columns;
  tile.zero = 2 * l->out_zero + 1;
  tile.pairs = &pair;
  tile.pair_step = 0;
  tile.pitch = l->columns;
  tile.terms = terms;
  tile.sums = NULL;
  /* What pads a column is multiplied with the zeros that pad a row; the column that is missing from a pair is not stored. */
  for (row = 0; row < block_bytes; row++) columns[row] = 0;
  for (batch = 0; batch < l->count; batch++) {
    const int8_t *left = a + l->batches[2 * batch], *right = b + l->batches[2 * batch + 1];
    for (first = 0; first < l->columns; first += l->block) {
      int32_t some = l->columns - first < l->block ? l->columns - first : l->block;
      pack_columns(l, right + first * l->b_column, some, columns);
      for (row = 0; row < l->rows; row += 4) {
        int32_t rows = l->rows - row < 4 ? l->rows - row : 4;
        pack_rows(l, left + row * l->a_row, rows, packed, columns + block_bytes, terms);
        four_rows(l, &tile, rows, some, out + row * l->columns + first);
      }
    }
    out += l->rows * l->columns;
  }
}
