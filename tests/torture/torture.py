"""Whole or nothing, under torture: each file call of the publishing of an output, and of a build, fails or ends the process.

    python tests/torture/torture.py publish [--kills 2000] [--rounds 200] [--every 1]
    python tests/torture/torture.py build [--count 40] [--seed 1] [--warm]

Needs a C compiler (for faults.c, which is loaded before the C library). Prints counts; exit status 1 when an output was mixed,
partial or not what the exit code said.
"""

from __future__ import annotations

import argparse
import collections
import ctypes
import errno
import mmap
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from espalier.errors import EspalierError
from espalier.facts import Artifact
from espalier.stages import publish as publishing
from espalier.stages.publish import ANYBODY, Owner, publish

STATE, SHIM = "ESPALIER_TORTURE", "LD_PRELOAD"
KILLED = 0
FAULTS = {
    **{errno.errorcode[code]: code for code in (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT, errno.EROFS, errno.EPERM)},
    "kill": KILLED,
}
COUNT_ALL, COUNT_WRITES = 1, 2


class Faults:
    """The counter that faults.c shares with every process that has it loaded."""

    def __init__(self, path: str) -> None:
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 4096)

    def arm(self, at: int, how: int = KILLED, what: int = COUNT_ALL) -> None:
        """Call number `at` fails (0: none); counting begins."""
        self._memory[:72] = struct.pack("<5q32s", 0, at, how, what, 0, b"")

    def stop(self) -> None:
        """Count no more."""
        self._memory[24:32] = bytes(8)

    @property
    def calls(self) -> int:
        return int(struct.unpack_from("<q", self._memory, 0)[0])

    @property
    def failed(self) -> str:
        """The name of the call that was failed; "" when none was reached."""
        return bytes(self._memory[40:72]).rstrip(b"\0").decode() if struct.unpack_from("<q", self._memory, 32)[0] else ""


@dataclass
class Tally:
    """What was tried, and what went wrong."""

    cases: collections.Counter[str] = field(default_factory=collections.Counter)
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)


def prepare(folder: Path) -> dict[str, str]:
    """Compile faults.c; the variables with which a process has it loaded."""
    library, state = folder / "faults.so", folder / "state"
    state.write_bytes(bytes(4096))
    source = Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return {SHIM: str(library), STATE: str(state)}


def output(letter: str, files: int = 6) -> tuple[Artifact, ...]:
    """A small output: every file says whose it is."""
    sizes = (0, 7, 300, 5_000, 70_000)
    return tuple(
        Artifact(path=f"{'sub/' * (n % 3)}file-{n}.bin", data=(letter * max(1, sizes[n % 5])).encode()) for n in range(files)
    )


def found(folder: Path) -> str | None:
    """Whose output lies there: its letter, "mixed", or None where nothing is."""
    if not os.path.lexists(folder):
        return None
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "note.txt"
    }
    for letter in {chr(data[0]) for data in files.values() if data}:
        if files == {artifact.path: artifact.data for artifact in output(letter)}:
            return letter
    return "mixed"


def in_child(work: Callable[[], object]) -> int:
    """The exit status of a forked process: 0, 3 for a refusal of ours, 70 for anything else, minus the signal's number."""
    child = os.fork()
    if child == 0:
        status = 0
        try:
            work()
        except EspalierError:
            status = 3
        except BaseException:
            status = 70
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# ---- the publishing of an output


@dataclass(frozen=True)
class Scene:
    """What lies there, and what the file system can."""

    old: bool = True
    note: bool = False
    exchange: bool = True


SCENES = {
    "first output": Scene(old=False),
    "new output": Scene(),
    "new output beside a user's file": Scene(note=True),
    "no exchange": Scene(exchange=False),
    "no exchange, a user's file": Scene(exchange=False, note=True),
}
NOTE = Owner(added=lambda folder: ["note.txt"] if (folder / "note.txt").exists() else [])


def set_scene(top: Path, scene: Scene) -> Path:
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    if scene.old:
        publish(output("a"), top / "out")
        if scene.note:
            (top / "out" / "note.txt").write_text("mine")
    return top / "out"


