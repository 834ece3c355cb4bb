"""Write docs/reference/ and the JSON Schemas from the tables and the structs of the code.

    python docs/generate.py            # writes the files
    python docs/generate.py --check    # fails when a file is not what the code says

The rule that a user reads here is the sentence of the error message that refuses a model: it is written once.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import public
import structs

import espalier
from espalier import errors
from espalier.alarms import ALARMS
from espalier.bundle.manifest import Manifest
from espalier.bundle.program_manifest import ProgramManifest
from espalier.compare_rows import Comparison
from espalier.estimate_rows import EstimateReport
from espalier.graph.arithmetic import ROUNDING
from espalier.graph.ops import OPS
from espalier.layers.advice import RULES
from espalier.limits import LIMITS
from espalier.load import keras_table, keras_versions
from espalier.recipe import Recipe
from espalier.report.program import ProgramReport
from espalier.rows import Report
from espalier.run_rows import RunRow
from espalier.stages.answer_gates import LEAST_AGREEMENT, USELESS_KAPPA
from espalier.sweep_file import Sweep
from espalier.sweep_rows import SweepReport
from espalier.target import Target, load_target, target_names
from espalier.target_rules import GCC_FLAGS

FOLDER = Path(__file__).parent / "reference"
SCHEMA_FOLDER = Path(espalier.__file__).parent / "schemas"


def operators() -> str:
    """The operator table of the compiler."""
    lines = [
        "# Operators of the microcontroller compiler",
        "",
        "Rounding rules: "
        + "; ".join(f"**{name}**: {_text(rule)}" for name, rule in sorted(ROUNDING.items()))
        + ".",
        "",
        "| operator | rounding | rules (a model that breaks one is refused with this sentence) |",
        "|---|---|---|",
    ]
    for kind, spec in sorted(OPS.items()):
        rules = "<br>".join(_cell(rule.sentence) for rule in spec.rules) or "–"
        lines.append(f"| `{kind}` | {spec.rounding} | {rules} |")
    return "\n".join(lines) + "\n"


def alarms() -> str:
    """Every finding that a build or a check may warn of or stop for."""
    lines = [
        "# Findings that a recipe can accept",
        "",
        "A warning or a stop names its code, `[few]` for one. What is meant to be so is written at the top of the recipe, before "
        'the first table: `accept = ["few", "exposure"]`. An accepted finding is told, stops nothing, and is no warning for '
        "`--strict` (of `build`, `check` and `calibrate check`), with which every other warning ends with exit code 5.",
        "",
        "| code | says |",
        "|---|---|",
        *(f"| `{code}` | {_cell(text)} |" for code, text in sorted(ALARMS.items())),
        "",
        "## What stops a build that shows nothing",
        "",
        "`accuracy.above-chance`: a float model that does not beat guessing, where even the upper end of its 95 % interval is "
        f"under {USELESS_KAPPA:g} of the way from guessing to always right (`chance`; or set `budgets.min-accuracy`). Without "
        f"labels: int8 that agrees with the float model on under {LEAST_AGREEMENT:.0%} of the images, by the upper end of the "
        "interval (`agreement`; or set `quantize.min-agreement`).",
        "",
        "Label order and preprocessing are judged together: another way to feed the pixels is a diagnosis only where its answers "
        "beat chance, and beat the declared way both with the labels as given and in the order that fits it best; where both "
        "explain the answers, both are named. Classes without images move no label. How often this is wrong, and how often "
        "planted faults are found: `python benchmarks/alarms.py`.",
    ]
    return "\n".join(lines) + "\n"


def targets() -> str:
    """Every shipped target with its facts and their sources."""
    lines = [
        "# Targets",
        "",
        "A target file is data: its `name` is a folder name (a-z 0-9 _ and -), its facts are finite numbers with sources, and "
        "`compiler.gcc-flags` may hold these flags only: " + ", ".join(f"`{flag}`" for flag in GCC_FLAGS) + ".",
        "",
        'Your own board is a short file: `base = "cortex-m4"` takes over a shipped target, and what the file says replaces what '
        "that one says, key by key in its tables (`name` must be its own). `[platformio]` with `platform` and `board`, as "
        "`pio boards` prints them, adds an example for PlatformIO.",
        "",
    ]
    for name in target_names():
        target = load_target(name)
        lines += [
            f"## {target.name}",
            "",
            f"{target.title}. Kind: {target.kind}; CPU: {target.cpu} ({target.architecture}); "
            f"bundle: {target.bundle}; model I/O: {target.io_dtype}; weights: {target.weights}.",
            "",
            "| fact | value | source |",
            "|---|--:|---|",
        ]
        lines += [f"| runtime {r.name} | {r.version} | {_cell(r.source)} |" for r in target.runtimes]
        lines += [
            f"| {key} | {fact.value:,.10g} | {_cell(fact.source)} |"
            for key, fact in sorted(target.facts.items())
        ]
        if target.channel_multiple is not None:
            lines.append(
                f"| channel-multiple | {target.channel_multiple.value:g} | {_cell(target.channel_multiple.source)} |"
            )
        lines += [""] + [f"- {_cell(note)}" for note in target.notes] + ([""] if target.notes else [])
    return "\n".join(lines).rstrip() + "\n"


_MISTAKES = (
    ("images that were normalised already (floats)", "`ImagesRefusedError`: image 0 holds float32",
     "give the pixels as they are in the file, uint8 0..255; `[input]` mean and std say what the model does to them"),
    ("a SavedModel folder, or weights alone", "`ModelRefusedError`", "save the whole model: `model.save(\"model.keras\")`"),
    ("a Lambda layer or a class of one's own", "`ModelRefusedError`, naming the layer",
     "build the model from Keras's own layers ([which](layers.md)), and load the weights into it"),
    ("a wrong key or word in the recipe", "`RecipeError`: all of them at once, each with the nearest right one",
     "[every key](recipe.md), or the schema in your editor"),
    ("labels in another order than the outputs", "the alarm `label-order`", "order labels.txt as the model's outputs are"),
    ("the training images as evaluation images", "the alarms `leakage`, `train-leakage`",
     "set images aside that neither training nor calibration saw"),
    ("mean and std of another framework", "the alarm `preprocessing`, with the way that scores best", "correct `[input]`"),
    ("a model that is too large for the microcontroller", "exit code 5; `fits` rows tell what each `optimize` takes",
     "`optimize = \"ram\"` or `\"flash\"`, pruning, or a larger part"),
)  # fmt: skip
"""What was given, what is said, what helps."""


def exit_codes() -> str:
    """Exit codes and the error classes behind them."""
    lines = ["# Errors and exit codes", "", "| exit code | meaning | error classes |", "|--:|---|---|"]
    classes = [
        c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.EspalierError)
    ]
    for code, meaning in sorted(errors.EXIT_CODES.items()):
        named = [
            f"`{c.__name__}`: {(c.__doc__ or '').splitlines()[0]}"
            for c in classes
            if c.exit_code == code and c is not errors.EspalierError
        ]
        lines.append(f"| {code} | {meaning} | {'<br>'.join(named)} |")
    lines += ["", "## Packages that may be absent (exit code 7)", "", "| packages | what brings them |", "|---|---|"]
    for extra in dict.fromkeys(errors.EXTRAS.values()):
        names = ", ".join(f"`{name}`" for name, part in errors.EXTRAS.items() if part == extra)
        lines.append(f"| {names} | `{errors.install_line(extra).partition(' (')[0]}` |")
    lines += ["", "".join(f"{why}; its rows say \"not run\".\n" for why in errors.NO_WHEELS.values()).rstrip()]
    lines += ["", "## Mistakes that are made most", "", "| what was given | what is said | what helps |", "|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in _MISTAKES]
    lines += ["", "## Limits on input", "", "| limit | value |", "|---|--:|"]
    lines += [
        f"| {f.name.replace('_', ' ')} | {getattr(LIMITS, f.name):,} |" for f in dataclasses.fields(LIMITS)
    ]
    return "\n".join(lines) + "\n"


_EDITORS = (
    "An editor that knows TOML (taplo; VS Code with Even Better TOML) completes and checks the keys when the first line of "
    "the file is `#:schema {name}.schema.json` and that file lies beside it: `espalier schema {name} > {name}.schema.json`."
)


def recipe() -> str:
    """Every key of the recipe."""
    lines = [
        "# Recipe",
        "",
        "TOML; paths are relative to the recipe. A wrong key, word, type or number is refused with its place and what may stand "
        "there; all of them are told at once. What one key asks of another is told next.",
        "",
        "`espalier init` writes one from a model and image folders. " + _EDITORS.format(name="recipe") + " (`init` does both.)",
        "",
        *structs.sections(Recipe, structs.toml_heading),
    ]
    return "\n".join(lines) + "\n"


def target_file() -> str:
    """Every key of a target file."""
    lines = [
        "# Target file",
        "",
        'TOML; facts of one device, each with its source. `base = "cortex-m4"` (the name of a [shipped target](targets.md)) '
        "takes over what that file says; then only `name` and what differs must be written, key by key in its tables. A recipe "
        "names the file by its path (see [add a board](../extend/board.md)).",
        "",
        _EDITORS.format(name="target"),
        "",
        *structs.sections(Target, structs.toml_heading),
    ]
    return "\n".join(lines) + "\n"


def report() -> str:
    """Every key of report.json."""
    return _json_page(
        "report.json",
        Report,
        "report",
        "What a build measured, decided and wrote (`dist/NAME-VERSION/report.json`, and `espalier build --json`). Keys stay, "
        "more may come; `format` changes with anything else.",
    )


def sweep() -> str:
    """Every key of a sweep's file."""
    lines = [
        "# Sweep file",
        "",
        "TOML; what [`espalier sweep`](../howto/sweep.md) builds: the product of all its lists. A key, word or number that no "
        "recipe takes is refused before anything is built.",
        "",
        _EDITORS.format(name="sweep"),
        "",
        *structs.sections(Sweep, structs.toml_heading),
    ]
    return "\n".join(lines) + "\n"


