/* Holds results between the limits of an activation. */
#include "espalier.h"

void espalier_clamp_row(int8_t *at, int32_t bytes, int32_t low, int32_t high) {
#if ESPALIER_DSP && !defined(__OPTIMIZE_SIZE__)
  uint32_t lows = (uint32_t)(low & 0xff) * 0x1010101u, highs = (uint32_t)(high & 0xff) * 0x1010101u;
  for (; bytes >= 8; bytes -= 8, at += 8) {
    uint32_t a, b, flags;
    ESPALIER_MOVE4(&a, at);
    ESPALIER_MOVE4(&b, at + 4);
    __asm__("ssub8 %2,%0,%4\n\tsel %0,%4,%0\n\tssub8 %2,%0,%3\n\tsel %0,%0,%3\n\t"
            "ssub8 %2,%1,%4\n\tsel %1,%4,%1\n\tssub8 %2,%1,%3\n\tsel %1,%1,%3"
            : "+r"(a), "+r"(b), "=&r"(flags)
            : "r"(lows), "r"(highs));
    ESPALIER_MOVE4(at, &a);
    ESPALIER_MOVE4(at + 4, &b);
  }
#endif
  ESPALIER_ROLLED
  for (; bytes > 0; bytes--, at++) *at = (int8_t)espalier_clamp(*at, low, high);
}
