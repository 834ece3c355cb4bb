// selftest.html: everything that the build recorded, in this browser.

import {load} from './litert.js';
import {replay, replayModel} from './selftest.js';

const read = async (name) => {
  const response = await fetch(`golden/${name}`);
  if (!response.ok) throw new Error(`golden/${name}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

async function run() {
  const device = await replay(read);
  const runner = await load({wasm: new URL('node_modules/@litertjs/core/wasm/', document.baseURI).href});
  const model = await replayModel(read, (prepared, beside) => runner.run(prepared, beside));
  runner.delete();
  return {...device, vectors: model.vectors, failures: [...device.failures, ...model.failures]};
}

const show = (state, text) => {
  document.getElementById('status').textContent = state;
  document.getElementById('answer').textContent = text;
};
window.RESULT = await run().catch((problem) => ({failures: [String(problem)]}));
const {cases, answers, numbers, vectors, failures} = window.RESULT;
show(failures.length ? 'failed' : 'passed', failures.length ? failures.join('\n')
  : `${cases} preprocessing cases, ${answers} answers, ${numbers} rows of numbers, ${vectors} golden vectors: all bytes equal`);
