/* From the network's input back to the frame; see xmodel_frame.h. All numbers stay within 32 bits. */
#include "xmodel_frame.h"

/* Along one axis: `taken` pixels of the frame from `left` on became `given` pixels of the input from `at` on. */
typedef struct {
  int32_t left, taken, at, given;
} span;

#if XMODEL_FIT != XMODEL_FIT_STRETCH
/* As many pixels as `side` * `of` / `by`, rounded, at least one. */
static int32_t share(int32_t side, int32_t of, int32_t by) {
  const int32_t taken = (2 * side * of + by) / (2 * by);
  return taken > 1 ? taken : 1;
}
#endif

static int32_t back(int32_t edge, const span *s) {
  const int32_t start = s->at << XMODEL_BOX_BITS;
  const uint32_t length = (uint32_t)s->given << XMODEL_BOX_BITS;
  const uint32_t offset = edge < start ? 0 : (uint32_t)(edge - start) > length ? length : (uint32_t)(edge - start);
  const uint32_t scaled = offset * (uint32_t)s->taken;
  const uint32_t rest = ((scaled % length << XMODEL_FRAME_BITS) + length / 2) / length;
  return (s->left << XMODEL_FRAME_BITS) + (int32_t)((scaled / length << XMODEL_FRAME_BITS) + rest);
}

xmodel_rectangle xmodel_to_frame(const xmodel_box *box, int32_t width, int32_t height) {
  span across, down;
  xmodel_rectangle found;
  across.left = down.left = across.at = down.at = 0;
  across.taken = width;
  down.taken = height;
  across.given = XMODEL_WIDTH;
  down.given = XMODEL_HEIGHT;
#if XMODEL_FIT == XMODEL_FIT_CROP
  if (width * XMODEL_HEIGHT > height * XMODEL_WIDTH) {
    across.taken = share(height, XMODEL_WIDTH, XMODEL_HEIGHT);
    across.left = (width - across.taken) / 2;
  } else {
    down.taken = share(width, XMODEL_HEIGHT, XMODEL_WIDTH);
    down.left = (height - down.taken) / 2;
  }
#elif XMODEL_FIT == XMODEL_FIT_PAD
  if (width * XMODEL_HEIGHT > height * XMODEL_WIDTH) {
    down.given = share(height, XMODEL_WIDTH, width);
    down.at = (XMODEL_HEIGHT - down.given) / 2;
  } else {
    across.given = share(width, XMODEL_HEIGHT, height);
    across.at = (XMODEL_WIDTH - across.given) / 2;
  }
#endif
  found.left = back(box->x1, &across);
  found.top = back(box->y1, &down);
  found.right = back(box->x2, &across);
  found.bottom = back(box->y2, &down);
  return found;
}
