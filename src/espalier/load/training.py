"""What a model file says about its training: the loss, which tells classes from numbers. Data from strangers: names only."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ..limits import LIMITS

Json = Any

REGRESSION: dict[str, str] = {
    "meansquarederror": "mean squared error",
    "mse": "mean squared error",
    "meanabsoluteerror": "mean absolute error",
    "mae": "mean absolute error",
    "meanabsolutepercentageerror": "mean absolute percentage error",
    "mape": "mean absolute percentage error",
    "meansquaredlogarithmicerror": "mean squared logarithmic error",
    "msle": "mean squared logarithmic error",
    "huber": "Huber loss",
    "huberloss": "Huber loss",
    "logcosh": "log-cosh",
    "poisson": "Poisson loss",
    "cosinesimilarity": "cosine similarity",
}
"""Losses that compare numbers, by their Keras names without case and underscores -> in words."""

_JUDGES_CLASSES = ("accuracy", "auc", "precision", "recall", "f1score")


def number_loss(text: str | bytes | None) -> str:
    """The loss in words when a file (`config.json` of a .keras file, `training_config` of an .h5 file) says that it was
    trained to predict numbers and is not judged by right answers; else "". Never raises: it is a hint."""
    settings = _settings(text)
    losses = {REGRESSION.get(name, "") for name in _names(settings.get("loss"))}
    metrics = [name for key in ("metrics", "weighted_metrics") for name in _names(settings.get(key))]
    if any(word in name for name in metrics for word in _JUDGES_CLASSES):
        return ""
    return losses.pop() if len(losses) == 1 else ""


def binary_loss(text: str | bytes | None) -> bool:
    """Whether a file says that it was trained with a cross-entropy of each output by itself. Never raises: it is a hint."""
    names = set(_names(_settings(text).get("loss")))
    return bool(names) and names <= {"binarycrossentropy", "binaryfocalcrossentropy", "bce"}


def head_losses(text: str | bytes | None, layers: Sequence[str]) -> tuple[str, ...]:
    """The name of each output's loss, without case and underscores; "" where a file does not say. Never raises."""
    found = _settings(text).get("loss")
    if isinstance(found, list) and len(found) == len(layers):
        said = found
    elif isinstance(found, dict) and set(layers) <= set(found):
        said = [found[layer] for layer in layers]
    else:
        said = [found] * len(layers)  # one for all
    names = [_names(one) for one in said]
    return tuple(one[0] if len(one) == 1 else "" for one in names)


def _settings(text: str | bytes | None) -> dict[str, Json]:
    """What `compile` was told; nothing where that cannot be read."""
    if not text or len(text) > LIMITS.model_config_bytes:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    settings = value.get("compile_config", value) if isinstance(value, dict) else None
    return settings if isinstance(settings, dict) else {}


def _names(value: Json, depth: int = 0) -> list[str]:
    """The names of losses or metrics, however they are nested: text, {"class_name", "config"}, lists, one per output."""
    if depth > 6:
        return []
    if isinstance(value, str):
        return [re.sub(r"[^a-z0-9]", "", value.lower())]
    if isinstance(value, list):
        return [name for item in value for name in _names(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    if "class_name" in value or "config" in value:
        config = value.get("config")
        inner = config.get("fn", config.get("name")) if isinstance(config, dict) else config
        wrapped = _names(inner, depth + 1) if isinstance(inner, str | dict) else []
        return wrapped or _names(value.get("class_name"), depth + 1)
    return [name for item in value.values() for name in _names(item, depth + 1)]
