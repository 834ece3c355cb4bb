"""What a recipe must keep beyond the types and ranges of its tables: what ties one key to another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod

from .alarms import ALARMS
from .limits import LIMITS
from .recipe import NAME, VERSION, Recipe
from .recipe_answers import TASKS, Binary, Decision, takes_of
from .recipe_detect import ANCHORED, WITH_OBJECTNESS, Anchors
from .recipe_numbers import HEAD_NAME, InputNumbers
from .visible import hidden_character, shown


def rules_of(recipe: Recipe) -> list[tuple[str, bool]]:
    """What ties one key to another, and texts with a form of their own. Each rule is the sentence that the user reads when
    it is broken."""
    contract = recipe.input
    return [
        (
            "`name` must be 1 to 64 characters a-z 0-9 and -, starting with a letter (it names files, "
            f"packages and C symbols); found {recipe.name!r}",
            len(recipe.name) <= 64 and re.fullmatch(NAME, recipe.name) is not None,
        ),
        (
            f"`version` must be a semantic version such as 1.0.0; found {recipe.version!r}",
            re.fullmatch(VERSION, recipe.version) is not None,
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
            "`input.balance` per-image takes the place of `input.mean` and `input.std`: leave both out; found "
            f"{list(contract.mean)} and {list(contract.std)}",
            contract.balance != "per-image" or (set(contract.mean) == {0.0} and set(contract.std) == {1.0}),
        ),
        (
            f"`input.balance` per-image takes inputs of at most {LIMITS.standardized_values} values; found "
            f"{list(contract.shape)}",
            contract.balance != "per-image" or prod(contract.shape) <= LIMITS.standardized_values,
        ),
        *_number_rules(recipe),
        *_step_rules(recipe),
        *_set_rules(recipe),
        (
            f"`accept` lists codes of findings, among {', '.join(ALARMS)}; found {list(recipe.accept)}",
            set(recipe.accept) <= set(ALARMS),
        ),
    ]


def _number_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    """Of the numbers beside the image."""
    numbers, columns = recipe.input.numbers, recipe.input.columns
    if not numbers:
        return []
    taken = [task for task, takes in TASKS.items() if takes.numbers]
    return [
        (
            f"[[input.numbers]] belongs to the tasks {', '.join(taken)}; found {recipe.model.task}",
            takes_of(recipe.model.task).numbers,
        ),
        (
            "[[input.numbers]] takes no `prune.fine-tune`, no `prune.distill` and no `prune.engine` tfmot, which train on images "
            "alone: prune without these, or train further in Keras",
            recipe.prune.fine_tune is None and recipe.prune.distill is None and recipe.prune.engine == "native",
        ),
        (
            f"`input.numbers.name` is the input's layer in a-z, 0-9 and _, each once; found {', '.join(n.name for n in numbers)}",
            len({n.name for n in numbers}) == len(numbers) and all(re.fullmatch(HEAD_NAME, n.name) for n in numbers),
        ),
        (
            f"`input.numbers.columns` are visible words, each once, at most {LIMITS.input_numbers} in all; found "
            f"{', '.join(shown(column) for column in columns[:12])}",
            len(set(columns)) == len(columns) <= LIMITS.input_numbers and all(map(_is_column, columns)),
        ),
        *[rule for one in numbers for rule in _vector_rules(one)],
    ]


def _vector_rules(one: InputNumbers) -> list[tuple[str, bool]]:
    count = len(one.names)
    return [
        (
            f"`range`, `mean` and `std` of [[input.numbers]] {one.name} hold 1 or {count} values, as it has columns; found "
            f"{len(one.range)}, {len(one.mean)} and {len(one.std)}",
            all(len(values) in (1, count) for values in (one.range, one.mean, one.std)),
        ),
        (
            f"`range` of [[input.numbers]] {one.name} is [least, largest] for each column, the least below the largest; found "
            f"{[list(pair) for pair in one.range]}",
            all(low < high for low, high in one.range),
        ),
    ]


def _is_column(name: str) -> bool:
    return name.strip() == name != "" and "," not in name and hidden_character(name) is None


def _step_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    prune = recipe.prune
    asked = [one.augment for one in (prune.fine_tune, prune.distill) if one is not None]
    return [
        (
            "`augment.saturation` needs an `input.color` of rgb or bgr, and `augment.jpeg` one that is not bands",
            all(
                (changes.saturation == 0 or recipe.input.color in ("rgb", "bgr"))
                and (changes.jpeg == 100 or recipe.input.color != "bands")
                for changes in asked
            ),
        ),
        (
            f"`input.balance` {recipe.input.balance} takes brightness and contrast out of every image: leave "
            "`augment.brightness` and `augment.contrast` out",
            recipe.input.balance == "none" or all(changes.brightness == changes.contrast == 0 for changes in asked),
        ),
        (
            "`prune.distill` needs a `prune.method` that removes channels: single weights that were set to zero would come back",
            prune.distill is None or prune.method != "magnitude",
        ),
        (
            "`prune.pattern` 2:4 needs `prune.method` magnitude",
            prune.pattern == "free" or prune.method == "magnitude",
        ),
        ("`prune.point` needs `prune.method` fit", prune.point is None or prune.method == "fit"),
        (
            "`prune.engine` tfmot needs `prune.method` magnitude",
            prune.engine == "native" or prune.method == "magnitude",
        ),
        (
            "`quantize.scheme` int16x8 needs `quantize.allow-int16` true",
            recipe.quantize.scheme != "int16x8" or recipe.quantize.allow_int16,
        ),
        (
            "`quantize.search` best needs `quantize.scheme` auto (the others are one step each)",
            recipe.quantize.search != "best" or recipe.quantize.scheme == "auto",
        ),
    ]


def _set_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    return [
        (
            "`decision.precision` needs an [evaluation] set",
            recipe.decision.precision is None or recipe.evaluation is not None,
        ),
        *_cost_rules(recipe),
        *_table_rules(recipe),
        *_map_rules(recipe),
        *_detect_rules(recipe),
        *_head_rules(recipe),
        *_asked_rules(recipe),
        (
            "paths are visible text of at most 4096 bytes, 255 in each part; found "
            f"{shown(next((p for p in _paths(recipe) if not is_path(p)), ''), 60)!r}",
            all(map(is_path, _paths(recipe))),
        ),
        ("at least one [[deploy]] table is needed", len(recipe.deploy) > 0),
        (
            "each [[deploy]] target may appear once",
            len({d.target for d in recipe.deploy}) == len(recipe.deploy),
        ),
        (
            "`evaluation` needs `images` or `csv`, not both",
            recipe.evaluation is None
            or (recipe.evaluation.images is None) != (recipe.evaluation.csv is None),
        ),
        *_truth_rules(recipe),
    ]


def _asked_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    return [
        (
            f"task {recipe.model.task} does not take {', '.join(_not_asked(recipe))}",
            not _not_asked(recipe),
        ),
    ]


def _truth_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    return [
        (
            "a budget on accuracy or recall needs an [evaluation] set",
            recipe.evaluation is not None
            or (
                recipe.budgets.max_accuracy_drop is None
                and recipe.budgets.min_accuracy is None
                and recipe.budgets.min_class_recall is None
                and all(getattr(recipe.budgets, name) is None for each in TASKS.values() for name in each.budgets)
            ),
        ),
    ]


def _cost_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    decision, cost = recipe.decision, recipe.decision.cost
    shares = [label.share or 0.0 for label in cost.labels.values()] if cost else []
    return [
        (
            "`decision.cost` needs an [evaluation] set, and stands instead of `decision.precision` and `decision.threshold`",
            cost is None
            or (recipe.evaluation is not None and decision.precision is None and decision.threshold == Decision().threshold),
        ),
        (
            "`decision.cost` finds `binary.threshold`, too: leave it out",
            cost is None or recipe.binary is None or recipe.binary.threshold == Binary(positive="1").threshold,
        ),
        (
            "`decision.cost` of task multi-label has no `normal`, and finds a threshold for each label: leave "
            "`multi-label.threshold` out (`thresholds` of single labels may stay)",
            cost is None
            or recipe.model.task != "multi-label"
            or (cost.normal is None and (recipe.multi_label is None or recipe.multi_label.threshold is None)),
        ),
        (
            f"the `share` of all labels in `decision.cost.labels` is at most 1; found {sum(shares):g}",
            sum(shares) <= 1 + 1e-9 or recipe.model.task == "multi-label",
        ),
        ("`budgets.max-cost` needs `decision.cost`", recipe.budgets.max_cost is None or cost is not None),
        (
            "[[head]] takes no `decision.cost`: it is that of a model with one answer",
            all(head.decision.cost is None for head in recipe.head),
        ),
    ]


def _table_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    """A task's own table stands there with this task, and with no other."""
    return [
        (
            f"`model.task` {task} needs [{_kebab(takes.table)}] with a `{takes.needs}`, which no other task has"
            if takes.needs
            else f"[{_kebab(takes.table)}] belongs to `model.task` {task}",
            (recipe.model.task == task or getattr(recipe, takes.table) is None)
            and not (recipe.model.task == task and takes.needs and getattr(recipe, takes.table) is None),
        )
        for task, takes in TASKS.items()
        if takes.table
    ]


