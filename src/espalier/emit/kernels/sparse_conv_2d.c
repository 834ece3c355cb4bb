/* conv_2d whose weights are mostly zero: only the others are stored and multiplied.
 * Input rows go through a ring of padded rows. Per 8 output pixels the windows are packed once, the 8 values of one
 * window position side by side, so that an entry (a weight and the distance to it) is read once for 8 products.
 * Packed values are value + 128, so that no core has to extend a sign; the channels' starting sums take it back. */
#include "espalier.h"

/* ---- packing: 4 window positions of 8 pixels at a time ---------------------------------------------------------- */

static uint32_t load(const int8_t *from) {
  uint32_t word;
  ESPALIER_MOVE4(&word, from);
  return word;
}

/* Words {even pixel + 128, 0, 0, odd pixel}: two values that one multiplication to 64 bits takes. */
uint32_t *espalier_sparse_pack_pairs(uint32_t *to, const int8_t *from, int32_t pitch, int32_t words) {
  int32_t pair;
  for (; words > 0; words--) {
    const int8_t *at = from;
    for (pair = 0; pair < 4; pair++) {
      uint32_t a = load(at) ^ 0x80808080u, b = load(at + pitch);
      uint32_t even = a & 0x00ff00ffu, odd = (a >> 8) & 0x00ff00ffu;
      uint32_t even_high = (b << 8) & 0xff00ff00u, odd_high = b & 0xff00ff00u;
      to[0] = (even & 0xffffu) | (even_high << 16);
      to[4] = (odd & 0xffffu) | (odd_high << 16);
      to[8] = (even >> 16) | (even_high & 0xffff0000u);
      to[12] = (odd >> 16) | (odd_high & 0xffff0000u);
      to++;
      at += 2 * pitch;
    }
    to += 12;
    from += 4;
  }
  return to;
}

/* Bytes, each + 128. */
#if ESPALIER_THUMB2
uint32_t *espalier_sparse_pack_bytes(uint32_t *to, const int8_t *from, int32_t pitch, int32_t words) {
  int32_t half;
  for (; words > 0; words--) {
    const int8_t *at = from;
    for (half = 0; half < 2; half++) {
      uint32_t a = load(at) ^ 0x80808080u, b = load(at + pitch) ^ 0x80808080u;
      uint32_t low, high, even, odd;
      at += 2 * pitch;
      even = (a & 0x00ff00ffu) | ((b << 8) & 0xff00ff00u);
      odd = ((a >> 8) & 0x00ff00ffu) | (b & 0xff00ff00u);
      a = load(at) ^ 0x80808080u;
      b = load(at + pitch) ^ 0x80808080u;
      at += 2 * pitch;
      low = (a & 0x00ff00ffu) | ((b << 8) & 0xff00ff00u);
      high = ((a >> 8) & 0x00ff00ffu) | (b & 0xff00ff00u);
      to[0] = (even & 0xffffu) | (low << 16);
      to[2] = (odd & 0xffffu) | (high << 16);
      to[4] = (even >> 16) | (low & 0xffff0000u);
      to[6] = (odd >> 16) | (high & 0xffff0000u);
      to++;
    }
    to += 6;
    from += 4;
  }
  return to;
}
#else
uint32_t *espalier_sparse_pack_bytes(uint32_t *to, const int8_t *from, int32_t pitch, int32_t words) {
  for (; words > 0; words--) {
    uint8_t *packed = (uint8_t *)to;
    const int8_t *at = from;
    int32_t pixel;
    for (pixel = 0; pixel < 8; pixel++) {
      packed[0] = (uint8_t)(at[0] + 128);
      packed[8] = (uint8_t)(at[1] + 128);
      packed[16] = (uint8_t)(at[2] + 128);
      packed[24] = (uint8_t)(at[3] + 128);
      packed++;
      at += pitch;
    }
    to += 8;
    from += 4;
  }
  return to;
}
#endif

/* ---- 8 pixels of all channels ----------------------------------------------------------------------------------- */

#if ESPALIER_THUMB2
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#if ESPALIER_DSP
#define HIGH(a, low) "smmulr " a "," a ",r10\n"
#else
#define HIGH(a, low) "smull " low "," a "," a ",r10\n" "add " a "," a "," low ",lsr #31\n"
#endif
/* One requantized output: sum in register a, multiplier r10, shift r11, rounding and zero point lr. */
#define SCALE(a)                    \
  "lsl " a "," a ",#1\n"            \
  HIGH(a, "r12")                    \
  "add " a "," a "," a ",asr #31\n" \
  "add " a "," a ",lr\n"            \
  "asr " a "," a ",r11\n"           \
  "ssat " a ",#8," a "\n"