def sweep_report() -> str:
    """Every key of sweep.json."""
    return _json_page(
        "sweep.json",
        SweepReport,
        "sweep-report",
        "What `espalier sweep` writes beside its cells (and prints with `--json`); `sweep.csv` has the same rows. Each cell's "
        "folder has the [report.json](report.md) of its build.",
    )


def manifest() -> str:
    """Every key of manifest.json."""
    return _json_page(
        "manifest.json",
        Manifest,
        "manifest",
        "Lies in each bundle: what it is, what is in it, what proves its model. `espalier verify BUNDLE` checks it. It holds no "
        "time, host or path, so that equal builds give equal bytes; a key that is not named here is refused. The folder that "
        "`espalier compile` writes has one of the format `espalier-program/1`, which `verify` reads, too (`espalier schema "
        "program-manifest`; its report: `program-report`).",
    )


def _json_page(name: str, kind: Any, schema: str, text: str) -> str:
    lines = [
        f"# {name}",
        "",
        text,
        "",
        f"JSON Schema (draft 2020-12): `espalier schema {schema}`.",
        "",
        *structs.sections(kind, lambda place: f"`{place}`", null=True),
    ]
    return "\n".join(lines).replace("None", "null") + "\n"


def layers() -> str:
    """The Keras layers that a model file may hold."""
    names = sorted(keras_table.LAYERS)
    return (
        "# Keras layers that are read\n\nAnything else is refused before Keras is imported; nothing of a model file is run.\n\n"
        + ", ".join(f"`{name}`" for name in names)
        + "\n\nAll of them compile for microcontrollers (`tests/golden/test_every_layer.py` builds each), but "
        + "; ".join(f"`{name}`: {why}" for name, why in sorted(keras_table.NOT_COMPILED.items()))
        + ".\n"
    )


