/* conv_2d: any window, stride, dilation, padding and grouping.
 * Input rows go through a ring of padded rows, so that the output may be written over the input. Per 4 output pixels
 * the windows are widened to 16 bits and interleaved once; all output channels then use that packed form, two channels
 * by four pixels at a time, the eight sums in registers. A channel whose requantization has no short form costs its own
 * results more, an odd one a tile of its own. */
#include "espalier.h"

/* Where flash counts: no second way for the commonest zero point, none for the ends of rows, half of the unrolled loop. */
#ifdef __OPTIMIZE_SIZE__
#define SMALL 1
#else
#define SMALL 0
#endif

/* Steps of two input values that the unrolled loop holds: a divisor of 24, which the layers are prepared for. */
#if ESPALIER_DSP && !SMALL
#define STEPS 24
#else
#define STEPS 12
#endif

/* What runs at the end of a row only; tiles of bytes have no other way. */
#if ESPALIER_HELIUM
#define ODD_END
#else
#define ODD_END ESPALIER_RARE
#endif

/* Widens bytes (a multiple of 4) to 16 bits, in the order 0, 2, 1, 3. */
static void widen(int8_t *target, const int8_t *from, int32_t bytes) {
#if ESPALIER_DSP
  uint32_t *to = (uint32_t *)(void *)target;
  for (; bytes > 0; bytes -= 4) {
    uint32_t values, even, odd;
    ESPALIER_MOVE4(&values, from);
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(values));
    to[0] = even;
    to[1] = odd;
    to += 2;
    from += 4;
  }
#else
  int16_t *to = (int16_t *)(void *)target;
  for (; bytes > 0; bytes -= 4) {
    to[0] = from[0];
    to[1] = from[2];
    to[2] = from[1];
    to[3] = from[3];
    to += 4;
    from += 4;
  }
#endif
}

void espalier_conv_2d_push(const espalier_conv_2d_layer *l, void *state, const int8_t *row) {
  if (l->wide) {
    widen(espalier_ring_slot(&l->ring, state), row, l->in_width * l->in_channels);
    espalier_ring_advance(&l->ring, state);
  } else {
    espalier_ring_push(&l->ring, state, row, l->in_width * l->in_channels);
  }
}

/* The pieces of a window that lie together: where they begin, `words` whole words of each. */
typedef struct {
  const int32_t *at, *end;
  int32_t words;
} piece_list;

typedef int16_t *pack_kernel(int16_t *to, const int8_t *from, int32_t pitch, const piece_list *pieces);

/* The pieces of 4 pixels, `pitch` apart, widened and interleaved: per word {k0,k2} of the four pixels, {k1,k3} of them. */
pack_kernel espalier_pack_4, espalier_pack_4_wide;
/* The same of windows one byte apart, where neighbours have their values in common: pieces of 3 or 4 bytes, as words; of 5,
 * whose last byte takes a step of its own. */
pack_kernel espalier_pack_beside, espalier_pack_five;

#if ESPALIER_THUMB2
/* r0 target; r1 r12 lr r2 pixels, r3 words left of a piece. stack: 0 next piece, 4 end of the pieces, 8 words of a piece,
 * 12 from, 16 pitch */
#define PACK(name, word)                                                                                       \
  __asm__(                                                                                                     \
      ESPALIER_FUNCTION(name)                                                                                  \
      "push {r4-r11,lr}\n"                                                                                     \
      "ldm r3,{r4,r5,r6}\n"                                                                                    \
      "mov r7,r1\n"                                                                                            \
      "mov r8,r2\n"                                                                                            \
      "push {r4-r8}\n"                                                                                         \
      "1: ldr r1,[r4],#4\n"                                                                                    \
      "str r4,[sp,#0]\n"                                                                                       \
      "ldrd r3,r12,[sp,#8]\n"                                                                                  \
      "ldr r2,[sp,#16]\n"                                                                                      \
      "add r1,r1,r12\n"                                                                                        \
      "add r12,r1,r2\n"                                                                                        \
      "add lr,r12,r2\n"                                                                                        \
      "add r2,r2,lr\n"                                                                                         \
      "2:\n" word                                                                                              \
      "subs r3,r3,#1\n"                                                                                        \
      "bne 2b\n"                                                                                               \
      "ldrd r4,r5,[sp,#0]\n"                                                                                   \
      "cmp r4,r5\n"                                                                                            \
      "bne 1b\n"                                                                                               \
      "add sp,sp,#20\n"                                                                                        \
      "pop {r4-r11,pc}\n"                                                                                      \
      ESPALIER_END(name))
/* Of a wide ring: they are widened. */
PACK("espalier_pack_4_wide",
     "ldrd r4,r8,[r1],#8\n"
     "ldrd r5,r9,[r12],#8\n"
     "ldrd r6,r10,[lr],#8\n"
     "ldrd r7,r11,[r2],#8\n"
     "stm r0!,{r4-r11}\n");
#if ESPALIER_DSP
PACK("espalier_pack_4",
     "ldr r8,[r1],#4\n"
     "ldr r9,[r12],#4\n"
     "ldr r10,[lr],#4\n"
     "ldr r11,[r2],#4\n"
     "sxtb16 r4,r8\n"
     "sxtb16 r5,r9\n"
     "sxtb16 r6,r10\n"
     "sxtb16 r7,r11\n"
     "sxtb16 r8,r8,ror #8\n"
     "sxtb16 r9,r9,ror #8\n"
     "sxtb16 r10,r10,ror #8\n"
     "sxtb16 r11,r11,ror #8\n"
     "stm r0!,{r4-r11}\n");
