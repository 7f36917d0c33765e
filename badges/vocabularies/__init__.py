"""Controlled vocabularies: a TOML a list, each concept with its code, IRI and labels.

* assessment_types, modes_of_participation, accreditation_types, supervision, eqf, lki, national_frameworks,
  national_levels, credit_systems, isced_f, countries, languages, regions_lv, learning_settings: concepts of the
  European Learning Model, by their EU addresses
* esco: skills of the European classification, the subset that ships
* quality_assurance, registers, stackability, cycles, provider_kinds, orientations, unit_kinds, programme_kinds, and one
  assessment type: our own, where the EU has no list
* outcome_levels: our own, lowest first
* shapes, colours, signs, level_marks, picture_marks: what badge pictures are made of

Templates, forms and databases hold codes, so a code never changes. Credentials hold IRIs. An institution may use a
newer list in place of the shipped one: see `set_override_folder`.
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

__all__ = [
    "Concept",
    "Vocabulary",
    "search",
    "set_override_folder",
    "shipped_vocabulary",
    "vocabulary",
    "vocabulary_names",
]

_HERE = Path(__file__).parent
# The only mutable state of this package. Vocabularies are looked up by name from all over `badges`; passing the folder
# to each of these calls would put it into nearly every signature. It is set once, at the start of a process.
_override_folders: list[str] = []
#: Path of an overriding file -> (mtime in nanoseconds, inode, size) when it was read, and what was read. Threads share
#: it without a lock: at worst two of them read the same file at the same time.
_overrides: dict[str, tuple[tuple[int, int, int], Vocabulary]] = {}


def vocabulary_names() -> tuple[str, ...]:
    """The names of all vocabularies, sorted."""
    return tuple(sorted(file.stem for file in _HERE.glob("*.toml")))


def set_override_folder(folder: Path | None) -> None:
    """Uses each `<name>.json` in `folder` instead of the shipped vocabulary of that name; None: shipped ones only.

    A file that is added or replaced later is used from then on, without a restart.
    """
    _override_folders[:] = [] if folder is None else [str(folder)]
    _overrides.clear()


def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name: the institution's own where there is one, else the shipped one.

    Raises VocabularyError where the institution's file cannot be read, and FileNotFoundError for an unknown name.
    """
    for folder in _override_folders:
        file = f"{folder}/{name}.json"
        try:
            # This runs about twenty times per credential; a str path costs half of what a Path does.
            status = os.stat(file)
        except OSError:
            continue
        # The modification time alone misses a file that is replaced twice within the clock's resolution; a replaced
        # file has another inode or, nearly always, another size.
        version = (status.st_mtime_ns, status.st_ino, status.st_size)
        cached = _overrides.get(file)
        if cached is None or cached[0] != version:
            cached = _overrides[file] = (version, _read_override(file))
        return cached[1]
    return shipped_vocabulary(name)


@cache
def shipped_vocabulary(name: str) -> Vocabulary:
    """The vocabulary in `<name>.toml` of this folder; read once. Raises FileNotFoundError for an unknown name."""
    return read_vocabulary(tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8")))


def search(name: str, text: str, language: str, limit: int = 20) -> tuple[Concept, ...]:
    """The concepts of the vocabulary `name` that match `text`, best first: see Vocabulary.search.

    Raises as `vocabulary` does.
    """
    return vocabulary(name).search(text, language, limit)


def _read_override(file: str) -> Vocabulary:
    try:
        return read_vocabulary(json.loads(Path(file).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VocabularyError(((file, f"cannot be read: {error}"),)) from error
