#include "xmodel_decide.h"

xmodel_decision xmodel_decide(const int8_t output[XMODEL_VALUES]) {
  xmodel_decision decision;
  uint64_t sum = 0;
  int32_t i;
  for (i = 0; i < XMODEL_VALUES; i++) {
    const int32_t value = output[i] - XMODEL_DECIDE_ZERO_POINT;
    sum += (uint32_t)(value * value);
  }
  decision.score = (int32_t)((sum * 256 + XMODEL_VALUES / 2) / XMODEL_VALUES);
  decision.alert = decision.score >= XMODEL_ALERT_Q8;
  return decision;
}
