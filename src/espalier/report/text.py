"""What the commands print for people: plain lines, no colour, stable enough to paste into an issue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..row_boxes import BoxesRow
from ..row_parts import DenseTwin, RepairStep, ScoreRow
from ..rows import AccuracyRow, FedOtherwise, Report
from .amounts import size
from .fit import figures as fit_figures
from .gates import describe, headroom, not_shown
from .maps import map_figures


def summary_lines(report: Report, folder: Path) -> list[str]:
    """The end of a build: the figures that decide, the gates that failed, where the bundles are."""
    head = f"{report.name} {report.version}: {report.status}"
    return [head, *(f"  {label:<10} {text}" for label, text in summary(report, folder))]


def summary(report: Report, folder: Path) -> list[tuple[str, str]]:
    """Label and text of each line of the summary but the first; no label where a line goes on with the one before."""
    rows = key_figures(report)
    failed = [gate for gate in report.gates if not gate.passed]
    passed = len(report.gates) - len(failed)
    if report.gates:
        rows.append(("gates", f"{passed} passed, {len(failed)} failed"))
    for gate in failed:
        rows.append(("", f"FAILED {describe(gate)}"))
        rows += [("", f"  {place}. {text}") for place, text in enumerate(gate.layers, 1)]
    rows += [("", f"NOT SHOWN {text}") for text in not_shown(report.gates)]
    rows += [
        ("fits" if gate.passed else "too large", f"{gate.name}: {headroom(gate)}")
        for gate in report.gates
        if gate.target and headroom(gate)
    ]
    counts = {r: sum(c.result == r for c in report.checks) for r in ("passed", "failed", "not run")}
    rows.append(
        ("checks", f"{counts['passed']} passed, {counts['failed']} failed, {counts['not run']} not run here")
    )
    rows += [("", f"FAILED {c.name}: {c.why}") for c in report.checks if c.result == "failed"]
    rows += [("warning", text) for text in report.warnings]
    if report.bundles:
        width = max(len(b.target) for b in report.bundles)
        rows += [("bundle", f"{b.target:<{width}}  {size(b.bytes):>9}  {folder / b.path}") for b in report.bundles]
        rows += [("withheld", f"{row.target}: {row.why}") for row in report.withheld]
    rows.append(("report", str(folder / "report.html")))
    return rows


def key_figures(report: Report) -> list[tuple[str, str]]:
    """The figures that decide, as (name, text); used by the terminal, the summary and the page."""
    q = report.quantize
    return [
        *_accuracy_figures(report.accuracy),
        *_kernel_figures(report),
        *_pruning_figures(report),
        (
            "int8",
            f"{q.operators.int8} int8 operators, {q.operators.float} float, {q.operators.int16} int16; "
            f"scheme {q.scheme}; needs runtime {q.runtime_floor} or newer",
        ),
        *(
            ("fed", f"beside the image {row['name']}, {row['low']:g} to {row['high']:g} in steps of {row['step']:.3g}")
            for row in q.numbers
        ),
        *_device_figures(report),
    ]


def _accuracy_figures(a: AccuracyRow | None) -> Iterator[tuple[str, str]]:
    if a is None:
        return
    yield from map_figures(a)
    if a.labelled and a.maps is None and a.pictures is None:
        low, high = a.interval
        flatters = f"; the choice of the step flatters it by {a.choice_points:.2f}" if a.choice_points else ""
        yield (
            "accuracy",
            f"int8 {a.int8.top1:.2%}, float {(a.pruned or a.float).top1:.2%}: {points(-a.drop_points)}"
            f" (95 % {-high:+.2f} to {-low:+.2f}), n = {a.n}{flatters}",
        )
    for score in a.scores:
        yield score.name, score_text(score)
    yield from _box_figures(a.boxes)
    if a.cost is not None:
        yield "cost", a.cost.claim
    for row in a.numbers:
        yield (
            row.name,
            f"MAE int8 {row.mae_int8:.4g}, float {row.mae_float:.4g} {row.unit}".rstrip()
            + f" ({row.mae_change:+.3g}, 95 % {row.mae_low:+.3g} to {row.mae_high:+.3g}); "
            + ("" if row.r2_int8 is None or row.r2_float is None else f"R2 {row.r2_int8:.4f}, float {row.r2_float:.4f}; ")
            + f"within {row.tolerance:g}: {row.within_int8:.2%} (95 % {row.within_low:.2%} to {row.within_high:.2%})",
        )
    for head in a.heads:
        yield (
            head.name,
            f"{head.values} values, {head.sqnr_db:.1f} dB signal to noise of int8 ({head.worst_db:.1f} dB on the worst image), "
            f"largest difference {head.largest_difference:.4g} of a spread of {head.spread:.4g}",
        )
    for answer in a.answers:
        for name, text in _accuracy_figures(answer.accuracy):
            yield (answer.name if name == answer.name else f"{answer.name} {name}"), text
    if a.mediapipe is not None:
        yield "mediapipe", mediapipe_text(a.mediapipe)
    yield "agreement", f"{a.agreement:.2%} of {a.n} images get the same answer; {len(a.flips)} changed"


def mediapipe_text(row: FedOtherwise) -> str:
    """What MediaPipe's own resizing costs, in words."""
    if row.contract is None or row.otherwise is None or row.points is None or row.interval is None:
        return f"with its own resizing {row.same:.2%} of {row.n} images get the same answer"
    return (
        f"with its own resizing {row.otherwise:.2%} in place of {row.contract:.2%}: {points(-row.points)} "
        f"(95 % {-row.interval[1]:+.2f} to {-row.interval[0]:+.2f}), n = {row.n}; the bundle's Preprocessor loses nothing"
    )


