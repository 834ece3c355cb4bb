"""The program around a program: golden cases, stack and arena painting, for a bare board under QEMU."""

from __future__ import annotations

from collections.abc import Sequence

from ..detector import Detector
from ..graph.types import Graph
from . import c_text as c
from .golden_boxes import boxes_further
from .selftest import Further, GoldenCase, golden_arrays, golden_comparison, golden_run, outputs_of

_PAINT, _GUARD = 0xA5, 64


def write_cases(
    prefix: str, graph: Graph, arena_bytes: int, golden: Sequence[GoldenCase], detector: Detector | None = None
) -> str:
    """`cases.c`: run_cases() returns 0, or the number of the first check that failed."""
    further = boxes_further(prefix, graph, golden, detector, failure="5") if detector else Further()
    boxes = [f"static {prefix}_box boxes[{prefix.upper()}_BOX_ROOM];"] if detector else []
    room = arena_bytes + _GUARD
    paint = c.literal(c.Name(f"{_PAINT}u"))
    body = [
        "int32_t n, i;",
        "uint32_t top, used = 0u, stack = 0u;",
        *further.variables,
        "count_begin();",
        "count_end();",
        *c.loop(
            "n",
            len(golden),
            [
                *c.loop("i", room, [f"arena[i] = {paint};"]),
                "top = paint_stack();",
                "count_begin();",
                f"i = {golden_run(prefix, graph)};",
                "count_end();",
                "if (stack_used(top) > stack) stack = stack_used(top);",
                "if (i != 0) return 1;",
                *golden_comparison(graph, "2"),
                *further.comparison,
                f"for (i = {arena_bytes}; i < {room}; i++) if (arena[i] != {paint}) return 3;",
                *c.loop(
                    "i",
                    arena_bytes,
                    [f"if (arena[i] != {paint} && used <= (uint32_t)i) used = (uint32_t)i + 1u;"],
                ),
            ],
        ),
        f"if ({prefix}_check() != 0) return 4;",
        'report("stack", stack);',
        'report("arena", used);',
        "return 0;",
    ]
    lines = [
        c.include("boot.h"),
        c.include(f"{prefix}.h"),
        "",
        *golden_arrays(golden, graph),
        *further.arrays,
        *boxes,
        f"static uint8_t arena[{room}] __attribute__((aligned(16)));",
        *(f"static {end.ctype} {end.name}[{end.elements}];" for end in outputs_of(graph)),
        "",
        *c.function("int run_cases(void)", body),
    ]
    return "\n".join(lines) + "\n"
