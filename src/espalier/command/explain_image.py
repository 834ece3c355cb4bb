"""`espalier explain --image`: what the float and the int8 model answer to one image, and where the float model looked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TypedDict

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError, UsageError
from ..load.decode import read_bounded
from ..recipe import InputContract
from ..stages.heat import heat_of, heat_png
from ..stages.workshop import Workshop
from ..store import Store
from ..terminal import Progress
from ..worker.runtime_calls import Predict
from .explain import images_pixels, read_build, read_golden_files, read_manifest_labels

SIDE = 448
"""Pixels of the picture's longer side, about."""
_SHADES = " .:-=+*#%@"


class Looked(TypedDict):
    """`cells`: how much each part matters, rows from the top, 1 the most. Labels and confidences are empty for a model that
    has no labels."""

    image: str
    float: str
    int8: str
    float_confidence: float | None
    int8_confidence: float | None
    cells: list[list[float]]
    picture: str


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    float_model: bytes
    int8_model: bytes
    contract: InputContract
    labels: tuple[str, ...]


def explain_image(
    path: Path | str,
    image: Path | str,
    picture: Path | None = None,
    *,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Looked:
    """Cover part after part of one image and see how much the float model's answer falls.

    `path`: a build's output folder, or its recipe. `picture`: the PNG to write; by default the image's name with `-heat.png`
    in the current folder. Raises UsageError when `path` is neither, ImagesRefusedError when the image cannot be read.
    """
    path, image = Path(path), Path(image)
    picture = Path(f"{image.stem}-heat.png") if picture is None else picture
    with Workshop(store or Store.default(), progress or Progress(quiet=True)) as shop:
        given = _of_recipe(shop, path) if path.is_file() and path.suffix == ".toml" else _of_folder(path)
        if given.contract.numbers:
            raise UsageError(
                "the model takes numbers beside the image, which one image alone does not give",
                supported="heat maps of models of one image",
                next_step="a build writes such maps of the images that flipped into its report, with their numbers",
            )
        pixels = _pixels(shop, image, given.contract)
        with shop.stage("explain"):
            array = np.load(pixels)[0]
            grid, values = heat_of(shop, given.float_model, array, given.contract, named=bool(given.labels))
            found = shop.worker("litert-runtime").ask(Predict(model=given.int8_model, pixels_path=pixels))
            answered = found.real().reshape(-1)
            try:
                picture.write_bytes(heat_png(array, grid, given.contract, SIDE))
            except OSError as problem:
                raise UsageError(
                    f"{picture} cannot be written: {problem.strerror}", next_step="give a file in a folder that exists"
                ) from None
    both = [_answer(one, given.labels) for one in (values, answered)]
    return Looked(
        image=str(image),
        float=both[0][0],
        int8=both[1][0],
        float_confidence=both[0][1],
        int8_confidence=both[1][1],
        cells=np.round(grid / max(float(grid.max()), 1e-9), 4).astype(float).tolist(),
        picture=str(picture),
    )


def _of_folder(folder: Path) -> _Given:
    _, float_model, int8_model = read_build(folder)
    golden, _ = read_golden_files(folder)
    return _Given(
        float_model=float_model,
        int8_model=int8_model,
        contract=golden.contract.contract,
        labels=read_manifest_labels(folder),
    )


def _of_recipe(shop: Workshop, path: Path) -> _Given:
    """The build's own stages up to the int8 model; nothing runs again that a build has stored."""
    from ..stages.job import read_job
    from ..stages.prune import prune_model
    from ..stages.quantize import quantize_model
    from ..task.kinds import KINDS

    shop.progress.plan(["read", "load", "prune", "quantize", "images", "explain"], {"explain": 2.0})
    job = read_job(shop, path)
    pruned = prune_model(shop, job, job.model.float_model())
    int8 = quantize_model(shop, job, pruned.model)
    named = KINDS[job.recipe.model.task].named
    return _Given(
        float_model=pruned.model.tflite,
        int8_model=int8.whole or int8.int8_model,
        contract=job.recipe.input,
        labels=job.labels() if named else (),
    )


def _pixels(shop: Workshop, image: Path, contract: InputContract) -> str:
    """The prepared image, as a .npy of one. Raises ImagesRefusedError, also for a folder."""
    try:
        data = read_bounded(str(image))
    except ImagesRefusedError as problem:
        raise ImagesRefusedError(f"{image}: {problem.found}", next_step="give one image file") from None
    folder = shop.scratch / "one-image"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / f"image{image.suffix}").write_bytes(data)
    return images_pixels(shop, folder, contract, 1)[0]


def _answer(values: NDArray[np.float32], labels: tuple[str, ...]) -> tuple[str, float | None]:
    if len(labels) != len(values):
        return "", None
    best = int(values.argmax())
    return labels[best], round(float(values[best]), 4)


def looked_lines(found: Looked) -> list[str]:
    """For people: both answers, the parts as shades, and where the picture is."""
    said = [
        f"{name}: {label} {confidence:.1%}"
        for name, label, confidence in (
            ("float", found["float"], found["float_confidence"]),
            ("int8", found["int8"], found["int8_confidence"]),
        )
        if confidence is not None
    ]
    shades = ["".join(2 * _SHADES[min(9, int(10 * cell))] for cell in row).rstrip() for row in found["cells"]]
    return [
        f"{found['image']}: {', '.join(said) or 'values as they are'}",
        "where the float model looked (@: its answer hangs on it):",
        *(f"  |{shade:{2 * len(found['cells'][0])}}|" for shade in shades),
        f"picture: {found['picture']}",
    ]
