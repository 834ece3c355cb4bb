"""Weights as a Huffman code: what goes in comes out, no better code exists, and the tables are what the C reads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from espalier.emit.huffman import (
    LONGEST,
    Code,
    codable,
    counted,
    decode,
    encode,
    encoded_bytes,
    make_code,
    tokens,
)
from espalier.errors import BugError

SOME_WEIGHTS = arrays.arrays(
    np.int8,
    st.integers(1, 300),
    elements=st.one_of(st.just(0), st.integers(-3, 3), st.integers(-127, 127)),
    fill=st.just(0),
)


def code_of(weights: np.ndarray) -> Code:
    return make_code(counted(weights))


@settings(max_examples=200, deadline=None)
@given(SOME_WEIGHTS)
def test_what_goes_in_comes_out(weights: np.ndarray) -> None:
    code = code_of(weights)
    stream = encode(code, weights)
    assert len(stream) == encoded_bytes(code, counted(weights))
    np.testing.assert_array_equal(decode(code, stream, weights.size), weights)


@settings(max_examples=100, deadline=None)
@given(SOME_WEIGHTS, st.integers(1, 12))
def test_the_code_of_a_network_holds_each_of_its_layers(weights: np.ndarray, parts: int) -> None:
    pieces = [piece for piece in np.array_split(weights, parts) if piece.size]
    code = make_code(np.sum([counted(piece) for piece in pieces], axis=0))
    for piece in pieces:
        np.testing.assert_array_equal(decode(code, encode(code, piece), piece.size), piece)


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.int64, 256, elements=st.one_of(st.just(0), st.integers(1, 1 << 30))))
def test_every_bit_pattern_is_a_word_and_none_is_longer_than_the_decoder_looks(counts: np.ndarray) -> None:
    counts[0], counts[200] = 1, 1 << 40
    code = make_code(counts)
    assert code.lengths.max() <= LONGEST
    assert (2.0 ** -code.lengths.astype(float)).sum() == 1.0
    assert code.levels["last"][-1] == 0xFFFF


def test_the_code_is_within_one_bit_of_the_entropy() -> None:
    rng = np.random.default_rng(5)
    weights = np.clip(np.round(rng.normal(0, 20, 20_000)), -127, 127).astype(np.int8)
    _, counts = np.unique(tokens(weights), return_counts=True)
    share = counts / counts.sum()
    entropy = -(share * np.log2(share)).sum() * counts.sum() / 8
    assert entropy <= len(encode(code_of(weights), weights)) <= 1.01 * entropy


def test_a_short_word_goes_to_a_frequent_symbol() -> None:
    counts = np.zeros(256, np.int64)
    counts[[128 + 1, 128 + 2, 128 + 3, 128 + 4]] = [8, 4, 2, 1]
    code = make_code(counts)
    assert dict(zip(code.symbols.tolist(), code.lengths.tolist(), strict=True)) == {1: 1, 2: 2, 3: 3, 4: 3}
    assert code.words.tolist() == [0b0, 0b10, 0b110, 0b111]


def test_a_run_of_zeros_takes_few_symbols() -> None:
    for zeros in range(1, 300):
        weights = np.zeros(zeros + 1, np.int8)
        weights[-1] = 7
        assert tokens(weights).size == (zeros + 1).bit_length()
        np.testing.assert_array_equal(decode(code_of(weights), encode(code_of(weights), weights), zeros + 1), weights)


def test_weights_that_are_all_equal_take_no_bits() -> None:
    weights = np.full(999, -7, np.int8)
    assert encode(code_of(weights), weights) == b""
    np.testing.assert_array_equal(decode(code_of(weights), b"", 999), weights)


def test_two_values_take_a_bit_each() -> None:
    weights = np.random.default_rng(1).choice(np.array([-90, 90], np.int8), 800)
    assert len(encode(code_of(weights), weights)) == 100


def test_all_values_alike_take_as_much_as_they_are() -> None:
    weights = np.delete(np.arange(-128, 128), 0).astype(np.int8).repeat(16)
    code = code_of(weights)
    assert len(encode(code, weights)) + code.table_bytes >= weights.size


def test_minus_128_has_no_word() -> None:
    assert not codable(np.array([1, -128], np.int8))
    assert codable(np.array([1, -127], np.int8))


def test_a_weight_without_a_word_is_a_bug() -> None:
    with pytest.raises(BugError, match="no word"):
        encode(code_of(np.array([1, 2, 2], np.int8)), np.array([3], np.int8))
    with pytest.raises(BugError, match="no symbol"):
        make_code(np.zeros(256, np.int64))
