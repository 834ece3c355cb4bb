"""A vision transformer, a hybrid and ConvNeXt blocks (benchmarks/hard_nets.py) end without a float operator, within the
limit. One with a class token, trained, is examples/gauges (tests/end_to_end/test_gauges_example.py).

Their features are random; only the last layer is fitted, in closed form, which takes no training and still gives a
classifier whose answers can be lost.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from espalier.ladder.choose import loss
from espalier.ladder.climb import climb
from espalier.ladder.labelled import Labelled
from espalier.quantizer.audit import audit_model
from espalier.recipe import InputContract

ROOT = Path(__file__).resolve().parents[3]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
LIMIT = 0.5
CALIBRATED, JUDGED, FITTED = 96, 400, 800


def fit_head(model: Any, pixels: np.ndarray, labels: np.ndarray) -> None:
    """Ridge regression of the one-hot labels on what the last layer is fed, as its weights."""
    import keras

    last = model.layers[-1]
    fed = keras.Model(model.inputs, last.input).predict((pixels.astype(np.float32) - 127.5) / 127.5, verbose=0)
    fed = np.concatenate([fed, np.ones((len(fed), 1))], axis=1)
    wanted = np.eye(last.units)[labels] - 1 / last.units
    weights = np.linalg.solve(fed.T @ fed + 1e-1 * np.eye(fed.shape[1]), fed.T @ wanted)
    last.set_weights([8 * weights[:-1], 8 * weights[-1]])


@pytest.mark.parametrize("name", ["vit", "hybrid", "convnext"])
def test_the_network_has_no_float_operator_and_holds_the_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import hard_nets
    import keras

    from espalier.quantizer.convert import convert_model

    keras.utils.set_random_seed(7)
    model, contract = hard_nets.net_of(name).build(), InputContract(size=(24, 24), mean=(127.5,), std=(127.5,))
    fit_head(model, *hard_nets.draw("train", FITTED))
    done = convert_model(model, contract)
    calibration, _ = hard_nets.draw("calibration", CALIBRATED)
    pixels, truth = hard_nets.draw("evaluation", JUDGED)
    labelled = Labelled(pixels=pixels, labels=truth)
    climbed = climb(done.float_model, calibration, contract, limit_points=LIMIT, labelled=labelled)
    kept = next(step for step in climbed.steps if step.kept)
    audit = audit_model(kept.candidate.int8_model, contract, layers=done.layers)
    assert (audit.errors, audit.counts.float, audit.counts.int16) == ((), 0, 0)
    assert kept.top1 is not None and kept.top1 > 0.2
    assert loss(kept) <= LIMIT
