/* Start-up and reporting for QEMU's Arm boards: everything goes through semihosting. */
#include <stddef.h>
#include <stdint.h>

#include "boot.h"

extern uint32_t __stack_top[], __stack_bottom[];

static int call_host(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void leave(int code) {
  uint32_t block[2];
  block[0] = 0x20026u;
  block[1] = (uint32_t)code;
  call_host(0x20, block);
  for (;;) {
  }
}

void report(const char *name, uint32_t value) {
  char text[16];
  int at = 15;
  text[at--] = 0;
  text[at--] = '\n';
  do {
    uint32_t tenth = 0, rest = value;
    while (rest >= 10u) {
      rest -= 10u;
      tenth++;
    }
    text[at--] = (char)('0' + (char)rest);
    value = tenth;
  } while (value);
  call_host(0x04, name);
  call_host(0x04, " ");
  call_host(0x04, text + at + 1);
}

void count_begin(void) { __asm__ volatile("" ::: "memory"); }
void count_end(void) { __asm__ volatile("" ::: "memory"); }

uint32_t paint_stack(void) {
  uint32_t here;
  uint32_t *at;
  __asm__ volatile("mov %0, sp" : "=r"(here));
  for (at = __stack_bottom; at < (uint32_t *)(here - 64u); at++) *at = 0xa5a5a5a5u;
  return here;
}

uint32_t stack_used(uint32_t from) {
  uint32_t *at = __stack_bottom;
  while (*at == 0xa5a5a5a5u) at++;
  return from - (uint32_t)at;
}

static void fault(void) {
  report("fault", *(volatile uint32_t *)0xe000ed28u);
  leave(99);
}

static void reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20;
  __asm__ volatile("dsb\n isb");
#endif
#if defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t *)0xe000ed14u |= 1u << 19; /* low-overhead loops */
  __asm__ volatile("dsb\n isb");
#endif
  leave(run_cases());
}

__attribute__((section(".vectors"), used)) void *const vectors[7] = {
    __stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault};
