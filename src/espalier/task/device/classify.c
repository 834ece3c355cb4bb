#include "xmodel_decide.h"

#include "xmodel_model_labels.h"

xmodel_decision xmodel_decide(const int8_t *output) {
  xmodel_decision decision;
  int32_t i, best = 0, value;
  for (i = 1; i < XMODEL_CLASSES; i++) {
    if (output[i] > output[best]) best = i;
  }
  value = output[best];
  decision.label = xmodel_labels[best];
  decision.index = best;
  decision.confidence = ((value - XMODEL_DECIDE_ZERO_POINT) * XMODEL_PERMILLE_Q16 + 32768) >> 16;
  decision.review = value < XMODEL_THRESHOLD;
  return decision;
}