def _map_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    """Of the classes and pictures that are painted pixel by pixel."""
    segment, picture, budgets, evaluation = recipe.segment, recipe.picture, recipe.budgets, recipe.evaluation
    rules = [
        (
            "a budget on intersection over union needs `evaluation.masks`, and one on the drop of decibels `evaluation.targets`",
            (bool(evaluation and evaluation.masks) or {budgets.min_miou, budgets.max_miou_drop, budgets.min_class_iou} == {None})
            and (bool(evaluation and evaluation.targets) or budgets.max_psnr_drop is None),
        )
    ]
    if picture is not None:
        rules += [("`picture.range` is black, then white: two different values", picture.range[0] < picture.range[1])]
    if segment is None:
        return rules
    count = len(segment.classes)
    return [
        *rules,
        (
            "`segment.classes` are visible text, all different",
            len(set(segment.classes)) == count and not any(map(hidden_character, segment.classes)),
        ),
        (
            f"`segment.values` or `segment.colors`, not both, hold a different one for each of the {count} classes",
            not (segment.values and segment.colors)
            and all(len(set(held)) == len(held) == count for held in (segment.values, _lowered(segment.colors)) if held),
        ),
        (
            f"`segment.ignore` {segment.ignore} is no value of a class (nor a colour)",
            segment.ignore is None
            or (not segment.colors and segment.ignore not in (segment.values or tuple(range(count)))),
        ),
        (
            f"`segment.alert` {segment.alert!r} is one of `segment.classes`, with an `alert-share`",
            (not segment.alert and segment.alert_share is None)
            or (segment.alert in segment.classes and segment.alert_share is not None),
        ),
    ]