#else
#define WIDEN(pointer, at, next)                               \
  "ldrsb r4,[" pointer ",#1]\n"                                \
  "ldrsb r5,[" pointer ",#2]\n"                                \
  "ldrsb r6,[" pointer ",#3]\n"                                \
  "ldrsb r7,[" pointer "],#4\n"                                \
  "strh r4,[r0,#" next "]\n"                                   \
  "strh r5,[r0,#" at "+2]\n"                                   \
  "strh r6,[r0,#" next "+2]\n"                                 \
  "strh r7,[r0,#" at "]\n"
PACK("espalier_pack_4",
     WIDEN("r1", "0", "16") WIDEN("r12", "4", "20") WIDEN("lr", "8", "24") WIDEN("r2", "12", "28") "adds r0,r0,#32\n");
#endif
#else
int16_t *espalier_pack_4_wide(int16_t *to, const int8_t *from, int32_t pitch, const piece_list *pieces) {
  const int32_t *piece;
  int32_t word, pixel;
  for (piece = pieces->at; piece != pieces->end; piece++) {
    for (word = 0; word < pieces->words; word++) {
      const int8_t *at = from + *piece + 8 * word;
      for (pixel = 0; pixel < 4; pixel++) {
        ESPALIER_MOVE4(to, at);
        ESPALIER_MOVE4(to + 8, at + 4);
        to += 2;
        at += pitch;
      }
      to += 8;
    }
  }
  return to;
}

int16_t *espalier_pack_4(int16_t *to, const int8_t *from, int32_t pitch, const piece_list *pieces) {
  const int32_t *piece;
  int32_t word, pixel;
  for (piece = pieces->at; piece != pieces->end; piece++) {
    for (word = 0; word < pieces->words; word++) {
      const int8_t *at = from + *piece + 4 * word;
      for (pixel = 0; pixel < 4; pixel++) {
        to[0] = at[0];
        to[1] = at[2];
        to[8] = at[1];
        to[9] = at[3];
        to += 2;
        at += pitch;
      }
      to += 8;
    }
  }
  return to;
}
#endif

#if ESPALIER_DSP
#define BESIDE(name, more, last)                                                                               \
  __asm__(                                                                                                     \
      ESPALIER_FUNCTION(name)                                                                                  \
      "push {r4-r11,lr}\n"                                                                                     \
      "ldrd r2,lr,[r3]\n"                                                                                      \
      "1: ldr r12,[r2],#4\n"                                                                                   \
      "add r12,r12,r1\n"                                                                                       \
      "ldr r3,[r12]\n"                                                                                         \
      "sxtb16 r4,r3\n"                                                                                         \
      "sxtb16 r5,r3,ror #8\n"                                                                                  \
      "ldr r3,[r12,#2]\n"                                                                                      \
      "sxtb16 r6,r3\n"                                                                                         \
      "sxtb16 r7,r3,ror #8\n"                                                                                  \
      "ldr r3,[r12,#4]\n"                                                                                      \
      "sxtb16 r8,r3\n" more                                                                                    \
      "stm r0!,{r4-r7}\n"                                                                                      \
      "stm r0!,{r5-r8}\n" last                                                                                 \
      "cmp r2,lr\n"                                                                                            \
      "bne 1b\n"                                                                                               \
      "pop {r4-r11,pc}\n"                                                                                      \
      ESPALIER_END(name))
BESIDE("espalier_pack_beside", "", "");
BESIDE("espalier_pack_five",
       "sxtb16 r9,r3,ror #8\n"
       "ldr r3,[r12,#6]\n"
       "sxtb16 r10,r3\n"
       "sxtb16 r11,r3,ror #8\n",
       "stm r0!,{r8-r11}\n");
#else
#define espalier_pack_beside espalier_pack_4
ESPALIER_RARE int16_t *espalier_pack_five(int16_t *to, const int8_t *from, int32_t pitch, const piece_list *pieces) {
  const int32_t *piece;
  int32_t pixel;
  for (piece = pieces->at; piece != pieces->end; piece++, to += 16) {
    const int8_t *at = from + *piece;
    for (pixel = 0; pixel < 4; pixel++, to += 2, at += pitch) {
      to[0] = at[0];
      to[1] = at[2];
      to[8] = at[1];
      to[9] = at[3];
      to[16] = at[4];
      to[17] = 0;
    }
  }
  return to;
}
#endif

/* What is left of the pieces: one value behind the other, a step of two after the other. */
void espalier_pack_tails(int16_t *to, const int8_t *from, int32_t pitch, const piece_list *pieces, int32_t bytes);
#if ESPALIER_THUMB2
/* r1 from, r2 pitch, r7 three of it, r4 bytes of a piece, r5 next piece, r6 end of the pieces, r8 to the next value */
__asm__(
    ESPALIER_FUNCTION("espalier_pack_tails")
    "push {r4-r11,lr}\n"
    "ldr r4,[sp,#36]\n"
    "ldrd r5,r6,[r3]\n"
    "add r7,r2,r2,lsl #1\n"
    "mov r8,#2\n"
    "1: ldr r9,[r5],#4\n"
    "mov r10,r4\n"
    "add r9,r9,r1\n"
    "2: ldrsb r11,[r9]\n"
    "ldrsb r12,[r9,r2]\n"
    "ldrsb lr,[r9,r2,lsl #1]\n"
    "ldrsb r3,[r9,r7]\n"
    "strh r11,[r0,#0]\n"
    "strh r12,[r0,#4]\n"
    "strh lr,[r0,#8]\n"
    "strh r3,[r0,#12]\n"
    "add r9,r9,#1\n"
    "add r0,r0,r8\n"
    "rsb r8,r8,#16\n"
    "subs r10,r10,#1\n"
    "bne 2b\n"
    "cmp r5,r6\n"
    "bne 1b\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_pack_tails"));
