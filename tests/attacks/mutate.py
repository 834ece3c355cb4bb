"""Changes of an input file, at random from a seed: of its bytes, of its text's words, of the values of its JSON."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

Json = Any

VALUES: tuple[Json, ...] = (
    None, True, False, 0, 1, -1, 2, 3.5, -0.0, 1e308, -1e308, 1e-320, 1 << 31, 1 << 63, 10**400,
    float("nan"), float("inf"), "", "x", "\0", "../../x", "/etc/passwd", "a" * 300, "ümlaut", "\u202e", "linear", "softmax",
    [], [[]], [None], [0], ["x"], [1, 2, 3], {}, {"a": 1}, {"class_name": ["x"], "config": 3, "module": {}},
    {"class_name": "Dense", "config": {}, "module": "keras.layers"},
)  # fmt: skip
"""Values of every kind, to stand where another kind is wanted."""

WORDS: tuple[str, ...] = (
    "", "0", "-1", "1e999", "nan", "inf", "true", '""', '"x"', '"../../x"', '"/proc"', '"/dev/zero"', '"\\u0000"', '"model"',
    '"' + "a" * 300 + '"', "[]", "[[]]", "{}", "{a = 1}", "[" * 1500, "{a=" * 1500, "9" * 5000, "1979-05-27", "'''", '"', "\0",
    "\\", "=", ",", "\n", "\r", "[x]", "[[deploy]]", "\ud7ff", "\u202e", "@x", "-wrapper", "a" * 140_000, ";", "\t",
)  # fmt: skip
"""Words of the text formats, right and wrong."""

_TOKEN = re.compile(r'"[^"\n]*"|[A-Za-z0-9_.+-]+|\s+|.', re.DOTALL)


def mutate_bytes(data: bytes, random_: random.Random) -> bytes:
    """One to four changes of bytes: another value, a gap, a repetition, an end."""
    changed = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 4))):
        place = random_.randrange(len(changed) + 1)
        length = random_.choice((1, 1, 2, 8, 64, 512))
        kind = random_.randrange(6)
        if kind == 0:
            changed[place : place + 1] = bytes([random_.randrange(256)])
        elif kind == 1:
            del changed[place : place + length]
        elif kind == 2:
            changed[place:place] = changed[place : place + length]
        elif kind == 3:
            changed[place : place + length] = random_.randbytes(length)
        elif kind == 4 and random_.random() < 0.3:
            del changed[place:]
        elif kind == 5:
            changed[place : place + 8] = random_.choice((b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7))
    return bytes(changed)


def mutate_text(data: bytes, random_: random.Random) -> bytes:
    """One to three changes of words or lines; now and then of bytes."""
    if random_.random() < 0.15:
        return mutate_bytes(data, random_)
    text = data.decode()
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        lines = text.splitlines(keepends=True) or [""]
        place = random_.randrange(len(lines))
        kind = random_.randrange(7)
        if kind == 0:
            del lines[place]
        elif kind == 1:
            lines.insert(place, lines[random_.randrange(len(lines))])
        elif kind == 2:
            other = random_.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        else:
            words = _TOKEN.findall(lines[place]) or [""]
            at = random_.randrange(len(words))
            words[at] = random_.choice((*WORDS, random_.choice(words), words[at] * 2, words[at][::-1]))
            lines[place] = "".join(words)
        text = "".join(lines)
    return text.encode()


def mutate_json(value: Json, random_: random.Random) -> Json:
    """One to three changes of a JSON value: a part becomes another kind, is left out, doubled, or swapped."""
    changed = copy.deepcopy(value)
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        places = list(_places(changed))
        if not places:
            return random_.choice(VALUES)
        holder, key = random_.choice(places)
        kind = random_.randrange(8)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif kind == 2 and isinstance(holder, dict):
            holder[random_.choice(("x", "layers", "class_name", "config", "name", "units", "dtype", ""))] = holder.pop(key)
        elif kind == 3:
            other, at = random_.choice(places)
            holder[key] = copy.deepcopy(other[at]) if _has(other, at) else None
        else:
            holder[key] = copy.deepcopy(random_.choice(VALUES))
    return changed


def json_bytes(value: Json) -> bytes:
    """JSON with NaN and infinity as Python writes them; lone surrogates as escapes."""
    return json.dumps(value).encode()


def _has(holder: Json, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _places(value: Json) -> list[tuple[Json, Any]]:
    found: list[tuple[Json, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


Mutator = Callable[[bytes, random.Random], bytes]
