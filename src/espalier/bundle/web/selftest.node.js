// `npm test`: preprocessing and decisions, without a browser and without a runtime.

import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';

import {facts, modelUrl} from './index.js';
import {replay} from './selftest.js';

const result = await replay(async (name) => new Uint8Array(await readFile(new URL(`golden/${name}`, import.meta.url))));
if (createHash('sha256').update(await readFile(modelUrl)).digest('hex') !== facts.sha256) {
  result.failures.push('model.tflite is not the file that was built');
}
for (const failure of result.failures) console.error(failure);
console.log(`${result.failures.length ? 'failed' : 'passed'}: ${result.cases} preprocessing cases, ${result.answers} answers, `
  + `${result.numbers} rows of numbers`);
process.exitCode = result.failures.length ? 1 : 0;
