// Runs the model with LiteRT.js (@litertjs/core, the app's own dependency).

import {getGlobalLiteRtPromise, loadAndCompile, loadLiteRt, Tensor} from '@litertjs/core';

import {decide, facts, modelUrl, numbers, pixels, prepare} from './index.js';

/**
 * The model, compiled. `wasm`: the folder of @litertjs/core/wasm/ on your server (not needed where the app has loaded
 * LiteRT.js itself); `model`: an address or the bytes; `accelerator`: 'wasm' gives the proven bytes, 'webgpu' and 'webnn'
 * round in their own way.
 */
export async function load({wasm, model = modelUrl, accelerator = 'wasm'} = {}) {
  if (!getGlobalLiteRtPromise()) {
    if (!wasm) throw new TypeError('load({wasm}): name the folder of @litertjs/core/wasm/ on your server');
    await loadLiteRt(wasm, {threads: false});
  }
  await getGlobalLiteRtPromise();
  return new Runner(await loadAndCompile(model instanceof URL ? model.href : model, {accelerator}));
}

class Runner {
  #model;
  #shapes;

  constructor(model) {
    this.#model = model;
    this.#shapes = model.getInputDetails().map(({shape}) => Array.from(shape));
  }

  /** Prepared bytes, and those of the numbers beside them, to a Uint8Array for each of `facts.outputs`. */
  async run(prepared, beside = []) {
    const given = [prepared, ...beside].map((bytes, n) => new Tensor(bytes, this.#shapes[n]));
    try {
      const found = await this.#model.run(given);
      return await Promise.all(found.map(async (tensor) => {
        const bytes = Uint8Array.from(await tensor.data());
        tensor.delete();
        return bytes;
      }));
    } finally {
      for (const tensor of given) tensor.delete();
    }
  }

  /** The answer to anything that `pixels` takes; `values`: the numbers beside it. */
  async answer(source, values = []) {
    const image = facts.contract.color === 'bands' || source.data ? source : await pixels(source);
    const {width, height} = image;
    return decide(await this.run(prepare(image), numbers(values)), {width, height});
  }

  /** LiteRT.js frees nothing by itself. */
  delete() {
    this.#model.delete();
  }
}
