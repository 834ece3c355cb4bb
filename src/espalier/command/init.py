"""`espalier init`: look at a model and at image folders, and write a commented recipe."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..errors import LabelsRefusedError, ModelRefusedError, UnsupportedModelError, UsageError
from ..facts import Artifact
from ..load.images import scan
from ..load.keras_facts import ModelFacts
from ..load.labels import read_labels
from ..load.own_scaling import own_scaling
from ..recipe import InputContract, colors_of
from ..recipe_file import parse_recipe
from ..recipe_rules import is_path
from ..stages.check_outputs import number_outputs
from ..stages.model import ModelFile
from ..stages.publish import write_files
from ..stages.workshop import Workshop
from ..store import Store
from ..target import load_target
from ..terminal import Progress
from ..visible import shown
from .init_detector import ANY_HEADS, find_detector
from .init_heads import SEVERAL, head_tables
from .init_numbers import number_tables
from .init_task import paint_lines, task_lines
from .schema import LINE, schema

SCHEMA = "recipe.schema.json"
DEFAULT_TARGETS = ("android-arm64", "raspberry-pi-4", "cortex-m4")
ROLES: dict[str, tuple[str, ...]] = {
    "calibration": ("calibration", "calib", "representative"),
    "evaluation": ("evaluation", "eval", "test", "validation", "val"),
    "train": ("train", "training"),
}

NO_EVALUATION = """\
# [evaluation]                     # labelled images, one folder per class: without them no accuracy
# images = "evaluation"
"""

TEMPLATE = """\
{schema}# Written by `espalier init`; every line that says CHECK is a guess from the files.
name = "{name}"
version = "1.0.0"

[model]
path = {model}
{labels}

[input]                              # how the model's images were prepared in training: x = (pixel - mean) / std
size = [{height}, {width}]                 # height, width; from the model
color = "{color}"                        # rgb | bgr | gray | bands{bands}
resize = "bilinear"                  # CHECK: nearest | bilinear | bicubic | area
fit = "stretch"                      # CHECK: stretch | crop (centre) | pad
mean = [{mean}]                         # {why}
std = [{std}]
{numbers}
[calibration]
images = {calibration}{calibration_note}
count = 500

{evaluation}
[prune]
method = "none"                      # none | channels | magnitude
# amount = 0.3
# [prune.fine-tune]
# images = {train}
# epochs = 3
# augment = {{ flip = "horizontal", shift = 0.1 }}

[quantize]
max-accuracy-drop = 0.5              # percentage points, int8 against float
scheme = "auto"
# search = "best"                    # measure every int8 step, not only until one holds, and keep the best

[decision]
threshold = 0.6                      # below: "review"

[budgets]                            # each one is a gate: exit code 5 when it is exceeded
# max-accuracy-drop = 1.0
# max-model-bytes = 500_000

