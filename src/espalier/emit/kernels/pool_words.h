/* What pools share, and pools of words: four channels at a time, for cores with the DSP extension. */
#ifndef ESPALIER_POOL_WORDS_H
#define ESPALIER_POOL_WORDS_H

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
  int32_t back;           /* of 2 or 3 channels: bytes in front of a pixel at which its word begins; -1: no words */
  uint32_t start, least, one, factor; /* of the division of words, see there */
  int32_t limited;        /* whether there are other bounds than int8's: */
  uint32_t lows, highs;   /* four bytes each */
} Window;


/* With a reciprocal of 16 bits the quotient is exact for sums of up to so many bytes; where code must be small, there
 * is none, and channels are summed one by one. */
#if defined(__OPTIMIZE_SIZE__) && !ESPALIER_HELIUM
#define LARGEST_COUNT 0
#else
#define LARGEST_COUNT 255
#endif

/* Whether channels are taken as words of four at any address, the last one beside or before the end of the others. */
#define POOL_WORDS (ESPALIER_DSP && !ESPALIER_HELIUM && LARGEST_COUNT)

#if ESPALIER_DSP && !ESPALIER_HELIUM
/* The larger one of each of 4 bytes. */
static uint32_t larger(uint32_t a, uint32_t b) {
  uint32_t difference;
  __asm__("ssub8 %0, %1, %2\n\tsel %1, %1, %2" : "=&r"(difference), "+r"(a) : "r"(b));
  return a;
}

/* -1 - x of each of 4 bytes turns the order round. */
static uint32_t smaller(uint32_t a, uint32_t b) { return ~larger(~a, ~b); }
#endif

#if POOL_WORDS
/* Channels of windows, `step` bytes apart. */
typedef void pixel_kernel(Window *w, int8_t *out, int32_t pixels, int32_t step);

/* Averages of words: sums start at 128 * count + half, so each is a half that is not negative; where halves are rounded away
 * from zero, negative sums (those below 128 * count + half) lose one; the quotient is 128 more than the average, exact by a
 * reciprocal of 32 bits. */
static void prepare_words(Window *w, int32_t count) {
  uint32_t least = 128u * (uint32_t)count + ((uint32_t)count >> 1);
  w->count = count;
  w->least = least * 0x10001u;
  w->one = count & 1 ? 0u : 0x10001u;
  w->factor = count == 1 ? 0xffffffffu : 0xffffffffu / (uint32_t)count + 1u;
  w->start = count == 1 ? w->least + 0x10001u : w->least;
}

static inline uint32_t quotient(uint32_t x, uint32_t factor) { return (uint32_t)(((uint64_t)x * factor) >> 32); }

static inline uint32_t bounded(const Window *w, uint32_t x) {
  return w->limited ? smaller(larger(x, w->lows), w->highs) : x;
}

/* The sums' signs, and what they lose. */
static inline uint32_t rounded(uint32_t sums, uint32_t least, uint32_t one) {
  uint32_t spare;
  __asm__("usub16 %0, %1, %3\n\tsel %0, %2, %4\n\tusub16 %1, %1, %0"
          : "=&r"(spare), "+r"(sums)
          : "r"(0), "r"(least), "r"(one));
  return sums;
}

static inline uint32_t average_word(const Window *w, const int8_t *row, const int8_t *end) {
  int32_t y = w->rows, channels = w->channels;
  uint32_t even = w->start, odd = even, factor = w->factor;
  do {
    const int8_t *at = row;
    int32_t x = w->columns;
    do {
      uint32_t values;
      ESPALIER_MOVE4(&values, at);
      at += channels;
      __asm__("sxtab16 %0, %0, %1" : "+r"(even) : "r"(values));
      __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(values));
    } while (--x > 0);
    row += w->pitch;
    if (row == end) row -= w->wrap;
  } while (--y > 0);
  even = rounded(even, w->least, w->one);
  odd = rounded(odd, w->least, w->one);
  even = quotient(even & 0xffffu, factor) | quotient(even >> 16, factor) << 16;
  odd = quotient(odd & 0xffffu, factor) | quotient(odd >> 16, factor) << 16;
  return bounded(w, (even | odd << 8) ^ 0x80808080u);
}

