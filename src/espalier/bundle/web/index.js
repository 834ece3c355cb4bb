// The model's facts, its preprocessing and its decision; none of it needs a runtime or a browser. litert.js runs the model.

import {decide as decideBy, nearest as nearestBy, numberBytes, split} from './decide.js';
import {facts} from './facts.js';
import {prepare as prepareBy, rotate} from './prepare.js';

export {facts, rotate};

/** The labels, in the order of the model's outputs; none where it answers something else. */
export const labels = facts.answer.labels ?? [];

/** Where the model lies: what bundlers follow and `fetch` takes. */
export const modelUrl = new URL('./model.tflite', import.meta.url);

/** An ImageData (or {data, width, height}; of a model that takes bands their bytes) as the bytes of the model. */
export function prepare(image) {
  return prepareBy(image, facts.contract);
}

/** The answer to output bytes: an array for each output, or all in one, one output after the other. */
export function decide(outputs, picture = undefined) {
  return decideBy(ArrayBuffer.isView(outputs) ? split(outputs, facts) : outputs, facts, picture);
}

/** Numbers beside the picture, in their units, as the bytes of each further input. */
export function numbers(values) {
  return numberBytes(values, facts);
}

/** Of a model that embeds: the nearest of enrolled vectors. */
export function nearest(vector, references) {
  const embeds = [facts.answer, ...(facts.answer.parts ?? [])].find((answer) => answer.kind === 'embed');
  if (!embeds) throw new TypeError(`${facts.name} gives no vectors`);
  return nearestBy(vector, references, embeds.known_q14);
}

/**
 * The pixels of a file, an image, a video, a canvas or an ImageBitmap, in a browser: an ImageData, upright, colours as they
 * are stored. Opaque PNG gives the bytes that the build reads; browsers decode JPEG within a few grey levels of it.
 */
export async function pixels(source) {
  if (source instanceof ImageData) return source;
  const bitmap = await createImageBitmap(source, {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  // An opaque canvas is black below what is transparent, as the build reads it.
  const context = canvas.getContext('2d', {alpha: false, willReadFrequently: true});
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
