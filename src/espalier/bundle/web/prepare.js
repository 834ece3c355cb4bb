// Brings a picture to the bytes that the model takes, in whole numbers: equal to the build's own preprocessing byte for byte
// (selftest.html and `npm test` prove it). Mean and standard deviation are inside the model.

import {retouch} from './retouch.js';

const UNIT = 2048;

/** RGBA (an ImageData), or an array of bands, to Uint8Array [height, width, channels]. */
export function prepare(image, contract) {
  const {width, height, data} = image;
  const depth = contract.color === 'bands' ? contract.source_channels : 4;
  if (!(width > 0 && height > 0) || data.length !== width * height * depth) {
    throw new RangeError(`an image of ${width} x ${height} has ${width * height * depth} bytes, this one ${data.length}`);
  }
  const channels = contract.channels;
  let [top, left, rows, columns] = [0, 0, height, width];
  if (contract.fit === 'crop') {
    [top, left, rows, columns] = cropRegion(height, width, contract.height, contract.width);
  }
  const source = depth === 4 && contract.color !== 'bands'
    ? colours(data, width, top, left, rows, columns, contract.color)
    : bands(data, width, top, left, rows, columns, channels);
  const [down, across] = contract.fit === 'pad'
    ? paddedSize(rows, columns, contract.height, contract.width) : [contract.height, contract.width];
  const result = new Uint8Array(contract.height * contract.width * channels);
  const above = Math.floor((contract.height - down) / 2);
  const before = Math.floor((contract.width - across) / 2);
  resample(source, rows, columns, channels, result, above, before, down, across, contract);
  retouch(result, contract, above, before, down, across);
  return result;
}

/** [top, left, rows, columns] of the largest centred region with the aspect ratio height : width. */
export function cropRegion(rows, columns, height, width) {
  if (columns * height > rows * width) {
    const taken = Math.max(1, Math.floor((2 * rows * width + height) / (2 * height)));
    return [0, Math.floor((columns - taken) / 2), rows, taken];
  }
  const taken = Math.max(1, Math.floor((2 * columns * height + width) / (2 * width)));
  return [Math.floor((rows - taken) / 2), 0, taken, columns];
}

/** [rows, columns] of the whole picture scaled to fit into height x width. */
export function paddedSize(rows, columns, height, width) {
  if (columns * height > rows * width) {
    return [Math.max(1, Math.floor((2 * rows * width + columns) / (2 * columns))), width];
  }
  return [height, Math.max(1, Math.floor((2 * columns * height + rows) / (2 * rows)))];
}

/** The picture turned clockwise by 0, 90, 180 or 270 degrees: RGBA in, RGBA out. */
export function rotate(image, degrees) {
  const {width, height, data} = image;
  if (![0, 90, 180, 270].includes(degrees)) throw new RangeError(`degrees are 0, 90, 180 or 270, not ${degrees}`);
  if (degrees === 0) return image;
  const turned = degrees % 180 ? {width: height, height: width} : {width, height};
  const pixels = new Uint8ClampedArray(data.length);
  for (let y = 0; y < turned.height; y++) {
    for (let x = 0; x < turned.width; x++) {
      const from = degrees === 90 ? (height - 1 - x) * width + y
        : degrees === 180 ? (height - 1 - y) * width + width - 1 - x : x * width + width - 1 - y;
      for (let k = 0; k < 4; k++) pixels[(y * turned.width + x) * 4 + k] = data[from * 4 + k];
    }
  }
  return {...turned, data: pixels};
}

/** A region as RGB, BGR or luma; what is transparent is put on black. */
function colours(data, stride, top, left, rows, columns, color) {
  const channels = color === 'gray' ? 1 : 3;
  const [first, last] = color === 'bgr' ? [2, 0] : [0, 2];
  const made = new Uint8Array(rows * columns * channels);
  let at = 0;
  for (let y = top; y < top + rows; y++) {
    let from = (y * stride + left) * 4;
    for (let x = 0; x < columns; x++, from += 4) {
      const alpha = data[from + 3];
      let r = data[from], g = data[from + 1], b = data[from + 2];
      if (alpha !== 255) {
        r = Math.floor((r * alpha + 127) / 255);
        g = Math.floor((g * alpha + 127) / 255);
        b = Math.floor((b * alpha + 127) / 255);
      }
      if (channels === 1) {
        made[at++] = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
      } else {
        made[at + first] = r;
        made[at + 1] = g;
        made[at + last] = b;
        at += 3;
      }
    }
  }
  return made;
}

function bands(data, stride, top, left, rows, columns, channels) {
  const made = new Uint8Array(rows * columns * channels);
  for (let y = 0; y < rows; y++) {
    const from = ((top + y) * stride + left) * channels;
    made.set(data.subarray(from, from + columns * channels), y * columns * channels);
  }
  return made;
}

