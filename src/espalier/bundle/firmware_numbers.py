"""Numbers beside the image in a firmware library: <id>_numbers.c turns them into bytes of the model, and the programs give
them behind the image in one buffer.

The arithmetic is that of fed.py, in double precision without a function of <math.h>: equal bytes on every core.
"""

from __future__ import annotations

import itertools
from math import prod
from typing import Final

import numpy as np

from ..emit import c_text as c
from ..errors import BugError, VerificationError
from ..facts import BundleSource, GoldenVector, TensorFacts
from ..recipe_numbers import InputNumbers
from .firmware_text import header, prefix
from .number_cases import columns_of, told_ranges, wanted

INPUT: Final = "static int8_t input[XMODEL_INPUT_BYTES];"
BOTH: Final = "static int8_t input[XMODEL_FED_BYTES]; /* the image, then the numbers beside it */"
COPY: Final = "  memcpy(interpreter->input(0)->data.int8, from, XMODEL_INPUT_BYTES);\n"

_ENTER: Final = """\
#include "xmodel_numbers.h"

typedef struct {
  double low, high, mean, std; /* in the units of the value */
  double scale;                /* of the input: real = scale * (byte - zero point) */
  int32_t zero_point;
} xmodel_column;

static const xmodel_column xmodel_columns[XMODEL_NUMBERS] = {
@ROWS@
};

int xmodel_enter_numbers(const double *values, int8_t *numbers) {
  int32_t i;
  for (i = 0; i < XMODEL_NUMBERS; i++) {
    const xmodel_column *column = &xmodel_columns[i];
    double value = values[i], step;
    int32_t whole;
    if (!(value <= column->low) && !(value >= column->low)) return -1; /* not a number */
    if (value < column->low) value = column->low;
    if (value > column->high) value = column->high;
    step = (double)(float)((value - column->mean) / column->std) / column->scale + 0.5;
    if (step < -512.0) step = -512.0;
    if (step > 511.0) step = 511.0;
    whole = (int32_t)step;
    if ((double)whole > step) whole--; /* down, also below 0 */
    whole += column->zero_point;
    numbers[i] = (int8_t)(whole < -128 ? -128 : whole > 127 ? 127 : whole);
  }
  return 0;
}
"""


def number_files(source: BundleSource) -> dict[str, str]:
    """<id>_numbers.h and .c, and the known numbers; none where the model takes none."""
    if not source.numbers:
        return {}
    name = prefix(source)
    told = [c.comment(f"{at}: {column}, {one.ends[place][0]:g} to {one.ends[place][1]:g}")
            for at, (column, one, place, _) in enumerate(columns_of(source))]  # fmt: skip
    lines = [
        "#include <stdint.h>",
        "",
        c.include(f"{name}_contract.h"),
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        c.comment("Turns numbers in their units into bytes of the network's input, held to their range; order:"),
        *told,
        c.comment("Returns 0, or -1 when one is not a number."),
        f"int {name}_enter_numbers(const double *values, int8_t *numbers);",
        "",
        c.comment("What the first known picture was answered with."),
        f"extern const double {name}_known_numbers[{len(list(columns_of(source)))}];",
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
    ]
    rows = "\n".join(f"    {{{', '.join(_row(one, at, facts))}}}," for _, one, at, facts in columns_of(source))
    known = ", ".join(_double(value) for value in _first(source).numbers)
    code = _ENTER.replace("@ROWS@", rows).replace("xmodel", name).replace("XMODEL", name.upper())
    return {
        f"{name}_numbers.h": header(source, "numbers", lines),
        f"{name}_numbers.c": f"{code}\nconst double {name}_known_numbers[] = {{{known}}};\n",
    }


def contract_lines(source: BundleSource) -> list[str]:
    """Macros: how many numbers, and the bytes of the image and the numbers together."""
    if not source.numbers:
        return []
    macro, count = prefix(source).upper(), len(source.contract.columns)
    return [
        c.comment("numbers beside the image, and all that the network is fed"),
        c.define(f"{macro}_NUMBERS", count),
        c.define(f"{macro}_FED_BYTES", prod(source.contract.shape) + count),
    ]


