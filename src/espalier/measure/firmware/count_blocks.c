/* Exact instruction counting for unicorn: a UC_HOOK_BLOCK callback compiled for the host.
 * A Python callback handles about 280,000 blocks a second, this one tens of millions.
 * The instructions of a block are counted once, from its bytes, and remembered. */
#include <stdint.h>

enum { THUMB = 0, RISCV = 1 };

typedef struct {
  uint64_t total;          /* instructions so far */
  uint64_t *layer;         /* instructions per layer; the last entry is the watched function itself and the rest */
  const uint8_t *flash;    /* the bytes that run, as loaded */
  uint16_t *known;         /* instructions of the block that starts at flash + 2 * index; 0 = not seen yet */
  uint16_t *known_size;    /* bytes of that block */
  uint32_t flash_base, flash_bytes;
  uint32_t watch_begin, watch_end; /* address range of <name>_run */
  const uint32_t *layer_address;   /* ascending; a kernel's first argument points to its layer */
  int (*read_register)(void *engine, int id, void *value);
  uint32_t layers, current;
  uint32_t argument;               /* the emulator's number of the first argument's register */
  uint32_t inside;                 /* the block before this one lay in the watched range */
  uint32_t encoding;
  uint32_t stray;                  /* blocks outside flash: must stay 0 */
} Counter;

static uint32_t instructions(const Counter *c, uint32_t offset, uint32_t size) {
  uint32_t n = 0;
  uint32_t end = offset + size;
  while (offset + 1u < end) {
    uint32_t half = (uint32_t)c->flash[offset] | ((uint32_t)c->flash[offset + 1u] << 8);
    uint32_t wide = c->encoding == RISCV ? (half & 3u) == 3u : (half >> 11) >= 0x1du;
    offset += wide ? 4u : 2u;
    n++;
  }
  return n;
}

/* The layer whose structure lies at `address`; `layers` when there is none. */
static uint32_t layer_at(const Counter *c, uint32_t address) {
  uint32_t low = 0, high = c->layers;
  while (low < high) {
    uint32_t middle = (low + high) / 2u;
    if (c->layer_address[middle] < address) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low < c->layers && c->layer_address[low] == address ? low : c->layers;
}

void count_block(void *engine, uint64_t address, uint32_t size, void *user) {
  Counter *c = (Counter *)user;
  uint32_t at = (uint32_t)address & ~1u;
  uint32_t offset = at - c->flash_base;
  uint32_t n;
  uint32_t here;
  if (offset >= c->flash_bytes || size > c->flash_bytes - offset) {
    c->stray++;
    return;
  }
  n = c->known[offset >> 1];
  if (n == 0u || c->known_size[offset >> 1] != size) {
    n = instructions(c, offset, size);
    c->known[offset >> 1] = (uint16_t)n;
    c->known_size[offset >> 1] = (uint16_t)size;
  }
  here = at >= c->watch_begin && at < c->watch_end;
  if (here) {
    c->current = c->layers;
  } else if (c->inside) {
    uint64_t value = 0;
    c->read_register(engine, (int)c->argument, &value);
    c->current = layer_at(c, (uint32_t)value);
  }
  c->inside = here;
  c->total += n;
  c->layer[c->current] += n;
}
