"""Attacks on the configuration of a model: every Keras advisory, as .keras and as .h5 where both can carry it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_files as k
from attack import BUILD, Attack, attack

Json = Any

BYTECODE = {
    "class_name": "__lambda__",
    "config": {"code": "4wEAAAAAAAAA\n", "defaults": None, "closure": None},
}
LAMBDA = k.layer("Lambda", "evil", "conv", function=BYTECODE, arguments={})
LAMBDA_OF_KERAS_2 = k.layer(
    "Lambda", "evil", "conv", function=["4wEAAAAAAAAA\n", None, None], function_type="lambda"
)


def gadget(module: str, name: str, config: Json = "true", **more: Json) -> dict[str, Json]:
    """A layer entry that names any callable."""
    return k.layer("x", "evil", "conv", module=module) | {"class_name": name, "config": config} | more


def with_layer(entry: dict[str, Json]) -> dict[str, Json]:
    """The sound net with one hostile layer in the middle."""
    return k.net(entry, source=entry["name"])


def with_argument(**arguments: Json) -> dict[str, Json]:
    """The sound net with a hostile argument in its convolution."""
    return k.functional(k.pixels(), k.conv(**arguments), k.pool(), k.dense())


def with_class(class_name: str, **config: Json) -> dict[str, Json]:
    """The sound net with one more layer of keras.layers."""
    return with_layer(k.layer(class_name, "extra", "conv", **config))


def obj(module: str, name: str, config: Json = None) -> dict[str, Json]:
    """An object in an argument."""
    return {
        "module": module,
        "class_name": name,
        "config": {} if config is None else config,
        "registered_name": name,
    }


def renamed(name: str) -> dict[str, Json]:
    """The convolution is called `name`."""
    return k.functional(k.pixels(), k.conv(name), k.pool(source=name), k.dense())


def nested(depth: int) -> dict[str, Json]:
    """Models within models."""
    inner = k.net()
    for number in range(depth):
        outer = copy.deepcopy(inner)
        outer["name"] = f"net{number}"
        outer["inbound_nodes"] = [{"args": [k.tensor("pixels")], "kwargs": {}}]
        inner = k.functional(k.pixels(), outer)
    return inner


def many(count: int) -> dict[str, Json]:
    """A chain of activations."""
    chain, source = [], "conv"
    for number in range(count):
        chain.append(k.layer("Activation", f"a{number}", source, activation="relu"))
        source = f"a{number}"
    return k.net(*chain, source=source)


def single(entry: Json) -> dict[str, Json]:
    """A configuration whose top is not a model."""
    return entry


def two_inputs() -> dict[str, Json]:
    return k.functional(
        k.pixels(), k.pixels(name="other"), k.conv(), k.pool(), k.dense(),
        inputs=[["pixels", 0, 0], ["other", 0, 0]],
    )  # fmt: skip


def two_outputs() -> dict[str, Json]:
    return k.functional(k.pixels(), k.conv(), k.pool(), k.dense(), output=[["scores", 0, 0], ["pool", 0, 0]])


def pruned() -> dict[str, Json]:
    wrapped = {
        "name": "prune_conv",
        "layer": k.conv(),
        "pruning_schedule": {"class_name": "ConstantSparsity"},
    }
    entry = k.layer("PruneLowMagnitude", "prune_conv", "pixels", module="tensorflow_model_optimization") | {
        "config": wrapped
    }
    return k.functional(k.pixels(), entry, k.pool(source="prune_conv"), k.dense())


# (name, configuration, words): written as .keras and as .h5
BOTH: tuple[tuple[str, Json, tuple[str, ...]], ...] = (
    ("cve-2024-3660-lambda", with_layer(LAMBDA), ("lambda", "'evil'")),
    ("cve-2025-9905-lambda-keras-2", with_layer(LAMBDA_OF_KERAS_2), ("lambda",)),
    ("cve-2025-1550-any-module", with_layer(gadget("os", "system", "touch canary")), ("os.system",)),
    (
        "cve-2025-1550-function",
        with_layer(gadget("builtins", "function", "exec", registered_name="function")),
        ("builtins.function",),
    ),
    (
        "cve-2025-8747-get-file",
        with_layer(gadget("keras.utils", "get_file", {"origin": "http://127.0.0.1/x", "extract": True})),
        ("keras.utils.get_file",),
    ),
    (
        "cve-2025-9906-switch-off-safety",
        with_layer(gadget("keras.config", "enable_unsafe_deserialization", {})),
        ("enable_unsafe_deserialization",),
    ),
    (
        "cve-2025-12058-string-lookup",
        with_class("StringLookup", vocabulary="/etc/passwd"),
        ("stringlookup", "files"),
    ),
    (
        "cve-2025-12058-integer-lookup",
        with_class("IntegerLookup", vocabulary="http://127.0.0.1/v"),
        ("integerlookup",),
    ),
    ("cve-2026-1462-tfsmlayer", with_class("TFSMLayer", filepath="/tmp/evil"), ("tfsmlayer", "program")),
    ("cve-2026-12479-name-leaves-folder", renamed("../../evil"), ("named", "../../evil")),
    ("text-vectorization", with_class("TextVectorization", vocabulary="gs://x"), ("textvectorization",)),
    ("torch-module", with_class("TorchModuleWrapper", module="x"), ("torchmodulewrapper", "pickle")),
    ("jax-layer", with_class("JaxLayer"), ("jaxlayer",)),
    (
        "custom-layer",
        with_layer(gadget("my_package.layers", "Attention2", {"name": "evil"})),
        ("my_package",),
    ),
    ("main-module-layer", with_layer(gadget("__main__", "Conv2D", {"name": "evil"})), ("__main__.conv2d",)),
    (
        "stock-name-foreign-module",
        with_layer(gadget("evil.layers", "Dense", {"name": "evil"})),
        ("evil.layers.dense",),
    ),
    ("unknown-stock-layer", with_class("deserialize"), ("deserialize", "not a stock layer")),
    (
        "operation-with-code",
        with_layer(gadget("keras.src.ops.core", "Map", {"name": "evil"})),
        ("not on the list",),
    ),
    ("tfmot-wrapper", pruned(), ("prunelowmagnitude", "strip_pruning")),
    ("qat-wrapper", with_class("QuantizeWrapperV2"), ("quantized or trained for it", "float model")),
    ("sequence-layer", with_class("LSTM", units=4), ("lstm", "sequence")),
    ("tf-op-lambda", with_class("TFOpLambda", function="io.read_file"), ("tfoplambda", "replace")),
    ("activation-foreign", with_argument(activation=obj("builtins", "function", "eval")), ("activation",)),
    ("activation-path", with_argument(activation="/tmp/evil.so"), ("activation", "/tmp/evil.so")),
    (
        "initializer-gadget",
        with_argument(kernel_initializer=obj("os", "system", "id")),
        ("kernel_initializer", "os.system"),
    ),
    (
        "regularizer-gadget",
        with_argument(kernel_regularizer=obj("subprocess", "run", {})),
        ("kernel_regularizer",),
    ),
    ("constraint-gadget", with_argument(bias_constraint=obj("evil", "MaxNorm")), ("bias_constraint", "evil")),
    ("policy-gadget", with_argument(dtype=obj("evil", "DTypePolicy", {"name": "float32"})), ("precision",)),
    (
        "quantized-policy",
        with_argument(dtype=obj("keras", "QuantizedDTypePolicy", {"mode": "int8"})),
        ("float model",),
    ),
    ("argument-path", with_argument(cache="/var/cache/evil"), ("cache", "/var/cache/evil")),
    ("argument-url", with_argument(padding="http://127.0.0.1/"), ("padding", "http://127.0.0.1/")),
    ("argument-object", with_argument(callback=obj("os", "system", "id")), ("callback", "os.system")),
    ("argument-huge-number", with_argument(dilation_rate=[10**30, 1]), ("dilation_rate",)),
    ("layer-bomb", with_argument(filters=2_000_000_000), ("2,000,000,000",)),
    ("name-with-url", renamed("http://127.0.0.1/x"), ("named",)),
    ("name-with-control", renamed("conv\n// evil"), ("named",)),
    ("no-such-source", k.net(source="nowhere"), ("nowhere",)),
    ("two-inputs", two_inputs(), ("2 inputs",)),
    ("same-name-twice", k.functional(k.pixels(), k.conv(), k.conv(), k.pool(), k.dense()), ("one name",)),
    ("nested-forty-deep", nested(40), ("nested deeper",)),
    ("six-thousand-layers", many(6000), ("layers",)),
    ("channels-first", with_argument(data_format="channels_first"), ("channels first",)),
    (
        "input-channels-first",
        k.functional(k.pixels((3, 8, 8)), k.conv(), k.pool(), k.dense()),
        ("channels come first",),
    ),
    ("input-not-an-image", k.functional(k.pixels((10,)), k.dense(source="pixels")), ("[10]",)),
    ("subclassed-model", single({"module": "my.code", "class_name": "MyModel", "config": {}}), ("mymodel",)),
    ("no-layers", single({"class_name": "Functional", "config": {"name": "x"}}), ("no layers",)),
    ("single-layer", single(k.dense()), ("single layer",)),
    ("config-is-a-list", single([1, 2]), ("does not describe a model",)),
)


def as_keras(config: Json) -> Callable[[Path], object]:
    """Put the configuration into the project's .keras file."""
    return lambda folder: k.write_keras(folder / "model.keras", config)


