/* average_pool_2d and max_pool_2d. Windows are clipped to the input; the average divides by what is left, rounding
 * halves away from zero. All values of a few channels are read before their result is written. */
#include "pool_words.h"

#if !POOL_WORDS
typedef void pixel_kernel(Window *w, int8_t *out);

/* rest / count, below 2^(bit + 1), bit by bit: no division instruction is needed. */
static uint32_t quotient_of(uint32_t rest, uint32_t count, int32_t bit) {
  uint32_t quotient = 0;
  for (; bit >= 0; bit--) {
    if (rest >= count << bit) {
      rest -= count << bit;
      quotient += (uint32_t)1 << bit;
    }
  }
  return quotient;
}
#if LARGEST_COUNT
/* reciprocal: 2^shift / count, rounded up. */
static void prepare(Window *w, int32_t count) {
  int32_t shift = 15;
  while ((int32_t)1 << (shift - 15) < count) shift++;
  w->count = count;
  w->half = count >> 1;
  w->reciprocal = (int32_t)quotient_of(((uint32_t)1 << shift) + (uint32_t)count - 1u, (uint32_t)count, 16);
  w->shift = shift;
}
#endif

/* The start of the next row of the window. */
static const int8_t *below(const Window *w, const int8_t *row, int32_t channel) {
  row += w->pitch;
  return row == w->end + channel ? row - w->wrap : row;
}

static int32_t sum_of_1(const Window *w, int32_t channel) {
  const int8_t *row = w->at + channel;
  int32_t sum = 0, y, x;
  for (y = w->rows; y > 0; y--) {
    const int8_t *at = row;
    for (x = w->columns; x > 0; x--) {
      sum += *at;
      at += w->channels;
    }
    row = below(w, row, channel);
  }
  return sum;
}

static int32_t average_of(const Window *w, int32_t sum, int32_t count) {
  uint32_t rest = (uint32_t)((sum < 0 ? -sum : sum) + (count >> 1));
  int32_t average = (int32_t)(count <= LARGEST_COUNT ? (rest * (uint32_t)w->reciprocal) >> w->shift
                                                     : quotient_of(rest, (uint32_t)count, 7));
  return espalier_clamp(sum < 0 ? -average : average, w->low, w->high);
}
#if LARGEST_COUNT
/* Sums of 4 channels; at most LARGEST_COUNT values. */
static void sums_of_4(const Window *w, int32_t channel, int32_t sum[4]) {
  const int8_t *row = w->at + channel;
  int32_t y, x;
#if ESPALIER_DSP
  uint32_t even = 0, odd = 0;
#else
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#endif
  for (y = w->rows; y > 0; y--) {
    const int8_t *at = row;
    for (x = w->columns; x > 0; x--) {
#if ESPALIER_DSP
      uint32_t values;
      ESPALIER_MOVE4(&values, at);
      __asm__("sxtab16 %0, %0, %1" : "+r"(even) : "r"(values));
      __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(values));
#else
      s0 += at[0];
      s1 += at[1];
      s2 += at[2];
      s3 += at[3];
#endif
      at += w->channels;
    }
    row = below(w, row, channel);
  }
#if ESPALIER_DSP
  sum[0] = (int16_t)even;
  sum[1] = (int16_t)odd;
  sum[2] = (int16_t)(even >> 16);
  sum[3] = (int16_t)(odd >> 16);
#else
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
#endif
}
#endif

#if ESPALIER_HELIUM
/* r0 value, r1 out, r2 row, r3 rows, r4 channels, r5 half or low, r6 channels left, r7 -shift, r8 end, r9 wrap,
 * r10 columns, r11 pitch, r12 rows left; q0 result, q2 reciprocals, q4 low, q5 high. stack: 32 the window's corner */
