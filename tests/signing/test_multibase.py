from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.multibase import base58, base64url, from_base58, from_base64url, from_multibase


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\0", "1"),
        (b"\0\0\x01", "112"),
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    ],
)
def test_base58_is_written_as_its_specification_shows(data, text):
    assert base58(data) == text
    assert from_base58(text) == data


@given(st.binary(max_size=90))
def test_all_bytes_come_back(data):
    assert from_base58(base58(data)) == data
    assert from_base64url(base64url(data)) == data
    assert from_multibase("z" + base58(data)) == from_multibase("u" + base64url(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "ā", "2 2", "1" * 600])
def test_what_is_not_base58_is_refused(text):
    with pytest.raises(ValueError, match="base58"):
        from_base58(text)


@pytest.mark.parametrize("text", ["a", "ab==", "a+b/", "ab\n", " ab", "āb"])
def test_what_is_not_base64url_is_refused(text):
    with pytest.raises(ValueError, match="base64url"):
        from_base64url(text)


@pytest.mark.parametrize("text", ["", "mAAA", "f00", "B"])
def test_other_multibases_are_refused(text):
    with pytest.raises(ValueError, match="multibase"):
        from_multibase(text)
