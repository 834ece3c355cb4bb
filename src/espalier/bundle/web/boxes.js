// From the network's raw outputs to boxes, in whole numbers: equal to the build's own decode number by number.
// A row is [x1, y1, x2, y2, score, label, anchor]: corners in pixels of the network's input times 2^bits, score of 2^31.

import {cropRegion, paddedSize} from './prepare.js';

const SURE = 2 ** 31;
const SIZE = 0, DISTANCE = 1, CELLS = 2;
const HEAD = ['outputs', 'width', 'height', 'bits', 'shape', 'bins', 'classes', 'threshold', 'over', 'under', 'room', 'most',
  'by_step', 'softmax', 'peaks', 'every_class', 'per_class', 'levels', 'tables'];

/** (a * b + half) >> bits of whole numbers that can exceed 2^53. */
const scaled = (a, b, bits) => Number((BigInt(a) * BigInt(b) + (1n << BigInt(bits - 1))) >> BigInt(bits));

/** The integers that the build wrote, read. */
export function readDetector(words) {
  let at = 0;
  const next = () => words[at++], many = (count) => Array.from({length: count}, next);
  const detector = Object.fromEntries(HEAD.map((name) => [name, next()]));
  detector.level = Array.from({length: detector.levels}, () => {
    const [rows, columns, stepX, stepY, each] = many(5);
    const anchors = Array.from({length: each}, () => many(4));
    const column = Array.from({length: 7}, () => {
      const [output, start, step] = many(3);
      return {output, start, step};
    });
    const boxTables = many(4);
    const [scoreTable, objectTable, least, leastObject] = many(4);
    return {
      rows, columns, steps: [stepX, stepY], each, anchors, box: column.slice(0, 4), scores: column[4],
      background: column[5], object: column[6], boxTables, scoreTable, objectTable, least, leastObject,
      count: rows * columns * each,
    };
  });
  detector.table = Array.from({length: detector.tables}, () => many(256));
  return detector;
}

/** The rows of one picture, the best first. `outputs`: int8, in the model's order. */
export function detect(detector, outputs) {
  const found = [];
  let first = 0;
  for (const level of detector.level) {
    for (let anchor = 0; anchor < level.count; anchor++) {
      if (!worthALook(detector, level, outputs, anchor)) continue;
      for (const [label, score] of scores(detector, level, outputs, anchor)) {
        found.push({score, place: first + anchor, label, level, anchor});
      }
    }
    first += level.count;
  }
  found.sort((a, b) => b.score - a.score || a.place - b.place || a.label - b.label);
  const rows = [];
  for (const one of found.slice(0, detector.room)) {
    const box = corners(detector, one.level, outputs, one.anchor);
    if (box[2] > box[0] && box[3] > box[1]) rows.push([...box, one.score, one.label, one.place]);
  }
  return detector.shape === CELLS ? merged(detector, rows) : kept(detector, rows);
}

const value = (outputs, column, anchor, k = 0) => outputs[column.output][column.start + anchor * column.step + k];

/** What decides most anchors without a table. */
function worthALook(detector, level, outputs, anchor) {
  if (level.object.output >= 0) return value(outputs, level.object, anchor) >= level.leastObject;
  let most = -128;
  for (let k = 0; k < detector.classes; k++) most = Math.max(most, value(outputs, level.scores, anchor, k));
  if (detector.softmax && level.background.output >= 0) most -= value(outputs, level.background, anchor);
  return most >= level.least;
}

function* scores(detector, level, outputs, anchor) {
  const values = Array.from({length: detector.classes}, (_, k) => value(outputs, level.scores, anchor, k));
  const all = level.background.output >= 0 ? [...values, value(outputs, level.background, anchor)] : values;
  const table = detector.table[level.scoreTable], largest = Math.max(...all);
  const total = detector.softmax ? all.reduce((sum, one) => sum + table[largest - one], 0) : 1;
  const labels = detector.every_class ? values.keys() : [values.indexOf(Math.max(...values))];
  for (const label of labels) {
    let score = detector.softmax ? Math.floor(table[largest - values[label]] * SURE / total) : table[values[label] + 128];
    if (level.object.output >= 0) {
      score = scaled(detector.table[level.objectTable][value(outputs, level.object, anchor) + 128], score, 31);
    }
    score = Math.min(score, SURE - 1);
    if (score >= detector.threshold && (!detector.peaks || isPeak(level, outputs, anchor, label))) yield [label, score];
  }
}

