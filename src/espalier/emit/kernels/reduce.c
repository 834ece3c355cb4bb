/* mean, sum, reduce_max, reduce_min over any axes; arg_max, arg_min over one. */
#include "typed.h"

static int32_t sum_of(const espalier_reduce_layer *l, const int8_t *in, int32_t start) {
  const int32_t *e = l->reduced, *s = l->reduced_stride;
  int32_t i, j, k, sum = 0;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      int32_t at = start + i * s[0] + j * s[1];
      for (k = 0; k < e[2]; k++) {
        sum = espalier_wrapping_add(sum, espalier_get(in, at, l->type));
        at += s[2];
      }
    }
  }
  return sum;
}

/* The largest value, or the smallest: with all bits turned round that is the largest one. */
static int32_t extreme_of(const espalier_reduce_layer *l, const int8_t *in, int32_t start) {
  const int32_t *e = l->reduced, *s = l->reduced_stride;
  int32_t i, j, k, best = -32768, flip = l->kind == ESPALIER_MIN ? -1 : 0;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      int32_t at = start + i * s[0] + j * s[1], step = s[2];
      if (l->type == ESPALIER_INT16) {
        const int16_t *from = (const int16_t *)(const void *)in + at;
        for (k = e[2]; k > 0; k--, from += step) best = (*from ^ flip) > best ? *from ^ flip : best;
      } else {
        const int8_t *from = in + at;
        for (k = e[2]; k > 0; k--, from += step) best = (*from ^ flip) > best ? *from ^ flip : best;
      }
    }
  }
  return best ^ flip;
}

void espalier_reduce(const espalier_reduce_layer *l, const int8_t *in, int8_t *out) {
  const int32_t *e = l->kept, *s = l->kept_stride;
  int32_t i, j, k, m, index = 0;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        for (m = 0; m < e[3]; m++) {
          int32_t x, at = i * s[0] + j * s[1] + k * s[2] + m * s[3];
          if (l->kind != ESPALIER_SUM) {
            x = extreme_of(l, in, at);
          } else {
            x = sum_of(l, in, at);
            x = espalier_requantize(espalier_wrapping_add(x, -l->offset), l->multiplier, l->shift);
            x = espalier_finish(x, l->out_zero, l->low, l->high);
          }
          espalier_put(out, index++, l->type, x);
        }
      }
    }
  }
}

void espalier_arg_max(const espalier_arg_max_layer *l, const int8_t *in, int32_t *out) {
  int32_t i, j, k;
  for (i = 0; i < l->outer; i++) {
    for (j = 0; j < l->inner; j++) {
      const int8_t *at = in + i * l->depth * l->inner + j;
      int32_t place = 0, best = *at ^ l->flip;
      for (k = 1; k < l->depth; k++) {
        int32_t x = *(at += l->inner) ^ l->flip;
        if (x > best) {
          best = x;
          place = k;
        }
      }
      *out++ = place;
      if (l->words == 2) *out++ = 0;
    }
  }
}
