	.syntax	unified
	.eabi_attribute	67, "2.09"	@ Tag_conformance
	.cpu	cortex-m0plus
	.eabi_attribute	6, 12	@ Tag_CPU_arch
	.eabi_attribute	7, 77	@ Tag_CPU_arch_profile
	.eabi_attribute	8, 0	@ Tag_ARM_ISA_use
	.eabi_attribute	9, 1	@ Tag_THUMB_ISA_use
	.eabi_attribute	34, 0	@ Tag_CPU_unaligned_access
	.eabi_attribute	17, 1	@ Tag_ABI_PCS_GOT_use
	.eabi_attribute	20, 1	@ Tag_ABI_FP_denormal
	.eabi_attribute	21, 0	@ Tag_ABI_FP_exceptions
	.eabi_attribute	23, 3	@ Tag_ABI_FP_number_model
	.eabi_attribute	24, 1	@ Tag_ABI_align_needed
	.eabi_attribute	25, 1	@ Tag_ABI_align_preserved
	.eabi_attribute	38, 1	@ Tag_ABI_FP_16bit_format
	.eabi_attribute	18, 4	@ Tag_ABI_PCS_wchar_t
	.eabi_attribute	26, 2	@ Tag_ABI_enum_size
	.eabi_attribute	14, 0	@ Tag_ABI_PCS_R9_use
	.file	"pool.c"
	.file	1 "/work" "main/.venv/lib/python3.11/site-packages/ziglang/lib/include/stdint.h"
	.file	2 "/work/wt/k4" "src/espalier/emit/kernels/espalier.h"
	.text
	.globl	espalier_average_pool_2d        @ -- Begin function espalier_average_pool_2d
	.p2align	2
	.type	espalier_average_pool_2d,%function
	.code	16
	.thumb_func
espalier_average_pool_2d:               @ @espalier_average_pool_2d
.Lfunc_begin0:
	.file	3 "/work/wt/k4" "src/espalier/emit/kernels/pool.c"
	.loc	3 311 0                         @ src/espalier/emit/kernels/pool.c:311:0
	.fnstart
	.cfi_sections .debug_frame
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: espalier_average_pool_2d:l <- $r0
	@DEBUG_VALUE: espalier_average_pool_2d:in <- $r1
	@DEBUG_VALUE: espalier_average_pool_2d:out <- $r2
	.save	{r7, lr}
	push	{r7, lr}
	.cfi_def_cfa_offset 8
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.setfp	r7, sp
	add	r7, sp, #0
	.cfi_def_cfa_register r7
.Ltmp0:
	.loc	3 312 3 prologue_end            @ src/espalier/emit/kernels/pool.c:312:3
	ldr	r3, .LCPI0_0
	bl	all_windows
.Ltmp1:
	@DEBUG_VALUE: espalier_average_pool_2d:out <- [DW_OP_LLVM_entry_value 1] $r2
	@DEBUG_VALUE: espalier_average_pool_2d:in <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_average_pool_2d:l <- [DW_OP_LLVM_entry_value 1] $r0
	.loc	3 313 1 epilogue_begin          @ src/espalier/emit/kernels/pool.c:313:1
	pop	{r7, pc}
.Ltmp2:
	.loc	3 0 1 is_stmt 0                 @ :0:1
.Ltmp3:
	.p2align	2
@ %bb.1:
.LCPI0_0:
	.long	average_pixel
.Lfunc_end0:
	.size	espalier_average_pool_2d, .Lfunc_end0-espalier_average_pool_2d
	.cfi_endproc
	.fnend
                                        @ -- End function
	.p2align	1                               @ -- Begin function all_windows
	.type	all_windows,%function
	.code	16
	.thumb_func
