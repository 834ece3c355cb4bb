/* Known answers of the build machine: the device proves itself. Leave xmodel_selftest.c and xmodel_golden.c out when
 * flash is short. */
#ifndef XMODEL_SELFTEST_H
#define XMODEL_SELFTEST_H

#include <stdint.h>

@BOXES@
#include "xmodel_detect.h"

@END@
#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int cases;             /* preprocessing cases, and how many of them differ */
  int cases_wrong;
@BOXES@
  int vectors;           /* golden vectors; how many failed to run, how many known outputs are decoded to other boxes */
  int vectors_failed;
  int boxes_wrong;
@VALUES@
  int vectors;           /* golden vectors; how many failed to run */
  int vectors_failed;
@OTHERS@
  int vectors;           /* golden vectors; how many failed to run, how many gave another label */
  int vectors_failed;
  int labels_wrong;
@END@
  int largest_difference; /* of an output byte; 0 with TFLM's kernels, which equal LiteRT's reference */
} xmodel_selftest_result;

/* Runs the network once: 0, or anything else for a failure. */
typedef int (*xmodel_invoke)(const int8_t *input, int8_t *output, void *context);

@BOXES@
/* How far an output byte may be off, when kernels round otherwise than LiteRT's reference. */
#define XMODEL_MOST_DIFFERENCE 8

/* `input`, `output` and `boxes` are the caller's buffers of XMODEL_INPUT_BYTES, XMODEL_ANSWER_BYTES and XMODEL_BOX_ROOM.
 * `invoke` fills all outputs, one behind the other; it may be null: then the network is not run. Returns 1 when all is well. */
int xmodel_selftest(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output, xmodel_box *boxes,
                    xmodel_selftest_result *result);
@VALUES@
/* How far an output byte may be off, when kernels round otherwise than LiteRT's reference. */
#define XMODEL_MOST_DIFFERENCE 8

/* `input` and `output` are the caller's buffers of XMODEL_INPUT_BYTES and XMODEL_ANSWER_BYTES. `invoke` fills all outputs, one
 * behind the other; it may be null: then only the preprocessing is tested. Returns 1 when all is well. */
int xmodel_selftest(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output,
                    xmodel_selftest_result *result);
@OTHERS@
/* `input` and `output` are the caller's buffers of XMODEL_INPUT_BYTES and XMODEL_CLASSES. `invoke` may be null:
 * then only the preprocessing is tested. Returns 1 when all is well. */
int xmodel_selftest(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output,
                    xmodel_selftest_result *result);
@END@

#ifdef __cplusplus
}
#endif

#endif
