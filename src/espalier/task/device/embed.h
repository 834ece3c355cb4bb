/* From the network's output to a vector of length 1, and to the nearest of enrolled vectors. Integers only. */
#ifndef XMODEL_DECIDE_H
#define XMODEL_DECIDE_H

#include <stdint.h>

/* How many values a vector has; what stands for 0 in the output; the cosine from which a vector is known, times 16384. */
@NUMBERS@

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t index;  /* of the nearest reference, the first of equals; -1 without any */
  int32_t cosine; /* of the angle to it, times 16384 */
  int known;      /* 1: the cosine reaches XMODEL_KNOWN_Q14 */
} xmodel_match;

/* The output divided by its length, times 16384, rounded to the nearest: what is enrolled and compared. */
void xmodel_embed(const int8_t output[XMODEL_VALUES], int16_t unit[XMODEL_VALUES]);

/* The nearest of `count` references, one vector behind the other. */
xmodel_match xmodel_nearest(const int16_t unit[XMODEL_VALUES], const int16_t *references, int32_t count);

#ifdef __cplusplus
}
#endif

#endif
