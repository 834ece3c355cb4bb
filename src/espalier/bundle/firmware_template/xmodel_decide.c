#include "xmodel_decide.h"

#include "xmodel_contract.h"
#include "xmodel_model_labels.h"

xmodel_decision xmodel_decide(const int8_t *output) {
  xmodel_decision decision;
  int32_t i, best = 0;
  for (i = 1; i < XMODEL_CLASSES; i++) {
    if (output[i] > output[best]) best = i;
  }
  decision.label = xmodel_labels[best];
  decision.index = best;
  decision.confidence = ((output[best] - XMODEL_OUTPUT_ZERO_POINT) * XMODEL_PERMILLE_Q16 + 32768) >> 16;
  decision.review = output[best] < XMODEL_THRESHOLD;
  return decision;
}
