"""The command line of a detector: one line per image, or one of the commands doctor, selftest, install-runtime."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import draw
from .actions import Action, SavedFrames, fill
from .box_selftest import selftest
from .boxes import Finder
from .commands import answer, as_times, make_parser, open_frames, run_program
from .images import Frame
from .install import doctor, install_runtime
from .model import Decision, Engine, Model, Pixels, Place, load_model
from .problem import OK, UNREADABLE, Problem, say
from .sights import Happening, Seen, Watch, read_place

COMMANDS = {"doctor": doctor, "selftest": selftest, "install-runtime": install_runtime}

HELP = """commands:
  doctor             what this computer has, and which runtime is used
  selftest           golden vectors, preprocessing and known boxes, compared with the build machine
  install-runtime    the pinned runtime, into this program's own virtual environment

zones and lines, in pixels of the frame or in per cent of it:
  --zone door=10%,20%:60%,90%            a rectangle; with three points or more a polygon
  --line gate=0%,50%:100%,50%            from its first point to its second

actions (any number):
  --on WHAT --exec COMMAND [ARGUMENT ...] [--]
                     start COMMAND without a shell; {label}, {confidence}, {image}, {count} (objects in sight) and
                     {box} (left,top,right,bottom) are replaced. For a stream it starts when WHAT begins, for files
                     with every image (unless --fps says that they are a stream), for a line at every crossing.
                     The command ends at `--`, at the next --on, or at the end.
  WHAT is            LABEL, or any      such an object is in sight
                     LABEL@ZONE         ... in the zone
                     LABEL@LINE         ... crosses the line; LABEL@LINE+ from its left to its right, LABEL@LINE- back
                     none, none:LABEL   no such object for --none SECONDS; none@ZONE, none:LABEL@ZONE in the zone

output, separated by tabs:
  image, objects counted (or -), what happens in zones and at lines (or -), action started (or -), the boxes:
  label, confidence, left, top, right, bottom, one after the other.

