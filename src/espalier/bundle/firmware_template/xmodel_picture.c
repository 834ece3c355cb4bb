#include "xmodel_picture.h"

/* Of output byte -128 first. */
static const uint8_t shades[256] = {
@TABLE@
};

void xmodel_picture_paint(const int8_t *output, uint8_t *picture) {
  uint32_t i;
  for (i = 0; i < (uint32_t)XMODEL_PICTURE_ROWS * XMODEL_PICTURE_COLUMNS * XMODEL_PICTURE_CHANNELS; i++) {
    picture[i] = shades[(uint8_t)((uint8_t)output[i] ^ 0x80u)];
  }
}
