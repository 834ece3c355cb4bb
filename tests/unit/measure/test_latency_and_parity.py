"""Both runtimes in their own processes: rows, peaks, checks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from runtimes_here import RUNTIMES
from tiny_models import SHAPE, brightness_classifier

from espalier.errors import UnsupportedModelError
from espalier.recipe import InputContract
from espalier.rows import LatencyRow
from espalier.stages.latency import _with_thread_notes, compare_latency, measure_latency
from espalier.worker.client import Worker
from espalier.worker.runtime_calls import Predict, ScoreAlternatives

MODEL = brightness_classifier("int8")


@pytest.fixture(scope="module")
def pixels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pixels") / "set.npy"
    random = np.random.default_rng(1)
    brightness = np.where(np.arange(40) % 2, 60, 190)[:, None, None, None]
    np.save(path, (brightness + random.integers(-40, 41, (40, *SHAPE))).astype(np.uint8))
    return path


def test_every_variant_is_timed_on_both_runtimes_and_a_broken_one_becomes_a_check() -> None:
    steps: list[str] = []
    result = measure_latency(
        {"float": b"broken", "int8": MODEL},
        threads={"int8": (2,)},
        run_seconds=0.01,
        on_step=lambda done, total, text: steps.append(text),
    )
    assert [(row.runtime, row.variant, row.threads) for row in result.rows] == [
        (runtime, "int8", threads) for runtime in RUNTIMES for threads in (1, 2)
    ]
    delegates = {row.runtime: row.delegate.split(",")[0].split(" ")[0] for row in result.rows}
    assert delegates == {name: {"litert": "XNNPACK", "tflite-runtime": "none"}[name] for name in RUNTIMES}
    assert {row.runtime: row.version for row in result.rows}.get("tflite-runtime", "2.14.0") == "2.14.0"
    assert set(result.peak_rss_bytes) == set(RUNTIMES)
    assert {(check.tool, check.result) for check in result.checks} == {("litert", "not run"), ("tflite-runtime", "not run")}
    assert len(result.checks) == 4 - len(RUNTIMES)
    assert all(len(row.operators) == (2 if row.threads == 1 else 0) for row in result.rows)
    assert len(steps) == 4


def test_models_are_compared_by_turns_in_one_process() -> None:
    result = compare_latency({"a": MODEL, "b": MODEL}, run_seconds=0.02)
    assert result.ratio["a"] == 1.0 and result.n >= 20


def test_more_threads_that_are_slower_are_told() -> None:
    def row(threads: int, median: float) -> LatencyRow:
        values = dict.fromkeys(("cold_us", "first_us", "p90_us", "p99_us"), 1.0)
        return LatencyRow(
            runtime="litert",
            variant="int8",
            threads=threads,
            delegate="none",
            cpu="c",
            median_us=median,
            n=20,
            note="x",
            **values,
        )

    alone, slower = _with_thread_notes([row(1, 10.0), row(2, 35.0)])
    assert alone.note == "x"
    assert slower.note.endswith("slower than on one thread (3.5 times): use one")
    assert "slower" not in _with_thread_notes([row(1, 10.0), row(2, 6.0)])[1].note


def test_processes_that_were_started_ahead_are_used() -> None:
    with Worker("litert-runtime") as ready:
        result = measure_latency(
            {"int8": MODEL}, runtimes=["litert"], run_seconds=0.01, started={("litert", "int8"): ready}
        )
        assert [row.variant for row in result.rows] == ["int8"]
        assert ready.alive


@pytest.mark.parametrize("kind", ["quantizer", "litert-runtime", *RUNTIMES[1:]])
def test_the_runtime_processes_answer_predict(kind: str, pixels: Path) -> None:
    contract = InputContract(size=SHAPE[:2], mean=(127.5,), std=(127.5,))
    with Worker(kind, reads=[pixels]) as worker:
        answer = worker.ask(Predict(model=MODEL, pixels_path=str(pixels), first=5, count=10, threads=1))
        assert answer.outputs.shape == (10, 2) and answer.outputs.dtype == np.int8
        assert answer.steps == ((2, 1 / 256, -128),)
        scored = worker.ask(
            ScoreAlternatives(
                model=brightness_classifier(), pixels_path=str(pixels), truth=(0,) * 40, contract=contract
            )
        )
        assert scored.n == 40 and scored.scores[0]["name"] == "as declared"
        with pytest.raises(UnsupportedModelError, match="cannot load the model"):
            worker.ask(Predict(model=b"none", pixels_path=str(pixels)))
