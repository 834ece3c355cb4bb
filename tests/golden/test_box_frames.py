"""Boxes through resize, crop and pad, both ways: where the pixels go, the boxes go; the same integers in every language."""

from __future__ import annotations

import ctypes
import shutil
import struct
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import espalier.bundle
from espalier.bundle.archive import Entry, zip_bytes
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java
from espalier.bundle.pi.device import frame as plain
from espalier.contract import prepare
from espalier.emit.decision import device_source
from espalier.emulate.cross import WARNINGS
from espalier.recipe import InputContract
from espalier.task.boxes.frame import Window, seen, to_frame, to_input, window_of

FITS = ("stretch", "crop", "pad")
COUNT = 3000
Corners = NDArray[np.int64]


def random_boxes(count: int, seed: int) -> list[tuple[int, int, int, int, str, int, int, Corners, Corners]]:
    """Frame rows and columns, input height and width, fit, bits of frame and input, corners in the frame and the input."""
    random, found = np.random.default_rng(seed), []
    for number in range(count):
        most = (20, 300, 20_000)[number % 3]
        rows, columns = (int(n) for n in random.integers(1, most + 1, 2))
        height, width = (int(n) for n in random.integers(1, (20, 300, 1024)[number % 3], 2))
        frame_bits, input_bits = int(random.integers(0, 5)), int(random.integers(0, 7))
        beyond = random.uniform(-0.2, 1.2, (2, 4)) * [columns, rows, columns, rows], random.uniform(-0.2, 1.2, (2, 4))
        framed = np.round(beyond[0] * 2**frame_bits).astype(np.int64)
        given = np.round(np.clip(beyond[1], 0, 1) * [width, height, width, height] * 2**input_bits).astype(np.int64)
        found.append((rows, columns, height, width, FITS[number // 3 % 3], frame_bits, input_bits, framed, given))
    return found


def by_numpy(rows: int, columns: int, height: int, width: int, fit: str) -> Window:
    return window_of(rows, columns, InputContract(size=(height, width), fit=fit))


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(60, 100), (100, 60), (64, 64), (37, 211)])
def test_a_box_goes_where_its_pixels_go(fit: str, shape: tuple[int, int]) -> None:
    """A white rectangle on black, prepared: its box in the input holds just the bright pixels."""
    contract = InputContract(size=(48, 40), fit=fit, resize="area")
    window, random = window_of(*shape, contract), np.random.default_rng(3)
    for _ in range(20):
        x1, x2 = sorted(int(n) for n in random.choice(shape[1] + 1, 2, replace=False))
        y1, y2 = sorted(int(n) for n in random.choice(shape[0] + 1, 2, replace=False))
        image = np.zeros((*shape, 3), np.uint8)
        image[y1:y2, x1:x2] = 255
        bright = prepare(image, contract)[:, :, 0].astype(float) / 255
        ((left, top, right, bottom),) = to_input(np.array([[x1, y1, x2, y2]]), window, 0, 6) / 64
        assert bright.sum() == pytest.approx((right - left) * (bottom - top), abs=0.5 + 0.02 * bright.size**0.5)
        if bright.sum() > 1:
            ys, xs = np.nonzero(bright > 0.02)
            assert abs(xs.min() - np.floor(left)) <= 1 and abs(xs.max() + 1 - np.ceil(right)) <= 1
            assert abs(ys.min() - np.floor(top)) <= 1 and abs(ys.max() + 1 - np.ceil(bottom)) <= 1


def test_there_and_back_moves_an_edge_by_half_a_unit_of_the_coarser_side_at_most() -> None:
    for rows, columns, height, width, fit, _, input_bits, framed, _ in random_boxes(600, 4):
        window = by_numpy(rows, columns, height, width, fit)
        inside = to_frame(to_input(framed, window, 4, input_bits), window, input_bits, 4)
        for axis, span in ((0, window.across), (1, window.down)):
            clipped = np.clip(framed[:, axis::2], span.left << 4, (span.left + span.taken) << 4)
            unit = max(1.0, span.taken / span.given * 16 / 2**input_bits)  # of the input, in units of the frame
            assert np.abs(inside[:, axis::2] - clipped).max() <= unit / 2 + 1


def test_a_box_outside_the_crop_is_not_seen_and_half_of_one_across_its_edge_is() -> None:
    window = window_of(100, 200, InputContract(size=(50, 50), fit="crop"))  # columns 50 to 150
    corners = np.array([[0, 0, 40, 40], [40, 0, 60, 10], [60, 0, 70, 10], [80, 0, 80, 10]])
    assert seen(corners, window, 0).tolist() == [0, 0.5, 1, 0]
    assert to_input(corners, window, 0, 0).tolist() == [[0, 0, 0, 20], [0, 0, 5, 5], [5, 0, 10, 5], [15, 0, 15, 5]]


def test_a_box_that_reaches_into_the_padding_ends_at_the_frame() -> None:
    window = window_of(50, 100, InputContract(size=(100, 100), fit="pad"))  # rows 25 to 75
    assert to_frame(np.array([[10, 0, 20, 100], [0, 30, 100, 40]]), window, 0, 0).tolist() == [[10, 0, 20, 50], [0, 5, 100, 15]]


def test_plain_python_maps_the_boxes_that_numpy_maps() -> None:
    for rows, columns, height, width, fit, frame_bits, input_bits, framed, given in random_boxes(COUNT, 5):
        window, other = by_numpy(rows, columns, height, width, fit), plain.window_of(rows, columns, (height, width), fit)
        there, back = to_input(framed, window, frame_bits, input_bits), to_frame(given, window, input_bits, frame_bits)
        assert [plain.to_input(box, other, frame_bits, input_bits) for box in framed.tolist()] == there.tolist()
        assert [plain.to_frame(box, other, input_bits, frame_bits) for box in given.tolist()] == back.tolist()


@pytest.mark.skipif(not shutil.which("gcc") and not shutil.which("clang"), reason="no C compiler")
def test_c_maps_the_boxes_that_numpy_maps(tmp_path: Path) -> None:
    """The firmware's file with its constants as variables, once for each fit."""
    folder = resources.files(espalier.bundle) / "firmware_template"
    (tmp_path / "xmodel_detect.h").write_text(device_source("xmodel", "detect.h"))
    for name in ("xmodel_frame.c", "xmodel_frame.h"):
        (tmp_path / name).write_text((folder / name).read_text())
    names = ("WIDTH", "HEIGHT", "BOX_BITS", "FRAME_BITS")
    fits = "".join(f"#define XMODEL_FIT_{fit.upper()} {number}\n" for number, fit in enumerate(FITS))
    variables = "".join(f"extern int32_t now_{name};\n#define XMODEL_{name} now_{name}\n" for name in names)
    (tmp_path / "xmodel_contract.h").write_text(f"#include <stdint.h>\n{fits}{variables}")
    (tmp_path / "xmodel_detector.h").write_text("")
    (tmp_path / "now.c").write_text('#include "xmodel_contract.h"\n' + "".join(f"int32_t now_{name};\n" for name in names))
    libraries = {}
    for number, fit in enumerate(FITS):
        command = [shutil.which("gcc") or "clang", *WARNINGS, "-fPIC", "-shared", f"-DXMODEL_FIT={number}"]
        command += ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error", "xmodel_frame.c", "now.c", "-o", f"{fit}.so"]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
        libraries[fit] = ctypes.CDLL(str(tmp_path / f"{fit}.so"))

    class Rectangle(ctypes.Structure):
        _fields_ = tuple((name, ctypes.c_int32) for name in ("left", "top", "right", "bottom"))

    for rows, columns, height, width, fit, frame_bits, input_bits, _, given in random_boxes(COUNT, 6):
        library = libraries[fit]
        library.xmodel_to_frame.restype = Rectangle
        for name, value in zip(names, (width, height, input_bits, frame_bits), strict=True):
            ctypes.c_int32.in_dll(library, f"now_{name}").value = value
        wanted = to_frame(given, by_numpy(rows, columns, height, width, fit), input_bits, frame_bits)
        for box, want in zip(given.tolist(), wanted.tolist(), strict=True):
            answer = library.xmodel_to_frame(struct.pack("<iiH4Hxx", 0, 0, 0, *box), columns, rows)
            assert [answer.left, answer.top, answer.right, answer.bottom] == want, (rows, columns, height, width, fit)


JAVA_DRIVER = """
package dev.espalier.models.template_name;
import java.io.*;
public final class FrameDriver {
    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        for (int count = in.readInt(); count > 0; count--) {
            int rows = in.readInt(), columns = in.readInt(), height = in.readInt(), width = in.readInt();
            Frame frame = new Frame(columns, rows, height, width, new String[] {"stretch", "crop", "pad"}[in.readInt()]);
            int frameBits = in.readInt(), inputBits = in.readInt();
            for (int i = 0; i < 4; i++) {
                int[] box = {in.readInt(), in.readInt(), in.readInt(), in.readInt()};
                for (int edge : i < 2 ? frame.toInput(box, frameBits, inputBits) : frame.toFrame(box, inputBits, frameBits)) {
                    out.writeInt(edge);
                }
            }
        }
        out.flush();
    }
}
"""


@pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
def test_java_maps_the_boxes_that_numpy_maps(tmp_path: Path) -> None:
    folder = resources.files(espalier.bundle) / "java" / "detection"
    made = compile_java(
        {f"{name}.java": (folder / f"{name}.java").read_bytes() for name in ("Frame", "Detector")}
        | {"FrameDriver.java": JAVA_DRIVER.encode()}
    )
    (tmp_path / "frame.jar").write_bytes(zip_bytes(Entry(path=path, data=data) for path, data in made.items()))
    asked, wanted = [np.array([COUNT])], []
    for rows, columns, height, width, fit, frame_bits, input_bits, framed, given in random_boxes(COUNT, 7):
        window = by_numpy(rows, columns, height, width, fit)
        head = [rows, columns, height, width, FITS.index(fit), frame_bits, input_bits]
        asked += [np.array(head), framed.reshape(-1), given.reshape(-1)]
        wanted.append(to_input(framed, window, frame_bits, input_bits))
        wanted.append(to_frame(given, window, input_bits, frame_bits))
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", str(tmp_path / "frame.jar"), f"{specialise.PACKAGE}.FrameDriver"]
    given_bytes = np.concatenate(asked).astype(">i4").tobytes()
    done = subprocess.run(command, input=given_bytes, capture_output=True, check=True, timeout=60)
    assert done.stdout == np.concatenate(wanted).astype(">i4").tobytes()
