/* batch_matmul of two tensors that are both computed. */
#include "typed.h"

static int32_t element(const espalier_batch_matmul_layer *l, const int8_t *a, const int8_t *b, int32_t p, int32_t q) {
  int32_t k;
  if (l->type == ESPALIER_INT16) {
    int64_t sum = 0;
    for (k = 0; k < l->depth; k++) {
      sum += espalier_get(a, p, l->type) * (int64_t)espalier_get(b, q, l->type);
      p += l->a_step;
      q += l->b_step;
    }
    return (int32_t)((sum * l->multiplier + ((int64_t)1 << (l->shift - 1))) >> l->shift);
  } else {
    uint32_t sum = 0;
    for (k = 0; k < l->depth; k++) {
      sum += (uint32_t)((a[p] - l->a_zero) * (b[q] - l->b_zero));
      p += l->a_step;
      q += l->b_step;
    }
    return espalier_requantize((int32_t)sum, l->multiplier, l->shift);
  }
}

void espalier_batch_matmul(const espalier_batch_matmul_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  int32_t low = l->type == ESPALIER_INT16 ? -32768 : -128, high = l->type == ESPALIER_INT16 ? 32767 : 127;
  int32_t batch, row, column, index = 0;
  for (batch = 0; batch < l->count; batch++) {
    for (row = 0; row < l->rows; row++) {
      for (column = 0; column < l->columns; column++) {
        int32_t p = l->batches[2 * batch] + row * l->a_row;
        int32_t q = l->batches[2 * batch + 1] + column * l->b_column;
        int32_t x = element(l, a, b, p, q);
        espalier_put(out, index++, l->type, espalier_finish(x, l->out_zero, low, high));
      }
    }
  }
}
