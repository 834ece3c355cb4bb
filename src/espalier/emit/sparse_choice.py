"""Whether the zeros of a layer's weights are stored: the form that wins for what a target is optimized for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .lowering import READ_FIRST, How, Lowered, Sparse
from .sparse_prices import CODE_BYTES, DEAREST, MARGIN, Work, saving


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """The form of the kernel and what it repeats, for both ways to store the weights."""

    dense: tuple[str, Work]
    sparse: tuple[str, Work]


def chosen(kind: str, how: How, dense: Lowered, sparse: Lowered, works: Works, density: float) -> Lowered:
    """``sparse`` with its account where it wins, else ``dense``: for flash by bytes, with the kernel's code; for speed
    by instructions; for ram the same, if it takes no more memory."""
    spared = saving(how.isa, works.dense, works.sparse)
    account = Sparse(
        density=density,
        bytes_saved=constant_bytes(dense) - constant_bytes(sparse),
        instructions_saved=spared.instructions,
    )
    if how.optimize == "flash":
        code = 0 if kind in how.paid else CODE_BYTES[kind]
        won = account.bytes_saved > code and 1 - spared.share <= DEAREST
    else:
        won = spared.share >= MARGIN and (how.optimize != "ram" or _fits_in(sparse, dense))
    return replace(sparse, sparse=account) if won else dense


def _fits_in(sparse: Lowered, dense: Lowered) -> bool:
    """Whether the sparse form needs no more memory than the dense one."""
    return sparse.scratch_bytes <= dense.scratch_bytes and all(
        sparse.leads.get(position, READ_FIRST) <= lead for position, lead in dense.leads.items()
    )


def constant_bytes(lowered: Lowered) -> int:
    """Bytes of a layer's constant arrays in flash; the layer structures differ by a few words."""
    return sum(constant.values.nbytes for constant in lowered.constants)
