"""The command line of a model whose answer is none of a classifier's: the same sources, options and actions."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .actions import Action, SavedFrames
from .commands import answer, as_times, check_options, make_parser, open_frames, run_program, with_numbers
from .decisions import DECISIONS, Known, Said, enroll
from .images import Frame
from .model import Decision, Engine, Pixels, Place, load_model
from .numbers import Beside
from .problem import OK, UNREADABLE, Problem, say


def main(arguments: Sequence[str], place: Place) -> int:
    """Run one command; returns the exit code."""
    return run_program(arguments, place, parser, run)


def parser(place: Place) -> argparse.ArgumentParser:
    """The options of a classifier's program, and where enrolled vectors lie."""
    found = make_parser(place)
    found.description = "Answer images with the model of this package."
    default = Path("/var/lib") / place.package / "references.json"
    found.add_argument(
        "--references", type=Path, default=default, metavar="FILE", help=f"enrolled vectors of a model that embeds ({default})"
    )
    return found


def enroll_images(options: argparse.Namespace) -> int:
    """`enroll NAME IMAGE ...`: every image's vector becomes a reference of the name."""
    model = load_model(options.model)
    if model.facts["decision"]["source"] != "embed":
        raise Problem("this model gives no vectors that could be enrolled")
    if len(options.images) < 3:
        raise Problem("enroll NAME IMAGE ...: a name, and at least one image file or folder")
    name, options.images = options.images[1], options.images[2:]
    check_options(options, (), model)
    engine, known, unreadable = Engine(model, options.threads), Known(model, options), 0
    vectors = []
    for frame in open_frames(options, model.contract.bands):
        if frame.rgb is None:
            unreadable += 1
            say(f"{frame.name}: {frame.why}")
            continue
        rgb = np.rot90(frame.rgb, -options.rotate // 90) if options.rotate else frame.rgb
        vectors.append(known.unit(answer(rgb, model, engine)[0]))
    if vectors:
        count = enroll(options.references, name, vectors)
        print(f"{name}\t{len(vectors)} enrolled\t{count} in all\t{options.references}")
    return UNREADABLE if unreadable or not vectors else OK


def run(options: argparse.Namespace, actions: Sequence[Action]) -> int:
    """`enroll`, or answer each image of the chosen source; returns UNREADABLE when one could not be read."""
    if options.images[:1] == ["enroll"]:
        return enroll_images(options)
    model = load_model(options.model)
    decide = DECISIONS[model.facts["decision"]["source"]](model, options)
    for action in actions:
        if action.answer not in decide.answers:
            raise Problem(f"--on {action.answer}: the answers are {', '.join(decide.answers)}")
    check_options(options, (), model)
    beside = Beside(options, model)
    engine = Engine(model, options.threads)
    say(f"{model.facts['name']} {model.facts['version']}: {engine.runtime.name} {engine.runtime.version}")
    saved, unreadable = SavedFrames(), 0
    try:
        for frame, fed in with_numbers(open_frames(options, model.contract.bands), beside):
            if frame.rgb is None:
                unreadable += 1
                say(f"{frame.name}: {frame.why}")
            else:
                rgb = np.rot90(frame.rgb, -options.rotate // 90) if options.rotate else frame.rgb
                output, times = answer(rgb, model, engine, fed)
                said = decide.decide(output)
                started = start(actions, said, frame, rgb, options.hold, saved)
                print(line(frame.name, said, started, times, options), flush=True)
            if options.once:
                break
    finally:
        for action in actions:
            action.finish()
    return UNREADABLE if unreadable else OK


def start(
    actions: Sequence[Action], said: Said, frame: Frame, rgb: Pixels, hold: int, saved: SavedFrames
) -> list[str]:
    """Start what these answers ask for; returns the names of the commands that started."""
    started = []
    for action in actions:
        own = action.answer if action.answer in said.answers else ""
        if not action.wants(own, hold, each=frame.path is not None):
            continue
        image = str(frame.path.resolve()) if frame.path else ""
        if not image and any("{image}" in part for part in action.command):
            image = saved.save(rgb)
        decision = Decision(own, own, said.answers[own])
        if action.start(decision, image, wait=frame.path is not None):
            started.append(os.path.basename(action.command[0]))
    return started


def line(
    name: str, said: Said, started: Sequence[str], times: dict[str, float], options: argparse.Namespace
) -> str:
    """One line of output, plain or JSON."""
    done = ",".join(started) or "-"
    if options.json:
        row: dict[str, Any] = {"image": name, **said.facts, "action": done, **(times if options.time else {})}
        return json.dumps(row)
    return "\t".join([name, *said.words, done]) + as_times(times, options)
