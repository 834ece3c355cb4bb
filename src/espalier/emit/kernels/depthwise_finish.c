/* Sums of a depthwise convolution to bytes, 4 channels at a time, for Helium. */
#include "espalier.h"

#if ESPALIER_HELIUM
/* Multiplying by one and doubling adds the sign: a half rounds away from zero then. */
__asm__(
    ESPALIER_FUNCTION("espalier_depthwise_finish")
    "push {r4-r11,lr}\n"
    "sub sp,sp,#4\n"
    "vpush {d8-d13}\n"
    "ldm r3,{r4-r9}\n"
    "vdup.32 q4,r8\n"
    "vdup.32 q5,r9\n"
    "movs r8,#0\n"
    "movs r9,#3\n"
    "vidup.u32 q6,r8,#4\n"
    "vmul.i32 q6,q6,r9\n"
    "mov r10,#1\n"
    "1: vldrw.u32 q1,[r1,q6]\n"
    "adds r1,r1,#4\n"
    "vldrw.u32 q2,[r1,q6]\n"
    "adds r1,r1,#4\n"
    "vldrw.u32 q3,[r1,q6]\n"
    "adds r1,r1,#40\n"
    "vneg.s32 q3,q3\n"
    "mov r9,r0\n"
    "adds r0,r0,#16\n"
    "mov r3,r2\n"
    "adds r2,r2,#4\n"
    "vctp.32 r5\n"
    "dls lr,r4\n"
    "2: vldrw.u32 q0,[r9],#64\n"
    "vadd.i32 q0,q0,q1\n"
    "vqrdmulh.s32 q0,q0,q2\n"
    "vqdmlah.s32 q0,q0,r10\n"
    "vrshl.s32 q0,q0,q3\n"
    "vadd.i32 q0,q0,r7\n"
    "vmax.s32 q0,q0,q4\n"
    "vmin.s32 q0,q0,q5\n"
    "vpst\n"
    "vstrbt.32 q0,[r3]\n"
    "adds r3,r3,r6\n"
    "le lr,2b\n"
    "subs r5,r5,#4\n"
    "bgt 1b\n"
    "vpop {d8-d13}\n"
    "add sp,sp,#4\n"
    "pop {r4-r11,pc}\n"
    ESPALIER_END("espalier_depthwise_finish"));
#else
typedef int espalier_depthwise_finish_is_for_helium; /* a file must declare something */
#endif
