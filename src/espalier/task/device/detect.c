/* Boxes of int8 heads; see xmodel_detect.h. The rules are those of the build machine's decode, number for number; negative
 * numbers are shifted to the right as all compilers for these cores do, rounding down. */
#include "xmodel_detect.h"

#define SURE 0x80000000u /* one, of a score; never quite reached */

/* The detector's tables: xmodel_detector.c. */
typedef xmodel_map level;
typedef xmodel_column column;

typedef struct {
  const int8_t *const *outputs;
  xmodel_box *boxes;
  int32_t count;
  int32_t first; /* anchors of the levels before */
} search;

static const int8_t *at(const int8_t *const *outputs, const column *place, int32_t anchor) {
  return outputs[place->output] + place->start + anchor * place->step;
}

/* Whether a stands before b. */
static int before(const xmodel_box *a, const xmodel_box *b) {
  if (a->score != b->score) return a->score > b->score;
  if (a->anchor != b->anchor) return a->anchor < b->anchor;
  return a->label < b->label;
}

/* A heap whose first box is the last in order: the one that has to go when there is no room. */
static void sink(xmodel_box *boxes, int32_t place, int32_t count, xmodel_box box) {
  int32_t next = 2 * place + 1;
  while (next < count) {
    if (next + 1 < count && before(&boxes[next], &boxes[next + 1])) next++;
    if (!before(&box, &boxes[next])) break;
    boxes[place] = boxes[next];
    place = next;
    next = 2 * place + 1;
  }
  boxes[place] = box;
}

static void add(search *s, int32_t anchor, int32_t label, int32_t score) {
  xmodel_box box = {0, 0, 0, 0, 0, 0, 0};
  if (score < XMODEL_SCORE_LEAST) return;
  box.anchor = s->first + anchor;
  box.score = score;
  box.label = (uint16_t)label;
  if (s->count < XMODEL_BOX_ROOM) {
    int32_t place = s->count++;
    while (place > 0 && before(&s->boxes[(place - 1) / 2], &box)) {
      s->boxes[place] = s->boxes[(place - 1) / 2];
      place = (place - 1) / 2;
    }
    s->boxes[place] = box;
  } else if (before(&box, &s->boxes[0])) {
    sink(s->boxes, 0, s->count, box);
  }
}

#if XMODEL_SOFTMAX
/* (part << 31) / sum, for part <= sum < 2^31. */
static uint32_t share_of(uint32_t part, uint32_t sum) {
  uint32_t quotient = part >= sum, i;
  part -= quotient ? sum : 0;
  for (i = 0; i < 31; i++) {
    part <<= 1;
    quotient <<= 1;
    if (part >= sum) {
      part -= sum;
      quotient |= 1;
    }
  }
  return quotient;
}

#define ROW (XMODEL_DETECTOR_CLASSES + 1) /* the classes and the background */

/* Scores of a softmax over the classes and the background. */
typedef struct {
  int32_t most;
  uint32_t sum;
} total;

static total sum_up(const level *l, const int8_t *values, const int8_t *background) {
  total t = {0, 0};
  int32_t i;
  t.most = background ? *background : -128;
  for (i = 0; i < XMODEL_DETECTOR_CLASSES; i++) {
    if (values[i] > t.most) t.most = values[i];
  }
  for (i = 0; i < XMODEL_DETECTOR_CLASSES; i++) t.sum += (uint32_t)l->scores_of[t.most - values[i]];
  if (background) t.sum += (uint32_t)l->scores_of[t.most - *background];
  return t;
}
#endif

#if XMODEL_PEAKS
/* Whether none of the eight cells around exceeds the class's value. */
static int is_peak(const search *s, const level *l, int32_t anchor, int32_t label) {
  const int32_t row = anchor / l->columns, place = anchor - row * l->columns;
  const int8_t value = at(s->outputs, &l->scores, anchor)[label];
  int32_t y, x;
  for (y = row > 0 ? row - 1 : 0; y <= row + 1 && y < l->rows; y++) {
    for (x = place > 0 ? place - 1 : 0; x <= place + 1 && x < l->columns; x++) {
      if (at(s->outputs, &l->scores, y * l->columns + x)[label] > value) return 0;
    }
  }
  return 1;
}
#endif

