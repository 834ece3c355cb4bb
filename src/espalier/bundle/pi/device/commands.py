"""The command line: one line per image, or one of the commands doctor, selftest, install-runtime."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .actions import Action, SavedFrames, split_actions
from .contract import prepare
from .images import Frame, frames_from_camera, frames_from_paths, frames_from_stdin, frames_from_watch
from .install import doctor, install_runtime
from .model import Decision, Engine, Model, Pixels, Place, decide, load_model, named_values
from .numbers import Beside
from .problem import INTERRUPTED, OK, UNREADABLE, Problem, say
from .selftest import selftest

COMMANDS = {"doctor": doctor, "selftest": selftest, "install-runtime": install_runtime}

HELP = """commands:
  doctor             what this computer has, and which runtime is used
  selftest           golden vectors and preprocessing, compared with the build machine
  install-runtime    the pinned runtime, into this program's own virtual environment

actions (any number):
  --on ANSWER --exec COMMAND [ARGUMENT ...] [--]
                     start COMMAND without a shell; {label}, {confidence} and {image} are replaced.
                     For a stream it starts when the answer appears, for files with every image.
                     ANSWER is a label, or review. The command ends at `--`, at the next --on, or at the end.

output, separated by tabs:
  image, decision, confidence, action started (or -). The decision is a label, or `review (LABEL)` below the
  threshold.

exit codes:
  0 all well   2 wrong use   3 an image could not be read   6 the self-test or the model file differs
  7 the runtime or the camera is missing   130 interrupted"""


def main(arguments: Sequence[str], place: Place) -> int:
    """Run one command; returns the exit code."""
    return run_program(arguments, place, make_parser, classify)


def run_program(
    arguments: Sequence[str],
    place: Place,
    parser: Callable[[Place], argparse.ArgumentParser],
    work: Callable[[argparse.Namespace, Sequence[Action]], int],
    commands: Mapping[str, Callable[[argparse.Namespace, Place], int]] = COMMANDS,
) -> int:
    """Run one of `commands`, or `work` with the options of `parser` and the actions; returns the exit code."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(OK))
    try:
        rest, actions = split_actions(arguments)
        options = parser(place).parse_args(rest)
        if options.images and options.images[0] in commands:
            if len(options.images) > 1:
                raise Problem(f"{options.images[0]} takes no further names")
            return commands[options.images[0]](options, place)
        return work(options, actions)
    except Problem as problem:
        say(f"{place.package}: {problem}")
        return problem.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def make_parser(place: Place) -> argparse.ArgumentParser:
    """The options; `--on ... --exec ...` is taken out before (actions.split_actions)."""
    parser = argparse.ArgumentParser(
        prog=place.package,
        description="Classify images with the model of this package.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=HELP,
    )
    add = parser.add_argument
    add("images", nargs="*", help="image files or folders, or a command")
    add("--camera", nargs="?", type=int, const=0, metavar="NUMBER", help="a Raspberry Pi camera (0)")
    add("--camera-size", default="640x480", metavar="WxH", help="frame size (640x480)")
    add("--watch", metavar="FOLDER", help="classify new files of a folder")
    add("--stdin", metavar="WxH:KIND", help="raw frames, such as 640x480:rgb24 (bgr24, gray, bands)")
    add("--rotate", type=int, choices=(0, 90, 180, 270), default=0, help="turn clockwise before all else")
    add("--threshold", type=float, help="confidence below which the answer is review (the recipe's)")
    add(
        "--hold",
        type=int,
        default=1,
        metavar="N",
        help="frames that an answer must stand before its action (1)",
    )
    add("--interval", type=float, metavar="S", help="seconds between frames (0) or looks at the folder (0.1)")
    add("--once", action="store_true", help="stop after one image")
    add("--json", action="store_true", help="one JSON object per line")
    add("--time", action="store_true", help="add the milliseconds of preparing and of the model")
    add("--threads", type=int, default=min(4, os.cpu_count() or 1), metavar="N", help="threads of the model")
    add(
        "--model",
        type=Path,
        default=place.share,
        metavar="FOLDER",
        help=f"the model's folder ({place.share})",
    )
    add("--numbers", metavar="WHAT", help="of a model that takes numbers beside the image: NAME=VALUE,..., a .csv, or a .json")
    add("--wheels", metavar="FOLDER", help="install-runtime: take wheels from a folder, use no network")
    return parser


