"""docs/recording.py: a command in a real pseudo-terminal becomes an SVG that plays what it wrote."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
WRITES = r"import time; print('one \x1b[1;32mgreen\x1b[0m <&>'); time.sleep(0.3); print('\x1b[1A\x1b[2Kover it')"


@pytest.fixture(scope="module")
def recording() -> ModuleType:
    pytest.importorskip("pyte", reason="needs pyte: pip install -e '.[docs]'")
    spec = importlib.util.spec_from_file_location("recording", ROOT / "docs/recording.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["recording"] = module
    spec.loader.exec_module(module)
    return module


def test_what_a_terminal_showed_is_played_screen_by_screen(recording: ModuleType) -> None:
    screens = recording.record([sys.executable, "-c", WRITES], columns=40, rows=5)
    first = [run for run in screens[0].lines[0] if run[1] == "green"]
    assert first == [("green", "green", True)] and screens[-1].lines[0] == (("over it", "default", False),)
    assert 0.2 < screens[0].seconds <= recording.PAUSE and screens[-1].seconds == recording.HOLD
    svg = ElementTree.fromstring(recording.draw("python <x>", screens, columns=40))
    texts = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "one green <&>" in texts and "over it" in texts and "$ python <x>" in texts


def test_a_command_that_fails_is_no_picture(recording: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        recording.record([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_recording_of_the_site_ends_with_the_result_of_a_build_that_passed() -> None:
    svg = ElementTree.parse(ROOT / "docs/pictures/terminal.svg").getroot()
    texts = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "$ espalier build recipe.toml" in texts
    assert any("model 1.0.0" in text and "passed" in text for text in texts)
    assert (ROOT / "docs/pictures/terminal.svg").stat().st_size < 100_000
