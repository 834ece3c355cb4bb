"""What `espalier run` may be given: a bundle of any kind, a build's output folder, its recipe, or a .tflite with a contract."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..bundle import manifest, program_manifest
from ..bundle.golden import read_golden
from ..bundle.known_model import Known, of_bundle, of_model
from ..bundle.manifest import Manifest
from ..errors import UnsupportedModelError, UsageError, VerificationError
from ..facts import TensorFacts
from ..limits import LIMITS
from ..load.labels import read_labels
from ..recipe import InputContract, Recipe
from ..recipe_file import load_recipe
from ..stages.outcome import output_folder
from ..stages.trial import Subject
from ..tflite.inspect import inspect_tflite
from ..tflite.stated import Stated, stated_in
from .verify import model_in, read_files, verify_contents

SUPPORTED = "a bundle folder, a build's output folder, its recipe (.toml), or a .tflite"
_PROBABILITY = 1 / 256


def subject_of(what: Path, contract: Path | None = None) -> Subject:
    """What is to be tried. `contract`: of a .tflite, a recipe, bundle or output folder whose preprocessing, task and labels hold.

    Raises UsageError where it is none of these, VerificationError for a bundle that was changed or is of another version.
    """
    if what.suffix == ".tflite" and what.is_file():
        return _of_tflite(what, contract)
    if contract is not None:
        raise UsageError("--contract is of a .tflite", next_step="leave it out: what is given brings its own")
    if what.suffix == ".toml":
        return _of_output(last_build(what))
    if (what / manifest.NAME).is_file():
        return _of_bundle(what)
    if (what / "report.json").is_file():
        return _of_output(what)
    inside = sorted(path.parent.name for path in what.glob(f"*/{manifest.NAME}")) if what.is_dir() else []
    there = "is no bundle, and no output of a build" if what.exists() else "does not exist"
    raise UsageError(
        f"{what} {there}", supported=SUPPORTED, next_step=f"bundles inside: {', '.join(inside)}" if inside else "check the path"
    )


def read_bundle(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of a bundle and its files, held against each other. Raises UnsupportedModelError for a library of `compile`,
    VerificationError."""
    files = read_files(folder)
    data = files.pop(manifest.NAME)
    if program_manifest.is_program(data):
        raise UnsupportedModelError(
            f"{folder} is a library of `espalier compile`: C, without a .tflite and without preprocessing",
            supported=SUPPORTED,
            next_step="give the .tflite that was compiled, with --contract",
        )
    try:
        return verify_contents(data, files), files
    except VerificationError as problem:
        raise _of_another_version(data, problem) from None


class _Version(msgspec.Struct, frozen=True):
    """What every manifest says."""

    format: str = ""
    espalier: str = ""


def _of_another_version(data: bytes, problem: VerificationError) -> VerificationError:
    """The refusal, with the version that made the bundle where that is another one."""
    from .. import __version__

    try:
        said = msgspec.json.decode(data, type=_Version)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return problem
    if said.espalier in ("", __version__) and said.format in ("", manifest.FORMAT):
        return problem
    return VerificationError(
        f"the bundle is of Espalier {said.espalier or '?'} ({said.format or 'no format'}), not {__version__}: {problem.found}",
        supported=f"bundles of the format {manifest.FORMAT}",
        next_step="build it again with this version, or install that one",
    )


def _of_bundle(folder: Path) -> Subject:
    stated, files = read_bundle(folder)
    known = of_bundle(stated, read_golden(files), files)
    row = next(iter(sorted(stated.models, key=lambda row: row.dtype)), None)
    if row is not None:
        return Subject(known=known, model=model_in(row, files))
    beside = folder.parent / "model"
    built = folder.parent / "report.json"
    if built.is_file() and hashlib.sha256((folder / manifest.NAME).read_bytes()).hexdigest().encode() in _read(built):
        return Subject(
            known=known,
            model=_one(beside, "int8"),
            note="the bundle holds C and no .tflite: the int8 model of the same build runs, whose bytes the C was proven to give",
        )
    raise UnsupportedModelError(
        f"{folder} holds C and no .tflite, and the build that it is of is not beside it",
        supported=SUPPORTED,
        next_step="give the output folder of its build, or flash it: its self-test replays the golden vectors",
    )


