"""What a device paints: one definition, and C, Java and Python that give the same bytes of every output."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.bundle.firmware_compile import WARNINGS
from espalier.bundle.firmware_painted import painted_files
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java
from espalier.bundle.pi.device import painted as device
from espalier.facts import ClassMap, PictureBytes, TensorFacts
from espalier.maps import Classes, Shades, grown
from espalier.task.painted import alert_of, areas_of, map_facts, map_of, picture_facts, picture_of
from espalier.task.segment import paint
from espalier.task.types import Head, Task

ROWS, COLUMNS = 5, 7


def classes_of(channels: int, scale: float = 0.06, zero: int = 3) -> tuple[Task, TensorFacts]:
    names = ("ground", 'a "leaf"', "späte Äste")[: max(2, channels)]
    task = Task(
        kind="segment",
        heads=(Head(name="map", shape=(ROWS, COLUMNS, channels)),),
        classes=Classes(names=names, size=(ROWS, COLUMNS), threshold=0.7, alert=1, alert_share=0.3),
    )
    return task, TensorFacts(name="map", shape=(1, ROWS, COLUMNS, channels), dtype="int8", scale=scale, zero_point=zero)


def outputs(channels: int, count: int = 600) -> NDArray[np.int8]:
    """Random outputs, every byte, and ties of two and of all channels."""
    random = np.random.default_rng(channels)
    size = ROWS * COLUMNS * channels
    rows = [random.integers(-128, 128, (count, size)), random.integers(-1, 1, (count, size))]
    every = np.resize(np.arange(-128, 128), (32, size))
    return np.concatenate([*rows, every, np.full((2, size), 127)]).astype(np.int8)


CASES = [(1, 0.06, 3), (1, 0.001, 120), (1, 9.0, -128), (3, 0.06, 3)]
"""Channels, scale and zero point; of one channel also a threshold that no byte reaches."""


class Named:
    """What the firmware's texts ask of a source."""

    def __init__(self, map_: ClassMap | None, picture: PictureBytes | None) -> None:
        self.map, self.picture, self.identifier, self.name, self.finds_boxes = map_, picture, "net", "net", False
        self.gives_values = True


C_MAP = """
#include <stdio.h>
#include "net_map.h"

int main(void) {
  static int8_t output[NET_MAP_ROWS * NET_MAP_COLUMNS * NET_MAP_CHANNELS];
  while (fread(output, 1, sizeof output, stdin) == sizeof output) {
    net_map_areas areas;
    const uint8_t *map = (const uint8_t *)output;
    uint32_t i, row, column;
    net_map_paint(output, (uint8_t *)output);
    net_map_measure(map, &areas);
    for (row = 0; row < 9; row++) for (column = 0; column < 4; column++) putchar(net_map_at(map, row, column, 9, 4));
    fwrite(map, 1, NET_MAP_ROWS * NET_MAP_COLUMNS, stdout);
    for (i = 0; i < NET_MAP_CLASSES; i++) putchar((int)areas.pixels[i]);
    putchar(areas.alert);
  }
  return net_map_names[0][0] != 'g';
}
"""

JAVA_MAP = """
package dev.espalier.models.template_name;

public final class Driver {
    public static void main(String[] arguments) throws java.io.IOException {
        java.io.DataInputStream in = new java.io.DataInputStream(System.in);
        byte[] output = new byte[ClassMap.ROWS * ClassMap.COLUMNS * ClassMap.CHANNELS];
        java.io.BufferedOutputStream out = new java.io.BufferedOutputStream(System.out);
        while (in.available() > 0) {
            in.readFully(output);
            byte[] map = ClassMap.paint(output);
            for (int row = 0; row < 9; row++) {
                for (int column = 0; column < 4; column++) {
                    out.write(ClassMap.at(map, row, column, 9, 4));
                }
            }
            out.write(map);
            for (int area : ClassMap.areas(map)) {
                out.write(area);
            }
            out.write(ClassMap.alert(map) ? 1 : 0);
        }
        out.flush();
    }
}
"""


def said(output: NDArray[np.int8], facts: ClassMap) -> bytes:
    """What each driver prints of an output."""
    found = map_of(output, facts)
    small = grown(found[None], (9, 4))[0]
    return small.tobytes() + found.tobytes() + bytes(areas_of(found, facts)) + bytes([alert_of(found, facts)])


def run_c(files: dict[str, str], main: str, given: bytes, folder: Path) -> bytes:
    for name, text in (files | {"main.c": main}).items():
        (folder / name).write_text(text, "ascii")
    sources = sorted(name for name in [*files, "main.c"] if name.endswith(".c"))
    subprocess.run(["cc", *WARNINGS, "-O1", *sources, "-o", "driver"], cwd=folder, check=True, timeout=60)
    return subprocess.run([folder / "driver"], input=given, capture_output=True, check=True, timeout=60).stdout


