from __future__ import annotations

import json

import pytest

from signing.errors import ProofError
from signing.json_text import MAX_CHARACTERS, as_text, read_object


def test_the_text_is_ascii_without_anything_that_breaks_a_page_or_a_wallet():
    document = {"name": 'Bērziņa & <b> {x} "q" \\ }', "list": [1, 2.5, True], "ā{": {"&": "🎓"}}
    text = as_text(document)
    assert text.isascii()
    assert " " not in text.replace("B\\u0113rzi\\u0146a ", "").split('"list"')[1]
    assert not set("&<>") & set(text)
    assert text.count("{") == text.count("}") == 2
    assert json.loads(text) == document


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"text"',
        "{",
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":1}}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":1e999}',
        '{"a":[-1.5E+400]}',
        '{"a":"\\ud800"}',
        '{"\\udfff":1}',
        '{"a":"\ud800"}',
        '{"a":1}x',
        '{"a":"\n"}',
        '{"a":' + "1" * 5000 + "}",
        '{"a":' * 100_000,
        '{"a":' + "[" * 65 + "]" * 65 + "}",
        '{"a":"' + "x" * MAX_CHARACTERS + '"}',
        '{"' + '\\"' * 900_000,
        "\\" * 1_900_000,
        '"' * 1_900_000,
    ],
    ids=lambda text: f"{text[:12]!a} of {len(text)}",
)
def test_a_text_that_readers_read_differently_is_refused(text):
    with pytest.raises(ProofError) as refused:
        read_object(text)
    assert refused.value.code == "unreadable"


def test_brackets_in_a_text_are_no_depth():
    assert read_object(json.dumps({"a": "[{" * 1000 + '\\"['})) == {"a": "[{" * 1000 + '\\"['}
