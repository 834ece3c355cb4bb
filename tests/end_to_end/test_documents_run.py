"""The pages of docs/ as their readers use them: every block of commands that is marked `run`, in order, and what it prints."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from documents import COMMANDS, ROOT, Block, blocks

pytestmark = pytest.mark.xdist_group("end_to_end")

TUTORIAL = ROOT / "docs/tutorial.md"
OTHERS = [
    page
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if page != TUTORIAL and any(block.word == "run" and not block.detail for block in blocks(page))
]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="session")
def after_the_tutorial(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder, with what the tutorial leaves in it."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("calibration", "examples"):
        (folder / name).symlink_to(ROOT / name)
    commands = folder / "bin"
    commands.mkdir()
    for name, arguments in (("espalier", "-m espalier"), ("python", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        (commands / name).chmod(0o755)
    _follow(TUTORIAL, folder, store)
    recipe = folder / "recipe.toml"
    recipe.write_text(re.sub("(?m)^max-model-bytes", "# max-model-bytes", recipe.read_text()))
    _run(Block("", 0, "sh", "espalier build recipe.toml", "run"), folder, store)
    return folder


def test_the_tutorial_does_what_it_says(after_the_tutorial: Path) -> None:
    assert (after_the_tutorial / "dist/model-1.0.0/report.html").is_file()


@pytest.mark.parametrize("page", OTHERS, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page: Path, after_the_tutorial: Path, store: Path) -> None:
    _follow(page, after_the_tutorial, store)


def test_the_pictures_are_drawn_from_the_build(after_the_tutorial: Path) -> None:
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs/pictures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = module.pictures(after_the_tutorial / "dist/model-1.0.0")
    recorded = {"terminal.svg"}  # by docs/recording.py, see test_recording.py
    assert set(drawn) == {path.name for path in (ROOT / "docs/pictures").glob("*.svg")} - recorded
    for name, text in drawn.items():
        shown = ElementTree.parse(ROOT / "docs/pictures" / name)
        texts = [element.text for element in ElementTree.fromstring(text).iter() if element.text]
        wanted = [element.text for element in shown.iter() if element.text]
        assert len(texts) == len(wanted) and all(map(_alike, wanted, texts)), name


def _follow(page: Path, folder: Path, store: Path) -> None:
    printed, code = "", ""
    for block in blocks(page):
        if block.word == "file":
            (folder / block.detail).write_text(block.text)
        elif block.word == "run" and not block.detail and block.language in COMMANDS:
            printed = _run(block, folder, store)
        elif block.word == "run" and not block.detail and block.language == "python":
            code += block.text
        elif block.word == "output":
            _shown(block, printed)
    if code:
        _run(Block(str(page), 0, "sh", f"python - <<'END'\n{code}END\n", "run"), folder, store)


def _run(block: Block, folder: Path, store: Path) -> str:
    """What the commands print."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "ESPALIER_STORE": str(store)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == block.exit_code, f"{block}\n{done.stdout}{done.stderr}"
    return done.stdout


def _shown(block: Block, printed: str) -> None:
    """Every line of the page is printed, in this order; numbers may differ a little, as machines do."""
    lines = iter(printed.splitlines())
    for wanted in block.text.rstrip().splitlines():
        assert any(_alike(wanted, line) for line in lines), f"{block}: {wanted!r} is not printed in\n{printed}"


def _alike(wanted: str, line: str) -> bool:
    if NUMBER.sub("#", wanted).split() != NUMBER.sub("#", line).split():  # a longer number moves its neighbours
        return False
    pairs = zip(NUMBER.findall(wanted), NUMBER.findall(line), strict=True)
    return all(_near(float(a.replace(",", "")), float(b.replace(",", ""))) for a, b in pairs)


def _near(wanted: float, found: float) -> bool:
    return abs(wanted - found) <= max(0.4, 0.05 * abs(wanted))


def test_a_page_with_another_figure_is_found() -> None:
    block = Block("x", 0, "text", "  arena      cortex-m4: 13,728 bytes\n", "output")
    _shown(block, "a\n  arena      cortex-m4: 13,730 bytes\nb\n")
    for other in ("  arena      cortex-m4: 15,000 bytes", "  arena      cortex-m7: 13,728 bytes", ""):
        with pytest.raises(AssertionError, match="is not printed"):
            _shown(block, other)
