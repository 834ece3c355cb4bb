"""Every conversion is exact and explicit; every broken, hostile or foreign file is refused with its name."""

from __future__ import annotations

import dataclasses
import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from espalier.contract import prepare, to_gray
from espalier.errors import ImagesRefusedError
from espalier.load import decode
from espalier.load.images import ImageEntry, scan, select
from espalier.recipe import InputContract
from espalier.worker.client import Worker
from espalier.worker.file_calls import PrepareSet

RGB = np.random.default_rng(2).integers(0, 256, (6, 9, 3)).astype(np.uint8)
GRAY = RGB[:, :, 0]


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, depth: int, colour: int, raw: bytes, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            *extra,
            chunk(b"IDAT", zlib.compress(raw)),
            chunk(b"IEND", b""),
        ]
    )


def rows16(values: NDArray[np.uint16]) -> bytes:
    return b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_rgb_is_taken_as_it_is(kind: str) -> None:
    pixels, facts = decode.decode(saved(Image.fromarray(RGB), kind))
    assert (pixels == RGB).all()
    assert facts == {"width": 9, "height": 6, "mode": "RGB", "rotated": False, "sideways": False, "frames": 1, "jpeg": 0}


def test_jpeg_is_what_pillow_decodes() -> None:
    data = saved(Image.fromarray(RGB), "JPEG", quality=90)
    assert (decode.decode(data)[0] == np.asarray(Image.open(io.BytesIO(data)))).all()


def test_gray_and_bilevel_are_repeated_to_three_channels() -> None:
    assert (decode.decode(saved(Image.fromarray(GRAY)))[0] == GRAY[:, :, None]).all()
    bits = Image.fromarray(GRAY).convert("1", dither=Image.Dither.NONE)
    assert (decode.decode(saved(bits))[0] == np.where(GRAY > 127, 255, 0)[:, :, None]).all()


def test_alpha_is_composited_on_black_with_rounding() -> None:
    alpha = np.arange(54, dtype=np.uint8).reshape(6, 9) * 4
    expected = (RGB.astype(int) * alpha[:, :, None] + 127) // 255
    rgba = Image.fromarray(np.dstack([RGB, alpha]))
    assert (decode.decode(saved(rgba))[0] == expected).all()
    la = Image.merge("LA", (Image.fromarray(GRAY), Image.fromarray(alpha)))
    expected_gray = (GRAY.astype(int) * alpha + 127) // 255
    assert (decode.decode(saved(la))[0] == expected_gray[:, :, None]).all()


