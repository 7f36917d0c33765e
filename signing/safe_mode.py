"""Safe mode: refuses documents whose JSON says something else than their signed statements.

A Data Integrity proof signs the RDF statements that a document expands to; people and programs read the JSON. So
everything is refused that could stand in the JSON without being signed, or be signed without standing where a reader
looks: inline contexts, keys that are addresses, JSON-LD keywords, nested lists, a second description of the credential.
`refuse_uncovered` does that for every document, signed by us or by others. Null and empty lists stand for nothing, to
readers of the JSON as to JSON-LD (`signing.absent`).

`refuse_ambiguous` is for what we sign ourselves: it also refuses null, empty objects, and texts and numbers that some
verifiers misread.

Source: W3C Data Integrity 1.0, "Context Validation", which compares contexts; here the form of the JSON is restricted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from signing.errors import UnsafeDocumentError
from signing.json_text import Json, as_plain_text

MAX_DEPTH = 64
MAX_OBJECTS = 5_000
MAX_TYPES = 16
#: Different contexts, and mentions of them: a record of many credentials mentions its contexts in each of them.
MAX_CONTEXTS = 16
MAX_CONTEXT_MENTIONS = 256
#: The types that may have the id of the whole document, with the members that they may have then: an endorsement of it,
#: and the service that refreshes it. None of these members says anything else about the credential.
_MAY_REFER_TO_DOCUMENT = {
    "EndorsementSubject": frozenset({"id", "type", "endorsementComment"}),
    "1EdTechCredentialRefresh": frozenset({"id", "type"}),
}
_LANGUAGE_VALUE = frozenset({"@value", "@language"})
#: Between these bounds all JSON-LD processors write a number in the same way.
_EXACT_INTEGER = 2**53
_SMALLEST_DOUBLE = 1e-6
_DOUBLE_DIGITS = 15
_LARGEST = 1e300
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: What makes a closer look necessary, in compact ASCII JSON: an escaped control character, or half a surrogate pair
#: (a high one without a low one after it, or a low one without a high one before it).
_SUSPECT_ESCAPE = re.compile(
    r"\\(?:u00[01]|u007f|[bf]|ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2}\\)ud[c-f])"
)
#: A number of 16 or more characters, or with an exponent, as a member or in a list. Three patterns because each begins
#: with a fixed character: that is twice as fast as one pattern with alternatives.
_SUSPECT_NUMBERS = tuple(re.compile(rf"{before}-?(?:[0-9.]{{16}}|[0-9.]+e)") for before in ('":', ",", r"\["))


def refuse_uncovered(document: Json) -> None:
    """Raises UnsafeDocumentError for a document of which a proof would not cover each part."""
    if not _is_list_of_texts(document.get("@context")):
        raise UnsafeDocumentError("`@context` is not a list of addresses")
    contexts: set[str] = set()
    mentions = 0
    objects = 0
    top_id = document.get("id")
    for depth, value in _containers(document):
        if depth > MAX_DEPTH:
            raise UnsafeDocumentError("the document is nested too deeply")
        if not isinstance(value, dict):
            continue
        objects += 1
        if "@context" in value:
            if value is not document and not _may_name_contexts(value):
                raise UnsafeDocumentError("an inline context gives words another meaning")
            contexts.update(_as_list(value["@context"]))
            mentions += len(_as_list(value["@context"]))
        if objects > MAX_OBJECTS or len(contexts) > MAX_CONTEXTS or mentions > MAX_CONTEXT_MENTIONS:
            raise UnsafeDocumentError("the document has too many parts")
        # RDF takes all objects of one id for one node: a second one, deep inside, could say anything about the first.
        is_same_node = value is not document and top_id is not None and value.get("id") == top_id
        if is_same_node and not _only_refers_to_document(value):
            raise UnsafeDocumentError("the document describes itself a second time, inside")
        _refuse_object(value)


def refuse_ambiguous(document: Any) -> None:
    """Raises UnsafeDocumentError for null, empty objects, and valid texts and numbers that some verifiers misread.

    For what we sign; what others signed is read as the standards say. PyLD does not escape control characters in
    N-Quads; numbers of more than 15 digits, and very small ones, are written differently by different processors.
    """
    unambiguous_text(document)


def unambiguous_text(document: Any) -> str:
    """The document as compact ASCII JSON; raises as `refuse_ambiguous`."""
    text = _text(document)
    # Searching the text is much faster than visiting each value, and almost always shows that there is nothing. What it
    # finds may be harmless ("null" in a description): then each value is looked at. It must never miss anything.
    if (
        "null" in text
        or "{}" in text
        or "[[" in text
        or "],[" in text
        or any(pattern.search(text) for pattern in _SUSPECT_NUMBERS)
        or _SUSPECT_ESCAPE.search(text)
    ):
        _refuse_ambiguous_values(document)
    return text


def sound_text(document: Any) -> str:
    """The document as compact ASCII JSON, for a signature over that text itself (a JWT).

    Raises UnsafeDocumentError for control characters and halves of surrogate pairs. Numbers need no check: the way they
    are written is signed too.
    """
    text = _text(document)
    if _SUSPECT_ESCAPE.search(text):
        _refuse_ambiguous_values(document)
    return text


def _text(document: Any) -> str:
    try:
        return as_plain_text(document)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnsafeDocumentError("the document is not JSON") from error


def is_ambiguous(number: int | float) -> bool:
    """Whether JSON-LD processors write the number differently."""
    if isinstance(number, int):
        return abs(number) >= _EXACT_INTEGER
    return number != 0 and not _is_written_alike(number)


def _refuse_ambiguous_values(document: Any) -> None:
    for value in _scalars(document):
        if value is None or value == {}:
            raise UnsafeDocumentError("null or an empty object stands where nothing should stand")
        if isinstance(value, str):
            if _CONTROL.search(value):
                raise UnsafeDocumentError("a text holds a control character")
        elif is_ambiguous(value):
            raise UnsafeDocumentError("a number has too many digits for some readers")


def _containers(document: Any) -> Iterator[tuple[int, Any]]:
    """Each object and list with its depth; raises UnsafeDocumentError for what is not JSON.

    Not recursive, since the depth is not checked yet. It runs for every document that is read, so texts of ASCII, which
    cannot be wrong, are passed over first.
    """
    pending: list[tuple[int, Any]] = [(0, document)]
    while pending:
        depth, value = pending.pop()
        yield depth, value
        depth += 1
        is_list = isinstance(value, list)
        for part in value if is_list else value.values():
            if isinstance(part, str):
                if not part.isascii():
                    _refuse_scalar(part)
            elif isinstance(part, dict):
                pending.append((depth, part))
            elif isinstance(part, list):
                if is_list:
                    raise UnsafeDocumentError("a list stands directly in a list")
                pending.append((depth, part))
            else:
                _refuse_scalar(part)


def _scalars(document: Any) -> Iterator[Any]:
    """Each text, number, boolean, null and empty object; raises UnsafeDocumentError for what is not JSON."""
    for _, container in _containers(document):
        for part in container if isinstance(container, list) else container.values():
            if part == {}:
                yield part
            elif not isinstance(part, (dict, list)):
                _refuse_scalar(part)
                yield part


def _only_refers_to_document(value: Json) -> bool:
    """Whether an object with the document's own id has only types and members that add nothing to the document."""
    types = _as_list(value.get("type"))
    allowed = [_MAY_REFER_TO_DOCUMENT[name] for name in _texts(types) if name in _MAY_REFER_TO_DOCUMENT]
    return len(allowed) == len(types) and value.keys() <= set().union(*allowed)