def _of_output(folder: Path) -> Subject:
    int8, floating = _one(folder / "model", "int8"), _one(folder / "model", "float")
    return Subject(known=known_in(folder), model=int8, float_model=floating)


def known_in(folder: Path) -> Known:
    """The model of a build's output folder, as its first bundle says. Raises UsageError without a bundle."""
    for path in sorted(folder.glob(f"*/{manifest.NAME}")):
        stated, files = read_bundle(path.parent)
        return of_bundle(stated, read_golden(files), files)
    raise UsageError(
        f"there is no bundle in {folder}, and only a bundle says how images are prepared and answers decided",
        next_step="correct what failed (report.html says it), and build again",
    )


def last_build(recipe_path: Path) -> Path:
    """The output folder of a recipe's last build: in dist/, here or beside the recipe. Raises UsageError without one."""
    recipe = load_recipe(recipe_path)
    places = [output_folder(folder / "dist", recipe) for folder in (Path(), recipe_path.parent)]
    found = [place for place in places if (place / "report.json").is_file()]
    if not found:
        raise UsageError(
            f"{recipe_path} was not built: there is no {places[0]}",
            supported="a recipe with its output in dist/, here or beside the recipe",
            next_step=f"espalier build {recipe_path}, or give the output folder",
        )
    return max(found, key=lambda place: (place / "report.json").stat().st_mtime)


def _one(folder: Path, kind: str) -> bytes:
    paths = sorted(folder.glob(f"*_{kind}.tflite"))
    if len(paths) != 1:
        raise UsageError(
            f"{folder} holds {len(paths)} files *_{kind}.tflite, where a build leaves one",
            supported="the output of a build that passed its gates",
            next_step="correct what failed (report.html says it), and build again",
        )
    return _read(paths[0])


def _read(path: Path) -> bytes:
    if path.stat().st_size > LIMITS.tflite_bytes:
        raise UsageError(f"{path} has over {LIMITS.tflite_bytes:,} bytes", next_step="give another file")
    return path.read_bytes()


# ---- a .tflite alone


def _of_tflite(path: Path, contract: Path | None) -> Subject:
    model = _read(path)
    facts = inspect_tflite(model)
    stated = stated_in(model)
    heads = tuple(_tensor(one) for one in facts["output"])
    if contract is None:
        guessed = _guessed(path, facts, stated)
        labels = stated.labels if heads and stated.labels and len(stated.labels) == _values(heads[0]) else ()
        known = of_model(path.stem, guessed, "classify" if labels else "raw", labels, _tensor(facts["input"][0]), heads)
        note = (
            f"preprocessing: {guessed.size[0]} x {guessed.size[1]} {guessed.color}, resize {guessed.resize}, fit {guessed.fit}"
            + ("" if stated.labels else ", no labels")
            + ": what the file does not say is guessed; --contract RECIPE gives it"
        )
        return Subject(known=known, model=model, own=not stated.mean, note=note)
    known = _with_contract(path, contract, heads, _tensor(facts["input"][0]))
    if list(facts["input"][0]["shape"][1:]) != list(known.contract.shape):
        raise UsageError(
            f"{path} takes {facts['input'][0]['shape'][1:]}, the contract gives {list(known.contract.shape)}",
            next_step="give the contract that the model was trained with",
        )
    return Subject(known=known, model=model, own=False)