def test_a_palette_is_looked_up_and_its_transparent_colour_becomes_black() -> None:
    indices = np.arange(54, dtype=np.uint8).reshape(6, 9) % 3
    image = Image.fromarray(indices, "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    table = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]])
    assert (decode.decode(saved(image))[0] == table[indices]).all()
    table[1] = 0
    assert (decode.decode(saved(image, transparency=1))[0] == table[indices]).all()


def test_sixteen_bits_keep_their_high_byte() -> None:
    values = np.array([[0, 255, 256, 511], [0x1234, 0x8000, 0xFF00, 0xFFFF]], np.uint16)
    gray, facts = decode.decode(png(4, 2, 16, 0, rows16(values)))
    assert facts["mode"].startswith("I")
    assert (gray == (values >> 8)[:, :, None]).all()
    colour = decode.decode(png(4, 2, 16, 2, rows16(np.repeat(values, 3, axis=1))))[0]
    assert (colour == (values >> 8)[:, :, None]).all()


def test_cmyk_becomes_rgb_by_its_ink() -> None:
    flat = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    pixels = decode.decode(saved(flat, "JPEG", quality=100))[0]
    assert abs(pixels.astype(int) - [0, 255, 255]).max() <= 2


def test_floating_point_pixels_are_refused() -> None:
    with pytest.raises(ImagesRefusedError, match="pixels of kind F"):
        decode.to_rgb(Image.new("F", (2, 2)))


EXPECTED_TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_exif_orientation_is_applied(turn: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    plain = decode.decode(saved(Image.fromarray(RGB), kind))[0]
    turned, facts = decode.decode(saved(Image.fromarray(RGB), kind, exif=exif))
    assert (turned == EXPECTED_TURNS[turn](plain)).all()
    assert facts["rotated"] == (turn != 1) and (facts["width"], facts["height"]) == (9, 6)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0" + b"\xff" * 40]
)
def test_unreadable_exif_means_upright(exif: bytes) -> None:
    pixels, facts = decode.decode(saved(Image.fromarray(RGB), "PNG", exif=exif))
    assert (pixels == RGB).all() and not facts["rotated"]


def test_the_first_frame_of_an_animation_counts() -> None:
    second = Image.fromarray(255 - RGB)
    data = saved(Image.fromarray(RGB), "PNG", save_all=True, append_images=[second, second])
    pixels, facts = decode.decode(data)
    assert (pixels == RGB).all() and facts["frames"] > 1


def huge_png(width: int, height: int) -> bytes:
    return png(width, height, 8, 2, b"\0")


BROKEN = {
    "truncated.png": saved(Image.fromarray(RGB))[:-60],
    "truncated.jpg": saved(Image.fromarray(np.tile(RGB, (20, 20, 1))), "JPEG")[:900],
    "half.bmp": saved(Image.fromarray(RGB), "BMP")[:100],
    "checksum.png": saved(Image.fromarray(RGB)).replace(b"IDAT", b"IDAT", 1)[:45] + b"\xff" * 80,
    "wide.png": huge_png(30_000, 10),
    "bomb.png": huge_png(19_000, 19_000),
    "nothing.png": huge_png(0, 0),
    "zlib.png": png(4, 4, 8, 2, b"\0").replace(b"IDAT", b"IDAT"),
    "noise.png": np.random.default_rng(9).bytes(500),
    "pointer.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    "page.jpg": b"<!DOCTYPE html><html></html>",
    "anim.png": b"GIF89a" + b"\0" * 40,
    "photo.jpg": b"\0\0\0\x18ftypheic" + b"\0" * 40,
    "vector.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "modern.png": b"RIFF\0\0\0\0WEBPVP8 ",
    "scan.png": b"II*\0" + b"\0" * 60,
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_foreign_and_oversized_files_are_refused(name: str) -> None:
    with pytest.raises(ImagesRefusedError) as caught:
        decode.decode(BROKEN[name])
    assert "Traceback" not in caught.value.found and "0x" not in caught.value.found


def test_refusals_say_what_the_file_is() -> None:
    def said(name: str) -> str:
        with pytest.raises(ImagesRefusedError) as caught:
            decode.decode(BROKEN[name])
        return caught.value.found

    assert "git lfs pull" in said("pointer.png")
    assert "it is a GIF" in said("anim.png")
    assert "HEIC" in said("photo.jpg")
    assert "a web page" in said("page.jpg")
    assert "truncated" in said("truncated.jpg")
    assert "19000 x 19000 pixels" in said("bomb.png")


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_any_cut_of_a_png_is_read_whole_or_refused(cut: int) -> None:
    data = saved(Image.fromarray(RGB))
    try:
        pixels = decode.decode(data[:cut])[0]
    except ImagesRefusedError:
        return
    assert (pixels == RGB).all()


def test_flipped_bytes_never_escape_as_another_error() -> None:
    random = np.random.default_rng(4)
    for data in (
        saved(Image.fromarray(RGB)),
        saved(Image.fromarray(RGB), "JPEG"),
        saved(Image.fromarray(RGB), "BMP"),
    ):
        for _ in range(300):
            broken = bytearray(data)
            for place in random.integers(0, len(data), 3):
                broken[place] = random.integers(0, 256)
            try:
                pixels, _facts = decode.decode(bytes(broken))
            except ImagesRefusedError:
                continue
            assert pixels.dtype == np.uint8 and pixels.shape[2] == 3


def test_files_that_are_none_or_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def why(path: Path) -> str:
        with pytest.raises(ImagesRefusedError) as caught:
            decode.read_bounded(str(path))
        return caught.value.found

    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "large").write_bytes(b"12345678")
    os.mkfifo(tmp_path / "pipe")
    assert "empty" in why(tmp_path / "empty")
    assert "not a regular file" in why(tmp_path / "pipe") and "cannot be opened" in why(tmp_path / "absent")
    monkeypatch.setattr(decode, "LIMITS", dataclasses.replace(decode.LIMITS, image_file_bytes=5))
    assert "8 bytes; at most 5" in why(tmp_path / "large")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    root.mkdir()
    random = np.random.default_rng(8)
    for index in range(7):
        pixels = random.integers(0, 256, (20 + index, 31, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(root / f"{index}.png")
    Image.new("RGB", (10, 10), (255, 0, 0)).save(root / "7.png")
    (root / "3.png").write_bytes(BROKEN["truncated.png"])
    return root


CONTRACT = InputContract(size=(8, 10), color="bgr", fit="crop")


def entries_of(root: Path) -> list[ImageEntry]:
    return [
        ImageEntry(path=path.name, label="x", bytes=path.stat().st_size) for path in sorted(root.iterdir())
    ]


@pytest.mark.parametrize("large_bytes", [0, 10**9])
def test_a_set_is_prepared_in_order_without_the_unreadable(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large_bytes: int
) -> None:
    monkeypatch.setattr(decode, "LARGE_BYTES", large_bytes)
    monkeypatch.setattr(decode, "WAITING_BYTES", 3 * 240)
    result = decode.prepare_set(str(folder), entries_of(folder), CONTRACT, str(tmp_path / "out.npy"))
    names = ["0.png", "1.png", "2.png", "4.png", "5.png", "6.png", "7.png"]
    assert [image.path for image in result.images] == names and result.shape == (7, 8, 10, 3)
    assert [(problem.path, "truncated" in problem.why) for problem in result.problems] == [("3.png", True)]
    pixels = np.load(tmp_path / "out.npy", mmap_mode="r")
    expected = np.stack([prepare(np.asarray(Image.open(folder / name)), CONTRACT) for name in names])
    assert pixels.dtype == np.uint8 and (pixels == expected).all()
    assert (tmp_path / "out.npy").stat().st_size == 128 + expected.size
    assert [image.constant for image in result.images] == [False] * 6 + [True]
    assert result.images[0].mean == pytest.approx(expected[0].mean(), abs=0.01)
    assert result.images[0].std == pytest.approx(expected[0].std(), abs=0.01)


def test_the_images_process_prepares_what_it_is_given(folder: Path) -> None:
    found = scan(folder)
    chosen = select(found.entries, 5)
    assert len(found.entries) == 8 and len(chosen) == 5
    with Worker("images", reads=[folder]) as worker:
        out = str(worker.scratch / "out.npy")
        call = PrepareSet(root=found.root, entries=tuple(chosen), contract=CONTRACT, out_path=out)
        result = worker.ask(call)
        assert np.load(result.pixels_path).shape == result.shape
        with pytest.raises(
            ImagesRefusedError, match=r"none of 1 images could be read; 3\.png: damaged or truncated"
        ):
            worker.ask(msgspec.structs.replace(call, entries=(ImageEntry(path="3.png"),)))


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("color", ["rgb", "bgr", "gray"])
@pytest.mark.parametrize("kind", ["RGB", "L", "RGBA", "turned"])
def test_what_is_cropped_before_it_is_unpacked_gives_the_bytes_of_the_contract(
    fit: str, color: str, kind: str
) -> None:
    random = np.random.default_rng(3)
    for height, width, size in ((37, 61, (16, 16)), (61, 37, (16, 23)), (20, 31, (40, 17)), (9, 9, (9, 9))):
        image = Image.fromarray(random.integers(0, 256, (height, width, 4)).astype(np.uint8))
        image = image.convert(kind if kind != "turned" else "RGB")
        turn = 6 if kind == "turned" else 1
        contract = InputContract(size=size, fit=fit, color=color)  # type: ignore[arg-type]
        wanted = prepare(decode._upright(image, turn), contract)
        rest, shape = decode._unpacked(image, turn, contract)
        np.testing.assert_array_equal(rest(), wanted)
        if fit == "pad":  # only what pads asks how large the upright image was
            assert shape[:2] == decode._upright(image, turn).shape[:2]


def test_pillow_makes_luma_by_the_integers_of_the_contract() -> None:
    side = np.arange(0, 256, 3, dtype=np.uint8)
    colours = np.stack(np.meshgrid(side, side, side), axis=-1).reshape(-1, len(side), 3)
    np.testing.assert_array_equal(np.asarray(Image.fromarray(colours).convert("L")), to_gray(colours)[:, :, 0])
