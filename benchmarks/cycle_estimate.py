"""The error of the cycle estimate on every published board time that it rests on.

    python benchmarks/cycle_estimate.py

Nothing is measured here: the table in src/espalier/measure/board_times.py is MLCommons' (its sources are printed), the
instruction counts are those of TFLite Micro with CMSIS-NN. Model: src/espalier/measure/cycles.py.
"""

from __future__ import annotations

from espalier.measure.cross import CORES
from espalier.measure.cycles import EXTRA_CYCLES, errors, factors


def main() -> None:
    extra = ", ".join(f"{name} +{cycles}" for name, cycles in EXTRA_CYCLES.items())
    print(f"model cycles: 1 per instruction, {extra}\n")
    for core in CORES:
        found = factors(core)
        if not found:
            print(f"{core}: no published time of a program whose instructions are known; no estimate\n")
            continue
        low, high = min(f.value for f in found), max(f.value for f in found)
        print(f"{core}: {low:.2f} to {high:.2f} cycles per model cycle; error of the middle on each published time")
        for factor, error in errors(found):
            print(f"  {factor.board:<16}{factor.network:<13}{factor.value:>6.3f}{100 * error:>+8.1f} %  {factor.source}")
        print()


if __name__ == "__main__":
    main()
