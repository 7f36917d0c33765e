"""The parts a template is made of: what each may say, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from badges.reader import NAME_LENGTH, Reader, at

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscoSkill:
    """A skill of the European classification: its address, and its name in the languages it was found in."""

    iri: str
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """What the learner knows, understands or can do."""

    text: Texts
    esco: tuple[EscoSkill, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One assessment: its `type`, the `mode` it takes place in, and how learners are supervised and identified.

    `title` is for people, where the type alone does not say enough. `summative` is one that decides the award.
    """

    type: str
    title: Texts = field(default_factory=dict)
    mode: str | None = None
    supervision: str | None = None
    summative: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAssurance:
    """A type of quality assurance (`code` of the vocabulary), who assures it, in which country, and until when.

    `reference` is the number under which `register` (DEQAR, EQAVET, IKVD) lists it; `url` leads to the report.
    """

    code: str
    agency: Texts = field(default_factory=dict)
    country: str | None = None
    register: str | None = None
    reference: str | None = None
    url: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardingBody:
    """A body that awards together with the issuer. `eidas_identifier` is its number as an e-seal would name it."""

    legal_name: Texts
    country: str
    region: str | None = None
    locality: str | None = None
    url: str | None = None
    registration: str | None = None
    eidas_identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargerCredential:
    """A credential towards which the micro-credential counts, and where to read about it."""

    name: Texts
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry of the change log: what became different on which day, and who wrote it. Nobody's badge shows it."""

    day: date
    text: str
    by: str | None = None


def learning_outcome(reader: Reader, data: Any, pointer: str) -> LearningOutcome:
    said = reader.fields(data, pointer, ("text", "esco"))
    return LearningOutcome(
        text=reader.texts(said.get("text"), at(pointer, "text"), required=True),
        esco=reader.each(said.get("esco"), at(pointer, "esco"), _esco_skill),
    )


def _esco_skill(reader: Reader, data: Any, pointer: str) -> EscoSkill:
    said = reader.fields(data, pointer, ("iri", "label"))
    return EscoSkill(
        iri=reader.esco_skill(said.get("iri"), at(pointer, "iri")) or "",
        label=reader.texts(said.get("label"), at(pointer, "label"), NAME_LENGTH),
    )


def assessment(reader: Reader, data: Any, pointer: str) -> Assessment:
    said = reader.fields(data, pointer, tuple(Assessment.__dataclass_fields__))
    return Assessment(
        type=reader.code(said.get("type"), at(pointer, "type"), "assessment_types", required=True) or "",
        title=reader.texts(said.get("title"), at(pointer, "title"), NAME_LENGTH),
        mode=reader.code(said.get("mode"), at(pointer, "mode"), "modes_of_participation"),
        supervision=reader.code(said.get("supervision"), at(pointer, "supervision"), "supervision"),
        summative=reader.truth(said.get("summative"), at(pointer, "summative")),
    )


def quality_assurance(reader: Reader, data: Any, pointer: str) -> QualityAssurance:
    said = reader.fields(data, pointer, tuple(QualityAssurance.__dataclass_fields__))
    found = QualityAssurance(
        code=reader.code(said.get("code"), at(pointer, "code"), "quality_assurance", required=True) or "",
        agency=reader.texts(said.get("agency"), at(pointer, "agency"), NAME_LENGTH),
        country=reader.code(said.get("country"), at(pointer, "country"), "countries"),
        register=reader.code(said.get("register"), at(pointer, "register"), "registers"),
        reference=reader.text(said.get("reference"), at(pointer, "reference")),
        url=reader.web_address(said.get("url"), at(pointer, "url")),
        valid_from=reader.past_day(said.get("valid_from"), at(pointer, "valid_from")),
        valid_until=reader.day(said.get("valid_until"), at(pointer, "valid_until")),
    )
    if found.valid_from and found.valid_until and found.valid_until < found.valid_from:
        reader.problem(at(pointer, "valid_until"), "ends_before_it_starts")
    return found


def awarding_body(reader: Reader, data: Any, pointer: str) -> AwardingBody:
    said = reader.fields(data, pointer, tuple(AwardingBody.__dataclass_fields__))
    return AwardingBody(
        legal_name=reader.texts(
            said.get("legal_name"), at(pointer, "legal_name"), NAME_LENGTH, required=True
        ),
        country=reader.code(said.get("country"), at(pointer, "country"), "countries", required=True) or "",
        region=reader.text(said.get("region"), at(pointer, "region")),
        locality=reader.text(said.get("locality"), at(pointer, "locality")),
        url=reader.web_address(said.get("url"), at(pointer, "url")),
        registration=reader.text(said.get("registration"), at(pointer, "registration")),
        eidas_identifier=reader.eidas_identifier(
            said.get("eidas_identifier"), at(pointer, "eidas_identifier")
        ),
    )


def larger_credential(reader: Reader, data: Any, pointer: str) -> LargerCredential:
    said = reader.fields(data, pointer, ("name", "url"))
    return LargerCredential(
        name=reader.texts(said.get("name"), at(pointer, "name"), NAME_LENGTH, required=True),
        url=reader.web_address(said.get("url"), at(pointer, "url")),
    )


def change(reader: Reader, data: Any, pointer: str) -> Change:
    said = reader.fields(data, pointer, tuple(Change.__dataclass_fields__))
    if not said.get("day"):
        reader.problem(at(pointer, "day"), "required")
    return Change(
        day=reader.past_day(said.get("day"), at(pointer, "day")) or date.min,
        text=reader.text(said.get("text"), at(pointer, "text"), required=True) or "",
        by=reader.text(said.get("by"), at(pointer, "by")),
    )
