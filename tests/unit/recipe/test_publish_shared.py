"""Output folders that several builds share, or that are not ours: whole outputs, nothing of others lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from espalier.errors import UsageError
from espalier.facts import Artifact
from espalier.stages import publish as module
from espalier.stages.output import OUTPUT, PROGRAM, added
from espalier.stages.publish import may_replace, publish

FILES = 14
WRITER = """
import os, sys
from pathlib import Path
os.fsync = lambda descriptor: None  # what is durable is another test's
from espalier.facts import Artifact
from espalier.stages.publish import publish
for round in range(int(sys.argv[3])):
    data = f"{sys.argv[2]} {round}".encode() * 200
    publish([Artifact(path=f"d{i % 7}/{i}.txt", data=data) for i in range(14)], Path(sys.argv[1]))
"""


def output(text: str) -> list[Artifact]:
    report = json.dumps({"format": "espalier-report/1", "bundles": [{"path": "cortex-m4"}]}).encode()
    manifest = json.dumps({"files": [{"path": "lib/a.c"}]}).encode()
    return [
        Artifact(path="report.json", data=report),
        Artifact(path="model/x_int8.tflite", data=text.encode()),
        Artifact(path="cortex-m4/manifest.json", data=manifest),
        Artifact(path="cortex-m4/lib/a.c", data=text.encode()),
    ]


def whole(out: Path) -> bool:
    try:
        contents = [path.read_bytes() for path in sorted(out.glob("**/*.txt"))]
    except FileNotFoundError:
        return False
    return len(contents) == FILES and len(set(contents)) == 1


CONTAINERS = [
    pytest.param((), id="processes"),
    pytest.param(
        ("unshare", "-p", "-f", "--mount-proc", "--kill-child=SIGKILL"),
        id="containers",
        marks=pytest.mark.skipif(
            os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare"
        ),
    ),
]


@pytest.mark.parametrize("before", CONTAINERS)
def test_builds_that_share_a_folder_each_leave_a_whole_output(tmp_path: Path, before: tuple[str, ...]) -> None:
    """In containers both are process 1."""
    out = tmp_path / "dist" / "net-1.0.0"
    children = [
        subprocess.Popen([*before, sys.executable, "-c", WRITER, str(out), name, "25"], stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    seen = 0
    while any(child.poll() is None for child in children):
        if not out.exists():
            continue
        # A folder changes places while it is read: only if it is still there afterwards, it says anything. While it is
        # open no other folder gets its number.
        descriptor = os.open(out, os.O_RDONLY)
        found = whole(Path(f"/proc/self/fd/{descriptor}"))
        if os.stat(out).st_ino == os.fstat(descriptor).st_ino:
            seen += 1
            assert found
        os.close(descriptor)
    errors = [child.communicate()[1].decode() for child in children]
    if before and any("unshare" in error for error in errors):
        pytest.skip("this machine gives no PID namespace")
    assert [child.returncode for child in children] == [0, 0], errors
    assert whole(out) and seen
    assert [p.name for p in out.parent.iterdir()] == [out.name]


def test_threads_that_share_a_folder_each_leave_a_whole_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.os, "fsync", lambda descriptor: None)
    out = tmp_path / "net-1.0.0"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: publish([Artifact(path=f"{i}.txt", data=b"%d" % n) for i in range(FILES)], out), range(24)))
    assert whole(out)
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


def link(out: Path) -> None:
    (out.parent / "elsewhere").mkdir()
    (out.parent / "elsewhere" / "thesis.txt").write_text("years")
    out.symlink_to(out.parent / "elsewhere")


def dead_link(out: Path) -> None:
    out.symlink_to(out.parent / "nowhere")


def file(out: Path) -> None:
    out.write_text("mine")


def folder_of_others(out: Path) -> None:
    out.mkdir()
    (out / "thesis.txt").write_text("years")


def another_report(out: Path) -> None:
    out.mkdir()
    (out / "report.json").write_text('{"format": "coverage/1"}')


@pytest.mark.parametrize("what", [link, dead_link, file, folder_of_others, another_report])
def test_what_no_build_wrote_is_refused_and_stays(tmp_path: Path, what: Callable[[Path], None]) -> None:
    out = tmp_path / "net-1.0.0"
    what(out)
    before = sorted((str(p), os.path.islink(p)) for p in tmp_path.rglob("*"))
    for attempt in (lambda: may_replace(out, OUTPUT), lambda: publish(output("new"), out, owner=OUTPUT)):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert caught.value.supported and "--out" in caught.value.next_step
    assert sorted((str(p), os.path.islink(p)) for p in tmp_path.rglob("*")) == before


def test_the_compilers_output_replaces_its_own_only(tmp_path: Path) -> None:
    """`espalier compile --out .` must not replace a project."""
    program = [
        Artifact(path="report.json", data=b'{"format": "espalier-program-report/1"}'),
        Artifact(path="manifest.json", data=b'{"files": [{"path": "lib/src/a.c"}]}'),
        Artifact(path="lib/src/a.c", data=b"int a;"),
    ]
    out = tmp_path / "out"
    publish(program, out, owner=PROGRAM)
    (out / "lib" / "notes.txt").write_text("mine")
    kept = publish(program, out, owner=PROGRAM)
    assert kept is not None and (kept / "lib/notes.txt").read_text() == "mine"
    with pytest.raises(UsageError, match="no build wrote it"):
        publish(output("new"), out, owner=OUTPUT)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "main.c").write_text("int main;")
    with pytest.raises(UsageError, match="did not write it"):
        publish(program, tmp_path / "project", owner=PROGRAM)
    assert (tmp_path / "project" / "main.c").is_file()


def test_an_empty_folder_and_an_old_output_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "net-1.0.0"
    out.mkdir()
    assert publish(output("old"), out, owner=OUTPUT) is None
    assert publish(output("new"), out, owner=OUTPUT) is None
    assert (out / "cortex-m4/lib/a.c").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


def test_what_a_user_put_into_an_output_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    out = tmp_path / "net-1.0.0"
    publish(output("old"), out, owner=OUTPUT)
    (out / "notes.txt").write_text("measured on board 7")
    (out / "cortex-m4/lib/build").mkdir()
    (out / "cortex-m4/lib/build/a.o").write_text("object")
    (out / "mine").mkdir()
    (out / "mine/x").symlink_to("/etc/passwd")
    (out / ".DS_Store").write_text("")
    assert added(out) == ["cortex-m4/lib/build/a.o", "mine", "notes.txt"]
    kept = publish(output("new"), out, owner=OUTPUT)
    assert kept is not None and kept.parent == tmp_path
    assert sorted(p.relative_to(kept).as_posix() for p in kept.rglob("*") if not p.is_dir()) == [
        "cortex-m4/lib/build/a.o", "mine/x", "notes.txt",
    ]  # fmt: skip
    assert (kept / "mine/x").is_symlink()
    assert added(out) == []
    (out / "again.txt").write_text("x")
    assert publish(output("newer"), out, owner=OUTPUT) == tmp_path / "net-1.0.0.kept-2"


def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.ctypes, "CDLL", lambda *a, **k: object())


def test_a_second_rename_that_fails_brings_the_old_output_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_exchange(monkeypatch)
    out = tmp_path / "net-1.0.0"
    publish(output("old"), out)
    real = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if ".building-" in self.name:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(UsageError, match="previous output is unchanged"):
        publish(output("new"), out)
    assert (out / "cortex-m4/lib/a.c").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


def test_a_kill_between_the_two_renames_is_mended_by_the_next_build(tmp_path: Path) -> None:
    out = tmp_path / "net-1.0.0"
    publish(output("old"), out)
    out.rename(tmp_path / ".net-1.0.0.previous-0123456789abcdef")
    publish(output("other"), tmp_path / "other-1.0.0")
    assert (out / "cortex-m4/lib/a.c").read_text() == "old"
    shutil.copytree(out, tmp_path / ".net-1.0.0.previous-0123456789abcdee")
    (tmp_path / ".net-1.0.0.building-0123456789abcdef").mkdir()
    publish(output("new"), out)
    assert (out / "cortex-m4/lib/a.c").read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net-1.0.0", "other-1.0.0"]


def test_hidden_names_of_others_are_not_tidied(tmp_path: Path) -> None:
    names = (".git", ".net.building-7", ".net.previous-", ".net.building-0123456789ABCDEF", ".building-0123456789abcdef")
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / ".net.building-0123456789abcdef").symlink_to(tmp_path / ".git")
    publish(output("new"), tmp_path / "net-1.0.0")
    assert {*names, ".net.building-0123456789abcdef", "net-1.0.0"} == {p.name for p in tmp_path.iterdir()}


def test_a_read_only_folder_inside_the_old_output_does_not_stay(tmp_path: Path) -> None:
    out = tmp_path / "net-1.0.0"
    publish(output("old"), out)
    (out / "cortex-m4").chmod(0o500)
    publish(output("new"), out)
    assert [p.name for p in tmp_path.iterdir()] == [out.name]
