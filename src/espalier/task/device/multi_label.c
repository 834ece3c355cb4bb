#include "xmodel_decide.h"

/* The least output at which each label is said; 128: never. */
@TABLES@

void xmodel_decide(const int8_t output[XMODEL_LABELS], xmodel_decision *decision) {
  int32_t i, value;
  decision->count = 0;
  for (i = 0; i < XMODEL_LABELS; i++) {
    if (output[i] < xmodel_least[i]) continue;
    value = output[i];
    decision->index[decision->count] = i;
    decision->confidence[decision->count] = ((value - XMODEL_DECIDE_ZERO_POINT) * XMODEL_PERMILLE_Q16 + 32768) >> 16;
    decision->count++;
  }
}
