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
from espalier.prune.training_set import Sparsity, Training
from espalier.recipe import FineTune, InputContract
from espalier.worker.client import Worker
from espalier.worker.keras_calls import (
    Account,
    CountZeros,
    ExportTwin,
    FineTuneModel,
    ImportTwin,
    PruneChannels,
    PruneMagnitude,
    PruneTwin,
    Trained,
)
from espalier.worker.tensorflow_side import Session

from .networks import plain, shake, squeeze

CONTRACT = InputContract(size=(12, 12), mean=(127.5,), std=(60.0,))
HALF = Sparsity(amount=0.5)


@pytest.fixture
def pixels_path(tmp_path: Path) -> str:
    path = tmp_path / "pixels.npy"
    np.save(path, np.random.default_rng(0).integers(0, 256, (40, 12, 12, 3), np.uint8))
    return str(path)


def session(given: keras.Model) -> Session:
    own = Session()
    own.slots["given"] = given
    return own


def test_prune_and_tune_a_slot(pixels_path: str) -> None:
    own = session(shake(plain()))
    account = own.prune_channels(
        PruneChannels(
            slot_from="given", slot_to="pruned", amount=0.3, multiple=8, pixels_path=pixels_path, contract=CONTRACT
        )
    )
    assert sum(row["after"] for row in account.layers) < sum(row["before"] for row in account.layers)
    assert msgspec.json.encode(account)
    tuned = own.fine_tune(FineTuneModel(slot="pruned", training=training(pixels_path, epochs=1)))
    assert len(tuned.history) == 2


def training(pixels_path: str, **settings: Any) -> Training:
    return Training(
        settings=FineTune(images="", **settings),
        pixels_path=pixels_path,
        labels=tuple((np.arange(40) % 5).tolist()),
        contract=CONTRACT,
    )


def test_sparse_slots_count_their_zeros() -> None:
    own = session(shake(plain()))
    own.prune_magnitude(PruneMagnitude(slot_from="given", slot_to="sparse", sparsity=Sparsity(amount=0.5)))
    assert own.count_zeros(CountZeros(slot="sparse")).sparsity == 0.5


@pytest.fixture(scope="module")
def legacy() -> Iterator[Worker]:
    with Worker("legacy", reads=[Path("/")]) as worker:
        yield worker


def prune_twin(
    legacy: Worker,
    own: Session,
    tmp_path: Path,
    pixels_path: str,
    sparsity: Sparsity = HALF,
    trained_on: Training | None = None,
) -> tuple[Trained, Account]:
    own.export_twin(ExportTwin(slot="given", path=str(tmp_path / "twin.npz")))
    out = str(legacy.scratch / "out.npz")
    answer = legacy.ask(
        PruneTwin(
            twin_path=str(tmp_path / "twin.npz"),
            out_path=out,
            contract=CONTRACT,
            sparsity=sparsity,
            pixels_path=pixels_path,
            training=trained_on,
        )
    )
    return answer, own.import_twin(ImportTwin(slot_from="given", slot_to="pruned", path=out))


def test_tfmot_prunes_the_twin_and_the_zeros_come_back(
    legacy: Worker, tmp_path: Path, pixels_path: str
) -> None:
    own = session(shake(plain()))
    tune = training(pixels_path, epochs=2, batch_size=8)
    trained, account = prune_twin(legacy, own, tmp_path, pixels_path, trained_on=tune)
    assert trained.difference <= 1e-5 and trained.trained_on == "labels" and len(trained.history) == 2
    assert account.sparsity == pytest.approx(0.5, abs=0.01)
    kernel = own.slots["pruned"].get_layer("c2").kernel.numpy()
    assert (kernel == 0).mean() == pytest.approx(0.5, abs=0.01)


def test_tfmot_without_labels_learns_from_the_model_itself(
    legacy: Worker, tmp_path: Path, pixels_path: str
) -> None:
    own = session(shake(plain()))
    trained, account = prune_twin(legacy, own, tmp_path, pixels_path, Sparsity(amount=0.5, pattern="2:4"))
    assert trained.trained_on == "its own answers"
    assert account.sparsity == 0.5


def test_a_layer_that_legacy_keras_lacks_is_refused(legacy: Worker, tmp_path: Path, pixels_path: str) -> None:
    given = keras.Input((12, 12, 3))
    x = layers.Conv2D(16, 3)(given)
    x = layers.Conv2D(16, 3)(layers.GroupNormalization(4, name="groups_here")(x))
    x = layers.Dense(4)(layers.GlobalAveragePooling2D()(x))
    with pytest.raises(UnsupportedModelError, match=r"groups_here.* is a GroupNormalization"):
        prune_twin(legacy, session(keras.Model(given, x)), tmp_path, pixels_path)


def test_a_twin_that_answers_differently_is_refused(legacy: Worker, tmp_path: Path, pixels_path: str) -> None:
    session(shake(plain())).export_twin(ExportTwin(slot="given", path=str(tmp_path / "twin.npz")))
    with np.load(tmp_path / "twin.npz") as file:
        arrays = dict(file)
    arrays["c1/1"] = arrays["c1/1"] + 0.1
    np.savez(tmp_path / "twin.npz", **arrays)
    with pytest.raises(VerificationError, match="answers differently"):
        legacy.ask(
            PruneTwin(
                twin_path=str(tmp_path / "twin.npz"),
                out_path=str(legacy.scratch / "o.npz"),
                sparsity=HALF,
                pixels_path=pixels_path,
                contract=CONTRACT,
            )
        )


def test_an_operator_in_the_graph_is_refused_for_tfmot(tmp_path: Path) -> None:
    given = keras.Input((12, 12, 3))
    model = keras.Model(given, layers.Dense(2)(layers.Flatten()(given * 2.0)))
    with pytest.raises(UnsupportedModelError, match="no layer in legacy Keras"):
        session(model).export_twin(ExportTwin(slot="given", path=str(tmp_path / "twin.npz")))


def test_weights_of_another_shape_do_not_come_back(tmp_path: Path) -> None:
    own = session(squeeze())
    own.export_twin(ExportTwin(slot="given", path=str(tmp_path / "twin.npz")))
    with np.load(tmp_path / "twin.npz") as file:
        arrays = dict(file)
    for value, said in (
        (np.zeros(3, np.float32), "another shape"),
        (np.full_like(arrays["out/1"], np.nan), "finite"),
    ):
        np.savez(tmp_path / "changed.npz", **{**arrays, "out/1": value})
        with pytest.raises(VerificationError, match=said):
            own.import_twin(ImportTwin(slot_from="given", slot_to="p", path=str(tmp_path / "changed.npz")))