#else
void espalier_pack_tails(int16_t *to, const int8_t *from, int32_t pitch, const piece_list *pieces, int32_t bytes) {
  const int32_t *piece;
  int32_t next = 1; /* to the second value of a step */
  for (piece = pieces->at; piece != pieces->end; piece++) {
    const int8_t *at = from + *piece;
    int32_t left;
    for (left = bytes; left > 0; left--, at++) {
      to[0] = at[0];
      to[2] = at[pitch];
      to[4] = at[2 * pitch];
      to[6] = at[3 * pitch];
      to += next;
      next = 8 - next;
    }
  }
}
#endif

/* Four results of a channel whose requantization has no short form. scale: multiplier, and TFLite's shift minus 64. */
ESPALIER_RARE void espalier_tile_other(const int32_t *sums, const int32_t *scale, int8_t *out, const espalier_tile *t) {
  int32_t m = scale[0], shift = scale[1] + 64, zero = t->zero >> 1;
  int32_t pixel;
  for (pixel = 0; pixel < 4; pixel++) {
    int32_t x = espalier_requantize(sums[2 * pixel], m, shift);
    /* The zero point is added after the saturation of x to 10 bits, which changes no result and cannot overflow. */
    x = espalier_clamp(x, -512, 511) + zero;
    *out = (int8_t)espalier_clamp(x, -128, 127);
    out += t->pitch;
  }
}

#if ESPALIER_THUMB2
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#if ESPALIER_DSP
/* Two input values, four pixels, two channels: 16 products in 13 instructions. */
#define STEP                 \
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
#define STEP_BYTES 52
/* The first one, from the biases in r2 and r3. */
#define FIRST_STEP           \
  "ldr r11,[r0],#4\n"        \
  "ldrd r12,lr,[r1],#8\n"    \
  "sxtb16 r10,r11\n"         \
  "sxtb16 r11,r11,ror #8\n"  \
  "smlad r4,r10,lr,r2\n"     \
  "smlad r5,r11,lr,r3\n"     \
  "ldrd r8,r9,[r1],#8\n"     \
  "smlad r6,r10,r8,r2\n"     \
  "smlad r7,r11,r8,r3\n"     \
  "smlad r8,r10,r9,r2\n"     \
  "smlad r9,r11,r9,r3\n"     \
  "smlad r2,r10,r12,r2\n"    \
  "smlad r3,r11,r12,r3\n"
/* One requantized output: sum in register a, multiplier r10, shift - 1 r11, rounding and zero point lr. Of a zero point of
 * -128 all results below it are clamped to it: halves below zero need not be rounded away from it. */
#define SHIFT(a) "asr " a "," a ",r11\n" "ssat " a ",#8," a ",asr #1\n"
#define SCALE(a, low)                   \
  "lsl " a "," a ",#1\n"                \
  "add " low ",lr," a ",asr #31\n"      \
  "smmlar " a "," a ",r10," low "\n"    \
  SHIFT(a)
#define SCALE_LOW(a, low)               \
  "lsl " a "," a ",#1\n"                \
  "smmlar " a "," a ",r10,lr\n"         \
  SHIFT(a)
#else
/* The same with MLA: 16 products in 28 instructions. */
#define PIXEL(address, a, b)       \
  "ldrsh.w r12,[r1" address "\n"   \
  "mla " a ",r10,r12," a "\n"      \
  "mla " b ",r11,r12," b "\n"
#define STEP                       \
  "ldrsb.w r10,[r0],#1\n"          \
  "ldrsb.w r11,[r0],#1\n"          \
  PIXEL("],#16", "r2", "r3")       \
  PIXEL(",#-12]", "r4", "r5")      \
  PIXEL(",#-8]", "r6", "r7")       \
  PIXEL(",#-4]", "r8", "r9")       \
  "ldrsb.w r10,[r0],#1\n"          \
  "ldrsb.w r11,[r0],#1\n"          \
  PIXEL(",#-14]", "r2", "r3")      \
  PIXEL(",#-10]", "r4", "r5")      \
  PIXEL(",#-6]", "r6", "r7")       \
  PIXEL(",#-2]", "r8", "r9")
#define STEP_BYTES 112
#define FIRST_STEP "mov r4,r2\n" "mov r5,r3\n" "mov r6,r2\n" "mov r7,r3\n" "mov r8,r2\n" "mov r9,r3\n" STEP
#define SHIFT(a) "add " a "," a ",lr\n" "asr " a "," a ",r11\n" "ssat " a ",#8," a ",asr #1\n"
#define SCALE(a, low)                   \
  "lsl " a "," a ",#1\n"                \
  "smull " low "," a "," a ",r10\n"     \
  "add " a "," a "," low ",lsr #31\n"   \
  "add " a "," a "," a ",asr #31\n"     \
  SHIFT(a)
