/* batch_matmul of two int8 tensors that are both computed, for cores with byte dot products: columns of b are packed a block
 * at a time, then each row of a is multiplied with four of them at once. */
#include "espalier.h"

/* A row and columns; the order of the fields is known to the assembly. */
typedef struct {
  const int8_t *row, *columns; /* columns: a multiple of four, `depth` bytes each */
  int32_t depth, count;        /* count: columns that are wanted, at least 1 */
  const int32_t *terms;        /* to be added to each column's sum */
  int32_t term;                /* to be added to all of them */
  int32_t left, multiplier, right, zero; /* shifts of TFLite's, one of them 0: left >= 0, right <= 0 */
} matmul_row;

#if ESPALIER_HELIUM
int32_t espalier_byte_sum(const int8_t *from, int32_t count);
__asm__(
    ESPALIER_FUNCTION("espalier_byte_sum")
    "push {r4,lr}\n"
    "movs r4,#0\n"
    "wlstp.8 lr,r1,2f\n"
    "1: vldrb.u8 q0,[r0],#16\n"
    "vaddva.s8 r4,q0\n"
    "letp lr,1b\n"
    "2: mov r0,r4\n"
    "pop {r4,pc}\n"
    ESPALIER_END("espalier_byte_sum"));

/* r0 row, r1 r5 r7 r9 columns, r4 r6 r8 r10 sums, r11 out, r12 terms, q4 right shift.
 * stack: 0 row, 4 columns, 8 depth, 12 count, 16 terms, 20 term, 24 left, 28 multiplier, 32 right, 36 zero */
void espalier_matmul_byte_row(const matmul_row *row, int8_t *out);
__asm__(
    ESPALIER_FUNCTION("espalier_matmul_byte_row")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#4\n"
    "vpush {d8-d9}\n"
    "sub sp,sp,#40\n"
    "mov r11,r1\n"
    "ldm r0!,{r2-r7}\n"
    "mov r12,sp\n"
    "stm r12!,{r2-r7}\n"
    "ldm r0,{r2-r5}\n"
    "stm r12,{r2-r5}\n"
    "vdup.32 q4,r4\n"
    "ldr r12,[sp,#16]\n"
    "0: ldrd r0,r1,[sp,#0]\n"
    "ldr r2,[sp,#8]\n"
    "adds r5,r1,r2\n"
    "adds r7,r5,r2\n"
    "add r9,r7,r2\n"
    "add r4,r9,r2\n"
    "str r4,[sp,#4]\n"
    "movs r4,#0\n"
    "movs r6,#0\n"
    "mov r8,r4\n"
    "mov r10,r4\n"
    "dlstp.8 lr,r2\n"
    "1: vldrb.u8 q0,[r0],#16\n"
    "vldrb.u8 q1,[r1],#16\n"
    "vmladava.s8 r4,q0,q1\n"
    "vldrb.u8 q2,[r5],#16\n"
    "vmladava.s8 r6,q0,q2\n"
    "vldrb.u8 q1,[r7],#16\n"
    "vmladava.s8 r8,q0,q1\n"
    "vldrb.u8 q2,[r9],#16\n"
    "vmladava.s8 r10,q0,q2\n"
    "letp lr,1b\n"
    "vmov q0[2],q0[0],r4,r8\n"
    "vmov q0[3],q0[1],r6,r10\n"
    "vldrw.u32 q1,[r12],#16\n"
    "ldrd r0,r1,[sp,#20]\n" /* term, left */
    "ldr r2,[sp,#28]\n"
    "vadd.i32 q0,q0,q1\n"
    "vadd.i32 q0,q0,r0\n"
    "vshl.s32 q0,r1\n"
    "vqrdmulh.s32 q0,q0,r2\n"
    "ldr r0,[sp,#36]\n"
    "vand q1,q0,q4\n" /* no right shift: nothing is taken off before it rounds */
    "vshr.s32 q1,q1,#31\n"
    "vadd.i32 q0,q0,q1\n"
    "vrshl.s32 q0,q0,q4\n"
    "vqadd.s32 q0,q0,r0\n"
    "vqmovnb.s32 q0,q0\n"
    "vqmovnb.s16 q0,q0\n"
    "ldr r2,[sp,#12]\n"
    "mov r3,r11\n" /* the store takes low registers only */
    "vctp.32 r2\n"
    "vpst\n"
    "vstrbt.32 q0,[r3],#4\n"
    "mov r11,r3\n"
    "subs r2,r2,#4\n"
    "str r2,[sp,#12]\n"
    "bgt 0b\n"
    "add sp,sp,#40\n"
    "vpop {d8-d9}\n"
    "add sp,sp,#4\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_matmul_byte_row"));
