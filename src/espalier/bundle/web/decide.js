// From the model's output bytes to an answer, in whole numbers: equal to the build's own definitions.

import {detect, readDetector, toPicture} from './boxes.js';
import {root} from './retouch.js';

const SURE = 2 ** 31;

/**
 * The answer to the outputs of one picture. `outputs`: a Uint8Array for each of `facts.outputs`, in their order; `picture`:
 * its width and height, in whose pixels boxes are told (without: those of the network's input).
 */
export function decide(outputs, facts, picture = facts.contract) {
  facts.outputs.forEach((output, n) => {
    if (outputs[n]?.length !== output.values) {
      throw new RangeError(`output ${output.name} has ${output.values} bytes, not ${outputs[n]?.length}`);
    }
  });
  return KINDS[facts.answer.kind](outputs, facts.answer, facts.outputs, facts.contract, picture);
}

/** Output bytes that lie one output after the other, apart. */
export function split(bytes, facts) {
  let at = 0;
  return facts.outputs.map(({values}) => bytes.subarray(at, at += values));
}

const KINDS = {
  classify([bytes], answer) {
    let index = 0;
    for (let i = 1; i < bytes.length; i++) if (bytes[i] > bytes[index]) index = i;
    return one(answer, index, bytes[index], bytes[index] < answer.review);
  },
  binary([bytes], answer) {
    const index = bytes[1] >= answer.positive ? 1 : 0;
    return one(answer, index, bytes[index], Math.max(bytes[0], bytes[1]) < answer.review);
  },
  'multi-label'([bytes], answer) {
    const said = [];
    bytes.forEach((byte, index) => {
      if (byte >= answer.least[index]) said.push(one(answer, index, byte));
    });
    return {kind: answer.kind, said};
  },
  embed: ([bytes], answer) => ({kind: answer.kind, unit: unit(bytes, answer.zero_point)}),
  anomaly([bytes], answer) {
    const sum = squares(bytes, answer.zero_point);
    const score_q8 = Math.floor((sum * 256 + Math.floor(bytes.length / 2)) / bytes.length);
    return {kind: answer.kind, score_q8, score: score_q8 / 256, alert: score_q8 >= answer.alert_q8};
  },
  map([bytes], answer) {
    const {rows, columns, channels, names} = answer;
    const classes = new Uint8Array(rows * columns), areas = new Array(names.length).fill(0);
    for (let pixel = 0; pixel < classes.length; pixel++) {
      let most = channels === 1 ? Number(bytes[pixel] >= answer.cut) : 0;
      for (let k = 1; k < channels; k++) {
        if (bytes[pixel * channels + k] > bytes[pixel * channels + most]) most = k;
      }
      classes[pixel] = most;
      areas[most]++;
    }
    const alert = answer.alert >= 0 && areas[answer.alert] >= answer.alert_pixels;
    return {kind: answer.kind, rows, columns, names, classes, areas, alert};
  },
  picture([bytes], answer) {
    const {rows, columns, channels, table} = answer;
    return {kind: answer.kind, rows, columns, channels, pixels: bytes.map((byte) => table[byte])};
  },
  boxes(outputs, answer, heads, contract, picture) {
    const detector = DETECTORS.get(answer) ?? readDetector(answer.words);
    DETECTORS.set(answer, detector);
    const rows = detect(detector, outputs.map((bytes) => Int8Array.from(bytes, (byte) => byte - 128)));
    const boxes = rows.map((row) => {
      const [left, top, right, bottom] = toPicture(row, detector.bits, picture.width, picture.height, contract);
      return {index: row[5], label: answer.labels[row[5]], confidence: row[4] / SURE, left, top, right, bottom};
    });
    return {kind: answer.kind, boxes, rows};
  },
  values(outputs, answer, heads) {
    const values = outputs.map((bytes, n) => Float64Array.from(bytes, (byte) => heads[n].scale * (byte - heads[n].zero_point)));
    const flat = values.flatMap((row) => Array.from(row));
    const names = answer.names.length === flat.length ? answer.names : [];
    return {kind: answer.kind, values, named: Object.fromEntries(names.map((name, n) => [name, flat[n]]))};
  },
  several(outputs, answer, heads, contract, picture) {
    const parts = answer.parts.map((part, n) => KINDS[part.kind]([outputs[n]], part, [heads[n]], contract, picture));
    return {kind: answer.kind, parts: Object.fromEntries(heads.map((head, n) => [head.name, parts[n]]))};
  },
};
const DETECTORS = new WeakMap();

function one(answer, index, byte, review = false) {
  const permille = ((byte - answer.zero_point) * answer.permille_q16 + 32768) >> 16;
  return {kind: answer.kind, index, label: answer.labels[index], permille, confidence: permille / 1000, review};
}

function squares(bytes, zero) {
  return bytes.reduce((sum, byte) => sum + (byte - zero) * (byte - zero), 0);
}

/** The output divided by its length, times 16384: what is enrolled and compared. */
function unit(bytes, zero) {
  const length = Number(root(BigInt(squares(bytes, zero)) << 16n)), half = Math.floor(length / 2);
  return Int16Array.from(bytes, (byte) => {
    const share = length === 0 ? 0 : Math.floor((Math.abs(byte - zero) * 2 ** 22 + half) / length);
    return byte < zero ? -share : share;
  });
}

/** The nearest of enrolled vectors, by the cosine times 16384; index -1 without any. */
export function nearest(vector, references, known_q14) {
  let index = -1, cosine = -16384;
  references.forEach((reference, n) => {
    if (reference.length !== vector.length) {
      throw new RangeError(`reference ${n} has ${reference.length} values, the vector ${vector.length}`);
    }
    let sum = 8192;
    for (let i = 0; i < vector.length; i++) sum += vector[i] * reference[i];
    const found = Math.floor(sum / 16384);
    if (index < 0 || found > cosine) [index, cosine] = [n, found];
  });
  return {index, cosine, known: index >= 0 && cosine >= known_q14};
}

/** Numbers beside the picture, in the order of the recipe, as the bytes of each input. */
export function numberBytes(values, facts) {
  const wanted = facts.beside.reduce((sum, one) => sum + one.columns.length, 0);
  if (values.length !== wanted) throw new RangeError(`the model takes ${wanted} numbers, not ${values.length}`);
  let at = 0;
  return facts.beside.map((input) => Uint8Array.from(input.columns, (_, n) => {
    const [low, high] = input.range[n], value = Math.min(Math.max(values[at++], low), high);
    const x = Math.fround((value - input.mean[n]) / input.std[n]);
    return Math.min(Math.max(Math.floor(x / input.scale + 0.5) + input.zero_point, 0), 255);
  }));
}
