/* Boxes of the network's input as pixels of the camera's frame, by the preprocessing contract; see xmodel_prepare.h. */
#ifndef XMODEL_FRAME_H
#define XMODEL_FRAME_H

#include "xmodel_contract.h"
#include "xmodel_detect.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t left, top, right, bottom; /* edges in the frame, in pixels times 1 << XMODEL_FRAME_BITS */
} xmodel_rectangle;

/* Where a box lies in a frame of `width` x `height` pixels, 1 to 20000 each: the size given to xmodel_prepare. */
xmodel_rectangle xmodel_to_frame(const xmodel_box *box, int32_t width, int32_t height);

#ifdef __cplusplus
}
#endif

#endif
