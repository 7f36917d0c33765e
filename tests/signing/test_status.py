from __future__ import annotations

import gzip
import json
from itertools import pairwise

import pytest

from signing.errors import StatusListError
from signing.multibase import base64url
from signing.status import LENGTH, bit, decode, empty, encode, index_of, with_bit_cleared, with_bit_set

#: The example list of W3C Bitstring Status List v1.0: 131072 bits, none set.
W3C_EMPTY = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def test_the_example_of_the_standard_is_an_empty_list():
    assert decode(W3C_EMPTY) == empty()
    assert len(empty()) * 8 == LENGTH == 131_072


def test_the_first_index_is_the_leftmost_bit():
    assert with_bit_set(empty(), 0)[0] == 0b1000_0000
    assert with_bit_set(empty(), 7)[0] == 0b0000_0001
    assert with_bit_set(empty(), 8)[1] == 0b1000_0000
    assert with_bit_set(empty(), LENGTH - 1)[-1] == 1


def test_one_bit_is_set_and_cleared_without_touching_another():
    bits = with_bit_set(with_bit_set(empty(), 4711), 4712)
    assert [index for index in range(LENGTH) if bit(bits, index)] == [4711, 4712]
    assert with_bit_cleared(with_bit_cleared(bits, 4711), 4712) == empty()


def test_a_list_comes_back_and_is_always_encoded_to_the_same_text():
    bits = with_bit_set(empty(), 99)
    assert decode(encode(bits)) == bits
    assert encode(bits) == encode(bits)


@pytest.mark.parametrize("index", [-1, LENGTH, 10**9])
def test_an_index_outside_the_list_is_refused(index):
    with pytest.raises(StatusListError):
        bit(empty(), index)
    with pytest.raises(StatusListError):
        with_bit_set(empty(), index)


def test_a_list_that_decompresses_to_gigabytes_is_refused():
    bomb = "u" + base64url(gzip.compress(bytes(50_000_000), mtime=0))
    with pytest.raises(StatusListError, match="too much"):
        decode(bomb, max_bytes=16_384)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "uAAAA",
        W3C_EMPTY[1:],
        W3C_EMPTY[:-8],
        "u" + base64url(gzip.compress(b"a", mtime=0) + b"more"),
        "z" + W3C_EMPTY,
        "u*",
        None,
        7,
    ],
)
def test_a_damaged_list_is_refused(text):
    with pytest.raises(StatusListError):
        decode(text)


def test_the_reference_validators_list_is_read(shared):
    folder = shared / "data" / "vectors" / "1edtech" / "bit-string-list"
    listed = json.loads((folder / "testlist").read_text())["credentialSubject"]["encodedList"]
    entry = json.loads((folder / "credential-status-revoked.json").read_text())["credentialStatus"]
    assert bit(decode(listed), int(entry["statusListIndex"]))


def test_each_position_has_an_index_of_its_own_that_says_nothing_of_it():
    secret, other = b"1" * 16, b"2" * 16
    indexes = [index_of(position, secret) for position in range(LENGTH)]
    assert sorted(indexes) == list(range(LENGTH))
    others = [index_of(position, other) for position in range(1000)]
    assert sum(ours == theirs for ours, theirs in zip(indexes, others, strict=False)) < 5
    # Of two that follow each other, the second is as often before the first as behind it.
    later = sum(second > first for first, second in pairwise(indexes))
    assert abs(later - LENGTH / 2) < LENGTH / 100
    # Neighbours lie as far apart as by chance: a third of the list.
    distance = sum(abs(second - first) for first, second in pairwise(indexes))
    assert abs(distance / LENGTH - LENGTH / 3) < LENGTH / 50


@pytest.mark.parametrize("position", [-1, LENGTH])
def test_a_list_has_no_further_entries(position):
    with pytest.raises(StatusListError):
        index_of(position, b"1" * 16)
