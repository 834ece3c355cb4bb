"""The commands; no logic. stdout is the result and nothing else, stderr is for people, the exit code says how it went."""

from __future__ import annotations

import contextlib
import select
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from . import __version__
from .cli_calibrate import calibrate
from .cli_compare import compare
from .cli_estimate import estimate
from .cli_help import completion, help_
from .cli_oci import oci
from .cli_parts import (
    ANNOTATE,
    CONFINED,
    JSON,
    QUIET,
    STRICT,
    VERBOSE,
    Commands,
    annotated_failure,
    bad_usage,
    print_lines,
    print_result,
    say_notes,
    target_names_from,
)
from .cli_run import run
from .cli_sweep import sweep
from .cli_trust import SIGN, keygen, signer_of, verify
from .errors import BugError, EspalierError, MachineError, machine_error, package_error
from .folded import fold
from .shells import complete
from .signals import Stopped, stoppable
from .streams import COLOR_MODES, abandon, cannot_print, choose_colour, columns, prepare_streams, say


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="espalier")
@click.option(
    "--color", type=click.Choice(COLOR_MODES), default="auto", show_default=True, help="auto: NO_COLOR, FORCE_COLOR, TERM decide."
)
def cli(color: str) -> None:
    """Turn a Keras image model into pruned, int8, measured, proven bundles for phones, cameras and microcontrollers.

    \b
    Exit codes: 0 ok, 2 usage or recipe, 3 an input was refused, 4 unsupported on this target,
    5 a gate failed, 6 verification failed, 7 a tool is missing, 70 a bug of ours.
    """
    choose_colour(color)


