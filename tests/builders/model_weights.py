"""Attacks on the HDF5 side of a model file: links, bombs, views, numbers that are none, and arrays of another model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras_files as k
import numpy as np
from attack import BUILD, Attack, attack

KERNEL = "layers/conv2d/vars/0"
Change = Callable[[h5py.File], None]


def spoiled(change: Change) -> Callable[[Path], object]:
    """The sound .keras file with its HDF5 weights changed."""
    return lambda folder: k.write_keras(folder / "model.keras", weights=k.hdf5(change=change))


def spoiled_h5(change: Change) -> Callable[[Path], object]:
    """The sound .h5 file changed."""
    return lambda folder: k.write_h5(folder / "model.keras", change=change)


def replaced(values: Any, **options: Any) -> Change:
    """The convolution's kernel is stored otherwise."""

    def change(file: h5py.File) -> None:
        del file[KERNEL]
        file.create_dataset(KERNEL, data=values, **options)

    return change


def filled(value: float, path: str = KERNEL) -> Change:
    """One number of a weight is spoiled."""

    def change(file: h5py.File) -> None:
        file[path][..., 0] = value

    return change


def external_storage(file: h5py.File) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, (3, 3, 3, 4), "f4", external=[("/etc/passwd", 0, 432)])


def virtual(file: h5py.File) -> None:
    del file[KERNEL]
    layout = h5py.VirtualLayout((3, 3, 3, 4), "f4")
    layout[...] = h5py.VirtualSource("/tmp/other.h5", "x", (3, 3, 3, 4))
    file.create_virtual_dataset(KERNEL, layout)


def link(value: Any) -> Change:
    def change(file: h5py.File) -> None:
        del file[KERNEL]
        file[KERNEL] = value

    return change


def hard_link_cycle(file: h5py.File) -> None:
    file["layers/loop"] = file["layers"]


def shared_array(file: h5py.File) -> None:
    file["layers/twin"] = file[KERNEL]


def shape_bomb(file: h5py.File) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, (1 << 40, 4), "f4", chunks=(1024, 4))


def gzip_bomb(file: h5py.File) -> None:
    del file[KERNEL]
    file.create_dataset(
        KERNEL, data=np.zeros((4000, 4000), "f4"), chunks=(2000, 4000), compression="gzip", shuffle=True
    )


def unwritten(file: h5py.File) -> None:
    """A contiguous array that was declared and never written: zeros that nobody trained."""
    del file[KERNEL]
    file.create_dataset(KERNEL, (3, 3, 3, 4), "f4")


def deep_groups(file: h5py.File) -> None:
    file.create_group("/".join("g" * 100))


def named_type(file: h5py.File) -> None:
    file["layers/kind"] = np.dtype("f4")


def text_attribute(file: h5py.File) -> None:
    del file.attrs["model_config"]
    file.attrs["model_config"] = np.zeros(4)


def no_layers_listed(file: h5py.File) -> None:
    del file["model_weights"]
    file.create_group("model_weights")


def weights_of(**shapes: tuple[int, ...]) -> Callable[[Path], object]:
    """The sound configuration with arrays of other shapes."""

    def spoil(folder: Path) -> None:
        values = k.net_weights()
        for name, shape in shapes.items():
            values[name.replace("__", "/")] = np.ones(shape, np.float32)
        k.write_keras(folder / "model.keras", weights=k.hdf5(values))

    return spoil


def without_weight(folder: Path) -> None:
    values = k.net_weights()
    del values["layers/dense/vars/1"]
    k.write_keras(folder / "model.keras", weights=k.hdf5(values))


def hidden_units(folder: Path) -> None:
    """Sizes that some stored array has, arranged so that the product is far above what is stored."""
    config = k.functional(
        k.pixels(),
        k.conv(),
        k.layer("UpSampling2D", "grow", "conv", size=[64, 64]),
        k.layer("Flatten", "flat", "grow"),
        k.dense(source="flat"),
    )
    k.write_keras(folder / "model.keras", config)