def numbered(source: BundleSource, written: str) -> str:
    """An example or a self-test that gives the numbers behind the image, where the model takes any."""
    if not source.numbers:
        return written
    name = prefix(source)
    ends = _starts(source)
    image = "input + XMODEL_INPUT_BYTES"
    behind = ", ".join(image + (f" + {start}" if start else "") for start in ends[:-1])
    entered = f"xmodel_enter_numbers(numbers, {image})"
    copies = "".join(
        f"  memcpy(interpreter->input({place})->data.int8, from + XMODEL_INPUT_BYTES + {start}, {stop - start});\n"
        for place, (start, stop) in enumerate(itertools.pairwise(ends), 1)
    )
    known = "  const double *numbers = xmodel_known_numbers; /* put what you measured here */\n"
    changes = {
        INPUT: BOTH,
        "XMODEL_INPUT_BYTES; i++) input[i] = (int8_t)(known->pixels": "XMODEL_FED_BYTES; i++) input[i] = (int8_t)(known->pixels",
        "xmodel_run(arena, input, ": f"xmodel_run(arena, input, {behind}, ",
        "  if (xmodel_prepare(&image, input) != 0 || ": f"  if (xmodel_prepare(&image, input) != 0 || {entered} != 0 || ",
        "  if (xmodel_prepare(&image, input) == 0 && ": known + f"  if (xmodel_prepare(&image, input) == 0 && {entered} == 0 && ",
        "  const xmodel_image image = next_image();\n": f"  const xmodel_image image = next_image();\n{known}",
        COPY: COPY + copies,
    }
    for old, new in changes.items():
        written = written.replace(_named(old, name), _named(new, name))
    return written


def run_words(source: BundleSource) -> str:
    """README: what stands between the image and the outputs in a call of the network."""
    if not source.numbers:
        return ""
    macro = prefix(source).upper()
    behind = _starts(source)[:-1]
    return "".join(f" input + {macro}_INPUT_BYTES{f' + {start}' if start else ''}," for start in behind)


def use_words(source: BundleSource) -> str:
    """README: the line that enters the numbers."""
    if not source.numbers:
        return ""
    name = prefix(source)
    return (
        f"double numbers[] = {{{', '.join(source.contract.columns)}}};   /* as measured, in the units of the training csv */\n"
        f"{name}_enter_numbers(numbers, input + {name.upper()}_INPUT_BYTES);\n"
    )


def said(source: BundleSource) -> str:
    """README: which numbers, and how fine."""
    if not source.numbers:
        return ""
    return f"\n- Beside the image the network takes numbers, held to their range: {told_ranges(source)}."


def compare(answers: bytes, tried: list[tuple[float, ...]], source: BundleSource) -> None:
    """Raise VerificationError at the first numbers that became other bytes than here."""
    size = 4 + len(source.contract.columns)
    for place, values in enumerate(tried):
        given = answers[place * size : (place + 1) * size]
        if given != bytes(4) + bytes(byte ^ 0x80 for byte in wanted(values, source)):
            raise VerificationError(f"the numbers {list(values)} became other bytes: {given[4:].hex()}")


def _starts(source: BundleSource) -> list[int]:
    """Where each vector begins behind the image, and their end."""
    return [0, *np.cumsum([prod(facts.shape) for facts in source.numbers]).tolist()]


def _row(one: InputNumbers, at: int, facts: TensorFacts) -> list[str]:
    values = (*one.ends[at], one.column_mean[at], one.column_std[at], facts.scale)
    return [*map(_double, values), c.literal_in_sum(facts.zero_point)]


def _double(value: float) -> str:
    """A double literal, exact, by C99's hexadecimal notation."""
    return float(value).hex()


def _first(source: BundleSource) -> GoldenVector:
    if not source.golden:
        raise BugError("a bundle with numbers without golden vectors")
    return source.golden[0]


def _named(written: str, name: str) -> str:
    return written.replace("xmodel", name).replace("XMODEL", name.upper())
