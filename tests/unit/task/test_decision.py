"""The decision on the device: one definition, and C, Java and Python that say the same of every output."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.bundle.firmware_compile import WARNINGS
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java
from espalier.bundle.pi.device import model as device
from espalier.emit.decision import decision_files
from espalier.facts import Decision, TensorFacts
from espalier.task.classify import decide, decision
from espalier.task.types import Task

LABELS = ("cat", "dog", "gull", "pot", "tree")
ENDS = ((1 / 256, -128, 0.6), (1 / 256, -128, 0.0), (1 / 256, -128, 1.0), (0.03, 17, 0.25), (1.5e-6, 127, 1e-4))
"""Scale and zero point of the output, and a threshold."""

C_DRIVER = """
#include <stdio.h>
#include "net_decide.h"

int main(void) {
  int8_t output[NET_CLASSES];
  while (fread(output, 1, NET_CLASSES, stdin) == NET_CLASSES) {
    const net_decision decision = net_decide(output);
    printf("%ld %ld %d %s\\n", (long)decision.index, (long)decision.confidence, decision.review, decision.label);
  }
  return 0;
}
"""

JAVA_DRIVER = """
package dev.espalier.models.template_name;

public final class DecisionDriver {
    public static void main(String[] arguments) throws java.io.IOException {
        java.io.DataInputStream in = new java.io.DataInputStream(System.in);
        byte[] output = new byte[Model.CLASSES];
        StringBuilder out = new StringBuilder();
        while (in.available() > 0) {
            in.readFully(output);
            Decision decision = Decision.decide(output);
            out.append(decision.index + " " + decision.review + " " + decision.label + "\\n");
        }
        System.out.print(out);
    }
}
"""


def facts(scale: float, zero: int) -> TensorFacts:
    return TensorFacts(name="out", shape=(1, len(LABELS)), dtype="int8", scale=scale, zero_point=zero)


def known(scale: float, zero: int, threshold: float) -> Decision:
    made = decision(Task(labels=LABELS), (facts(scale, zero),), threshold)
    assert made is not None
    return made


def outputs(count: int = 20_000) -> NDArray[np.int8]:
    """Random outputs; every value in every place; ties of two, of three and of all."""
    random = np.random.default_rng(8)
    rows = [random.integers(-128, 128, (count, len(LABELS))), random.integers(-2, 2, (count // 4, len(LABELS)))]
    for place in range(len(LABELS)):
        row = np.full((256, len(LABELS)), -128)
        row[:, place] = np.arange(-128, 128)
        rows += [row, np.maximum(row, np.roll(row, 1, axis=1)), np.repeat(row[:, place : place + 1], len(LABELS), axis=1)]
    return np.concatenate(rows).astype(np.int8)


OUTPUTS = outputs()


def said(made: Decision) -> list[tuple[int, int, bool]]:
    return [decide(row, made.numbers) for row in OUTPUTS]


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler is installed")
@pytest.mark.parametrize("end", ENDS)
def test_the_c_decision_is_the_definition_s(end: tuple[float, int, float], tmp_path: Path) -> None:
    made = known(*end)
    for name, text in (decision_files("net", made) | {"main.c": C_DRIVER}).items():
        (tmp_path / name).write_text(text, "ascii")
    sources = ["main.c", "net_decide.c", "net_model_labels.c"]
    subprocess.run(["cc", *WARNINGS, "-O1", *sources, "-o", "driver"], cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "driver"], input=OUTPUTS.tobytes(), capture_output=True, check=True, timeout=60)
    wanted = [f"{i} {confidence} {int(review)} {LABELS[i]}" for i, confidence, review in said(made)]
    assert done.stdout.decode().splitlines() == wanted


@pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
@pytest.mark.parametrize("end", ENDS[:2] + ENDS[3:4])
def test_the_java_decision_is_the_definition_s(end: tuple[float, int, float], tmp_path: Path) -> None:
    scale, zero, threshold = end
    named = dict.fromkeys(
        ["name", "version", "asset", "labels-asset", "sha256", "runtime-floor", "dtype", "color", "resize", "fit"], "x"
    )
    constants = specialise.Constants(
        package=specialise.PACKAGE,
        texts=named,
        integers=dict.fromkeys(specialise.NUMBER_KEYS, 1) | {"CLASSES": len(LABELS), "OUTPUT_ZERO_POINT": zero + 128},
        reals={"INPUT_SCALE": 1.0, "OUTPUT_SCALE": scale, "THRESHOLD": threshold},
        labels=LABELS,
    )
    sources = specialise.sources(constants) | {"DecisionDriver.java": JAVA_DRIVER.encode()}
    for path, data in compile_java(sources).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    given = (OUTPUTS.astype(np.int16) + 128).astype(np.uint8).tobytes()
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", str(tmp_path), f"{specialise.PACKAGE}.DecisionDriver"]
    done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=60)
    wanted = [f"{i} {str(review).lower()} {LABELS[i]}" for i, _, review in said(known(*end))]
    assert done.stdout.decode().splitlines() == wanted


@pytest.mark.parametrize("end", ENDS)
def test_the_python_decision_on_a_raspberry_pi_is_the_definition_s(end: tuple[float, int, float]) -> None:
    scale, zero, threshold = end
    model = device.Model(
        path=Path(), facts={}, contract=device.Contract((1, 1), "rgb", "area", "crop"), labels=LABELS, scale=scale,
        zero_point=zero + 128, threshold=threshold,
    )  # fmt: skip
    made = known(*end)
    for row in OUTPUTS[::7]:
        index, confidence, review = decide(row, made.numbers)
        found = device.decide((row.astype(np.int16) + 128).astype(np.uint8), model, threshold)
        assert found.label == LABELS[index]
        assert (found.answer == "review") == review
        exact = 1000 * found.confidence
        assert abs(confidence - exact) <= 0.5 + abs(exact) / 1000


def test_confidence_is_in_thousandths_and_of_equal_outputs_the_first_wins() -> None:
    made = known(1 / 256, -128, 0.6)
    assert decide(np.array([10, 100, 100, -128, 0], np.int8), made.numbers) == (1, 891, False)
    assert decide(np.array([0, 25, 0, 0, 0], np.int8), made.numbers) == (1, 598, True)
    assert decide(np.array([0, 0, 0, 0, 26], np.int8), made.numbers) == (4, 602, False)
