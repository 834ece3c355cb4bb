"""LiteRT in a process of its own: a file can abort it, and then it is started again."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from types import TracebackType

import numpy as np

from espalier.graph.types import Array

PROGRAM = """
import io, struct, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
RESOLVERS = {"ref": OpResolverType.BUILTIN_REF, "builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
             "default": OpResolverType.AUTO}
def read(n):
    data = stdin.read(n)
    if len(data) < n: raise SystemExit(0)
    return data
while True:
    size, count = struct.unpack("<II", read(8))
    name = read(8).decode().strip()
    model = read(size)
    inputs = []
    for _ in range(count):
        (n,) = struct.unpack("<I", read(4))
        inputs.append(np.load(io.BytesIO(read(n)), allow_pickle=False))
    buffer = io.BytesIO()
    try:
        runtime = Interpreter(model_content=model, num_threads=1,
                              experimental_op_resolver_type=RESOLVERS[name])
        runtime.allocate_tensors()
        for detail, value in zip(runtime.get_input_details(), inputs):
            runtime.set_tensor(detail["index"], value)
        runtime.invoke()
        outputs = [runtime.get_tensor(d["index"]) for d in runtime.get_output_details()]
        buffer.write(b"+")
        np.savez(buffer, *outputs)
    except (ValueError, RuntimeError) as error:
        buffer = io.BytesIO(b"-" + str(error).encode())
    data = buffer.getvalue()
    stdout.write(struct.pack("<I", len(data)) + data)
    stdout.flush()
"""


class OracleRefused(Exception):
    """LiteRT refused the model or aborted on it."""


class Oracle:
    """`with Oracle() as oracle: oracle.run(model_bytes, inputs)`"""

    def __init__(self, resolver: str = "ref") -> None:
        self.resolver = resolver
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Oracle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    stream.close()
            self.process = None

    def run(self, model: bytes, inputs: list[Array]) -> list[Array]:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise OracleRefused("no pipes")
        message = [struct.pack("<II", len(model), len(inputs)), self.resolver.ljust(8).encode(), model]
        for value in inputs:
            buffer = io.BytesIO()
            np.save(buffer, value)
            message += [struct.pack("<I", buffer.tell()), buffer.getvalue()]
        try:
            stdin.write(b"".join(message))
            stdin.flush()
            head = stdout.read(4)
        except BrokenPipeError:
            head = b""
        if len(head) < 4:
            code = self.process.wait()
            self.close()
            raise OracleRefused(f"LiteRT died with {code}")
        data = stdout.read(struct.unpack("<I", head)[0])
        if data[:1] == b"-":
            raise OracleRefused(data[1:].decode())
        with np.load(io.BytesIO(data[1:]), allow_pickle=False) as archive:
            return [archive[name] for name in archive.files]
