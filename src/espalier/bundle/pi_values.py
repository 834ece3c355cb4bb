"""What the program on a Pi prints of values, maps and pictures, compared with the golden vectors."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from ..facts import BundleSource, Check, TensorFacts
from ..task.painted import areas_of, map_of
from .debian_answers import vector_check
from .optional_tools import words

MOST_STEPS: Final = 8.5
"""As selftest.MOST_DIFFERENCE on the device, and what printing rounds."""
FARTHEST_SHARE: Final = 0.1
"""Of the pixels of a map: as MOST_DIFFERENCE moves borders."""


def values_check(name: str, done: subprocess.CompletedProcess[bytes], source: BundleSource) -> Check:
    """The values that the program prints of the first golden vector are those of a kernel set, up to its rounding."""
    try:
        heads = msgspec.json.decode(done.stdout)["heads"]
        told = [facts for facts in source.heads if not source.parts or {"outputs", "values"} & set(heads[facts.name])]
        values = heads.values() if not source.parts else _of_parts(heads, told)
        flat = np.concatenate([np.zeros(0), *(np.ravel(one) for one in values)])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    scales, zeros, wanted = (
        np.concatenate([np.zeros(0), *(np.full(int(np.prod(head.shape)), of(head)) for head in heads_)])
        for heads_, of in (
            (told, lambda head: head.scale),
            (told, lambda head: head.zero_point),
            (source.heads, lambda head: float(head in told)),
        )
    )
    known = [
        np.frombuffer(given, np.int8)[wanted > 0].astype(np.float64) - zeros for given in source.golden[0].outputs.values()
    ]
    steps = min(float(np.abs(flat / scales - one).max(initial=0.0)) for one in known)
    if not source.contract.retouches and not steps <= MOST_STEPS:
        why = f"a value is {steps:.1f} steps of int8 from the nearest kernel set's"
        return Check(name=name, tool="classify.py", result="failed", why=why)
    for part, alone in source.deciding():
        row = msgspec.json.encode(heads[part])
        own = subprocess.CompletedProcess(done.args, done.returncode, row, done.stderr)
        check = painted_check(name, own, alone) if alone.paints else None
        check = vector_check(name, own, alone, alone.decision) if alone.task == "embed" and alone.decision else check
        if check is not None and check.result == "failed":
            return msgspec.structs.replace(check, why=f"{part}: {check.why}")
    return Check(name=name, tool="classify.py", version=source.recipe.version, result="passed")


def _of_parts(heads: Mapping[str, Any], told: Sequence[TensorFacts]) -> Iterator[Any]:
    """The values of those of several outputs that tell them: of those that decide from the bytes."""
    for facts in told:
        said = heads[facts.name]
        if "outputs" in said:
            yield facts.scale * (np.array(said["outputs"]) - 128.0 - facts.zero_point)
        else:
            yield np.concatenate([np.ravel(one) for one in said["values"].values()])


def painted_check(name: str, done: subprocess.CompletedProcess[bytes], source: BundleSource) -> Check:
    """The shares that the program prints of the first golden vector are those of a kernel set, or near them where this machine's
    kernels round otherwise; of a picture the size is."""
    name = name.replace("values out", "map out" if source.map else "picture out")
    try:
        row = msgspec.json.decode(done.stdout)
        if source.picture is not None:
            sides = [source.picture.rows, source.picture.columns, source.picture.channels]
            far, what = float(row["size"] != sides), f"a picture of {row['size']}"
        else:
            assert source.map is not None
            shares = np.array([row["shares"][name] for name in source.map.names])
            known = [
                np.array(areas_of(map_of(np.frombuffer(given, np.int8), source.map), source.map))
                for given in source.golden[0].outputs.values()
            ]
            far = min(float(np.abs(shares - one / one.sum()).max()) for one in known)
            what = f"a share {far:.1%} from the nearest kernel set's"
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    if not source.contract.retouches and far > FARTHEST_SHARE:
        return Check(name=name, tool="classify.py", result="failed", why=what)
    return Check(name=name, tool="classify.py", version=source.recipe.version, result="passed")
