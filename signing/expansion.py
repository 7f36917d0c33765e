"""JSON-LD expansion: each key becomes the address of what it means. PyLD, with what it lacks.

Two memos: PyLD processes the scoped context of a type once for each node of each document, which is more than half of
its time, and looks each word up anew wherever it stands. And a cache of its own: PyLD's is global and keyed by address
alone, so whoever loaded a context first would decide what it means for everybody in the process.
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
_MAX_MEMO = 4096


def expand(document: Json, find_context: ContextFinder) -> list[Json]:
    """The expanded nodes; raises UnsafeDocumentError (also for an undefined key) or DocumentNotPinnedError.

    Relative addresses are left relative: whoever reads the nodes must refuse them.
    """
    return _expanded(document, find_context)[0]


def language_maps(document: Json, find_context: ContextFinder) -> list[Json]:
    """The objects in the document that are no nodes, but one text in several languages; raises as `expand`."""
    return _expanded(document, find_context)[1]


def _expanded(document: Json, find_context: ContextFinder) -> tuple[list[Json], list[Json]]:
    expander = _expander(find_context)
    try:
        with expander.lock:
            return expander.nodes(document), expander.language_maps
    except JsonLdError as error:
        raise _cause(error) from error
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        # PyLD does not check all it is given.
        raise UnsafeDocumentError("the document is not JSON-LD") from error


class _Expander(JsonLdProcessor):
    def __init__(self, find_context: ContextFinder) -> None:
        super().__init__(on_property_dropped=_refuse_property)
        self.lock = Lock()
        self._find_context = find_context
        self._resolved: LRUCache[str, Any] = LRUCache(maxsize=_MAX_CONTEXTS)
        self._memo: dict[tuple[Any, ...], tuple[Any, Any, Any]] = {}
        self.language_maps: list[Json] = []
        self._words: dict[tuple[int, str], tuple[Any, Any]] = {}

    def nodes(self, document: Json) -> list[Json]:
        """As `expand`, without the copy that it makes of the document; nothing is written into it."""

        def load(url: str, options: object = None) -> Json:
            return as_remote_document(url, self._find_context(url))

        # `base` None: PyLD would resolve what is relative against http://example.org/base/, and sign that.
        options = {
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
        self.language_maps.append(language_map)
        return super()._expand_language_map(active_ctx, language_map, direction)

    def _process_context(
        self,
        active_ctx: Any,
        local_ctx: Any,
        options: Json,
        override_protected: bool = False,
        propagate: bool = True,
        validate_scoped: bool = True,
        cycles: Any = None,
    ) -> Any:
        process = super()._process_context
        known = active_ctx.get("_uuid")
        scoped = override_protected or not propagate
        if known is None or cycles is not None or not scoped or not isinstance(local_ctx, dict):
            return process(
                active_ctx, local_ctx, options, override_protected, propagate, validate_scoped, cycles
            )
        key = (known, id(local_ctx), override_protected, propagate)
        if key not in self._memo:
            if len(self._memo) >= _MAX_MEMO:
                self._memo.clear()
            processed = process(
                active_ctx, local_ctx, options, override_protected, propagate, validate_scoped, cycles
            )
            # Kept alive with the result: an id() must not be used again for another context.
            self._memo[key] = (processed, local_ctx, active_ctx)
        return self._memo[key][0]

    def _expand_iri(
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: bool = False,
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        if not vocab or local_ctx is not None or base is not None or not isinstance(value, str):
            return super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)
        key = (id(active_ctx), value)
        known = self._words.get(key)
        if known is None:
            if len(self._words) >= _MAX_MEMO:
                self._words.clear()
            # Kept alive with what it was asked, as above.
            known = super()._expand_iri(active_ctx, value, vocab=True), active_ctx
            self._words[key] = known
        return known[0]


@lru_cache(maxsize=4)
def _expander(find_context: ContextFinder) -> _Expander:
    return _Expander(find_context)


def _refuse_property(name: object) -> NoReturn:
    raise UnsafeDocumentError("the document uses a word that none of its contexts defines")


def _cause(error: BaseException) -> Exception:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (DocumentNotPinnedError, UnsafeDocumentError)):
            return cause
        cause = cause.__cause__
    return UnsafeDocumentError("the document is not JSON-LD")
