"""Numbers beside the image in the camera bundle: what its program and its README know of them."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource

_NUMBERED: Final = """\
@ photos/ --numbers '{same}'                    # the same numbers for every image
@ photos/ --numbers numbers.csv                 # {row}: a row for each image, paths relative to the csv
@ --camera --numbers /run/now.json              # {now}, read anew for each frame
@ --stdin 640x480:rgb24 --numbers rows.csv      # the same csv without `path`: a row for each frame"""


def number_words(source: BundleSource, package: str) -> dict[str, str]:
    """What the README says about where images and their numbers come from."""
    same, row, now = _examples(source)
    return {
        "SOURCES": _NUMBERED.replace("@", package).format(same=same, row=row, now=now),
        "SOURCE": "--camera --numbers /run/now.json",
        "ROTATE": "Numbers beyond their range are held to it; an image without its numbers is named as unreadable.",
        "SERVICE": "camera 0, one frame a second; its options must name the numbers",
        "OPTION": "--numbers /run/now.json ",
    }


def _examples(source: BundleSource) -> tuple[str, str, str]:
    """The numbers of the first golden vector (or the middle of each range) as an option, the header of a csv, and as JSON."""
    columns = source.contract.columns
    ends = [pair for one in source.contract.numbers for pair in one.ends]
    values = source.golden[0].numbers if source.golden else [(low + high) / 2 for low, high in ends]
    same = ",".join(f"{column}={value:g}" for column, value in zip(columns, values, strict=True))
    now = ", ".join(f'"{column}": {value:g}' for column, value in zip(columns, values, strict=True))
    return same, ",".join(("path", *columns)), "{" + now + "}"


def beside_facts(source: BundleSource) -> list[dict[str, object]]:
    """What the program knows of each input of numbers; the zero point is the uint8 model's."""
    return [
        {
            "name": one.name,
            "columns": list(one.names),
            "range": [list(pair) for pair in one.ends],
            "mean": list(one.column_mean),
            "std": list(one.column_std),
            "scale": facts.scale,
            "zero_point": facts.zero_point + 128,
        }
        for one, facts in zip(source.contract.numbers, source.numbers, strict=True)
    ]
