/* The rows that windows still need, for operators that run row by row or write over their input. */
#include "espalier.h"

static int8_t *row_at(const espalier_ring *r, espalier_ring_state *s, int32_t slot) {
  return (int8_t *)(s + 1) + slot * r->row_bytes;
}

static void fill(const espalier_ring *r, int8_t *at, int32_t bytes) {
  uint32_t word = (uint32_t)r->outside;
  uint32_t *to = (uint32_t *)(void *)at;
  for (; bytes > 0; bytes -= 4) *to++ = word;
}

void espalier_ring_start(const espalier_ring *r, void *state) {
  espalier_ring_state *s = state;
  s->pushed = 0;
  s->wanted = r->rows;
  s->slot = 0;
  fill(r, row_at(r, s, 0), r->state_bytes - (int32_t)sizeof(espalier_ring_state));
}

void espalier_ring_advance(const espalier_ring *r, void *state) {
  espalier_ring_state *s = state;
  s->pushed++;
  if (++s->slot == r->rows) s->slot = 0;
}

int espalier_ring_wants(const espalier_ring *r, void *state) {
  espalier_ring_state *s = state;
  while (s->pushed < s->wanted) {
    if (s->pushed >= r->pad_top && s->pushed < r->pad_top + r->in_height) return 1;
    fill(r, row_at(r, s, s->slot), r->row_bytes);
    espalier_ring_advance(r, state);
  }
  return 0;
}

void espalier_ring_push(const espalier_ring *r, void *state, const int8_t *row, int32_t bytes) {
  espalier_copy(espalier_ring_slot(r, state), row, bytes);
  espalier_ring_advance(r, state);
}

void espalier_ring_push_repeated(const espalier_ring *r, void *state, const int8_t *row, int32_t bytes,
                                 int32_t repeat) {
  int8_t *slot = espalier_ring_slot(r, state);
  int32_t left;
  for (; bytes > 0; bytes--, row++) {
    for (left = repeat; left > 0; left--) *slot++ = *row;
  }
  espalier_ring_advance(r, state);
}

int8_t *espalier_ring_slot(const espalier_ring *r, void *state) {
  espalier_ring_state *s = state;
  return row_at(r, s, s->slot) + r->left;
}
