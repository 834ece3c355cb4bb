/* fully_connected for cores with byte dot products: weights lie unit by unit, four units at a time. */
#include "bytes.h"
#include "dense.h"

/* One output of a row, in either form. */
static int8_t one_output(const espalier_fully_connected_layer *l, espalier_dense_range range, const int8_t *in,
                         int32_t unit) {
  const espalier_pair *pair = l->pairs + (unit >> 1);
  int32_t pitch = (l->depth + 3) & ~3, sums[4];
  espalier_dots_bytes(in, l->weights + unit * pitch, 0, l->depth, sums);
  sums[0] = (int32_t)((uint32_t)sums[0] + (uint32_t)(unit & 1 ? pair->bias1 : pair->bias0));
  return unit & 1 ? espalier_dense_output(range, sums[0], pair->multiplier1, pair->shift1)
                  : espalier_dense_output(range, sums[0], pair->multiplier0, pair->shift0);
}

#if ESPALIER_HELIUM
/* The order of the fields is known to the assembly. */
typedef struct {
  const int8_t *row, *weights;
  int32_t pitch, depth; /* bytes from one unit to the next; bytes of each */
  const espalier_pair *pairs;
  int32_t count;        /* of four units each */
  int32_t zero, low, high;
} dense_fours;

typedef void (*fours_kernel)(const dense_fours *fours, int8_t *out);

/* Sums in q0, multipliers in q2, shifts in q3 as espalier_dense_output takes them. */
#define SHORT                \
  "vqrdmulh.s32 q0,q0,q2\n"  \
  "vneg.s32 q3,q3\n"         \
  "vshr.s32 q1,q0,#31\n"
/* TFLite's shifts: a short one is its negative, a long one ESPALIER_LONG_SHIFT more; positive ones shift left, first. */
#define LONG                 \
  "movs r0,#64\n"            \
  "vpte.s32 gt,q3,zr\n"      \
  "vnegt.s32 q3,q3\n"        \
  "vadde.i32 q3,q3,r0\n"     \
  "vmov.i32 q1,#0\n"         \
  "vmax.s32 q1,q1,q3\n"      \
  "vshl.s32 q0,q0,q1\n"      \
  "vqrdmulh.s32 q0,q0,q2\n"  \
  "vmov.i32 q1,#0\n"         \
  "vmin.s32 q3,q3,q1\n"      \
  "vand q1,q0,q3\n"          \
  "vshr.s32 q1,q1,#31\n"
/* r0 row, r1 r5 r7 r9 weights, r4 r6 r8 r10 sums, r11 out, r12 pairs, q4 q5 q6 places of biases, multipliers and shifts.
 * stack: 0 row, 4 weights, 8 pitch, 12 depth, 16 pairs, 20 count, 24 zero, 28 low, 32 high */
