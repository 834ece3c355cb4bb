"""A benchmark names everything that its figures depend on, and keeps to its time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from tiny_models import brightness_classifier, classifier

from espalier.errors import UnsupportedModelError
from espalier.measure import benchmark, operators
from espalier.measure.operators import split
from espalier.tflite.runtimes import litert, open_interpreter


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return benchmark.benchmark(
        litert(), brightness_classifier("int8"), variant="int8", seconds=0.02, operators=True
    )


def test_the_row_says_runtime_version_cpu_threads_and_delegate(result: dict[str, Any]) -> None:
    row = result["row"]
    assert (row.runtime, row.variant, row.threads) == ("litert", "int8", 1)
    assert row.version and row.cpu == benchmark.cpu_name() and row.cpu
    assert row.delegate.startswith("XNNPACK, ")


def test_the_figures_are_ordered_and_counted(result: dict[str, Any]) -> None:
    row = result["row"]
    assert row.n >= 20 and 0 < row.median_us <= row.p90_us <= row.p99_us
    assert row.cold_us > 0 and row.first_us > 0 and row.mad_us >= 0
    assert result["idle_us"] > 0 and f"of rest {result['idle_us']:.0f} us" in row.note


def test_memory_is_that_of_this_run(result: dict[str, Any]) -> None:
    assert result["peak_rss_bytes"] > 1 << 20
    assert 0 <= result["grown_bytes"] < result["peak_rss_bytes"]


def test_operators_are_timed_alone_in_graph_order(result: dict[str, Any]) -> None:
    rows = result["row"].operators
    assert [row.name for row in rows] == ["0 fully_connected", "1 softmax"]
    assert sum(row.share for row in rows) == pytest.approx(1.0)
    assert "operators timed alone" in result["row"].note


def test_without_a_delegate_the_kernels_are_named() -> None:
    row = benchmark.benchmark(
        litert(), brightness_classifier("int8"), variant="int8", kernels="builtin", seconds=0.0
    )["row"]
    assert row.delegate == "none (builtin kernels)" and row.n == 20 and row.operators == ()


def test_a_model_is_run_twenty_times_and_a_fast_one_as_time_allows() -> None:
    interpreter = open_interpreter(litert(), brightness_classifier("int8"))
    assert len(benchmark._warm(interpreter, 0.0)) == 20
    started = time.perf_counter()
    assert 20 < len(benchmark._warm(interpreter, 0.02)) <= benchmark.MAXIMUM_RUNS
    assert time.perf_counter() - started < 5


class Slow:
    """An interpreter of which a run takes `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.runs = seconds, 0

    def invoke(self) -> None:
        self.runs += 1
        time.sleep(self.seconds)


def test_a_slow_model_takes_half_a_second_and_five_runs_at_least() -> None:
    slow = Slow(0.15)
    times = benchmark._warm(slow, 0.0)
    assert len(times) == benchmark.SLOW_RUNS and slow.runs <= benchmark.SLOW_RUNS + benchmark.WARM_UP
    slow.runs = 0
    benchmark._idle(slow, min(times))
    assert slow.runs <= 3
    assert [benchmark.minimum_runs(n) for n in (1, 25_000_000, 50_000_000, 10**10)] == [20, 20, 10, 5]


def test_the_same_model_by_turns_is_as_fast_as_itself() -> None:
    model = brightness_classifier("int8")
    result = benchmark.interleaved(litert(), {"before": model, "after": model}, seconds=0.2)
    low, high = result["interval"]["after"]
    assert result["ratio"]["before"] == 1.0 and 1 / 3 < result["ratio"]["after"] < 3
    assert low <= result["ratio"]["after"] <= high and result["n"] >= 20


def test_a_larger_model_has_a_ratio_above_one() -> None:
    random = np.random.default_rng(0)
    large = classifier(random.normal(size=(2000, 48)), np.zeros(2000))
    result = benchmark.interleaved(litert(), {"small": brightness_classifier(), "large": large}, seconds=0.05)
    assert result["ratio"]["large"] > 2.0
    assert result["median_us"]["large"] > result["median_us"]["small"]


def test_the_summary_is_the_textbooks() -> None:
    figures = benchmark.summarize([1000 * value for value in range(1, 102)])
    assert (figures["median_us"], figures["p90_us"], figures["p99_us"]) == (51.0, 91.0, 100.0)
    assert (figures["mad_us"], figures["n"]) == (25.0, 101)


def test_noise_is_told() -> None:
    figures = {"median_us": 100.0, "mad_us": 20.0}
    assert "noisy: median absolute deviation 20% of the median, do not compare" in benchmark._note(
        figures, 1.0, ()
    )
    assert "noisy" not in benchmark._note(figures | {"mad_us": 5.0}, 1.0, ())


def test_every_operator_of_a_split_model_runs_alone() -> None:
    pieces = split(brightness_classifier())
    assert [name for name, _ in pieces] == ["fully_connected", "softmax"]
    for _, piece in pieces:
        open_interpreter(litert(), piece).invoke()


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(UnsupportedModelError):
        benchmark.benchmark(litert(), b"nothing", variant="int8")


def test_an_operator_that_does_not_run_alone_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = split(brightness_classifier())
    broken = [whole[0], ("while", b""), ("odd", b"broken"), whole[1]]
    monkeypatch.setattr(operators, "split", lambda model: broken)
    rows = benchmark.time_operators(litert(), b"", "default", 1)
    assert [row.name for row in rows] == ["0 fully_connected", "3 softmax"]


def test_without_proc_files_the_platform_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(benchmark, "open", absent, raising=False)
    assert benchmark.cpu_name()
    assert benchmark._reset_peak() > 1 << 20


def test_a_busy_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark.os, "getloadavg", lambda: (999.0, 0.0, 0.0))
    assert "the machine was busy (load 999.0" in benchmark._note({"median_us": 1.0, "mad_us": 0.0}, 1.0, ())