def rank_four(folder: Path) -> None:
    k.write_keras(folder / "model.keras", k.functional(k.pixels(), k.conv(), k.dense(source="conv")))


def softmax_of_one(folder: Path) -> None:
    values = k.net_weights()
    values["layers/dense/vars/0"], values["layers/dense/vars/1"] = np.ones((4, 1), "f4"), np.ones(1, "f4")
    config = k.functional(k.pixels(), k.conv(), k.pool(), k.dense(units=1, activation="softmax"))
    k.write_keras(folder / "model.keras", config, k.hdf5(values))


def unknown_argument(folder: Path) -> None:
    config = k.functional(k.pixels(), k.conv(no_such_argument=3), k.pool(), k.dense())
    k.write_keras(folder / "model.keras", config)


WEIGHTS: tuple[Attack, ...] = (
    attack("weights-nan", spoiled(filled(np.nan)), KERNEL, "nan"),
    attack("weights-infinity", spoiled(filled(np.inf)), KERNEL, "infinity"),
    attack(
        "weights-h5-nan", spoiled_h5(filled(np.nan, "model_weights/scores/scores/bias")), "scores/bias", "nan"
    ),
    attack("cve-2026-1669-external-storage", spoiled(external_storage), "another file"),
    attack(
        "cve-2026-1669-external-link",
        spoiled(link(h5py.ExternalLink("/etc/passwd", "/x"))),
        "link to another file",
    ),
    attack(
        "cve-2026-1669-h5-external-link",
        spoiled_h5(lambda f: f.__setitem__("model_weights/evil", h5py.ExternalLink("/etc/passwd", "/x"))),
        "link to another file",
    ),
    attack("weights-soft-link", spoiled(link(h5py.SoftLink("/layers/conv2d/vars/1"))), "soft link"),
    attack("weights-virtual", spoiled(virtual), "view of other files"),
    attack(
        "weights-object-dtype", spoiled(replaced(["a", "b"], dtype=h5py.string_dtype())), "no plain numbers"
    ),
    attack("weights-compound-dtype", spoiled(replaced(np.zeros(4, [("a", "f4")]))), "no plain numbers"),
    attack("weights-complex", spoiled(replaced(np.zeros(4, "c8"))), "no plain numbers"),
    attack("cve-2026-0897-shape-bomb", spoiled(shape_bomb), "declares", "stores 0"),
    attack("weights-gzip-bomb", spoiled(gzip_bomb), "declares"),
    attack("weights-never-written", spoiled(unwritten), "declares", "stores 0"),
    attack("weights-foreign-filter", spoiled(replaced(np.zeros((8, 8)), compression="lzf")), "filter"),
    attack("weights-group-cycle", spoiled(hard_link_cycle), "two names"),
    attack("weights-shared-array", spoiled(shared_array), "two names"),
    attack("weights-deep-groups", spoiled(deep_groups), "nested deeper"),
    attack("weights-named-type", spoiled(named_type), "named type"),
    attack("weights-none", lambda f: k.write_keras(f / "model.keras", weights=k.hdf5({})), "no weights"),
    attack("weights-config-not-a-text", spoiled_h5(text_attribute), "not a text"),
    attack("weights-h5-empty-group", spoiled_h5(no_layers_listed), "no weights"),
    attack(
        "weights-of-another-width", weights_of(layers__dense__vars__0=(5, 3)), "do not fit", commands=BUILD
    ),
    attack("weights-one-missing", without_weight, "do not fit", "scores", commands=BUILD),
    attack(
        "weights-one-too-many", weights_of(layers__more__vars__0=(7,)), "belongs to no layer", commands=BUILD
    ),
    attack("weights-asked-for-more-than-stored", hidden_units, "more weights than it stores", commands=BUILD),
    attack("model-unknown-argument", unknown_argument, "no_such_argument", commands=BUILD),
    attack("model-not-a-classifier", rank_four, "one vector of class scores", exit_code=4, commands=BUILD),
    attack("model-softmax-over-one", softmax_of_one, "always 1", exit_code=4),
)
