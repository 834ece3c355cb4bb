"""The command line of a model that paints: one line per image, or one of the commands doctor, selftest, install-runtime."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .actions import Action, SavedFrames
from .commands import answer, as_times, make_parser, open_frames, run_program, start_actions
from .contract import prepare
from .draw import save
from .images import Frame
from .model import Decision, Engine, Model, Pixels, Place, load_model
from .painted import areas, as_rgb, class_map, overlay, picture
from .problem import OK, UNREADABLE, Problem, say

ALERT, QUIET = "alert", "quiet"
"""The decision on a map: the class of the alert has its share of the pixels, or has not."""

HELP = """commands:
  doctor             what this computer has, and which runtime is used
  selftest           golden vectors and preprocessing, compared with the build machine
  install-runtime    the pinned runtime, into this program's own virtual environment

actions (any number), of a model with an alert:
  --on alert --exec COMMAND [ARGUMENT ...] [--]     or --on quiet
                     start COMMAND without a shell; {label}, {confidence} (the share) and {image} are replaced.
                     For a stream it starts when the decision appears, for files with every image.

output, separated by tabs:
  of a map: image, decision (of a model with an alert), the share of each class, the picture drawn, action started
  of a picture: image, its size, the picture drawn

exit codes:
  0 all well   2 wrong use   3 an image could not be read   6 the self-test or the model file differs
  7 the runtime or the camera is missing   130 interrupted"""


def main(arguments: Sequence[str], place: Place) -> int:
    """Run one command; returns the exit code."""
    return run_program(arguments, place, paint_parser, paint)


def paint_parser(place: Place) -> argparse.ArgumentParser:
    """The options of every program, and those of one that paints."""
    parser = argparse.ArgumentParser(
        prog=place.package,
        description="Paint images with the model of this package.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=HELP,
        parents=[make_parser(place)],
        conflict_handler="resolve",
    )
    parser.add_argument("--watch", metavar="FOLDER", help="look at new files of a folder")
    parser.add_argument("--threshold", type=float, help=argparse.SUPPRESS)
    parser.add_argument(
        "--draw", type=Path, metavar="FOLDER", help="write there what was painted: classes over the image, or the picture"
    )
    return parser


def paint(options: argparse.Namespace, actions: Sequence[Action]) -> int:
    """Answer each image of the chosen source; returns UNREADABLE when one could not be read."""
    model = load_model(options.model)
    check(options, actions, model)
    engine, painter, saved, unreadable = Engine(model, options.threads), Painter(model, options), SavedFrames(), 0
    say(f"{model.facts['name']} {model.facts['version']}: {engine.runtime.name} {engine.runtime.version}")
    try:
        for frame in open_frames(options, model.contract.bands):
            if frame.rgb is None:
                unreadable += 1
                say(f"{frame.name}: {frame.why}")
            else:
                rgb = np.rot90(frame.rgb, -options.rotate // 90) if options.rotate else frame.rgb
                output, times = answer(rgb, model, engine)
                row, text = painter.line(frame, rgb, output, actions, saved)
                if options.json:
                    print(json.dumps({"image": frame.name, **row, **(times if options.time else {})}), flush=True)
                else:
                    print(f"{frame.name}\t{text}{as_times(times, options)}", flush=True)
            if options.once:
                break
    finally:
        for action in actions:
            action.finish()
    return UNREADABLE if unreadable else OK


def check(options: argparse.Namespace, actions: Sequence[Action], model: Model) -> None:
    """Raise Problem for answers that this model does not have."""
    answers = (ALERT, QUIET) if model.facts.get("map", {}).get("alert", -1) >= 0 else ()
    for action in actions:
        if action.answer not in answers:
            known = ", ".join(answers) or "none: the recipe names no alert"
            raise Problem(f"--on {action.answer}: the answers are {known}")
    if options.hold < 1 or options.threads < 1 or (options.interval or 0) < 0:
        raise Problem("--hold and --threads must be 1 or more, --interval 0 or more")
    sources = (options.images, options.camera is not None, options.watch, options.stdin)
    if sum(map(bool, sources)) != 1:
        raise Problem("name images or folders, or one of --camera, --watch FOLDER, --stdin 640x480:rgb24")
    if options.draw is not None and not options.draw.is_dir():
        raise Problem(f"--draw {options.draw}: there is no such folder")


class Painter:
    """Answers images one after the other."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._model, self._options, self._number = model, options, 0

    def line(
        self, frame: Frame, rgb: Pixels, output: Pixels, actions: Sequence[Action], saved: SavedFrames
    ) -> tuple[dict[str, Any], str]:
        """What to print of an image, as values and as a plain line; saves its picture and starts actions."""
        facts, self._number = self._model.facts, self._number + 1
        color = self._model.contract.color
        if "map" in facts:
            found = class_map(output, facts["map"])
            row, text = self._shares(found)
        else:
            made = picture(output, facts["picture"])
            row, text = {"size": list(made.shape)}, " x ".join(map(str, made.shape))
        if self._options.draw is not None:
            # On what the model was fed, which nobody kept.
            drawn = overlay(found, prepare(rgb, self._model.contract), color) if "map" in facts else as_rgb(made, color)
            path = save(self._options.draw, self._number, frame.name, drawn)
            row["drawn"], text = str(path), f"{text}\t{path}"
        if actions:
            decision = Decision(row["decision"], row["decision"], row["share"])
            row["action"] = ",".join(start_actions(actions, decision, frame, rgb, self._options.hold, saved)) or "-"
            text += f"\t{row['action']}"
        return row, text

    def _shares(self, found: Pixels) -> tuple[dict[str, Any], str]:
        facts = self._model.facts["map"]
        counted = areas(found, facts)
        shares = {name: count / found.size for name, count in zip(facts["names"], counted, strict=True)}
        row: dict[str, Any] = {"shares": {name: round(share, 6) for name, share in shares.items()}}
        text = " ".join(f"{name} {share:.1%}" for name, share in shares.items())
        if facts["alert"] >= 0:
            row["decision"] = ALERT if counted[facts["alert"]] >= facts["alert_pixels"] else QUIET
            row["share"] = counted[facts["alert"]] / found.size
            text = f"{row['decision']}\t{text}"
        return row, text