#endif
/* The results of a pair of channels. */
#define RESULTS(SCALE, first, second, slow, other_slow)        \
    "ldrd lr,r12,[sp,#12]\n"                                   \
    "ldrd r10,r11,[r12,#8]\n"                                  \
    "lsls lr,lr,r11\n"                                         \
    "beq.w " slow "\n"                                         \
    SCALE("r2", "r12")                                         \
    "ldrd r12,r1,[sp,#28]\n"                                   \
    "strb r2,[r1]\n"                                           \
    SCALE("r4", "r2") "strb r4,[r1,r12]\n"                     \
    SCALE("r6", "r2") "strb r6,[r1,r12,lsl #1]\n"              \
    SCALE("r8", "r2") "add r12,r12,r12,lsl #1\n"               \
    "strb r8,[r1,r12]\n"                                       \
    first ": adds r1,r1,#1\n"                                  \
    "ldrd lr,r2,[sp,#12]\n"                                    \
    "ldrd r10,r11,[r2,#16]\n"                                  \
    "lsls lr,lr,r11\n"                                         \
    "beq.w " other_slow "\n"                                   \
    SCALE("r9", "r2") "strb r9,[r1,r12]\n"                     \
    "ldr r12,[sp,#28]\n"                                       \
    SCALE("r3", "r2") "strb r3,[r1]\n"                         \
    SCALE("r5", "r2") "strb r5,[r1,r12]\n"                     \
    SCALE("r7", "r2") "strb r7,[r1,r12,lsl #1]\n"              \
    "adds r1,r1,#1\n"                                          \
    second ": ldrd r12,r2,[sp,#16]\n"                          \
    "add r12,r12,#24\n"                                        \
    "subs r2,r2,#1\n"                                          \
    "str r1,[sp,#32]\n"                                        \
    "strd r12,r2,[sp,#16]\n"                                   \
    "bne.w 1b\n"                                               \
    "add sp,sp,#44\n"                                          \
    "pop {r4-r11,pc}\n"
/* A channel with another requantization: C computes its four results from the sums. A channel of no effect has none. */
#define OTHER_RESULTS(first, second, slow, other_slow)         \
    slow ": bl 8f\n"                                           \
    "b.w " first "\n"                                          \
    other_slow ": cmn r11,#128\n"                              \
    "it ne\n"                                                  \
    "blne 9f\n"                                                \
    "b.w " second "\n"
/* r0 weights, r1 packed, r2-r9 sums (channel 0 and 1 of pixels 0..3), r10-r12 and lr operands.
 * stack: 0 packed, 4 packed end, 8 entry, 12 zero, 16 pairs, 20 count, 24 weights, 28 pitch, 32 out, 36 where results are made */
__asm__(
    ESPALIER_FUNCTION("espalier_tile_4x2")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#44\n"
    "ldm r0,{r2-r9}\n"
    "adr.w r10,2f\n"
    "movs r11,#" TEXT(STEP_BYTES) "\n"
    "mla r4,r4,r11,r10\n"
    "adr.w r10,10f\n"
#if ESPALIER_DSP && !SMALL
    "cmn r5,#255\n"
    "bne 0f\n"
    "adr.w r10,20f\n"
#endif
    "0: orr r4,r4,#1\n"
    "orr r10,r10,#1\n"
    "mov r0,r8\n"
    "mov r12,r6\n"
    "stm sp,{r2-r9}\n"
    "strd r1,r10,[sp,#32]\n"
    "1: ldr r1,[sp,#0]\n"
    "ldrd r2,r3,[r12]\n"
    FIRST_STEP
    "ldr pc,[sp,#8]\n"
    ".balign 4\n"
    "2:\n"
    ".rept " TEXT(STEPS) "\n" STEP ".endr\n"
    "ldr r10,[sp,#4]\n"
    "cmp r1,r10\n"
    "bne.w 2b\n"
    "ldr pc,[sp,#36]\n"
    ".balign 4\n"
    "10:\n" RESULTS(SCALE, "11", "12", "13f", "14f")
    OTHER_RESULTS("11b", "12b", "13", "14")
#if ESPALIER_DSP && !SMALL
    ".balign 4\n"
    "20:\n" RESULTS(SCALE_LOW, "21", "22", "23f", "24f")
    OTHER_RESULTS("21b", "22b", "23", "24")
#endif
    "8: push {r2-r9,lr}\n"
    "mov r4,r0\n"
    "mov r0,sp\n"
    "add r1,r12,#8\n"
    "ldr r2,[sp,#68]\n"
    "add r3,sp,#36\n"
    "sub sp,sp,#4\n"
    "bl espalier_tile_other\n"
    "add sp,sp,#4\n"
    "mov r0,r4\n"
    "pop {r2-r9,lr}\n"
    "ldrd r12,r1,[sp,#28]\n"
    "add r12,r12,r12,lsl #1\n"
    "bx lr\n"
    "9: push {r1-r9,r12,lr}\n"
    "add r1,r2,#16\n"
    "mov r4,r0\n"
    "add r0,sp,#8\n"
    "ldr r2,[sp,#0]\n"
    "add r3,sp,#44\n"
    "sub sp,sp,#4\n"
    "bl espalier_tile_other\n"
    "add sp,sp,#4\n"
    "mov r0,r4\n"
    "pop {r1-r9,r12,lr}\n"
    "adds r1,r1,#1\n"
    "bx lr\n"
    ESPALIER_END("espalier_tile_4x2"));

