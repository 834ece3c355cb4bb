"""Models beside each other: `models/<sha256>/` is never changed, the link `current` says which one answers, `previous` which did.

A link is replaced by rename(2), so that a reader sees the old model or the new one, whenever the power fails.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from ..model import Model, load_model
from ..problem import DIFFERS, MISSING, Problem

CURRENT, PREVIOUS, MODELS = "current", "previous", "models"
FILES_MOST = 2_000
BYTES_MOST = 1 << 30


class Shelf:
    """The folder of all models of a service, and the model that its package came with."""

    def __init__(self, state: Path, shipped: Path) -> None:
        self.state, self.shipped = state, shipped

    def current(self) -> Path:
        """The folder of the model that ought to answer."""
        return self._behind(CURRENT) or self.shipped

    def previous(self) -> Path | None:
        """The folder of the one before, if there was one."""
        return self._behind(PREVIOUS)

    def candidates(self) -> list[Path]:
        """What a service that starts may answer with, the best first."""
        found = [self._behind(CURRENT), self._behind(PREVIOUS), self.shipped]
        return list(dict.fromkeys(path for path in found if path is not None))

    def add(self, folder: Path) -> Path:
        """Copy a model's folder to its place, whole or not at all; its place. Raises Problem when it is none, or does not fit."""
        load_model(folder)
        digest = hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
        place = self.state / MODELS / digest
        if place.is_dir():
            return place
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
        except OSError as problem:
            raise Problem(f"{place.parent} cannot be written ({problem.strerror}); next: sudo") from None
        try:
            for path, name in _files(folder):
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                _copy(path, beside / name)
            load_model(beside)
            beside.chmod(0o755)
            beside.rename(place)
            _synced(place.parent)
        except OSError as problem:
            raise Problem(f"the model cannot be stored ({problem.strerror}); nothing was changed") from None
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return place

    def choose(self, place: Path) -> None:
        """Make a stored model the current one, and what was current the previous one."""
        before = self._behind(CURRENT)
        if before == place:
            return
        try:
            self._point(PREVIOUS, before if before is not None else self.shipped)
            self._point(CURRENT, place)
        except OSError as problem:
            raise Problem(f"{self.state} cannot be written ({problem.strerror}); nothing was changed") from None

    def back(self) -> Path:
        """Make the previous model the current one again."""
        place = self.previous()
        if place is None:
            raise Problem("there is no model before this one", MISSING)
        self.choose(place)
        return place

    def keep(self, count: int = 5) -> None:
        """Leave the newest `count` models, and those that are linked to."""
        linked = {self._behind(CURRENT), self._behind(PREVIOUS)}
        folders = [path for path in (self.state / MODELS).glob("*") if path.is_dir() and path not in linked]
        for path in sorted(folders, key=lambda one: one.stat().st_mtime, reverse=True)[count:]:
            shutil.rmtree(path, ignore_errors=True)

    def _behind(self, link: str) -> Path | None:
        try:
            target = os.readlink(self.state / link)
        except OSError:
            return None
        place = Path(target) if os.path.isabs(target) else self.state / target
        return place if place.is_dir() else None

    def _point(self, link: str, place: Path) -> None:
        inside = place.parent == self.state / MODELS
        beside = self.state / f".{link}.{os.getpid()}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(Path(MODELS, place.name) if inside else place)
        beside.replace(self.state / link)
        _synced(self.state)


def model_folder(path: Path, unpacked: Path) -> Path:
    """The folder with model.json of what a user names: the folder itself, or a Debian package (unpacked into `unpacked`)."""
    if path.is_dir():
        found = [path] if (path / "model.json").is_file() else sorted(one.parent for one in path.glob("usr/share/*/model.json"))
        if len(found) != 1:
            raise Problem(f"{path} holds {len(found)} models; next: name the folder with model.json, or the .deb")
        return found[0]
    if path.suffix != ".deb" or not path.is_file():
        raise Problem(f"{path} is neither a folder with model.json nor a .deb")
    unpack_deb(path, unpacked)
    return model_folder(unpacked, unpacked)


def unpack_deb(path: Path, folder: Path) -> None:
    """The files of a Debian package, below `folder`."""
    import io
    import tarfile

    try:
        data = path.read_bytes()
        at, members = 8, {}
        while data[:8] == b"!<arch>\n" and at + 60 <= len(data):
            name, size = data[at : at + 16].decode("ascii").strip().rstrip("/"), int(data[at + 48 : at + 58])
            members[name] = data[at + 60 : at + 60 + size]
            at += 60 + size + size % 2
        body = next(content for name, content in members.items() if name.startswith("data.tar"))
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            whole = 0
            for count, info in enumerate(archive, 1):
                whole += info.size
                name = info.name.removeprefix("./")
                if count > FILES_MOST or whole > BYTES_MOST or ".." in name.split("/") or name.startswith("/"):
                    raise ValueError("too large, or a name that leaves its folder")
                member = archive.extractfile(info) if info.isfile() and name.startswith("usr/share/") else None
                if member is not None:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(member.read())
    except (OSError, ValueError, StopIteration, EOFError, tarfile.TarError) as problem:
        raise Problem(f"{path} is not read ({problem or type(problem).__name__}); next: copy it again", DIFFERS) from None


def _files(folder: Path) -> list[tuple[Path, Path]]:
    """What of a folder belongs to a model: model.json, what it names, the golden vectors, what the service knows."""
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    names = ["model.json", "service.json", "labels.txt", str(facts["file"]), *(str(row["file"]) for row in facts["runtimes"])]
    found = [(folder / name, Path(name)) for name in names if (folder / name).is_file() and ".." not in Path(name).parts]
    return found + [(path, path.relative_to(folder)) for path in sorted((folder / "golden").glob("*")) if path.is_file()]


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())


def _synced(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def same_kind(new: Model, old: Model) -> None:
    """Raise Problem for a model that cannot take the other's place."""
    if new.facts["name"] != old.facts["name"]:
        raise Problem(f"the model is called {new.facts['name']}, this service serves {old.facts['name']}")
