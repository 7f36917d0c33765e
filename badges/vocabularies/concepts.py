"""Concept and Vocabulary: the entries of a controlled list, and the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from badges.vocabularies import search_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One entry of a vocabulary; `label` is a text in several languages, `more` what its file adds.

    `other_names` are for finding it only. One with `until` in its `more` is read in older credentials and not offered
    any more.
    """

    code: str
    iri: str
    label: Mapping[str, str]
    other_names: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain_label(self) -> Mapping[str, str]:
        """The label as forms say it: in plainer English, `plain_en`, where the official one is not plain."""
        return {**self.label, "en": self.more["plain_en"]} if "plain_en" in self.more else self.label


class Vocabulary:
    """The concepts of one list, in its order, by code: `code in v`, `v[code]`, `for concept in v`.

    `source`, `licence` and `date` say where it is from, what may be done with it, and how old it is.
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
        self._others: tuple[str, ...] = ()
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
        """The concepts that `text` finds, best first, at most `limit`; with no text the first ones."""
        offered = self._offered
        if language not in self._indexes:
            self._others = self._others or search_index.others(offered)
            self._indexes[language] = search_index.Index(
                labels=search_index.labels(offered, language), others=self._others
            )
        return tuple(offered[place] for place in search_index.places(self._indexes[language], text, limit))
