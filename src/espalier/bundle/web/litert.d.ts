import type {ModelAnswer, Picture} from './index.js';

export interface Options {
  /** The folder of @litertjs/core/wasm/ on your server; not needed where the app has loaded LiteRT.js itself. */
  wasm?: string;
  /** Another address of the model, or its bytes. */
  model?: string | URL | Uint8Array;
  /** 'wasm' (the default) gives the proven bytes; the others round in their own way. */
  accelerator?: 'wasm' | 'webgpu' | 'webnn';
}
export interface Runner {
  /** Prepared bytes, and those of the numbers beside them, to the bytes of each output. */
  run(prepared: Uint8Array, beside?: readonly Uint8Array[]): Promise<Uint8Array[]>;
  /** The answer to a picture, and to the numbers beside it. */
  answer(source: Picture | ImageBitmapSource, values?: readonly number[]): Promise<ModelAnswer>;
  /** LiteRT.js frees nothing by itself. */
  delete(): void;
}
export declare function load(options?: Options): Promise<Runner>;
