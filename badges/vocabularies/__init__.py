"""Controlled vocabularies: a TOML a list, each concept with its code, IRI and labels.

* assessment_types, modes_of_participation, accreditation_types, supervision, eqf, lki, national_frameworks,
  national_levels, credit_systems, isced_f, countries, languages, regions_lv, learning_settings: concepts of the
  European Learning Model, by their EU addresses
* esco: skills of the European classification, the subset that ships
* quality_assurance, registers, stackability, cycles, provider_kinds, orientations, unit_kinds, and one assessment
  type: our own, where the EU has no list
* colours: the palettes of the default badge picture

Codes are what templates, forms and databases hold; they never change. IRIs are what a credential says. An
institution's newer list stands in for the shipped one: see `replace_from`.
"""

from __future__ import annotations

import json
import os
import tomllib
from functools import cache
from pathlib import Path

from badges.errors import VocabularyError
from badges.vocabularies.concepts import Concept, Vocabulary
from badges.vocabularies.files import read_vocabulary

__all__ = ["Concept", "Vocabulary", "names", "replace_from", "search", "shipped", "vocabulary"]

_HERE = Path(__file__).parent
# What changes here: lists are asked for by name all over `badges`, which no folder could be handed to.
_folders: list[str] = []
_read: dict[str, tuple[tuple[int, int, int], Vocabulary]] = {}


def names() -> tuple[str, ...]:
    """The name of every vocabulary."""
    return tuple(sorted(file.stem for file in _HERE.glob("*.toml")))


def replace_from(folder: Path | None) -> None:
    """From now on a `name`.json in `folder` stands in for the vocabulary of that name, as soon as it is there."""
    _folders[:] = [] if folder is None else [str(folder)]
    _read.clear()


def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name: the institution's own where there is one, else the shipped one."""
    for folder in _folders:
        file = f"{folder}/{name}.json"
        try:
            # As text, not as a Path, which costs twice as much: this is asked twenty times a credential.
            found = os.stat(file)
        except OSError:
            continue
        written = (found.st_mtime_ns, found.st_ino, found.st_size)
        before = _read.get(file)
        if before is None or before[0] != written:
            before = _read[file] = (written, _own(file))
        return before[1]
    return shipped(name)


@cache
def shipped(name: str) -> Vocabulary:
    """The vocabulary of the file `name`.toml here; read once."""
    return read_vocabulary(tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8")))


def search(name: str, text: str, language: str, limit: int = 20) -> tuple[Concept, ...]:
    """What a person who typed `text` may mean in the vocabulary `name`: see Vocabulary.search."""
    return vocabulary(name).search(text, language, limit)


def _own(file: str) -> Vocabulary:
    try:
        return read_vocabulary(json.loads(Path(file).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VocabularyError(((file, f"cannot be read: {error}"),)) from error
