/* Elements of several types, for the general operators. */
#ifndef ESPALIER_TYPED_H
#define ESPALIER_TYPED_H

#include "espalier.h"

static inline int32_t espalier_get(const int8_t *base, int32_t index, int32_t type) {
  if (type == ESPALIER_INT16) return ((const int16_t *)(const void *)base)[index];
  return type == ESPALIER_UINT8 ? (uint8_t)base[index] : base[index];
}

static inline void espalier_put(int8_t *base, int32_t index, int32_t type, int32_t value) {
  if (type == ESPALIER_INT16) {
    ((int16_t *)(void *)base)[index] = (int16_t)value;
  } else {
    base[index] = (int8_t)value;
  }
}

/* A sum that wraps around, as TFLite's 32-bit accumulators do in practice. */
static inline int32_t espalier_wrapping_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
static inline int32_t espalier_wrapping_mul(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }

/* Adds a zero point to a value that may be any int32. */
static inline int32_t espalier_finish(int32_t x, int32_t zero, int32_t low, int32_t high) {
  return espalier_clamp(espalier_clamp(x, -(1 << 20), 1 << 20) + zero, low, high);
}

#endif
