/* A whole firmware without an operating system: start-up, self-test, one image from flash, the answer on the console.
 * The console is Arm semihosting: `bkpt 0xab` asks the debugger, QEMU or run.py's emulator to print a line. On a board
 * of your own, replace `print` by its UART and `image` by its camera. */
#include <stdint.h>

#include "console-image.h" /* image_rgb, IMAGE_WIDTH, IMAGE_HEIGHT: written by run.py */
#include "console-model.h" /* the model's own header, and its names without the prefix: written by run.py */

extern uint32_t __stack_top[];

static uint8_t arena[ARENA_BYTES] __attribute__((aligned(ARENA_ALIGNMENT)));
static int8_t input[INPUT_BYTES], output[CLASSES];

static void ask_host(int32_t operation, const void *argument) {
  register int32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void print(const char *text) { ask_host(0x04, text); }

static void leave(uint32_t status) {
  uint32_t block[2];
  block[0] = 0x20026u; /* the application ended by itself */
  block[1] = status;
  ask_host(0x20, block);
  for (;;) {
  }
}

/* Thousandths as "0.987". */
static void print_thousandths(int32_t value) {
  char text[6] = "0.000";
  int32_t at;
  if (value >= 1000) {
    print("1.000");
    return;
  }
  for (at = 4; at >= 2; at--) {
    int32_t tenth = (value * 205) >> 11; /* value / 10 below 1029, also on cores that cannot divide */
    text[at] = (char)('0' + value - 10 * tenth);
    value = tenth;
  }
  print(text);
}

static uint32_t classify(void) {
  const model_image image = {image_rgb, IMAGE_WIDTH, IMAGE_HEIGHT, 0, MODEL_RGB888};
  model_decision decision;
  if (model_check() != MODEL_OK) {
    print("the weights in flash are damaged\n");
    return 1;
  }
  if (model_selftest(arena, output) != MODEL_OK) {
    print("self-test FAILED\n");
    return 2;
  }
  print("self-test passed\n");
  if (model_prepare(&image, input) != 0 || model_run(arena, input, output) != MODEL_OK) return 3;
  decision = model_decide(output);
  print(decision.label);
  print(" ");
  print_thousandths(decision.confidence);
  print(decision.review ? " (for review)\n" : "\n");
  return 0;
}

static void reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20; /* Helium and floating point on */
  __asm__ volatile("dsb\n isb");
#endif
  leave(classify());
}

static void fault(void) {
  print("fault\n");
  leave(99);
}

__attribute__((section(".vectors"), used)) void *const vectors[7] = {
    __stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault};
