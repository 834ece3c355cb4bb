"""What the camera bundle's package says and holds for the way in which its model answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..facts import BundleSource
from .answers import answer_of

PI: Final = Path(__file__).parent / "pi"
DECIDING: Final = ("answers.py", "decisions.py")
"""Modules of the device for answers that are no classifier's."""


def package_name(source: BundleSource) -> str:
    """The Debian package, its folders, its command and its unit all have this name."""
    return f"{source.recipe.name}-model"


def names(source: BundleSource) -> tuple[str, ...]:
    """The labels of which an answer is one; none where it is something else."""
    answer = answer_of(source)
    return source.labels if answer is None or answer.like_a_classifier else ()


def decided(source: BundleSource) -> dict[str, object]:
    """What device/decisions.py decides with, where the answer is not a classifier's."""
    made = source.decision
    if made is None or made.source == "classify":
        return {}
    tables = {name: list(values) for name, values in made.tables.items()}
    return {"decision": {"source": made.source, **made.numbers, **tables, "labels": list(made.labels)}}


def launcher(source: BundleSource) -> bytes:
    """The program's start: the command line of a classifier, or that of other decisions."""
    text = (PI / "classify.py").read_bytes()
    return text.replace(b'"device.commands"', b'"device.answers"') if decided(source) else text


_ACTIONS: Final = """\
@ {source} --hold 3 --on '{example}' --exec /usr/local/bin/act {{label}} {{confidence}}
@ photos/ --on review --exec cp {{image}} /srv/to-check
```

One line per image: image, decision, confidence, action, separated by tabs; `--json` gives one object per line. Below"""


def answer_words(source: BundleSource) -> dict[str, str]:
    """What the README says about what the program prints and starts."""
    if not source.labels:
        return {
            "ACTIONS": "```\n\nOne line per image: image, then each output's name and values, separated by tabs; `--json` gives "
            "one object\nper line, with every value.",
            "ANSWER": f"Outputs: {source.heads_text}.",
            "STARTED": "",
            "SERVED": "",
            "EQUAL": "",
        }
    example = _plain_label(source.labels)
    if not names(source):
        return {
            "ACTIONS": f"{package_name(source)} --camera --hold 3 --on '{example}' --exec /usr/local/bin/act {{label}} "
            "{confidence}\n```\n\nOne line per image: image, the labels it has (joined by +, or none), their confidences, "
            "action, separated by tabs;\n`--json` gives one object per line. `--on` starts when the label is among them.",
            "ANSWER": "`--threshold` sets one threshold for all labels in the place of the build's.",
            "STARTED": "Commands are started without a shell. ",
            "SERVED": f" --on '{example}' --exec /usr/local/bin/act {{label}}",
            "EQUAL": "",
        }
    words = _ACTIONS.replace("@", package_name(source))
    return {
        "ACTIONS": words.format(source=source_words(source)["SOURCE"], example=example),
        "ANSWER": f"a confidence of {source.recipe.decision.threshold:g} (`--threshold`) the decision is `review`.",
        "STARTED": "Commands are started without a shell. ",
        "SERVED": f" --on '{example}' --exec /usr/local/bin/act {{label}}",
        "EQUAL": ", labels must be\nequal",
    }


_PICTURES: Final = """\
@ part.jpg more-parts/                          # files and folders
@ --camera --time                               # the camera, with milliseconds per frame
@ --watch /srv/incoming                         # new files of a folder
ffmpeg -v error -f v4l2 -i /dev/video0 -s 640x480 -pix_fmt rgb24 -f rawvideo - | @ --stdin 640x480:rgb24"""
_ARRAYS: Final = """\
@ part.npy more-parts/                          # files and folders of arrays: uint8 [height, width, {bands}]
@ --watch /srv/incoming                         # new files of a folder
capture | @ --stdin 640x480:bands               # raw frames, {bands} bytes a pixel, row by row"""


def source_words(source: BundleSource) -> dict[str, str]:
    """What the README says about where images come from: no picture and no camera has the bands of an array."""
    package = package_name(source)
    if source.contract.color == "bands":
        return {
            "SOURCES": _ARRAYS.replace("@", package).format(bands=source.contract.bands),
            "SOURCE": "--watch /srv/incoming",
            "ROTATE": "This model takes arrays,\nnot pictures: PNG, JPEG and the camera have no such channels.",
            "SERVICE": "its options name the source",
            "OPTION": "--watch /srv/incoming ",
        }
    return {
        "SOURCES": _PICTURES.replace("@", package),
        "SOURCE": "--camera",
        "ROTATE": "A camera that hangs upside down: `--rotate 180`.",
        "SERVICE": "camera 0, one frame a second",
        "OPTION": "",
    }


def _plain_label(labels: tuple[str, ...]) -> str:
    """The last label that means itself in every shell, for commands that are pasted; else the answer that is no label."""
    return next((label for label in reversed(labels) if re.fullmatch(r"\w[\w .-]*", label, re.ASCII)), "review")
