import type {Facts, Match, Picture, @ANSWER@ as ModelAnswer} from './types.js';

export type * from './types.js';
/** What this model answers. */
export type {ModelAnswer};
export declare const facts: Facts;
export declare const labels: readonly string[];
export declare const modelUrl: URL;
/** A picture as the bytes of the model. */
export declare function prepare(image: Picture): Uint8Array;
/** The answer to output bytes: an array for each output, or all in one. `picture`: the size in whose pixels boxes are told. */
export declare function decide(
  outputs: Uint8Array | readonly Uint8Array[], picture?: {readonly width: number, readonly height: number}): ModelAnswer;
/** Numbers beside the picture, in their units, as the bytes of each further input. */
export declare function numbers(values: readonly number[]): Uint8Array[];
/** Of a model that embeds: the nearest of enrolled vectors. Throws a TypeError for others. */
export declare function nearest(vector: ArrayLike<number>, references: readonly ArrayLike<number>[]): Match;
/** The picture turned clockwise by 0, 90, 180 or 270 degrees. */
export declare function rotate(image: Picture, degrees: 0 | 90 | 180 | 270): Picture;
/** The pixels of a file, an image, a video or a canvas, in a browser. */
export declare function pixels(source: ImageBitmapSource): Promise<ImageData>;
