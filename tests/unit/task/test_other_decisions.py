"""Yes or no, several labels, vectors: one definition, and C, Java and Python on a Pi that say the same of every output."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.bundle.answers import ANSWERS
from espalier.bundle.firmware_compile import WARNINGS
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java
from espalier.bundle.pi.device import decisions
from espalier.bundle.pi.device import model as device
from espalier.emit.decision import decision_files
from espalier.facts import Decision, TensorFacts
from espalier.task import anomaly, binary, embed, multi_label
from espalier.task.types import Task

C_DRIVER = """
#include <stdio.h>
#include "xmodel_decide.h"

int main(void) {
  int8_t output[@BYTES@];
  int32_t answer[@WORDS@];
  while (fread(output, 1, sizeof(output), stdin) == sizeof(output)) {
@DRIVER@
    fwrite(answer, sizeof(int32_t), @WORDS@, stdout);
  }
  return 0;
}
"""
CLASSIFIER_DRIVER = """
    const xmodel_decision decision = xmodel_decide(output);
    answer[0] = decision.index;
    answer[1] = decision.confidence;
    answer[2] = decision.review;
"""
JAVA_DRIVER = """
package dev.espalier.models.template_name;

public final class Driver {
    public static void main(String[] arguments) throws java.io.IOException {
        java.io.DataInputStream in = new java.io.DataInputStream(System.in);
        byte[] output = new byte[@BYTES@];
        StringBuilder out = new StringBuilder();
        while (in.available() > 0) {
            in.readFully(output);
            @DRIVER@
            out.append("\\n");
        }
        System.out.print(out);
    }
}
"""
LABELS = ("no", "yes")
NAMES = ("cat", "dog", "gull", "pot", "tree")
CUTS = (0.5, 1 / 256, 255 / 256, 0.3, 0.71)


def facts(count: int) -> tuple[TensorFacts, ...]:
    return (TensorFacts(name="out", shape=(1, count), dtype="int8", scale=1 / 256, zero_point=-128),)


def outputs(count: int, columns: int) -> NDArray[np.int8]:
    random = np.random.default_rng(3)
    every = np.repeat(np.arange(-128, 128)[:, None], columns, axis=1)
    turned = np.stack([np.roll(every[:, 0], 17 * place) for place in range(columns)], axis=1)
    return np.concatenate([random.integers(-128, 128, (count, columns)), every, turned, -1 - every]).astype(np.int8)


def made(source: str) -> tuple[Decision, NDArray[np.int8]]:
    if source == "binary":
        found = binary.decision(Task(kind="binary", labels=LABELS, cuts=(0.3,)), facts(2), 0.6)
    elif source == "embed":
        found = embed.decision(Task(kind="embed", cuts=(0.6,)), facts(7), 0.6)
        assert found is not None
        return found, np.concatenate([outputs(20_000, 7), np.full((1, 7), -128, np.int8)])
    elif source == "anomaly":
        found = anomaly.decision(Task(kind="anomaly", cuts=(5461.5,), grey=256.0), facts(7), 0.6)
        assert found is not None
        given = outputs(20_000, 7)
        means = [anomaly.decide(row, found.numbers["DECIDE_ZERO_POINT"], 0)[0] for row in given]
        level = sorted(means)[len(means) // 2]  # a score that occurs, so that the threshold is met exactly
        found = msgspec.structs.replace(found, numbers={**found.numbers, "ALERT_Q8": level})
        return found, np.concatenate([given, np.full((1, 7), -128, np.int8)])
    else:
        found = multi_label.decision(Task(kind="multi-label", labels=NAMES, cuts=CUTS), facts(5), 0.6)
    assert found is not None
    return found, outputs(20_000, len(found.labels))


def wanted(decision: Decision, given: NDArray[np.int8]) -> list[tuple[int, ...]]:
    return [tuple(map(int, ANSWERS[decision.source].answer(row, decision))) for row in given]


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler is installed")
@pytest.mark.parametrize("source", ["binary", "multi_label", "embed", "anomaly"])
def test_the_c_decision_is_the_definition_s(source: str, tmp_path: Path) -> None:
    decision, given = made(source)
    answer = ANSWERS[source]
    words = str(answer.words(decision))
    main = C_DRIVER.replace("@DRIVER@", "{" + (answer.driver or CLASSIFIER_DRIVER) + "}")
    main = main.replace("@BYTES@", str(given.shape[1])).replace("@WORDS@", words)
    main = main.replace("xmodel", "net").replace("XMODEL", "NET")
    for name, text in (decision_files("net", decision) | {"main.c": main}).items():
        (tmp_path / name).write_text(text, "ascii")
    sources = sorted(path.name for path in tmp_path.glob("*.c"))
    subprocess.run(["cc", *WARNINGS, "-O1", *sources, "-o", "driver"], cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "driver"], input=given.tobytes(), capture_output=True, check=True, timeout=60)
    found = np.frombuffer(done.stdout, "<i4").reshape(len(given), -1)
    np.testing.assert_array_equal(found, np.array(wanted(decision, given)))


JAVA: dict[str, str] = {
    "binary": "BinaryDecision said = BinaryDecision.decide(output);\n"
    'out.append(said.index + " " + said.confidence + " " + (said.review ? 1 : 0));',
    "multi_label": "for (LabelsDecision.Said said : LabelsDecision.decide(output)) {\n"
    'out.append(said.index + " " + said.confidence + " ");\n}',
    "anomaly": "Anomaly said = Anomaly.decide(output);\n"
    'out.append(said.score + " " + (said.alert ? 1 : 0));',
    "embed": "short[] unit = Embedding.unit(output);\n"
    "short[] other = Embedding.unit(new byte[] {0, 1, 2, 3, 4, 5, (byte) 200});\n"
    "Embedding.Match match = Embedding.nearest(unit, new short[][] {other, other, unit});\n"
    'for (short value : unit) {\nout.append(value + " ");\n}\n'
    'out.append(match.index + " " + match.cosine + " " + (match.known ? 1 : 0));',
}


@pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
@pytest.mark.parametrize("source", ["binary", "multi_label", "embed", "anomaly"])
def test_the_java_decision_is_the_definition_s(source: str, tmp_path: Path) -> None:
    decision, given = made(source)
    numbers, tables = ANSWERS[source].java(decision)
    named = ["name", "version", "asset", "labels-asset", "sha256", "runtime-floor", "dtype", "color", "resize", "fit"]
    constants = specialise.Constants(
        package=specialise.PACKAGE,
        texts=dict.fromkeys(named, "x"),
        integers=dict.fromkeys(specialise.NUMBER_KEYS, 1) | {"CLASSES": len(decision.labels)},
        reals=dict.fromkeys(specialise.REAL_KEYS, 1.0),
        labels=decision.labels,
        reader=ANSWERS[source].reader,
        decision=numbers,
        tables=tables,
    )
    driver = JAVA_DRIVER.replace("@BYTES@", str(given.shape[1])).replace("@DRIVER@", JAVA[source])
    compiled = compile_java({**specialise.sources(constants), "Driver.java": driver.encode()})
    # The classes that are shipped are the template's, with the same constants put in.
    for path, data in {**compiled, **specialise.classes(constants)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    bytes_ = (given.astype(np.int16) + 128).astype(np.uint8).tobytes()
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", str(tmp_path), f"{specialise.PACKAGE}.Driver"]
    done = subprocess.run(command, input=bytes_, capture_output=True, check=True, timeout=60)
    found = [tuple(map(int, line.split())) for line in done.stdout.decode().splitlines()]
    if source == "embed":
        other = embed.unit(np.array([0, 1, 2, 3, 4, 5, 200], np.int16) - 128, decision.numbers["DECIDE_ZERO_POINT"])
        units = [np.array(row, np.int16) for row in wanted(decision, given)]
        q14 = decision.numbers["KNOWN_Q14"]
        nearest = [embed.nearest(one, np.stack([other, other, one]), q14) for one in units]
        assert found == [(*one.tolist(), *map(int, said)) for one, said in zip(units, nearest, strict=True)]
        return
    assert found == [flat(source, row) for row in wanted(decision, given)]


def flat(source: str, row: tuple[int, ...]) -> tuple[int, ...]:
    """As the Java driver prints it."""
    if source in ("binary", "embed", "anomaly"):
        return row
    count, half = row[0], (len(row) - 1) // 2
    return tuple(word for i in range(count) for word in (row[1 + i], row[1 + half + i]))


def given_values(decision: Decision) -> int:
    return len(decision.labels) or decision.numbers["VALUES"]


def on_a_pi(source: str) -> Callable[[NDArray[np.uint8]], Sequence[int]]:
    decision, _ = made(source)
    known: dict[str, Any] = {"source": source, **decision.numbers, **decision.tables, "labels": decision.labels}
    head = device.Head("out", (given_values(decision),), 1 / 256, 0)
    model = device.Model(
        path=Path(), facts={"decision": known}, contract=device.Contract((1, 1), "rgb", "area", "crop"),
        labels=decision.labels if source == "binary" else (), scale=1 / 256, zero_point=0, threshold=0.6, heads=(head,),
    )  # fmt: skip
    options = argparse.Namespace(threshold=None, references=Path("nowhere"))
    if source == "embed":
        return decisions.Known(model, options).unit
    if source == "binary":
        return decisions.YesOrNo(model, options).sides
    if source == "anomaly":
        watch = decisions.GoodOrNot(model, options)
        return lambda output: [watch.score(output), int(watch.decide(output).facts["decision"] == "alert")]
    said = decisions.EachLabel(model, options).said
    return lambda output: [word for pair in said(output) for word in pair]


@pytest.mark.parametrize("source", ["binary", "multi_label", "embed", "anomaly"])
def test_the_python_decision_on_a_raspberry_pi_is_the_definition_s(source: str) -> None:
    decision, given = made(source)
    decide = on_a_pi(source)
    for row, known in zip(given[::5], wanted(decision, given[::5]), strict=True):
        found = tuple(map(int, decide((row.astype(np.int16) + 128).astype(np.uint8))))
        assert found == flat(source, known)


def test_yes_is_said_from_the_threshold_on_and_review_where_neither_label_is_sure() -> None:
    decision, _ = made("binary")
    assert binary.decide(np.array([40, -41], np.int8), decision.numbers) == (1, 340, False)
    assert binary.decide(np.array([51, -52], np.int8), decision.numbers) == (0, 699, False)
    assert binary.decide(np.array([0, -1], np.int8), decision.numbers) == (1, 496, True)


def test_each_label_is_said_from_its_own_threshold_on() -> None:
    decision, _ = made("multi_label")
    assert decision.tables["LEAST"] == (0, -127, 127, -51, 54)
    said = multi_label.decide(np.array([0, -127, 126, -52, 127], np.int8), decision)
    assert said == ((0, 500), (1, 4), (4, 996))


def test_the_nearest_reference_is_the_same_in_c_and_python(tmp_path: Path) -> None:
    if not shutil.which("cc"):
        pytest.skip("no C compiler is installed")
    decision, given = made("embed")
    units = np.stack([embed.unit(row, decision.numbers["DECIDE_ZERO_POINT"]) for row in given[:4000]])
    references = units[::500]
    main = """
