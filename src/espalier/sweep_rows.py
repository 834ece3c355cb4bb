"""What a sweep found: a row for each cell of its grid, as sweep.json, the table and the page have it."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal["passed", "failed", "refused", "waiting"]


class SweepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One cell. Figures are those of its report.json; null where the build did not come to them."""

    cell: str
    """Names its folder below the sweep's."""
    recipe: str
    """As the sweep names it."""
    model: str
    """The model's file."""
    targets: tuple[str, ...]
    choices: dict[str, str]
    """What tells it from the other cells: key and value of each list of the sweep."""
    status: Status
    """`failed`: a gate or a check failed, its report tells; `refused`: the build ended with an error; `waiting`: not built
    yet."""
    exit_code: int | None = None
    """What `espalier build` of it ends with."""
    error: str = ""
    """The class of the error; "" where it passed."""
    why: str = ""
    """The error's words."""
    measure: str = ""
    """What the two scores are: top-1, mean IoU, average precision, within tolerance, ..."""
    images: int | None = None
    """That it was measured on."""
    score_float: float | None = None
    """Of the model as it was given, 0 to 1."""
    score_int8: float | None = None
    drop_points: float | None = None
    """Percentage points that int8 lost against the model as it was given."""
    drop_low: float | None = None
    """95 % interval of the quantization's part of it: lower end, upper end."""
    drop_high: float | None = None
    agreement: float | None = None
    """Share of images that int8 answers as the float model does."""
    macs: int | None = None
    """Multiply-accumulates of one inference, after pruning."""
    parameters: int | None = None
    model_bytes: int | None = None
    """Of the int8 .tflite."""
    flash_bytes: int | None = None
    """Code and constants of the compiled program; the largest of several targets, as the two below."""
    arena_bytes: int | None = None
    """RAM for tensors."""
    instructions: int | None = None
    """Of one inference on the emulated core."""
    latency_us: float | None = None
    """Median of int8 on LiteRT, one thread, on the machine that ran the sweep; null where builds ran side by side."""
    bundles: int = 0
    """That were written."""
    seconds: float | None = None
    """That the build took."""
    peak_bytes: int | None = None
    """Memory of all processes of the build."""
    where: str = ""
    """The worker of a cluster that built it; "" for this machine."""
    report_sha256: str = ""
    """Of its report.json; "" where there is none."""
    front: bool = False
    """Whether no other cell of the same targets is at least as good in score, MACs, bytes, flash, RAM and instructions, and
    better in one."""


class SweepReport(msgspec.Struct, frozen=True, kw_only=True):
    """sweep.json: every cell of a sweep, in the order of its grid."""

    name: str
    """The sweep's."""
    columns: tuple[str, ...]
    """Keys of `choices`."""
    rows: tuple[SweepRow, ...]
    exit_code: int = 0
    """What `espalier sweep` ended with: 0 where every cell passed."""
    warnings: tuple[str, ...] = ()
    """What a person should read."""
    machine: dict[str, str] = {}
    """CPU, system and versions of the machine that ran the sweep."""
    format: str = "espalier-sweep/1"
    """Changes with anything but a new key."""


ORDER: tuple[int, ...] = (70, 7, 6, 3, 2, 4, 5)
"""Exit codes of cells that did not pass, the one that a sweep ends with first: a failed gate is the mildest."""

BETTER: tuple[tuple[str, int], ...] = (
    ("score_int8", -1),
    ("macs", 1),
    ("model_bytes", 1),
    ("flash_bytes", 1),
    ("arena_bytes", 1),
    ("instructions", 1),
)
"""What cells are compared in for the front, and whether less (1) or more (-1) of it is better."""


def with_front(rows: tuple[SweepRow, ...]) -> tuple[SweepRow, ...]:
    """The rows, each with whether it is on the front. Compared are cells that were built for the same targets
    and measured alike."""
    return tuple(
        msgspec.structs.replace(
            row, front=row.score_int8 is not None and not any(_beats(other, row) for other in rows if other is not row)
        )
        for row in rows
    )


def _beats(one: SweepRow, other: SweepRow) -> bool:
    if one.score_int8 is None or (one.measure, one.images, one.targets) != (other.measure, other.images, other.targets):
        return False
    pairs = [(sign * a, sign * b) for name, sign in BETTER if (a := getattr(one, name)) is not None
             and (b := getattr(other, name)) is not None]  # fmt: skip
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def exit_code_of(rows: tuple[SweepRow, ...]) -> int:
    """0 where every cell passed, else the first of ORDER that a cell ended with."""
    codes = {row.exit_code or 0 for row in rows} - {0}
    return next((code for code in ORDER if code in codes), max(codes, default=0))
