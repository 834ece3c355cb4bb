"""The service of a bundle, started on this computer and asked over HTTP as its clients will."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from ..facts import BundleSource, Check, GoldenVector
from .debian import program_name
from .debian_check import no_runtime
from .optional_tools import KEPT
from .pi.device.model import load_model
from .pi.device.selftest import MOST_DIFFERENCE
from .pi.device.service.answering import Responder
from .pi_consumers import package_name
from .raspberry_pi import picture_file

START_SECONDS: Final = 60.0
INFER: Final = "service: golden vectors over HTTP (binary tensors)"
IMAGE: Final = "service: a picture in, an answer out"
STOP: Final = "service: ends when it is told to"
NO_RUNTIME: Final = 7
ANSWERS_AT: Final = "answers at "


class StartError(Exception):
    """The service did not start; `code`: its exit code, 0 where it has none yet."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def service_checks(tree: Path, source: BundleSource) -> tuple[Check, ...]:
    """Ready, golden vectors, one picture, a clean end."""
    try:
        with started(tree, source) as (process, base):
            infer, exact = _infer_check(base, source)
            image = _image_check(base, tree, source, exact)
            process.terminate()
            code = process.wait(START_SECONDS)
            why = f"code {code}" if code else ""
            return infer, image, Check(name=STOP, tool="serve", result="failed" if code else "passed", why=why)
    except StartError as problem:
        if problem.code == NO_RUNTIME:
            return (no_runtime(INFER),)
        return (Check(name=INFER, tool="serve", result="failed", why=str(problem)),)
    except subprocess.TimeoutExpired:
        return (Check(name=STOP, tool="serve", result="failed", why=f"still runs after {START_SECONDS:.0f} s"),)


@contextmanager
def started(tree: Path, source: BundleSource, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The service of an unpacked tree on any free port; the process, and its address. Raises StartError with what it said."""
    program = tree / "usr/lib" / package_name(source) / program_name(source)
    command = [sys.executable, "-B", str(program), "serve", "--listen", "127.0.0.1:0", "--engines", "1"]
    environment = {key: value for key, value in os.environ.items() if key in KEPT}
    process = subprocess.Popen(
        [*command, "--state", str(tree / "state"), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**environment, "LC_ALL": "C.UTF-8"},
    )
    try:
        yield process, _address(process)
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _address(process: subprocess.Popen[bytes]) -> str:
    said, until = b"", time.monotonic() + START_SECONDS
    assert process.stderr is not None
    stream = process.stderr.fileno()
    while time.monotonic() < until:
        if not select.select([stream], [], [], 0.5)[0]:
            continue
        data = os.read(stream, 1 << 16)
        said += data
        line = next((one for one in said.decode(errors="replace").splitlines(keepends=True) if ANSWERS_AT in one), "")
        if line.endswith("\n"):
            return line.strip().rpartition(ANSWERS_AT)[2]
        if not data:
            code = process.wait()
            raise StartError(f"code {code}: {said.decode(errors='replace').strip()[-300:]}", code)
    raise StartError(f"not ready after {START_SECONDS:.0f} s: {said.decode(errors='replace').strip()[-300:]}", 0)


def asked(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, Message]:
    """Status, body and headers of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, dict(headers or {})), timeout=START_SECONDS) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.read(), problem.headers


def binary_request(vector: GoldenVector, source: BundleSource) -> tuple[bytes, dict[str, str]]:
    """A golden vector as a request of the Open Inference Protocol with raw tensors: body and headers."""
    tensors: list[dict[str, Any]] = [
        {"name": "image", "datatype": "UINT8", "shape": [1, *source.contract.shape],
         "parameters": {"binary_data_size": len(vector.pixels)}}
    ]  # fmt: skip
    tail = vector.pixels
    if source.numbers:
        numbers = np.array(vector.numbers, "<f4").tobytes()
        tensors.append({"name": "numbers", "datatype": "FP32", "shape": [1, len(vector.numbers)],
                        "parameters": {"binary_data_size": len(numbers)}})  # fmt: skip
        tail += numbers
    head = msgspec.json.encode({"inputs": tensors, "parameters": {"binary_data_output": True}})
    return head + tail, {"Inference-Header-Content-Length": str(len(head))}


def _infer_check(base: str, source: BundleSource) -> tuple[Check, bool]:
    """Whether the vectors' outputs come back; and whether they are those of one set of kernels, byte by byte."""
    distance: dict[str, int] = {}
    for vector in source.golden:
        body, headers = binary_request(vector, source)
        status, answer, told = asked(f"{base}/v2/models/{source.recipe.name}/infer", body, headers)
        tail = answer[int(told.get("Inference-Header-Content-Length") or len(answer)) :]
        if status != 200 or len(tail) != source.values:
            why = f"{status}: {answer[:200].decode(errors='replace')}"
            return Check(name=INFER, tool="serve", result="failed", why=why), False
        for kernels, known in vector.outputs.items():
            apart = np.abs((np.frombuffer(known, np.uint8) ^ 0x80).astype(int) - np.frombuffer(tail, np.uint8))
            distance[kernels] = max(distance.get(kernels, 0), int(apart.max()))
    nearest = min(distance.values(), default=0)
    if nearest > MOST_DIFFERENCE:
        why = f"outputs differ by up to {nearest} of 256; at most {MOST_DIFFERENCE} is rounding"
        return Check(name=INFER, tool="serve", result="failed", why=why), False
    equal = ", ".join(sorted(kernels for kernels, apart in distance.items() if not apart)) or "none"
    why = f"bytes equal to kernels: {equal}"
    return Check(name=INFER, tool="serve", version=source.recipe.version, result="passed", why=why), nearest == 0


def _image_check(base: str, tree: Path, source: BundleSource, exact: bool) -> Check:
    """A golden vector as a picture: the answer is the one to its known outputs, where the kernels here are known ones."""
    if not source.golden:
        return Check(name=IMAGE, tool="serve", result="not run", why="there is no golden vector")
    vector = source.golden[0]
    columns = source.contract.columns if source.numbers else ()
    numbers = ",".join(f"{column}={value!r}" for column, value in zip(columns, vector.numbers, strict=True))
    query = f"?numbers={urllib.parse.quote(numbers)}" if numbers else ""
    body = picture_file(tree, source).read_bytes()
    status, answer, _ = asked(f"{base}/v1/image{query}", body, {"Content-Type": "application/octet-stream"})
    if status != 200:
        return Check(name=IMAGE, tool="serve", result="failed", why=f"{status}: {answer[:200].decode(errors='replace')}")
    row = msgspec.json.decode(answer)
    milliseconds = row.pop("milliseconds")["total"]
    if row.pop("model")["version"] != source.recipe.version or milliseconds <= 0:
        return Check(name=IMAGE, tool="serve", result="failed", why="the answer names another model")
    folder = tree / "usr/share" / package_name(source)
    responder = Responder(load_model(folder), folder, tree / "references.json")
    height, width = source.contract.size
    outputs = [(np.frombuffer(one, np.uint8) ^ 0x80).astype(np.uint8) for one in vector.outputs.values()]
    known = [msgspec.json.decode(msgspec.json.encode(responder.answer(one, width, height))) for one in outputs]
    # Of a picture that the program smooths or balances nobody recorded the answer.
    if exact and not source.contract.retouches and row not in known:
        return Check(name=IMAGE, tool="serve", result="failed", why=f"{str(row)[:150]} instead of {str(known[0])[:150]}")
    return Check(name=IMAGE, tool="serve", version=source.recipe.version, result="passed")
