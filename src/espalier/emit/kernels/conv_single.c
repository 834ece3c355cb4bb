/* conv_2d with one output channel: nothing is packed, as no second channel would use it. Four output pixels at a time, their
 * sums in registers, the weights kept as 16 bits. */
#include "espalier.h"

/* What the kernels need; the order of the fields is known to the assembly. */
typedef struct {
  const int32_t *at, *end;                /* where the pieces of a window begin */
  int32_t words, pitch;                   /* words of a piece; bytes from one pixel's window to the next */
  const int16_t *weights;
  int32_t bias, multiplier, shift, rounding; /* one less than the right shift */
  int32_t tail;                           /* whether one byte more belongs to a piece */
} espalier_single;

/* Tiles of four pixels from `from` on. */
typedef void single_kernel(const espalier_single *t, const int8_t *from, int8_t *out, int32_t tiles);
single_kernel espalier_single_any, espalier_single_beside;

#if ESPALIER_DSP
/* A result of a doubled sum: multiplier r10, shift r11, rounding lr. */
#define SCALE(a)                   \
  "add r8,lr," a ",asr #31\n"      \
  "smmlar " a "," a ",r10,r8\n"    \
  "asr " a "," a ",r11\n"          \
  "ssat " a ",#8," a ",asr #1\n"
#define FOUR_RESULTS SCALE("r4") SCALE("r5") SCALE("r6") SCALE("r7")
#define WORD(pixel, sum)                                                                                       \
  "ldr r10,[" pixel "],#4\n"                                                                                   \
  "sxtb16 r11,r10,ror #8\n"                                                                                    \
  "sxtb16 r10,r10\n"                                                                                           \
  "smlad " sum ",r10,r8," sum "\n"                                                                             \
  "smlad " sum ",r11,r9," sum "\n"
#define BYTE(pixel, sum) "ldrsb.w r10,[" pixel "]\n" "mla " sum ",r10,r9," sum "\n"
/* r0 weights; r1 r12 lr r2 pixels, r3 words left, r4-r7 sums, r8 r9 weights. stack: 0 next piece, 4 from, 8 out, 12 tiles,
 * 16 at, 20 end, 24 words, 28 pitch, 32 weights, 36 bias, 40 multiplier, 44 shift, 48 rounding, 52 tail */
__asm__(ESPALIER_FUNCTION("espalier_single_any")
        "push {r4-r11,lr}\n"
        "sub sp,sp,#60\n"
        "strd r1,r2,[sp,#4]\n"
        "str r3,[sp,#12]\n"
        "ldm r0,{r3-r12}\n"
        "add r1,sp,#16\n"
        "stm r1,{r3-r12}\n"
        "1: ldr r3,[sp,#16]\n"
        "ldrd r0,r4,[sp,#32]\n"
        "mov r5,r4\n"
        "mov r6,r4\n"
        "mov r7,r4\n"
        "2: ldr r1,[r3],#4\n"
        "str r3,[sp,#0]\n"
        "ldr r12,[sp,#4]\n"
        "ldrd r3,r2,[sp,#24]\n"
        "add r1,r1,r12\n"
        "add r12,r1,r2\n"
        "add lr,r12,r2\n"
        "add r2,r2,lr\n"
        "cbz r3,4f\n"
        "3: ldrd r8,r9,[r0],#8\n"
        WORD("r1", "r4") WORD("r12", "r5") WORD("lr", "r6") WORD("r2", "r7")
        "subs r3,r3,#1\n"
        "bne 3b\n"
        "4: ldr r3,[sp,#52]\n"
        "cbz r3,5f\n"
        "ldrsh r9,[r0],#4\n"
        BYTE("r1", "r4") BYTE("r12", "r5") BYTE("lr", "r6") BYTE("r2", "r7")
        "5: ldr r3,[sp,#0]\n"
        "ldr r8,[sp,#20]\n"
        "cmp r3,r8\n"
        "bne 2b\n"
        "ldrd r10,r11,[sp,#40]\n"
        "ldr lr,[sp,#48]\n"
        "ldrd r1,r2,[sp,#4]\n"
        "ldr r3,[sp,#28]\n"
        FOUR_RESULTS
        "strb r4,[r2],#1\n"
        "strb r5,[r2],#1\n"
        "strb r6,[r2],#1\n"
        "strb r7,[r2],#1\n"
        "add r1,r1,r3,lsl #2\n"
        "ldr r3,[sp,#12]\n"
        "strd r1,r2,[sp,#4]\n"
        "subs r3,r3,#1\n"
        "str r3,[sp,#12]\n"
        "bne.w 1b\n"
        "add sp,sp,#60\n"
        "pop {r4-r11,pc}\n" ESPALIER_END("espalier_single_any"));

