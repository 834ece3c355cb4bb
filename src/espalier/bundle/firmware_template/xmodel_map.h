/* From the network's output to a class for each pixel. Integers only, no memory of its own. */
#ifndef XMODEL_MAP_H
#define XMODEL_MAP_H

#include <stdint.h>

/* Rows, columns and channels of the output; classes; of one channel: the least byte of a pixel in the mask; the class of the
   alert (-1: none), and from how many pixels of it there is one. */
@NUMBERS@

#ifdef __cplusplus
extern "C" {
#endif

extern const char *const xmodel_map_names[XMODEL_MAP_CLASSES]; /* UTF-8 */

typedef struct {
  uint32_t pixels[XMODEL_MAP_CLASSES]; /* of each class */
  int alert;                           /* 1: the class of the alert has its share */
} xmodel_map_areas;

/* The class of each pixel, map[ROWS * COLUMNS] row by row: the first largest channel. The map may lie where the output lies:
   (uint8_t *)output needs no further memory. */
void xmodel_map_paint(const int8_t *output, uint8_t *map);

/* How many pixels each class has, and whether that is an alert. */
void xmodel_map_measure(const uint8_t *map, xmodel_map_areas *areas);

/* The class at a pixel of a picture of rows x columns that the whole map stands for: its nearest neighbour. */
uint8_t xmodel_map_at(const uint8_t *map, uint32_t row, uint32_t column, uint32_t rows, uint32_t columns);

#ifdef __cplusplus
}
#endif

#endif
