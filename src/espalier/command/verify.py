"""Verify a bundle: every byte is what the build wrote, and the model in it still gives the golden answers.

0. With a key: the manifest is signed with it (bundle/signature.py); nothing of the bundle is read before. Name, target and
   version are those that are asked for.
1. The files are exactly those of manifest.json, with its digests; links, extra and missing files, empty folders, attributes
   and rights that no build gives are refused. What the manifest says stands in the files, too (bundle/agreement.py).
2. The contract cases are computed again from their images.
3. The model is read by our own reader, which refuses what is damaged before any interpreter sees it.
   Of a detector, the recorded outputs are decoded again: each must give exactly the recorded boxes.
4. The golden vectors are run again on the model taken out of the bundle, in LiteRT's and in tflite-runtime's
   own process. LiteRT's reference kernels must give the recorded bytes. What the other kernel sets give
   depends on the CPU and on the runtime's version (tflite-runtime has no int8 XNNPACK): their distance to
   the nearest recorded set is stated, and more than `TOLERANCE` is a failure.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..bundle import agreement, manifest, program_manifest, signature
from ..bundle.golden import FOLDER, KERNELS, Golden, examples, read_golden
from ..bundle.known_boxes import decode_again
from ..bundle.manifest import FileRow, Manifest, members
from ..errors import (
    EspalierError,
    ModelRefusedError,
    ToolMissingError,
    UnsupportedModelError,
    UsageError,
    VerificationError,
)
from ..facts import Check
from ..limits import LIMITS
from ..preparation import prepare
from ..stages.latency import RUNTIMES
from ..tabular import Tabular
from ..tflite.inspect import inspect_tflite
from ..tflite.read import read_tflite
from ..worker.client import Worker
from ..worker.runtime_calls import Predict
from .verify_files import files_of
from .verify_wanted import Wanted, read_keys

TOLERANCE: Final = 26
"""Largest accepted distance of an output byte (1/256 of probability) to the nearest recorded kernel set."""
SECONDS: Final = 300.0
"""Wall-clock limit of one replay."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Verified(Tabular):
    """The checks of a bundle that passed or could not run, in order; what failed is raised."""

    checks: tuple[Check, ...]

    def table(self) -> list[tuple[str, ...]]:
        """Result, name with its tool, and why it did not run."""
        return [(c.result, f"{c.name} ({f'{c.tool} {c.version}'.rstrip()})", c.why) for c in self.checks]


def verify_bundle(
    folder: Path | str,
    *,
    keys: Sequence[Path | str] = (),
    require_signature: bool = False,
    name: str = "",
    target: str = "",
    at_least: str = "",
) -> Verified:
    """Check a bundle: its signature, every digest of its manifest, and its golden vectors run again on this machine.

    `folder`: a bundle of a build, or the library of `compile`. A runtime that is not installed is a check that is not run.
    `keys`: files of public keys, one of which must have signed it; `require_signature`: refuse to go on without any. `name`,
    `target`: what it must be of; `at_least`: the oldest version that is taken ("1.4.0").
    Raises UsageError when there is no bundle, VerificationError with the first thing that is not as it must be.

        verified = espalier.verify("dist/parts-1.0.0/cortex-m4")
        [check.name for check in verified.checks if check.result == "passed"]
    """
    wanted = Wanted(keys=read_keys(keys, required=require_signature), name=name, target=target, at_least=at_least)
    wanted.check_form()
    return Verified(checks=tuple(_verify_bundle(Path(folder), wanted)))


def _verify_bundle(folder: Path, wanted: Wanted) -> list[Check]:
    files = read_files(folder)
    stated_bytes, signed = files.pop(manifest.NAME), files.pop(signature.NAME, None)
    checks = [wanted.check_signature(stated_bytes, signed)]
    if program_manifest.is_program(stated_bytes):
        return [*checks, *_verify_program(stated_bytes, files, wanted)]
    stated = verify_contents(stated_bytes, files)
    wanted.check_stated(stated.name, stated.version, stated.target)
    checks.append(_passed(f"digests of {len(files)} files", stated.espalier))
    golden = read_golden(files)
    _agree(stated, golden)
    models = {row.sha256: (row.dtype, model_in(row, files)) for row in stated.models}
    for _, model in models.values():
        _refuse_damaged(model)
    places = agreement.agree(stated, files)
    checks.append(_passed(f"the manifest's words in {', '.join(('golden vectors', *places))}", stated.espalier))
    checks.append(_contract_check(golden, files, stated.espalier))
    if golden.detector:
        boxes = decode_again(golden, files, stated.heads)
        checks.append(_passed(f"{boxes} boxes of {len(golden.vectors)} golden vectors, decoded again", stated.espalier))
    checks += _replay_checks(models, golden, files)
    failed = [check for check in checks if check.result == "failed"]
    if failed:
        raise VerificationError(
            f"{failed[0].name} ({failed[0].tool} {failed[0].version}): {failed[0].why}",
            next_step="fetch it again; if this repeats, this machine's runtime computes something else",
        )
    return checks