def fault_cases(faults: Faults, top: Path, every: int) -> Iterator[tuple[str, int, str]]:
    """(scene, which call, fault): each file call of each scene with each fault."""
    for name, scene in SCENES.items():
        destination = set_scene(top, scene)
        in_child(partial(run_publish, faults, destination, scene, 0, KILLED))
        for at in range(1, faults.calls + 1, every):
            for fault in FAULTS:
                yield name, at, fault


def run_publish(faults: Faults, destination: Path, scene: Scene, at: int, how: int) -> None:
    """In a child: publish "b" with one fault."""
    if not scene.exchange:
        publishing._exchange = lambda one, other: False
    faults.arm(at, how)
    try:
        publish(output("b"), destination, owner=NOTE if scene.note else ANYBODY)
    finally:
        faults.stop()


def torture_faults(faults: Faults, top: Path, every: int) -> Tally:
    """Each fault at each call; then the next build."""
    tally = Tally()
    for name, at, fault in fault_cases(faults, top, every):
        scene = SCENES[name]
        destination = set_scene(top, scene)
        status = in_child(partial(run_publish, faults, destination, scene, at, FAULTS[fault]))
        call, now, old = faults.failed, found(destination), "a" if scene.old else None
        where = f"{name}, call {at} ({call}), {fault}: status {status}, found {now}"
        tally.cases[fault] += bool(call)
        aside = [path for path in top.iterdir() if ".previous-" in path.name]
        # Between the two renames of a file system without exchange a kill leaves the old output aside, for the next build.
        cut_off = fault == "kill" and not scene.exchange and now is None and len(aside) == 1 and found(aside[0]) == "a"
        tally.check(now in (old, "b") or cut_off, where)
        tally.check(status in (0, 3, -signal.SIGKILL), where)
        tally.check(status != 0 or now == "b", where)
        tally.check(status != 3 or now == old, where)
        notes = [path for path in top.rglob("note.txt") if path.read_text() == "mine"]
        tally.check(len(notes) >= scene.note, f"{where}: the user's file is gone")
        tally.check(in_child(partial(publish, output("c"), destination)) == 0, where)
        left = {path.name for path in top.iterdir() if not path.name.startswith("out.kept-")}
        tally.check(found(destination) == "c" and left == {"out"}, f"{where}: then {found(destination)}, left {sorted(left)}")
    return tally


