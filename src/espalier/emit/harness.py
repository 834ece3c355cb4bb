"""The program around a program: golden cases, stack and arena painting, for a bare board under QEMU."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from espalier.emit import c_text as c
from espalier.emit.selftest import GoldenCase

_PAINT, _GUARD = 0xA5, 64


def write_cases(
    prefix: str, arena_bytes: int, golden: Sequence[GoldenCase], *, input_bytes: Sequence[int] = ()
) -> str:
    """`cases.c`: run_cases() returns 0, or the number of the first check that failed.

    ``input_bytes``: the sizes of the network's inputs, which lie one after the other in a case's input; one
    input when left out.
    """
    inputs = np.stack([np.frombuffer(case.input, np.int8) for case in golden])
    outputs = np.stack([np.frombuffer(case.output, np.int8) for case in golden])
    room, size = arena_bytes + _GUARD, outputs.shape[1]
    paint = c.literal(c.Name(f"{_PAINT}u"))
    starts = np.cumsum([0, *input_bytes[:-1]]).tolist()
    given = ", ".join(f"golden_input + n * {inputs.shape[1]} + {start}" for start in starts)
    run = f"{prefix}_run(arena, {given}, output)"
    body = [
        "int32_t n, i;",
        "uint32_t top, used = 0u, stack = 0u;",
        "count_begin();",
        "count_end();",
        *c.loop(
            "n",
            len(golden),
            [
                *c.loop("i", room, [f"arena[i] = {paint};"]),
                "top = paint_stack();",
                "count_begin();",
                f"i = {run};",
                "count_end();",
                "if (stack_used(top) > stack) stack = stack_used(top);",
                "if (i != 0) return 1;",
                *c.loop("i", size, [f"if (output[i] != golden_output[n * {size} + i]) return 2;"]),
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
        c.array("golden_input", inputs),
        "",
        c.array("golden_output", outputs),
        "",
        f"static uint8_t arena[{room}] __attribute__((aligned(16)));",
        f"static int8_t output[{size}];",
        "",
        *c.function("int run_cases(void)", body),
    ]
    return "\n".join(lines) + "\n"
