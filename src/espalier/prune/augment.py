"""Random changes of training images, whole batches at a time, from a stateless seed: equal seeds give equal
images.
"""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from ..load.keras_objects import Tensor
from ..recipe import Augment


def augment(pixels: Tensor, settings: Augment, seed: Tensor) -> Any:
    """Flip, rotate and shift in one bilinear warp, then scale the brightness; float32 [n, h, w, c] of 0..255.

    `seed` is an int tensor [2]. Borders are filled by reflection. Shifts are whole pixels (flips and shifts
    alone move pixels without blurring them); brightness multiplies each image by 1 +- brightness and clips
    to 0..255.
    """
    if settings.flip != "none" or settings.shift > 0 or settings.rotate > 0:
        pixels = tf.raw_ops.ImageProjectiveTransformV3(
            images=pixels,
            transforms=_transforms(pixels, settings, seed),
            output_shape=tf.shape(pixels)[1:3],
            fill_value=0.0,
            interpolation="BILINEAR" if settings.rotate > 0 else "NEAREST",
            fill_mode="REFLECT",
        )
    if settings.brightness > 0:
        pixels = pixels * (1.0 + settings.brightness * _uniform(pixels, seed, 5)[:, None, None, None])
    return tf.clip_by_value(pixels, 0.0, 255.0)


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
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    a2 = centre_x - a0 * centre_x - a1 * centre_y + move_x
    b2 = centre_y - b0 * centre_x - b1 * centre_y + move_y
    return tf.stack([a0, a1, a2, b0, b1, b2, 0 * ones, 0 * ones], axis=1)
