/* Known inputs and outputs; xmodel_selftest.c reads them. */
#ifndef XMODEL_GOLDEN_H
#define XMODEL_GOLDEN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const uint8_t *rgb; /* an image, R, G, B, or its bands */
  const uint8_t *pixels; /* what the contract makes of it; the network's input is each byte minus 128 */
  int32_t width;
  int32_t height;
} xmodel_golden_case;

typedef struct {
  const uint8_t *pixels;
  const int8_t *output; /* by LiteRT's reference kernels where they ran */
@BOXES@
  const int32_t *boxes; /* what the build machine finds in them: x1, y1, x2, y2, score, label, anchor of each */
  int32_t count;
@END@
} xmodel_golden_vector;

extern const xmodel_golden_case xmodel_golden_cases[];
extern const int32_t xmodel_golden_case_count;
extern const xmodel_golden_vector xmodel_golden_vectors[];
extern const int32_t xmodel_golden_vector_count;

#ifdef __cplusplus
}
#endif

#endif
