"""Whatever is installed under an optional tool's name: a broken, an old or a foreign one never fails a bundle.

Every tool that a check looks up is replaced on PATH in four ways. Its check is then "not run" and says why, or another
tool does it; no other check changes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from metadata_model import with_metadata
from synthetic_source import LABELS, model, synthetic_source

from espalier.bundle import android, firmware, firmware_compile, firmware_native, npm, raspberry_pi, swift
from espalier.command import doctor
from espalier.emulate import cross, qemu
from espalier.errors import ToolMissingError
from espalier.facts import BundleSource, Check
from espalier.stages import bundle
from espalier.stages.publish import write_files
from espalier.target import load_target

NO_LIBC = "main.c:1:10: fatal error: stdint.h: No such file or directory"
"""What Debian's gcc-riscv64-unknown-elf says without a C library."""

WAYS = {
    "broken": f'#!/bin/sh\ncase "$*" in *ersion*) echo 12.2.0;; *) echo "{NO_LIBC}" >&2; exit 1;; esac\n',
    "old": "#!/bin/sh\n"
    'case "$*" in *ersion*) echo "version 4.6.3"; echo "openjdk version \\"1.6.0\\"" >&2;;'
    ' *) echo "cc1: error: unrecognized command line option" >&2; exit 1;; esac\n',
    "foreign": "#!/bin/sh\nexit 0\n",
    "no program": "\x7fELF this is no program\n",
}


def put(folder: Path, name: str, way: str) -> None:
    (folder / name).write_text(WAYS[way])
    (folder / name).chmod(0o755)


@pytest.fixture
def first_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


@pytest.mark.parametrize("target", ["android-arm64", "raspberry-pi-4", "cortex-m4", "web"])
def test_the_manifest_does_not_depend_on_what_is_installed(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds give the same bundles, byte for byte, also on two machines."""
    source = source_for(target)
    here = bundle._make(source, bundle.Program(), "fast")
    monkeypatch.setenv("PATH", str(tmp_path))
    there = bundle._make(source, bundle.Program(), "fast")
    assert here.checks != there.checks
    assert here.artifacts == there.artifacts


def source_for(target: str) -> BundleSource:
    source = msgspec.structs.replace(
        synthetic_source(), target=load_target(target), uint8_model=with_metadata(model("uint8"), LABELS)
    )
    if source.target.bundle != "firmware":
        return source
    return msgspec.structs.replace(source, arena=firmware.arena_bound(source.int8_model, source.target))


KINDS: dict[str, tuple[Callable[..., tuple[Check, ...]], Callable[[BundleSource], tuple[object, ...]]]] = {
    "aar": (android.check, android.contents),
    "deb": (raspberry_pi.check, raspberry_pi.contents),
    "firmware": (firmware.check, firmware.contents),
    "npm": (npm.check, npm.contents),
    "swift": (swift.check, swift.contents),
}


def checked(target: str, folder: Path, thorough: bool) -> dict[str, Check]:
    source = source_for(target)
    check, contents = KINDS[source.target.bundle]
    folder.mkdir()
    write_files(contents(source), folder, durable=False)  # type: ignore[arg-type]
    rows = check(folder, source, thorough=thorough)
    assert [row for row in rows if row.result == "failed"] == []
    return {row.name: row for row in rows}


FAST = [
    ("esp32-c3", "riscv32-esp-elf-gcc"),
    ("esp32-c3", "riscv64-unknown-elf-gcc"),
    ("cortex-m4", "arm-none-eabi-gcc"),
    ("android-arm64", "java"),
    ("android-arm64", "sha256sum"),
    ("android-arm64", "aapt"),
    ("android-arm64", "zipalign"),
    ("raspberry-pi-4", "dpkg-deb"),
    ("raspberry-pi-4", "systemd-analyze"),
    ("web", "node"),
]
SLOW = [
    ("cortex-m4", "cc"),
    ("cortex-m4", "cmake"),
    ("cortex-m4", "c++"),
    ("android-arm64", "javac"),
    ("android-arm64", "javap"),
    ("android-arm64", "gradle"),
    ("raspberry-pi-4", "lintian"),
    ("web", "npm"),
    ("web", "tsc"),
    ("web", "chromium"),
    ("ios-arm64", "swift"),
]
INSTEAD = {"dpkg-deb": "espalier"}
"""Tool -> what does its check where it does not work."""


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize(("target", "tool"), FAST)
def test_a_tool_that_does_not_work_never_fails_a_bundle(
    target: str, tool: str, way: str, first_on_path: Path, tmp_path: Path
) -> None:
    put(first_on_path, tool, way)
    if tool == "zipalign":
        put(first_on_path, "aapt", "foreign")
    rows = checked(target, tmp_path / "bundle", thorough=False).values()
    if way == "no program":
        return  # the system goes on to the next of that name on PATH, which may work
    named = [row for row in rows if row.tool == ("aapt" if tool == "zipalign" else tool)]
    assert all(row.result == "not run" and row.why for row in named), named
    if tool in INSTEAD:
        assert any(row.tool == INSTEAD[tool] and row.result == "passed" for row in rows)
    elif tool != "aapt" or shutil.which("zipalign"):
        assert any("does not work" in row.why for row in named), named


@pytest.mark.sweep
@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize(("target", "tool"), SLOW)
def test_nor_does_a_tool_of_the_thorough_checks(
    target: str, tool: str, way: str, first_on_path: Path, tmp_path: Path
) -> None:
    put(first_on_path, tool, way)
    checked(target, tmp_path / "bundle", thorough=True)


def test_a_broken_vendor_compiler_leaves_the_check_to_zig(first_on_path: Path, tmp_path: Path) -> None:
    put(first_on_path, "riscv64-unknown-elf-gcc", "broken")
    rows = checked("esp32-c3", tmp_path / "bundle", thorough=False)
    row = rows["C compiles without a warning with the vendor's usual compiler"]
    assert row.result == "not run"
    assert "stdint.h" in row.why
    if importlib.util.find_spec("ziglang"):
        assert rows["C compiles without a warning for the target's core"].result == "passed"


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is installed")
def test_without_a_working_cc_the_answers_are_compared_by_zig_or_not_at_all(
    first_on_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firmware_compile, "zig", lambda: None)
    for way in sorted(WAYS):
        put(first_on_path, "cc", way)
        row = checked("cortex-m4", tmp_path / way, thorough=False)[firmware_native.CHECK]
        assert row.result == "not run" and "does not work" in row.why


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is installed")
def test_a_compiler_for_another_machine_is_not_the_vendors(first_on_path: Path, tmp_path: Path) -> None:
    (first_on_path / "arm-none-eabi-gcc").write_text(
        '#!/bin/sh\nfor word; do shift; case "$word" in -m*) ;; *) set -- "$@" "$word";; esac; done\nexec cc "$@"\n'
    )
    (first_on_path / "arm-none-eabi-gcc").chmod(0o755)
    row = checked("cortex-m4", tmp_path / "bundle", thorough=False)[
        "C compiles without a warning with the vendor's usual compiler"
    ]
    assert row.result == "not run" and "another machine" in row.why


def test_a_working_compiler_that_warns_still_fails_the_bundle(first_on_path: Path, tmp_path: Path) -> None:
    """The probe excuses tools, not bundles."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler is installed")
    source = source_for("cortex-m4")
    write_files(firmware.contents(source), tmp_path / "bundle", durable=False)
    path = next((tmp_path / "bundle").rglob("*_decide.c"))
    path.write_text(path.read_text() + "\nstatic int unused(int x) { return x; }\n")
    rows = firmware.check(tmp_path / "bundle", source)
    assert [row.name for row in rows if row.result == "failed"]