def as_h5(config: Json) -> Callable[[Path], object]:
    """Put it into an HDF5 file (under the project's name; content counts)."""
    return lambda folder: k.write_h5(folder / "model.keras", config)


def deep_json() -> bytes:
    return b"[" * 100_000 + b"]" * 100_000


def with_literal(literal: str) -> bytes:
    """A configuration with a number that JSON does not have."""
    return json.dumps(with_argument(epsilon=12345)).replace("12345", literal).encode()


def with_key(key: str, value: Json) -> Json:
    """The sound configuration with another value for a key of its convolution."""
    config = k.net()
    config["config"]["layers"][1][key] = value
    return config


CONFIGS: tuple[Attack, ...] = (
    *(attack(f"keras-{name}", as_keras(config), *words) for name, config, words in BOTH),
    *(attack(f"h5-{name}", as_h5(config), *words) for name, config, words in BOTH),
    *(
        attack(f"{name}-two-outputs-and-labels", write(two_outputs()), "several was found", "`model.labels`", exit_code=2)
        for name, write in (("keras", as_keras), ("h5", as_h5))
    ),
    attack("keras-config-not-json", as_keras(b"\x00\x01{{{"), "not readable json"),
    attack("keras-config-deep-json", as_keras(deep_json()), "json"),
    attack("keras-config-nan", as_keras(with_literal("NaN")), "epsilon", "nan"),
    attack("keras-config-infinity", as_keras(with_literal("-Infinity")), "epsilon"),
    attack(
        "h5-config-not-json",
        lambda f: k.write_h5(f / "model.keras", text="pickle.loads("),
        "not readable json",
    ),
    *(
        attack(f"keras-{key}-{type(value).__name__}", as_keras(with_key(key, value)), key, "no text")
        for key in ("class_name", "module")
        for value in (["Conv2D"], {"a": 1}, 3, True)
    ),
    *(
        attack(f"keras-dtype-{type(value).__name__}", as_keras(with_argument(dtype=value)), "precision")
        for value in (["float32"], {"class_name": "DTypePolicy", "config": {"name": ["float32"]}}, 3)
    ),
    attack("keras-half-a-letter-in-a-name", as_keras(k.net(k.layer("ReLU", "a\udcb1", "conv"))), "no Unicode"),
    attack("h5-half-a-letter-in-a-name", as_h5(k.net(k.layer("ReLU", "a\udcb1", "conv"))), "no Unicode"),
    attack("keras-number-of-400-digits", as_keras(with_argument(epsilon=10**400)), "epsilon"),
    attack(
        "keras-fails-when-it-is-called",
        as_keras(k.net(k.layer("Rescaling", "scaled", "conv", scale=1.0, offset=[0.0] * 3), source="scaled")),
        "Keras cannot run the model",
        commands=BUILD,
    ),
)
