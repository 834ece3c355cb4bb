/* Tiles of a matrix product, for fully_connected on many rows and batch_matmul: four rows, widened and interleaved once, by two
 * columns at a time, the eight sums in registers. */
#include "tiles.h"

#if ESPALIER_DSP
static void widen_row(int16_t *packed, const int8_t *from, int32_t depth, int32_t zero, int32_t *sum) {
  uint32_t *to = (uint32_t *)(void *)packed;
  uint32_t zeros = ((uint32_t)zero & 0xffffu) * 0x10001u, even, odd, values;
  int32_t total = 0;
  for (; depth > 0; depth -= 4) {
    if (depth >= 4) {
      ESPALIER_MOVE4(&values, from);
    } else {
      int32_t k;
      values = ((uint32_t)zero & 0xffu) * 0x1010101u;
      for (k = 0; k < depth; k++) values = (values & ~(0xffu << (8 * k))) | (uint32_t)(uint8_t)from[k] << (8 * k);
    }
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(values));
    __asm__("ssub16 %0, %0, %1" : "+r"(even) : "r"(zeros));
    __asm__("ssub16 %0, %0, %1" : "+r"(odd) : "r"(zeros));
    __asm__("smlad %0, %1, %2, %0" : "+r"(total) : "r"(even), "r"(0x10001));
    __asm__("smlad %0, %1, %2, %0" : "+r"(total) : "r"(odd), "r"(0x10001));
    to[0] = even;
    to[4] = odd;
    to += 8;
    from += 4;
  }
  *sum = total;
}
#else
static void widen_row(int16_t *packed, const int8_t *from, int32_t depth, int32_t zero, int32_t *sum) {
  int32_t total = 0;
  for (; depth >= 4; depth -= 4) {
    int32_t a = from[0] - zero, b = from[1] - zero, c = from[2] - zero, d = from[3] - zero;
    packed[0] = (int16_t)a;
    packed[1] = (int16_t)c;
    packed[8] = (int16_t)b;
    packed[9] = (int16_t)d;
    total += a + b + c + d;
    packed += 16;
    from += 4;
  }
  if (depth > 0) {
    static const int8_t place[4] = {0, 8, 1, 9};
    int32_t k;
    for (k = 0; k < 4; k++) {
      int32_t x = k < depth ? from[k] - zero : 0;
      packed[place[k]] = (int16_t)x;
      total += x;
    }
  }
  *sum = total;
}
#endif

void espalier_widen_rows(int16_t *packed, const int8_t *from, int32_t pitch, int32_t rows, int32_t depth, int32_t zero,
                         int32_t *sums) {
  int32_t row;
  for (row = 0; row < 4; row++) {
    int32_t unused;
    widen_row(packed + 2 * row, from, depth, zero, sums ? sums + row : &unused);
    if (row + 1 < rows) from += pitch;
  }
}

#if ESPALIER_THUMB2
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#if ESPALIER_DSP
/* Two values, four rows, two columns: 16 products in 13 instructions. */
#define HALF_WORD            \
  "ldr r11,[r0],#4\n"        \
  "ldrd r12,lr,[r1],#8\n"    \
  "sxtb16 r10,r11\n"         \
  "sxtb16 r11,r11,ror #8\n"  \
  "smlad r2,r10,r12,r2\n"    \
  "smlad r3,r11,r12,r3\n"    \
  "smlad r4,r10,lr,r4\n"     \
  "smlad r5,r11,lr,r5\n"     \
  "ldrd r12,lr,[r1],#8\n"    \
  "smlad r6,r10,r12,r6\n"    \
  "smlad r7,r11,r12,r7\n"    \
  "smlad r8,r10,lr,r8\n"     \
  "smlad r9,r11,lr,r9\n"
#define WORD_BYTES 104
/* Rounded high half of the doubled product. */
#define HIGH(a, low) "smmulr " a "," a ",r10\n"
#else
/* The same with MLA: 28 instructions. */
#define ROW(address, a, b)         \
  "ldrsh.w r12,[r1" address "\n"   \
  "mla " a ",r10,r12," a "\n"      \
  "mla " b ",r11,r12," b "\n"
