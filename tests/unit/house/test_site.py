"""The site: it builds without a warning, loads nothing from elsewhere, stays light; every command has somebody who runs it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from documents import COMMANDS, ROOT, Block, blocks, pages

import espalier
from espalier.recipe import Recipe
from espalier.sweep_file import Sweep
from espalier.table_faults import faults
from espalier.target import Target

DOCS = ROOT / "docs"
SOURCE = Path(espalier.__file__).parent
BLOCKS = [block for page in pages() for block in blocks(page)]
README = {
    "python3 -m venv .venv && .venv/bin/pip install -q '.[mcu,examples]'": "tests/end_to_end/test_build.py",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[mcu,test]'": ".ci/run",
}
"""README.md bears no marks: how a block of commands there begins -> what runs it."""
FROM_DOCSTRINGS = ("docs/reference/python.md",)
"""Pages whose examples are docstrings of the code, where they are tested."""


def _is_command(block: Block) -> bool:
    starts = re.match(r"\s*(?:\$ )?(espalier|python3?|pip|make|sudo|git|cmake) ", block.text)
    code = block.language == "python" and block.page not in (*FROM_DOCSTRINGS, "README.md")
    return block.language in COMMANDS or code or (not block.language and starts is not None)


COMMAND_BLOCKS = [block for block in BLOCKS if _is_command(block)]


def _runner(block: Block) -> str:
    """What runs the block: here, a test, or what it needs; nothing when nobody says."""
    if block.page == "README.md":
        return next((f"run: {who}" for start, who in README.items() if block.text.startswith(start)), "")
    return block.mark if block.word in ("run", "needs") else ""


@pytest.mark.parametrize("block", COMMAND_BLOCKS, ids=str)
def test_every_block_of_commands_is_run_by_a_test_or_says_what_it_needs(block: Block) -> None:
    who = _runner(block)
    assert who, f"{block}: nobody runs\n{block.text}"
    if not who.startswith("run:"):
        return
    file, _, name = who.removeprefix("run:").strip().partition("::")
    test = (ROOT / file).read_text(encoding="utf-8")
    assert not name or f"def {name}(" in test, who
    helpers = "".join(path.read_text(encoding="utf-8") for path in (ROOT / file).parent.glob("conftest.py"))
    for line in block.text.splitlines():
        for word in re.findall(r"(?:espalier|python3?|-m) ((?:calibrate )?[\w./][\w./-]*)", line):
            wanted = Path(word).name
            assert wanted in test + helpers + file or word in ("venv", "pytest"), f"{who} does not run {word}"


def test_the_check_finds_blocks_that_nobody_runs() -> None:
    (block,) = (b for b in BLOCKS if b.page == "docs/howto/android.md" and b.language == "sh")
    bare = Block(block.page, block.line, block.language, block.text, mark="")
    assert _is_command(bare) and not _runner(bare)
    elsewhere = "run: tests/unit/house/test_floors.py::test_every_room_has_a_floor"
    strange = Block(block.page, block.line, "sh", block.text, mark=elsewhere)
    with pytest.raises(AssertionError, match="does not run verify"):
        test_every_block_of_commands_is_run_by_a_test_or_says_what_it_needs(strange)
    assert len(COMMAND_BLOCKS) > 25


def test_commands_stand_in_fenced_blocks() -> None:
    for page in pages():
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        if page.name not in ("README.md", "CONTRIBUTING.md"):
            assert not re.search(r"(?m)^ {4,}(espalier|python|pip|make) ", text), page


def test_every_script_that_a_page_names_is_there() -> None:
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for script in re.findall(r"[ `]((?:benchmarks|docs|examples|calibration|tests)/[\w/.-]+\.py)\b", text):
            assert (ROOT / script).is_file(), f"{page.name}: {script}"


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "toml" and "[project." not in b.text], ids=str)
def test_every_table_that_a_page_shows_is_one_that_the_readers_read(block: Block) -> None:
    raw: dict[str, Any] = tomllib.loads(block.text)
    kind = Target if "base" in raw else Sweep if "recipes" in raw else Recipe
    raw.pop("base", None)
    wrong = [f.text for f in faults(raw, kind) if not f.text.startswith("no key")]
    assert not wrong


TOUCHING = sorted({*(DOCS / "extend").glob("*.md")} - {DOCS / "extend/plug-in.md"})
"""Pages that change the house; a plug-in lies outside of it."""


@pytest.mark.parametrize("page", TOUCHING, ids=lambda page: page.stem)
def test_every_file_that_a_page_tells_to_touch_exists(page: Path) -> None:
    rows = re.findall(r"(?m)^\| (`[^|]+) \|", page.read_text(encoding="utf-8"))
    named = [name for row in rows for name in re.findall(r"`([\w./-]+\.\w+)`", row)]
    assert len(named) >= 3
    for name in named:
        if Path(name).stem not in ("KIND", "NAME"):
            beside = [(SOURCE / Path(other).parent / name) for other in named]  # `a/b.py` or `c.py`
            assert any(path.is_file() for path in (SOURCE / name, ROOT / name, *beside)), name


def test_every_public_name_is_on_the_page_of_the_package() -> None:
    text = (DOCS / "reference/python.md").read_text(encoding="utf-8")
    missing = [name for name in espalier.__all__ if not re.search(rf"(### |`){re.escape(name)}\b", text)]
    assert missing in ([], ["__version__"])


def test_the_documents_stay_light() -> None:
    assert sum(path.stat().st_size for path in DOCS.rglob("*") if path.is_file()) < 1_000_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None:
        pytest.skip("needs mkdocs-material: pip install -e '.[docs]'")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", ROOT / "mkdocs.yml", "-d", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return out


def test_the_site_builds_without_a_warning_and_every_page_is_in_its_menu(site: Path) -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        name = page.relative_to(DOCS).as_posix()
        assert name in menu, name
        assert (site / name).with_suffix(".html").is_file(), name


def test_the_search_works_in_a_folder_without_a_server(site: Path) -> None:
    index = (site / "search/search_index.js").read_text(encoding="utf-8")
    assert index.startswith("var __index = ") and "reserve-flash" in index
    assert 'src="../iframe-worker.js"' in (site / "howto/ci.html").read_text(encoding="utf-8")
    assert (site / "iframe-worker.js").is_file()


def test_a_reader_s_browser_asks_nobody_else(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]+src="?(https?:[^"> ]+)', text)
        loaded += re.findall(r'<link(?![^>]*rel="?canonical)[^>]+href="?(https?:[^"> ]+)', text)
        assert not loaded, (page.name, loaded)
        assert "mermaid" not in text  # the theme would fetch it
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()[\s\"']*https?:", sheet.read_text(encoding="utf-8")), sheet.name