/* Two sums of 24 bits apart -> two sums. */
#define SPLIT(low, high)                        \
  "lsl " high "," high ",#8\n"                  \
  "orr " high "," high "," low ",lsr #24\n"     \
  "sbfx " low "," low ",#0,#24\n"               \
  "sub " high "," high "," low ",asr #31\n"
/* Entry i of a group; r0 entries, r1 packed, r10 the group's distances, r2-r9 sums, r11 weight, r12 and lr values. */
#define STEP_PAIRS(i)                     \
  "ubfx r12,r10,#(4*" #i "),#4\n"         \
  "ldrsb.w r11,[r0],#1\n"                 \
  "add.w r1,r1,r12,lsl #4\n"              \
  "ldrd r12,lr,[r1],#8\n"                 \
  "smlal r2,r3,r11,r12\n"                 \
  "smlal r4,r5,r11,lr\n"                  \
  "ldrd r12,lr,[r1],#8\n"                 \
  "smlal r6,r7,r11,r12\n"                 \
  "smlal r8,r9,r11,lr\n"
#define STEP_PAIRS_WORDS 9
#define STEP_BYTES(i)                     \
  "ubfx r12,r10,#(4*" #i "),#4\n"         \
  "ldrsb.w r11,[r0],#1\n"                 \
  "add.w r1,r1,r12,lsl #3\n"              \
  "ldrb.w r12,[r1],#8\n"                  \
  "ldrb.w lr,[r1,#-7]\n"                  \
  "mla r2,r11,r12,r2\n"                   \
  "ldrb.w r12,[r1,#-6]\n"                 \
  "mla r3,r11,lr,r3\n"                    \
  "ldrb.w lr,[r1,#-5]\n"                  \
  "mla r4,r11,r12,r4\n"                   \
  "ldrb.w r12,[r1,#-4]\n"                 \
  "mla r5,r11,lr,r5\n"                    \
  "ldrb.w lr,[r1,#-3]\n"                  \
  "mla r6,r11,r12,r6\n"                   \
  "ldrb.w r12,[r1,#-2]\n"                 \
  "mla r7,r11,lr,r7\n"                    \
  "ldrb.w lr,[r1,#-1]\n"                  \
  "mla r8,r11,r12,r8\n"                   \
  "mla r9,r11,lr,r9\n"
