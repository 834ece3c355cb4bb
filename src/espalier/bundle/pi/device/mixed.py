"""The command line of a model with several outputs of which one paints a map or a picture, or is a vector that is compared with
enrolled ones."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import answers
from .actions import Action, SavedFrames
from .commands import answer, check_options, open_frames, run_program, with_numbers
from .contract import prepare
from .decisions import AsTheyAre, EachOutput, Known, Said, enroll
from .draw import save
from .model import Engine, Model, Pixels, Place, load_model
from .numbers import Beside
from .painted import areas, as_rgb, class_map, overlay, picture
from .problem import OK, UNREADABLE, Problem, say

ALERT, QUIET = "alert", "quiet"


class Painted(AsTheyAre):
    """An output that is a map or a picture."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        super().__init__(model, options)
        self._map: dict[str, Any] | None = model.facts.get("map")
        self._picture: dict[str, Any] = model.facts.get("picture", {})
        self.answers = (ALERT, QUIET) if self._map and self._map["alert"] >= 0 else ()

    def decide(self, output: Pixels) -> Said:
        """The share of each class, and whether that is an alert; of a picture its size."""
        if self._map is None:
            size = [int(side) for side in picture(output, self._picture).shape]
            return Said({}, [" x ".join(map(str, size))], {"size": size})
        found = class_map(output, self._map)
        counted = areas(found, self._map)
        shares = {name: count / found.size for name, count in zip(self._map["names"], counted, strict=True)}
        facts: dict[str, Any] = {"shares": {name: round(share, 6) for name, share in shares.items()}}
        words = [" ".join(f"{name} {share:.1%}" for name, share in shares.items())]
        if not self.answers:
            return Said({}, words, facts)
        count = counted[self._map["alert"]]
        said, share = ALERT if count >= self._map["alert_pixels"] else QUIET, count / found.size
        return Said({said: share}, [said, *words], {"decision": said, "share": share, **facts})

    def shown(self, output: Pixels, pixels: Pixels, color: str) -> Pixels:
        """What is painted, to look at: classes over the prepared image, or the picture."""
        if self._map is None:
            return as_rgb(picture(output, self._picture), color)
        return overlay(class_map(output, self._map), pixels, color)


class EachAnswer(EachOutput):
    """Of task several: every output by itself, of each kind."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        super().__init__(model, options)
        for place, facts in enumerate(model.facts["decision"]["heads"]):
            if "map" in facts or "picture" in facts:
                name, count, _ = self._parts[place]
                self._parts[place] = name, count, Painted(model._replace(facts=facts), options)
        self.answers = tuple(f"{name}={one}" for name, _, part in self._parts for one in part.answers)

    def cut(self, output: Pixels) -> list[tuple[str, Any, Pixels]]:
        """Each output's name, what reads it, and its bytes."""
        ends = np.cumsum([count for _, count, _ in self._parts])
        return [(name, part, output[end - count : end]) for (name, count, part), end in zip(self._parts, ends, strict=True)]


def main(arguments: Sequence[str], place: Place) -> int:
    """Run one command; returns the exit code."""
    return run_program(arguments, place, parser, run)


def parser(place: Place) -> argparse.ArgumentParser:
    """The options of a program with several answers, and where what is painted is written."""
    found = answers.parser(place)
    found.add_argument("--draw", type=Path, metavar="FOLDER", help="write there what an output paints")
    return found


def run(options: argparse.Namespace, actions: Sequence[Action]) -> int:
    """`enroll`, or answer each image of the chosen source; returns UNREADABLE when one could not be read."""
    model = load_model(options.model)
    if options.images[:1] == ["enroll"]:
        return enroll_images(options, model)
    decide = EachAnswer(model, options)
    for action in actions:
        if action.answer not in decide.answers:
            raise Problem(f"--on {action.answer}: the answers are {', '.join(decide.answers) or 'none'}")
    check_options(options, (), model)
    check_folder(options, decide)
    beside = Beside(options, model)
    engine = Engine(model, options.threads)
    say(f"{model.facts['name']} {model.facts['version']}: {engine.runtime.name} {engine.runtime.version}")
    saved, unreadable, number = SavedFrames(), 0, 0
    try:
        for frame, fed in with_numbers(open_frames(options, model.contract.bands), beside):
            if frame.rgb is None:
                unreadable += 1
                say(f"{frame.name}: {frame.why}")
            else:
                rgb, number = np.rot90(frame.rgb, -options.rotate // 90) if options.rotate else frame.rgb, number + 1
                output, times = answer(rgb, model, engine, fed)
                said = decide.decide(output)
                if options.draw is not None:
                    pixels = prepare(rgb, model.contract)
                    for name, path in drawn(decide, output, pixels, model, options.draw, number, frame.name):
                        said.facts["heads"][name]["drawn"] = path
                        said.words.append(path)
                started = answers.start(actions, said, frame, rgb, options.hold, saved)
                print(answers.line(frame.name, said, started, times, options), flush=True)
            if options.once:
                break
    finally:
        for action in actions:
            action.finish()
    return UNREADABLE if unreadable else OK


def check_folder(options: argparse.Namespace, decide: EachAnswer) -> None:
    """Raise Problem for pictures that no output paints, or that have no place."""
    if options.draw is None:
        return
    if not any(isinstance(part, Painted) for _, part, _ in decide.cut(np.zeros(0, np.uint8))):
        raise Problem("--draw: no output of this model paints; next: leave it out")
    if not options.draw.is_dir():
        raise Problem(f"--draw {options.draw}: there is no such folder")


def drawn(
    decide: EachAnswer, output: Pixels, pixels: Pixels, model: Model, folder: Path, number: int, name: str
) -> list[tuple[str, str]]:
    """Write what each output paints; the outputs' names and the files."""
    found = [(head, part.shown(own, pixels, model.contract.color)) for head, part, own in decide.cut(output) if _paints(part)]
    return [(head, str(save(folder, number, name, shown))) for head, shown in found]


def _paints(part: object) -> bool:
    return isinstance(part, Painted)


def enroll_images(options: argparse.Namespace, model: Model) -> int:
    """`enroll NAME IMAGE ...`: of every image the output that is a vector becomes a reference of the name."""
    if len(options.images) < 3:
        raise Problem("enroll NAME IMAGE ...: a name, and at least one image file or folder")
    name, options.images = options.images[1], options.images[2:]
    check_options(options, (), model)
    decide, engine, unreadable = EachAnswer(model, options), Engine(model, options.threads), 0
    vectors: list[list[int]] = []
    for frame in open_frames(options, model.contract.bands):
        if frame.rgb is None:
            unreadable += 1
            say(f"{frame.name}: {frame.why}")
            continue
        rgb = np.rot90(frame.rgb, -options.rotate // 90) if options.rotate else frame.rgb
        parts = decide.cut(answer(rgb, model, engine)[0])
        vectors += [part.unit(own) for _, part, own in parts if isinstance(part, Known)]
    if not any(isinstance(part, Known) for _, part, _ in decide.cut(np.zeros(0, np.uint8))):
        raise Problem("this model gives no vectors that could be enrolled")
    if vectors:
        count = enroll(options.references, name, vectors)
        print(f"{name}\t{len(vectors)} enrolled\t{count} in all\t{options.references}")
    return UNREADABLE if unreadable or not vectors else OK