def classify(options: argparse.Namespace, actions: Sequence[Action]) -> int:
    """Answer each image of the chosen source; returns UNREADABLE when one could not be read."""
    model = load_model(options.model)
    check_options(options, actions, model)
    beside = Beside(options, model)
    engine = Engine(model, options.threads)
    say(f"{model.facts['name']} {model.facts['version']}: {engine.runtime.name} {engine.runtime.version}")
    threshold = model.threshold if options.threshold is None else options.threshold
    saved = SavedFrames()
    unreadable = 0
    try:
        for frame, fed in with_numbers(open_frames(options, model.contract.bands), beside):
            if frame.rgb is None:
                unreadable += 1
                say(f"{frame.name}: {frame.why}")
            else:
                rgb = np.rot90(frame.rgb, -options.rotate // 90) if options.rotate else frame.rgb
                output, times = answer(rgb, model, engine, fed)
                if model.heads:
                    print(values_line(frame.name, named_values(output, model), times, options), flush=True)
                else:
                    decision = decide(output, model, threshold)
                    started = start_actions(actions, decision, frame, rgb, options.hold, saved)
                    row = {"outputs": output.tolist(), **times}
                    print(as_line(frame.name, decision, started, row, options), flush=True)
            if options.once:
                break
    finally:
        for action in actions:
            action.finish()
    return UNREADABLE if unreadable else OK


def check_options(options: argparse.Namespace, actions: Sequence[Action], model: Model) -> None:
    """Raise Problem for a combination that means nothing."""
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        raise Problem("--threshold must be 0 to 1")
    if options.hold < 1 or options.threads < 1 or (options.interval or 0) < 0:
        raise Problem("--hold and --threads must be 1 or more, --interval 0 or more")
    if actions and not model.labels:
        raise Problem("--on needs answers, and this model gives values: read them from --json")
    for action in actions:
        if action.answer not in (*model.labels, "review"):
            raise Problem(f"--on {action.answer}: the answers are {', '.join(model.labels)}, review")
    if model.contract.bands and options.camera is not None:
        raise Problem("a camera gives pictures, this model takes arrays: feed .npy files, or --stdin WIDTHxHEIGHT:bands")
    sources = (options.images, options.camera is not None, options.watch, options.stdin)
    if sum(map(bool, sources)) != 1:
        raise Problem("name images or folders, or one of --camera, --watch FOLDER, --stdin 640x480:rgb24")


def open_frames(options: argparse.Namespace, bands: int) -> Iterator[Frame]:
    """The chosen source; `bands` as in the contract."""
    if options.camera is not None:
        return frames_from_camera(options.camera, options.camera_size, options.interval or 0.0)
    if options.watch:
        return frames_from_watch(Path(options.watch), options.interval or 0.1, bands)
    if options.stdin:
        return frames_from_stdin(options.stdin, bands)
    return frames_from_paths(options.images, bands)


def with_numbers(frames: Iterator[Frame], beside: Beside) -> Iterator[tuple[Frame, tuple[Pixels, ...]]]:
    """Each image with the bytes of the inputs beside it; one whose numbers are missing cannot be read."""
    for frame in frames:
        try:
            yield frame, beside.of(frame)
        except ValueError as problem:
            yield frame if frame.rgb is None else Frame(frame.name, None, str(problem)), ()


def answer(
    rgb: Pixels, model: Model, engine: Engine, beside: Sequence[Pixels] = ()
) -> tuple[Pixels, dict[str, float]]:
    """Prepare, run: the output bytes, and the times in milliseconds. `beside`: the bytes of every input but the image."""
    begin = time.perf_counter()
    pixels = prepare(rgb, model.contract)
    middle = time.perf_counter()
    output = engine.run(pixels, beside)
    end = time.perf_counter()
    return output, {
        "prepare_ms": round((middle - begin) * 1e3, 3),
        "model_ms": round((end - middle) * 1e3, 3),
    }


SHOWN = 8
"""Values of a head that a plain line shows."""


def values_line(name: str, heads: dict[str, Any], times: dict[str, float], options: argparse.Namespace) -> str:
    """One line of output of a model without labels, plain or JSON."""
    if options.json:
        return json.dumps({"image": name, "heads": heads, **(times if options.time else {})})
    line = name
    for head, values in heads.items():
        flat = np.ravel(values)
        line += f"\t{head}\t{' '.join(f'{value:.6g}' for value in flat[:SHOWN])}{' ...' if len(flat) > SHOWN else ''}"
    return line + as_times(times, options)


def as_times(row: dict[str, Any], options: argparse.Namespace) -> str:
    """The end of a plain line with --time."""
    return f"\tprepare {row['prepare_ms']:.1f} ms\tmodel {row['model_ms']:.1f} ms" if options.time else ""


def start_actions(
    actions: Sequence[Action], decision: Decision, frame: Frame, rgb: Pixels, hold: int, saved: SavedFrames
) -> list[str]:
    """Start what this answer asks for; returns the names of the commands that started."""
    started = []
    for action in actions:
        if not action.wants(decision.answer, hold, each=frame.path is not None):
            continue
        image = str(frame.path.resolve()) if frame.path else ""
        if not image and any("{image}" in part for part in action.command):
            image = saved.save(rgb)
        if action.start(decision, image, wait=frame.path is not None):
            started.append(os.path.basename(action.command[0]))
    return started


def as_line(
    name: str, decision: Decision, started: Sequence[str], row: dict[str, Any], options: argparse.Namespace
) -> str:
    """One line of output, plain or JSON."""
    done = ",".join(started) or "-"
    if options.json:
        facts = {
            "image": name,
            "decision": decision.answer,
            "label": decision.label,
            "confidence": round(decision.confidence, 6),
            "action": done,
        }
        return json.dumps({**facts, **(row if options.time else {"outputs": row["outputs"]})})
    best = f" ({decision.label})" if decision.answer == "review" else ""
    return f"{name}\t{decision.answer}{best}\t{decision.confidence:.4f}\t{done}" + as_times(row, options)
