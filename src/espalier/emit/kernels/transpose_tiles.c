/* transpose_conv as one convolution: a row of it holds the pixels of a stride's output rows, one row after the other. */
#include "espalier.h"

/* The columns of one output row. */
static void spread(const espalier_transpose_tiles_layer *l, const int8_t *from, int8_t *row) {
  int32_t at = l->first_byte, pixels = l->conv.out_width;
  for (; pixels > 0; pixels--, at += l->step, from += l->conv.out_channels) {
    int32_t skipped = at < 0 ? -at : 0;
    int32_t bytes = (l->row_bytes - at < l->step ? l->row_bytes - at : l->step) - skipped;
    if (bytes > 0) espalier_copy(row + at + skipped, from + skipped, bytes);
  }
}

void espalier_transpose_tiles(const espalier_transpose_tiles_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  const espalier_conv_2d_layer *conv = &l->conv;
  int8_t *work = (int8_t *)scratch + conv->ring.state_bytes, *row = work + l->row_at;
  int32_t u, r, y = l->first_row;
  if (conv->ring.rows) espalier_ring_start(&conv->ring, scratch);
  for (u = 0; u < conv->out_height; u++) {
    while (conv->ring.rows && espalier_ring_wants(&conv->ring, scratch)) {
      espalier_conv_2d_push(conv, scratch, in);
      in += conv->in_width * conv->in_channels;
    }
    espalier_conv_2d_row(conv, scratch, work, in, row);
    if (!conv->ring.rows) in += conv->in_width * conv->in_channels;
    for (r = 0; r < l->stride_height; r++, y++) {
      if (y >= 0 && y < l->out_height) spread(l, row + r * l->step, out + y * l->row_bytes);
    }
  }
}
