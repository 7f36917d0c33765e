"""Controlled vocabularies: a TOML a list, each concept with its code, IRI and labels.

* assessment_types, modes_of_participation, accreditation_types, supervision, eqf, lki, credit_systems, isced_f,
  countries, languages, regions_lv, learning_settings: concepts of the European Learning Model, by their EU addresses
* quality_assurance, stackability, cycles, provider_kinds, orientations, unit_kinds, and one assessment type: our own,
  where the EU has no list
* colours: the palettes of the default badge picture

Codes are what templates, forms and databases hold; they never change. IRIs are what a credential says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from badges.vocabularies import searching


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One entry of a vocabulary; `label` is a text in several languages, `more` what its file adds."""

    code: str
    iri: str
    label: Mapping[str, str]
    other_names: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)


class Vocabulary:
    """The concepts of one list, in its order, by code: `code in v`, `v[code]`, `for concept in v`."""

    def __init__(self, scheme: str, concepts: tuple[Concept, ...]) -> None:
        self.scheme = scheme
        self._concepts = {concept.code: concept for concept in concepts}
        self._by_iri = {concept.iri: concept for concept in concepts}
        self._indexes: dict[str, searching.Index] = {}

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
        concepts = tuple(self._concepts.values())
        if language not in self._indexes:
            self._indexes[language] = searching.index(concepts, language)
        return tuple(concepts[place] for place in searching.places(self._indexes[language], text, limit))


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of the file `name`.toml here; read once."""
    data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    return Vocabulary(data["scheme"], tuple(_concept(entry) for entry in data["concept"]))


def search(name: str, text: str, language: str, limit: int = 20) -> tuple[Concept, ...]:
    """What a person who typed `text` may mean in the vocabulary `name`: see Vocabulary.search."""
    return vocabulary(name).search(text, language, limit)


def _concept(entry: Mapping[str, str]) -> Concept:
    known = ("code", "iri", "en", "lv")
    return Concept(
        code=entry["code"],
        iri=entry["iri"],
        label={language: entry[language] for language in ("en", "lv") if language in entry},
        more={name: value for name, value in entry.items() if name not in known},
    )
