#include "xmodel_map.h"

void xmodel_map_paint(const int8_t *output, uint8_t *map) {
  uint32_t i;
  for (i = 0; i < XMODEL_MAP_ROWS * (uint32_t)XMODEL_MAP_COLUMNS; i++) {
    const int8_t *pixel = output + i * XMODEL_MAP_CHANNELS;
#if XMODEL_MAP_CHANNELS == 1
    const int32_t value = pixel[0];
    map[i] = value >= XMODEL_MAP_LEAST;
#else
    uint8_t channel, best = 0;
    for (channel = 1; channel < XMODEL_MAP_CHANNELS; channel++) {
      if (pixel[channel] > pixel[best]) best = channel;
    }
    map[i] = best;
#endif
  }
}

void xmodel_map_measure(const uint8_t *map, xmodel_map_areas *areas) {
  uint32_t i;
  for (i = 0; i < XMODEL_MAP_CLASSES; i++) areas->pixels[i] = 0;
  for (i = 0; i < XMODEL_MAP_ROWS * (uint32_t)XMODEL_MAP_COLUMNS; i++) areas->pixels[map[i]]++;
#if XMODEL_MAP_ALERT >= 0
  areas->alert = areas->pixels[XMODEL_MAP_ALERT] >= XMODEL_MAP_ALERT_PIXELS;
#else
  areas->alert = 0;
#endif
}

uint8_t xmodel_map_at(const uint8_t *map, uint32_t row, uint32_t column, uint32_t rows, uint32_t columns) {
  const uint32_t y = (2 * row + 1) * XMODEL_MAP_ROWS / (2 * rows);
  const uint32_t x = (2 * column + 1) * XMODEL_MAP_COLUMNS / (2 * columns);
  return map[y * XMODEL_MAP_COLUMNS + x];
}
