"""One model's Java classes: the compiled template and its sources with the same constants put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Final

import msgspec

from ...errors import BugError, UnsupportedModelError
from ..archive import read_zip
from .class_file import TEXT_LIMIT_BYTES, encode_text, rewrite

PACKAGE: Final = "dev.espalier.models.template_name"
"""The package of the template; every model gets its own, so that two models in one app do not meet."""
LABEL_PARTS: Final = 40
SOURCES: Final = (
    "Anomaly", "BinaryDecision", "CameraImage", "Decision", "Embedding", "Heads", "Labels", "LabelsDecision", "Model",
    "Preprocessor", "SelfTest",
)  # fmt: skip
SHARED: Final = ("CameraImage", "Preprocessor", "SelfTest")
"""Of a model with several outputs there is one of each."""
VALUES: Final = "Heads"
READERS: Final = frozenset(SOURCES) - {"Labels", "Model", *SHARED}
"""Of these a model has one."""
DETECTION: Final = ("Boxes", "Detector", "Frame", "SelfTestBoxes")
"""What only a detector has; it gets detection.jar, too."""
RETOUCHED: Final = "smooth"
"""The text that only a model has whose contract smooths or balances; such a one gets retouch.jar, too."""
PAINTED: Final = {"ClassMap": "map", "Picture": "picture"}
"""Class -> the text that only a model has that paints such; these come out of painted.jar."""
NUMBERED: Final = ("Numbers", "SelfTestNumbers")
"""What only a model has that takes numbers beside the image; it gets numbered.jar, too."""
_LAST: Final = "        return result;\n    }\n\n    /** One output pixel"
_RETOUCH: Final = (
    "        Retouch.apply(result, width, channels, (height - outRows) / 2, (width - outColumns) / 2, outRows, outColumns,\n"
    "                Retouch.SMOOTH, Retouch.BALANCE);\n"
)
NUMBER_KEYS: Final = {
    "HEIGHT": 0x45530001,
    "WIDTH": 0x45530002,
    "CHANNELS": 0x45530003,
    "CLASSES": 0x45530004,
    "INPUT_ZERO_POINT": 0x45530005,
    "OUTPUT_ZERO_POINT": 0x45530006,
}
DECISION_KEYS: Final = {
    "POSITIVE": 0x45530010,
    "REVIEW": 0x45530011,
    "ZERO_POINT": 0x45530012,
    "PERMILLE_Q16": 0x45530013,
    "KNOWN_Q14": 0x45530014,
    "ALERT_Q8": 0x45530015,
}
"""Whole numbers of the classes that read a decision."""
TABLES: Final = ("least",)
"""Tables of whole numbers in them."""
REAL_KEYS: Final = {"INPUT_SCALE": 1.5e-301, "OUTPUT_SCALE": 2.5e-301, "THRESHOLD": 3.5e-301}
"""Values that stand in the template for a model's numbers: too odd for javac to hold otherwise than as
constants."""
# Java Language Specification 3.9, with the literals and the restricted names that cannot name a package.
_RESERVED_WORDS: Final = """
abstract assert boolean break byte case catch char class const continue default do double else enum extends
false final finally float for goto if implements import instanceof int interface long native new null package
private protected public return short static strictfp super switch synchronized this throw throws transient
true try void volatile while _
"""
RESERVED: Final = frozenset(_RESERVED_WORDS.split())


class Constants(msgspec.Struct, frozen=True, kw_only=True):
    """What one model puts into the template: `texts` and `numbers` by their names in Model.java. `reader`: the class that reads
    its output, `decision` and `tables` what is in it."""

    package: str
    texts: Mapping[str, str]
    integers: Mapping[str, int]
    reals: Mapping[str, float]
    labels: tuple[str, ...]
    reader: str = "Decision"
    decision: Mapping[str, int] = {}
    tables: Mapping[str, tuple[int, ...]] = {}
    detects: bool = False
    """Whether the model finds boxes."""


def package_part(identifier: str) -> str:
    """The identifier as the last part of a Java package; a word that Java reserves gets an underscore."""
    return f"{identifier}_" if identifier in RESERVED else identifier


def classes(constants: Constants) -> dict[str, bytes]:
    """Path in a jar -> class file."""
    tokens = {PACKAGE.replace(".", "/"): constants.package.replace(".", "/"), **_texts(constants)}
    integers = {NUMBER_KEYS[name]: value for name, value in constants.integers.items()}
    integers |= {DECISION_KEYS[name]: value for name, value in constants.decision.items()}
    reals = {REAL_KEYS[name]: value for name, value in constants.reals.items()}
    folder = constants.package.replace(".", "/")
    return {
        f"{folder}/{name.rsplit('/', 1)[1]}": rewrite(data, tokens, integers, reals)
        for name, data in sorted(compiled_template(**_parts(constants)).items())
        if _belongs(name.rsplit("/", 1)[1], constants)
    }


def _parts(constants: Constants) -> dict[str, bool]:
    """What a model has beside the template."""
    return {
        "retouched": RETOUCHED in constants.texts,
        "painted": _paints(constants),
        "detects": constants.detects,
        "numbered": "numbers" in constants.texts,
    }


def _belongs(file: str, constants: Constants) -> bool:
    """Whether a class of the template belongs to a model: of those that read outputs, only its own, and values as they are where
    there are no labels; and of those that paint."""
    name = re.split(r"[$.]", file)[0]
    if name in PAINTED:
        return PAINTED[name] in constants.texts
    return name not in READERS or name in (constants.reader, "" if constants.labels else VALUES)


def _paints(constants: Constants) -> bool:
    return not set(PAINTED.values()).isdisjoint(constants.texts)


def reader_classes(constants: Constants) -> dict[str, bytes]:
    """The classes that read one of several outputs; what feeds the model and tests it are the whole model's."""
    return {path: data for path, data in classes(constants).items() if not _is_shared(path)}


