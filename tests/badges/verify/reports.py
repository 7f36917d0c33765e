"""Readers of a Report and of the JSON that is verified, and pictures to verify, for the tests of this folder."""

from __future__ import annotations

import zlib
from typing import Any

from hypothesis import strategies as st

from badges.artwork import picture
from badges.sentences import sentences
from badges.verify import Report

#: Where the header of a PNG ends.
HEADER_END = 33


def finding(report: Report, name: str) -> tuple[str, str]:
    """The outcome and the code of one check."""
    return next((check.outcome, check.code) for check in report.checks if check.name == name)


def demand_sentences(report: Report) -> None:
    """Every code of the report has a sentence."""
    assert all(check.code in sentences()[check.name] for check in report.checks)


def members(value: Any) -> list[tuple[Any, Any]]:
    """Every member of every object and list in a document, as (container, key or index)."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [member for key, item in inner for member in ((value, key), *members(item))]


def with_changed_bytes(file: bytes, data: st.DataObject) -> bytes:
    """The file with one to three places changed."""
    changed = bytearray(file)
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(changed) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "drop"])):
            case "flip":
                changed[position] ^= data.draw(st.integers(1, 255))
            case "cut" if position:
                del changed[position:]
            case "insert":
                changed[position:position] = data.draw(st.binary(min_size=1, max_size=4))
            case _:
                del changed[position]
        if not changed:
            break
    return bytes(changed)


def baked_older(text: str, kind: bytes = b"iTXt") -> bytes:
    """A PNG with the text in it as Open Badges 2.0 and 1.x bake it."""
    png = picture("Solar", None, "Riga College", size=20)
    data = kind + b"openbadges\0" + (b"\0\0\0\0" if kind == b"iTXt" else b"") + text.encode()
    chunk = (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)
    return png[:HEADER_END] + chunk + png[HEADER_END:]
