/* Kernels of the Espalier model compiler: int8 arithmetic equal to TFLite's reference kernels, byte for byte.
 * C99, no heap, no floating point, no recursion, no writable statics. The same sources run everywhere; where the
 * compiler offers the Arm DSP extension (Cortex-M4, M7, M33) or Helium (Cortex-M55), faster inner loops are chosen. */
#ifndef ESPALIER_H
#define ESPALIER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ESPALIER_THUMB2: hand-written inner loops for Armv7-M and Armv8-M mainline; ESPALIER_DSP: with SMLAD and friends.
 * Define ESPALIER_PORTABLE to use plain C everywhere. */
#if defined(__thumb2__) && defined(__GNUC__) && !defined(ESPALIER_PORTABLE)
#define ESPALIER_THUMB2 1
#else
#define ESPALIER_THUMB2 0
#endif
#if ESPALIER_THUMB2 && defined(__ARM_FEATURE_DSP)
#define ESPALIER_DSP 1
#else
#define ESPALIER_DSP 0
#endif

#if ESPALIER_DSP && defined(__ARM_FEATURE_MVE)
#define ESPALIER_HELIUM 1
#else
#define ESPALIER_HELIUM 0
#endif

#if defined(__GNUC__)
/* For code that hardly ever runs: small, and not where it is called. */
#define ESPALIER_RARE __attribute__((noinline, cold))
/* Head and end of a function in assembly, in a section of its own. */
#define ESPALIER_FUNCTION(name)                                                                    \
  ".syntax unified\n.pushsection .text." name ",\"ax\",%progbits\n.balign 4\n.thumb\n.thumb_func\n" \
  ".type " name ",%function\n.global " name "\n" name ":\n"
#define ESPALIER_END(name) ".size " name ",.-" name "\n.popsection\n"
/* In front of a loop of few turns. */
#if defined(__clang__)
#define ESPALIER_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define ESPALIER_ROLLED
#endif
#define ESPALIER_ALIGNED(bytes) __attribute__((aligned(bytes)))
/* Moves of 4 bytes at any address; the builtin becomes a load and a store even without a C library. */
#define ESPALIER_MOVE4(to, from) __builtin_memcpy(to, from, 4)
#else
#define ESPALIER_RARE
#define ESPALIER_ROLLED
#define ESPALIER_ALIGNED(bytes)
#define ESPALIER_MOVE4(to, from) memcpy(to, from, 4)
#endif

/* ---- arithmetic ------------------------------------------------------------------------------------------------ */

/* Rounded x * m / 2^31 (gemmlowp's SaturatingRoundingDoublingHighMul; m is never INT32_MIN). */
static inline int32_t espalier_scale(int32_t x, int32_t m) {
#if defined(__ARM_ARCH_6M__)
  /* No multiplication to 64 bits on this core: four products of 16 bits. */
  uint32_t xl = (uint32_t)x & 0xffffu, ml = (uint32_t)m & 0xffffu;
  int32_t xh = x >> 16, mh = m >> 16;
  uint32_t low = xl * ml;
  int32_t middle = xh * (int32_t)ml + (int32_t)(low >> 16);
  int32_t other = (int32_t)xl * mh;
  int32_t carry = (int32_t)((((uint32_t)middle & 0xffffu) + ((uint32_t)other & 0xffffu)) >> 16);
  uint32_t high = (uint32_t)(xh * mh + (middle >> 16) + (other >> 16) + carry);
  uint32_t rest = (((uint32_t)middle + (uint32_t)other) << 16) | (low & 0xffffu);
  uint32_t rounded = rest + 0x40000000u;
  high += rounded < rest ? 1u : 0u;
  return (int32_t)((high << 1) | (rounded >> 31));
#else
  return (int32_t)(((int64_t)x * m + 0x40000000) >> 31);
#endif
}

/* The same for a value that is known doubled: x * m / 2^32, x even. */
static inline int32_t espalier_scale_doubled(int32_t x, int32_t m) {
#if ESPALIER_DSP
  __asm__("smmulr %0, %0, %1" : "+r"(x) : "r"(m));
  return x;
#elif ESPALIER_THUMB2
  int32_t low;
  __asm__("smull %0, %1, %1, %2\n\tadd %1, %1, %0, lsr #31" : "=&r"(low), "+r"(x) : "r"(m));
  return x;
#else
  return espalier_scale(x >> 1, m);
#endif
}

/* Rounded x / 2^s, halves away from zero (gemmlowp's RoundingDivideByPOT), 0 <= s <= 31. */
static inline int32_t espalier_round_shift(int32_t x, int32_t s) {
  int32_t mask = (int32_t)(((uint32_t)1 << s) - 1u);
  int32_t rest = x & mask;
  int32_t half = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> s) + (rest > half ? 1 : 0);
}

/* x * m * 2^shift / 2^31 with TFLite's double rounding; shift > 0 shifts left, -31 <= shift <= 30. */
static inline int32_t espalier_requantize(int32_t x, int32_t m, int32_t shift) {
  if (shift > 0) return espalier_scale((int32_t)((uint32_t)x << shift), m);
  return espalier_round_shift(espalier_scale(x, m), -shift);
}

static inline int32_t espalier_clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : (x > high ? high : x);
}

/* Held within a byte. */
static inline int32_t espalier_saturate(int32_t x) {
#if ESPALIER_THUMB2
  __asm__("ssat %0, #8, %0" : "+r"(x));
  return x;
#else
  return espalier_clamp(x, -128, 127);
#endif
}

/* Copies bytes by words (any alignment). */
void espalier_copy(int8_t *to, const int8_t *from, int32_t bytes);

/* Clamps bytes where they are. */
void espalier_clamp_row(int8_t *at, int32_t bytes, int32_t low, int32_t high);

typedef struct {
  int32_t bytes;
} espalier_copy_layer;

