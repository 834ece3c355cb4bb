"""Small files that ask for minutes or for gigabytes are refused by their headers, before anything is decoded."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from espalier.errors import ImagesRefusedError
from espalier.limits import LIMITS
from espalier.load.costs import count_scans
from espalier.load.decode import open_image


def jpeg(size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", **options)
    return file.getvalue()


def scan_bomb(size: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG whose last pass is there again and again."""
    data = jpeg(size, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def png(width: int, height: int, depth: int, kind: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


MARKED = {"comment": b"\xff\xda" * 99}


@pytest.mark.parametrize(
    ("options", "scans"),
    [({}, 1), ({"progressive": True}, 10), ({"progressive": True, "subsampling": 0, "quality": 30}, 10), (MARKED, 1)],
)
def test_the_passes_of_a_jpeg_are_counted_as_they_are(options: dict[str, object], scans: int) -> None:
    data = jpeg(**options)
    assert count_scans(data, 1000) == scans
    for length in range(2, len(data), 5):
        assert count_scans(data[:length], 1000) <= scans
    open_image(data)


def test_restarts_and_filling_do_not_count() -> None:
    data = jpeg((640, 480), progressive=True, restart_marker_blocks=2)
    assert count_scans(data, 1000) == count_scans(jpeg((640, 480), progressive=True), 1000)
    first = data.index(b"\xff\xda")
    assert count_scans(data[:first] + b"\xff\xff" + data[first:], 1000) == count_scans(data, 1000)


@pytest.mark.parametrize(("size", "scans"), [((64, 48), 500), ((2000, 2000), 2000), ((6000, 6000), 50)])
def test_a_jpeg_of_more_passes_than_any_encoder_makes_is_refused_at_once(size: tuple[int, int], scans: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * scans + b"\xff\xd9"
    began = time.process_time()
    with pytest.raises(ImagesRefusedError, match="passes"):
        open_image(bomb)
    assert time.process_time() - began < 1


def test_a_scan_bomb_made_of_a_picture_is_refused() -> None:
    with pytest.raises(ImagesRefusedError, match=f"at most {LIMITS.image_scans} passes"):
        open_image(scan_bomb((64, 48), 100))


def test_a_png_that_takes_too_much_memory_is_refused_by_its_header() -> None:
    with pytest.raises(ImagesRefusedError, match="16 bits a sample"):
        open_image(png(7000, 7000, 16, 6))
    assert open_image(png(7000, 7000, 8, 6)).size == (7000, 7000)
    assert open_image(png(5000, 5000, 16, 2)).size == (5000, 5000)
    with pytest.raises(ImagesRefusedError, match="pixels"):
        open_image(png(8000, 8000, 1, 0))
