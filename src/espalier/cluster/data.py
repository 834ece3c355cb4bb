"""Files that jobs read, by content: cut into pieces that travel once to a machine, and put together there."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from ..errors import ClusterError, InputRefusedError
from ..scratch import Scratch
from ..store import Store, key_of

PIECE_BYTES = 8 << 20


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What a path holds. `names`: relative to `root`, with the sha256 of each; `path` is `root` itself or a file in it."""

    path: str
    root: str
    names: dict[str, str]

    @property
    def digest(self) -> str:
        """Of the names and contents, wherever they lie."""
        inside = os.path.relpath(self.path, self.root)
        return hashlib.sha256(msgspec.json.encode([inside, sorted(self.names.items())])).hexdigest()


class Part(msgspec.Struct, frozen=True):
    """Some bytes of one file."""

    name: str
    first: int
    data: bytes


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a Data is put together on another machine: the digests of its pieces in order, and the place of its path. `label`
    is the last part of its root, which messages show."""

    digest: str
    path: str
    label: str
    inside: str
    pieces: tuple[str, ...]
    names: dict[str, str]


def pieces_of(data: Data) -> Iterator[bytes]:
    """The files of a Data as msgpack lists of Parts of at most about PIECE_BYTES each, always cut alike. Raises
    InputRefusedError for a file that is gone."""
    parts: list[Part] = []
    held = 0
    for name in sorted(data.names):
        for first, chunk in _chunks(Path(data.root) / name):
            if parts and held + len(chunk) > PIECE_BYTES:
                yield msgspec.msgpack.encode(parts)
                parts, held = [], 0
            parts.append(Part(name, first, chunk))
            held += len(chunk)
    yield msgspec.msgpack.encode(parts)


def _chunks(path: Path) -> Iterator[tuple[int, bytes]]:
    first = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(PIECE_BYTES):
                yield first, chunk
                first += len(chunk)
    except OSError as problem:
        raise InputRefusedError(f"{path} cannot be read: {problem.strerror}", next_step="build again") from None
    if first == 0:
        yield 0, b""


def plan_of(data: Data) -> Plan:
    """The plan of a Data; reads all of it once. Raises ClusterError where a name leaves its root."""
    wrong = next((name for name in data.names if not _inside(name)), None)
    if wrong is not None:
        raise ClusterError(
            f"{data.path} names {wrong}, which lies outside its folder",
            supported="images in the folder of the csv that names them",
            next_step="run with --workers on this machine, or move the images beside the csv",
        )
    return Plan(
        digest=data.digest,
        path=data.path,
        label=Path(data.root).name or "data",
        inside=os.path.relpath(data.path, data.root),
        pieces=tuple(hashlib.sha256(piece).hexdigest() for piece in pieces_of(data)),
        names=data.names,
    )


def _inside(name: str) -> bool:
    return not os.path.isabs(name) and ".." not in Path(name).parts and name not in ("", ".")


def piece_key(digest: str) -> str:
    """Where a piece lies in the store of a machine."""
    return key_of("cluster/piece", {"digest": digest})


def missing(store: Store, digests: Iterable[str]) -> list[str]:
    """Those of some pieces that a store does not hold."""
    return [digest for digest in digests if store.get(piece_key(digest)) is None]


class Shelf:
    """Data put together on this machine, each once; the folder goes with its owner. `pieces`: what the store cannot keep."""

    def __init__(self) -> None:
        self._scratch: Scratch | None = None
        self._lock = threading.Lock()
        self._placed: dict[str, str] = {}
        self._pieces: dict[str, bytes] = {}

    def keep(self, digest: str, data: bytes, store: Store) -> None:
        """Take a piece."""
        if hashlib.sha256(data).hexdigest() != digest:
            raise ClusterError("a piece of data arrived changed", next_step="run again")
        if not store.put(piece_key(digest), {"piece": data}):
            self._pieces[digest] = data

    def lacks(self, plan: Plan, store: Store) -> list[str]:
        """Pieces that must come before a plan can be placed."""
        if plan.digest in self._placed:
            return []
        return missing(store, [digest for digest in plan.pieces if digest not in self._pieces])

    def place(self, plan: Plan, store: Store) -> str:
        """The path on this machine of what a plan describes. Raises ClusterError where a piece is absent or changed."""
        with self._lock:
            if plan.digest not in self._placed:
                self._scratch = self._scratch or Scratch()
                root = self._scratch.path / plan.digest[:16] / plan.label
                self._put_together(plan, root, lambda digest: self._piece(digest, store))
                self._placed[plan.digest] = str(root if plan.inside == "." else root / plan.inside)
            return self._placed[plan.digest]

    def _piece(self, digest: str, store: Store) -> bytes:
        if digest in self._pieces:
            return self._pieces[digest]
        found = store.get(piece_key(digest))
        if found is None:
            raise ClusterError("a piece of data is gone from the worker's store", next_step="run again")
        return found["piece"]

    def _put_together(self, plan: Plan, root: Path, piece: Callable[[str], bytes]) -> None:
        for name in plan.names:
            if not _inside(name):
                raise ClusterError(f"a name leaves its folder: {name!r}", next_step="run again")
        root.mkdir(parents=True, exist_ok=True)
        for digest in plan.pieces:
            for part in msgspec.msgpack.decode(piece(digest), type=list[Part]):
                if part.name not in plan.names:
                    raise ClusterError(f"a file that nobody named: {part.name!r}", next_step="run again")
                path = root / part.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("r+b" if part.first else "wb") as file:
                    file.seek(part.first)
                    file.write(part.data)
        for name, sha in plan.names.items():
            with (root / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha:
                    raise ClusterError(f"{name} was changed while it travelled", next_step="run again")
