"""The elements of an SVG file as a tree, read by expat without DTD and entities, within limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from badges.errors import PictureError
from badges.rebuilt_svg.styles import Rules, read_sheet
from badges.svg import NAMESPACE_OF_SVG, refuse_programs, without_bare_doctype

MAX_ELEMENTS = 5_000
MAX_DEPTH = 60
_XLINK = "http://www.w3.org/1999/xlink"


@dataclass(slots=True, kw_only=True)
class Element:
    """An element as it stands in the file. Attributes of other namespaces are left off, but for `xlink:href`."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def parse(file: bytes, max_bytes: int) -> tuple[Element, Rules]:
    """The root, and the rules of its style sheets. Raises PictureError as `badges.rebuilt_svg.rebuild` does."""
    if len(file) > max_bytes:
        raise PictureError("picture_too_large", f"The picture has more than {max_bytes} bytes.")
    if file.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PictureError("not_an_svg", "The SVG is not written in UTF-8.")
    return _Parser().run(without_bare_doctype(file))


class _Parser:
    """The handlers of expat. Elements of other namespaces draw nothing: they are counted, and no part of the tree."""

    def __init__(self) -> None:
        self.elements = 0
        self.root: Element | None = None
        #: From the root to the element that is open; None for one of another namespace.
        self.open: list[Element | None] = []
        self.rules = Rules()
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def run(self, file: bytes) -> tuple[Element, Rules]:
        try:
            self.parser.Parse(file, True)  # noqa: FBT003 - expat's name for "this is all" is a positional flag
        except (expat.ExpatError, ValueError) as error:
            raise PictureError("not_an_svg", "The file is not an SVG picture.") from error
        if self.root is None:
            raise PictureError("not_an_svg", "The file is not an SVG picture.")
        return self.root, self.rules

    def _doctype(self, *_: object) -> None:
        raise PictureError("svg_dtd", "The SVG brings definitions of its own, and was not opened.")

    def _instruction(self, target: str, _: str) -> None:
        if target == "xml-stylesheet":
            raise PictureError("svg_script", "The SVG asks for a style sheet, and was not opened.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            raise PictureError("svg_too_complex", "The SVG has too many parts.")
        refuse_programs(name, attributes)
        namespace, _, local = name.rpartition(" ")
        if namespace not in ("", NAMESPACE_OF_SVG):
            if self.root is None:
                raise PictureError("not_an_svg", "The file is not an SVG picture.")
            self.open.append(None)
            return
        element = Element(name=local, attributes=_plain(attributes))
        if self.root is None:
            if local != "svg":
                raise PictureError("not_an_svg", "The file is not an SVG picture.")
            self.root = element
        elif (parent := self.open[-1]) is not None:
            parent.children.append(element)
        self.open.append(element)

    def _end(self, _: str) -> None:
        element = self.open.pop()
        if element is not None and element.name == "style":
            read_sheet("".join(element.text), self.rules)

    def _characters(self, text: str) -> None:
        element = self.open[-1] if self.open else None
        if element is not None and element.name == "style":
            element.text.append(text)


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes of SVG by their names; of both forms of `href` the newer one counts."""
    plain = {name: value for name, value in attributes.items() if " " not in name}
    if f"{_XLINK} href" in attributes:
        plain.setdefault("href", attributes[f"{_XLINK} href"])
    return plain
