/* add, sub and squared_difference of int8 tensors of which one is repeated along some axes. */
#include "espalier.h"

/* Elements along the last axis; steps of 0 or 1. */
static inline void row(const espalier_broadcast_layer *l, const int8_t *scaled, const int8_t *plain, int32_t scaled_step,
                       int32_t plain_step, int8_t *out, const int32_t *table, int squared) {
  int32_t unit = l->sum.plain, multiplier = l->sum.multiplier, shift = l->sum.shift, low = l->sum.low, high = l->sum.high;
  int32_t rounding = (2 * l->sum.out_zero + 1) * ((int32_t)1 << (shift - 1)), count;
  for (count = l->sum.count; count > 0; count--) {
    int32_t x = table[(uint8_t)*scaled] + *plain * unit;
    /* The doubled difference is even and below 2^16: half its square is the doubled square. */
    if (squared) x = (int32_t)((uint32_t)x * (uint32_t)x >> 1);
    x = espalier_scale_doubled(x, multiplier);
    x += x >> 31;
    *out++ = (int8_t)espalier_clamp((x + rounding) >> shift, low, high);
    scaled += scaled_step;
    plain += plain_step;
  }
}

void espalier_broadcast(const espalier_broadcast_layer *l, const int8_t *a, const int8_t *b, int8_t *out, void *scratch) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k;
  espalier_add_start(&l->sum, scratch);
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        const int8_t *p = a + i * s[0] + j * s[1] + k * s[2], *q = b + i * t[0] + j * t[1] + k * t[2];
        if (s[3] == 1 && t[3] == 1 && !l->squared) {
          espalier_add_row(&l->sum, p, q, out, l->sum.count, scratch);
        } else if (l->sum.swapped) {
          if (l->squared) row(l, p, q, s[3], t[3], out, scratch, 1);
          else row(l, p, q, s[3], t[3], out, scratch, 0);
        } else {
          if (l->squared) row(l, q, p, t[3], s[3], out, scratch, 1);
          else row(l, q, p, t[3], s[3], out, scratch, 0);
        }
        out += l->sum.count;
      }
    }
  }
}