#if ESPALIER_DSP && !SMALL
/* The same for one or two pixels at the end of a row, of channels in the short form; second: bytes from the first pixel to the
 * second, 0: there is none. */
void espalier_tile_2x2(const espalier_tile *tile, int8_t *out, int32_t second);
#define STEP_OF_TWO          \
  "ldr r7,[r0],#4\n"         \
  "ldrd r8,r9,[r1],#16\n"    \
  "sxtb16 r6,r7\n"           \
  "sxtb16 r7,r7,ror #8\n"    \
  "smlad r2,r6,r8,r2\n"      \
  "smlad r3,r7,r8,r3\n"      \
  "smlad r4,r6,r9,r4\n"      \
  "smlad r5,r7,r9,r5\n"
#define TWO_RESULTS(first, second)                   \
  "ldr r8,[sp,#4]\n"                                 \
  "lsl r1,r8,r7\n"                                   \
  "lsl " second "," second ",#1\n"                   \
  "add r8,r1," second ",asr #31\n"                   \
  "smmlar " second "," second ",r6,r8\n"             \
  "asr " second "," second ",r7\n"                   \
  "ssat " second ",#8," second ",asr #1\n"           \
  "lsl " first "," first ",#1\n"                     \
  "add r8,r1," first ",asr #31\n"                    \
  "smmlar " first "," first ",r6,r8\n"               \
  "asr " first "," first ",r7\n"                     \
  "ssat " first ",#8," first ",asr #1\n"             \
  "strb " second ",[r12,r9]\n"                       \
  "strb " first ",[r12],#1\n"
/* r0 weights, r1 packed, r2-r5 sums (channel 0 and 1 of both pixels), r10 packed end, r11 pairs, r12 out, lr pairs left.
 * stack: 0 packed, 4 zero, 8 second, 12 entry */
__asm__(
    ESPALIER_FUNCTION("espalier_tile_2x2")
    "push {r4-r11,lr}\n"
    "mov r12,r1\n"
    "mov r6,r2\n"
    "ldrd r4,r10,[r0]\n"
    "ldrd r5,r11,[r0,#12]\n"
    "ldrd lr,r0,[r0,#20]\n"
    "sub r7,r4,r10\n"
    "ubfx r7,r7,#4,#2\n" /* steps that are missing to a multiple of four */
    "adr.w r8,2f\n"
    "add r7,r8,r7,lsl #5\n"
    "orr r7,r7,#1\n"
    "push {r4-r7}\n"
    "1: ldrd r2,r3,[r11],#8\n"
    "mov r4,r2\n"
    "mov r5,r3\n"
    "ldr r1,[sp,#0]\n"
    "ldr pc,[sp,#12]\n"
    ".balign 4\n"
    "2:\n"
    ".rept 4\n" STEP_OF_TWO ".endr\n"
    "cmp r1,r10\n"
    "bne 2b\n"
    "ldr r9,[sp,#8]\n"
    "ldrd r6,r7,[r11],#8\n"
    TWO_RESULTS("r2", "r4")
    "ldrd r6,r7,[r11],#8\n"
    "cmp r7,#0\n"
    "blt 3f\n"
    TWO_RESULTS("r3", "r5")
    "3: subs lr,lr,#1\n"
    "bne 1b\n"
    "add sp,sp,#16\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_tile_2x2"));
#endif
#else
static int8_t shortly(int32_t sum, int32_t m, int32_t rounding, int32_t s) {
  int32_t x = espalier_scale(sum, m);
  x += x >> 31;
  return (int8_t)espalier_clamp((x + rounding) >> s, -128, 127);
}

static inline void store_four(const espalier_tile *t, int32_t a, int32_t b, int32_t c, int32_t d, const int32_t *scale,
                              int8_t *out) {
  int32_t m = scale[0], s = scale[1];
  if (s >= 0) {
    int32_t rounding = t->zero * ((int32_t)1 << s);
    out[0] = shortly(a, m, rounding, s + 1);
    out[t->pitch] = shortly(b, m, rounding, s + 1);
    out[2 * t->pitch] = shortly(c, m, rounding, s + 1);
    out[3 * t->pitch] = shortly(d, m, rounding, s + 1);
  } else if (s != ESPALIER_NO_CHANNEL) {
    int32_t sums[8];
    sums[0] = a; sums[2] = b; sums[4] = c; sums[6] = d;
    espalier_tile_other(sums, scale, out, t);
  }
}