def _head_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    """Each output has one table with task several, and what holds for a task holds for the output that has it."""
    names = [head.name for head in recipe.head]
    found = [
        (
            "`model.task` several needs a [[head]] table for each output, which no other task has",
            (recipe.model.task == "several") == bool(names),
        ),
        (
            f"`head.name` is the output's layer in a-z, 0-9 and _, each once; found {', '.join(map(repr, names))}",
            len(set(names)) == len(names) and all(re.fullmatch(HEAD_NAME, name) for name in names),
        ),
        *(
            (
                f"one [[head]] of task {' or '.join(tasks)} at most, for there is one {what}; let the others be raw; found "
                f"{', '.join(_having(recipe, tasks))}",
                len(_having(recipe, tasks)) <= 1,
            )
            for tasks, what in ((("segment", "image"), "folder of masks or targets"), (("embed",), "list of enrolled vectors"))
        ),
    ]
    for head in recipe.head:
        alone = recipe.of_head(head)
        labels = (head.labels,) if isinstance(head.labels, str) else head.labels or ()
        taken = TASKS[head.task].labels or not labels
        within = [*_table_rules(alone), *_asked_rules(alone), *_map_rules(alone), *_truth_rules(alone)]
        found += [(f"[[head]] {head.name}: {sentence}", holds) for sentence, holds in within]
        found += [
            (f"[[head]] {head.name}: task {head.task} does not take `labels`", taken),
            (f"[[head]] {head.name}: `decision.cost` is of a model with one output", head.decision.cost is None),
            (f"[[head]] {head.name}: `budgets.max-cost` is of a model with one output", head.budgets.max_cost is None),
            (
                f"[[head]] {head.name}: `last-resize` drop is of a model that paints one map; here the device computes it",
                head.segment is None or head.segment.last_resize != "drop",
            ),
            (
                f"[[head]] {head.name}: `labels` are visible words, at least two and no two alike; found {list(labels)[:12]}",
                isinstance(head.labels, str | None) or _are_labels(labels),
            ),
        ]
    return found


