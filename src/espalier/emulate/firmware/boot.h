/* What a program for QEMU's boards brings (run_cases) and may use. */
#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

int run_cases(void);
void report(const char *name, uint32_t value);
void count_begin(void);
void count_end(void);
uint32_t paint_stack(void);
uint32_t stack_used(uint32_t from);

#endif