@cli.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, help="Output folder."
)
@click.option(
    "--tools",
    type=click.Choice(["fast", "all", "none"]),
    default="fast",
    show_default=True,
    help="Consumers' own tools to check the bundles with: the fast ones, all, or none.",
)
@click.option("--fresh", is_flag=True, help="Run every stage; do not reuse stored results.")
@click.option(
    "--all-or-nothing", is_flag=True, help="A target that fails withholds the bundles of the others, too."
)
@SIGN
@STRICT
@ANNOTATE
@VERBOSE
@CONFINED
@JSON
@QUIET
def build(
    recipe: Path,
    out: Path,
    tools: str,
    fresh: bool,
    all_or_nothing: bool,
    sign: Path | None,
    passphrase_file: Path | None,
    strict: bool,
    annotate: str | None,
    verbose: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Build every bundle that RECIPE asks for into OUT/<name>-<version>/.

    Prunes, quantizes to int8, measures, proves and packs; writes report.json, report.html, junit.xml and summary.md.
    A failed gate ends with exit code 5: the report is written, bundles are not. What one target alone fails (its flash,
    its RAM, its operators) withholds that target's bundle only.
    """
    from .command.build import build as run
    from .report.notes import notes_of
    from .report.screen import screen_lines
    from .report.text import summary_lines
    from .terminal import Progress

    with annotated_failure(annotate, recipe):
        outcome = run(
            recipe,
            out,
            tools=tools,
            fresh=fresh,
            all_or_nothing=all_or_nothing,
            strict=strict,
            sign=signer_of(sign, passphrase_file),
            progress=Progress(quiet=quiet),
        )
    say_notes(annotate, notes_of(outcome.report), recipe)
    for warning in outcome.warnings:
        say(f"warning: {warning}", sys.stderr)
    try:
        width, rows = (columns(sys.stdout), shutil.get_terminal_size().lines)
        if as_json:
            say(outcome.report_json.decode())
        elif width is None:
            print_lines(summary_lines(outcome.report, outcome.folder))
        else:
            print_lines(screen_lines(outcome.report, outcome.folder, width, rows, verbose=verbose))
    except MachineError as problem:
        problem.next_step += f": {outcome.folder}"
        if outcome.failure is None:
            raise
        _show(problem)
    if outcome.failure is not None:
        raise outcome.failure


@cli.command()
@click.argument("recipes", metavar="RECIPE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@STRICT
@ANNOTATE
@CONFINED
@JSON
def check(recipes: tuple[Path, ...], strict: bool, annotate: str | None, as_json: bool) -> None:
    """Find in seconds what would stop a build of RECIPE: files, model, labels, images, targets.

    Of several recipes each is checked; the exit code is that of the first refusal.
    """
    from .command.check import check_recipe, too_strict
    from .command.lines import check_lines

    problems: list[EspalierError] = []
    for recipe in recipes:
        with annotated_failure(annotate, recipe):
            findings = check_recipe(recipe)
        print_result(findings, as_json, check_lines)
        say_notes(annotate, [(row.severity, row.what, row.text) for row in findings.rows if row.severity != "ok"], recipe)
        problem = findings.error or (too_strict(findings.warnings) if strict else None)
        problems += [problem] if problem is not None else []
    if problems:
        raise problems[0]


@cli.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder with calibration/, evaluation/ or train/ in it, an image folder, or a csv. Repeatable.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    shell_complete=target_names_from,
    help="A target to deploy to. Repeatable; default: one of each kind.",
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("recipe.toml"), show_default=True)
def init(model: Path, images: tuple[Path, ...], targets: tuple[str, ...], out: Path) -> None:
    """Look at MODEL and at image folders, and write a commented recipe."""
    from .command.init import write_recipe

    say(f"wrote {write_recipe(model, images, targets, out)}; next: espalier check {out}")


@cli.command("compile")
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--target", required=True, shell_complete=target_names_from, help="A microcontroller target, or a path to a target file."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Output folder.")
@click.option("--name", help="Name of the C files and functions. Default: the file's name.")
@click.option("--version", default="1.0.0", show_default=True, help="Version of the library.")
@click.option(
    "--optimize", type=click.Choice(["speed", "ram", "flash"]), default="speed", show_default=True
)
@click.option(
    "--labels", type=click.Path(path_type=Path), help="One label per line: adds a decision with its label."
)
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.6, show_default=True, help="Of the decision.")
@click.option("--reserve-flash", type=click.IntRange(0), default=0, help="Bytes that the application needs.")
@click.option("--reserve-ram", type=click.IntRange(0), default=0, help="Bytes that the application needs.")
@click.option(
    "--tools", type=click.Choice(["fast", "all", "none"]), default="fast", show_default=True, help="Checks."
)
@JSON
def compile_(
    model: Path, out: Path, as_json: bool, reserve_flash: int, reserve_ram: int, **wishes: Any
) -> None:
    """Compile MODEL, any maker's int8 .tflite, to C for a microcontroller: a library, its proof and its figures.

    A float QUANTIZE at the input and DEQUANTIZE at the output are cut off. Where the program does not fit, the exit code
    is 5 and the report tells what each --optimize takes.
    """
    from .command.compile import compile_model
    from .report.program import program_lines
    from .stages.fit_gates import Reserve

    done = compile_model(model, out=out, reserve=Reserve(reserve_flash, reserve_ram), **wishes)
    for warning in done.warnings:
        say(f"warning: {warning}", sys.stderr)
    print_result(done.report, as_json, lambda report: program_lines(report, out))
    if done.failure is not None:
        raise done.failure


@cli.command()
@click.argument("model", type=click.Path(path_type=Path))
@CONFINED
@JSON
def inspect(model: Path, as_json: bool) -> None:
    """Show what is in MODEL (.keras, .h5, .tflite): layers or operators, shapes, MACs, parameters, quantization."""
    from .command.inspect import inspect_file
    from .command.lines import inspect_lines

    print_result(inspect_file(model).facts, as_json, inspect_lines)


@cli.command()
@click.argument("name", required=False, shell_complete=target_names_from)
@JSON
def targets(name: str | None, as_json: bool) -> None:
    """List the targets, or show the facts of one with their sources."""
    from .command.lines import target_lines, targets_lines
    from .target import load_target, target_names

    if name is None:
        print_result([load_target(n) for n in target_names()], as_json, targets_lines)
    else:
        print_result(load_target(name), as_json, target_lines)


@cli.command()
@click.argument(
    "name",
    type=click.Choice(
        [
            *("recipe", "target", "report", "manifest", "program-report", "program-manifest", "sweep", "sweep-report"),
            *("run", "compare", "estimate"),
        ]
    ),
)
def schema(name: str) -> None:
    """Print the JSON Schema of recipes, target files, report.json or a bundle's manifest.json.

    `program-report` and `program-manifest` are of what `espalier compile` writes; `sweep` is of a sweep's file, `sweep-report`
    of its sweep.json, `run` of a line of `espalier run --json`, `compare` of `compare --json`,
    `estimate` of `espalier estimate --json`.

    An editor that knows TOML completes and checks a recipe whose first line is `#:schema recipe.schema.json` when that
    file lies beside it; `espalier init` writes both.
    """
    from .command.schema import schema as text

    say(text(name).decode().rstrip("\n"))


@cli.command()
@click.argument("build", type=click.Path(path_type=Path))
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    help="Images that were not used to calibrate. Default: a recipe's evaluation images, a folder's golden vectors.",
)
@click.option("--count", type=click.IntRange(1), default=128, show_default=True, help="Images to run, at most.")
@click.option("--worst", type=click.IntRange(0), default=8, show_default=True, help="Layers whose gain is measured.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with the table, too.")
@click.option("--image", type=click.Path(path_type=Path), help="Instead of layers: where the float model looks at this image.")
@click.option("--heat-map", type=click.Path(path_type=Path), help="The PNG that --image writes [default: ./NAME-heat.png].")
@JSON
@QUIET
def explain(
    build: Path, images: Path | None, image: Path | None, heat_map: Path | None, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Show where the int8 model of BUILD loses precision, layer by layer, and what to do about it.

    BUILD is dist/NAME-VERSION or a recipe; the recipe works after a failed gate, too. Compares each layer with the
    float model on the same images, and measures what comes back when one layer alone keeps more than 8 bits.
    """
    from .command.explain import explain as run
    from .command.explain import explain_lines
    from .terminal import Progress

    if image is not None:
        from .command.explain_image import explain_image, looked_lines

        print_result(explain_image(build, image, heat_map, progress=Progress(quiet=quiet)), as_json, looked_lines)
        return
    found = run(build, images, progress=Progress(quiet=quiet), **options)
    print_result(found.facts, as_json, explain_lines)


@cli.command()
@JSON
def doctor(as_json: bool) -> None:
    """Show versions, and which optional tools are there and what they are for."""
    from .command.doctor import examine
    from .command.lines import doctor_lines
    from .errors import ToolMissingError

    facts = examine()
    print_result(facts, as_json, doctor_lines)
    if not facts["ok"]:
        wrong = ", ".join(f"{p['name']}{p['required']}" for p in facts["packages"] if not p["ok"])
        raise ToolMissingError(
            f"packages are missing or of another version: {wrong}",
            next_step="pip install 'espalier[build]' into a fresh environment",
        )


@cli.command()
@click.option("--prune", metavar="SIZE", help='Remove what was not used for longest until SIZE is left ("2 GB").')
@click.option("--clear", is_flag=True, help="Remove every stored result.")
@JSON
def cache(prune: str | None, clear: bool, as_json: bool) -> None:
    """Show the store of results, prune it to a size, or clear it. Results are made again when they are needed."""
    from .command.cache import manage_cache
    from .command.lines import cache_lines

    print_result(manage_cache(prune=prune, clear=clear), as_json, cache_lines)


for added in (sweep, oci, verify, keygen, run, compare, calibrate, estimate, completion, help_):
    cli.add_command(added)


def main() -> None:
    """Run a command; every error of ours becomes a message and its exit code, anything else a bug report."""
    prepare_streams()
    if complete(cli):
        return
    with stoppable():
        code = _run()
    sys.exit(code)


def _run() -> int:
    """The exit code of the command that sys.argv asks for."""
    try:
        # Not `cli.main`: it turns every broken pipe, a child's too, into a silent exit.
        with cli.make_context("espalier", sys.argv[1:]) as context:
            cli.invoke(context)
        return 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as problem:
        return _show(bad_usage(problem, cli))
    except Stopped as problem:
        say(f"ended by {problem}; {_KEPT}", sys.stderr)
        return 128 + problem.number
    except (KeyboardInterrupt, click.Abort):
        say(f"interrupted; {_KEPT}", sys.stderr)
        return 130
    except EspalierError as problem:
        return _show(problem)
    except BrokenPipeError as problem:
        return _reader_gone(problem)
    except Exception as problem:  # the one place: a bug must not look like a refusal
        known = _printing(problem) or machine_error(problem) or package_error(problem)
        return _show(known) if known is not None else _bug(problem)


_KEPT = "the output folder holds what it held before, or all of the new output"


def _reader_gone(problem: BrokenPipeError) -> int:
    """Click prints help pages itself: their reader may go. Any other broken pipe is not the user's doing."""
    watch = select.poll()
    watch.register(sys.stdout.fileno(), 0)
    if not watch.poll(0):
        return _bug(problem)
    abandon(sys.stdout)
    return 0


def _printing(problem: Exception) -> EspalierError | None:
    """Click prints help pages itself: they may meet a full disk, too."""
    if not isinstance(problem, OSError) or traceback.extract_tb(problem.__traceback__)[-1].name != click.echo.__name__:
        return None
    abandon(sys.stdout)
    return cannot_print(problem)


def _bug(problem: Exception) -> int:
    with contextlib.suppress(OSError):
        if sys.stderr is not None:
            traceback.print_exception(problem)
    return _show(
        BugError(
            f"a bug in Espalier: {type(problem).__name__}: {problem}",
            supported=f"none of these; {_KEPT}",
            next_step="please report the lines above",
        )
    )


def _show(problem: EspalierError) -> int:
    """Print an error on stderr; returns its exit code."""
    width = columns(sys.stderr)
    first, *rest = str(problem).splitlines() or [""]
    for line in (f"error: {first}", *(f"  {line}" for line in rest), *getattr(problem, "__notes__", [])):
        for part in fold(line, width):
            said = part.removeprefix("error: ")
            say(part if said is part else click.style("error: ", fg="red", bold=True) + said, sys.stderr)
    return problem.exit_code
