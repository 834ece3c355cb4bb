"""The operator table as a page: its rules are the error texts, so that page and program cannot disagree."""

from __future__ import annotations

from espalier.graph.arithmetic import ROUNDING
from espalier.graph.ops import OPS, OpSpec


def operators_page() -> str:
    """docs/reference/operators.md"""
    lines = [
        "# Operators",
        "",
        "Generated from `espalier.graph.ops`; do not edit. What the microcontroller compiler takes: the names are",
        "TFLite's, lowered. A model that breaks a rule is refused with that rule's sentence.",
        "",
        "The reference is LiteRT 2.3.0 with `BUILTIN_REF`, byte for byte, with two exceptions: `fully_connected`",
        "(LiteRT computes it in float since 2.20) and `sum` (its reference kernel reads int8 as uint8) follow",
        "TFLite Micro's integer arithmetic.",
        "",
        "## Rounding rules",
        "",
        "| name | rule |",
        "|---|---|",
        *(f"| {name} | {rule} |" for name, rule in sorted(ROUNDING.items())),
        "",
    ]
    for kind in sorted(OPS):
        lines += _section(OPS[kind])
    return "\n".join(lines)


def _section(spec: OpSpec) -> list[str]:
    least, most = spec.arity
    operands = f"{least}" if least == most else f"{least} to {most}"
    sentences = dict.fromkeys(rule.sentence for rule in spec.rules)
    return [
        f"## {spec.kind}",
        "",
        f"TFLite code {spec.code}, {operands} operands, rounding: {spec.rounding}.",
        "",
        *(f"- {sentence}" for sentence in sentences),
        "",
    ]
