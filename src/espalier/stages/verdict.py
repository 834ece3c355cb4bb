"""How a build ended: its error, and the targets whose bundles are withheld.

What concerns the model (accuracy, agreement, a budget of the whole build, the proof) withholds every bundle. What one
target alone cannot do (its flash, its RAM, its operators, a check of its bundle) withholds that target's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import EspalierError, GateError, VerificationError
from ..facts import Check
from ..report.gates import describe
from ..rows import GateRow
from .bundle import Bundles
from .prove import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`failure`: the error that the build ends with, None when it passed. `withheld`: target -> why it gets no bundle."""

    failure: EspalierError | None
    withheld: Mapping[str, str]


def judge(
    rows: Sequence[GateRow], proof: Proof, bundles: Bundles, targets: Sequence[str], *, all_or_nothing: bool = False
) -> Verdict:
    """The verdict of a build for `targets`. With `all_or_nothing` one failure withholds every bundle."""
    checks = [check for check in proof.checks if check.result == "failed"]
    own = {bundle.target: _failed(bundle.checks) for bundle in bundles.bundles}
    withheld: dict[str, str] = {target: problem.found for target, problem in bundles.refused.items()}
    withheld |= {target: _checks_text(failed) for target, failed in own.items() if failed}
    failed_rows = [row for row in rows if not row.passed]
    for row in failed_rows:
        if row.target:
            withheld.setdefault(row.target, describe(row))
    everything = [*map(_check_text, checks)] + [describe(row) for row in failed_rows if not row.target]
    if everything or (withheld and all_or_nothing):
        why = everything[0] if everything else "another target failed, and all or nothing was asked for"
        withheld |= {target: why for target in targets if target not in withheld}
    kept = [target for target in targets if target not in withheld]
    checks += [check for failed in own.values() for check in failed]
    return Verdict(failure=_failure(checks, failed_rows, len(rows), bundles, kept), withheld=withheld)


def _failure(
    checks: Sequence[Check], failed: Sequence[GateRow], gates: int, bundles: Bundles, kept: Sequence[str]
) -> EspalierError | None:
    """Checks first, then gates, then what a target refused: the exit code is the first's class."""
    written = f"bundles of {', '.join(kept)} were written" if kept else "bundles were not"
    if checks:
        return VerificationError(
            f"{len(checks)} checks failed: {_checks_text(checks)}",
            next_step=f"the report names each; {written}",
        )
    if failed:
        error = GateError(
            f"{len(failed)} of {gates} gates failed: " + "; ".join(describe(row) for row in failed),
            next_step=f"the report was written, {written}; raise the budget or change the model",
        )
        for row in failed:
            for place, text in enumerate(row.layers, 1):
                error.add_note(f"  {place}. {text}")
        return error
    for target, problem in bundles.refused.items():
        more = f"; also withheld: {', '.join(t for t in bundles.refused if t != target)}"
        return type(problem)(
            f"{target}: {problem.found}",
            supported=problem.supported,
            next_step=f"{problem.next_step + '; ' if problem.next_step else ''}the report was written, {written}"
            + (more if len(bundles.refused) > 1 else ""),
        )
    return None


def _failed(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.result == "failed"]


def _checks_text(checks: Sequence[Check]) -> str:
    return "; ".join(map(_check_text, checks[:4]))


def _check_text(check: Check) -> str:
    return f"{check.name}: {check.why}"