void espalier_copy_tensor(const espalier_copy_layer *layer, const int8_t *in, int8_t *out);

/* Continues a CRC-32; start with 0. */
uint32_t espalier_crc32(uint32_t crc, const void *data, int32_t bytes);

/* ---- rows that wait for a window ---------------------------------------------------------------------------------- */

/* The ring of padded rows of an operator, whose state starts with it. Row by row: start; for each output row, while the
 * ring wants an input row, push one, or write it to the slot and advance; where the ring holds rows in another form, the
 * operator has a push of its own. Then the operator takes its output row. */
typedef struct {
  int16_t rows;             /* (kernel height - 1) * dilation + 1; 0: the input is read where it is */
  int16_t pad_top, in_height, stride;
  int32_t outside;          /* four bytes of what lies around the input */
  int32_t left;             /* bytes in front of the input's first pixel */
  int32_t row_bytes;        /* a multiple of 4 */
  int32_t state_bytes;      /* counters, rows, and what may be read behind them */
} espalier_ring;

typedef struct {
  int32_t pushed;  /* padded rows in the ring so far */
  int32_t wanted;  /* padded rows that the next output row needs */
  int32_t slot;    /* where the next row goes; equally the oldest row */
  int32_t unused;
} espalier_ring_state;

void espalier_ring_start(const espalier_ring *ring, void *state);
/* Takes a row over as it is, or each of its bytes `repeat` times. */
void espalier_ring_push(const espalier_ring *ring, void *state, const int8_t *row, int32_t bytes);
void espalier_ring_push_repeated(const espalier_ring *ring, void *state, const int8_t *row, int32_t bytes,
                                 int32_t repeat);
int espalier_ring_wants(const espalier_ring *ring, void *state);
int8_t *espalier_ring_slot(const espalier_ring *ring, void *state);
void espalier_ring_advance(const espalier_ring *ring, void *state);

/* A row of the window, from its padding on; 0 is the topmost. */
static inline int8_t *espalier_ring_row(const espalier_ring *ring, void *state, int32_t number) {
  espalier_ring_state *s = (espalier_ring_state *)state;
  number += s->slot;
  return (int8_t *)(s + 1) + (number < ring->rows ? number : number - ring->rows) * ring->row_bytes;
}

/* The next window lies a stride lower. */
static inline void espalier_ring_next(const espalier_ring *ring, void *state) {
  ((espalier_ring_state *)state)->wanted += ring->stride;
}

/* ---- convolution ----------------------------------------------------------------------------------------------- */

/* One pair of output channels, of an odd count the last one filled with zeros. shift, for tile_4x2: one less than the right
 * shift where |sum| < 2^30 and that is 1..22, else TFLite's shift minus 64, and ESPALIER_NO_CHANNEL of a channel that only
 * fills a pair; for tile_bytes: the right shift, 0 and below a left one. */
enum { ESPALIER_NO_CHANNEL = -128 };

typedef struct {
  int32_t bias0, bias1;
  int32_t multiplier0, shift0;
  int32_t multiplier1, shift1;
} espalier_pair;

/* What the tile kernel needs; the order of the fields is known to the assembly. */
typedef struct {
  const int16_t *packed, *packed_end;
  uint32_t skip;         /* steps of the unrolled loop, behind the first step, to jump over on its first pass */
  int32_t zero;          /* 2 * output zero point + 1 */
  const espalier_pair *pairs;
  int32_t count;         /* pairs of output channels */
  const int8_t *weights;
  int32_t pitch;         /* bytes from one output pixel to the next */
} espalier_tile;

typedef void (*espalier_tile_kernel)(const espalier_tile *tile, int8_t *out);

/* weights: per group, per pair of channels, per step of two input values a and b the bytes {c0[a], c1[a], c0[b], c1[b]}. The
 * steps go through the pieces of a window, word by word (k0 and k2, then k1 and k3). Either each piece is padded with
 * zeros to whole words, or the bytes behind its whole words, its tail, wait until the words of all pieces are through: then
 * the tails follow, two values a step. Of pieces of five bytes, one byte from their neighbours', the fifth may take a step
 * of its own. Biases hold -input zero point * sum of the weights. */
typedef struct {
  espalier_ring ring;       /* no rows: 1x1 windows are read straight from the input */
  const int8_t *weights;
  const espalier_pair *pairs;
  espalier_tile_kernel tile;
  int16_t in_width, in_channels;
  int16_t out_height, out_width, out_channels;
  int16_t groups, group_out;
  int16_t window_rows, window_segments; /* kernel height; pieces of a window row that lie together */
  int16_t segment_words;    /* 4-byte words of a piece, rounded up */
  int16_t segment_step;     /* bytes from one piece to the next, in the ring */
  int16_t pixel_step;       /* bytes from one output pixel's window to the next, in the ring */
  int16_t group_step;       /* bytes from one group's channels to the next, in the ring */
  int16_t wide;             /* the ring holds 16-bit values, each 4 of them in the order 0, 2, 1, 3 */
  int16_t window_bytes;     /* for tile_bytes: bytes of a packed window, a multiple of 16; 0 for the other tiles */
  int16_t segment_bytes;    /* bytes of a piece */
  int16_t dilation;         /* rows of the input between two rows of the window */
  int16_t steps;            /* of tile_4x2 through a window */
  int16_t tail_bytes;       /* of a piece, where tails come last */
  int16_t count;            /* pairs of output channels per group that the tiles take; for tile_bytes whole pairs */
  int16_t skip;             /* steps of the unrolled loop of tile_4x2 that its first pass jumps over */
  int8_t out_zero, low, high;
  int8_t short_forms;       /* whether every channel has the short form of tile_4x2 */
} espalier_conv_2d_layer;

void espalier_tile_4x2(const espalier_tile *tile, int8_t *out);
/* The same for cores with byte dot products: windows and weights stay bytes. weights: per pair of channels, per 16
 * input values, 16 bytes of the first and 16 of the second channel; pieces of a window follow each other closely. */
