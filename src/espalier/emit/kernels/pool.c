/* average_pool_2d and max_pool_2d. Windows are clipped to the input; the average divides by what is left, rounding
 * halves away from zero. All values of a few channels are read before their result is written. */
#include "espalier.h"

/* What the pixel kernels need; the order of the fields is known to the assembly. */
typedef struct {
  const int8_t *at;       /* the window's first value */
  const int8_t *end;      /* where the next row would be, but the rows start over: `wrap` bytes before */
  int32_t wrap;
  int32_t rows, columns, channels;
  int32_t pitch;          /* bytes from one row to the next */
  int32_t half, reciprocal, shift; /* of the division: (|sum| + half) * reciprocal >> shift */
  int32_t low, high;
  int32_t count;          /* what the division is prepared for */
} Window;

typedef void pixel_kernel(Window *w, int8_t *out);

/* With a reciprocal of 16 bits the quotient is exact for sums of up to so many bytes; where code must be small, there
 * is none, and channels are summed one by one. */
#if defined(__OPTIMIZE_SIZE__) && !ESPALIER_HELIUM
#define LARGEST_COUNT 0
#else
#define LARGEST_COUNT 255
#endif

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
  int32_t quotient = (int32_t)(count <= LARGEST_COUNT ? (rest * (uint32_t)w->reciprocal) >> w->shift
                                                      : quotient_of(rest, (uint32_t)count, 7));
  return espalier_clamp(sum < 0 ? -quotient : quotient, w->low, w->high);
}

#if LARGEST_COUNT && (!ESPALIER_DSP || ESPALIER_HELIUM)
/* Sums of 4 channels; at most LARGEST_COUNT values. */
static void sums_of_4(const Window *w, int32_t channel, int32_t sum[4]) {
  const int8_t *row = w->at + channel;
  int32_t y, x;
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (y = w->rows; y > 0; y--) {
    const int8_t *at = row;
    for (x = w->columns; x > 0; x--) {
      s0 += at[0];
      s1 += at[1];
      s2 += at[2];
      s3 += at[3];
      at += w->channels;
    }
    row = below(w, row, channel);
  }
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}
#endif

#if ESPALIER_HELIUM
/* r0 value, r1 out, r2 row, r3 rows, r4 channels, r5 half or low, r6 channels left, r7 -shift, r8 end, r9 wrap,
 * r10 columns, r11 pitch, r12 rows left; q0 result, q2 reciprocals, q4 low, q5 high. stack: 32 the window's corner */
#define PIXEL(name, size, lanes, start, load, take, finish)                    \
  __asm__(                                                                     \
      ".syntax unified\n"                                                      \
      ".pushsection .text." name ",\"ax\",%progbits\n"                         \
      ".balign 4\n.thumb\n.thumb_func\n.type " name ",%function\n.global " name "\n" \
      name ":\n"                                                               \
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
      ".size " name ",.-" name "\n"                                            \
      ".popsection\n")
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

#if ESPALIER_DSP && !ESPALIER_HELIUM
/* The larger one of each of 4 bytes. */
static uint32_t larger(uint32_t a, uint32_t b) {
  uint32_t difference;
  __asm__("ssub8 %0, %1, %2\n\tsel %1, %1, %2" : "=&r"(difference), "+r"(a) : "r"(b));
  return a;
}

/* -1 - x of each of 4 bytes turns the order round. */
static uint32_t smaller(uint32_t a, uint32_t b) { return ~larger(~a, ~b); }

#if LARGEST_COUNT
/* A quotient in the lowest byte. */
static inline uint32_t quotient(int32_t sum, uint32_t half, uint32_t reciprocal, int32_t shift) {
  int32_t sign = sum >> 31;
  uint32_t rest = (uint32_t)((sum ^ sign) - sign) + half;
  return (((rest * reciprocal) >> shift) ^ (uint32_t)sign) - (uint32_t)sign;
}

