"""Cut a .tflite into models of one operator each, so that any runtime can time every operator by itself.

Neither runtime's Python interface gives per-operator times. Timed alone an operator misses what the
delegate fuses and the cache that its neighbour warmed; on ResNet8 the sum is 101 % (tflite-runtime) and 110
% (LiteRT, XNNPACK) of the whole model's time.
"""

from __future__ import annotations

from ..tflite.edit import graph_of, operator_name, read_model, single_operator


def split(model: bytes) -> list[tuple[str, bytes]]:
    """(operator name, one-operator model) for each operator, in order.

    The model must have been accepted by a runtime before: it is read without further checks.
    """
    parsed = read_model(model)
    return [(operator_name(parsed, one).lower(), single_operator(parsed, one)) for one in graph_of(parsed).operators]
