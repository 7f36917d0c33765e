"""Reads the skills of ESCO from the CSV files of the European Commission: one for each language, or a ZIP of them.

Source: https://esco.ec.europa.eu/en/use-esco/download (classification, CSV).
"""

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

MAX_FILE_BYTES = 64_000_000
MOST_OTHER_NAMES = 60
NAME_LENGTH = 200

#: What `zipfile` has been seen to raise for damaged files; it documents BadZipFile only.
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
_FILE_NAME = re.compile(r"(?:.*/)?skills_([a-z]{2})(?:[ _-].*)?\.csv", re.IGNORECASE | re.DOTALL)
_IRI = re.compile(r"http://data\.europa\.eu/esco/skill/([A-Za-z0-9.-]{1,64})")
_DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_COLUMNS = ("conceptType", "conceptUri", "skillType", "preferredLabel", "altLabels")
_SKILL_TYPES = {"skill/competence": "skill", "knowledge": "knowledge"}
#: A spreadsheet takes a cell that begins so for a formula; no real label does.
_FORMULA_BEGINNINGS = ("=", "+", "-", "@")


@dataclass(slots=True)
class _LanguageSkills:
    """What one language's file says of the skills, by IRI; `newest` is the last day on which one was modified."""

    labels: dict[str, str] = field(default_factory=dict)
    other_names: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    newest: str = ""


def read_esco(files: Mapping[str, bytes], known: Vocabulary) -> Vocabulary:
    """The skills in `files` (content by file name), with the labels of `known` in the languages that `files` lack.

    Skills are joined by their IRIs. The English file decides which skills there are; without one, `known` does.
    Raises VocabularyError with the problems by file and line.
    """
    problems: list[tuple[str, str]] = []
    languages: dict[str, _LanguageSkills] = {}
    for name, content in _csv_files(files, problems):
        match = _FILE_NAME.fullmatch(name)
        language = match[1].lower() if match else ""
        if language in vocabulary("languages") and len(problems) < MOST_PROBLEMS:
            languages[language] = _read_csv(name, content, problems)
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
            sorted(_join(languages, known), key=lambda skill: (folded(skill.label["en"]), skill.iri))
        ),
    )


def _csv_files(files: Mapping[str, bytes], problems: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        if len(content) > MAX_FILE_BYTES:
            problems.append((name, f"is larger than {MAX_FILE_BYTES} bytes"))
        elif not content.startswith(b"PK\x03\x04"):
            yield name, content
        else:
            try:
                with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                    yield from _csv_files_in_zip(name, bundle, problems)
            except _BROKEN_ZIP as error:
                problems.append((name, f"cannot be unpacked: {error}"))


def _csv_files_in_zip(
    name: str, bundle: zipfile.ZipFile, problems: list[tuple[str, str]]
) -> Iterator[tuple[str, bytes]]:
    for entry in bundle.infolist():
        if not _FILE_NAME.fullmatch(entry.filename):
            continue
        with bundle.open(entry) as packed:
            content = packed.read(MAX_FILE_BYTES + 1)
        # The size in the ZIP's directory may be false, so only what was really unpacked is measured.
        if len(content) > MAX_FILE_BYTES:
            problems.append((name, f"unpacks to more than {MAX_FILE_BYTES} bytes"))
            return
        yield entry.filename, content


def _read_csv(name: str, content: bytes, problems: list[tuple[str, str]]) -> _LanguageSkills:
    """The skills of one file, as far as it can be read; what is wrong is added to `problems`."""
    skills = _LanguageSkills()
    try:
        table = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        header = next(table, [])
        missing = [column for column in _COLUMNS if column not in header]
        if missing:
            problems.append((name, f"lacks the columns {', '.join(missing)}"))
            return skills
        for number, row in enumerate(table, start=1):
            if number > MOST_CONCEPTS or len(problems) >= MOST_PROBLEMS:
                problems.append((name, f"holds more than {MOST_CONCEPTS} skills, or no skills of ESCO"))
                break
            _add_skill(
                skills, dict(zip(header, row, strict=False)), f"{name}, line {table.line_num}", problems
            )
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append((name, f"is not a CSV file in UTF-8: {error}"))
    return skills


def _add_skill(
    skills: _LanguageSkills, row: Mapping[str, str], where: str, problems: list[tuple[str, str]]
) -> None:
    if row.get("conceptType") != "KnowledgeSkillCompetence" or row.get("status", "released") != "released":
        return
    iri, label = row.get("conceptUri", ""), row.get("preferredLabel", "").strip()
    if not _IRI.fullmatch(iri):
        problems.append((where, "has a conceptUri that is not the address of a skill"))
    elif iri in skills.labels:
        problems.append((where, f"has {iri} for the second time"))
    elif why := unfit_text(label):
        problems.append((where, f"has a preferredLabel that {why}"))
    elif label.startswith(_FORMULA_BEGINNINGS):
        problems.append((where, "has a preferredLabel that a spreadsheet would take for a formula"))
    else:
        skills.labels[iri] = label if len(label) <= NAME_LENGTH else f"{label[: NAME_LENGTH - 1]}…"
        skills.other_names[iri] = [
            other for other in _alternative_labels(row.get("altLabels", "")) if other != label
        ]
        if kind := _SKILL_TYPES.get(row.get("skillType", "")):
            skills.types[iri] = kind
        if _DAY.match(changed := row.get("modifiedDate", "")):
            skills.newest = max(skills.newest, changed[:10])


def _alternative_labels(text: str) -> Iterator[str]:
    # Separated by line ends; bars are accepted too.
    for name in re.split(r"[\r\n|]+", text[:20_000]):
        if not unfit_text(name) and not name.startswith(_FORMULA_BEGINNINGS):
            yield name.strip()


def _join(languages: Mapping[str, _LanguageSkills], known: Vocabulary) -> Iterator[Concept]:
    iris = languages["en"].labels if "en" in languages else {skill.iri: skill.code for skill in known}
    for iri in iris:
        before = known.with_iri(iri)
        label = dict(before.label) if before else {}
        others = list(before.other_names) if before else []
        more = dict(before.more) if before else {}
        for language, skills in languages.items():
            if iri in skills.labels:
                label[language] = skills.labels[iri]
                others += skills.other_names[iri]
                more |= {"type": skills.types[iri]} if iri in skills.types else {}
        yield Concept(
            code=iri.rpartition("/")[2],
            iri=iri,
            label={name: label[name] for name in sorted(label, key=lambda name: (name != "en", name))},
            other_names=tuple(dict.fromkeys(others))[:MOST_OTHER_NAMES],
            more=more,
        )
