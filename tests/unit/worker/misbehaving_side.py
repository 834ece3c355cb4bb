"""A child process that does everything that a hostile input could make a library do; used by the tests only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from espalier import progress
from espalier.errors import ModelRefusedError
from espalier.worker import SIDES
from espalier.worker.ask import Ask, Handler


def echo(value: Any) -> Any:
    progress.report(1, 2, "half")
    return value


def report_slowly(times: int, pause: float) -> int:
    for number in range(times):
        time.sleep(pause)
        progress.report(number, times)
    return times


def report_from_threads() -> str:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: progress.report(number, 400, "x" * 200), range(400)))
    return "done"


def allocate() -> int:
    return len(bytearray(64 << 30))


def write(path: str) -> None:
    with open(path, "w") as file:
        file.write("escaped")


def remove(path: str) -> None:
    os.remove(path)


def rename(old: str, new: str) -> None:
    os.rename(old, new)


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=2)


def start_program() -> None:
    subprocess.run(["true"], check=True)


def shell() -> None:
    os.system("true")


def fork() -> None:
    os.fork()


def environment() -> dict[str, str]:
    return dict(os.environ)


def loop() -> None:
    while True:
        time.sleep(0.01)


def spin() -> None:
    """As a library does that a damaged file keeps busy."""
    from espalier.worker.container_side import allow

    allow(0)
    while True:
        pass


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def shout() -> int:
    os.write(1, b"noise " * 400_000)
    os.write(2, b"last words\n")
    print("more noise")
    return 1


def fill_disk(path: str) -> None:
    with open(path, "wb") as file:
        file.truncate(1 << 40)


def refuse() -> None:
    raise ModelRefusedError("found", supported="supported", next_step="next")


def fail() -> None:
    raise ZeroDivisionError("division by zero")


def give_object() -> Any:
    return {"x": object()}


def double(array: Any) -> Any:
    return array * np.asarray(2, array.dtype)


def write_nonsense() -> None:
    for descriptor in range(3, 16):
        with contextlib.suppress(OSError):
            os.write(descriptor, struct.pack("<Q", 4) + bytes([0xC1] * 4))


class Do(Ask[Any], frozen=True):
    """Whatever a test wants."""

    method: str
    arguments: dict[str, Any]


class Ranges(Ask[dict[str, tuple[float, float]]], frozen=True):
    """Answered with what the test says."""

    answer: Any


def do(call: Do) -> Any:
    return METHODS[call.method](**call.arguments)


def ranges(call: Ranges) -> dict[str, tuple[float, float]]:
    answer: dict[str, tuple[float, float]] = call.answer
    return answer


def handlers() -> tuple[Handler, ...]:
    return do, ranges


METHODS = {
    f.__name__: f
    for f in (
        write_nonsense,
        echo,
        report_slowly,
        report_from_threads,
        allocate,
        write,
        remove,
        rename,
        connect,
        start_program,
        shell,
        fork,
        environment,
        loop,
        spin,
        crash,
        leave,
        shout,
        fill_disk,
        refuse,
        fail,
        give_object,
        double,
    )
}

if __name__ == "__main__":
    from espalier.worker.__main__ import main

    SIDES["misbehaving"] = "misbehaving_side"
    sys.exit(main())
