"""Open Inference Protocol v2, the part over HTTP: what a model takes and gives, and the tensors of a request and an answer.

Tensors are JSON numbers, or raw bytes behind the JSON (extension binary_tensor_data, header Inference-Header-Content-Length).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..model import Head, Pixels
from ..numbers import Vector, entered
from ..problem import Problem
from .serving import Serving

EXTENSIONS = ("binary_tensor_data",)
TYPES: dict[str, np.dtype[Any]] = {"UINT8": np.dtype("u1"), "FP32": np.dtype("<f4")}
MOST_BATCH = 32
"""Images of one request; they are run one after the other, as the network takes one."""
IMAGE, NUMBERS = "image", "numbers"


class Infer(NamedTuple):
    """A request, read: prepared pixels of each image, the bytes beside it, the outputs that are wanted (in binary or not)."""

    id: str
    pixels: Pixels
    beside: list[tuple[Pixels, ...]]
    outputs: dict[str, bool]


class _Tensor(NamedTuple):
    shape: list[int]
    datatype: str
    values: NDArray[Any]


def heads_of(serving: Serving) -> tuple[Head, ...]:
    """The outputs in their order; a classifier's is called `output`."""
    model = serving.model
    shape = tuple(int(side) for side in model.facts["output"]["shape"][1:])
    return model.heads or (Head("output", shape, model.scale, model.zero_point),)


def inputs_of(serving: Serving) -> list[dict[str, Any]]:
    """The inputs as metadata names them."""
    rows: list[dict[str, Any]] = [{"name": IMAGE, "datatype": "UINT8", "shape": [-1, *serving.shape]}]
    columns = sum(len(vector.columns) for vector in serving.vectors)
    return rows + ([{"name": NUMBERS, "datatype": "FP32", "shape": [-1, columns]}] if columns else [])


def metadata(serving: Serving) -> dict[str, Any]:
    """GET /v2/models/NAME."""
    named = serving.named
    outputs = [
        {
            "name": head.name,
            "datatype": "UINT8",
            "shape": [-1, *head.shape],
            "parameters": {"scale": head.scale, "zero_point": head.zero_point},
        }
        for head in heads_of(serving)
    ]
    return {
        "name": named["name"],
        "versions": [named["version"]],
        "platform": "litert_tflite",
        "inputs": inputs_of(serving),
        "outputs": outputs,
        "parameters": {"sha256": serving.sha256, "labels": list(serving.model.labels)},
    }


def read_infer(body: bytes, header_length: int | None, serving: Serving) -> Infer:
    """The tensors of a request. Raises Problem with what was wrong and what is expected."""
    length = len(body) if header_length is None else header_length
    if not 0 < length <= len(body):
        raise Problem(f"Inference-Header-Content-Length is {length}, the body has {len(body)} bytes")
    try:
        request = json.loads(body[:length])
    except (ValueError, RecursionError):
        raise Problem("the body is no JSON") from None
    if not isinstance(request, dict) or not isinstance(request.get("inputs"), list):
        raise Problem('the body is no object with a list "inputs"')
    named = {row["name"]: row for row in inputs_of(serving)}
    found: dict[str, _Tensor] = {}
    at = length
    for given in request["inputs"]:
        if not isinstance(given, dict) or given.get("name") not in named:
            name = given.get("name") if isinstance(given, dict) else given
            raise Problem(f"there is no input {str(name)[:80]!r}; the inputs are {_said(named.values())}")
        tensor, at = _tensor(given, named[given["name"]], body, at)
        found[given["name"]] = tensor
    if at != len(body):
        raise Problem(f"{len(body) - at} bytes follow the tensors")
    missing = [name for name in named if name not in found]
    if missing:
        raise Problem(f"input {missing[0]} is missing; the inputs are {_said(named.values())}")
    pixels = found[IMAGE].values.reshape(found[IMAGE].shape)
    beside = _beside(found.get(NUMBERS), len(pixels), serving.vectors)
    return Infer(str(request.get("id", "")), pixels, beside, _wanted(request, serving))


def _said(rows: Any) -> str:
    return ", ".join(f"{row['name']} {row['datatype']} {row['shape']}" for row in rows)


