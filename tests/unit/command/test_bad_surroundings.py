"""The command where the machine is not well: full or closed streams, no room, no rights, a missing package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from espalier import errors
from espalier.errors import EspalierError, MachineError, ToolMissingError
from espalier.worker import __main__ as child

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
COMMANDS = (["--help"], ["targets"], ["targets", "cortex-m4", "--json"], ["build", "--help"], ["--version"])


def espalier(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "espalier", *arguments], text=True, check=False, timeout=60, **options  # type: ignore[call-overload]
    )


@needs_full
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_standard_output_is_said_in_three_parts(command: list[str]) -> None:
    with FULL.open("w") as full:
        done = espalier(*command, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert "cannot be printed" in done.stderr and "supported:" in done.stderr and "next:" in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@needs_full
def test_a_full_standard_error_changes_no_exit_code() -> None:
    with FULL.open("w") as full:
        assert espalier("targets", stdout=subprocess.DEVNULL, stderr=full).returncode == 0
        assert espalier("targets", "nonesuch", stdout=subprocess.DEVNULL, stderr=full).returncode == 2
        assert espalier("build", stdout=subprocess.DEVNULL, stderr=full).returncode == 2


@pytest.mark.parametrize("closed", ["1", "2", "0 1 2", "0"])
@pytest.mark.parametrize(("command", "code"), [("targets", 0), ("check nonesuch.toml", 2), ("--help", 0)])
def test_closed_streams_change_no_exit_code(closed: str, command: str, code: int) -> None:
    closing = " ".join(f"{number}>&-" if number != "0" else "0<&-" for number in closed.split())
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m espalier {command} {closing}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_letters_that_the_terminal_lacks_are_printed_as_escapes(tmp_path: Path) -> None:
    name = "modèle-\udcff.toml"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = espalier("check", str(tmp_path / name), capture_output=True, env=environment)
    assert done.returncode == 2 and "does not exist" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000 + "x", "loop/x.toml"])
@pytest.mark.parametrize("verb", ["build", "check", "inspect", "verify", "explain"])
def test_a_path_that_no_file_can_have_is_no_bug(verb: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = espalier(verb, name, capture_output=True, cwd=tmp_path)
    assert done.returncode in (2, 3), done.stderr
    assert "Traceback" not in done.stderr


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from espalier.streams import colourful

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colourful(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "dumb")
    assert not colourful(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colourful(Terminal())  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["ENOSPC", "EROFS", "EDQUOT", "EMFILE", "ENOMEM", "EACCES"])
def test_what_the_system_refuses_a_child_is_the_machines_fault(code: str) -> None:
    import errno

    number = getattr(errno, code)
    failure = child._failure(OSError(number, os.strerror(number), "/tmp/pixels.npy"))
    assert failure.kind == "MachineError" and "/tmp/pixels.npy" in failure.found and failure.next_step


def test_a_library_that_wraps_a_full_disk_is_understood() -> None:
    failure = child._failure(RuntimeError("Can't write data (file write failed: No space left on device)"))
    assert failure.kind == "MachineError"


def test_a_missing_package_in_a_child_is_a_missing_tool() -> None:
    failure = child._failure(ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow"))
    assert failure.kind == "ToolMissingError" and "tensorflow" in failure.found
    own = child._failure(ModuleNotFoundError("No module named 'espalier.x'", name="espalier.x"))
    assert own.kind == "ModuleNotFoundError"


def test_names_of_other_systems_cross_to_the_parent() -> None:
    failure = child._failure(errors.ImagesRefusedError("k\udcffche.png cannot be read"))
    assert failure.found == "k\\udcffche.png cannot be read"


@pytest.mark.parametrize("package", ["click", "msgspec"])
def test_a_missing_package_is_exit_7(package: str, tmp_path: Path) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(f"raise ModuleNotFoundError('No {package}', name={package!r})")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = espalier("check", "recipe.toml", capture_output=True, env=environment)
    assert done.returncode == 7, done.stderr
    assert package in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("kind", [MachineError, ToolMissingError])
def test_their_exit_codes(kind: type[EspalierError]) -> None:
    assert kind.exit_code == {MachineError: 2, ToolMissingError: 7}[kind]
