/* Operators that move values: transpose, slice, split, concatenation, pack, pad, blocks, nearest-neighbour resize. */
#include "espalier.h"

/* Blocks of 2 to 15 bytes: words, then what is left of them. */
static void copy_short(int8_t *to, const int8_t *from, int32_t bytes, int32_t count, int32_t in_step, int32_t out_step) {
  int32_t words = bytes & ~3, rest = bytes & 3;
  for (; count > 0; count--) {
    const int8_t *f = from, *end = from + words;
    int8_t *t = to;
    for (; f != end; f += 4, t += 4) {
      uint32_t word;
      ESPALIER_MOVE4(&word, f);
      ESPALIER_MOVE4(t, &word);
    }
    if (rest) {
      t[0] = f[0];
      if (rest > 1) t[1] = f[1];
      if (rest > 2) t[2] = f[2];
    }
    from += in_step;
    to += out_step;
  }
}

void espalier_move(const espalier_move_layer *l, const int8_t *in, int8_t *out) {
  int32_t i, j, k, m, n;
  const int32_t *is = l->in_stride, *os = l->out_stride, *e = l->extent;
  const int8_t *from = in + l->in_start;
  int8_t *to = out + l->out_start;
  for (i = 0; i < e[0]; i++) {
    for (j = 0; j < e[1]; j++) {
      for (k = 0; k < e[2]; k++) {
        for (m = 0; m < e[3]; m++) {
          const int8_t *f = from + i * is[0] + j * is[1] + k * is[2] + m * is[3];
          int8_t *t = to + i * os[0] + j * os[1] + k * os[2] + m * os[3];
          if (l->block == 1) {
            int32_t in_step = is[4], out_step = os[4];
            for (n = e[4]; n > 0; n--) {
              *t = *f;
              f += in_step;
              t += out_step;
            }
            continue;
          }
          if (l->block < 16) {
            copy_short(t, f, l->block, e[4], is[4], os[4]);
            continue;
          }
          for (n = 0; n < e[4]; n++) {
            espalier_copy(t, f, l->block);
            f += is[4];
            t += os[4];
          }
        }
      }
    }
  }
}

void espalier_fill(const espalier_fill_layer *l, int8_t *out) {
  int32_t i;
  for (i = 0; i < l->elements; i++) {
    if (l->element_bytes == 2) {
      int16_t value = (int16_t)l->value;
      memcpy(out, &value, 2);
    } else if (l->element_bytes == 4) {
      memcpy(out, &l->value, 4);
    } else {
      *out = (int8_t)l->value;
    }
    out += l->element_bytes;
  }
}

void espalier_pick(const espalier_pick_layer *l, const int8_t *in, int8_t *out) {
  int32_t y, x, end;
  for (y = 0; y < l->out_height; y++) {
    const int8_t *row = in + l->rows[y] * l->in_row_bytes;
    if (y > 0 && l->rows[y] == l->rows[y - 1]) {
      espalier_copy(out, out - l->out_width * l->pixel_bytes, l->out_width * l->pixel_bytes);
      out += l->out_width * l->pixel_bytes;
      continue;
    }
    /* Pixels that lie side by side in the input are copied at once. */
    for (x = 0; x < l->out_width; x = end) {
      int32_t first = l->columns[x], bytes = l->pixel_bytes;
      for (end = x + 1; end < l->out_width && l->columns[end] == first + end - x; end++) bytes += l->pixel_bytes;
      espalier_copy(out, row + first * l->pixel_bytes, bytes);
      out += bytes;
    }
  }
}
