"""What is written in DER is what the standard says, byte for byte."""

from __future__ import annotations

import pytest

from signing.seals import der


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "020100"),
        (1, "020101"),
        (127, "02017f"),
        (128, "02020080"),
        (256, "02020100"),
        (65535, "020300ffff"),
    ],
)
def test_a_number_is_as_short_as_it_can_be_and_not_negative(value, written):
    assert der.integer(value).hex() == written


@pytest.mark.parametrize(
    ("dotted", "written"),
    [
        ("1.2.840.113549", "06062a864886f70d"),
        ("2.16.840.1.101.3.4.2.1", "0609608648016503040201"),
        ("2.999.127.128", "060588377f8100"),
    ],
)
def test_an_identifier_has_seven_bits_a_byte(dotted, written):
    assert der.identifier(dotted).hex() == written


@pytest.mark.parametrize(
    ("length", "begins"), [(0, "0400"), (127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100")]
)
def test_a_length_is_as_short_as_it_can_be(length, begins):
    assert der.octets(bytes(length)) == bytes.fromhex(begins) + bytes(length)
    assert list(der.elements(der.octets(bytes(length)))) == [(4, bytes(length))]


def test_the_members_of_a_set_are_in_the_order_of_their_bytes():
    one, two, null = der.integer(1), der.integer(2), der.null()
    assert der.set_of([null, two, one]) == der.set_of([one, two, null]) == b"\x31\x08" + one + two + null
    assert der.sequence(two, one) == b"\x30\x06" + two + one
    assert der.explicit(2, one) == b"\xa2\x03" + one


@pytest.mark.parametrize("cut", ["04", "0402aa", "0480", "0485ffffffffff", "048201"])
def test_what_is_cut_off_is_no_element(cut):
    with pytest.raises(ValueError, match=r"element|length"):
        list(der.elements(bytes.fromhex(cut)))