def _with_contract(path: Path, contract: Path, heads: tuple[TensorFacts, ...], given: TensorFacts) -> Known:
    if contract.suffix != ".toml":
        folder = contract if (contract / manifest.NAME).is_file() else next(
            (one.parent for one in sorted(contract.glob(f"*/{manifest.NAME}"))), None
        )  # fmt: skip
        if folder is None:
            raise UsageError(f"{contract} gives no contract", supported="a recipe, a bundle or a build's output folder",
                             next_step="check --contract")  # fmt: skip
        stated, files = read_bundle(folder)
        return of_bundle(stated, read_golden(files), files, _fitting(stated, heads))
    recipe = load_recipe(contract)
    try:
        return _with_contract(path, last_build(contract), heads, given)
    except UsageError:
        return _of_recipe(recipe, contract, heads, given)


def _fitting(stated: Manifest, heads: tuple[TensorFacts, ...]) -> tuple[TensorFacts, ...]:
    """The outputs of the file, with the names and, of a float file, the steps of the bundle's. Raises UnsupportedModelError."""
    own = stated.heads or (stated.output,)
    found, wanted = ([_values(head) for head in some] for some in (heads, own))
    if found != wanted:
        raise UnsupportedModelError(
            f"the outputs have {found} values, those of the contract {wanted}",
            supported="a model with the same outputs",
            next_step="give the contract of this model",
        )
    return tuple(
        msgspec.structs.replace(mine, scale=theirs.scale, zero_point=theirs.zero_point) if _whole(theirs) else mine
        for mine, theirs in zip(own, heads, strict=True)
    )


def _of_recipe(recipe: Recipe, path: Path, heads: tuple[TensorFacts, ...], given: TensorFacts) -> Known:
    """A recipe that was not built: what its tables say."""
    task = recipe.model.task
    labels = () if recipe.model.labels is None else tuple(read_labels(path.parent / recipe.model.labels))
    if task == "auto":
        task = "classify" if labels and len(labels) == _values(heads[0]) else "raw"
    if task in ("detect", "segment", "image", "several"):
        raise UsageError(
            f"how answers of task {task} are decoded is known once {path} is built",
            next_step=f"espalier build {path}",
        )
    return of_model(recipe.name, recipe.input, task, labels, given, heads, recipe=recipe)


def _guessed(path: Path, facts: Mapping[str, object], stated: Stated) -> InputContract:
    first: dict[str, object] = facts["input"][0]  # type: ignore[index]
    shape: Sequence[int] = first["shape"]  # type: ignore[assignment]
    if len(shape) != 4 or len(facts["input"]) != 1:  # type: ignore[arg-type]
        raise UnsupportedModelError(
            f"{path} takes {shape}, not one image", supported="one input [1, height, width, channels]",
            next_step="give its recipe or bundle with --contract",
        )  # fmt: skip
    if first["dtype"] == "float32" and not stated.mean:
        raise UsageError(
            f"{path} takes floats and does not say how pixels become these",
            supported="a .tflite whose metadata has the normalisation, or one with an int8 or uint8 input",
            next_step="give --contract RECIPE, whose [input] table says it",
        )
    channels = int(shape[3])
    return InputContract(
        size=(int(shape[1]), int(shape[2])),
        color={1: "gray", 3: "rgb"}.get(channels, "bands"),  # type: ignore[arg-type]
        bands=0 if channels in (1, 3) else channels,
        mean=stated.mean or (0.0,),
        std=stated.std or (1.0,),
    )


def _tensor(edge: Mapping[str, object]) -> TensorFacts:
    """An input or output; of floats with the step of a probability, which is what labels are told with."""
    shape: Sequence[int] = edge["shape"]  # type: ignore[assignment]
    dtype = str(edge["dtype"])
    zero = int(edge.get("zero_point", -128))  # type: ignore[call-overload]
    return TensorFacts(
        name=str(edge["name"]),
        shape=tuple(shape),
        dtype=dtype,
        scale=float(edge.get("scale", _PROBABILITY)),  # type: ignore[arg-type]
        zero_point=zero - 128 if dtype == "uint8" else zero,
    )


def _values(head: TensorFacts) -> int:
    count = 1
    for side in head.shape[1:]:
        count *= side
    return count


def _whole(head: TensorFacts) -> bool:
    return head.dtype in ("int8", "uint8")

