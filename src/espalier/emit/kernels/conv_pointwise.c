/* conv_2d with windows of one pixel and at most four input channels: the inputs of some pixels stay in registers while all
 * output channels pass by. */
#include "espalier.h"

/* `tiles` times two pixels (four of at most two input channels), `pitch` bytes apart; rows: of each output channel the doubled
 * weights, the doubled bias, multiplier, one less than the right shift (less 2^31 of the last channel) and rounding. The low
 * ones are for a zero point of -128: halves below it need not be rounded away from zero. */
typedef void points_kernel(const int32_t *rows, const int8_t *from, int8_t *out, int32_t tiles, int32_t pitch, int32_t channels);
points_kernel espalier_points_2, espalier_points_2_low, espalier_points_4, espalier_points_4_low;

#if ESPALIER_DSP
#define HEAD(name)                                                                                             \
  ESPALIER_FUNCTION(name)                                                                                      \
  "push {r4-r11,lr}\n"                                                                                         \
  "push {r0,r1,r3}\n"                                                                                          \
  "mov r11,r2\n"
#define TAIL(name) "pop {r4-r11,pc}\n" ESPALIER_END(name)
#define ROUND(a, m, r) "smmulr " a "," a "," m "\n" "add " a "," a "," a ",asr #31\n" "add " a "," a "," r "\n"
#define ROUND_LOW(a, m, r) "smmlar " a "," a "," m "," r "\n"
#define SHIFT(a, s) "asr " a "," a "," s "\n" "ssat " a ",#8," a ",asr #1\n"
/* r0 rows, r1-r4 inputs of a pixel each, r5-r9 row, r10 result, r11 out, r12 pitch of the output, lr three of it.
 * stack: 0 rows, 4 from, 8 tiles, 48 pitch, 52 channels */
#define PAIR(a) "ldrsb.w " a ",[r5]\n" "ldrsb.w r7,[r5,#1]\n" "add r5,r5,r6\n" "pkhbt " a "," a ",r7,lsl #16\n"
#define OF_TWO(ROUND, x) "smlad r10," x ",r5,r6\n" ROUND("r10", "r7", "r9") SHIFT("r10", "r8")
#define POINTS_2(name, ROUND)                                                                                  \
  __asm__(HEAD(name)                                                                                           \
          "ldr r12,[sp,#52]\n"                                                                                 \
          "add lr,r12,r12,lsl #1\n"                                                                            \
          "1: ldr r5,[sp,#4]\n"                                                                                \
          "ldr r6,[sp,#48]\n"                                                                                  \
          PAIR("r1") PAIR("r2") PAIR("r3") PAIR("r4")                                                          \
          "str r5,[sp,#4]\n"                                                                                   \
          "ldr r0,[sp,#0]\n"                                                                                   \
          "2: ldm r0!,{r5-r9}\n"                                                                               \
          OF_TWO(ROUND, "r4") "strb r10,[r11,lr]\n"                                                            \
          OF_TWO(ROUND, "r3") "strb r10,[r11,r12,lsl #1]\n"                                                    \
          OF_TWO(ROUND, "r2") "strb r10,[r11,r12]\n"                                                           \
          OF_TWO(ROUND, "r1") "strb r10,[r11],#1\n"                                                            \
          "cmp r8,#0\n"                                                                                        \
          "bge 2b\n"                                                                                           \
          "ldr r5,[sp,#8]\n"                                                                                   \
          "add r11,r11,lr\n"                                                                                   \
          "subs r5,r5,#1\n"                                                                                    \
          "str r5,[sp,#8]\n"                                                                                   \
          "bne 1b\n"                                                                                           \
          "add sp,sp,#12\n" TAIL(name))
POINTS_2("espalier_points_2", ROUND);
POINTS_2("espalier_points_2_low", ROUND_LOW);
/* r0 rows, r1 r2 and r3 r4 inputs of a pixel, r5-r10 row, r11 out, r12 and r7 results, lr pitch of the output. */
#define FOUR(a, b) "ldr r12,[r5]\n" "add r5,r5,r6\n" "sxtb16 " a ",r12\n" "sxtb16 " b ",r12,ror #8\n"
/* Both sums first: then the weights make room. */
#define SUMS                                                                                                   \
  "smlad r12,r3,r5,r7\n" "smlad r7,r1,r5,r7\n" "smlad r12,r4,r6,r12\n" "smlad r7,r2,r6,r7\n"