#define STEP_BYTES_WORDS 19
/* stack: 0 packed, 4 entries, 8 channels, 12 count, 16 zero, 20 pitch, 24 out, 28 end of the channel's entries */
#define SPARSE_TILE(name, words, STEP, sums, split)                                          \
  __asm__(                                                                                   \
      ESPALIER_FUNCTION(name)                                                                \
      "push {r4-r11,lr}\n"                                                                   \
      "sub sp,sp,#36\n"                                                                      \
      "ldm r0,{r2-r7}\n"                                                                     \
      "stm sp,{r2-r7}\n"                                                                     \
      "str r1,[sp,#24]\n"                                                                    \
      "mov r0,r3\n"                                                                          \
      "1: ldr r12,[sp,#8]\n"                                                                 \
      "ldr r1,[sp,#0]\n"                                                                     \
      "ldrd r2,r3,[r12]\n"                                                                   \
      "ldrh r11,[r12,#14]\n"                                                                 \
      "ldrb r12,[r12,#13]\n"                                                                 \
      "add r11,r11,r0\n"                                                                     \
      "str r11,[sp,#28]\n"                                                                   \
      "movs r11,#(4*" TEXT(words) ")\n"                                                      \
      "adr.w lr,3f\n"                                                                        \
      "mla r12,r12,r11,lr\n"                                                                 \
      "orr r12,r12,#1\n"                                                                     \
      "ldr r10,[r0],#4\n"                                                                    \
      sums                                                                                   \
      "bx r12\n"                                                                             \
      ".balign 4\n"                                                                          \
      "2: ldr.w r10,[r0],#4\n"                                                               \
      "3:\n"                                                                                 \
      STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7)                        \
      "ldr r12,[sp,#28]\n"                                                                   \
      "cmp r0,r12\n"                                                                         \
      "bne.w 2b\n"                                                                           \
      "ldr r12,[sp,#8]\n"                                                                    \
      "ldr r10,[r12,#8]\n"                                                                   \
      "ldrb r11,[r12,#12]\n"                                                                 \
      "adds r12,r12,#16\n"                                                                   \
      "str r12,[sp,#8]\n"                                                                    \
      "ldr lr,[sp,#16]\n"                                                                    \
      "sub r1,r11,#1\n"                                                                      \
      "lsl lr,lr,r1\n"                                                                       \
      split                                                                                  \
      SCALE("r2") SCALE("r3") SCALE("r4") SCALE("r5") SCALE("r6") SCALE("r7") SCALE("r8")    \
      SCALE("r9")                                                                            \
      "ldrd r12,r1,[sp,#20]\n"                                                               \
      "add r10,r12,r12,lsl #1\n"                                                             \
      "add r11,r12,r12,lsl #2\n"                                                             \
      "rsb lr,r12,r12,lsl #3\n"                                                              \
      "strb r3,[r1,r12]\n"                                                                   \
      "strb r4,[r1,r12,lsl #1]\n"                                                            \
      "strb r6,[r1,r12,lsl #2]\n"                                                            \
      "strb r5,[r1,r10]\n"                                                                   \
      "strb r8,[r1,r10,lsl #1]\n"                                                            \
      "strb r7,[r1,r11]\n"                                                                   \
      "strb r9,[r1,lr]\n"                                                                    \
      "strb r2,[r1],#1\n"                                                                    \
      "str r1,[sp,#24]\n"                                                                    \
      "ldr r2,[sp,#12]\n"                                                                    \
      "subs r2,r2,#1\n"                                                                      \
      "str r2,[sp,#12]\n"                                                                    \
      "bne.w 1b\n"                                                                           \
      "add sp,sp,#36\n"                                                                      \
      "pop {r4-r11,pc}\n"                                                                    \
      ESPALIER_END(name))
SPARSE_TILE("espalier_sparse_tile_pairs", STEP_PAIRS_WORDS, STEP_PAIRS,
            "mov r4,r2\n" "mov r6,r2\n" "mov r8,r2\n" "mov r5,r3\n" "mov r7,r3\n" "mov r9,r3\n",
            SPLIT("r2", "r3") SPLIT("r4", "r5") SPLIT("r6", "r7") SPLIT("r8", "r9"));
SPARSE_TILE("espalier_sparse_tile_bytes", STEP_BYTES_WORDS, STEP_BYTES,
            "mov r3,r2\n" "mov r4,r2\n" "mov r5,r2\n" "mov r6,r2\n" "mov r7,r2\n" "mov r8,r2\n" "mov r9,r2\n", "");

#else
static int8_t requantized(const espalier_sparse_tile *t, const espalier_sparse_channel *c, int32_t sum) {
  int32_t x = espalier_scale(sum, c->multiplier);
  x += x >> 31;
  return (int8_t)espalier_clamp((x + t->zero * ((int32_t)1 << (c->shift - 1))) >> c->shift, -128, 127);
}

void espalier_sparse_tile_pairs(const espalier_sparse_tile *t, int8_t *out) {
  const espalier_sparse_channel *c = t->channels;
  const int8_t *entries = t->entries;
  int32_t count, pair;
  for (count = t->count; count > 0; count--) {
    const int8_t *end = entries + c->bytes;
    const uint32_t *x = t->packed;
    int64_t sum[4];
    int32_t step = c->skip;
    for (pair = 0; pair < 4; pair++) sum[pair] = (int64_t)(((uint64_t)(uint32_t)c->start_high << 32) | (uint32_t)c->start);
    while (entries != end) {
      uint32_t distances = load(entries) >> (4 * step);
      for (entries += 4; step < 8; step++) {
        x += 4 * (distances & 15u);
        distances >>= 4;
        for (pair = 0; pair < 4; pair++) sum[pair] += (int64_t)*entries * (int32_t)x[pair];
        entries++;
        x += 4;
      }
      step = 0;
    }
    for (pair = 0; pair < 4; pair++) {
      int32_t low = (int32_t)((uint32_t)sum[pair] << 8) >> 8;
      out[2 * pair * t->pitch] = requantized(t, c, low);
      out[(2 * pair + 1) * t->pitch] = requantized(t, c, (int32_t)((sum[pair] - low) >> 24));
    }
    out++;
    c++;
  }
}

