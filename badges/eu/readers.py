"""READERS: how each EU element is read out of anyone's credential. What is not in its place is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from badges.template.model import Texts, text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json

#: The language of a text that has none, such as a name or a number.
NO_LANGUAGE = "und"
_NOT_APPLICABLE: Texts = {"en": "not applicable", "lv": "nav attiecināms"}
_HASHED: Texts = {"en": "E-mail address (hidden)", "lv": "E-pasta adrese (slēpta)"}
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
        if isinstance(text, str) and text.strip() and re.fullmatch(r"[a-zA-Z0-9-]{2,35}", language)
    }


def _labels(value: Any) -> list[Texts]:
    return [_map(concept.get("prefLabel")) for concept in _objects(value)]


def _subject(credential: Json) -> Json:
    return _object(credential, "credentialSubject")


def _achievement(credential: Json) -> Json:
    return _object(credential, "credentialSubject", "achievement")


def name(credential: Json) -> Texts:
    """What it is called, in every language it says that in; so `description` and `criteria`."""
    achievement = _achievement(credential)
    return _native(achievement, achievement.get("name") or credential.get("name"), "title")


def description(credential: Json) -> Texts:
    achievement = _achievement(credential)
    return _native(achievement, achievement.get("description"), "summary")


def criteria(credential: Json) -> Texts:
    achievement = _achievement(credential)
    return _native(achievement, _object(achievement, "criteria").get("narrative"), "requirement")


def _native(achievement: Json, text: Any, term: str) -> Texts:
    """The one text of a native term in its language, after what our term says in several."""
    spoken = str(achievement.get("inLanguage"))
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", spoken):
        spoken = NO_LANGUAGE
    return {**_map(achievement.get(term)), **_map({spoken: text})}


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
    issuer = _object(credential, "issuer")
    address = _object(issuer, "address")
    code = address.get("addressCountryCode")
    countries = vocabulary("countries")
    if isinstance(code, str) and code in countries:
        yield countries[code].label
    else:
        yield _plain_text(address.get("addressCountry")) or _plain_text(code)
    yield _plain_text(address.get("addressRegion"))
    for place in _objects(issuer.get("location")):
        yield from _labels(place.get("spatialCode"))
        yield _map(place.get("title"))


def _awarding_body(credential: Json) -> Iterator[Texts]:
    issuer = _object(credential, "issuer")
    yield _map(issuer.get("legalName")) or _plain_text(issuer.get("name"))
    for body in _objects(_object(_subject(credential), "awardedBy").get("awardingBody")):
        yield _map(body.get("legalName"))


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
    if not any(found) and achievement.get("levelApplicable") is False:
        yield _NOT_APPLICABLE
    yield from found
    decision = achievement.get("levelDecision")
    if isinstance(decision, str) and decision.strip():
        yield {"en": f"by decision {decision}", "lv": f"ar lēmumu {decision}"}


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
    """How it was supervised; where several assessments were, each by its title."""
    supervised = [
        (_map(assessment.get("title")), label)
        for assessment in _objects(_subject(credential).get("provenBy"))
        for label in _labels(assessment.get("idVerification"))
        if label
    ]
    for title, label in supervised:
        if len(supervised) == 1 or not title:
            yield label
        else:
            yield {language: f"{text_in(title, language)}: {text}" for language, text in label.items()}


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
    for larger in _objects(_achievement(credential).get("isPartOf")):
        yield _map(larger.get("title"))


def _further_information(credential: Json) -> Iterator[Texts]:
    for note in _objects(_achievement(credential).get("additionalNote")):
        yield _map(note.get("noteLiteral"))


READERS: dict[str, Callable[[Json], Iterator[Texts]]] = {
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
