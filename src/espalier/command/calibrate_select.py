"""`espalier calibrate select`: a small calibration set out of a large folder, and what it is better at than chance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..calibrate.checks import check_calibration
from ..calibrate.choose import choose, covered
from ..calibrate.write_set import write_set
from ..errors import ImagesRefusedError, UsageError
from ..findings import Copy, ImagesRead
from ..image_facts import ImageFacts, Prepared
from ..load.images import label_indices
from ..load.keras_facts import ModelFacts
from ..recipe import InputContract, colors_of
from ..recipe_file import load_recipe
from ..stages.check_sets import find_all_copies
from ..stages.images import PixelSet
from ..stages.model import FloatModel, ModelFile
from ..stages.workshop import Workshop
from ..store import Store
from ..task.kinds import kind_of
from ..task.types import CLASSIFY
from ..terminal import Progress
from ..worker.quantizer_calls import MeasureFeatures, Quantize
from ..worker.runtime_calls import Predict

POOL = 20_000
"""Images of the folder that are looked at, at most, balanced over its classes."""

HELD_OUT, HELD_OUT_MOST = 5, 800
"""Every fifth image is kept out of the choice, to judge it on; at most so many."""

SEEDS = 5
"""Random choices of the same size that the choice is held against."""

LEFT_OUT = ("constant", "exposure", "blurred", "duplicate", "near-duplicate", "contradiction")
"""Findings whose files are not chosen."""

STYLES: tuple[tuple[str, float, bool], ...] = (
    ("wide", 1.0, True),
    ("typical", 0.998, True),
    ("representative", 1.0, False),
)
"""Ways to choose: (name, quantile of every tensor's ends beyond which an image is left out, whether spanned ranges
count). Which is best depends on the model: wide ranges cost resolution, narrow ones clip. So each is tried, and kept
is the one whose int8 model is nearest to the float model on images that neither choose nor judge."""

METHODS = {
    "wide": "balanced, facility location on the last layer's input, and widest ranges, greedy",
    "typical": "balanced, facility location on the last layer's input, and widest ranges but for outliers, greedy",
    "representative": "balanced, facility location on the last layer's input, greedy",
}

STAGES = ("images", "load", "features", "choose", "judge")


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """A calibration set on held-out images: share of every range spanned (mean), same answers as float, and the mean
    difference of the probabilities, int8 against float."""

    range_coverage: float
    agreement: float
    difference: float


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen and how good it is. `random`, `spread`: mean and standard deviation over random choices.

    `tried`: the styles on the images that decided between them; all other figures are of other held-out images.
    """

    folder: str
    candidates: int
    left_out: dict[str, int]
    chosen: int
    classes: dict[str, int]
    held_out: int
    style: str
    tried: dict[str, Quality]
    quality: Quality
    random: Quality
    spread: Quality
    seeds: int
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Whether choosing was worth it, by the difference of the probabilities."""
        won = self.random.difference - self.quality.difference
        deviations = won / max(self.spread.difference, 1e-12)
        if deviations > 1:
            share = won / max(self.random.difference, 1e-12)
            return f"int8 is {share:.0%} nearer to float than with a random choice ({deviations:.1f} deviations)"
        if deviations >= -1:
            return (
                f"no better than a random choice of {self.chosen} of these images (within its deviation): which ones are "
                "taken hardly matters to this model"
            )
        return "worse than a random choice of these images: take more, or a random choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The folder as the model sees it, row by row: facts, pixels, features, ranges, answers, class numbers."""

    prepared: Prepared
    pixels: NDArray[np.uint8]
    features: NDArray[np.float32]
    ends: NDArray[np.float64]
    answers: NDArray[np.int64]
    groups: list[int]


