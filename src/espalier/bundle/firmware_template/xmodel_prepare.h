/* Camera pixels to the network's input, by the preprocessing contract that calibration and evaluation used.
 * Integers only; the bytes equal those of the build machine. No heap, no writable statics. */
#ifndef XMODEL_PREPARE_H
#define XMODEL_PREPARE_H

#include <stdint.h>

#include "xmodel_contract.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  XMODEL_RGB888 = 0,    /* R, G, B */
  XMODEL_BGR888 = 1,    /* B, G, R */
  XMODEL_RGBA8888 = 2,  /* R, G, B, ignored */
  XMODEL_GRAY8 = 3,     /* one byte; counts as R = G = B */
  XMODEL_RGB565_LE = 4, /* 16 bits, low byte first */
  XMODEL_RGB565_BE = 5, /* 16 bits, high byte first, as the ESP32 camera driver gives them */
  XMODEL_YUYV422 = 6,   /* two pixels in Y U Y V, full range (JFIF, Rec. 601); the width is even */
  XMODEL_UYVY422 = 7,   /* two pixels in U Y V Y */
  XMODEL_BANDS = 8      /* XMODEL_CHANNELS bytes of each pixel: for a model of several bands, which takes only this */
} xmodel_format;

typedef struct {
  const uint8_t *pixels;
  int32_t width;  /* pixels, 1 to 20000 */
  int32_t height; /* pixels, 1 to 20000 */
  int32_t stride; /* bytes from row to row; 0: rows without gaps */
  xmodel_format format;
} xmodel_image;

/* Fills input[XMODEL_INPUT_BYTES], row by row. Returns 0, or -1 for an image without pixels or with an unknown
 * format. Takes XMODEL_PREPARE_STACK_BYTES or so of stack. */
int xmodel_prepare(const xmodel_image *image, int8_t *input);

#if XMODEL_COLOR == XMODEL_COLOR_BANDS
/* The same for XMODEL_BANDS. */
int xmodel_prepare_bands(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input);
#else
/* The same for the usual formats: RGB888, RGB565_LE, GRAY8 and YUYV422. */
int xmodel_prepare_rgb888(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input);
int xmodel_prepare_rgb565(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input);
int xmodel_prepare_gray(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input);
int xmodel_prepare_yuv422(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input);
#endif

#ifdef __cplusplus
}
#endif

#endif
