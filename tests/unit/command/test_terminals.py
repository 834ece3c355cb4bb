"""What a person sees: on terminals of 60, 80 and 120 columns, with and without colour; completion in the shells that are here."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import click
import pytest
from example_report import example_report
from sound_project import write_project

from espalier import cli
from espalier.folded import fold, painted
from espalier.report.screen import screen_lines, verdict
from espalier.rows import GateRow

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def on_a_terminal(
    columns: int, *arguments: str, rows: int = 30, cwd: Path | None = None, **environment: str
) -> tuple[int, str]:
    """Exit code and everything that a terminal of this size is sent."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")}
    child = subprocess.Popen(
        [sys.executable, "-m", "espalier", *arguments],
        stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env={**plain, "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(slave)
    sent = b""
    while True:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # the terminal is closed
            break
        if not piece:
            break
        sent += piece
    os.close(master)
    return child.wait(), sent.decode()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_broken_by_the_terminal(columns: int, tmp_path: Path) -> None:
    recipe = write_project(tmp_path / "project") / "recipe.toml"
    recipe.write_text(recipe.read_text().replace('"raspberry-pi-4"', '"raspberry-pi4"'))
    for arguments in (("check", "project/recipe.toml"), ("targets",), ("targets", "cortex-m4")):
        _, sent = on_a_terminal(columns, *arguments, cwd=tmp_path)
        lines = [ESCAPE.sub("", line) for line in sent.replace("\r\n", "\n").split("\n")]
        assert max(map(len, lines)) <= columns, arguments
        words = " ".join(sent.split())
        assert "cortex-m4" in words or "did you mean raspberry-pi-4?" in words


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("rows", [24, 40])
def test_a_build_ends_with_its_verdict_and_the_rest_fits_one_screen(columns: int, rows: int) -> None:
    report = example_report(warnings=tuple(f"warning {number}" for number in range(50)))
    lines = screen_lines(report, Path("dist/parts-1.0.0"), columns, rows)
    assert lines[0] == fold(verdict(report), columns)[0] and verdict(report).split()[0] in (
        "passed",
        "FAILED",
    )
    assert len(lines) <= rows - 1 and max(map(len, lines)) <= columns
    assert any("report.html" in line for line in lines)
    every = screen_lines(report, Path("dist/parts-1.0.0"), columns, rows, verbose=True)
    assert len(every) > len(lines) and not any("more lines" in line for line in every)
    assert any("more lines: --verbose" in line for line in lines)


def test_the_verdict_names_the_gate_that_failed() -> None:
    broken = GateRow(name="budgets.max-model-bytes", limit=10.0, value=20.0, unit="bytes", passed=False)
    told = verdict(example_report(status="failed", gates=(broken, broken)))
    assert (
        told.startswith("FAILED ")
        and "budgets.max-model-bytes: 20 is above the limit 10 bytes, and 1 more" in told
    )


def test_a_long_text_goes_on_in_its_column() -> None:
    folded = fold("  warning    " + "word " * 30, 60)
    assert len(folded) > 2 and all(len(line) <= 60 for line in folded)
    assert all(line.startswith(" " * 13 + "word") for line in folded[1:])
    assert fold("x" * 100, None) == ["x" * 100]


def test_words_for_how_it_went_have_colours() -> None:
    assert painted("error  target  x") == click.style("error", fg="red", bold=True) + "  target  x"
    assert painted("  fits       a") == "  " + click.style("fits", fg="green", bold=True) + "       a"
    assert painted("okay") == "okay"


@pytest.mark.parametrize(
    ("environment", "arguments", "coloured"),
    [
        ({}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"TERM": "dumb"}, (), False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, (), True),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ],
)
def test_colour_is_for_who_wants_it(
    environment: dict[str, str], arguments: tuple[str, ...], coloured: bool
) -> None:
    code, sent = on_a_terminal(80, *arguments, "targets", "cortex-m44", **environment)
    assert code == 2 and "cortex-m4" in sent
    assert bool(ESCAPE.search(sent)) == coloured


def test_a_pipe_gets_colour_only_where_it_is_forced() -> None:
    for environment, coloured in (({}, False), ({"FORCE_COLOR": "1"}, True)):
        done = subprocess.run(
            [sys.executable, "-m", "espalier", "nonsense"],
            capture_output=True, text=True, check=False, env={**os.environ, **environment},
        )  # fmt: skip
        assert bool(ESCAPE.search(done.stderr)) == coloured


def test_the_time_left_moves_while_a_stage_says_nothing() -> None:
    script = (
        "import sys, time; from espalier.terminal import Progress\np = Progress(sys.stderr)\n"
        "p.plan(['prune'], {'prune': 30}); p.step('prune', 0.1, 1, 'layer 1'); time.sleep(2.4); p.close()"
    )
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-c", script], stderr=slave, env={**os.environ, "TERM": "xterm"}
    )
    os.close(slave)
    child.wait()
    drawn = os.read(master, 65_536).decode()
    os.close(master)
    left = [int(n) for n in re.findall(r"about (\d+) s left", drawn)]
    assert len(left) >= 3 and left[-1] < left[0]
    assert max(len(piece) for piece in re.split("[\r\n]", drawn)) < 60


def test_help_of_a_command_is_its_help_page() -> None:
    def printed(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "espalier", *arguments], capture_output=True, text=True, check=True
        ).stdout

    assert printed("help", "calibrate", "check") == printed("calibrate", "check", "--help")
    assert printed("help") == printed("--help")
    assert printed("-V") == printed("--version")


def completed(shell: str, script: str, home: Path) -> str:
    """What a real shell answers, with the home folder that the installation wrote into."""
    commands = home / "bin"
    commands.mkdir(exist_ok=True)
    (commands / "espalier").write_text(f'#!/bin/sh\nexec {sys.executable} -m espalier "$@"\n')
    (commands / "espalier").chmod(0o755)
    environment = {
        "HOME": str(home),
        "PATH": f"{commands}:{os.environ['PATH']}",
        "TERM": "dumb",
        "SHELL": f"/bin/{shell}",
    }
    installed = subprocess.run(
        ["espalier", "completion", "--install"], env=environment, capture_output=True, text=True, check=False
    )
    assert installed.returncode == 0, installed.stderr
    again = subprocess.run(
        ["espalier", "completion", "--install"], env=environment, capture_output=True, text=True, check=True
    )
    assert shell == "fish" or "already" in again.stdout
    done = subprocess.run([shell, *(["-i"] if shell == "bash" else []), "-c", script], env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    return done.stdout


def test_bash_completes_commands_options_and_targets(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    script = (
        "complete -p espalier; f=$(complete -p espalier | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); $f espalier; echo "${COMPREPLY[@]}"; }\n'
        "try espalier esti; try espalier build --all; try espalier compile x --target cortex-m5"
    )
    told = completed("bash", script, tmp_path)
    assert "estimate" in told and "--all-or-nothing" in told and "cortex-m55" in told


def test_zsh_loads_the_completion_when_it_starts(tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    script = "source $HOME/.zshrc; print ${_comps[espalier]}; COMP_WORDS='espalier esti' COMP_CWORD=1 "
    script += "_ESPALIER_COMPLETE=zsh_complete espalier"
    told = completed("zsh", script, tmp_path)
    assert "_espalier_completion" in told and "estimate" in told


def test_fish_completes_a_command(tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    assert "estimate" in completed("fish", "complete -C 'espalier esti'", tmp_path)


def test_every_command_has_help_and_a_name_that_completes() -> None:
    assert {"help", "completion", "estimate"} <= set(cli.cli.commands)
