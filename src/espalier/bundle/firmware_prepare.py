"""The preprocessing in a firmware library: its words as macros, its stack, and what smooths and balances where a contract says
so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from ..emit import c_text as c
from ..errors import BugError
from ..facts import BundleSource
from ..recipe import Balance, Color, Fit, InputContract, Resize, Smooth
from .firmware_text import prefix, template

COLUMN_BYTES: Final = 16
"""Stack of `prepare` per output column: struct taps, padded."""
PREPARE_BYTES: Final = 576
"""Stack of `prepare_rgb888` beside the columns: at most 460 by -fstack-usage of GCC 12 on Cortex-M4, optimised."""
SMOOTH_BYTES: Final = 256
"""Stack of smoothing beside its two rows: at most 224 by -fstack-usage of GCC 12 on x86-64, -O0 to -O3."""
BALANCE_BYTES: Final = 1_600
"""Stack of the histogram and the table of a balance, and of the functions around them: at most 1,560 by the same."""


def word_lines(macro: str, contract: InputContract) -> list[str]:
    """A number for each word of the contract, and which of them it says."""
    chosen: list[tuple[str, Any, str]] = [
        ("RESIZE", Resize, contract.resize),
        ("FIT", Fit, contract.fit),
        ("COLOR", Color, contract.color),
    ]
    if contract.retouches:
        chosen += [("SMOOTH", Smooth, contract.smooth), ("BALANCE", Balance, contract.balance)]
    lines = []
    for key, words, word in chosen:
        lines += [c.define(_name(macro, key, name), index) for index, name in enumerate(get_args(words))]
        lines.append(c.define(f"{macro}_{key}", c.Name(_name(macro, key, word))))
    return lines


def _name(macro: str, key: str, word: str) -> str:
    return f"{macro}_{key}_{word.upper().replace('-', '_')}"


def retouching(source: BundleSource, files: Mapping[str, str]) -> dict[str, str]:
    """What a contract that smooths or balances changes in and adds to the texts of src/: <id>_retouch.c, which
    <id>_prepare.c calls at its end."""
    if not source.contract.retouches:
        return {}
    name = prefix(source)
    prepare, resized = files[f"{name}_prepare.c"], "  resize(image, from, to, input);\n"
    prepare = _spliced(prepare, resized, f"{resized}  {name}_retouch(input, to.top, to.left, to.height, to.width);\n")
    included = f"{c.include(f'{name}_contract.h')}\n"
    return {
        f"{name}_prepare.c": _spliced(prepare, included, f"{included}{c.include(f'{name}_retouch.h')}\n"),
        **{f"{name}_retouch.{end}": template(source, f"xmodel_retouch.{end}") for end in ("h", "c")},
    }


def example_picture(written: str, source: BundleSource) -> str:
    """An application whose known picture is a camera's, of another size, where the network's own would be smoothed or balanced
    a second time."""
    name = prefix(source)
    start, end = f"  image.pixels = {name}_golden_vectors[0].pixels;\n", "  return image;\n"
    if not source.contract.retouches or start not in written:
        return written
    first, last = written.index(start), written.index(end)
    kind = "BANDS" if source.contract.color == "bands" else "RGB888"
    case = f"{name}_golden_cases[0]"
    new = [f"pixels = {case}.rgb", f"width = {case}.width", f"height = {case}.height", "stride = 0"]
    lines = [f"  image.{line};\n" for line in (*new, f"format = {name.upper()}_{kind}")]
    return _spliced(
        written[:first] + "".join(lines) + written[last:], "The known picture already has the network's size and colours.",
        "The known picture is prepared like any other."
    )  # fmt: skip


def _spliced(text: str, place: str, new: str) -> str:
    """The text with the one `place` in it replaced."""
    if text.count(place) != 1:
        raise BugError(f"{place!r} stands {text.count(place)} times in the text")
    return text.replace(place, new)


def prepare_stack(source: BundleSource) -> int:
    """Bytes of stack that `prepare` takes, rounded up."""
    contract = source.contract
    columns = contract.size[1] if contract.resize in ("bilinear", "bicubic") else 0
    rows = SMOOTH_BYTES + 2 * contract.size[1] * contract.channels if contract.smooth != "none" else 0
    balance = BALANCE_BYTES if contract.balance != "none" else 0
    return PREPARE_BYTES + COLUMN_BYTES * columns + (rows + 7) // 8 * 8 + balance
