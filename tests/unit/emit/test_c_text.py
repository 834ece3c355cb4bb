"""Values become C text in one place, and no text of a model can leave its comment or its string."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import espalier.emit
from espalier.emit import c_text
from espalier.errors import BugError

HOSTILE = [
    "*/ int x; /*",
    "a\\\nb",
    "??/",
    "\x00\x1b[31m",
    "ünïcode",
    "%s%n",
    '"; system("rm")',
    "//",
    "a" * 5000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_is_one_line_of_harmless_ascii(text: str) -> None:
    line = c_text.comment(text)
    assert line.startswith("/* ") and line.endswith(" */")
    inner = line[2:-2]
    assert (
        "*/" not in inner
        and "/*" not in inner
        and "\\" not in inner
        and "?" not in inner
        and "\n" not in inner
    )
    assert inner.isascii() and inner.isprintable() and len(line) < 220


@pytest.mark.parametrize("text", [*HOSTILE, "int", "9lives", "_", "Main", "ResNet-8 v1.0"])
def test_an_identifier_is_one_and_not_a_word_of_c(text: str) -> None:
    name = c_text.identifier(text)
    assert re.fullmatch(r"[a-z][0-9a-z_]*", name)
    assert name not in ("int", "main") and len(name) <= 66


def test_identifiers_are_unique_among_those_taken() -> None:
    assert c_text.identifier("a b", taken=["a_b", "a_b_2"]) == "a_b_3"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_string_literal_says_the_same_bytes(text: str) -> None:
    literal = c_text.string(text)
    assert literal.isascii() and literal.count('"') == 2
    body = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), literal[1:-1].encode())
    assert body == text.encode()


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-5, "-5"), (-(2**31), "(-2147483647 - 1)"), (2**32 - 1, "4294967295u")]
)
def test_integer_literals_have_the_value_they_say(value: int, text: str) -> None:
    assert c_text.integer(value) == text


@pytest.mark.parametrize("value", [2**32, -(2**31) - 1])
def test_an_integer_that_fits_no_literal_is_a_bug(value: int) -> None:
    with pytest.raises(BugError):
        c_text.integer(value)


@pytest.mark.parametrize("value", [0.1, 1 / 256, 3.4e38, 1e-45, -2.5])
def test_real_literals_are_exact(value: float) -> None:
    assert np.float32(float.fromhex(c_text.real(value)[:-1])) == np.float32(value)


def test_a_real_without_a_literal_is_a_bug() -> None:
    with pytest.raises(BugError):
        c_text.real(float("nan"))


def test_arrays_of_every_type_hold_their_values() -> None:
    for dtype in ("int8", "uint16", "int32", "float32", "int64"):
        values = np.arange(40).astype(dtype)
        text = c_text.array("a", values, align=4)
        assert c_text.ctype(dtype) in text and "a[40]" in text and "ESPALIER_ALIGNED(4)" in text
    assert "[1]" in c_text.array("nothing", np.zeros(0, np.int8))


def test_only_c_text_writes_structures_of_c() -> None:
    """Elsewhere in the package no string opens a C block, array or structure."""
    package = Path(espalier.emit.__file__).parent
    for path in sorted(package.glob("*.py")):
        if path.name == "c_text.py":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            opened = re.search(r"""["'][^"']*[;=)]\s*\{\{?\s*["']""", line)
            assert not opened or "for (" in line, f"{path.name}:{number} opens C text: {line.strip()}"
