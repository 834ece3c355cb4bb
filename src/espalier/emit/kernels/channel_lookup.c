/* Int8 functions of one value, one per channel: products and sums with constants, prelu, and chains of them. */
#include "espalier.h"

#if ESPALIER_HELIUM
/* r0 tables, r1 in, r2 out, r3 pixels; stack: channels. Eight channels at a time; q2: where their tables start. */
void espalier_channel_lookup_bytes(const int8_t *tables, const int8_t *in, int8_t *out, int32_t pixels,
                                   int32_t channels);
__asm__(
    ESPALIER_FUNCTION("espalier_channel_lookup_bytes")
    "push {r4,r6-r8,r9,lr}\n"
    "ldr r4,[sp,#24]\n"
    "movs r6,#0\n"
    "vidup.u16 q2,r6,#1\n"
    "vshl.i16 q2,q2,#8\n"
    "1: mov r8,r0\n"
    "mov r7,r1\n"
    "mov r6,r2\n"
    "add r1,r1,r4\n"
    "add r2,r2,r4\n"
    "dlstp.16 lr,r4\n"
    "2: vldrb.u16 q0,[r7],#8\n"
    "vadd.i16 q0,q0,q2\n"
    "vldrb.u16 q1,[r8,q0]\n"
    "add r8,r8,#2048\n"
    "vstrb.16 q1,[r6],#8\n"
    "letp lr,2b\n"
    "subs r3,r3,#1\n"
    "bne 1b\n"
    "pop {r4,r6-r8,r9,pc}\n"
    ESPALIER_END("espalier_channel_lookup_bytes"));

void espalier_channel_lookup(const espalier_channel_lookup_layer *l, const int8_t *in, int8_t *out) {
  espalier_channel_lookup_bytes(l->tables, in, out, l->pixels, l->channels);
}
#else
void espalier_channel_lookup(const espalier_channel_lookup_layer *l, const int8_t *in, int8_t *out) {
  const uint8_t *from = (const uint8_t *)in;
  uint8_t *to = (uint8_t *)out;
  int32_t pixel, fours = l->channels >> 2, rest = l->channels & 3, n;
  for (pixel = l->pixels; pixel > 0; pixel--) {
    const uint8_t *table = (const uint8_t *)l->tables;
    for (n = fours; n > 0; n--) {
#if ESPALIER_DSP
      /* Four channels as one word, at any address. */
      uint32_t x, y;
      ESPALIER_MOVE4(&x, from);
      y = table[x & 0xffu];
      y |= (uint32_t)table[256 + (x >> 8 & 0xffu)] << 8;
      y |= (uint32_t)table[512 + (x >> 16 & 0xffu)] << 16;
      y |= (uint32_t)table[768 + (x >> 24)] << 24;
      ESPALIER_MOVE4(to, &y);
#else
      to[0] = table[from[0]];
      to[1] = table[256 + from[1]];
      to[2] = table[512 + from[2]];
      to[3] = table[768 + from[3]];
#endif
      from += 4;
      to += 4;
      table += 1024;
    }
    for (n = rest; n > 0; n--) {
      *to++ = table[*from++];
      table += 256;
    }
  }
}
#endif
