"""The values of which a template is made, each with the function that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from badges.reader import NAME_LENGTH, Reader, at

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscoSkill:
    """A skill of ESCO: its IRI, and its label in the languages in which it was picked."""

    iri: str
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """What the learner knows, understands or can do."""

    text: Texts
    esco: tuple[EscoSkill, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One assessment; `type`, `mode` of participation and `supervision` are codes of vocabularies.

    `supervision` says how learners are watched and identified. `title` is for people. A `summative` one decides the
    award.
    """

    type: str
    title: Texts = field(default_factory=dict)
    mode: str | None = None
    supervision: str | None = None
    summative: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAssurance:
    """A type of quality assurance (`code` of the vocabulary), the agency, its country, and the days it is valid.

    `reference` is its number in `register` (DEQAR, EQAVET, IKVD); `url` leads to the agency's report.
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
    """A body that awards together with the issuer; `eidas_identifier` has the form of ETSI EN 319 412-1."""

    legal_name: Texts
    country: str
    region: str | None = None
    locality: str | None = None
    url: str | None = None
    registration: str | None = None
    eidas_identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargerCredential:
    """A larger credential towards which the micro-credential counts, and its page."""

    name: Texts
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry of the change log: the day, what changed, and who wrote it. No badge shows it."""

    day: date
    text: str
    by: str | None = None


def read_learning_outcome(reader: Reader, data: Any, pointer: str) -> LearningOutcome:
    """The LearningOutcome in `data`; problems are added to `reader`."""
    fields = reader.known_fields(data, pointer, ("text", "esco"))
    return LearningOutcome(
        text=reader.required_texts(fields.get("text"), at(pointer, "text")),
        esco=reader.items(fields.get("esco"), at(pointer, "esco"), _read_esco_skill),
    )


def _read_esco_skill(reader: Reader, data: Any, pointer: str) -> EscoSkill:
    fields = reader.known_fields(data, pointer, ("iri", "label"))
    return EscoSkill(
        iri=reader.required_esco_skill(fields.get("iri"), at(pointer, "iri")),
        label=reader.texts(fields.get("label"), at(pointer, "label"), NAME_LENGTH),
    )


def read_assessment(reader: Reader, data: Any, pointer: str) -> Assessment:
    """The Assessment in `data`; problems are added to `reader`."""
    fields = reader.known_fields(data, pointer, tuple(Assessment.__dataclass_fields__))
    return Assessment(
        type=reader.required_code(fields.get("type"), at(pointer, "type"), "assessment_types"),
        title=reader.texts(fields.get("title"), at(pointer, "title"), NAME_LENGTH),
        mode=reader.code(fields.get("mode"), at(pointer, "mode"), "modes_of_participation"),
        supervision=reader.code(fields.get("supervision"), at(pointer, "supervision"), "supervision"),
        summative=reader.yes_or_no(fields.get("summative"), at(pointer, "summative")),
    )


def read_quality_assurance(reader: Reader, data: Any, pointer: str) -> QualityAssurance:
    """The QualityAssurance in `data`; problems are added to `reader`."""
    fields = reader.known_fields(data, pointer, tuple(QualityAssurance.__dataclass_fields__))
    assurance = QualityAssurance(
        code=reader.required_code(fields.get("code"), at(pointer, "code"), "quality_assurance"),
        agency=reader.texts(fields.get("agency"), at(pointer, "agency"), NAME_LENGTH),
        country=reader.code(fields.get("country"), at(pointer, "country"), "countries"),
        register=reader.code(fields.get("register"), at(pointer, "register"), "registers"),
        reference=reader.text(fields.get("reference"), at(pointer, "reference")),
        url=reader.web_address(fields.get("url"), at(pointer, "url")),
        valid_from=reader.past_day(fields.get("valid_from"), at(pointer, "valid_from")),
        valid_until=reader.day(fields.get("valid_until"), at(pointer, "valid_until")),
    )
    if assurance.valid_from and assurance.valid_until and assurance.valid_until < assurance.valid_from:
        reader.problem(at(pointer, "valid_until"), "ends_before_it_starts")
    return assurance


def read_awarding_body(reader: Reader, data: Any, pointer: str) -> AwardingBody:
    """The AwardingBody in `data`; problems are added to `reader`."""
    fields = reader.known_fields(data, pointer, tuple(AwardingBody.__dataclass_fields__))
    return AwardingBody(
        legal_name=reader.required_texts(fields.get("legal_name"), at(pointer, "legal_name"), NAME_LENGTH),
        country=reader.required_code(fields.get("country"), at(pointer, "country"), "countries"),
        region=reader.text(fields.get("region"), at(pointer, "region")),
        locality=reader.text(fields.get("locality"), at(pointer, "locality")),
        url=reader.web_address(fields.get("url"), at(pointer, "url")),
        registration=reader.text(fields.get("registration"), at(pointer, "registration")),
        eidas_identifier=reader.eidas_identifier(
            fields.get("eidas_identifier"), at(pointer, "eidas_identifier")
        ),
    )


def read_larger_credential(reader: Reader, data: Any, pointer: str) -> LargerCredential:
    """The LargerCredential in `data`; problems are added to `reader`."""
    fields = reader.known_fields(data, pointer, ("name", "url"))
    return LargerCredential(
        name=reader.required_texts(fields.get("name"), at(pointer, "name"), NAME_LENGTH),
        url=reader.web_address(fields.get("url"), at(pointer, "url")),
    )


def read_change(reader: Reader, data: Any, pointer: str) -> Change:
    """The Change in `data`; problems are added to `reader`."""
    fields = reader.known_fields(data, pointer, tuple(Change.__dataclass_fields__))
    if not fields.get("day"):
        reader.problem(at(pointer, "day"), "required")
    return Change(
        # Where there is no day, a problem was added and the value is never used.
        day=reader.past_day(fields.get("day"), at(pointer, "day")) or date.min,
        text=reader.required_text(fields.get("text"), at(pointer, "text")),
        by=reader.text(fields.get("by"), at(pointer, "by")),
    )