#define ROUND_4(a) "add r5,r10," a ",asr #31\n" "smmlar " a "," a ",r8,r5\n"
#define ROUND_4_LOW(a) "smmlar " a "," a ",r8,r10\n"
#define POINTS_4(name, ROUND)                                                                                  \
  __asm__(HEAD(name)                                                                                           \
          "ldr lr,[sp,#52]\n"                                                                                  \
          "1: ldr r5,[sp,#4]\n"                                                                                \
          "ldr r6,[sp,#48]\n"                                                                                  \
          FOUR("r1", "r2") FOUR("r3", "r4")                                                                    \
          "str r5,[sp,#4]\n"                                                                                   \
          "ldr r0,[sp,#0]\n"                                                                                   \
          "2: ldm r0!,{r5-r10}\n"                                                                              \
          SUMS ROUND("r12") SHIFT("r12", "r9") "strb r12,[r11,lr]\n"                                           \
          ROUND("r7") SHIFT("r7", "r9") "strb r7,[r11],#1\n"                                                   \
          "cmp r9,#0\n"                                                                                        \
          "bge 2b\n"                                                                                           \
          "ldr r5,[sp,#8]\n"                                                                                   \
          "add r11,r11,lr\n"                                                                                   \
          "subs r5,r5,#1\n"                                                                                    \
          "str r5,[sp,#8]\n"                                                                                   \
          "bne 1b\n"                                                                                           \
          "add sp,sp,#12\n" TAIL(name))
POINTS_4("espalier_points_4", ROUND_4);
POINTS_4("espalier_points_4_low", ROUND_4_LOW);
#else
static void points(const int32_t *rows, const int8_t *from, int8_t *out, int32_t pixels, int32_t pitch, int32_t channels,
                   int32_t words) {
  int32_t channel, k;
  for (; pixels > 0; pixels--, from += pitch, out += channels) {
    const int32_t *row = rows;
    for (channel = 0; channel < channels; channel++, row += 4) {
      static const int8_t order[4] = {0, 2, 1, 3};
      uint32_t sum;
      int32_t x, shift = row[words + 2] & 0xff;
      const int32_t *w = row;
      row += words;
      sum = (uint32_t)row[0];
      for (k = 0; k < 2 * words; k++) {
        int16_t weight = (int16_t)((uint32_t)w[k >> 1] >> (k & 1 ? 16 : 0) & 0xffffu);
        sum += (uint32_t)(from[words == 1 ? k : order[k]] * weight);
      }
      x = espalier_scale_doubled((int32_t)sum, row[1]);
      x += x >> 31;
      out[channel] = (int8_t)espalier_clamp((x + row[3]) >> (shift + 1), -128, 127);
    }
  }
}

void espalier_points_2(const int32_t *rows, const int8_t *from, int8_t *out, int32_t tiles, int32_t pitch, int32_t channels) {
  points(rows, from, out, 4 * tiles, pitch, channels, 1);
}

void espalier_points_4(const int32_t *rows, const int8_t *from, int8_t *out, int32_t tiles, int32_t pitch, int32_t channels) {
  points(rows, from, out, 2 * tiles, pitch, channels, 2);
}
#define espalier_points_2_low espalier_points_2
#define espalier_points_4_low espalier_points_4
#endif

void espalier_conv_pointwise_row(const espalier_conv_2d_layer *l, void *state, void *work, const int8_t *in, int8_t *out) {
  const int32_t *rows = (const int32_t *)(const void *)l->weights;
  int32_t pitch = l->pixel_step, channels = l->out_channels, few = l->in_channels <= 2, at_once = few ? 4 : 2;
  int low = l->out_zero == -128;
  points_kernel *kernel = few ? (low ? espalier_points_2_low : espalier_points_2)
                              : (low ? espalier_points_4_low : espalier_points_4);
  int32_t more = (few ? 2 : 4) - l->in_channels, pixels = l->out_width, x;
  (void)state;
  /* Pixels whose inputs are read to behind the last one are copied first. */
  ESPALIER_ROLLED
  for (; more > 0; more -= pitch) pixels--;
  x = pixels < at_once ? 0 : pixels & ~(at_once - 1);
  if (x) kernel(rows, in, out, few ? x >> 2 : x >> 1, pitch, channels);
  if (x < l->out_width) {
    int8_t *results = work, *last = results + 4 * channels;
    pixels = l->out_width - x;
    espalier_copy(last, in + x * pitch, (pixels - 1) * pitch + l->in_channels);
    kernel(rows, last, results, 1, pitch, channels);
    espalier_copy(out + x * channels, results, pixels * channels);
  }
  if (l->low > -128 || l->high < 127) espalier_clamp_row(out, l->out_width * channels, l->low, l->high);
}

void espalier_conv_pointwise(const espalier_conv_2d_layer *l, const int8_t *in, int8_t *out, void *scratch) {
  int32_t y;
  for (y = 0; y < l->out_height; y++) {
    espalier_conv_pointwise_row(l, scratch, scratch, in, out);
    in += l->ring.stride * l->in_width * l->in_channels;
    out += l->out_width * l->out_channels;
  }
}
