/* Comparisons of int8, and the choice between two values. */
#include "espalier.h"

static void compare_row(const espalier_compare_layer *l, const int8_t *p, const int8_t *q, int8_t *out, int32_t count) {
  const int16_t *a = l->a_ranks, *b = l->b_ranks;
  int32_t p_step = l->a_stride[3], q_step = l->b_stride[3], negate = l->negate;
  if (a) {
    /* Ranks: 16 bits that stand for what is compared. */
    a += 128;
    b += 128;
    if (l->greater) {
      for (; count > 0; count--, p += p_step, q += q_step) *out++ = (int8_t)((a[*p] > b[*q]) ^ negate);
    } else {
      for (; count > 0; count--, p += p_step, q += q_step) *out++ = (int8_t)((a[*p] == b[*q]) ^ negate);
    }
  } else if (l->greater) {
    for (; count > 0; count--, p += p_step, q += q_step) *out++ = (int8_t)((*p > *q) ^ negate);
  } else {
    for (; count > 0; count--, p += p_step, q += q_step) *out++ = (int8_t)((*p == *q) ^ negate);
  }
}

void espalier_compare(const espalier_compare_layer *l, const int8_t *a, const int8_t *b, int8_t *out) {
  const int32_t *e = l->extent, *s = l->a_stride, *t = l->b_stride;
  int32_t i, j, k;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        compare_row(l, a + i * s[0] + j * s[1] + k * s[2], b + i * t[0] + j * t[1] + k * t[2], out, e[3]);
        out += e[3];
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
        if (bytes == 1) {
          for (m = e[3]; m > 0; m--, o += o_step, p += p_step, q += q_step) *out++ = *o ? *p : *q;
          continue;
        }
        for (m = e[3]; m > 0; m--, o += o_step, p += p_step, q += q_step) {
          espalier_copy(out, *o ? p : q, bytes);
          out += bytes;
        }
      }
    }
  }
}