void espalier_tile_4x2(const espalier_tile *t, int8_t *out) {
  const int8_t *w = t->weights;
  const espalier_pair *pair = t->pairs;
  int32_t count;
  for (count = t->count; count > 0; count--) {
    const int16_t *a = t->packed;
    uint32_t p0 = (uint32_t)pair->bias0, p1 = p0, p2 = p0, p3 = p0;
    uint32_t q0 = (uint32_t)pair->bias1, q1 = q0, q2 = q0, q3 = q0;
    do {
      int32_t v = w[0], u = w[1], x;
      x = a[0]; p0 += (uint32_t)(v * x); q0 += (uint32_t)(u * x);
      x = a[2]; p1 += (uint32_t)(v * x); q1 += (uint32_t)(u * x);
      x = a[4]; p2 += (uint32_t)(v * x); q2 += (uint32_t)(u * x);
      x = a[6]; p3 += (uint32_t)(v * x); q3 += (uint32_t)(u * x);
      v = w[2]; u = w[3];
      x = a[1]; p0 += (uint32_t)(v * x); q0 += (uint32_t)(u * x);
      x = a[3]; p1 += (uint32_t)(v * x); q1 += (uint32_t)(u * x);
      x = a[5]; p2 += (uint32_t)(v * x); q2 += (uint32_t)(u * x);
      x = a[7]; p3 += (uint32_t)(v * x); q3 += (uint32_t)(u * x);
      w += 4;
      a += 8;
    } while (a != t->packed_end);
    store_four(t, (int32_t)p0, (int32_t)p1, (int32_t)p2, (int32_t)p3, &pair->multiplier0, out);
    store_four(t, (int32_t)q0, (int32_t)q1, (int32_t)q2, (int32_t)q3, &pair->multiplier1, out + 1);
    pair++;
    out += 2;
  }
}
#endif

/* tile->packed: four windows of bytes, one behind the other; tile->skip: bytes of a window. */
#if ESPALIER_HELIUM
/* r0 weights, r1 r3 r5 r7 windows, r9 end of the first window; sums of channel 0 in r2 r4 r6 r8, of channel 1 in r10
 * r12 r14 and, as all even registers are taken, r0: the weights are read through r11.
 * stack: 0 4 8 12 windows, 16 end of the first, 20 zero, 24 pairs, 28 end of the pairs, 36 out */
#define SCALE_FOUR(left, done)    \
  "ldrd r4,r5,[r3],#8\n"          \
  "rsbs r5,r5,#0\n"               \
  "bpl " left "f\n"               \
  "vqrdmulh.s32 q0,q0,r4\n"       \
  "vshr.s32 q1,q0,#31\n"          \
  "vadd.i32 q0,q0,q1\n"           \
  "vrshl.s32 q0,r5\n"             \
  done ": vadd.i32 q0,q0,r6\n"    \
  "vmin.s32 q0,q0,q6\n"           \
  "vmax.s32 q0,q0,q7\n"
__asm__(
    ESPALIER_FUNCTION("espalier_tile_bytes")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#4\n"
    "vpush {d8-d15}\n"
    "sub sp,sp,#40\n"
    "ldm r0,{r2-r9}\n"
    "mov r11,r8\n"
    "asrs r5,r5,#1\n"
    "movs r8,#24\n"
    "mla r7,r7,r8,r6\n"
    "add r10,r2,r4\n"
    "add r12,r10,r4\n"
    "add lr,r12,r4\n"
    "strd r2,r10,[sp]\n"
    "strd r12,lr,[sp,#8]\n"
    "strd r3,r5,[sp,#16]\n"
    "strd r6,r7,[sp,#24]\n"
    "str r1,[sp,#36]\n"
    "movs r2,#127\n"
    "vdup.32 q6,r2\n"
    "mvns r2,r2\n"
    "vdup.32 q7,r2\n"
    "movs r2,#0\n"
    "vidup.u32 q5,r2,#1\n"
    "vmul.i32 q5,q5,r9\n" /* offsets of the four pixels in the output */
    "1: ldr r12,[sp,#24]\n"
    "ldrd r2,r10,[r12]\n"
    "mov r4,r2\n"
    "mov r6,r2\n"
    "mov r8,r2\n"
    "mov r12,r10\n"
    "mov lr,r10\n"
    "mov r0,r10\n"
    "ldm sp,{r1,r3,r5,r7,r9}\n"
    "2: vldrw.u32 q0,[r11],#16\n"
    "vldrw.u32 q2,[r1],#16\n"
    "vldrw.u32 q1,[r11],#16\n"
    "vmladava.s8 r2,q0,q2\n"
    "vldrw.u32 q3,[r3],#16\n"
    "vmladava.s8 r10,q1,q2\n"
    "vmladava.s8 r4,q0,q3\n"
    "vldrw.u32 q2,[r5],#16\n"
    "vmladava.s8 r12,q1,q3\n"
    "vmladava.s8 r6,q0,q2\n"
    "vldrw.u32 q3,[r7],#16\n"
    "vmladava.s8 lr,q1,q2\n"
    "vmladava.s8 r8,q0,q3\n"
    "vmladava.s8 r0,q1,q3\n"
    "cmp r1,r9\n"
    "bne 2b\n"
    "vmov q0[2],q0[0],r2,r6\n"
    "vmov q0[3],q0[1],r4,r8\n"
    "ldr r3,[sp,#24]\n"
    "adds r3,r3,#8\n"
    "ldr r6,[sp,#20]\n"
    "ldr r1,[sp,#36]\n"
    SCALE_FOUR("5", "3")
    "vstrb.32 q0,[r1,q5]\n"
    "vmov q0[2],q0[0],r10,lr\n"
    "vmov q0[3],q0[1],r12,r0\n"
    "adds r1,r1,#1\n"
    SCALE_FOUR("6", "4")
    "vstrb.32 q0,[r1,q5]\n"
    "adds r1,r1,#1\n"
    "str r1,[sp,#36]\n"
    "str r3,[sp,#24]\n"
    "ldr r2,[sp,#28]\n"
    "cmp r3,r2\n"
    "bne 1b\n"
    "add sp,sp,#40\n"
    "vpop {d8-d15}\n"
    "add sp,sp,#4\n"
    "pop {r4-r11,pc}\n"
    "5: vshl.s32 q0,r5\n" /* multipliers of 1/2 and more */
    "vqrdmulh.s32 q0,q0,r4\n"
    "b 3b\n"
    "6: vshl.s32 q0,r5\n"
    "vqrdmulh.s32 q0,q0,r4\n"
    "b 4b\n"
    ESPALIER_END("espalier_tile_bytes"));

