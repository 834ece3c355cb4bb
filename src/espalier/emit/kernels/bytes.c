/* Dot products of bytes: one row with four others at a time, of any length and at any address. */
#include "bytes.h"

#if ESPALIER_HELIUM
__asm__(
    ESPALIER_FUNCTION("espalier_dots_bytes")
    "push {r4-r11,lr}\n"
    "adds r5,r1,r2\n"
    "adds r7,r5,r2\n"
    "add r9,r7,r2\n"
    "movs r4,#0\n"
    "movs r6,#0\n"
    "mov r8,#0\n"
    "mov r10,#0\n"
    "dlstp.8 lr,r3\n"
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
    "ldr r5,[sp,#36]\n"
    "strd r4,r6,[r5]\n"
    "strd r8,r10,[r5,#8]\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_dots_bytes"));
#else
void espalier_dots_bytes(const int8_t *x, const int8_t *others, int32_t pitch, int32_t depth, int32_t *sums) {
  int32_t i, k;
  for (i = 0; i < 4; i++) {
    uint32_t sum = 0;
    for (k = 0; k < depth; k++) sum += (uint32_t)(x[k] * others[k]);
    sums[i] = (int32_t)sum;
    others += pitch;
  }
}
#endif
