/* fully_connected: TFLite Micro's integer rule (LiteRT's own reference computes it in float since 2.20). */
#include "espalier.h"

static int32_t unit_output(const espalier_fully_connected_layer *l, int32_t sum, int32_t multiplier, int32_t shift) {
  int32_t x = espalier_requantize(sum, multiplier, shift);
  return espalier_clamp(espalier_clamp(x, -512, 511) + l->out_zero, l->low, l->high);
}

void espalier_fully_connected(const espalier_fully_connected_layer *l, const int8_t *in, int8_t *out) {
  int32_t row, unit, k;
  for (row = 0; row < l->rows; row++) {
    const espalier_pair *pair = l->pairs;
    const int8_t *w = l->weights;
    for (unit = 0; unit < l->units; unit += 2) {
      const int8_t *x = in;
      uint32_t p = (uint32_t)pair->bias0, q = (uint32_t)pair->bias1;
      for (k = l->depth; k >= 4; k -= 4) {
#if ESPALIER_DSP
        uint32_t values, a, b, v, u;
        ESPALIER_MOVE4(&values, x);
        ESPALIER_MOVE4(&v, w);
        ESPALIER_MOVE4(&u, w + 4);
        __asm__("sxtb16 %0, %1" : "=r"(a) : "r"(values));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(values) : "r"(values));
        __asm__("sxtb16 %0, %1" : "=r"(b) : "r"(v));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(v) : "r"(v));
        __asm__("smlad %0, %1, %2, %0" : "+r"(p) : "r"(a), "r"(b));
        __asm__("smlad %0, %1, %2, %0" : "+r"(q) : "r"(a), "r"(v));
        __asm__("sxtb16 %0, %1" : "=r"(b) : "r"(u));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(u) : "r"(u));
        __asm__("smlad %0, %1, %2, %0" : "+r"(p) : "r"(values), "r"(b));
        __asm__("smlad %0, %1, %2, %0" : "+r"(q) : "r"(values), "r"(u));
#else
        p += (uint32_t)(w[0] * x[0] + w[4] * x[1] + w[2] * x[2] + w[6] * x[3]);
        q += (uint32_t)(w[1] * x[0] + w[5] * x[1] + w[3] * x[2] + w[7] * x[3]);
#endif
        w += 8;
        x += 4;
      }
      if (k > 0) {
        static const int8_t place[3] = {0, 4, 2};
        int32_t i;
        for (i = 0; i < k; i++) {
          p += (uint32_t)(w[place[i]] * x[i]);
          q += (uint32_t)(w[place[i] + 1] * x[i]);
        }
        w += 8;
      }
      out[unit] = (int8_t)unit_output(l, (int32_t)p, pair->multiplier0, pair->shift0);
      if (unit + 1 < l->units) out[unit + 1] = (int8_t)unit_output(l, (int32_t)q, pair->multiplier1, pair->shift1);
      pair++;
    }
    in += l->depth;
    out += l->units;
  }
}