def versions() -> str:
    """What other Keras versions wrote, and how it is read."""
    lines = [
        "# Files of other Keras versions",
        "",
        "Keras 2.3 to 3.15, `.keras` and `.h5`: what each wrote otherwise than the Keras that rebuilds the model. The state "
        "of training (optimizer, metrics, loss trackers, compile settings) and initialisers are never read. Names of layers "
        "and models may hold any letters; they are written in plain ones, and the load says so.",
        "",
        "| layer | argument | written by Keras | is read as |",
        "|---|---|---|---|",
    ]
    for row in keras_versions.ARGUMENTS:
        read = f"`{row.becomes}`" if row.becomes else "left out: means nothing when predicting"
        if row.neutral is not None:
            read = "left out if " + " or ".join(f"`{value}`" for value in row.neutral)
        layer = ", ".join(sorted(row.layers))
        lines.append(f"| {layer} | `{row.name}` | {row.versions} | {read} |")
    lines += ["", "| class | is read as | who wrote it |", "|---|---|---|"]
    lines += [f"| `{old}` | `{now}` | {who} |" for old, (now, who) in keras_versions.CLASSES.items()]
    lines += ["", "| function as activation | is read as |", "|---|---|"]
    lines += [f"| `{old}` | `{now}` |" for old, now in keras_versions.ACTIVATIONS.items()]
    lines += ["| `hard_sigmoid` of Keras 2 | clip(0.2 x + 0.5, 0, 1) |"]
    return "\n".join(lines) + "\n"


def advice() -> str:
    """What `espalier explain` says, and when."""
    lines = [
        "# Advice of `espalier explain`",
        "",
        "Words in braces stand for what was measured.",
        "",
        "| rule | when | what is said |",
        "|---|---|---|",
    ]
    lines += [f"| {rule.name} | {_cell(rule.when)} | {_cell(rule.text)} |" for rule in RULES]
    return "\n".join(lines) + "\n"


