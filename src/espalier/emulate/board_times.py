"""Published inference rates of the MLPerf Tiny networks on boards, and the instruction counts of the same networks.

The rates are the median throughputs of the results that MLCommons publishes (github.com/mlcommons/tiny_results_v0.7,
_v1.0, _v1.1; single stream, closed division). The counts are ours: TFLite Micro 90b983c2 with CMSIS-NN 4ab83cc3,
gcc 12.2.1, QEMU 7.2, Cortex-M4. The boards ran other versions of CMSIS-NN from other compilers: that is part of the
error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTime:
    """Inferences per second of one network on one board; ``source`` is repository, commit and file."""

    engine: str
    core: str
    board: str
    clock_hz: float
    network: str
    per_second: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Instructions of one inference, and its model cycles where each instruction's runs were counted."""

    instructions: int
    model_cycles: float | None


COUNTED: Mapping[str, Count] = {
    "resnet8": Count(instructions=29_864_850, model_cycles=36.5e6),
    "ds-cnn": Count(instructions=7_699_371, model_cycles=9.2e6),
    "autoencoder": Count(instructions=582_319, model_cycles=None),
    "mobilenet": Count(instructions=24_101_546, model_cycles=29_017_434),
}
"""Image classification, keyword spotting, anomaly detection, visual wake words; ``autoencoder`` at -O3, the others at TFLM's
levels."""

_OCTOML = "mlcommons/tiny_results_v1.0@cc81fd5 closed/OctoML/results/microtvm_cmsis_nn"
_RENESAS = "mlcommons/tiny_results_v0.7@9665edb closed/renesas/results"
_V11 = "mlcommons/tiny_results_v1.1@04558bf closed"
_FOLDERS = {"resnet8": "ic", "ds-cnn": "kws", "autoencoder": "ad", "mobilenet": "vww"}


def _rows(
    engine: str, core: str, board: str, megahertz: int, source: str, rates: Sequence[float]
) -> tuple[BoardTime, ...]:
    """``rates``: image classification, keyword spotting, anomaly detection, visual wake words."""
    return tuple(
        BoardTime(
            engine=engine,
            core=core,
            board=board,
            clock_hz=1e6 * megahertz,
            network=network,
            per_second=rate,
            source=f"{source}/{_FOLDERS[network]}/performance/results.txt",
        )
        for network, rate in zip(_FOLDERS, rates, strict=True)
    )


# fmt: off
KNOWN: Sequence[BoardTime] = (
    *_rows("microTVM", "cortex-m4", "NUCLEO-L4R5ZI", 120, f"{_OCTOML}/NUCLEO_L4R5ZI", (2.567, 10.019, 116.212, 3.320)),
    *_rows("microTVM", "cortex-m33", "nRF5340-DK", 128, f"{_OCTOML}/NRF5340-DK", (3.163, 13.143, 159.579, 4.310)),
    *_rows("TFLM", "cortex-m33", "EK-RA6M4", 200, f"{_RENESAS}/EK-RA6M4", (4.062, 19.774, 216.772, 6.159)),
)
"""Boards that ran CMSIS-NN, whose instructions are those of :data:`COUNTED`."""

BASE_BOARD = "NUCLEO-L4R5ZI"
"""The board of :data:`KNOWN` that every engine of :data:`SAME_PROGRAM` was run on, too."""

SAME_PROGRAM: Sequence[BoardTime] = (
    *_rows("HALE", "cortex-m4", BASE_BOARD, 120, f"{_V11}/bosch/results/NUCLEO_L4R5ZI", (5.586, 15.954, 176.699, 5.533)),
    *_rows("HALE", "cortex-m33", "NUCLEO-U575ZI", 160, f"{_V11}/bosch/results/NUCLEO_U575ZI", (8.493, 25.166, 262.993, 8.715)),
    *_rows("HALE", "cortex-m7", "DISCO-F746NG", 216, f"{_V11}/bosch/results/DISCO_F746NG", (16.242, 54.293, 587.335, 17.490)),
    *_rows("HALE", "cortex-m7", "NUCLEO-H7A3ZI", 280, f"{_V11}/bosch/results/NUCLEO_H7A3ZI", (21.353, 67.956, 737.281, 22.906)),
    *_rows("ONNC", "cortex-m4", BASE_BOARD, 120, f"{_V11}/Skymizer/results/NUCLEO_L4R5ZI-zephyr",
           (3.372, 10.679, 124.906, 5.056)),
    *_rows("ONNC", "cortex-m4", "NUMAKER-M467HJ", 200, f"{_V11}/Nuvoton/results/NUMAKER_M467HJ-zephyr",
           (5.833, 21.652, 204.635, 10.129)),
)
"""Engines whose instructions are not known, on several boards: the ratio of cycles between two boards is what counts."""
# fmt: on