def run_java(texts: dict[str, str], main: str, given: bytes, folder: Path) -> bytes:
    named = dict.fromkeys(
        ["name", "version", "asset", "labels-asset", "sha256", "runtime-floor", "dtype", "color", "resize", "fit"], "x"
    )
    constants = specialise.Constants(
        package=specialise.PACKAGE,
        texts=named | {"heads": "map\t1.0\t0\t1"} | texts,
        integers=dict.fromkeys(specialise.NUMBER_KEYS, 1),
        reals={"INPUT_SCALE": 1.0, "OUTPUT_SCALE": 1.0, "THRESHOLD": 0.5},
        labels=(),
        reader=specialise.VALUES,
    )
    compiled = {Path(path).stem for path in specialise.classes(constants)}
    assert compiled & {"ClassMap", "Picture"} == ({"ClassMap"} if "map" in texts else {"Picture"})
    for path, data in compile_java(specialise.sources(constants) | {"Driver.java": main.encode()}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", str(folder), f"{specialise.PACKAGE}.Driver"]
    return subprocess.run(command, input=given, capture_output=True, check=True, timeout=60).stdout


def unsigned(given: NDArray[np.int8]) -> NDArray[np.uint8]:
    return (given.astype(np.int16) + 128).astype(np.uint8)


@pytest.mark.parametrize("case", CASES)
def test_the_definition_paints_what_was_measured(case: tuple[int, float, int]) -> None:
    task, head = classes_of(*case)
    facts, given = map_facts(task, head), outputs(case[0])
    real = ((given.astype(np.float64) - head.zero_point) * head.scale).astype(np.float32)
    measured = paint(real, task).reshape(-1, ROWS, COLUMNS)
    assert all((map_of(output, facts) == one).all() for output, one in zip(given, measured, strict=True))
    assert facts.alert_pixels == 11  # of 35, the least that are 0.3


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler is installed")
@pytest.mark.parametrize("case", CASES)
def test_the_c_map_is_the_definition_s_in_the_output_s_own_memory(case: tuple[int, float, int], tmp_path: Path) -> None:
    facts, given = map_facts(*classes_of(*case)), outputs(case[0])
    files = painted_files(Named(facts, None))  # type: ignore[arg-type]
    found = run_c(files, C_MAP, given.tobytes(), tmp_path)
    assert found == b"".join(said(output, facts) for output in given)


@pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
@pytest.mark.parametrize("case", CASES[2:])
def test_the_java_map_is_the_definition_s(case: tuple[int, float, int], tmp_path: Path) -> None:
    from espalier.bundle.android import painted_texts

    facts, given = map_facts(*classes_of(*case)), outputs(case[0])
    texts = painted_texts(Named(facts, None))  # type: ignore[arg-type]
    found = run_java(texts, JAVA_MAP, unsigned(given).tobytes(), tmp_path)
    assert found == b"".join(said(output, facts) for output in given)


@pytest.mark.parametrize("case", CASES)
def test_the_map_on_a_raspberry_pi_is_the_definition_s(case: tuple[int, float, int]) -> None:
    facts = map_facts(*classes_of(*case))
    told: dict[str, Any] = msgspec.to_builtins(facts)
    told["least"] += 128
    for output in outputs(case[0])[::5]:
        found = device.class_map(unsigned(output), told)
        assert (found == map_of(output, facts)).all() and device.areas(found, told) == areas_of(found, facts)
        assert (device.grown(found, 9, 4) == grown(found[None], (9, 4))[0]).all()


SHADES = [(0.0, 1.0, 1 / 255, -128), (0.0, 255.0, 1.3, -100), (-1.0, 1.0, 0.0079, 2), (0.25, 0.5, 0.5, 0)]


@pytest.mark.parametrize("case", SHADES)
def test_a_picture_s_bytes_are_the_nearest_halves_up_and_clipped(case: tuple[float, float, float, int]) -> None:
    black, white, scale, zero = case
    task = Task(kind="image", shades=Shades(black=black, white=white))
    head = TensorFacts(name="out", shape=(1, 16, 16, 1), dtype="int8", scale=scale, zero_point=zero)
    table = np.array(picture_facts(task, head).table)
    exact = (scale * (np.arange(-128, 128) - zero) - black) / (white - black) * 255
    assert (np.abs(table - np.clip(exact, 0, 255)) <= 0.5 + 1e-9).all()
    assert (np.diff(table) >= 0).all()


@pytest.mark.skipif(not shutil.which("cc") or not shutil.which("javac"), reason="no C or Java compiler is installed")
def test_pictures_are_equal_in_c_java_and_python(tmp_path: Path) -> None:
    from espalier.bundle.android import painted_texts

    task = Task(kind="image", shades=Shades(black=-1.0, white=1.0))
    head = TensorFacts(name="out", shape=(1, ROWS, COLUMNS, 3), dtype="int8", scale=0.009, zero_point=-7)
    facts, given = picture_facts(task, head), outputs(3)
    wanted = b"".join(picture_of(output, facts).tobytes() for output in given)
    c_main = C_MAP[: C_MAP.index("int main")].replace("map", "picture") + (
        "int main(void) {\n  static int8_t output[NET_PICTURE_ROWS * NET_PICTURE_COLUMNS * 3];\n"
        "  while (fread(output, 1, sizeof output, stdin) == sizeof output) {\n"
        "    net_picture_paint(output, (uint8_t *)output);\n    fwrite(output, 1, sizeof output, stdout);\n"
        "  }\n  return 0;\n}\n"
    )
    java_main = JAVA_MAP[: JAVA_MAP.index("            byte[] map")].replace("ClassMap", "Picture")
    java_main += "            out.write(Picture.paint(output));\n        }\n        out.flush();\n    }\n}\n"
    source: Any = Named(None, facts)
    (tmp_path / "c").mkdir()
    assert run_c(painted_files(source), c_main, given.tobytes(), tmp_path / "c") == wanted
    assert run_java(painted_texts(source), java_main, unsigned(given).tobytes(), tmp_path / "java") == wanted
    told: dict[str, Any] = msgspec.to_builtins(facts)
    assert b"".join(device.picture(unsigned(output), told).tobytes() for output in given) == wanted


def test_the_overlay_covers_every_class_but_the_first() -> None:
    pixels = np.full((4, 4, 3), 100, np.uint8)
    drawn = device.overlay(np.array([[0, 1], [2, 0]], np.uint8), pixels, "rgb")
    assert (drawn[:2, :2] == 100).all() and (drawn[:2, 2:] != 100).any() and (drawn[2:, :2] != drawn[:2, 2:]).any()
