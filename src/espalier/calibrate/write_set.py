"""Writes a calibration set: set.toml, SHA256SUMS and the chosen images as they are, complete or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..errors import ImagesRefusedError, UsageError
from ..image_facts import ImageFacts
from ..load.images import scan
from ..load.named_set import FILE, IMAGES, SUMS
from ..load.snapshot import snapshot
from ..recipe import InputContract

HEAD = "# A calibration set: where it comes from, how it was chosen and how its images are prepared. Written by espalier.\n"


def write_set(
    out: Path,
    folder: Path,
    rows: Sequence[ImageFacts],
    contract: InputContract,
    *,
    fingerprint: str,
    model_sha256: str,
    candidates: int,
    left_out: int,
    method: str,
) -> None:
    """Copy the images of `rows` out of `folder` to out/images and describe them; `out` appears by one rename.

    Raises ImagesRefusedError when a file changed since it was read, UsageError when `out` exists or cannot be written.
    """
    source = scan(folder).root
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    try:
        sums = []
        for row in rows:
            data = (Path(source) / row.path).read_bytes()
            if hashlib.sha256(data).hexdigest() != row.sha256:
                raise ImagesRefusedError(f"{row.path} changed while the set was chosen", next_step="run it again")
            target = scratch / IMAGES / row.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            sums.append(f"{row.sha256}  {IMAGES}/{row.path}\n")
        (scratch / SUMS).write_text("".join(sorted(sums, key=lambda line: line[64:])), encoding="utf-8")
        values: dict[str, Any] = {
            "name": out.name,
            "title": f"{len(rows)} images chosen from {candidates}",
            "origin": f"folder {folder.name} (espalier fingerprint {fingerprint})",
            "licence": "as the images it was chosen from",
            "classes": sorted({row.label for row in rows if row.label is not None}),
            "count": len(rows),
            "fingerprint": snapshot(scratch / IMAGES)[1],
            "input": msgspec.to_builtins(contract),
            "chosen": {
                "candidates": candidates, "left-out": left_out, "model-sha256": model_sha256, "method": method,
            },
        }  # fmt: skip
        (scratch / FILE).write_text(HEAD + "".join(_lines(values)), encoding="utf-8")
        scratch.chmod(0o755)
        if out.exists():
            raise UsageError(f"{out} exists already", next_step="remove it, or choose another name with --out")
        scratch.rename(out)
    except OSError as problem:
        raise UsageError(f"{out} cannot be written: {problem.strerror}") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _lines(values: dict[str, Any]) -> list[str]:
    """TOML: strings, numbers and lists are written as in JSON, tables after them."""
    flat = {k: v for k, v in values.items() if not isinstance(v, dict)}
    lines = [f"{key} = {msgspec.json.encode(value).decode()}\n" for key, value in flat.items()]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += [f"\n[{name}]\n", *_lines(table)]
    return lines
