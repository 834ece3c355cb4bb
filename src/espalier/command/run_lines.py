"""What `espalier run` prints for people."""

from __future__ import annotations

from ..run_rows import RunRow, RunSummary
from ..stages.trial import Subject, Tried
from ..visible import shown


def row_line(one: Tried | RunRow, subject: Subject, *, times: bool = False) -> str:
    """One image: its name, the answer, what the float model says where it was asked, and the time. Fields are parted by tabs."""
    if isinstance(one, RunRow):
        return f"{shown(one.image)}\tcannot be read\t{one.problem}"
    unit = f" {subject.known.unit}" if subject.known.unit else ""
    fields = [shown(one.row.image), *one.words]
    if unit:
        fields[1] += unit
    if one.row.float is not None:
        fields.append(f"float: {' '.join(one.float_words)}{unit}")
    fields += [f"-> {path}" for path in one.row.drawn]
    if times:
        fields.append(f"prepare {one.row.prepare_ms:.1f} ms, model {one.row.model_ms:.2f} ms")
    return "\t".join(fields)


def summary_line(summary: RunSummary) -> str:
    """The last line, on stderr."""
    bad = f", {summary.unreadable} cannot be read" if summary.unreadable else ""
    beside = "" if summary.float_ms is None else f", float model {summary.float_ms:.2f} ms"
    return (
        f"{summary.name} {summary.version} ({summary.task}): {summary.images} images{bad}; median of one: decode "
        f"{summary.decode_ms:.1f} ms, prepare {summary.prepare_ms:.1f} ms, model {summary.model_ms:.2f} ms{beside} "
        f"({summary.runtime}, 1 thread, this machine)"
    )
