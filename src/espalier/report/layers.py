"""The account of the layers (`espalier explain`) as rows with bars: for the report's page and for a page of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..layers.advice import name_of, operator_of, points_of
from .draw import ranges

SHOWN = 12
"""Layers with all their figures; the others follow folded."""
LOUD_DB, FAIR_DB = 20.0, 30.0
"""SQNR under which a layer is marked bad, and fair."""
FULL_DB = 60.0
"""SQNR that fills its bar: 8 bits of an evenly used range give about 50 dB."""
FULL_GAIN_DB = 1.0
"""Gain that fills its bar, where no layer has a larger one."""


def layer_table(found: Mapping[str, Any]) -> dict[str, Any]:
    """What layers.html.j2 draws, of the plain data of `stages.account.account`; widths are percent."""
    rows, output = found["layers"], found["output"]
    largest = max([FULL_GAIN_DB, *(row["gain_db"] or 0.0 for row in rows)])
    drawn = [_row(row, largest) for row in rows]
    return {
        "summary": f"int8 against float on {found['images']} images ({found['source']}): scores {output['sqnr_db']:.1f} dB, "
        f"{output['agreement']:.1%} get the float model's answer.",
        "tiles": _tiles(found),
        "rows": drawn[:SHOWN],
        "rest": drawn[SHOWN:],
        "measured": found["measured"][0].upper() + found["measured"][1:] + ".",
        "notes": found["notes"],
    }


def _tiles(found: Mapping[str, Any]) -> list[dict[str, str]]:
    rows, output = found["layers"], found["output"]
    tiles = [
        {
            "name": "same answer as float",
            "value": f"{100 * output['agreement']:.2f} %",
            "note": f"{found['images']} images ({found['source']})",
        },
        {
            "name": "scores before the softmax",
            "value": f"{output['sqnr_db']:.1f} dB",
            "note": "signal to noise, int8 against float",
        },
    ]
    if rows and rows[0]["gain_db"] is not None:
        tiles.append(
            {
                "name": "costliest layer",
                "value": f"{rows[0]['gain_db']:+.1f} dB",
                "note": f"{name_of(rows[0])}, when it alone keeps more than 8 bits",
            }
        )
    return tiles


def _row(row: dict[str, Any], largest: float) -> dict[str, Any]:
    gain, sqnr = row["gain_db"], row["sqnr_db"]
    spread, answers = row["weight_spread"], row["gain_agreement"]
    return {
        "name": name_of(row),
        # Where a long name may be broken.
        "name_parts": re.findall("[^_/]+[_/]*|[_/]+", name_of(row)),
        "operator": operator_of(row),
        "patterns": [word for word in row["patterns"] if word != operator_of(row)],
        "gain": None if gain is None else {"text": f"{gain:+.2f}", "width": _share(max(0.0, gain), largest)},
        "answers": "" if answers is None else f"{answers:+.1%}" if answers else "none",
        "points": "" if row["gain_points"] is None else f"{row['gain_points']:+.2f}",
        "points_interval": points_of(row).partition(" ")[2],
        "sqnr": {
            "text": f"{sqnr:.1f}",
            "width": _share(min(max(sqnr, 0.0), FULL_DB), FULL_DB),
            "mark": "bad" if sqnr < LOUD_DB else "low" if sqnr < FAIR_DB else "",
        },
        "added": _small(max(0.0, row["added_percent"]) / 100),
        "range": _range(row),
        "saturated": _small(row["saturated"]),
        "spread": "" if spread is None else f"{spread:,.1f} ×",
        "advice": row["advice"],
    }


def _range(row: dict[str, Any]) -> dict[str, Any]:
    """Both ranges on one scale that spans them: (left, width) of what int8 holds, of the values inside, and of those
    beyond it on either side."""
    low, high, held_low, held_high = (row[k] for k in ("low", "high", "int8_low", "int8_high"))
    start = min(low, held_low)
    width = (max(high, held_high) - start) or 1.0

    def part(first: float, last: float) -> tuple[float, float]:
        return round(100 * (first - start) / width, 2), round(100 * max(0.0, last - first) / width, 2)

    # int8 cannot hold the last half step: less than that is no saturation.
    beyond = [p for p in (part(low, held_low), part(held_high, high)) if p[1] >= 0.5]
    held, inside = part(held_low, held_high), part(max(low, held_low), min(high, held_high))
    return {
        "text": f"{low:.3g} … {high:.3g}",
        "held_text": f"{held_low:.3g} … {held_high:.3g}",
        "held": held,
        "inside": inside,
        "beyond": beyond,
        "drawn": ranges([("held", *held), ("fill", *inside), *(("bad", *p) for p in beyond)]),
    }


def _small(share: float) -> str:
    return "" if share <= 0 else f"{share:.2%}" if share >= 0.0001 else "< 0.01%"


def _share(value: float, whole: float) -> float:
    return round(100 * value / whole, 2) if whole > 0 else 0.0
