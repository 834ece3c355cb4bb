/* The preprocessing contract in integers; see xmodel_prepare.h. All divisions of negative numbers round down. */
#include "xmodel_prepare.h"

#include "xmodel_contract.h"

#define UNIT 2048 /* fixed-point one of the bilinear and bicubic weights */
#define MOST_SIDE 20000
#define XMODEL_TAKES(format)                                    \
  (XMODEL_COLOR == XMODEL_COLOR_BANDS ? (format) == XMODEL_BANDS \
                                      : (unsigned)(format) <= (unsigned)XMODEL_UYVY422)

#if XMODEL_RESIZE == XMODEL_RESIZE_BICUBIC
#define TAPS 4
#elif XMODEL_RESIZE == XMODEL_RESIZE_BILINEAR
#define TAPS 2
#else
#define TAPS 1
#endif

/* The source pixels of one output index along one axis: their first index and their weights. The weights of `area`
 * are computed where they are used, because there can be any number of them. */
typedef struct {
  int32_t first;
  int32_t count;
#if XMODEL_RESIZE != XMODEL_RESIZE_AREA
  int16_t weight[TAPS];
#else
  int32_t start;
  int32_t end;
  int32_t wanted;
#endif
} taps;

typedef struct {
  int32_t top, left, height, width;
} region;

static int32_t clamp(int32_t value, int32_t most) {
  return value < 0 ? 0 : value > most ? most : value;
}

#if XMODEL_RESIZE == XMODEL_RESIZE_BICUBIC
static int64_t floor_divide(int64_t value, int64_t by) {
  int64_t quotient = value / by;
  return (value % by != 0 && value < 0) ? quotient - 1 : quotient;
}

/* Keys' cubic with a = -1/2 at x = distance / whole, times 2 * whole^3. */
static int64_t keys(int64_t distance, int64_t whole) {
  if (distance <= whole) {
    return 3 * distance * distance * distance - 5 * distance * distance * whole + 2 * whole * whole * whole;
  }
  return -distance * distance * distance + 5 * distance * distance * whole - 8 * distance * whole * whole +
         4 * whole * whole * whole;
}

static void cubic_weights(int32_t rest, int32_t whole, int32_t left, int32_t source, int16_t *weight) {
  int64_t exact[4], total = 0;
  int32_t i, best = 0, sum = 0;
  for (i = 0; i < 4; i++) {
    const int32_t place = left - 1 + i;
    const int64_t distance = i < 2 ? (int64_t)(1 - i) * whole + rest : (int64_t)(i - 1) * whole - rest;
    exact[i] = (place >= 0 && place < source) ? keys(distance, whole) : 0;
    total += exact[i];
  }
  for (i = 0; i < 4; i++) {
    weight[i] = (int16_t)floor_divide(2 * UNIT * exact[i] + total, 2 * total);
    sum += weight[i];
    if (weight[i] > weight[best]) best = i;
  }
  weight[best] = (int16_t)(weight[best] + UNIT - sum);
}
#endif

/* Source pixels for output `index` of `wanted` along an axis of `source` pixels; returns the sum of the weights. */
static int32_t find_taps(int32_t source, int32_t wanted, int32_t index, taps *out) {
#if XMODEL_RESIZE == XMODEL_RESIZE_AREA
  out->start = index * source;
  out->end = out->start + source;
  out->wanted = wanted;
  out->first = out->start / wanted;
  out->count = (out->end - 1) / wanted - out->first + 1;
  if (source == wanted) {
    out->start = index;
    out->end = index + 1;
    out->wanted = 1;
    return 1;
  }
  return source;
#elif XMODEL_RESIZE == XMODEL_RESIZE_NEAREST
  out->first = ((2 * index + 1) * source) / (2 * wanted);
  out->count = 1;
  out->weight[0] = 1;
  return 1;
#else
  const int32_t centre = (2 * index + 1) * source - wanted, whole = 2 * wanted;
  const int32_t left = centre >= 0 ? centre / whole : -((-centre + whole - 1) / whole);
  const int32_t rest = centre - whole * left;
  if (source == wanted) {
    out->first = index;
    out->count = 1;
    out->weight[0] = 1;
    return 1;
  }
  out->count = TAPS;
#if XMODEL_RESIZE == XMODEL_RESIZE_BICUBIC
  out->first = left - 1;
  cubic_weights(rest, whole, left, source, out->weight);
#else
  out->first = left;
  out->weight[1] = (int16_t)((rest * UNIT + wanted) / whole);
  out->weight[0] = (int16_t)(UNIT - out->weight[1]);
#endif
  return UNIT;
#endif
}

