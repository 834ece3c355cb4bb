#include "xmodel_selftest.h"

#include "xmodel_contract.h"
#include "xmodel_golden.h"
#include "xmodel_prepare.h"

static void xmodel_try_prepare(int8_t *input, xmodel_selftest_result *result) {
  int32_t n, i;
  for (n = 0; n < xmodel_golden_case_count; n++) {
    const xmodel_golden_case *known = &xmodel_golden_cases[n];
    xmodel_image image;
    int wrong;
    image.pixels = known->rgb;
    image.width = known->width;
    image.height = known->height;
    image.stride = 0;
    image.format = XMODEL_COLOR == XMODEL_COLOR_BANDS ? XMODEL_BANDS : XMODEL_RGB888;
    wrong = xmodel_prepare(&image, input) != 0;
    for (i = 0; i < XMODEL_INPUT_BYTES && !wrong; i++) wrong = input[i] != (int8_t)(known->pixels[i] - 128);
    result->cases++;
    result->cases_wrong += wrong;
  }
}

static void xmodel_try_network(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output,
                               xmodel_selftest_result *result) {
  int32_t n, i;
  for (n = 0; n < xmodel_golden_vector_count; n++) {
    const xmodel_golden_vector *known = &xmodel_golden_vectors[n];
    for (i = 0; i < XMODEL_INPUT_BYTES; i++) input[i] = (int8_t)(known->pixels[i] - 128);
    result->vectors++;
    if (invoke(input, output, context) != 0) {
      result->vectors_failed++;
      continue;
    }
    for (i = 0; i < XMODEL_ANSWER_BYTES; i++) {
      const int apart = output[i] > known->output[i] ? output[i] - known->output[i] : known->output[i] - output[i];
      if (apart > result->largest_difference) result->largest_difference = apart;
    }
@BOXES@
  }
}

static void xmodel_try_detect(xmodel_box *boxes, xmodel_selftest_result *result) {
  static const int32_t starts[] = XMODEL_OUTPUT_STARTS;
  const int8_t *outputs[XMODEL_DETECTOR_OUTPUTS];
  int32_t n, i;
  for (n = 0; n < xmodel_golden_vector_count; n++) {
    const xmodel_golden_vector *known = &xmodel_golden_vectors[n];
    int wrong;
    for (i = 0; i < XMODEL_DETECTOR_OUTPUTS; i++) outputs[i] = known->output + starts[i];
    wrong = xmodel_detect(outputs, boxes) != known->count;
    for (i = 0; i < known->count && !wrong; i++) {
      const int32_t *box = known->boxes + 7 * i;
      wrong = boxes[i].x1 != box[0] || boxes[i].y1 != box[1] || boxes[i].x2 != box[2] || boxes[i].y2 != box[3] ||
              boxes[i].score != box[4] || boxes[i].label != box[5] || boxes[i].anchor != box[6];
    }
    result->boxes_wrong += wrong;
  }
}

int xmodel_selftest(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output, xmodel_box *boxes,
                    xmodel_selftest_result *result) {
  result->cases = result->cases_wrong = 0;
  result->vectors = result->vectors_failed = result->boxes_wrong = result->largest_difference = 0;
  xmodel_try_prepare(input, result);
  xmodel_try_detect(boxes, result);
  if (invoke) xmodel_try_network(invoke, context, input, output, result);
  return !result->cases_wrong && !result->vectors_failed && !result->boxes_wrong &&
         result->largest_difference <= XMODEL_MOST_DIFFERENCE;
}
@VALUES@
  }
}

int xmodel_selftest(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output,
                    xmodel_selftest_result *result) {
  result->cases = result->cases_wrong = 0;
  result->vectors = result->vectors_failed = result->largest_difference = 0;
  xmodel_try_prepare(input, result);
  if (invoke) xmodel_try_network(invoke, context, input, output, result);
  return !result->cases_wrong && !result->vectors_failed && result->largest_difference <= XMODEL_MOST_DIFFERENCE;
}
@OTHERS@
#ifdef XMODEL_CLASSES
    result->labels_wrong += xmodel_decide(output).index != xmodel_decide(known->output).index;
#endif
  }
}

int xmodel_selftest(xmodel_invoke invoke, void *context, int8_t *input, int8_t *output,
                    xmodel_selftest_result *result) {
  result->cases = result->cases_wrong = 0;
  result->vectors = result->vectors_failed = result->labels_wrong = result->largest_difference = 0;
  xmodel_try_prepare(input, result);
  if (invoke) xmodel_try_network(invoke, context, input, output, result);
  return !result->cases_wrong && !result->vectors_failed && !result->labels_wrong;
}
@END@