#if defined(__ARM_ARCH_6M__)
#define PIXELS 4 /* more sums than registers */
#else
#define PIXELS 8
#endif

void espalier_sparse_tile_bytes(const espalier_sparse_tile *t, int8_t *out) {
  const espalier_sparse_channel *c = t->channels;
  const int8_t *entries = t->entries;
  int32_t count, first;
  for (count = t->count; count > 0; count--) {
    const int8_t *end = entries + c->bytes;
    int8_t *to = out;
    for (first = 0; first < 8; first += PIXELS) {
      const uint8_t *x = (const uint8_t *)t->packed + first;
      const int8_t *entry = entries;
      int32_t left = 8 - c->skip;
      int32_t s0 = c->start, s1 = s0, s2 = s0, s3 = s0;
#if PIXELS == 8
      int32_t s4 = s0, s5 = s0, s6 = s0, s7 = s0;
#endif
      do {
        uint32_t distances = load(entry) >> (32 - 4 * left);
        entry += 4;
        do {
          int32_t w = *entry++;
          x += 8 * (distances & 15u);
          distances >>= 4;
          s0 += w * x[0];
          s1 += w * x[1];
          s2 += w * x[2];
          s3 += w * x[3];
#if PIXELS == 8
          s4 += w * x[4];
          s5 += w * x[5];
          s6 += w * x[6];
          s7 += w * x[7];
#endif
          x += 8;
        } while (--left);
        left = 8;
      } while (entry != end);
      to[0] = requantized(t, c, s0);
      to[t->pitch] = requantized(t, c, s1);
      to[2 * t->pitch] = requantized(t, c, s2);
      to[3 * t->pitch] = requantized(t, c, s3);
      to += 4 * t->pitch;
#if PIXELS == 8
      to[0] = requantized(t, c, s4);
      to[t->pitch] = requantized(t, c, s5);
      to[2 * t->pitch] = requantized(t, c, s6);
      to[3 * t->pitch] = requantized(t, c, s7);
#endif
    }
    entries = end;
    out++;
    c++;
  }
}
#endif

/* ---- rows ------------------------------------------------------------------------------------------------------- */

void espalier_sparse_conv_2d_row(const espalier_sparse_conv_2d_layer *l, void *state, void *work, const int8_t *in,
                                 int8_t *out) {
  int8_t *spare = (int8_t *)work + l->packed_bytes;
  espalier_sparse_tile tile;
  int32_t x, at;
  tile.packed = work;
  tile.entries = l->entries;
  tile.channels = l->channels;
  tile.count = l->out_channels;
  tile.zero = 2 * l->out_zero + 1;
  tile.pitch = l->out_channels;
  for (x = 0; x < l->out_width; x += 8) {
    uint32_t *to = work;
    int32_t line, piece;
    if (x + 8 > l->out_width && l->out_width >= 8) x = l->out_width - 8; /* some pixels once more, the same bytes */
    for (line = 0; line < l->window_rows; line++) {
      const int8_t *from = l->ring.rows ? espalier_ring_row(&l->ring, state, line * l->dilation) : in;
      from += x * l->pixel_step;
      for (piece = 0; piece < l->window_segments; piece++) {
        to = l->pack(to, from, l->pixel_step, l->segment_words);
        from += l->segment_step;
      }
    }
    l->tile(&tile, l->out_width >= 8 ? out + x * l->out_channels : spare);
  }
  if (l->out_width < 8) espalier_copy(out, spare, l->out_width * l->out_channels);
  if (l->low > -128 || l->high < 127) {
    for (at = 0; at < l->out_width * l->out_channels; at++) {
      out[at] = (int8_t)espalier_clamp(out[at], l->low, l->high);
    }
  }
  if (l->ring.rows) espalier_ring_next(&l->ring, state);
}

void espalier_sparse_conv_2d(const espalier_sparse_conv_2d_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  void *work = (int8_t *)scratch + l->ring.state_bytes;
  int32_t y;
  if (l->ring.rows) espalier_ring_start(&l->ring, scratch);
  for (y = 0; y < l->out_height; y++) {
    while (l->ring.rows && espalier_ring_wants(&l->ring, scratch)) {
      espalier_ring_push(&l->ring, scratch, in, l->in_row_bytes);
      in += l->in_row_bytes;
    }
    espalier_sparse_conv_2d_row(l, scratch, work, in, out);
    if (!l->ring.rows) in += l->ring.stride * l->in_row_bytes;
    out += l->out_width * l->out_channels;
  }
}