def score_text(row: ScoreRow) -> str:
    """One measure in words."""
    if row.int8 is None or row.float is None:
        return f"{row.label}: these images do not tell".removeprefix(": ")
    told = f"{row.label}: " if row.label else ""
    told += f"int8 {row.int8:.4f}" + (f" (95 % {row.low:.4f} to {row.high:.4f})" if row.low is not None else "")
    told += f", float {row.float:.4f}"
    if row.lost is not None and row.lost_low is not None and row.lost_high is not None:
        told += f": {-row.lost + 0.0:+.4f} (95 % {-row.lost_high + 0.0:+.4f} to {-row.lost_low + 0.0:+.4f})"
    told += f", at the threshold {row.threshold:.4g}" if row.threshold is not None else ""
    return f"{told}, n = {row.n}" + (f"; {row.note}" if row.note else "")


def _box_figures(boxes: BoxesRow | None) -> Iterator[tuple[str, str]]:
    if boxes is None:
        return
    float_, int8 = boxes.float, boxes.int8
    if int8.recall is not None and float_.recall is not None:
        yield (
            "boxes",
            f"AP50 int8 {int8.ap50 or 0:.2%}, float {float_.ap50 or 0:.2%}; AP75 {int8.ap75 or 0:.2%}, float "
            f"{float_.ap75 or 0:.2%}; {boxes.objects} objects, {boxes.lost} lost and {boxes.gained} gained by int8",
        )
        yield (
            "threshold",
            f"at {boxes.threshold:g} int8 finds {int8.recall:.2%} (95 % {int8.recall_low:.2%} to {int8.recall_high:.2%}), float "
            f"{float_.recall:.2%}; false alarms an image {int8.false_alarms or 0:.3f} (95 % {int8.false_alarms_low:.3f} to "
            f"{int8.false_alarms_high:.3f}), float {float_.false_alarms or 0:.3f}",
        )
    if boxes.agreement is not None:
        yield "same boxes", f"{boxes.agreement:.2%} of the {float_.boxes} boxes of the float model are int8's, too"