#define PIXEL(name, size, lanes, start, load, take, finish)                    \
  __asm__(                                                                     \
      ESPALIER_FUNCTION(name)                                                  \
      "push {r4-r11,lr}\n"                                                     \
      "sub sp,sp,#4\n"                                                         \
      "vpush {d8-d11}\n"                                                       \
      "ldrd r2,r8,[r0,#0]\n"                                                   \
      "ldrd r9,r3,[r0,#8]\n"                                                   \
      "ldrd r10,r4,[r0,#16]\n"                                                 \
      "ldrd r11,r5,[r0,#24]\n"                                                 \
      "ldrd r6,r7,[r0,#32]\n"                                                  \
      "rsb r7,r7,#16\n"                                                        \
      "vdup.16 q2,r6\n"                                                        \
      "ldrd r6,r12,[r0,#40]\n"                                                 \
      "vdup." size " q4,r6\n"                                                  \
      "vdup." size " q5,r12\n"                                                 \
      "mov r6,r4\n"                                                            \
      "str r2,[sp,#32]\n"                                                      \
      "1: vctp." size " r6\n"                                                  \
      start                                                                    \
      "mov r12,r3\n"                                                           \
      "2: mov r0,r2\n"                                                         \
      "dls lr,r10\n"                                                           \
      "3: vpst\n"                                                              \
      load " q1,[r0]\n"                                                        \
      "adds r0,r0,r4\n"                                                        \
      take " q0,q0,q1\n"                                                       \
      "le lr,3b\n"                                                             \
      "add r2,r2,r11\n"                                                        \
      "cmp r2,r8\n"                                                            \
      "it eq\n"                                                                \
      "subeq r2,r2,r9\n"                                                       \
      "subs r12,r12,#1\n"                                                      \
      "bne 2b\n"                                                               \
      finish                                                                   \
      "vmin.s" size " q0,q0,q5\n"                                              \
      "vpst\n"                                                                 \
      "vstrbt." size " q0,[r1],#" lanes "\n"                                   \
      "ldr r2,[sp,#32]\n"                                                      \
      "adds r2,r2,#" lanes "\n"                                                \
      "add r8,r8,#" lanes "\n"                                                 \
      "str r2,[sp,#32]\n"                                                      \
      "subs r6,r6,#" lanes "\n"                                                \
      "bgt 1b\n"                                                               \
      "vpop {d8-d11}\n"                                                        \
      "add sp,sp,#4\n"                                                         \
      "pop {r4-r11,pc}\n"                                                      \
      ESPALIER_END(name))
pixel_kernel espalier_pool_average;
PIXEL("espalier_pool_average", "16", "8", "vmov.i32 q0,#0\n", "vldrbt.s16", "vadd.i16",
      "vabs.s16 q1,q0\n"
      "vadd.i16 q1,q1,r5\n"
      "vmulh.u16 q1,q1,q2\n"
      "vshl.u16 q1,r7\n"
      "vneg.s16 q3,q1\n"
      "vpt.s16 lt,q0,zr\n"
      "vmovt q1,q3\n"
      "vctp.16 r6\n"
      "vmax.s16 q0,q1,q4\n");
pixel_kernel espalier_pool_max;
PIXEL("espalier_pool_max", "8", "16", "vmov q0,q4\n", "vldrbt.u8", "vmax.s8", "");
#endif

static void average_pixel(Window *w, int8_t *out) {
  int32_t count = w->rows * w->columns, channel = 0;
#if LARGEST_COUNT
  if (count <= LARGEST_COUNT) {
    int32_t lane;
    if (count != w->count) prepare(w, count);
#if ESPALIER_HELIUM
    if (count > 1) {
      espalier_pool_average(w, out);
      return;
    }
#endif
    for (; channel + 4 <= w->channels; channel += 4) {
      int32_t sum[4];
      sums_of_4(w, channel, sum);
      for (lane = 0; lane < 4; lane++) out[channel + lane] = (int8_t)average_of(w, sum[lane], count);
    }
  }
#endif
  for (; channel < w->channels; channel++) {
    out[channel] = (int8_t)average_of(w, sum_of_1(w, channel), count);
  }
}

#if ESPALIER_HELIUM
#define max_pixel espalier_pool_max
#else
static void max_pixel(Window *w, int8_t *out) {
  int32_t channel = 0, y, x;
#if ESPALIER_DSP
  uint32_t low = ((uint32_t)w->low & 0xffu) * 0x1010101u, high = ((uint32_t)w->high & 0xffu) * 0x1010101u;
  for (; channel + 4 <= w->channels; channel += 4) {
    const int8_t *row = w->at + channel;
    uint32_t best = low, values;
    for (y = w->rows; y > 0; y--) {
      const int8_t *at = row;
      for (x = w->columns; x > 0; x--) {
        ESPALIER_MOVE4(&values, at);
        best = larger(values, best);
        at += w->channels;
      }
      row = below(w, row, channel);
    }
    best = smaller(best, high);
    ESPALIER_MOVE4(out + channel, &best);
  }
#endif
  for (; channel < w->channels; channel++) {
    const int8_t *row = w->at + channel;
    int32_t best = w->low;
    for (y = w->rows; y > 0; y--) {
      const int8_t *at = row;
      for (x = w->columns; x > 0; x--) {
        best = *at > best ? *at : best;
        at += w->channels;
      }
      row = below(w, row, channel);
    }
    out[channel] = (int8_t)(best > w->high ? w->high : best);
  }
}
#endif