/* Windows one byte apart with rows of up to 4 bytes: what one pixel needs, its neighbours need as well.
 * r0 weights, r1 row, r2 from, r3 next piece, r4-r7 sums, r8 r9 weights, r12 out, lr end of the pieces. stack: 0 tiles, then
 * the fields as above from 4 on */
__asm__(ESPALIER_FUNCTION("espalier_single_beside")
        "push {r4-r11,lr}\n"
        "sub sp,sp,#44\n"
        "mov r12,r2\n"
        "mov r2,r1\n"
        "str r3,[sp,#0]\n"
        "ldm r0,{r3-r11}\n"
        "add r1,sp,#4\n"
        "stm r1,{r3-r11}\n"
        "1: ldrd r0,r4,[sp,#20]\n"
        "ldrd r3,lr,[sp,#4]\n"
        "mov r5,r4\n"
        "mov r6,r4\n"
        "mov r7,r4\n"
        "2: ldr r1,[r3],#4\n"
        "ldrd r8,r9,[r0],#8\n"
        "add r1,r1,r2\n"
        "ldr r11,[r1]\n"
        "sxtb16 r10,r11\n"
        "smlad r4,r10,r8,r4\n"
        "sxtb16 r10,r11,ror #8\n"
        "smlad r4,r10,r9,r4\n"
        "smlad r5,r10,r8,r5\n"
        "ldr r11,[r1,#2]\n"
        "sxtb16 r10,r11\n"
        "smlad r5,r10,r9,r5\n"
        "smlad r6,r10,r8,r6\n"
        "sxtb16 r10,r11,ror #8\n"
        "smlad r6,r10,r9,r6\n"
        "smlad r7,r10,r8,r7\n"
        "ldr r11,[r1,#4]\n"
        "sxtb16 r10,r11\n"
        "smlad r7,r10,r9,r7\n"
        "cmp r3,lr\n"
        "bne 2b\n"
        "ldrd r10,r11,[sp,#28]\n"
        "ldr lr,[sp,#36]\n"
        FOUR_RESULTS
        "strb r4,[r12],#1\n"
        "strb r5,[r12],#1\n"
        "strb r6,[r12],#1\n"
        "strb r7,[r12],#1\n"
        "ldr r3,[sp,#0]\n"
        "adds r2,r2,#4\n"
        "subs r3,r3,#1\n"
        "str r3,[sp,#0]\n"
        "bne 1b\n"
        "add sp,sp,#44\n"
        "pop {r4-r11,pc}\n" ESPALIER_END("espalier_single_beside"));
#else
void espalier_single_any(const espalier_single *t, const int8_t *from, int8_t *out, int32_t tiles) {
  int32_t pixels, k;
  for (pixels = 4 * tiles; pixels > 0; pixels--, from += t->pitch) {
    const int16_t *w = t->weights;
    const int32_t *piece;
    uint32_t sum = (uint32_t)t->bias;
    int32_t x;
    for (piece = t->at; piece != t->end; piece++) {
      const int8_t *a = from + *piece;
      for (k = 0; k < t->words; k++, a += 4, w += 4) {
        sum += (uint32_t)(a[0] * w[0] + a[2] * w[1] + a[1] * w[2] + a[3] * w[3]);
      }
      if (t->tail) {
        sum += (uint32_t)(a[0] * w[0]);
        w += 2;
      }
    }
    x = espalier_scale_doubled((int32_t)sum, t->multiplier);
    x += x >> 31;
    *out++ = (int8_t)espalier_clamp((x + t->rounding) >> (t->shift + 1), -128, 127);
  }
}

