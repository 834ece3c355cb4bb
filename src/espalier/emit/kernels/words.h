/* Four int8 values at a time in one register, for cores with the DSP extension, where code need not be small. */
#ifndef ESPALIER_WORDS_H
#define ESPALIER_WORDS_H

#include "espalier.h"

#if ESPALIER_DSP && !ESPALIER_HELIUM && !defined(__OPTIMIZE_SIZE__)
#define ESPALIER_WORDS 1

/* How four sums become four bytes. */
typedef struct {
  int32_t multiplier;
  int32_t rounding;       /* (2 * zero point + 1) << (shift - 1) */
  int32_t shift;          /* to the right, 1..22 */
  int32_t bounded;        /* whether there are other bounds than int8's */
  uint32_t low, high;     /* four bytes each */
} espalier_finishing;

static inline espalier_finishing espalier_finishing_of(int32_t multiplier, int32_t shift, int32_t zero, int32_t low,
                                                       int32_t high) {
  espalier_finishing f;
  f.multiplier = multiplier;
  f.rounding = (2 * zero + 1) * ((int32_t)1 << (shift - 1));
  f.shift = shift;
  f.bounded = low > -128 || high < 127;
  f.low = ((uint32_t)low & 0xffu) * 0x1010101u;
  f.high = ((uint32_t)high & 0xffu) * 0x1010101u;
  return f;
}

/* Bytes 0 and 2 of the word, or 1 and 3, each added to a half of `to`. */
static inline uint32_t espalier_add_even(uint32_t to, uint32_t word) {
  uint32_t x;
  __asm__("sxtab16 %0, %1, %2" : "=r"(x) : "r"(to), "r"(word));
  return x;
}

static inline uint32_t espalier_add_odd(uint32_t to, uint32_t word) {
  uint32_t x;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(x) : "r"(to), "r"(word));
  return x;
}

/* Products of halves, bottom and top. */
static inline int32_t espalier_mul_bb(uint32_t x, uint32_t y) {
  int32_t z;
  __asm__("smulbb %0, %1, %2" : "=r"(z) : "r"(x), "r"(y));
  return z;
}

static inline int32_t espalier_mul_tt(uint32_t x, uint32_t y) {
  int32_t z;
  __asm__("smultt %0, %1, %2" : "=r"(z) : "r"(x), "r"(y));
  return z;
}

/* A sum and the product of a half, bottom or top, with a number of 16 bits. */
static inline int32_t espalier_mla_b(uint32_t x, int32_t y, int32_t sum) {
  int32_t z;
  __asm__("smlabb %0, %1, %2, %3" : "=r"(z) : "r"(x), "r"(y), "r"(sum));
  return z;
}

static inline int32_t espalier_mla_t(uint32_t x, int32_t y, int32_t sum) {
  int32_t z;
  __asm__("smlatb %0, %1, %2, %3" : "=r"(z) : "r"(x), "r"(y), "r"(sum));
  return z;
}

/* A doubled sum as a byte, before bounds: the rounding is added as the product is, and the sign of the sum does for that of
 * the product, for where they differ the product is 0 and rounds to 0 with either. */
static inline int32_t espalier_finished(const espalier_finishing *f, int32_t sum) {
  int32_t x;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(x) : "r"(sum), "r"(f->multiplier), "r"(f->rounding));
  x = (x + (sum >> 31)) >> f->shift;
  __asm__("ssat %0, #8, %1" : "=r"(x) : "r"(x));
  return x;
}

static inline uint32_t espalier_finished_word(const espalier_finishing *f, int32_t s0, int32_t s1, int32_t s2,
                                              int32_t s3) {
  uint32_t x0 = (uint32_t)espalier_finished(f, s0), x1 = (uint32_t)espalier_finished(f, s1);
  uint32_t x2 = (uint32_t)espalier_finished(f, s2), x3 = (uint32_t)espalier_finished(f, s3), rest;
  __asm__("bfi %0, %1, #8, #24" : "+r"(x0) : "r"(x1));
  __asm__("bfi %0, %1, #8, #24" : "+r"(x2) : "r"(x3));
  __asm__("pkhbt %0, %0, %1, lsl #16" : "+r"(x0) : "r"(x2));
  if (f->bounded) {
    /* Signed comparisons of bytes: the larger one of x and low, the smaller one of that and high. */
    __asm__("ssub8 %0, %1, %2\n\tsel %1, %1, %2" : "=&r"(rest), "+r"(x0) : "r"(f->low));
    __asm__("ssub8 %0, %1, %2\n\tsel %1, %2, %1" : "=&r"(rest), "+r"(x0) : "r"(f->high));
  }
  return x0;
}
#else
#define ESPALIER_WORDS 0
#endif

#endif