{deploy}"""


def write_recipe(model: Path, images: Sequence[Path], targets: Sequence[str], out: Path) -> Path:
    """Write a recipe to `out`, and its JSON Schema for editors beside it, and return the recipe's path.

    Raises UsageError when `out` exists or an image folder does not, ModelRefusedError for a model that is not read,
    UnsupportedModelError for outputs that no task takes.
    """
    if out.exists():
        raise UsageError(f"{out} exists already", next_step="remove it, or choose another name with --out")
    base = out.resolve().parent
    sets = find_sets(images)
    named = _labels_file(model, base)
    facts, labels = _facts(model), ""
    detector = find_detector(model, facts, None if named is None else len(read_labels(named)))
    if detector is not None:
        labels = DETECT.format(labels=_path(named or base / "labels.txt", base), classes=detector.classes)
    elif facts.paints:
        labels = paint_lines(facts)
    elif facts.output == "values":
        labels = SEVERAL if len(facts.heads) > 1 else AS_THEY_ARE
    elif _are_numbers(facts, sets, named):
        labels = NUMBERS
    height, width, channels = (side or 0 for side in facts.input_shape)
    if not height or not width:
        height, width = height or 224, width or 224
    mean, std, why = _scaling(facts)
    color, bands = colors_of(channels)
    text = TEMPLATE.format(
        schema=LINE.format(name="recipe"),
        name=recipe_name(model.stem),
        model=_path(model, base),
        labels=labels or _model_lines(sets, facts, model, base),
        height=height,
        width=width,
        color=color,
        bands=f"\nbands = {bands}                            # channels of each .npy, .npz or TIFF" if bands else "",
        mean=mean,
        std=std,
        why=why,
        numbers=number_tables(facts, sets),
        calibration=_path(sets.get("calibration") or sets.get("train") or base / "calibration", base),
        calibration_note=""
        if sets.keys() & {"calibration", "train"}
        else "           # CHECK: no such folder was found",
        evaluation=("" if detector is None else f"{detector.table}\n")
        + (
            f'[evaluation]\n{_kind_of(sets["evaluation"])} = {_path(sets["evaluation"], base)}\n'
            + ("" if detector is None else ANNOTATIONS)
            if "evaluation" in sets
            else NO_EVALUATION
        ),
        train=_path(sets["train"], base) if "train" in sets else '"train"',
        deploy=(head_tables(facts) if labels == SEVERAL else "")
        + "\n".join(f"[[deploy]]\ntarget = {t}" for t in _targets(targets or DEFAULT_TARGETS, base)) + "\n",
    )
    parse_recipe(text.encode(), where="the written recipe")
    base.mkdir(parents=True, exist_ok=True)
    taken = os.path.lexists(base / SCHEMA) or out.name == SCHEMA
    beside = [] if taken else [Artifact(path=SCHEMA, data=schema("recipe"))]
    write_files([Artifact(path=out.name, data=text.encode()), *beside], base)
    return out


def find_sets(folders: Sequence[Path]) -> dict[str, Path]:
    """Image folders by role, from their names; a folder without such a name below or in it is the calibration set."""
    found: dict[str, Path] = {}
    for folder in folders:
        if folder.is_file() and folder.suffix.lower() == ".csv":
            scan(folder)
            found.setdefault(next((r for r, names in ROLES.items() if folder.stem.lower() in names), "calibration"), folder)
            continue
        if not folder.is_dir():
            raise UsageError(f"there is no image folder {folder}")
        inside = {entry.name.lower(): entry for entry in sorted(folder.iterdir()) if entry.is_dir()}
        named = {
            role: inside[name] for role, names in ROLES.items() for name in names[::-1] if name in inside
        }
        if not named:
            named = {role: folder for role, names in ROLES.items() if folder.name.lower() in names}
        for role, path in (named or {"calibration": folder}).items():
            scan(path)
            found.setdefault(role, path)
    return found


def _kind_of(path: Path) -> str:
    """The key of [evaluation] that names it."""
    return "csv" if path.is_file() else "images"


def recipe_name(stem: str) -> str:
    """A valid recipe name from a file name, whatever is in it."""
    name = _cut(re.sub(r"[^a-z0-9]+", "-", stem.lower()))
    return name if name and name[0].isalpha() else _cut(f"model-{name}")


def _cut(name: str) -> str:
    """At most 48 characters, without a dash at either end, and after the cut."""
    return name.strip("-")[:48].strip("-")


AS_THEY_ARE = 'task = "raw"                         # CHECK: the outputs are no labels; or "regress", with a [regress] tolerance'


NUMBERS = """\
task = "regress"                     # CHECK: it was trained to predict numbers; their truth: a csv with a column for each

