"""Camera frames: what their pixels mean in numpy, and that the phone's Java makes the contract's bytes of them."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from synthetic_source import synthetic_source

from espalier.bundle import android, camera_frames
from espalier.bundle.android_layout import java_package
from espalier.bundle.archive import Entry, read_zip, zip_bytes
from espalier.contract import prepare
from espalier.facts import BundleSource
from espalier.recipe import InputContract

needs_jdk = pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def test_yuv_of_every_value_is_what_jpeg_decoders_make_of_it() -> None:
    steps = np.array([0, 1, 16, 64, 127, 128, 129, 200, 235, 255], np.uint8)
    for luma, blue, red in itertools.product(steps, steps, steps):
        planes = (np.full(1, luma), np.full(1, blue), np.full(1, red))
        ours = camera_frames.rgb_of_yuv(planes, 1, 1, 1, 1, 1, 0)[0, 0].astype(int)
        theirs = Image.fromarray(np.array([[[luma, blue, red]]], np.uint8), "YCbCr").convert("RGB").getpixel((0, 0))
        assert np.abs(ours - theirs).max() <= 1, (luma, blue, red, ours, theirs)


def test_known_yuv_pixels_share_the_chroma_of_two_by_two_and_skip_what_is_between_the_rows() -> None:
    y = np.array([10, 20, 30, 99, 40, 50, 60], np.uint8)  # 3 x 2 in rows of 4
    u, v = np.array([128, 7, 128], np.uint8), np.array([128, 7, 255], np.uint8)  # every second byte
    rgb = camera_frames.rgb_of_yuv((y, u, v), 3, 2, 4, 3, 2, 0)
    assert rgb[:, :2].tolist() == [[[10] * 3, [20] * 3], [[40] * 3, [50] * 3]]
    assert rgb[0, 2].tolist() == [30 + 178, 0, 30] and rgb[1, 2].tolist() == [60 + 178, 0, 60]
    turned = camera_frames.rgb_of_yuv((y, u, v), 3, 2, 4, 3, 2, 90)
    assert turned.shape == (3, 2, 3) and turned[0].tolist() == [[40] * 3, [10] * 3]


def test_rgba_frames_are_turned_clockwise_and_their_fourth_byte_is_not_read() -> None:
    plane = np.array([1, 2, 3, 0, 4, 5, 6, 77, 99, 7, 8, 9, 0, 10, 11, 12, 0], np.uint8)  # 2 x 2 in rows of 9
    whole = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
    assert camera_frames.rgb_of_rgba(plane, 2, 2, 9, 0).tolist() == whole
    assert camera_frames.rgb_of_rgba(plane, 2, 2, 9, 270).tolist() == [[whole[0][1], whole[1][1]], [whole[0][0], whole[1][0]]]


def test_the_golden_frames_have_every_rotation_and_format_and_none_is_for_bands() -> None:
    contract = InputContract(size=(6, 9), color="gray", fit="pad")
    frames = list(camera_frames.frames(contract))
    kinds = {(frame.degrees, len(frame.planes), frame.chroma_stride, frame.columns % 2) for frame in frames}
    assert len(frames) == len(kinds) == 16
    assert not list(camera_frames.frames(InputContract(size=(6, 9), color="bands", bands=4)))
    first = frames[0]
    plane = np.frombuffer(first.planes[0], np.uint8)
    rgb = camera_frames.rgb_of_rgba(plane, first.columns, first.rows, first.row_stride, first.degrees)
    assert hashlib.sha256(prepare(rgb, contract).tobytes()).hexdigest() == first.sha256


def self_test(source: BundleSource, folder: Path, changes: dict[str, bytes] | None = None) -> str:
    """What the shipped self-test says."""
    files = {artifact.path.rpartition("/")[2]: artifact.data for artifact in android.contents(source)}
    aar = next(data for path, data in files.items() if path.endswith(".aar"))
    tests = next(data for path, data in files.items() if path.endswith("-selftest.jar"))
    (folder / "classes.jar").write_bytes(read_zip(aar)["classes.jar"])
    entries = [Entry(path=path, data=data) for path, data in (read_zip(tests) | (changes or {})).items()]
    (folder / "tests.jar").write_bytes(zip_bytes(entries))
    command = [*JAVA, "-cp", f"{folder}/classes.jar:{folder}/tests.jar", f"{java_package(source)}.SelfTest"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


@needs_jdk
@pytest.mark.parametrize(
    "contract",
    [
        InputContract(size=(4, 4), resize="bilinear"),
        InputContract(size=(7, 5), color="gray", resize="area", fit="crop"),
        InputContract(size=(9, 11), color="bgr", resize="bicubic", fit="pad", smooth="gaussian"),
    ],
)
def test_the_phone_makes_the_contracts_bytes_of_every_golden_frame(contract: InputContract, tmp_path: Path) -> None:
    whole = synthetic_source()
    source = msgspec.structs.replace(
        whole, recipe=msgspec.structs.replace(whole.recipe, input=contract), contract_cases=(), golden=()
    )
    assert self_test(source, tmp_path).startswith("passed: 0 preprocessing cases, 16 camera frames")


@needs_jdk
def test_a_frame_that_gives_other_bytes_is_named(tmp_path: Path) -> None:
    source = synthetic_source()
    path = "dev/espalier/models/toy_parts/golden/frame-6.bin"
    frames = list(camera_frames.frames(source.contract))
    broken = bytes(byte ^ 255 for byte in b"".join(frames[6].planes))
    said = self_test(source, tmp_path, {path: broken})
    assert said.startswith("FAILED [camera frame frame-6.bin gives other bytes than the build]")


@needs_jdk
def test_frames_that_their_buffers_do_not_hold_are_refused(tmp_path: Path) -> None:
    source = synthetic_source()
    self_test(source, tmp_path)
    program = f"""
import java.nio.ByteBuffer;
import {java_package(source)}.CameraImage;
public class Ask {{
    static void say(Runnable action) {{
        try {{ action.run(); System.out.println("taken"); }} catch (IllegalArgumentException problem) {{
            System.out.println(problem.getMessage()); }}
    }}
    public static void main(String[] a) {{
        ByteBuffer rgba = ByteBuffer.allocate(60);
        say(() -> CameraImage.prepareRgba(rgba, 3, 4, 16, 90));
        say(() -> CameraImage.prepareRgba(rgba, 3, 4, 17, 0));
        say(() -> CameraImage.prepareRgba(rgba, 3, 4, 16, 45));
        say(() -> CameraImage.prepareRgba(rgba, 0, 4, 16, 0));
        say(() -> CameraImage.prepareRgba(rgba, 65536, 65536, 16, 0));
        say(() -> CameraImage.prepareYuv(rgba, rgba, rgba, 3, 4, 16, 16, 0, 0));
        rgba.position(1);
        say(() -> CameraImage.prepareRgba(rgba, 3, 4, 16, 0));
        say(() -> CameraImage.prepareRgba(rgba, 3, 2, -1, 0));
    }}
}}"""
    (tmp_path / "Ask.java").write_text(program)
    command = [*JAVA, "-cp", f"{tmp_path}/classes.jar", f"{tmp_path}/Ask.java"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    assert said == [
        "taken",
        "the plane has 60 bytes, a row needs 12 from 51 on",
        "45 degrees is not a multiple of 90",
        "a frame of 0 x 4 pixels",
        "a frame of 65536 x 65536 pixels",
        "a pixel stride of 0",
        "the plane has 59 bytes, a row needs 12 from 48 on",
        "the plane has 59 bytes, a row needs 12 from -1 on",
    ]