@pytest.mark.parametrize("way", sorted(WAYS))
def test_qemu_that_does_not_work_is_a_missing_tool(
    way: str, first_on_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ziglang")
    put(first_on_path, "qemu-system-arm", way)
    core = cross.CORES["cortex-m55"]
    assert qemu._fault(str(first_on_path / "qemu-system-arm"), core) != ""


@pytest.mark.parametrize("way", sorted(WAYS))
def test_zig_that_does_not_work_is_a_missing_tool(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "ziglang"
    package.mkdir()
    (package / "__init__.py").write_text("")
    put(package, "zig", way)
    if way == "foreign":
        pytest.skip("a program that says yes to everything is found by what it leaves")
    monkeypatch.setattr(cross.importlib.util, "find_spec", lambda name: importlib.util.spec_from_file_location(
        "ziglang", package / "__init__.py"))  # fmt: skip
    (tmp_path / "x.c").write_text("int x(void) { return 1; }\n")
    with pytest.raises(ToolMissingError, match="does not work"):
        cross.zig("cc", "-c", "x.c", cwd=tmp_path)


def test_the_doctor_names_broken_programs_without_falling_ill(first_on_path: Path) -> None:
    for number, name in enumerate(doctor.OPTIONAL_PROGRAMS):
        put(first_on_path, name, sorted(WAYS)[number % len(WAYS)])
    (first_on_path / "javac").write_bytes(b"#!/bin/sh\nprintf '1 \\377\\376\\033[31m'\n")
    found = {row["name"]: row["found"] for row in doctor.examine()["programs"]}
    assert all(found.values()) and all(str(text).isprintable() for text in found.values())


def test_every_program_that_the_product_looks_up_is_tried_here() -> None:
    tried = {tool for _, tool in (*FAST, *SLOW)} | {"qemu-system-arm", "md5sum", "sha1sum", "sha512sum"}
    vendors = {name for names in firmware_compile.VENDOR_GCC.values() for name in names}
    looked_up = set(doctor.OPTIONAL_PROGRAMS) - {"gcc", "qemu-aarch64-static", "qemu-arm-static"}
    assert looked_up <= tried
    xtensa = {"xtensa-esp-elf-gcc", "xtensa-esp32s3-elf-gcc", "xtensa-lx106-elf-gcc"}  # called as the others are
    assert vendors - tried <= {"riscv-none-elf-gcc"} | xtensa
    assert sys.executable
