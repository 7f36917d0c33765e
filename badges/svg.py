"""bake and unbake for SVG: the credential is the first child of `<svg>`; every other byte stays as it was.

Source: Open Badges 3.0, "Baked Badge Specification", SVG: one `<openbadges:credential>`, a JWS in its attribute
`verify`, JSON in a CDATA section. Read too: `<openbadges:assertion>` of Open Badges 2.0, and the credential of a
Comprehensive Learner Record.

An SVG is a program as much as a picture. One with a DTD, entities or scripts is refused whole, before anything in it is
looked at: nobody should be asked to open it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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
from signing.secured import SecuredCredential

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_SVG = "http://www.w3.org/2000/svg"
#: Element name with its namespace -> the keyword under which a PNG would hold the same.
_BADGES = {
    f"{NAMESPACE} credential": KEYWORD,
    "https://purl.imsglobal.org/clr/v2p0 credential": CLR_KEYWORD,
    "http://openbadges.org assertion": LEGACY_KEYWORD,
}
MAX_ELEMENTS = 100_000
MAX_DEPTH = 200
_START_TAG = re.compile(rb"""<[^\s/>]++(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_TAG_NAME = re.compile(rb"<[^\s/>]+")
_NAME = b"openbadges:credential"
_FORBIDDEN = frozenset({"script", "handler", "listener", "iframe", "embed", "object"})
_JWS = re.compile(r"[A-Za-z0-9_.-]+")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_BOM = b"\xef\xbb\xbf"


def looks_like_svg(file: bytes) -> bool:
    """Whether the bytes begin as XML does and mean to be an SVG."""
    head = file[:2_000].removeprefix(_BOM).lstrip()
    return head.startswith(b"<?xml") or (head.startswith(b"<") and b"<svg" in file[:20_000])


def bake(svg: bytes, secured: SecuredCredential) -> bytes:
    """The SVG with the credential in it, in place of one baked in before; every other byte is as it was.

    Raises PictureError when the bytes are not a harmless SVG, or the credential cannot stand in XML.
    """
    read = _read(svg)
    element, declaration = _element(secured), f' xmlns:openbadges="{NAMESPACE}"'.encode()
    if read.prefix == NAMESPACE:
        declaration = b""
    elif read.prefix is not None:  # the prefix is taken: a badge of Open Badges 2.0 was baked in
        element, declaration = element.replace(_NAME, _NAME + declaration, 1), b""
    opening, closing, rest = svg[read.name_end : read.tag_end], b"", svg[read.tag_end :]
    if opening.endswith(b"/>"):
        opening, closing = opening[:-2] + b">", b"</" + svg[read.tag_start + 1 : read.name_end] + b">"
    for keyword, start, end in reversed(read.spans):
        if keyword == KEYWORD:
            rest = rest[: start - read.tag_end] + rest[end - read.tag_end :]
    baked = svg[: read.name_end] + declaration + opening + element + closing + rest
    if unbake(baked).text != _without_cdata_end(secured.text):
        raise PictureError("bad_text", "The credential holds characters that cannot stand in an SVG.")
    return baked


def _element(secured: SecuredCredential) -> bytes:
    if secured.media_type == JWS_TYPE:
        if not _JWS.fullmatch(secured.text):
            raise PictureError("bad_text", "The credential is not a compact JWS.")
        return b"<" + _NAME + b' verify="' + secured.text.encode() + b'"/>'
    body = _without_cdata_end(secured.text).encode()
    return b"<" + _NAME + b"><![CDATA[" + body + b"]]></" + _NAME + b">"


def _without_cdata_end(text: str) -> str:
    """Only inside a string of JSON can these three stand together, so the escape means the same."""
    return text.replace("]]>", "]]\\u003e")


def unbake(svg: bytes) -> SecuredCredential:
    """The credential baked into the SVG; raises PictureError or NotBakedError."""
    found = baked_text(svg)
    if found.keyword == LEGACY_KEYWORD:
        raise NotBakedError("open_badges_2", "The badge in the picture is of an older standard.")
    return secured_from(found.text)


def baked_text(svg: bytes) -> BakedText:
    """The text baked into the SVG, of whatever standard; raises PictureError or NotBakedError."""
    read = _read(svg)
    for keyword in (KEYWORD, CLR_KEYWORD, LEGACY_KEYWORD):
        texts = [text for name, text in read.texts if name == keyword]
        if len(texts) > 1:
            raise PictureError("two_credentials", "There is more than one credential in the picture.")
        if texts:
            return BakedText(texts[0], keyword, True)
    raise NotBakedError("no_credential", "There is no badge in this picture.")


@dataclass(slots=True)
class _Read:
    """What a walk over the SVG found: the badges with their places, and where `<svg …>` stands."""

    tag_start: int = 0
    name_end: int = 0
    tag_end: int = 0
    #: What the prefix `openbadges` means on `<svg>`, if anything.
    prefix: str | None = None
    texts: list[tuple[bytes, str]] = field(default_factory=list)
    spans: list[tuple[bytes, int, int]] = field(default_factory=list)


class _Walk:
    """expat's handlers. Whatever has no place in a badge stops the walk."""

    def __init__(self, svg: bytes) -> None:
        self.svg = svg
        self.read = _Read()
        self.depth = self.elements = self.size = 0
        self.badge: tuple[bytes, int, str | None] | None = None
        self.text: list[str] = []
        # No encoding of another declaration, no parameter entities, names with their namespace.
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartNamespaceDeclHandler = self._namespace
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def run(self) -> _Read:
        try:
            self.parser.Parse(self.svg, True)
        except (expat.ExpatError, ValueError, RecursionError) as error:
            raise PictureError("not_an_svg", "The file is not an SVG picture.") from error
        return self.read

    def _doctype(self, *_: object) -> None:
        raise PictureError("svg_dtd", "The SVG brings a document type or entities, and was not opened.")

    def _instruction(self, target: str, _: str) -> None:
        if target == "xml-stylesheet":  # A style sheet may be a program, too (XSLT).
            raise PictureError("svg_script", "The SVG asks for a style sheet, and was not opened.")

    def _namespace(self, prefix: str | None, uri: str) -> None:
        if self.depth == 0 and prefix == "openbadges":
            self.read.prefix = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self.parser.CurrentByteIndex
        if self.depth == 0:
            if name not in (f"{_SVG} svg", "svg"):
                raise PictureError("not_an_svg", "The file is not an SVG picture.")
            self.read.tag_start, self.read.tag_end = at, self._tag_end(at)
            self.read.name_end = self._matched(_TAG_NAME, at).end()
        self.depth += 1
        self.elements += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise PictureError("svg_too_complex", "The SVG has too many parts.")
        if self.badge is not None:
            raise PictureError("bad_text", "The credential in the picture cannot be read.")
        _refuse_programs(name, attributes)
        if name in _BADGES:
            self.badge = (_BADGES[name], at, attributes.get("verify"))
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
        # Open Badges 2.0 may hold the assertion and where to verify it; the assertion says the latter, too.
        self.read.texts.append((keyword, body or (verify or "").strip()))
        self.read.spans.append((keyword, start, end))
        self.badge = None

    def _tag_end(self, start: int) -> int:
        """Behind the `>` of the start tag there: expat says only where a tag begins."""
        return self._matched(_START_TAG, start).end()

    def _matched(self, pattern: re.Pattern[bytes], start: int) -> re.Match[bytes]:
        found = pattern.match(self.svg, start)
        if found is None:
            raise PictureError("not_an_svg", "The file is not an SVG picture.")
        return found

    def _characters(self, text: str) -> None:
        if self.badge is not None:
            self.size += len(text)
            if self.size > MAX_TEXT_BYTES:
                raise PictureError("text_too_large", "The credential in the picture is too long.")
            self.text.append(text)


def _refuse_programs(name: str, attributes: dict[str, str]) -> None:
    """Raise PictureError for an element that runs something, or that holds what would."""
    local = name.rpartition(" ")[2].lower()
    programs = local in _FORBIDDEN
    for attribute, value in attributes.items():
        key = attribute.rpartition(" ")[2].lower()
        address = _CONTROL.sub("", value).lower()
        programs = programs or key.startswith("on")
        programs = programs or address.startswith(
            ("javascript:", "vbscript:", "data:text/html", "data:image/svg")
        )
    if programs:
        raise PictureError("svg_script", "The SVG holds a program, and was not opened.")


def _read(svg: bytes) -> _Read:
    if len(svg) > MAX_BYTES:
        raise PictureError("too_large", f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
    if svg.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    ):  # expat would follow that mark, whatever encoding it is told
        raise PictureError("not_an_svg", "The SVG is not written in UTF-8.")
    return _Walk(svg).run()
