"""A target file that builds on a shipped one, and what PlatformIO calls its board."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from espalier.bundle.firmware_examples import examples_of
from espalier.errors import TargetError
from espalier.target import load_target


def written(folder: Path, text: str) -> str:
    path = folder / "board.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_what_a_file_says_replaces_its_base_key_by_key(tmp_path: Path) -> None:
    text = 'base = "cortex-m4"\nname = "my-board"\n[facts.ram-bytes]\nvalue = 65536\nsource = "the data sheet, page 3"\n'
    mine, base = load_target(written(tmp_path, text)), load_target("cortex-m4")
    assert (mine.name, mine.number("ram-bytes")) == ("my-board", 65536)
    assert mine.number("flash-bytes") == base.number("flash-bytes")
    assert msgspec.structs.replace(mine, name=base.name, facts=base.facts) == base


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('base = "cortex-m5"\nname = "mine"\n', "there is no target 'cortex-m5'"),
        ('base = "./other.toml"\nname = "mine"\n', "there is no target './other.toml'"),
        ('base = 4\nname = "mine"\n', "`base` is no text"),
        ('base = "cortex-m4"\n', "no name of its own"),
        ('base = "cortex-m4"\nname = "mine"\n[facts.ram-bytes]\nvalue = 3\nsource = ""\n', "has no source"),
        ('base = "cortex-m4"\nname = "mine"\n[platformio]\nboard = "x; rm"\n', "`platformio.board`"),
        ('base = "cortex-m4"\nname = "mine"\nram = 3\n', "an unknown key `ram`"),
    ],
)
def test_a_wrong_base_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TargetError) as caught:
        load_target(written(tmp_path, text))
    assert words in caught.value.found and caught.value.next_step


def test_only_a_target_that_names_its_board_has_an_example_for_platformio() -> None:
    target = load_target("cortex-m4")
    assert target.platformio is not None and target.platformio.board == "nucleo_f446re"
    unnamed = msgspec.structs.replace(target, name="my-board", platformio=None)
    assert "platformio" in {example.folder for example in examples_of(target)}
    assert "platformio" not in {example.folder for example in examples_of(unnamed)}