def _text(rule: Any) -> str:
    return rule if isinstance(rule, str) else str(getattr(rule, "__doc__", rule)).splitlines()[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


PAGES: dict[str, Callable[[], str]] = {
    "operators.md": operators,
    "targets.md": targets,
    "errors.md": exit_codes,
    "recipe.md": recipe,
    "layers.md": layers,
    "keras-versions.md": versions,
    "advice.md": advice,
    "alarms.md": alarms,
    "target-file.md": target_file,
    "report.md": report,
    "manifest.md": manifest,
    "sweep.md": sweep,
    "sweep-report.md": sweep_report,
    "commands.md": public.commands,
    "python.md": public.python,
}

SCHEMAS: dict[str, tuple[type, str, bool]] = {
    "recipe": (Recipe, "Recipe of Espalier", True),
    "target": (Target, "Target file of Espalier", True),
    "report": (Report, "report.json of an Espalier build (espalier-report/1)", False),
    "manifest": (Manifest, "manifest.json of an Espalier bundle (espalier-bundle/1)", False),
    "program-report": (ProgramReport, "report.json of espalier compile (espalier-program-report/1)", False),
    "program-manifest": (ProgramManifest, "manifest.json of espalier compile (espalier-program/1)", False),
    "sweep": (Sweep, "Sweep file of Espalier", True),
    "sweep-report": (SweepReport, "sweep.json of espalier sweep (espalier-sweep/1)", False),
    "estimate": (EstimateReport, "espalier estimate --json (espalier-estimate/1)", False),
    "compare": (Comparison, "espalier compare --json (espalier-comparison/1)", False),
    "run": (RunRow, "One line of espalier run --json", False),
}
"""Interface -> its struct, what its schema is called, and whether it is written by people in TOML."""


def schema_text(name: str) -> str:
    """The JSON Schema of an interface, as it ships in the wheel."""
    kind, title, closed = SCHEMAS[name]
    made = structs.schema(kind, title=title, file=f"{name}.schema.json", closed=closed)
    if name == "target":  # a file with a base may leave out what that one says
        base = {"type": "string", "description": "A shipped target: what this file does not say is taken from that one."}
        made["properties"] = {"base": base, **made["properties"]}
        made["anyOf"] = [{"required": ["base", "name"]}, {"required": made.pop("required")}]
    if name == "sweep":
        _vary(made)
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _vary(sweep: dict[str, Any]) -> None:
    """Say in a sweep's schema what `vary` takes: the recipe's keys, each with a list of values; a table in a list may be a
    part of the recipe's."""
    recipe_schema = structs.schema(Recipe, title="", file="", closed=True)
    tables = {"Recipe": {key: recipe_schema[key] for key in ("description", "properties")}} | recipe_schema["$defs"]
    for table, made in tables.items():
        parts = {key: _renamed(value, "Part") for key, value in made["properties"].items()}
        lists = {}
        for key, value in made["properties"].items():
            each: dict[str, Any] = {"type": "array", "minItems": 1, "items": parts[key]}
            inner = [option["$ref"] for option in (value, *value.get("anyOf", ())) if "$ref" in option]
            vary = [{"$ref": ref.replace("/$defs/", "/$defs/Vary")} for ref in inner]
            said = {"description": value["description"]} if "description" in value else {}
            lists[key] = {**said, "anyOf": [each, *vary]} if vary else {**said, **each}
        about = {"type": "object", "additionalProperties": False, "description": made["description"]}
        sweep["$defs"][f"Part{table}"] = {**about, "properties": parts}
        sweep["$defs"][f"Vary{table}"] = {**about, "properties": lists}
    del sweep["$defs"]["PartRecipe"]
    said = sweep["properties"]["vary"]["description"]
    sweep["properties"]["vary"] = {"$ref": "#/$defs/VaryRecipe", "description": said}
    sweep["$defs"] = dict(sorted(sweep["$defs"].items()))


def _renamed(node: Any, prefix: str) -> Any:
    """A schema whose references are to the tables of another family."""
    if isinstance(node, list):
        return [_renamed(item, prefix) for item in node]
    if isinstance(node, dict):
        return {
            key: value.replace("/$defs/", f"/$defs/{prefix}") if key == "$ref" else _renamed(value, prefix)
            for key, value in node.items()
            if key not in ("default", "required", "oneOf")
        }
    return node


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    pages = {FOLDER / name: page() for name, page in PAGES.items()}
    return pages | {SCHEMA_FOLDER / f"{name}.schema.json": schema_text(name) for name in SCHEMAS}


def main() -> int:
    """Write or check every file."""
    stale = []
    for path, text in files().items():
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    if stale:
        print("not what the code says: " + ", ".join(stale) + "; run python docs/generate.py")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
