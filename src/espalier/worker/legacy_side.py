"""Handlers of the legacy child process: tf_keras and tensorflow-model-optimization."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .left_out import leave_out


def prepare() -> dict[str, str]:
    """Import TensorFlow with legacy Keras and tfmot, deterministic. Returns their versions."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    leave_out()
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    import tensorflow_model_optimization as tfmot
    import tf_keras

    return {
        "tensorflow": str(tensorflow.__version__),
        "tf-keras": str(tf_keras.__version__),
        "tensorflow-model-optimization": str(tfmot.__version__),
    }


def prune_magnitude_tfmot(**arguments: Any) -> dict[str, Any]:
    """See prune/legacy.prune_with_tfmot, imported only now: it must see legacy Keras."""
    from ..prune.legacy import prune_with_tfmot

    result: dict[str, Any] = prune_with_tfmot(**arguments)
    return result


HANDLERS: dict[str, Callable[..., Any]] = {"prune_magnitude_tfmot": prune_magnitude_tfmot}
