"""The peak of a memory plan as plain data and in words: the step, what fills it, and what would help."""

from __future__ import annotations

import msgspec

from .errors import GateError


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the arena at the peak: a layer's result or the working memory of the step."""

    name: str
    size_bytes: int


class Peak(msgspec.Struct, frozen=True, kw_only=True):
    """The step that needs the whole arena, and what it holds, largest first. Names are printable."""

    optimize: str
    step: int
    layers: tuple[str, ...]
    kinds: tuple[str, ...]
    arena_bytes: int
    parts: tuple[Part, ...]

    def where(self) -> str:
        """The step and what fills it, in words."""
        if not self.kinds:
            return "no step needs any"
        holds = ", ".join(f"{p.name} {p.size_bytes:,}" for p in self.parts[:4])
        runs = ", ".join(f"{kind} {layer}" for kind, layer in zip(self.kinds, self.layers, strict=True))
        return f"the peak is step {self.step} ({runs}), which holds {holds} bytes"


def arena_too_large(found: Peak, limit_bytes: int) -> GateError:
    """The error for an arena above `limit_bytes`: by how much, where, and what to do."""
    steps = [
        "make the input smaller (the largest tensors shrink with its area)",
        f"give the layers around {found.layers[-1] if found.layers else 'the first one'} fewer channels,"
        " or prune channels",
    ]
    return GateError(
        f"the network needs {found.arena_bytes:,} bytes of RAM for its tensors, "
        f"{found.arena_bytes - limit_bytes:,} more than {limit_bytes:,}; {found.where()}",
        supported=f"at most {limit_bytes:,} bytes",
        next_step="; ".join(steps),
    )
