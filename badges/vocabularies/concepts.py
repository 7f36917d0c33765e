"""Vocabulary: a controlled list of Concepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from badges.vocabularies import search_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One entry of a vocabulary: `label` by language, `more` the further fields of its entry in the file.

    `other_names` are used by the search only. A concept with `until` in its `more` is still read in older credentials,
    but no longer offered.
    """

    code: str
    iri: str
    label: Mapping[str, str]
    other_names: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain_label(self) -> Mapping[str, str]:
        """The label for forms: where the official English is hard to understand, `plain_en` replaces it."""
        return {**self.label, "en": self.more["plain_en"]} if "plain_en" in self.more else self.label


class Vocabulary:
    """The concepts of one list in its order, by code: `code in v`, `v[code]` (KeyError), `for concept in v`.

    `scheme` is the IRI of the list, `source` where it was taken from, `licence` under which terms, `date` of which day.
    """

    def __init__(
        self, *, scheme: str, source: str, licence: str, date: str, concepts: tuple[Concept, ...]
    ) -> None:
        self.scheme = scheme
        self.source = source
        self.licence = licence
        self.date = date
        self._concepts = {concept.code: concept for concept in concepts}
        self._by_iri = {concept.iri: concept for concept in concepts}
        self._offered = tuple(concept for concept in concepts if "until" not in concept.more)
        # The indexes are built by the first search in each language: most processes never search.
        self._other_texts: tuple[str, ...] = ()
        self._indexes: dict[str, search_index.Index] = {}

    def __contains__(self, code: object) -> bool:
        return code in self._concepts

    def __getitem__(self, code: str) -> Concept:
        return self._concepts[code]

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __len__(self) -> int:
        return len(self._concepts)

    def with_iri(self, iri: str) -> Concept | None:
        """The concept that `iri` names, or None."""
        return self._by_iri.get(iri)

    def search(self, text: str, language: str, limit: int = 20) -> tuple[Concept, ...]:
        """The offered concepts that match `text`, best first, at most `limit`; for an empty text the first ones."""
        offered = self._offered
        if language not in self._indexes:
            self._other_texts = self._other_texts or search_index.other_texts(offered)
            self._indexes[language] = search_index.Index(
                labels=search_index.label_texts(offered, language), others=self._other_texts
            )
        return tuple(
            offered[n] for n in search_index.matching_positions(self._indexes[language], text, limit)
        )
