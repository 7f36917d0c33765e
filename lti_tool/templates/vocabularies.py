"""The institution's own vocabularies: checked, stored in a folder that all processes read, and listed."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from badges.errors import VocabularyError
from badges.vocabularies import Vocabulary, search, shipped_vocabulary, vocabulary, vocabulary_names
from badges.vocabularies.esco import MAX_FILE_BYTES, read_esco
from badges.vocabularies.files import check_vocabulary, vocabulary_as_json
from lti_tool.errors import NotFoundError


def load(folder: Path, name: str, files: Sequence[Path]) -> Vocabulary:
    """The vocabulary in `files`, which from now on replaces the shipped one of that name.

    `esco` is read from the CSV files of ESCO or their ZIP, any other vocabulary from one TOML or JSON file in the form
    of the shipped ones. Raises VocabularyError with every problem, NotFoundError where there is no such vocabulary.
    """
    _check_name(name)
    contents = {file.name: _content(file) for file in files}
    if name == "esco":
        loaded = read_esco(contents, vocabulary("esco"))
    else:
        loaded = check_vocabulary(_data(contents), shipped_vocabulary(name))
    folder.mkdir(parents=True, exist_ok=True)
    # Renamed into place when it is complete, because other processes may read the folder at any moment.
    unfinished = folder / f"{name}.json.{os.getpid()}"
    unfinished.write_text(json.dumps(vocabulary_as_json(loaded), ensure_ascii=False), encoding="utf-8")
    unfinished.replace(folder / f"{name}.json")
    return loaded


def as_list() -> Iterator[str]:
    """A line for each vocabulary: name, number of concepts, date, shipped or own, source; separated by tabs."""
    for name in vocabulary_names():
        found = vocabulary(name)
        whose = "shipped" if found is shipped_vocabulary(name) else "own"
        yield f"{name}\t{len(found)}\t{found.date}\t{whose}\t{found.source}"


def as_lines(name: str, text: str, language: str, limit: int) -> Iterator[str]:
    """A line for each concept that `text` finds, or for every concept: code, label, IRI, last year of use.

    At most `limit` lines. Raises NotFoundError where there is no such vocabulary.
    """
    _check_name(name)
    for concept in search(name, text, language, limit) if text else islice(vocabulary(name), limit):
        label = concept.label.get(language) or concept.label["en"]
        yield "\t".join((concept.code, label, concept.iri, concept.more.get("until", ""))).rstrip()


def _check_name(name: str) -> None:
    if name not in vocabulary_names():
        raise NotFoundError(f"there is no vocabulary {name}; there are {', '.join(vocabulary_names())}")


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise VocabularyError(((file.name, f"is larger than {MAX_FILE_BYTES} bytes"),))
        return file.read_bytes()
    except OSError as error:
        raise VocabularyError(((file.name, f"cannot be read: {error.strerror}"),)) from error


def _data(contents: dict[str, bytes]) -> object:
    if len(contents) != 1:
        raise VocabularyError((("the vocabulary", "is one file"),))
    [(name, content)] = contents.items()
    try:
        text = content.decode("utf-8")
        return json.loads(text) if name.endswith(".json") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise VocabularyError(((name, f"is neither TOML nor JSON: {error}"),)) from error
