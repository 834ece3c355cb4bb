"""The recipe: what to do. Read from TOML with a strict reader; paths are relative to the recipe's folder."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from .alarms import ALARMS
from .errors import RecipeError
from .limits import LIMITS
from .tables import parse_table, read_bounded
from .visible import hidden_character, shown

Color = Literal["rgb", "bgr", "gray", "bands"]
Resize = Literal["nearest", "bilinear", "bicubic", "area"]
Fit = Literal["stretch", "crop", "pad"]


class _Table(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """A frozen TOML table with kebab-case keys."""


class ModelSource(_Table, frozen=True, kw_only=True):
    """The trained model: a .keras or .h5 file, its labels (one per line, in output order) and its task."""

    path: str
    labels: str | None = None
    task: Literal["classify"] = "classify"


class InputContract(_Table, frozen=True, kw_only=True):
    """The preprocessing contract: x = (pixel - mean) / std with pixel 0..255, per colour channel.

    `size` is (height, width) in pixels. `mean` and `std` are in pixel units; one value or one per channel. `bands`: how
    many channels an image has that is no colour picture (`color` bands): depth, infrared, several spectral bands. They
    stay in the order in which the file has them.
    """

    size: tuple[int, int]
    color: Color = "rgb"
    bands: int = 0
    resize: Resize = "bilinear"
    fit: Fit = "stretch"
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    @property
    def channels(self) -> int:
        """Of a prepared image: 1 for gray, `bands` for bands, 3 otherwise."""
        return {"gray": 1, "bands": self.bands}.get(self.color, 3)

    @property
    def source_channels(self) -> int:
        """Of an image before it is prepared: `bands` for bands, 3 (red, green, blue) otherwise."""
        return self.bands if self.color == "bands" else 3

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return (*self.size, self.channels)

    @property
    def channel_mean(self) -> tuple[float, ...]:
        """`mean`, one value per channel."""
        return self.mean * self.channels if len(self.mean) == 1 else self.mean

    @property
    def channel_std(self) -> tuple[float, ...]:
        """`std`, one value per channel."""
        return self.std * self.channels if len(self.std) == 1 else self.std


    def shortest(self) -> InputContract:
        """The same contract as it is written shortest: equal values are one. What is stored under a contract's bytes
        then depends on its values, not on how somebody wrote them."""
        mean, std = (
            values[:1] if len(set(values)) == 1 else values
            for values in (tuple(value + 0.0 for value in given) for given in (self.mean, self.std))  # no -0.0
        )
        return msgspec.structs.replace(self, mean=mean, std=std)


def colors_of(channels: int) -> tuple[Color, int]:
    """`color` and `bands` of images that have this many channels: grey, colour, or several bands."""
    return ("gray", 0) if channels == 1 else ("rgb", 0) if channels == 3 else ("bands", channels)


class CalibrationSource(_Table, frozen=True, kw_only=True):
    """Images to calibrate with: a folder (or one folder per class), or the name of a set under calibration/."""

    images: str
    count: int = 500


class EvaluationSource(_Table, frozen=True, kw_only=True):
    """Labelled images to measure with: one folder per class, or a csv with columns path,label."""

    images: str | None = None
    csv: str | None = None


class Augment(_Table, frozen=True, kw_only=True):
    """Random changes of the fine-tuning images; shift is a share of the side, rotate in degrees."""

    flip: Literal["none", "horizontal", "vertical", "both"] = "none"
    shift: float = 0.0
    rotate: float = 0.0
    brightness: float = 0.0


class FineTune(_Table, frozen=True, kw_only=True):
    """Training after pruning, on a folder with one folder per class."""

    images: str
    epochs: int = 3
    learning_rate: float = 0.001
    batch_size: int = 64
    augment: Augment = Augment()


class Prune(_Table, frozen=True, kw_only=True):
    """`amount`: share of the MACs to remove (channels) or final share of zero weights (magnitude)."""

    method: Literal["none", "channels", "magnitude"] = "none"
    amount: float = 0.3
    pattern: Literal["free", "2:4"] = "free"
    engine: Literal["native", "tfmot"] = "native"
    fine_tune: FineTune | None = None


class Quantize(_Table, frozen=True, kw_only=True):
    """`max_accuracy_drop`: percentage points that int8 may lose against float before the ladder climbs.
    `min_agreement`: share of images that int8 must answer as the float model does, before the ladder stops.
    `allow_int16`: whether the ladder may end in 16-bit activations, slower and twice the memory.
    `search`: "until-limit" keeps the quick step that calibration images choose, and climbs to the first that holds the
    limit where that does not; "best" measures every int8 step, whether or not
    the first one holds, and takes the one that answers most images rightly."""

    max_accuracy_drop: float = 0.5
    min_agreement: float = 0.0
    allow_int16: bool = True
    search: Literal["until-limit", "best"] = "until-limit"
    scheme: Literal["auto", "int8", "int16x8"] = "auto"


class Decision(_Table, frozen=True, kw_only=True):
    """Below `threshold` of confidence the answer is "review". With `precision`, a share of right answers among those
    given, the build chooses the threshold itself: the least that reaches it on the evaluation images, in float and in
    int8."""

    threshold: float = 0.6
    precision: float | None = None


class ReportWish(_Table, frozen=True, kw_only=True):
    """`explain`: whether the report accounts for every layer of the int8 model (`espalier explain`); auto: when the
    ladder had to climb or an accuracy limit failed, so that no other build takes longer."""

    explain: Literal["auto", "always", "never"] = "auto"


class LatencyBudget(_Table, frozen=True, kw_only=True):
    """Median microseconds per runtime, on the machine that runs the build. `c_estimate`: upper end of the *estimated*
    time of compiled C on each microcontroller target that has an estimate (Cortex-M4, M7, M33)."""

    litert: float | None = None
    tflite_runtime: float | None = None
    c_estimate: float | None = None


class Budgets(_Table, frozen=True, kw_only=True):
    """Gates; each optional. `max_accuracy_drop` is in points against the model as it was given. `min_accuracy`: share of
    the evaluation images that int8 must answer rightly; without it, the float model must be better than guessing."""

    max_accuracy_drop: float | None = None
    min_accuracy: float | None = None
    min_class_recall: float | None = None
    max_model_bytes: int | None = None
    max_arena_bytes: int | None = None
    max_macs: int | None = None
    max_latency_us: LatencyBudget | None = None


class Deploy(_Table, frozen=True, kw_only=True):
    """One target: the name of a file in targets/, or a path to one; the rest is for microcontrollers only.
    `reserve_flash`, `reserve_ram`: bytes of the part that belong to the application; the gates leave them to it."""

    target: str
    runtime: Literal["c", "tflm"] | None = None
    optimize: Literal["speed", "ram", "flash"] = "speed"
    reserve_flash: int = 0
    reserve_ram: int = 0


class Recipe(_Table, frozen=True, kw_only=True):
    """Everything that one build does. `accept`: codes of findings that are as they should be (alarms.ALARMS); they stop
    nothing and are no warnings."""

    name: str
    model: ModelSource
    input: InputContract
    calibration: CalibrationSource
    deploy: tuple[Deploy, ...]
    version: str = "1.0.0"
    accept: tuple[str, ...] = ()
    evaluation: EvaluationSource | None = None
    prune: Prune = Prune()
    quantize: Quantize = Quantize()
    decision: Decision = Decision()
    budgets: Budgets = Budgets()
    report: ReportWish = ReportWish()


def load_recipe(path: Path | str) -> Recipe:
    """Read and check a recipe. Raises RecipeError with what is wrong and the nearest right name."""
    path = Path(path)
    data = read_bounded(path, error=RecipeError, what="recipe", limit_bytes=LIMITS.recipe_bytes)
    return parse_recipe(data, where=f"recipe {path.name}")


def parse_recipe(data: bytes, *, where: str = "recipe") -> Recipe:
    """Decode TOML bytes and check every range; see `load_recipe`."""
    recipe = parse_table(data, Recipe, error=RecipeError, where=where)
    for sentence, holds in _rules(recipe):
        if not holds:
            raise RecipeError(f"{where}: {sentence}", next_step="correct it; `espalier check` says what else is wrong")
    return msgspec.structs.replace(recipe, input=recipe.input.shortest())


def dump_recipe(recipe: Recipe) -> bytes:
    """The recipe as TOML; `parse_recipe(dump_recipe(r)) == r`."""
    return _toml(msgspec.to_builtins(recipe), ()).encode()


def _rules(recipe: Recipe) -> list[tuple[str, bool]]:
    """Each rule is the sentence that the user reads when it is broken."""
    contract, prune, tune = recipe.input, recipe.prune, recipe.prune.fine_tune
    sides = (1, LIMITS.input_side_pixels)
    rules = [
        (
            "`name` must be 1 to 64 characters a-z 0-9 and -, starting with a letter (it names files, "
            f"packages and C symbols); found {recipe.name!r}",
            re.fullmatch(r"[a-z][a-z0-9-]{0,63}", recipe.name) is not None
            and "--" not in recipe.name
            and not recipe.name.endswith("-"),
        ),
        (
            f"`version` must be a semantic version such as 1.0.0; found {recipe.version!r}",
            re.fullmatch(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", recipe.version) is not None,
        ),
        (
            f"`input.size` must be [height, width], each {sides[0]} to {sides[1]}; found {list(contract.size)}",
            all(sides[0] <= side <= sides[1] for side in contract.size),
        ),
        (
            f"`input.color` bands needs `input.bands`, the number of channels, 1 to {LIMITS.input_bands}; other colours take "
            f"none; found color {contract.color!r}, bands {contract.bands}",
            1 <= contract.bands <= LIMITS.input_bands if contract.color == "bands" else contract.bands == 0,
        ),
        (
            f"`input.mean` and `input.std` must hold 1 or {contract.channels} values for color "
            f"{contract.color!r}; found {len(contract.mean)} and {len(contract.std)}",
            len(contract.mean) in (1, contract.channels) and len(contract.std) in (1, contract.channels),
        ),
        (
            "`input.mean` must be finite numbers within ±1e6",
            all(_within(m, -1e6, 1e6) for m in contract.mean),
        ),
        (
            "`input.std` must be positive numbers from 1e-6 to 1e6 (they divide the pixels)",
            all(_within(s, 1e-6, 1e6) for s in contract.std),
        ),
        ("`calibration.count` must be 1 to 100000", 1 <= recipe.calibration.count <= 100_000),
        ("`prune.amount` must be from 0.0 up to 0.95", _within(prune.amount, 0.0, 0.95)),
        (
            "`prune.pattern` 2:4 needs `prune.method` magnitude",
            prune.pattern == "free" or prune.method == "magnitude",
        ),
        (
            "`prune.engine` tfmot needs `prune.method` magnitude",
            prune.engine == "native" or prune.method == "magnitude",
        ),
        (
            "`quantize.max-accuracy-drop` must be 0 to 100 points",
            _within(recipe.quantize.max_accuracy_drop, 0, 100),
        ),
        (
            "`quantize.min-agreement` is a share from 0 to 1",
            _within(recipe.quantize.min_agreement, 0, 1),
        ),
        (
            "`quantize.scheme` int16x8 needs `quantize.allow-int16` true",
            recipe.quantize.scheme != "int16x8" or recipe.quantize.allow_int16,
        ),
        (
            "`quantize.search` best needs `quantize.scheme` auto (the others are one step each)",
            recipe.quantize.search != "best" or recipe.quantize.scheme == "auto",
        ),
        ("`decision.threshold` must be 0 to 1", _within(recipe.decision.threshold, 0, 1)),
        (
            "`decision.precision` must be a share from 0 to 1, and needs an [evaluation] set",
            recipe.decision.precision is None
            or (recipe.evaluation is not None and _within(recipe.decision.precision, 0, 1)),
        ),
        (
            "paths are visible text of at most 4096 bytes, 255 in each part; found "
            f"{shown(next((p for p in _paths(recipe) if not is_path(p)), ''), 60)!r}",
            all(map(is_path, _paths(recipe))),
        ),
        ("at least one [[deploy]] table is needed", len(recipe.deploy) > 0),
        (
            "`deploy.reserve-flash` and `deploy.reserve-ram` are bytes from 0 up to 1e12",
            all(0 <= size <= 10**12 for d in recipe.deploy for size in (d.reserve_flash, d.reserve_ram)),
        ),
        (
            "each [[deploy]] target may appear once",
            len({d.target for d in recipe.deploy}) == len(recipe.deploy),
        ),
        (
            "`evaluation` needs `images` or `csv`, not both",
            recipe.evaluation is None
            or (recipe.evaluation.images is None) != (recipe.evaluation.csv is None),
        ),
        (
            "`budgets` must be positive numbers; `min-accuracy` and `min-class-recall` are each a share from 0 to 1",
            all(_within(v, 0, 1e15) for v in _numbers(msgspec.to_builtins(recipe.budgets)))
            and _within(recipe.budgets.min_class_recall or 0, 0, 1)
            and _within(recipe.budgets.min_accuracy or 0, 0, 1),
        ),
        (
            "a budget on accuracy or recall needs an [evaluation] set",
            recipe.evaluation is not None
            or (
                recipe.budgets.max_accuracy_drop is None
                and recipe.budgets.min_accuracy is None
                and recipe.budgets.min_class_recall is None
            ),
        ),
        (
            f"`accept` lists codes of findings, among {', '.join(ALARMS)}; found {list(recipe.accept)}",
            set(recipe.accept) <= set(ALARMS),
        ),
    ]
    if tune is not None:
        rules += [
            ("`prune.fine-tune.epochs` must be 1 to 1000", 1 <= tune.epochs <= 1000),
            ("`prune.fine-tune.batch-size` must be 1 to 4096", 1 <= tune.batch_size <= 4096),
            ("`prune.fine-tune.learning-rate` must be above 0, at most 1", 0 < tune.learning_rate <= 1),
            ("`augment.shift` must be 0 to 0.5", _within(tune.augment.shift, 0, 0.5)),
            ("`augment.rotate` must be 0 to 180 degrees", _within(tune.augment.rotate, 0, 180)),
            ("`augment.brightness` must be 0 to 1", _within(tune.augment.brightness, 0, 1)),
        ]
    return rules


def _paths(recipe: Recipe) -> list[str]:
    evaluation, tune = recipe.evaluation, recipe.prune.fine_tune
    given = [recipe.model.path, recipe.model.labels, recipe.calibration.images, tune.images if tune else None]
    given += [evaluation.images, evaluation.csv] if evaluation else []
    return [path for path in (*given, *(deploy.target for deploy in recipe.deploy)) if path is not None]


def is_path(text: str) -> bool:
    """Whether a file system can have a file of this name: no NUL, no control characters, no part over NAME_MAX."""
    try:
        parts = [part.encode() for part in text.split("/")]
    except UnicodeEncodeError:
        return False
    return len(text.encode()) <= 4096 and max(map(len, parts)) <= 255 and hidden_character(text) is None


def _within(value: float, low: float, high: float) -> bool:
    return math.isfinite(value) and low <= value <= high


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in _numbers(item)]
    return [value] if isinstance(value, int | float) else []


def _toml(table: dict[str, Any], path: tuple[str, ...]) -> str:
    scalars = [f"{k} = {_toml_value(v)}" for k, v in table.items() if not _is_table(v)]
    text = (f"[{'.'.join(path)}]\n" if path and scalars else "") + "".join(line + "\n" for line in scalars)
    for key, value in table.items():
        if isinstance(value, dict):
            text += "\n" + _toml(value, (*path, key)) if value else f"\n[{'.'.join((*path, key))}]\n"
        elif _is_table(value):
            for item in value:
                lines = "".join(f"{k} = {_toml_value(v)}\n" for k, v in item.items())
                text += f"\n[[{'.'.join((*path, key))}]]\n{lines}"
    return text


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(item, dict) for item in value)
    )


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    return repr(value)


def contract_of(contract: dict[str, Any]) -> InputContract:
    """The [input] table as it crosses to a child process."""
    return msgspec.convert(contract, InputContract)
