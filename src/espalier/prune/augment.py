"""Random changes of training images, whole batches at a time, from a stateless seed: equal seeds give equal
images.
"""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf
from msgspec.structs import replace

from ..load.keras_objects import Tensor
from ..recipe import Augment

LUMA = (0.299, 0.587, 0.114)
"""Rec. 601, of red, green and blue; reversed it is bgr's, and the difference does not matter to a random change."""


NO_MOVES: dict[str, Any] = {"flip": "none", "shift": 0.0, "rotate": 0.0, "zoom": 0.0, "crop": 0.0}
"""The changes that move a picture, off: a teacher and who learns from it see them alike. The others change its look."""


def looks_of(given: Augment) -> Augment:
    """Of the changes those of the look."""
    return replace(given, **NO_MOVES)


def moves_of(given: Augment) -> Augment:
    """Of the changes those that move the picture."""
    return Augment(**{name: getattr(given, name) for name in NO_MOVES})


def augment(pixels: Tensor, settings: Augment, seed: Tensor) -> Any:
    """Flip, rotate, zoom, crop and shift in one warp, then blur, brightness, contrast, saturation, noise, JPEG and erasing, in
    this order; float32 [n, h, w, c] of 0..255.

    `seed` is an int tensor [2]. Borders are filled by reflection. Shifts are whole pixels (flips and shifts
    alone move pixels without blurring them); brightness multiplies each image by 1 +- brightness and clips
    to 0..255. Every image draws its own numbers, and each change its own stream of them: a change that is not asked for
    leaves the others as they were.
    """
    blurs = settings.rotate > 0 or settings.zoom > 0 or settings.crop > 0
    if settings.flip != "none" or settings.shift > 0 or blurs:
        pixels = tf.raw_ops.ImageProjectiveTransformV3(
            images=pixels,
            transforms=_transforms(pixels, settings, seed),
            output_shape=tf.shape(pixels)[1:3],
            fill_value=0.0,
            interpolation="BILINEAR" if blurs else "NEAREST",
            fill_mode="REFLECT",
        )
    if settings.blur > 0:
        pixels = _blurred(pixels, settings.blur * (_uniform(pixels, seed, 6) + 1) / 2, settings.blur)
    if settings.brightness > 0:
        pixels = pixels * (1.0 + settings.brightness * _each(pixels, seed, 5))
    if settings.contrast > 0:
        mean = tf.reduce_mean(pixels, axis=[1, 2, 3], keepdims=True)
        pixels = mean + (pixels - mean) * (1.0 + settings.contrast * _each(pixels, seed, 7))
    if settings.saturation > 0:
        luma = tf.reduce_sum(pixels * tf.constant(LUMA), axis=3, keepdims=True)
        pixels = luma + (pixels - luma) * (1.0 + settings.saturation * _each(pixels, seed, 8))
    if settings.noise > 0:
        drawn = tf.random.stateless_normal(tf.shape(pixels), seed + tf.constant([1, 7_919 * 9]))
        pixels = pixels + drawn * settings.noise * (_each(pixels, seed, 9) + 1) / 2
    if settings.jpeg < 100:
        pixels = _recompressed(pixels, settings.jpeg, _uniform(pixels, seed, 10))
    if settings.erase > 0:
        pixels = _erased(pixels, settings.erase, seed)
    return tf.clip_by_value(pixels, 0.0, 255.0)


def _each(pixels: Tensor, seed: Tensor, stream: int) -> Any:
    """One number in -1..1 per image, as [n, 1, 1, 1]."""
    return _uniform(pixels, seed, stream)[:, None, None, None]


def _blurred(pixels: Tensor, sigma: Tensor, largest: float) -> Any:
    """A Gaussian of each image's own `sigma`, [n], at most `largest`; separable, to 2.5 deviations."""
    radius = max(1, math.ceil(2.5 * largest))
    taps = tf.range(-radius, radius + 1, dtype=tf.float32)
    weights = tf.exp(-(taps[None] ** 2) / (2 * tf.maximum(sigma, 0.05)[:, None] ** 2))
    weights /= tf.reduce_sum(weights, axis=1, keepdims=True)
    for axis in (1, 2):
        length, wide = pixels.shape[axis], pixels
        for _ in range(radius):  # The edge's own value again and again: also where an image is narrower than the kernel.
            wide = _edged(wide, axis)
        parts = [
            weights[:, tap, None, None, None] * (wide[:, tap : tap + length] if axis == 1 else wide[:, :, tap : tap + length])
            for tap in range(2 * radius + 1)
        ]
        pixels = tf.add_n(parts)
    return pixels


def _edged(pixels: Tensor, axis: int) -> Any:
    """With the first and the last line of an axis once more."""
    first, last = (pixels[:, :1], pixels[:, -1:]) if axis == 1 else (pixels[:, :, :1], pixels[:, :, -1:])
    return tf.concat([first, pixels, last], axis)


