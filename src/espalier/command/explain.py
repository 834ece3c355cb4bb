"""`espalier explain`: where the int8 model of a finished build loses precision, layer by layer, on given images."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ..bundle.golden import FOLDER, Golden, examples, read_golden
from ..errors import ImagesRefusedError, UsageError
from ..image_facts import Prepared
from ..layers.advice import name_of, operator_of, points_of
from ..limits import LIMITS
from ..load.images import label_indices
from ..recipe import InputContract
from ..row_parts import ExplainedLayer, ExplainPart
from ..stages.account import IMAGES, WORST, Compared, account, of_job
from ..stages.images import PixelSet
from ..stages.workshop import Workshop
from ..store import Store, digest
from ..tabular import Tabular
from ..terminal import Progress
from .write_page import write_page

SHOWN = 40
"""Layers in the table; JSON has all."""
NAMED = 6
"""Layers named at one advice."""
NAME_WIDTH, TABLE_WIDTH = 24, 172
"""Characters that a layer's name gets before it is folded, and that the table may take."""
_FILE_WIDTH = 150
"""Characters of a line where stdout is no terminal."""
_COLUMNS = (
    "added noise: noise over signal power, less that of the noisiest input. saturated: float values beyond the int8 "
    "range. spread: largest over smallest weight range of the channels."
)


class _Steps(msgspec.Struct, frozen=True, kw_only=True):
    """The part of report.json's `quantize` that is read here."""

    layers: dict[str, str] = {}


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a bundle's manifest.json that is read here."""

    labels: tuple[str, ...] = ()


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    """The part of report.json that is read here."""

    name: str
    version: str
    quantize: _Steps


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Explained(Tabular):
    """The int8 model of a build against the float model, layer by layer."""

    facts: ExplainPart
    """Everything, as `espalier explain --json` prints it; schema: the field `explain` of report.json."""

    @property
    def layers(self) -> tuple[ExplainedLayer, ...]:
        """Worst first. `layer`, `operator`; `sqnr_db`, `cosine` against the float layer on the same images; `added_percent`:
        noise over signal power that this layer adds; `saturated`: share of float values beyond the int8 range; `gain_db`,
        `gain_agreement`, `gain_points`: what comes back when this layer alone keeps more than 8 bits, None where that was not
        measured; `advice`: what to do, as texts."""
        return tuple(self.facts["layers"])

    @property
    def images(self) -> int:
        """How many were compared."""
        return int(self.facts["images"])

    @property
    def agreement(self) -> float:
        """Share of them that int8 answers as float does, 0..1."""
        return float(self.facts["output"]["agreement"])

    @property
    def sqnr_db(self) -> float:
        """Signal over noise of the scores, in decibels."""
        return float(self.facts["output"]["sqnr_db"])

    def table(self) -> list[tuple[str, ...]]:
        """The layers, worst first: name, operator, noise that it adds, what comes back with more bits."""
        head = ("layer", "operator", "added noise", "gain dB", "gain points")
        rows = [
            (name_of(r), operator_of(r), f"{r['added_percent']:.2f}%", _maybe(r["gain_db"], "+.2f"), points_of(r))
            for r in self.layers[:SHOWN]
        ]
        return [head, *rows]


