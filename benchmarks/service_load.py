"""The service of a bundle under load: p50 and p99 of the whole request at 1, 8 and 64 clients, then 10,000 requests of 64 clients
with a reload every second and 1 % malformed bodies.

    python benchmarks/service_load.py BUNDLE PICTURE [--requests 2000] [--torture 10000]

BUNDLE: the folder of a build for edge-linux-x86_64 (espalier build examples/parts/recipe.toml with that target). The clients
run on the same computer and take a part of it; the load of the machine is printed beside the figures. Ends with 1 when an answer
was wrong or lost, a status was another than 200, 503 or, of a malformed body, 400, or memory grew by more than 10 %.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from espalier.bundle.archive import read_deb
from espalier.bundle.pi.device.service.shelf import Shelf

MALFORMED_EVERY = 100
GROWTH = 1.10


@dataclass
class Seen:
    """What clients saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    lost: int = 0
    memory: list[int] = field(default_factory=list)


class Service:
    """The program of an unpacked package, as a process."""

    def __init__(self, bundle: Path, work: Path, engines: int) -> None:
        package = next(bundle.glob("*.deb"))
        for name, data in read_deb(package.read_bytes()).data.items():
            (work / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            (work / "tree" / name).write_bytes(data)
        self.share = next((work / "tree/usr/share").glob("*/model.json")).parent
        program = next((work / "tree/usr/lib").glob("*/*.py"))
        command = [sys.executable, str(program), "serve", "--listen", "127.0.0.1:0", "--engines", str(engines)]
        self.shelf = Shelf(work / "state", self.share)
        self.process = subprocess.Popen([*command, "--state", str(work / "state")], stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if "answers at " in line:
                self.port = int(line.rsplit(":", 1)[1])
                break
        else:
            sys.exit("the service did not start")
        # What it says later must not fill the pipe.
        subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)

    @property
    def memory(self) -> int:
        """Resident bytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


async def request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> tuple[int, bytes]:
    """One request on an open connection."""
    head = f"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    length = next(int(line.split(":")[1]) for line in told if line.lower().startswith("content-length"))
    return int(told[0].split()[1]), await reader.readexactly(length)


async def clients(port: int, count: int, take: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
    """`count` connections at a time."""

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await take(reader, writer)
        writer.close()

    await asyncio.gather(*(one() for _ in range(count)))


async def steady(port: int, count: int, requests: int, picture: bytes) -> Seen:
    """Requests as fast as the answers come."""
    seen, left = Seen(), iter(range(requests))

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in left:
            begin = time.perf_counter()
            status, _ = await request(reader, writer, picture)
            seen.seconds.append(time.perf_counter() - begin)
            seen.statuses[status] += 1

    await clients(port, count, take)
    return seen


async def torture(service: Service, requests: int, picture: bytes, known: dict[str, object], models: list[Path]) -> Seen:
    """64 clients, one body of a hundred malformed, a reload every second."""
    seen, left = Seen(), iter(range(requests))

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in left:
            bad = number % MALFORMED_EVERY == 0
            while True:
                try:
                    status, body = await request(reader, writer, picture[: len(picture) // 2] if bad else picture)
                except (OSError, asyncio.IncompleteReadError):
                    seen.lost += 1
                    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
                    break
                seen.statuses[status] += 1
                if status == 503:
                    await asyncio.sleep(0.05)
                    continue
                if bad != (status == 400):
                    seen.wrong += 1
                elif not bad:
                    row = json.loads(body)
                    seen.versions[row["model"]["version"]] += 1
                    seen.wrong += any(row[key] != value for key, value in known.items())
                break

    async def reload() -> None:
        turn = 0
        while True:
            await asyncio.sleep(1)
            turn += 1
            service.shelf.choose(models[turn % 2])
            service.process.send_signal(signal.SIGHUP)
            seen.memory.append(service.memory)

    reloading = asyncio.create_task(reload())
    await clients(service.port, 64, take)
    reloading.cancel()
    return seen


def two_models(service: Service, work: Path) -> list[Path]:
    """The model, and the same under another version."""
    other = work / "other"
    shutil.copytree(service.share, other)
    facts = json.loads((other / "model.json").read_text())
    (other / "model.json").write_text(json.dumps(facts | {"version": f"{facts['version']}-b"}))
    return [service.shelf.add(service.share), service.shelf.add(other)]


def at(values: list[float], share: float) -> float:
    """A quantile in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1e3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--torture", type=int, default=10_000)
    parser.add_argument("--engines", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    picture = options.picture.read_bytes()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.bundle, Path(folder), options.engines)
        machine = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
        print(f"{options.engines} interpreters, {machine}, picture of {len(picture)} bytes")
        try:
            for count in (1, 8, 64):
                begin = time.perf_counter()
                seen = asyncio.run(steady(service.port, count, options.requests, picture))
                rate = options.requests / (time.perf_counter() - begin)
                times = f"p50 {at(seen.seconds, 0.5):6.1f} ms   p99 {at(seen.seconds, 0.99):6.1f} ms"
                load = f"load {os.getloadavg()[0]:.1f}"
                print(f"{count:3} clients: {times}   {rate:6.0f} a second   {dict(seen.statuses)}   {load}")
            known = json.loads(asyncio.run(first(service.port, picture)))
            known = {key: value for key, value in known.items() if key not in ("model", "milliseconds")}
            seen = asyncio.run(torture(service, options.torture, picture, known, two_models(service, Path(folder))))
            tenth = max(1, len(seen.memory) // 10)
            early = statistics.median(seen.memory[tenth : 3 * tenth + 1])
            late = statistics.median(seen.memory[-2 * tenth :])
            sound = not (seen.wrong or seen.lost) and set(seen.statuses) <= {200, 400, 503} and late <= GROWTH * early
            failed |= not sound
            print(f"torture: {dict(seen.statuses)}, versions {dict(seen.versions)}, {len(seen.memory)} reloads, "
                  f"wrong {seen.wrong}, lost {seen.lost}, memory {early / 1e6:.1f} -> {late / 1e6:.1f} MB")  # fmt: skip
        finally:
            service.process.terminate()
            code = service.process.wait()
    print("ended with", code)
    return int(failed or code != 0)


async def first(port: int, picture: bytes) -> bytes:
    """One answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = (await request(reader, writer, picture))[1]
    writer.close()
    return answer


if __name__ == "__main__":
    sys.exit(main())
