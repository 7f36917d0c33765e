"""bake and unbake for SVG: the credential is the first child of `<svg>`, and every other byte stays the same.

Source: Open Badges 3.0, "Baked Badge Specification", SVG: one `<openbadges:credential>`, a JWS in its attribute
`verify`, JSON in a CDATA section. Read too: `<openbadges:assertion>` of Open Badges 2.0, and the credential of a
Comprehensive Learner Record.

An SVG can run programs in the browser that opens it. One with definitions of its own (an internal DTD), entities,
scripts or event handlers is refused as a whole, so that nobody is handed it as a badge. A document type that only names
a DTD elsewhere is read as if it were not there: drawing programs write one, and nothing is ever fetched for it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from badges.bake import (
    CLR_KEYWORD,
    JWS_TYPE,
    KEYWORD,
    LEGACY_KEYWORD,
    MAX_BYTES,
    MAX_TEXT_BYTES,
    BakedText,
    secured_from,
)
from badges.errors import NotBakedError, PictureError
from badges.readable import readable
from signing.secured import SecuredCredential

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
NAMESPACE_OF_SVG = "http://www.w3.org/2000/svg"
#: Element name with its namespace -> the keyword under which a PNG would hold the same.
_BADGES = {
    f"{NAMESPACE} credential": KEYWORD,
    "https://purl.imsglobal.org/clr/v2p0 credential": CLR_KEYWORD,
    "http://openbadges.org assertion": LEGACY_KEYWORD,
}
MAX_ELEMENTS = 100_000
MAX_DEPTH = 200
#: A start tag with its attributes. The quantifiers are possessive (`++`, `*+`): with ordinary ones a tag that never
#: ends would be tried in exponentially many ways.
_START_TAG = re.compile(rb"""<[^\s/>]++(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_TAG_NAME = re.compile(rb"<[^\s/>]+")
#: What may stand before a document type: a byte order mark, declarations and comments.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?+(?:\s++|<\?(?:[^?]++|\?(?!>))*+\?>|<!--(?:[^-]++|-(?!->))*+-->)*+")
_LITERAL = rb"""(?:"[^"]*+"|'[^']*+')"""
#: A document type with at most a public and a system identifier; one that brings definitions has a bracket.
_BARE_DOCTYPE = re.compile(
    rb"""<!DOCTYPE\s++[^\s<>\["']++(?:\s++(?:PUBLIC\s++%b\s++|SYSTEM\s++)%b)?+\s*+>""" % (_LITERAL, _LITERAL)
)
_CREDENTIAL_TAG = b"openbadges:credential"
#: Elements that run or load programs; `handler` and `listener` are of SVG Tiny 1.2 and XML Events.
_PROGRAM_ELEMENTS = frozenset({"script", "handler", "listener", "iframe", "embed", "object"})
_PROGRAM_URLS = ("javascript:", "vbscript:", "data:text/html", "data:image/svg")
_JWS = re.compile(r"[A-Za-z0-9_.-]+")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def looks_like_svg(file: bytes) -> bool:
    """Whether the bytes begin like XML, with `<svg` near the beginning unless there is an XML declaration."""
    head = file[:2_000].removeprefix(BOM_UTF8).lstrip()
    return head.startswith(b"<?xml") or (head.startswith(b"<") and b"<svg" in file[:20_000])


def drawing(png: bytes, side: int, title: str) -> bytes:
    """The square picture of `side` pixels as an SVG, which shows it at any size; the title is for screen readers."""
    image, name = b64encode(png).decode(), escape(readable(title), quote=False)
    return (
        f'<svg xmlns="{NAMESPACE_OF_SVG}" viewBox="0 0 {side} {side}" role="img"><title>{name}</title>'
        f'<image width="{side}" height="{side}" href="data:image/png;base64,{image}"/></svg>'
    ).encode()


def bake(svg: bytes, secured: SecuredCredential) -> bytes:
    """The SVG with the credential in it, in place of an earlier one; every other byte stays the same.

    Raises PictureError where the bytes are not an SVG without programs, or the credential cannot be written in XML.
    """
    parsed = _parse(svg)
    element, declaration = _credential_element(secured), f' xmlns:openbadges="{NAMESPACE}"'.encode()
    if parsed.prefix_namespace == NAMESPACE:
        declaration = b""
    elif parsed.prefix_namespace is not None:
        # The prefix means something else on <svg>, as with a baked Open Badges 2.0: declare it on the element.
        element, declaration = element.replace(_CREDENTIAL_TAG, _CREDENTIAL_TAG + declaration, 1), b""
    opening, closing, rest = svg[parsed.name_end : parsed.tag_end], b"", svg[parsed.tag_end :]
    if opening.endswith(b"/>"):
        opening, closing = opening[:-2] + b">", b"</" + svg[parsed.tag_start + 1 : parsed.name_end] + b">"
    for keyword, start, end in reversed(parsed.spans):  # from the end, so that earlier offsets stay right
        if keyword == KEYWORD:
            rest = rest[: start - parsed.tag_end] + rest[end - parsed.tag_end :]
    baked = svg[: parsed.name_end] + declaration + opening + element + closing + rest
    # XML normalizes line ends and forbids some characters: only what reads back the same may be given out.
    if unbake(baked).text != _escape_cdata_end(secured.text):
        raise PictureError("bad_text", "The credential holds characters that cannot stand in an SVG.")
    return baked


def _credential_element(secured: SecuredCredential) -> bytes:
    """`<openbadges:credential>` with the credential. Raises PictureError for a JWS with characters it may not have."""
    if secured.media_type == JWS_TYPE:
        if not _JWS.fullmatch(secured.text):
            raise PictureError("bad_text", "The credential is not a compact JWS.")
        return b"<" + _CREDENTIAL_TAG + b' verify="' + secured.text.encode() + b'"/>'
    body = _escape_cdata_end(secured.text).encode()
    return b"<" + _CREDENTIAL_TAG + b"><![CDATA[" + body + b"]]></" + _CREDENTIAL_TAG + b">"


def _escape_cdata_end(text: str) -> str:
    """The JSON without `]]>`, which would end the CDATA section.

    In JSON these three characters are together only inside a string, where the escape means the same.
    """
    return text.replace("]]>", "]]\\u003e")


def unbake(svg: bytes) -> SecuredCredential:
    """The credential baked into the SVG.

    Raises PictureError where the SVG is refused, NotBakedError where it has no badge, or one of Open Badges 2.0.
    """
    baked = baked_text(svg)
    if baked.keyword == LEGACY_KEYWORD:
        raise NotBakedError("open_badges_2", "The badge in the picture is of an older standard.")
    return secured_from(baked.text)


def baked_text(svg: bytes) -> BakedText:
    """The text baked into the SVG, of whatever standard; of several standards, the newest.

    Raises PictureError where the SVG is refused or has two badges of one standard, NotBakedError where it has none.
    """
    parsed = _parse(svg)
    for keyword in (KEYWORD, CLR_KEYWORD, LEGACY_KEYWORD):
        texts = [text for name, text in parsed.texts if name == keyword]
        if len(texts) > 1:
            raise PictureError("two_credentials", "There is more than one credential in the picture.")
        if texts:
            return BakedText(text=texts[0], keyword=keyword, plain=True)
    raise NotBakedError("no_credential", "There is no badge in this picture.")


@dataclass(slots=True)
class _ParsedSvg:
    """The badges in an SVG, and byte offsets: of the start tag `<svg …>`, and from `spans` of each badge element."""

    tag_start: int = 0
    name_end: int = 0
    tag_end: int = 0
    #: The namespace that the prefix `openbadges` has on `<svg>`, if any.
    prefix_namespace: str | None = None
    texts: list[tuple[bytes, str]] = field(default_factory=list)
    spans: list[tuple[bytes, int, int]] = field(default_factory=list)


class _Parser:
    """The handlers of expat, which raise PictureError for all that an SVG badge may not contain.

    expat is used, not a tree, because baking needs byte offsets, and because the limits have to apply while reading.
    """

    def __init__(self, svg: bytes) -> None:
        self.svg = svg
        self.parsed = _ParsedSvg()
        self.depth = self.elements = self.text_length = 0
        #: Keyword, offset and `verify` of the badge element that is open.
        self.badge: tuple[bytes, int, str | None] | None = None
        self.text: list[str] = []
        # UTF-8 whatever the XML declaration says; names come with their namespace.
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartNamespaceDeclHandler = self._namespace
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def run(self) -> _ParsedSvg:
        try:
            self.parser.Parse(self.svg, True)  # noqa: FBT003 - expat's name for "this is all" is a positional flag
        except (expat.ExpatError, ValueError, RecursionError) as error:
            raise PictureError("not_an_svg", "The file is not an SVG picture.") from error
        return self.parsed

    def _doctype(self, *_: object) -> None:
        raise PictureError("svg_dtd", "The SVG brings definitions of its own, and was not opened.")

    def _instruction(self, target: str, _: str) -> None:
        if target == "xml-stylesheet":  # an XSLT style sheet is a program
            raise PictureError("svg_script", "The SVG asks for a style sheet, and was not opened.")

    def _namespace(self, prefix: str | None, uri: str) -> None:
        if self.depth == 0 and prefix == "openbadges":
            self.parsed.prefix_namespace = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        offset = self.parser.CurrentByteIndex
        if self.depth == 0:
            if name not in (f"{NAMESPACE_OF_SVG} svg", "svg"):
                raise PictureError("not_an_svg", "The file is not an SVG picture.")
            self.parsed.tag_start, self.parsed.tag_end = offset, self._tag_end(offset)
            self.parsed.name_end = self._match(_TAG_NAME, offset).end()
        self.depth += 1
        self.elements += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise PictureError("svg_too_complex", "The SVG has too many parts.")
        if self.badge is not None:  # an element inside a badge: its text would be ambiguous
            raise PictureError("bad_text", "The credential in the picture cannot be read.")
        refuse_programs(name, attributes)
        if name in _BADGES:
            self.badge = (_BADGES[name], offset, attributes.get("verify"))
            self.text = []

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.badge is None or name not in _BADGES:
            return
        keyword, start, verify = self.badge
        end = self._tag_end(start)
        if not self.svg.endswith(b"/>", start, end):
            end = self.svg.index(b">", self.parser.CurrentByteIndex) + 1
        body = "".join(self.text).strip()
        if verify and body and keyword == KEYWORD:
            raise PictureError("two_credentials", "There is more than one credential in the picture.")
        # Open Badges 2.0 allows both the assertion and the address to verify it at; the assertion has the address, too.
        self.parsed.texts.append((keyword, body or (verify or "").strip()))
        self.parsed.spans.append((keyword, start, end))
        self.badge = None

    def _tag_end(self, start: int) -> int:
        """The offset after the `>` of the start tag that begins at `start`; expat only knows where a tag begins."""
        return self._match(_START_TAG, start).end()

    def _match(self, pattern: re.Pattern[bytes], start: int) -> re.Match[bytes]:
        found = pattern.match(self.svg, start)
        if found is None:
            raise PictureError("not_an_svg", "The file is not an SVG picture.")
        return found

    def _characters(self, text: str) -> None:
        if self.badge is not None:
            self.text_length += len(text)
            if self.text_length > MAX_TEXT_BYTES:
                raise PictureError("text_too_large", "The credential in the picture is too long.")
            self.text.append(text)


def refuse_programs(name: str, attributes: dict[str, str]) -> None:
    """Raises PictureError for an element that runs a program, or has an attribute that does."""
    is_program = name.rpartition(" ")[2].lower() in _PROGRAM_ELEMENTS
    for attribute, value in attributes.items():
        key = attribute.rpartition(" ")[2].lower()
        # Browsers ignore spaces and control characters in `java\nscript:`.
        url = _CONTROL.sub("", value).lower()
        is_program = is_program or key.startswith("on") or url.startswith(_PROGRAM_URLS)
    if is_program:
        raise PictureError("svg_script", "The SVG holds a program, and was not opened.")


def _parse(svg: bytes) -> _ParsedSvg:
    """The badges in an SVG and where they are. Raises PictureError where the SVG is refused."""
    if len(svg) > MAX_BYTES:
        raise PictureError("too_large", f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
    if svg.startswith((b"\xff\xfe", b"\xfe\xff")):
        # expat would follow this byte order mark in spite of `encoding`, and all offsets would be wrong.
        raise PictureError("not_an_svg", "The SVG is not written in UTF-8.")
    return _Parser(without_bare_doctype(svg)).run()


def without_bare_doctype(svg: bytes) -> bytes:
    """The SVG with spaces for a document type that brings no definitions, so that all offsets stay the same.

    Left in, it would make expat skip entities that are not defined here, while other readers might look them up and
    read something else. Without it every such entity is an error.
    """
    prolog = _PROLOG.match(svg)
    found = _BARE_DOCTYPE.match(svg, prolog.end() if prolog else 0)
    return svg[: found.start()] + b" " * len(found[0]) + svg[found.end() :] if found else svg