def _having(recipe: Recipe, tasks: Sequence[str]) -> list[str]:
    """The outputs of these tasks."""
    return [head.name for head in recipe.head if head.task in tasks]


def _are_labels(labels: Sequence[str]) -> bool:
    plain = all(label.strip() and hidden_character(label) is None for label in labels)
    return plain and len(set(labels)) == len(labels) >= 2 and max(map(len, labels)) <= LIMITS.label_characters


def _detect_rules(recipe: Recipe) -> list[tuple[str, bool]]:
    """What ties the heads of a detector together."""
    detect, budgets, evaluation = recipe.detect, recipe.budgets, recipe.evaluation
    if detect is None:
        return []
    anchors = detect.anchors or Anchors()
    ways = [bool(anchors.file), bool(anchors.sizes), bool(anchors.sides), bool(anchors.scale)]
    anchored = detect.decode in ANCHORED
    wanted = [budgets.max_map_drop, budgets.min_class_ap50, budgets.min_recall, budgets.max_false_alarms]
    return [
        (
            f"`detect.decode` {detect.decode} {'needs' if anchored else 'has no'} `detect.anchors`: a `file`, `sizes`, `sides` "
            "or a `scale`, and one of these only",
            sum(ways) == (1 if anchored else 0),
        ),
        (
            f"`detect.boxes` names the layers that give boxes; `detect.decode` {detect.decode} "
            + ("has none" if detect.decode == "fomo" else "needs them"),
            bool(detect.boxes) == (detect.decode != "fomo"),
        ),
        ("`detect.sizes` belongs to `detect.decode` centernet", bool(detect.sizes) == (detect.decode == "centernet")),
        (
            "`detect.objectness` belongs to the decodes yolo-v2, v3, v4, v5 and yolox, which need it",
            bool(detect.objectness) == (detect.decode in WITH_OBJECTNESS),
        ),
        (
            "`detect.scores` names one layer at least, and no layer twice",
            len(detect.scores) > 0
            and all(len(set(names)) == len(names) for names in (detect.boxes, detect.scores, detect.objectness, detect.sizes)),
        ),
        ("`detect.most` is at most `detect.room`", detect.most <= detect.room),
        (
            "`model.task` detect needs `model.labels`, a file with the classes in the order of the scores",
            recipe.model.labels is not None,
        ),
        (
            "`evaluation.annotations` describes a folder of `evaluation.images`, not a csv",
            evaluation is None or evaluation.annotations is None or evaluation.images is not None,
        ),
        (
            "a budget on precision, recall or false alarms needs `evaluation.annotations`",
            all(limit is None for limit in wanted) or (evaluation is not None and evaluation.annotations is not None),
        ),
    ]


