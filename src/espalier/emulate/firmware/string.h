/* The part of <string.h> that emitted programs use; a toolchain without a C library has none. */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
