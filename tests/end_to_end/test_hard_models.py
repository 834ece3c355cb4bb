"""The networks of benchmarks/hard_nets.py: hardening keeps the function, and the ladder holds where plain int8 breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
COUNTS = {"calibration": 100, "evaluation": 800}
WORTH = 0.05
"""What the ladder is better by than plain quantization, as a share of the images."""

SAME_FUNCTION = """
import sys
import numpy as np, keras, hard_nets
images = hard_nets.normalise(hard_nets.draw("evaluation", 16)[0])
for name in sys.argv[1:]:
    net = hard_nets.net_of(name)
    keras.utils.set_random_seed(1)
    model = net.build()
    before = model.predict(images, verbose=0)
    net.harden(model)
    sizes = [float(np.abs(layer.get_weights()[0]).max()) for layer in model.layers if layer.get_weights()]
    print("told", float(np.abs(model.predict(images, verbose=0) - before).max()), max(sizes) / min(sizes))
"""


def test_hardening_keeps_the_function_and_spreads_the_weights() -> None:
    names = ("depthwise-spread", "concat")
    command = [sys.executable, "-c", SAME_FUNCTION, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=BENCHMARKS, timeout=240)
    rows = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("told ")]
    assert len(rows) == len(names)
    for difference, spread in rows:
        assert float(difference) < 1e-4
        assert float(spread) > 20


def test_sets_are_drawn_from_different_originals_and_always_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import hard_nets

    numbers = [set(group) for group in hard_nets.ORIGINALS.values()]
    assert sum(map(len, numbers)) == len(set.union(*numbers)) == 10
    first, again = hard_nets.draw("evaluation", 20), hard_nets.draw("evaluation", 20)
    assert first[0].shape == (20, hard_nets.SIDE, hard_nets.SIDE, 3)
    assert (first[0] == again[0]).all() and (first[1] == again[1]).all()


def test_the_ladder_holds_where_plain_int8_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One network of the suite, trained here for a short time; the whole suite is benchmarks/hard_models.py."""
    pytest.importorskip("sklearn")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import hard_models

    row = hard_models.measure(hard_models.net_of("outliers"), tmp_path, COUNTS, epochs=4)
    assert row.float_top1 > 0.6
    assert row.espalier.loss <= 0.5, row
    for peer in (row.tflite, row.litert):
        assert peer.why or row.espalier.top1 - peer.top1 > WORTH, row
    assert all(held for text, held in hard_models.verdicts([row]) if "4 wanted" not in text)
    assert row.steps > 2 and row.held_out is not None
    for peer, versus in row.versus.items():
        assert versus.points == pytest.approx(100 * (row.espalier.top1 - getattr(row, peer).top1))
        assert versus.p_value < 1e-6
    table, fresh = hard_models.table([row]), hard_models.fresh_table([row])
    assert len(table) == 2 and "outliers" in fresh[-1] and f"{row.held_out:.2f}" in fresh[-1]


def test_one_image_below_a_peer_fails_on_the_builds_images_and_is_told_on_fresh_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import hard_models as suite

    def said(points: float, fresh: float, p_value: float) -> dict[str, bool]:
        versus = {"tflite": suite.Versus(points=points, p_value=1.0), "litert": suite.Versus(points=1.0, p_value=0.1)}
        later = {"tflite": suite.Versus(points=fresh, p_value=p_value)}
        row = suite.Row(
            net="n", weights="per-channel", limit=0.5, float_top1=0.9, tflite=suite.Score(top1=0.9),
            litert=suite.Score(top1=0.89), espalier=suite.Score(top1=0.9 + points / 100), rung="a", steps=23,
            refused=False, held_out=0.1, train_seconds=1.0, versus=versus,
            fresh=suite.Fresh(float_top1=0.9, losses={"tflite": 0.1, "espalier": 0.1 - fresh}, versus=later),
        )  # fmt: skip
        return dict(suite.verdicts([row]))

    never = "never below a peer on the images of the build"
    assert said(0.0, 0.0, 1.0)[never]
    assert not said(-0.05, 0.0, 1.0)[f"{never}: below in n (-0.05 against TFLite, p = 1)"]
    level = "on fresh images nowhere below a peer beyond chance (level 0.05 over 1 comparisons)"
    assert said(0.0, 0.0, 1.0)[level]
    assert said(0.0, -0.1, 0.5)[f"{level}; below in n (-0.10 against TFLite, p = 0.5)"]
    assert not said(0.0, -2.0, 0.001)[f"{level}; below in n (-2.00 against TFLite, p = 0.001)"]


@pytest.mark.sweep
def test_sweep_every_hard_network_reaches_its_figure() -> None:
    """The benchmark itself: every figure is reached."""
    command = [sys.executable, str(BENCHMARKS / "hard_models.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "OVER the limit" not in done.stdout
