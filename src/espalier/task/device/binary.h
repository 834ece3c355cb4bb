/* From the network's output to an answer. Integers only. */
#ifndef XMODEL_DECIDE_H
#define XMODEL_DECIDE_H

#include <stdint.h>

/* How many labels; what stands for a probability of 0; thousandths per step times 65536; the least that needs no review; from which
 * output of the second label on it is said. */
@NUMBERS@

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char *label;  /* UTF-8 */
  int32_t index;      /* of the label */
  int32_t confidence; /* thousandths */
  int review;         /* 1: neither reaches the recipe's threshold, let a person look */
} xmodel_decision;

/* The second label where output[1] reaches XMODEL_POSITIVE, else the first; review where neither reaches
 * XMODEL_THRESHOLD. */
xmodel_decision xmodel_decide(const int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