def _tensor(given: Mapping[str, Any], row: Mapping[str, Any], body: bytes, at: int) -> tuple[_Tensor, int]:
    name, shape, expected = row["name"], given.get("shape"), row["shape"]
    fits = (
        isinstance(shape, list)
        and all(type(side) is int and side > 0 for side in shape)
        and len(shape) == len(expected)
        and shape[1:] == expected[1:]
    )
    if not isinstance(shape, list) or not fits:
        raise Problem(f"{name} has the shape {str(shape)[:80]}, expected {expected} with 1 to {MOST_BATCH} images")
    if shape[0] > MOST_BATCH:
        raise Problem(f"{name} has {shape[0]} images, at most {MOST_BATCH} are answered at once")
    if given.get("datatype") != row["datatype"]:
        raise Problem(f"{name} is of type {str(given.get('datatype'))[:20]}, expected {row['datatype']}")
    kind, count = TYPES[row["datatype"]], math.prod(shape)
    parameters = given.get("parameters") or {}
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is not None:
        if size != count * kind.itemsize or at + size > len(body):
            raise Problem(f"{name} has {size} bytes, the shape {shape} needs {count * kind.itemsize}")
        return _Tensor(shape, row["datatype"], np.frombuffer(body, kind, count, at)), at + size
    return _Tensor(shape, row["datatype"], _numbers(given.get("data"), kind, count, name)), at


def _numbers(data: Any, kind: np.dtype[Any], count: int, name: str) -> NDArray[Any]:
    try:
        values = np.asarray(data, np.float64 if kind.kind == "f" else None).reshape(-1)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Problem(f"{name}: its data are no numbers") from None
    if len(values) != count:
        raise Problem(f"{name} has {len(values)} values, its shape needs {count}")
    if kind.kind == "f":
        return values.astype(kind)
    if values.dtype.kind != "i" or int(values.min()) < 0 or int(values.max()) > 255:
        raise Problem(f"{name} holds values that are no whole numbers from 0 to 255")
    return values.astype(np.uint8)


def _beside(tensor: _Tensor | None, images: int, vectors: Sequence[Vector]) -> list[tuple[Pixels, ...]]:
    if tensor is None:
        return [()] * images
    rows = tensor.values.reshape(tensor.shape)
    if len(rows) != images or not bool(np.isfinite(rows).all()):
        raise Problem(f"{NUMBERS} must hold a row of finite numbers for each of {images} images")
    return [entered([float(value) for value in row], vectors) for row in rows]


def _wanted(request: Mapping[str, Any], serving: Serving) -> dict[str, bool]:
    names = [head.name for head in heads_of(serving)]
    parameters = request.get("parameters")
    binary = isinstance(parameters, dict) and parameters.get("binary_data_output") is True
    asked = request.get("outputs")
    if asked is None or asked == []:
        return dict.fromkeys(names, binary)
    wanted: dict[str, bool] = {}
    for one in asked if isinstance(asked, list) else [None]:
        if not isinstance(one, dict) or one.get("name") not in names:
            raise Problem(f"there is no such output; the outputs are {', '.join(names)}")
        own = one.get("parameters")
        own = own if isinstance(own, dict) else {}
        wanted[one["name"]] = own.get("binary_data", binary) is True
    return wanted


def written(request: Infer, outputs: Sequence[Pixels], serving: Serving) -> tuple[bytes, int | None]:
    """The body of an answer, and how much of it is JSON where raw tensors follow."""
    named, rows, tail, at = serving.named, [], [], 0
    flat = np.stack(outputs)
    for head in heads_of(serving):
        count = math.prod(head.shape)
        values, at = flat[:, at : at + count], at + count
        if head.name not in request.outputs:
            continue
        row: dict[str, Any] = {"name": head.name, "datatype": "UINT8", "shape": [len(flat), *head.shape]}
        if request.outputs[head.name]:
            tail.append(np.ascontiguousarray(values).tobytes())
            row["parameters"] = {"binary_data_size": len(tail[-1])}
        else:
            row["data"] = values.reshape(-1).tolist()
        rows.append(row)
    answer: dict[str, Any] = {"model_name": named["name"], "model_version": named["version"], "outputs": rows}
    answer |= {"parameters": {"sha256": serving.sha256}} | ({"id": request.id} if request.id else {})
    head_bytes = json.dumps(answer).encode()
    return head_bytes + b"".join(tail), len(head_bytes) if tail else None
