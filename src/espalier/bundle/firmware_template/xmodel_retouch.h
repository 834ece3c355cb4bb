/* Smoothing and balance of a prepared input, in integers; the bytes equal those of the build machine. No heap. */
#ifndef XMODEL_RETOUCH_H
#define XMODEL_RETOUCH_H

#include <stdint.h>

#include "xmodel_contract.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes input[XMODEL_INPUT_BYTES] in place. The picture is at row top, column left, and has height x width pixels; the rest
 * is what padding added. xmodel_prepare calls it. */
void xmodel_retouch(int8_t *input, int32_t top, int32_t left, int32_t height, int32_t width);

#ifdef __cplusplus
}
#endif

#endif