void espalier_single_beside(const espalier_single *t, const int8_t *from, int8_t *out, int32_t tiles) {
  espalier_single_any(t, from, out, tiles);
}
#endif

/* The pixels of a row from `x` on, fewer than a tile or such whose words end behind the input. */
ESPALIER_RARE static void last_pixels(const espalier_conv_2d_layer *l, const espalier_single *t, single_kernel *kernel,
                                      const int8_t *base, int8_t *out, int32_t x) {
  const int8_t *from = base + x * l->pixel_step;
  int8_t last[4];
  if (l->ring.rows && x) {
    x = l->out_width - 4;
    kernel(t, base + x * l->pixel_step, out + x, 1);
    return;
  }
  if (!l->ring.rows) {
    int8_t *copied = (int8_t *)(uintptr_t)t->end;
    espalier_copy(copied, from, (l->out_width - x - 1) * l->pixel_step + l->segment_bytes);
    from = copied;
  }
  kernel(t, from, last, 1);
  espalier_copy(out + x, last, l->out_width - x);
}

void espalier_conv_single_row(const espalier_conv_2d_layer *l, void *state, void *work, const int8_t *in, int8_t *out) {
  int32_t *list = work;
  const int8_t *base = in;
  single_kernel *kernel = l->pixel_step == 1 && l->segment_words == 1 && !l->tail_bytes && l->ring.rows
                              ? espalier_single_beside
                              : espalier_single_any;
  int32_t pixels = l->out_width, x;
  espalier_single t;
  if (l->ring.rows) {
    int32_t line, piece;
    base = (const int8_t *)((const espalier_ring_state *)state + 1);
    ESPALIER_ROLLED
    for (line = 0; line < l->window_rows; line++) {
      int32_t at = (int32_t)(espalier_ring_row(&l->ring, state, line * l->dilation) - base);
      ESPALIER_ROLLED
      for (piece = 0; piece < l->window_segments; piece++, at += l->segment_step) *list++ = at;
    }
  } else {
    /* Words may end behind the input: the pixels at the end whose words do are copied first. */
    int32_t more = 4 * l->segment_words + l->tail_bytes - l->segment_bytes;
    ESPALIER_ROLLED
    for (; more > 0; more -= l->pixel_step) pixels--;
    *list++ = 0;
  }
  t.at = work;
  t.end = list;
  t.words = l->segment_words;
  t.pitch = l->pixel_step;
  t.weights = (const int16_t *)(const void *)l->weights;
  t.bias = l->pairs->bias0;
  t.multiplier = l->pairs->multiplier0;
  t.shift = l->pairs->shift0;
  t.rounding = (2 * l->out_zero + 1) * ((int32_t)1 << t.shift);
  t.tail = l->tail_bytes;
  x = pixels < 4 ? 0 : pixels & ~3;
  if (x) kernel(&t, base, out, x >> 2);
  if (x < l->out_width) last_pixels(l, &t, kernel, base, out, x);
  if (l->low > -128 || l->high < 127) espalier_clamp_row(out, l->out_width, l->low, l->high);
  if (l->ring.rows) espalier_ring_next(&l->ring, state);
}

void espalier_conv_single(const espalier_conv_2d_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  if (l->ring.rows) espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (l->ring.rows && espalier_ring_wants(&l->ring, scratch)) {
      espalier_ring_push(&l->ring, scratch, in, l->in_width * l->in_channels);
      in += l->in_width * l->in_channels;
    }
    espalier_conv_single_row(l, scratch, work, in, out);
    if (!l->ring.rows) in += l->ring.stride * l->in_width * l->in_channels;
    out += l->out_width;
  }
}
