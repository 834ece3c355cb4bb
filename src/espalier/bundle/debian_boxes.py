"""What the Debian package of a detector has beside that of a classifier."""

from __future__ import annotations

import hashlib
from typing import Final

from ..facts import BundleSource
from . import debian_answers, golden
from .debian_answers import decided
from .pi_consumers import package_name
from .pi_modules import modules

MODULES: Final = frozenset(
    {"box_commands.py", "box_selftest.py", "boxes.py", "detect.py", "draw.py", "frame.py", "sights.py"}
)
"""Of the folder `device`, what only a detector's program needs."""
PAINT_MODULES: Final = frozenset({"draw.py", "paint_commands.py", "painted.py", "sights.py"})
"""What a program needs that paints maps or pictures."""
MIXED_MODULES: Final = frozenset({"draw.py", "mixed.py", "painted.py", "sights.py"})
"""What a program needs of whose outputs one paints or is a vector."""
MIXED_LAUNCHER: Final = (("Starts the classifier", "Starts the program"), ("device.commands", "device.mixed"))
PAINT_LAUNCHER: Final = (("Starts the classifier", "Starts the painter"), ("device.commands", "device.paint_commands"))
LAUNCHER: Final = (("Starts the classifier", "Starts the detector"), ("device.commands", "device.box_commands"))
"""What classify.py says -> what the detector's program says."""
DETECTS: Final = {
    "DOES": "find objects in images",
    "SEES": "find objects in what the camera sees",
    "LONG": "Finds objects in image files, new files of a folder, raw frames or the pictures of a Raspberry Pi camera, prints\n"
    "one line per image, draws boxes, and starts a command when an object appears, enters a zone, crosses a line or is missing.",
}
"""Words of the templates."""


def device_modules(source: BundleSource) -> dict[str, bytes]:
    """File name -> bytes of the folder `device`."""
    own = MODULES if source.detector else PAINT_MODULES if source.paints else frozenset()
    own |= debian_answers.MODULES if decided(source) else frozenset()
    own |= MIXED_MODULES if source.mixes else frozenset()
    left_out = (MODULES | PAINT_MODULES | debian_answers.MODULES | MIXED_MODULES) - own
    return {name: data for name, data in modules(source.contract).items() if name not in left_out}


def launcher_words(source: BundleSource) -> tuple[tuple[str, str], ...]:
    """What classify.py says, and what the program of this model says instead."""
    if source.detector or source.paints:
        return LAUNCHER if source.detector else PAINT_LAUNCHER
    if source.mixes:
        return MIXED_LAUNCHER
    return debian_answers.LAUNCHER if decided(source) else ()


def detector_facts(source: BundleSource) -> dict[str, object]:
    """What model.json says of it."""
    if source.detector is None:
        return {}
    digest = hashlib.sha256(golden.detector_bytes(source.detector)).hexdigest()
    return {"detector": {"file": f"{golden.FOLDER}/{golden.DETECTOR}", "sha256": digest}}


def detector_description(source: BundleSource) -> str:
    """The long description of the package."""
    height, width = source.contract.size
    return (
        f" An int8 model that finds objects of {len(source.labels)} kinds in pictures of {height} by {width} pixels,\n"
        " with a program that prints and draws their boxes in images, folders and\n"
        " camera frames, watches zones and lines, and starts commands.\n"
    )


_ACTIONS: Final = """\
@ frames/ --draw drawn                          # every frame with its boxes
@ {source} --hold 3 --on '{example}' --exec /usr/local/bin/act {{label}} {{confidence}} {{box}}
@ {source} --zone door=10%,20%:60%,90% --on '{example}@door' --exec /usr/local/bin/act {{count}}
@ {source} --line gate=0%,50%:100%,50% --on '{example}@gate+' --exec /usr/local/bin/count-in
@ {source} --none 60 --on none --exec /usr/local/bin/all-gone
```

A zone is a rectangle (two corners) or a polygon, in pixels or per cent of the frame; a line is crossed from its left to its
right (`+`) or back (`-`); `--foot` takes the middle of an object's lower edge for its place instead of its middle. `--fps 10`
makes a folder of frames a stream. One line per image: image, objects counted, what happens in zones and at lines, action, boxes
(label, confidence, left, top, right, bottom in pixels of the frame), separated by tabs; `--json` gives one object per line."""


def answer_words(source: BundleSource, stream: str, example: str) -> dict[str, str]:
    """What the README says about what the program prints and starts. `stream`: options of an endless source."""
    detector = source.detector
    assert detector is not None
    actions = _ACTIONS.replace("@ ", f"{package_name(source)} ").format(
        source=stream, example="any" if example == "review" else example
    )
    return {
        "ACTIONS": actions,
        "ANSWER": f"Objects below a confidence of {detector.threshold / (1 << 31):g} are not found; `--threshold` raises that.",
        "STARTED": "Commands are started without a shell. ",
        "SERVED": " --on any --exec /usr/local/bin/act {label} {box}",
        "EQUAL": ", known outputs must be\ndecoded to exactly the known boxes",
    }
