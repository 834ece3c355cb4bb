"""The command line: `serve`, `install-model`, `rollback`, `models`; all else is the program of the camera package."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .. import answers, box_commands, commands, mixed, paint_commands
from ..actions import split_actions
from ..model import Place, load_model
from ..problem import INTERRUPTED, OK, Problem, say
from .run import add_serve_options, serve
from .serving import Serving
from .shelf import Shelf, model_folder, same_kind

HELP = """\
commands of the service:
  serve                answer over HTTP, from a watched folder, from a camera (`serve --help`)
  install-model PATH   a new model (a .deb of this package, or a folder with model.json): proven, stored, made current
  rollback             the model before that
  models               which there are
all else is the program for images and folders: `selftest`, `doctor`, `install-runtime`, IMAGE ... (`--help`)
"""


def main(arguments: Sequence[str], place: Place) -> int:
    """Run one command; returns the exit code."""
    words = list(arguments)
    if not words or words[0] not in COMMANDS:
        if words[:1] in ([], ["-h"], ["--help"]):
            print(HELP)
        return _program(words, place)
    try:
        words, actions = split_actions(words) if words[0] == "serve" else (words, [])
        options = make_parser(place).parse_args(words)
        options.actions = actions
        return COMMANDS[words[0]](options, place)
    except Problem as problem:
        say(f"{place.package}: {problem}")
        return problem.code
    except KeyboardInterrupt:
        return INTERRUPTED


def _program(arguments: Sequence[str], place: Place) -> int:
    """The program that fits the kind of the shipped model."""
    try:
        facts = load_model(place.share).facts
    except Problem as problem:
        say(f"{place.package}: {problem}")
        return problem.code
    heads = facts.get("decision", {}).get("heads", ())
    if "detector" in facts:
        return box_commands.main(arguments, place)
    if "map" in facts or "picture" in facts:
        return paint_commands.main(arguments, place)
    if any({"map", "picture"} & set(head) or head.get("decision", {}).get("source") == "embed" for head in heads):
        return mixed.main(arguments, place)
    return answers.main(arguments, place) if "decision" in facts else commands.main(arguments, place)


def make_parser(place: Place) -> argparse.ArgumentParser:
    """The commands of the service and their options."""
    parser = argparse.ArgumentParser(prog=place.package)
    made = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        one = made.add_parser(name)
        state = Path(os.environ.get("ESPALIER_STATE", f"/var/lib/{place.package}"))
        one.add_argument("--model", type=Path, default=place.share, metavar="FOLDER", help=f"the first model ({place.share})")
        one.add_argument("--state", type=Path, default=state, metavar="FOLDER", help=f"where newer models lie ({state})")
        one.add_argument("--references", type=Path, default=None, metavar="FILE", help="enrolled vectors")
        if name in ("serve", "install-model"):
            floor = "milliseconds that a golden vector may take at best, on a slow processor (the build's)"
            one.add_argument("--floor-ms", type=float, default=None, metavar="MS", help=floor)
        if name == "serve":
            add_serve_options(one)
        elif name == "install-model":
            one.add_argument("path", type=Path, metavar="PATH", help="a .deb, or a folder with model.json")
    return parser


def references(options: argparse.Namespace) -> Path:
    """Where enrolled vectors lie."""
    return options.references or Path(options.state) / "references.json"


def install_model(options: argparse.Namespace, place: Place) -> int:
    """Prove a model here, store it, make it the current one; a service that runs takes it over by itself."""
    shelf = Shelf(options.state, options.model)
    with tempfile.TemporaryDirectory() as unpacked:
        folder = model_folder(options.path, Path(unpacked))
        new = Serving(folder, 1, references(options), options.floor_ms)
        same_kind(new.model, load_model(shelf.current()))
        stored = shelf.add(folder)
    shelf.choose(stored)
    shelf.keep()
    print(json.dumps({**new.named, "golden_ms": round(new.golden_seconds * 1e3, 3), "folder": str(stored)}))
    return OK


def rollback(options: argparse.Namespace, place: Place) -> int:
    """The model before the current one."""
    stored = Shelf(options.state, options.model).back()
    print(json.dumps({"sha256": load_model(stored).facts["sha256"], "folder": str(stored)}))
    return OK


def list_models(options: argparse.Namespace, place: Place) -> int:
    """One line per model."""
    shelf = Shelf(options.state, options.model)
    current, previous = shelf.current(), shelf.previous()
    folders = [shelf.shipped, *sorted(path for path in (shelf.state / "models").glob("[0-9a-f]*") if path.is_dir())]
    for folder in folders:
        facts = load_model(folder).facts
        word = "current" if folder == current else "previous" if folder == previous else "-"
        print(f"{word}\t{facts['version']}\t{facts['sha256'][:12]}\t{folder}")
    return OK


def _serve(options: argparse.Namespace, place: Place) -> int:
    options.references = references(options)
    return serve(options, place)


COMMANDS = {"serve": _serve, "install-model": install_model, "rollback": rollback, "models": list_models}