static int32_t weight_of(const taps *axis, int32_t tap) {
#if XMODEL_RESIZE == XMODEL_RESIZE_AREA
  const int32_t begin = (axis->first + tap) * axis->wanted;
  const int32_t low = begin > axis->start ? begin : axis->start;
  const int32_t high = begin + axis->wanted < axis->end ? begin + axis->wanted : axis->end;
  return high - low;
#else
  return axis->weight[tap];
#endif
}

/* The contract's channels of one source pixel. */
#if XMODEL_COLOR == XMODEL_COLOR_BANDS
static void fetch(const xmodel_image *image, int32_t y, int32_t x, int32_t *value) {
  const int32_t stride = image->stride ? image->stride : image->width * XMODEL_CHANNELS;
  const uint8_t *p = image->pixels + (int64_t)y * stride + (int64_t)x * XMODEL_CHANNELS;
  int32_t c;
  for (c = 0; c < XMODEL_CHANNELS; c++) value[c] = p[c];
}
#else
static void fetch(const xmodel_image *image, int32_t y, int32_t x, int32_t *value) {
  static const uint8_t sizes[] = {3, 3, 4, 1, 2, 2, 2, 2};
  const int32_t size = sizes[image->format];
  const int32_t stride = image->stride ? image->stride : image->width * size;
  const uint8_t *p = image->pixels + (int64_t)y * stride + (int64_t)x * size;
  int32_t r, g, b;
  if (image->format == XMODEL_GRAY8) {
    r = g = b = p[0];
  } else if (image->format == XMODEL_YUYV422 || image->format == XMODEL_UYVY422) {
    const int32_t first = image->format == XMODEL_UYVY422;
    const uint8_t *pair = p - 2 * (x & 1);
    const int32_t luma = p[first] * 65536 + 32768;
    const int32_t u = pair[1 - first] - 128, v = pair[3 - first] - 128;
    r = clamp((luma + 91881 * v) >> 16, 255);
    g = clamp((luma - 22554 * u - 46802 * v) >> 16, 255);
    b = clamp((luma + 116130 * u) >> 16, 255);
  } else if (size == 2) {
    const int32_t word = image->format == XMODEL_RGB565_LE ? p[0] | p[1] << 8 : p[1] | p[0] << 8;
    r = (word >> 8 & 0xF8) | word >> 13;
    g = (word >> 3 & 0xFC) | (word >> 9 & 3);
    b = (word << 3 & 0xF8) | (word >> 2 & 7);
  } else {
    r = image->format == XMODEL_BGR888 ? p[2] : p[0];
    g = p[1];
    b = image->format == XMODEL_BGR888 ? p[0] : p[2];
  }
#if XMODEL_COLOR == XMODEL_COLOR_GRAY
  value[0] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
#elif XMODEL_COLOR == XMODEL_COLOR_BGR
  value[0] = b;
  value[1] = g;
  value[2] = r;
#else
  value[0] = r;
  value[1] = g;
  value[2] = b;
#endif
}
#endif

static int8_t rounded(int64_t sum, int64_t total) {
  const int64_t value = sum + total / 2;
  int64_t result;
  if (value < 0) {
    result = 0;
  } else if ((value >> 32) == 0) {
    result = (int64_t)((uint32_t)value / (uint32_t)total);
  } else {
    result = value / total;
  }
  return (int8_t)((result > 255 ? 255 : result) - 128);
}

