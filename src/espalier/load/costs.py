"""What an image would cost to decode, told from its headers before anything is decoded: a small file can ask for minutes of
the processor or for gigabytes."""

from __future__ import annotations

import re

from PIL.Image import Image

from ..errors import ImagesRefusedError
from ..limits import LIMITS

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""What ends the coded data of a scan: no stuffed byte, no restart, no filling."""
_START_OF_SCAN, _ALONE = 0xDA, frozenset({0x01, *range(0xD0, 0xD9)})
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type of a PNG -> samples of a pixel."""


def refuse_costly(data: bytes, image: Image) -> None:
    """Raise ImagesRefusedError for an image that is too large, too deep, or coded in more passes than any encoder makes."""
    width, height = image.size
    pixels = width * height
    if pixels > LIMITS.image_pixels or max(width, height) > LIMITS.image_side_pixels:
        raise ImagesRefusedError(
            f"{width} x {height} pixels; at most {LIMITS.image_pixels} in all and {LIMITS.image_side_pixels} a side are read"
        )
    if image.format == "PNG":
        decoded = pixels * _PNG_SAMPLES.get(data[25], 4) * max(8, data[24]) // 8
        if decoded > LIMITS.image_decoded_bytes:
            raise ImagesRefusedError(
                f"{decoded} bytes when decoded ({data[24]} bits a sample); at most {LIMITS.image_decoded_bytes} are read"
            )
    if image.format == "JPEG":
        scans = count_scans(data, LIMITS.image_scans)
        if scans > LIMITS.image_scans or scans * pixels > LIMITS.image_scan_pixels:
            raise ImagesRefusedError(
                f"a JPEG of {width} x {height} pixels in {scans} or more passes; at most {LIMITS.image_scans} passes and "
                f"{LIMITS.image_scan_pixels} pixels in all of them are read"
            )


def count_scans(data: bytes, most: int) -> int:
    """How many passes a JPEG codes its picture in; counting ends above `most`, and where the file is no sound JPEG."""
    place, scans = 2, 0
    while place + 4 <= len(data) and scans <= most:
        if data[place] != 0xFF:
            return scans
        kind = data[place + 1]
        if kind == 0xFF:  # filling
            place += 1
            continue
        if kind == 0xD9:
            return scans
        if kind in _ALONE:
            place += 2
            continue
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if kind == _START_OF_SCAN:
            scans += 1
            found = _MARKER.search(data, place)
            if found is None:
                return scans
            place = found.start()
    return scans
