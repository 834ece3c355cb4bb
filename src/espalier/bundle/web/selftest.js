// Replays what the build recorded: pictures to prepare, outputs to decide, and golden vectors of the model.

import {decide, nearest, split} from './decide.js';
import {numberBytes} from './decide.js';
import {facts} from './facts.js';
import {prepare} from './prepare.js';

const hex = (text) => Uint8Array.from({length: text.length / 2}, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const equal = (a, b) => a.length === b.length && a.every((byte, n) => byte === b[n]);
const json = async (read, name) => JSON.parse(new TextDecoder().decode(await read(name)));

/** Preprocessing and decisions. `read`: a name in golden/ to a promise of its bytes. */
export async function replay(read) {
  const golden = await json(read, 'golden.json'), answers = await json(read, 'answers.json');
  const failures = [];
  for (const row of golden.cases) {
    const source = await read(row.rgb), wanted = await read(row.pixels);
    const data = facts.contract.color === 'bands' ? source : opaque(source);
    if (!equal(prepare({data, width: row.columns, height: row.rows}, facts.contract), wanted)) {
      failures.push(`case ${row.name}: other bytes`);
    }
  }
  let count = 0;
  const same = async (name, bytes, wanted) => {
    count++;
    const found = await told(decide(split(bytes, facts), facts), facts.answer, facts.outputs);
    if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(wanted))) failures.push(`${name}: another answer`);
  };
  for (const [n, row] of golden.vectors.entries()) {
    for (const [kernels, output] of Object.entries(row.outputs)) {
      await same(`${row.name}, ${kernels}`, hex(output).map((byte) => byte ^ 0x80), answers.vectors[n][kernels]);
    }
  }
  for (const [n, row] of answers.more.entries()) await same(`output ${n}`, hex(row.bytes), row.answer);
  for (const [wanted, ...values] of answers.numbers) {
    const found = numberBytes(values, facts).map(toHex).join('');
    if (found !== wanted) failures.push(`numbers ${values}: ${found}, not ${wanted}`);
  }
  return {cases: golden.cases.length, answers: count, numbers: answers.numbers.length, failures};
}

/** The model: `run` takes prepared bytes and those of the numbers, and gives an array for each output. */
export async function replayModel(read, run) {
  const golden = await json(read, 'golden.json');
  const failures = [];
  for (const row of golden.vectors) {
    const given = await read(row.pixels);
    const beside = numberBytes(row.numbers ?? [], facts);
    const outputs = await run(given, beside);
    const found = outputs.map((bytes) => toHex(bytes.map((byte) => byte ^ 0x80))).join('');
    if (!Object.values(row.outputs).includes(found)) failures.push(`${row.name}: ${found.slice(0, 64)}`);
  }
  return {vectors: golden.vectors.length, failures};
}

function opaque(rgb) {
  const data = new Uint8ClampedArray(rgb.length / 3 * 4).fill(255);
  for (let n = 0, at = 0; n < rgb.length; n += 3, at += 4) data.set(rgb.subarray(n, n + 3), at);
  return data;
}

/** An answer as answers.json tells it. */
async function told(answer, facts, heads) {
  switch (answer.kind) {
    case 'classify':
    case 'binary':
      return {index: answer.index, permille: answer.permille, review: answer.review};
    case 'multi-label':
      return {said: answer.said.map(({index, permille}) => [index, permille])};
    case 'embed': {
      const unit = Array.from(answer.unit);
      const found = nearest(answer.unit, [[...unit].reverse(), unit.map((one, n) => n % 2 ? 0 : one)], facts.known_q14);
      return {unit, nearest: found.index, cosine: found.cosine, known: found.known};
    }
    case 'anomaly':
      return {score_q8: answer.score_q8, alert: answer.alert};
    case 'map':
      return {sha256: await digest(answer.classes), areas: answer.areas};
    case 'picture':
      return {sha256: await digest(answer.pixels)};
    case 'boxes':
      return {boxes: answer.rows};
    case 'values':
      return {values: answer.values.flatMap((row, n) => Array.from(row, (value) => Math.round(value / heads[n].scale)))};
    default:
      return {parts: await Promise.all(Object.values(answer.parts).map((part, n) => told(part, facts.parts[n], [heads[n]])))};
  }
}

/** The same with its keys in order, and one zero. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value === 0 ? 0 : value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

async function digest(bytes) {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
