/* From the network's output to the bytes of a picture. Integers only, no memory of its own. */
#ifndef XMODEL_PICTURE_H
#define XMODEL_PICTURE_H

#include <stdint.h>

@NUMBERS@

#ifdef __cplusplus
extern "C" {
#endif

/* picture[ROWS * COLUMNS * CHANNELS], row by row, channels in the order of the network. The picture may lie where the output
   lies: (uint8_t *)output needs no further memory. */
void xmodel_picture_paint(const int8_t *output, uint8_t *picture);

#ifdef __cplusplus
}
#endif

#endif