def explain(
    path: Path | str,
    images: Path | str | None = None,
    *,
    count: int = IMAGES,
    worst: int = WORST,
    page: Path | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Explained:
    """Compare the int8 and the float model of a build, layer by layer.

    `path`: a build's output folder, or its recipe, whose stages are read back from the store where they ran before (so
    it works when a gate failed and no model was written). `images`: a folder or csv of images that the model was not
    calibrated with, at most `count` of them, balanced over classes. Without it, the recipe's evaluation images; for a
    folder a bundle's golden vectors, which are few. `worst`: for how many layers the gain is measured. `page`:
    an HTML file to write the table to.
    Raises UsageError when `path` is neither, ImagesRefusedError when no image can be read.

        found = espalier.explain("recipe.toml", "images/evaluation")
        worst = found.layers[0]
        worst["layer"], worst["sqnr_db"], worst["advice"]
    """
    path, images = Path(path), None if images is None else Path(images)
    with Workshop(store or Store.default(), progress or Progress(quiet=True)) as shop:
        shop.worker("quantizer")
        if path.is_file() and path.suffix == ".toml":
            given = _of_recipe(shop, path, images, count)
        else:
            shop.progress.plan(["images", "explain"], {"images": 1.0, "explain": 4.0})
            given = _of_folder(shop, path, images, count)
        with shop.stage("explain"):
            found = account(shop, given, worst)
    if page is not None:
        from ..report.html import explain_html

        write_page(page, explain_html(found))
    return Explained(facts=found)


def _of_recipe(shop: Workshop, path: Path, images: Path | None, count: int) -> Compared:
    """The build's own stages up to the int8 model; nothing runs again that a build has stored."""
    from ..stages.cuts import with_cuts
    from ..stages.job import read_job
    from ..stages.prune import prune_model
    from ..stages.quantize import quantize_model

    shop.progress.plan(["read", "load", "prune", "quantize", "images", "explain"], {"explain": 4.0})
    job = read_job(shop, path)
    pruned = prune_model(shop, job, job.model.float_model())
    job = with_cuts(shop, job, pruned.model)
    given = of_job(job, pruned.model, quantize_model(shop, job, pruned.model), shop, count)
    if images is None:
        return given
    pixels, _ = images_pixels(shop, images, job.recipe.input, count)
    return msgspec.structs.replace(
        given, pixels=lambda: pixels, pixels_key=_digest_of(pixels), source="images", notes=()
    )


def _of_folder(shop: Workshop, folder: Path, images: Path | None, count: int) -> Compared:
    """What a build left."""
    report, float_model, int8_model = read_build(folder)
    golden, files = read_golden_files(folder)
    contract = golden.contract.contract
    notes: tuple[str, ...] = ()
    labelled: dict[str, Any] = {}
    if images is None:
        pixels, source = _golden_pixels(shop, golden, files), "golden vectors"
        notes = ("no images were given, so the bundle's golden vectors serve: give --images for firm figures",)
    else:
        (pixels, prepared), source = images_pixels(shop, images, contract, count), "images"
        labelled = _labelled(folder, pixels, prepared)
    return Compared(
        name=report.name,
        version=report.version,
        float_model=float_model,
        int8_model=int8_model,
        layers=report.quantize.layers,
        contract=contract,
        pixels=lambda: pixels,
        pixels_key=_digest_of(pixels),
        source=source,
        notes=notes,
        **labelled,
    )


def _labelled(folder: Path, pixels: str, prepared: Prepared) -> dict[str, Any]:
    """`labelled` and `labelled_key` of Compared for images in folders named as the model's labels, which a bundle's
    manifest holds; none for other images."""
    manifest = next(iter(sorted(folder.glob("*/manifest.json"))), None)
    if manifest is None or any(row.label is None for row in prepared.images):
        return {}
    try:
        classes = label_indices(prepared.images, msgspec.json.decode(_read(manifest), type=_Manifest).labels)
    except (msgspec.DecodeError, ImagesRefusedError):
        return {}
    return {"labelled": lambda: (pixels, classes), "labelled_key": classes}


def read_manifest_labels(folder: Path) -> tuple[str, ...]:
    """The labels in the order of the output, of the first bundle of a build; none of a model without labels."""
    manifest = next(iter(sorted(folder.glob("*/manifest.json"))), None)
    try:
        return () if manifest is None else msgspec.json.decode(_read(manifest), type=_Manifest).labels
    except msgspec.DecodeError:
        return ()


def _digest_of(pixels: str) -> str:
    return digest(Path(pixels).read_bytes())


def read_build(folder: Path) -> tuple[_Report, bytes, bytes]:
    """report.json, the float and the int8 model that a build left. Raises UsageError for another folder."""
    if not (folder / "report.json").is_file():
        raise UsageError(
            f"{folder} is not the output of a build: it has no report.json",
            supported="the folder that `espalier build` names at its end, such as dist/NAME-VERSION, or its recipe",
            next_step="give that folder or the recipe",
        )
    try:
        report = msgspec.json.decode(_read(folder / "report.json"), type=_Report)
    except msgspec.DecodeError as problem:
        raise UsageError(f"report.json cannot be read: {problem}", next_step="build again") from None
    found = {kind: sorted(folder.glob(f"model/*_{kind}.tflite")) for kind in ("float", "int8")}
    for kind, paths in found.items():
        if len(paths) != 1:
            raise UsageError(
                f"{folder}/model holds {len(paths)} files *_{kind}.tflite, where a build leaves one",
                next_step="a build whose gates failed writes no model: give the recipe (.toml) instead of the folder",
            )
    return report, _read(found["float"][0]), _read(found["int8"][0])


def _read(path: Path) -> bytes:
    if path.stat().st_size > LIMITS.tflite_bytes:
        raise UsageError(f"{path} has over {LIMITS.tflite_bytes:,} bytes", next_step="build again")
    return path.read_bytes()


def read_golden_files(folder: Path) -> tuple[Golden, dict[str, bytes]]:
    """golden.json of the first bundle, with the files that it names."""
    for path in sorted(folder.glob(f"**/{FOLDER}/golden.json")):
        files = {f"{FOLDER}/{p.name}": _read(p) for p in sorted(path.parent.iterdir()) if p.is_file()}
        return read_golden(files), files
    raise UsageError(
        f"there is no bundle in {folder}: its golden vectors say how images are prepared",
        next_step="build again, with at least one [[deploy]]",
    )


def _golden_pixels(shop: Workshop, golden: Golden, files: dict[str, bytes]) -> str:
    if not golden.vectors:
        raise ImagesRefusedError("the bundle has no golden vectors", next_step="give --images FOLDER")
    path = shop.scratch / "golden.npy"
    np.save(path, examples(golden, files))
    return str(path)


def images_pixels(
    shop: Workshop, images: Path, contract: InputContract, count: int
) -> tuple[str, Prepared]:
    """At most `count` images prepared, as the path of a .npy, and what is known of them."""
    with shop.stage("images"):
        chosen = PixelSet(shop, "explain", images, contract, count)
        prepared = chosen.prepared()
        path = chosen.pixels()
    if not len(np.load(path, mmap_mode="r")):
        raise ImagesRefusedError(f"no image in {images} can be read", next_step="give other images")
    return path, prepared


_TITLES = (
    *("layer", "operator", "gain dB", "answers", "points (95 %)", "SQNR dB", "cosine", "added noise"),
    *("values", "int8 range", "saturated", "spread"),
)


def explain_lines(found: ExplainPart) -> list[str]:
    """For people: one table, what the columns are, and advice for the layers that have any, in the table's order."""
    output, rows = found["output"], found["layers"]
    shown = [
        (
            name_of(row),
            operator_of(row),
            _maybe(row["gain_db"], "+.2f"),
            _maybe(row["gain_agreement"], "+.1%"),
            points_of(row),
            f"{row['sqnr_db']:.1f}",
            f"{row['cosine']:.4f}",
            f"{row['added_percent']:.2f}%",
            _range(row["low"], row["high"]),
            _range(row["int8_low"], row["int8_high"]),
            f"{row['saturated']:.2%}",
            _maybe(row["weight_spread"], ",.1f"),
        )
        for row in rows[:SHOWN]
    ]
    width = max(100, shutil.get_terminal_size().columns if sys.stdout.isatty() else _FILE_WIDTH)
    advice = [line for text in _advice(rows) for line in _wrapped(f"- {text}", width, "", "  ")]
    if len(rows) > SHOWN:
        advice.append(f"({len(rows) - SHOWN} layers that add less noise are not shown; --json lists all)")
    return [
        f"{found['name']} {found['version']}: int8 against float on {found['images']} images ({found['source']}): "
        f"scores {output['sqnr_db']:.1f} dB, {output['agreement']:.1%} get the float model's answer",
        "",
        # A terminal that is narrower breaks lines; a table squeezed into it would lose figures.
        *_table(shown, max(width, TABLE_WIDTH)),
        "",
        *_wrapped(
            f"{found['measured']} (the simulation: scores {output['simulated_sqnr_db']:.1f} dB, "
            f"{output['simulation_equals_int8']:.1%} the same answers as the int8 model"
            + (f"; points on {found['labelled']:,} labelled images)." if found["labelled"] else ")."),
            width,
        ),
        *_wrapped(_COLUMNS, width),
        *([""] if advice else []),
        *advice,
        *(line for note in found["notes"] for line in _wrapped(f"note: {note}", width, "", "  ")),
    ]


def _table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Titles, a rule and the rows; a name that is too long for `width` goes on in the next line."""
    wide = [max(map(len, column)) for column in zip(_TITLES, *rows, strict=True)]
    rest = sum(wide[1:]) + 2 * len(wide[1:])
    wide[0] = max(min(wide[0], width - rest), min(wide[0], NAME_WIDTH))

    def line(cells: Sequence[str]) -> str:
        sides = "<<" + ">" * (len(wide) - 2)
        return "  ".join(f"{cell:{side}{n}}" for cell, side, n in zip(cells, sides, wide, strict=True)).rstrip()

    lines = [line(_TITLES), "─" * (wide[0] + rest)]
    for name, *figures in rows:
        lines.append(line([name[: wide[0]], *figures]))
        lines += [name[at : at + wide[0]] for at in range(wide[0], len(name), wide[0])]
    return lines


def _advice(rows: list[ExplainedLayer]) -> list[str]:
    """Each thing that is said once, with the layers that it is said of."""
    said: dict[str, list[str]] = {}
    for row in rows:
        for text in row["advice"]:
            said.setdefault(text, []).append(f"{name_of(row)} ({operator_of(row)})")
    return [
        ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "") + f": {text}"
        for text, names in said.items()
    ]


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _maybe(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _range(low: float, high: float) -> str:
    return f"{low:.3g}..{high:.3g}"