def _passed(name: str, version: str) -> Check:
    return Check(name=name, tool="espalier", version=version, result="passed")


def _verify_program(stated_bytes: bytes, files: Mapping[str, bytes], wanted: Wanted) -> list[Check]:
    """The library of `espalier compile`: its digests; its known answers run on the device."""
    stated = program_manifest.read(stated_bytes)
    wanted.check_stated(stated.name, stated.version, stated.target)
    hold_files(stated.files, files)
    why = "the program's own self-test replays them on the device"
    answers = Check(name=f"{stated.answers} known answers", tool="espalier", result="not run", why=why)
    return [_passed(f"digests of {len(files)} files", stated.espalier), answers]


def read_files(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file of a bundle, the manifest among them."""
    _need_bundle(folder)
    files: dict[str, bytes] = {}
    left = LIMITS.bundle_bytes
    try:
        for path in files_of(folder):
            with path.open("rb") as file:
                data = file.read(left + 1)
            left -= len(data)
            if left < 0:
                raise VerificationError(
                    "the bundle is too large", supported=f"at most {LIMITS.bundle_bytes} bytes"
                )
            files[path.relative_to(folder).as_posix()] = data
    except FileNotFoundError as problem:
        raise VerificationError(
            f"{Path(problem.filename).name} went away while the bundle was read",
            next_step="a build replaces the bundle: verify it when that has ended",
        ) from None
    return files


def verify_contents(stated_bytes: bytes, files: Mapping[str, bytes]) -> Manifest:
    """Hold files (path -> bytes, without the manifest) against manifest.json.

    Raises VerificationError.
    """
    stated = manifest.read(stated_bytes)
    hold_files(stated.files, files)
    return stated


def hold_files(rows: Sequence[FileRow], files: Mapping[str, bytes]) -> None:
    """Raises VerificationError unless the files (path -> bytes) are exactly those of the rows, with their digests."""
    listed = {row.path: row for row in rows}
    for word, paths in (("missing", listed.keys() - files.keys()), ("extra", files.keys() - listed.keys() - {signature.NAME})):
        if paths:
            raise VerificationError(
                f"{word} file in the bundle: {sorted(paths)[0]!r}", next_step="fetch the bundle again"
            )
    for path, row in listed.items():
        if len(files[path]) != row.bytes or hashlib.sha256(files[path]).hexdigest() != row.sha256:
            raise VerificationError(
                f"{path} ({len(files[path])} bytes) is not what the build wrote: it had {row.bytes} bytes "
                f"with sha256 {row.sha256}",
                next_step="fetch the bundle again",
            )


def _need_bundle(folder: Path) -> None:
    if folder.is_file():
        raise UsageError(f"{folder} is a file", next_step="give the folder that holds manifest.json")
    if not (folder / manifest.NAME).is_file():
        inside = sorted(path.parent.name for path in folder.glob(f"*/{manifest.NAME}"))
        raise UsageError(
            f"{folder} is not a bundle: it has no {manifest.NAME}",
            next_step=f"bundles inside: {', '.join(inside)}" if inside else "give the folder of a bundle",
        )


def _agree(stated: Manifest, golden: Golden) -> None:
    if stated.models and not (golden.vectors and golden.cases):
        raise VerificationError("golden.json has no golden vectors or no contract cases: every build writes some")
    if golden.contract != stated.contract or golden.classes != stated.values:
        raise VerificationError("golden.json and manifest.json do not belong to the same model")
    for row in golden.vectors:
        if row.label not in (stated.labels or ("",)) and not golden.detector:
            raise VerificationError(f"golden.json: {row.name} has the unknown label {row.label!r}")


def _contract_check(golden: Golden, files: Mapping[str, bytes], version: str) -> Check:
    contract = golden.contract.contract
    for case in golden.cases:
        rgb = np.frombuffer(files[f"{FOLDER}/{case.rgb}"], np.uint8)
        rgb = rgb.reshape(case.rows, case.columns, contract.source_channels)
        if prepare(rgb, contract).tobytes() != files[f"{FOLDER}/{case.pixels}"]:
            raise VerificationError(
                f"contract case {case.name}: this version prepares other bytes than the bundle's"
            )
    return _passed(f"contract, {len(golden.cases)} cases", version)


def _replay_checks(
    models: Mapping[str, tuple[str, bytes]], golden: Golden, files: Mapping[str, bytes]
) -> list[Check]:
    """Golden vectors on every model of the bundle, both runtimes at the same time."""
    if not models or not golden.vectors:
        what = "no .tflite in the bundle" if not models else "no golden vectors in the bundle"
        return [Check(name="golden vectors", tool=tool, result="not run", why=what) for tool in RUNTIMES]
    with ThreadPoolExecutor(len(RUNTIMES)) as pool:
        rows = pool.map(lambda kind: _replay(kind, models, golden, files), RUNTIMES)
        return [check for checks in rows for check in checks]


def model_in(row: manifest.ModelRow, files: Mapping[str, bytes]) -> bytes:
    """A .tflite of a bundle. Raises VerificationError where it is not the manifest's."""
    data = files[row.path]
    if row.member:
        data = members(row.path, data).get(row.member, b"")
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise VerificationError(f"{row.path}: {row.member or 'it'} is not the manifest's model")
    return data


def _refuse_damaged(model: bytes) -> None:
    """Raise VerificationError for a .tflite that is not sound: interpreters check offsets, not meaning, and some damaged
    files end their process."""
    try:
        try:
            read_tflite(model)
        except UnsupportedModelError:
            # An operator that only the runtimes have; the file's structure is checked all the same.
            inspect_tflite(model)
    except (ModelRefusedError, UnsupportedModelError) as problem:
        raise VerificationError(f"the bundle's .tflite is no sound file: {problem.found}") from None


def _replay(
    kind: str, models: Mapping[str, tuple[str, bytes]], golden: Golden, files: Mapping[str, bytes]
) -> list[Check]:
    """One runtime: a check per model and recorded kernel set, up to the first that ends the process."""
    pixels = examples(golden, files)
    recorded = tuple(kernels for kernels in KERNELS if all(kernels in row.outputs for row in golden.vectors))
    checks: list[Check] = []
    with Worker(RUNTIMES[kind]) as worker:
        try:
            version = worker.wait_ready().get("version", "")
        except ToolMissingError as problem:
            return [Check(name="golden vectors", tool=kind, result="not run", why=problem.found)]
        path = worker.scratch / "golden.npy"
        np.save(path, pixels)
        for (dtype, model), kernels in itertools.product(models.values(), recorded):
            name = f"golden vectors, {dtype} model, {kernels} kernels"
            exact = (kind, kernels) == ("litert", "reference")
            try:
                call = Predict(model=model, pixels_path=str(path), kernels=kernels, threads=1)
                answer = worker.ask(call, seconds=SECONDS)
            except UnsupportedModelError as problem:
                # The older runtime may lack an operator that the bundle's own runtime has.
                result = "failed" if kind == "litert" else "not run"
                checks.append(Check(name=name, tool=kind, version=version, result=result, why=problem.found))
            except EspalierError as problem:
                checks.append(
                    Check(name=name, tool=kind, version=version, result="failed", why=problem.found)
                )
                break
            else:
                difference = _difference(answer.outputs, golden, (kernels,) if exact else recorded)
                checks.append(_verdict(name, kind, kernels, version, difference))
    return checks


def _difference(outputs: NDArray[Any], golden: Golden, kernels: tuple[str, ...]) -> int:
    """Largest distance, over the vectors, of an output byte to the nearest of these kernel sets' bytes; 256
    when the sizes differ."""
    found = outputs.astype(np.int16) - (128 if outputs.dtype == np.uint8 else 0)
    if found.shape != (len(golden.vectors), golden.classes):
        return 256
    distances = []
    for name in kernels:
        wanted = [np.frombuffer(bytes.fromhex(row.outputs[name]), np.int8) for row in golden.vectors]
        distances.append(np.abs(found - np.stack(wanted).astype(np.int16)).max(axis=1))
    return int(np.min(distances, axis=0).max())


def _verdict(name: str, kind: str, kernels: str, version: str, difference: int) -> Check:
    """LiteRT's reference kernels: no difference; everything else: TOLERANCE.

    tflite-runtime's reference kernels are frozen at 2.14 and differ from today's by up to 42 on attention blocks,
    while its default kernels, which are what a device runs, differ by 1: beyond TOLERANCE they say nothing.
    """
    limit = 0 if (kind, kernels) == ("litert", "reference") else TOLERANCE
    why = f"an output byte differs by {difference} from the build's" if difference else ""
    result = "passed" if difference <= limit else "failed"
    if result == "failed" and (kind, kernels) == ("tflite-runtime", "reference") and difference < 256:
        result, why = "not run", f"{why}: these old kernels compute something else, and no device runs them"
    return Check(name=name, tool=kind, version=version, result=result, why=why)
