"""Handlers of the container child process: zip and HDF5 are read here, never in the command."""

from __future__ import annotations

from ..load import keras_file
from ..load.keras_facts import ModelFacts
from .ask import Handler
from .file_calls import InspectModel


def inspect_model(call: InspectModel) -> ModelFacts:
    """The file as data."""
    return keras_file.inspect_model(call.path, scores=call.scores, cut=call.cut)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return (inspect_model,)
