"""The Debian package of the camera bundle: what it installs, its control files, its documentation."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..errors import BugError
from ..facts import Artifact, BundleSource
from .archive import Entry, deb_bytes, gzip_bytes
from .debian_answers import alert_words, head_words, label_words, names, vector_words
from .debian_boxes import (
    DETECTS,
    answer_words,
    detector_description,
    device_modules,
    launcher_words,
)
from .debian_numbers import number_words
from .model_json import model_json
from .pi_box_models import RPICAM_STAGE, frigate_words, rpicam_entries
from .pi_consumers import MODEL_FILE, frigate_reason, package_name, rpicam_reason, rpicam_stage
from .pi_modules import PI
from .pi_runtimes import RUNTIMES, requirements_text

CLASSIFIES: Final = {
    "DOES": "classify images",
    "SEES": "classify what the camera sees",
    "LONG": "Classifies image files, new files of a folder, raw frames or a Raspberry Pi camera, prints one line per image, and\n"
    "starts a command when an answer appears.",
}
"""Words of the templates, of all that are no detectors."""
MAINTAINER: Final = "Espalier model builder <models@espalier.invalid>"
PACKAGE_DATE: Final = "Tue, 01 Jan 1980 00:00:00 +0000"


DEBIAN_ARCHITECTURES: Final[Mapping[str, str]] = {"aarch64": "arm64", "armv7l": "armhf", "x86_64": "amd64"}


def deb_name(source: BundleSource) -> str:
    """File name of the package."""
    return f"{package_name(source)}_{source.recipe.version}_all.deb"


def labels_text(source: BundleSource) -> bytes:
    """labels.txt: one label per line in output order, one final line feed."""
    return "".join(f"{label}\n" for label in source.labels).encode()


def architecture(source: BundleSource) -> str:
    """Debian's name of the target's architecture."""
    return DEBIAN_ARCHITECTURES[source.target.architecture]


# ---- the Debian package ----


def debian_package(source: BundleSource, golden_files: tuple[Artifact, ...]) -> bytes:
    """The .deb; equal sources give equal bytes."""
    tree = installed_tree(source, golden_files)
    return package_of(source, tree, control_file(source, installed_kib(tree)))


def package_of(source: BundleSource, tree: list[Entry], control_fields: bytes) -> bytes:
    """A .deb that installs `tree`."""
    sums = "".join(
        f"{hashlib.md5(e.data).hexdigest()}  {e.path}\n" for e in sorted(tree, key=lambda e: e.path)
    )
    control = [
        Entry(path="control", data=control_fields),
        Entry(path="md5sums", data=sums.encode()),
        *(
            Entry(path=name, data=filled(f"{name}.txt", source), executable=True)
            for name in ("postinst", "prerm", "postrm")
        ),
    ]
    return deb_bytes(control, tree)


def installed_kib(tree: list[Entry]) -> int:
    """Whole pages of 4 KiB, as Installed-Size counts."""
    return sum((len(entry.data) + 4095) // 4096 * 4 for entry in tree)


def installed_tree(source: BundleSource, golden_files: tuple[Artifact, ...]) -> list[Entry]:
    """Every file that the package installs, by its path below /."""
    share = f"usr/share/{package_name(source)}"
    entries = [
        *model_entries(source, golden_files),
        *program_entries(source, launcher(source), device_modules(source)),
        *document_entries(source, readme(source), filled("manual.txt", source), filled("service.txt", source)),
    ]
    if source.finds_boxes and not rpicam_reason(source):
        entries += rpicam_entries(source, share)
    elif not rpicam_reason(source):
        entries.append(Entry(path=f"{share}/object_classify_tf.json", data=rpicam_stage(source)))
    return entries


def model_entries(source: BundleSource, golden_files: tuple[Artifact, ...]) -> list[Entry]:
    """The model's folder: the model, its labels, what the program knows of it, golden vectors, pinned runtimes."""
    share = f"usr/share/{package_name(source)}"
    return [
        Entry(path=f"{share}/{MODEL_FILE}", data=source.uint8_model),
        *([Entry(path=f"{share}/labels.txt", data=labels_text(source))] if source.labels else []),
        Entry(path=f"{share}/model.json", data=model_json(source)),
        *(Entry(path=f"{share}/{row.file}", data=requirements_text(row)) for row in RUNTIMES.values()),
        *(Entry(path=f"{share}/{artifact.path}", data=artifact.data) for artifact in golden_files),
    ]


