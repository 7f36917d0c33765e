"""What a JSON document must look like before its proof can mean what a reader of the JSON sees.

A Data Integrity proof signs the statements (RDF) that a document expands to; people and programs read the JSON. So
whatever could stand in the JSON without being signed, or be signed without standing where a reader looks, is refused:
inline contexts, keys that are addresses, JSON-LD keywords, nested lists, nulls, a second description of the credential.

Source: W3C Data Integrity 1.0, "Context Validation", done as a strict form instead of a comparison.
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
#: Different ones; and how often they may be named, as a record of many credentials names them in each.
MAX_CONTEXTS = 16
MAX_CONTEXTS_NAMED = 256
#: Who may name the document inside it, and with which members: an endorsement of it, and where to have it anew.
_NAMES_IT = {
    "EndorsementSubject": frozenset({"id", "type", "endorsementComment"}),
    "1EdTechCredentialRefresh": frozenset({"id", "type"}),
}
_LANGUAGE_VALUE = frozenset({"@value", "@language"})
#: Between these, all processors write a number in the same way.
_EXACT_INTEGER = 2**53
_SMALLEST_DOUBLE = 1e-6
_DOUBLE_DIGITS = 15
_LARGEST = 1e300
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: In compact ASCII JSON: an escape of a control character, half a pair of surrogates, a number that is long or odd.
_SUSPECT = re.compile(
    r"\\(?:u00[01]|u007f|[bf]|ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2}\\)ud[c-f])"
)
# Three that each begin with one character are found in half the time that one takes which may begin with any of them.
_SUSPECT_NUMBERS = tuple(re.compile(rf"{before}-?(?:[0-9.]{{16}}|[0-9.]+e)") for before in ('":', ",", r"\["))


def refuse_uncovered(document: Json) -> None:
    """Raise UnsafeDocumentError for a document of which a proof would not cover each part."""
    if not _is_list_of_texts(document.get("@context")):
        raise UnsafeDocumentError("`@context` is not a list of addresses")
    contexts: set[str] = set()
    named = 0
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
            named += len(_as_list(value["@context"]))
        if objects > MAX_OBJECTS or len(contexts) > MAX_CONTEXTS or named > MAX_CONTEXTS_NAMED:
            raise UnsafeDocumentError("the document has too many parts")
        if value is not document and top_id is not None and value.get("id") == top_id and _tells_more(value):
            raise UnsafeDocumentError("the document describes itself a second time, inside")
        _refuse_object(value)


def refuse_ambiguous(document: Any) -> None:
    """Raise UnsafeDocumentError for texts and numbers that are sound, but that some verifiers are known to misread.

    For what we sign; what others signed is read as the standards say. Control characters break PyLD (it does not
    escape them); numbers of more than 15 digits, and very small ones, are written differently by each processor.
    """
    unambiguous_text(document)


def unambiguous_text(document: Any) -> str:
    """The document as compact ASCII JSON; raises as `refuse_ambiguous`."""
    text = _text(document)
    # The text shows at once that nothing of the kind is there; where it might be, each value is looked at.
    if (
        "null" in text
        or "[[" in text
        or "],[" in text
        or any(pattern.search(text) for pattern in _SUSPECT_NUMBERS)
        or _SUSPECT.search(text)
    ):
        _refuse_ambiguous_values(document)
    return text


def sound_text(document: Any) -> str:
    """The document as compact ASCII JSON, for a signature over that text itself.

    Raises UnsafeDocumentError for control characters and half characters; how a number is written is signed with it.
    """
    text = _text(document)
    if _SUSPECT.search(text):
        _refuse_ambiguous_values(document)
    return text


def _text(document: Any) -> str:
    try:
        return as_plain_text(document)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnsafeDocumentError("the document is not JSON") from error


def is_ambiguous(number: int | float) -> bool:
    """Whether processors write the number differently."""
    if isinstance(number, int):
        return abs(number) >= _EXACT_INTEGER
    return number != 0 and not _is_plain(number)


def _refuse_ambiguous_values(document: Any) -> None:
    for value in _scalars(document):
        if isinstance(value, str):
            if _CONTROL.search(value):
                raise UnsafeDocumentError("a text holds a control character")
        elif is_ambiguous(value):
            raise UnsafeDocumentError("a number has too many digits for some readers")


def _containers(document: Any) -> Iterator[tuple[int, Any]]:
    """Each object and list with its depth, without recursion; refuses what is not JSON."""
    waiting: list[tuple[int, Any]] = [(0, document)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        depth += 1
        is_list = isinstance(value, list)
        for part in value if is_list else value.values():
            if isinstance(part, str):
                if not part.isascii():
                    _refuse_scalar(part)
            elif isinstance(part, dict):
                waiting.append((depth, part))
            elif isinstance(part, list):
                if is_list:
                    raise UnsafeDocumentError("a list stands directly in a list")
                waiting.append((depth, part))
            else:
                _refuse_scalar(part)


def _scalars(document: Any) -> Iterator[Any]:
    """Each text, number and truth value; refuses what is not JSON."""
    for _, container in _containers(document):
        for part in container if isinstance(container, list) else container.values():
            if not isinstance(part, (dict, list)):
                _refuse_scalar(part)
                yield part


def _tells_more(value: Json) -> bool:
    """Whether an object that bears the document's own name could take over a part of what the document says."""
    members = [_NAMES_IT[name] for name in _texts(value.get("type")) if name in _NAMES_IT]
    return len(members) != len(_as_list(value.get("type"))) or not value.keys() <= set().union(*members)


def _refuse_object(value: Json) -> None:
    if not value:
        raise UnsafeDocumentError("an object is empty")
    if "type" in value:
        _refuse_types(_as_list(value["type"]))
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
    """A plain word. Open Badges 3.0.0 gives `achievement` and the type `Achievement` one address: no capitals, then."""
    return bool(key) and not key.startswith("@") and ":" not in key and not key[0].isupper()


def _refuse_scalar(value: Any) -> None:
    if value is None:
        raise UnsafeDocumentError("null stands where nothing should stand")
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


def _is_plain(value: float) -> bool:
    digits = repr(value).split("e")[0].replace(".", "").strip("-").strip("0")
    return len(digits) <= _DOUBLE_DIGITS and _SMALLEST_DOUBLE <= abs(value) < _EXACT_INTEGER


def _may_name_contexts(value: Json) -> bool:
    """A credential or presentation names its contexts, also where it stands in another one; nothing else does."""
    whole = {"VerifiableCredential", "VerifiablePresentation"} & {*_texts(value.get("type"))}
    return (
        bool(value["@context"]) and _is_list_of_texts(value["@context"]) and (bool(whole) or "proof" in value)
    )


def _texts(value: Any) -> list[str]:
    return [part for part in _as_list(value) if isinstance(part, str)]


def _is_list_of_texts(value: Any) -> bool:
    return value is not None and all(isinstance(part, str) for part in _as_list(value))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
