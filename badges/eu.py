"""ELEMENTS: the 11 mandatory and 5 optional elements of an EU micro-credential; what is missing, what is there.

Source: Council Recommendation of 16 June 2022 on a European approach to micro-credentials (2022/C 243/02), Annex I.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from badges.issuer import IssuerProfile
from badges.quality.judging import unmet
from badges.template import Template, Texts, text_in
from badges.vocabularies import vocabulary

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of Annex I: its number, our stable code, and its name in English and Latvian."""

    number: int
    code: str
    mandatory: bool
    label: Texts


def _element(number: int, code: str, en: str, lv: str) -> Element:
    return Element(number=number, code=code, mandatory=number <= 11, label={"en": en, "lv": lv})


ELEMENTS: tuple[Element, ...] = (
    _element(1, "learner", "Identification of the learner", "Izglītojamā identifikācija"),
    _element(2, "title", "Title of the micro-credential", "Mikroapliecinājuma nosaukums"),
    _element(3, "country", "Country or region of the issuer", "Izdevējvalsts vai reģions"),
    _element(4, "awarding_body", "Awarding body", "Piešķīrējiestāde"),
    _element(5, "date_of_issuing", "Date of issuing", "Izdošanas datums"),
    _element(6, "learning_outcomes", "Learning outcomes", "Sasniegtie mācīšanās rezultāti"),
    _element(7, "notional_workload", "Notional workload", "Darba slodze"),
    _element(8, "level", "Level", "Līmenis"),
    _element(9, "type_of_assessment", "Type of assessment", "Novērtējuma veids"),
    _element(10, "form_of_participation", "Form of participation", "Izglītojamā līdzdalības veids"),
    _element(11, "type_of_quality_assurance", "Type of quality assurance", "Kvalitātes nodrošināšanas veids"),
    _element(12, "prerequisites", "Prerequisites needed to enrol", "Iestāšanās nosacījumi"),
    _element(
        13,
        "supervision",
        "Supervision and identity verification during assessment",
        "Uzraudzība un identitātes pārbaude novērtēšanas laikā",
    ),
    _element(14, "grade", "Grade achieved", "Sasniegtais vērtējums"),
    _element(15, "stackability", "Integration and stackability options", "Savienojamības iespējas"),
    _element(16, "further_information", "Further information", "Papildu informācija"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a credential says about one element; `values` are texts in the languages it has."""

    element: Element
    values: tuple[Texts, ...]


def missing(template: Template, issuer: IssuerProfile) -> tuple[str, ...]:
    """The codes of the mandatory elements that the template and the issuer leave open, in Annex I's order.

    What each element demands stands in badges/quality/eu_annex_1.toml. The learner and the date of issuing are given
    when the badge is awarded, and are not missing here. The level is demanded "if applicable": that it does not apply
    has to be said.
    """
    rules = unmet("eu_annex_1", template, issuer)
    return tuple(dict.fromkeys(rule.partition(".")[0] for rule in rules))


def read(credential: Json) -> tuple[Reading, ...]:
    """What the credential says about each element, in Annex I's order; elements it does not have are left out.

    Anyone's credential can be read: what is not where it should be is taken as not there.
    """
    readings = (
        Reading(element=element, values=tuple(text for text in _READERS[element.code](credential) if text))
        for element in ELEMENTS
    )
    return tuple(reading for reading in readings if reading.values)


#: The language of a text that has none, such as a name or a number.
NO_LANGUAGE = "und"
_NOT_APPLICABLE: Texts = {"en": "not applicable", "lv": "nav attiecināms"}
_HASHED: Texts = {"en": "e-mail address, as a hash", "lv": "e-pasta adrese (jaucējvērtība)"}
_MONTHS_EN = "January February March April May June July August September October November December".split()
_MONTHS_LV = (
    "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris"
).split()


def _object(value: Any, *path: str) -> Json:
    """The object at the end of the path; an empty one when there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    """The objects in a list, or the one that stands alone."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _plain_text(value: Any) -> Texts:
    return {NO_LANGUAGE: value} if isinstance(value, str) and value.strip() else {}


def _map(value: Any) -> Texts:
    """A language map with nothing in it but texts."""
    return {
        language: text
        for language, text in _object(value).items()
        if isinstance(text, str) and text.strip() and re.fullmatch(r"[a-zA-Z-]{2,35}", language)
    }


def _labels(value: Any) -> list[Texts]:
    return [_map(concept.get("prefLabel")) for concept in _objects(value)]


def _subject(credential: Json) -> Json:
    return _object(credential, "credentialSubject")


def _achievement(credential: Json) -> Json:
    return _object(credential, "credentialSubject", "achievement")


def _learner(credential: Json) -> Iterator[Texts]:
    subject = _subject(credential)
    identities = _objects(subject.get("identifier"))
    names = (subject.get("givenName"), subject.get("familyName"))
    yield _plain_text(" ".join(name for name in names if isinstance(name, str)))
    for identity in identities:
        if identity.get("hashed") is False:
            yield _plain_text(identity.get("identityHash"))
    if any(
        identity.get("hashed") is True and identity.get("identityType") == "emailAddress"
        for identity in identities
    ):
        yield _HASHED
    yield _plain_text(subject.get("id"))


def _title(credential: Json) -> Iterator[Texts]:
    achievement = _achievement(credential)
    yield _map(achievement.get("title")) or _plain_text(achievement.get("name"))


def _country(credential: Json) -> Iterator[Texts]:
    address = _object(credential, "issuer", "address")
    code = address.get("addressCountryCode")
    countries = vocabulary("countries")
    if isinstance(code, str) and code in countries:
        yield countries[code].label
    else:
        yield _plain_text(address.get("addressCountry")) or _plain_text(code)
    yield _plain_text(address.get("addressRegion"))


def _awarding_body(credential: Json) -> Iterator[Texts]:
    issuer = _object(credential, "issuer")
    yield _map(issuer.get("legalName")) or _plain_text(issuer.get("name"))


def _date(credential: Json) -> Iterator[Texts]:
    moment = credential.get("awardedDate") or credential.get("validFrom")
    try:
        day = datetime.fromisoformat(moment).date() if isinstance(moment, str) else None
    except ValueError:
        day = None
    if day:
        yield day_in_words(day)


def day_in_words(day: date) -> Texts:
    """A day as people write it on a document."""
    return {
        "en": f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}",
        "lv": f"{day.year}. gada {day.day}. {_MONTHS_LV[day.month - 1]}",
    }


def _learning_outcomes(credential: Json) -> Iterator[Texts]:
    for outcome in _objects(_achievement(credential).get("learningOutcome")):
        yield _map(outcome.get("title"))


def _workload(credential: Json) -> Iterator[Texts]:
    achievement = _achievement(credential)
    duration = re.fullmatch(r"PT([0-9]{1,6})H(?:([0-9]{1,2})M)?", str(achievement.get("volumeOfLearning")))
    if duration:
        yield hours_in_words(Decimal(duration[1]) + round(Decimal(duration[2] or 0) / 60, 2))
    for credit in _objects(achievement.get("creditPoint")):
        point = credit.get("point")
        framework = _object(credit, "framework").get("id")
        if isinstance(point, str) and framework == vocabulary("credit_systems")["ECTS"].iri:
            yield {"en": f"{point} ECTS", "lv": f"{point.replace('.', ',')} ECTS"}


def hours_in_words(hours: Decimal) -> Texts:
    """A number of hours as people say it; Latvian says 21 stunda, but 11 stundas."""
    number = format(hours.normalize(), "f")
    one = number.endswith("1") and not number.endswith("11") and "." not in number
    return {
        "en": f"{number} hour" if number == "1" else f"{number} hours",
        "lv": f"{number.replace('.', ',')} {'stunda' if one else 'stundas'}",
    }


def _level(credential: Json) -> Iterator[Texts]:
    achievement = _achievement(credential)
    found: list[Texts] = [
        {language: f"{'EKI' if language == 'lv' else 'EQF'}: {text}" for language, text in label.items()}
        for label in _labels(achievement.get("eqfLevel"))
    ]
    found += _labels(achievement.get("nqfLevel")) + _labels(achievement.get("educationLevel"))
    # Annex I asks for the level "if applicable": a micro-credential of ours without one says that it is not.
    types = achievement.get("type")
    if not any(found) and isinstance(types, list) and "EuMicrocredential" in types:
        yield _NOT_APPLICABLE
    yield from found


def _types_of_assessment(credential: Json) -> Iterator[Texts]:
    for assessment in _objects(_achievement(credential).get("provenBy")):
        labels = [label for label in _labels(assessment.get("dcType")) if label]
        yield from labels or [_map(assessment.get("title"))]


def _forms_of_participation(credential: Json) -> Iterator[Texts]:
    yield from _labels(_achievement(credential).get("mode"))


def _types_of_quality_assurance(credential: Json) -> Iterator[Texts]:
    for accreditation in _objects(_achievement(credential).get("accreditation")):
        title = _map(accreditation.get("title"))
        agency = _map(_object(accreditation, "accreditingAgent").get("legalName"))
        yield {
            language: f"{text} ({text_in(agency, language)})" if agency else text
            for language, text in title.items()
        }
        yield _plain_text(accreditation.get("accreditationReport"))


def _prerequisites(credential: Json) -> Iterator[Texts]:
    yield _map(_object(_achievement(credential), "entryRequirement").get("noteLiteral"))


def _supervision(credential: Json) -> Iterator[Texts]:
    for assessment in _objects(_subject(credential).get("provenBy")):
        yield from _labels(assessment.get("idVerification"))


def _grade(credential: Json) -> Iterator[Texts]:
    percent = {
        description.get("id")
        for description in _objects(_achievement(credential).get("resultDescription"))
        if description.get("resultType") == "Percent" and isinstance(description.get("id"), str)
    }
    for result in _objects(_subject(credential).get("result")):
        value, description_id = result.get("value"), result.get("resultDescription")
        if isinstance(value, str) and isinstance(description_id, str) and description_id in percent:
            yield {"en": f"{value} %", "lv": f"{value.replace('.', ',')} %"}
        else:
            yield _plain_text(value)


def _stackability(credential: Json) -> Iterator[Texts]:
    yield from _labels(_achievement(credential).get("stackability"))


def _further_information(credential: Json) -> Iterator[Texts]:
    for note in _objects(_achievement(credential).get("additionalNote")):
        yield _map(note.get("noteLiteral"))


_READERS: dict[str, Callable[[Json], Iterator[Texts]]] = {
    "learner": _learner,
    "title": _title,
    "country": _country,
    "awarding_body": _awarding_body,
    "date_of_issuing": _date,
    "learning_outcomes": _learning_outcomes,
    "notional_workload": _workload,
    "level": _level,
    "type_of_assessment": _types_of_assessment,
    "form_of_participation": _forms_of_participation,
    "type_of_quality_assurance": _types_of_quality_assurance,
    "prerequisites": _prerequisites,
    "supervision": _supervision,
    "grade": _grade,
    "stackability": _stackability,
    "further_information": _further_information,
}
