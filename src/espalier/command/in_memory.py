"""What a caller holds in memory, written as the files that a build reads: one reader and one set of checks for both."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeGuard

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError, ModelRefusedError, RecipeError, UsageError
from ..limits import LIMITS
from ..load.keras_container import METADATA
from ..recipe import EvaluationSource, Recipe
from ..recipe_file import dump_recipe, load_recipe, parse_recipe
from ..recipe_paths import Role, with_paths
from ..scratch import Scratch
from ..stages.images import set_path


class KerasModel(Protocol):
    """A Keras model in memory, of Keras 3 or tf_keras."""

    def save(self, filepath: str, /) -> object:
        """Write it to a file."""

    def get_config(self) -> object:
        """What it is made of."""


Model = KerasModel | Path | str
Images = Path | str | NDArray[np.uint8] | Iterable[NDArray[np.uint8]]
"""uint8 [n, height, width, channels], an iterable of images, or the path of a folder or csv."""
Labels = Sequence[int] | Sequence[str] | NDArray[Any]
"""For each image its class's name, or the index of its output."""

SUPPORTED_IMAGES = (
    "uint8 arrays [n, height, width, channels] or [n, height, width] with values 0 to 255 in the order red, green, blue, "
    "an iterable of such images, or the path of a folder or csv"
)


def is_path(given: object) -> TypeGuard[Path | str]:
    """Whether an argument names a file or folder."""
    return isinstance(given, str | os.PathLike)


@contextmanager
def as_files(
    recipe: Recipe | Path | str,
    *,
    model: Model | None = None,
    calibration: Images | None = None,
    evaluation: Path | str | tuple[Images, Labels | None] | None = None,
) -> Iterator[Path]:
    """The path of a recipe that names files only: the one given, or, where anything is given in memory, one in a temporary
    folder that lasts as long as the block. The arguments are those of `espalier.build`."""
    if not (isinstance(recipe, Recipe) or is_path(recipe)):
        raise UsageError(
            f"the recipe is a {type(recipe).__name__}",
            supported="the path of a recipe, or an espalier.Recipe",
            next_step="give one of these; espalier.load_recipe(path) reads one to change",
        )
    if isinstance(recipe, Recipe):
        known, beside = recipe, Path.cwd()
    elif model is None and calibration is None and evaluation is None:
        yield Path(recipe)
        return
    else:
        known, beside = load_recipe(recipe), Path(recipe).resolve().parent
    with Scratch() as folder:
        yield write_recipe(
            absolute(known, beside), folder, model=model, calibration=calibration, evaluation=evaluation
        )


def write_model(model: Any, folder: Path) -> Path:
    """The path of a model: as given, or of a .keras file in `folder` that a model in memory (Keras 3 or tf_keras) is saved
    to. Raises UsageError for anything else, ModelRefusedError where it cannot be saved."""
    if is_path(model):
        return Path(model).absolute()
    if not (callable(getattr(model, "save", None)) and callable(getattr(model, "get_config", None))):
        raise UsageError(
            f"the model is a {type(model).__module__}.{type(model).__qualname__}",
            supported="a Keras model (Keras 3 or tf_keras), or the path of a .keras or .h5 file",
            next_step="give one of these",
        )
    path = folder / "model.keras"
    try:
        model.save(str(path))
    except Exception as problem:  # Keras raises whatever its layers do
        raise ModelRefusedError(
            f"the model in memory cannot be saved: {type(problem).__name__}: {str(problem).partition(chr(10))[0]}",
            supported="a Keras model that `model.save()` can write",
            next_step="save it as .keras or .h5 yourself, and give the path",
        ) from problem
    _undate(path)
    return path


