// Smoothing and balance of a prepared picture, in whole numbers: equal to the build's own byte for byte.

/** Changes `image` [height, width, channels] in place; the picture lies at (top, left), beside it is what padding added. */
export function retouch(image, contract, top, left, rows, columns) {
  const {width, channels, smooth, balance} = contract;
  const stride = width * channels, origin = top * stride + left * channels, length = columns * channels;
  if (smooth !== 'none') smoothed(image, origin, stride, rows, length, channels, smooth === 'median');
  if (balance === 'per-image') replace(image, 0, stride, image.length / stride, stride, 1, standard);
  if (balance === 'min-max') replace(image, origin, stride, rows, length, 1, stretched);
  if (balance === 'equalize') {
    for (let k = 0; k < channels; k++) replace(image, origin + k, stride, rows, length - k, channels, equalized);
  }
}

function smoothed(image, origin, stride, rows, length, channels, median) {
  let above = new Int32Array(length), here = new Int32Array(length);
  const below = new Int32Array(length);
  for (let y = 0; y < rows; y++) {
    const at = origin + y * stride;
    for (let i = 0; i < length; i++) {
      above[i] = y > 0 ? here[i] : image[at + i];
      here[i] = image[at + i];
      below[i] = y + 1 < rows ? image[at + stride + i] : here[i];
    }
    for (let i = 0; i < length; i++) {
      const a = i >= channels ? i - channels : i, b = i + channels < length ? i + channels : i;
      image[at + i] = median ? medianOf(above, here, below, a, i, b)
        : (above[a] + 2 * above[i] + above[b] + 2 * here[a] + 4 * here[i] + 2 * here[b]
          + below[a] + 2 * below[i] + below[b] + 8) >> 4;
    }
  }
}

const middle = (p, q, r) => Math.max(Math.min(p, q), Math.min(Math.max(p, q), r));

/** The fifth of nine: the middle of the largest least, the middle middle and the least largest of the three columns. */
function medianOf(above, here, below, a, i, b) {
  const least = (k) => Math.min(above[k], here[k], below[k]), most = (k) => Math.max(above[k], here[k], below[k]);
  const between = (k) => middle(above[k], here[k], below[k]);
  return middle(Math.max(least(a), least(i), least(b)), middle(between(a), between(i), between(b)),
    Math.min(most(a), most(i), most(b)));
}

/** Puts table[byte] for every step-th byte of the rows; the table is made of their histogram. */
function replace(image, origin, stride, rows, length, step, make) {
  const counts = new Array(256).fill(0);
  for (let y = 0; y < rows; y++) {
    for (let i = 0; i < length; i += step) counts[image[origin + y * stride + i]]++;
  }
  const table = make(counts);
  for (let y = 0; y < rows; y++) {
    for (let i = 0; i < length; i += step) image[origin + y * stride + i] = table[image[origin + y * stride + i]];
  }
}

const held = (value) => Math.max(0, Math.min(255, value));

function stretched(counts) {
  const low = counts.findIndex((count) => count > 0);
  const high = counts.findLastIndex((count) => count > 0);
  const span = high - low;
  return counts.map((_, p) => span === 0 ? p
    : Math.floor((Math.max(0, Math.min(span, p - low)) * 255 + Math.floor(span / 2)) / span));
}

function equalized(counts) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.find((count) => count > 0);
  const rest = all - first;
  let seen = 0;
  return counts.map((count, p) => {
    seen += count;
    return rest === 0 ? p : Math.floor((Math.max(0, seen - first) * 255 + Math.floor(rest / 2)) / rest);
  });
}

function standard(counts) {
  let count = 0n, total = 0n, squares = 0n;
  counts.forEach((n, p) => {
    count += BigInt(n);
    total += BigInt(n) * BigInt(p);
    squares += BigInt(n) * BigInt(p) * BigInt(p);
  });
  let spread = count * squares - total * total;
  spread = spread > count ? spread : count;
  let scale = 1n;
  while (spread < 1n << 60n) {
    spread *= 4n;
    scale *= 2n;
  }
  const base = root(spread);
  return counts.map((_, p) => {
    const dividend = 64n * scale * (count * BigInt(p) - total) + base;
    const quotient = dividend / (2n * base);
    return held(Number(dividend % (2n * base) < 0n ? quotient - 1n : quotient) + 128);
  });
}

/** floor(sqrt(value)). */
export function root(value) {
  if (value < 2n) return value;
  let found = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (found * found > value) found -= 1n;
  while ((found + 1n) * (found + 1n) <= value) found += 1n;
  return found;
}
