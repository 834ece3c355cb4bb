"""What 16-bit activations must suit: which targets run them at all, and what their interpreters read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..target import Target
from ..tflite.versions import floor_of, version_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """What a 16x8 file must suit: `reads`, the operator versions that the targets' interpreters read, and
    whether our C compiler must take it. `layers`: tensor name -> Keras layer, for names."""

    reads: tuple[str, ...] = ()
    compiled: bool = False
    layers: Mapping[str, str] = field(default_factory=dict)


def int16_refusals(targets: Sequence[Target]) -> tuple[str, ...]:
    """Why 16x8 files with int8 edges are not for these targets, one sentence per target; empty when all run them.

    A target says so itself (fact `int16-activations` = 0: NPUs), or its interpreter is older than the widening
    QUANTIZE, which every such file holds.
    """
    said = []
    floor = floor_of("QUANTIZE", 4)
    for target in targets:
        if target.number("int16-activations") == 0:
            said.append(
                f"{target.name} has no int16 activations ({target.facts['int16-activations'].source})"
            )
            continue
        for runtime in target.runtimes:
            reads = runtime.operators or runtime.version
            if runtime.name not in ("tflm", "c") and version_key(reads) < version_key(floor):
                said.append(
                    f"{target.name} has {runtime.name} {runtime.version}, which reads operator versions up to {reads}; "
                    f"QUANTIZE from int8 to int16 needs {floor}"
                )
                break
    return tuple(said)


def suits(targets: Sequence[Target], layers: Mapping[str, str]) -> Wide:
    """What 16x8 files for these targets must suit."""
    runtimes = [runtime for target in targets for runtime in target.runtimes]
    reads = {r.operators or r.version for r in runtimes if r.name not in ("tflm", "c")}
    return Wide(reads=tuple(sorted(reads)), compiled=any(r.name == "c" for r in runtimes), layers=layers)
