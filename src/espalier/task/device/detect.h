/* From the network's int8 outputs to boxes, in integers; the boxes equal those of the build machine. No heap, no floating
 * point, no writable statics. */
#ifndef XMODEL_DETECT_H
#define XMODEL_DETECT_H

#include <stdint.h>

#include "xmodel_detector.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t score;           /* of 2^31 */
  int32_t anchor;          /* which anchor found it */
  uint16_t label;          /* class, from 0 */
  uint16_t x1, y1, x2, y2; /* corners in the network's input, in pixels times 1 << XMODEL_BOX_BITS */
} xmodel_box;

/* RAM of xmodel_detect: boxes[XMODEL_BOX_ROOM], from the caller, and the stack beside it. */
#define XMODEL_BOXES_BYTES (XMODEL_BOX_ROOM * (int32_t)sizeof(xmodel_box))
#define XMODEL_DETECT_STACK_BYTES 300

/* A score in thousandths, rounded. */
#define XMODEL_SCORE_PERMILLE(score) ((int32_t)((((uint32_t)(score) >> 11) * 1000u + 524288u) >> 20))

/* Fills boxes[XMODEL_BOX_ROOM], the best first, and returns how many there are. `outputs`: the network's outputs in its order,
 * XMODEL_DETECTOR_OUTPUTS of them. */
int32_t xmodel_detect(const int8_t *const *outputs, xmodel_box *boxes);

#ifdef __cplusplus
}
#endif

#endif
