"""The scripts and the README of an OpenMV bundle."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Final

from ..facts import BundleSource, Decision
from .firmware_text import filled

TEMPLATE: Final = Path(__file__).parent / "openmv_template"
SMALL: Final = 120
"""Up to this side a model is fed by a frame of 160 x 120."""


def _classify(decision: Decision) -> str:
    numbers = decision.numbers
    return f"""

def decide(output):
    \"\"\"(index of the label, confidence in thousandths, whether a person should look).\"\"\"
    value = max(output)
    return output.index(value), {_permille(decision)}, value < {numbers["THRESHOLD"]}"""


def _binary(decision: Decision) -> str:
    numbers = decision.numbers
    return f"""

def decide(output):
    \"\"\"(index of the label, its confidence in thousandths, whether a person should look).\"\"\"
    index = 1 if output[1] >= {numbers["POSITIVE"]} else 0
    value = output[index]
    return index, {_permille(decision)}, max(output) < {numbers["THRESHOLD"]}"""


def _multi_label(decision: Decision) -> str:
    return f"""
LEAST = {decision.tables["LEAST"]!r}


def decide(output):
    \"\"\"(index of the label, confidence in thousandths) of every label that reaches its threshold.\"\"\"
    said = []
    for index in range(len(output)):
        value = output[index]
        if value >= LEAST[index]:
            said.append((index, {_permille(decision)}))
    return said"""


def _permille(decision: Decision) -> str:
    numbers = decision.numbers
    return f"((value - {numbers['DECIDE_ZERO_POINT']}) * {numbers['PERMILLE_Q16']} + 32768) >> 16".replace("- -", "+ ")


_ONE: Final = """    index, confidence, review = decide(quantized(model, outputs))
    print(model.labels[index], "%d/1000%s" % (confidence, " review" if review else ""))"""
_MANY: Final = """    said = decide(quantized(model, outputs))
    print(", ".join(["%s %d/1000" % (model.labels[index], confidence) for index, confidence in said]) or "nothing")"""

DECISIONS: Final = {"classify": (_classify, _ONE), "binary": (_binary, _ONE), "multi_label": (_multi_label, _MANY)}
"""Source of the decision -> MicroPython of it, and what main.py does with it."""


def script(source: BundleSource, name: str) -> bytes:
    """main.py, selftest.py or the model's module."""
    return filled((TEMPLATE / f"{name}.txt").read_text("utf-8"), _words(source)).encode()


def _words(source: BundleSource) -> Mapping[str, str]:
    height, width, channels = source.contract.shape
    gray = source.contract.color == "gray"
    fill = (TEMPLATE / f"fill_{'gray' if gray else 'color'}.txt").read_text("utf-8")
    red = 2 if source.contract.color == "bgr" else 0
    decide, say = "", _values(source)
    if source.decision is not None:
        write, say = DECISIONS[source.decision.source]
        decide = write(source.decision)
    return {
        "@FILL@": filled(fill, {"@RED@": str(red), "@BLUE@": str(2 - red)}),
        "@DECIDE@": decide,
        "@SAY@": say,
        "@USED@": "decide, quantized" if source.decision is not None else "",
        "@SENTENCE@": source.sentence,
        "@ID@": source.identifier,
        "@HEIGHT@": str(height),
        "@WIDTH@": str(width),
        "@CHANNELS@": str(channels),
        "@FIT@": source.contract.fit,
        "@RESIZE@": source.contract.resize,
        "@FRAME@": "GRAYSCALE" if gray else "RGB565",
        "@FRAME_BYTES@": "1" if gray else "2",
        "@FRAMESIZE@": "QQVGA" if max(height, width) <= SMALL else "QVGA",
        "@VALUES@": repr([prod(head.shape) for head in source.heads]),
    }


def _values(source: BundleSource) -> str:
    return "\n".join(
        f'    print("{head.name}", outputs[{place}].flatten().tolist())' for place, head in enumerate(source.heads)
    )


def readme(source: BundleSource, *, fits: bool) -> bytes:
    """README.md of the bundle."""
    compiled = source.target.number("romfs-bytes") is None
    way = "npu" if compiled else "romfs" if fits else "drive"
    text = (TEMPLATE / "readme.txt").read_text("utf-8")
    for name in ("npu", "romfs", "drive"):
        start, end = f"<!-- {name} -->\n", f"<!-- end {name} -->\n"
        before, _, rest = text.partition(start)
        inside, _, after = rest.partition(end)
        text = before + (inside if name == way else "") + after
    arena = "" if source.arena is None else (
        f"\nRAM: about {source.arena.arena_bytes:,} bytes of MicroPython's heap for tensors ({source.arena.how}), and the frame."
    )  # fmt: skip
    words = {
        "@TITLE@": source.target.title,
        "@WHAT@": source.what,
        "@BYTES@": f"{len(source.int8_model):,}",
        "@ROOM@": f"{int(source.target.number('romfs-bytes') or 0):,}",
        "@ARENA@": arena,
    }
    return filled(filled(text, words), _words(source)).encode()