all_windows:                            @ @all_windows
.Lfunc_begin1:
	.loc	3 298 0 is_stmt 1               @ src/espalier/emit/kernels/pool.c:298:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: all_windows:l <- $r0
	@DEBUG_VALUE: all_windows:in <- $r1
	@DEBUG_VALUE: all_windows:out <- $r2
	@DEBUG_VALUE: all_windows:pixel <- $r3
	.save	{r4, r5, r6, r7, lr}
	push	{r4, r5, r6, r7, lr}
	.cfi_def_cfa_offset 20
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.cfi_offset r6, -12
	.cfi_offset r5, -16
	.cfi_offset r4, -20
	.setfp	r7, sp, #12
	add	r7, sp, #12
	.cfi_def_cfa r7, 8
	.pad	#132
	sub	sp, #132
	str	r3, [sp, #36]                   @ 4-byte Spill
.Ltmp4:
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	str	r2, [sp, #24]                   @ 4-byte Spill
.Ltmp5:
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	str	r1, [sp, #4]                    @ 4-byte Spill
.Ltmp6:
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	mov	r6, r0
.Ltmp7:
	@DEBUG_VALUE: all_windows:l <- $r6
	movs	r0, #24
	str	r0, [sp, #32]                   @ 4-byte Spill
.Ltmp8:
	.loc	3 299 22 prologue_end           @ src/espalier/emit/kernels/pool.c:299:22
	ldrsh	r2, [r6, r0]
	movs	r0, #26
	str	r0, [sp, #28]                   @ 4-byte Spill
	.loc	3 299 33 is_stmt 0              @ src/espalier/emit/kernels/pool.c:299:33
	ldrsh	r0, [r6, r0]
	.loc	3 299 31                        @ src/espalier/emit/kernels/pool.c:299:31
	muls	r2, r0, r2
.Ltmp9:
	@DEBUG_VALUE: all_windows:pitch <- $r2
	.loc	3 0 31                          @ src/espalier/emit/kernels/pool.c:0:31
	movs	r1, #2
	.loc	3 299 61                        @ src/espalier/emit/kernels/pool.c:299:61
	ldrsh	r1, [r6, r1]
.Ltmp10:
	@DEBUG_VALUE: all_windows:top <- undef
	.loc	3 0 61                          @ src/espalier/emit/kernels/pool.c:0:61
	str	r2, [sp]                        @ 4-byte Spill
.Ltmp11:
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	.loc	3 302 11 is_stmt 1              @ src/espalier/emit/kernels/pool.c:302:11
	str	r2, [sp, #72]
	movs	r2, #0
	.loc	3 301 11                        @ src/espalier/emit/kernels/pool.c:301:11
	str	r2, [sp, #96]
	str	r2, [sp, #12]                   @ 4-byte Spill
	.loc	3 303 10                        @ src/espalier/emit/kernels/pool.c:303:10
	str	r2, [sp, #56]
	movs	r2, #28
.Ltmp12:
	@DEBUG_VALUE: all_windows:y <- 0
	.loc	3 304 22                        @ src/espalier/emit/kernels/pool.c:304:22
	ldrsh	r3, [r6, r2]
.Ltmp13:
	.loc	3 304 3 is_stmt 0               @ src/espalier/emit/kernels/pool.c:304:3
	cmp	r3, #1
	blt	.LBB1_11
.Ltmp14:
@ %bb.1:
	@DEBUG_VALUE: all_windows:y <- 0
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 0 3                           @ src/espalier/emit/kernels/pool.c:0:3
	uxth	r0, r0
	mov	r2, r6
	adds	r2, #40
.Ltmp15:
	@DEBUG_VALUE: all_windows:top <- [DW_OP_LLVM_arg 0, DW_OP_LLVM_arg 1, DW_OP_minus, DW_OP_stack_value] 0, $r1
	str	r2, [sp, #8]                    @ 4-byte Spill
.Ltmp16:
	.loc	3 259 22                        @ src/espalier/emit/kernels/pool.c:259:22 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrh	r2, [r6, #30]
.Ltmp17:
	.loc	3 299 52 is_stmt 1              @ src/espalier/emit/kernels/pool.c:299:52
	str	r2, [sp, #40]                   @ 4-byte Spill
	rsbs	r4, r1, #0
.Ltmp18:
	@DEBUG_VALUE: all_windows:top <- $r4
	.loc	3 0 52 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:52
	ldr	r5, [sp, #12]                   @ 4-byte Reload
	b	.LBB1_4
.Ltmp19:
.LBB1_2:                                @   in Loop: Header=BB1_4 Depth=1
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	uxth	r2, r1
	.loc	3 304 22                        @ src/espalier/emit/kernels/pool.c:304:22
	str	r2, [sp, #40]                   @ 4-byte Spill
	ldrh	r2, [r6, #28]
	str	r2, [sp, #44]                   @ 4-byte Spill
.Ltmp20:
.LBB1_3:                                @   in Loop: Header=BB1_4 Depth=1
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 0 22                          @ src/espalier/emit/kernels/pool.c:0:22
	ldr	r5, [sp, #16]                   @ 4-byte Reload
.Ltmp21:
	.loc	3 307 25 is_stmt 1              @ src/espalier/emit/kernels/pool.c:307:25
	muls	r1, r3, r1
	.loc	3 307 9 is_stmt 0               @ src/espalier/emit/kernels/pool.c:307:9
	ldr	r2, [sp, #24]                   @ 4-byte Reload
	adds	r2, r2, r1
.Ltmp22:
	@DEBUG_VALUE: all_windows:out <- $r2
	.loc	3 0 9                           @ src/espalier/emit/kernels/pool.c:0:9
	str	r2, [sp, #24]                   @ 4-byte Spill
.Ltmp23:
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	movs	r1, #6
	.loc	3 306 20 is_stmt 1              @ src/espalier/emit/kernels/pool.c:306:20
	ldrsh	r1, [r6, r1]
	ldr	r4, [sp, #20]                   @ 4-byte Reload
.Ltmp24:
	@DEBUG_VALUE: all_windows:top <- $r4
	.loc	3 306 9 is_stmt 0               @ src/espalier/emit/kernels/pool.c:306:9
	adds	r4, r4, r1
.Ltmp25:
	@DEBUG_VALUE: all_windows:top <- $r4
	.loc	3 304 35 is_stmt 1              @ src/espalier/emit/kernels/pool.c:304:35
	adds	r5, r5, #1
.Ltmp26:
	@DEBUG_VALUE: all_windows:y <- $r5
	.loc	3 0 35 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:35
	ldr	r3, [sp, #44]                   @ 4-byte Reload
	.loc	3 304 19                        @ src/espalier/emit/kernels/pool.c:304:19
	sxth	r1, r3
.Ltmp27:
	.loc	3 304 3 is_stmt 1               @ src/espalier/emit/kernels/pool.c:304:3
	cmp	r5, r1
	bge	.LBB1_11
.Ltmp28:
.LBB1_4:                                @ =>This Loop Header: Depth=1
                                        @     Child Loop BB1_9 Depth 2
	@DEBUG_VALUE: all_windows:top <- $r4
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:top <- $r4
	@DEBUG_VALUE: all_windows:y <- $r5
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:top <- $r4
	@DEBUG_VALUE: windows:first <- undef
	@DEBUG_VALUE: windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	str	r3, [sp, #44]                   @ 4-byte Spill
	str	r5, [sp, #16]                   @ 4-byte Spill
.Ltmp29:
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	.loc	3 246 17 is_stmt 1              @ src/espalier/emit/kernels/pool.c:246:17 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	sxth	r3, r0
	.loc	3 246 15 is_stmt 0              @ src/espalier/emit/kernels/pool.c:246:15 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r3, [sp, #68]
	.loc	3 247 15 is_stmt 1              @ src/espalier/emit/kernels/pool.c:247:15 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldr	r1, [sp, #12]                   @ 4-byte Reload
	ldr	r2, [sp, #8]                    @ 4-byte Reload
	ldrsb	r1, [r2, r1]
	.loc	3 247 10 is_stmt 0              @ src/espalier/emit/kernels/pool.c:247:10 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r1, [sp, #88]
	movs	r1, #1
	.loc	3 248 16 is_stmt 1              @ src/espalier/emit/kernels/pool.c:248:16 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrsb	r1, [r2, r1]
	.loc	3 248 11 is_stmt 0              @ src/espalier/emit/kernels/pool.c:248:11 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r1, [sp, #92]
	movs	r1, #4
.Ltmp30:
	.loc	3 305 72                        @ src/espalier/emit/kernels/pool.c:305:72
	ldrsh	r5, [r6, r1]
	movs	r1, #32
.Ltmp31:
	.loc	3 249 26                        @ src/espalier/emit/kernels/pool.c:249:26 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrsh	r1, [r6, r1]
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
.Ltmp32:
	@DEBUG_VALUE: clip:from <- $r4
	@DEBUG_VALUE: clip:start <- undef
	@DEBUG_VALUE: clip:size <- $r1
	@DEBUG_VALUE: clip:limit <- $r5
	.loc	3 237 22 is_stmt 1              @ src/espalier/emit/kernels/pool.c:237:22 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	adds	r1, r4, r1
.Ltmp33:
	@DEBUG_VALUE: clip:end <- $r1
	.loc	3 239 11                        @ src/espalier/emit/kernels/pool.c:239:11 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	cmp	r1, r5
	blt	.LBB1_6
.Ltmp34:
@ %bb.5:                                @   in Loop: Header=BB1_4 Depth=1
	@DEBUG_VALUE: clip:end <- $r1
	@DEBUG_VALUE: clip:limit <- $r5
	@DEBUG_VALUE: clip:from <- $r4
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: windows:top <- $r4
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: all_windows:top <- $r4
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 0 11 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:11
	mov	r1, r5
.Ltmp35:
.LBB1_6:                                @   in Loop: Header=BB1_4 Depth=1
	@DEBUG_VALUE: clip:limit <- $r5
	@DEBUG_VALUE: clip:from <- $r4
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: windows:top <- $r4
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: all_windows:top <- $r4
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 305 31 is_stmt 1              @ src/espalier/emit/kernels/pool.c:305:31
	asrs	r2, r4, #31
	str	r4, [sp, #20]                   @ 4-byte Spill
.Ltmp36:
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	bics	r4, r2
.Ltmp37:
	@DEBUG_VALUE: windows:start <- $r4
	.loc	3 239 38                        @ src/espalier/emit/kernels/pool.c:239:38 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	subs	r1, r1, r4
.Ltmp38:
	.loc	3 249 11                        @ src/espalier/emit/kernels/pool.c:249:11 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r1, [sp, #60]
.Ltmp39:
	@DEBUG_VALUE: windows:end <- undef
	@DEBUG_VALUE: windows:x <- 0
	.loc	3 259 17                        @ src/espalier/emit/kernels/pool.c:259:17 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldr	r1, [sp, #40]                   @ 4-byte Reload
	sxth	r1, r1
.Ltmp40:
	.loc	3 259 3                         @ src/espalier/emit/kernels/pool.c:259:3 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	cmp	r1, #1
	blt	.LBB1_3
.Ltmp41:
@ %bb.7:                                @   in Loop: Header=BB1_4 Depth=1
	@DEBUG_VALUE: windows:x <- 0
	@DEBUG_VALUE: windows:start <- $r4
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: clip:limit <- $r5
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	ldr	r2, [sp]                        @ 4-byte Reload
	muls	r5, r2, r5
	ldr	r1, [sp, #4]                    @ 4-byte Reload
	adds	r3, r1, r5
.Ltmp42:
	@DEBUG_VALUE: windows:end <- $r3
	str	r3, [sp, #44]                   @ 4-byte Spill
.Ltmp43:
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 44] [$sp+0]
	muls	r4, r2, r4
.Ltmp44:
	adds	r1, r1, r4
	str	r1, [sp, #40]                   @ 4-byte Spill
	movs	r4, #0
	ldr	r5, [sp, #24]                   @ 4-byte Reload
	b	.LBB1_9
.Ltmp45:
.LBB1_8:                                @   in Loop: Header=BB1_9 Depth=2
	@DEBUG_VALUE: clip:from <- $r1
	@DEBUG_VALUE: left <- $r1
	@DEBUG_VALUE: windows:x <- $r4
	@DEBUG_VALUE: windows:out <- $r5
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 238 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:238:12 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	asrs	r3, r1, #31
	bics	r1, r3
.Ltmp46:
	@DEBUG_VALUE: windows:start <- $r1
	.loc	3 239 38                        @ src/espalier/emit/kernels/pool.c:239:38 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	subs	r2, r2, r1
.Ltmp47:
	.loc	3 261 16                        @ src/espalier/emit/kernels/pool.c:261:16 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r2, [sp, #64]
	.loc	3 262 29 is_stmt 0              @ src/espalier/emit/kernels/pool.c:262:29 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	sxth	r0, r0
	.loc	3 262 27                        @ src/espalier/emit/kernels/pool.c:262:27 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	muls	r0, r1, r0
	.loc	3 263 18 is_stmt 1              @ src/espalier/emit/kernels/pool.c:263:18 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldr	r1, [sp, #44]                   @ 4-byte Reload
.Ltmp48:
	adds	r1, r1, r0
	.loc	3 263 12 is_stmt 0              @ src/espalier/emit/kernels/pool.c:263:12 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r1, [sp, #52]
	.loc	3 262 19 is_stmt 1              @ src/espalier/emit/kernels/pool.c:262:19 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldr	r1, [sp, #40]                   @ 4-byte Reload
	adds	r0, r1, r0
	.loc	3 262 11 is_stmt 0              @ src/espalier/emit/kernels/pool.c:262:11 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	str	r0, [sp, #48]
	add	r0, sp, #48
	.loc	3 279 5 is_stmt 1               @ src/espalier/emit/kernels/pool.c:279:5 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	mov	r1, r5
	ldr	r2, [sp, #36]                   @ 4-byte Reload
	blx	r2
.Ltmp49:
	.loc	3 281 21                        @ src/espalier/emit/kernels/pool.c:281:21 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldr	r0, [sp, #28]                   @ 4-byte Reload
	ldrsh	r3, [r6, r0]
	.loc	3 281 9 is_stmt 0               @ src/espalier/emit/kernels/pool.c:281:9 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	adds	r5, r5, r3
.Ltmp50:
	@DEBUG_VALUE: windows:out <- $r5
	.loc	3 0 9                           @ src/espalier/emit/kernels/pool.c:0:9
	movs	r0, #30
.Ltmp51:
	.loc	3 259 19                        @ src/espalier/emit/kernels/pool.c:259:19 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrsh	r1, [r6, r0]
.Ltmp52:
	.loc	3 281 24                        @ src/espalier/emit/kernels/pool.c:281:24 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	uxth	r0, r3
.Ltmp53:
	.loc	3 259 35 is_stmt 1              @ src/espalier/emit/kernels/pool.c:259:35 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	adds	r4, r4, #1
.Ltmp54:
	@DEBUG_VALUE: windows:x <- $r4
	.loc	3 259 3                         @ src/espalier/emit/kernels/pool.c:259:3 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	cmp	r4, r1
	bge	.LBB1_2
.Ltmp55:
.LBB1_9:                                @   Parent Loop BB1_4 Depth=1
                                        @ =>  This Inner Loop Header: Depth=2
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:out <- $r5
	@DEBUG_VALUE: windows:x <- $r4
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	movs	r1, #38
.Ltmp56:
	.loc	3 260 45 is_stmt 1              @ src/espalier/emit/kernels/pool.c:260:45 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrsh	r1, [r6, r1]
	movs	r2, #36
	.loc	3 260 27 is_stmt 0              @ src/espalier/emit/kernels/pool.c:260:27 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrsh	r2, [r6, r2]
	.loc	3 260 22                        @ src/espalier/emit/kernels/pool.c:260:22 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	muls	r2, r4, r2
	.loc	3 260 40                        @ src/espalier/emit/kernels/pool.c:260:40 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	subs	r1, r2, r1
.Ltmp57:
	@DEBUG_VALUE: left <- $r1
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	movs	r2, #34
	.loc	3 261 32                        @ src/espalier/emit/kernels/pool.c:261:32 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldrsh	r2, [r6, r2]
.Ltmp58:
	@DEBUG_VALUE: clip:from <- $r1
	@DEBUG_VALUE: clip:start <- undef
	@DEBUG_VALUE: clip:limit <- undef
	@DEBUG_VALUE: clip:size <- $r2
	.loc	3 237 22 is_stmt 1              @ src/espalier/emit/kernels/pool.c:237:22 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	adds	r2, r1, r2
.Ltmp59:
	@DEBUG_VALUE: clip:end <- $r2
	.loc	3 261 49 is_stmt 0              @ src/espalier/emit/kernels/pool.c:261:49 @[ src/espalier/emit/kernels/pool.c:305:5 ]
	ldr	r3, [sp, #32]                   @ 4-byte Reload
	ldrsh	r3, [r6, r3]
.Ltmp60:
	.loc	3 239 11 is_stmt 1              @ src/espalier/emit/kernels/pool.c:239:11 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:305:5 ] ]
	cmp	r2, r3
	blt	.LBB1_8
.Ltmp61:
@ %bb.10:                               @   in Loop: Header=BB1_9 Depth=2
	@DEBUG_VALUE: clip:end <- $r2
	@DEBUG_VALUE: clip:from <- $r1
	@DEBUG_VALUE: left <- $r1
	@DEBUG_VALUE: windows:x <- $r4
	@DEBUG_VALUE: windows:out <- $r5
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: all_windows:top <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: all_windows:y <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 48, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r6
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 0 11 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:11
	mov	r2, r3
	b	.LBB1_8
.Ltmp62:
.LBB1_11:
	@DEBUG_VALUE: all_windows:pitch <- [$sp+0]
	@DEBUG_VALUE: all_windows:l <- $r6
	@DEBUG_VALUE: all_windows:in <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: all_windows:out <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: all_windows:pixel <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 309 1 epilogue_begin is_stmt 1 @ src/espalier/emit/kernels/pool.c:309:1
	add	sp, #132
.Ltmp63:
	pop	{r4, r5, r6, r7, pc}
.Ltmp64:
.Lfunc_end1:
	.size	all_windows, .Lfunc_end1-all_windows
	.cfi_endproc
	.file	4 "/work/wt/k4" "src/espalier/emit/kernels/pool_words.h"
	.fnend
                                        @ -- End function
	.p2align	2                               @ -- Begin function average_pixel
	.type	average_pixel,%function
	.code	16
	.thumb_func
average_pixel:                          @ @average_pixel
.Lfunc_begin2:
	.loc	3 169 0                         @ src/espalier/emit/kernels/pool.c:169:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: average_pixel:w <- $r0
	@DEBUG_VALUE: average_pixel:out <- $r1
	.save	{r4, r5, r6, r7, lr}
	push	{r4, r5, r6, r7, lr}
	.cfi_def_cfa_offset 20
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.cfi_offset r6, -12
	.cfi_offset r5, -16
	.cfi_offset r4, -20
	.setfp	r7, sp, #12
	add	r7, sp, #12
	.cfi_def_cfa r7, 8
	.pad	#60
	sub	sp, #60
	str	r1, [sp, #4]                    @ 4-byte Spill
.Ltmp65:
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	mov	r1, r0
.Ltmp66:
	@DEBUG_VALUE: average_pixel:w <- $r1
	.loc	3 170 22 prologue_end           @ src/espalier/emit/kernels/pool.c:170:22
	ldr	r0, [r0, #12]
	.loc	3 170 32 is_stmt 0              @ src/espalier/emit/kernels/pool.c:170:32
	ldr	r2, [r1, #16]
	.loc	3 170 27                        @ src/espalier/emit/kernels/pool.c:170:27
	muls	r2, r0, r2
.Ltmp67:
	@DEBUG_VALUE: average_pixel:count <- $r2
	@DEBUG_VALUE: average_pixel:channel <- 0
	.loc	3 172 13 is_stmt 1              @ src/espalier/emit/kernels/pool.c:172:13
	cmp	r2, #255
	str	r1, [sp, #32]                   @ 4-byte Spill
.Ltmp68:
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	.loc	3 0 13 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:13
	str	r2, [sp, #20]                   @ 4-byte Spill
.Ltmp69:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	.loc	3 172 13                        @ src/espalier/emit/kernels/pool.c:172:13
	bgt	.LBB2_8
.Ltmp70:
@ %bb.1:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 174 21 is_stmt 1              @ src/espalier/emit/kernels/pool.c:174:21
	ldr	r0, [r1, #48]
	.loc	3 174 15 is_stmt 0              @ src/espalier/emit/kernels/pool.c:174:15
	cmp	r2, r0
	beq	.LBB2_32
.Ltmp71:
@ %bb.2:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 15                          @ src/espalier/emit/kernels/pool.c:0:15
	mov	r0, r2
	movs	r4, #0
	movs	r5, #1
.Ltmp72:
.LBB2_3:                                @ =>This Inner Loop Header: Depth=1
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 15, DW_OP_stack_value] $r4
	.loc	3 23 21 is_stmt 1               @ src/espalier/emit/kernels/pool.c:23:21 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	mov	r2, r5
	lsls	r2, r4
.Ltmp73:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 1, DW_OP_stack_value] $r4
	.loc	3 23 3 is_stmt 0                @ src/espalier/emit/kernels/pool.c:23:3 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	cmp	r0, r2
	ble	.LBB2_9
.Ltmp74:
@ %bb.4:                                @   in Loop: Header=BB2_3 Depth=1
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 1, DW_OP_stack_value] $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 1, DW_OP_stack_value] $r4
	.loc	3 23 21 is_stmt 1               @ src/espalier/emit/kernels/pool.c:23:21 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r2, r4, #1
	mov	r3, r5
	lsls	r3, r2
.Ltmp75:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 2, DW_OP_stack_value] $r4
	.loc	3 23 3 is_stmt 0                @ src/espalier/emit/kernels/pool.c:23:3 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	cmp	r0, r3
	ble	.LBB2_10
.Ltmp76:
@ %bb.5:                                @   in Loop: Header=BB2_3 Depth=1
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 2, DW_OP_stack_value] $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 2, DW_OP_stack_value] $r4
	.loc	3 23 21 is_stmt 1               @ src/espalier/emit/kernels/pool.c:23:21 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r2, r4, #2
	mov	r3, r5
	lsls	r3, r2
.Ltmp77:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 3, DW_OP_stack_value] $r4
	.loc	3 23 3 is_stmt 0                @ src/espalier/emit/kernels/pool.c:23:3 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	cmp	r0, r3
	ble	.LBB2_11
.Ltmp78:
@ %bb.6:                                @   in Loop: Header=BB2_3 Depth=1
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 3, DW_OP_stack_value] $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 3, DW_OP_stack_value] $r4
	.loc	3 23 21 is_stmt 1               @ src/espalier/emit/kernels/pool.c:23:21 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r2, r4, #3
	mov	r3, r5
	lsls	r3, r2
.Ltmp79:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 19, DW_OP_stack_value] $r4
	.loc	3 23 3 is_stmt 0                @ src/espalier/emit/kernels/pool.c:23:3 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r4, r4, #4
.Ltmp80:
	cmp	r0, r3
	bgt	.LBB2_3
.Ltmp81:
@ %bb.7:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 24 12 is_stmt 1               @ src/espalier/emit/kernels/pool.c:24:12 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r4, #14
	b	.LBB2_12
.Ltmp82:
.LBB2_8:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 188 23 is_stmt 0              @ src/espalier/emit/kernels/pool.c:188:23
	ldr	r0, [r1, #20]
	str	r0, [sp, #56]                   @ 4-byte Spill
	movs	r2, #0
.Ltmp83:
	.loc	3 181 5 is_stmt 1               @ src/espalier/emit/kernels/pool.c:181:5
	b	.LBB2_33
.Ltmp84:
.LBB2_9:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 1, DW_OP_stack_value] $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 24 12                         @ src/espalier/emit/kernels/pool.c:24:12 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r4, #15
.Ltmp85:
	.loc	3 0 12 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:12
	b	.LBB2_12
.Ltmp86:
.LBB2_10:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 2, DW_OP_stack_value] $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 24 12 is_stmt 1               @ src/espalier/emit/kernels/pool.c:24:12 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r4, #16
.Ltmp87:
	b	.LBB2_12
.Ltmp88:
.LBB2_11:
	@DEBUG_VALUE: prepare:shift <- [DW_OP_plus_uconst 3, DW_OP_stack_value] $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 24 12                         @ src/espalier/emit/kernels/pool.c:24:12 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r4, #17
.Ltmp89:
.LBB2_12:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 24 12                         @ src/espalier/emit/kernels/pool.c:24:12 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	str	r0, [r1, #48]
	.loc	3 25 19                         @ src/espalier/emit/kernels/pool.c:25:19 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	asrs	r2, r0, #1
	.loc	3 25 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:25:11 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	str	r2, [r1, #28]
	str	r5, [sp, #56]                   @ 4-byte Spill
	.loc	3 26 53                         @ src/espalier/emit/kernels/pool.c:26:53 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	mov	r2, r5
	str	r4, [sp, #52]                   @ 4-byte Spill
	lsls	r2, r4
	.loc	3 26 63                         @ src/espalier/emit/kernels/pool.c:26:63 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	adds	r2, r0, r2
	.loc	3 26 81                         @ src/espalier/emit/kernels/pool.c:26:81 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	subs	r4, r2, #1
	movs	r2, #16
	movs	r3, #0
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 16
	@DEBUG_VALUE: quotient_of:quotient <- 0
	b	.LBB2_14
.Ltmp90:
.LBB2_13:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	.loc	3 11 3 is_stmt 1                @ src/espalier/emit/kernels/pool.c:11:3 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r2, r2, #4
.Ltmp91:
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	ldr	r0, [sp, #20]                   @ 4-byte Reload
.Ltmp92:
.LBB2_14:                               @ =>This Inner Loop Header: Depth=1
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: quotient_of:bit <- $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	mov	r5, r0
	lsls	r5, r2
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	cmp	r4, r5
	blo	.LBB2_16
.Ltmp93:
@ %bb.15:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:bit <- $r2
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	ldr	r6, [sp, #56]                   @ 4-byte Reload
	lsls	r6, r2
	adds	r3, r3, r6
.Ltmp94:
.LBB2_16:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- $r2
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- undef
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	.loc	3 11 3 is_stmt 1                @ src/espalier/emit/kernels/pool.c:11:3 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	cmp	r2, #0
	beq	.LBB2_31
.Ltmp95:
@ %bb.17:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- undef
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r5, r4, r5
	blo	.LBB2_19
.Ltmp96:
@ %bb.18:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r4, r5
.Ltmp97:
.LBB2_19:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r5, r2, #1
	lsls	r0, r5
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r6, r4, r0
	ldr	r1, [sp, #56]                   @ 4-byte Reload
	lsls	r1, r5
	adds	r5, r3, r1
	cmp	r4, r0
	blo	.LBB2_21
.Ltmp98:
@ %bb.20:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r4, r6
.Ltmp99:
.LBB2_21:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	blo	.LBB2_23
.Ltmp100:
@ %bb.22:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r5
.Ltmp101:
.LBB2_23:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r0, r2, #2
	ldr	r1, [sp, #20]                   @ 4-byte Reload
	lsls	r1, r0
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r6, r4, r1
	ldr	r5, [sp, #56]                   @ 4-byte Reload
	lsls	r5, r0
	adds	r5, r3, r5
	cmp	r4, r1
	blo	.LBB2_25
.Ltmp102:
@ %bb.24:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r4, r6
.Ltmp103:
.LBB2_25:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	blo	.LBB2_27
.Ltmp104:
@ %bb.26:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r5
.Ltmp105:
.LBB2_27:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r0, r2, #3
	ldr	r1, [sp, #20]                   @ 4-byte Reload
	lsls	r1, r0
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	subs	r6, r4, r1
	ldr	r5, [sp, #56]                   @ 4-byte Reload
	lsls	r5, r0
	adds	r5, r3, r5
	cmp	r4, r1
	blo	.LBB2_29
.Ltmp106:
@ %bb.28:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r4, r6
.Ltmp107:
.LBB2_29:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	ldr	r1, [sp, #32]                   @ 4-byte Reload
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:26:28 @[ src/espalier/emit/kernels/pool.c:174:28 ] ]
	blo	.LBB2_13
.Ltmp108:
@ %bb.30:                               @   in Loop: Header=BB2_14 Depth=1
	@DEBUG_VALUE: quotient_of:bit <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: quotient_of:quotient <- $r3
	@DEBUG_VALUE: quotient_of:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r4
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r5
	b	.LBB2_13
.Ltmp109:
.LBB2_31:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 26 17 is_stmt 1               @ src/espalier/emit/kernels/pool.c:26:17 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	str	r3, [r1, #32]
	.loc	3 27 12                         @ src/espalier/emit/kernels/pool.c:27:12 @[ src/espalier/emit/kernels/pool.c:174:28 ]
	ldr	r0, [sp, #52]                   @ 4-byte Reload
	str	r0, [r1, #36]
.Ltmp110:
.LBB2_32:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	.loc	3 181 30                        @ src/espalier/emit/kernels/pool.c:181:30
	ldr	r0, [r1, #20]
	str	r0, [sp, #56]                   @ 4-byte Spill
	movs	r2, #0
.Ltmp111:
	.loc	3 181 5 is_stmt 0               @ src/espalier/emit/kernels/pool.c:181:5
	cmp	r0, #4
	blt	.LBB2_33
	b	.LBB2_81
.Ltmp112:
.LBB2_33:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- $r2
	.loc	3 188 3 is_stmt 1               @ src/espalier/emit/kernels/pool.c:188:3
	ldr	r0, [sp, #56]                   @ 4-byte Reload
	b	.LBB2_36
.Ltmp113:
.LBB2_34:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:y <- $r3
	@DEBUG_VALUE: sum_of_1:sum <- 0
	@DEBUG_VALUE: sum_of_1:channel <- $r2
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	movs	r1, #0
.Ltmp114:
.LBB2_35:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	ldr	r4, [sp, #32]                   @ 4-byte Reload
.Ltmp115:
	.loc	3 189 28 is_stmt 1              @ src/espalier/emit/kernels/pool.c:189:28
	mov	r0, r4
	ldr	r2, [sp, #20]                   @ 4-byte Reload
	bl	average_of
.Ltmp116:
	.loc	3 189 18                        @ src/espalier/emit/kernels/pool.c:189:18
	ldr	r1, [sp, #4]                    @ 4-byte Reload
	ldr	r2, [sp, #16]                   @ 4-byte Reload
	strb	r0, [r1, r2]
	mov	r1, r4
.Ltmp117:
	.loc	3 188 40                        @ src/espalier/emit/kernels/pool.c:188:40
	adds	r2, r2, #1
.Ltmp118:
	@DEBUG_VALUE: average_pixel:channel <- $r2
	.loc	3 188 23 is_stmt 0              @ src/espalier/emit/kernels/pool.c:188:23
	ldr	r0, [r4, #20]
	str	r0, [sp, #56]                   @ 4-byte Spill
.Ltmp119:
.LBB2_36:                               @ =>This Loop Header: Depth=1
                                        @     Child Loop BB2_43 Depth 2
                                        @       Child Loop BB2_54 Depth 3
                                        @       Child Loop BB2_67 Depth 3
                                        @     Child Loop BB2_79 Depth 2
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 188 3 is_stmt 1               @ src/espalier/emit/kernels/pool.c:188:3
	cmp	r2, r0
	blt	.LBB2_37
	b	.LBB2_80
.Ltmp120:
.LBB2_37:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: sum_of_1:channel <- $r2
	@DEBUG_VALUE: sum_of_1:row <- undef
	@DEBUG_VALUE: sum_of_1:sum <- 0
	.loc	3 40 15                         @ src/espalier/emit/kernels/pool.c:40:15 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r3, [r1, #12]
.Ltmp121:
	@DEBUG_VALUE: sum_of_1:y <- $r3
	.loc	3 40 3                          @ src/espalier/emit/kernels/pool.c:40:3 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r3, #1
	str	r2, [sp, #16]                   @ 4-byte Spill
	blt	.LBB2_34
.Ltmp122:
@ %bb.38:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:y <- $r3
	@DEBUG_VALUE: sum_of_1:sum <- 0
	@DEBUG_VALUE: sum_of_1:channel <- $r2
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 38 26                         @ src/espalier/emit/kernels/pool.c:38:26 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r0, [r1]
.Ltmp123:
	@DEBUG_VALUE: sum_of_1:row <- [DW_OP_LLVM_arg 0, DW_OP_LLVM_arg 1, DW_OP_plus, DW_OP_stack_value] $r0, $r2
	.loc	3 38 29 is_stmt 0               @ src/espalier/emit/kernels/pool.c:38:29 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r4, r0, r2
.Ltmp124:
	@DEBUG_VALUE: sum_of_1:row <- $r4
	.loc	3 0 29                          @ src/espalier/emit/kernels/pool.c:0:29
	ldr	r5, [r1, #16]
.Ltmp125:
	.loc	3 40 3                          @ src/espalier/emit/kernels/pool.c:40:3 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r3, #1
	str	r5, [sp, #52]                   @ 4-byte Spill
	bne	.LBB2_40
.Ltmp126:
@ %bb.39:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:y <- $r3
	@DEBUG_VALUE: sum_of_1:sum <- 0
	@DEBUG_VALUE: sum_of_1:channel <- $r2
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 3                           @ src/espalier/emit/kernels/pool.c:0:3
	movs	r1, #0
	ldr	r2, [sp, #56]                   @ 4-byte Reload
.Ltmp127:
	.loc	3 40 3                          @ src/espalier/emit/kernels/pool.c:40:3 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	b	.LBB2_69
.Ltmp128:
.LBB2_40:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:y <- $r3
	@DEBUG_VALUE: sum_of_1:sum <- 0
	@DEBUG_VALUE: sum_of_1:channel <- $r2
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 3                           @ src/espalier/emit/kernels/pool.c:0:3
	movs	r0, #1
	ands	r0, r3
	str	r0, [sp]                        @ 4-byte Spill
	ldr	r0, [r1, #4]
	adds	r0, r0, r2
	str	r0, [sp, #48]                   @ 4-byte Spill
	ldr	r0, [r1, #24]
	str	r0, [sp, #44]                   @ 4-byte Spill
	movs	r6, #3
	ands	r6, r5
	.loc	3 40 3 is_stmt 1                @ src/espalier/emit/kernels/pool.c:40:3 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r0, .LCPI2_0
	ands	r3, r0
.Ltmp129:
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	str	r3, [sp, #28]                   @ 4-byte Spill
	subs	r0, r5, #3
	str	r0, [sp, #12]                   @ 4-byte Spill
	subs	r0, r5, #2
	str	r0, [sp, #8]                    @ 4-byte Spill
	subs	r0, r5, #1
	str	r0, [sp, #24]                   @ 4-byte Spill
	movs	r1, #0
	mov	r3, r1
	ldr	r2, [sp, #56]                   @ 4-byte Reload
.Ltmp130:
	str	r6, [sp, #40]                   @ 4-byte Spill
	str	r2, [sp, #56]                   @ 4-byte Spill
	b	.LBB2_43
.Ltmp131:
.LBB2_41:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: below:row <- $r6
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 16] [$sp+0]
	.loc	3 33 7 is_stmt 1                @ src/espalier/emit/kernels/pool.c:33:7 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	ldr	r0, [sp, #44]                   @ 4-byte Reload
	adds	r4, r6, r0
.Ltmp132:
	@DEBUG_VALUE: below:row <- $r4
	.loc	3 34 10                         @ src/espalier/emit/kernels/pool.c:34:10 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	ldr	r0, [sp, #48]                   @ 4-byte Reload
	cmp	r4, r0
	beq	.LBB2_47
.Ltmp133:
.LBB2_42:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 10 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:10
	ldr	r0, [sp, #28]                   @ 4-byte Reload
	ldr	r6, [sp, #40]                   @ 4-byte Reload
.Ltmp134:
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:y <- undef
	.loc	3 40 3 is_stmt 1                @ src/espalier/emit/kernels/pool.c:40:3 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r3, r3, #2
	cmp	r3, r0
	ldr	r5, [sp, #52]                   @ 4-byte Reload
	bne	.LBB2_43
	b	.LBB2_68
.Ltmp135:
.LBB2_43:                               @   Parent Loop BB2_36 Depth=1
                                        @ =>  This Loop Header: Depth=2
                                        @       Child Loop BB2_54 Depth 3
                                        @       Child Loop BB2_67 Depth 3
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:y <- undef
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #1
	blt	.LBB2_55
.Ltmp136:
@ %bb.44:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	str	r4, [sp, #36]                   @ 4-byte Spill
.Ltmp137:
	@DEBUG_VALUE: sum_of_1:row <- [DW_OP_plus_uconst 36] [$sp+0]
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r6, #0
	beq	.LBB2_48
.Ltmp138:
@ %bb.45:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5                           @ src/espalier/emit/kernels/pool.c:0:5
	mov	r4, r6
.Ltmp139:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 36] [$sp+0]
	ldr	r5, [sp, #36]                   @ 4-byte Reload
.Ltmp140:
	@DEBUG_VALUE: sum_of_1:row <- $r5
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r6, r5, r2
.Ltmp141:
	@DEBUG_VALUE: at <- $r6
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	movs	r0, #0
	ldrsb	r5, [r5, r0]
.Ltmp142:
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r5
.Ltmp143:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r4, #1
	bne	.LBB2_49
.Ltmp144:
@ %bb.46:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: at <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r5, [sp, #24]                   @ 4-byte Reload
	b	.LBB2_52
.Ltmp145:
.LBB2_47:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: below:row <- $r4
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 34 45                         @ src/espalier/emit/kernels/pool.c:34:45 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	ldr	r0, [sp, #32]                   @ 4-byte Reload
	ldr	r0, [r0, #8]
	.loc	3 34 40                         @ src/espalier/emit/kernels/pool.c:34:40 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	subs	r4, r4, r0
.Ltmp146:
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	b	.LBB2_42
.Ltmp147:
.LBB2_48:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	ldr	r4, [sp, #36]                   @ 4-byte Reload
.Ltmp148:
	@DEBUG_VALUE: sum_of_1:row <- $r4
	mov	r6, r4
	mov	r0, r5
.Ltmp149:
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #4
	bhs	.LBB2_53
	b	.LBB2_55
.Ltmp150:
.LBB2_49:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: at <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: at <- $r6
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r5, r6, r2
.Ltmp151:
	@DEBUG_VALUE: at <- $r5
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r6, [r6, r0]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r6
.Ltmp152:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r4, #2
	bne	.LBB2_51
.Ltmp153:
@ %bb.50:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	mov	r6, r5
.Ltmp154:
	@DEBUG_VALUE: at <- $r6
	ldr	r5, [sp, #8]                    @ 4-byte Reload
	b	.LBB2_52
.Ltmp155:
.LBB2_51:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r6, r5, r2
.Ltmp156:
	@DEBUG_VALUE: at <- $r6
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r0, [r5, r0]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r0
.Ltmp157:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 12] [$sp+0]
	.loc	3 0 11                          @ src/espalier/emit/kernels/pool.c:0:11
	ldr	r5, [sp, #12]                   @ 4-byte Reload
.Ltmp158:
.LBB2_52:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: at <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	ldr	r0, [sp, #52]                   @ 4-byte Reload
	ldr	r4, [sp, #36]                   @ 4-byte Reload
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #4
	blo	.LBB2_55
.Ltmp159:
.LBB2_53:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	adds	r5, r5, #4
.Ltmp160:
.LBB2_54:                               @   Parent Loop BB2_36 Depth=1
                                        @     Parent Loop BB2_43 Depth=2
                                        @ =>    This Inner Loop Header: Depth=3
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r6
	.loc	3 43 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r0, [r6, r2]
	movs	r2, #0
	ldrsb	r2, [r6, r2]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r2
.Ltmp161:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 43 11 is_stmt 1               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r1, r0
.Ltmp162:
	@DEBUG_VALUE: sum_of_1:sum <- $r0
	.loc	3 44 10                         @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r1, [sp, #56]                   @ 4-byte Reload
	adds	r1, r6, r1
.Ltmp163:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r1
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	ldrsb	r2, [r1, r2]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r0, r2
.Ltmp164:
	@DEBUG_VALUE: sum_of_1:sum <- $r0
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	adds	r2, r1, r2
.Ltmp165:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r2
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r1, [sp, #56]                   @ 4-byte Reload
	ldrsb	r1, [r2, r1]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r0, r1
.Ltmp166:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r0, [sp, #56]                   @ 4-byte Reload
	adds	r0, r2, r0
.Ltmp167:
	@DEBUG_VALUE: at <- $r0
	.loc	3 0 10 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:10
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r6, r0, r2
.Ltmp168:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 8, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r6
	.loc	3 42 28                         @ src/espalier/emit/kernels/pool.c:42:28 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	subs	r5, r5, #4
.Ltmp169:
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #4
	bgt	.LBB2_54
.Ltmp170:
.LBB2_55:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: below:row <- $r4
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 16] [$sp+0]
	.loc	3 33 7                          @ src/espalier/emit/kernels/pool.c:33:7 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	ldr	r0, [sp, #44]                   @ 4-byte Reload
	adds	r6, r4, r0
.Ltmp171:
	@DEBUG_VALUE: below:row <- $r6
	.loc	3 34 10                         @ src/espalier/emit/kernels/pool.c:34:10 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	ldr	r0, [sp, #48]                   @ 4-byte Reload
	cmp	r6, r0
	bne	.LBB2_57
.Ltmp172:
@ %bb.56:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: below:row <- $r6
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 34 45 is_stmt 0               @ src/espalier/emit/kernels/pool.c:34:45 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	ldr	r0, [sp, #32]                   @ 4-byte Reload
	ldr	r0, [r0, #8]
	.loc	3 34 40                         @ src/espalier/emit/kernels/pool.c:34:40 @[ src/espalier/emit/kernels/pool.c:46:11 @[ src/espalier/emit/kernels/pool.c:189:42 ] ]
	subs	r6, r6, r0
.Ltmp173:
.LBB2_57:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	ldr	r5, [sp, #52]                   @ 4-byte Reload
.Ltmp174:
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:y <- undef
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- $r6
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #1
	blt	.LBB2_41
.Ltmp175:
@ %bb.58:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: at <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r0, [sp, #40]                   @ 4-byte Reload
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #0
	beq	.LBB2_61
.Ltmp176:
@ %bb.59:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: at <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- $r6
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r4, r6, r2
.Ltmp177:
	@DEBUG_VALUE: at <- $r4
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	movs	r5, #0
	ldrsb	r2, [r6, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r2
.Ltmp178:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #1
	bne	.LBB2_62
.Ltmp179:
@ %bb.60:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r0, [sp, #24]                   @ 4-byte Reload
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	b	.LBB2_65
.Ltmp180:
.LBB2_61:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: at <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	mov	r4, r6
	mov	r0, r5
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #4
	blo	.LBB2_41
	b	.LBB2_66
.Ltmp181:
.LBB2_62:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	adds	r2, r4, r2
.Ltmp182:
	@DEBUG_VALUE: at <- $r2
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	str	r2, [sp, #36]                   @ 4-byte Spill
.Ltmp183:
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 36] [$sp+0]
	ldrsb	r2, [r4, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r2
.Ltmp184:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #2
	bne	.LBB2_64
.Ltmp185:
@ %bb.63:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r4, [sp, #36]                   @ 4-byte Reload
	ldr	r0, [sp, #8]                    @ 4-byte Reload
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	b	.LBB2_65
.Ltmp186:
.LBB2_64:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 36] [$sp+0]
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	ldr	r0, [sp, #36]                   @ 4-byte Reload
.Ltmp187:
	@DEBUG_VALUE: at <- $r0
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r4, r0, r2
.Ltmp188:
	@DEBUG_VALUE: at <- $r4
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r0, [r0, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r0
.Ltmp189:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 12] [$sp+0]
	.loc	3 0 11                          @ src/espalier/emit/kernels/pool.c:0:11
	ldr	r0, [sp, #12]                   @ 4-byte Reload
.Ltmp190:
.LBB2_65:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	ldr	r5, [sp, #52]                   @ 4-byte Reload
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #4
	blo	.LBB2_41
.Ltmp191:
.LBB2_66:                               @   in Loop: Header=BB2_43 Depth=2
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	adds	r5, r0, #4
.Ltmp192:
.LBB2_67:                               @   Parent Loop BB2_36 Depth=1
                                        @     Parent Loop BB2_43 Depth=2
                                        @ =>    This Inner Loop Header: Depth=3
	@DEBUG_VALUE: sum_of_1:row <- $r6
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r4
	.loc	3 43 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r0, [r4, r2]
	movs	r2, #0
	ldrsb	r2, [r4, r2]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r2
.Ltmp193:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 43 11 is_stmt 1               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r1, r0
.Ltmp194:
	@DEBUG_VALUE: sum_of_1:sum <- $r0
	.loc	3 44 10                         @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r1, [sp, #56]                   @ 4-byte Reload
	adds	r1, r4, r1
.Ltmp195:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r1
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	ldrsb	r2, [r1, r2]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r0, r2
.Ltmp196:
	@DEBUG_VALUE: sum_of_1:sum <- $r0
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	adds	r2, r1, r2
.Ltmp197:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r2
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r1, [sp, #56]                   @ 4-byte Reload
	ldrsb	r1, [r2, r1]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r0, r1
.Ltmp198:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r0, [sp, #56]                   @ 4-byte Reload
	adds	r0, r2, r0
.Ltmp199:
	@DEBUG_VALUE: at <- $r0
	.loc	3 0 10 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:10
	ldr	r2, [sp, #56]                   @ 4-byte Reload
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r4, r0, r2
.Ltmp200:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 8, DW_OP_minus, DW_OP_stack_value] $r5
	@DEBUG_VALUE: at <- $r4
	.loc	3 42 28                         @ src/espalier/emit/kernels/pool.c:42:28 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	subs	r5, r5, #4
.Ltmp201:
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #4
	bgt	.LBB2_67
	b	.LBB2_41
.Ltmp202:
.LBB2_68:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 42 5 is_stmt 0                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldr	r0, [sp]                        @ 4-byte Reload
	cmp	r0, #0
	bne	.LBB2_69
	b	.LBB2_35
.Ltmp203:
.LBB2_69:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:y <- undef
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #1
	bge	.LBB2_70
	b	.LBB2_35
.Ltmp204:
.LBB2_70:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	movs	r0, #3
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ands	r0, r5
	beq	.LBB2_73
.Ltmp205:
@ %bb.71:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- $r4
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r3, r4, r2
.Ltmp206:
	@DEBUG_VALUE: at <- $r3
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	movs	r5, #0
	mov	r6, r2
	ldrsb	r2, [r4, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r2
.Ltmp207:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- undef
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #1
	bne	.LBB2_74
.Ltmp208:
@ %bb.72:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r3
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r5, [sp, #52]                   @ 4-byte Reload
	.loc	3 42 0 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	subs	r4, r5, #1
.Ltmp209:
	@DEBUG_VALUE: sum_of_1:x <- $r4
	.loc	3 42 5 is_stmt 0                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	b	.LBB2_77
.Ltmp210:
.LBB2_73:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5                           @ src/espalier/emit/kernels/pool.c:0:5
	mov	r3, r4
	mov	r4, r5
.Ltmp211:
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	b	.LBB2_77
.Ltmp212:
.LBB2_74:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r3
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:row <- $r4
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- undef
	@DEBUG_VALUE: at <- $r3
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r4, r3, r6
.Ltmp213:
	@DEBUG_VALUE: at <- $r4
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r2, [r3, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r2
.Ltmp214:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 42 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r0, #2
	bne	.LBB2_76
.Ltmp215:
@ %bb.75:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r5, [sp, #52]                   @ 4-byte Reload
	mov	r3, r4
	.loc	3 42 0 is_stmt 1                @ src/espalier/emit/kernels/pool.c:42 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	subs	r4, r5, #2
.Ltmp216:
	@DEBUG_VALUE: sum_of_1:x <- $r4
	.loc	3 42 5 is_stmt 0                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	b	.LBB2_77
.Ltmp217:
.LBB2_76:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- undef
	@DEBUG_VALUE: at <- $r4
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r3, r4, r6
.Ltmp218:
	@DEBUG_VALUE: at <- $r3
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r0, [r4, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r0
.Ltmp219:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 0 11                          @ src/espalier/emit/kernels/pool.c:0:11
	ldr	r5, [sp, #52]                   @ 4-byte Reload
.Ltmp220:
	.loc	3 42 34 is_stmt 1               @ src/espalier/emit/kernels/pool.c:42:34 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	subs	r4, r5, #3
.Ltmp221:
	@DEBUG_VALUE: sum_of_1:x <- $r4
.LBB2_77:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 42 5 is_stmt 0                @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r5, #4
	ldr	r5, [sp, #56]                   @ 4-byte Reload
	bhs	.LBB2_78
	b	.LBB2_35
.Ltmp222:
.LBB2_78:                               @   in Loop: Header=BB2_36 Depth=1
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	adds	r2, r4, #4
.Ltmp223:
.LBB2_79:                               @   Parent Loop BB2_36 Depth=1
                                        @ =>  This Inner Loop Header: Depth=2
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: at <- $r3
	.loc	3 43 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r0, [r3, r5]
	movs	r4, #0
	ldrsb	r4, [r3, r4]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r1, r4
.Ltmp224:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 43 11 is_stmt 1               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r1, r0
.Ltmp225:
	@DEBUG_VALUE: sum_of_1:sum <- $r0
	.loc	3 44 10                         @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r3, r5
.Ltmp226:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: at <- $r1
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r3, [r1, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r0, r3
.Ltmp227:
	@DEBUG_VALUE: sum_of_1:sum <- $r0
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r3, r1, r5
.Ltmp228:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: at <- $r3
	.loc	3 43 14                         @ src/espalier/emit/kernels/pool.c:43:14 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	ldrsb	r1, [r3, r5]
	.loc	3 43 11 is_stmt 0               @ src/espalier/emit/kernels/pool.c:43:11 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r1, r0, r1
.Ltmp229:
	@DEBUG_VALUE: sum_of_1:sum <- $r1
	.loc	3 44 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r0, r3, r5
.Ltmp230:
	@DEBUG_VALUE: at <- $r0
	.loc	3 44 10                         @ src/espalier/emit/kernels/pool.c:44:10 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	adds	r3, r0, r5
.Ltmp231:
	@DEBUG_VALUE: sum_of_1:x <- [DW_OP_constu 8, DW_OP_minus, DW_OP_stack_value] $r2
	@DEBUG_VALUE: at <- $r3
	.loc	3 42 28                         @ src/espalier/emit/kernels/pool.c:42:28 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	subs	r2, r2, #4
.Ltmp232:
	.loc	3 42 5                          @ src/espalier/emit/kernels/pool.c:42:5 @[ src/espalier/emit/kernels/pool.c:189:42 ]
	cmp	r2, #4
	bgt	.LBB2_79
	b	.LBB2_35
.Ltmp233:
.LBB2_80:
	@DEBUG_VALUE: average_pixel:channel <- $r2
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 191 1 epilogue_begin          @ src/espalier/emit/kernels/pool.c:191:1
	add	sp, #60
.Ltmp234:
	pop	{r4, r5, r6, r7, pc}
.Ltmp235:
.LBB2_81:
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- 0
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 1 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:1
	movs	r0, #4
	str	r2, [sp, #8]                    @ 4-byte Spill
	str	r2, [sp, #12]                   @ 4-byte Spill
	b	.LBB2_83
.Ltmp236:
.LBB2_82:                               @   in Loop: Header=BB2_83 Depth=1
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sum <- [DW_OP_LLVM_fragment 0 32] $r1
	@DEBUG_VALUE: sum <- [DW_OP_LLVM_fragment 32 32] $r6
	@DEBUG_VALUE: sum <- [DW_OP_LLVM_fragment 64 32] $r2
	@DEBUG_VALUE: sum <- [DW_OP_LLVM_fragment 96 32] $r4
	@DEBUG_VALUE: lane <- 0
	.loc	3 184 70 is_stmt 1              @ src/espalier/emit/kernels/pool.c:184:70
	str	r2, [sp, #52]                   @ 4-byte Spill
.Ltmp237:
	@DEBUG_VALUE: sum <- [DW_OP_plus_uconst 52, DW_OP_LLVM_fragment 64 32] [$sp+0]
	str	r4, [sp, #56]                   @ 4-byte Spill
.Ltmp238:
	@DEBUG_VALUE: sum <- [DW_OP_plus_uconst 56, DW_OP_LLVM_fragment 96 32] [$sp+0]
	.loc	3 0 70 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:70
	ldr	r5, [sp, #32]                   @ 4-byte Reload
	@DEBUG_VALUE: sum <- [DW_OP_plus_uconst 56, DW_OP_LLVM_fragment 96 32] [$sp+0]
	.loc	3 184 70                        @ src/espalier/emit/kernels/pool.c:184:70
	mov	r0, r5
	ldr	r4, [sp, #20]                   @ 4-byte Reload
.Ltmp239:
	@DEBUG_VALUE: sum <- [DW_OP_plus_uconst 52, DW_OP_LLVM_fragment 64 32] [$sp+0]
	mov	r2, r4
	bl	average_of
.Ltmp240:
	.loc	3 184 60 is_stmt 1              @ src/espalier/emit/kernels/pool.c:184:60
	ldr	r2, [sp, #12]                   @ 4-byte Reload
	ldr	r1, [sp, #4]                    @ 4-byte Reload
	strb	r0, [r1, r2]
.Ltmp241:
	@DEBUG_VALUE: lane <- 1
	.loc	3 184 70                        @ src/espalier/emit/kernels/pool.c:184:70
	mov	r0, r5
	mov	r1, r6
	mov	r2, r4
	bl	average_of
.Ltmp242:
	.loc	3 0 70 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:70
	ldr	r1, [sp, #12]                   @ 4-byte Reload
	ldr	r2, [sp, #4]                    @ 4-byte Reload
	adds	r6, r2, r1
.Ltmp243:
	.loc	3 184 60 is_stmt 1              @ src/espalier/emit/kernels/pool.c:184:60
	strb	r0, [r6, #1]
.Ltmp244:
	@DEBUG_VALUE: lane <- 2
	.loc	3 184 70                        @ src/espalier/emit/kernels/pool.c:184:70
	mov	r0, r5
	ldr	r1, [sp, #52]                   @ 4-byte Reload
	mov	r2, r4
	bl	average_of
.Ltmp245:
	.loc	3 184 60                        @ src/espalier/emit/kernels/pool.c:184:60
	strb	r0, [r6, #2]
.Ltmp246:
	@DEBUG_VALUE: lane <- 3
	.loc	3 184 70                        @ src/espalier/emit/kernels/pool.c:184:70
	mov	r0, r5
	ldr	r1, [sp, #56]                   @ 4-byte Reload
	mov	r2, r4
	bl	average_of
.Ltmp247:
	.loc	3 0 70 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:70
	mov	r1, r5
	.loc	3 184 60 is_stmt 1              @ src/espalier/emit/kernels/pool.c:184:60
	strb	r0, [r6, #3]
.Ltmp248:
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: lane <- 4
	.loc	3 0 60 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:60
	ldr	r2, [sp, #16]                   @ 4-byte Reload
.Ltmp249:
	@DEBUG_VALUE: average_pixel:channel <- $r2
	.loc	3 181 20 is_stmt 1              @ src/espalier/emit/kernels/pool.c:181:20
	adds	r0, r2, #4
	.loc	3 181 30 is_stmt 0              @ src/espalier/emit/kernels/pool.c:181:30
	ldr	r3, [r5, #20]
	str	r3, [sp, #56]                   @ 4-byte Spill
.Ltmp250:
	.loc	3 181 5                         @ src/espalier/emit/kernels/pool.c:181:5
	cmp	r0, r3
	str	r2, [sp, #12]                   @ 4-byte Spill
	ble	.LBB2_83
	b	.LBB2_33
.Ltmp251:
.LBB2_83:                               @ =>This Loop Header: Depth=1
                                        @     Child Loop BB2_86 Depth 2
                                        @       Child Loop BB2_88 Depth 3
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5                           @ src/espalier/emit/kernels/pool.c:0:5
	str	r0, [sp, #16]                   @ 4-byte Spill
.Ltmp252:
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:sum <- undef
	@DEBUG_VALUE: sums_of_4:row <- undef
	@DEBUG_VALUE: sums_of_4:s0 <- 0
	@DEBUG_VALUE: sums_of_4:s1 <- 0
	@DEBUG_VALUE: sums_of_4:s2 <- 0
	@DEBUG_VALUE: sums_of_4:s3 <- 0
	.loc	3 67 15 is_stmt 1               @ src/espalier/emit/kernels/pool.c:67:15 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldr	r5, [r1, #12]
.Ltmp253:
	@DEBUG_VALUE: sums_of_4:y <- $r5
	.loc	3 67 3                          @ src/espalier/emit/kernels/pool.c:67:3 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	cmp	r5, #1
	ldr	r4, [sp, #8]                    @ 4-byte Reload
	mov	r1, r4
	mov	r6, r4
	mov	r2, r4
	blt	.LBB2_82
.Ltmp254:
@ %bb.84:                               @   in Loop: Header=BB2_83 Depth=1
	@DEBUG_VALUE: sums_of_4:y <- $r5
	@DEBUG_VALUE: sums_of_4:s3 <- 0
	@DEBUG_VALUE: sums_of_4:s2 <- 0
	@DEBUG_VALUE: sums_of_4:s1 <- 0
	@DEBUG_VALUE: sums_of_4:s0 <- 0
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	ldr	r2, [sp, #32]                   @ 4-byte Reload
	.loc	3 60 26 is_stmt 1               @ src/espalier/emit/kernels/pool.c:60:26 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldm	r2!, {r0, r1}
	ldr	r3, [sp, #12]                   @ 4-byte Reload
	adds	r1, r1, r3
.Ltmp255:
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_LLVM_arg 0, DW_OP_LLVM_arg 0, DW_OP_plus, DW_OP_stack_value] undef
	.loc	3 60 29 is_stmt 0               @ src/espalier/emit/kernels/pool.c:60:29 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	str	r1, [sp, #40]                   @ 4-byte Spill
	adds	r0, r0, r3
.Ltmp256:
	@DEBUG_VALUE: sums_of_4:row <- $r0
	.loc	3 0 29                          @ src/espalier/emit/kernels/pool.c:0:29
	str	r0, [sp, #48]                   @ 4-byte Spill
.Ltmp257:
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	ldr	r0, [r2, #16]
	str	r0, [sp, #36]                   @ 4-byte Spill
	ldr	r0, [r2, #8]
	str	r0, [sp, #28]                   @ 4-byte Spill
.Ltmp258:
	.loc	3 67 3 is_stmt 1                @ src/espalier/emit/kernels/pool.c:67:3 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	adds	r0, r0, #1
	str	r0, [sp, #24]                   @ 4-byte Spill
	movs	r4, #0
	mov	r2, r4
	mov	r6, r4
	mov	r1, r4
	b	.LBB2_86
.Ltmp259:
.LBB2_85:                               @   in Loop: Header=BB2_86 Depth=2
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	str	r5, [sp, #48]                   @ 4-byte Spill
	mov	r2, r6
	mov	r6, r1
.Ltmp260:
	ldr	r5, [sp, #44]                   @ 4-byte Reload
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
.Ltmp261:
	.loc	3 67 29 is_stmt 1               @ src/espalier/emit/kernels/pool.c:67:29 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	subs	r5, r5, #1
.Ltmp262:
	@DEBUG_VALUE: sums_of_4:s0 <- $r3
	@DEBUG_VALUE: sums_of_4:s1 <- $r6
	@DEBUG_VALUE: sums_of_4:s2 <- $r2
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:y <- $r5
	.loc	3 0 29 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:29
	mov	r1, r3
.Ltmp263:
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	.loc	3 67 3 is_stmt 1                @ src/espalier/emit/kernels/pool.c:67:3 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ble	.LBB2_82
.Ltmp264:
.LBB2_86:                               @   Parent Loop BB2_83 Depth=1
                                        @ =>  This Loop Header: Depth=2
                                        @       Child Loop BB2_88 Depth 3
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:y <- $r5
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	@DEBUG_VALUE: sums_of_4:s1 <- $r6
	@DEBUG_VALUE: sums_of_4:s2 <- $r2
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:y <- $r5
	@DEBUG_VALUE: sums_of_4:x <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 48] [$sp+0]
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	str	r5, [sp, #44]                   @ 4-byte Spill
.Ltmp265:
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	mov	r0, r6
.Ltmp266:
	@DEBUG_VALUE: sums_of_4:s1 <- $r0
	mov	r6, r2
.Ltmp267:
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	.loc	3 69 5 is_stmt 1                @ src/espalier/emit/kernels/pool.c:69:5 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldr	r2, [sp, #28]                   @ 4-byte Reload
.Ltmp268:
	@DEBUG_VALUE: sums_of_4:x <- $r2
	cmp	r2, #1
.Ltmp269:
	@DEBUG_VALUE: sums_of_4:x <- [DW_OP_plus_uconst 28] [$sp+0]
	blt	.LBB2_89
.Ltmp270:
@ %bb.87:                               @   in Loop: Header=BB2_86 Depth=2
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:s1 <- $r0
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:x <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r3, [sp, #24]                   @ 4-byte Reload
	ldr	r2, [sp, #48]                   @ 4-byte Reload
.Ltmp271:
.LBB2_88:                               @   Parent Loop BB2_83 Depth=1
                                        @     Parent Loop BB2_86 Depth=2
                                        @ =>    This Inner Loop Header: Depth=3
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:s1 <- $r0
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	@DEBUG_VALUE: sums_of_4:s1 <- $r0
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r3
	@DEBUG_VALUE: at <- $r2
	.loc	3 81 10 is_stmt 1               @ src/espalier/emit/kernels/pool.c:81:10 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldr	r5, [sp, #56]                   @ 4-byte Reload
	adds	r5, r2, r5
.Ltmp272:
	@DEBUG_VALUE: at <- $r5
	.loc	3 0 10 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:10
	str	r5, [sp, #52]                   @ 4-byte Spill
.Ltmp273:
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 52] [$sp+0]
	@DEBUG_VALUE: at <- [DW_OP_plus_uconst 52] [$sp+0]
	movs	r5, #3
	.loc	3 79 13 is_stmt 1               @ src/espalier/emit/kernels/pool.c:79:13 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldrsb	r5, [r2, r5]
	.loc	3 79 10 is_stmt 0               @ src/espalier/emit/kernels/pool.c:79:10 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	adds	r4, r4, r5
.Ltmp274:
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	.loc	3 0 10                          @ src/espalier/emit/kernels/pool.c:0:10
	movs	r5, #2
	.loc	3 78 13 is_stmt 1               @ src/espalier/emit/kernels/pool.c:78:13 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldrsb	r5, [r2, r5]
	.loc	3 78 10 is_stmt 0               @ src/espalier/emit/kernels/pool.c:78:10 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	adds	r6, r6, r5
.Ltmp275:
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	.loc	3 0 10                          @ src/espalier/emit/kernels/pool.c:0:10
	movs	r5, #1
	.loc	3 77 13 is_stmt 1               @ src/espalier/emit/kernels/pool.c:77:13 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	ldrsb	r5, [r2, r5]
	.loc	3 77 10 is_stmt 0               @ src/espalier/emit/kernels/pool.c:77:10 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	adds	r0, r0, r5
.Ltmp276:
	@DEBUG_VALUE: sums_of_4:s1 <- $r0
	.loc	3 76 13 is_stmt 1               @ src/espalier/emit/kernels/pool.c:76:13 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	movs	r5, #0
	ldrsb	r2, [r2, r5]
	.loc	3 76 10 is_stmt 0               @ src/espalier/emit/kernels/pool.c:76:10 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	adds	r1, r1, r2
.Ltmp277:
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	@DEBUG_VALUE: sums_of_4:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r3
	.loc	3 69 28 is_stmt 1               @ src/espalier/emit/kernels/pool.c:69:28 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	subs	r3, r3, #1
.Ltmp278:
	.loc	3 69 5                          @ src/espalier/emit/kernels/pool.c:69:5 @[ src/espalier/emit/kernels/pool.c:183:7 ]
	cmp	r3, #1
	ldr	r2, [sp, #52]                   @ 4-byte Reload
.Ltmp279:
	@DEBUG_VALUE: at <- $r2
	bhi	.LBB2_88
.Ltmp280:
.LBB2_89:                               @   in Loop: Header=BB2_86 Depth=2
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:s1 <- $r0
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:s0 <- $r1
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: below:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	mov	r3, r1
	mov	r1, r0
.Ltmp281:
	ldr	r5, [sp, #48]                   @ 4-byte Reload
.Ltmp282:
	@DEBUG_VALUE: below:row <- $r5
	.loc	3 33 7 is_stmt 1                @ src/espalier/emit/kernels/pool.c:33:7 @[ src/espalier/emit/kernels/pool.c:83:11 @[ src/espalier/emit/kernels/pool.c:183:7 ] ]
	ldr	r0, [sp, #36]                   @ 4-byte Reload
.Ltmp283:
	adds	r5, r5, r0
.Ltmp284:
	@DEBUG_VALUE: below:row <- $r5
	.loc	3 34 10                         @ src/espalier/emit/kernels/pool.c:34:10 @[ src/espalier/emit/kernels/pool.c:83:11 @[ src/espalier/emit/kernels/pool.c:183:7 ] ]
	ldr	r0, [sp, #40]                   @ 4-byte Reload
	cmp	r5, r0
	bne	.LBB2_85
.Ltmp285:
@ %bb.90:                               @   in Loop: Header=BB2_86 Depth=2
	@DEBUG_VALUE: below:row <- $r5
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s2 <- $r6
	@DEBUG_VALUE: sums_of_4:y <- [DW_OP_plus_uconst 44] [$sp+0]
	@DEBUG_VALUE: sums_of_4:s3 <- $r4
	@DEBUG_VALUE: sums_of_4:row <- [DW_OP_plus_uconst 48] [$sp+0]
	@DEBUG_VALUE: sums_of_4:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: sums_of_4:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:channel <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: average_pixel:count <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: average_pixel:w <- [DW_OP_plus_uconst 32] [$sp+0]
	@DEBUG_VALUE: average_pixel:out <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 34 45 is_stmt 0               @ src/espalier/emit/kernels/pool.c:34:45 @[ src/espalier/emit/kernels/pool.c:83:11 @[ src/espalier/emit/kernels/pool.c:183:7 ] ]
	ldr	r0, [sp, #32]                   @ 4-byte Reload
	ldr	r0, [r0, #8]
	.loc	3 34 40                         @ src/espalier/emit/kernels/pool.c:34:40 @[ src/espalier/emit/kernels/pool.c:83:11 @[ src/espalier/emit/kernels/pool.c:183:7 ] ]
	subs	r5, r5, r0
.Ltmp286:
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	b	.LBB2_85
.Ltmp287:
	.p2align	2
@ %bb.91:
.LCPI2_0:
	.long	2147483646                      @ 0x7ffffffe
.Lfunc_end2:
	.size	average_pixel, .Lfunc_end2-average_pixel
	.cfi_endproc
	.fnend
                                        @ -- End function
	.globl	espalier_max_pool_2d            @ -- Begin function espalier_max_pool_2d
	.p2align	2
	.type	espalier_max_pool_2d,%function
	.code	16
	.thumb_func
espalier_max_pool_2d:                   @ @espalier_max_pool_2d
.Lfunc_begin3:
	.loc	3 315 0 is_stmt 1               @ src/espalier/emit/kernels/pool.c:315:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: espalier_max_pool_2d:l <- $r0
	@DEBUG_VALUE: espalier_max_pool_2d:in <- $r1
	@DEBUG_VALUE: espalier_max_pool_2d:out <- $r2
	.save	{r7, lr}
	push	{r7, lr}
	.cfi_def_cfa_offset 8
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.setfp	r7, sp
	add	r7, sp, #0
	.cfi_def_cfa_register r7
.Ltmp288:
	.loc	3 316 3 prologue_end            @ src/espalier/emit/kernels/pool.c:316:3
	ldr	r3, .LCPI3_0
	bl	all_windows
.Ltmp289:
	@DEBUG_VALUE: espalier_max_pool_2d:out <- [DW_OP_LLVM_entry_value 1] $r2
	@DEBUG_VALUE: espalier_max_pool_2d:in <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_max_pool_2d:l <- [DW_OP_LLVM_entry_value 1] $r0
	.loc	3 317 1 epilogue_begin          @ src/espalier/emit/kernels/pool.c:317:1
	pop	{r7, pc}
.Ltmp290:
	.loc	3 0 1 is_stmt 0                 @ :0:1
.Ltmp291:
	.p2align	2
@ %bb.1:
.LCPI3_0:
	.long	max_pixel
.Lfunc_end3:
	.size	espalier_max_pool_2d, .Lfunc_end3-espalier_max_pool_2d
	.cfi_endproc
	.fnend
                                        @ -- End function
	.p2align	1                               @ -- Begin function max_pixel
	.type	max_pixel,%function
	.code	16
	.thumb_func
max_pixel:                              @ @max_pixel
.Lfunc_begin4:
	.loc	3 196 0 is_stmt 1               @ src/espalier/emit/kernels/pool.c:196:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: max_pixel:w <- $r0
	@DEBUG_VALUE: max_pixel:out <- $r1
	.save	{r4, r5, r6, r7, lr}
	push	{r4, r5, r6, r7, lr}
	.cfi_def_cfa_offset 20
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.cfi_offset r6, -12
	.cfi_offset r5, -16
	.cfi_offset r4, -20
	.setfp	r7, sp, #12
	add	r7, sp, #12
	.cfi_def_cfa r7, 8
	.pad	#44
	sub	sp, #44
	str	r1, [sp]                        @ 4-byte Spill
.Ltmp292:
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: max_pixel:w <- $r0
	@DEBUG_VALUE: max_pixel:channel <- 0
	.loc	3 216 23 prologue_end           @ src/espalier/emit/kernels/pool.c:216:23
	ldr	r3, [r0, #20]
.Ltmp293:
	.loc	3 216 3 is_stmt 0               @ src/espalier/emit/kernels/pool.c:216:3
	cmp	r3, #1
	bge	.LBB4_1
	b	.LBB4_91
.Ltmp294:
.LBB4_1:
	@DEBUG_VALUE: max_pixel:channel <- 0
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: max_pixel:w <- $r0
	.loc	3 0 3                           @ src/espalier/emit/kernels/pool.c:0:3
	mov	r4, r0
.Ltmp295:
	@DEBUG_VALUE: max_pixel:w <- $r4
	movs	r5, #0
	str	r0, [sp, #20]                   @ 4-byte Spill
	b	.LBB4_3
.Ltmp296:
.LBB4_2:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 227 18 is_stmt 1              @ src/espalier/emit/kernels/pool.c:227:18
	ldr	r0, [sp]                        @ 4-byte Reload
	ldr	r5, [sp, #4]                    @ 4-byte Reload
	strb	r2, [r0, r5]
.Ltmp297:
	.loc	3 216 40                        @ src/espalier/emit/kernels/pool.c:216:40
	adds	r5, r5, #1
.Ltmp298:
	@DEBUG_VALUE: max_pixel:channel <- $r5
	.loc	3 216 23 is_stmt 0              @ src/espalier/emit/kernels/pool.c:216:23
	ldr	r3, [r4, #20]
.Ltmp299:
	.loc	3 216 3 is_stmt 1               @ src/espalier/emit/kernels/pool.c:216:3
	cmp	r5, r3
	blt	.LBB4_3
	b	.LBB4_91
.Ltmp300:
.LBB4_3:                                @ =>This Loop Header: Depth=1
                                        @     Child Loop BB4_83 Depth 2
                                        @     Child Loop BB4_28 Depth 2
                                        @       Child Loop BB4_54 Depth 3
                                        @       Child Loop BB4_73 Depth 3
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: max_pixel:channel <- $r5
	@DEBUG_VALUE: row <- undef
	.loc	3 218 23                        @ src/espalier/emit/kernels/pool.c:218:23
	ldr	r2, [r4, #40]
.Ltmp301:
	@DEBUG_VALUE: best <- $r2
	.loc	3 219 17                        @ src/espalier/emit/kernels/pool.c:219:17
	ldr	r1, [r4, #12]
.Ltmp302:
	@DEBUG_VALUE: max_pixel:y <- $r1
	.loc	3 219 5                         @ src/espalier/emit/kernels/pool.c:219:5
	cmp	r1, #1
	str	r5, [sp, #4]                    @ 4-byte Spill
	blt	.LBB4_23
.Ltmp303:
@ %bb.4:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: max_pixel:y <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:channel <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 217 28                        @ src/espalier/emit/kernels/pool.c:217:28
	ldr	r0, [r4]
	str	r1, [sp, #40]                   @ 4-byte Spill
.Ltmp304:
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	.loc	3 0 28 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:28
	ldr	r1, [r4, #4]
	adds	r1, r1, r5
.Ltmp305:
	@DEBUG_VALUE: row <- [DW_OP_LLVM_arg 0, DW_OP_LLVM_arg 0, DW_OP_plus, DW_OP_stack_value] undef
	str	r1, [sp, #32]                   @ 4-byte Spill
	ldr	r1, [sp, #40]                   @ 4-byte Reload
.Ltmp306:
	@DEBUG_VALUE: max_pixel:y <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r1
	.loc	3 217 31                        @ src/espalier/emit/kernels/pool.c:217:31
	adds	r5, r0, r5
.Ltmp307:
	@DEBUG_VALUE: row <- $r5
	.loc	3 0 31                          @ src/espalier/emit/kernels/pool.c:0:31
	ldr	r0, [r4, #24]
	str	r0, [sp, #28]                   @ 4-byte Spill
	ldr	r6, [r4, #16]
.Ltmp308:
	.loc	3 219 5                         @ src/espalier/emit/kernels/pool.c:219:5
	lsls	r0, r1, #31
	bne	.LBB4_6
.Ltmp309:
@ %bb.5:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:y <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 5                           @ src/espalier/emit/kernels/pool.c:0:5
	mov	r4, r1
	.loc	3 219 5                         @ src/espalier/emit/kernels/pool.c:219:5
	cmp	r1, #1
	beq	.LBB4_23
	b	.LBB4_25
.Ltmp310:
.LBB4_6:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:y <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: at <- $r5
	.loc	3 221 7 is_stmt 1               @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #1
	blt	.LBB4_20
.Ltmp311:
@ %bb.7:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	movs	r1, #3
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	ands	r1, r6
	beq	.LBB4_12
.Ltmp312:
@ %bb.8:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: at <- $r5
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	movs	r0, #0
	ldrsb	r4, [r5, r0]
	cmp	r2, r4
	bgt	.LBB4_10
.Ltmp313:
@ %bb.9:                                @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r4
.Ltmp314:
.LBB4_10:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r4, r5, r3
.Ltmp315:
	@DEBUG_VALUE: max_pixel:x <- undef
	@DEBUG_VALUE: at <- $r4
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r1, #1
	bne	.LBB4_13
.Ltmp316:
@ %bb.11:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 221 0                         @ src/espalier/emit/kernels/pool.c:221
	subs	r1, r6, #1
.Ltmp317:
	@DEBUG_VALUE: max_pixel:x <- $r1
	.loc	3 221 7 is_stmt 0               @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	blo	.LBB4_20
	b	.LBB4_81
.Ltmp318:
.LBB4_12:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:x <- $r6
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 7                           @ src/espalier/emit/kernels/pool.c:0:7
	mov	r4, r5
	mov	r1, r6
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	blo	.LBB4_20
	b	.LBB4_81
.Ltmp319:
.LBB4_13:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- undef
	@DEBUG_VALUE: at <- $r4
	.loc	3 0 7                           @ src/espalier/emit/kernels/pool.c:0:7
	str	r0, [sp, #24]                   @ 4-byte Spill
.Ltmp320:
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r0, [r4, r0]
	str	r0, [sp, #36]                   @ 4-byte Spill
	cmp	r2, r0
	bgt	.LBB4_15
.Ltmp321:
@ %bb.14:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	ldr	r2, [sp, #36]                   @ 4-byte Reload
.Ltmp322:
.LBB4_15:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r4, r4, r3
.Ltmp323:
	@DEBUG_VALUE: max_pixel:x <- undef
	@DEBUG_VALUE: at <- $r4
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r1, #2
	bne	.LBB4_17
.Ltmp324:
@ %bb.16:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 221 0                         @ src/espalier/emit/kernels/pool.c:221
	subs	r1, r6, #2
.Ltmp325:
	@DEBUG_VALUE: max_pixel:x <- $r1
	.loc	3 221 7 is_stmt 0               @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	blo	.LBB4_20
	b	.LBB4_81
.Ltmp326:
.LBB4_17:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- undef
	@DEBUG_VALUE: at <- $r4
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldr	r0, [sp, #24]                   @ 4-byte Reload
	ldrsb	r1, [r4, r0]
	cmp	r2, r1
	bgt	.LBB4_19
.Ltmp327:
@ %bb.18:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r1
.Ltmp328:
.LBB4_19:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r4, r4, r3
.Ltmp329:
	@DEBUG_VALUE: at <- $r4
	.loc	3 221 36                        @ src/espalier/emit/kernels/pool.c:221:36
	subs	r1, r6, #3
.Ltmp330:
	@DEBUG_VALUE: max_pixel:x <- $r1
	.loc	3 221 7 is_stmt 0               @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	blo	.LBB4_20
	b	.LBB4_81
.Ltmp331:
.LBB4_20:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: below:row <- $r5
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 33 7 is_stmt 1                @ src/espalier/emit/kernels/pool.c:33:7 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #28]                   @ 4-byte Reload
	adds	r5, r5, r0
.Ltmp332:
	@DEBUG_VALUE: below:row <- $r5
	.loc	3 34 10                         @ src/espalier/emit/kernels/pool.c:34:10 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #32]                   @ 4-byte Reload
	cmp	r5, r0
	bne	.LBB4_22
.Ltmp333:
@ %bb.21:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: below:row <- $r5
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 34 45 is_stmt 0               @ src/espalier/emit/kernels/pool.c:34:45 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #20]                   @ 4-byte Reload
	ldr	r0, [r0, #8]
	.loc	3 34 40                         @ src/espalier/emit/kernels/pool.c:34:40 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	subs	r5, r5, r0
.Ltmp334:
.LBB4_22:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	ldr	r1, [sp, #40]                   @ 4-byte Reload
.Ltmp335:
	@DEBUG_VALUE: row <- $r5
	.loc	3 219 31 is_stmt 1              @ src/espalier/emit/kernels/pool.c:219:31
	subs	r4, r1, #1
.Ltmp336:
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:y <- $r4
	.loc	3 219 5 is_stmt 0               @ src/espalier/emit/kernels/pool.c:219:5
	cmp	r1, #1
	bne	.LBB4_25
.Ltmp337:
.LBB4_23:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 5                           @ src/espalier/emit/kernels/pool.c:0:5
	ldr	r4, [sp, #20]                   @ 4-byte Reload
	.loc	3 227 39                        @ src/espalier/emit/kernels/pool.c:227:39
	ldr	r0, [r4, #44]
	.loc	3 227 29                        @ src/espalier/emit/kernels/pool.c:227:29
	cmp	r2, r0
	blt	.LBB4_2
.Ltmp338:
@ %bb.24:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 29                          @ src/espalier/emit/kernels/pool.c:0:29
	mov	r2, r0
.Ltmp339:
	b	.LBB4_2
.Ltmp340:
.LBB4_25:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	movs	r0, #3
	ands	r0, r6
	str	r0, [sp, #40]                   @ 4-byte Spill
	subs	r0, r6, #3
	str	r0, [sp, #12]                   @ 4-byte Spill
	subs	r0, r6, #2
	str	r0, [sp, #8]                    @ 4-byte Spill
	subs	r0, r6, #1
	str	r0, [sp, #16]                   @ 4-byte Spill
	str	r6, [sp, #36]                   @ 4-byte Spill
	b	.LBB4_28
.Ltmp341:
.LBB4_26:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: below:row <- $r1
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 33 7 is_stmt 1                @ src/espalier/emit/kernels/pool.c:33:7 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #28]                   @ 4-byte Reload
	adds	r5, r1, r0
.Ltmp342:
	@DEBUG_VALUE: below:row <- $r5
	.loc	3 34 10                         @ src/espalier/emit/kernels/pool.c:34:10 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #32]                   @ 4-byte Reload
	cmp	r5, r0
	beq	.LBB4_34
.Ltmp343:
.LBB4_27:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 10 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:10
	ldr	r6, [sp, #36]                   @ 4-byte Reload
.Ltmp344:
	@DEBUG_VALUE: row <- $r5
	.loc	3 219 31 is_stmt 1              @ src/espalier/emit/kernels/pool.c:219:31
	subs	r4, r4, #2
.Ltmp345:
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:y <- $r4
	.loc	3 219 5                         @ src/espalier/emit/kernels/pool.c:219:5
	ble	.LBB4_23
.Ltmp346:
.LBB4_28:                               @   Parent Loop BB4_3 Depth=1
                                        @ =>  This Loop Header: Depth=2
                                        @       Child Loop BB4_54 Depth 3
                                        @       Child Loop BB4_73 Depth 3
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #1
	blt	.LBB4_44
.Ltmp347:
@ %bb.29:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	ldr	r0, [sp, #40]                   @ 4-byte Reload
	cmp	r0, #0
	beq	.LBB4_35
.Ltmp348:
@ %bb.30:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	str	r4, [sp, #24]                   @ 4-byte Spill
.Ltmp349:
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	movs	r0, #0
	ldrsb	r1, [r5, r0]
	cmp	r2, r1
	bgt	.LBB4_32
.Ltmp350:
@ %bb.31:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r1
.Ltmp351:
.LBB4_32:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r5, r3
.Ltmp352:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	ldr	r4, [sp, #40]                   @ 4-byte Reload
	cmp	r4, #1
	bne	.LBB4_36
.Ltmp353:
@ %bb.33:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	ldr	r0, [sp, #16]                   @ 4-byte Reload
	b	.LBB4_40
.Ltmp354:
.LBB4_34:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: below:row <- $r5
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 34 45                         @ src/espalier/emit/kernels/pool.c:34:45 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #20]                   @ 4-byte Reload
	ldr	r0, [r0, #8]
	.loc	3 34 40                         @ src/espalier/emit/kernels/pool.c:34:40 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	subs	r5, r5, r0
.Ltmp355:
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	b	.LBB4_27
.Ltmp356:
.LBB4_35:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	mov	r1, r5
	mov	r0, r6
.Ltmp357:
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	blo	.LBB4_44
	b	.LBB4_52
.Ltmp358:
.LBB4_36:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r1, r0]
	cmp	r2, r6
	bgt	.LBB4_38
.Ltmp359:
@ %bb.37:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp360:
.LBB4_38:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r1, r3
.Ltmp361:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	ldr	r4, [sp, #40]                   @ 4-byte Reload
	cmp	r4, #2
	ldr	r6, [sp, #36]                   @ 4-byte Reload
	bne	.LBB4_41
.Ltmp362:
@ %bb.39:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	ldr	r0, [sp, #8]                    @ 4-byte Reload
.Ltmp363:
.LBB4_40:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	ldr	r4, [sp, #24]                   @ 4-byte Reload
.Ltmp364:
	@DEBUG_VALUE: max_pixel:y <- $r4
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	blo	.LBB4_44
	b	.LBB4_52
.Ltmp365:
.LBB4_41:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r0, [r1, r0]
	cmp	r2, r0
	ldr	r4, [sp, #24]                   @ 4-byte Reload
.Ltmp366:
	@DEBUG_VALUE: max_pixel:y <- $r4
	bgt	.LBB4_43
.Ltmp367:
@ %bb.42:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r0
.Ltmp368:
.LBB4_43:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r1, r3
.Ltmp369:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 0 12 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:12
	ldr	r0, [sp, #12]                   @ 4-byte Reload
.Ltmp370:
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	bhs	.LBB4_52
.Ltmp371:
.LBB4_44:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: below:row <- $r5
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 4] [$sp+0]
	.loc	3 33 7 is_stmt 1                @ src/espalier/emit/kernels/pool.c:33:7 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #28]                   @ 4-byte Reload
	adds	r1, r5, r0
.Ltmp372:
	@DEBUG_VALUE: below:row <- $r1
	.loc	3 34 10                         @ src/espalier/emit/kernels/pool.c:34:10 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #32]                   @ 4-byte Reload
	cmp	r1, r0
	bne	.LBB4_46
.Ltmp373:
@ %bb.45:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: below:row <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: below:channel <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: below:w <- [DW_OP_plus_uconst 20] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 34 45 is_stmt 0               @ src/espalier/emit/kernels/pool.c:34:45 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	ldr	r0, [sp, #20]                   @ 4-byte Reload
	ldr	r0, [r0, #8]
	.loc	3 34 40                         @ src/espalier/emit/kernels/pool.c:34:40 @[ src/espalier/emit/kernels/pool.c:225:13 ]
	subs	r1, r1, r0
.Ltmp374:
.LBB4_46:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	ldr	r6, [sp, #36]                   @ 4-byte Reload
.Ltmp375:
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 221 7 is_stmt 1               @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #1
	blt	.LBB4_26
.Ltmp376:
@ %bb.47:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	ldr	r0, [sp, #40]                   @ 4-byte Reload
	cmp	r0, #0
	beq	.LBB4_62
.Ltmp377:
@ %bb.48:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: at <- $r1
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	str	r4, [sp, #24]                   @ 4-byte Spill
.Ltmp378:
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	movs	r0, #0
	ldrsb	r5, [r1, r0]
	cmp	r2, r5
	bgt	.LBB4_50
.Ltmp379:
@ %bb.49:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r5
.Ltmp380:
.LBB4_50:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r1, r3
.Ltmp381:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	ldr	r4, [sp, #40]                   @ 4-byte Reload
	cmp	r4, #1
	bne	.LBB4_63
.Ltmp382:
@ %bb.51:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	ldr	r0, [sp, #16]                   @ 4-byte Reload
	b	.LBB4_67
.Ltmp383:
.LBB4_52:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	adds	r0, r0, #4
	b	.LBB4_54
.Ltmp384:
.LBB4_53:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r1, r3
.Ltmp385:
	@DEBUG_VALUE: at <- $r1
	.loc	3 223 12                        @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r1, r3
.Ltmp386:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 8, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	.loc	3 221 30                        @ src/espalier/emit/kernels/pool.c:221:30
	subs	r0, r0, #4
.Ltmp387:
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r0, #4
	ble	.LBB4_44
.Ltmp388:
.LBB4_54:                               @   Parent Loop BB4_3 Depth=1
                                        @     Parent Loop BB4_28 Depth=2
                                        @ =>    This Inner Loop Header: Depth=3
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	movs	r6, #0
	ldrsb	r6, [r1, r6]
	cmp	r2, r6
	bgt	.LBB4_56
.Ltmp389:
@ %bb.55:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp390:
.LBB4_56:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r0
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r1, r3]
	cmp	r2, r6
	bgt	.LBB4_58
.Ltmp391:
@ %bb.57:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp392:
.LBB4_58:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r1, r3
.Ltmp393:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r1, r3]
	cmp	r2, r6
	bgt	.LBB4_60
.Ltmp394:
@ %bb.59:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp395:
.LBB4_60:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r1, r1, r3
.Ltmp396:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r1, r3]
	cmp	r2, r6
	bgt	.LBB4_53
.Ltmp397:
@ %bb.61:                               @   in Loop: Header=BB4_54 Depth=3
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:y <- $r4
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp398:
	b	.LBB4_53
.Ltmp399:
.LBB4_62:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: at <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 36] [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	mov	r5, r1
	mov	r0, r6
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	bhs	.LBB4_71
	b	.LBB4_26
.Ltmp400:
.LBB4_63:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r5, r0]
	cmp	r2, r6
	bgt	.LBB4_65
.Ltmp401:
@ %bb.64:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp402:
.LBB4_65:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r5, r3
.Ltmp403:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	ldr	r4, [sp, #40]                   @ 4-byte Reload
	cmp	r4, #2
	ldr	r6, [sp, #36]                   @ 4-byte Reload
	bne	.LBB4_68
.Ltmp404:
@ %bb.66:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 7 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:7
	ldr	r0, [sp, #8]                    @ 4-byte Reload
.Ltmp405:
.LBB4_67:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	ldr	r4, [sp, #24]                   @ 4-byte Reload
.Ltmp406:
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	bhs	.LBB4_71
	b	.LBB4_26
.Ltmp407:
.LBB4_68:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 24, DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] [$sp+0]
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r0, [r5, r0]
	cmp	r2, r0
	ldr	r4, [sp, #24]                   @ 4-byte Reload
.Ltmp408:
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	bgt	.LBB4_70
.Ltmp409:
@ %bb.69:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r0
.Ltmp410:
.LBB4_70:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 8] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r5, r3
.Ltmp411:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: at <- $r5
	.loc	3 0 12 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:12
	ldr	r0, [sp, #12]                   @ 4-byte Reload
.Ltmp412:
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r6, #4
	bhs	.LBB4_71
	b	.LBB4_26
.Ltmp413:
.LBB4_71:                               @   in Loop: Header=BB4_28 Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	adds	r0, r0, #4
	b	.LBB4_73
.Ltmp414:
.LBB4_72:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r5, r3
.Ltmp415:
	@DEBUG_VALUE: at <- $r5
	.loc	3 223 12                        @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r5, r3
.Ltmp416:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 8, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	.loc	3 221 30                        @ src/espalier/emit/kernels/pool.c:221:30
	subs	r0, r0, #4
.Ltmp417:
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r0, #4
	bgt	.LBB4_73
	b	.LBB4_26
.Ltmp418:
.LBB4_73:                               @   Parent Loop BB4_3 Depth=1
                                        @     Parent Loop BB4_28 Depth=2
                                        @ =>    This Inner Loop Header: Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	movs	r6, #0
	ldrsb	r6, [r5, r6]
	cmp	r2, r6
	bgt	.LBB4_75
.Ltmp419:
@ %bb.74:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp420:
.LBB4_75:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r0
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r5, r3]
	cmp	r2, r6
	bgt	.LBB4_77
.Ltmp421:
@ %bb.76:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp422:
.LBB4_77:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r5, r3
.Ltmp423:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r5, r3]
	cmp	r2, r6
	bgt	.LBB4_79
.Ltmp424:
@ %bb.78:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp425:
.LBB4_79:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r5, r5, r3
.Ltmp426:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r6, [r5, r3]
	cmp	r2, r6
	bgt	.LBB4_72
.Ltmp427:
@ %bb.80:                               @   in Loop: Header=BB4_73 Depth=3
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r4
	@DEBUG_VALUE: row <- $r1
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r0
	@DEBUG_VALUE: at <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r6
.Ltmp428:
	b	.LBB4_72
.Ltmp429:
.LBB4_81:                               @   in Loop: Header=BB4_3 Depth=1
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	adds	r1, r1, #4
	b	.LBB4_83
.Ltmp430:
.LBB4_82:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r0, r4, r3
.Ltmp431:
	@DEBUG_VALUE: at <- $r0
	.loc	3 223 12                        @ src/espalier/emit/kernels/pool.c:223:12
	adds	r4, r0, r3
.Ltmp432:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 8, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	.loc	3 221 30                        @ src/espalier/emit/kernels/pool.c:221:30
	subs	r1, r1, #4
.Ltmp433:
	.loc	3 221 7                         @ src/espalier/emit/kernels/pool.c:221:7
	cmp	r1, #4
	bgt	.LBB4_83
	b	.LBB4_20
.Ltmp434:
.LBB4_83:                               @   Parent Loop BB4_3 Depth=1
                                        @ =>  This Inner Loop Header: Depth=2
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	movs	r0, #0
	ldrsb	r0, [r4, r0]
	cmp	r2, r0
	bgt	.LBB4_85
.Ltmp435:
@ %bb.84:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r0
.Ltmp436:
.LBB4_85:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 4, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r1
	.loc	3 222 16                        @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r0, [r4, r3]
	cmp	r2, r0
	bgt	.LBB4_87
.Ltmp437:
@ %bb.86:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r0
.Ltmp438:
.LBB4_87:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 1, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r4, r4, r3
.Ltmp439:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r0, [r4, r3]
	cmp	r2, r0
	bgt	.LBB4_89
.Ltmp440:
@ %bb.88:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r0
.Ltmp441:
.LBB4_89:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 2, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	@DEBUG_VALUE: best <- $r2
	.loc	3 223 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:223:12
	adds	r4, r4, r3
.Ltmp442:
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	.loc	3 222 16 is_stmt 0              @ src/espalier/emit/kernels/pool.c:222:16
	ldrsb	r0, [r4, r3]
	cmp	r2, r0
	bgt	.LBB4_82
.Ltmp443:
@ %bb.90:                               @   in Loop: Header=BB4_83 Depth=2
	@DEBUG_VALUE: max_pixel:x <- [DW_OP_constu 3, DW_OP_minus, DW_OP_stack_value] $r1
	@DEBUG_VALUE: at <- $r4
	@DEBUG_VALUE: max_pixel:y <- [DW_OP_plus_uconst 40] [$sp+0]
	@DEBUG_VALUE: row <- $r5
	@DEBUG_VALUE: best <- $r2
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 0 16                          @ src/espalier/emit/kernels/pool.c:0:16
	mov	r2, r0
	b	.LBB4_82
.Ltmp444:
.LBB4_91:
	@DEBUG_VALUE: max_pixel:out <- [$sp+0]
	.loc	3 229 1 epilogue_begin is_stmt 1 @ src/espalier/emit/kernels/pool.c:229:1
	add	sp, #44
.Ltmp445:
	pop	{r4, r5, r6, r7, pc}
.Ltmp446:
.Lfunc_end4:
	.size	max_pixel, .Lfunc_end4-max_pixel
	.cfi_endproc
	.fnend
                                        @ -- End function
	.globl	espalier_average_pool_2d_row    @ -- Begin function espalier_average_pool_2d_row
	.p2align	2
	.type	espalier_average_pool_2d_row,%function
	.code	16
	.thumb_func
espalier_average_pool_2d_row:           @ @espalier_average_pool_2d_row
.Lfunc_begin5:
	.loc	3 320 0                         @ src/espalier/emit/kernels/pool.c:320:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: espalier_average_pool_2d_row:l <- $r0
	@DEBUG_VALUE: espalier_average_pool_2d_row:state <- $r1
	@DEBUG_VALUE: espalier_average_pool_2d_row:work <- $r2
	@DEBUG_VALUE: espalier_average_pool_2d_row:in <- $r3
	.save	{r7, lr}
	push	{r7, lr}
	.cfi_def_cfa_offset 8
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.setfp	r7, sp
	add	r7, sp, #0
	.cfi_def_cfa_register r7
.Ltmp447:
	@DEBUG_VALUE: espalier_average_pool_2d_row:out <- [DW_OP_plus_uconst 8] [$r7+0]
	ldr	r2, [r7, #8]
.Ltmp448:
	@DEBUG_VALUE: espalier_average_pool_2d_row:work <- [DW_OP_LLVM_entry_value 1] $r2
	.loc	3 323 3 prologue_end            @ src/espalier/emit/kernels/pool.c:323:3
	ldr	r3, .LCPI5_0
.Ltmp449:
	@DEBUG_VALUE: espalier_average_pool_2d_row:in <- [DW_OP_LLVM_entry_value 1] $r3
	bl	ring_windows
.Ltmp450:
	@DEBUG_VALUE: espalier_average_pool_2d_row:state <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_average_pool_2d_row:l <- [DW_OP_LLVM_entry_value 1] $r0
	.loc	3 324 1 epilogue_begin          @ src/espalier/emit/kernels/pool.c:324:1
	pop	{r7, pc}
.Ltmp451:
	.loc	3 0 1 is_stmt 0                 @ :0:1
.Ltmp452:
	.p2align	2
@ %bb.1:
.LCPI5_0:
	.long	average_pixel
.Lfunc_end5:
	.size	espalier_average_pool_2d_row, .Lfunc_end5-espalier_average_pool_2d_row
	.cfi_endproc
	.fnend
                                        @ -- End function
	.p2align	1                               @ -- Begin function ring_windows
	.type	ring_windows,%function
	.code	16
	.thumb_func
ring_windows:                           @ @ring_windows
.Lfunc_begin6:
	.loc	3 286 0 is_stmt 1               @ src/espalier/emit/kernels/pool.c:286:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: ring_windows:l <- $r0
	@DEBUG_VALUE: ring_windows:state <- $r1
	@DEBUG_VALUE: ring_windows:out <- $r2
	@DEBUG_VALUE: ring_windows:pixel <- $r3
	.save	{r4, r5, r6, r7, lr}
	push	{r4, r5, r6, r7, lr}
	.cfi_def_cfa_offset 20
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.cfi_offset r6, -12
	.cfi_offset r5, -16
	.cfi_offset r4, -20
	.setfp	r7, sp, #12
	add	r7, sp, #12
	.cfi_def_cfa r7, 8
	.pad	#116
	sub	sp, #116
	str	r3, [sp, #28]                   @ 4-byte Spill
.Ltmp453:
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	mov	r4, r2
.Ltmp454:
	@DEBUG_VALUE: ring_windows:out <- $r4
	mov	r5, r0
.Ltmp455:
	@DEBUG_VALUE: ring_windows:l <- $r5
	movs	r0, #2
.Ltmp456:
	.loc	3 287 81 prologue_end           @ src/espalier/emit/kernels/pool.c:287:81
	ldrsh	r0, [r5, r0]
	.loc	3 287 66 is_stmt 0              @ src/espalier/emit/kernels/pool.c:287:66
	str	r0, [sp, #16]                   @ 4-byte Spill
	movs	r6, #0
	ldrsh	r3, [r5, r6]
	str	r1, [sp, #12]                   @ 4-byte Spill
.Ltmp457:
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	.loc	3 287 49                        @ src/espalier/emit/kernels/pool.c:287:49
	ldr	r2, [r1, #4]
	.loc	3 290 11 is_stmt 1              @ src/espalier/emit/kernels/pool.c:290:11
	str	r6, [sp, #80]
	.loc	3 291 21                        @ src/espalier/emit/kernels/pool.c:291:21
	ldr	r0, [r5, #16]
	str	r0, [sp, #20]                   @ 4-byte Spill
	.loc	3 291 11 is_stmt 0              @ src/espalier/emit/kernels/pool.c:291:11
	str	r0, [sp, #56]
	movs	r0, #40
.Ltmp458:
	.loc	3 247 15 is_stmt 1              @ src/espalier/emit/kernels/pool.c:247:15 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsb	r0, [r5, r0]
	.loc	3 247 10 is_stmt 0              @ src/espalier/emit/kernels/pool.c:247:10 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r0, [sp, #72]
	mov	r0, r5
	adds	r0, #40
	movs	r1, #1
	.loc	3 248 16 is_stmt 1              @ src/espalier/emit/kernels/pool.c:248:16 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsb	r0, [r0, r1]
	.loc	3 248 11 is_stmt 0              @ src/espalier/emit/kernels/pool.c:248:11 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r0, [sp, #76]
.Ltmp459:
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:top <- undef
	@DEBUG_VALUE: windows:first <- undef
	@DEBUG_VALUE: windows:out <- undef
	@DEBUG_VALUE: windows:pixel <- undef
	@DEBUG_VALUE: windows:pixels <- 1
	.loc	3 246 20 is_stmt 1              @ src/espalier/emit/kernels/pool.c:246:20 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrh	r0, [r5, #26]
	.loc	3 246 17 is_stmt 0              @ src/espalier/emit/kernels/pool.c:246:17 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	sxth	r1, r0
	.loc	3 246 15                        @ src/espalier/emit/kernels/pool.c:246:15 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r1, [sp, #52]
	str	r3, [sp, #24]                   @ 4-byte Spill
.Ltmp460:
	.loc	3 287 71 is_stmt 1              @ src/espalier/emit/kernels/pool.c:287:71
	ldr	r1, [sp, #16]                   @ 4-byte Reload
	adds	r1, r3, r1
	str	r2, [sp, #16]                   @ 4-byte Spill
	subs	r3, r2, r1
.Ltmp461:
	@DEBUG_VALUE: ring_windows:top <- $r3
	.loc	3 0 71 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:71
	movs	r1, #32
.Ltmp462:
	.loc	3 249 26                        @ src/espalier/emit/kernels/pool.c:249:26 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r1, [r5, r1]
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:pixels <- 1
.Ltmp463:
	@DEBUG_VALUE: clip:from <- $r3
	@DEBUG_VALUE: clip:limit <- undef
	@DEBUG_VALUE: clip:size <- $r1
	.loc	3 237 22 is_stmt 1              @ src/espalier/emit/kernels/pool.c:237:22 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	adds	r2, r3, r1
.Ltmp464:
	@DEBUG_VALUE: clip:end <- $r2
	.loc	3 0 22 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:22
	movs	r1, #4
.Ltmp465:
	.loc	3 249 49                        @ src/espalier/emit/kernels/pool.c:249:49 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r1, [r5, r1]
.Ltmp466:
	.loc	3 239 11 is_stmt 1              @ src/espalier/emit/kernels/pool.c:239:11 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	cmp	r2, r1
	blt	.LBB6_2
.Ltmp467:
@ %bb.1:
	@DEBUG_VALUE: clip:end <- $r2
	@DEBUG_VALUE: clip:from <- $r3
	@DEBUG_VALUE: ring_windows:top <- $r3
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:out <- $r4
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	3 0 11 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:11
	mov	r2, r1
.Ltmp468:
.LBB6_2:
	@DEBUG_VALUE: clip:from <- $r3
	@DEBUG_VALUE: ring_windows:top <- $r3
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:out <- $r4
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	2 141 10 is_stmt 1              @ src/espalier/emit/kernels/espalier.h:141:10 @[ src/espalier/emit/kernels/pool.c:293:23 ]
	str	r2, [sp, #8]                    @ 4-byte Spill
	asrs	r1, r3, #31
.Ltmp469:
	.loc	3 238 12                        @ src/espalier/emit/kernels/pool.c:238:12 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	str	r1, [sp, #4]                    @ 4-byte Spill
	mov	r2, r3
	bics	r2, r1
.Ltmp470:
	@DEBUG_VALUE: windows:start <- $r2
	.loc	3 239 38                        @ src/espalier/emit/kernels/pool.c:239:38 @[ src/espalier/emit/kernels/pool.c:249:13 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	ldr	r1, [sp, #8]                    @ 4-byte Reload
	subs	r2, r1, r2
.Ltmp471:
	.loc	3 249 11                        @ src/espalier/emit/kernels/pool.c:249:11 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r2, [sp, #44]
.Ltmp472:
	.loc	2 141 10                        @ src/espalier/emit/kernels/espalier.h:141:10 @[ src/espalier/emit/kernels/pool.c:293:23 ]
	ldr	r1, [sp, #4]                    @ 4-byte Reload
	ands	r3, r1
.Ltmp473:
	@DEBUG_VALUE: espalier_ring_row:ring <- $r5
	@DEBUG_VALUE: espalier_ring_row:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: espalier_ring_row:s <- [DW_OP_plus_uconst 12] [$sp+0]
	.loc	2 141 16 is_stmt 0              @ src/espalier/emit/kernels/espalier.h:141:16 @[ src/espalier/emit/kernels/pool.c:293:23 ]
	ldr	r1, [sp, #12]                   @ 4-byte Reload
.Ltmp474:
	@DEBUG_VALUE: espalier_ring_row:state <- $r1
	@DEBUG_VALUE: espalier_ring_row:s <- $r1
	ldr	r1, [r1, #8]
.Ltmp475:
	@DEBUG_VALUE: espalier_ring_row:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: espalier_ring_row:s <- [DW_OP_plus_uconst 12] [$sp+0]
	.loc	2 141 10                        @ src/espalier/emit/kernels/espalier.h:141:10 @[ src/espalier/emit/kernels/pool.c:293:23 ]
	subs	r2, r1, r3
.Ltmp476:
	@DEBUG_VALUE: espalier_ring_row:number <- $r2
	.loc	2 0 10                          @ src/espalier/emit/kernels/espalier.h:0:10
	ldr	r3, [sp, #24]                   @ 4-byte Reload
	.loc	2 142 31 is_stmt 1              @ src/espalier/emit/kernels/espalier.h:142:31 @[ src/espalier/emit/kernels/pool.c:293:23 ]
	subs	r1, r2, r3
	blt	.LBB6_4
.Ltmp477:
@ %bb.3:
	@DEBUG_VALUE: espalier_ring_row:number <- $r2
	@DEBUG_VALUE: espalier_ring_row:s <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: espalier_ring_row:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: espalier_ring_row:ring <- $r5
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:out <- $r4
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	2 0 31 is_stmt 0                @ src/espalier/emit/kernels/espalier.h:0:31
	mov	r2, r1
.Ltmp478:
.LBB6_4:
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:out <- $r4
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: ring_windows:rows <- undef
	str	r2, [sp, #8]                    @ 4-byte Spill
	ldr	r2, [sp, #20]                   @ 4-byte Reload
	.loc	3 292 25 is_stmt 1              @ src/espalier/emit/kernels/pool.c:292:25
	muls	r3, r2, r3
	.loc	3 292 10 is_stmt 0              @ src/espalier/emit/kernels/pool.c:292:10
	str	r3, [sp, #40]
.Ltmp479:
	@DEBUG_VALUE: windows:end <- undef
	.loc	3 0 10                          @ src/espalier/emit/kernels/pool.c:0:10
	movs	r1, #30
	str	r1, [sp, #24]                   @ 4-byte Spill
.Ltmp480:
	@DEBUG_VALUE: windows:x <- 0
	.loc	3 259 22 is_stmt 1              @ src/espalier/emit/kernels/pool.c:259:22 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r1, [r5, r1]
.Ltmp481:
	.loc	3 259 3 is_stmt 0               @ src/espalier/emit/kernels/pool.c:259:3 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	cmp	r1, #1
	ldr	r1, [sp, #12]                   @ 4-byte Reload
	blt	.LBB6_10
.Ltmp482:
@ %bb.5:
	@DEBUG_VALUE: windows:x <- 0
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:out <- $r4
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	3 0 3                           @ src/espalier/emit/kernels/pool.c:0:3
	ldr	r2, [sp, #8]                    @ 4-byte Reload
	ldr	r1, [sp, #20]                   @ 4-byte Reload
	muls	r1, r2, r1
	str	r1, [sp, #20]                   @ 4-byte Spill
	ldr	r1, [sp, #12]                   @ 4-byte Reload
	adds	r1, #16
.Ltmp483:
	@DEBUG_VALUE: ring_windows:rows <- $r1
	ldr	r2, [sp, #20]                   @ 4-byte Reload
	adds	r2, r1, r2
	str	r2, [sp, #20]                   @ 4-byte Spill
	adds	r1, r1, r3
.Ltmp484:
	@DEBUG_VALUE: windows:end <- $r1
	str	r1, [sp, #16]                   @ 4-byte Spill
.Ltmp485:
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 16] [$sp+0]
	b	.LBB6_7
.Ltmp486:
.LBB6_6:                                @   in Loop: Header=BB6_7 Depth=1
	@DEBUG_VALUE: clip:from <- $r1
	@DEBUG_VALUE: left <- $r1
	@DEBUG_VALUE: windows:x <- $r6
	@DEBUG_VALUE: windows:out <- $r4
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	3 238 12 is_stmt 1              @ src/espalier/emit/kernels/pool.c:238:12 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	asrs	r3, r1, #31
	bics	r1, r3
.Ltmp487:
	@DEBUG_VALUE: windows:start <- $r1
	.loc	3 239 38                        @ src/espalier/emit/kernels/pool.c:239:38 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	subs	r2, r2, r1
.Ltmp488:
	.loc	3 261 16                        @ src/espalier/emit/kernels/pool.c:261:16 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r2, [sp, #48]
	.loc	3 262 29 is_stmt 0              @ src/espalier/emit/kernels/pool.c:262:29 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	sxth	r0, r0
	.loc	3 262 27                        @ src/espalier/emit/kernels/pool.c:262:27 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	muls	r0, r1, r0
	.loc	3 263 18 is_stmt 1              @ src/espalier/emit/kernels/pool.c:263:18 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldr	r1, [sp, #16]                   @ 4-byte Reload
.Ltmp489:
	adds	r1, r1, r0
	.loc	3 263 12 is_stmt 0              @ src/espalier/emit/kernels/pool.c:263:12 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r1, [sp, #36]
	.loc	3 262 19 is_stmt 1              @ src/espalier/emit/kernels/pool.c:262:19 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldr	r1, [sp, #20]                   @ 4-byte Reload
	adds	r0, r1, r0
	.loc	3 262 11 is_stmt 0              @ src/espalier/emit/kernels/pool.c:262:11 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	str	r0, [sp, #32]
	add	r0, sp, #32
	.loc	3 279 5 is_stmt 1               @ src/espalier/emit/kernels/pool.c:279:5 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	mov	r1, r4
	ldr	r2, [sp, #28]                   @ 4-byte Reload
	blx	r2
.Ltmp490:
	.loc	3 0 5 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:5
	movs	r0, #26
	.loc	3 281 21 is_stmt 1              @ src/espalier/emit/kernels/pool.c:281:21 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r0, [r5, r0]
	.loc	3 281 9 is_stmt 0               @ src/espalier/emit/kernels/pool.c:281:9 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	adds	r4, r4, r0
.Ltmp491:
	@DEBUG_VALUE: ring_windows:out <- [DW_OP_LLVM_entry_value 1] $r2
	@DEBUG_VALUE: windows:out <- $r4
	.loc	3 281 24                        @ src/espalier/emit/kernels/pool.c:281:24 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	uxth	r0, r0
.Ltmp492:
	.loc	3 259 22 is_stmt 1              @ src/espalier/emit/kernels/pool.c:259:22 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldr	r1, [sp, #24]                   @ 4-byte Reload
	ldrsh	r1, [r5, r1]
	.loc	3 259 35 is_stmt 0              @ src/espalier/emit/kernels/pool.c:259:35 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	adds	r6, r6, #1
.Ltmp493:
	@DEBUG_VALUE: windows:x <- $r6
	.loc	3 259 3 is_stmt 1               @ src/espalier/emit/kernels/pool.c:259:3 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	cmp	r6, r1
	bge	.LBB6_9
.Ltmp494:
.LBB6_7:                                @ =>This Inner Loop Header: Depth=1
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: windows:out <- $r4
	@DEBUG_VALUE: windows:x <- $r6
	.loc	3 0 3 is_stmt 0                 @ src/espalier/emit/kernels/pool.c:0:3
	movs	r1, #38
.Ltmp495:
	.loc	3 260 45 is_stmt 1              @ src/espalier/emit/kernels/pool.c:260:45 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r1, [r5, r1]
	movs	r2, #36
	.loc	3 260 27 is_stmt 0              @ src/espalier/emit/kernels/pool.c:260:27 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r2, [r5, r2]
	.loc	3 260 22                        @ src/espalier/emit/kernels/pool.c:260:22 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	muls	r2, r6, r2
	.loc	3 260 40                        @ src/espalier/emit/kernels/pool.c:260:40 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	subs	r1, r2, r1
.Ltmp496:
	@DEBUG_VALUE: left <- $r1
	.loc	3 0 40                          @ src/espalier/emit/kernels/pool.c:0:40
	movs	r2, #34
	.loc	3 261 32                        @ src/espalier/emit/kernels/pool.c:261:32 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r2, [r5, r2]
.Ltmp497:
	@DEBUG_VALUE: clip:from <- $r1
	@DEBUG_VALUE: clip:start <- undef
	@DEBUG_VALUE: clip:limit <- undef
	@DEBUG_VALUE: clip:size <- $r2
	.loc	3 237 22 is_stmt 1              @ src/espalier/emit/kernels/pool.c:237:22 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	adds	r2, r1, r2
.Ltmp498:
	@DEBUG_VALUE: clip:end <- $r2
	.loc	3 0 22 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:22
	movs	r3, #24
.Ltmp499:
	.loc	3 261 49                        @ src/espalier/emit/kernels/pool.c:261:49 @[ src/espalier/emit/kernels/pool.c:293:3 ]
	ldrsh	r3, [r5, r3]
.Ltmp500:
	.loc	3 239 11 is_stmt 1              @ src/espalier/emit/kernels/pool.c:239:11 @[ src/espalier/emit/kernels/pool.c:261:18 @[ src/espalier/emit/kernels/pool.c:293:3 ] ]
	cmp	r2, r3
	blt	.LBB6_6
.Ltmp501:
@ %bb.8:                                @   in Loop: Header=BB6_7 Depth=1
	@DEBUG_VALUE: clip:end <- $r2
	@DEBUG_VALUE: clip:from <- $r1
	@DEBUG_VALUE: left <- $r1
	@DEBUG_VALUE: windows:x <- $r6
	@DEBUG_VALUE: windows:out <- $r4
	@DEBUG_VALUE: windows:end <- [DW_OP_plus_uconst 16] [$sp+0]
	@DEBUG_VALUE: windows:pixels <- 1
	@DEBUG_VALUE: windows:w <- [DW_OP_plus_uconst 32, DW_OP_stack_value] $sp
	@DEBUG_VALUE: windows:l <- $r5
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	3 0 11 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:11
	mov	r2, r3
	b	.LBB6_6
.Ltmp502:
.LBB6_9:
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	ldr	r1, [sp, #12]                   @ 4-byte Reload
.Ltmp503:
	.loc	2 147 42                        @ src/espalier/emit/kernels/espalier.h:147:42 @[ src/espalier/emit/kernels/pool.c:294:3 ]
	ldr	r0, [r1, #4]
	str	r0, [sp, #16]                   @ 4-byte Spill
.Ltmp504:
.LBB6_10:
	@DEBUG_VALUE: ring_windows:state <- [DW_OP_plus_uconst 12] [$sp+0]
	@DEBUG_VALUE: ring_windows:l <- $r5
	@DEBUG_VALUE: ring_windows:pixel <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: espalier_ring_next:ring <- $r5
	@DEBUG_VALUE: espalier_ring_next:state <- $r1
	.loc	2 0 42                          @ src/espalier/emit/kernels/espalier.h:0:42
	movs	r0, #6
	.loc	2 147 51 is_stmt 1              @ src/espalier/emit/kernels/espalier.h:147:51 @[ src/espalier/emit/kernels/pool.c:294:3 ]
	ldrsh	r0, [r5, r0]
	.loc	2 147 42 is_stmt 0              @ src/espalier/emit/kernels/espalier.h:147:42 @[ src/espalier/emit/kernels/pool.c:294:3 ]
	ldr	r2, [sp, #16]                   @ 4-byte Reload
	adds	r0, r2, r0
	str	r0, [r1, #4]
.Ltmp505:
	.loc	3 295 1 epilogue_begin is_stmt 1 @ src/espalier/emit/kernels/pool.c:295:1
	add	sp, #116
.Ltmp506:
	pop	{r4, r5, r6, r7, pc}
.Ltmp507:
.Lfunc_end6:
	.size	ring_windows, .Lfunc_end6-ring_windows
	.cfi_endproc
	.fnend
                                        @ -- End function
	.globl	espalier_max_pool_2d_row        @ -- Begin function espalier_max_pool_2d_row
	.p2align	2
	.type	espalier_max_pool_2d_row,%function
	.code	16
	.thumb_func
espalier_max_pool_2d_row:               @ @espalier_max_pool_2d_row
.Lfunc_begin7:
	.loc	3 326 0                         @ src/espalier/emit/kernels/pool.c:326:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: espalier_max_pool_2d_row:l <- $r0
	@DEBUG_VALUE: espalier_max_pool_2d_row:state <- $r1
	@DEBUG_VALUE: espalier_max_pool_2d_row:work <- $r2
	@DEBUG_VALUE: espalier_max_pool_2d_row:in <- $r3
	.save	{r7, lr}
	push	{r7, lr}
	.cfi_def_cfa_offset 8
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.setfp	r7, sp
	add	r7, sp, #0
	.cfi_def_cfa_register r7
.Ltmp508:
	@DEBUG_VALUE: espalier_max_pool_2d_row:out <- [DW_OP_plus_uconst 8] [$r7+0]
	ldr	r2, [r7, #8]
.Ltmp509:
	@DEBUG_VALUE: espalier_max_pool_2d_row:work <- [DW_OP_LLVM_entry_value 1] $r2
	.loc	3 329 3 prologue_end            @ src/espalier/emit/kernels/pool.c:329:3
	ldr	r3, .LCPI7_0
.Ltmp510:
	@DEBUG_VALUE: espalier_max_pool_2d_row:in <- [DW_OP_LLVM_entry_value 1] $r3
	bl	ring_windows
.Ltmp511:
	@DEBUG_VALUE: espalier_max_pool_2d_row:state <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_max_pool_2d_row:l <- [DW_OP_LLVM_entry_value 1] $r0
	.loc	3 330 1 epilogue_begin          @ src/espalier/emit/kernels/pool.c:330:1
	pop	{r7, pc}
.Ltmp512:
	.loc	3 0 1 is_stmt 0                 @ :0:1
.Ltmp513:
	.p2align	2
@ %bb.1:
.LCPI7_0:
	.long	max_pixel
.Lfunc_end7:
	.size	espalier_max_pool_2d_row, .Lfunc_end7-espalier_max_pool_2d_row
	.cfi_endproc
	.fnend
                                        @ -- End function
	.p2align	1                               @ -- Begin function average_of
	.type	average_of,%function
	.code	16
	.thumb_func
average_of:                             @ @average_of
.Lfunc_begin8:
	.loc	3 51 0 is_stmt 1                @ src/espalier/emit/kernels/pool.c:51:0
	.fnstart
	.cfi_startproc
@ %bb.0:
	@DEBUG_VALUE: average_of:w <- $r0
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:count <- $r2
	.save	{r4, r5, r6, r7, lr}
	push	{r4, r5, r6, r7, lr}
	.cfi_def_cfa_offset 20
	.cfi_offset lr, -4
	.cfi_offset r7, -8
	.cfi_offset r6, -12
	.cfi_offset r5, -16
	.cfi_offset r4, -20
	.setfp	r7, sp, #12
	add	r7, sp, #12
	.cfi_def_cfa r7, 8
	.pad	#32
	sub	sp, #32
.Ltmp514:
	.loc	3 52 31 prologue_end            @ src/espalier/emit/kernels/pool.c:52:31
	asrs	r4, r1, #31
	mov	r3, r1
	eors	r3, r4
	subs	r4, r3, r4
	.loc	3 52 62 is_stmt 0               @ src/espalier/emit/kernels/pool.c:52:62
	asrs	r3, r2, #1
	.loc	3 52 53 is_stmt 1               @ src/espalier/emit/kernels/pool.c:52:53
	adds	r3, r3, r4
.Ltmp515:
	@DEBUG_VALUE: average_of:rest <- $r3
	.loc	3 53 31                         @ src/espalier/emit/kernels/pool.c:53:31
	cmp	r2, #255
	bgt	.LBB8_2
.Ltmp516:
@ %bb.1:
	@DEBUG_VALUE: average_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	3 53 77 is_stmt 0               @ src/espalier/emit/kernels/pool.c:53:77
	ldr	r4, [r0, #32]
	.loc	3 53 95                         @ src/espalier/emit/kernels/pool.c:53:95
	ldr	r2, [r0, #36]
.Ltmp517:
	@DEBUG_VALUE: average_of:count <- [DW_OP_LLVM_entry_value 1] $r2
	.loc	3 53 62                         @ src/espalier/emit/kernels/pool.c:53:62
	muls	r3, r4, r3
.Ltmp518:
	.loc	3 53 89                         @ src/espalier/emit/kernels/pool.c:53:89
	lsrs	r3, r2
	mov	r4, r3
	b	.LBB8_32
.Ltmp519:
.LBB8_2:
	@DEBUG_VALUE: average_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:w <- $r0
	@DEBUG_VALUE: quotient_of:quotient <- 0
	@DEBUG_VALUE: quotient_of:bit <- 7
	@DEBUG_VALUE: quotient_of:rest <- $r3
	.loc	3 0 89                          @ src/espalier/emit/kernels/pool.c:0:89
	str	r0, [sp, #28]                   @ 4-byte Spill
.Ltmp520:
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #7
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r6, r3, r0
	movs	r5, #128
	movs	r4, #0
	cmp	r3, r0
	blo	.LBB8_4
.Ltmp521:
@ %bb.3:
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: quotient_of:bit <- 7
	@DEBUG_VALUE: quotient_of:quotient <- 0
	@DEBUG_VALUE: average_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r6
.Ltmp522:
.LBB8_4:
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 7
	@DEBUG_VALUE: quotient_of:quotient <- 0
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:rest <- $r3
	mov	r0, r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_6
.Ltmp523:
@ %bb.5:
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: quotient_of:bit <- 7
	@DEBUG_VALUE: quotient_of:quotient <- 0
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r0, r5
.Ltmp524:
.LBB8_6:
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: quotient_of:bit <- 7
	@DEBUG_VALUE: quotient_of:quotient <- 0
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:quotient <- $r0
	@DEBUG_VALUE: quotient_of:bit <- 6
	str	r0, [sp, #24]                   @ 4-byte Spill
.Ltmp525:
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #6
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r6, r3, r0
	movs	r5, #64
	cmp	r3, r0
	blo	.LBB8_8
.Ltmp526:
@ %bb.7:
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 6
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r6
.Ltmp527:
.LBB8_8:
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 6
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:rest <- $r3
	mov	r0, r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_10
.Ltmp528:
@ %bb.9:
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 6
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r0, r5
.Ltmp529:
.LBB8_10:
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 6
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:bit <- 5
	str	r0, [sp, #20]                   @ 4-byte Spill
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #5
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r6, r3, r0
	movs	r5, #32
	cmp	r3, r0
	blo	.LBB8_12
.Ltmp530:
@ %bb.11:
	@DEBUG_VALUE: quotient_of:bit <- 5
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r6
.Ltmp531:
.LBB8_12:
	@DEBUG_VALUE: quotient_of:bit <- 5
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:rest <- $r3
	mov	r0, r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_14
.Ltmp532:
@ %bb.13:
	@DEBUG_VALUE: quotient_of:bit <- 5
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r0, r5
.Ltmp533:
.LBB8_14:
	@DEBUG_VALUE: quotient_of:bit <- 5
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:bit <- 4
	str	r0, [sp, #16]                   @ 4-byte Spill
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #4
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r6, r3, r0
	movs	r5, #16
	cmp	r3, r0
	blo	.LBB8_16
.Ltmp534:
@ %bb.15:
	@DEBUG_VALUE: quotient_of:bit <- 4
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r6
.Ltmp535:
.LBB8_16:
	@DEBUG_VALUE: quotient_of:bit <- 4
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:rest <- $r3
	mov	r0, r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_18
.Ltmp536:
@ %bb.17:
	@DEBUG_VALUE: quotient_of:bit <- 4
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r0, r5
.Ltmp537:
.LBB8_18:
	@DEBUG_VALUE: quotient_of:bit <- 4
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:bit <- 3
	str	r0, [sp, #12]                   @ 4-byte Spill
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #3
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r5, r3, r0
	movs	r6, #8
	cmp	r3, r0
	blo	.LBB8_20
.Ltmp538:
@ %bb.19:
	@DEBUG_VALUE: quotient_of:bit <- 3
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r5
.Ltmp539:
.LBB8_20:
	@DEBUG_VALUE: quotient_of:bit <- 3
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:rest <- $r3
	mov	r0, r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_22
.Ltmp540:
@ %bb.21:
	@DEBUG_VALUE: quotient_of:bit <- 3
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r0, r6
.Ltmp541:
.LBB8_22:
	@DEBUG_VALUE: quotient_of:bit <- 3
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:bit <- 2
	str	r0, [sp, #8]                    @ 4-byte Spill
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #2
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r6, r3, r0
	movs	r5, #4
	cmp	r3, r0
	blo	.LBB8_24
.Ltmp542:
@ %bb.23:
	@DEBUG_VALUE: quotient_of:bit <- 2
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r6
.Ltmp543:
.LBB8_24:
	@DEBUG_VALUE: quotient_of:bit <- 2
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: quotient_of:rest <- $r3
	str	r1, [sp, #4]                    @ 4-byte Spill
.Ltmp544:
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	mov	r6, r4
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_26
.Ltmp545:
@ %bb.25:
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 2
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	mov	r6, r5
.Ltmp546:
.LBB8_26:
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:bit <- 2
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: quotient_of:bit <- 1
	.loc	3 12 23 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:23 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	lsls	r0, r2, #1
	.loc	3 12 14 is_stmt 0               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	subs	r1, r3, r0
	movs	r5, #2
	str	r5, [sp]                        @ 4-byte Spill
	cmp	r3, r0
	blo	.LBB8_28
.Ltmp547:
@ %bb.27:
	@DEBUG_VALUE: quotient_of:bit <- 1
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	.loc	3 0 14                          @ src/espalier/emit/kernels/pool.c:0:14
	mov	r3, r1
.Ltmp548:
.LBB8_28:
	@DEBUG_VALUE: quotient_of:bit <- 1
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: quotient_of:rest <- $r3
	ldr	r0, [sp, #24]                   @ 4-byte Reload
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_30
.Ltmp549:
@ %bb.29:
	@DEBUG_VALUE: quotient_of:bit <- 1
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	ldr	r4, [sp]                        @ 4-byte Reload
.Ltmp550:
.LBB8_30:
	@DEBUG_VALUE: quotient_of:bit <- 1
	@DEBUG_VALUE: average_of:sum <- [DW_OP_plus_uconst 4] [$sp+0]
	@DEBUG_VALUE: quotient_of:quotient <- [DW_OP_plus_uconst 24] [$sp+0]
	@DEBUG_VALUE: average_of:w <- [DW_OP_plus_uconst 28] [$sp+0]
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	ldr	r5, [sp, #20]                   @ 4-byte Reload
	adds	r0, r5, r0
.Ltmp551:
	@DEBUG_VALUE: quotient_of:quotient <- $r0
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	ldr	r5, [sp, #16]                   @ 4-byte Reload
	adds	r0, r5, r0
.Ltmp552:
	@DEBUG_VALUE: quotient_of:quotient <- $r0
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	ldr	r5, [sp, #12]                   @ 4-byte Reload
	adds	r0, r5, r0
.Ltmp553:
	@DEBUG_VALUE: quotient_of:quotient <- $r0
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	ldr	r5, [sp, #8]                    @ 4-byte Reload
	adds	r0, r5, r0
.Ltmp554:
	@DEBUG_VALUE: quotient_of:quotient <- $r0
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	adds	r0, r6, r0
.Ltmp555:
	@DEBUG_VALUE: quotient_of:quotient <- $r0
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	adds	r4, r4, r0
.Ltmp556:
	@DEBUG_VALUE: quotient_of:quotient <- $r4
	@DEBUG_VALUE: quotient_of:bit <- 0
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	cmp	r3, r2
	ldr	r0, [sp, #28]                   @ 4-byte Reload
.Ltmp557:
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	3 0 14 is_stmt 0                @ src/espalier/emit/kernels/pool.c:0:14
	ldr	r1, [sp, #4]                    @ 4-byte Reload
.Ltmp558:
	@DEBUG_VALUE: average_of:sum <- $r1
	.loc	3 12 14                         @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	blo	.LBB8_32
.Ltmp559:
@ %bb.31:
	@DEBUG_VALUE: quotient_of:bit <- 0
	@DEBUG_VALUE: quotient_of:quotient <- $r4
	@DEBUG_VALUE: quotient_of:rest <- $r3
	@DEBUG_VALUE: average_of:count <- $r2
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	3 12 14 is_stmt 1               @ src/espalier/emit/kernels/pool.c:12:14 @[ src/espalier/emit/kernels/pool.c:54:56 ]
	adds	r4, r4, #1
.Ltmp560:
.LBB8_32:
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:w <- $r0
	@DEBUG_VALUE: average_of:average <- $r4
	.loc	3 55 25                         @ src/espalier/emit/kernels/pool.c:55:25
	cmp	r1, #0
	bpl	.LBB8_34
.Ltmp561:
@ %bb.33:
	@DEBUG_VALUE: average_of:average <- $r4
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	3 55 25                         @ src/espalier/emit/kernels/pool.c:55:25
	rsbs	r4, r4, #0
.Ltmp562:
.LBB8_34:
	@DEBUG_VALUE: average_of:sum <- $r1
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	3 55 66 is_stmt 0               @ src/espalier/emit/kernels/pool.c:55:66
	ldr	r2, [r0, #44]
.Ltmp563:
	@DEBUG_VALUE: espalier_clamp:x <- $r4
	@DEBUG_VALUE: espalier_clamp:high <- $r2
	@DEBUG_VALUE: espalier_clamp:low <- undef
	.loc	2 93 10 is_stmt 1               @ src/espalier/emit/kernels/espalier.h:93:10 @[ src/espalier/emit/kernels/pool.c:55:10 ]
	cmp	r4, r2
	mov	r1, r4
.Ltmp564:
	@DEBUG_VALUE: average_of:sum <- [DW_OP_LLVM_entry_value 1] $r1
	blt	.LBB8_36
.Ltmp565:
@ %bb.35:
	@DEBUG_VALUE: average_of:sum <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_clamp:high <- $r2
	@DEBUG_VALUE: espalier_clamp:x <- $r4
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	2 0 10 is_stmt 0                @ src/espalier/emit/kernels/espalier.h:0:10
	mov	r1, r2
.Ltmp566:
.LBB8_36:
	@DEBUG_VALUE: average_of:sum <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_clamp:high <- $r2
	@DEBUG_VALUE: espalier_clamp:x <- $r4
	@DEBUG_VALUE: average_of:w <- $r0
	.loc	3 55 58                         @ src/espalier/emit/kernels/pool.c:55:58
	ldr	r0, [r0, #40]
.Ltmp567:
	@DEBUG_VALUE: average_of:w <- [DW_OP_LLVM_entry_value 1] $r0
	.loc	2 93 10 is_stmt 1               @ src/espalier/emit/kernels/espalier.h:93:10 @[ src/espalier/emit/kernels/pool.c:55:10 ]
	cmp	r4, r0
	blt	.LBB8_38
.Ltmp568:
@ %bb.37:
	@DEBUG_VALUE: average_of:w <- [DW_OP_LLVM_entry_value 1] $r0
	@DEBUG_VALUE: average_of:sum <- [DW_OP_LLVM_entry_value 1] $r1
	@DEBUG_VALUE: espalier_clamp:high <- $r2
	@DEBUG_VALUE: espalier_clamp:x <- $r4
	.loc	2 0 10 is_stmt 0                @ src/espalier/emit/kernels/espalier.h:0:10
	mov	r0, r1
.Ltmp569:
.LBB8_38:
	@DEBUG_VALUE: average_of:w <- [DW_OP_LLVM_entry_value 1] $r0
	@DEBUG_VALUE: average_of:sum <- [DW_OP_LLVM_entry_value 1] $r1
	.loc	3 55 3 epilogue_begin is_stmt 1 @ src/espalier/emit/kernels/pool.c:55:3
	add	sp, #32
	pop	{r4, r5, r6, r7, pc}
.Ltmp570:
.Lfunc_end8:
	.size	average_of, .Lfunc_end8-average_of
	.cfi_endproc
	.fnend
                                        @ -- End function
	.section	.debug_loc,"",%progbits
.Ldebug_loc0:
	.long	.Lfunc_begin0-.Lfunc_begin0
	.long	.Ltmp1-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp1-.Lfunc_begin0
	.long	.Ltmp2-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	80                              @ DW_OP_reg0
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc1:
	.long	.Lfunc_begin0-.Lfunc_begin0
	.long	.Ltmp1-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp1-.Lfunc_begin0
	.long	.Ltmp2-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	81                              @ DW_OP_reg1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc2:
	.long	.Lfunc_begin0-.Lfunc_begin0
	.long	.Ltmp1-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp1-.Lfunc_begin0
	.long	.Ltmp2-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	82                              @ DW_OP_reg2
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc3:
	.long	.Lfunc_begin1-.Lfunc_begin0
	.long	.Ltmp7-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp7-.Lfunc_begin0
	.long	.Ltmp64-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	0
	.long	0
.Ldebug_loc4:
	.long	.Lfunc_begin1-.Lfunc_begin0
	.long	.Ltmp6-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp6-.Lfunc_begin0
	.long	.Ltmp63-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	0
	.long	0
.Ldebug_loc5:
	.long	.Lfunc_begin1-.Lfunc_begin0
	.long	.Ltmp5-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp5-.Lfunc_begin0
	.long	.Ltmp22-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp22-.Lfunc_begin0
	.long	.Ltmp23-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp23-.Lfunc_begin0
	.long	.Ltmp63-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	0
	.long	0
.Ldebug_loc6:
	.long	.Lfunc_begin1-.Lfunc_begin0
	.long	.Ltmp4-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp4-.Lfunc_begin0
	.long	.Ltmp63-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	0
	.long	0
.Ldebug_loc7:
	.long	.Ltmp9-.Lfunc_begin0
	.long	.Ltmp11-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp11-.Lfunc_begin0
	.long	.Ltmp63-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	0                               @ 0
	.long	0
	.long	0
.Ldebug_loc8:
	.long	.Ltmp15-.Lfunc_begin0
	.long	.Ltmp18-.Lfunc_begin0
	.short	5                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	113                             @ DW_OP_breg1
	.byte	0                               @ 0
	.byte	28                              @ DW_OP_minus
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp18-.Lfunc_begin0
	.long	.Ltmp19-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp19-.Lfunc_begin0
	.long	.Ltmp24-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	.Ltmp24-.Lfunc_begin0
	.long	.Ltmp36-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp36-.Lfunc_begin0
	.long	.Ltmp62-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	0
	.long	0
.Ldebug_loc9:
	.long	.Ltmp12-.Lfunc_begin0
	.long	.Ltmp19-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp19-.Lfunc_begin0
	.long	.Ltmp26-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp26-.Lfunc_begin0
	.long	.Ltmp29-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp29-.Lfunc_begin0
	.long	.Ltmp62-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	0
	.long	0
.Ldebug_loc10:
	.long	.Ltmp28-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp35-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	0
	.long	0
.Ldebug_loc11:
	.long	.Ltmp28-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	48                              @ 48
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp35-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	48                              @ 48
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc12:
	.long	.Ltmp28-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc13:
	.long	.Ltmp28-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp35-.Lfunc_begin0
	.long	.Ltmp45-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp45-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc14:
	.long	.Ltmp28-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp35-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	0
	.long	0
.Ldebug_loc15:
	.long	.Ltmp28-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp35-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc16:
	.long	.Ltmp32-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc17:
	.long	.Ltmp32-.Lfunc_begin0
	.long	.Ltmp33-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc18:
	.long	.Ltmp32-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp35-.Lfunc_begin0
	.long	.Ltmp41-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc19:
	.long	.Ltmp33-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc20:
	.long	.Ltmp37-.Lfunc_begin0
	.long	.Ltmp44-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp46-.Lfunc_begin0
	.long	.Ltmp48-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc21:
	.long	.Ltmp42-.Lfunc_begin0
	.long	.Ltmp43-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp43-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	44                              @ 44
	.long	0
	.long	0
.Ldebug_loc22:
	.long	.Ltmp39-.Lfunc_begin0
	.long	.Ltmp45-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp45-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc23:
	.long	.Ltmp45-.Lfunc_begin0
	.long	.Ltmp46-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp58-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc24:
	.long	.Ltmp45-.Lfunc_begin0
	.long	.Ltmp46-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp57-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc25:
	.long	.Ltmp58-.Lfunc_begin0
	.long	.Ltmp59-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc26:
	.long	.Ltmp59-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc27:
	.long	.Lfunc_begin2-.Lfunc_begin0
	.long	.Ltmp66-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp66-.Lfunc_begin0
	.long	.Ltmp68-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp68-.Lfunc_begin0
	.long	.Ltmp234-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.long	.Ltmp235-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.long	0
	.long	0
.Ldebug_loc28:
	.long	.Lfunc_begin2-.Lfunc_begin0
	.long	.Ltmp65-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp65-.Lfunc_begin0
	.long	.Ltmp234-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	.Ltmp235-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	0
	.long	0
.Ldebug_loc29:
	.long	.Ltmp67-.Lfunc_begin0
	.long	.Ltmp69-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp69-.Lfunc_begin0
	.long	.Ltmp234-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	.Ltmp235-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	0
	.long	0
.Ldebug_loc30:
	.long	.Ltmp67-.Lfunc_begin0
	.long	.Ltmp112-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp112-.Lfunc_begin0
	.long	.Ltmp114-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp118-.Lfunc_begin0
	.long	.Ltmp127-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp128-.Lfunc_begin0
	.long	.Ltmp130-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp233-.Lfunc_begin0
	.long	.Ltmp235-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp235-.Lfunc_begin0
	.long	.Ltmp236-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp236-.Lfunc_begin0
	.long	.Ltmp248-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp248-.Lfunc_begin0
	.long	.Ltmp249-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp249-.Lfunc_begin0
	.long	.Ltmp251-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp252-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	0
	.long	0
.Ldebug_loc31:
	.long	.Ltmp72-.Lfunc_begin0
	.long	.Ltmp73-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	15                              @ 15
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp73-.Lfunc_begin0
	.long	.Ltmp75-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	1                               @ 1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp75-.Lfunc_begin0
	.long	.Ltmp77-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	2                               @ 2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp77-.Lfunc_begin0
	.long	.Ltmp79-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	3                               @ 3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp79-.Lfunc_begin0
	.long	.Ltmp80-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	19                              @ 19
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp84-.Lfunc_begin0
	.long	.Ltmp85-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	1                               @ 1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp86-.Lfunc_begin0
	.long	.Ltmp87-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	2                               @ 2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp88-.Lfunc_begin0
	.long	.Ltmp89-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	3                               @ 3
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc32:
	.long	.Ltmp90-.Lfunc_begin0
	.long	.Ltmp94-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp97-.Lfunc_begin0
	.long	.Ltmp108-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc33:
	.long	.Ltmp90-.Lfunc_begin0
	.long	.Ltmp91-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	124                             @ -4
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp92-.Lfunc_begin0
	.long	.Ltmp94-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp94-.Lfunc_begin0
	.long	.Ltmp101-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp101-.Lfunc_begin0
	.long	.Ltmp105-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp105-.Lfunc_begin0
	.long	.Ltmp108-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc34:
	.long	.Ltmp121-.Lfunc_begin0
	.long	.Ltmp129-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	0
	.long	0
.Ldebug_loc35:
	.long	.Ltmp120-.Lfunc_begin0
	.long	.Ltmp131-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp162-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp162-.Lfunc_begin0
	.long	.Ltmp166-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp166-.Lfunc_begin0
	.long	.Ltmp194-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp194-.Lfunc_begin0
	.long	.Ltmp198-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp198-.Lfunc_begin0
	.long	.Ltmp225-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp225-.Lfunc_begin0
	.long	.Ltmp229-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp229-.Lfunc_begin0
	.long	.Ltmp233-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc36:
	.long	.Ltmp120-.Lfunc_begin0
	.long	.Ltmp127-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp128-.Lfunc_begin0
	.long	.Ltmp130-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc37:
	.long	.Ltmp123-.Lfunc_begin0
	.long	.Ltmp124-.Lfunc_begin0
	.short	6                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	0                               @ 0
	.byte	114                             @ DW_OP_breg2
	.byte	0                               @ 0
	.byte	34                              @ DW_OP_plus
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp124-.Lfunc_begin0
	.long	.Ltmp131-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp134-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp134-.Lfunc_begin0
	.long	.Ltmp137-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp137-.Lfunc_begin0
	.long	.Ltmp140-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp140-.Lfunc_begin0
	.long	.Ltmp142-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp145-.Lfunc_begin0
	.long	.Ltmp147-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp147-.Lfunc_begin0
	.long	.Ltmp148-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp148-.Lfunc_begin0
	.long	.Ltmp150-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp174-.Lfunc_begin0
	.long	.Ltmp202-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp202-.Lfunc_begin0
	.long	.Ltmp209-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp210-.Lfunc_begin0
	.long	.Ltmp211-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp212-.Lfunc_begin0
	.long	.Ltmp213-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc38:
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp133-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.long	.Ltmp145-.Lfunc_begin0
	.long	.Ltmp147-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.long	.Ltmp170-.Lfunc_begin0
	.long	.Ltmp173-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.long	0
	.long	0
.Ldebug_loc39:
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp132-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp132-.Lfunc_begin0
	.long	.Ltmp133-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp145-.Lfunc_begin0
	.long	.Ltmp146-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp170-.Lfunc_begin0
	.long	.Ltmp171-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp171-.Lfunc_begin0
	.long	.Ltmp173-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	0
	.long	0
.Ldebug_loc40:
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp133-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp145-.Lfunc_begin0
	.long	.Ltmp147-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp170-.Lfunc_begin0
	.long	.Ltmp173-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	0
	.long	0
.Ldebug_loc41:
	.long	.Ltmp135-.Lfunc_begin0
	.long	.Ltmp143-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp143-.Lfunc_begin0
	.long	.Ltmp145-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp147-.Lfunc_begin0
	.long	.Ltmp150-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp150-.Lfunc_begin0
	.long	.Ltmp152-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp152-.Lfunc_begin0
	.long	.Ltmp157-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	8                               @ 8
	.long	.Ltmp157-.Lfunc_begin0
	.long	.Ltmp158-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp160-.Lfunc_begin0
	.long	.Ltmp163-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp163-.Lfunc_begin0
	.long	.Ltmp165-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp165-.Lfunc_begin0
	.long	.Ltmp168-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp168-.Lfunc_begin0
	.long	.Ltmp169-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	120                             @ -8
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp174-.Lfunc_begin0
	.long	.Ltmp178-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp178-.Lfunc_begin0
	.long	.Ltmp180-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp180-.Lfunc_begin0
	.long	.Ltmp181-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp181-.Lfunc_begin0
	.long	.Ltmp184-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp184-.Lfunc_begin0
	.long	.Ltmp189-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	8                               @ 8
	.long	.Ltmp189-.Lfunc_begin0
	.long	.Ltmp190-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp192-.Lfunc_begin0
	.long	.Ltmp195-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp195-.Lfunc_begin0
	.long	.Ltmp197-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp197-.Lfunc_begin0
	.long	.Ltmp200-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp200-.Lfunc_begin0
	.long	.Ltmp201-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	117                             @ DW_OP_breg5
	.byte	120                             @ -8
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp203-.Lfunc_begin0
	.long	.Ltmp207-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp209-.Lfunc_begin0
	.long	.Ltmp210-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp210-.Lfunc_begin0
	.long	.Ltmp212-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp216-.Lfunc_begin0
	.long	.Ltmp217-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp223-.Lfunc_begin0
	.long	.Ltmp226-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp226-.Lfunc_begin0
	.long	.Ltmp228-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp228-.Lfunc_begin0
	.long	.Ltmp231-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp231-.Lfunc_begin0
	.long	.Ltmp232-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	114                             @ DW_OP_breg2
	.byte	120                             @ -8
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc42:
	.long	.Ltmp135-.Lfunc_begin0
	.long	.Ltmp139-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp139-.Lfunc_begin0
	.long	.Ltmp141-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp141-.Lfunc_begin0
	.long	.Ltmp145-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp147-.Lfunc_begin0
	.long	.Ltmp148-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp150-.Lfunc_begin0
	.long	.Ltmp151-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp151-.Lfunc_begin0
	.long	.Ltmp154-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp154-.Lfunc_begin0
	.long	.Ltmp155-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp155-.Lfunc_begin0
	.long	.Ltmp156-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp156-.Lfunc_begin0
	.long	.Ltmp159-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp160-.Lfunc_begin0
	.long	.Ltmp163-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp163-.Lfunc_begin0
	.long	.Ltmp165-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp165-.Lfunc_begin0
	.long	.Ltmp167-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp167-.Lfunc_begin0
	.long	.Ltmp168-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp168-.Lfunc_begin0
	.long	.Ltmp170-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp174-.Lfunc_begin0
	.long	.Ltmp177-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp177-.Lfunc_begin0
	.long	.Ltmp180-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp180-.Lfunc_begin0
	.long	.Ltmp181-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp181-.Lfunc_begin0
	.long	.Ltmp182-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp182-.Lfunc_begin0
	.long	.Ltmp183-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp183-.Lfunc_begin0
	.long	.Ltmp187-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp187-.Lfunc_begin0
	.long	.Ltmp188-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp188-.Lfunc_begin0
	.long	.Ltmp190-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp192-.Lfunc_begin0
	.long	.Ltmp195-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp195-.Lfunc_begin0
	.long	.Ltmp197-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp197-.Lfunc_begin0
	.long	.Ltmp199-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp199-.Lfunc_begin0
	.long	.Ltmp200-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp200-.Lfunc_begin0
	.long	.Ltmp202-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp203-.Lfunc_begin0
	.long	.Ltmp206-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp206-.Lfunc_begin0
	.long	.Ltmp210-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp210-.Lfunc_begin0
	.long	.Ltmp211-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp212-.Lfunc_begin0
	.long	.Ltmp213-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp213-.Lfunc_begin0
	.long	.Ltmp216-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp217-.Lfunc_begin0
	.long	.Ltmp218-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp218-.Lfunc_begin0
	.long	.Ltmp221-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp223-.Lfunc_begin0
	.long	.Ltmp226-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp226-.Lfunc_begin0
	.long	.Ltmp228-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp228-.Lfunc_begin0
	.long	.Ltmp230-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp230-.Lfunc_begin0
	.long	.Ltmp231-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp231-.Lfunc_begin0
	.long	.Ltmp233-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	0
	.long	0
.Ldebug_loc43:
	.long	.Ltmp236-.Lfunc_begin0
	.long	.Ltmp237-.Lfunc_begin0
	.short	12                              @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	86                              @ DW_OP_reg6
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	82                              @ DW_OP_reg2
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	84                              @ DW_OP_reg4
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.long	.Ltmp237-.Lfunc_begin0
	.long	.Ltmp238-.Lfunc_begin0
	.short	13                              @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	86                              @ DW_OP_reg6
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	84                              @ DW_OP_reg4
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.long	.Ltmp238-.Lfunc_begin0
	.long	.Ltmp240-.Lfunc_begin0
	.short	14                              @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	86                              @ DW_OP_reg6
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	125                             @ DW_OP_breg13
	.byte	56                              @ 56
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.long	.Ltmp240-.Lfunc_begin0
	.long	.Ltmp243-.Lfunc_begin0
	.short	13                              @ Loc expr size
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	86                              @ DW_OP_reg6
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	125                             @ DW_OP_breg13
	.byte	56                              @ 56
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.long	.Ltmp243-.Lfunc_begin0
	.long	.Ltmp251-.Lfunc_begin0
	.short	10                              @ Loc expr size
	.byte	147                             @ DW_OP_piece
	.byte	8                               @ 8
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.byte	125                             @ DW_OP_breg13
	.byte	56                              @ 56
	.byte	147                             @ DW_OP_piece
	.byte	4                               @ 4
	.long	0
	.long	0
.Ldebug_loc44:
	.long	.Ltmp236-.Lfunc_begin0
	.long	.Ltmp241-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp241-.Lfunc_begin0
	.long	.Ltmp244-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp244-.Lfunc_begin0
	.long	.Ltmp246-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	50                              @ DW_OP_lit2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp246-.Lfunc_begin0
	.long	.Ltmp248-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	51                              @ DW_OP_lit3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp248-.Lfunc_begin0
	.long	.Ltmp251-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	52                              @ DW_OP_lit4
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc45:
	.long	.Ltmp256-.Lfunc_begin0
	.long	.Ltmp257-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp257-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	48                              @ 48
	.long	0
	.long	0
.Ldebug_loc46:
	.long	.Ltmp252-.Lfunc_begin0
	.long	.Ltmp259-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp262-.Lfunc_begin0
	.long	.Ltmp263-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp263-.Lfunc_begin0
	.long	.Ltmp281-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc47:
	.long	.Ltmp252-.Lfunc_begin0
	.long	.Ltmp259-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp262-.Lfunc_begin0
	.long	.Ltmp266-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp266-.Lfunc_begin0
	.long	.Ltmp283-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	0
	.long	0
.Ldebug_loc48:
	.long	.Ltmp252-.Lfunc_begin0
	.long	.Ltmp259-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp259-.Lfunc_begin0
	.long	.Ltmp260-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp262-.Lfunc_begin0
	.long	.Ltmp267-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp267-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	0
	.long	0
.Ldebug_loc49:
	.long	.Ltmp252-.Lfunc_begin0
	.long	.Ltmp259-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp259-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc50:
	.long	.Ltmp253-.Lfunc_begin0
	.long	.Ltmp259-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp259-.Lfunc_begin0
	.long	.Ltmp262-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	44                              @ 44
	.long	.Ltmp262-.Lfunc_begin0
	.long	.Ltmp265-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp265-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	44                              @ 44
	.long	0
	.long	0
.Ldebug_loc51:
	.long	.Ltmp264-.Lfunc_begin0
	.long	.Ltmp268-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	28                              @ 28
	.long	.Ltmp268-.Lfunc_begin0
	.long	.Ltmp269-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp269-.Lfunc_begin0
	.long	.Ltmp271-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	28                              @ 28
	.long	.Ltmp271-.Lfunc_begin0
	.long	.Ltmp277-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	115                             @ DW_OP_breg3
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp277-.Lfunc_begin0
	.long	.Ltmp278-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	115                             @ DW_OP_breg3
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc52:
	.long	.Ltmp264-.Lfunc_begin0
	.long	.Ltmp271-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	48                              @ 48
	.long	.Ltmp271-.Lfunc_begin0
	.long	.Ltmp272-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp272-.Lfunc_begin0
	.long	.Ltmp273-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp273-.Lfunc_begin0
	.long	.Ltmp279-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	52                              @ 52
	.long	.Ltmp279-.Lfunc_begin0
	.long	.Ltmp280-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc53:
	.long	.Ltmp282-.Lfunc_begin0
	.long	.Ltmp286-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc54:
	.long	.Lfunc_begin3-.Lfunc_begin0
	.long	.Ltmp289-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp289-.Lfunc_begin0
	.long	.Ltmp290-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	80                              @ DW_OP_reg0
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc55:
	.long	.Lfunc_begin3-.Lfunc_begin0
	.long	.Ltmp289-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp289-.Lfunc_begin0
	.long	.Ltmp290-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	81                              @ DW_OP_reg1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc56:
	.long	.Lfunc_begin3-.Lfunc_begin0
	.long	.Ltmp289-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp289-.Lfunc_begin0
	.long	.Ltmp290-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	82                              @ DW_OP_reg2
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc57:
	.long	.Lfunc_begin4-.Lfunc_begin0
	.long	.Ltmp295-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp295-.Lfunc_begin0
	.long	.Ltmp296-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc58:
	.long	.Lfunc_begin4-.Lfunc_begin0
	.long	.Ltmp292-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp292-.Lfunc_begin0
	.long	.Ltmp445-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	0                               @ 0
	.long	0
	.long	0
.Ldebug_loc59:
	.long	.Ltmp292-.Lfunc_begin0
	.long	.Ltmp296-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp298-.Lfunc_begin0
	.long	.Ltmp307-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc60:
	.long	.Ltmp307-.Lfunc_begin0
	.long	.Ltmp332-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp335-.Lfunc_begin0
	.long	.Ltmp337-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp340-.Lfunc_begin0
	.long	.Ltmp341-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp344-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp344-.Lfunc_begin0
	.long	.Ltmp354-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp354-.Lfunc_begin0
	.long	.Ltmp356-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp356-.Lfunc_begin0
	.long	.Ltmp375-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp375-.Lfunc_begin0
	.long	.Ltmp383-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp383-.Lfunc_begin0
	.long	.Ltmp399-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp399-.Lfunc_begin0
	.long	.Ltmp429-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp429-.Lfunc_begin0
	.long	.Ltmp443-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc61:
	.long	.Ltmp301-.Lfunc_begin0
	.long	.Ltmp339-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp340-.Lfunc_begin0
	.long	.Ltmp398-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp399-.Lfunc_begin0
	.long	.Ltmp428-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp429-.Lfunc_begin0
	.long	.Ltmp443-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc62:
	.long	.Ltmp302-.Lfunc_begin0
	.long	.Ltmp304-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp304-.Lfunc_begin0
	.long	.Ltmp306-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	40                              @ 40
	.long	.Ltmp306-.Lfunc_begin0
	.long	.Ltmp310-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp310-.Lfunc_begin0
	.long	.Ltmp336-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	40                              @ 40
	.long	.Ltmp336-.Lfunc_begin0
	.long	.Ltmp337-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp345-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp345-.Lfunc_begin0
	.long	.Ltmp349-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp349-.Lfunc_begin0
	.long	.Ltmp354-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp354-.Lfunc_begin0
	.long	.Ltmp356-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp356-.Lfunc_begin0
	.long	.Ltmp358-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp358-.Lfunc_begin0
	.long	.Ltmp364-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp364-.Lfunc_begin0
	.long	.Ltmp365-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp365-.Lfunc_begin0
	.long	.Ltmp366-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp366-.Lfunc_begin0
	.long	.Ltmp375-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp375-.Lfunc_begin0
	.long	.Ltmp378-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp378-.Lfunc_begin0
	.long	.Ltmp383-.Lfunc_begin0
	.short	5                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.byte	49                              @ DW_OP_lit1
	.byte	28                              @ DW_OP_minus
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp383-.Lfunc_begin0
	.long	.Ltmp399-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp399-.Lfunc_begin0
	.long	.Ltmp400-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp400-.Lfunc_begin0
	.long	.Ltmp406-.Lfunc_begin0
	.short	5                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.byte	49                              @ DW_OP_lit1
	.byte	28                              @ DW_OP_minus
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp406-.Lfunc_begin0
	.long	.Ltmp407-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp407-.Lfunc_begin0
	.long	.Ltmp408-.Lfunc_begin0
	.short	5                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.byte	49                              @ DW_OP_lit1
	.byte	28                              @ DW_OP_minus
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp408-.Lfunc_begin0
	.long	.Ltmp429-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	116                             @ DW_OP_breg4
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp429-.Lfunc_begin0
	.long	.Ltmp444-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	40                              @ 40
	.long	0
	.long	0
.Ldebug_loc63:
	.long	.Ltmp310-.Lfunc_begin0
	.long	.Ltmp315-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp317-.Lfunc_begin0
	.long	.Ltmp318-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp318-.Lfunc_begin0
	.long	.Ltmp319-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	.Ltmp325-.Lfunc_begin0
	.long	.Ltmp326-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp330-.Lfunc_begin0
	.long	.Ltmp331-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp346-.Lfunc_begin0
	.long	.Ltmp352-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp352-.Lfunc_begin0
	.long	.Ltmp354-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp356-.Lfunc_begin0
	.long	.Ltmp358-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp358-.Lfunc_begin0
	.long	.Ltmp361-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp361-.Lfunc_begin0
	.long	.Ltmp363-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	8                               @ 8
	.long	.Ltmp365-.Lfunc_begin0
	.long	.Ltmp369-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	8                               @ 8
	.long	.Ltmp369-.Lfunc_begin0
	.long	.Ltmp371-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp375-.Lfunc_begin0
	.long	.Ltmp381-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp381-.Lfunc_begin0
	.long	.Ltmp383-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp384-.Lfunc_begin0
	.long	.Ltmp386-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp386-.Lfunc_begin0
	.long	.Ltmp387-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	120                             @ -8
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp388-.Lfunc_begin0
	.long	.Ltmp390-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	124                             @ -4
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp390-.Lfunc_begin0
	.long	.Ltmp393-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp393-.Lfunc_begin0
	.long	.Ltmp396-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp396-.Lfunc_begin0
	.long	.Ltmp399-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp399-.Lfunc_begin0
	.long	.Ltmp400-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	36                              @ 36
	.long	.Ltmp400-.Lfunc_begin0
	.long	.Ltmp403-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	.Ltmp403-.Lfunc_begin0
	.long	.Ltmp405-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	8                               @ 8
	.long	.Ltmp407-.Lfunc_begin0
	.long	.Ltmp411-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	8                               @ 8
	.long	.Ltmp411-.Lfunc_begin0
	.long	.Ltmp413-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp414-.Lfunc_begin0
	.long	.Ltmp416-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp416-.Lfunc_begin0
	.long	.Ltmp417-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	120                             @ -8
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp418-.Lfunc_begin0
	.long	.Ltmp420-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	124                             @ -4
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp420-.Lfunc_begin0
	.long	.Ltmp423-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp423-.Lfunc_begin0
	.long	.Ltmp426-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp426-.Lfunc_begin0
	.long	.Ltmp429-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	112                             @ DW_OP_breg0
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp430-.Lfunc_begin0
	.long	.Ltmp432-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	113                             @ DW_OP_breg1
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp432-.Lfunc_begin0
	.long	.Ltmp433-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	113                             @ DW_OP_breg1
	.byte	120                             @ -8
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp434-.Lfunc_begin0
	.long	.Ltmp436-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	113                             @ DW_OP_breg1
	.byte	124                             @ -4
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp436-.Lfunc_begin0
	.long	.Ltmp439-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	113                             @ DW_OP_breg1
	.byte	127                             @ -1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp439-.Lfunc_begin0
	.long	.Ltmp442-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	113                             @ DW_OP_breg1
	.byte	126                             @ -2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp442-.Lfunc_begin0
	.long	.Ltmp444-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	113                             @ DW_OP_breg1
	.byte	125                             @ -3
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc64:
	.long	.Ltmp310-.Lfunc_begin0
	.long	.Ltmp315-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp315-.Lfunc_begin0
	.long	.Ltmp318-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp318-.Lfunc_begin0
	.long	.Ltmp319-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp319-.Lfunc_begin0
	.long	.Ltmp331-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp346-.Lfunc_begin0
	.long	.Ltmp352-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp352-.Lfunc_begin0
	.long	.Ltmp354-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp356-.Lfunc_begin0
	.long	.Ltmp358-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp358-.Lfunc_begin0
	.long	.Ltmp371-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp375-.Lfunc_begin0
	.long	.Ltmp381-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp381-.Lfunc_begin0
	.long	.Ltmp383-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp384-.Lfunc_begin0
	.long	.Ltmp400-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp400-.Lfunc_begin0
	.long	.Ltmp413-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp414-.Lfunc_begin0
	.long	.Ltmp429-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp430-.Lfunc_begin0
	.long	.Ltmp431-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp431-.Lfunc_begin0
	.long	.Ltmp432-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp432-.Lfunc_begin0
	.long	.Ltmp443-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc65:
	.long	.Ltmp331-.Lfunc_begin0
	.long	.Ltmp334-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp343-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	.Ltmp354-.Lfunc_begin0
	.long	.Ltmp356-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	.Ltmp371-.Lfunc_begin0
	.long	.Ltmp374-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	20                              @ 20
	.long	0
	.long	0
.Ldebug_loc66:
	.long	.Ltmp331-.Lfunc_begin0
	.long	.Ltmp334-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp342-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp342-.Lfunc_begin0
	.long	.Ltmp343-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp354-.Lfunc_begin0
	.long	.Ltmp355-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp371-.Lfunc_begin0
	.long	.Ltmp372-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp372-.Lfunc_begin0
	.long	.Ltmp374-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc67:
	.long	.Ltmp331-.Lfunc_begin0
	.long	.Ltmp334-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp343-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	.Ltmp354-.Lfunc_begin0
	.long	.Ltmp356-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	.Ltmp371-.Lfunc_begin0
	.long	.Ltmp374-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	0
	.long	0
.Ldebug_loc68:
	.long	.Lfunc_begin5-.Lfunc_begin0
	.long	.Ltmp450-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp450-.Lfunc_begin0
	.long	.Ltmp451-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	80                              @ DW_OP_reg0
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc69:
	.long	.Lfunc_begin5-.Lfunc_begin0
	.long	.Ltmp450-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp450-.Lfunc_begin0
	.long	.Ltmp451-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	81                              @ DW_OP_reg1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc70:
	.long	.Lfunc_begin5-.Lfunc_begin0
	.long	.Ltmp448-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp448-.Lfunc_begin0
	.long	.Ltmp451-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	82                              @ DW_OP_reg2
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc71:
	.long	.Lfunc_begin5-.Lfunc_begin0
	.long	.Ltmp449-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp449-.Lfunc_begin0
	.long	.Ltmp451-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	83                              @ DW_OP_reg3
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc72:
	.long	.Lfunc_begin6-.Lfunc_begin0
	.long	.Ltmp455-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp455-.Lfunc_begin0
	.long	.Ltmp507-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc73:
	.long	.Lfunc_begin6-.Lfunc_begin0
	.long	.Ltmp457-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp457-.Lfunc_begin0
	.long	.Ltmp506-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	0
	.long	0
.Ldebug_loc74:
	.long	.Lfunc_begin6-.Lfunc_begin0
	.long	.Ltmp454-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp454-.Lfunc_begin0
	.long	.Ltmp486-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp491-.Lfunc_begin0
	.long	.Ltmp494-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	82                              @ DW_OP_reg2
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc75:
	.long	.Lfunc_begin6-.Lfunc_begin0
	.long	.Ltmp453-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp453-.Lfunc_begin0
	.long	.Ltmp506-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	28                              @ 28
	.long	0
	.long	0
.Ldebug_loc76:
	.long	.Ltmp459-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp468-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	.Ltmp478-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc77:
	.long	.Ltmp459-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp468-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp478-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	3                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	32                              @ 32
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc78:
	.long	.Ltmp486-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc79:
	.long	.Ltmp459-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp468-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp478-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc80:
	.long	.Ltmp461-.Lfunc_begin0
	.long	.Ltmp473-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	0
	.long	0
.Ldebug_loc81:
	.long	.Ltmp463-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp468-.Lfunc_begin0
	.long	.Ltmp473-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	0
	.long	0
.Ldebug_loc82:
	.long	.Ltmp463-.Lfunc_begin0
	.long	.Ltmp465-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc83:
	.long	.Ltmp464-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc84:
	.long	.Ltmp470-.Lfunc_begin0
	.long	.Ltmp471-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp487-.Lfunc_begin0
	.long	.Ltmp489-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc85:
	.long	.Ltmp473-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc86:
	.long	.Ltmp473-.Lfunc_begin0
	.long	.Ltmp474-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp474-.Lfunc_begin0
	.long	.Ltmp475-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp475-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	0
	.long	0
.Ldebug_loc87:
	.long	.Ltmp473-.Lfunc_begin0
	.long	.Ltmp474-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	.Ltmp474-.Lfunc_begin0
	.long	.Ltmp475-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp475-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	12                              @ 12
	.long	0
	.long	0
.Ldebug_loc88:
	.long	.Ltmp476-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc89:
	.long	.Ltmp483-.Lfunc_begin0
	.long	.Ltmp484-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc90:
	.long	.Ltmp484-.Lfunc_begin0
	.long	.Ltmp485-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp485-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	16                              @ 16
	.long	0
	.long	0
.Ldebug_loc91:
	.long	.Ltmp480-.Lfunc_begin0
	.long	.Ltmp486-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp486-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	86                              @ DW_OP_reg6
	.long	0
	.long	0
.Ldebug_loc92:
	.long	.Ltmp486-.Lfunc_begin0
	.long	.Ltmp487-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp497-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc93:
	.long	.Ltmp486-.Lfunc_begin0
	.long	.Ltmp487-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp496-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc94:
	.long	.Ltmp497-.Lfunc_begin0
	.long	.Ltmp498-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc95:
	.long	.Ltmp498-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc96:
	.long	.Ltmp504-.Lfunc_begin0
	.long	.Ltmp507-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	85                              @ DW_OP_reg5
	.long	0
	.long	0
.Ldebug_loc97:
	.long	.Ltmp504-.Lfunc_begin0
	.long	.Lfunc_end6-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	0
	.long	0
.Ldebug_loc98:
	.long	.Lfunc_begin7-.Lfunc_begin0
	.long	.Ltmp511-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp511-.Lfunc_begin0
	.long	.Ltmp512-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	80                              @ DW_OP_reg0
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc99:
	.long	.Lfunc_begin7-.Lfunc_begin0
	.long	.Ltmp511-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp511-.Lfunc_begin0
	.long	.Ltmp512-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	81                              @ DW_OP_reg1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc100:
	.long	.Lfunc_begin7-.Lfunc_begin0
	.long	.Ltmp509-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp509-.Lfunc_begin0
	.long	.Ltmp512-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	82                              @ DW_OP_reg2
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc101:
	.long	.Lfunc_begin7-.Lfunc_begin0
	.long	.Ltmp510-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp510-.Lfunc_begin0
	.long	.Ltmp512-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	83                              @ DW_OP_reg3
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc102:
	.long	.Lfunc_begin8-.Lfunc_begin0
	.long	.Ltmp520-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp520-.Lfunc_begin0
	.long	.Ltmp557-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	28                              @ 28
	.long	.Ltmp557-.Lfunc_begin0
	.long	.Ltmp567-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp567-.Lfunc_begin0
	.long	.Lfunc_end8-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	80                              @ DW_OP_reg0
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc103:
	.long	.Lfunc_begin8-.Lfunc_begin0
	.long	.Ltmp544-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp544-.Lfunc_begin0
	.long	.Ltmp558-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	4                               @ 4
	.long	.Ltmp558-.Lfunc_begin0
	.long	.Ltmp564-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	81                              @ DW_OP_reg1
	.long	.Ltmp564-.Lfunc_begin0
	.long	.Lfunc_end8-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	81                              @ DW_OP_reg1
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc104:
	.long	.Lfunc_begin8-.Lfunc_begin0
	.long	.Ltmp517-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp517-.Lfunc_begin0
	.long	.Ltmp519-.Lfunc_begin0
	.short	4                               @ Loc expr size
	.byte	243                             @ DW_OP_GNU_entry_value
	.byte	1                               @ 1
	.byte	82                              @ DW_OP_reg2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp519-.Lfunc_begin0
	.long	.Ltmp560-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
.Ldebug_loc105:
	.long	.Ltmp515-.Lfunc_begin0
	.long	.Ltmp518-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	.Ltmp519-.Lfunc_begin0
	.long	.Ltmp522-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	83                              @ DW_OP_reg3
	.long	0
	.long	0
.Ldebug_loc106:
	.long	.Ltmp519-.Lfunc_begin0
	.long	.Ltmp524-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp524-.Lfunc_begin0
	.long	.Ltmp525-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp525-.Lfunc_begin0
	.long	.Ltmp551-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	125                             @ DW_OP_breg13
	.byte	24                              @ 24
	.long	.Ltmp551-.Lfunc_begin0
	.long	.Ltmp556-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	80                              @ DW_OP_reg0
	.long	.Ltmp556-.Lfunc_begin0
	.long	.Ltmp560-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc107:
	.long	.Ltmp519-.Lfunc_begin0
	.long	.Ltmp524-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	55                              @ DW_OP_lit7
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp524-.Lfunc_begin0
	.long	.Ltmp529-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	54                              @ DW_OP_lit6
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp529-.Lfunc_begin0
	.long	.Ltmp533-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	53                              @ DW_OP_lit5
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp533-.Lfunc_begin0
	.long	.Ltmp537-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	52                              @ DW_OP_lit4
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp537-.Lfunc_begin0
	.long	.Ltmp541-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	51                              @ DW_OP_lit3
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp541-.Lfunc_begin0
	.long	.Ltmp546-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	50                              @ DW_OP_lit2
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp546-.Lfunc_begin0
	.long	.Ltmp556-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	49                              @ DW_OP_lit1
	.byte	159                             @ DW_OP_stack_value
	.long	.Ltmp556-.Lfunc_begin0
	.long	.Ltmp560-.Lfunc_begin0
	.short	2                               @ Loc expr size
	.byte	48                              @ DW_OP_lit0
	.byte	159                             @ DW_OP_stack_value
	.long	0
	.long	0
.Ldebug_loc108:
	.long	.Ltmp560-.Lfunc_begin0
	.long	.Ltmp562-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc109:
	.long	.Ltmp563-.Lfunc_begin0
	.long	.Ltmp565-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	.Ltmp566-.Lfunc_begin0
	.long	.Ltmp568-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	84                              @ DW_OP_reg4
	.long	0
	.long	0
.Ldebug_loc110:
	.long	.Ltmp563-.Lfunc_begin0
	.long	.Ltmp565-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	.Ltmp566-.Lfunc_begin0
	.long	.Ltmp568-.Lfunc_begin0
	.short	1                               @ Loc expr size
	.byte	82                              @ DW_OP_reg2
	.long	0
	.long	0
	.section	.debug_abbrev,"",%progbits
	.byte	1                               @ Abbreviation Code
	.byte	17                              @ DW_TAG_compile_unit
	.byte	1                               @ DW_CHILDREN_yes
	.byte	37                              @ DW_AT_producer
	.byte	14                              @ DW_FORM_strp
	.byte	19                              @ DW_AT_language
	.byte	5                               @ DW_FORM_data2
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	16                              @ DW_AT_stmt_list
	.byte	23                              @ DW_FORM_sec_offset
	.byte	27                              @ DW_AT_comp_dir
	.byte	14                              @ DW_FORM_strp
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	2                               @ Abbreviation Code
	.byte	22                              @ DW_TAG_typedef
	.byte	0                               @ DW_CHILDREN_no
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	3                               @ Abbreviation Code
	.byte	36                              @ DW_TAG_base_type
	.byte	0                               @ DW_CHILDREN_no
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	62                              @ DW_AT_encoding
	.byte	11                              @ DW_FORM_data1
	.byte	11                              @ DW_AT_byte_size
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	4                               @ Abbreviation Code
	.byte	22                              @ DW_TAG_typedef
	.byte	0                               @ DW_CHILDREN_no
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	5                               @ Abbreviation Code
	.byte	15                              @ DW_TAG_pointer_type
	.byte	0                               @ DW_CHILDREN_no
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	6                               @ Abbreviation Code
	.byte	19                              @ DW_TAG_structure_type
	.byte	1                               @ DW_CHILDREN_yes
	.byte	11                              @ DW_AT_byte_size
	.byte	11                              @ DW_FORM_data1
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	7                               @ Abbreviation Code
	.byte	13                              @ DW_TAG_member
	.byte	0                               @ DW_CHILDREN_no
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	56                              @ DW_AT_data_member_location
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	8                               @ Abbreviation Code
	.byte	46                              @ DW_TAG_subprogram
	.byte	1                               @ DW_CHILDREN_yes
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	64                              @ DW_AT_frame_base
	.byte	24                              @ DW_FORM_exprloc
	.ascii	"\227B"                         @ DW_AT_GNU_all_call_sites
	.byte	25                              @ DW_FORM_flag_present
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	63                              @ DW_AT_external
	.byte	25                              @ DW_FORM_flag_present
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	9                               @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	23                              @ DW_FORM_sec_offset
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	10                              @ Abbreviation Code
	.byte	46                              @ DW_TAG_subprogram
	.byte	1                               @ DW_CHILDREN_yes
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	32                              @ DW_AT_inline
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	11                              @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	12                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	13                              @ Abbreviation Code
	.byte	11                              @ DW_TAG_lexical_block
	.byte	1                               @ DW_CHILDREN_yes
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	14                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	15                              @ Abbreviation Code
	.byte	38                              @ DW_TAG_const_type
	.byte	0                               @ DW_CHILDREN_no
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	16                              @ Abbreviation Code
	.byte	21                              @ DW_TAG_subroutine_type
	.byte	1                               @ DW_CHILDREN_yes
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	17                              @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	18                              @ Abbreviation Code
	.byte	46                              @ DW_TAG_subprogram
	.byte	1                               @ DW_CHILDREN_yes
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	32                              @ DW_AT_inline
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	19                              @ Abbreviation Code
	.byte	46                              @ DW_TAG_subprogram
	.byte	1                               @ DW_CHILDREN_yes
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	64                              @ DW_AT_frame_base
	.byte	24                              @ DW_FORM_exprloc
	.ascii	"\227B"                         @ DW_AT_GNU_all_call_sites
	.byte	25                              @ DW_FORM_flag_present
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	20                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	24                              @ DW_FORM_exprloc
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	21                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	23                              @ DW_FORM_sec_offset
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	22                              @ Abbreviation Code
	.byte	29                              @ DW_TAG_inlined_subroutine
	.byte	1                               @ DW_CHILDREN_yes
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	85                              @ DW_AT_ranges
	.byte	23                              @ DW_FORM_sec_offset
	.byte	88                              @ DW_AT_call_file
	.byte	11                              @ DW_FORM_data1
	.byte	89                              @ DW_AT_call_line
	.byte	5                               @ DW_FORM_data2
	.byte	87                              @ DW_AT_call_column
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	23                              @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	23                              @ DW_FORM_sec_offset
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	24                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	23                              @ DW_FORM_sec_offset
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	25                              @ Abbreviation Code
	.byte	11                              @ DW_TAG_lexical_block
	.byte	1                               @ DW_CHILDREN_yes
	.byte	85                              @ DW_AT_ranges
	.byte	23                              @ DW_FORM_sec_offset
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	26                              @ Abbreviation Code
	.byte	29                              @ DW_TAG_inlined_subroutine
	.byte	1                               @ DW_CHILDREN_yes
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	85                              @ DW_AT_ranges
	.byte	23                              @ DW_FORM_sec_offset
	.byte	88                              @ DW_AT_call_file
	.byte	11                              @ DW_FORM_data1
	.byte	89                              @ DW_AT_call_line
	.byte	11                              @ DW_FORM_data1
	.byte	87                              @ DW_AT_call_column
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	27                              @ Abbreviation Code
	.byte	46                              @ DW_TAG_subprogram
	.byte	1                               @ DW_CHILDREN_yes
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	64                              @ DW_AT_frame_base
	.byte	24                              @ DW_FORM_exprloc
	.ascii	"\227B"                         @ DW_AT_GNU_all_call_sites
	.byte	25                              @ DW_FORM_flag_present
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	28                              @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	23                              @ DW_FORM_sec_offset
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	29                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	23                              @ DW_FORM_sec_offset
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	30                              @ Abbreviation Code
	.byte	11                              @ DW_TAG_lexical_block
	.byte	1                               @ DW_CHILDREN_yes
	.byte	85                              @ DW_AT_ranges
	.byte	23                              @ DW_FORM_sec_offset
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	31                              @ Abbreviation Code
	.byte	29                              @ DW_TAG_inlined_subroutine
	.byte	1                               @ DW_CHILDREN_yes
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	88                              @ DW_AT_call_file
	.byte	11                              @ DW_FORM_data1
	.byte	89                              @ DW_AT_call_line
	.byte	11                              @ DW_FORM_data1
	.byte	87                              @ DW_AT_call_column
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	32                              @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	24                              @ DW_FORM_exprloc
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	33                              @ Abbreviation Code
	.byte	52                              @ DW_TAG_variable
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	24                              @ DW_FORM_exprloc
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	34                              @ Abbreviation Code
	.byte	11                              @ DW_TAG_lexical_block
	.byte	1                               @ DW_CHILDREN_yes
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	35                              @ Abbreviation Code
	.byte	5                               @ DW_TAG_formal_parameter
	.byte	0                               @ DW_CHILDREN_no
	.byte	2                               @ DW_AT_location
	.byte	24                              @ DW_FORM_exprloc
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	5                               @ DW_FORM_data2
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	36                              @ Abbreviation Code
	.byte	15                              @ DW_TAG_pointer_type
	.byte	0                               @ DW_CHILDREN_no
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	37                              @ Abbreviation Code
	.byte	29                              @ DW_TAG_inlined_subroutine
	.byte	1                               @ DW_CHILDREN_yes
	.byte	49                              @ DW_AT_abstract_origin
	.byte	19                              @ DW_FORM_ref4
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	88                              @ DW_AT_call_file
	.byte	11                              @ DW_FORM_data1
	.byte	89                              @ DW_AT_call_line
	.byte	5                               @ DW_FORM_data2
	.byte	87                              @ DW_AT_call_column
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	38                              @ Abbreviation Code
	.byte	46                              @ DW_TAG_subprogram
	.byte	1                               @ DW_CHILDREN_yes
	.byte	17                              @ DW_AT_low_pc
	.byte	1                               @ DW_FORM_addr
	.byte	18                              @ DW_AT_high_pc
	.byte	6                               @ DW_FORM_data4
	.byte	64                              @ DW_AT_frame_base
	.byte	24                              @ DW_FORM_exprloc
	.ascii	"\227B"                         @ DW_AT_GNU_all_call_sites
	.byte	25                              @ DW_FORM_flag_present
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	58                              @ DW_AT_decl_file
	.byte	11                              @ DW_FORM_data1
	.byte	59                              @ DW_AT_decl_line
	.byte	11                              @ DW_FORM_data1
	.byte	39                              @ DW_AT_prototyped
	.byte	25                              @ DW_FORM_flag_present
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	39                              @ Abbreviation Code
	.byte	1                               @ DW_TAG_array_type
	.byte	1                               @ DW_CHILDREN_yes
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	40                              @ Abbreviation Code
	.byte	33                              @ DW_TAG_subrange_type
	.byte	0                               @ DW_CHILDREN_no
	.byte	73                              @ DW_AT_type
	.byte	19                              @ DW_FORM_ref4
	.byte	55                              @ DW_AT_count
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	41                              @ Abbreviation Code
	.byte	36                              @ DW_TAG_base_type
	.byte	0                               @ DW_CHILDREN_no
	.byte	3                               @ DW_AT_name
	.byte	14                              @ DW_FORM_strp
	.byte	11                              @ DW_AT_byte_size
	.byte	11                              @ DW_FORM_data1
	.byte	62                              @ DW_AT_encoding
	.byte	11                              @ DW_FORM_data1
	.byte	0                               @ EOM(1)
	.byte	0                               @ EOM(2)
	.byte	0                               @ EOM(3)
	.section	.debug_info,"",%progbits
.Lcu_begin0:
	.long	.Ldebug_info_end0-.Ldebug_info_start0 @ Length of Unit
.Ldebug_info_start0:
	.short	4                               @ DWARF version number
	.long	.debug_abbrev                   @ Offset Into Abbrev. Section
	.byte	4                               @ Address Size (in bytes)
	.byte	1                               @ Abbrev [1] 0xb:0xd5c DW_TAG_compile_unit
	.long	.Linfo_string0                  @ DW_AT_producer
	.short	29                              @ DW_AT_language
	.long	.Linfo_string1                  @ DW_AT_name
	.long	.Lline_table_start0             @ DW_AT_stmt_list
	.long	.Linfo_string2                  @ DW_AT_comp_dir
	.long	.Lfunc_begin0                   @ DW_AT_low_pc
	.long	.Lfunc_end8-.Lfunc_begin0       @ DW_AT_high_pc
	.byte	2                               @ Abbrev [2] 0x26:0xc DW_TAG_typedef
	.long	50                              @ DW_AT_type
	.long	.Linfo_string4                  @ DW_AT_name
	.byte	1                               @ DW_AT_decl_file
	.short	268                             @ DW_AT_decl_line
	.byte	3                               @ Abbrev [3] 0x32:0x7 DW_TAG_base_type
	.long	.Linfo_string3                  @ DW_AT_name
	.byte	6                               @ DW_AT_encoding
	.byte	1                               @ DW_AT_byte_size
	.byte	4                               @ Abbrev [4] 0x39:0xb DW_TAG_typedef
	.long	68                              @ DW_AT_type
	.long	.Linfo_string6                  @ DW_AT_name
	.byte	1                               @ DW_AT_decl_file
	.byte	197                             @ DW_AT_decl_line
	.byte	3                               @ Abbrev [3] 0x44:0x7 DW_TAG_base_type
	.long	.Linfo_string5                  @ DW_AT_name
	.byte	5                               @ DW_AT_encoding
	.byte	4                               @ DW_AT_byte_size
	.byte	4                               @ Abbrev [4] 0x4b:0xb DW_TAG_typedef
	.long	86                              @ DW_AT_type
	.long	.Linfo_string8                  @ DW_AT_name
	.byte	1                               @ DW_AT_decl_file
	.byte	202                             @ DW_AT_decl_line
	.byte	3                               @ Abbrev [3] 0x56:0x7 DW_TAG_base_type
	.long	.Linfo_string7                  @ DW_AT_name
	.byte	7                               @ DW_AT_encoding
	.byte	4                               @ DW_AT_byte_size
	.byte	5                               @ Abbrev [5] 0x5d:0x5 DW_TAG_pointer_type
	.long	98                              @ DW_AT_type
	.byte	4                               @ Abbrev [4] 0x62:0xb DW_TAG_typedef
	.long	109                             @ DW_AT_type
	.long	.Linfo_string13                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	127                             @ DW_AT_decl_line
	.byte	6                               @ Abbrev [6] 0x6d:0x35 DW_TAG_structure_type
	.byte	16                              @ DW_AT_byte_size
	.byte	2                               @ DW_AT_decl_file
	.byte	122                             @ DW_AT_decl_line
	.byte	7                               @ Abbrev [7] 0x71:0xc DW_TAG_member
	.long	.Linfo_string9                  @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	123                             @ DW_AT_decl_line
	.byte	0                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x7d:0xc DW_TAG_member
	.long	.Linfo_string10                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	124                             @ DW_AT_decl_line
	.byte	4                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x89:0xc DW_TAG_member
	.long	.Linfo_string11                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	125                             @ DW_AT_decl_line
	.byte	8                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x95:0xc DW_TAG_member
	.long	.Linfo_string12                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	126                             @ DW_AT_decl_line
	.byte	12                              @ DW_AT_data_member_location
	.byte	0                               @ End Of Children Mark
	.byte	5                               @ Abbrev [5] 0xa2:0x5 DW_TAG_pointer_type
	.long	38                              @ DW_AT_type
	.byte	8                               @ Abbrev [8] 0xa7:0x43 DW_TAG_subprogram
	.long	.Lfunc_begin0                   @ DW_AT_low_pc
	.long	.Lfunc_end0-.Lfunc_begin0       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string91                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	311                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
                                        @ DW_AT_external
	.byte	9                               @ Abbrev [9] 0xb9:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc0                    @ DW_AT_location
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	311                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xc9:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc1                    @ DW_AT_location
	.long	.Linfo_string100                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	311                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xd9:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc2                    @ DW_AT_location
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	311                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	10                              @ Abbrev [10] 0xea:0x85 DW_TAG_subprogram
	.long	.Linfo_string14                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	243                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0xf2:0xb DW_TAG_formal_parameter
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	243                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0xfd:0xb DW_TAG_formal_parameter
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	243                             @ DW_AT_decl_line
	.long	655                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x108:0xb DW_TAG_formal_parameter
	.long	.Linfo_string58                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	243                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x113:0xb DW_TAG_formal_parameter
	.long	.Linfo_string59                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	243                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x11e:0xb DW_TAG_formal_parameter
	.long	.Linfo_string41                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	243                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x129:0xb DW_TAG_formal_parameter
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	244                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x134:0xb DW_TAG_formal_parameter
	.long	.Linfo_string61                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	244                             @ DW_AT_decl_line
	.long	938                             @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x13f:0xb DW_TAG_variable
	.long	.Linfo_string63                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	245                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x14a:0xb DW_TAG_variable
	.long	.Linfo_string50                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	245                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x155:0xb DW_TAG_variable
	.long	.Linfo_string64                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	245                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	13                              @ Abbrev [13] 0x160:0xe DW_TAG_lexical_block
	.byte	14                              @ Abbrev [14] 0x161:0xc DW_TAG_variable
	.long	.Linfo_string24                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	260                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	5                               @ Abbrev [5] 0x16f:0x5 DW_TAG_pointer_type
	.long	372                             @ DW_AT_type
	.byte	15                              @ Abbrev [15] 0x174:0x5 DW_TAG_const_type
	.long	377                             @ DW_AT_type
	.byte	4                               @ Abbrev [4] 0x179:0xb DW_TAG_typedef
	.long	388                             @ DW_AT_type
	.long	.Linfo_string38                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	253                             @ DW_AT_decl_line
	.byte	6                               @ Abbrev [6] 0x184:0x89 DW_TAG_structure_type
	.byte	44                              @ DW_AT_byte_size
	.byte	2                               @ DW_AT_decl_file
	.byte	249                             @ DW_AT_decl_line
	.byte	7                               @ Abbrev [7] 0x188:0xc DW_TAG_member
	.long	.Linfo_string16                 @ DW_AT_name
	.long	525                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	250                             @ DW_AT_decl_line
	.byte	0                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x194:0xc DW_TAG_member
	.long	.Linfo_string28                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	24                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1a0:0xc DW_TAG_member
	.long	.Linfo_string29                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	26                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1ac:0xc DW_TAG_member
	.long	.Linfo_string30                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	28                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1b8:0xc DW_TAG_member
	.long	.Linfo_string31                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	30                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1c4:0xc DW_TAG_member
	.long	.Linfo_string32                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	32                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1d0:0xc DW_TAG_member
	.long	.Linfo_string33                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	34                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1dc:0xc DW_TAG_member
	.long	.Linfo_string34                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	36                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1e8:0xc DW_TAG_member
	.long	.Linfo_string35                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	251                             @ DW_AT_decl_line
	.byte	38                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x1f4:0xc DW_TAG_member
	.long	.Linfo_string36                 @ DW_AT_name
	.long	38                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	252                             @ DW_AT_decl_line
	.byte	40                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x200:0xc DW_TAG_member
	.long	.Linfo_string37                 @ DW_AT_name
	.long	38                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	252                             @ DW_AT_decl_line
	.byte	41                              @ DW_AT_data_member_location
	.byte	0                               @ End Of Children Mark
	.byte	4                               @ Abbrev [4] 0x20d:0xb DW_TAG_typedef
	.long	536                             @ DW_AT_type
	.long	.Linfo_string27                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	120                             @ DW_AT_decl_line
	.byte	6                               @ Abbrev [6] 0x218:0x65 DW_TAG_structure_type
	.byte	24                              @ DW_AT_byte_size
	.byte	2                               @ DW_AT_decl_file
	.byte	113                             @ DW_AT_decl_line
	.byte	7                               @ Abbrev [7] 0x21c:0xc DW_TAG_member
	.long	.Linfo_string17                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	114                             @ DW_AT_decl_line
	.byte	0                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x228:0xc DW_TAG_member
	.long	.Linfo_string20                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	115                             @ DW_AT_decl_line
	.byte	2                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x234:0xc DW_TAG_member
	.long	.Linfo_string21                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	115                             @ DW_AT_decl_line
	.byte	4                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x240:0xc DW_TAG_member
	.long	.Linfo_string22                 @ DW_AT_name
	.long	637                             @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	115                             @ DW_AT_decl_line
	.byte	6                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x24c:0xc DW_TAG_member
	.long	.Linfo_string23                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	116                             @ DW_AT_decl_line
	.byte	8                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x258:0xc DW_TAG_member
	.long	.Linfo_string24                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	117                             @ DW_AT_decl_line
	.byte	12                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x264:0xc DW_TAG_member
	.long	.Linfo_string25                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	118                             @ DW_AT_decl_line
	.byte	16                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x270:0xc DW_TAG_member
	.long	.Linfo_string26                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	2                               @ DW_AT_decl_file
	.byte	119                             @ DW_AT_decl_line
	.byte	20                              @ DW_AT_data_member_location
	.byte	0                               @ End Of Children Mark
	.byte	4                               @ Abbrev [4] 0x27d:0xb DW_TAG_typedef
	.long	648                             @ DW_AT_type
	.long	.Linfo_string19                 @ DW_AT_name
	.byte	1                               @ DW_AT_decl_file
	.byte	245                             @ DW_AT_decl_line
	.byte	3                               @ Abbrev [3] 0x288:0x7 DW_TAG_base_type
	.long	.Linfo_string18                 @ DW_AT_name
	.byte	5                               @ DW_AT_encoding
	.byte	2                               @ DW_AT_byte_size
	.byte	5                               @ Abbrev [5] 0x28f:0x5 DW_TAG_pointer_type
	.long	660                             @ DW_AT_type
	.byte	4                               @ Abbrev [4] 0x294:0xb DW_TAG_typedef
	.long	671                             @ DW_AT_type
	.long	.Linfo_string57                 @ DW_AT_name
	.byte	4                               @ DW_AT_decl_file
	.byte	21                              @ DW_AT_decl_line
	.byte	6                               @ Abbrev [6] 0x29f:0x101 DW_TAG_structure_type
	.byte	84                              @ DW_AT_byte_size
	.byte	4                               @ DW_AT_decl_file
	.byte	8                               @ DW_AT_decl_line
	.byte	7                               @ Abbrev [7] 0x2a3:0xc DW_TAG_member
	.long	.Linfo_string40                 @ DW_AT_name
	.long	928                             @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	9                               @ DW_AT_decl_line
	.byte	0                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2af:0xc DW_TAG_member
	.long	.Linfo_string41                 @ DW_AT_name
	.long	928                             @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	10                              @ DW_AT_decl_line
	.byte	4                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2bb:0xc DW_TAG_member
	.long	.Linfo_string42                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	11                              @ DW_AT_decl_line
	.byte	8                               @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2c7:0xc DW_TAG_member
	.long	.Linfo_string17                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	12                              @ DW_AT_decl_line
	.byte	12                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2d3:0xc DW_TAG_member
	.long	.Linfo_string43                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	12                              @ DW_AT_decl_line
	.byte	16                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2df:0xc DW_TAG_member
	.long	.Linfo_string29                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	12                              @ DW_AT_decl_line
	.byte	20                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2eb:0xc DW_TAG_member
	.long	.Linfo_string44                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	13                              @ DW_AT_decl_line
	.byte	24                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x2f7:0xc DW_TAG_member
	.long	.Linfo_string45                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	14                              @ DW_AT_decl_line
	.byte	28                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x303:0xc DW_TAG_member
	.long	.Linfo_string46                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	14                              @ DW_AT_decl_line
	.byte	32                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x30f:0xc DW_TAG_member
	.long	.Linfo_string47                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	14                              @ DW_AT_decl_line
	.byte	36                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x31b:0xc DW_TAG_member
	.long	.Linfo_string36                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	15                              @ DW_AT_decl_line
	.byte	40                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x327:0xc DW_TAG_member
	.long	.Linfo_string37                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	15                              @ DW_AT_decl_line
	.byte	44                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x333:0xc DW_TAG_member
	.long	.Linfo_string48                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	16                              @ DW_AT_decl_line
	.byte	48                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x33f:0xc DW_TAG_member
	.long	.Linfo_string49                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	17                              @ DW_AT_decl_line
	.byte	52                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x34b:0xc DW_TAG_member
	.long	.Linfo_string50                 @ DW_AT_name
	.long	75                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	18                              @ DW_AT_decl_line
	.byte	56                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x357:0xc DW_TAG_member
	.long	.Linfo_string51                 @ DW_AT_name
	.long	75                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	18                              @ DW_AT_decl_line
	.byte	60                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x363:0xc DW_TAG_member
	.long	.Linfo_string52                 @ DW_AT_name
	.long	75                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	18                              @ DW_AT_decl_line
	.byte	64                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x36f:0xc DW_TAG_member
	.long	.Linfo_string53                 @ DW_AT_name
	.long	75                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	18                              @ DW_AT_decl_line
	.byte	68                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x37b:0xc DW_TAG_member
	.long	.Linfo_string54                 @ DW_AT_name
	.long	57                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	19                              @ DW_AT_decl_line
	.byte	72                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x387:0xc DW_TAG_member
	.long	.Linfo_string55                 @ DW_AT_name
	.long	75                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	20                              @ DW_AT_decl_line
	.byte	76                              @ DW_AT_data_member_location
	.byte	7                               @ Abbrev [7] 0x393:0xc DW_TAG_member
	.long	.Linfo_string56                 @ DW_AT_name
	.long	75                              @ DW_AT_type
	.byte	4                               @ DW_AT_decl_file
	.byte	20                              @ DW_AT_decl_line
	.byte	80                              @ DW_AT_data_member_location
	.byte	0                               @ End Of Children Mark
	.byte	5                               @ Abbrev [5] 0x3a0:0x5 DW_TAG_pointer_type
	.long	933                             @ DW_AT_type
	.byte	15                              @ Abbrev [15] 0x3a5:0x5 DW_TAG_const_type
	.long	38                              @ DW_AT_type
	.byte	5                               @ Abbrev [5] 0x3aa:0x5 DW_TAG_pointer_type
	.long	943                             @ DW_AT_type
	.byte	4                               @ Abbrev [4] 0x3af:0xb DW_TAG_typedef
	.long	954                             @ DW_AT_type
	.long	.Linfo_string62                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	6                               @ DW_AT_decl_line
	.byte	16                              @ Abbrev [16] 0x3ba:0xc DW_TAG_subroutine_type
                                        @ DW_AT_prototyped
	.byte	17                              @ Abbrev [17] 0x3bb:0x5 DW_TAG_formal_parameter
	.long	655                             @ DW_AT_type
	.byte	17                              @ Abbrev [17] 0x3c0:0x5 DW_TAG_formal_parameter
	.long	162                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	18                              @ Abbrev [18] 0x3c6:0x44 DW_TAG_subprogram
	.long	.Linfo_string65                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	236                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	57                              @ DW_AT_type
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0x3d2:0xb DW_TAG_formal_parameter
	.long	.Linfo_string66                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	236                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x3dd:0xb DW_TAG_formal_parameter
	.long	.Linfo_string67                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	236                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x3e8:0xb DW_TAG_formal_parameter
	.long	.Linfo_string68                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	236                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x3f3:0xb DW_TAG_formal_parameter
	.long	.Linfo_string50                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	236                             @ DW_AT_decl_line
	.long	1034                            @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x3fe:0xb DW_TAG_variable
	.long	.Linfo_string41                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	237                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	5                               @ Abbrev [5] 0x40a:0x5 DW_TAG_pointer_type
	.long	57                              @ DW_AT_type
	.byte	19                              @ Abbrev [19] 0x40f:0x15e DW_TAG_subprogram
	.long	.Lfunc_begin1                   @ DW_AT_low_pc
	.long	.Lfunc_end1-.Lfunc_begin1       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string92                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	298                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	9                               @ Abbrev [9] 0x421:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc3                    @ DW_AT_location
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	298                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x431:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc4                    @ DW_AT_location
	.long	.Linfo_string100                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	298                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x441:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc5                    @ DW_AT_location
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	298                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x451:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc6                    @ DW_AT_location
	.long	.Linfo_string61                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	298                             @ DW_AT_decl_line
	.long	938                             @ DW_AT_type
	.byte	20                              @ Abbrev [20] 0x461:0xf DW_TAG_variable
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	48
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	300                             @ DW_AT_decl_line
	.long	660                             @ DW_AT_type
	.byte	21                              @ Abbrev [21] 0x470:0x10 DW_TAG_variable
	.long	.Ldebug_loc7                    @ DW_AT_location
	.long	.Linfo_string44                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	299                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	21                              @ Abbrev [21] 0x480:0x10 DW_TAG_variable
	.long	.Ldebug_loc8                    @ DW_AT_location
	.long	.Linfo_string58                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	299                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	21                              @ Abbrev [21] 0x490:0x10 DW_TAG_variable
	.long	.Ldebug_loc9                    @ DW_AT_location
	.long	.Linfo_string76                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	299                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	22                              @ Abbrev [22] 0x4a0:0xcc DW_TAG_inlined_subroutine
	.long	234                             @ DW_AT_abstract_origin
	.long	.Ldebug_ranges0                 @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.short	305                             @ DW_AT_call_line
	.byte	5                               @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0x4ad:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc10                   @ DW_AT_location
	.long	242                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x4b6:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc11                   @ DW_AT_location
	.long	253                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x4bf:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc12                   @ DW_AT_location
	.long	264                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x4c8:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc21                   @ DW_AT_location
	.long	286                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x4d1:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc13                   @ DW_AT_location
	.long	297                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x4da:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc14                   @ DW_AT_location
	.long	308                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x4e3:0x9 DW_TAG_variable
	.long	.Ldebug_loc15                   @ DW_AT_location
	.long	319                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x4ec:0x9 DW_TAG_variable
	.long	.Ldebug_loc20                   @ DW_AT_location
	.long	330                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x4f5:0x9 DW_TAG_variable
	.long	.Ldebug_loc22                   @ DW_AT_location
	.long	341                             @ DW_AT_abstract_origin
	.byte	25                              @ Abbrev [25] 0x4fe:0x3c DW_TAG_lexical_block
	.long	.Ldebug_ranges1                 @ DW_AT_ranges
	.long	352                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x507:0x9 DW_TAG_variable
	.long	.Ldebug_loc24                   @ DW_AT_location
	.long	353                             @ DW_AT_abstract_origin
	.byte	22                              @ Abbrev [22] 0x510:0x29 DW_TAG_inlined_subroutine
	.long	966                             @ DW_AT_abstract_origin
	.long	.Ldebug_ranges2                 @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.short	261                             @ DW_AT_call_line
	.byte	18                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0x51d:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc23                   @ DW_AT_location
	.long	978                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x526:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc25                   @ DW_AT_location
	.long	989                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x52f:0x9 DW_TAG_variable
	.long	.Ldebug_loc26                   @ DW_AT_location
	.long	1022                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	26                              @ Abbrev [26] 0x53a:0x31 DW_TAG_inlined_subroutine
	.long	966                             @ DW_AT_abstract_origin
	.long	.Ldebug_ranges3                 @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.byte	249                             @ DW_AT_call_line
	.byte	13                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0x546:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc16                   @ DW_AT_location
	.long	978                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x54f:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc17                   @ DW_AT_location
	.long	989                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x558:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc18                   @ DW_AT_location
	.long	1000                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x561:0x9 DW_TAG_variable
	.long	.Ldebug_loc19                   @ DW_AT_location
	.long	1022                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	10                              @ Abbrev [10] 0x56d:0x2a DW_TAG_subprogram
	.long	.Linfo_string69                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	21                              @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0x575:0xb DW_TAG_formal_parameter
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	21                              @ DW_AT_decl_line
	.long	655                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x580:0xb DW_TAG_formal_parameter
	.long	.Linfo_string48                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	21                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x58b:0xb DW_TAG_variable
	.long	.Linfo_string47                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	22                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	18                              @ Abbrev [18] 0x597:0x39 DW_TAG_subprogram
	.long	.Linfo_string70                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	9                               @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	75                              @ DW_AT_type
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0x5a3:0xb DW_TAG_formal_parameter
	.long	.Linfo_string71                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	9                               @ DW_AT_decl_line
	.long	75                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x5ae:0xb DW_TAG_formal_parameter
	.long	.Linfo_string48                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	9                               @ DW_AT_decl_line
	.long	75                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x5b9:0xb DW_TAG_formal_parameter
	.long	.Linfo_string72                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	9                               @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x5c4:0xb DW_TAG_variable
	.long	.Linfo_string73                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	10                              @ DW_AT_decl_line
	.long	75                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	18                              @ Abbrev [18] 0x5d0:0x5c DW_TAG_subprogram
	.long	.Linfo_string74                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	37                              @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	57                              @ DW_AT_type
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0x5dc:0xb DW_TAG_formal_parameter
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	37                              @ DW_AT_decl_line
	.long	1580                            @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x5e7:0xb DW_TAG_formal_parameter
	.long	.Linfo_string75                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	37                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x5f2:0xb DW_TAG_variable
	.long	.Linfo_string76                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	39                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x5fd:0xb DW_TAG_variable
	.long	.Linfo_string77                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	39                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x608:0xb DW_TAG_variable
	.long	.Linfo_string78                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	38                              @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x613:0xb DW_TAG_variable
	.long	.Linfo_string64                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	39                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	13                              @ Abbrev [13] 0x61e:0xd DW_TAG_lexical_block
	.byte	12                              @ Abbrev [12] 0x61f:0xb DW_TAG_variable
	.long	.Linfo_string40                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	41                              @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	5                               @ Abbrev [5] 0x62c:0x5 DW_TAG_pointer_type
	.long	1585                            @ DW_AT_type
	.byte	15                              @ Abbrev [15] 0x631:0x5 DW_TAG_const_type
	.long	660                             @ DW_AT_type
	.byte	18                              @ Abbrev [18] 0x636:0x2e DW_TAG_subprogram
	.long	.Linfo_string79                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	32                              @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	928                             @ DW_AT_type
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0x642:0xb DW_TAG_formal_parameter
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	32                              @ DW_AT_decl_line
	.long	1580                            @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x64d:0xb DW_TAG_formal_parameter
	.long	.Linfo_string78                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	32                              @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x658:0xb DW_TAG_formal_parameter
	.long	.Linfo_string75                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	32                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	10                              @ Abbrev [10] 0x664:0x84 DW_TAG_subprogram
	.long	.Linfo_string80                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	59                              @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0x66c:0xb DW_TAG_formal_parameter
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	59                              @ DW_AT_decl_line
	.long	1580                            @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x677:0xb DW_TAG_formal_parameter
	.long	.Linfo_string75                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	59                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0x682:0xb DW_TAG_formal_parameter
	.long	.Linfo_string77                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	59                              @ DW_AT_decl_line
	.long	1034                            @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x68d:0xb DW_TAG_variable
	.long	.Linfo_string78                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	60                              @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x698:0xb DW_TAG_variable
	.long	.Linfo_string81                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	65                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x6a3:0xb DW_TAG_variable
	.long	.Linfo_string82                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	65                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x6ae:0xb DW_TAG_variable
	.long	.Linfo_string83                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	65                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x6b9:0xb DW_TAG_variable
	.long	.Linfo_string84                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	65                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x6c4:0xb DW_TAG_variable
	.long	.Linfo_string76                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	61                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0x6cf:0xb DW_TAG_variable
	.long	.Linfo_string64                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	61                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	13                              @ Abbrev [13] 0x6da:0xd DW_TAG_lexical_block
	.byte	12                              @ Abbrev [12] 0x6db:0xb DW_TAG_variable
	.long	.Linfo_string40                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	68                              @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	27                              @ Abbrev [27] 0x6e8:0x1e2 DW_TAG_subprogram
	.long	.Lfunc_begin2                   @ DW_AT_low_pc
	.long	.Lfunc_end2-.Lfunc_begin2       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string93                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	169                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	28                              @ Abbrev [28] 0x6f9:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc27                   @ DW_AT_location
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	169                             @ DW_AT_decl_line
	.long	655                             @ DW_AT_type
	.byte	28                              @ Abbrev [28] 0x708:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc28                   @ DW_AT_location
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	169                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0x717:0xf DW_TAG_variable
	.long	.Ldebug_loc29                   @ DW_AT_location
	.long	.Linfo_string48                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	170                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0x726:0xf DW_TAG_variable
	.long	.Ldebug_loc30                   @ DW_AT_location
	.long	.Linfo_string75                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	170                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	30                              @ Abbrev [30] 0x735:0x113 DW_TAG_lexical_block
	.long	.Ldebug_ranges4                 @ DW_AT_ranges
	.byte	29                              @ Abbrev [29] 0x73a:0xf DW_TAG_variable
	.long	.Ldebug_loc44                   @ DW_AT_location
	.long	.Linfo_string102                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	173                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	26                              @ Abbrev [26] 0x749:0x48 DW_TAG_inlined_subroutine
	.long	1389                            @ DW_AT_abstract_origin
	.long	.Ldebug_ranges5                 @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.byte	174                             @ DW_AT_call_line
	.byte	28                              @ DW_AT_call_column
	.byte	24                              @ Abbrev [24] 0x755:0x9 DW_TAG_variable
	.long	.Ldebug_loc31                   @ DW_AT_location
	.long	1419                            @ DW_AT_abstract_origin
	.byte	31                              @ Abbrev [31] 0x75e:0x32 DW_TAG_inlined_subroutine
	.long	1431                            @ DW_AT_abstract_origin
	.long	.Ltmp90                         @ DW_AT_low_pc
	.long	.Ltmp108-.Ltmp90                @ DW_AT_high_pc
	.byte	3                               @ DW_AT_call_file
	.byte	26                              @ DW_AT_call_line
	.byte	28                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0x76e:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc32                   @ DW_AT_location
	.long	1443                            @ DW_AT_abstract_origin
	.byte	32                              @ Abbrev [32] 0x777:0x8 DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	20
	.long	1454                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x77f:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc33                   @ DW_AT_location
	.long	1465                            @ DW_AT_abstract_origin
	.byte	33                              @ Abbrev [33] 0x788:0x7 DW_TAG_variable
	.byte	1                               @ DW_AT_location
	.byte	83
	.long	1476                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	30                              @ Abbrev [30] 0x791:0xb6 DW_TAG_lexical_block
	.long	.Ldebug_ranges6                 @ DW_AT_ranges
	.byte	29                              @ Abbrev [29] 0x796:0xf DW_TAG_variable
	.long	.Ldebug_loc43                   @ DW_AT_location
	.long	.Linfo_string77                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	182                             @ DW_AT_decl_line
	.long	3411                            @ DW_AT_type
	.byte	31                              @ Abbrev [31] 0x7a5:0xa1 DW_TAG_inlined_subroutine
	.long	1636                            @ DW_AT_abstract_origin
	.long	.Ltmp252                        @ DW_AT_low_pc
	.long	.Ltmp287-.Ltmp252               @ DW_AT_high_pc
	.byte	3                               @ DW_AT_call_file
	.byte	183                             @ DW_AT_call_line
	.byte	7                               @ DW_AT_call_column
	.byte	32                              @ Abbrev [32] 0x7b5:0x8 DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	32
	.long	1644                            @ DW_AT_abstract_origin
	.byte	32                              @ Abbrev [32] 0x7bd:0x8 DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	12
	.long	1655                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7c5:0x9 DW_TAG_variable
	.long	.Ldebug_loc45                   @ DW_AT_location
	.long	1677                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7ce:0x9 DW_TAG_variable
	.long	.Ldebug_loc46                   @ DW_AT_location
	.long	1688                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7d7:0x9 DW_TAG_variable
	.long	.Ldebug_loc47                   @ DW_AT_location
	.long	1699                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7e0:0x9 DW_TAG_variable
	.long	.Ldebug_loc48                   @ DW_AT_location
	.long	1710                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7e9:0x9 DW_TAG_variable
	.long	.Ldebug_loc49                   @ DW_AT_location
	.long	1721                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7f2:0x9 DW_TAG_variable
	.long	.Ldebug_loc50                   @ DW_AT_location
	.long	1732                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x7fb:0x9 DW_TAG_variable
	.long	.Ldebug_loc51                   @ DW_AT_location
	.long	1743                            @ DW_AT_abstract_origin
	.byte	34                              @ Abbrev [34] 0x804:0x41 DW_TAG_lexical_block
	.long	.Ltmp267                        @ DW_AT_low_pc
	.long	.Ltmp287-.Ltmp267               @ DW_AT_high_pc
	.long	1754                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x811:0x9 DW_TAG_variable
	.long	.Ldebug_loc52                   @ DW_AT_location
	.long	1755                            @ DW_AT_abstract_origin
	.byte	31                              @ Abbrev [31] 0x81a:0x2a DW_TAG_inlined_subroutine
	.long	1590                            @ DW_AT_abstract_origin
	.long	.Ltmp282                        @ DW_AT_low_pc
	.long	.Ltmp287-.Ltmp282               @ DW_AT_high_pc
	.byte	3                               @ DW_AT_call_file
	.byte	83                              @ DW_AT_call_line
	.byte	11                              @ DW_AT_call_column
	.byte	32                              @ Abbrev [32] 0x82a:0x8 DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	32
	.long	1602                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x832:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc53                   @ DW_AT_location
	.long	1613                            @ DW_AT_abstract_origin
	.byte	32                              @ Abbrev [32] 0x83b:0x8 DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	12
	.long	1624                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	31                              @ Abbrev [31] 0x848:0x81 DW_TAG_inlined_subroutine
	.long	1488                            @ DW_AT_abstract_origin
	.long	.Ltmp120                        @ DW_AT_low_pc
	.long	.Ltmp233-.Ltmp120               @ DW_AT_high_pc
	.byte	3                               @ DW_AT_call_file
	.byte	189                             @ DW_AT_call_line
	.byte	42                              @ DW_AT_call_column
	.byte	32                              @ Abbrev [32] 0x858:0x8 DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	32
	.long	1500                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x860:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc36                   @ DW_AT_location
	.long	1511                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x869:0x9 DW_TAG_variable
	.long	.Ldebug_loc34                   @ DW_AT_location
	.long	1522                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x872:0x9 DW_TAG_variable
	.long	.Ldebug_loc35                   @ DW_AT_location
	.long	1533                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x87b:0x9 DW_TAG_variable
	.long	.Ldebug_loc37                   @ DW_AT_location
	.long	1544                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x884:0x9 DW_TAG_variable
	.long	.Ldebug_loc41                   @ DW_AT_location
	.long	1555                            @ DW_AT_abstract_origin
	.byte	25                              @ Abbrev [25] 0x88d:0x3b DW_TAG_lexical_block
	.long	.Ldebug_ranges7                 @ DW_AT_ranges
	.long	1566                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0x896:0x9 DW_TAG_variable
	.long	.Ldebug_loc42                   @ DW_AT_location
	.long	1567                            @ DW_AT_abstract_origin
	.byte	26                              @ Abbrev [26] 0x89f:0x28 DW_TAG_inlined_subroutine
	.long	1590                            @ DW_AT_abstract_origin
	.long	.Ldebug_ranges8                 @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.byte	46                              @ DW_AT_call_line
	.byte	11                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0x8ab:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc38                   @ DW_AT_location
	.long	1602                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x8b4:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc39                   @ DW_AT_location
	.long	1613                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x8bd:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc40                   @ DW_AT_location
	.long	1624                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	8                               @ Abbrev [8] 0x8ca:0x43 DW_TAG_subprogram
	.long	.Lfunc_begin3                   @ DW_AT_low_pc
	.long	.Lfunc_end3-.Lfunc_begin3       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string94                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	315                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
                                        @ DW_AT_external
	.byte	9                               @ Abbrev [9] 0x8dc:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc54                   @ DW_AT_location
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	315                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x8ec:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc55                   @ DW_AT_location
	.long	.Linfo_string100                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	315                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x8fc:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc56                   @ DW_AT_location
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	315                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	27                              @ Abbrev [27] 0x90d:0xbe DW_TAG_subprogram
	.long	.Lfunc_begin4                   @ DW_AT_low_pc
	.long	.Lfunc_end4-.Lfunc_begin4       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string95                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	196                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	28                              @ Abbrev [28] 0x91e:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc57                   @ DW_AT_location
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	196                             @ DW_AT_decl_line
	.long	655                             @ DW_AT_type
	.byte	28                              @ Abbrev [28] 0x92d:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc58                   @ DW_AT_location
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	196                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0x93c:0xf DW_TAG_variable
	.long	.Ldebug_loc59                   @ DW_AT_location
	.long	.Linfo_string75                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	197                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0x94b:0xf DW_TAG_variable
	.long	.Ldebug_loc62                   @ DW_AT_location
	.long	.Linfo_string76                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	197                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0x95a:0xf DW_TAG_variable
	.long	.Ldebug_loc63                   @ DW_AT_location
	.long	.Linfo_string64                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	197                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	30                              @ Abbrev [30] 0x969:0x61 DW_TAG_lexical_block
	.long	.Ldebug_ranges9                 @ DW_AT_ranges
	.byte	29                              @ Abbrev [29] 0x96e:0xf DW_TAG_variable
	.long	.Ldebug_loc60                   @ DW_AT_location
	.long	.Linfo_string78                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	217                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0x97d:0xf DW_TAG_variable
	.long	.Ldebug_loc61                   @ DW_AT_location
	.long	.Linfo_string103                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	218                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	30                              @ Abbrev [30] 0x98c:0x3d DW_TAG_lexical_block
	.long	.Ldebug_ranges10                @ DW_AT_ranges
	.byte	29                              @ Abbrev [29] 0x991:0xf DW_TAG_variable
	.long	.Ldebug_loc64                   @ DW_AT_location
	.long	.Linfo_string40                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	220                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	26                              @ Abbrev [26] 0x9a0:0x28 DW_TAG_inlined_subroutine
	.long	1590                            @ DW_AT_abstract_origin
	.long	.Ldebug_ranges11                @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.byte	225                             @ DW_AT_call_line
	.byte	13                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0x9ac:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc65                   @ DW_AT_location
	.long	1602                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x9b5:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc66                   @ DW_AT_location
	.long	1613                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0x9be:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc67                   @ DW_AT_location
	.long	1624                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	8                               @ Abbrev [8] 0x9cb:0x62 DW_TAG_subprogram
	.long	.Lfunc_begin5                   @ DW_AT_low_pc
	.long	.Lfunc_end5-.Lfunc_begin5       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string96                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	319                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
                                        @ DW_AT_external
	.byte	9                               @ Abbrev [9] 0x9dd:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc68                   @ DW_AT_location
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	319                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x9ed:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc69                   @ DW_AT_location
	.long	.Linfo_string86                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	319                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0x9fd:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc70                   @ DW_AT_location
	.long	.Linfo_string104                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	319                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xa0d:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc71                   @ DW_AT_location
	.long	.Linfo_string100                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	319                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	35                              @ Abbrev [35] 0xa1d:0xf DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	145
	.byte	8
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	320                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	18                              @ Abbrev [18] 0xa2d:0x39 DW_TAG_subprogram
	.long	.Linfo_string85                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	139                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	162                             @ DW_AT_type
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0xa39:0xb DW_TAG_formal_parameter
	.long	.Linfo_string16                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	139                             @ DW_AT_decl_line
	.long	2662                            @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0xa44:0xb DW_TAG_formal_parameter
	.long	.Linfo_string86                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	139                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0xa4f:0xb DW_TAG_formal_parameter
	.long	.Linfo_string87                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	139                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	12                              @ Abbrev [12] 0xa5a:0xb DW_TAG_variable
	.long	.Linfo_string88                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	140                             @ DW_AT_decl_line
	.long	93                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	5                               @ Abbrev [5] 0xa66:0x5 DW_TAG_pointer_type
	.long	2667                            @ DW_AT_type
	.byte	15                              @ Abbrev [15] 0xa6b:0x5 DW_TAG_const_type
	.long	525                             @ DW_AT_type
	.byte	36                              @ Abbrev [36] 0xa70:0x1 DW_TAG_pointer_type
	.byte	10                              @ Abbrev [10] 0xa71:0x1f DW_TAG_subprogram
	.long	.Linfo_string89                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	146                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0xa79:0xb DW_TAG_formal_parameter
	.long	.Linfo_string16                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	146                             @ DW_AT_decl_line
	.long	2662                            @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0xa84:0xb DW_TAG_formal_parameter
	.long	.Linfo_string86                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	146                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	19                              @ Abbrev [19] 0xa90:0x189 DW_TAG_subprogram
	.long	.Lfunc_begin6                   @ DW_AT_low_pc
	.long	.Lfunc_end6-.Lfunc_begin6       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string97                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	286                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.byte	9                               @ Abbrev [9] 0xaa2:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc72                   @ DW_AT_location
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	286                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xab2:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc73                   @ DW_AT_location
	.long	.Linfo_string86                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	286                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xac2:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc74                   @ DW_AT_location
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	286                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xad2:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc75                   @ DW_AT_location
	.long	.Linfo_string61                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	286                             @ DW_AT_decl_line
	.long	938                             @ DW_AT_type
	.byte	20                              @ Abbrev [20] 0xae2:0xf DW_TAG_variable
	.byte	2                               @ DW_AT_location
	.byte	125
	.byte	32
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	289                             @ DW_AT_decl_line
	.long	660                             @ DW_AT_type
	.byte	21                              @ Abbrev [21] 0xaf1:0x10 DW_TAG_variable
	.long	.Ldebug_loc80                   @ DW_AT_location
	.long	.Linfo_string58                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	287                             @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	21                              @ Abbrev [21] 0xb01:0x10 DW_TAG_variable
	.long	.Ldebug_loc89                   @ DW_AT_location
	.long	.Linfo_string17                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	288                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	22                              @ Abbrev [22] 0xb11:0xb1 DW_TAG_inlined_subroutine
	.long	234                             @ DW_AT_abstract_origin
	.long	.Ldebug_ranges12                @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.short	293                             @ DW_AT_call_line
	.byte	3                               @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0xb1e:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc76                   @ DW_AT_location
	.long	242                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xb27:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc77                   @ DW_AT_location
	.long	253                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xb30:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc90                   @ DW_AT_location
	.long	286                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xb39:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc78                   @ DW_AT_location
	.long	297                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xb42:0x9 DW_TAG_variable
	.long	.Ldebug_loc79                   @ DW_AT_location
	.long	319                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xb4b:0x9 DW_TAG_variable
	.long	.Ldebug_loc84                   @ DW_AT_location
	.long	330                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xb54:0x9 DW_TAG_variable
	.long	.Ldebug_loc91                   @ DW_AT_location
	.long	341                             @ DW_AT_abstract_origin
	.byte	26                              @ Abbrev [26] 0xb5d:0x28 DW_TAG_inlined_subroutine
	.long	966                             @ DW_AT_abstract_origin
	.long	.Ldebug_ranges13                @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.byte	249                             @ DW_AT_call_line
	.byte	13                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0xb69:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc81                   @ DW_AT_location
	.long	978                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xb72:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc82                   @ DW_AT_location
	.long	989                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xb7b:0x9 DW_TAG_variable
	.long	.Ldebug_loc83                   @ DW_AT_location
	.long	1022                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	25                              @ Abbrev [25] 0xb85:0x3c DW_TAG_lexical_block
	.long	.Ldebug_ranges14                @ DW_AT_ranges
	.long	352                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xb8e:0x9 DW_TAG_variable
	.long	.Ldebug_loc93                   @ DW_AT_location
	.long	353                             @ DW_AT_abstract_origin
	.byte	22                              @ Abbrev [22] 0xb97:0x29 DW_TAG_inlined_subroutine
	.long	966                             @ DW_AT_abstract_origin
	.long	.Ldebug_ranges15                @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.short	261                             @ DW_AT_call_line
	.byte	18                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0xba4:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc92                   @ DW_AT_location
	.long	978                             @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xbad:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc94                   @ DW_AT_location
	.long	989                             @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xbb6:0x9 DW_TAG_variable
	.long	.Ldebug_loc95                   @ DW_AT_location
	.long	1022                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	22                              @ Abbrev [22] 0xbc2:0x32 DW_TAG_inlined_subroutine
	.long	2605                            @ DW_AT_abstract_origin
	.long	.Ldebug_ranges16                @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.short	293                             @ DW_AT_call_line
	.byte	23                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0xbcf:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc85                   @ DW_AT_location
	.long	2617                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xbd8:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc86                   @ DW_AT_location
	.long	2628                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xbe1:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc88                   @ DW_AT_location
	.long	2639                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xbea:0x9 DW_TAG_variable
	.long	.Ldebug_loc87                   @ DW_AT_location
	.long	2650                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	37                              @ Abbrev [37] 0xbf4:0x24 DW_TAG_inlined_subroutine
	.long	2673                            @ DW_AT_abstract_origin
	.long	.Ltmp503                        @ DW_AT_low_pc
	.long	.Ltmp505-.Ltmp503               @ DW_AT_high_pc
	.byte	3                               @ DW_AT_call_file
	.short	294                             @ DW_AT_call_line
	.byte	3                               @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0xc05:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc96                   @ DW_AT_location
	.long	2681                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xc0e:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc97                   @ DW_AT_location
	.long	2692                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	8                               @ Abbrev [8] 0xc19:0x62 DW_TAG_subprogram
	.long	.Lfunc_begin7                   @ DW_AT_low_pc
	.long	.Lfunc_end7-.Lfunc_begin7       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string98                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	326                             @ DW_AT_decl_line
                                        @ DW_AT_prototyped
                                        @ DW_AT_external
	.byte	9                               @ Abbrev [9] 0xc2b:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc98                   @ DW_AT_location
	.long	.Linfo_string15                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	326                             @ DW_AT_decl_line
	.long	367                             @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xc3b:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc99                   @ DW_AT_location
	.long	.Linfo_string86                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	326                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xc4b:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc100                  @ DW_AT_location
	.long	.Linfo_string104                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	326                             @ DW_AT_decl_line
	.long	2672                            @ DW_AT_type
	.byte	9                               @ Abbrev [9] 0xc5b:0x10 DW_TAG_formal_parameter
	.long	.Ldebug_loc101                  @ DW_AT_location
	.long	.Linfo_string100                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	326                             @ DW_AT_decl_line
	.long	928                             @ DW_AT_type
	.byte	35                              @ Abbrev [35] 0xc6b:0xf DW_TAG_formal_parameter
	.byte	2                               @ DW_AT_location
	.byte	145
	.byte	8
	.long	.Linfo_string60                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.short	326                             @ DW_AT_decl_line
	.long	162                             @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	18                              @ Abbrev [18] 0xc7b:0x2e DW_TAG_subprogram
	.long	.Linfo_string90                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	92                              @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	57                              @ DW_AT_type
	.byte	1                               @ DW_AT_inline
	.byte	11                              @ Abbrev [11] 0xc87:0xb DW_TAG_formal_parameter
	.long	.Linfo_string64                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	92                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0xc92:0xb DW_TAG_formal_parameter
	.long	.Linfo_string36                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	92                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	11                              @ Abbrev [11] 0xc9d:0xb DW_TAG_formal_parameter
	.long	.Linfo_string37                 @ DW_AT_name
	.byte	2                               @ DW_AT_decl_file
	.byte	92                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	0                               @ End Of Children Mark
	.byte	38                              @ Abbrev [38] 0xca9:0xaa DW_TAG_subprogram
	.long	.Lfunc_begin8                   @ DW_AT_low_pc
	.long	.Lfunc_end8-.Lfunc_begin8       @ DW_AT_high_pc
	.byte	1                               @ DW_AT_frame_base
	.byte	87
                                        @ DW_AT_GNU_all_call_sites
	.long	.Linfo_string99                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	51                              @ DW_AT_decl_line
                                        @ DW_AT_prototyped
	.long	57                              @ DW_AT_type
	.byte	28                              @ Abbrev [28] 0xcbe:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc102                  @ DW_AT_location
	.long	.Linfo_string39                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	51                              @ DW_AT_decl_line
	.long	1580                            @ DW_AT_type
	.byte	28                              @ Abbrev [28] 0xccd:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc103                  @ DW_AT_location
	.long	.Linfo_string77                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	51                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	28                              @ Abbrev [28] 0xcdc:0xf DW_TAG_formal_parameter
	.long	.Ldebug_loc104                  @ DW_AT_location
	.long	.Linfo_string48                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	51                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0xceb:0xf DW_TAG_variable
	.long	.Ldebug_loc105                  @ DW_AT_location
	.long	.Linfo_string71                 @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	52                              @ DW_AT_decl_line
	.long	75                              @ DW_AT_type
	.byte	29                              @ Abbrev [29] 0xcfa:0xf DW_TAG_variable
	.long	.Ldebug_loc108                  @ DW_AT_location
	.long	.Linfo_string105                @ DW_AT_name
	.byte	3                               @ DW_AT_decl_file
	.byte	53                              @ DW_AT_decl_line
	.long	57                              @ DW_AT_type
	.byte	31                              @ Abbrev [31] 0xd09:0x2a DW_TAG_inlined_subroutine
	.long	1431                            @ DW_AT_abstract_origin
	.long	.Ltmp520                        @ DW_AT_low_pc
	.long	.Ltmp560-.Ltmp520               @ DW_AT_high_pc
	.byte	3                               @ DW_AT_call_file
	.byte	54                              @ DW_AT_call_line
	.byte	56                              @ DW_AT_call_column
	.byte	32                              @ Abbrev [32] 0xd19:0x7 DW_TAG_formal_parameter
	.byte	1                               @ DW_AT_location
	.byte	83
	.long	1443                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xd20:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc107                  @ DW_AT_location
	.long	1465                            @ DW_AT_abstract_origin
	.byte	24                              @ Abbrev [24] 0xd29:0x9 DW_TAG_variable
	.long	.Ldebug_loc106                  @ DW_AT_location
	.long	1476                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	26                              @ Abbrev [26] 0xd33:0x1f DW_TAG_inlined_subroutine
	.long	3195                            @ DW_AT_abstract_origin
	.long	.Ldebug_ranges17                @ DW_AT_ranges
	.byte	3                               @ DW_AT_call_file
	.byte	55                              @ DW_AT_call_line
	.byte	10                              @ DW_AT_call_column
	.byte	23                              @ Abbrev [23] 0xd3f:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc109                  @ DW_AT_location
	.long	3207                            @ DW_AT_abstract_origin
	.byte	23                              @ Abbrev [23] 0xd48:0x9 DW_TAG_formal_parameter
	.long	.Ldebug_loc110                  @ DW_AT_location
	.long	3229                            @ DW_AT_abstract_origin
	.byte	0                               @ End Of Children Mark
	.byte	0                               @ End Of Children Mark
	.byte	39                              @ Abbrev [39] 0xd53:0xc DW_TAG_array_type
	.long	57                              @ DW_AT_type
	.byte	40                              @ Abbrev [40] 0xd58:0x6 DW_TAG_subrange_type
	.long	3423                            @ DW_AT_type
	.byte	4                               @ DW_AT_count
	.byte	0                               @ End Of Children Mark
	.byte	41                              @ Abbrev [41] 0xd5f:0x7 DW_TAG_base_type
	.long	.Linfo_string101                @ DW_AT_name
	.byte	8                               @ DW_AT_byte_size
	.byte	7                               @ DW_AT_encoding
	.byte	0                               @ End Of Children Mark
.Ldebug_info_end0:
	.section	.debug_ranges,"",%progbits
.Ldebug_ranges0:
	.long	.Ltmp16-.Lfunc_begin0
	.long	.Ltmp17-.Lfunc_begin0
	.long	.Ltmp29-.Lfunc_begin0
	.long	.Ltmp30-.Lfunc_begin0
	.long	.Ltmp31-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.long	.Ltmp37-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges1:
	.long	.Ltmp45-.Lfunc_begin0
	.long	.Ltmp51-.Lfunc_begin0
	.long	.Ltmp52-.Lfunc_begin0
	.long	.Ltmp53-.Lfunc_begin0
	.long	.Ltmp56-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges2:
	.long	.Ltmp45-.Lfunc_begin0
	.long	.Ltmp47-.Lfunc_begin0
	.long	.Ltmp58-.Lfunc_begin0
	.long	.Ltmp59-.Lfunc_begin0
	.long	.Ltmp60-.Lfunc_begin0
	.long	.Ltmp61-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges3:
	.long	.Ltmp32-.Lfunc_begin0
	.long	.Ltmp34-.Lfunc_begin0
	.long	.Ltmp37-.Lfunc_begin0
	.long	.Ltmp38-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges4:
	.long	.Ltmp70-.Lfunc_begin0
	.long	.Ltmp82-.Lfunc_begin0
	.long	.Ltmp83-.Lfunc_begin0
	.long	.Ltmp112-.Lfunc_begin0
	.long	.Ltmp236-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges5:
	.long	.Ltmp72-.Lfunc_begin0
	.long	.Ltmp82-.Lfunc_begin0
	.long	.Ltmp84-.Lfunc_begin0
	.long	.Ltmp110-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges6:
	.long	.Ltmp236-.Lfunc_begin0
	.long	.Ltmp249-.Lfunc_begin0
	.long	.Ltmp252-.Lfunc_begin0
	.long	.Ltmp287-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges7:
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp133-.Lfunc_begin0
	.long	.Ltmp135-.Lfunc_begin0
	.long	.Ltmp233-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges8:
	.long	.Ltmp131-.Lfunc_begin0
	.long	.Ltmp133-.Lfunc_begin0
	.long	.Ltmp145-.Lfunc_begin0
	.long	.Ltmp147-.Lfunc_begin0
	.long	.Ltmp170-.Lfunc_begin0
	.long	.Ltmp173-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges9:
	.long	.Ltmp296-.Lfunc_begin0
	.long	.Ltmp297-.Lfunc_begin0
	.long	.Ltmp300-.Lfunc_begin0
	.long	.Ltmp443-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges10:
	.long	.Ltmp310-.Lfunc_begin0
	.long	.Ltmp334-.Lfunc_begin0
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp343-.Lfunc_begin0
	.long	.Ltmp346-.Lfunc_begin0
	.long	.Ltmp443-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges11:
	.long	.Ltmp331-.Lfunc_begin0
	.long	.Ltmp334-.Lfunc_begin0
	.long	.Ltmp341-.Lfunc_begin0
	.long	.Ltmp343-.Lfunc_begin0
	.long	.Ltmp354-.Lfunc_begin0
	.long	.Ltmp356-.Lfunc_begin0
	.long	.Ltmp371-.Lfunc_begin0
	.long	.Ltmp374-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges12:
	.long	.Ltmp458-.Lfunc_begin0
	.long	.Ltmp460-.Lfunc_begin0
	.long	.Ltmp462-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.long	.Ltmp469-.Lfunc_begin0
	.long	.Ltmp472-.Lfunc_begin0
	.long	.Ltmp480-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges13:
	.long	.Ltmp463-.Lfunc_begin0
	.long	.Ltmp465-.Lfunc_begin0
	.long	.Ltmp466-.Lfunc_begin0
	.long	.Ltmp467-.Lfunc_begin0
	.long	.Ltmp469-.Lfunc_begin0
	.long	.Ltmp471-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges14:
	.long	.Ltmp486-.Lfunc_begin0
	.long	.Ltmp492-.Lfunc_begin0
	.long	.Ltmp495-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges15:
	.long	.Ltmp486-.Lfunc_begin0
	.long	.Ltmp488-.Lfunc_begin0
	.long	.Ltmp497-.Lfunc_begin0
	.long	.Ltmp499-.Lfunc_begin0
	.long	.Ltmp500-.Lfunc_begin0
	.long	.Ltmp501-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges16:
	.long	.Ltmp468-.Lfunc_begin0
	.long	.Ltmp469-.Lfunc_begin0
	.long	.Ltmp472-.Lfunc_begin0
	.long	.Ltmp477-.Lfunc_begin0
	.long	0
	.long	0
.Ldebug_ranges17:
	.long	.Ltmp563-.Lfunc_begin0
	.long	.Ltmp565-.Lfunc_begin0
	.long	.Ltmp567-.Lfunc_begin0
	.long	.Ltmp568-.Lfunc_begin0
	.long	0
	.long	0
	.section	.debug_str,"MS",%progbits,1
.Linfo_string0:
	.asciz	"clang version 22.1.8"          @ string offset=0
.Linfo_string1:
	.asciz	"src/espalier/emit/kernels/pool.c" @ string offset=21
.Linfo_string2:
	.asciz	"/work/wt/k4"                   @ string offset=54
.Linfo_string3:
	.asciz	"signed char"                   @ string offset=66
.Linfo_string4:
	.asciz	"int8_t"                        @ string offset=78
.Linfo_string5:
	.asciz	"int"                           @ string offset=85
.Linfo_string6:
	.asciz	"int32_t"                       @ string offset=89
.Linfo_string7:
	.asciz	"unsigned int"                  @ string offset=97
.Linfo_string8:
	.asciz	"uint32_t"                      @ string offset=110
.Linfo_string9:
	.asciz	"pushed"                        @ string offset=119
.Linfo_string10:
	.asciz	"wanted"                        @ string offset=126
.Linfo_string11:
	.asciz	"slot"                          @ string offset=133
.Linfo_string12:
	.asciz	"unused"                        @ string offset=138
.Linfo_string13:
	.asciz	"espalier_ring_state"           @ string offset=145
.Linfo_string14:
	.asciz	"windows"                       @ string offset=165
.Linfo_string15:
	.asciz	"l"                             @ string offset=173
.Linfo_string16:
	.asciz	"ring"                          @ string offset=175
.Linfo_string17:
	.asciz	"rows"                          @ string offset=180
.Linfo_string18:
	.asciz	"short"                         @ string offset=185
.Linfo_string19:
	.asciz	"int16_t"                       @ string offset=191
.Linfo_string20:
	.asciz	"pad_top"                       @ string offset=199
.Linfo_string21:
	.asciz	"in_height"                     @ string offset=207
.Linfo_string22:
	.asciz	"stride"                        @ string offset=217
.Linfo_string23:
	.asciz	"outside"                       @ string offset=224
.Linfo_string24:
	.asciz	"left"                          @ string offset=232
.Linfo_string25:
	.asciz	"row_bytes"                     @ string offset=237
.Linfo_string26:
	.asciz	"state_bytes"                   @ string offset=247
.Linfo_string27:
	.asciz	"espalier_ring"                 @ string offset=259
.Linfo_string28:
	.asciz	"in_width"                      @ string offset=273
.Linfo_string29:
	.asciz	"channels"                      @ string offset=282
.Linfo_string30:
	.asciz	"out_height"                    @ string offset=291
.Linfo_string31:
	.asciz	"out_width"                     @ string offset=302
.Linfo_string32:
	.asciz	"window_height"                 @ string offset=312
.Linfo_string33:
	.asciz	"window_width"                  @ string offset=326
.Linfo_string34:
	.asciz	"stride_width"                  @ string offset=339
.Linfo_string35:
	.asciz	"pad_left"                      @ string offset=352
.Linfo_string36:
	.asciz	"low"                           @ string offset=361
.Linfo_string37:
	.asciz	"high"                          @ string offset=365
.Linfo_string38:
	.asciz	"espalier_pool_layer"           @ string offset=370
.Linfo_string39:
	.asciz	"w"                             @ string offset=390
.Linfo_string40:
	.asciz	"at"                            @ string offset=392
.Linfo_string41:
	.asciz	"end"                           @ string offset=395
.Linfo_string42:
	.asciz	"wrap"                          @ string offset=399
.Linfo_string43:
	.asciz	"columns"                       @ string offset=404
.Linfo_string44:
	.asciz	"pitch"                         @ string offset=412
.Linfo_string45:
	.asciz	"half"                          @ string offset=418
.Linfo_string46:
	.asciz	"reciprocal"                    @ string offset=423
.Linfo_string47:
	.asciz	"shift"                         @ string offset=434
.Linfo_string48:
	.asciz	"count"                         @ string offset=440
.Linfo_string49:
	.asciz	"back"                          @ string offset=446
.Linfo_string50:
	.asciz	"start"                         @ string offset=451
.Linfo_string51:
	.asciz	"least"                         @ string offset=457
.Linfo_string52:
	.asciz	"one"                           @ string offset=463
.Linfo_string53:
	.asciz	"factor"                        @ string offset=467
.Linfo_string54:
	.asciz	"limited"                       @ string offset=474
.Linfo_string55:
	.asciz	"lows"                          @ string offset=482
.Linfo_string56:
	.asciz	"highs"                         @ string offset=487
.Linfo_string57:
	.asciz	"Window"                        @ string offset=493
.Linfo_string58:
	.asciz	"top"                           @ string offset=500
.Linfo_string59:
	.asciz	"first"                         @ string offset=504
.Linfo_string60:
	.asciz	"out"                           @ string offset=510
.Linfo_string61:
	.asciz	"pixel"                         @ string offset=514
.Linfo_string62:
	.asciz	"pixel_kernel"                  @ string offset=520
.Linfo_string63:
	.asciz	"pixels"                        @ string offset=533
.Linfo_string64:
	.asciz	"x"                             @ string offset=540
.Linfo_string65:
	.asciz	"clip"                          @ string offset=542
.Linfo_string66:
	.asciz	"from"                          @ string offset=547
.Linfo_string67:
	.asciz	"size"                          @ string offset=552
.Linfo_string68:
	.asciz	"limit"                         @ string offset=557
.Linfo_string69:
	.asciz	"prepare"                       @ string offset=563
.Linfo_string70:
	.asciz	"quotient_of"                   @ string offset=571
.Linfo_string71:
	.asciz	"rest"                          @ string offset=583
.Linfo_string72:
	.asciz	"bit"                           @ string offset=588
.Linfo_string73:
	.asciz	"quotient"                      @ string offset=592
.Linfo_string74:
	.asciz	"sum_of_1"                      @ string offset=601
.Linfo_string75:
	.asciz	"channel"                       @ string offset=610
.Linfo_string76:
	.asciz	"y"                             @ string offset=618
.Linfo_string77:
	.asciz	"sum"                           @ string offset=620
.Linfo_string78:
	.asciz	"row"                           @ string offset=624
.Linfo_string79:
	.asciz	"below"                         @ string offset=628
.Linfo_string80:
	.asciz	"sums_of_4"                     @ string offset=634
.Linfo_string81:
	.asciz	"s0"                            @ string offset=644
.Linfo_string82:
	.asciz	"s1"                            @ string offset=647
.Linfo_string83:
	.asciz	"s2"                            @ string offset=650
.Linfo_string84:
	.asciz	"s3"                            @ string offset=653
.Linfo_string85:
	.asciz	"espalier_ring_row"             @ string offset=656
.Linfo_string86:
	.asciz	"state"                         @ string offset=674
.Linfo_string87:
	.asciz	"number"                        @ string offset=680
.Linfo_string88:
	.asciz	"s"                             @ string offset=687
.Linfo_string89:
	.asciz	"espalier_ring_next"            @ string offset=689
.Linfo_string90:
	.asciz	"espalier_clamp"                @ string offset=708
.Linfo_string91:
	.asciz	"espalier_average_pool_2d"      @ string offset=723
.Linfo_string92:
	.asciz	"all_windows"                   @ string offset=748
.Linfo_string93:
	.asciz	"average_pixel"                 @ string offset=760
.Linfo_string94:
	.asciz	"espalier_max_pool_2d"          @ string offset=774
.Linfo_string95:
	.asciz	"max_pixel"                     @ string offset=795
.Linfo_string96:
	.asciz	"espalier_average_pool_2d_row"  @ string offset=805
.Linfo_string97:
	.asciz	"ring_windows"                  @ string offset=834
.Linfo_string98:
	.asciz	"espalier_max_pool_2d_row"      @ string offset=847
.Linfo_string99:
	.asciz	"average_of"                    @ string offset=872
.Linfo_string100:
	.asciz	"in"                            @ string offset=883
.Linfo_string101:
	.asciz	"__ARRAY_SIZE_TYPE__"           @ string offset=886
.Linfo_string102:
	.asciz	"lane"                          @ string offset=906
.Linfo_string103:
	.asciz	"best"                          @ string offset=911
.Linfo_string104:
	.asciz	"work"                          @ string offset=916
.Linfo_string105:
	.asciz	"average"                       @ string offset=921
	.ident	"clang version 22.1.8"
	.section	".note.GNU-stack","",%progbits
	.addrsig
	.addrsig_sym average_pixel
	.addrsig_sym max_pixel
	.eabi_attribute	30, 1	@ Tag_ABI_optimization_goals
	.section	.debug_line,"",%progbits
.Lline_table_start0:
