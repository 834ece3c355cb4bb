/* Tiles of a matrix product: four rows by two columns. */
#ifndef ESPALIER_TILES_H
#define ESPALIER_TILES_H

#include "espalier.h"

/* Widens up to 4 rows of `depth` bytes to 16 bits, less `zero`, and interleaves them: per 4 values, {k0,k2} of the four rows,
 * then {k1,k3}. The last row stands for rows that are missing; a row is padded with zeros. sums: of each row, or null. */
void espalier_widen_rows(int16_t *packed, const int8_t *from, int32_t pitch, int32_t rows, int32_t depth, int32_t zero,
                         int32_t *sums);

/* Four packed rows by pairs of columns; the order of the fields is known to the assembly. */
typedef struct {
  const int16_t *packed, *packed_end;
  const int8_t *columns;      /* per pair, per 4 values, the bytes of espalier_fully_connected_layer */
  int32_t count;              /* pairs of columns */
  int32_t zero;               /* 2 * output zero point + 1 */
  const espalier_pair *pairs; /* of the short form */
  int32_t pair_step;          /* bytes from one to the next: 0 where all columns are alike */
  int32_t pitch;              /* bytes from one output row to the next */
  const int32_t *terms;       /* what is added to each row's sums */
  int32_t *sums;              /* of one pair, row by row, and no outputs; null: outputs */
} espalier_tile_rows;

void espalier_tile_outputs(const espalier_tile_rows *tile, int8_t *out);

#endif
