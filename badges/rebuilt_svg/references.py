"""References between the elements of a picture: each is to one of them, none goes in a circle, all together are few."""

from __future__ import annotations

from collections.abc import Iterator

from badges.errors import PictureError
from badges.rebuilt_svg.allowed import Node, references_of
from badges.rebuilt_svg.parsed import MAX_DEPTH
from badges.rebuilt_svg.values import Reference

#: With everything that is drawn again by a reference, however often. A few lines could ask for billions.
MAX_DRAWN = 20_000
#: Masks and cut-outs each take a picture of their own while they are drawn.
MAX_LAYERS = 500


def resolve(root: Node, left_out: dict[str, None]) -> Node:
    """The tree with ids of ours, `i0` and so on, on those elements alone that another one needs.

    A reference to nothing, or to what it cannot be to, is left off, and a `use` with it; `left_out` names those. Raises
    PictureError `svg_too_complex` for a circle, and for more than a renderer should draw.
    """
    named: dict[str, Node] = {}
    for node in _all(root):
        if node.id:
            named.setdefault(node.id, node)
    needed: dict[str, Node] = {}
    for node in _all(root):
        for name, reference in list(references_of(node)):
            target = named.get(reference.id)
            if target is not None and target.name in reference.targets:
                needed[reference.id] = target
            elif reference.otherwise is not None:
                node.attributes[name] = reference.otherwise
            else:
                del node.attributes[name]
                left_out.setdefault("use" if node.name == "use" else name)
    _Measure(needed).demand_few(root)
    _rename(root, needed)
    return root


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _rename(root: Node, needed: dict[str, Node]) -> None:
    ours = {theirs: f"i{number}" for number, theirs in enumerate(needed)}
    for node in _all(root):
        for name, reference in list(references_of(node)):
            node.attributes[name] = reference.form % ours[reference.id]
        node.id = ours[node.id] if needed.get(node.id) is node else ""


class _Measure:
    """How much is drawn for an element, and how deep that goes: with what it refers to, each time that it does."""

    def __init__(self, needed: dict[str, Node]) -> None:
        self.needed = needed
        self.known: dict[int, tuple[int, int, int]] = {}
        self.under_way: set[int] = set()

    def demand_few(self, root: Node) -> None:
        """Raises PictureError `svg_too_complex` beyond the limits."""
        drawn, layers, _ = self._measured(root, 1)
        if drawn > MAX_DRAWN or layers > MAX_LAYERS:
            raise _too_complex()

    def _measured(self, node: Node, level: int) -> tuple[int, int, int]:
        """Elements, layers and depth."""
        key = id(node)
        if key in self.known:
            return self.known[key]
        # A reference to an element in which it stands would never end; a chain of them would be too long for Python.
        if key in self.under_way or level > MAX_DEPTH:
            raise _too_complex()
        self.under_way.add(key)
        references = [reference for _, reference in references_of(node)]
        within = [*node.children, *(self.needed[reference.id] for reference in references)]
        measured = [self._measured(each, level + 1) for each in within]
        self.under_way.remove(key)
        result = (
            1 + sum(drawn for drawn, _, _ in measured),
            _layers(node, references) + sum(layers for _, layers, _ in measured),
            1 + max((depth for _, _, depth in measured), default=0),
        )
        if result[2] > MAX_DEPTH:
            raise _too_complex()
        self.known[key] = result
        return result


def _layers(node: Node, references: list[Reference]) -> int:
    needs_own = node.name == "g" and "opacity" in node.attributes
    return int(needs_own) + sum(not reference.targets & {"linearGradient", "use"} for reference in references)


def _too_complex() -> PictureError:
    return PictureError("svg_too_complex", "The SVG has too many parts, or parts that contain themselves.")
