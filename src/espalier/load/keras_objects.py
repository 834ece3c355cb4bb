"""What we use of Keras' and TensorFlow's objects, for the type checker: both packages come without types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

Weights = list[NDArray[Any]]
"""A layer's weights as arrays, in Keras' order."""


class Tensor(Protocol):
    """A tensor of TensorFlow, or a symbolic one of Keras; any array will do where one is given."""

    @property
    def shape(self) -> Any:
        """Sides; None where one is open."""

    @property
    def dtype(self) -> Any:
        """Type of its values."""

    def __getitem__(self, key: Any, /) -> Any: ...
    def __add__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __matmul__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Any: ...
    def __gt__(self, other: Any, /) -> Any: ...


class Variable(Protocol):
    """A weight of a layer."""

    name: str
    path: str
    shape: tuple[int, ...]
    dtype: Any

    def numpy(self) -> NDArray[Any]:
        """Its values."""

    def assign(self, value: Any) -> Any:
        """New values."""


class Layer(Protocol):
    """A Keras layer, or another operation of a graph; what only some kinds have comes through `__getattr__`."""

    name: str
    weights: list[Variable]
    variables: list[Variable]

    def __call__(self, *values: Any, **options: Any) -> Any: ...
    def __getattr__(self, name: str, /) -> Any: ...

    def get_weights(self) -> Weights:
        """Copies of the weights."""

    def set_weights(self, weights: Sequence[NDArray[Any]]) -> None:
        """Shapes must be the layer's."""

    def get_config(self) -> dict[str, Any]:
        """What `from_config` takes."""

    def count_params(self) -> int:
        """Number of values in the weights."""


class Traced(Protocol):
    """A TensorFlow function of one signature."""

    inputs: list[Tensor]
    outputs: list[Tensor]
    captured_inputs: list[Tensor]
    graph: Any


class Model(Layer, Protocol):
    """A Keras model: a layer of layers."""

    layers: list[Layer]
    inputs: list[Any]
    outputs: list[Any]
