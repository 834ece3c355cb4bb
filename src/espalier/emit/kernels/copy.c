/* Copies rows. Kernels do not call memcpy for it: small C libraries copy byte by byte. */
#include "espalier.h"

void espalier_copy(int8_t *to, const int8_t *from, int32_t bytes) {
  uint32_t a, b, c, d;
  for (; bytes >= 16; bytes -= 16) {
    ESPALIER_MOVE4(&a, from);
    ESPALIER_MOVE4(&b, from + 4);
    ESPALIER_MOVE4(&c, from + 8);
    ESPALIER_MOVE4(&d, from + 12);
    ESPALIER_MOVE4(to, &a);
    ESPALIER_MOVE4(to + 4, &b);
    ESPALIER_MOVE4(to + 8, &c);
    ESPALIER_MOVE4(to + 12, &d);
    from += 16;
    to += 16;
  }
  for (; bytes >= 4; bytes -= 4) {
    ESPALIER_MOVE4(&a, from);
    ESPALIER_MOVE4(to, &a);
    from += 4;
    to += 4;
  }
  for (; bytes > 0; bytes--) *to++ = *from++;
}

void espalier_copy_tensor(const espalier_copy_layer *l, const int8_t *in, int8_t *out) {
  espalier_copy(out, in, l->bytes);
}
