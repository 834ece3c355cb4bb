/* softmax over the last axis, int8: gemmlowp's fixed-point exponential and reciprocal. */
#include "espalier.h"

static int32_t shift_saturating(int32_t x, int32_t bits) {
  int32_t limit = (int32_t)(0x7fffffffu >> bits);
  if (x > limit) return 0x7fffffff;
  if (x < -limit - 1) return -0x7fffffff - 1;
  return (int32_t)((uint32_t)x << bits);
}

/* exp(x) in Q0.31 for -1/4 <= x < 0 in Q0.31: a Taylor series around -1/8. */
static int32_t exp_last_quarter(int32_t value) {
  int32_t x = value + (1 << 28);
  int32_t x2 = espalier_scale(x, x);
  int32_t x3 = espalier_scale(x2, x);
  int32_t x4 = espalier_scale(x2, x2);
  int32_t tail = espalier_scale(espalier_round_shift(x4, 2) + x3, 715827883);
  tail = espalier_round_shift(tail + x2, 1);
  return 1895147668 + espalier_scale(x + tail, 1895147668);
}

/* exp(x) in Q0.31 for x <= 0 in Q5.26: the last quarter times exp(-2^i) for every bit that is set. */
static int32_t exp_negative(int32_t x) {
  static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  int32_t part = (x & ((1 << 24) - 1)) - (1 << 24);
  int32_t result = exp_last_quarter(shift_saturating(part, 5));
  int32_t rest = part - x;
  int32_t i;
  if (x == 0) return 0x7fffffff;
  for (i = 0; i < 7; i++) {
    if (rest & ((int32_t)1 << (24 + i))) result = espalier_scale(result, powers[i]);
  }
  return result;
}

/* 1 / (1 + x) for 0 <= x < 1 in Q0.31: three Newton-Raphson steps. */
static int32_t one_over_one_plus(int32_t x) {
  int32_t half = (int32_t)(((uint32_t)x + 0x80000000u) >> 1);
  int32_t y = 1515870810 + espalier_scale(half, -1010580540);
  int32_t i;
  for (i = 0; i < 3; i++) y += shift_saturating(espalier_scale(y, (1 << 29) - espalier_scale(half, y)), 2);
  return shift_saturating(y, 1);
}

/* exp of a difference to the maximum, Q0.31; 0 for those too far below it. */
static int32_t exp_of(const espalier_softmax_layer *l, int32_t difference) {
  if (difference < l->least) return 0;
  return exp_negative(espalier_scale((int32_t)((uint32_t)difference << l->shift), l->multiplier));
}

/* What a row's sum makes of each exponential: it is scaled, and shifted right with rounding. */
typedef struct {
  int32_t scale, shift;
} row_scale;

static row_scale scale_of(int32_t sum) {
  int32_t headroom = 0;
  row_scale s;
  while (!(((uint32_t)sum << headroom) & 0x80000000u)) headroom++;
  s.scale = one_over_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
  s.shift = 12 - headroom + 31 - 8;
  return s;
}

/* Exponentials and products are not negative: halves go up. */
static int32_t share(int32_t exponential) { return (int32_t)(((uint32_t)exponential + 0x800u) >> 12); }

static int8_t output(int32_t exponential, row_scale s) {
  uint32_t product = (uint32_t)espalier_scale(exponential, s.scale);
  uint32_t x = s.shift > 31 ? 0 : (product + ((uint32_t)1 << (s.shift - 1))) >> s.shift;
  return (int8_t)((x > 255 ? 255 : (int32_t)x) - 128);
}

static int32_t largest_of(const int8_t *in, int32_t count) {
  int32_t largest = -128;
  for (; count > 0; count--, in++) largest = *in > largest ? *in : largest;
  return largest;
}

#if ESPALIER_HELIUM
int32_t espalier_largest_byte(const int8_t *in, int32_t count);
/* Of count values: each is an exponential, found by its difference to the largest, rounded to 19 bits. */
int32_t espalier_softmax_sum(const int32_t *table, const int8_t *in, int32_t count, int32_t largest);
typedef struct {
  int32_t scale, shift, largest; /* shift: negative */
} softmax_row;
void espalier_softmax_outputs(const int32_t *table, const int8_t *in, int32_t count, const softmax_row *row, int8_t *out);
__asm__(
    ESPALIER_FUNCTION("espalier_largest_byte")
    "push {r4,lr}\n"
    "mvn r4,#127\n"
    "wlstp.8 lr,r1,2f\n"
    "1: vldrb.u8 q0,[r0],#16\n"
    "vmaxv.s8 r4,q0\n"
    "letp lr,1b\n"
    "2: mov r0,r4\n"
    "pop {r4,pc}\n"
    ESPALIER_END("espalier_largest_byte"));
