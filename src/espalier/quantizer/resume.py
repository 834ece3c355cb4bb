"""A climb's results one by one, so that one that was ended goes on from what it has, or ends with the best of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import EspalierError, VerificationError
from ..progress import keep

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """`known`: results by name, as `keep` was given them. `stopped`: why nothing more is made; "" while it is."""

    known: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    stopped: str = ""

    def once(self, name: str, kind: type[T], make: Callable[[], T]) -> T:
        """The known result of this name, else what `make` returns, which is then kept. `kind`: what msgpack decodes to.

        Raises VerificationError when it is not known and nothing more is made.
        """
        data = self.known.get(name)
        if data is not None:
            return msgspec.msgpack.decode(data, type=kind)
        self.go_on()
        made = make()
        keep(name, msgspec.msgpack.encode(made))
        return made

    def array(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """`once` for numbers."""

        def stored() -> bytes:
            data = io.BytesIO()
            np.save(data, make(), allow_pickle=False)
            return data.getvalue()

        found: NDArray[Any] = np.load(io.BytesIO(self.once(name, bytes, stored)), allow_pickle=False)
        return found

    def go_on(self) -> None:
        """Raises VerificationError when nothing more is made."""
        if self.stopped:
            raise stopped_error(self.stopped)


def stopped_error(why: str) -> EspalierError:
    """What a step says that was not made before the climb ended."""
    return VerificationError(f"not tried: the ladder was stopped ({why})")


FORGETFUL = Memory()
