/* batch_matmul of two int16 tensors that are both computed. */
#include "typed.h"

void espalier_batch_matmul_int16(const espalier_batch_matmul_layer *l, const int16_t *a, const int16_t *b,
                                 int16_t *out) {
  int32_t batch, row, column, k;
  for (batch = 0; batch < l->count; batch++) {
    for (row = 0; row < l->rows; row++) {
      for (column = 0; column < l->columns; column++) {
        const int16_t *p = a + l->batches[2 * batch] + row * l->a_row;
        const int16_t *q = b + l->batches[2 * batch + 1] + column * l->b_column;
        int64_t sum = 0;
        int32_t x;
        for (k = 0; k < l->depth; k++) {
          sum += *p * *q;
          p += l->a_step;
          q += l->b_step;
        }
        x = (int32_t)((sum * l->multiplier + ((int64_t)1 << (l->shift - 1))) >> l->shift);
        *out++ = (int16_t)espalier_finish(x, l->out_zero, -32768, 32767);
      }
    }
  }
}