/* Resize `from` (a region of the image) into `to` (a region of the input). */
static void resize(const xmodel_image *image, region from, region to, int8_t *input) {
  int32_t y, x, i, j, c;
#if XMODEL_RESIZE == XMODEL_RESIZE_BICUBIC || XMODEL_RESIZE == XMODEL_RESIZE_BILINEAR
  taps columns[XMODEL_WIDTH];
  for (x = 0; x < to.width; x++) (void)find_taps(from.width, to.width, x, &columns[x]);
#endif
  for (y = 0; y < to.height; y++) {
    taps row;
    const int64_t row_total = find_taps(from.height, to.height, y, &row);
    for (x = 0; x < to.width; x++) {
      int8_t *out = input + ((to.top + y) * XMODEL_WIDTH + to.left + x) * XMODEL_CHANNELS;
      int64_t sum[XMODEL_CHANNELS] = {0};
      int64_t total;
#if XMODEL_RESIZE == XMODEL_RESIZE_BICUBIC || XMODEL_RESIZE == XMODEL_RESIZE_BILINEAR
      const taps column = columns[x];
      total = row_total * (from.width == to.width ? 1 : UNIT);
#else
      taps column;
      total = row_total * find_taps(from.width, to.width, x, &column);
#endif
      for (i = 0; i < row.count; i++) {
        const int32_t source_y = from.top + clamp(row.first + i, from.height - 1);
        int32_t part[XMODEL_CHANNELS] = {0};
        for (j = 0; j < column.count; j++) {
          int32_t value[XMODEL_CHANNELS];
          const int32_t weight = weight_of(&column, j);
          fetch(image, source_y, from.left + clamp(column.first + j, from.width - 1), value);
          for (c = 0; c < XMODEL_CHANNELS; c++) part[c] += weight * value[c];
        }
        for (c = 0; c < XMODEL_CHANNELS; c++) sum[c] += (int64_t)weight_of(&row, i) * part[c];
      }
      for (c = 0; c < XMODEL_CHANNELS; c++) out[c] = rounded(sum[c], total);
    }
  }
}

int xmodel_prepare(const xmodel_image *image, int8_t *input) {
  region from, to = {0, 0, XMODEL_HEIGHT, XMODEL_WIDTH};
  if (!image->pixels || image->width < 1 || image->height < 1 || image->width > MOST_SIDE ||
      image->height > MOST_SIDE || !XMODEL_TAKES(image->format)) {
    return -1;
  }
  if ((image->format == XMODEL_YUYV422 || image->format == XMODEL_UYVY422) && image->width % 2 != 0) return -1;
  from.top = from.left = 0;
  from.height = image->height;
  from.width = image->width;
#if XMODEL_FIT == XMODEL_FIT_CROP
  if (from.width * XMODEL_HEIGHT > from.height * XMODEL_WIDTH) {
    const int32_t taken = (2 * from.height * XMODEL_WIDTH + XMODEL_HEIGHT) / (2 * XMODEL_HEIGHT);
    from.width = taken > 1 ? taken : 1;
    from.left = (image->width - from.width) / 2;
  } else {
    const int32_t taken = (2 * from.width * XMODEL_HEIGHT + XMODEL_WIDTH) / (2 * XMODEL_WIDTH);
    from.height = taken > 1 ? taken : 1;
    from.top = (image->height - from.height) / 2;
  }
#elif XMODEL_FIT == XMODEL_FIT_PAD
  {
    int32_t i;
    for (i = 0; i < XMODEL_HEIGHT * XMODEL_WIDTH * XMODEL_CHANNELS; i++) input[i] = -128;
  }
  if (from.width * XMODEL_HEIGHT > from.height * XMODEL_WIDTH) {
    const int32_t taken = (2 * from.height * XMODEL_WIDTH + from.width) / (2 * from.width);
    to.height = taken > 1 ? taken : 1;
    to.top = (XMODEL_HEIGHT - to.height) / 2;
  } else {
    const int32_t taken = (2 * from.width * XMODEL_HEIGHT + from.height) / (2 * from.height);
    to.width = taken > 1 ? taken : 1;
    to.left = (XMODEL_WIDTH - to.width) / 2;
  }
#endif
  resize(image, from, to, input);
  return 0;
}

static int xmodel_prepare_as(xmodel_format format, const uint8_t *pixels, int32_t width, int32_t height,
                             int32_t stride, int8_t *input) {
  xmodel_image image;
  image.pixels = pixels;
  image.width = width;
  image.height = height;
  image.stride = stride;
  image.format = format;
  return xmodel_prepare(&image, input);
}

#if XMODEL_COLOR == XMODEL_COLOR_BANDS
int xmodel_prepare_bands(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input) {
  return xmodel_prepare_as(XMODEL_BANDS, pixels, width, height, stride, input);
}
#else
int xmodel_prepare_rgb888(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input) {
  return xmodel_prepare_as(XMODEL_RGB888, pixels, width, height, stride, input);
}

int xmodel_prepare_rgb565(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input) {
  return xmodel_prepare_as(XMODEL_RGB565_LE, pixels, width, height, stride, input);
}

int xmodel_prepare_gray(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input) {
  return xmodel_prepare_as(XMODEL_GRAY8, pixels, width, height, stride, input);
}

int xmodel_prepare_yuv422(const uint8_t *pixels, int32_t width, int32_t height, int32_t stride, int8_t *input) {
  return xmodel_prepare_as(XMODEL_YUYV422, pixels, width, height, stride, input);
}
#endif