#define HALF_WORD                  \
  "ldrsb.w r10,[r0],#1\n"          \
  "ldrsb.w r11,[r0],#1\n"          \
  ROW("],#16", "r2", "r3")         \
  ROW(",#-12]", "r4", "r5")        \
  ROW(",#-8]", "r6", "r7")         \
  ROW(",#-4]", "r8", "r9")         \
  "ldrsb.w r10,[r0],#1\n"          \
  "ldrsb.w r11,[r0],#1\n"          \
  ROW(",#-14]", "r2", "r3")        \
  ROW(",#-10]", "r4", "r5")        \
  ROW(",#-6]", "r6", "r7")         \
  ROW(",#-2]", "r8", "r9")
#define WORD_BYTES 224
#define HIGH(a, low) "smull " low "," a "," a ",r10\n" "add " a "," a "," low ",lsr #31\n"
#endif
/* Words of 4 values that the unrolled loop holds, a power of two. */
#if defined(__OPTIMIZE_SIZE__)
#define UNROLLED 1
#else
#define UNROLLED 2
#endif
/* Four outputs of a column by the short form: sums in a, b, c, d, multiplier and shift at `at` from the pair. */
#define SCALE(a, low)                \
  "lsl " a "," a ",#1\n"             \
  HIGH(a, low)                       \
  "add " a "," a "," a ",asr #31\n"  \
  "add " a "," a ",lr\n"             \
  "asr " a "," a ",r11\n"            \
  "ssat " a ",#8," a "\n"
#define COLUMN(at, a, b, c, d)                        \
  "ldr r12,[sp,#20]\n"                                \
  "ldrd r10,r11,[r12,#" at "]\n"                      \
  "ldr lr,[sp,#16]\n"                                 \
  "sub r1,r11,#1\n"                                   \
  "lsl lr,lr,r1\n"                                    \
  SCALE(a, "r12")                                     \
  "ldr r1,[sp,#40]\n"                                 \
  "ldr r12,[sp,#28]\n"                                \
  "strb " a ",[r1]\n"                                 \
  SCALE(b, a) "strb " b ",[r1,r12]\n"                 \
  SCALE(c, a) "strb " c ",[r1,r12,lsl #1]\n"          \
  "add r12,r12,r12,lsl #1\n"                          \
  SCALE(d, a) "strb " d ",[r1,r12]\n"                 \
  "adds r1,r1,#1\n"                                   \
  "str r1,[sp,#40]\n"
/* r0 columns, r1 packed, r2-r9 sums of column 0 and 1 of the rows, r10-r12 and lr operands. stack: 0 packed, 4 packed end,
 * 8 columns, 12 count, 16 zero, 20 pairs, 24 pair step, 28 pitch, 32 terms, 36 sums, 40 out, 44 entry */
