"""Rows of the report for what is painted pixel by pixel: maps of classes, and pictures."""

from __future__ import annotations

import msgspec

Number = float


class MapClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """One class of a map over all judged pixels: their share, intersection over union (int8's with its 95 % interval over
    images) and Dice. None where it neither is nor was found."""

    label: str
    share: Number
    iou_float: Number | None
    iou_int8: Number | None
    iou_low: Number | None
    iou_high: Number | None
    dice_float: Number | None
    dice_int8: Number | None


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """The alert at a share of a class: `images` of the masks that give it, and those that are missed or given without reason."""

    label: str
    share: Number
    images: int
    missed_float: int
    false_float: int
    missed_int8: int
    false_int8: int


class MapRow(msgspec.Struct, frozen=True, kw_only=True):
    """Maps of task segment at the size (height, width) of the input: mean over the classes of intersection over union (int8's
    with its 95 % interval over images) and of Dice, and the share of right pixels. Without masks, all of int8 against the float
    model's maps. `float` is the model as given, with its last resize, and `drop_points` what int8 loses against it (paired);
    `resize_points`: what leaving the resize off costs the float model (None: nothing was left off, or no masks)."""

    size: tuple[int, int]
    miou_float: Number
    miou_int8: Number
    miou_low: Number
    miou_high: Number
    drop_points: Number
    drop_interval: tuple[Number, Number]
    dice_float: Number
    dice_int8: Number
    pixels_float: Number
    pixels_int8: Number
    resize_points: Number | None
    resize_interval: tuple[Number, Number] | None
    classes: tuple[MapClassRow, ...]
    alert: AlertRow | None = None


class PictureRow(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures of task image: mean signal to noise in decibels and structural similarity to the targets (without any, int8 to
    the float model's pictures, and `psnr_float` is None); `low`, `high`: 95 % intervals of int8's means over images; `worst`:
    of int8's worst image; `drop_db`: what int8 loses against the model as given, in decibels (paired, 95 %)."""

    size: tuple[int, int]
    psnr_float: Number | None
    psnr_int8: Number
    psnr_low: Number
    psnr_high: Number
    psnr_worst: Number
    drop_db: Number
    drop_interval: tuple[Number, Number]
    ssim_float: Number | None
    ssim_int8: Number
    ssim_low: Number
    ssim_high: Number
