from __future__ import annotations

from pathlib import Path

import pytest

from espalier.errors import TargetError
from espalier.target import load_target, target_names

GOOD = """
name = "board"
title = "A board"
kind = "microcontroller"
architecture = "armv7e-m"
cpu = "cortex-m4"
bundle = "firmware"
io-dtype = "int8"
[[runtimes]]
name = "tflm"
version = "2.16.0"
source = "its repository, 2026"
[facts]
flash-bytes = { value = 1048576, source = "datasheet p. 1" }
[compiler]
zig-target = "thumb-freestanding-eabihf"
zig-cpu = "cortex_m4"
"""


@pytest.mark.parametrize("name", target_names())
def test_every_shipped_target_loads_and_is_named_as_its_file(name: str) -> None:
    target = load_target(name)
    assert target.name == name
    assert target.title
    assert target.runtimes


def test_the_kinds_of_device_are_there() -> None:
    assert {load_target(name).kind for name in target_names()} == {"phone", "camera", "server", "browser", "microcontroller"}


def test_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(TargetError, match="did you mean raspberry-pi-4"):
        load_target("rasberry-pi4")


def test_a_target_file_by_path_is_read(tmp_path: Path) -> None:
    (tmp_path / "board.toml").write_text(GOOD)
    target = load_target("board.toml", relative_to=tmp_path)
    assert target.number("flash-bytes") == 1048576
    assert target.number("ram-bytes") is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('source = "datasheet p. 1"', 'source = ""', "`flash-bytes` has no source"),
        (', source = "datasheet p. 1"', "", "source"),
        ('source = "its repository, 2026"', 'source = " "', "`runtimes tflm` has no source"),
        ('io-dtype = "int8"', 'io-dtype = "float32"', "io-dtype"),
        ('cpu = "cortex-m4"', 'cppu = "cortex-m4"', "did you mean `cpu`?"),
        ("[compiler]", "[compilr]", "unknown key `compilr`"),
        ('zig-cpu = "cortex_m4"', "", "zig-cpu"),
    ],
)
def test_a_number_without_a_source_and_a_wrong_key_are_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in GOOD
    (tmp_path / "board.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(TargetError) as caught:
        load_target("board.toml", relative_to=tmp_path)
    assert words in str(caught.value)


def test_a_microcontroller_without_a_compiler_is_refused(tmp_path: Path) -> None:
    (tmp_path / "board.toml").write_text(GOOD.partition("[compiler]")[0])
    with pytest.raises(TargetError, match="needs a \\[compiler\\] table"):
        load_target("board.toml", relative_to=tmp_path)
