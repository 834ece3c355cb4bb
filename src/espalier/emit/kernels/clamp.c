/* Bytes held between two bounds. */
#include "espalier.h"

void espalier_clamp_row(int8_t *out, int32_t bytes, int32_t low, int32_t high) {
  if (low == -128 && high == 127) return;
#if ESPALIER_DSP
  {
    uint32_t lows = ((uint32_t)low & 0xffu) * 0x1010101u, highs = ((uint32_t)high & 0xffu) * 0x1010101u, values;
    for (; bytes > 3; bytes -= 4, out += 4) {
      ESPALIER_MOVE4(&values, out);
      __asm__("ssub8 r12, %0, %1\n\tsel %0, %0, %1\n\tssub8 r12, %2, %0\n\tsel %0, %0, %2"
              : "+&r"(values)
              : "r"(lows), "r"(highs)
              : "r12", "cc");
      ESPALIER_MOVE4(out, &values);
    }
  }
#endif
  for (; bytes > 0; bytes--, out++) *out = (int8_t)espalier_clamp(*out, low, high);
}
