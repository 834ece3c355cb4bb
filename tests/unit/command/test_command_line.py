from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from espalier import cli
from espalier.errors import EXIT_CODES, BugError, EspalierError, GateError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "espalier", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    best = min(_seconds("--help") for _ in range(5))
    assert best < 0.3
    code = (
        "import sys; sys.argv = ['espalier', '--help']\ntry:\n import espalier.__main__ as m; m.main()\nexcept SystemExit: pass\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'h5py', 'PIL', 'ai_edge_litert', 'tflite_runtime', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def _seconds(*arguments: str) -> float:
    """CPU seconds: they are what the command takes on an idle machine, however busy this one is."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "espalier", *arguments], capture_output=True, check=True, env=plain)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--help",), 0), (("targets",), 0), (("check", "missing.toml"), 2)]
)
def test_a_reader_that_goes_away_changes_no_exit_code(arguments: tuple[str, ...], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "espalier", *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_a_broken_pipe_that_is_not_the_readers_is_a_bug_and_never_silent(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "a child has gone")

    monkeypatch.setattr(cli.cli.commands["doctor"], "callback", broken)
    monkeypatch.setattr(sys, "argv", ["espalier", "doctor"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 70
    assert "a child has gone" in capfd.readouterr().err


def test_every_command_has_a_help_page() -> None:
    names = "build cache calibrate check compare compile completion doctor estimate explain help init inspect keygen oci "
    names += "run schema sweep targets verify"
    assert set(cli.cli.commands) == set(names.split())
    for name, command in cli.cli.commands.items():
        assert command.help, name


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("build",), ("build", "x", "--nonsense"), ("targets", "nonsense")]
)
def test_wrong_usage_ends_with_2_and_says_why(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_missing_recipe_writes_nothing(tmp_path: Path) -> None:
    done = run("build", str(tmp_path / "no.toml"), "--out", str(tmp_path / "dist"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_targets_are_listed_for_people_and_for_machines() -> None:
    people = run("targets").stdout.splitlines()
    machines = json.loads(run("targets", "--json").stdout)
    assert len(people) == len(machines) >= 4
    assert sum("android-arm64" in line.split() for line in people) == 1
    one = json.loads(run("targets", "raspberry-pi-4", "--json").stdout)
    assert one["kind"] == "camera"
    assert "raspberry-pi-4" in run("targets", "raspberry-pi-4").stdout


def test_doctor_shows_packages_and_programs() -> None:
    facts = json.loads(run("doctor", "--json").stdout)
    names = {p["name"] for p in facts["packages"]}
    assert {"tensorflow", "tensorflow-model-optimization", "numpy", "pillow"} <= names
    assert ("tflite-runtime" in names) == (sys.version_info < (3, 12))
    assert facts["ok"] == all(p["ok"] for p in facts["packages"])
    text = run("doctor").stdout
    assert "dpkg-deb" in text and "optional" in text


@pytest.mark.parametrize(
    ("problem", "code"),
    [(GateError("g"), 5), (BugError("b"), 70), (ValueError("v"), 70), (KeyboardInterrupt(), 130)],
)
def test_every_error_ends_with_its_code(
    problem: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(cli.cli, "invoke", fail)
    monkeypatch.setattr(sys, "argv", ["espalier", "doctor"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == code
    assert code in EXIT_CODES
    seen = capsys.readouterr()
    assert seen.out == ""
    assert ("Traceback" in seen.err) == isinstance(problem, ValueError)


def test_each_class_of_error_has_a_documented_exit_code() -> None:
    classes = [EspalierError]
    for found in classes:
        classes += found.__subclasses__()
        assert found.exit_code in EXIT_CODES
        assert found.__doc__


def test_the_public_names_are_importable() -> None:
    import espalier

    for name in espalier.__all__:
        assert getattr(espalier, name) is not None
    with pytest.raises(AttributeError):
        espalier.nonsense  # noqa: B018
