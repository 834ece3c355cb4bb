/* Bytes whose channels alternate to 16-bit values, one channel after the other: four pixels of four channels are transposed
 * at a time. */
#include "espalier.h"

/* Rows of four channels, `pitch` bytes apart, to planes that lie `plane` bytes apart, or, with `three`, of the first three of
 * four; at least one pixel. The target's first value may be the second one of a word. */
void espalier_widen_fours(int16_t *to, int32_t plane, const int8_t *from, int32_t pixels, int32_t pitch, int32_t three);

#if ESPALIER_DSP
/* r0-r3 the planes, r4 from, r5 pitch, r6 pixels. The fourth plane is written before the third one, which may be the same. */
#define HALVES(low, high, a, b)                                                \
  "pkhbt " low "," a "," b ",lsl #16\n"                                        \
  "pkhtb " high "," b "," a ",asr #16\n"
#define WIDEN_1                                                                \
  "ldr r7,[r4]\n"                                                              \
  "add r4,r4,r5\n"                                                             \
  "sxtb16 r8,r7\n"                                                             \
  "sxtb16 r7,r7,ror #8\n"                                                      \
  "strh r7,[r1],#2\n"                                                          \
  "lsrs r7,r7,#16\n"                                                           \
  "strh r7,[r3],#2\n"                                                          \
  "strh r8,[r0],#2\n"                                                          \
  "lsr r8,r8,#16\n"                                                            \
  "strh r8,[r2],#2\n"
__asm__(
    ESPALIER_FUNCTION("espalier_widen_fours")
    "push {r4-r11,lr}\n"
    "mov r4,r2\n"
    "mov r6,r3\n"
    "ldrd r5,r7,[sp,#36]\n"
    "add r2,r0,r1,lsl #1\n"
    "add r3,r2,r1\n"
    "add r1,r0,r1\n"
    "cmp r7,#0\n"
    "it ne\n"
    "movne r3,r2\n"
    "tst r0,#2\n"
    "beq 1f\n"
    WIDEN_1
    "subs r6,r6,#1\n"
    "1: lsrs r12,r6,#2\n"
    "beq 3f\n"
    "mul r12,r12,r5\n"
    "add r12,r4,r12,lsl #2\n"
    "push {r6,r12}\n"
    "2: ldr r7,[r4]\n"
    "ldr r8,[r4,r5]\n"
    "add r4,r4,r5,lsl #1\n"
    "ldr r9,[r4]\n"
    "ldr r10,[r4,r5]\n"
    "add r4,r4,r5,lsl #1\n"
    "sxtb16 r11,r7,ror #8\n"
    "sxtb16 r12,r8,ror #8\n"
    HALVES("r6", "r11", "r11", "r12")
    "str r6,[r1],#4\n"
    "sxtb16 r12,r9,ror #8\n"
    "sxtb16 lr,r10,ror #8\n"
    HALVES("r6", "r12", "r12", "lr")
    "str r6,[r1],#4\n"
    "strd r11,r12,[r3],#8\n"
    "sxtb16 r7,r7\n"
    "sxtb16 r8,r8\n"
    HALVES("r11", "r7", "r7", "r8")
    "sxtb16 r9,r9\n"
    "sxtb16 r10,r10\n"
    HALVES("r12", "r8", "r9", "r10")
    "strd r7,r8,[r2],#8\n"
    "strd r11,r12,[r0],#8\n"
    "ldr r6,[sp,#4]\n"
    "cmp r4,r6\n"
    "bne 2b\n"
    "pop {r6,r12}\n"
    "3: tst r6,#2\n"
    "beq 4f\n"
    "ldr r7,[r4]\n"
    "ldr r8,[r4,r5]\n"
    "add r4,r4,r5,lsl #1\n"
    "sxtb16 r11,r7,ror #8\n"
    "sxtb16 r12,r8,ror #8\n"
    HALVES("r9", "r10", "r11", "r12")
    "str r9,[r1],#4\n"
    "str r10,[r3],#4\n"
    "sxtb16 r7,r7\n"
    "sxtb16 r8,r8\n"
    HALVES("r9", "r10", "r7", "r8")
    "str r9,[r0],#4\n"
    "str r10,[r2],#4\n"
    "4: tst r6,#1\n"
    "beq 5f\n"
    WIDEN_1
    "5: pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_widen_fours"));
#else
void espalier_widen_fours(int16_t *to, int32_t plane, const int8_t *from, int32_t pixels, int32_t pitch, int32_t three) {
  int16_t *second = to + (plane >> 1), *third = second + (plane >> 1), *fourth = third + (three ? 0 : plane >> 1);
  for (; pixels > 0; pixels--, from += pitch) {
    *fourth++ = from[3];
    *second++ = from[1];
    *third++ = from[2];
    *to++ = from[0];
  }
}
#endif

/* One channel, `pitch` bytes apart. */
static void widen_one(int16_t *to, const int8_t *from, int32_t pixels, int32_t pitch) {
  for (; pixels > 1; pixels -= 2) {
    int16_t first = *from, second;
    from += pitch;
    second = *from;
    from += pitch;
    *to++ = first;
    *to++ = second;
  }
  if (pixels > 0) *to = *from;
}

#if ESPALIER_DSP
/* All of an input of one or two channels, from a whole word of the target on. Returns the pixels done. */
static int32_t widen_few(int16_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t pixels) {
  uint32_t *words = (uint32_t *)(void *)to, *second = words + (plane >> 2);
  uint32_t values, even, odd;
  int32_t left = pixels * channels;
  for (; left > 3; left -= 4, from += 4) {
    ESPALIER_MOVE4(&values, from);
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(values));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(values));
    if (channels == 2) {
      *words++ = even;
      *second++ = odd;
    } else {
      __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(values) : "r"(even), "r"(odd));
      *words++ = values;
      __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(values) : "r"(odd), "r"(even));
      *words++ = values;
    }
  }
  return pixels - (channels == 2 ? left >> 1 : left);
}
#endif

void espalier_widen(int16_t *to, int32_t plane, const int8_t *from, int32_t channels, int32_t pixels, int32_t pitch) {
  int32_t done = 0, i;
  if (channels > 2) {
    done = channels == 3 ? pixels - 1 : pixels; /* a whole word is read of each */
    if (done > 0) espalier_widen_fours(to, plane, from, done, pitch, channels == 3);
#if ESPALIER_DSP
  } else if (channels == pitch) {
    if ((uintptr_t)to & 2) {
      for (i = 0; i < channels; i++) to[i * (plane >> 1)] = from[i];
      done = 1;
    }
    done += widen_few(to + done, plane, from + done * pitch, channels, pixels - done);
#endif
  }
  if (done == pixels) return;
  from += done * pitch;
  to += done;
  for (i = 0; i < channels; i++, to += plane >> 1) widen_one(to, from + i, pixels - done, pitch);
}
