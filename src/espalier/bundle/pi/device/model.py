"""The model's folder, the runtime that runs it, and the decision on its output."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .problem import DIFFERS, MISSING, Problem

Pixels = NDArray[np.uint8]

RUNTIMES = (
    ("ai-edge-litert", "ai_edge_litert.interpreter"),
    ("tflite-runtime", "tflite_runtime.interpreter"),
    ("tensorflow", "tensorflow.lite"),
)
"""Distribution and module, in order of preference."""


class Contract(NamedTuple):
    """How an image becomes the model's input; see `prepare`. `bands`: channels of an image whose color is bands."""

    size: tuple[int, int]
    color: str
    resize: str
    fit: str
    bands: int = 0

    @property
    def source_channels(self) -> int:
        """Channels of an image before it is prepared."""
        return self.bands if self.color == "bands" else 3


class Place(NamedTuple):
    """Where this program lies: its launcher, its package's name, the model's folder, its virtual
    environment."""

    program: Path
    package: str
    share: Path
    venv: Path


class Head(NamedTuple):
    """An output whose values are read as they are: real = scale * (byte - zero_point)."""

    name: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int


class Model(NamedTuple):
    """The model's folder, read: what model.json says, and where the .tflite is. `heads`: of a model without labels."""

    path: Path
    facts: dict[str, Any]
    contract: Contract
    labels: tuple[str, ...]
    scale: float
    zero_point: int
    threshold: float
    heads: tuple[Head, ...] = ()


def load_model(folder: Path) -> Model:
    """Read model.json beside the model and hold the .tflite against its digest."""
    try:
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        path = folder / facts["file"]
        data = path.read_bytes()
    except (OSError, ValueError, KeyError) as problem:
        raise Problem(f"no model in {folder} ({problem}); next: reinstall the package", MISSING) from None
    if hashlib.sha256(data).hexdigest() != facts["sha256"]:
        raise Problem(f"{path} is not the file that was built; next: reinstall the package", DIFFERS)
    given, output = facts["contract"], facts["output"]
    return Model(
        path=path,
        facts=facts,
        contract=Contract(
            (given["size"][0], given["size"][1]),
            given["color"],
            given["resize"],
            given["fit"],
            given.get("bands", 0),
        ),
        labels=tuple(facts["labels"]),
        scale=output["scale"],
        zero_point=output["zero_point"],
        threshold=facts["threshold"],
        heads=tuple(
            Head(head["name"], tuple(head["shape"][1:]), head["scale"], head["zero_point"])
            for head in facts.get("heads", ())
        ),
    )


class Runtime(NamedTuple):
    """An interpreter that could be imported."""

    name: str
    version: str
    module: Any


def load_runtime() -> tuple[Runtime | None, list[str]]:
    """The first runtime of RUNTIMES that can be imported, and why those before it cannot."""
    missing = []
    for name, module_name in RUNTIMES:
        if importlib.util.find_spec(module_name.split(".")[0]) is None:
            missing.append(f"{name}: not installed")
            continue
        try:
            return Runtime(name, version_of(name), importlib.import_module(module_name)), missing
        except (ImportError, AttributeError, OSError, RuntimeError, SystemError) as problem:
            missing.append(f"{name}: {(str(problem) or type(problem).__name__).splitlines()[0]}")
    return None, missing


def version_of(distribution: str) -> str:
    """The installed version of a distribution."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown version"


def open_interpreter(module: Any, path: Path, threads: int) -> Any:
    """An interpreter with its tensors allocated; on the builtin kernels where the default delegate refuses the model."""
    found = module.Interpreter(model_path=str(path), num_threads=threads)
    try:
        found.allocate_tensors()
    except (RuntimeError, ValueError):
        kinds = getattr(module, "OpResolverType", None) or module.experimental.OpResolverType
        plain = kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        found = module.Interpreter(model_path=str(path), num_threads=threads, experimental_op_resolver_type=plain)
        found.allocate_tensors()
    return found


class Engine:
    """The model in the first runtime that there is: uint8 [h, w, c] -> uint8 [values], one head after the other."""

    def __init__(self, model: Model, threads: int) -> None:
        runtime, missing = load_runtime()
        if runtime is None:
            raise Problem(
                f"no runtime ({'; '.join(missing)}); next: run install-runtime, or doctor to see more",
                MISSING,
            )
        self.runtime = runtime
        self._interpreter = open_interpreter(runtime.module, model.path, threads)
        self._inputs = [detail["index"] for detail in self._interpreter.get_input_details()]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]

    def run(self, pixels: Pixels, beside: Sequence[Pixels] = ()) -> Pixels:
        """One answer: the output bytes. `beside`: the bytes of every other input."""
        for index, values in zip(self._inputs, (pixels, *beside), strict=True):
            self._interpreter.set_tensor(index, values[None])
        self._interpreter.invoke()
        outputs = [self._interpreter.get_tensor(index).reshape(-1) for index in self._outputs]
        return outputs[0] if len(outputs) == 1 else np.concatenate(outputs)


def real_values(output: NDArray[Any], model: Model) -> dict[str, Any]:
    """The values of each head in its shape, as lists by its name."""
    found, at = {}, 0
    for head in model.heads:
        count = int(np.prod(head.shape))
        values = head.scale * (output[at : at + count].astype(np.float64) - head.zero_point)
        found[head.name] = np.round(values, 6).reshape(head.shape).tolist()
        at += count
    return found


def named_values(output: NDArray[Any], model: Model) -> dict[str, Any]:
    """The numbers by their names, where the model has such; else the values of each head."""
    found, names = real_values(output, model), model.facts.get("numbers", ())
    flat = [float(value) for values in found.values() for value in np.ravel(values)]
    return {name: flat[place] for place, name in enumerate(names)} if len(names) == len(flat) else found


class Decision(NamedTuple):
    """`label` is the best one, `answer` that label or "review"; confidence 0..1."""

    answer: str
    label: str
    confidence: float


def decide(output: Pixels, model: Model, threshold: float) -> Decision:
    """The first largest output; "review" when its confidence is below the threshold."""
    best = int(np.argmax(output))
    label = model.labels[best]
    confidence = model.scale * (int(output[best]) - model.zero_point)
    return Decision("review" if confidence < threshold else label, label, confidence)