void espalier_pack_bytes(int8_t *to, const int8_t *from, int32_t bytes);
__asm__(
    ESPALIER_FUNCTION("espalier_pack_bytes")
    "push {r4,lr}\n"
    "dlstp.8 lr,r2\n"
    "1: vldrb.8 q0,[r1],#16\n"
    "vstrb.8 q0,[r0],#16\n"
    "letp lr,1b\n"
    "pop {r4,pc}\n"
    ESPALIER_END("espalier_pack_bytes"));
#else
#define espalier_pack_bytes espalier_copy

void espalier_tile_bytes(const espalier_tile *t, int8_t *out) {
  const int8_t *weights = t->weights;
  int32_t bytes = (int32_t)t->skip;
  int32_t channel, pixel, k;
  for (channel = 0; channel < 2 * t->count; channel++) {
    const espalier_pair *pair = t->pairs + (channel >> 1);
    int32_t m = channel & 1 ? pair->multiplier1 : pair->multiplier0;
    int32_t s = channel & 1 ? pair->shift1 : pair->shift0;
    const int8_t *w = weights + (channel >> 1) * 2 * bytes + 16 * (channel & 1);
    for (pixel = 0; pixel < 4; pixel++) {
      const int8_t *a = (const int8_t *)t->packed + pixel * bytes;
      uint32_t sum = (uint32_t)(channel & 1 ? pair->bias1 : pair->bias0);
      int32_t x;
      for (k = 0; k < bytes; k++) sum += (uint32_t)(a[k] * w[(k & ~15) * 2 + (k & 15)]);
      x = espalier_clamp(espalier_requantize((int32_t)sum, m, -s), -512, 511) + (t->zero >> 1);
      out[pixel * t->pitch + channel] = (int8_t)espalier_clamp(x, -128, 127);
    }
  }
}
#endif

/* The windows of 4 pixels as bytes. */
ODD_END static void pack_windows(const espalier_conv_2d_layer *l, void *state, int8_t *to, const int8_t *in, int32_t offset,
                         int32_t pitch) {
  int32_t line, piece, pixel;
  for (line = 0; line < l->window_rows; line++) {
    const int8_t *from = l->ring.rows ? espalier_ring_row(&l->ring, state, line * l->dilation) : in;
    from += offset;
    for (piece = 0; piece < l->window_segments; piece++) {
      for (pixel = 0; pixel < 4; pixel++) {
        espalier_pack_bytes(to + pixel * l->window_bytes, from + pixel * pitch, l->segment_bytes);
      }
      to += l->segment_bytes;
      from += l->segment_step;
    }
  }
}

/* The last pixels of a row, up to 4: packed as otherwise, but nothing behind them is read. What the tile computes of
 * the others is not used. */
ODD_END static void pack_last(const espalier_conv_2d_layer *l, int16_t *to, const int8_t *from, int32_t pixels) {
  int32_t bytes = l->segment_bytes, whole = bytes - l->tail_bytes, window;
  for (window = 0; window < pixels; window++) {
    int16_t *at = to;
    int32_t k;
    if (l->window_bytes) {
      espalier_pack_bytes((int8_t *)to + window * l->window_bytes, from, bytes);
      from += l->pixel_step;
      continue;
    }
    for (k = 0; k + 4 <= whole; k += 4) {
      at[0] = from[k];
      at[1] = from[k + 2];
      at[8] = from[k + 1];
      at[9] = from[k + 3];
      at += 16;
    }
    if (l->tail_bytes) {
      for (; k < bytes; k++) at[((k & 2) << 2) + (k & 1)] = from[k];
    } else {
      for (; k < bytes; k++) at[(k & 1) * 8 + ((k >> 1) & 1)] = from[k];
    }
    to += 2;
    from += l->pixel_step;
  }
}

/* The tiles of all channels of a group: pairs of them, then, where the tiles do not know it, a last one alone. */
ODD_END static void run_tiles(const espalier_conv_2d_layer *l, const espalier_tile *tile, int32_t pair_bytes, int8_t *target,
                      int8_t *spare, int32_t pixels) {
  int32_t paired = 2 * tile->count;
  int32_t pixel;
  if (paired > l->group_out) paired = l->group_out;
  if (tile->count) l->tile(tile, pixels == 4 ? target : spare);
  if (pixels != 4) {
    for (pixel = 0; pixel < pixels; pixel++) {
      espalier_copy(target + pixel * l->out_channels, spare + pixel * l->out_channels, paired);
    }
  }
  if (paired != l->group_out) {
    int8_t last[8];
    espalier_tile one = *tile;
    one.pairs += tile->count;
    one.weights += pair_bytes * tile->count;
    one.count = 1;
    one.pitch = 2;
    l->tile(&one, last);
    target += paired;
    for (pixel = 0; pixel < pixels; pixel++) target[pixel * l->out_channels] = last[2 * pixel];
  }
}

