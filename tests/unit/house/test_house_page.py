"""The page that shows newcomers the way names only what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "espalier"


def test_the_page_names_only_files_and_rooms_that_exist() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_0-9/]+\.(?:py|c|h|md)|(?:[a-z_]+/)+)`", page))
    assert len(named) > 30
    modules = {path.name for path in SOURCE.rglob("*.py")} | {path.name for path in SOURCE.rglob("*.h")}
    for name in sorted(named - {"emit/kernels/NAME.c"}):
        assert (SOURCE / name).exists() or (ROOT / name).exists() or name in modules, name


def test_every_room_stands_on_the_page() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    for room in SOURCE.iterdir():
        if (room / "__init__.py").is_file():
            assert re.search(rf"\b{room.name}\b", page), room.name
