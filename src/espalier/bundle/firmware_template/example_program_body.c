/* Checks the weights in flash and runs the known answers. Needs no runtime and no heap; the arena and the buffers
 * are this file's. */
#include <stdio.h>

#include "xmodel_model.h"

#if defined(__cplusplus)
#define XMODEL_ALIGNED(bytes) alignas(bytes)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define XMODEL_ALIGNED(bytes) _Alignas(bytes)
#else
#define XMODEL_ALIGNED(bytes) __attribute__((aligned(bytes)))
#endif

XMODEL_ALIGNED(XMODEL_ARENA_ALIGNMENT) static uint8_t arena[XMODEL_ARENA_BYTES];
@BUFFERS@

/* Writes with `say`. Returns 0, or 1 when the weights are damaged or a known answer is missed. */
static int run_example(void (*say)(const char *text)) {
  if (xmodel_check() != XMODEL_OK) {
    say("the weights in flash are DAMAGED\n");
    return 1;
  }
  if (xmodel_selftest(arena, @OUTPUTS@) != XMODEL_OK) {
    say("self-test FAILED\n");
    return 1;
  }
  /* Fill the input and call xmodel_run(arena, ...) here: see xmodel.h. */
  say("self-test passed\n");
  return 0;
}
