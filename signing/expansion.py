"""JSON-LD expansion by PyLD: each key becomes the address of what it means.

PyLD is changed in three respects, explained where they are: it refuses what it would drop in silence, no cache is
shared with others who use PyLD in the same process, and it takes a sixth of its time: scoped contexts are processed
once, and objects with plain members only, as nearly all are, are expanded here by what is known of each term.

Source: JSON-LD 1.1 Processing Algorithms and API, "Expansion Algorithms".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, Literal, NoReturn

from cachetools import LRUCache
from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdError, JsonLdProcessor, _is_absolute_iri

from signing.document_loader import ContextFinder, as_remote_document
from signing.errors import DocumentNotPinnedError, UnsafeDocumentError
from signing.json_text import Json

_MAX_CONTEXTS = 256
#: Entries of each cache below; it is emptied when it is full. Our own credentials need some hundreds.
_MAX_MEMO = 4096


def expand(document: Json, find_context: ContextFinder) -> list[Json]:
    """The expanded nodes; raises UnsafeDocumentError (also for an undefined key) or DocumentNotPinnedError.

    Relative addresses stay relative: the caller has to refuse them, as `quads_of` does.
    """
    return _expanded(document, find_context)[0]


def language_maps(document: Json, find_context: ContextFinder) -> list[Json]:
    """The objects in the document that are language maps (one text in several languages); raises as `expand`."""
    return _expanded(document, find_context)[1]


def _expanded(document: Json, find_context: ContextFinder) -> tuple[list[Json], list[Json]]:
    expander = _expander(find_context)
    try:
        with expander.lock:
            return expander.nodes(document), expander.language_maps
    except JsonLdError as error:
        raise _cause(error) from error
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        # PyLD does not check the types of all that it is given.
        raise UnsafeDocumentError("the document is not JSON-LD") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """What a context says of a term, as far as it is plain: an alias of @id or @type, or a property.

    `type`, `language` and `direction` are what the context adds to a value that has none. A term with a context of its
    own, with @json, with an index or a graph, of a reverse property, or another keyword is not `plain`.
    """

    kind: Literal["id", "type", "property", "not plain"]
    property: str = ""
    is_list: bool = False
    is_language_map: bool = False
    type: str | None = None
    language: str | None = None
    direction: str | None = None


_SAID_OF_A_TERM = ("@context", "@container", "@type", "@language", "@direction")
_SCALARS = (str, int, float)
_ID, _TYPE, _NOT_PLAIN = _Term(kind="id"), _Term(kind="type"), _Term(kind="not plain")
_PLAIN_CONTAINERS = frozenset({"@set", "@list", "@language"})


class _Expander(JsonLdProcessor):  # type: ignore[misc]  # PyLD has no types
    """PyLD's processor with a `nodes` in place of `expand`, and with five of its private methods overridden.

    `tests/signing/test_canonical.py` compares what comes out with plain PyLD: look there first after a new release.
    One object is for one thread at a time, which has to hold `lock`: `language_maps` is of the last document.
    """

    def __init__(self, find_context: ContextFinder) -> None:
        # Without a handler PyLD drops a property that no context defines, and the proof would not cover it.
        super().__init__(on_property_dropped=_refuse_property)
        self.lock = Lock()
        self.language_maps: list[Json] = []
        self._find_context = find_context
        # PyLD's own cache is one for the whole process and knows contexts by their address alone: whoever loads one
        # first would decide what it means for everybody.
        self._resolved: LRUCache[str, Any] = LRUCache(maxsize=_MAX_CONTEXTS)
        self._processed: dict[tuple[Any, ...], tuple[Any, Any, Any]] = {}
        self._expanded_terms: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._terms: dict[int, tuple[Any, dict[str, _Term]]] = {}

    def nodes(self, document: Json) -> list[Json]:
        """The expanded nodes, as `JsonLdProcessor.expand` returns them; raises JsonLdError and others.

        Not that method itself, because it first copies the whole document. Nothing is written into it here.
        """

        def load(url: str, _options: object = None) -> Json:
            return as_remote_document(url, self._find_context(url))

        options = {
            # Without a base PyLD resolves what is relative against http://example.org/base/, and that would be signed.
            "base": None,
            "documentLoader": load,
            "contextResolver": ContextResolver(self._resolved, load),
            "isFrame": False,
            "keepFreeFloatingNodes": False,
            "extractAllScripts": False,
            "processingMode": "json-ld-1.1",
        }
        self.language_maps = []
        expanded = self._expand(self._get_initial_context(options), None, document, options)
        if expanded is None:
            return []
        if isinstance(expanded, dict) and expanded.keys() == {"@graph"}:
            expanded = expanded["@graph"]
        return expanded if isinstance(expanded, list) else [expanded]

    def _terms_of(self, active_ctx: Any) -> dict[str, _Term]:
        """The terms of the context that were met so far."""
        known = self._terms.get(id(active_ctx))
        if known is None:
            if len(self._terms) >= _MAX_MEMO:
                self._terms.clear()
            # The context is kept with its terms: an id() may be used again once its object is gone.
            known = self._terms[id(active_ctx)] = (active_ctx, {})
        return known[1]

    def _term(self, active_ctx: Any, key: str) -> _Term:
        terms = self._terms_of(active_ctx)
        if key not in terms:
            if len(terms) >= _MAX_MEMO:
                terms.clear()
            terms[key] = self._new_term(active_ctx, key)
        return terms[key]

    def _new_term(self, active_ctx: Any, key: str) -> _Term:
        name = self._expand_iri(active_ctx, key, vocab=True)
        if name in ("@id", "@type"):
            return _ID if name == "@id" else _TYPE
        if name is None or not _is_absolute_iri(name):
            return _NOT_PLAIN
        said = {part: self.get_context_value(active_ctx, key, part) for part in _SAID_OF_A_TERM}
        containers = {each for each in self.arrayify(said["@container"]) if each is not None}
        mapping = active_ctx["mappings"].get(key)
        if (
            said["@context"] is not None
            or said["@type"] == "@json"
            or not containers <= _PLAIN_CONTAINERS
            or (mapping and mapping["reverse"])
        ):
            return _NOT_PLAIN
        return _Term(
            kind="property",
            property=name,
            is_list="@list" in containers,
            is_language_map="@language" in containers,
            type=said["@type"],
            language=said["@language"],
            direction=said["@direction"],
        )

    def _prepare_nested_context(self, active_ctx: Any, element: Json, options: Json) -> Any:
        """The context inside an object, by its types; as PyLD, which asks anew for each key whether it means @type."""
        terms = self._terms_of(active_ctx)
        type_keys = [key for key in element if (terms.get(key) or self._term(active_ctx, key)) is _TYPE]
        if "@context" in element or len(type_keys) > 1:
            return super()._prepare_nested_context(active_ctx, element, options)
        inner = active_ctx
        for key in type_keys:
            for name in sorted(name for name in self.arrayify(element[key]) if isinstance(name, str)):
                scoped = self.get_context_value(active_ctx, name, "@context")
                if scoped is not None:
                    inner = self._process_context(inner, scoped, options, propagate=False)
        return inner, next(iter(type_keys), None), active_ctx

    def _expand_object(
        self,
        active_ctx: Any,
        active_property: Any,
        expanded_active_property: Any,
        element: Json,
        expanded_parent: Json,
        options: Json,
        inside_list: bool = False,  # noqa: FBT001, FBT002  PyLD's signature
        type_key: Any = None,
        type_scoped_ctx: Any = None,
    ) -> None:
        """Expands the members of an object into `expanded_parent`; those of one that is not plain as PyLD does."""
        terms = self._terms_of(active_ctx)
        members = [
            (terms.get(key) or self._term(active_ctx, key), key, value)
            for key, value in sorted(element.items())
            if key != "@context"
        ]
        if expanded_parent or expanded_active_property == "@reverse" or not _are_plain(members):
            super()._expand_object(
                active_ctx,
                active_property,
                expanded_active_property,
                element,
                expanded_parent,
                options,
                inside_list,
                type_key,
                type_scoped_ctx,
            )
            return
        for term, key, value in members:
            if term is _ID:
                expanded_parent["@id"] = self._expand_iri(active_ctx, value)
            elif term is _TYPE:
                names = value if isinstance(value, list) else [value]
                expanded_parent["@type"] = [
                    self._expand_iri(type_scoped_ctx, name, vocab=True) for name in names
                ]
            else:
                expanded = self._expanded_member(active_ctx, term, key, value, options)
                if isinstance(expanded, list):
                    expanded_parent.setdefault(term.property, []).extend(expanded)
                elif expanded is not None:
                    expanded_parent.setdefault(term.property, []).append(expanded)

    def _expanded_member(self, active_ctx: Any, term: _Term, key: str, value: Any, options: Json) -> Any:
        """The expanded value of a member, or a list of them; None where it says nothing."""
        if isinstance(value, _SCALARS):
            expanded = self._scalar(active_ctx, term, value)
        elif isinstance(value, dict) and term.is_language_map:
            expanded = self._expand_language_map(active_ctx, value, term.direction)
        elif (
            isinstance(value, list) and not term.is_list and all(isinstance(each, _SCALARS) for each in value)
        ):
            return [self._scalar(active_ctx, term, each) for each in value]
        else:
            expanded = self._expand(active_ctx, key, value, options)
        if term.is_list and expanded is not None and not (isinstance(expanded, dict) and "@list" in expanded):
            return {"@list": self.arrayify(expanded)}
        return expanded

    def _scalar(self, active_ctx: Any, term: _Term, value: Any) -> Json:
        """A text, number or truth value as the context has it: an address, or a value with its type or language."""
        is_text = isinstance(value, str)
        if is_text and term.type == "@id":
            return {"@id": self._expand_iri(active_ctx, value)}
        if is_text and term.type == "@vocab":
            return {"@id": self._expand_iri(active_ctx, value, vocab=True)}
        if term.type not in (None, "@id", "@vocab", "@none"):
            return {"@type": term.type, "@value": value}
        expanded = {"@value": value}
        if is_text and term.language is not None:
            expanded["@language"] = term.language
        if is_text and term.direction is not None:
            expanded["@direction"] = term.direction
        return expanded

    def _expand_language_map(self, active_ctx: Any, language_map: Any, direction: Any) -> Any:
        """Notes the map, and expands it as PyLD does.

        Only PyLD knows which objects are language maps: that follows from the contexts, not from the JSON.
        """
        self.language_maps.append(language_map)
        return super()._expand_language_map(active_ctx, language_map, direction)

    def _process_context(
        self,
        active_ctx: Any,
        local_ctx: Any,
        options: Json,
        override_protected: bool = False,  # noqa: FBT001, FBT002  PyLD's signature
        propagate: bool = True,  # noqa: FBT001, FBT002  PyLD's signature
        validate_scoped: bool = True,  # noqa: FBT001, FBT002  PyLD's signature
        cycles: Any = None,
    ) -> Any:
        """What PyLD makes of a scoped context (one of a type or a property), once for each context it is used in.

        PyLD looks scoped contexts up in its cache by their canonical JSON, which it makes anew for each node of each
        document: more than half of its time. They stand inside loaded contexts, which do not change, so here the
        identity of the object is enough. Contexts that a document names are left to PyLD.
        """
        process = super()._process_context
        active = active_ctx.get("_uuid")
        is_scoped = override_protected or not propagate
        if active is None or cycles is not None or not is_scoped or not isinstance(local_ctx, dict):
            return process(
                active_ctx, local_ctx, options, override_protected, propagate, validate_scoped, cycles
            )
        key = (active, id(local_ctx), override_protected, propagate)
        if key not in self._processed:
            if len(self._processed) >= _MAX_MEMO:
                self._processed.clear()
            processed = process(
                active_ctx, local_ctx, options, override_protected, propagate, validate_scoped, cycles
            )
            # The contexts are kept with the result: an id() may be used again once its object is gone.
            self._processed[key] = (processed, local_ctx, active_ctx)
        return self._processed[key][0]

    def _expand_iri(
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: bool = False,  # noqa: FBT001, FBT002  PyLD's signature
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        """What PyLD expands a term to, looked up once for each active context.

        PyLD works it out wherever the term stands. While a context is being processed (`local_ctx`) the answer can
        still change, so nothing is kept then.
        """
        if not vocab or local_ctx is not None or base is not None or not isinstance(value, str):
            return super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)
        key = (id(active_ctx), value)
        known = self._expanded_terms.get(key)
        if known is None:
            if len(self._expanded_terms) >= _MAX_MEMO:
                self._expanded_terms.clear()
            # The context is kept with the result, as above.
            known = super()._expand_iri(active_ctx, value, vocab=True), active_ctx
            self._expanded_terms[key] = known
        return known[0]


@lru_cache(maxsize=4)
def _expander(find_context: ContextFinder) -> _Expander:
    return _Expander(find_context)


def _are_plain(members: list[tuple[_Term, str, Any]]) -> bool:
    """Whether the members of an object can be expanded without PyLD, and without any of its errors."""
    once: set[str] = set()
    for term, _, value in members:
        if term.kind == "property":
            continue
        if term is _NOT_PLAIN or term.kind in once:
            return False
        once.add(term.kind)
        if not isinstance(value, str) and not (term is _TYPE and _is_list_of_texts(value)):
            return False
    return True


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(each, str) for each in value)


def _refuse_property(_name: object) -> NoReturn:
    raise UnsafeDocumentError("the document uses a word that none of its contexts defines")


def _cause(error: BaseException) -> Exception:
    """The error of ours that PyLD has wrapped, however many times."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (DocumentNotPinnedError, UnsafeDocumentError)):
            return cause
        cause = cause.__cause__
    return UnsafeDocumentError("the document is not JSON-LD")
