"""Known answers inside the program: the device proves itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from espalier.emit import c_text as c


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCase:
    """Bytes of the input and of the output that the named reference gave for it."""

    input: bytes
    output: bytes


def write_selftest(prefix: str, golden: Sequence[GoldenCase]) -> str:
    """The file `<name>_selftest.c`."""
    macro = prefix.upper()
    lines = [
        c.comment("Known answers. Leave this file out when flash is short."),
        c.include(f"{prefix}.h"),
        "",
    ]
    inputs = np.stack([np.frombuffer(case.input, np.int8) for case in golden])
    outputs = np.stack([np.frombuffer(case.output, np.int8) for case in golden])
    lines += [c.array("golden_input", inputs), "", c.array("golden_output", outputs), ""]
    compare = [
        f"if (output[i] != golden_output[n * {macro}_OUTPUT_BYTES + i]) return {macro}_MISMATCH;",
    ]
    run = f"int status = {prefix}_run(arena, golden_input + n * {macro}_INPUT_BYTES, output);"
    body = [
        "int32_t n, i;",
        *c.loop(
            "n",
            len(golden),
            [
                run,
                f"if (status != {macro}_OK) return status;",
                *c.loop("i", outputs.shape[1], compare),
            ],
        ),
        f"return {macro}_OK;",
    ]
    lines += c.function(f"int {prefix}_selftest(void *arena, int8_t *output)", body)
    return "\n".join(lines) + "\n"
