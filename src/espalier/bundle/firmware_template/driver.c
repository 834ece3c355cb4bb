/* Runs prepare and decide on the build machine: commands on the standard input, answers on the standard output.
 * Not part of the library. */
#include <stdio.h>
#include <stdlib.h>

#include "xmodel_model.h"

static int read_all(void *to, size_t size) {
  return fread(to, 1, size, stdin) == size;
}

int main(void) {
  static int8_t input[XMODEL_INPUT_BYTES];
  int32_t head[4]; /* 0: prepare, format, width, height and the pixels; 1: decide or detect, width, height and the output; 2: numbers */
  while (read_all(head, sizeof(head))) {
    if (head[0] == 0) {
      static const int32_t sizes[] = {3, 3, 4, 1, 2, 2, 2, 2, XMODEL_CHANNELS};
      const size_t bytes = (size_t)head[2] * (size_t)head[3] * (size_t)sizes[head[1]];
      uint8_t *pixels = malloc(bytes);
      xmodel_image image = {NULL, 0, 0, 0, XMODEL_RGB888};
      if (!pixels || !read_all(pixels, bytes)) return 2;
      image.pixels = pixels;
      image.width = head[2];
      image.height = head[3];
      image.format = (xmodel_format)head[1];
      if (xmodel_prepare(&image, input) != 0) return 3;
      free(pixels);
      fwrite(input, 1, sizeof(input), stdout);
#ifdef XMODEL_NUMBERS
    } else if (head[0] == 2) {
      double values[XMODEL_NUMBERS];
      int8_t numbers[XMODEL_NUMBERS];
      int32_t status;
      if (!read_all(values, sizeof(values))) return 2;
      status = xmodel_enter_numbers(values, numbers);
      fwrite(&status, sizeof(status), 1, stdout);
      fwrite(numbers, 1, sizeof(numbers), stdout);
#endif
#ifdef XMODEL_BOX_ROOM
    } else {
      static const int32_t starts[] = XMODEL_OUTPUT_STARTS;
      static int8_t output[XMODEL_ANSWER_BYTES];
      static xmodel_box boxes[XMODEL_BOX_ROOM];
      const int8_t *outputs[XMODEL_DETECTOR_OUTPUTS];
      int32_t i, count;
      if (!read_all(output, sizeof(output))) return 2;
      for (i = 0; i < XMODEL_DETECTOR_OUTPUTS; i++) outputs[i] = output + starts[i];
      count = xmodel_detect(outputs, boxes);
      fwrite(&count, sizeof(count), 1, stdout);
      for (i = 0; i < count; i++) {
        const xmodel_rectangle at = xmodel_to_frame(&boxes[i], head[1], head[2]);
        const int32_t row[] = {boxes[i].x1, boxes[i].y1, boxes[i].x2, boxes[i].y2, boxes[i].score, boxes[i].label,
                               boxes[i].anchor, at.left, at.top, at.right, at.bottom};
        fwrite(row, 1, sizeof(row), stdout);
      }
#elif defined(XMODEL_CLASSES)
    } else {
      int8_t output[XMODEL_CLASSES];
      int32_t answer[3];
      if (!read_all(output, sizeof(output))) return 2;
      {
        const xmodel_decision decision = xmodel_decide(output);
        answer[0] = decision.index;
        answer[1] = decision.confidence;
        answer[2] = decision.review;
      }
      fwrite(answer, 1, sizeof(answer), stdout);
#endif
    }
  }
  return 0;
}
