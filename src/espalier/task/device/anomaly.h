/* From the difference between a picture and its image to whether that is one of a good image. Integers only. */
#ifndef XMODEL_DECIDE_H
#define XMODEL_DECIDE_H

#include <stdint.h>

/* How many values the output has; what stands for 0 in it; the score from which there is an alert, times 256. */
@NUMBERS@

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t score; /* mean square of the difference in steps of the output, about grey levels, times 256 */
  int alert;     /* 1: the score reaches XMODEL_ALERT_Q8 */
} xmodel_decision;

xmodel_decision xmodel_decide(const int8_t output[XMODEL_VALUES]);

#ifdef __cplusplus
}
#endif

#endif
