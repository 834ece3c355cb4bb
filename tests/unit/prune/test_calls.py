"""The calls between processes, and the tfmot route with its own legacy-Keras process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from keras import layers

from espalier.errors import UnsupportedModelError, VerificationError
from espalier.recipe import FineTune, InputContract
from espalier.worker import prune_calls
from espalier.worker.client import Worker

from .networks import plain, shake, squeeze

CONTRACT = msgspec.to_builtins(InputContract(size=(12, 12), mean=(127.5,), std=(60.0,)))


@pytest.fixture
def pixels_path(tmp_path: Path) -> str:
    path = tmp_path / "pixels.npy"
    np.save(path, np.random.default_rng(0).integers(0, 256, (40, 12, 12, 3), np.uint8))
    return str(path)


def test_prune_tune_and_recalibrate_a_slot(pixels_path: str) -> None:
    session: dict[str, Any] = {"given": shake(plain())}
    account = prune_calls.prune_channels(
        session,
        slot_from="given",
        slot_to="pruned",
        amount=0.3,
        multiple=8,
        pixels_path=pixels_path,
        contract=CONTRACT,
    )
    assert account["macs_after"] <= 0.7 * account["macs_before"]
    assert msgspec.json.encode(account)
    tuned = prune_calls.fine_tune(
        session,
        slot="pruned",
        settings=msgspec.to_builtins(FineTune(images="", epochs=1)),
        pixels_path=pixels_path,
        labels=(np.arange(40) % 5).tolist(),
        contract=CONTRACT,
    )
    assert len(tuned["history"]) == 2
    assert prune_calls.recalibrate(session, slot="pruned", pixels_path=pixels_path, contract=CONTRACT) == {
        "layers": 0
    }


def test_recalibration_gives_batch_norm_what_it_sees(pixels_path: str) -> None:
    given = keras.Input((12, 12, 3))
    session = {"m": keras.Model(given, layers.BatchNormalization(name="norm")(given))}
    assert prune_calls.recalibrate(session, slot="m", pixels_path=pixels_path, contract=CONTRACT) == {"layers": 1}
    seen = prune_calls.normalised(pixels_path, InputContract(size=(12, 12), mean=(127.5,), std=(60.0,)))
    norm = session["m"].get_layer("norm")
    np.testing.assert_allclose(norm.moving_mean.numpy(), seen.mean(axis=(0, 1, 2)), atol=1e-4)
    np.testing.assert_allclose(norm.moving_variance.numpy(), seen.var(axis=(0, 1, 2)), rtol=1e-4)


def test_sparse_slots_count_their_zeros() -> None:
    session: dict[str, Any] = {"given": shake(plain())}
    prune_calls.prune_magnitude(session, slot_from="given", slot_to="sparse", amount=0.5)
    assert prune_calls.count_zeros(session, slot="sparse")["sparsity"] == 0.5


@pytest.fixture(scope="module")
def legacy() -> Iterator[Worker]:
    with Worker("legacy") as worker:
        yield worker


def prune_twin(
    legacy: Worker, session: dict[str, Any], tmp_path: Path, pixels_path: str, **more: Any
) -> dict[str, Any]:
    prune_calls.export_twin(session, slot="given", path=str(tmp_path / "twin.npz"))
    out = str(legacy.scratch / "out.npz")
    answer: dict[str, Any] = legacy.call(
        "prune_magnitude_tfmot",
        twin_path=str(tmp_path / "twin.npz"),
        out_path=out,
        contract=CONTRACT,
        **{"amount": 0.5, "pattern": "free", "pixels_path": pixels_path, **more},
    )
    account = prune_calls.import_twin(session, slot_from="given", slot_to="pruned", path=out)
    return {**answer, **account}


def test_tfmot_prunes_the_twin_and_the_zeros_come_back(
    legacy: Worker, tmp_path: Path, pixels_path: str
) -> None:
    session: dict[str, Any] = {"given": shake(plain())}
    tune = {
        "settings": msgspec.to_builtins(FineTune(images="", epochs=2, batch_size=8)),
        "pixels_path": pixels_path,
        "labels": (np.arange(40) % 5).tolist(),
        "contract": CONTRACT,
        "seed": 0,
    }
    account = prune_twin(legacy, session, tmp_path, pixels_path, fine_tune=tune)
    assert (
        account["difference"] <= 1e-5 and account["trained_on"] == "labels" and len(account["history"]) == 2
    )
    assert account["sparsity"] == pytest.approx(0.5, abs=0.01)
    kernel = session["pruned"].get_layer("c2").kernel.numpy()
    assert (kernel == 0).mean() == pytest.approx(0.5, abs=0.01)


def test_tfmot_without_labels_learns_from_the_model_itself(
    legacy: Worker, tmp_path: Path, pixels_path: str
) -> None:
    session: dict[str, Any] = {"given": shake(plain())}
    account = prune_twin(legacy, session, tmp_path, pixels_path, pattern="2:4")
    assert account["trained_on"] == "its own answers"
    assert account["sparsity"] == 0.5


def test_a_layer_that_legacy_keras_lacks_is_refused(legacy: Worker, tmp_path: Path, pixels_path: str) -> None:
    given = keras.Input((12, 12, 3))
    x = layers.Conv2D(16, 3)(given)
    x = layers.Conv2D(16, 3)(layers.GroupNormalization(4, name="groups_here")(x))
    x = layers.Dense(4)(layers.GlobalAveragePooling2D()(x))
    with pytest.raises(UnsupportedModelError, match=r"groups_here.* is a GroupNormalization"):
        prune_twin(legacy, {"given": keras.Model(given, x)}, tmp_path, pixels_path)


def test_a_twin_that_answers_differently_is_refused(legacy: Worker, tmp_path: Path, pixels_path: str) -> None:
    session = {"given": shake(plain())}
    prune_calls.export_twin(session, slot="given", path=str(tmp_path / "twin.npz"))
    with np.load(tmp_path / "twin.npz") as file:
        arrays = dict(file)
    arrays["c1/1"] = arrays["c1/1"] + 0.1
    np.savez(tmp_path / "twin.npz", **arrays)
    with pytest.raises(VerificationError, match="answers differently"):
        legacy.call(
            "prune_magnitude_tfmot",
            twin_path=str(tmp_path / "twin.npz"),
            out_path=str(legacy.scratch / "o.npz"),
            amount=0.5,
            pattern="free",
            pixels_path=pixels_path,
            contract=CONTRACT,
        )


def test_an_operator_in_the_graph_is_refused_for_tfmot(tmp_path: Path) -> None:
    given = keras.Input((12, 12, 3))
    model = keras.Model(given, layers.Dense(2)(layers.Flatten()(given * 2.0)))
    with pytest.raises(UnsupportedModelError, match="no layer in legacy Keras"):
        prune_calls.export_twin({"given": model}, slot="given", path=str(tmp_path / "twin.npz"))


def test_weights_of_another_shape_do_not_come_back(tmp_path: Path) -> None:
    session: dict[str, Any] = {"given": squeeze()}
    prune_calls.export_twin(session, slot="given", path=str(tmp_path / "twin.npz"))
    with np.load(tmp_path / "twin.npz") as file:
        arrays = dict(file)
    for value, said in (
        (np.zeros(3, np.float32), "another shape"),
        (np.full_like(arrays["out/1"], np.nan), "finite"),
    ):
        np.savez(tmp_path / "changed.npz", **{**arrays, "out/1": value})
        with pytest.raises(VerificationError, match=said):
            prune_calls.import_twin(session, slot_from="given", slot_to="p", path=str(tmp_path / "changed.npz"))