def program_entries(source: BundleSource, started: bytes, modules: Mapping[str, bytes]) -> list[Entry]:
    """The program: what is started, its modules by their path in the folder `device`, the command."""
    package = package_name(source)
    return [
        Entry(path=f"usr/lib/{package}/{program_name(source)}", data=started, executable=True),
        *(Entry(path=f"usr/lib/{package}/device/{name}", data=data) for name, data in modules.items()),
        Entry(path=f"usr/bin/{package}", data=filled("command.txt", source), executable=True),
    ]


def document_entries(source: BundleSource, text: bytes, manual: bytes, unit: bytes) -> list[Entry]:
    """README (`text`), manual page and unit, and what Debian wants beside them."""
    package = package_name(source)
    documents = f"usr/share/doc/{package}"
    changelog = (
        f"{package} ({source.recipe.version}) unstable; urgency=medium\n\n"
        f"  * Model {source.recipe.name} {source.recipe.version}, made by Espalier.\n\n"
        f" -- {MAINTAINER}  {PACKAGE_DATE}\n"
    )
    # Short golden vectors look like text in an old encoding to lintian.
    overrides = f"{package}: national-encoding [usr/share/{package}/golden/*.bin]\n"
    return [
        Entry(path=f"usr/share/man/man1/{package}.1.gz", data=gzip_bytes(manual)),
        Entry(path=f"usr/lib/systemd/system/{package}.service", data=unit),
        Entry(path=f"{documents}/copyright", data=filled("copyright.txt", source)),
        Entry(path=f"usr/share/lintian/overrides/{package}", data=overrides.encode()),
        Entry(path=f"{documents}/changelog.gz", data=gzip_bytes(changelog.encode())),
        Entry(path=f"{documents}/README.md.gz", data=gzip_bytes(text)),
    ]


def control_file(source: BundleSource, size_kib: int) -> bytes:
    """DEBIAN/control of the camera package."""
    height, width = source.contract.size
    what = "object detector" if source.detector else "image classifier" if source.labels else "image network"
    text = (
        detector_description(source)
        if source.detector
        else f" An int8 model with {len(source.labels)} classes for {height} by {width} pixels, with a\n"
        " program that classifies images, folders and camera frames and starts\n"
        " commands on the answers.\n"
        if source.labels
        else f" An int8 model with {len(source.heads)} outputs for {height} by {width} pixels, with a\n"
        " program that runs it on images, folders and camera frames and prints the\n"
        " values.\n"
    )
    recommended = {"Recommends": "python3-venv, python3-picamera2"}
    return control_fields(source, size_kib, recommended, f"{what} {source.recipe.name}", text)


def control_fields(source: BundleSource, size_kib: int, extra: Mapping[str, str], title: str, text: str) -> bytes:
    """DEBIAN/control. The Python bounds are those for which the target's runtime has a wheel."""
    low, high = RUNTIMES[architecture(source)].python
    above = f"3.{int(high.split('.')[1]) + 1}"
    fields = {
        "Package": package_name(source),
        "Version": source.recipe.version,
        "Architecture": "all",
        "Maintainer": MAINTAINER,
        "Installed-Size": str(size_kib),
        "Depends": f"python3 (>= {low}), python3 (<< {above}), python3-numpy, python3-pil",
        **extra,
        "Section": "science",
        "Priority": "optional",
        "Description": f"{title} for {source.target.title.split(',')[0]}",
    }
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    runtime = " .\n The runtime is not a Debian package: after installing, run the command\n"
    return f"{lines}{text}{runtime} install-runtime of this program once.\n".encode()


