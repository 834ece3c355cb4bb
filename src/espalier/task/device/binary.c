#include "xmodel_decide.h"

#include "xmodel_model_labels.h"

xmodel_decision xmodel_decide(const int8_t *output) {
  xmodel_decision decision;
  const int32_t no = output[0], yes = output[1]; /* wide: a limit may be all that a byte can hold */
  const int32_t said = yes >= XMODEL_POSITIVE ? 1 : 0;
  const int32_t value = said ? yes : no;
  decision.label = xmodel_labels[said];
  decision.index = said;
  decision.confidence = ((value - XMODEL_DECIDE_ZERO_POINT) * XMODEL_PERMILLE_Q16 + 32768) >> 16;
  decision.review = no < XMODEL_THRESHOLD && yes < XMODEL_THRESHOLD;
  return decision;
}
