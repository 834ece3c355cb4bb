@BOXES@
/* Runs the known answers, then the whole way from pixels to boxes on the first known picture.
@OTHERS@
/* Runs the known answers, then the whole way from pixels to a decision on the first known picture.
@END@
 * Needs no runtime and no heap; the arena and the buffers are this file's. */
#include <stdio.h>

#include "xmodel_golden.h"
#include "xmodel_model.h"

#if defined(__cplusplus)
#define XMODEL_ALIGNED(bytes) alignas(bytes)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define XMODEL_ALIGNED(bytes) _Alignas(bytes)
#else
#define XMODEL_ALIGNED(bytes) __attribute__((aligned(bytes)))
#endif

XMODEL_ALIGNED(XMODEL_ARENA_ALIGNMENT) static uint8_t arena[XMODEL_ARENA_BYTES];
static int8_t input[XMODEL_INPUT_BYTES];
@BUFFERS@
@BOXES@
static xmodel_box boxes[XMODEL_BOX_ROOM];
@END@

/* Put the frame of your camera here. The known picture already has the network's size and colours. */
static xmodel_image next_image(void) {
  xmodel_image image;
  image.pixels = xmodel_golden_vectors[0].pixels;
  image.width = XMODEL_WIDTH;
  image.height = XMODEL_HEIGHT;
  image.stride = 0;
#if XMODEL_COLOR == XMODEL_COLOR_GRAY
  image.format = XMODEL_GRAY8;
#elif XMODEL_COLOR == XMODEL_COLOR_BGR
  image.format = XMODEL_BGR888;
#elif XMODEL_COLOR == XMODEL_COLOR_BANDS
  image.format = XMODEL_BANDS;
#else
  image.format = XMODEL_RGB888;
#endif
  return image;
}

/* Writes with `say`. Returns 0, or 1 when a known answer is missed or the picture cannot be used. */
static int run_example(void (*say)(const char *text)) {
  const xmodel_image image = next_image();
@BOXES@
  const int8_t *outputs[] = {@OUTPUTS@};
  int32_t count, i;
  if (xmodel_selftest(arena, @OUTPUTS@, boxes) != XMODEL_OK) {
@OTHERS@
  if (xmodel_selftest(arena, @OUTPUTS@) != XMODEL_OK) {
@END@
    say("self-test FAILED\n");
    return 1;
  }
  say("self-test passed\n");
  if (xmodel_prepare(&image, input) != 0 || xmodel_run(arena, input, @OUTPUTS@) != XMODEL_OK) {
    say("the picture cannot be used\n");
    return 1;
  }
@BOXES@
  count = xmodel_detect(outputs, boxes);
  for (i = 0; i < count; i++) {
    const xmodel_rectangle at = xmodel_to_frame(&boxes[i], image.width, image.height);
    char place[96];
    snprintf(place, sizeof(place), " %ld/1000 at %ld %ld %ld %ld\n", (long)XMODEL_SCORE_PERMILLE(boxes[i].score),
             (long)at.left, (long)at.top, (long)at.right, (long)at.bottom);
    say(xmodel_labels[boxes[i].label]);
    say(place);
  }
  {
    char boxes_found[32];
    snprintf(boxes_found, sizeof(boxes_found), "%ld boxes\n", (long)count);
    say(boxes_found);
  }
@OTHERS@
#ifdef XMODEL_CLASSES
  {
    const xmodel_decision decision = xmodel_decide(output);
    char confidence[32];
    snprintf(confidence, sizeof(confidence), " %ld/1000\n", (long)decision.confidence);
    say(decision.review ? "review: " : "");
    say(decision.label);
    say(confidence);
  }
#else
  say("the picture was answered\n"); /* the values of each output: see xmodel.h for their scales */
#endif
@END@
  return 0;
}
