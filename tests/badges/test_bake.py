"""A credential comes out of a picture byte for byte as it went in; the picture does not change."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from badges.artwork import picture
from badges.bake import MAX_BYTES, SIGNATURE, bake, baked_text, text_chunks, unbake
from badges.errors import NotBakedError, PictureError
from signing.secured import SecuredCredential

JWS = SecuredCredential("eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "application/jwt")
JSON = SecuredCredential('{"name":"Saules paneļu sistēmu droša montāža"}', "application/vc+ld+json")


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)


HEADER = chunk(b"IHDR", bytes.fromhex("00000001000000010800000000"))
PIXELS = chunk(b"IDAT", bytes.fromhex("789c6360000000020001"))
END = chunk(b"IEND")


def png(*middle: bytes) -> bytes:
    return b"".join((SIGNATURE, HEADER, *middle, PIXELS, END))


@pytest.mark.parametrize("secured", [JWS, JSON], ids=["jws", "json"])
def test_what_is_baked_comes_out_byte_for_byte(secured: SecuredCredential) -> None:
    assert unbake(bake(picture("Solar", None, "Riga College"), secured)) == secured


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
kinds = st.sampled_from([b"tEXt", b"iTXt", b"gAMA", b"pHYs", b"tIME", b"vpAg", b"zTXt"])


@given(
    chunks=st.lists(st.tuples(kinds, st.binary(max_size=40)), max_size=8).filter(
        lambda drawn: not any(data.startswith(b"openbadgecredential") for _, data in drawn)
    ),
    text=texts,
)
def test_every_other_byte_of_the_picture_is_kept(chunks: list[tuple[bytes, bytes]], text: str) -> None:
    plain = png(*(chunk(kind, data) for kind, data in chunks))
    baked = bake(plain, SecuredCredential(text, "application/jwt"))
    added = next(found for found in text_chunks(baked) if found.keyword == b"openbadgecredential")
    assert baked[: added.start] + baked[added.end :] == plain
    assert unbake(baked).text == text


def test_baking_again_replaces_the_credential_of_before() -> None:
    plain = picture("Solar", "EQF 4", "Riga College")
    assert bake(bake(plain, JSON), JWS) == bake(plain, JWS)


def test_earlier_credentials_in_other_text_chunks_are_replaced_too() -> None:
    older = [
        chunk(kind, b"openbadgecredential\0\0\0\0\0old" if kind == b"iTXt" else b"openbadgecredential\0old")
        for kind in (b"iTXt", b"tEXt", b"zTXt", b"iTXt")
    ]
    assert bake(png(*older), JWS) == bake(png(), JWS)


def test_a_baked_picture_is_still_a_picture() -> None:
    plain = picture("Saules paneļu sistēmu droša montāža", "EKI 4", "Rīgas koledža")
    with Image.open(BytesIO(plain)) as before, Image.open(BytesIO(bake(plain, JSON))) as after:
        after.load()
        assert after.tobytes() == before.tobytes()
        assert after.text["openbadgecredential"] == JSON.text


def test_the_credential_follows_the_header_uncompressed() -> None:
    added = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + JSON.text.encode())
    assert bake(png(), JSON) == SIGNATURE + HEADER + added + PIXELS + END


def with_wrong_checksum(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


TWICE = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0one") + chunk(
    b"iTXt", b"openbadgecredential\0\0\0\0\0two"
)
HOSTILE = {
    "nothing": (b"", "not_a_png"),
    "text": (b"{}", "not_a_png"),
    "a JPEG": (b"\xff\xd8\xff\xe0" + bytes(40), "not_a_png"),
    "only the signature": (SIGNATURE, "truncated"),
    "cut in a chunk": (png()[:-14], "truncated"),
    "no end": (SIGNATURE + HEADER + PIXELS, "truncated"),
    "a length beyond the file": (SIGNATURE + b"\xff\xff\xff\xff" + HEADER[4:], "truncated"),
    "a wrong checksum": (SIGNATURE + with_wrong_checksum(HEADER) + PIXELS + END, "bad_checksum"),
    "a wrong checksum of the pixels": (
        SIGNATURE + HEADER + with_wrong_checksum(PIXELS) + END,
        "bad_checksum",
    ),
    "something behind the end": (png() + b"<script>", "after_end"),
    "a second picture behind the end": (png() + png(), "after_end"),
    "no header": (SIGNATURE + PIXELS + END, "bad_order"),
    "two headers": (png(HEADER), "bad_order"),
    "no pixels": (SIGNATURE + HEADER + END, "bad_order"),
    "chunks without end": (SIGNATURE + HEADER + chunk(b"vpAg") * 25_000 + PIXELS + END, "too_many_chunks"),
    "too large": (SIGNATURE + bytes(MAX_BYTES), "too_large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_picture_is_refused_with_its_reason(case: str) -> None:
    data, code = HOSTILE[case]
    for refused in (unbake, lambda png: bake(png, JWS)):
        with pytest.raises(PictureError) as caught:
            refused(data)
        assert caught.value.code == code


UNREADABLE = {
    "two credentials": (TWICE, "two_credentials"),
    "half a compressed one": (chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0x\x9c"), "bad_text"),
    "an unknown compression": (chunk(b"iTXt", b"openbadgecredential\0\2\0\0\0{}"), "bad_text"),
    "a bomb": (
        chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(50_000_000))),
        "text_too_large",
    ),
    "another bomb": (
        chunk(b"zTXt", b"openbadgecredential\0\0" + zlib.compress(bytes(50_000_000))),
        "text_too_large",
    ),
    "two of different kinds": (
        chunk(b"tEXt", b"openbadgecredential\0{}") + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}"),
        "two_credentials",
    ),
    "no text at all": (chunk(b"iTXt", b"openbadgecredential"), "bad_text"),
    "no text at all, in another kind": (chunk(b"tEXt", b"openbadgecredential"), "bad_text"),
    "half a chunk": (chunk(b"iTXt", b"openbadgecredential\0\0\0en"), "bad_text"),
    "not UTF-8": (chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff"), "bad_text"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_credential_that_readers_would_read_differently_is_refused(case: str) -> None:
    data, code = UNREADABLE[case]
    with pytest.raises(PictureError) as caught:
        unbake(png(data))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param(b"iTXt", b"\0\0\0\0" + JSON.text.encode(), id="as the standard says"),
        pytest.param(b"iTXt", b"\0\0lv\0Apliec\xc4\xabba\0" + JSON.text.encode(), id="with a language"),
        pytest.param(b"iTXt", b"\1\0\0\0" + zlib.compress(JSON.text.encode()), id="compressed"),
        pytest.param(b"tEXt", JSON.text.encode(), id="tEXt, in UTF-8 against the rules of PNG"),
        pytest.param(b"zTXt", b"\0" + zlib.compress(JSON.text.encode()), id="zTXt"),
    ],
)
def test_a_credential_baked_in_another_way_is_found(kind: bytes, data: bytes) -> None:
    baked = baked_text(png(chunk(kind, b"openbadgecredential\0" + data)))
    assert baked.text == JSON.text
    assert baked.plain is (data == b"\0\0\0\0" + JSON.text.encode())


def test_a_text_chunk_in_latin_1_is_read_as_such() -> None:
    text = '{"name":"Café"}'
    assert unbake(png(chunk(b"tEXt", b"openbadgecredential\0" + text.encode("latin-1")))).text == text


def test_the_badge_of_the_newer_standard_counts() -> None:
    both = chunk(b"iTXt", b"openbadges\0\0\0\0\0{}") + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{ }")
    assert unbake(png(both)).text == "{ }"
    older = baked_text(png(chunk(b"tEXt", b"openbadges\0https://example.org/1")))
    assert (older.keyword, older.text) == (b"openbadges", "https://example.org/1")


@pytest.mark.parametrize(
    ("middle", "code"),
    [
        pytest.param(b"", "no_credential", id="an empty picture"),
        pytest.param(chunk(b"tEXt", b"Comment\0hello"), "no_credential", id="another text"),
        pytest.param(chunk(b"iTXt", b"openbadges\0\0\0\0\0{}"), "open_badges_2", id="OB 2"),
        pytest.param(chunk(b"tEXt", b"openbadges\0https://example.org/1"), "open_badges_2", id="OB 1"),
    ],
)
def test_a_picture_without_a_badge_has_its_reason(middle: bytes, code: str) -> None:
    with pytest.raises(NotBakedError) as caught:
        unbake(png(middle))
    assert caught.value.code == code


@given(st.binary(max_size=200))
def test_any_bytes_are_a_badge_or_a_named_refusal(data: bytes) -> None:
    for attempt in (data, SIGNATURE + data, SIGNATURE + HEADER + data):
        with pytest.raises((PictureError, NotBakedError)):
            unbake(attempt)


@pytest.mark.parametrize("name", ["simple-json.png", "simple-jwt.png"])
def test_badges_of_other_tools_are_unbaked(shared: Path, name: str) -> None:
    text = unbake((shared / "data/vectors/1edtech" / name).read_bytes()).text
    assert text.startswith("{" if "json" in name else "ey")
