/* Comparisons of int8, and the choice between two values. */
#include "espalier.h"

static int32_t rank(const int16_t *ranks, int8_t value) { return ranks ? ranks[value + 128] : value; }

void espalier_compare(const espalier_compare_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k, m;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        const int8_t *p = a + i * s[0] + j * s[1] + k * s[2], *q = b + i * t[0] + j * t[1] + k * t[2];
        int32_t negate = l->negate, p_step = s[3], q_step = t[3];
        if (l->greater) {
          for (m = e[3]; m > 0; m--, p += p_step, q += q_step) {
            *out++ = (int8_t)((rank(l->a_ranks, *p) > rank(l->b_ranks, *q)) ^ negate);
          }
        } else {
          for (m = e[3]; m > 0; m--, p += p_step, q += q_step) {
            *out++ = (int8_t)((rank(l->a_ranks, *p) == rank(l->b_ranks, *q)) ^ negate);
          }
        }
      }
    }
  }
}

void espalier_select(const espalier_select_layer *l, const int8_t *condition, const int8_t *a, const int8_t *b,
                     int8_t *out) {
  const int32_t *e = l->extent, *c = l->c_stride, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k, m, bytes = l->bytes;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        const int8_t *o = condition + i * c[0] + j * c[1] + k * c[2];
        const int8_t *p = a + (i * s[0] + j * s[1] + k * s[2]) * bytes;
        const int8_t *q = b + (i * t[0] + j * t[1] + k * t[2]) * bytes;
        int32_t o_step = c[3], p_step = s[3] * bytes, q_step = t[3] * bytes;
        for (m = e[3]; m > 0; m--, o += o_step, p += p_step, q += q_step) {
          const int8_t *from = *o ? p : q;
          if (bytes == 1) {
            *out++ = *from;
          } else {
            espalier_copy(out, from, bytes);
            out += bytes;
          }
        }
      }
    }
  }
}
