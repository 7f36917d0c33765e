"""A credential comes out of an SVG as it went in; an SVG that could run a program is refused."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.bake import MAX_BYTES
from badges.errors import NotBakedError, PictureError
from badges.svg import bake, baked_text, drawing, unbake
from signing.secured import SecuredCredential

JWS = SecuredCredential("eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "application/jwt")
JSON = SecuredCredential('{"name":"Saules paneļu sistēmu droša montāža & co"}', "application/vc+ld+json")
PLAIN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
NAMESPACE = b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'

PICTURES = {
    "plain": PLAIN,
    "with a declaration and a byte order mark": b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- > -->\n'
    + PLAIN,
    "with a prefix": b'<s:svg xmlns:s="http://www.w3.org/2000/svg" a=">"><s:g/></s:svg>',
    "empty": b'<svg xmlns="http://www.w3.org/2000/svg" />',
    "without a namespace": b"<svg></svg>",
    "with text in Latvian": '<svg xmlns="http://www.w3.org/2000/svg"><text>Rīga &amp; ķēde</text></svg>'.encode(),
    "with metadata of a drawing program": b'<?xpacket begin=""?>' + PLAIN,
    "with the prefix taken": b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">'
    b'<openbadges:assertion verify="https://example.org/1"/></svg>',
}


@pytest.mark.parametrize("secured", [JWS, JSON], ids=["jws", "json"])
@pytest.mark.parametrize("picture", PICTURES)
def test_what_is_baked_comes_out_byte_for_byte(picture: str, secured: SecuredCredential) -> None:
    assert unbake(bake(PICTURES[picture], secured)) == secured


@pytest.mark.parametrize("picture", PICTURES)
def test_baking_again_replaces_the_credential_of_before(picture: str) -> None:
    once = bake(PICTURES[picture], JWS)
    assert bake(bake(once, JSON), JWS) == once


def test_the_picture_is_written_as_the_standard_says() -> None:
    jws, json = bake(PLAIN, JWS), bake(PLAIN, JSON)
    assert jws == PLAIN.replace(b"<svg", b"<svg " + NAMESPACE).replace(
        b"<circle", b'<openbadges:credential verify="' + JWS.text.encode() + b'"/><circle'
    )
    assert json == PLAIN.replace(b"<svg", b"<svg " + NAMESPACE).replace(
        b"<circle",
        b"<openbadges:credential><![CDATA[" + JSON.text.encode() + b"]]></openbadges:credential><circle",
    )


def test_the_end_of_cdata_inside_a_text_is_escaped() -> None:
    baked = bake(PLAIN, SecuredCredential('{"a":"]]>"}', "application/vc+ld+json"))
    assert unbake(baked).text == '{"a":"]]\\u003e"}'


def test_a_credential_is_found_by_its_namespace_whatever_the_prefix() -> None:
    other = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0">'
        b"<g><ob:credential>\n  {}\n </ob:credential></g></svg>"
    )
    assert unbake(other).text == "{}"
    assert unbake(bake(other, JWS)) == JWS
    namesake = svg(CREDENTIAL).replace(NAMESPACE, b'xmlns:openbadges="https://example.org"')
    with pytest.raises(NotBakedError):
        unbake(namesake)


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (b'verify="https://example.org/1">', "https://example.org/1"),
        (b'verify="https://example.org/1"><![CDATA[{"a":1}]]>', '{"a":1}'),
        (b'verify="a.b.c">', "a.b.c"),
    ],
)
def test_badges_of_open_badges_2_are_read(inside: bytes, text: str) -> None:
    older = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">'
        b"<openbadges:assertion " + inside + b"</openbadges:assertion></svg>"
    )
    assert (baked_text(older).keyword, baked_text(older).text) == (b"openbadges", text)
    with pytest.raises(NotBakedError) as caught:
        unbake(older)
    assert caught.value.code == "open_badges_2"


def svg(inside: bytes, attributes: bytes = b"") -> bytes:
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" '
        + NAMESPACE
        + b" "
        + attributes
        + b">"
        + inside
        + b"</svg>"
    )


CREDENTIAL = b'<openbadges:credential verify="a.b.c"/>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
HOSTILE = {
    "nothing": (b"", "not_an_svg"),
    "a web page": (b"<html><body/></html>", "not_an_svg"),
    "half": (PLAIN[:-3], "not_an_svg"),
    "two pictures": (PLAIN + PLAIN, "not_an_svg"),
    "UTF-16": (PLAIN.decode().encode("utf-16"), "not_an_svg"),
    "a billion laughs": (b'<!DOCTYPE svg [<!ENTITY l0 "ha">' + LAUGHS + b"]><svg>&l9;</svg>", "svg_dtd"),
    "a local file as an entity": (
        b'<!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/passwd">]><svg>&f;</svg>',
        "svg_dtd",
    ),
    "an undefined entity": (svg(b"&f;"), "not_an_svg"),
    "a script": (svg(b"<script>alert(1)</script>"), "svg_script"),
    "a script of another namespace": (
        svg(b'<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'),
        "svg_script",
    ),
    "a handler": (svg(b"", b'onload="alert(1)"'), "svg_script"),
    "a link that runs": (svg(b'<a href=" java&#10;script:alert(1)"/>'), "svg_script"),
    "an XSLT": (b'<?xml-stylesheet type="text/xsl" href="https://example.org/x"?>' + PLAIN, "svg_script"),
    "depth": (b"<svg>" * 300 + b"</svg>" * 300, "svg_too_complex"),
    "very great depth": (b"<svg>" * 500_000, "svg_too_complex"),
    "many parts": (svg(b"<g/>" * 150_000), "svg_too_complex"),
    "too large": (b"<svg>" + b" " * MAX_BYTES + b"</svg>", "too_large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_picture_is_refused_with_its_reason(case: str) -> None:
    data, code = HOSTILE[case]
    for refused in (unbake, lambda svg: bake(svg, JWS)):
        with pytest.raises(PictureError) as caught:
            refused(data)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        pytest.param(CREDENTIAL * 2, "two_credentials", id="two"),
        pytest.param(
            b'<openbadges:credential verify="a.b.c">{}</openbadges:credential>',
            "two_credentials",
            id="two in one",
        ),
        pytest.param(
            b"<openbadges:credential>" + CREDENTIAL + b"</openbadges:credential>", "bad_text", id="one in one"
        ),
        pytest.param(
            b"<openbadges:credential>" + b"x" * 5_000_000 + b"</openbadges:credential>",
            "text_too_large",
            id="long",
        ),
    ],
)
def test_a_credential_that_readers_would_read_differently_is_refused(inside: bytes, code: str) -> None:
    with pytest.raises(PictureError) as caught:
        unbake(svg(inside))
    assert caught.value.code == code


def test_a_credential_that_xml_cannot_hold_is_not_baked() -> None:
    for text in ('{"a":"\x01"}', '{"a":"\ufffe"}', '{"a":"\r"}'):
        with pytest.raises(PictureError) as caught:
            bake(PLAIN, SecuredCredential(text, "application/vc+ld+json"))
        assert caught.value.code in ("bad_text", "not_an_svg")


@given(data=st.data())
def test_any_bytes_are_a_badge_or_a_named_refusal(data: st.DataObject) -> None:
    file = bytearray(bake(PLAIN, JSON))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(file)))
        file[position : position + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    for attempt in (bytes(file), data.draw(st.binary(max_size=100))):
        for function in (unbake, lambda svg: bake(svg, JWS)):
            try:
                function(attempt)
            except (PictureError, NotBakedError):
                continue


@pytest.mark.parametrize(
    "ids", [b'PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://a/b.dtd"', b"SYSTEM 'b.dtd'", b""]
)
@pytest.mark.parametrize(
    "before", [b"", b'\xef\xbb\xbf<?xml version="1.0"?>\n', b"<!-- <!DOCTYPE a []> -->\n"]
)
def test_a_document_type_that_defines_nothing_is_read_and_kept(ids: bytes, before: bytes) -> None:
    declared = before + b"<!DOCTYPE svg " + ids + b" >\n" + PLAIN
    baked = bake(declared, JSON)
    assert unbake(baked) == JSON
    assert baked.startswith(declared[: declared.index(b"<svg")])


@pytest.mark.parametrize(
    ("file", "code"),
    [
        pytest.param(b"<!DOCTYPE svg []>" + PLAIN, "svg_dtd", id="empty"),
        pytest.param(b'<!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY f "x">]>' + PLAIN, "svg_dtd", id="entity"),
        pytest.param(
            b'<!DOCTYPE svg SYSTEM "b"[<!ATTLIST svg a CDATA "b">]>' + PLAIN, "svg_dtd", id="attribute"
        ),
        pytest.param(b"<!DOCTYPE svg><!DOCTYPE svg>" + PLAIN, "svg_dtd", id="two"),
        pytest.param(b'<!DOCTYPE svg SYSTEM "b">' + svg(b"&f;"), "not_an_svg", id="entity in a text"),
        pytest.param(
            b'<!DOCTYPE svg SYSTEM "b">' + svg(b'<openbadges:credential verify="a.b.&f;c"/>'),
            "not_an_svg",
            id="entity in the badge",
        ),
        pytest.param(b'<!DOCTYPE svg SYSTEM "b>' + PLAIN, "not_an_svg", id="half"),
    ],
)
def test_nothing_can_be_defined_outside_of_the_picture(file: bytes, code: str) -> None:
    with pytest.raises(PictureError) as caught:
        unbake(file)
    assert caught.value.code == code


def test_a_picture_becomes_an_svg_that_can_be_baked() -> None:
    title = '"Data" & <charts>\'\u202e\ufffe'
    svg = drawing(b"\x89PNG", 600, title)
    baked = bake(svg, JSON)
    assert unbake(baked) == JSON
    root = ElementTree.fromstring(baked)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == title.removesuffix("\u202e\ufffe")
    (image,) = root.findall("{http://www.w3.org/2000/svg}image")
    assert image.get("href") == "data:image/png;base64,iVBORw=="
