"""The filter of system calls, run here as the kernel runs it, for both kinds of processor."""

from __future__ import annotations

import errno
import re
import struct
import subprocess
from pathlib import Path

import pytest

from espalier.walls import behind, landlock, seccomp
from espalier.walls.calls import MACHINES, NEWEST, by_argument, harmless, outward

ALLOWED, EPERM, ENOSYS, KILLED = "allowed", errno.EPERM, errno.ENOSYS, "killed"
PID = 4321


def answer(steps: list[seccomp.Step], audit: int, number: int, *arguments: int) -> str | int:
    """What the filter says to a call."""
    given = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, *given)
    at, held = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == 0x06:
            kinds = {0x7FFF0000: ALLOWED, 0x80000000: KILLED}
            return kinds.get(value, value & 0xFFFF)
        if code == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
            continue
        true = {0x15: held == value, 0x25: held > value, 0x45: bool(held & value)}[code]
        at += yes if true else no


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_a_reader_makes_the_calls_of_the_list_and_no_others(machine: str) -> None:
    steps, audit = seccomp.reader(machine, PID), MACHINES[machine][0]
    free, special = set(harmless(machine).values()), by_argument(machine)
    for number in range(700):
        if number in special.values():
            continue
        expected = ALLOWED if number in free else ENOSYS if number > NEWEST else EPERM
        assert answer(steps, audit, number) == expected, number
    assert not free & set(outward(machine).values())
    assert answer(steps, audit, 0x40000000) == ENOSYS, "calls of x32"
    assert answer(steps, 0x40000003, min(free)) == KILLED, "calls of another architecture"


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_what_a_reader_does_to_itself_it_may_not_do_to_others(machine: str) -> None:
    steps, audit, calls = seccomp.reader(machine, PID), MACHINES[machine][0], by_argument(machine)

    def asked(name: str, *arguments: int) -> str | int:
        return answer(steps, audit, calls[name], *arguments)

    assert asked("kill", PID, 11) == ALLOWED
    assert [asked("kill", other, 9) for other in (1, 0, (1 << 64) - 1, PID + 1)] == [EPERM] * 4
    assert (asked("tgkill", PID, PID, 6), asked("tgkill", 1, 1, 6)) == (ALLOWED, EPERM)
    assert (asked("prlimit64", 0), asked("prlimit64", PID), asked("prlimit64", 1)) == (ALLOWED, ALLOWED, EPERM)
    assert (asked("clone", 0x3D0F00), asked("clone", 17), asked("clone3")) == (ALLOWED, EPERM, ENOSYS)
    assert (asked("fcntl", 3, 2), asked("fcntl", 3, 8)) == (ALLOWED, EPERM)
    assert (asked("ioctl", 0, 0x5401), asked("ioctl", 0, 0x5412)) == (ALLOWED, EPERM)
    assert (asked("prctl", 15), asked("prctl", 38), asked("seccomp", 1)) == (ALLOWED, EPERM, EPERM)


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_a_compiler_starts_programs_and_reaches_nothing_else(machine: str) -> None:
    steps, audit, calls = seccomp.tool(machine), MACHINES[machine][0], by_argument(machine)
    for name, number in outward(machine).items():
        assert answer(steps, audit, number) == EPERM, name
    assert answer(steps, audit, calls["clone"], 17) == ALLOWED
    assert answer(steps, audit, calls["clone"], 0x10000011) == EPERM, "a user namespace"
    assert answer(steps, audit, calls["clone3"]) == ENOSYS


@pytest.mark.parametrize(
    ("machine", "header"),
    [("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), ("aarch64", "/usr/include/asm-generic/unistd.h")],
)
def test_the_numbers_are_those_of_the_kernels_headers(machine: str, header: str) -> None:
    if not Path(header).is_file():
        pytest.skip("the headers are not installed")
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text()))
    also = {"newfstatat": "fstatat"} if machine == "aarch64" else {}
    for name, number in (harmless(machine) | by_argument(machine) | outward(machine)).items():
        assert int(found.get(name) or found[also[name]]) == number, name


def test_what_is_started_behind_walls_writes_in_its_folder_only(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "secret").write_text("x")
    script = "echo in > inside; cat ../secret; echo out > ../outside; echo done"
    command = behind(["sh", "-c", script], tmp_path / "work")
    done = subprocess.run(command, cwd=tmp_path / "work", capture_output=True, text=True, timeout=60)
    assert (tmp_path / "work" / "inside").read_text() == "in\n"
    if landlock.version() == 0:
        pytest.skip("this kernel has no Landlock")
    assert done.stdout == "done\n"
    assert not (tmp_path / "outside").exists()


def test_a_program_that_is_not_there_is_told_with_the_shells_status(tmp_path: Path) -> None:
    done = subprocess.run(behind(["no-such-program"], tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 127 and "cannot start" in done.stderr
