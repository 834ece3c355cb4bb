"""The error of the cycle estimate on networks that it was not fitted to.

    python benchmarks/cycle_estimate.py

Nothing is measured here: the table in src/espalier/emulate/board_times.py is MLCommons' (its sources are printed), the
instruction counts are those of TFLite Micro with CMSIS-NN. Model: src/espalier/emulate/cycles.py. Each published time is
estimated from the times of the three other networks on the same core; the printed ranges, from all networks, are wider
than the factors by what holds 95 % of the times so left out. The exit code is 1 where they hold less.
"""

from __future__ import annotations

import sys

from espalier.emulate.cross import CORES
from espalier.emulate.cycles import EXTRA_CYCLES, HELD, factors, held_out, held_share, printed_range, widening


def main() -> int:
    extra = ", ".join(f"{name} +{cycles}" for name, cycles in EXTRA_CYCLES.items())
    print(f"model cycles: 1 per instruction, {extra}\n")
    count = 0
    for core in CORES:
        if not factors(core):
            print(f"{core}: no published time of a program whose instructions are known; no estimate\n")
            continue
        low, high = printed_range(core)
        worst = max(abs(left.error) for left in held_out(core))
        print(f"{core}: printed range {low:.2f} to {high:.2f} cycles per model cycle; left out, at worst {worst:.0%} off")
        print(f"  {'board':<16}{'network':<13}{'factor':>7}  {'from the other networks':<24}{'error':>8}  held  source")
        for left in held_out(core):
            count += 1
            low, high, factor = left.low / widening(), left.high * widening(), left.factor
            held = "yes" if left.beyond <= widening() else "NO"
            print(
                f"  {factor.board:<16}{factor.network:<13}{factor.value:>7.3f}  {f'{low:.3f} to {high:.3f}':<24}"
                f"{100 * left.error:>+7.1f}%  {held:<4}  {factor.source}"
            )
        print()
    share = held_share(widening())
    print(
        f"{count} published times, each left out with its network: ranges {widening() - 1:.1%} wider than the factors at "
        f"both ends hold {share:.0%} of them (wanted {HELD:.0%}); without that {held_share(1.0):.0%}"
    )
    return 0 if share >= HELD else 1


if __name__ == "__main__":
    sys.exit(main())
