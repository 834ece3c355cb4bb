"""Random operators as C, compiled for this machine: what several tests compare with the numpy reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from c_batch import make_batch, native
from single_op_cases import random_case

from espalier.emit.kernel_table import lower
from espalier.errors import UnsupportedModelError
from espalier.graph import reference
from espalier.graph.types import Array, Graph

Case = tuple[Graph, list[Array], str]
UNGENERATED = {"shape"}


def compiled(cases: Sequence[Case]) -> list[Case]:
    """Those that the kernels take (batches of images are refused)."""
    taken = []
    for graph, inputs, name in cases:
        try:
            for index in range(len(graph.ops)):
                lower(graph, index)
        except UnsupportedModelError:
            continue
        taken.append((graph, inputs, name))
    return taken


def assert_exact(
    cases: Sequence[Case],
    folder: Path,
    *flags: str,
    optimize: str = "speed",
    isa: str = "portable",
    wanted_kernel: bytes = b"",
) -> None:
    batch = make_batch([graph for graph, _, _ in cases], optimize=optimize, isa=isa)
    if wanted_kernel:
        assert batch.files["cases.c"].count(wanted_kernel) > len(cases) // 2
    with native(batch, folder, *flags) as programs:
        for number, (graph, inputs, name) in enumerate(cases):
            wanted = reference.run(graph, inputs)
            for got, want in zip(programs.run(number, inputs), wanted, strict=True):
                assert got.tobytes() == np.ascontiguousarray(want).tobytes(), (
                    f"{name}: {int((got != want).sum())} differ"
                )


def random_cases(kinds: Sequence[str], count: int, dtype: str, first: int = 0) -> list[Case]:
    return compiled(
        [
            (*random_case(kind, seed, dtype), f"{kind} {dtype} seed {seed}")
            for kind in kinds
            for seed in range(first, first + count)
        ]
    )