def readme(source: BundleSource) -> bytes:
    """README.md of the bundle and of the package."""
    row = RUNTIMES[architecture(source)]
    package = package_name(source)
    rpicam, frigate = rpicam_reason(source), frigate_reason(source)
    kind = RPICAM_STAGE if source.finds_boxes else "object_classify_tf.json"
    stage = f"`rpicam-hello --post-process-file /usr/share/{package}/{kind}`"
    words = {
        "TITLE": source.target.title,
        "WHAT": source.what,
        **_answer_words(source),
        "HEIGHT": str(source.contract.size[0]),
        "WIDTH": str(source.contract.size[1]),
        "COLOR": source.contract.color,
        "RESIZE": source.contract.resize,
        "FIT": source.contract.fit + (f", {source.contract.retouches}" if source.contract.retouches else ""),
        "DEB": deb_name(source),
        "RUNTIME": row.runtime,
        "CHANNELS": str(source.contract.channels),
        **_source_words(source),
        "DOWNLOAD": f"pip download -d wheels --only-binary :all: {row.platform} \\\n"
        f"    --python-version {source.target.python[0]} -r {row.file}    # on the other computer",
        "RPICAM": f"no: {rpicam}." if rpicam else stage,
        "FRIGATE": f"no: {frigate}."
        if frigate
        else frigate_words(source)
        if source.finds_boxes
        else "copy `frigate/model_cache` into Frigate's configuration folder.",
    }
    return filled("readme.txt", source, words)


_ACTIONS: Final = """\
@ {source} --hold 3 --on '{example}' --exec /usr/local/bin/act {{label}} {{confidence}}
@ photos/ --on review --exec cp {{image}} /srv/to-check
```

One line per image: image, decision, confidence, action, separated by tabs; `--json` gives one object per line. Below"""


def _answer_words(source: BundleSource) -> dict[str, str]:
    """What the README says about what the program prints and starts."""
    if source.detector:
        return answer_words(source, _source_words(source)["SOURCE"], _plain_label(source.labels))
    if source.decision is not None and source.decision.source == "embed":
        return vector_words(source, _source_words(source)["SOURCE"])
    if source.decision is not None and source.decision.source == "anomaly":
        return alert_words(source, _source_words(source)["SOURCE"])
    if source.parts:
        return head_words(source)
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
        return label_words(source, _source_words(source)["SOURCE"], example)
    words = _ACTIONS.replace("@", package_name(source))
    return {
        "ACTIONS": words.format(source=_source_words(source)["SOURCE"], example=example),
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


def _source_words(source: BundleSource) -> dict[str, str]:
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
    if source.numbers:
        return number_words(source, package)
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


def program_name(source: BundleSource) -> str:
    """What the command starts."""
    return "detect.py" if source.detector else "classify.py"


def launcher(source: BundleSource) -> bytes:
    """The program: of a detector the same with another main."""
    return launcher_with(launcher_words(source))


def launcher_with(words: Sequence[tuple[str, str]]) -> bytes:
    """classify.py, which says something else in some places."""
    text = (PI / "classify.py").read_text(encoding="utf-8")
    for ours, theirs in words:
        if ours not in text:
            raise BugError(f"classify.py does not say {ours!r}")
        text = text.replace(ours, theirs)
    return text.encode()


def filled(name: str, source: BundleSource, words: Mapping[str, str] | None = None) -> bytes:
    """A text of pi/package with its @WORDS@ replaced. Raises BugError when one has no value."""
    text = (PI / "package" / name).read_text("utf-8")
    package = package_name(source)
    known = {
        "NAME": source.recipe.name,
        "VERSION": source.recipe.version,
        "PACKAGE": package,
        "UPPER": package.upper(),
        "MANNAME": package.replace("-", r"\-"),
        "MANTITLE": source.recipe.name.replace("-", r"\-"),
        "CAMERA": "" if source.contract.color == "bands" else "--camera ",
        "PROGRAM": program_name(source),
        "FRIGATES": "as its detector" if source.finds_boxes else "custom classification",
        **(DETECTS if source.detector else CLASSIFIES),
        **(words or {}),
    }

    def value(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise BugError(f"pi/package/{name}: {found[0]} has no value")
        return known[found[1]]

    return re.sub(r"@([A-Z]+)@", value, text).encode()
