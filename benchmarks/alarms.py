"""How often the doctor is wrong: false alarms on clean image sets of many kinds, and planted faults that it finds.

    python benchmarks/alarms.py                    # 20 seeds of each kind
    python benchmarks/alarms.py --seeds 3 --only looks
    python benchmarks/alarms.py --only answers     # label order, preprocessing, chance

looks: image sets (tests/unit/calibrate/unusual_sets.py and image_sets.py) with and without planted faults.
answers: simulated answers of models of any strength, and small networks that are trained here on drawn pictures, or never
trained, and fed rightly or wrongly. Every figure is printed with its n; everything follows from the seeds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/unit/calibrate"))

from alarm_rates import answer_rates, diagnosis_rates, look_rates

from espalier.statistics import wilson


def main() -> None:
    """Print a table per part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", choices=["looks", "answers"])
    chosen = parser.parse_args()
    if chosen.only != "answers":
        with tempfile.TemporaryDirectory() as scratch:
            false, found = look_rates(chosen.seeds, Path(scratch))
        table("clean sets with an alarm that is not true", false)
        table("planted faults found", found)
    if chosen.only != "looks":
        false, found = answer_rates(chosen.seeds)
        table("answers: stops of right models (and of those that were never trained)", false)
        table("answers: faults found", found)
        false, found = diagnosis_rates(chosen.seeds)
        table("networks fed rightly, with swapped labels, never trained: wrong diagnoses", false)
        table("networks fed wrongly: faults found and rightly named", found)


def table(title: str, rates: dict[str, Counter[str]]) -> None:
    """One row per kind: hits of n, its share with the 95 % interval, what was said beside it."""
    print(f"\n{title}")
    hits = n = 0
    for kind, counts in rates.items():
        said = ", ".join(f"{code} {count}" for code, count in sorted(counts.items()) if code not in ("n", "hits"))
        print(f"  {kind:<44} {counts['hits']:>5} of {counts['n']:>5}  {said}")
        hits, n = hits + counts["hits"], n + counts["n"]
    low, high = wilson(hits, n)
    print(f"  {'all':<44} {hits:>5} of {n:>5}  {hits / n:.2%} (95 % {low:.2%} to {high:.2%})")


if __name__ == "__main__":
    main()