#define FOURS(name, scale)                                                             \
  ESPALIER_FUNCTION(name)                                                              \
  "push {r4-r11,lr}\n"                                                                 \
  "sub sp,sp,#4\n"                                                                     \
  "vpush {d8-d13}\n"                                                                   \
  "sub sp,sp,#40\n"                                                                    \
  "ldm r0,{r2-r10}\n"                                                                  \
  "stm sp,{r2-r10}\n"                                                                  \
  "mov r11,r1\n"                                                                       \
  "mov r12,r6\n"                                                                       \
  "adr.w r0,3f\n"                                                                      \
  "vldrw.u32 q4,[r0]\n"                                                                \
  "vldrw.u32 q5,[r0,#16]\n"                                                            \
  "vldrw.u32 q6,[r0,#32]\n"                                                            \
  "0: ldrd r0,r1,[sp,#0]\n"                                                            \
  "ldrd r2,r3,[sp,#8]\n"                                                               \
  "adds r5,r1,r2\n"                                                                    \
  "adds r7,r5,r2\n"                                                                    \
  "add r9,r7,r2\n"                                                                     \
  "add r4,r9,r2\n"                                                                     \
  "str r4,[sp,#4]\n"                                                                   \
  "movs r4,#0\n"                                                                       \
  "movs r6,#0\n"                                                                       \
  "mov r8,r4\n"                                                                        \
  "mov r10,r4\n"                                                                       \
  "dlstp.8 lr,r3\n"                                                                    \
  "1: vldrb.u8 q0,[r0],#16\n"                                                          \
  "vldrb.u8 q1,[r1],#16\n"                                                             \
  "vmladava.s8 r4,q0,q1\n"                                                             \
  "vldrb.u8 q2,[r5],#16\n"                                                             \
  "vmladava.s8 r6,q0,q2\n"                                                             \
  "vldrb.u8 q1,[r7],#16\n"                                                             \
  "vmladava.s8 r8,q0,q1\n"                                                             \
  "vldrb.u8 q2,[r9],#16\n"                                                             \
  "vmladava.s8 r10,q0,q2\n"                                                            \
  "letp lr,1b\n"                                                                       \
  "vmov q0[2],q0[0],r4,r8\n"                                                           \
  "vmov q0[3],q0[1],r6,r10\n"                                                          \
  "vldrw.u32 q1,[r12,q4,uxtw #2]\n"                                                    \
  "vldrw.u32 q2,[r12,q5,uxtw #2]\n"                                                    \
  "vldrw.u32 q3,[r12,q6,uxtw #2]\n"                                                    \
  "vadd.i32 q0,q0,q1\n"                                                                \
    scale                                                                              \
  "vadd.i32 q0,q0,q1\n"                                                                \
  "vrshl.s32 q0,q0,q3\n"                                                               \
  "ldrd r0,r1,[sp,#24]\n"                                                              \
  "ldr r2,[sp,#32]\n"                                                                  \
  "vdup.32 q1,r1\n"                                                                    \
  "vdup.32 q2,r2\n"                                                                    \
  "vqadd.s32 q0,q0,r0\n"                                                               \
  "vmax.s32 q0,q0,q1\n"                                                                \
  "vmin.s32 q0,q0,q2\n"                                                                \
  "mov r3,r11\n" /* the store takes low registers only */                              \
  "vstrb.32 q0,[r3],#4\n"                                                              \
  "mov r11,r3\n"                                                                       \
  "add r12,r12,#48\n"                                                                  \
  "ldr r0,[sp,#20]\n"                                                                  \
  "subs r0,r0,#1\n"                                                                    \
  "str r0,[sp,#20]\n"                                                                  \
  "bne 0b\n"                                                                           \
  "add sp,sp,#40\n"                                                                    \
  "vpop {d8-d13}\n"                                                                    \
  "add sp,sp,#4\n"                                                                     \
  "pop {r4-r11,pc}\n"                                                                  \
  ".balign 4\n"                                                                        \
  "3: .word 0,1,6,7,2,4,8,10,3,5,9,11\n" /* of two pairs: biases, multipliers, shifts */ \
  ESPALIER_END(name)

void espalier_dense_byte_fours(const dense_fours *fours, int8_t *out);
__asm__(FOURS("espalier_dense_byte_fours", SHORT));
void espalier_dense_byte_fours_long(const dense_fours *fours, int8_t *out);
__asm__(FOURS("espalier_dense_byte_fours_long", LONG));

/* Units from `first` on, four times `count`. */
static void some_fours(const espalier_fully_connected_layer *l, fours_kernel kernel, const int8_t *in, int32_t first,
                       int32_t count, int8_t *out) {
  dense_fours fours;
  fours.row = in;
  fours.depth = l->depth;
  fours.pitch = (l->depth + 3) & ~3;
  fours.weights = l->weights + first * fours.pitch;
  fours.pairs = l->pairs + (first >> 1);
  fours.count = count;
  fours.zero = l->out_zero;
  fours.low = l->low;
  fours.high = l->high;
  kernel(&fours, out);
}

/* Units lie in memory in pairs: of an odd count, one more is computed. The last four stand in for what is left of them. */
static void every_row(const espalier_fully_connected_layer *l, fours_kernel kernel, const int8_t *in, int8_t *out) {
  const espalier_dense_range range = espalier_dense_range_of(l);
  int32_t units = l->units, whole = units & ~3, first = ((units + 1) & ~1) - 4, row, unit;
  for (row = 0; row < l->rows; row++) {
    if (whole) some_fours(l, kernel, in, 0, whole >> 2, out);
    if (whole < units && first >= 0) {
      int8_t last[4];
      some_fours(l, kernel, in, first, 1, last);
      for (unit = whole; unit < units; unit++) out[unit] = last[unit - first];
    } else {
      for (unit = whole; unit < units; unit++) out[unit] = one_output(l, range, in, unit);
    }
    in += l->depth;
    out += l->out_pitch;
  }
}

void espalier_dense_bytes(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  (void)scratch;
  every_row(l, espalier_dense_byte_fours, in, out);
}

void espalier_dense_bytes_long(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  (void)scratch;
  every_row(l, espalier_dense_byte_fours_long, in, out);
}
#else
void espalier_dense_bytes(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  const espalier_dense_range range = espalier_dense_range_of(l);
  int32_t row, unit;
  (void)scratch;
  for (row = 0; row < l->rows; row++) {
    for (unit = 0; unit < l->units; unit++) out[unit] = one_output(l, range, in, unit);
    in += l->depth;
    out += l->out_pitch;
  }
}

void espalier_dense_bytes_long(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  espalier_dense_bytes(l, in, out, scratch);
}
#endif