void espalier_conv_2d_row(const espalier_conv_2d_layer *l, void *state, void *work, const int8_t *in, int8_t *out) {
  pack_kernel *pack = l->wide ? espalier_pack_4_wide : espalier_pack_4;
  int32_t packed_values = 8 * l->steps;
  int32_t group_out = l->group_out, group_pairs = (group_out + 1) >> 1;
  int16_t *packed = work;
  int32_t *list = (int32_t *)(void *)(packed + packed_values);
  int8_t *spare = (int8_t *)(list + l->window_rows * l->window_segments);
  int32_t pair_bytes = 4 * l->steps;
  const int8_t *base = in;
  piece_list pieces;
  espalier_tile tile;
  int32_t group, x;
  /* Read from the input itself, the words of a window end up to 3 bytes behind it: so many last pixels are packed by bytes. */
  int32_t exact = l->ring.rows ? 0 : 4 + (l->pixel_step < 3) + (l->pixel_step < 2);
  tile.packed = packed;
  tile.packed_end = packed + packed_values;
  if (l->window_bytes) {
    spare = (int8_t *)work + 4 * l->window_bytes;
    pair_bytes = 2 * l->window_bytes;
    tile.packed_end = (const int16_t *)work + (l->window_bytes >> 1);
    tile.skip = (uint32_t)l->window_bytes;
  } else {
    int32_t line, piece;
    if (l->ring.rows) base = (const int8_t *)((const espalier_ring_state *)state + 1);
    pieces.at = list;
    ESPALIER_ROLLED
    for (line = 0; line < l->window_rows; line++) {
      int32_t at = l->ring.rows ? (int32_t)(espalier_ring_row(&l->ring, state, line * l->dilation) - base) : 0;
      ESPALIER_ROLLED
      for (piece = 0; piece < l->window_segments; piece++, at += l->segment_step) *list++ = at;
    }
    pieces.end = list;
    pieces.words = l->tail_bytes ? l->segment_bytes >> 2 : l->segment_words;
    if (l->pixel_step == 1 && l->ring.rows && l->window_segments == 1 && !l->tail_bytes) {
      if (l->segment_words == 1 && l->segment_bytes > 2) pack = espalier_pack_beside;
      if (l->steps == 3 * l->window_rows) pack = espalier_pack_five;
    }
    tile.skip = (uint32_t)l->skip;
#if ESPALIER_THUMB2
    while (tile.skip >= STEPS) tile.skip -= STEPS;
    if (l->steps == 1) tile.skip = STEPS;
#endif
  }
  tile.zero = 2 * l->out_zero + 1;
  tile.pairs = l->pairs;
  tile.count = l->count;
  tile.weights = l->weights;
  tile.pitch = l->out_channels;
  for (group = 0; group < l->groups; group++) {
    for (x = 0; x < l->out_width;) {
      int32_t pixels = l->out_width - x;
      int last = pixels <= exact;
#if ESPALIER_DSP && !SMALL
      int two = pixels <= 2 && l->short_forms && !l->window_bytes;
#else
      int two = 0;
#endif
      int32_t offset;
      if (pixels >= 4) {
        pixels = 4;
      } else if (!two && l->ring.rows && l->out_width >= 4) {
        x = l->out_width - 4;
        pixels = 4;
      }
      offset = x * l->pixel_step + group * l->group_step;
      if (last && (pixels < 4 || (!l->window_bytes && (l->segment_bytes & 3)))) {
        pack_last(l, packed, in + offset, pixels);
      } else if (l->window_bytes) {
        pack_windows(l, state, work, in, offset, l->pixel_step);
      } else {
        int16_t *to = packed;
        if (pieces.words) to = pack(to, base + offset, l->pixel_step, &pieces);
        if (l->tail_bytes) {
          espalier_pack_tails(to, base + offset + 4 * pieces.words, l->pixel_step, &pieces, l->tail_bytes);
        }
        if (pixels == 4 && 2 * tile.count >= group_out) {
          l->tile(&tile, out + x * l->out_channels + group * group_out);
          x += 4;
          continue;
        }
      }
#if ESPALIER_DSP && !SMALL
      if (two) {
        espalier_tile_2x2(&tile, out + x * l->out_channels + group * group_out, pixels == 2 ? l->out_channels : 0);
        x += pixels;
        continue;
      }
#endif
      run_tiles(l, &tile, pair_bytes, out + x * l->out_channels + group * group_out, spare, pixels);
      x += pixels;
    }
    tile.pairs += group_pairs;
    tile.weights += pair_bytes * group_pairs;
  }
  if (l->low > -128 || l->high < 127) espalier_clamp_row(out, l->out_width * l->out_channels, l->low, l->high);
  if (l->ring.rows) espalier_ring_next(&l->ring, state);
}

void espalier_conv_2d(const espalier_conv_2d_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  if (l->ring.rows) espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (l->ring.rows && espalier_ring_wants(&l->ring, scratch)) {
      espalier_conv_2d_push(l, scratch, in);
      in += l->in_width * l->in_channels;
    }
    espalier_conv_2d_row(l, scratch, work, in, out);
    if (!l->ring.rows) in += l->ring.stride * l->in_width * l->in_channels;
    out += l->out_width * l->out_channels;
  }
}