def _refuse_object(value: Json) -> None:
    if "type" in value:
        _refuse_types(_as_list(value["type"]))
    # Null does not mean "no id" to JSON-LD, which refuses it.
    if "id" in value and not isinstance(value["id"], str):
        raise UnsafeDocumentError("`id` is not an address")
    if value.keys() == _LANGUAGE_VALUE and all(isinstance(part, str) for part in value.values()):
        return
    for key in value:
        if not isinstance(key, str):
            raise UnsafeDocumentError("a key is not a text")
        if not _is_property(key) and key != "@context":
            raise UnsafeDocumentError(f"the key {key[:80]!r} is not the plain word for a property")


def _refuse_types(types: list[Any]) -> None:
    if (
        len(types) > MAX_TYPES
        or not all(isinstance(name, str) for name in types)
        or len({*types}) < len(types)
    ):
        raise UnsafeDocumentError("`type` is not a list of different names")


@lru_cache(maxsize=1024)
def _is_property(key: str) -> bool:
    """Whether the key is a plain term for a property, not a keyword, an address or a type.

    Types begin with a capital. Open Badges 3.0.0 gives `achievement` and the type `Achievement` one address, so that as
    a key the second would be signed like the first, without being read like it.
    """
    return bool(key) and not key.startswith("@") and ":" not in key and not key[0].isupper()


def _refuse_scalar(value: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise UnsafeDocumentError("a text holds half a character") from error
    elif not isinstance(value, (bool, int, float)):
        raise UnsafeDocumentError(f"a {type(value).__name__} is not JSON")
    elif not abs(value) < _LARGEST:
        raise UnsafeDocumentError("a number is out of all bounds")


def _is_written_alike(value: float) -> bool:
    digits = repr(value).split("e")[0].replace(".", "").strip("-").strip("0")
    return len(digits) <= _DOUBLE_DIGITS and _SMALLEST_DOUBLE <= abs(value) < _EXACT_INTEGER


def _may_name_contexts(value: Json) -> bool:
    """Whether the object may have an `@context`: an embedded credential or presentation may, or one with a proof."""
    is_document = {"VerifiableCredential", "VerifiablePresentation"} & {*_texts(value.get("type"))}
    return (
        bool(value["@context"])
        and _is_list_of_texts(value["@context"])
        and (bool(is_document) or "proof" in value)
    )


def _texts(value: Any) -> list[str]:
    return [part for part in _as_list(value) if isinstance(part, str)]


def _is_list_of_texts(value: Any) -> bool:
    return value is not None and all(isinstance(part, str) for part in _as_list(value))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