[regress]
tolerance = 0.1                      # CHECK: how far a number may be off and still be right
unit = ""
"""

DETECT = (
    'task = "detect"                      # CHECK: or "raw", the values as they are\n'
    "labels = {labels}                # CHECK: {classes}, in the order of the scores"
)
ANNOTATIONS = (
    '# annotations = "boxes.json"         # CHECK: COCO (.json), Pascal VOC (.xml) or YOLO (.txt): the boxes of these '
    "images\n"
)


def _facts(model: Path) -> ModelFacts:
    """Of a classifier; of a model with several outputs as values; of a detector up to its own layers at the end."""
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        try:
            return ModelFile(shop, model, InputContract(size=(1, 1))).facts()
        except (ModelRefusedError, UnsupportedModelError) as problem:
            for task, heads in (("raw", None), ("detect", ANY_HEADS)):
                with contextlib.suppress(ModelRefusedError):
                    return ModelFile(shop, model, InputContract(size=(1, 1)), task, heads).facts()
            raise problem from None


def _scaling(facts: ModelFacts) -> tuple[str, str, str]:
    """`mean`, `std` and why: what the model's own first layers leave to the recipe."""
    own = own_scaling(facts.config)
    if own is None:
        return "0.0", "255.0", "CHECK: here x = pixel / 255; ±1 is mean 127.5, std 127.5"
    names = shown(", ".join(own.layers[:4]))
    if own.takes == "raw":
        sure = "" if own.known else "CHECK: "
        return "0.0", "1.0", f"{sure}the model scales its own input ({names}): it takes the pixels as they are"
    return "0.0", "255.0", f"CHECK: here x = pixel / 255, and the model scales it further ({names})"


def _labels_file(model: Path, base: Path) -> Path | None:
    return next((p for p in (base / "labels.txt", model.parent / "labels.txt") if p.is_file()), None)


def _are_numbers(facts: ModelFacts, sets: dict[str, Path], labels: Path | None) -> bool:
    """Whether a model was trained to predict numbers, and nobody names its classes."""
    count = 2 if facts.classes == 1 else facts.classes
    named = labels is not None or any(len(scan(path).classes) == count for path in sets.values())
    finding = number_outputs(facts, named=named)
    return finding is not None and finding.severity == "error"


def _model_lines(sets: dict[str, Path], facts: ModelFacts, model: Path, base: Path) -> str:
    """The rest of [model] of a model whose outputs are labels."""
    file = _labels_file(model, base)
    folders = next((scan(sets[r]).classes for r in ("evaluation", "train", "calibration") if r in sets), ())
    try:
        names = folders if file is None else read_labels(file)
    except LabelsRefusedError:
        names = ()  # `check` says what is wrong with it
    task = task_lines(facts, names)
    return "\n".join(line for line in (_labels_line(sets, facts, model, base), task) if line)


def _labels_line(sets: dict[str, Path], facts: ModelFacts, model: Path, base: Path) -> str:
    file = _labels_file(model, base)
    if file is not None:
        return f"labels = {_path(file, base)}                # one per line, in output order"
    names = next((scan(sets[r]).classes for r in ("evaluation", "train", "calibration") if r in sets), ())
    hint = f" ({', '.join(map(shown, names[:4]))}{', ...' if len(names) > 4 else ''})" if names else ""
    outputs = "" if facts.classes is None else f"; {facts.classes} outputs"
    return f'# labels = "labels.txt"              # CHECK: one per line, in output order{outputs}{hint}'


def _targets(given: Sequence[str], base: Path) -> list[str]:
    """Each target once, as a TOML string: a shipped one by name, a file by its path from `base`."""
    found = []
    for name in given:
        load_target(name)
        is_file = name.endswith(".toml") or "/" in name
        found.append(_path(Path(name), base) if is_file else f'"{name}"')
    return list(dict.fromkeys(found))


def _path(path: Path, base: Path) -> str:
    """The path as a recipe in `base` names it, as a TOML string. Raises UsageError for a name that no recipe can hold."""
    text = os.path.relpath(path.resolve(), base).replace(os.sep, "/")
    if not is_path(text):
        raise UsageError(
            f"the name {shown(path.name)!r} cannot be written into a recipe",
            supported="file and folder names of visible characters in UTF-8",
            next_step="rename it",
        )
    # A JSON string is a TOML string, but for one control character, which no path here holds.
    return msgspec.json.encode(text).decode()
