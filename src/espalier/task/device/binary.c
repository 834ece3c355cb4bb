#include "xmodel_decide.h"

#include "xmodel_model_labels.h"

xmodel_decision xmodel_decide(const int8_t *output) {
  xmodel_decision decision;
  const int32_t said = output[1] >= XMODEL_POSITIVE ? 1 : 0;
  const int32_t value = output[said];
  decision.label = xmodel_labels[said];
  decision.index = said;
  decision.confidence = ((value - XMODEL_DECIDE_ZERO_POINT) * XMODEL_PERMILLE_Q16 + 32768) >> 16;
  decision.review = output[0] < XMODEL_THRESHOLD && output[1] < XMODEL_THRESHOLD;
  return decision;
}