/* The candidates of an anchor some of whose values may be enough. */
static void consider(search *s, const level *l, int32_t anchor) {
  const int8_t *values = at(s->outputs, &l->scores, anchor);
  int32_t label = 0, last = XMODEL_DETECTOR_CLASSES - 1, i;
  const int32_t *scores = l->scores_of;
#if XMODEL_SOFTMAX
  const total t = sum_up(l, values, l->background.output < 0 ? 0 : at(s->outputs, &l->background, anchor));
#endif
#if !XMODEL_EVERY_CLASS
  for (i = 1; i < XMODEL_DETECTOR_CLASSES; i++) {
    if (values[i] > values[label]) label = i;
  }
  last = label;
#endif
  for (i = label; i <= last; i++) {
#if XMODEL_SOFTMAX
    uint32_t score = share_of((uint32_t)scores[t.most - values[i]], t.sum);
#else
    uint32_t score = (uint32_t)scores[values[i] + 128];
#endif
#if XMODEL_OBJECTNESS
    if (l->objectness.output >= 0) {
      const int32_t object = l->objectness_of[*at(s->outputs, &l->objectness, anchor) + 128];
      score = (uint32_t)(((uint64_t)(uint32_t)object * score + SURE / 2) >> 31);
    }
#endif
    if (score >= SURE) score = SURE - 1;
#if XMODEL_PEAKS
    if (score < XMODEL_SCORE_LEAST || !is_peak(s, l, anchor, i)) continue;
#endif
    add(s, anchor, i, (int32_t)score);
  }
}

/* Whether a class has as much as it needs. */
static int passes(const int8_t *values, int32_t least) {
  int32_t i;
  for (i = 0; i < XMODEL_DETECTOR_CLASSES; i++) {
    if (values[i] >= least) return 1;
  }
  return 0;
}

/* Looks at every value once: most are too small, and nothing is computed of them. */
static void scan(search *s, const level *l) {
  const int8_t *values = at(s->outputs, &l->scores, 0);
  const int32_t anchors = l->count, least = l->least;
  int32_t anchor, i;
#if XMODEL_OBJECTNESS
  if (l->objectness.output >= 0) {
    const int8_t *objectness = at(s->outputs, &l->objectness, 0);
    const int32_t step = l->objectness.step, least_objectness = l->least_objectness;
    for (anchor = 0; anchor < anchors; anchor++, objectness += step) {
      if (*objectness >= least_objectness) consider(s, l, anchor);
    }
    return;
  }
#endif
#if XMODEL_SOFTMAX
  if (l->background.output >= 0) {
    /* Where the background lies beside the classes, in the same row; in a row of nothing else, its place is a constant. */
    const int8_t *ground = values + (l->background.start - l->scores.start);
    const int32_t step = l->scores.step, last = anchors - 8;
    anchor = 0;
    while (anchor < anchors) {
      if (step == ROW) {
        while (anchor <= last && !passes(values, ground[0] + least) && !passes(values + ROW, ground[ROW] + least) &&
               !passes(values + 2 * ROW, ground[2 * ROW] + least) && !passes(values + 3 * ROW, ground[3 * ROW] + least) &&
               !passes(values + 4 * ROW, ground[4 * ROW] + least) && !passes(values + 5 * ROW, ground[5 * ROW] + least) &&
               !passes(values + 6 * ROW, ground[6 * ROW] + least) && !passes(values + 7 * ROW, ground[7 * ROW] + least)) {
          values += 8 * ROW;
          ground += 8 * ROW;
          anchor += 8;
        }
      }
      for (i = anchor + 8; anchor < i && anchor < anchors; anchor++, values += step, ground += step) {
        if (passes(values, *ground + least)) consider(s, l, anchor);
      }
    }
    return;
  }
#endif
  if (l->scores.step == XMODEL_DETECTOR_CLASSES) {
    const int8_t *value = values, *end = values + anchors * XMODEL_DETECTOR_CLASSES;
    while (value < end) {
      while (end - value >= 8 && value[0] < least && value[1] < least && value[2] < least && value[3] < least &&
             value[4] < least && value[5] < least && value[6] < least && value[7] < least) {
        value += 8;
      }
      while (value < end && *value < least) value++;
      if (value == end) break;
      anchor = (int32_t)((uint32_t)(value - values) / XMODEL_DETECTOR_CLASSES);
      consider(s, l, anchor);
      value = values + (anchor + 1) * XMODEL_DETECTOR_CLASSES;
    }
    return;
  }
  { /* other columns lie between the classes: four anchors are left after one look at the counter */
    const int32_t step = l->scores.step, last = anchors - 4;
    anchor = 0;
    while (anchor < anchors) {
      while (anchor <= last && !passes(values, least) && !passes(values + step, least) &&
             !passes(values + 2 * step, least) && !passes(values + 3 * step, least)) {
        values += 4 * step;
        anchor += 4;
      }
      for (i = anchor + 4; anchor < i && anchor < anchors; anchor++, values += step) {
        if (passes(values, least)) consider(s, l, anchor);
      }
    }
  }
}

