"""Handlers of the legacy child process: tf_keras and tensorflow-model-optimization."""

from __future__ import annotations

import os

import msgspec

from .ask import Handler
from .keras_calls import PruneTwin, Trained
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


def prune_twin(call: PruneTwin) -> Trained:
    """See prune/legacy.prune_with_tfmot, imported only now: it must see legacy Keras."""
    from ..prune.legacy import prune_with_tfmot

    done = prune_with_tfmot(
        twin_path=call.twin_path,
        out_path=call.out_path,
        sparsity=call.sparsity,
        pixels_path=call.pixels_path,
        contract=call.contract,
        training=call.training,
        seed=call.seed,
    )
    return msgspec.convert(done, Trained)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return (prune_twin,)