exit codes:
  0 all well   2 wrong use   3 an image could not be read   6 the self-test or the model file differs
  7 the runtime or the camera is missing   130 interrupted"""


def main(arguments: Sequence[str], place: Place) -> int:
    """Run one command; returns the exit code."""
    return run_program(arguments, place, box_parser, lambda options, actions: Program(options, actions).run(), COMMANDS)


def box_parser(place: Place) -> argparse.ArgumentParser:
    """The options of every program, and those of a detector."""
    parser = argparse.ArgumentParser(
        prog=place.package,
        description="Find objects in images with the model of this package.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=HELP,
        parents=[make_parser(place)],
        conflict_handler="resolve",
    )
    add = parser.add_argument
    add("--threshold", type=float, help="confidence that an object needs (the recipe's; not less)")
    add("--watch", metavar="FOLDER", help="look at new files of a folder")
    add("--zone", action="append", default=[], metavar="NAME=X,Y:X,Y[:X,Y...]", help="a rectangle or polygon to watch")
    add("--line", action="append", default=[], metavar="NAME=X,Y:X,Y", help="a line whose crossings count")
    add("--none", type=float, metavar="SECONDS", help="after so long without an object it is `none`")
    add("--foot", action="store_true", help="an object is where the middle of its lower edge is (where its middle is)")
    add("--fps", type=float, metavar="N", help="files and raw frames are a stream of N frames a second")
    add("--draw", metavar="FOLDER", help="write every image there with its boxes, zones and lines")
    return parser


class BoxAction(Action):
    """An action that also knows the box and how many there are."""

    def __init__(self, plain: Action) -> None:
        super().__init__(plain.answer, plain.command)

    def begins(self, found: Happening | None, hold: int, each: bool) -> bool:
        """Whether this frame starts the command; what is over at once needs no holding."""
        if found is not None and found.passing:
            return True
        return self.wants(self.answer if found else "", hold, each)

    def run(self, found: Happening, objects: Sequence[Seen], image: str, wait: bool) -> bool:
        """Start the command for what happens."""
        box = ",".join(map(str, found.seen.box)) if found.seen else ""
        words = {"{count}": str(len(objects)), "{box}": box}
        plain = self.command
        self.command = [fill(part, words) for part in plain]
        label, score = (found.seen.label, found.seen.score) if found.seen else ("", 0.0)
        try:
            return self.start(Decision(self.answer, label, score), image, wait)
        finally:
            self.command = plain


class Program:
    """Answers each image of the chosen source."""

    def __init__(self, options: argparse.Namespace, actions: Sequence[Action]) -> None:
        self.options = options
        self.model = load_model(options.model)
        self.finder = Finder(self.model, options.model)
        places = [*(read_place(text, False) for text in options.zone), *(read_place(text, True) for text in options.line)]
        self.places = places
        self.watch = Watch(self.model.labels, places, options.none, options.foot)
        self.actions = [BoxAction(action) for action in actions]
        check(options, self.actions, self.model, self.finder, self.watch)
        self.threshold = self.finder.threshold if options.threshold is None else options.threshold
        self.saved = SavedFrames()

    def run(self) -> int:
        """Every image; returns UNREADABLE when one could not be read."""
        engine = Engine(self.model, self.options.threads)
        facts = self.model.facts
        say(f"{facts['name']} {facts['version']}: {engine.runtime.name} {engine.runtime.version}")
        if self.options.draw:
            Path(self.options.draw).mkdir(parents=True, exist_ok=True)
        unreadable, number = 0, 0
        try:
            for frame in open_frames(self.options, self.model.contract.bands):
                number += 1
                if frame.rgb is None:
                    unreadable += 1
                    say(f"{frame.name}: {frame.why}")
                else:
                    print(self.answered(frame, frame.rgb, engine, number), flush=True)
                if self.options.once:
                    break
        finally:
            for action in self.actions:
                action.finish()
        return UNREADABLE if unreadable else OK

    def answered(self, frame: Frame, given: Pixels, engine: Engine, number: int) -> str:
        """One line of output; starts what is asked for and draws."""
        rgb = np.ascontiguousarray(np.rot90(given, -self.options.rotate // 90)) if self.options.rotate else given
        rows, columns = rgb.shape[:2]
        output, times = answer(rgb, self.model, engine)
        objects = self.finder.objects(output, columns, rows, self.threshold)
        now = number / self.options.fps if self.options.fps else time.monotonic()
        happenings = self.watch.look(objects, columns, rows, now)
        started = self.started(happenings, objects, frame, rgb)
        if self.options.draw:
            drawn = draw.picture(rgb, objects, self.model.labels, self.places)
            draw.save(Path(self.options.draw), number, frame.name, drawn)
        zones = self.watch.zones(objects, columns, rows)
        return as_line(frame.name, objects, happenings, zones, started, times, self.options)

    def started(self, happenings: Sequence[Happening], objects: Sequence[Seen], frame: Frame, rgb: Pixels) -> list[str]:
        """Start what these happenings ask for; the names of the commands."""
        named = {happening.answer: happening for happening in happenings}
        stream = frame.path is None or bool(self.options.fps)
        begun = []
        for action in self.actions:
            found = named.get(action.answer)
            if not action.begins(found, self.options.hold, each=not stream) or found is None:
                continue
            image = str(frame.path.resolve()) if frame.path else ""
            if not image and any("{image}" in part for part in action.command):
                image = self.saved.save(rgb)
            if action.run(found, objects, image, wait=frame.path is not None):
                begun.append(os.path.basename(action.command[0]))
        return begun


def check(
    options: argparse.Namespace, actions: Sequence[Action], model: Model, finder: Finder, watch: Watch
) -> None:
    """Raise Problem for a combination that means nothing."""
    if options.threshold is not None and not finder.threshold <= options.threshold <= 1:
        raise Problem(f"--threshold must be {finder.threshold:.4g} (the model's own, below it nothing is found) to 1")
    if options.hold < 1 or options.threads < 1 or (options.interval or 0) < 0:
        raise Problem("--hold and --threads must be 1 or more, --interval 0 or more")
    if options.none is not None and options.none <= 0:
        raise Problem("--none must be more than 0 seconds")
    if options.fps is not None and options.fps <= 0:
        raise Problem("--fps must be more than 0")
    names = [place.name for place in watch.places]
    for name in names:
        if names.count(name) > 1:
            raise Problem(f"two zones or lines are called {name}")
    known = watch.answers()
    for action in actions:
        if action.answer in known:
            continue
        if action.answer.split(":")[0].split("@")[0] == "none" and options.none is None:
            raise Problem(f"--on {action.answer} needs --none SECONDS")
        raise Problem(f"--on {action.answer}: this model and these zones and lines know {', '.join(known)}")
    if options.draw and model.contract.bands:
        raise Problem("--draw draws pictures, this model takes arrays")
    if model.contract.bands and options.camera is not None:
        raise Problem("a camera gives pictures, this model takes arrays: feed .npy files, or --stdin WIDTHxHEIGHT:bands")
    sources = (options.images, options.camera is not None, options.watch, options.stdin)
    if sum(map(bool, sources)) != 1:
        raise Problem("name images or folders, or one of --camera, --watch FOLDER, --stdin 640x480:rgb24")


def counts_of(objects: Sequence[Seen]) -> dict[str, int]:
    """How many of each label, the best first."""
    counts: dict[str, int] = {}
    for seen in objects:
        counts[seen.label] = counts.get(seen.label, 0) + 1
    return counts


def as_line(
    name: str,
    objects: Sequence[Seen],
    happenings: Sequence[Happening],
    zones: dict[str, dict[str, int]],
    started: Sequence[str],
    times: dict[str, float],
    options: argparse.Namespace,
) -> str:
    """One line of output, plain or JSON."""
    done, counts = ",".join(started) or "-", counts_of(objects)
    special = [happening.answer for happening in happenings if happening.seen is None or "@" in happening.answer]
    if options.json:
        row: dict[str, Any] = {
            "image": name,
            "boxes": [{"label": o.label, "confidence": round(o.score, 6), "box": list(o.box)} for o in objects],
            "counts": counts,
            "zones": zones,
            "happenings": special,
            "action": done,
        }
        return json.dumps({**row, **(times if options.time else {})})
    counted = ", ".join(f"{label} {count}" for label, count in counts.items()) or "-"
    boxes = "; ".join(f"{o.label} {o.score:.4f} {' '.join(map(str, o.box))}" for o in objects) or "-"
    return f"{name}\t{counted}\t{' '.join(special) or '-'}\t{done}\t{boxes}" + as_times(times, options)
