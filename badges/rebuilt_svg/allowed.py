"""The lists of elements and attributes that may be in a picture, and the tree of those that are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from badges.errors import PictureError
from badges.rebuilt_svg.parsed import Element
from badges.rebuilt_svg.paths import path
from badges.rebuilt_svg.styles import Rules, read_declarations
from badges.rebuilt_svg.values import (
    Reader,
    Reference,
    Value,
    choice,
    colour,
    dashes,
    length,
    link_to,
    number,
    numbers,
    paint,
    points,
    reference_to,
    share,
    transform,
    view_box,
)

#: How many things that were left out are named: more says nothing more.
MAX_NAMED = 12
#: Names of a stranger are shown so far.
MAX_NAME = 40

_UNITS = choice("userSpaceOnUse", "objectBoundingBox")
_ASPECT = choice(*("none", *(f"x{x}Y{y}" for x in ("Min", "Mid", "Max") for y in ("Min", "Mid", "Max"))))
_OVERFLOW = choice("visible", "hidden")
_BOX: dict[str, Reader] = {"x": length, "y": length, "width": length, "height": length}
_FRAME: dict[str, Reader] = _BOX | {
    "viewBox": view_box,
    "preserveAspectRatio": lambda text: _ASPECT(text.removesuffix(" meet")),
}
_GRADIENT: dict[str, Reader] = {
    "gradientUnits": _UNITS,
    "gradientTransform": transform,
    "spreadMethod": choice("pad", "reflect", "repeat"),
    "href": link_to("linearGradient", "radialGradient"),
}
_GRAPHICS = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "g", "svg", "use", "symbol")

#: The attributes of each element beside those that say how it looks.
ELEMENTS: Mapping[str, Mapping[str, Reader]] = {
    "svg": _FRAME,
    "g": {},
    "a": {},
    "switch": {},
    "defs": {},
    "symbol": _FRAME,
    "use": _BOX | {"href": link_to(*_GRAPHICS)},
    "path": {"d": path},
    "rect": _BOX | {"rx": length, "ry": length},
    "circle": {"cx": length, "cy": length, "r": length},
    "ellipse": {"cx": length, "cy": length, "rx": length, "ry": length},
    "line": {"x1": length, "y1": length, "x2": length, "y2": length},
    "polyline": {"points": points},
    "polygon": {"points": points},
    "linearGradient": _GRADIENT | {"x1": length, "y1": length, "x2": length, "y2": length},
    "radialGradient": _GRADIENT
    | {"cx": length, "cy": length, "r": length, "fx": length, "fy": length, "fr": length},
    "stop": {"offset": share},
    "clipPath": {"clipPathUnits": _UNITS},
    "mask": _BOX | {"maskUnits": _UNITS, "maskContentUnits": _UNITS},
}
#: Elements that are written under another name: a link draws what is in it, and leads nowhere here. So does a switch,
#: of which drawing programs make the first part for themselves and the next one for all others.
_WRITTEN_AS = {"a": "g", "switch": "g"}
_CONDITIONS = frozenset({"requiredExtensions", "systemLanguage", "requiredFeatures"})
#: How an element looks, as attributes, in `style` and in style sheets.
LOOKS: Mapping[str, Reader] = {
    "fill": paint,
    "stroke": paint,
    "color": colour,
    "stop-color": colour,
    "opacity": share,
    "fill-opacity": share,
    "stroke-opacity": share,
    "stop-opacity": share,
    "fill-rule": choice("nonzero", "evenodd", "inherit"),
    "clip-rule": choice("nonzero", "evenodd", "inherit"),
    "stroke-width": length,
    "stroke-linecap": choice("butt", "round", "square", "inherit"),
    "stroke-linejoin": choice("miter", "round", "bevel", "inherit"),
    "stroke-miterlimit": number,
    "stroke-dasharray": dashes,
    "stroke-dashoffset": length,
    "paint-order": choice("normal", "fill", "stroke", "stroke fill", "fill stroke", "stroke fill markers"),
    "display": lambda text: "none" if text.strip() == "none" else "inline",
    "visibility": choice("visible", "hidden", "collapse", "inherit"),
    "overflow": _OVERFLOW,
    "clip-path": reference_to("clipPath"),
    "mask": reference_to("mask"),
    "mask-type": choice("luminance", "alpha"),
    "transform": transform,
}
#: What draws nothing by itself, or is about text, which is left out and named anyway.
_SILENT_ELEMENTS = frozenset({"title", "desc", "metadata", "style", "view", "cursor", "solidColor"})
_SILENT = re.compile(
    r"(?:id|class|style|version|baseProfile|role|lang|tabindex|focusable|zoomAndPan|enable-background|cursor|direction"
    r"|contentScriptType|contentStyleType|pointer-events|writing-mode|line-height|white-space|unicode-bidi|will-change"
    r"|requiredFeatures|requiredExtensions|systemLanguage|user-select|(?:shape|text|image|color)-rendering|isolation"
    r"|target|rel|type|media|download|(?:aria|data|font|text|letter|word|color-interpolation|solid)-.*|font|-.*|shape-.*"
    r"|.*baseline.*|glyph-.*|kerning|inline-size|block-progression|src|flood-.*|lighting-color|pathLength)"
)
_GEOMETRY = frozenset(name for readers in ELEMENTS.values() for name in readers)
_NO_EFFECT = frozenset({"", "none", "normal", "auto"})


@dataclass(slots=True, kw_only=True)
class Node:
    """An element of the new picture; `id` is that of the file, empty for none."""

    name: str
    id: str
    attributes: dict[str, Value]
    children: list[Node] = field(default_factory=list)


class Cleaner:
    """Makes the new tree. `left_out` fills with the names of what is on no list, each once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.left_out: dict[str, None] = {}
        if not rules.is_whole:
            self._leave_out("style")

    def root(self, element: Element) -> Node:
        """The tree below the root, which stands in a square of its own. Raises PictureError `svg_without_size`."""
        box = view_box(element.attributes.get("viewBox", "")) or self._size(element)
        # Position and size of the root are about the page around it.
        inner = {name: value for name, value in element.attributes.items() if name not in _FRAME}
        root = self._node(Element(name="svg", attributes=inner, children=element.children))
        root.attributes |= {"viewBox": box}
        for name in ("transform", "overflow"):
            root.attributes.pop(name, None)
        return root

    def _size(self, element: Element) -> str:
        sides = [length(element.attributes.get(name, "")) for name in ("width", "height")]
        box = view_box("0 0 " + " ".join(side or "?" for side in sides))
        if box is None or "%" in "".join(filter(None, sides)):
            raise PictureError("svg_without_size", "The SVG does not say how large its drawing is.")
        return box

    def _node(self, element: Element) -> Node:
        attributes = dict(self._attributes(element))
        chosen = _for_all(element.children) if element.name == "switch" else element.children
        children = [self._node(child) for child in chosen if self._is_drawn(child)]
        name = _WRITTEN_AS.get(element.name, element.name)
        return Node(name=name, id=element.attributes.get("id", ""), attributes=attributes, children=children)

    def _is_drawn(self, element: Element) -> bool:
        if element.name not in ELEMENTS:
            if element.name not in _SILENT_ELEMENTS:
                self._leave_out(element.name)
            return False
        return True

    def _attributes(self, element: Element) -> Iterator[tuple[str, Value]]:
        own, classes = element.attributes, element.attributes.get("class", "")
        looks = self.rules.of(element.name, classes, own.get("id", ""))
        given = own | looks | read_declarations(own.get("style", ""))
        for name, text in given.items():
            reader = ELEMENTS[element.name].get(name) or LOOKS.get(name)
            if reader is not None:
                value = reader(text)
                if value is not None:
                    yield name, value
                    continue
            if self._is_missed(element, name, text):
                self._leave_out(name)

    def _is_missed(self, element: Element, name: str, text: str) -> bool:
        """Whether an attribute that is not written would have been seen."""
        if _SILENT.fullmatch(name) or text.strip() in _NO_EFFECT:
            return False
        is_elsewhere = name in _GEOMETRY and name not in ELEMENTS[element.name]
        return not is_elsewhere and element.name != "a"

    def _leave_out(self, name: str) -> None:
        if len(self.left_out) < MAX_NAMED:
            self.left_out.setdefault(name[:MAX_NAME])


def _for_all(children: list[Element]) -> list[Element]:
    """Of the parts of a switch the first one that every program draws."""
    plain = (
        child for child in children if child.name in ELEMENTS and not child.attributes.keys() & _CONDITIONS
    )
    return [*islice(plain, 1)]


def references_of(node: Node) -> Iterator[tuple[str, Reference]]:
    """The attributes of an element that need another element."""
    for name, value in node.attributes.items():
        if isinstance(value, Reference):
            yield name, value


def box_of(root: Node) -> list[float]:
    """The view box of the root of a cleaned tree."""
    return numbers(str(root.attributes["viewBox"])) or [0.0, 0.0, 1.0, 1.0]