__asm__(
    ESPALIER_FUNCTION("espalier_tile_outputs")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#52\n"
    "ldm r0,{r2-r11}\n"
    "stm sp,{r2-r11}\n"
    "str r1,[sp,#40]\n"
    "mov r0,r4\n"
    "sub r2,r2,r3\n" /* -32 bytes of each word */
    "and r2,r2,#32*(" TEXT(UNROLLED) "-1)\n"
    "lsrs r2,r2,#5\n"
    "movs r3,#" TEXT(WORD_BYTES) "\n"
    "adr.w r1,1f\n"
    "mla r2,r2,r3,r1\n"
    "orr r2,r2,#1\n"
    "str r2,[sp,#44]\n"
    "0: ldr r12,[sp,#20]\n"
    "ldrd r2,r3,[r12]\n"
    "ldr r12,[sp,#32]\n"
    "ldr r1,[sp,#0]\n"
    "ldrd r10,r11,[r12]\n"
    "ldrd r12,lr,[r12,#8]\n"
    "add r4,r2,r11\n"
    "add r5,r3,r11\n"
    "add r6,r2,r12\n"
    "add r7,r3,r12\n"
    "add r8,r2,lr\n"
    "add r9,r3,lr\n"
    "add r2,r2,r10\n"
    "add r3,r3,r10\n"
    "ldr pc,[sp,#44]\n"
    ".balign 4\n"
    "1:\n"
    ".rept 2*" TEXT(UNROLLED) "\n" HALF_WORD ".endr\n"
    "ldr r10,[sp,#4]\n"
    "cmp r1,r10\n"
    "bne.w 1b\n"
    "ldr r10,[sp,#36]\n"
    "cmp r10,#0\n"
    "bne.w 2f\n"
    COLUMN("8", "r2", "r4", "r6", "r8")
    COLUMN("16", "r3", "r5", "r7", "r9")
    "ldrd r2,r3,[sp,#20]\n"
    "add r2,r2,r3\n"
    "str r2,[sp,#20]\n"
    "ldr r2,[sp,#12]\n"
    "subs r2,r2,#1\n"
    "str r2,[sp,#12]\n"
    "bne.w 0b\n"
    "add sp,sp,#52\n"
    "pop {r4-r11,pc}\n"
    "2: stm r10,{r2-r9}\n"
    "add sp,sp,#52\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_tile_outputs"));
#else
#define ADD(sum, product) sum = (int32_t)((uint32_t)sum + (uint32_t)(product))
/* One pair of columns; returns where the next one lies. */
static const int8_t *add_products(const int16_t *a, const int16_t *end, const int8_t *w, int32_t *sums) {
  int32_t p0 = sums[0], q0 = sums[1], p1 = sums[2], q1 = sums[3];
  int32_t p2 = sums[4], q2 = sums[5], p3 = sums[6], q3 = sums[7];
  do {
    int32_t v = w[0], u = w[1], x;
    x = a[0]; ADD(p0, v * x); ADD(q0, u * x);
    x = a[2]; ADD(p1, v * x); ADD(q1, u * x);
    x = a[4]; ADD(p2, v * x); ADD(q2, u * x);
    x = a[6]; ADD(p3, v * x); ADD(q3, u * x);
    v = w[2]; u = w[3];
    x = a[1]; ADD(p0, v * x); ADD(q0, u * x);
    x = a[3]; ADD(p1, v * x); ADD(q1, u * x);
    x = a[5]; ADD(p2, v * x); ADD(q2, u * x);
    x = a[7]; ADD(p3, v * x); ADD(q3, u * x);
    w += 4;
    a += 8;
  } while (a != end);
  sums[0] = p0; sums[1] = q0; sums[2] = p1; sums[3] = q1;
  sums[4] = p2; sums[5] = q2; sums[6] = p3; sums[7] = q3;
  return w;
}

void espalier_tile_outputs(const espalier_tile_rows *t, int8_t *out) {
  const int8_t *w = t->columns;
  const espalier_pair *pair = t->pairs;
  int32_t count, i;
  for (count = t->count; count > 0; count--) {
    int32_t own[8];
    int32_t *sums = t->sums ? t->sums : own;
    for (i = 0; i < 8; i++) {
      sums[i] = i & 1 ? pair->bias1 : pair->bias0;
      ADD(sums[i], t->terms[i >> 1]);
    }
    w = add_products(t->packed, t->packed_end, w, sums);
    for (i = 0; i < 8 && !t->sums; i++) {
      int32_t shift = i & 1 ? pair->shift1 : pair->shift0;
      int32_t x = espalier_scale(sums[i], i & 1 ? pair->multiplier1 : pair->multiplier0);
      x += x >> 31;
      x = (x + t->zero * ((int32_t)1 << (shift - 1))) >> shift;
      out[(i >> 1) * t->pitch + (i & 1)] = (int8_t)espalier_clamp(x, -128, 127);
    }
    pair = (const espalier_pair *)(const void *)((const int8_t *)pair + t->pair_step);
    out += 2;
  }
}
#endif
