"""The skills of ESCO, read from the CSV files that the European Commission publishes: one a language, or their ZIP."""

from __future__ import annotations

import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from badges.errors import VocabularyError
from badges.vocabularies import vocabulary
from badges.vocabularies.concepts import Concept, Vocabulary
from badges.vocabularies.files import MOST_CONCEPTS, MOST_PROBLEMS, unfit_text
from badges.vocabularies.search_index import folded

LARGEST = 64_000_000
MOST_OTHER_NAMES = 60
NAME_LENGTH = 200

#: What unpacking strangers' ZIP files has been seen to raise.
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
_FILE = re.compile(r"(?:.*/)?skills_([a-z]{2})(?:[ _-].*)?\.csv", re.IGNORECASE | re.DOTALL)
_IRI = re.compile(r"http://data\.europa\.eu/esco/skill/([A-Za-z0-9.-]{1,64})")
_DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_COLUMNS = ("conceptType", "conceptUri", "skillType", "preferredLabel", "altLabels")
_TYPES = {"skill/competence": "skill", "knowledge": "knowledge"}
#: What a spreadsheet would take for a formula; no skill is called that.
_FORMULA = ("=", "+", "-", "@")


@dataclass(slots=True)
class _Language:
    labels: dict[str, str] = field(default_factory=dict)
    other_names: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    newest: str = ""


def read_esco(files: Mapping[str, bytes], known: Vocabulary) -> Vocabulary:
    """The skills in `files`, by file name, joined by their addresses to the languages that `known` has and they lack.

    Which skills there are the English file says, or `known` where there is none. Raises VocabularyError.
    """
    problems: list[tuple[str, str]] = []
    languages: dict[str, _Language] = {}
    for name, content in _tables(files, problems):
        named = _FILE.fullmatch(name)
        language = named[1].lower() if named else ""
        if language in vocabulary("languages") and len(problems) < MOST_PROBLEMS:
            languages[language] = _read(name, content, problems)
    if not languages and not problems:
        problems.append(("the file", "is no skills_en.csv, skills_lv.csv, ... of ESCO, nor a ZIP with one"))
    if problems:
        raise VocabularyError(tuple(problems[:MOST_PROBLEMS]))
    return Vocabulary(
        scheme=known.scheme,
        source=known.source,
        licence=known.licence,
        date=max(language.newest for language in languages.values()) or known.date,
        concepts=tuple(
            sorted(_joined(languages, known), key=lambda skill: (folded(skill.label["en"]), skill.iri))
        ),
    )


def _tables(files: Mapping[str, bytes], problems: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        if len(content) > LARGEST:
            problems.append((name, f"is larger than {LARGEST} bytes"))
        elif not content.startswith(b"PK\x03\x04"):
            yield name, content
        else:
            try:
                with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                    yield from _unpacked(name, bundle, problems)
            except _BROKEN_ZIP as error:
                problems.append((name, f"cannot be unpacked: {error}"))


def _unpacked(
    name: str, bundle: zipfile.ZipFile, problems: list[tuple[str, str]]
) -> Iterator[tuple[str, bytes]]:
    for entry in bundle.infolist():
        if not _FILE.fullmatch(entry.filename):
            continue
        with bundle.open(entry) as packed:
            content = packed.read(LARGEST + 1)
        if len(content) > LARGEST:
            problems.append((name, f"unpacks to more than {LARGEST} bytes"))
            return
        yield entry.filename, content


def _read(name: str, content: bytes, problems: list[tuple[str, str]]) -> _Language:
    found = _Language()
    try:
        table = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        header = next(table, [])
        missing = [column for column in _COLUMNS if column not in header]
        if missing:
            problems.append((name, f"lacks the columns {', '.join(missing)}"))
            return found
        for number, row in enumerate(table, start=1):
            if number > MOST_CONCEPTS or len(problems) >= MOST_PROBLEMS:
                problems.append((name, f"holds more than {MOST_CONCEPTS} skills, or no skills of ESCO"))
                break
            _take(found, dict(zip(header, row, strict=False)), f"{name}, line {table.line_num}", problems)
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append((name, f"is not a CSV file in UTF-8: {error}"))
    return found


def _take(found: _Language, row: Mapping[str, str], where: str, problems: list[tuple[str, str]]) -> None:
    if row.get("conceptType") != "KnowledgeSkillCompetence" or row.get("status", "released") != "released":
        return
    iri, label = row.get("conceptUri", ""), row.get("preferredLabel", "").strip()
    if not _IRI.fullmatch(iri):
        problems.append((where, "has a conceptUri that is not the address of a skill"))
    elif iri in found.labels:
        problems.append((where, f"has {iri} for the second time"))
    elif why := unfit_text(label):
        problems.append((where, f"has a preferredLabel that {why}"))
    elif label.startswith(_FORMULA):
        problems.append((where, "has a preferredLabel that a spreadsheet would take for a formula"))
    else:
        found.labels[iri] = label if len(label) <= NAME_LENGTH else f"{label[: NAME_LENGTH - 1]}…"
        found.other_names[iri] = [other for other in _others(row.get("altLabels", "")) if other != label]
        if kind := _TYPES.get(row.get("skillType", "")):
            found.types[iri] = kind
        if _DAY.match(changed := row.get("modifiedDate", "")):
            found.newest = max(found.newest, changed[:10])


def _others(text: str) -> Iterator[str]:
    for name in re.split(r"[\r\n|]+", text[:20_000]):
        if not unfit_text(name) and not name.startswith(_FORMULA):
            yield name.strip()


def _joined(languages: Mapping[str, _Language], known: Vocabulary) -> Iterator[Concept]:
    named = languages["en"].labels if "en" in languages else {skill.iri: skill.code for skill in known}
    for iri in named:
        before = known.with_iri(iri)
        label = dict(before.label) if before else {}
        others = list(before.other_names) if before else []
        more = dict(before.more) if before else {}
        for language, said in languages.items():
            if iri in said.labels:
                label[language] = said.labels[iri]
                others += said.other_names[iri]
                more |= {"type": said.types[iri]} if iri in said.types else {}
        yield Concept(
            code=iri.rpartition("/")[2],
            iri=iri,
            label={name: label[name] for name in sorted(label, key=lambda name: (name != "en", name))},
            other_names=tuple(dict.fromkeys(others))[:MOST_OTHER_NAMES],
            more=more,
        )
