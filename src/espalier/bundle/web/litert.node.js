// The check's own: LiteRT.js under Node, which it is not made for, and the golden vectors in it. Not part of the package.

import {readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {runInThisContext} from 'node:vm';

const folder = new URL('node_modules/@litertjs/core/wasm/', import.meta.url).pathname;
// What the loader finds in a web worker.
Object.assign(globalThis, {
  require: createRequire(import.meta.url), __dirname: folder, __filename: `${folder}litert_wasm_internal.js`, self: globalThis,
  location: {href: 'http://localhost/'},
  fetch: async (address) => new Response(readFileSync(String(address).replace('file://', '')), {
    headers: {'content-type': String(address).endsWith('.wasm') ? 'application/wasm' : 'text/plain'},
  }),
  importScripts: (...addresses) => addresses.forEach((address) => {
    const path = String(address).replace('file://', '');
    runInThisContext(readFileSync(path, 'utf8'), {filename: path});
  }),
});
const {load} = await import('./litert.js');
const {modelUrl} = await import('./index.js');
const {replayModel} = await import('./selftest.js');
const runner = await load({wasm: folder, model: new Uint8Array(await readFile(modelUrl))});
const {vectors, failures} = await replayModel(
  async (name) => new Uint8Array(await readFile(new URL(`golden/${name}`, import.meta.url))), (...given) => runner.run(...given));
for (const failure of failures) console.error(failure);
console.log(`${failures.length ? 'failed' : 'passed'}: ${vectors} golden vectors`);
process.exit(failures.length ? 1 : 0);