__asm__(
    ESPALIER_FUNCTION("espalier_softmax_sum")
    "push {r4,lr}\n"
    "movs r4,#0\n"
    "vdup.32 q1,r3\n"
    "wlstp.32 lr,r2,2f\n"
    "1: vldrb.s32 q0,[r1],#4\n"
    "vsub.i32 q0,q1,q0\n"
    "vldrw.u32 q2,[r0,q0,uxtw #2]\n"
    "vrshr.u32 q2,q2,#12\n"
    "vaddva.u32 r4,q2\n"
    "letp lr,1b\n"
    "2: mov r0,r4\n"
    "pop {r4,pc}\n"
    ESPALIER_END("espalier_softmax_sum"));
/* r0 table, r1 in, r2 count, r4 out, r5 scale, r6 shift, r7 128 */
__asm__(
    ESPALIER_FUNCTION("espalier_softmax_outputs")
    "push {r4-r7,lr}\n"
    "ldr r4,[sp,#20]\n"
    "ldm r3,{r5,r6,r7}\n"
    "vdup.32 q1,r7\n"
    "movs r7,#255\n"
    "vdup.32 q3,r7\n"
    "movs r7,#128\n"
    "wlstp.32 lr,r2,2f\n"
    "1: vldrb.s32 q0,[r1],#4\n"
    "vsub.i32 q0,q1,q0\n"
    "vldrw.u32 q2,[r0,q0,uxtw #2]\n"
    "vqrdmulh.s32 q2,q2,r5\n"
    "vrshl.u32 q2,r6\n"
    "vmin.u32 q2,q2,q3\n"
    "vsub.i32 q2,q2,r7\n"
    "vstrb.32 q2,[r4],#4\n"
    "letp lr,1b\n"
    "2: pop {r4-r7,pc}\n"
    ESPALIER_END("espalier_softmax_outputs"));

static void row_from_table(const int32_t *table, const int8_t *in, int8_t *out, int32_t depth) {
  int32_t largest = espalier_largest_byte(in, depth);
  row_scale s = scale_of(espalier_softmax_sum(table, in, depth, largest));
  softmax_row row;
  row.scale = s.scale;
  row.shift = -s.shift;
  row.largest = largest;
  espalier_softmax_outputs(table, in, depth, &row, out);
}
#else
static void row_from_table(const int32_t *table, const int8_t *in, int8_t *out, int32_t depth) {
  const int32_t *of = table + largest_of(in, depth);
  int32_t sum = 0, i;
  row_scale s;
  for (i = 0; i < depth; i++) sum += share(*(of - in[i]));
  s = scale_of(sum);
  for (i = 0; i < depth; i++) out[i] = output(*(of - in[i]), s);
}
#endif

static void row_without(const espalier_softmax_layer *l, const int8_t *in, int8_t *out) {
  int32_t largest = largest_of(in, l->depth), sum = 0, i;
  row_scale s;
  for (i = 0; i < l->depth; i++) sum += share(exp_of(l, in[i] - largest));
  s = scale_of(sum);
  for (i = 0; i < l->depth; i++) out[i] = output(exp_of(l, in[i] - largest), s);
}

void espalier_softmax(const espalier_softmax_layer *l, const int8_t *in, int8_t *out) {
  int32_t row;
  for (row = 0; row < l->rows; row++) {
    row_without(l, in, out);
    in += l->depth;
    out += l->depth;
  }
}

void espalier_softmax_tabled(const espalier_softmax_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  int32_t *table = scratch;
  int32_t row, i;
  for (i = 0; i < 256; i++) table[i] = exp_of(l, -i);
  for (row = 0; row < l->rows; row++) {
    row_from_table(table, in, out, l->depth);
    in += l->depth;
    out += l->depth;
  }
}