#else
static int32_t espalier_byte_sum(const int8_t *from, int32_t count) {
  int32_t sum = 0;
  for (; count > 0; count--) sum += *from++;
  return sum;
}

static void espalier_matmul_byte_row(const matmul_row *r, int8_t *out) {
  const int8_t *column = r->columns;
  int32_t n, k;
  for (n = 0; n < r->count; n++) {
    uint32_t sum = (uint32_t)r->terms[n] + (uint32_t)r->term;
    int32_t x;
    for (k = 0; k < r->depth; k++) sum += (uint32_t)(r->row[k] * *column++);
    x = espalier_clamp(espalier_requantize((int32_t)sum, r->multiplier, r->left + r->right), -512, 511) + r->zero;
    out[n] = (int8_t)espalier_clamp(x, -128, 127);
  }
}
#endif

static void gather(int8_t *to, const int8_t *from, int32_t step, int32_t count) {
  for (; count > 0; count--) {
    *to++ = *from;
    from += step;
  }
}

/* Columns as they are multiplied, and their terms of the zero points. */
static void pack_columns(const espalier_batch_matmul_layer *l, const int8_t *b, int32_t columns, int8_t *to, int32_t *terms) {
  int32_t column;
  for (column = 0; column < columns; column++) {
    gather(to, b, l->b_step, l->depth);
    *terms++ = -l->a_zero * espalier_byte_sum(to, l->depth);
    to += l->depth;
    b += l->b_column;
  }
}

void espalier_batch_matmul_bytes(const espalier_batch_matmul_layer *l, const int8_t *a, const int8_t *b, int8_t *out,
                                 void *scratch) {
  int32_t *terms = scratch;
  int8_t *columns = (int8_t *)(terms + l->block), *spare = columns + l->block * l->depth;
  int32_t batch, first, n;
  matmul_row r;
  r.columns = columns;
  r.depth = l->depth;
  r.terms = terms;
  r.left = l->shift > 0 ? l->shift : 0;
  r.multiplier = l->multiplier;
  r.right = l->shift < 0 ? l->shift : 0;
  r.zero = l->out_zero;
  /* Columns that fill up four are multiplied, and not stored. */
  for (n = 0; n < l->block; n++) terms[n] = 0;
  for (n = 0; n < l->block * l->depth; n++) columns[n] = 0;
  for (batch = 0; batch < l->count; batch++) {
    const int8_t *left = a + l->batches[2 * batch], *right = b + l->batches[2 * batch + 1];
    for (first = 0; first < l->columns; first += l->block) {
      r.count = l->columns - first < l->block ? l->columns - first : l->block;
      pack_columns(l, right + first * l->b_column, r.count, columns, terms);
      for (n = 0; n < l->rows; n++) {
        r.row = left + n * l->a_row;
        if (l->a_step != 1) {
          gather(spare, r.row, l->a_step, l->depth);
          r.row = spare;
        }
        r.term = l->b_zero * (l->depth * l->a_zero - espalier_byte_sum(r.row, l->depth));
        espalier_matmul_byte_row(&r, out + n * l->columns + first);
      }
    }
    out += l->rows * l->columns;
  }
}
