"""Where images come from: files, folders, a watched folder, raw frames, a Raspberry Pi camera.

A model of several bands takes arrays: .npy files, and raw frames of the kind `bands`. No picture and no camera has them."""

from __future__ import annotations

import importlib
import io
import struct
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .model import Pixels
from .problem import MISSING, Problem

ARRAYS = (".npy",)
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".npy")
NUMPY = b"\x93NUMPY"
MOST_PIXELS = 50_000_000
MOST_BYTES = 256 << 20
TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270",
         7: "TRANSVERSE", 8: "ROTATE_90"}  # fmt: skip


# What Pillow's readers raise on broken files.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
    zlib.error,
)


class Frame(NamedTuple):
    """One image (`rgb`: RGB, or all its bands), or why there is none; `path` is its file, if it has one."""

    name: str
    rgb: Pixels | None
    why: str = ""
    path: Path | None = None


def read_image(path: Path, bands: int = 0) -> Frame:
    """RGB uint8 [h, w, 3] of a file, by the rules of the build: orientation applied, alpha on black; with `bands`, an
    array of that many channels."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"over {MOST_BYTES} bytes")
        data = path.read_bytes()
        rgb = decode_array(data, bands) if bands else decode(data)
        if rgb.shape[0] * rgb.shape[1] > MOST_PIXELS or 0 in rgb.shape:
            raise ValueError(f"{rgb.shape[1]} x {rgb.shape[0]} pixels")
        return Frame(str(path), rgb, "", path)
    except Problem as problem:
        return Frame(str(path), None, str(problem), path)
    except BROKEN as problem:
        text = (str(problem) or type(problem).__name__).splitlines()[0].split(" <_io")[0]
        return Frame(str(path), None, f"damaged or not an image ({text})", path)


def decode(data: bytes) -> Pixels:
    """The bytes of a .npy, PPM or PGM, or of what Pillow reads, as RGB uint8 [h, w, 3]."""
    if data[:6] == NUMPY:
        return decode_array(data, 3, " in RGB order")
    if data[:2] in (b"P5", b"P6"):
        return read_netpbm(data)
    pillow = pillow_image()
    image = pillow.open(io.BytesIO(data), formats=("PNG", "JPEG", "BMP"))
    if image.size[0] * image.size[1] > MOST_PIXELS:
        raise ValueError(f"{image.size[0]} x {image.size[1]} pixels")
    image.load()
    turn = orientation(image)
    rgb = to_rgb(image)
    if turn in TURNS:
        rgb = np.asarray(pillow.fromarray(rgb).transpose(getattr(pillow, TURNS[turn])))
    return rgb


def decode_array(data: bytes, channels: int, order: str = "") -> Pixels:
    """The bytes of a .npy, uint8 [h, w, channels]."""
    if data[:6] != NUMPY:
        raise Problem(f"not a .npy: this model takes arrays, uint8 [height, width, {channels}]")
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != channels:
        raise ValueError(f"a .npy must hold uint8 [height, width, {channels}]{order}")
    return np.ascontiguousarray(array)


def orientation(image: Any) -> int:
    """EXIF orientation 1..8; 1 when there is none or it cannot be read."""
    if not ({"exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp"} & image.info.keys()):
        return 1
    try:
        turn = image.getexif().get(274, 1)
    except BROKEN:
        return 1
    return turn if isinstance(turn, int) else 1


def to_rgb(image: Any) -> Pixels:
    """A Pillow image: 16 bits keep the high byte, grey is repeated, a palette looked up, alpha put on
    black."""
    mode = image.mode
    if mode == "RGB":
        return np.asarray(image)
    if mode.startswith("I;16") or mode == "I":
        wide = np.asarray(image).astype(np.int64)
        return np.repeat((np.clip(wide, 0, 65_535) >> 8).astype(np.uint8)[:, :, None], 3, axis=2)
    if mode in ("1", "L"):
        return np.repeat(np.asarray(image.convert("L"))[:, :, None], 3, axis=2)
    if mode in ("LA", "RGBA", "PA", "La", "RGBa") or (mode == "P" and "transparency" in image.info):
        rgba = np.asarray(image.convert("RGBA")).astype(np.int32)
        return ((rgba[:, :, :3] * rgba[:, :, 3:] + 127) // 255).astype(np.uint8)
    if mode in ("P", "CMYK"):
        return np.asarray(image.convert("RGB"))
    raise ValueError(f"pixels of kind {mode} are not read; save it as an 8-bit PNG")


def read_netpbm(data: bytes) -> Pixels:
    """A binary PPM (P6) or PGM (P5) with 8 bits per value."""
    fields: list[bytes] = []
    at = 2
    while len(fields) < 3:
        while data[at : at + 1].isspace() or data[at : at + 1] == b"#":
            at = data.index(b"\n", at) + 1 if data[at : at + 1] == b"#" else at + 1
        end = at
        while data[end : end + 1].isdigit():
            end += 1
        fields.append(data[at:end])
        at = end
    width, height, most = (int(field) for field in fields)
    channels = 3 if data[:2] == b"P6" else 1
    body = data[at + 1 : at + 1 + width * height * channels]
    if most != 255 or len(body) != width * height * channels or not body:
        raise ValueError("only whole 8-bit PPM and PGM files are read")
    pixels = np.frombuffer(body, np.uint8).reshape(height, width, channels)
    return pixels if channels == 3 else np.repeat(pixels, 3, axis=2)


def pillow_image() -> Any:
    """The module PIL.Image."""
    try:
        return importlib.import_module("PIL.Image")
    except ImportError:
        raise Problem(
            "Pillow is missing, so only .ppm, .pgm and .npy are read; next: sudo apt install python3-pil",
            MISSING,
        ) from None


def frames_from_paths(paths: Sequence[str], bands: int = 0) -> Iterator[Frame]:
    """Files as named, folders with everything below them, sorted."""
    suffixes = ARRAYS if bands else SUFFIXES
    for text in paths:
        path = Path(text)
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
            if not files:
                yield Frame(text, None, f"no image in this folder ({', '.join(suffixes)})")
            for file in files:
                yield read_image(file, bands)
        elif path.is_file():
            yield read_image(path, bands)
        else:
            yield Frame(text, None, "no such file or folder")


def frames_from_watch(folder: Path, interval: float, bands: int = 0) -> Iterator[Frame]:
    """New images of a folder, each once its size has stayed the same for one round."""
    if not folder.is_dir():
        raise Problem(f"--watch: there is no folder {folder}")
    done = {path for path in folder.iterdir() if path.is_file()}
    sizes: dict[Path, int] = {}
    while True:
        for path in sorted(folder.iterdir()):
            if path in done or path.suffix.lower() not in (ARRAYS if bands else SUFFIXES) or not path.is_file():
                continue
            size = path.stat().st_size
            if size and sizes.get(path) == size:
                done.add(path)
                sizes.pop(path)
                yield read_image(path, bands)
            else:
                sizes[path] = size
        time.sleep(interval)


def frames_from_stdin(text: str, bands: int = 0) -> Iterator[Frame]:
    """Raw frames WIDTHxHEIGHT:rgb24 (or bgr24, gray; for a model of several bands only: bands), one after the other."""
    kinds = {"bands": bands, "": bands} if bands else {"rgb24": 3, "": 3, "bgr24": 3, "gray": 1}
    try:
        size, _, kind = text.partition(":")
        width, height = (int(number) for number in size.split("x"))
        channels = kinds[kind]
    except (ValueError, KeyError):
        if bands:
            raise Problem(f"--stdin takes WIDTHxHEIGHT:bands, {bands} bytes a pixel, such as 640x480:bands") from None
        raise Problem("--stdin takes WIDTHxHEIGHT:rgb24, :bgr24 or :gray, such as 640x480:rgb24") from None
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise Problem(f"--stdin: {width} x {height} pixels cannot be read")
    number = 0
    while True:
        data = sys.stdin.buffer.read(width * height * channels)
        if not data:
            return
        number += 1
        if len(data) < width * height * channels:
            yield Frame(f"frame-{number}", None, "the stream ended within a frame")
            return
        pixels = np.frombuffer(data, np.uint8).reshape(height, width, channels)
        if kind == "gray":
            pixels = np.repeat(pixels, 3, axis=2)
        elif kind == "bgr24":
            pixels = pixels[:, :, ::-1]
        yield Frame(f"frame-{number}", pixels)


def frames_from_camera(number: int, size: str, interval: float) -> Iterator[Frame]:
    """Frames of a Raspberry Pi camera, at most one per `interval` seconds."""
    try:
        width, height = (int(part) for part in size.split("x"))
    except ValueError:
        raise Problem("--camera-size takes WIDTHxHEIGHT, such as 640x480") from None
    try:
        picamera2 = importlib.import_module("picamera2")
    except ImportError:
        raise Problem("picamera2 is missing; next: sudo apt install python3-picamera2", MISSING) from None
    try:
        camera = picamera2.Picamera2(number)  # "BGR888" lies in memory as R, G, B
        camera.configure(
            camera.create_video_configuration(main={"size": (width, height), "format": "BGR888"})
        )
        camera.start()
    except (RuntimeError, IndexError, OSError) as problem:
        raise Problem(
            f"camera {number} does not answer ({problem}); next: check it with rpicam-hello --list-cameras",
            MISSING,
        ) from None
    try:
        count = 0
        while True:
            started = time.monotonic()
            count += 1
            yield Frame(f"frame-{count}", np.ascontiguousarray(camera.capture_array("main")[:, :, :3]))
            time.sleep(max(0.0, interval - (time.monotonic() - started)))
    finally:
        camera.stop()