static uint16_t clipped(int64_t edge, int32_t most) {
  return (uint16_t)(edge < 0 ? 0 : edge > most ? most : edge);
}

#if XMODEL_SHAPE == XMODEL_SHAPE_DISTANCE
/* Mean bin of a row of logits, in 1/2048: two divisions of 32 bits. */
static int64_t distance(const int32_t *share, const int8_t *values) {
  uint32_t sum = 0, weighted = 0;
  int32_t i, most = values[0];
  for (i = 1; i < XMODEL_BINS; i++) {
    if (values[i] > most) most = values[i];
  }
  for (i = 0; i < XMODEL_BINS; i++) {
    const uint32_t part = (uint32_t)share[most - values[i]];
    sum += part;
    weighted += part * (uint32_t)i;
  }
  return ((int64_t)(weighted / sum) << 11) + (((weighted % sum) << 11) + sum / 2) / sum;
}
#endif

/* Finds the corners of a candidate; returns whether it has any area. */
static int locate(const int8_t *const *outputs, xmodel_box *box) {
  const level *l = xmodel_levels;
  int32_t anchor = box->anchor, cell, row, place;
  const xmodel_anchor *own;
  int64_t x, y;
  while (anchor >= l->count) anchor -= l++->count;
  cell = anchor / l->per_cell;
  own = &l->anchors[anchor - cell * l->per_cell];
  row = cell / l->columns;
  place = cell - row * l->columns;
  x = place * l->step_x + own->x;
  y = row * l->step_y + own->y;
#if XMODEL_SHAPE == XMODEL_SHAPE_DISTANCE
  {
    const int32_t *share = l->box_of[0];
    const int64_t left = distance(share, at(outputs, &l->box[0], anchor));
    const int64_t top = distance(share, at(outputs, &l->box[1], anchor));
    const int64_t right = distance(share, at(outputs, &l->box[2], anchor));
    const int64_t bottom = distance(share, at(outputs, &l->box[3], anchor));
    box->x1 = clipped((x - ((left * l->step_x + 1024) >> 11) + 128) >> 8, XMODEL_BOX_WIDTH);
    box->y1 = clipped((y - ((top * l->step_y + 1024) >> 11) + 128) >> 8, XMODEL_BOX_HEIGHT);
    box->x2 = clipped((x + ((right * l->step_x + 1024) >> 11) + 128) >> 8, XMODEL_BOX_WIDTH);
    box->y2 = clipped((y + ((bottom * l->step_y + 1024) >> 11) + 128) >> 8, XMODEL_BOX_HEIGHT);
  }
#else
  {
    int64_t width = own->width, height = own->height;
#if XMODEL_SHAPE == XMODEL_SHAPE_SIZE
    const int64_t over = XMODEL_BY_STEP ? l->step_x : own->width, down = XMODEL_BY_STEP ? l->step_y : own->height;
    x += (l->box_of[0][*at(outputs, &l->box[0], anchor) + 128] * over + 32768) >> 16;
    y += (l->box_of[1][*at(outputs, &l->box[1], anchor) + 128] * down + 32768) >> 16;
    width = (l->box_of[2][*at(outputs, &l->box[2], anchor) + 128] * width + 32768) >> 16;
    height = (l->box_of[3][*at(outputs, &l->box[3], anchor) + 128] * height + 32768) >> 16;
#else
    (void)outputs;
#endif
    box->x1 = clipped((2 * x - width + 256) >> 9, XMODEL_BOX_WIDTH);
    box->y1 = clipped((2 * y - height + 256) >> 9, XMODEL_BOX_HEIGHT);
    box->x2 = clipped((2 * x + width + 256) >> 9, XMODEL_BOX_WIDTH);
    box->y2 = clipped((2 * y + height + 256) >> 9, XMODEL_BOX_HEIGHT);
  }
#endif
  return box->x2 > box->x1 && box->y2 > box->y1;
}

