"""JSON-LD expansion by PyLD: each key becomes the address of what it means.

PyLD is changed in three respects, explained where they are: it refuses what it would drop in silence, two caches save
more than half of its time, and no cache is shared with others who use PyLD in the same process.

Source: JSON-LD 1.1 Processing Algorithms and API, "Expansion Algorithms".
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any, NoReturn

from cachetools import LRUCache
from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdError, JsonLdProcessor

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


class _Expander(JsonLdProcessor):  # type: ignore[misc]  # PyLD has no types
    """PyLD's processor with a `nodes` in place of `expand`, and with three of its private methods overridden.

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
