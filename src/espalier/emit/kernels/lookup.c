/* Every int8 operator of one value: relu, logistic, tanh, gelu, hard_swish, rescaling, ... */
#include "espalier.h"

#if ESPALIER_HELIUM
/* r0 table, r1 in, r2 out, r3 count. Offsets into the table are unsigned bytes: the sign bit is turned round. */
void espalier_lookup_bytes(const int8_t *table, const int8_t *in, int8_t *out, int32_t count);
__asm__(
    ESPALIER_FUNCTION("espalier_lookup_bytes")
    "push {r4,lr}\n"
    "movs r4,#128\n"
    "vdup.8 q2,r4\n"
    "wlstp.8 lr,r3,2f\n"
    "1: vldrb.u8 q0,[r1],#16\n"
    "veor q0,q0,q2\n"
    "vldrb.u8 q1,[r0,q0]\n"
    "vstrb.8 q1,[r2],#16\n"
    "letp lr,1b\n"
    "2: pop {r4,pc}\n"
    ESPALIER_END("espalier_lookup_bytes"));

void espalier_lookup(const espalier_lookup_layer *l, const int8_t *in, int8_t *out) {
  espalier_lookup_bytes(l->table, in, out, l->count);
}
#else
void espalier_lookup(const espalier_lookup_layer *l, const int8_t *in, int8_t *out) {
  const int8_t *table = l->table + 128;
  int32_t count;
  for (count = l->count; count > 0; count--) *out++ = table[*in++];
}
#endif