def _lowered(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


def _not_asked(recipe: Recipe) -> list[str]:
    """The keys that stand there and that the recipe's task does not take."""
    budgets, takes, evaluation = recipe.budgets, takes_of(recipe.model.task), recipe.evaluation
    heads = [TASKS[head.task] for head in recipe.head]
    given = {
        "`model.labels`": (takes.labels, recipe.model.labels),
        "`prune.fine-tune`": (takes.classes, recipe.prune.fine_tune),
        "`decision.precision`": (takes.classes, recipe.decision.precision),
        "`decision.cost`": (takes.classes or takes.table == "multi_label", recipe.decision.cost),
        "`budgets.min-class-recall`": (takes.classes, budgets.min_class_recall),
        "`budgets.min-accuracy`": (takes.truth, budgets.min_accuracy),
        "`budgets.max-accuracy-drop`": (takes.truth, budgets.max_accuracy_drop),
        "`evaluation.masks`": (any(one.masks for one in (takes, *heads)), evaluation and evaluation.masks),
        "`evaluation.targets`": (any(one.pictures for one in (takes, *heads)), evaluation and evaluation.targets),
        "`budgets.min-miou`": (takes.masks, budgets.min_miou),
        "`budgets.max-miou-drop`": (takes.masks, budgets.max_miou_drop),
        "`budgets.min-class-iou`": (takes.masks, budgets.min_class_iou),
        "`budgets.min-psnr`": (takes.pictures, budgets.min_psnr),
        "`budgets.max-psnr-drop`": (takes.pictures, budgets.max_psnr_drop),
        "`budgets.min-ssim`": (takes.pictures, budgets.min_ssim),
        "`evaluation.annotations`": (takes.boxes, recipe.evaluation and recipe.evaluation.annotations),
        "`budgets.max-map-drop`": (takes.boxes, budgets.max_map_drop),
        "`budgets.min-class-ap50`": (takes.boxes, budgets.min_class_ap50),
        "`budgets.min-recall`": (takes.boxes, budgets.min_recall),
        "`budgets.max-false-alarms`": (takes.boxes, budgets.max_false_alarms),
    }
    for name in dict.fromkeys(name for each in TASKS.values() for name in each.budgets):
        key = f"`budgets.{_kebab(name)}`"
        given[key] = name in takes.budgets or given.get(key, (False, None))[0], getattr(budgets, name)
    return [key for key, (taken, value) in given.items() if value is not None and not taken]


def _kebab(name: str) -> str:
    """A field as its key is written."""
    return name.replace("_", "-")


def _paths(recipe: Recipe) -> list[str]:
    evaluation, tune = recipe.evaluation, recipe.prune.fine_tune
    given = [recipe.model.path, recipe.model.labels, recipe.calibration.images, tune.images if tune else None]
    given += [recipe.prune.distill.images] if recipe.prune.distill else []
    given += [evaluation.images, evaluation.csv, evaluation.annotations] if evaluation else []
    given += [evaluation.masks, evaluation.targets] if evaluation else []
    given += [recipe.detect.anchors.file] if recipe.detect and recipe.detect.anchors else []
    given += [head.labels for head in recipe.head if isinstance(head.labels, str)]
    return [path for path in (*given, *(deploy.target for deploy in recipe.deploy)) if path is not None]


def is_path(text: str) -> bool:
    """Whether a file system can have a file of this name: no NUL, no control characters, no part over NAME_MAX."""
    try:
        parts = [part.encode() for part in text.split("/")]
    except UnicodeEncodeError:
        return False
    return len(text.encode()) <= 4096 and max(map(len, parts)) <= 255 and hidden_character(text) is None
