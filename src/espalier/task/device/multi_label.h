/* From the network's output to the labels of an image. Integers only. */
#ifndef XMODEL_DECIDE_H
#define XMODEL_DECIDE_H

#include <stdint.h>

/* How many labels; what stands for a probability of 0; thousandths per step times 65536. */
@NUMBERS@

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t count;                     /* labels that are said */
  int32_t index[XMODEL_LABELS];      /* of each, in the order of the outputs */
  int32_t confidence[XMODEL_LABELS]; /* of each, in thousandths */
} xmodel_decision;

/* Every label whose output reaches its threshold. xmodel_labels[index] (xmodel_model_labels.h) is its name, UTF-8. */
void xmodel_decide(const int8_t output[XMODEL_LABELS], xmodel_decision *decision);

#ifdef __cplusplus
}
#endif

#endif
