/* mean and sum over the last axis, int8: four values at a time. */
#include "typed.h"

static int32_t row_sum(const int8_t *in, int32_t count) {
  int32_t sum = 0;
#if ESPALIER_DSP
  for (; count >= 4; count -= 4) {
    uint32_t values, even, odd;
    ESPALIER_MOVE4(&values, in);
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(odd) : "r"(even), "r"(values));
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(odd), "r"(0x10001));
    in += 4;
  }
#endif
  for (; count > 0; count--) sum += *in++;
  return sum;
}

void espalier_reduce_rows(const espalier_reduce_rows_layer *l, const int8_t *in, int8_t *out) {
  int32_t row;
  for (row = 0; row < l->rows; row++) {
    int32_t x = espalier_wrapping_add(row_sum(in, l->depth), -l->offset);
    out[row] = (int8_t)espalier_finish(espalier_requantize(x, l->multiplier, l->shift), l->out_zero, l->low, l->high);
    in += l->depth;
  }
}
