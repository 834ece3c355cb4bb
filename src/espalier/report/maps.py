"""The figures of maps and pictures in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..map_rows import AlertRow, MapRow, PictureRow
from ..rows import AccuracyRow


def map_figures(a: AccuracyRow) -> Iterator[tuple[str, str]]:
    """What the accuracy row says of maps and pictures, as (name, words)."""
    if a.maps is not None:
        yield from _maps(a, a.maps)
    if a.pictures is not None:
        yield _pictures(a, a.pictures)


def _maps(a: AccuracyRow, row: MapRow) -> Iterator[tuple[str, str]]:
    if not a.labelled:
        yield "maps", f"{a.claim}; no masks"
        return
    low, high = row.drop_interval
    yield (
        "mIoU",
        f"int8 {row.miou_int8:.4f}, float {row.miou_float:.4f}: {-row.drop_points:+.2f} points (95 % {-high:+.2f} to "
        f"{-low:+.2f}), n = {a.n}; Dice {row.dice_int8:.4f}, float {row.dice_float:.4f}; right pixels {row.pixels_int8:.2%}, "
        f"float {row.pixels_float:.2%}",
    )
    if row.resize_points is not None and row.resize_interval is not None:
        yield (
            "last resize",
            f"left off: {-row.resize_points:+.2f} points of the float model (95 % {-row.resize_interval[1]:+.2f} to "
            f"{-row.resize_interval[0]:+.2f})",
        )
    for one in row.classes:
        if one.iou_int8 is None or one.iou_low is None or one.iou_high is None:
            yield one.label, "neither in a mask nor found"
            continue
        before = "none" if one.iou_float is None else f"{one.iou_float:.4f}"
        yield (
            one.label,
            f"IoU int8 {one.iou_int8:.4f} (95 % {one.iou_low:.4f} to {one.iou_high:.4f}), float {before}; "
            f"{one.share:.1%} of the pixels",
        )
    if row.alert is not None:
        yield "alert", alert_words(row.alert)


def alert_words(alert: AlertRow) -> str:
    """What an alert is worth."""
    return (
        f"{alert.label} from {alert.share:.1%} of the image: {alert.images} images; int8 misses {alert.missed_int8} and gives "
        f"{alert.false_int8} without reason, float {alert.missed_float} and {alert.false_float}"
    )


def _pictures(a: AccuracyRow, row: PictureRow) -> tuple[str, str]:
    said = f"PSNR int8 {row.psnr_int8:.2f} dB (95 % {row.psnr_low:.2f} to {row.psnr_high:.2f}, worst {row.psnr_worst:.2f})"
    if row.psnr_float is not None and row.ssim_float is not None:
        low, high = row.drop_interval
        said += f", float {row.psnr_float:.2f}: {-row.drop_db:+.2f} dB (95 % {-high:+.2f} to {-low:+.2f})"
        return "pictures", f"{said}; SSIM {row.ssim_int8:.4f}, float {row.ssim_float:.4f}; n = {a.n}"
    return "pictures", f"{said} against the float model's; SSIM {row.ssim_int8:.4f}; n = {a.n}; no targets"