void espalier_tile_bytes(const espalier_tile *tile, int8_t *out);
/* Four results from every second of eight sums; scale: multiplier and shift of a channel without a short form. */
void espalier_tile_other(const int32_t *sums, const int32_t *scale, int8_t *out, const espalier_tile *tile);

/* state: the ring (only where rows go through one), work: what one row needs besides. */
void espalier_conv_2d(const espalier_conv_2d_layer *layer, const int8_t *in, int8_t *out, void *scratch);
/* Row by row: layers without a ring read `in`, the others ignore it. push: where the ring is wide. */
void espalier_conv_2d_push(const espalier_conv_2d_layer *layer, void *state, const int8_t *row);
void espalier_conv_2d_row(const espalier_conv_2d_layer *layer, void *state, void *work, const int8_t *in, int8_t *out);

/* One output channel. weights: 16-bit values, doubled, per word of a piece k0, k2, k1, k3, of its tail of one byte that and a
 * zero; segment_words: without the tail; pairs: one, of which the first channel counts, in the short form, its bias doubled. */
void espalier_conv_single(const espalier_conv_2d_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_conv_single_row(const espalier_conv_2d_layer *layer, void *state, void *work, const int8_t *in, int8_t *out);

/* Windows of one pixel, at most four input channels. weights: the rows of conv_pointwise.c. */
void espalier_conv_pointwise(const espalier_conv_2d_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_conv_pointwise_row(const espalier_conv_2d_layer *layer, void *state, void *work, const int8_t *in,
                                 int8_t *out);

/* ---- element by element ---------------------------------------------------------------------------------------- */

/* add and sub of two tensors of one shape. The operand with the larger scale is "plain": TFLite halves it exactly; the
 * "scaled" one goes through a table of 256 values, made by espalier_add_start in the scratch. */
typedef struct {
  int32_t count;
  int32_t plain;              /* +-2^20 */
  int32_t constant;           /* -plain * zero point of the plain operand, plus nothing else */
  int32_t scaled_multiplier, scaled_shift, scaled_sign, scaled_zero;
  int32_t multiplier, shift;  /* right shift 1..22 */
  int32_t left_shift;         /* of the scaled operand, before it is scaled */
  int8_t swapped;             /* the first input is the scaled one */
  int8_t out_zero, low, high;
} espalier_add_layer;

void espalier_add_start(const espalier_add_layer *layer, void *scratch);
void espalier_add_row(const espalier_add_layer *layer, const int8_t *a, const int8_t *b, int8_t *out, int32_t count,
                      const void *scratch);
void espalier_add(const espalier_add_layer *layer, const int8_t *a, const int8_t *b, int8_t *out, void *scratch);

/* Any int8 function of one int8 value. */
typedef struct {
  const int8_t *table; /* 256 values, for inputs -128..127 */
  int32_t count;
} espalier_lookup_layer;

void espalier_lookup(const espalier_lookup_layer *layer, const int8_t *in, int8_t *out);

/* The same with a function for each channel of each pixel: 256 values per channel, for inputs 0..127, -128..-1. */
typedef struct {
  const int8_t *tables;
  int32_t pixels, channels;
} espalier_channel_lookup_layer;

void espalier_channel_lookup(const espalier_channel_lookup_layer *layer, const int8_t *in, int8_t *out);

/* One per channel, for 2 to 4 channels. */
typedef struct {
  const int8_t *tables; /* 256 values per channel */
  int32_t count, channels;
} espalier_lookup_channels_layer;

void espalier_lookup_channels(const espalier_lookup_channels_layer *layer, const int8_t *in, int8_t *out);
void espalier_lookup_channels_row(const espalier_lookup_channels_layer *layer, const int8_t *in, int8_t *out, int32_t count,
                                  const void *state);

/* ---- pooling --------------------------------------------------------------------------------------------------- */

typedef struct {
  espalier_ring ring;       /* as a whole, the operator reads its input where it is: only heights count then */
  int16_t in_width, channels, out_height, out_width, window_height, window_width, stride_width, pad_left;
  int8_t low, high;
} espalier_pool_layer;

void espalier_average_pool_2d(const espalier_pool_layer *layer, const int8_t *in, int8_t *out);
void espalier_max_pool_2d(const espalier_pool_layer *layer, const int8_t *in, int8_t *out);
void espalier_average_pool_2d_row(const espalier_pool_layer *layer, void *state, void *work, const int8_t *in,
                                  int8_t *out);
void espalier_max_pool_2d_row(const espalier_pool_layer *layer, void *state, void *work, const int8_t *in, int8_t *out);

/* ---- fully connected ------------------------------------------------------------------------------------------- */

/* weights: per pair of units the layout of espalier_conv_2d_layer with one segment; for espalier_dense_bytes unit by unit. Each
 * unit is padded with zeros to a multiple of 4, the units to pairs. shift of a pair: the right shift of the short form (1..22),
 * or, where that is not exact for every input of a unit, TFLite's shift - ESPALIER_LONG_SHIFT, which is below 0. */
typedef struct espalier_fully_connected_layer espalier_fully_connected_layer;
typedef void (*espalier_dense_kernel)(const espalier_fully_connected_layer *layer, const int8_t *in, int8_t *out,
                                      void *scratch);
struct espalier_fully_connected_layer {
  const int8_t *weights;
  const espalier_pair *pairs;
  espalier_dense_kernel kernel;
  int32_t rows, depth, units;
  int32_t out_pitch; /* from one output row to the next */
  int8_t out_zero, low, high;
  int8_t long_units; /* whether there are units that take the long form */
};

enum { ESPALIER_LONG_SHIFT = 64 };

void espalier_dense_rows(const espalier_fully_connected_layer *layer, const int8_t *in, int8_t *out, void *scratch);
/* At least four rows, four at a time; scratch: four rows of 16-bit values, each padded to a multiple of 4. */
void espalier_dense_tiles(const espalier_fully_connected_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_dense_bytes(const espalier_fully_connected_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_dense_bytes_long(const espalier_fully_connected_layer *layer, const int8_t *in, int8_t *out, void *scratch);

static inline void espalier_fully_connected(const espalier_fully_connected_layer *layer, const int8_t *in, int8_t *out,
                                            void *scratch) {
  layer->kernel(layer, in, out, scratch);
}

/* ---- softmax --------------------------------------------------------------------------------------------------- */

typedef struct {
  int32_t rows, depth;
  int32_t multiplier, shift; /* left shift */
  int32_t least;             /* differences to the maximum below it count as zero */
} espalier_softmax_layer;

void espalier_softmax(const espalier_softmax_layer *layer, const int8_t *in, int8_t *out);
/* The exponentials of all 256 differences are computed first, into the scratch (1 KB). */
void espalier_softmax_tabled(const espalier_softmax_layer *layer, const int8_t *in, int8_t *out, void *scratch);

/* ---- general operators: any element type and shape, less speed ---------------------------------------------------- */

enum { ESPALIER_INT8 = 0, ESPALIER_INT16 = 1, ESPALIER_UINT8 = 2 };

/* Copies blocks of bytes between two strided arrays of up to 5 axes; strides in bytes. */
typedef struct {
  int32_t extent[5], in_stride[5], out_stride[5];
  int32_t in_start, out_start;
  int32_t block; /* bytes that lie together on both sides */
} espalier_move_layer;

void espalier_move(const espalier_move_layer *layer, const int8_t *in, int8_t *out);

/* Fills a tensor with one value: the border of a pad. */
typedef struct {
  int32_t elements, element_bytes, value;
} espalier_fill_layer;

void espalier_fill(const espalier_fill_layer *layer, int8_t *out);

/* Copies rows and columns picked by tables: nearest-neighbour resize. */
typedef struct {
  const uint16_t *rows, *columns;
  int32_t out_height, out_width, in_row_bytes, pixel_bytes;
} espalier_pick_layer;

void espalier_pick(const espalier_pick_layer *layer, const int8_t *in, int8_t *out);

enum { ESPALIER_ADD = 0, ESPALIER_MUL = 1, ESPALIER_MAXIMUM = 2, ESPALIER_MINIMUM = 3, ESPALIER_SQUARED_DIFFERENCE = 4,
       ESPALIER_PRELU = 5 };

/* Two operands with broadcasting over up to 4 axes; strides in elements, 0 where an operand is repeated. */
typedef struct {
  int32_t extent[4], a_stride[4], b_stride[4];
  int32_t kind, type;
  int32_t a_zero, b_zero, out_zero, left_shift;
  int32_t a_multiplier, a_shift, b_multiplier, b_shift, multiplier, shift;
  int32_t b_sign; /* -1: sub */
  int32_t low, high;
} espalier_binary_layer;

void espalier_binary(const espalier_binary_layer *layer, const int8_t *a, const int8_t *b, int8_t *out);
/* mul of int8 with a multiplier above 0 and a right shift of 1..22. */
void espalier_mul(const espalier_binary_layer *layer, const int8_t *a, const int8_t *b, int8_t *out);

/* add, sub and squared_difference of int8 where an operand is repeated; the operands meet as in espalier_add. */
typedef struct {
  espalier_add_layer sum; /* its count: along the last axis */
  int32_t extent[3], a_stride[4], b_stride[4];
  int32_t squared;
} espalier_broadcast_layer;

void espalier_broadcast(const espalier_broadcast_layer *layer, const int8_t *a, const int8_t *b, int8_t *out,
                        void *scratch);

/* prelu of int8; the multiplier as for mul. table: what becomes of the 256 values where they are not negative. */
typedef struct {
  espalier_binary_layer binary;
  const int8_t *table;
} espalier_prelu_layer;

void espalier_prelu(const espalier_prelu_layer *layer, const int8_t *a, const int8_t *b, int8_t *out);

/* x * multiplier for x above the input's zero point, x * negative multiplier below; relu, leaky_relu, quantize. */
typedef struct {
  int32_t count, in_type, out_type;
  int32_t in_zero, out_zero, multiplier, shift, negative_multiplier, negative_shift, negative_sign, low, high;
} espalier_rescale_layer;

void espalier_rescale(const espalier_rescale_layer *layer, const int8_t *in, int8_t *out);

enum { ESPALIER_SUM = 0, ESPALIER_MAX = 1, ESPALIER_MIN = 2 };

/* Reduces up to 3 axes for every position of up to 4 kept ones; strides in elements. */
typedef struct {
  int32_t kept[4], kept_stride[4], reduced[3], reduced_stride[3];
  int32_t kind, type, offset; /* offset: input zero point * reduced elements */
  int32_t multiplier, shift, out_zero, low, high;
} espalier_reduce_layer;

void espalier_reduce(const espalier_reduce_layer *layer, const int8_t *in, int8_t *out);

/* The sum over all pixels of an int8 image, rescaled: mean and sum. */
typedef struct {
  int32_t pixels, channels;
  int32_t offset; /* input zero point * pixels */
  int32_t multiplier, shift, out_zero, low, high;
} espalier_reduce_pixels_layer;

void espalier_reduce_pixels(const espalier_reduce_pixels_layer *layer, const int8_t *in, int8_t *out);

/* The sum over the last axis of an int8 tensor, rescaled: mean and sum. */
typedef struct {
  int32_t rows, depth;
  int32_t offset; /* input zero point * depth */
  int32_t multiplier, shift, out_zero, low, high;
} espalier_reduce_rows_layer;

void espalier_reduce_rows(const espalier_reduce_rows_layer *layer, const int8_t *in, int8_t *out);

typedef struct {
  int32_t outer, depth, inner;
  int32_t flip;  /* -1: the smallest value instead */
  int32_t words; /* of an index: 2 for 64 bits */
} espalier_arg_max_layer;

void espalier_arg_max(const espalier_arg_max_layer *layer, const int8_t *in, int32_t *out);

/* Comparisons with broadcasting: 1 where a is greater than b, or equal to it; negate: where it is not. */
typedef struct {
  int32_t extent[4], a_stride[4], b_stride[4];
  const int16_t *a_ranks, *b_ranks; /* what is compared instead of the values -128..127; 0: the values */
  int32_t greater, negate;
} espalier_compare_layer;

void espalier_compare(const espalier_compare_layer *layer, const int8_t *a, const int8_t *b, int8_t *out);

/* a where the condition holds, else b; elements of `bytes` bytes. */
typedef struct {
  int32_t extent[4], c_stride[4], a_stride[4], b_stride[4];
  int32_t bytes;
} espalier_select_layer;

void espalier_select(const espalier_select_layer *layer, const int8_t *condition, const int8_t *a, const int8_t *b,
                     int8_t *out);

typedef struct {
  int32_t extent[4], a_stride[4], b_stride[4];
  const int32_t *inverses; /* of 1..255, Q0.31 of the value without its leading bit's place */
  const int8_t *bits;      /* place of the leading bit; -1 of 0 */
  int32_t a_zero, b_zero, out_zero, multiplier, shift, low, high;
} espalier_div_layer;

void espalier_div(const espalier_div_layer *layer, const int8_t *a, const int8_t *b, int8_t *out);

/* Rows divided by their length. */
typedef struct {
  int32_t rows, depth, in_zero;
} espalier_l2_normalization_layer;

void espalier_l2_normalization(const espalier_l2_normalization_layer *layer, const int8_t *in, int8_t *out);

/* 10-bit positions of the output rows and columns, with their two neighbours (first elements of rows, of pixels). */
typedef struct {
  const int32_t *rows, *columns; /* {fraction, lower, upper} each */
  int32_t channels, out_height, out_width;
} espalier_resize_bilinear_layer;

void espalier_resize_bilinear(const espalier_resize_bilinear_layer *layer, const int8_t *in, int8_t *out);
void espalier_resize_bilinear_int16(const espalier_resize_bilinear_layer *layer, const int16_t *in, int16_t *out);

/* One output channel of the plain filters; shift as in TFLite (positive: left). */
typedef struct {
  int32_t bias, multiplier, shift;
} espalier_channel;

/* transpose_conv, int8; weights OHWI. */
typedef struct {
  const int8_t *weights;
  const espalier_channel *channels;
  int32_t in_height, in_width, in_channels, out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left;
  int32_t in_zero, out_zero, low, high;
} espalier_transpose_conv_layer;

void espalier_transpose_conv(const espalier_transpose_conv_layer *layer, const int8_t *in, int8_t *out);

/* The same as one convolution: each of its pixels has the outputs of a stride's rows and columns. */
typedef struct {
  espalier_conv_2d_layer conv;
  int32_t first_row;      /* of the output, for the convolution's first row; what lies outside of it is left out */
  int32_t first_byte;     /* of an output row, for the convolution's first pixel */
  int32_t stride_height;
  int32_t step;           /* bytes of a stride's columns */
  int32_t out_height, row_bytes;
  int32_t row_at;         /* in the private memory behind the ring: a row of the convolution */
} espalier_transpose_tiles_layer;

void espalier_transpose_tiles(const espalier_transpose_tiles_layer *layer, const int8_t *in, int8_t *out, void *scratch);

/* Products of matrices; strides in elements. */
typedef struct {
  const int32_t *batches; /* pairs: first element of a and of b */
  int32_t count, rows, depth, columns, a_row, a_step, b_step, b_column;
  int32_t a_zero, b_zero, out_zero, multiplier, shift;
  int32_t block; /* int8: columns that are packed at once, an even number; by bytes of 4 */
  int32_t fast;  /* int8: the short requantization is exact: |sum| < 2^30, a multiplier above 0, a right shift of 1..22 */
} espalier_batch_matmul_layer;

/* scratch: four rows of 16-bit values, `block` columns, each padded to a multiple of 4, and where the values of a row do not
 * lie together four rows of bytes. */
void espalier_batch_matmul(const espalier_batch_matmul_layer *layer, const int8_t *a, const int8_t *b, int8_t *out,
                           void *scratch);
/* The same by byte dot products. block: a multiple of 4. scratch: a word for each of `block` columns, the columns, and where the
 * values of a row do not lie together a row. */
void espalier_batch_matmul_bytes(const espalier_batch_matmul_layer *layer, const int8_t *a, const int8_t *b, int8_t *out,
                                 void *scratch);
void espalier_batch_matmul_int16(const espalier_batch_matmul_layer *layer, const int16_t *a, const int16_t *b,
                                 int16_t *out);

/* int16 activations, int8 weights, 64-bit sums: conv_2d (grouped: depthwise_conv_2d) and fully_connected.
 * multiplier: 16 bits; shift: right shift of the product. */
typedef struct {
  const int8_t *weights; /* OHWI */
  const int64_t *biases;
  const espalier_channel *channels;
  int32_t in_height, in_width, in_channels, out_height, out_width, out_channels, group_in, group_out;
  int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width, pad_top, pad_left;
  int32_t low, high;
} espalier_conv_int16_layer;

void espalier_conv_int16(const espalier_conv_int16_layer *layer, const int16_t *in, int16_t *out);

typedef struct {
  const int8_t *weights; /* OHWI */
  const int64_t *biases;
  const espalier_channel *channels;
  int32_t in_height, in_width, in_channels, out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left;
  int32_t low, high;
} espalier_transpose_conv_int16_layer;

void espalier_transpose_conv_int16(const espalier_transpose_conv_int16_layer *layer, const int16_t *in, int16_t *out);

typedef struct {
  int32_t in_height, in_width, channels, out_height, out_width;
  int32_t window_height, window_width, stride_height, stride_width, pad_top, pad_left;
  int32_t largest; /* 1: max_pool_2d, 0: average_pool_2d */
  int32_t low, high;
} espalier_pool_int16_layer;

void espalier_pool_int16(const espalier_pool_int16_layer *layer, const int16_t *in, int16_t *out);

typedef struct {
  const int16_t *exp_table, *reciprocal_table; /* 513 samples each */
  int32_t rows, depth, multiplier, shift;
} espalier_softmax_int16_layer;

void espalier_softmax_int16(const espalier_softmax_int16_layer *layer, const int16_t *in, int16_t *out);

/* logistic and tanh; table: sigmoid(i / 24) in 0.16 fixed point. */
typedef struct {
  const int32_t *table;
  int32_t count, multiplier, shift, hyperbolic;
} espalier_sigmoid_int16_layer;

void espalier_sigmoid_int16(const espalier_sigmoid_int16_layer *layer, const int16_t *in, int16_t *out);

/* The edges of a network that speaks float. */
typedef struct {
  int32_t count, type, zero, low, high;
  float scale;
} espalier_float_layer;

void espalier_dequantize(const espalier_float_layer *layer, const int8_t *in, float *out);
void espalier_quantize_float(const espalier_float_layer *layer, const float *in, int8_t *out);

/* ---- weights with zeros that are not stored ------------------------------------------------------------------------ */

/* One output channel whose zero weights are not stored. Its entries come in groups of 8: a word of eight 4-bit distances
 * (window positions passed over since the entry before), then the weights. A first group with fewer entries uses the
 * upper distances of its word; a longer distance passes through entries of weight 0. */
typedef struct {
  int32_t start;       /* bias - (input zero point + 128) * sum of the weights, as packed values are larger by 128 */
  int32_t start_high;  /* for tile_pairs: upper half of start + bias' * 2^24, bias' without the 128 */
  int32_t multiplier;
  uint8_t shift;       /* right shift 1..22 */
  uint8_t skip;        /* entries that the first group lacks */
  uint16_t bytes;      /* of all groups */
} espalier_sparse_channel;

/* What the sparse tile kernels need; the order of the fields is known to the assembly. */
typedef struct {
  const void *packed;
  const int8_t *entries;
  const espalier_sparse_channel *channels;
  int32_t count;
  int32_t zero;   /* 2 * output zero point + 1 */
  int32_t pitch;  /* bytes from one output pixel to the next */
} espalier_sparse_tile;

typedef void (*espalier_sparse_tile_kernel)(const espalier_sparse_tile *tile, int8_t *out);
typedef uint32_t *(*espalier_sparse_pack_kernel)(uint32_t *to, const int8_t *from, int32_t pitch, int32_t words);

typedef struct {
  espalier_ring ring;       /* of bytes; no rows: 1x1 windows are read straight from the input */
  const int8_t *entries;
  const espalier_sparse_channel *channels;
  espalier_sparse_tile_kernel tile;
  espalier_sparse_pack_kernel pack; /* of the tile's form */
  int32_t packed_bytes, in_row_bytes;
  int16_t out_height, out_width, out_channels;
  int16_t window_rows, window_segments; /* as in espalier_conv_2d_layer */
  int16_t segment_words, segment_step, pixel_step, dilation;
  int8_t out_zero, low, high;
} espalier_sparse_conv_2d_layer;

/* 8 pixels by one channel. pairs: 2 products per multiplication to 64 bits; every sum is below 2^23, 16 bytes of packed
 * memory per window position. bytes: 8 bytes. */
void espalier_sparse_tile_pairs(const espalier_sparse_tile *tile, int8_t *out);
void espalier_sparse_tile_bytes(const espalier_sparse_tile *tile, int8_t *out);
uint32_t *espalier_sparse_pack_pairs(uint32_t *to, const int8_t *from, int32_t pitch, int32_t words);
uint32_t *espalier_sparse_pack_bytes(uint32_t *to, const int8_t *from, int32_t pitch, int32_t words);

void espalier_sparse_conv_2d(const espalier_sparse_conv_2d_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_sparse_conv_2d_row(const espalier_sparse_conv_2d_layer *layer, void *state, void *work, const int8_t *in,
                                 int8_t *out);

/* A dense layer; its channels' starting sums do not hold the 128. */
typedef struct {
  const int8_t *entries;
  const espalier_sparse_channel *channels;
  int32_t rows, depth, units;
  int8_t out_zero, low, high;
} espalier_sparse_fully_connected_layer;

void espalier_sparse_fully_connected(const espalier_sparse_fully_connected_layer *layer, const int8_t *in, int8_t *out);

/* ---- depthwise convolution -------------------------------------------------------------------------------------- */

/* weights: per block of 4 channels, per tap 4 16-bit values in the order 0, 2, 1, 3; channels are padded to 4. */
typedef struct {
  espalier_ring ring;
  const int16_t *weights;
  const espalier_channel *channels;
  int16_t in_width, in_channels, out_height, out_width, out_channels;
  int16_t multiplier;         /* output channels per input channel; above 1 the input is repeated */
  int16_t kernel_height, kernel_width, dilation_height, dilation_width, stride_width;
  int16_t pad_left, ring_width;
  int16_t narrow;             /* the ring holds bytes as they come */
  int16_t fast;               /* as for espalier_tile_4x2; the channels' shifts are right shifts 1..22 then */
  int16_t pairs;              /* fast, 3x3, no dilation, stride 1 or 2, at least two pixels to a row */
  int8_t out_zero, low, high;
} espalier_depthwise_conv_2d_layer;

void espalier_depthwise_conv_2d(const espalier_depthwise_conv_2d_layer *layer, const int8_t *in, int8_t *out,
                                void *scratch);
void espalier_depthwise_conv_2d_push(const espalier_depthwise_conv_2d_layer *layer, void *state, const int8_t *row);
void espalier_depthwise_conv_2d_row(const espalier_depthwise_conv_2d_layer *layer, void *state, void *work,
                                    const int8_t *in, int8_t *out);

/* A channel of the fast requantization: the doubled bias, the rounding with the zero point added, a right shift 1..22. */
typedef struct {
  int32_t bias, multiplier, rounding, shift;
} espalier_rounded_channel;

/* A channel for which that is not exact: computed anew, TFLite's shift (positive: left). */
typedef struct {
  int32_t channel, bias, multiplier, shift;
} espalier_slow_channel;

static inline int8_t espalier_slow_output(int32_t sum, const espalier_slow_channel *c, int32_t zero, int32_t low,
                                          int32_t high) {
  sum = espalier_clamp(espalier_requantize(sum, c->multiplier, c->shift), -512, 511) + zero;
  return (int8_t)espalier_clamp(sum, low, high);
}

/* What the kernels for dual multiplications need; the order of the fields is known to the assembly. */
typedef struct {
  const int16_t *weights;       /* doubled */
  const espalier_rounded_channel *channels;
  int8_t *out;
  int32_t pitch;                /* bytes from one output pixel to the next */
  int32_t width;                /* pixels */
  int32_t count;                /* channels, one after the other in the output */
  const int8_t *const *rows;    /* of the window; a null pointer ends them */
  int32_t offset;               /* bytes from the start of the rows to the first channel's plane */
  int32_t turn;                 /* bytes from where a channel's last four pixels end to the next channel's plane */
  int32_t words;                /* pairs of taps in a row; of an odd row at stride 1, the last one apart */
} espalier_depthwise_strip;

typedef void (*espalier_depthwise_strip_kernel)(const espalier_depthwise_strip *strip);

/* Pixels of up to 4 neighbouring channels, `pitch` bytes apart, to one plane of 16-bit values per channel; the planes lie
 * `plane` bytes apart. The target's first value may be the second one of a word. */
void espalier_widen(int16_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t pixels, int32_t pitch);

/* 3x3, rows of 5 taps, and any window; of stride 1 and 2. */
void espalier_depthwise_dual_3_1(const espalier_depthwise_strip *strip);
void espalier_depthwise_dual_3_2(const espalier_depthwise_strip *strip);
void espalier_depthwise_dual_5_1(const espalier_depthwise_strip *strip);
void espalier_depthwise_dual_5_2(const espalier_depthwise_strip *strip);
void espalier_depthwise_dual_any_1(const espalier_depthwise_strip *strip);
void espalier_depthwise_dual_any_2(const espalier_depthwise_strip *strip);

/* The same for cores with dual 16-bit multiplications, stride 1 or 2. weights: doubled, per channel, per row, in 16 bits;
 * stride 1: w0, w1, w1, w2; w2, w3, w3, w4; and so on up to an odd count of taps; stride 2: an even count of taps. */
typedef struct {
  espalier_ring ring;
  const int16_t *weights;
  const espalier_rounded_channel *scales;
  espalier_depthwise_strip_kernel strip;
  const espalier_slow_channel *slow;
  const int8_t *slow_taps;    /* per slow channel those of a window */
  int16_t slow_count;
  int16_t in_width, in_channels, out_height, out_width, channels, multiplier, stride_width;
  int16_t kernel_height, kernel_width, dilation_height, pad_left;
  int16_t ring_width;         /* 16-bit values of a channel in a row, even */
  int16_t narrow;             /* the ring holds bytes as they come, of which so many channels are widened at once */
  int16_t ring_pixels;        /* of a row of bytes */
  int16_t words;              /* as in espalier_depthwise_strip */
  int16_t window_weights;     /* of a channel */
  int32_t wide_at;            /* in the private memory of a row, where the ring is narrow: wide rows */
  int8_t out_zero, low, high;
} espalier_depthwise_dual_layer;

void espalier_depthwise_dual(const espalier_depthwise_dual_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_depthwise_dual_push(const espalier_depthwise_dual_layer *layer, void *state, const int8_t *row);
void espalier_depthwise_dual_row(const espalier_depthwise_dual_layer *layer, void *state, void *work, const int8_t *in,
                                  int8_t *out);

/* Sums of some pixels wait in memory to be rescaled, 16 channels for each. */
#define ESPALIER_SUMS_BYTES 64
#define ESPALIER_SUMS_WAITING 16
typedef struct {
  int32_t pixels, channels, pitch, zero, low, high;
} espalier_depthwise_rescaling;

/* For cores with byte dot products; the order of the fields is known to the assembly. */
void espalier_depthwise_finish(const int32_t *sums, const espalier_channel *channels, int8_t *out,
                               const espalier_depthwise_rescaling *how);

/* Those of `count` channels from `block` on that are slow, which are computed from their sums. */
static inline void espalier_depthwise_finish_slow(const int32_t *sums, const espalier_slow_channel *slow, int32_t count,
                                                  int32_t block, int8_t *out, const espalier_depthwise_rescaling *how) {
  for (; count > 0; count--, slow++) {
    int32_t channel = slow->channel - block, pixel;
    if (channel < 0 || channel >= how->channels) continue;
    for (pixel = 0; pixel < how->pixels; pixel++) {
      int32_t sum = (int32_t)((uint32_t)sums[16 * pixel + channel] + (uint32_t)slow->bias);
      out[pixel * how->pitch + channel] = espalier_slow_output(sum, slow, how->zero, how->low, how->high);
    }
  }
}

/* The same for cores with byte dot products, windows of at most 4x3 at stride 1 and 4x4 at stride 2, not dilated across;
 * the ring holds bytes as they come. weights: per channel 16 bytes, 4 rows of each of 4 columns, padded with zeros. */
typedef struct {
  espalier_ring ring;
  const int8_t *weights;
  const espalier_channel *channels; /* right shifts 1..22; padded to fours */
  const espalier_slow_channel *slow;
  int16_t slow_count;
  int16_t in_width, in_channels, out_height, out_width, out_channels, multiplier;
  int16_t kernel_height, kernel_width, dilation_height, stride_width, ring_width;
  int32_t plane_bytes;        /* of 4 interleaved rows; the sums follow */
  int8_t out_zero, low, high;
} espalier_depthwise_bytes_layer;

void espalier_depthwise_bytes(const espalier_depthwise_bytes_layer *layer, const int8_t *in, int8_t *out, void *scratch);
void espalier_depthwise_bytes_push(const espalier_depthwise_bytes_layer *layer, void *state, const int8_t *row);
void espalier_depthwise_bytes_row(const espalier_depthwise_bytes_layer *layer, void *state, void *work, const int8_t *in,
                                  int8_t *out);

/* The same for any other window; the ring's rows hold one channel after the other. weights: per channel, per row, 16 taps
 * at a time, padded with zeros. */
typedef struct {
  espalier_ring ring;
  const int8_t *weights;
  const espalier_channel *channels; /* right shifts 1..22; padded to fours */
  const espalier_slow_channel *slow;
  int16_t slow_count;
  int16_t in_width, in_channels, out_height, out_width, out_channels, multiplier;
  int16_t kernel_height, kernel_width, dilation_height, stride_width;
  int16_t parts;              /* of 16 taps of a row */
  int16_t pitch;              /* bytes from one channel of a row to the next */
  int32_t offsets_bytes;      /* in the private memory of a row, before the sums */
  int8_t out_zero, low, high;
} espalier_depthwise_planes_layer;

void espalier_depthwise_planes(const espalier_depthwise_planes_layer *layer, const int8_t *in, int8_t *out,
                               void *scratch);
void espalier_depthwise_planes_push(const espalier_depthwise_planes_layer *layer, void *state, const int8_t *row);
void espalier_depthwise_planes_row(const espalier_depthwise_planes_layer *layer, void *state, void *work,
                                   const int8_t *in, int8_t *out);

/* ---- weights as a code ------------------------------------------------------------------------------------------ */

/* The words of one length of a Huffman code; levels are sorted by length. */
typedef struct {
  uint16_t last;  /* 16 bits that begin with the last word of this length are not above it */
  uint8_t shift;  /* right shift from 16 bits to a word of this length */
  uint8_t offset; /* what to add to the word for the number of its symbol, modulo 256 */
} espalier_level;

/* Symbols are weights, but 0 and -128: digits 1 and 2 of the length of a run of zeros in base 2, lowest first. Each part
 * starts with a whole byte. */
typedef struct {
  const uint8_t *stream;
  const espalier_level *levels;
  const int8_t *symbols;
  int32_t stream_bytes;
  int32_t part_bytes; /* weights of a part, a multiple of 4 */
} espalier_code;

/* Decodes a part from byte `next` of the stream on and returns where the next part starts. A damaged stream gives other
 * weights, but nothing outside of the part is written and nothing behind the stream is read. */
int32_t espalier_decode(const espalier_code *code, const uint16_t *table, int32_t next, int8_t *part);
/* Makes the table that espalier_decode needs, ESPALIER_DECODE_BYTES large. */
void espalier_decode_start(const espalier_code *code, uint16_t *table);
#define ESPALIER_DECODE_BYTES 512

/* Decodes a layer that is one part; the table follows the part. */
void espalier_decode_whole(const espalier_code *code, int8_t *part);

/* `layer` describes one part, without its weights. scratch: the part, the table, then what the layer needs. */
typedef struct {
  espalier_code code;
  int32_t part_channels;
  espalier_conv_2d_layer layer;
} espalier_conv_2d_coded_layer;

void espalier_conv_2d_coded(const espalier_conv_2d_coded_layer *layer, const int8_t *in, int8_t *out, void *scratch);

typedef struct {
  espalier_code code;
  espalier_fully_connected_layer layer;
} espalier_fully_connected_coded_layer;

void espalier_fully_connected_coded(const espalier_fully_connected_coded_layer *layer, const int8_t *in, int8_t *out,
                                    void *scratch);

/* One part; scratch begins with room for its weights as 16-bit values. */
typedef struct {
  espalier_code code;
  espalier_depthwise_conv_2d_layer layer;
} espalier_depthwise_conv_2d_coded_layer;

void espalier_depthwise_conv_2d_coded(const espalier_depthwise_conv_2d_coded_layer *layer, const int8_t *in, int8_t *out,
                                      void *scratch);

/* One part each. */
typedef struct {
  espalier_code code;
  espalier_depthwise_bytes_layer layer;
} espalier_depthwise_bytes_coded_layer;

void espalier_depthwise_bytes_coded(const espalier_depthwise_bytes_coded_layer *layer, const int8_t *in, int8_t *out,
                                    void *scratch);

typedef struct {
  espalier_code code;
  espalier_depthwise_planes_layer layer;
} espalier_depthwise_planes_coded_layer;

void espalier_depthwise_planes_coded(const espalier_depthwise_planes_coded_layer *layer, const int8_t *in, int8_t *out,
                                     void *scratch);

typedef struct {
  espalier_code code;
  espalier_transpose_conv_layer layer;
} espalier_transpose_conv_coded_layer;

void espalier_transpose_conv_coded(const espalier_transpose_conv_coded_layer *layer, const int8_t *in, int8_t *out,
                                   void *scratch);

typedef struct {
  espalier_code code;
  espalier_conv_int16_layer layer;
} espalier_conv_int16_coded_layer;

void espalier_conv_int16_coded(const espalier_conv_int16_coded_layer *layer, const int16_t *in, int16_t *out,
                               void *scratch);

#endif