def torture_kills(top: Path, count: int, rng: random.Random) -> Tally:
    """Processes that publish all the time, killed at any moment."""
    tally = Tally()
    destination = set_scene(top, Scene())
    for _ in range(count):
        child = os.fork()
        if child == 0:
            while True:
                for letter in "bc":
                    publish(output(letter), destination)
        time.sleep(rng.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        tally.cases["kill at any moment"] += 1
        tally.check(found(destination) in ("a", "b", "c"), f"killed: {found(destination)}")
    publish(output("d"), destination)
    tally.check([path.name for path in top.iterdir()] == ["out"], f"left: {sorted(p.name for p in top.iterdir())}")
    return tally


CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000


def own_process_numbers() -> bool:
    """The children of this process number from 1, as in a container of their own."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(CLONE_NEWPID) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0


def torture_rounds(top: Path, rounds: int, rng: random.Random) -> Tally:
    """Two to four writers at once on one output, each the first process of its container."""
    tally = Tally()
    for _ in range(rounds):
        destination = set_scene(top, Scene(old=rng.random() < 0.5))
        letters = "bcde"[: rng.randint(2, 4)]
        children = []
        for letter in letters:
            child = os.fork()
            if child == 0:
                alone = own_process_numbers()
                status = in_child(partial(publish, output(letter), destination))
                os._exit(status if alone else 90)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        if 90 in codes:
            tally.cases["rounds without namespaces"] += 1
            codes = [0 if code == 90 else code for code in codes]
        tally.cases[f"rounds of {len(letters)} writers"] += 1
        now = found(destination)
        tally.check(set(codes) == {0} and now is not None and now in letters, f"writers {letters}: {codes}, found {now}")
        tally.check([path.name for path in top.iterdir()] == ["out"], f"left: {sorted(p.name for p in top.iterdir())}")
    return tally


def torture_publish(faults: Faults, *, kills: int, rounds: int, every: int, seed: int = 1) -> Tally:
    """All three; their tallies in one."""
    rng, whole = random.Random(seed), Tally()
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        top = Path(name) / "top"
        parts = [torture_rounds(top, rounds, rng), torture_kills(top, kills, rng), torture_faults(faults, top, every)]
    for part in parts:
        whole.cases += part.cases
        whole.wrong += part.wrong
    return whole


# ---- a build


DRIVER = """
import os, sys
from espalier.worker.client import Worker
plain = Worker._environment
Worker._environment = lambda self: plain(self) | {k: os.environ[k] for k in ("LD_PRELOAD", "ESPALIER_TORTURE")}
from espalier.cli import main
main()
"""


def torture_build(folder: Path, variables: dict[str, str], *, count: int, seed: int, warm: bool) -> Tally:
    """Faults at random file calls of a build with all its child processes; then a build without one."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
    from sound_project import write_project

    faults, tally, rng = Faults(variables[STATE]), Tally(), random.Random(seed)
    project, out, store = write_project(folder / "project"), folder / "out", folder / "store"
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = os.environ | variables | {"TMPDIR": str(temporary), "ESPALIER_STORE": str(store)}
    command = [sys.executable, "-c", DRIVER, "build", str(project / "recipe.toml"), "--out", str(out), "--tools", "none", "-q"]

    def build(at: int, how: int) -> subprocess.CompletedProcess[str]:
        if not warm:
            shutil.rmtree(store, ignore_errors=True)
        faults.arm(at, how, COUNT_WRITES)
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200)

    def state() -> dict[str, bytes]:
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}

    def sound() -> bool:
        """Every bundle that lies there is whole."""
        from espalier.command.verify import read_files, verify_contents

        for each in out.rglob("manifest.json"):
            files = read_files(each.parent)
            verify_contents(files.pop("manifest.json"), files)
        return len({path.parts[0] for path in (p.relative_to(out) for p in out.iterdir())}) <= 1

    done = build(0, KILLED)
    calls = faults.calls
    print(f"a build without fault: exit {done.returncode}, {calls} calls that write", flush=True)
    tally.check(done.returncode == 0, f"without fault: {done.stderr[-2000:]}")
    for number in range(count if done.returncode == 0 else 0):
        at, (fault, how) = rng.randint(1, calls), rng.choice(sorted(FAULTS.items()))
        if not warm and number % 2:
            shutil.rmtree(out, ignore_errors=True)
        before = state()
        done = build(at, how)
        where = f"call {at} ({faults.failed}), {fault}: exit {done.returncode}"
        tally.cases[fault] += bool(faults.failed)
        said = done.stdout + done.stderr
        expected = done.returncode in (0, 2, 3, 5, 6, 7, -signal.SIGKILL) and "Traceback" not in said
        tally.check(expected, f"{where}: {said[-1500:]}")
        tally.check(done.returncode in (0, 5) or state() == before or (how == KILLED and sound()), f"{where}: changed")
        tally.check(sound(), f"{where}: not whole")
        print(where, flush=True)
    done = build(0, KILLED)
    left = [path.name for path in temporary.iterdir()] + [path.name for path in out.iterdir() if path.name.startswith(".")]
    tally.check(done.returncode == 0 and not left, f"the build after all of them: exit {done.returncode}, left {left}")
    return tally


def main() -> int:
    """See the head of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["publish", "build"])
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warm", action="store_true")
    wanted = parser.parse_args()
    if wanted.what == "publish" and STATE in os.environ:
        tally = torture_publish(
            Faults(os.environ[STATE]), kills=wanted.kills, rounds=wanted.rounds, every=wanted.every, seed=wanted.seed
        )
    else:
        with tempfile.TemporaryDirectory(prefix="torture-") as name:
            variables = prepare(Path(name))
            if wanted.what == "publish":
                return subprocess.run([sys.executable, *sys.argv], env=os.environ | variables, check=False).returncode
            tally = torture_build(Path(name), variables, count=wanted.count, seed=wanted.seed, warm=wanted.warm)
    for what, cases in sorted(tally.cases.items()):
        print(f"{cases:>6}  {what}")
    for text in tally.wrong[:20]:
        print(f"WRONG   {text}")
    print(f"{sum(tally.cases.values())} cases, {len(tally.wrong)} wrong")
    return int(bool(tally.wrong) or not tally.cases)


if __name__ == "__main__":
    sys.exit(main())
