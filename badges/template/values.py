"""The objects of which a template is made, each with its fields declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from badges.reader import Reader, at
from badges.template.fields import EVERYWHERE, FOR_PROGRAMS, SIGNED, Items, Texts, declare
from badges.template.kinds import (
    Code,
    Day,
    EidasIdentifier,
    EscoIri,
    LineByLanguage,
    Text,
    TextByLanguage,
    WebAddress,
    YesNo,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscoSkill:
    """A skill of ESCO: its IRI, and its label in the languages in which it was picked."""

    iri: str = declare(EscoIri(), shown=(*FOR_PROGRAMS, "wallet"))
    label: Texts = declare(LineByLanguage(), shown=EVERYWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """What the learner knows, understands or can do. `assessed_by` names the assessment that decides its level."""

    text: Texts = declare(
        TextByLanguage(required=True),
        shown=EVERYWHERE,
        label={"en": "The learner …", "lv": "Izglītojamais …"},
    )
    esco: tuple[EscoSkill, ...] = declare(
        Items(EscoSkill, control="skills", vocabulary="esco"),
        shown=EVERYWHERE,
        label={"en": "Skills that employers look for", "lv": "Prasmes, kuras meklē darba devēji"},
        hint={
            "en": "From ESCO, the EU's list of skills, which employers and job portals across the EU use.",
            "lv": "No ESCO, ES prasmju saraksta, ko lieto darba devēji un darba portāli visā ES.",
        },
    )
    assessed_by: str | None = declare(
        Text(),
        rare=True,
        kept_inside="It is called so in the gradebook of a course; the level that its grade decides is signed.",
        label={
            "en": "Assessment whose grade decides its level",
            "lv": "Novērtējums, kura rezultāts nosaka tā līmeni",
        },
        hint={
            "en": (
                "Only if each learning outcome is to have a level of its own. The name of an assessment, such as "
                "“Project”: in the course it gets a grade column of that name."
            ),
            "lv": (
                "Tikai tad, ja katram mācīšanās rezultātam jābūt savam līmenim. Novērtējuma nosaukums, piemēram, "
                "„Projekts”: kursā tam ir vērtējumu kolonna ar šo nosaukumu."
            ),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One assessment; `type`, `mode` of participation and `supervision` are codes of vocabularies.

    `supervision` says how learners are watched and identified. `title` is for people. A `summative` one decides the
    award.
    """

    type: str = declare(
        Code("assessment_types", required=True),
        element="type_of_assessment",
        shown=EVERYWHERE,
        label={"en": "Type", "lv": "Veids"},
        must={"en": "State the type of assessment.", "lv": "Norādiet novērtējuma veidu."},
    )
    supervision: str | None = declare(
        Code("supervision"),
        element="supervision",
        shown=EVERYWHERE,
        label={"en": "Supervision and identity", "lv": "Uzraudzība un identitāte"},
        hint={
            "en": "Whether the assessment is supervised and the learner's identity is checked.",
            "lv": "Vai novērtēšanu uzrauga un vai pārbauda izglītojamā identitāti.",
        },
        should={
            "en": "State how learners are supervised and identified during the assessment.",
            "lv": "Norādiet uzraudzību un identitātes pārbaudi novērtēšanas laikā.",
        },
    )
    title: Texts = declare(
        LineByLanguage(),
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Name of the assessment", "lv": "Novērtējuma nosaukums"},
    )
    mode: str | None = declare(
        Code("modes_of_participation"),
        rare=True,
        shown=SIGNED,
        label={"en": "Where it takes place", "lv": "Kur tas notiek"},
    )
    summative: bool | None = declare(
        YesNo(),
        rare=True,
        kept_inside="It tells quality rules which assessments count; the criteria say what the badge depends on.",
        label={"en": "The badge depends on it", "lv": "No tā atkarīgs, vai nozīmīti piešķir"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAssurance:
    """A type of quality assurance (`code` of the vocabulary), the agency, its country, and the days it is valid.

    `reference` is its number in `register` (DEQAR, EQAVET, IKVD); `url` leads to the agency's report.
    """

    code: str = declare(
        Code("quality_assurance", required=True),
        shown=EVERYWHERE,
        label={"en": "Type", "lv": "Veids"},
    )
    agency: Texts = declare(
        LineByLanguage(),
        shown=EVERYWHERE,
        label={"en": "Who assures the quality", "lv": "Kas nodrošina kvalitāti"},
    )
    country: str | None = declare(
        Code("countries", "search"),
        rare=True,
        shown=FOR_PROGRAMS,
        label={"en": "Country", "lv": "Valsts"},
    )
    register: str | None = declare(
        Code("registers"),
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Public register", "lv": "Publisks reģistrs"},
        hint={
            "en": "Where the accreditation is listed, such as DEQAR for higher education in Europe.",
            "lv": "Kur akreditācija ir reģistrēta, piemēram, DEQAR Eiropas augstākajai izglītībai.",
        },
    )
    reference: str | None = declare(
        Text(),
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Number in the register", "lv": "Numurs reģistrā"},
    )
    url: str | None = declare(
        WebAddress(),
        rare=True,
        shown=EVERYWHERE,
        label={
            "en": "Web address of the report or the register entry",
            "lv": "Ziņojuma vai reģistra ieraksta tīmekļa adrese",
        },
    )
    valid_from: date | None = declare(
        Day(past=True),
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Valid from", "lv": "Spēkā no"},
    )
    valid_until: date | None = declare(
        Day(),
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Valid until", "lv": "Spēkā līdz"},
    )


def first_end(assurances: Iterable[QualityAssurance]) -> date | None:
    """The last day of that which ends first; None where none has an end."""
    return min((each.valid_until for each in assurances if each.valid_until), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardingBody:
    """A body that awards together with the issuer; `eidas_identifier` has the form of ETSI EN 319 412-1."""

    legal_name: Texts = declare(
        LineByLanguage(required=True),
        shown=SIGNED,
        label={"en": "Legal name", "lv": "Juridiskais nosaukums"},
    )
    country: str = declare(
        Code("countries", "search", required=True),
        shown=FOR_PROGRAMS,
        label={"en": "Country", "lv": "Valsts"},
    )
    region: str | None = declare(
        Text(),
        shown=FOR_PROGRAMS,
        label={"en": "Region", "lv": "Reģions"},
    )
    locality: str | None = declare(
        Text(),
        shown=FOR_PROGRAMS,
        label={"en": "Place", "lv": "Vieta"},
    )
    url: str | None = declare(
        WebAddress(),
        shown=FOR_PROGRAMS,
        label={"en": "Web address", "lv": "Tīmekļa adrese"},
    )
    registration: str | None = declare(
        Text(),
        shown=FOR_PROGRAMS,
        label={"en": "Registration number", "lv": "Reģistrācijas numurs"},
    )
    eidas_identifier: str | None = declare(
        EidasIdentifier(),
        shown=FOR_PROGRAMS,
        label={
            "en": "eIDAS identifier (electronic seal)",
            "lv": "eIDAS identifikators (elektroniskais zīmogs)",
        },
        hint={
            "en": "As in the electronic seal, such as VATLV-40000000000.",
            "lv": "Kā elektroniskajā zīmogā, piemēram, VATLV-40000000000.",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LargerCredential:
    """A larger credential towards which the micro-credential counts, and its page."""

    name: Texts = declare(
        LineByLanguage(required=True),
        shown=EVERYWHERE,
        label={"en": "Name", "lv": "Nosaukums"},
    )
    url: str | None = declare(
        WebAddress(),
        shown=EVERYWHERE,
        label={"en": "Web page about it", "lv": "Tīmekļa lapa par to"},
    )


_NOTE = "It is a note for the institution."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry of the change log: the day, what changed, and who wrote it. No badge shows it."""

    day: date = declare(
        Day(past=True, required=True),
        kept_inside=_NOTE,
        label={"en": "Date", "lv": "Datums"},
    )
    text: str = declare(
        Text(required=True),
        kept_inside=_NOTE,
        label={"en": "What changed", "lv": "Kas mainīts"},
    )
    by: str | None = declare(
        Text(),
        kept_inside=_NOTE,
        label={"en": "Changed by", "lv": "Kas mainīja"},
    )


def check_days(reader: Reader, assurance: QualityAssurance, pointer: str) -> None:
    """Adds a problem to `reader` where the quality assurance ends before it starts."""
    if assurance.valid_from and assurance.valid_until and assurance.valid_until < assurance.valid_from:
        reader.problem(at(pointer, "valid_until"), "ends_before_it_starts")