def select_set(
    folder: Path,
    *,
    out: Path,
    count: int,
    recipe: Path | None = None,
    model: Path | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Choose `count` images of a folder and write them to `out` as a set with digests, origin and contract.

    Raises UsageError without a recipe or a model or when `out` exists, ImagesRefusedError when the folder holds too
    few usable images.
    """
    _check_arguments(recipe, model, out, count)
    with Workshop(store or Store.default(), progress or Progress(quiet=True)) as shop:
        source, notes = _open_model(shop, recipe, model)
        images = PixelSet(shop, "calibration", folder, source.contract, POOL)
        given = source.float_model()
        pool = _look(shop, images, given, source.contract)
        copies = find_all_copies(shop, {"calibration": images})
        usable, left_out = _usable(pool.prepared, source.contract, copies)
        held = _held_out(usable, count)
        candidates = _candidates(folder, usable, held, count)
        decides, judges = (
            _Judge(shop, pool, given, source.contract, part, name)
            for part, name in ((held[1::2], "deciding"), (held[::2], "judging"))
        )
        tried = {name: _style(pool, candidates, count, cut, wide) for name, cut, wide in STYLES}
        scored = {name: decides.quality(places) for name, places in tried.items()}
        style = min(scored, key=lambda name: scored[name].difference)
        rivals = [judges.quality(_random(candidates, count, seed)) for seed in range(SEEDS)]
        rows = [pool.prepared.images[i] for i in tried[style]]
        write_set(
            out,
            folder,
            rows,
            source.contract,
            fingerprint=images.fingerprint,
            model_sha256=source.sha256,
            candidates=len(pool.prepared.images),
            left_out=len(pool.prepared.images) - len(usable),
            method=f"{style}: {METHODS[style]}",
        )
        return Selection(
            folder=folder.name,
            candidates=len(pool.prepared.images),
            left_out=left_out,
            chosen=len(rows),
            classes=_classes(rows),
            held_out=len(held[::2]),
            style=style,
            tried=scored,
            quality=judges.quality(tried[style]),
            random=_over(rivals, np.mean),
            spread=_over(rivals, lambda values: np.std(values, ddof=1)),
            seeds=SEEDS,
            notes=tuple(notes),
        )


def _check_arguments(recipe: Path | None, model: Path | None, out: Path, count: int) -> None:
    if (recipe is None) == (model is None):
        raise UsageError("give either --recipe or --model", next_step="a recipe also says how images are prepared")
    if out.exists():
        raise UsageError(f"{out} exists already", next_step="remove it, or choose another name with --out")
    if count < 2:
        raise UsageError(f"--count {count} is too small", supported="2 and more; 100 to 500 are usual")


def _candidates(
    folder: Path, usable: NDArray[np.int64], held: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    candidates = np.setdiff1d(usable, held)
    if len(candidates) < count:
        raise ImagesRefusedError(
            f"{folder} holds {len(candidates)} usable images beside {len(held)} held out; --count asks for {count}",
            next_step="ask for fewer, or give a larger folder",
        )
    return candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    file: ModelFile
    contract: InputContract

    @property
    def sha256(self) -> str:
        return self.file.sha256

    def float_model(self) -> FloatModel:
        return self.file.float_model()


def _open_model(shop: Workshop, recipe: Path | None, model: Path | None) -> tuple[_Source, list[str]]:
    if recipe is not None:
        read = load_recipe(recipe)
        file = ModelFile(shop, recipe.resolve().parent / read.model.path, read.input)
        _check_alone(file.facts())
        return _Source(file=file, contract=read.input), []
    if model is None:
        raise UsageError("give either --recipe or --model")
    facts = ModelFile(shop, model, InputContract(size=(1, 1))).facts()
    _check_alone(facts)
    contract = guessed_contract(facts)
    note = (
        f"guessed from the model: size {list(contract.size)}, {contract.color}, mean {list(contract.mean)}, "
        f"std {list(contract.std)}, resize and fit as by default; a --recipe says what holds"
    )
    return _Source(file=ModelFile(shop, model, contract), contract=contract), [note]


def _check_alone(facts: ModelFacts) -> None:
    if facts.numbers:
        raise UsageError(
            "the model takes numbers beside the image, which a folder of images does not give",
            supported="sets for models of one image",
            next_step="write a csv with 100 to 500 rows that occur in use, and name it in `calibration.images`",
        )


def guessed_contract(facts: ModelFacts) -> InputContract:
    """The contract that a model's file suggests: its size, grey or colour, and pixels / 255 unless it scales itself."""
    height, width, channels = facts.input_shape
    if not height or not width or not channels:
        raise UsageError("the model takes images of any size", next_step="give a --recipe with `input.size`")
    scales = any(layer.class_name in ("Rescaling", "Normalization") for layer in facts.layers)
    color, bands = colors_of(channels)
    return InputContract(size=(height, width), color=color, bands=bands, std=(1.0 if scales else 255.0,))


def _look(shop: Workshop, images: PixelSet, given: FloatModel, contract: InputContract) -> Pool:
    prepared = images.prepared()
    path = images.pixels()
    call = MeasureFeatures(float_model=given.tflite, pixels_path=path, contract=contract)
    seen = shop.worker("quantizer").ask(call)
    labels = [image.label for image in prepared.images]
    names = sorted({label for label in labels if label is not None})
    groups = label_indices(prepared.images, names) if None not in labels else seen.answers.tolist()
    return Pool(
        prepared=prepared,
        pixels=np.load(path, mmap_mode="r", allow_pickle=False),
        features=seen.features,
        ends=seen.ends,
        answers=seen.answers,
        groups=groups,
    )


def _usable(
    prepared: Prepared, contract: InputContract, copies: tuple[Copy, ...]
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Places of the images without a fault, and how many were left out for which."""
    read = ImagesRead(images=prepared.images, problems=prepared.problems)
    errors, warnings = check_calibration(read, None, contract, copies=copies)
    bad: set[str] = set()
    left_out = {"unreadable": len(prepared.problems)} if prepared.problems else {}
    for finding in (*errors, *warnings):
        if finding.code in LEFT_OUT:
            files = set(finding.files) - bad
            left_out[finding.code] = len(files)
            bad |= files
    usable = [place for place, image in enumerate(prepared.images) if image.path not in bad]
    return np.array(usable, np.int64), left_out


def _held_out(usable: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Every fifth usable image, fewer when the folder is small; none are chosen."""
    held = usable[::HELD_OUT][:: max(1, -(-len(usable[::HELD_OUT]) // HELD_OUT_MOST))]
    return held if len(usable) - len(held) >= count else held[: max(2, len(usable) - count)]


def _style(pool: Pool, candidates: NDArray[np.int64], count: int, cut: float, wide: bool) -> NDArray[np.int64]:
    """The places that one style chooses. Outliers stay in where too few images would be left."""
    ends = pool.ends[candidates]
    low = np.quantile(ends[:, :, 0], 1 - cut, axis=0)
    high = np.quantile(ends[:, :, 1], cut, axis=0)
    inside = ~((ends[:, :, 0] < low) | (ends[:, :, 1] > high)).any(axis=1)
    kept = candidates[inside] if int(inside.sum()) >= 2 * count else candidates
    groups = [pool.groups[i] for i in kept]
    return np.asarray(kept[choose(pool.features[kept], pool.ends[kept], groups, count, wide=wide)])


def _random(candidates: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    return np.sort(np.random.default_rng(seed).permutation(candidates)[:count])


class _Judge:
    """Quantizes with a set and compares the int8 file with the float model on the held-out images."""

    def __init__(
        self,
        shop: Workshop,
        pool: Pool,
        given: FloatModel,
        contract: InputContract,
        held: NDArray[np.int64],
        name: str,
    ) -> None:
        self._shop, self._pool, self._given, self._held = shop, pool, given, held
        self._contract = contract
        self._held_path = shop.scratch / f"{name}.npy"
        np.save(self._held_path, pool.pixels[held])
        self._wanted = self._probabilities(given.tflite)

    def quality(self, chosen: NDArray[np.int64]) -> Quality:
        """The quality of calibrating with these images."""
        path = self._shop.scratch / "chosen.npy"
        np.save(path, self._pool.pixels[chosen])
        call = Quantize(float_model=self._given.tflite, pixels_path=str(path), contract=self._contract)
        answers, kind = self._probabilities(self._shop.worker("quantizer").ask(call).int8_model), kind_of(CLASSIFY)
        return Quality(
            range_coverage=covered(self._pool.ends[chosen], self._pool.ends[self._held]),
            agreement=float(kind.same(kind.results(answers, CLASSIFY), kind.results(self._wanted, CLASSIFY), CLASSIFY).mean()),
            difference=float(np.abs(answers - self._wanted).mean()),
        )

    def _probabilities(self, model: bytes) -> NDArray[np.float32]:
        call = Predict(model=model, pixels_path=str(self._held_path), contract=self._contract)
        return self._shop.worker("litert-runtime").ask(call).real()


def _over(rivals: list[Quality], what: Any) -> Quality:
    return Quality(
        **{name: float(what([getattr(r, name) for r in rivals])) for name in Quality.__struct_fields__}
    )


def _classes(rows: list[ImageFacts]) -> dict[str, int]:
    names = [row.label or "" for row in rows]
    return {name: names.count(name) for name in sorted(set(names))}
