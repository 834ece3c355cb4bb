from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from espalier.stages.installed import ABSENT, installed_versions
from espalier.stages.workshop import PINNED


def test_versions_are_those_that_importlib_finds() -> None:
    known = {found.metadata["Name"]: found.version for found in importlib.metadata.distributions()}
    names = [*PINNED, "pytest", "msgspec", "Click", "typing.extensions"]
    found = installed_versions(names)
    for name in names:
        try:
            wanted = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wanted = ABSENT
        assert found[name] == wanted
    assert len(known) > 20


def test_the_first_on_the_path_counts_and_what_is_no_wheel_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, version in (("a", "2.0"), ("b", "1.0")):
        (tmp_path / folder / f"one_thing-{version}.dist-info").mkdir(parents=True)
    old = tmp_path / "b" / "older.egg-info"
    old.write_text("Metadata-Version: 1.0\nName: older\nVersion: 0.3\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "no folder"), str(tmp_path / "a"), str(tmp_path / "b")])
    assert installed_versions(["one-thing", "One.Thing", "older", "none"]) == {
        "one-thing": "2.0", "One.Thing": "2.0", "older": "0.3", "none": ABSENT,
    }  # fmt: skip


def test_a_check_imports_no_mail_library() -> None:
    code = "import sys; from espalier.stages.workshop import versions; versions(); print('email' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    absent = ABSENT in installed_versions(PINNED).values()
    assert done.stdout.strip() == str(absent)
