"""Images of any number of channels: what .npy, .npz and TIFF hold is what the model gets; the rest is refused in words."""

from __future__ import annotations

import contextlib
import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tiff_files import DEFLATE, PACKBITS, PLAIN, tiff

from espalier.contract import prepare, resize
from espalier.errors import ImagesRefusedError, RecipeError
from espalier.load.decode import decode, prepare_set
from espalier.load.images import ImageEntry, scan
from espalier.recipe import InputContract
from espalier.recipe_file import parse_recipe

PIXELS = np.random.default_rng(4).integers(0, 256, (13, 17, 5), np.uint8)
PIXELS[2:6, 3:9] = 7  # runs, for the codings
WIDE = PIXELS.astype(np.uint16) * 256 + 77


def bands(count: int, **changes: Any) -> InputContract:
    return InputContract(size=(13, 17), color="bands", bands=count, **changes)


def npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npz(*arrays: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, *arrays)
    return stream.getvalue()


def stack(planes: NDArray[np.uint8], compression: str | None) -> bytes:
    """A multi-page TIFF as Pillow writes it."""
    pages = [Image.fromarray(planes[..., k]) for k in range(planes.shape[2])]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], compression=compression)
    return stream.getvalue()


def saved(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


PER_PAGE = [PIXELS[:, :, k : k + 1] for k in range(5)]
SAME: dict[str, bytes] = {
    "npy": npy(PIXELS),
    "npy-16-bit": npy(WIDE),
    "npy-16-bit-big-endian": npy(WIDE.astype(">u2")),
    "npy-fortran": npy(np.asfortranarray(PIXELS)),
    "npz": npz(PIXELS),
    "tiff-pages": stack(PIXELS, None),
    "tiff-pages-lzw": stack(PIXELS, "tiff_lzw"),
    "tiff-pages-deflate": stack(PIXELS, "tiff_adobe_deflate"),
    "tiff-pages-packbits": stack(PIXELS, "packbits"),
    "tiff-pages-16-bit": tiff([page.astype(np.uint16) * 256 + 3 for page in PER_PAGE], order=">"),
    "tiff-rows-as-pages": tiff([row[:, :, None] for row in np.pad(PIXELS, ((0, 4), (0, 0), (0, 0)))]),
    **{
        f"tiff-{order}-{coding}-{tile}-{apart}-{differences}": tiff(
            [PIXELS], order=order, coding=coding, tile=tile, apart=apart, differences=differences
        )
        for order, coding, tile, apart, differences in (
            ("<", PLAIN, None, False, False), (">", PLAIN, (16, 16), False, False), ("<", PLAIN, None, True, False),
            (">", DEFLATE, (16, 16), True, True), ("<", DEFLATE, None, False, True), ("<", PACKBITS, None, True, False),
        )
    },
    "tiff-16-bit-differences": tiff([WIDE], order=">", coding=DEFLATE, differences=True),
    "tiff-with-a-thumbnail": tiff([PIXELS, PIXELS[::2, ::2]], thumbnails=True),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_every_layout_of_a_file_gives_the_same_channels(name: str) -> None:
    wanted = np.pad(PIXELS, ((0, 4), (0, 0), (0, 0))) if name == "tiff-rows-as-pages" else PIXELS
    pixels, facts = decode(SAME[name], bands(5))
    np.testing.assert_array_equal(pixels, wanted)
    assert (facts["width"], facts["height"], facts["frames"]) == (17, len(wanted), 1)
    assert (facts["mode"] == "I;16") == ("16-bit" in name)


def test_lzw_is_read_beyond_the_first_full_table() -> None:
    """12-bit codes, a cleared table, and noise that LZW makes longer."""
    noise = np.random.default_rng(1).integers(0, 256, (120, 130, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "TIFF", compression="tiff_lzw")
    np.testing.assert_array_equal(decode(stream.getvalue())[0], noise)


def test_white_is_zero_and_orientation_are_applied() -> None:
    np.testing.assert_array_equal(decode(tiff([PIXELS], t262=0), bands(5))[0], 255 - PIXELS)
    turned, facts = decode(tiff([PIXELS], t274=6), bands(5))
    np.testing.assert_array_equal(turned, np.rot90(PIXELS, -1))
    assert facts["rotated"]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_png_gives_its_own_channels_unmixed(mode: str) -> None:
    count = len(mode)
    array = PIXELS[:, :, :count] if count > 1 else PIXELS[:, :, 0]
    pixels, _ = decode(saved(Image.fromarray(np.ascontiguousarray(array), mode)), bands(count))
    np.testing.assert_array_equal(pixels, array.reshape(13, 17, count))


def test_arrays_and_tiff_of_one_or_three_channels_are_pictures_for_a_colour_model() -> None:
    rgb, grey = np.ascontiguousarray(PIXELS[:, :, :3]), np.ascontiguousarray(PIXELS[:, :, 0])
    for data in (npy(rgb), tiff([rgb]), npz(rgb)):
        np.testing.assert_array_equal(decode(data)[0], rgb)
    for data in (npy(grey), npy(grey[:, :, None]), tiff([grey[:, :, None]])):
        np.testing.assert_array_equal(decode(data)[0], np.repeat(grey[:, :, None], 3, axis=2))
    clear = np.dstack([rgb, np.zeros((13, 17), np.uint8)])
    assert not decode(tiff([clear], t262=2, t338=1))[0].any()


REFUSED: dict[str, tuple[bytes, str]] = {
    "another count": (npy(PIXELS[:, :, :2]), "it has 2 channels, `input.bands` says 5"),
    "channels first": (npy(np.moveaxis(PIXELS, 2, 0)), "np.moveaxis(a, 0, 2)"),
    "a batch": (npy(PIXELS[None]), "one file holds one image"),
    "float": (npy(PIXELS / 255), "pixels are uint8 or uint16"),
    "signed": (npy(PIXELS.astype(np.int16)), "pixels are uint8 or uint16"),
    "objects": (npy(np.array([[object()]])), "pixels are uint8 or uint16"),
    "fields": (npy(np.zeros((3, 3), [("a", "u1")])), "no array of plain numbers"),
    "nested brackets": (npy(PIXELS).replace(b"(13, 17, 5)", b"(((((((((("), "a damaged .npy"),
    "a row": (npy(PIXELS[0, 0]), "an array of shape [5]"),
    "empty": (npy(PIXELS[:0]), "has no pixels"),
    "too short": (npy(PIXELS)[:-1], "a damaged .npy"),
    "a header cut off": (npy(PIXELS)[:30], "a damaged .npy"),
    "two arrays": (npz(PIXELS, PIXELS), "a .npz of 2 entries"),
    "an archive cut off": (npz(PIXELS)[:-9], "a damaged .npz"),
    "jpeg inside": (tiff([PIXELS], t259=7), "packed by JPEG"),
    "zstd inside": (tiff([PIXELS], t259=50000), "packed by ZSTD"),
    "a palette": (tiff([PIXELS], t262=3), "its pixels are a palette"),
    "float samples": (tiff([PIXELS], t339=3), "floating-point numbers of 8 bits"),
    "twelve bits": (tiff([PIXELS], t258=12), "numbers of 12 bits"),
    "bigtiff": (b"II+\0" + bytes(40), "a BigTIFF"),
    "a piece past the end": (tiff([PIXELS], t273=(9, 9, 10**9)), "it ends within its pixels"),
    "too few pieces": (tiff([PIXELS], rows=13, t257=40), "pieces"),
    "a huge image": (tiff([PIXELS], t256=19_999, t257=19_999), "values in all"),
    "a strip too short": (tiff([PIXELS], coding=DEFLATE, rows=13, t257=14, t278=14), "too few pixels"),
    "an animation in a circle": (tiff([PIXELS], circle=True), "circle"),
    "a png with a palette": (saved(Image.fromarray(PIXELS[:, :, 0]).convert("P")), "no channels of their own"),
    "text": (b"not an image", "PNG, JPEG, BMP, TIFF, .npy, .npz are read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_such_image_is_refused_by_name(name: str) -> None:
    data, words = REFUSED[name]
    with pytest.raises(ImagesRefusedError) as caught:
        decode(data, bands(5))
    assert words in caught.value.found


def test_a_colour_model_says_how_to_take_all_channels() -> None:
    with pytest.raises(ImagesRefusedError, match=r'it has 5 channels.*color = "bands" and bands = 5'):
        decode(npy(PIXELS))


def test_mutants_of_arrays_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(7)
    seeds = [SAME[name] for name in ("npy", "npz", "tiff-pages-lzw", "tiff-16-bit-differences", "tiff-pages-packbits")]
    for number in range(1500):
        data = bytearray(seeds[number % len(seeds)])
        for _ in range(chance.randint(1, 6)):
            data[chance.choice((chance.randrange(len(data)), chance.randrange(min(300, len(data)))))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        with contextlib.suppress(ImagesRefusedError):
            assert decode(bytes(data), bands(5))[0].shape[2] == 5


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "area"])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_every_band_is_resized_as_a_grey_picture_of_its_own(method: Any, fit: Any) -> None:
    contract = InputContract(size=(8, 11), color="bands", bands=5, resize=method, fit=fit)
    whole = prepare(PIXELS, contract)
    assert whole.shape == (8, 11, 5)
    for k in range(5):
        one = InputContract(size=(8, 11), color="bands", bands=1, resize=method, fit=fit)
        np.testing.assert_array_equal(whole[:, :, k : k + 1], prepare(PER_PAGE[k], one))
    if fit == "stretch":
        np.testing.assert_array_equal(whole, resize(PIXELS, 8, 11, method))


def test_a_set_of_arrays_is_read_with_its_classes_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    for label in ("dry", "wet"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "a.npy").write_bytes(SAME["npy"])
        (tmp_path / label / "b.tif").write_bytes(SAME["tiff-pages-lzw"])
    found = scan(tmp_path)
    # Pictures lie beside the arrays here: the arrays are not images of this folder.
    assert [entry.path for entry in found.entries] == ["dry/b.tif", "wet/b.tif"]
    assert found.ignored == ("dry/a.npy", "wet/a.npy")
    for label in ("dry", "wet"):
        (tmp_path / label / "b.tif").unlink()
    (tmp_path / "wet/c.npz").write_bytes(REFUSED["two arrays"][0])
    found = scan(tmp_path)
    made = prepare_set(str(tmp_path), found.entries, bands(5), str(tmp_path / "out.npy"))
    assert [(image.path, image.label) for image in made.images] == [("dry/a.npy", "dry"), ("wet/a.npy", "wet")]
    assert [problem.path for problem in made.problems] == ["wet/c.npz"]
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), np.stack([PIXELS, PIXELS]))


def test_a_csv_names_arrays(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(SAME["npy"])
    (tmp_path / "set.csv").write_text("path,label\na.npy,wet\n")
    assert scan(tmp_path / "set.csv").entries == (ImageEntry(path="a.npy", label="wet", bytes=len(SAME["npy"])),)


RECIPE = """
name = "bands"
[model]
path = "m.keras"
[input]
size = [8, 8]
{}
[calibration]
images = "c"
[[deploy]]
target = "android-arm64"
"""


@pytest.mark.parametrize("wrong", ['color = "bands"', "bands = 5", 'color = "bands"\nbands = 17', 'color = "rgb"\nbands = 3'])
def test_bands_and_their_number_go_together(wrong: str) -> None:
    with pytest.raises(RecipeError, match=r"needs `input\.bands`, the number of channels, 1 to 16"):
        parse_recipe(RECIPE.format(wrong).encode())


def test_mean_and_std_have_one_value_or_one_per_band() -> None:
    recipe = parse_recipe(RECIPE.format('color = "bands"\nbands = 2\nmean = [1.0, 2.0]').encode())
    assert recipe.input.shape == (8, 8, 2) and recipe.input.channel_std == (1.0, 1.0)
    with pytest.raises(RecipeError, match="must hold 1 or 2 values for color 'bands'"):
        parse_recipe(RECIPE.format('color = "bands"\nbands = 2\nmean = [1.0, 2.0, 3.0]').encode())