def reader_sources(constants: Constants) -> dict[str, bytes]:
    """Their sources."""
    return {path: data for path, data in sources(constants).items() if not _is_shared(path)}


def _is_shared(path: str) -> bool:
    return path.rsplit("/", 1)[1].startswith(SHARED)


def sources(constants: Constants) -> dict[str, bytes]:
    """Path in a sources jar -> Java source, ASCII."""
    tokens = {PACKAGE: constants.package}
    tokens |= {f'"{key}"': literal(text) for key, text in _texts(constants).items()}
    tokens |= {f"0x{NUMBER_KEYS[name]:08x}": str(value) for name, value in constants.integers.items()}
    tokens |= {f"0x{DECISION_KEYS[name]:08x}": str(value) for name, value in constants.decision.items()}
    tokens |= {repr(REAL_KEYS[name]): repr(value) for name, value in constants.reals.items()}
    pattern = re.compile("|".join(re.escape(key) for key in sorted(tokens, key=len, reverse=True)))
    folder = constants.package.replace(".", "/")
    return {
        f"{folder}/{name}.java": pattern.sub(lambda match: tokens[match.group()], text).encode("ascii")
        for name, text in template_sources(**_parts(constants)).items()
        if _belongs(name, constants)
    }


def template_sources(
    *, retouched: bool = False, painted: bool = False, detects: bool = False, numbered: bool = False
) -> dict[str, str]:
    """Class name -> Java source of the template; `retouched`: with Retouch, which the Preprocessor then calls; `painted`: with
    what paints; `detects`: with the decode of boxes; `numbered`: with numbers beside the image."""
    here = resources.files(__package__)
    found = {name: (here / "template" / f"{name}.java").read_text("ascii") for name in SOURCES}
    if detects:
        found |= {name: (here / "detection" / f"{name}.java").read_text("ascii") for name in DETECTION}
    found |= {name: (here / "painted" / f"{name}.java").read_text("ascii") for name in (PAINTED if painted else ())}
    found |= {name: (here / "numbered" / f"{name}.java").read_text("ascii") for name in (NUMBERED if numbered else ())}
    if not retouched:
        return found
    if found["Preprocessor"].count(_LAST) != 1:
        raise BugError(f"Preprocessor.java does not end its work with {_LAST!r}")
    return {
        **found,
        "Preprocessor": found["Preprocessor"].replace(_LAST, _RETOUCH + _LAST),
        "Retouch": (here / "retouch" / "Retouch.java").read_text("ascii"),
    }


def compiled_template(
    *, retouched: bool = False, painted: bool = False, detects: bool = False, numbered: bool = False
) -> dict[str, bytes]:
    """Path in the jar -> class file of the template, as `compile.py` made it from the sources."""
    here = resources.files(__package__)
    found = read_zip((here / "template.jar").read_bytes())
    more = {"painted": painted, "detection": detects, "retouch": retouched, "numbered": numbered}
    for name in [name for name, wanted in more.items() if wanted]:
        found |= read_zip((here / f"{name}.jar").read_bytes())
    return found


def literal(text: str) -> str:
    """A Java string literal in ASCII. Java reads \\u escapes before all else, so control characters are
    octal."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if " " <= character <= "~":
        return character
    if ord(character) < 0x80:
        return f"\\{ord(character):03o}"
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _texts(constants: Constants) -> dict[str, str]:
    parts = list(_label_parts(constants.labels))
    if len(parts) > LABEL_PARTS:
        size = sum(len(encode_text(label)) for label in constants.labels)
        raise UnsupportedModelError(
            f"the labels are too long for a Java class: {size} bytes",
            supported=f"about {LABEL_PARTS * TEXT_LIMIT_BYTES} bytes of labels",
            next_step="use shorter labels",
        )
    parts += [""] * (LABEL_PARTS - len(parts))
    named = {f"@{name}@": text for name, text in constants.texts.items()}
    named |= {f"@{name}@": " ".join(map(str, values)) for name, values in constants.tables.items()}
    return named | {f"@labels-{number:02}@": part for number, part in enumerate(parts)}


def _label_parts(labels: tuple[str, ...]) -> Iterator[str]:
    part, size = "", 0
    for label in labels:
        more = len(encode_text(label)) + 1
        if size + more > TEXT_LIMIT_BYTES:
            yield part
            part, size = "", 0
        part, size = part + label + "\n", size + more
    yield part
