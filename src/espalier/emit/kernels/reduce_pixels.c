/* mean and sum over all pixels of an image, int8: four channels at a time. */
#include "typed.h"

#if ESPALIER_HELIUM
/* r0 values, r1 bytes from one pixel to the next, r2 pixels, r3 sums */
void espalier_sum_fours(const int8_t *in, int32_t pitch, int32_t pixels, int32_t *sums);
__asm__(
    ESPALIER_FUNCTION("espalier_sum_fours")
    "push {r4,lr}\n"
    "vmov.i32 q0,#0\n"
    "dls lr,r2\n"
    "1: vldrb.s32 q1,[r0]\n"
    "adds r0,r0,r1\n"
    "vadd.i32 q0,q0,q1\n"
    "le lr,1b\n"
    "vstrw.32 q0,[r3]\n"
    "pop {r4,pc}\n"
    ESPALIER_END("espalier_sum_fours"));
#else
static void espalier_sum_fours(const int8_t *in, int32_t pitch, int32_t pixels, int32_t *sums) {
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#if ESPALIER_DSP
  while (pixels > 0) {
    /* Sums of 16 bits hold 256 bytes. */
    int32_t some = pixels < 256 ? pixels : 256;
    uint32_t even = 0, odd = 0, values;
    pixels -= some;
    for (; some > 0; some--) {
      ESPALIER_MOVE4(&values, in);
      __asm__("sxtab16 %0, %0, %1" : "+r"(even) : "r"(values));
      __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(values));
      in += pitch;
    }
    s0 += (int16_t)even;
    s1 += (int16_t)odd;
    s2 += (int16_t)(even >> 16);
    s3 += (int16_t)(odd >> 16);
  }
#else
  for (; pixels > 0; pixels--) {
    s0 += in[0];
    s1 += in[1];
    s2 += in[2];
    s3 += in[3];
    in += pitch;
  }
#endif
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
#endif

static int32_t rescaled(const espalier_reduce_pixels_layer *l, int32_t sum) {
  sum = espalier_requantize(espalier_wrapping_add(sum, -l->offset), l->multiplier, l->shift);
  return espalier_finish(sum, l->out_zero, l->low, l->high);
}

void espalier_reduce_pixels(const espalier_reduce_pixels_layer *l, const int8_t *in, int8_t *out) {
  int32_t channel, lane, pixel;
  for (channel = 0; channel + 4 <= l->channels; channel += 4) {
    int32_t sums[4];
    espalier_sum_fours(in + channel, l->channels, l->pixels, sums);
    for (lane = 0; lane < 4; lane++) out[channel + lane] = (int8_t)rescaled(l, sums[lane]);
  }
  for (; channel < l->channels; channel++) {
    int32_t sum = 0;
    for (pixel = 0; pixel < l->pixels; pixel++) sum += in[pixel * l->channels + channel];
    out[channel] = (int8_t)rescaled(l, sum);
  }
}
