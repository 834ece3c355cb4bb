"""An OCI image, written without Docker, root or a registry: layers of files, a config and a manifest named by their digests.

The image is a tar of an OCI image layout with Docker's own index beside it, so that `docker load`, `podman load` and
`skopeo copy oci-archive:` take it. Equal files give equal bytes: entries are sorted, owners, times and modes fixed.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from .archive import TAR_TIME_SECONDS, Entry, gzip_bytes, sorted_entries, tar_bytes
from .golden import canonical_json

CREATED: Final = "1980-01-01T00:00:00Z"
USER: Final = 65532
"""Whom the service runs as: no account of a host has this number."""
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
LARGE: Final = 8 << 20
"""From here on a layer is packed fast: it is fetched once, and packing it well takes a minute."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A symbolic link of a layer: where it is, and what it says."""

    path: str
    target: str


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """An empty folder, or one that is not root's alone."""

    path: str
    mode: int = 0o755
    owner: int = 0


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """A packed layer: what a registry holds, and the digest of what is inside."""

    blob: bytes
    diff_id: str
    made_of: str
    """In words, for the image's history."""


def layer(
    entries: Iterable[Entry], *, made_of: str, links: Iterable[Link] = (), folders: Iterable[Folder] = (),
) -> Layer:
    """A layer of these files, links and folders. Raises BugError for a path that is not plain or two that collide."""
    plain = _tar(entries, links, folders)
    blob = gzip_bytes(plain) if len(plain) < LARGE else _packed(plain)
    return Layer(blob=blob, diff_id=_digest(plain), made_of=made_of)


def _packed(plain: bytes) -> bytes:
    import gzip

    return gzip.compress(plain, compresslevel=6, mtime=0)


def _tar(entries: Iterable[Entry], links: Iterable[Link], folders: Iterable[Folder]) -> bytes:
    rows: dict[str, Entry | Link | Folder] = {entry.path: entry for entry in entries}
    rows |= {link.path: link for link in links}
    for folder in folders:
        rows[folder.path] = folder
    for path in list(rows):
        for parent in PurePosixPath(path).parents:
            if str(parent) != ".":
                rows.setdefault(str(parent), Folder(path=str(parent)))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(rows, key=lambda path: path.split("/")):
            row = rows[path]
            info = tarfile.TarInfo(path)
            info.mtime, info.mode = TAR_TIME_SECONDS, 0o644
            if isinstance(row, Link):
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, row.target, 0o777
                archive.addfile(info)
            elif isinstance(row, Folder):
                info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, row.mode, row.owner, row.owner
                archive.addfile(info)
            else:
                info.mode, info.size = 0o755 if row.executable else 0o644, len(row.data)
                archive.addfile(info, io.BytesIO(row.data))
    return buffer.getvalue()


def image(layers: Sequence[Layer], *, architecture: str, tag: str, config: Mapping[str, Any]) -> bytes:
    """The image as one tar. `tag`: NAME:VERSION, as it is called where it is loaded; `config`: Entrypoint, Env, Labels and
    what else the image specification has."""
    body = canonical_json(
        {
            "architecture": architecture,
            "os": "linux",
            "created": CREATED,
            "config": dict(config),
            "rootfs": {"type": "layers", "diff_ids": [one.diff_id for one in layers]},
            "history": [{"created": CREATED, "created_by": f"espalier: {one.made_of}"} for one in layers],
        }
    )
    manifest = canonical_json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(CONFIG, body),
            "layers": [_descriptor(LAYER, one.blob) for one in layers],
        }
    )
    name, _, version = tag.rpartition(":")
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            {
                **_descriptor(MANIFEST, manifest),
                "platform": {"architecture": architecture, "os": "linux"},
                "annotations": {
                    "org.opencontainers.image.ref.name": version,
                    "io.containerd.image.name": f"docker.io/library/{name}:{version}",
                },
            }
        ],
    }  # fmt: skip
    docker = [{"Config": _blob(body), "RepoTags": [tag], "Layers": [_blob(one.blob) for one in layers]}]
    files = {
        "oci-layout": canonical_json({"imageLayoutVersion": "1.0.0"}),
        "index.json": canonical_json(index),
        "manifest.json": canonical_json(docker),
        **{_blob(data): data for data in (body, manifest, *(one.blob for one in layers))},
    }
    return tar_bytes(Entry(path=path, data=data) for path, data in files.items())


def _descriptor(media: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media, "digest": _digest(data), "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _blob(data: bytes) -> str:
    return f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"


def model_layer(tree: Sequence[Entry], package: str, what: str) -> Layer:
    """The layer that changes with the model: everything that the bundle's package installs, without its papers, and /models."""
    kept = [entry for entry in tree if not entry.path.startswith(("usr/share/man/", "usr/share/lintian/", "usr/lib/systemd/"))]
    return layer(
        sorted_entries(kept),
        made_of=what,
        links=[Link(path=f"models/{package}", target=f"/usr/share/{package}")],
        folders=[Folder(path=f"var/lib/{package}", owner=USER)],
    )


def run_config(package: str, start: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """How the image runs: `start` listens on all interfaces of the container, as an account without rights."""
    return {
        "User": f"{USER}:{USER}",
        "Env": ["PATH=/usr/bin", "PYTHONPATH=/opt/runtime", "PYTHONDONTWRITEBYTECODE=1", "LC_ALL=C.UTF-8"],
        "Entrypoint": list(start),
        "ExposedPorts": {"8080/tcp": {}},
        "Volumes": {f"/var/lib/{package}": {}},
        "WorkingDir": "/",
        "Labels": dict(labels),
        "StopSignal": "SIGTERM",
    }