#define AVERAGES average_pixel
#define MAXIMA max_pixel
#endif

static int32_t clip(int32_t from, int32_t size, int32_t limit, int32_t *start) {
  int32_t end = from + size;
  *start = from < 0 ? 0 : from;
  return (end > limit ? limit : end) - *start;
}

/* One row of windows, the topmost of whose rows is `top` of the input; `first` is the first one that there is. */
static void windows(const espalier_pool_layer *l, Window *w, int32_t top, const int8_t *first, const int8_t *end,
                    int8_t *out, pixel_kernel *pixel) {
  int32_t x, start, pixels = 1;
  w->channels = l->channels;
  w->low = l->low;
  w->high = l->high;
  w->rows = clip(top, l->window_height, l->ring.in_height, &start);
#if POOL_WORDS
  /* Words of two or three channels begin before a pixel where the input would end within them; a ring has bytes behind its
   * rows that may be read. */
  int32_t few = l->channels == 2 || l->channels == 3 ? 4 - l->channels : 0;
  int32_t before = w->wrap ? 0 : start * w->pitch, after = w->wrap ? few : (l->ring.in_height - start - w->rows) * w->pitch;
  w->limited = l->low > -128 || l->high < 127;
  w->lows = ((uint32_t)l->low & 0xffu) * 0x1010101u;
  w->highs = ((uint32_t)l->high & 0xffu) * 0x1010101u;
#endif
  for (x = 0; x < l->out_width; x += pixels) {
    int32_t left = x * l->stride_width - l->pad_left;
    w->columns = clip(left, l->window_width, l->in_width, &start);
    w->at = first + start * l->channels;
    w->end = end + start * l->channels;
#if POOL_WORDS
    pixels = 1;
    w->back = l->channels == 1 ? -1 : 0;
    if (w->columns == l->window_width) {
      /* As many whole windows as follow each other, as far as words may be read. */
      int32_t room = l->in_width - left - l->window_width;
      if (after < few) room -= few; /* pixels; bytes would do */
      if (room >= 0) pixels += room / l->stride_width;
      if (pixels > l->out_width - x) pixels = l->out_width - x;
    }
    if ((l->in_width - start - w->columns) * l->channels + after < few) {
      w->back = start * l->channels + before < few ? -1 : few;
    }
    pixel(w, out, pixels, l->stride_width * l->channels);
#else
    pixel(w, out);
#endif
    out += pixels * l->channels;
  }
}

/* The windows of the next output row, in the ring. */
static void ring_windows(const espalier_pool_layer *l, void *state, int8_t *out, pixel_kernel *pixel) {
  int32_t top = ((espalier_ring_state *)state)->wanted - l->ring.rows - l->ring.pad_top;
  int8_t *rows = (int8_t *)((espalier_ring_state *)state + 1);
  Window w;
  w.count = 0;
  w.pitch = l->ring.row_bytes;
  w.wrap = l->ring.rows * l->ring.row_bytes;
  windows(l, &w, top, espalier_ring_row(&l->ring, state, top < 0 ? -top : 0), rows + w.wrap, out, pixel);
  espalier_ring_next(&l->ring, state);
}

/* The windows of all rows, in the input. */
static void all_windows(const espalier_pool_layer *l, const int8_t *in, int8_t *out, pixel_kernel *pixel) {
  int32_t pitch = l->in_width * l->channels, top = -l->ring.pad_top, y;
  Window w;
  w.count = 0;
  w.pitch = pitch;
  w.wrap = 0;
  for (y = 0; y < l->out_height; y++) {
    windows(l, &w, top, in + (top < 0 ? 0 : top) * pitch, in + l->ring.in_height * pitch, out, pixel);
    top += l->ring.stride;
    out += l->out_width * l->channels;
  }
}

void espalier_average_pool_2d(const espalier_pool_layer *l, const int8_t *in, int8_t *out) {
  all_windows(l, in, out, AVERAGES);
}

void espalier_max_pool_2d(const espalier_pool_layer *l, const int8_t *in, int8_t *out) {
  all_windows(l, in, out, MAXIMA);
}

void espalier_average_pool_2d_row(const espalier_pool_layer *l, void *state, void *work, const int8_t *in,
                                  int8_t *out) {
  (void)work;
  (void)in;
  ring_windows(l, state, out, AVERAGES);
}

void espalier_max_pool_2d_row(const espalier_pool_layer *l, void *state, void *work, const int8_t *in, int8_t *out) {
  (void)work;
  (void)in;
  ring_windows(l, state, out, MAXIMA);
}