#if XMODEL_SHAPE == XMODEL_SHAPE_CELLS
/* Neighbours of a class become the box around them, under the better one's score. */
static int32_t settle(xmodel_box *boxes, int32_t count) {
  int32_t i, j, again = 1;
  while (again) {
    again = 0;
    for (i = 0; i < count; i++) {
      for (j = i + 1; j < count; j++) {
        xmodel_box *a = &boxes[i];
        const xmodel_box b = boxes[j];
        int32_t k;
        if (a->label != b.label || a->x1 > b.x2 || b.x1 > a->x2 || a->y1 > b.y2 || b.y1 > a->y2) continue;
        if (b.x1 < a->x1) a->x1 = b.x1;
        if (b.y1 < a->y1) a->y1 = b.y1;
        if (b.x2 > a->x2) a->x2 = b.x2;
        if (b.y2 > a->y2) a->y2 = b.y2;
        for (k = j; k + 1 < count; k++) boxes[k] = boxes[k + 1];
        count--;
        j--;
        again = 1;
      }
    }
  }
  return count < XMODEL_BOX_MOST ? count : XMODEL_BOX_MOST;
}
#else
static uint32_t area(const xmodel_box *box) {
  return (uint32_t)(box->x2 - box->x1) * (uint32_t)(box->y2 - box->y1);
}

/* Whether a box kept before leaves no place for this one. */
static int overlaps(const xmodel_box *a, const xmodel_box *b) {
  const int32_t x = (a->x2 < b->x2 ? a->x2 : b->x2) - (a->x1 > b->x1 ? a->x1 : b->x1);
  const int32_t y = (a->y2 < b->y2 ? a->y2 : b->y2) - (a->y1 > b->y1 ? a->y1 : b->y1);
  if (x <= 0 || y <= 0) return 0;
  return (uint64_t)((uint32_t)x * (uint32_t)y) * (XMODEL_OVERLAP_OVER + XMODEL_OVERLAP_UNDER) >
         ((uint64_t)area(a) + area(b)) * XMODEL_OVERLAP_OVER;
}

static int32_t settle(xmodel_box *boxes, int32_t count) {
  int32_t i, j, kept = 0;
  for (i = 0; i < count && kept < XMODEL_BOX_MOST; i++) {
    for (j = 0; j < kept && XMODEL_OVERLAP_UNDER != 0; j++) {
      if (XMODEL_PER_CLASS && boxes[j].label != boxes[i].label) continue;
      if (overlaps(&boxes[j], &boxes[i])) break;
    }
    if (j == kept || XMODEL_OVERLAP_UNDER == 0) boxes[kept++] = boxes[i];
  }
  return kept;
}
#endif

int32_t xmodel_detect(const int8_t *const *outputs, xmodel_box *boxes) {
  search s;
  int32_t i, kept = 0;
  s.outputs = outputs;
  s.boxes = boxes;
  s.count = s.first = 0;
  for (i = 0; i < XMODEL_LEVELS; i++) {
    scan(&s, &xmodel_levels[i]);
    s.first += xmodel_levels[i].count;
  }
  for (i = s.count - 1; i > 0; i--) { /* the last in order goes to the end */
    const xmodel_box last = boxes[0];
    sink(boxes, 0, i, boxes[i]);
    boxes[i] = last;
  }
  for (i = 0; i < s.count; i++) {
    if (locate(outputs, &boxes[i])) boxes[kept++] = boxes[i];
  }
  return settle(boxes, kept);
}