def _recompressed(pixels: Tensor, lowest: int, drawn: Tensor) -> Any:
    """Through JPEG and back, of a quality from `lowest` to 95."""
    quality = tf.cast(tf.round(lowest + (max(95, lowest) - lowest) * (drawn + 1) / 2), tf.int32)
    images = tf.cast(tf.round(tf.clip_by_value(pixels, 0.0, 255.0)), tf.uint8)

    def one(given: tuple[Tensor, Tensor]) -> Any:
        return tf.image.adjust_jpeg_quality(given[0], given[1])

    again = tf.map_fn(one, (images, quality), fn_output_signature=tf.TensorSpec(pixels.shape[1:], tf.uint8))
    return tf.cast(again, tf.float32)


def _erased(pixels: Tensor, most: float, seed: Tensor) -> Any:
    """Random erasing (Zhong et al., AAAI 2020) with the image's mean: a rectangle of sides in a ratio of 1/2 to 2, wholly
    inside, in half of the images."""
    height, width = float(pixels.shape[1]), float(pixels.shape[2])
    area = most * (_uniform(pixels, seed, 11) + 1) / 2
    ratio = tf.pow(2.0, _uniform(pixels, seed, 12) / 2)
    tall = tf.minimum(1.0, tf.sqrt(area) * ratio) * height
    wide = tf.minimum(1.0, tf.sqrt(area) / ratio) * width
    top = (height - tall) * (_uniform(pixels, seed, 13) + 1) / 2
    left = (width - wide) * (_uniform(pixels, seed, 14) + 1) / 2
    rows = tf.range(pixels.shape[1], dtype=tf.float32)[None] + 0.5
    columns = tf.range(pixels.shape[2], dtype=tf.float32)[None] + 0.5
    down = (rows >= top[:, None]) & (rows < (top + tall)[:, None])
    across = (columns >= left[:, None]) & (columns < (left + wide)[:, None])
    inside = down[:, :, None] & across[:, None, :] & (_uniform(pixels, seed, 15) > 0)[:, None, None]
    return tf.where(inside[..., None], tf.reduce_mean(pixels, axis=[1, 2, 3], keepdims=True), pixels)


def _uniform(pixels: Tensor, seed: Tensor, stream: int) -> Any:
    """One number in -1..1 per image."""
    return tf.random.stateless_uniform(
        [tf.shape(pixels)[0]], seed + tf.constant([0, 7_919 * stream]), -1.0, 1.0
    )


def _transforms(pixels: Tensor, settings: Augment, seed: Tensor) -> Any:
    """Output pixel -> input pixel, [n, 8] rows (a0, a1, a2, b0, b1, b2, 0, 0): x' = a0 x + a1 y + a2, about
    the centre.
    """
    height, width = pixels.shape[1], pixels.shape[2]
    ones = tf.ones([tf.shape(pixels)[0]])
    mirror_x = (
        tf.where(_uniform(pixels, seed, 1) > 0, ones, -ones)
        if settings.flip in ("horizontal", "both")
        else ones
    )
    mirror_y = (
        tf.where(_uniform(pixels, seed, 2) > 0, ones, -ones)
        if settings.flip in ("vertical", "both")
        else ones
    )
    angle = _uniform(pixels, seed, 0) * (settings.rotate * math.pi / 180)
    move_x = tf.round(_uniform(pixels, seed, 3) * settings.shift * width)
    move_y = tf.round(_uniform(pixels, seed, 4) * settings.shift * height)
    a0, a1 = tf.cos(angle) * mirror_x, -tf.sin(angle) * mirror_y
    b0, b1 = tf.sin(angle) * mirror_x, tf.cos(angle) * mirror_y
    if settings.zoom > 0:  # The output pixel's place in the input: nearer is a smaller step.
        nearer = 1.0 + settings.zoom * _uniform(pixels, seed, 16)
        a0, a1, b0, b1 = (value / nearer for value in (a0, a1, b0, b1))
    if settings.crop > 0:
        cut = settings.crop * (_uniform(pixels, seed, 17) + 1) / 2
        a0, a1, b0, b1 = (value * (1 - cut) for value in (a0, a1, b0, b1))
        move_x += _uniform(pixels, seed, 18) * cut * (width - 1) / 2
        move_y += _uniform(pixels, seed, 19) * cut * (height - 1) / 2
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    a2 = centre_x - a0 * centre_x - a1 * centre_y + move_x
    b2 = centre_y - b0 * centre_x - b1 * centre_y + move_y
    return tf.stack([a0, a1, a2, b0, b1, b2, 0 * ones, 0 * ones], axis=1)