function isPeak(level, outputs, anchor, label) {
  const row = Math.floor(anchor / level.columns), column = anchor % level.columns;
  const own = value(outputs, level.scores, anchor, label);
  for (let y = Math.max(0, row - 1); y < Math.min(level.rows, row + 2); y++) {
    for (let x = Math.max(0, column - 1); x < Math.min(level.columns, column + 2); x++) {
      if (value(outputs, level.scores, y * level.columns + x, label) > own) return false;
    }
  }
  return true;
}

function corners(detector, level, outputs, anchor) {
  const cell = Math.floor(anchor / level.each), place = [cell % level.columns, Math.floor(cell / level.columns)];
  const given = level.anchors[anchor % level.each];
  const edges = new Array(4);
  for (const axis of [0, 1]) {
    const step = level.steps[axis];
    let centre = given[axis] + place[axis] * step, size = given[axis + 2];
    if (detector.shape === DISTANCE) {
      const reach = (side) => scaled(distance(detector, level, outputs, anchor, side), step, 11);
      edges[axis] = Math.floor((centre - reach(axis) + 128) / 256);
      edges[axis + 2] = Math.floor((centre + reach(axis + 2) + 128) / 256);
      continue;
    }
    if (detector.shape === SIZE) {
      const told = (side) => detector.table[level.boxTables[side]][value(outputs, level.box[side], anchor) + 128];
      centre += scaled(told(axis), detector.by_step ? step : size, 16);
      size = scaled(told(axis + 2), size, 16);
    }
    edges[axis] = Math.floor((2 * centre - size + 256) / 512);
    edges[axis + 2] = Math.floor((2 * centre + size + 256) / 512);
  }
  return edges.map((edge, side) => Math.max(0, Math.min(side % 2 ? detector.height : detector.width, edge)));
}

/** Mean bin of a row of logits, in 1/2048. */
function distance(detector, level, outputs, anchor, side) {
  const values = Array.from({length: detector.bins}, (_, k) => value(outputs, level.box[side], anchor, k));
  const largest = Math.max(...values), table = detector.table[level.boxTables[side]];
  const share = values.map((one) => table[largest - one]);
  const total = share.reduce((sum, one) => sum + one, 0);
  const mean = share.reduce((sum, one, number) => sum + one * number, 0);
  const whole = Math.floor(mean / total), rest = mean - whole * total;
  return whole * 2048 + Math.floor((rest * 2048 + Math.floor(total / 2)) / total);
}

function kept(detector, rows) {
  const found = [];
  for (const row of rows) {
    if (found.length < detector.most && !found.some((better) => overlap(detector, better, row))) found.push(row);
  }
  return found;
}

function overlap(detector, a, b) {
  if (!detector.under || (detector.per_class && a[5] !== b[5])) return false;
  const x = Math.min(a[2], b[2]) - Math.max(a[0], b[0]), y = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (x <= 0 || y <= 0) return false;
  const areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return BigInt(x * y) * BigInt(detector.over + detector.under) > BigInt(areas) * BigInt(detector.over);
}

/** Neighbours of a class become the box around them, under the better one's score. */
function merged(detector, rows) {
  for (let again = true; again;) {
    again = false;
    for (let place = 0; place < rows.length; place++) {
      const a = rows[place];
      for (let other = place + 1; other < rows.length;) {
        const b = rows[other];
        if (a[5] !== b[5] || a[0] > b[2] || b[0] > a[2] || a[1] > b[3] || b[1] > a[3]) {
          other++;
          continue;
        }
        a.splice(0, 4, Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3]));
        rows.splice(other, 1);
        again = true;
      }
    }
  }
  return rows.slice(0, detector.most);
}

/** Corners of the network's input, times 2^bits, as pixels of a picture of width x height before it was prepared. */
export function toPicture(row, bits, width, height, contract) {
  let [top, left, rows, columns] = [0, 0, height, width];
  let [down, across] = [contract.height, contract.width];
  if (contract.fit === 'crop') [top, left, rows, columns] = cropRegion(height, width, contract.height, contract.width);
  if (contract.fit === 'pad') [down, across] = paddedSize(height, width, contract.height, contract.width);
  const spans = [
    {left, taken: columns, at: Math.floor((contract.width - across) / 2), given: across},
    {left: top, taken: rows, at: Math.floor((contract.height - down) / 2), given: down},
  ];
  return row.slice(0, 4).map((edge, side) => {
    const span = spans[side % 2], unit = 2 ** bits, length = span.given * unit;
    const offset = Math.max(0, Math.min(length, edge - span.at * unit));
    return span.left + Math.floor((offset * span.taken + Math.floor(length / 2)) / length);
  });
}