/** Writes the source into result [.., contract.width, channels], from (above, before) on, at down x across. */
function resample(source, rows, columns, channels, result, above, before, down, across, contract) {
  const y = axis(rows, down, contract.resize), x = axis(columns, across, contract.resize);
  const total = y.total * x.total, half = Math.floor(total / 2);
  const sums = new Float64Array(channels);
  for (let i = 0; i < down; i++) {
    let at = ((above + i) * contract.width + before) * channels;
    for (let j = 0; j < across; j++) {
      sums.fill(0);
      for (let a = i * y.taps; a < (i + 1) * y.taps; a++) {
        if (y.weight[a] === 0) continue;
        const line = y.index[a] * columns;
        for (let b = j * x.taps; b < (j + 1) * x.taps; b++) {
          const weight = y.weight[a] * x.weight[b], from = (line + x.index[b]) * channels;
          for (let k = 0; k < channels; k++) sums[k] += weight * source[from + k];
        }
      }
      // Whole numbers below 2^53, so that the quotient never rounds over a whole one.
      for (let k = 0; k < channels; k++) result[at++] = Math.min(255, Math.max(0, Math.floor((sums[k] + half) / total)));
    }
  }
}

/** Source positions and weights of the output positions along one axis. */
function axis(source, wanted, method) {
  if (source === wanted || method === 'nearest') {
    const made = empty(wanted, 1);
    for (let i = 0; i < wanted; i++) set(made, i, Math.floor((2 * i + 1) * source / (2 * wanted)), 1, source);
    made.total = 1;
    return made;
  }
  const made = method === 'area' ? area(source, wanted) : interpolation(source, wanted, method === 'bicubic');
  for (let tap = 0; tap < made.taps; tap++) made.total += made.weight[tap];
  return made;
}

function empty(wanted, taps) {
  return {taps, index: new Int32Array(wanted * taps), weight: new Float64Array(wanted * taps), total: 0};
}

function set(axis, at, position, weight, source) {
  axis.index[at] = Math.max(0, Math.min(source - 1, position));
  axis.weight[at] = weight;
}

function area(source, wanted) {
  let taps = 1;
  for (let i = 0; i < wanted; i++) {
    const first = Math.floor(i * source / wanted), last = Math.floor(((i + 1) * source - 1) / wanted);
    taps = Math.max(taps, last - first + 1);
  }
  const made = empty(wanted, taps);
  for (let i = 0; i < wanted; i++) {
    const start = i * source, end = start + source;
    for (let tap = 0; tap < taps; tap++) {
      const pixel = Math.floor(start / wanted) + tap;
      const overlap = Math.min(end, (pixel + 1) * wanted) - Math.max(start, pixel * wanted);
      set(made, i * taps + tap, pixel, Math.max(0, overlap), source);
    }
  }
  return made;
}

function interpolation(source, wanted, cubic) {
  const taps = cubic ? 4 : 2, whole = 2 * wanted, made = empty(wanted, taps);
  for (let i = 0; i < wanted; i++) {
    const centre = (2 * i + 1) * source - wanted;
    const left = Math.floor(centre / whole), rest = centre - whole * left;
    const start = cubic ? left - 1 : left;
    const fraction = Math.floor((rest * UNIT + wanted) / whole);
    const weights = cubic ? cubicWeights(rest, whole, start, source) : [UNIT - fraction, fraction];
    for (let tap = 0; tap < taps; tap++) set(made, i * taps + tap, start + tap, weights[tap], source);
  }
  return made;
}

/** Keys' kernel with a = -1/2 at rest / whole, every value times 2 * whole cubed. */
function cubicWeights(rest, whole, start, source) {
  const unit = BigInt(UNIT), q = BigInt(whole), r = BigInt(rest);
  const exact = [q + r, r, q - r, 2n * q - r].map((x, tap) =>
    start + tap < 0 || start + tap >= source ? 0n
      : x <= q ? 3n * x * x * x - 5n * x * x * q + 2n * q * q * q
        : x < 2n * q ? -x * x * x + 5n * x * x * q - 8n * x * q * q + 4n * q * q * q : 0n);
  const total = exact.reduce((sum, one) => sum + one, 0n);
  const weights = exact.map((one) => Number(floorDivide(2n * unit * one + total, 2n * total)));
  const largest = weights.indexOf(Math.max(...weights));
  weights[largest] += UNIT - weights.reduce((sum, one) => sum + one, 0);
  return weights;
}

/** Of whole numbers: the quotient rounded down. */
export function floorDivide(dividend, divisor) {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