/* Averages of 4 channels, at most LARGEST_COUNT values each, in the bytes of a word. */
static inline uint32_t averages_of_4(const Window *w, int32_t channel) {
  const int8_t *row = w->at + channel;
  uint32_t even = 0, odd = 0, half = (uint32_t)w->half, reciprocal = (uint32_t)w->reciprocal, found;
  uint32_t low = ((uint32_t)w->low & 0xffu) * 0x1010101u, high = ((uint32_t)w->high & 0xffu) * 0x1010101u;
  int32_t columns = w->columns, channels = w->channels, shift = w->shift, y, x;
  for (y = w->rows; y > 0; y--) {
    const int8_t *at = row;
    for (x = columns; x > 0; x--) {
      uint32_t values;
      ESPALIER_MOVE4(&values, at);
      __asm__("sxtab16 %0, %0, %1" : "+r"(even) : "r"(values));
      __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(values));
      at += channels;
    }
    row = below(w, row, channel);
  }
  found = quotient((int16_t)even, half, reciprocal, shift) & 0xffu;
  found |= (quotient((int16_t)odd, half, reciprocal, shift) & 0xffu) << 8;
  found |= (quotient((int32_t)even >> 16, half, reciprocal, shift) & 0xffu) << 16;
  found |= quotient((int32_t)odd >> 16, half, reciprocal, shift) << 24;
  return smaller(larger(found, low), high);
}

/* All channels of a pixel that has four: of those behind the last whole four, the last four are read again, and only theirs
 * are written. */
static __attribute__((noinline)) void averages_by_fours(const Window *w, int8_t *out) {
  int32_t channel = 0, channels = w->channels;
  while (channel < channels) {
    int32_t again = channel + 4 > channels ? channel + 4 - channels : 0;
    uint32_t found = averages_of_4(w, channel - again);
    if (again == 0) {
      ESPALIER_MOVE4(out + channel, &found);
      channel += 4;
      continue;
    }
    for (found >>= 8 * again; channel < channels; channel++, found >>= 8) out[channel] = (int8_t)found;
  }
}
#endif
#endif

static void average_pixel(Window *w, int8_t *out) {
  int32_t count = w->rows * w->columns, channel = 0;
#if LARGEST_COUNT
  if (count <= LARGEST_COUNT) {
    if (count != w->count) prepare(w, count);
#if ESPALIER_HELIUM
    if (count > 1) {
      espalier_pool_average(w, out);
      return;
    }
#endif
#if ESPALIER_DSP && !ESPALIER_HELIUM
    if (w->channels >= 4) {
      averages_by_fours(w, out);
      return;
    }
#else
    for (; channel + 4 <= w->channels; channel += 4) {
      int32_t sum[4], lane;
      sums_of_4(w, channel, sum);
      for (lane = 0; lane < 4; lane++) out[channel + lane] = (int8_t)average_of(w, sum[lane], count);
    }
#endif
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

static int32_t clip(int32_t from, int32_t size, int32_t limit, int32_t *start) {
  int32_t end = from + size;
  *start = from < 0 ? 0 : from;
  return (end > limit ? limit : end) - *start;
}

/* One row of windows, the topmost of whose rows is `top` of the input; `first` is the first one that there is. */
static void windows(const espalier_pool_layer *l, Window *w, int32_t top, const int8_t *first, const int8_t *end,
                    int8_t *out, pixel_kernel *pixel) {
  int32_t x, start;
  w->channels = l->channels;
  w->low = l->low;
  w->high = l->high;
  w->rows = clip(top, l->window_height, l->ring.in_height, &start);
  for (x = 0; x < l->out_width; x++) {
    w->columns = clip(x * l->stride_width - l->pad_left, l->window_width, l->in_width, &start);
    w->at = first + start * l->channels;
    w->end = end + start * l->channels;
    pixel(w, out);
    out += l->channels;
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
  all_windows(l, in, out, average_pixel);
}

void espalier_max_pool_2d(const espalier_pool_layer *l, const int8_t *in, int8_t *out) {
  all_windows(l, in, out, max_pixel);
}

void espalier_average_pool_2d_row(const espalier_pool_layer *l, void *state, void *work, const int8_t *in,
                                  int8_t *out) {
  (void)work;
  (void)in;
  ring_windows(l, state, out, average_pixel);
}

void espalier_max_pool_2d_row(const espalier_pool_layer *l, void *state, void *work, const int8_t *in, int8_t *out) {
  (void)work;
  (void)in;
  ring_windows(l, state, out, max_pixel);
}
