"""compile_form: the compiled form of a credential, from the paths of its slots.

The marked credential is expanded once, by the general path. A slot is accepted only where its mark comes out of that
unchanged; and the finished form must give the bytes of the general path for the credential that it was compiled from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from signing.canonical import canonicalize, statements
from signing.compiled.form import FORMAT, CompiledForm
from signing.compiled.slots import (
    MARK,
    MARK_IN_JSON,
    PART_OF_MARK,
    Path,
    is_leaf,
    mark_of,
    slot_of,
    value_at,
)
from signing.compiled.terms import ADDRESS, TEXT
from signing.dataset import Quad
from signing.document_loader import CREDENTIALS_V2, find_context
from signing.errors import UncompilableError
from signing.json_text import Json, as_plain_text
from signing.safe_mode import refuse_ambiguous

#: A term for a scheme, or for an address: a context with one would make another address of `https://example.org`.
_REDEFINES_ADDRESSES = re.compile(r'"(?:https?|urn|did|mailto)(?::[^"]*)?"\s*:')


def compile_form(document: Json, slots: Iterable[Path]) -> CompiledForm:
    """The form of all credentials that differ from this one in the values of these slots alone.

    Raises UncompilableError where a slot would decide more than its own value (a type, a context, something no context
    defines), UnsafeDocumentError or DocumentNotPinnedError as the general path does.
    """
    slots = tuple(slots)
    refuse_ambiguous(document)
    _demand_compilable(document)
    marked: Json = json.loads(json.dumps(document))
    for number, path in enumerate(slots):
        _mark(marked, path, number)
    quads = sorted(statements(marked))
    if any(graph for *_, graph in quads):
        raise UncompilableError("statements about statements are not compiled")
    # The names of the members, and their shapes, are stored in databases: see FORMAT.
    stored = {
        "form": FORMAT,
        "slots": [list(path) for path in slots],
        "kinds": [_kind(quads, number, value_at(document, path)) for number, path in enumerate(slots)],
        "members": len(marked),
        "ids": sorted(_fixed_ids(marked)),
        "json": _json_parts(marked),
        "quads": [quad[:3] for quad in quads],
    }
    form = CompiledForm(stored)
    values = form.values(document)
    if values is None or form.canonical(values) != canonicalize(document).encode():
        raise UncompilableError("the compiled path gives something else")
    return form


def differing_paths(first: Json, second: Json) -> set[Path] | None:
    """The paths at which two credentials have different values; None where they differ in shape.

    Credentials of different shape (another member, a longer list, a number in place of a text) have no form in common.
    Raises ValueError for a NaN or an infinite number, which JSON does not have.
    """
    paths: set[Path] = set()
    pending: list[tuple[Path, Any, Any]] = [((), first, second)]
    while pending:
        path, one, other = pending.pop()
        if isinstance(one, dict) and isinstance(other, dict) and [*one] == [*other]:
            pending.extend(((*path, name), one[name], other[name]) for name in one)
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pending.extend(((*path, index), *pair) for index, pair in enumerate(zip(one, other, strict=True)))
        elif is_leaf(one) and is_leaf(other) and isinstance(one, str) == isinstance(other, str):
            # As JSON: to Python 3 equals 3.0.
            if as_plain_text([one]) != as_plain_text([other]):
                paths.add(path)
        elif one is not other:
            return None
    return paths


def _demand_compilable(document: Json) -> None:
    """Raises UncompilableError for a credential in which a mark or an address might not mean itself."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V2] or "proof" in document:
        raise UncompilableError("only credentials of VCDM 2.0 without a proof are compiled")
    if PART_OF_MARK.search(json.dumps(document, ensure_ascii=False)):
        raise UncompilableError("the credential looks as if it had marks in it already")
    if any(_REDEFINES_ADDRESSES.search(find_context(url)) for url in contexts):
        raise UncompilableError("a context gives addresses another meaning")


def _mark(document: Json, path: Path, number: int) -> None:
    """Puts the mark of the slot where its value is; raises UncompilableError where there can be no slot."""
    # A type decides which contexts apply to its object, and so what other members mean.
    if not path or any(step in ("type", "@context") for step in path):
        raise UncompilableError("a type or a context cannot be a slot")
    try:
        value = value_at(document, path)
    except (KeyError, IndexError, TypeError) as error:
        raise UncompilableError("the credential has no such slot") from error
    if not is_leaf(value):
        raise UncompilableError("a slot holds a text or a number")
    value_at(document, path[:-1])[path[-1]] = mark_of(number, value)


def _kind(quads: list[Quad], number: int, value: str | float) -> str:
    """What the statements make of a slot: ADDRESS, TEXT, or the datatype of a number; raises UncompilableError."""
    mark = mark_of(number, value)
    terms = {term for quad in quads for term in quad if mark in term}
    if terms == {f"<{mark}>"}:
        return ADDRESS
    if not terms or not all(term.startswith(f'"{mark}"') for term in terms):
        raise UncompilableError("a slot does not stand in the statements as it stands in the JSON")
    if isinstance(value, str):
        return TEXT
    (term,) = terms
    datatype = term.removeprefix(f'"{mark}"^^<').removesuffix(">")
    # Without a datatype from the context, 3 becomes an integer and 2.5 a double.
    if datatype == term.removesuffix(">"):
        raise UncompilableError("the kind of a number depends on its value")
    return datatype


def _fixed_ids(marked: Any) -> set[str]:
    """The ids in the document that are not slots."""
    ids: set[str] = set()
    pending = [marked]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
            if isinstance(value.get("id"), str) and not MARK.search(value["id"]):
                ids.add(value["id"])
        elif isinstance(value, list):
            pending.extend(value)
    return ids


def _json_parts(marked: Json) -> list[str | int]:
    """The plain text, cut at the slots: text, number of a slot, text ..."""
    text, position = as_plain_text(marked), 0
    parts: list[str | int] = []
    for mark in MARK_IN_JSON.finditer(text):
        parts += [text[position : mark.start()], slot_of(mark)]
        position = mark.end()
    return [*parts, text[position:]]
