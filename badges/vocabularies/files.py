"""Reads, checks and writes the file of a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import normalize

from badges.errors import VocabularyError
from badges.vocabularies.concepts import Concept, Vocabulary
from signing.json_text import Json

MOST_CONCEPTS = 50_000
MOST_PROBLEMS = 20
TEXT_LENGTH = 500

_LANGUAGE = re.compile(r"[a-z]{2}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}")
_IRI = re.compile(r"(https?://|urn:)[^\s<>\"{}|\\^`\x00-\x20]{1,500}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f<>\ud800-\udfff]")
_HEAD = ("scheme", "source", "licence", "date")
#: The form of the IRIs of a list, by its scheme. The JSON Schema of our extension asks for it, so that a badge with
#: another IRI would break it.
_IRIS_OF = {
    "http://data.europa.eu/snb/eqf/25831c2": re.compile(r"http://data\.europa\.eu/snb/eqf/[1-8]"),
    "http://data.europa.eu/snb/qdr/25831c2": re.compile(r"http://data\.europa\.eu/snb/qdr/c_[0-9a-f]{8}"),
    "urn:eu-micro-credential:v1:qf-ehea-cycle-scheme": re.compile(
        r"urn:eu-micro-credential:v1:cycle-(short|first|second|third)"
    ),
    "http://data.europa.eu/snb/assessment/25831c2": re.compile(
        r"http://data\.europa\.eu/snb/assessment/(c_)?[0-9a-f]{8,10}|urn:eu-micro-credential:v1:assessment-rpl"
    ),
    "http://data.europa.eu/snb/learning-assessment/25831c2": re.compile(
        r"http://data\.europa\.eu/snb/learning-assessment/(c_)?[0-9a-f]{8,10}"
    ),
    # A type of quality assurance of an institution's own stands beside the EU's, which its `accreditation` names.
    "urn:eu-micro-credential:v1:qa-scheme": re.compile(
        r"urn:eu-micro-credential:v1:qa-(internal|esg|eqavet|eqfAnnexIV|nationalLicence|programmeAccreditation"
        r"|programmeLicence|iso|label)"
    ),
}
_EU_ACCREDITATIONS = ("institutionalLicense", "programQA", "institutionalQA", "programLicense")
_OWN = ("code", "iri", "labels", "other_names")


def read_vocabulary(data: Json) -> Vocabulary:
    """The Vocabulary in a shipped TOML file or in what `vocabulary_as_json` wrote; it is not checked again.

    Raises KeyError, TypeError or AttributeError where `data` has another form.
    """
    return Vocabulary(
        scheme=data["scheme"],
        source=data["source"],
        licence=data["licence"],
        date=data["date"],
        concepts=tuple(_concept(entry) for entry in data["concept"]),
    )


def check_vocabulary(data: Any, shipped: Vocabulary) -> Vocabulary:
    """The Vocabulary in `data`, fit to be used in place of `shipped`.

    It must have every shipped code, because templates and badges hold these codes, and each of its concepts must have
    the further fields that all shipped ones have. Raises VocabularyError with the problems by JSON pointer, at most
    MOST_PROBLEMS.
    """
    problems = tuple(_problems(data, shipped))[:MOST_PROBLEMS]
    if problems:
        raise VocabularyError(problems)
    return read_vocabulary(data)


def vocabulary_as_json(vocabulary: Vocabulary) -> Json:
    """The vocabulary as JSON from which `read_vocabulary` reads an equal one."""
    return {
        **{name: getattr(vocabulary, name) for name in _HEAD},
        "concept": [_as_json(concept) for concept in vocabulary],
    }


def unfit_text(text: Any) -> str | None:
    """Why `text` cannot be a label, or None where it can: a label is one line of text without markup, not too long."""
    if not isinstance(text, str) or not text.strip():
        return "is not a text"
    if len(text) > TEXT_LENGTH:
        return f"is longer than {TEXT_LENGTH} characters"
    if _UNFIT.search(text):
        return "has characters that no label has"
    return None


def _concept(entry: Mapping[str, Any]) -> Concept:
    languages = [name for name in entry if len(name) == 2]
    return Concept(
        code=entry["code"],
        iri=entry["iri"],
        label={
            language: normalize("NFC", text)
            for language, text in (
                {name: entry[name] for name in languages} | entry.get("labels", {})
            ).items()
        },
        other_names=tuple(normalize("NFC", name) for name in entry.get("other_names", ())),
        more={name: entry[name] for name in entry if name not in languages and name not in _OWN},
    )


def _as_json(concept: Concept) -> Json:
    entry = {"code": concept.code, "iri": concept.iri, "labels": dict(concept.label), **concept.more}
    return {**entry, "other_names": list(concept.other_names)} if concept.other_names else entry


def _problems(data: Any, shipped: Vocabulary) -> Iterator[tuple[str, str]]:
    if not isinstance(data, dict) or not isinstance(data.get("concept"), list):
        yield "/concept", "is not a list of concepts"
        return
    for name in _HEAD:
        if why := unfit_text(data.get(name)):
            yield f"/{name}", why
    entries = data["concept"]
    if not 0 < len(entries) <= MOST_CONCEPTS:
        yield "/concept", f"holds none, or more than {MOST_CONCEPTS} concepts"
        return
    required = set.intersection(*({*concept.more} for concept in shipped)) if len(shipped) else set()
    seen: set[str] = set()
    iris = _IRIS_OF.get(shipped.scheme, _IRI)
    for number, entry in enumerate(entries):
        yield from _entry_problems(entry, f"/concept/{number}", required, seen)
        if isinstance(entry, dict) and not _fits_schema(entry, iris):
            yield (
                f"/concept/{number}/iri",
                "is not of this list: badges with it would not follow their schema",
            )
    for concept in shipped:
        if concept.code not in seen:
            yield "/concept", f"lacks the code {concept.code}, which templates may hold"


def _fits_schema(entry: Json, iris: re.Pattern[str]) -> bool:
    return bool(iris.fullmatch(str(entry.get("iri")))) or entry.get("accreditation") in _EU_ACCREDITATIONS


def _entry_problems(
    entry: Any, pointer: str, required: set[str], seen: set[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong with one concept; `seen` collects the codes and IRIs of all entries, so that none comes twice."""
    if not isinstance(entry, dict):
        yield pointer, "is not an object"
        return
    for name, pattern in (("code", _CODE), ("iri", _IRI)):
        value = entry.get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield f"{pointer}/{name}", "is missing, or is not of the form it must have"
        elif value in seen:
            yield f"{pointer}/{name}", "stands twice"
        else:
            seen.add(value)
    labels = entry.get("labels", {})
    if not isinstance(labels, dict) or not all(_LANGUAGE.fullmatch(str(language)) for language in labels):
        yield f"{pointer}/labels", "is not an object of labels by language"
        labels = {}
    for language in sorted({"en", "lv"} - labels.keys() - entry.keys()):
        yield f"{pointer}/{language}", "is missing"
    for language, label in labels.items():
        if why := unfit_text(label):
            yield f"{pointer}/labels/{language}", why
    others = entry.get("other_names", [])
    if not isinstance(others, list) or any(unfit_text(other) for other in others):
        yield f"{pointer}/other_names", "is not a list of texts"
    for name in sorted(required - entry.keys()):
        yield f"{pointer}/{name}", "is missing"
    for name, value in entry.items():
        if name not in _OWN and (why := unfit_text(value)):
            yield f"{pointer}/{name}", why
