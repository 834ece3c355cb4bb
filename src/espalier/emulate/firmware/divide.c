/* What a compiler's own library has for a Cortex-M0+: the emulated cores run without one. */
#include <stdint.h>

uint32_t __aeabi_uidiv(uint32_t a, uint32_t b);
int32_t __aeabi_idiv(int32_t a, int32_t b);
uint64_t __aeabi_uidivmod(uint32_t a, uint32_t b);
int64_t __aeabi_lmul(int64_t a, int64_t b);
uint32_t __aeabi_uidiv(uint32_t a, uint32_t b) {
  uint32_t q = 0, r = 0;
  int i;
  for (i = 31; i >= 0; i--) {
    r = r << 1 | (a >> i & 1u);
    if (r >= b) { r -= b; q |= (uint32_t)1 << i; }
  }
  return q;
}
int32_t __aeabi_idiv(int32_t a, int32_t b) {
  const uint32_t q = __aeabi_uidiv(a < 0 ? 0u - (uint32_t)a : (uint32_t)a, b < 0 ? 0u - (uint32_t)b : (uint32_t)b);
  return (int32_t)((a < 0) != (b < 0) ? 0u - q : q);
}
uint64_t __aeabi_uidivmod(uint32_t a, uint32_t b) {
  const uint32_t q = __aeabi_uidiv(a, b);
  uint32_t r = a, i;
  for (i = 0; i < 32; i++) if (q >> i & 1u) r -= b << i;
  return (uint64_t)r << 32 | q;
}
static uint64_t wide(uint32_t a, uint32_t b) {
  const uint32_t al = a & 0xffffu, ah = a >> 16, bl = b & 0xffffu, bh = b >> 16;
  const uint32_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
  const uint32_t mid = (ll >> 16) + (lh & 0xffffu) + (hl & 0xffffu);
  return (uint64_t)(hh + (lh >> 16) + (hl >> 16) + (mid >> 16)) << 32 | (mid << 16 | (ll & 0xffffu));
}
int64_t __aeabi_lmul(int64_t a, int64_t b) {
  const uint32_t al = (uint32_t)a, bl = (uint32_t)b, ah = (uint32_t)((uint64_t)a >> 32), bh = (uint32_t)((uint64_t)b >> 32);
  const uint32_t high = al * bh + ah * bl;
  return (int64_t)(wide(al, bl) + ((uint64_t)high << 32));
}

int64_t __aeabi_lasr(int64_t a, int32_t by);
uint64_t __aeabi_llsr(uint64_t a, int32_t by);
uint64_t __aeabi_llsl(uint64_t a, int32_t by);
static uint64_t both(uint32_t high, uint32_t low) { return (uint64_t)high << 32 | low; }
int64_t __aeabi_lasr(int64_t a, int32_t by) {
  const int32_t high = (int32_t)((uint64_t)a >> 32);
  const uint32_t low = (uint32_t)a;
  if (by == 0) return a;
  if (by < 32) return (int64_t)both((uint32_t)(high >> by), low >> by | (uint32_t)high << (32 - by));
  return (int64_t)both((uint32_t)(high >> 31), (uint32_t)(high >> (by - 32)));
}
uint64_t __aeabi_llsr(uint64_t a, int32_t by) {
  const uint32_t high = (uint32_t)(a >> 32), low = (uint32_t)a;
  if (by == 0) return a;
  return by < 32 ? both(high >> by, low >> by | high << (32 - by)) : both(0, high >> (by - 32));
}
uint64_t __aeabi_llsl(uint64_t a, int32_t by) {
  const uint32_t high = (uint32_t)(a >> 32), low = (uint32_t)a;
  if (by == 0) return a;
  return by < 32 ? both(high << by | low >> (32 - by), low << by) : both(low << (by - 32), 0);
}
