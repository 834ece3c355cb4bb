/* Dot products of bytes, for cores that have them. */
#ifndef ESPALIER_BYTES_H
#define ESPALIER_BYTES_H

#include "espalier.h"

/* Products of `depth` bytes with four others, `pitch` bytes apart. */
void espalier_dots_bytes(const int8_t *x, const int8_t *others, int32_t pitch, int32_t depth, int32_t *sums);

#endif