def _undate(path: Path) -> None:
    """Take out of a .keras file when it was saved: the same model is the same file then, and its stages are in the store."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    facts = msgspec.json.decode(entries[METADATA])
    facts.pop("date_saved", None)
    entries[METADATA] = msgspec.json.encode(facts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data)  # of 1980, as all of them


def write_images(images: Any, folder: Path, role: str) -> list[str]:
    """The names below `folder` of .npy files, one for each image in memory, in their order.

    Raises ImagesRefusedError for what is no image of whole pixels: floats, other shapes, none at all.
    """
    folder.mkdir(parents=True)
    names = []
    for place, image in enumerate(_each(images, role)):
        name = f"{place:06}.npy"
        pixels = _checked(image, place, role)
        np.save(folder / name, pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
        names.append(name)
    if not names:
        raise ImagesRefusedError(f"the {role} images are none", supported=SUPPORTED_IMAGES, next_step="give some")
    return names


def _each(images: Any, role: str) -> Iterable[Any]:
    if isinstance(images, np.ndarray) and images.ndim not in (3, 4):
        raise ImagesRefusedError(
            f"the {role} images have the shape {list(images.shape)}",
            supported=SUPPORTED_IMAGES,
            next_step="images[None] makes a set of one image" if images.ndim == 2 else "give one of these",
        )
    if not isinstance(images, Iterable):
        raise ImagesRefusedError(
            f"the {role} images are a {type(images).__name__}", supported=SUPPORTED_IMAGES, next_step="give one of these"
        )
    return images


def _checked(image: Any, place: int, role: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        raise ImagesRefusedError(
            f"{role} image {place} holds {pixels.dtype}",
            supported=SUPPORTED_IMAGES,
            next_step="give the pixels as they are in the file, before normalisation (that is what `input` says); "
            "np.rint(images).astype('uint8') where they are 0 to 255",
        )
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and not 1 <= pixels.shape[2] <= LIMITS.input_bands) or not pixels.size:
        raise ImagesRefusedError(
            f"{role} image {place} has the shape {list(pixels.shape)}",
            supported=SUPPORTED_IMAGES,
            next_step=f"channels last: 1 (gray), 3 (red, green, blue), or up to {LIMITS.input_bands} bands",
        )
    return np.ascontiguousarray(pixels)


def write_labelled(images: Any, labels: Labels, folder: Path) -> EvaluationSource:
    """The set of some images in memory with their labels: names, or indices of outputs. Raises as `write_images` does."""
    names = write_images(images, folder, "evaluation")
    given = [str(label) for label in np.asarray(labels).reshape(-1).tolist()]
    if len(given) != len(names):
        raise ImagesRefusedError(
            f"there are {len(names):,} evaluation images and {len(given):,} labels",
            supported="one label for each image: its class's name, or the index of its output",
            next_step="give as many of both",
        )
    path = folder / "labels.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("path", "label"), *zip(names, given, strict=True)])
    return EvaluationSource(csv=str(path))


def absolute(recipe: Recipe, folder: Path) -> Recipe:
    """The same recipe, its paths independent of where it is read: relative ones are taken from `folder`."""

    def of(given: str, role: Role) -> str:
        return str(set_path(folder, given).absolute()) if role == "set" else str(folder / given)

    return with_paths(recipe, of)


def write_recipe(
    recipe: Recipe,
    folder: Path,
    *,
    model: Model | None = None,
    calibration: Images | None = None,
    evaluation: Path | str | tuple[Images, Labels | None] | None = None,
) -> Path:
    """Write a recipe whose paths are absolute into `folder`, with what is given in memory in place of what it names.

    `evaluation`: a path, or (images, labels), of which the labels may be None. Raises what `write_model`,
    `write_images` and `recipe.parse_recipe` raise.
    """
    replace = msgspec.structs.replace
    if model is not None:
        recipe = replace(recipe, model=replace(recipe.model, path=str(write_model(model, folder))))
    if calibration is not None:
        recipe = replace(
            recipe, calibration=replace(recipe.calibration, images=written(calibration, folder, "calibration"))
        )
    if evaluation is not None:
        recipe = replace(recipe, evaluation=_evaluation(evaluation, folder))
    data = dump_recipe(recipe)
    parse_recipe(data, where="the recipe")
    path = folder / "recipe.toml"
    path.write_bytes(data)
    return path


def written(images: Any, folder: Path, role: str) -> str:
    """The path of a set of images: as given, or of a folder in `folder` that those in memory are written to."""
    if is_path(images):
        return str(Path(images).absolute())
    write_images(images, folder / role, role)
    return str(folder / role)


def _evaluation(given: Any, folder: Path) -> EvaluationSource:
    if is_path(given):
        path = Path(given).absolute()
        return EvaluationSource(csv=str(path)) if path.suffix.lower() == ".csv" else EvaluationSource(images=str(path))
    pair = tuple(given) if isinstance(given, tuple | list) else ()
    if len(pair) != 2 or is_path(pair[0]):
        raise RecipeError(
            f"`evaluation` is a {type(given).__name__}" + (" of a path and labels" if len(pair) == 2 else ""),
            supported="(images, labels) in memory, or the path of a folder with one folder per class or of a csv",
            next_step="give one of these",
        )
    images, labels = pair
    if labels is None:
        return EvaluationSource(images=written(images, folder, "evaluation"))
    return write_labelled(images, labels, folder / "evaluation")