def _pruning_figures(report: Report) -> Iterator[tuple[str, str]]:
    p, a = report.prune, report.accuracy
    if p.method == "none":
        return
    given = f" (accuracy {a.float.top1:.2%} as given, {a.pruned.top1:.2%} pruned)" if a and a.pruned else ""
    ratio = f", int8 latency x{p.latency_ratio:.2f}" if p.latency_ratio is not None else ""
    yield (
        "pruned",
        f"MACs {percent(p.macs_after, p.macs_before)}, parameters {percent(p.parameters_after, p.parameters_before)}, "
        f"int8 bytes {percent(p.bytes_after, p.bytes_before)}{ratio}{given}",
    )
    if p.repair:
        yield "repair", repair_text(p.repair)
    if p.dense is not None:
        yield "dense", dense_text(p.dense)
    if p.verdict:
        yield "verdict", f"{p.method}: {p.verdict}"
    if p.fit is not None:
        yield from fit_figures(p.fit)


def dense_text(row: DenseTwin) -> str:
    """What is lost to the given network when that is trained the same way."""
    cost = f"its training took {row['seconds']:.0f} s, `prune.compare-dense = false` leaves it out"
    if row["why"]:
        return f"the given network trained the same way was not compared: {row['why']}; {cost}"
    return (
        f"the given network trained the same way, nothing removed: {row['right']:.2%}; the pruned one loses {row['points']:.2f} "
        f"points to it (95 % {row['low']:.2f} to {row['high']:.2f}), n = {row['images']}; {cost}"
    )


def repair_text(steps: tuple[RepairStep, ...]) -> str:
    """What each step of pruning bought, as a sum of answers that are those of the given model."""
    start, *others = steps
    before, told = start["agreement"], [f"{start['step']} {start['agreement']:.1%}"]
    for step in others:
        told.append(f"{step['step']} {100 * (step['agreement'] - before):+.1f}")
        before = step["agreement"]
    return f"{', '.join(told)}: {before:.1%} of {start['images']:,} held-out images answered as by the given model"


def _device_figures(report: Report) -> Iterator[tuple[str, str]]:
    for row in report.latency:
        if row.variant == "int8" and row.threads == 1:
            yield (
                "latency",
                f"{row.runtime} {row.version} on this host: median {row.median_us / 1000:.3f} ms, "
                f"p99 {row.p99_us / 1000:.3f} ms, 1 thread, {row.delegate}",
            )
    for target, arena in sorted(report.memory.arena_bytes.items()):
        yield "arena", f"{target}: {arena:,} bytes"
    for core in report.emulated:
        yield (
            "emulated",
            f"{core['target']} ({core['core']}): {core['instructions']:,} instructions, "
            f"{'exact' if core['exact'] else 'NOT exact'}",
        )
        said = (("flash", core["coded"]), ("sparse", core["sparse"]), ("time", core["estimate"]))
        yield from ((label, f"{core['target']}: {part['text']}") for label, part in said if part)


def _kernel_figures(report: Report) -> list[tuple[str, str]]:
    """The same file on every kernel set, in one line; nothing when none was compared."""
    known = [row for row in report.parity if row.top1_second is not None]
    if not known:
        return []
    what = known[0].what if known[0].labelled else "agreement with float"
    said = [f"{known[0].first} {known[0].top1_first:.2%}"]
    said += [
        f"{row.second} {row.top1_second:.2%} ({row.points and -row.points:+.2f}, 95 % {-row.interval[1]:+.2f} to "
        f"{-row.interval[0]:+.2f})"
        for row in known
    ]
    return [("kernels", f"{what} per runtime and kernel set, n = {known[0].n}: " + "; ".join(said))]


def points(value: float) -> str:
    """A signed number of percentage points."""
    return f"{value + 0.0:+.2f} points"


def percent(after: float, before: float) -> str:
    """A change as a signed percentage, with both figures."""
    return f"{100 * (after - before) / before:+.1f} % ({int(after):,})" if before else f"{int(after):,}"
