/* Exact instruction counting for unicorn: a UC_HOOK_BLOCK callback compiled for the host.
 * A Python callback handles about 280,000 blocks a second, this one tens of millions.
 * The instructions of a block are counted once, from its bytes, and remembered; so are the cycles that the model of
 * measure/cycles.py gives them without wait states (Thumb only). */
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
  uint16_t *known_extra;           /* cycles of that block beyond one per instruction, as the model has them */
  uint64_t extra;                  /* the sum of those that ran, taken branches included */
  uint32_t load, pair, each, taken; /* the model: a load on its own, LDRD/STRD, a register of LDM/STM, a taken branch */
  uint32_t previous_end;           /* where the block before this one ended; 0 before the first */
} Counter;

enum { OTHER, LOAD, STORE, PAIR, MULTIPLE };

static uint32_t ones(uint32_t bits) {
  uint32_t n = 0;
  for (; bits != 0u; bits &= bits - 1u) n++;
  return n;
}

/* The class of a Thumb instruction and, of LDM/STM/PUSH/POP, how many registers it moves. */
static uint32_t thumb_class(uint32_t half, uint32_t second, uint32_t wide, uint32_t *registers) {
  if (wide) {
    if ((half & 0xfe40u) == 0xe800u) {
      *registers = ones(second);
      return MULTIPLE;
    }
    if ((half & 0xfe40u) == 0xe840u) return (half & 0x0120u) != 0u ? PAIR : OTHER; /* else exclusive or table branch */
    if ((half & 0xfe00u) == 0xf800u) return (half & 0x10u) != 0u ? LOAD : STORE;
    return OTHER;
  }
  if ((half >> 11) == 9u) return LOAD;                                     /* from the literal pool */
  if ((half >> 12) == 5u) return ((half >> 9) & 7u) >= 3u ? LOAD : STORE;  /* register offset */
  if (half >= 0x6000u && half < 0xa000u) return (half & 0x800u) != 0u ? LOAD : STORE;
  if ((half & 0xf600u) == 0xb400u) {
    *registers = ones(half & 0x1ffu);
    return MULTIPLE;
  }
  if ((half >> 12) == 0xcu) {
    *registers = ones(half & 0xffu);
    return MULTIPLE;
  }
  return OTHER;
}

static uint32_t instructions(const Counter *c, uint32_t offset, uint32_t size, uint32_t *extra) {
  uint32_t n = 0, before = OTHER;
  uint32_t end = offset + size;
  *extra = 0;
  while (offset + 1u < end) {
    uint32_t half = (uint32_t)c->flash[offset] | ((uint32_t)c->flash[offset + 1u] << 8);
    uint32_t wide = c->encoding == RISCV ? (half & 3u) == 3u : (half >> 11) >= 0x1du;
    if (c->encoding == THUMB) {
      uint32_t second = wide ? (uint32_t)c->flash[offset + 2u] | ((uint32_t)c->flash[offset + 3u] << 8) : 0u;
      uint32_t registers = 0;
      uint32_t kind = thumb_class(half, second, wide, &registers);
      if (kind == LOAD && before != LOAD && before != STORE) *extra += c->load;
      if (kind == PAIR) *extra += c->pair;
      if (kind == MULTIPLE) *extra += c->each * registers;
      before = kind;
    }
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
    uint32_t extra;
    n = instructions(c, offset, size, &extra);
    c->known[offset >> 1] = (uint16_t)n;
    c->known_extra[offset >> 1] = (uint16_t)extra;
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
  if (c->previous_end != 0u && c->previous_end != at) c->extra += c->taken;
  c->previous_end = at + size;
  c->extra += c->known_extra[offset >> 1];
  c->total += n;
  c->layer[c->current] += n;
}
