"""Weights as a Huffman code: one table for a network, zeros as runs, decoded by ``kernels/decode.c``.

Measured on int8 weights, whole networks, bytes with all tables: ResNet8 of MLPerf Tiny, and the same with its smallest
weights set to zero by LAMP's scores.

==========================================  ==========  ==========  ==========  ==========
code                                          as it is  50 % zeros  75 % zeros  90 % zeros
==========================================  ==========  ==========  ==========  ==========
none                                            77,360      77,360      77,360      77,360
entropy of each layer, without tables           70,741      43,721      24,260      10,648
a bit for each weight, then those not zero      86,219      48,350      29,010      17,406
Rice, a parameter for each layer                72,300      70,295      64,163      52,962
Huffman of each half byte, two tables           71,646      53,603      36,947      26,516
Huffman of magnitudes' bit counts, then bits    72,300      45,884      28,510      17,389
Huffman, a table for each layer                 73,480      46,364      29,002      18,207
Huffman, one table                              71,680      45,905      28,122      17,180
**Huffman, one table, runs of zeros**           71,684      46,187      26,460      12,045
adaptive arithmetic coding, ideal               72,111      44,956      25,352      11,535
==========================================  ==========  ==========  ==========  ==========

The layers of a network resemble each other, so that tables of their own cost more than they win. A palette is a code
with few symbols; the layers measured have 125 to 255 different weights each. Arithmetic coding wins 3 to 4 % where
there are many zeros and takes several times the instructions.

A run of zeros is written as bzip2 does: its length in bijective base 2, least digit first, in two symbols of the
alphabet. Their byte values are 0 and -128, which no other symbol needs: zeros are always runs, and TFLite's weights
stop at -127.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError

LONGEST = 15
"""Bits of the longest code word: the decoder looks at 16 bits."""
_LEVEL = np.dtype([("last", np.uint16), ("shift", np.uint8), ("offset", np.uint8)])
ONE, TWO = 0, -128
"""Symbols of the digits 1 and 2 in the length of a run of zeros."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Code:
    """A canonical code. ``symbols``: int8 [n], by (length, value); ``lengths``: bits of each, int64 [n]."""

    symbols: NDArray[np.int8]
    lengths: NDArray[np.int64]

    @property
    def levels(self) -> NDArray[np.void]:
        """espalier_level, one for each length in use: last 16 bits that begin with a word of that length, right shift
        that leaves the word, what to add to it for the symbol's number (modulo 256)."""
        words, rows = self.words, []
        for length in np.unique(self.lengths).tolist():
            numbers = np.flatnonzero(self.lengths == length)
            last = ((int(words[numbers[-1]]) + 1) << (16 - length)) - 1
            rows.append((last, 16 - length, (int(numbers[0]) - int(words[numbers[0]])) % 256))
        return np.array(rows, _LEVEL)

    @property
    def words(self) -> NDArray[np.int64]:
        """The code word of each symbol, int64 [n]."""
        ends = np.cumsum(1 << (LONGEST - self.lengths))
        starts = np.concatenate([[0], ends[:-1]])
        words: NDArray[np.int64] = starts >> (LONGEST - self.lengths)
        return words

    @property
    def table_bytes(self) -> int:
        return self.symbols.size + 4 * np.unique(self.lengths).size


def codable(weights: NDArray[np.int8]) -> bool:
    """Whether a code can hold these weights."""
    return not bool((weights == TWO).any())


def tokens(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """Weights (int8 [n], none of them -128) as symbols of the code: int8."""
    at = np.flatnonzero(weights)
    ends = np.append(at, weights.size)
    runs = np.diff(ends, prepend=-1) - 1
    digits = np.frexp(runs + 1)[1].astype(np.int64) - 1  # whole binary digits below the highest
    written = np.cumsum(digits + 1)
    result = np.zeros(int(written[-1]), np.int8)
    result[written[:-1] - 1] = weights[at]
    for place in range(int(digits.max())):
        there = digits > place
        two = (((runs[there] + 1) >> place) & 1).astype(bool)
        result[(written - 1 - digits)[there] + place] = np.where(two, TWO, ONE)
    return result[:-1]


def counted(weights: NDArray[np.int8]) -> NDArray[np.int64]:
    """How often each symbol occurs: int64 [256], at symbol + 128."""
    return np.bincount(tokens(weights).astype(np.int64) + 128, minlength=256)


def make_code(counts: NDArray[np.int64]) -> Code:
    """The best code of at most ``LONGEST`` bits for symbols that occur ``counts`` times (int64 [256], at symbol + 128).

    Larmore and Hirschberg's package-merge. A lone symbol has a word of no bits.
    """
    used = np.flatnonzero(counts)
    if not used.size:
        raise BugError("there is no symbol to make a code for")
    leaves: list[tuple[int, tuple[int, ...]]] = sorted((int(counts[n]), (k,)) for k, n in enumerate(used))
    packages = leaves
    for _ in range(LONGEST - 1):
        pairs = zip(packages[::2], packages[1::2], strict=False)
        packages = sorted([*leaves, *((a[0] + b[0], a[1] + b[1]) for a, b in pairs)])
    lengths = np.zeros(used.size, np.int64)
    for _, members in packages[: 2 * used.size - 2]:
        np.add.at(lengths, list(members), 1)
    symbols = (used - 128).astype(np.int8)
    order = np.lexsort((symbols, lengths))
    return Code(symbols=symbols[order], lengths=lengths[order])


def encoded_bytes(code: Code, counts: NDArray[np.int64]) -> int:
    """Bytes of ``encode`` for weights whose symbols were ``counted``."""
    bits = int((counts[code.symbols.astype(np.int64) + 128] * code.lengths).sum())
    return -(-bits // 8)


def encode(code: Code, weights: NDArray[np.int8]) -> bytes:
    """Weights as code words, first bit highest, the last byte filled with zeros."""
    number: Mapping[int, int] = {int(s): k for k, s in enumerate(code.symbols)}
    places = np.array([number.get(s, -1) for s in range(-128, 128)])
    chosen = places[tokens(weights).astype(np.int64) + 128]
    if (chosen < 0).any():
        raise BugError("a weight has no word in the code")
    words, lengths = code.words[chosen], code.lengths[chosen]
    starts = np.cumsum(lengths) - lengths
    bits = np.zeros(int(lengths.sum()), np.uint8)
    for place in range(int(code.lengths.max())):
        there = lengths > place
        bits[starts[there] + place] = (words[there] >> (lengths[there] - 1 - place)) & 1
    return np.packbits(bits).tobytes()


def decode(code: Code, stream: bytes, count: int) -> NDArray[np.int8]:
    """What the C decoder makes of a stream, step by step: int8 [count]. For tests; bits behind the end are zeros."""
    levels, bits = code.levels.tolist(), "".join(f"{byte:08b}" for byte in stream)
    weights = np.zeros(count, np.int8)
    at, position, step = 0, 0, 1
    while at < count:
        top = int(bits[position : position + 16].ljust(16, "0"), 2)
        _, shift, offset = next(level for level in levels if top <= level[0])
        position += 16 - shift
        symbol = int(code.symbols[((top >> shift) + offset) % 256])
        if symbol in (ONE, TWO):
            at += step * (2 if symbol == TWO else 1)
            step *= 2
        else:
            weights[at] = symbol
            at, step = at + 1, 1
    return weights
