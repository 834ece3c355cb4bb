"""The blocks of code in README.md and docs/, with the mark above each that says who runs it.

    <!-- run -->                       run as it stands, with the page's other blocks, by tests/end_to_end/test_documents_run.py
    <!-- run, exit 5 -->               the same, ending with this exit code
    <!-- run: FILE::TEST -->           that test runs these commands
    <!-- needs: WHAT -->               nothing runs it: a device, hours, a network
    <!-- output -->                    lines that the block before prints
    <!-- file: NAME -->                what the reader saves under this name
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMANDS = ("sh", "bash", "shell", "console")
_BLOCK = re.compile(
    r"^ *(?:<!-- (?P<mark>(?:run|needs|output|file)\b[^>]*?) -->\n *)?"
    r"```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where, in which language, and the mark above it (without its brackets)."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def word(self) -> str:
        """The mark's first word: run, needs, output, file or nothing."""
        return re.match(r"\w*", self.mark)[0]  # type: ignore[index]

    @property
    def detail(self) -> str:
        """What stands behind the colon of the mark."""
        return self.mark.partition(":")[2].strip()

    @property
    def exit_code(self) -> int:
        """What the commands must end with."""
        found = re.search(r"\bexit (\d+)", self.mark)
        return int(found[1]) if found else 0

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """README.md and every page of the site."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(
            page=(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix(),
            line=text.count("\n", 0, found.start("text")),
            language=found["language"],
            text=found["text"],
            mark=found["mark"] or "",
        )
        for found in _BLOCK.finditer(text)
    ]
