"""The two runtimes and their kernel sets behind one function; used in their own child processes only.

LiteRT (ai-edge-litert) and tflite-runtime have the same Python interface. They never share a process: their
symbols clash with TensorFlow's, and a bad file may end the process.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import BugError, UnsupportedModelError
from .delegates import refused_by_xnnpack
from .objects import Interpreter

KERNELS: dict[str, str] = {
    "default": "AUTO",
    "builtin": "BUILTIN_WITHOUT_DEFAULT_DELEGATES",
    "reference": "BUILTIN_REF",
}
"""Our names of the kernel sets -> the runtimes' op resolver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A runtime as its process sees it. `module` is its `interpreter` module."""

    name: str
    version: str
    module: Any

    def versions(self) -> dict[str, str]:
        """What a child process tells of it when it is ready."""
        return {"runtime": self.name, "version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """What the default delegate took over: `operators` of `all_operators` in `partitions` pieces."""

    partitions: int
    operators: int
    all_operators: int

    def __str__(self) -> str:
        if not self.partitions:
            return "none"
        pieces = "1 partition" if self.partitions == 1 else f"{self.partitions} partitions"
        return f"XNNPACK, {self.operators} of {self.all_operators} operators in {pieces}"


def litert() -> Runtime:
    """LiteRT of this installation."""
    package = importlib.import_module("ai_edge_litert")
    return Runtime(
        name="litert",
        version=package.__version__,
        module=importlib.import_module("ai_edge_litert.interpreter"),
    )


def tflite_runtime() -> Runtime:
    """tflite-runtime of this installation."""
    package = importlib.import_module("tflite_runtime")
    return Runtime(
        name="tflite-runtime",
        version=package.__version__,
        module=importlib.import_module("tflite_runtime.interpreter"),
    )


def open_interpreter(runtime: Runtime, model: bytes, *, kernels: str = "default", threads: int = 1) -> Interpreter:
    """An interpreter with its tensors allocated; on the builtin kernels where the default delegate refuses the model.

    Raises UnsupportedModelError with the runtime's own words when it cannot run the model.
    """
    return open_with_refusal(runtime, model, kernels=kernels, threads=threads)[0]


def open_with_refusal(
    runtime: Runtime, model: bytes, *, kernels: str = "default", threads: int = 1
) -> tuple[Interpreter, str]:
    """`open_interpreter`, and why the default delegate does not run the model; "" where it does, or was not asked."""
    if kernels not in KERNELS:
        raise BugError(f"there is no kernel set {kernels!r}", supported=", ".join(KERNELS))
    try:
        try:
            return load_interpreter(runtime.module, model, KERNELS[kernels], num_threads=threads)
        except (ValueError, RuntimeError):
            if kernels != "reference" or runtime.name != "litert":
                raise
            from .operator_versions import for_reference_kernels  # its schema comes with LiteRT

            return load_interpreter(runtime.module, for_reference_kernels(model), KERNELS[kernels], num_threads=threads)
    except (ValueError, RuntimeError) as problem:
        raise UnsupportedModelError(
            f"{runtime.name} {runtime.version} ({kernels} kernels) cannot load the model: "
            f"{first_line(problem)}",
            next_step="the model needs a newer runtime, or holds an operator that this one does not have",
        ) from None


def load_interpreter(
    module: Any, model: bytes, resolver: str = KERNELS["default"], **options: object
) -> tuple[Interpreter, str]:
    """An interpreter of a runtime's `interpreter` module, tensors allocated, and why it has no delegate although it should.

    The default delegate, XNNPACK, prepares every operator that it took over at once, and one that it cannot make then
    ends the whole: those kernels are optional, so the builtin ones answer. What it is known not to make it is not asked
    for. `options`: of the module's Interpreter. Raises its ValueError or RuntimeError, the delegate's where both fail.
    """

    def loaded(which: str) -> Interpreter:
        kernels = getattr(module.OpResolverType, which)
        found: Interpreter = module.Interpreter(model_content=model, experimental_op_resolver_type=kernels, **options)
        found.allocate_tensors()
        return found

    if resolver == KERNELS["default"] and (reason := refused_by_xnnpack(model)):
        return loaded(KERNELS["builtin"]), reason
    try:
        return loaded(resolver), ""
    except (ValueError, RuntimeError) as problem:
        if resolver != KERNELS["default"]:
            raise
        try:
            return loaded(KERNELS["builtin"]), first_line(problem)
        except (ValueError, RuntimeError):
            raise problem from None


def invoke_raw(
    runtime: Runtime, model: bytes, cases: Sequence[Sequence[bytes]], *, kernels: str
) -> list[list[bytes]]:
    """The output bytes of any model for input bytes: per case one entry for each input or output, in the file's order.

    Raises UnsupportedModelError when the runtime cannot run the model.
    """
    interpreter = open_interpreter(runtime, model, kernels=kernels)
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    answers = []
    for case in cases:
        for detail, data in zip(inputs, case, strict=True):
            value = np.frombuffer(data, detail["dtype"]).reshape(detail["shape"])
            interpreter.set_tensor(detail["index"], value)
        try:
            interpreter.invoke()
        except RuntimeError as problem:
            raise UnsupportedModelError(
                f"{runtime.name} {runtime.version} ({kernels} kernels) stopped while it ran the model: "
                f"{first_line(problem)}"
            ) from None
        answers.append([interpreter.get_tensor(detail["index"]).tobytes() for detail in outputs])
    return answers


def delegation(interpreter: Interpreter) -> Delegation:
    """Which operators a delegate runs.

    The runtimes list a delegate's node after the operators it replaces, with the tensors at its border: the
    replaced operators are those met on the way back from its outputs to its inputs.
    """
    nodes = interpreter._get_ops_details()
    plain = [node for node in nodes if node["op_name"] != "DELEGATE"]
    pieces = [node for node in nodes if node["op_name"] == "DELEGATE"]
    makers = {int(tensor): node["index"] for node in plain for tensor in node["outputs"]}
    inputs = {node["index"]: [int(tensor) for tensor in node["inputs"]] for node in plain}
    taken: set[int] = set()
    for piece in pieces:
        border = {int(tensor) for tensor in piece["inputs"]}
        waiting = [int(tensor) for tensor in piece["outputs"]]
        while waiting:
            tensor = waiting.pop()
            node = makers.get(tensor)
            if node is None or tensor in border or node in taken:
                continue
            taken.add(node)
            waiting += inputs[node]
    return Delegation(partitions=len(pieces), operators=len(taken), all_operators=len(plain))


def first_line(problem: BaseException) -> str:
    """The first line of a library's message, bounded and printable."""
    text = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
    return "".join(c if c.isprintable() else "?" for c in text)[:300]