#include <stdio.h>
#include "net_decide.h"

int main(void) {
  static int16_t references[8 * NET_VALUES], unit[NET_VALUES];
  if (fread(references, sizeof(references), 1, stdin) != 1) return 1;
  while (fread(unit, sizeof(unit), 1, stdin) == 1) {
    const net_match match = net_nearest(unit, references, 8);
    printf("%ld %ld %d\\n", (long)match.index, (long)match.cosine, match.known);
  }
  return net_nearest(unit, references, 0).known;
}
"""
    for name, text in (decision_files("net", decision) | {"main.c": main}).items():
        (tmp_path / name).write_text(text, "ascii")
    subprocess.run(["cc", *WARNINGS, "-O1", "main.c", "net_decide.c", "-o", "driver"], cwd=tmp_path, check=True, timeout=60)
    sent = references.astype("<i2").tobytes() + units.astype("<i2").tobytes()
    done = subprocess.run([tmp_path / "driver"], input=sent, capture_output=True, check=True, timeout=60)
    known = [embed.nearest(unit, references, decision.numbers["KNOWN_Q14"]) for unit in units]
    assert done.stdout.decode().splitlines() == [f"{i} {cosine} {int(said)}" for i, cosine, said in known]
    assert [index for index, _, _ in known[::500]] == list(range(8)) and all(cosine > 16370 for _, cosine, _ in known[::500])


def test_a_threshold_accepts_no_more_strangers_than_wished_and_equal_errors_meet() -> None:
    rng = np.random.default_rng(5)
    known = np.arange(120) % 6
    vectors = embed.units(np.eye(6)[known] + rng.normal(0, 0.3, (120, 6)))
    cosines, alike, _, _ = embed.pairs(vectors, known)
    cut = embed.find_cut(vectors, known, 0.05)
    assert 0.03 < (cosines[~alike] >= cut).mean() <= 0.05
    (error,) = embed.equal_error(cosines, alike, np.ones((1, len(cosines))))
    at = np.quantile(cosines[~alike], 1 - error)
    assert (cosines[alike] < at).mean() == pytest.approx(error, abs=0.02)
    assert embed.nearest_right(vectors, known).mean() > 0.9