static inline uint32_t max_word(const Window *w, const int8_t *row, const int8_t *end) {
  int32_t y = w->rows, channels = w->channels;
  uint32_t best = 0x80808080u;
  do {
    const int8_t *at = row;
    int32_t x = w->columns;
    do {
      uint32_t values;
      ESPALIER_MOVE4(&values, at);
      at += channels;
      best = larger(values, best);
    } while (--x > 0);
    row += w->pitch;
    if (row == end) row -= w->wrap;
  } while (--y > 0);
  return bounded(w, best);
}

/* The same for one channel, whatever the count. */
static inline int32_t average_byte(const Window *w, const int8_t *row, const int8_t *end) {
  int32_t y = w->rows, channels = w->channels, sum = 0, count = w->rows * w->columns;
  do {
    const int8_t *at = row;
    int32_t x = w->columns;
    do {
      sum += *at;
      at += channels;
      __asm__("" : "+r"(sum)); /* not unrolled: windows are small */
    } while (--x > 0);
    row += w->pitch;
    if (row == end) row -= w->wrap;
  } while (--y > 0);
  sum += sum < 0 ? -(count >> 1) : count >> 1;
  return espalier_clamp(sum / count, w->low, w->high);
}

static inline int32_t max_byte(const Window *w, const int8_t *row, const int8_t *end) {
  int32_t y = w->rows, channels = w->channels, best = -128;
  do {
    const int8_t *at = row;
    int32_t x = w->columns;
    do {
      best = *at > best ? *at : best;
      at += channels;
      __asm__("" : "+r"(best));
    } while (--x > 0);
    row += w->pitch;
    if (row == end) row -= w->wrap;
  } while (--y > 0);
  return espalier_clamp(best, w->low, w->high);
}

/* All channels of `pixels` windows, `step` bytes apart. The last word of a pixel begins where others have been written, if in
 * place: it is read before them. */
#define RUN(name, word, byte)                                                                     \
  static void name(Window *w, int8_t *out, int32_t pixels, int32_t step) {                        \
    const int8_t *at = w->at, *end = w->end;                                                      \
    int32_t channels = w->channels, last = channels - 4;                                          \
    for (; pixels > 0; pixels--) {                                                                \
      int32_t rest = channels & 3, channel = rest ? last : 0;                                     \
      uint32_t x, kept = 0;                                                                       \
      if (w->back < 0) {                                                                          \
        for (channel = 0; channel < channels; channel++) {                                        \
          out[channel] = (int8_t)byte(w, at + channel, end + channel);                            \
        }                                                                                         \
      } else {                                                                                    \
        if (last < 0) channel = -w->back;                                                         \
        do {                                                                                      \
          x = word(w, at + channel, end + channel);                                               \
          if (last < 0) {                                                                         \
            x >>= 8 * w->back;                                                                    \
            out[0] = (int8_t)(x & 0xffu);                                                         \
            out[1] = (int8_t)(x >> 8 & 0xffu);                                                    \
            if (channels == 3) out[2] = (int8_t)(x >> 16 & 0xffu);                                \
            break;                                                                                \
          }                                                                                       \
          if (rest) {                                                                             \
            kept = x;                                                                             \
            rest = channel = 0;                                                                   \
          } else {                                                                                \
            ESPALIER_MOVE4(out + channel, &x);                                                    \
            channel += 4;                                                                         \
          }                                                                                       \
        } while (channel <= last);                                                                \
        if (last >= 0 && channels & 3) ESPALIER_MOVE4(out + last, &kept);                         \
      }                                                                                           \
      at += step;                                                                                 \
      end += step;                                                                                \
      out += channels;                                                                            \
    }                                                                                             \
  }
RUN(average_run, average_word, average_byte)
RUN(max_run, max_word, max_byte)
#undef RUN

static void averages(Window *w, int8_t *out, int32_t pixels, int32_t step) {
  int32_t count = w->rows * w->columns;
  if (count > LARGEST_COUNT) {
    w->back = -1;
  } else if (count != w->count) {
    prepare_words(w, count);
  }
  average_run(w, out, pixels, step);
}
#define AVERAGES averages
#define MAXIMA max_run
#endif

#endif
