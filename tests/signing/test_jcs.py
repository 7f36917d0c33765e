"""JSON has one form: that of RFC 8785."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import UnsafeDocumentError
from signing.jcs import canonical_json

#: RFC 8785, appendix B: the bits of a number, and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_the_standard_writes_them(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(number) == text


def test_names_are_in_the_order_of_utf_16():
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert [*json.loads(canonical_json(names)).values()] == [2, 4, 6, 7, 1, 5, 3]


def test_texts_are_written_plainly():
    text = '\u20ac$\x0f\nA\'B"\\\\"/\u2028\x7f'
    assert (
        canonical_json([text, True, None]) == '["\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028\x7f",true,null]'
    )


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 2**53 + 1, -(2**60)])
def test_a_number_that_readers_would_round_is_refused(number):
    with pytest.raises(UnsafeDocumentError):
        canonical_json({"x": number})


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_as_it_was(number):
    assert float(canonical_json(number)) == number
