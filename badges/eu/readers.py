"""READERS: for each EU element the function that reads its values from a credential.

The credential may be anybody's, and anything may be in it. What is missing or of another type is left out; no reader
raises for any JSON object. Each value is a text by language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from badges.eu.in_words import assurance_in_words, titled
from badges.eu.parts import (
    achievement_of,
    is_prior_learning,
    known_concept,
    labels,
    language_map,
    learner_id,
    plain_text,
    subject_of,
)
from badges.eu.rubric_levels import achieved_levels, levels_in_brief
from badges.foreign_json import as_list, object_at, objects
from badges.in_words import NO_LANGUAGE, day_in_words, hours_in_words
from badges.template.fields import Texts
from badges.template.model import text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json

_NOT_APPLICABLE: Texts = {"en": "not applicable", "lv": "nav attiecināms"}
_HIDDEN_EMAIL: Texts = {"en": "E-mail address (hidden)", "lv": "E-pasta adrese (slēpta)"}
_HIDDEN_IDENTIFIER: Texts = {"en": "Identifier (hidden)", "lv": "Identifikators (slēpts)"}
_ASSESSED_ON: Texts = {"en": "Date of the assessment: {day}", "lv": "Novērtēšanas datums: {day}"}

_PART: Texts = {"en": "Part", "lv": "Daļa"}
_NO_QUALIFICATION: Texts = {
    "en": "Parts together are not by themselves a level or a qualification.",
    "lv": "Daļas kopā pašas par sevi nav ne līmenis, ne kvalifikācija.",
}


def name(credential: Json) -> Texts:
    """The achievement's name by language."""
    achievement = achievement_of(credential)
    return _all_languages(achievement, achievement.get("name") or credential.get("name"), "title")


def description(credential: Json) -> Texts:
    """The achievement's description by language."""
    achievement = achievement_of(credential)
    return _all_languages(achievement, achievement.get("description"), "summary")


def criteria(credential: Json) -> Texts:
    """The narrative of the criteria by language, as our extension has it where it does: the native one says more."""
    achievement = achievement_of(credential)
    narrative = object_at(achievement, "criteria").get("narrative")
    return {**in_own_language(achievement, narrative), **language_map(achievement.get("requirement"))}


def in_own_language(achievement: Json, text: Any) -> Texts:
    """The text of a native term, in the language of the achievement; empty where it is none."""
    language = str(achievement.get("inLanguage"))
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        language = NO_LANGUAGE
    return language_map({language: text})


def _all_languages(achievement: Json, text: Any, term: str) -> Texts:
    """The texts of our extension's `term`, and the text of the native term."""
    return {**language_map(achievement.get(term)), **in_own_language(achievement, text)}


def learner_name(credential: Json) -> Texts:
    """The name of whom it was awarded to; empty where the credential has none that can be read."""
    subject = subject_of(credential)
    in_clear = (
        identity.get("identityHash")
        for identity in objects(subject.get("identifier"))
        if identity.get("identityType") == "name" and identity.get("hashed") is False
    )
    return _name_of_subject(subject) or plain_text(next(in_clear, None))


def _name_of_subject(subject: Json) -> Texts:
    names = (subject.get("givenName"), subject.get("familyName"))
    return plain_text(" ".join(name for name in names if isinstance(name, str))) or plain_text(
        subject.get("name")
    )


def _learner(credential: Json) -> Iterator[Texts]:
    subject = subject_of(credential)
    identities = objects(subject.get("identifier"))
    yield _name_of_subject(subject)
    for identity in identities:
        if identity.get("hashed") is False:
            yield plain_text(identity.get("identityHash"))
    hidden = [
        identity.get("identityType") == "emailAddress"
        for identity in identities
        if identity.get("hashed") is True
    ]
    if True in hidden:
        yield _HIDDEN_EMAIL
    if False in hidden:
        yield _HIDDEN_IDENTIFIER
    yield plain_text(learner_id(subject))


def _title(credential: Json) -> Iterator[Texts]:
    achievement = achievement_of(credential)
    yield language_map(achievement.get("title")) or plain_text(achievement.get("name"))


def country_code(credential: Json) -> str | None:
    """The ISO 3166 code of the issuer's country; None where it states none that is known."""
    code = object_at(object_at(credential, "issuer"), "address").get("addressCountryCode")
    return code if isinstance(code, str) and code in vocabulary("countries") else None


def _country(credential: Json) -> Iterator[Texts]:
    issuer = object_at(credential, "issuer")
    address = object_at(issuer, "address")
    code = country_code(credential)
    if code is not None:
        yield vocabulary("countries")[code].label
    else:
        yield plain_text(address.get("addressCountry")) or plain_text(address.get("addressCountryCode"))
    yield plain_text(address.get("addressRegion"))
    for place in objects(issuer.get("location")):
        yield from labels(place.get("spatialCode"), "countries")
        yield language_map(place.get("title"))


def _awarding_body(credential: Json) -> Iterator[Texts]:
    issuer = object_at(credential, "issuer")
    yield language_map(issuer.get("legalName")) or plain_text(issuer.get("name"))
    for body in objects(object_at(subject_of(credential), "awardedBy").get("awardingBody")):
        yield language_map(body.get("legalName"))


def day_of_issuing(credential: Json) -> date | None:
    """The day on which it was awarded; None where it cannot be read."""
    moment = _moment(credential.get("awardedDate") or credential.get("validFrom"))
    return moment and moment.date()


def _date(credential: Json) -> Iterator[Texts]:
    day = day_of_issuing(credential)
    if day:
        yield day_in_words(day)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _first_day(value: Any) -> date | None:
    """The day that begins then where its issuer is: an hour before midnight in UTC, it is the next day in Riga."""
    moment = _moment(value)
    if moment is None or moment.utcoffset() or moment.hour < 12 or moment.year == datetime.max.year:
        return moment and moment.date()
    begins_somewhere = not (moment.minute % 15 or moment.second)
    return (moment + timedelta(hours=12 if begins_somewhere else 0)).date()


def _last_day(value: Any) -> date | None:
    moment = _moment(value)
    return moment and moment.date()


def _learning_outcomes(credential: Json) -> Iterator[Texts]:
    for outcome in objects(achievement_of(credential).get("learningOutcome")):
        yield language_map(outcome.get("title"))


def hours_of_workload(credential: Json) -> Decimal | None:
    """The notional workload in hours; None where it cannot be read."""
    stated = str(achievement_of(credential).get("volumeOfLearning"))
    duration = re.fullmatch(r"PT([0-9]{1,6})H(?:([0-9]{1,2})M)?", stated)
    return Decimal(duration[1]) + round(Decimal(duration[2] or 0) / 60, 2) if duration else None


def _workload(credential: Json) -> Iterator[Texts]:
    hours = hours_of_workload(credential)
    if hours is not None:
        yield hours_in_words(hours)
    for credit in objects(achievement_of(credential).get("creditPoint")):
        point, system = credit.get("point"), known_concept(credit.get("framework"), "credit_systems")
        if isinstance(point, str) and system:
            yield {"en": f"{point} {system.code}", "lv": f"{point.replace('.', ',')} {system.code}"}


def _level(credential: Json) -> Iterator[Texts]:
    achievement = achievement_of(credential)
    levels: list[Texts] = [
        {language: f"{'EKI' if language == 'lv' else 'EQF'}: {text}" for language, text in label.items()}
        for label in labels(achievement.get("eqfLevel"), "eqf")
    ]
    levels += labels(achievement.get("nqfLevel"), "lki", "national_levels")
    levels += labels(achievement.get("educationLevel"), "cycles")
    if not any(levels) and achievement.get("levelApplicable") == "false":
        yield _NOT_APPLICABLE
    yield from levels
    decision = achievement.get("levelDecision")
    if isinstance(decision, str) and decision.strip():
        yield {"en": f"by decision {decision}", "lv": f"ar lēmumu {decision}"}


def _types_of_assessment(credential: Json) -> Iterator[Texts]:
    """The types of each assessment, with its title, and with where it takes place.

    Where prior learning was recognised, those of the award: none of the achievement's was taken.
    """
    taken = subject_of(credential) if is_prior_learning(credential) else achievement_of(credential)
    for assessment in objects(taken.get("provenBy")):
        title = language_map(assessment.get("title"))
        types = [label for label in labels(assessment.get("dcType"), "assessment_types") if label]
        modes = [mode for mode in labels(assessment.get("mode"), "modes_of_participation") if mode]
        for label in types or [title]:
            placed = {
                language: ", ".join((text, *(text_in(mode, language) for mode in modes)))
                for language, text in label.items()
            }
            yield titled({} if _says_the_same(title, label) else title, placed)


def _says_the_same(title: Texts, label: Texts) -> bool:
    return all(label.get(language) == text for language, text in title.items())


def _forms_of_participation(credential: Json) -> Iterator[Texts]:
    yield from labels(achievement_of(credential).get("mode"), "modes_of_participation")


def _types_of_quality_assurance(credential: Json) -> Iterator[Texts]:
    for accreditation in objects(achievement_of(credential).get("accreditation")):
        title = language_map(accreditation.get("title"))
        kind = _kind_of_quality_assurance(accreditation)
        yield assurance_in_words(
            {**title, **kind},
            language_map(object_at(accreditation, "accreditingAgent").get("legalName")),
            ", ".join(_register_entries(accreditation)),
            _first_day(accreditation.get("dateIssued")),
            _last_day(accreditation.get("expiryDate")),
        )
        if any(title.get(language, text) != text for language, text in kind.items()):
            yield title
        yield plain_text(accreditation.get("accreditationReport"))


def _register_entries(accreditation: Json) -> Iterator[str]:
    for entry in objects(accreditation.get("registeredAs")):
        parts = (plain_text(entry.get(term)).get(NO_LANGUAGE) for term in ("schemeName", "notation"))
        if text := " ".join(part for part in parts if part):
            yield text


def _kind_of_quality_assurance(accreditation: Json) -> Texts:
    """What our list, which has more kinds, or else the EU's calls it; empty where it is on neither."""
    kinds = as_list(accreditation.get("dcType"))
    for name in ("quality_assurance", "accreditation_types"):
        for kind in kinds:
            if known := known_concept(kind, name):
                return known.label
    return {}


def _prerequisites(credential: Json) -> Iterator[Texts]:
    yield language_map(object_at(achievement_of(credential), "entryRequirement").get("noteLiteral"))


def _supervision(credential: Json) -> Iterator[Texts]:
    """How each assessment was supervised; where several were, with the title of each."""
    supervised = [
        (language_map(assessment.get("title")), label)
        for assessment in objects(subject_of(credential).get("provenBy"))
        for label in labels(assessment.get("idVerification"), "supervision")
        if label
    ]
    for title, label in supervised:
        yield label if len(supervised) == 1 else titled(title, label)


def results(credential: Json) -> tuple[Texts, ...]:
    """The value of each result, on the scale that its description states; then the achieved levels in brief."""
    values = tuple(texts for texts in (value for value, _needed in _results(credential)) if texts)
    brief = levels_in_brief(credential)
    return (*values, brief) if brief else values


def _grade(credential: Json) -> Iterator[Texts]:
    """The value of each result, and the one that was needed; then the levels, and the days of the assessments."""
    graded = False
    for value, needed in _results(credential):
        graded = graded or bool(value)
        yield {language: text + needed.get(language, "") for language, text in value.items()}
    for title, level in achieved_levels(credential):
        graded = True
        yield titled(title, level)
    if graded:
        yield from _days_of_assessments(credential)


def _days_of_assessments(credential: Json) -> Iterator[Texts]:
    subject = subject_of(credential)
    dated = (*objects(subject.get("result")), *objects(subject.get("provenBy")))
    moments = (_moment(each.get("dateIssued")) for each in dated)
    for day in dict.fromkeys(moment.date() for moment in moments if moment):
        words = day_in_words(day)
        yield {language: pattern.format(day=words[language]) for language, pattern in _ASSESSED_ON.items()}


def _results(credential: Json) -> Iterator[tuple[Texts, Texts]]:
    scales = {
        description["id"]: description
        for description in objects(achievement_of(credential).get("resultDescription"))
        if isinstance(description.get("id"), str)
    }
    for result in objects(subject_of(credential).get("result")):
        value, description_id = plain_text(result.get("value")), result.get("resultDescription")
        scale = scales.get(description_id, {}) if isinstance(description_id, str) else {}
        yield _on_scale(value[NO_LANGUAGE], scale) if value else ({}, {})


def _on_scale(value: str, scale: Json) -> tuple[Texts, Texts]:
    """A value and the one that is needed, in words; the value as it is where its scale is not one of ours."""
    most, needed = scale.get("valueMax"), scale.get("requiredValue")
    if scale.get("resultType") == "Percent":
        sign, texts = " %", {"en": f"{value} %", "lv": f"{value} %"}
    elif scale.get("resultType") == "RawScore" and isinstance(most, str):
        sign, texts = "", {"en": f"{value} of {most} points", "lv": f"{value} no {most} punktiem"}
    else:
        return {NO_LANGUAGE: value}, {}
    asked = {}
    if isinstance(needed, str):
        asked = {"en": f" (at least {needed}{sign} needed)", "lv": f" (vajadzīgs vismaz {needed}{sign})"}
    return _with_decimal_comma(texts), _with_decimal_comma(asked)


def _with_decimal_comma(texts: Texts) -> Texts:
    return {
        language: text.replace(".", ",") if language == "lv" else text for language, text in texts.items()
    }


def _stackability(credential: Json) -> Iterator[Texts]:
    yield from labels(achievement_of(credential).get("stackability"), "stackability")
    for larger in objects(achievement_of(credential).get("isPartOf")):
        yield language_map(larger.get("title"))
        yield plain_text(larger.get("homepage"))
    parts = list(objects(subject_of(credential).get("hasPart")))
    for part in parts:
        called = language_map(part.get("title"))
        yield {language: f"{_PART.get(language, _PART['en'])}: {name}" for language, name in called.items()}
    if any(isinstance(part.get("title"), dict) for part in parts):
        yield _NO_QUALIFICATION


def _further_information(credential: Json) -> Iterator[Texts]:
    for note in objects(achievement_of(credential).get("additionalNote")):
        yield language_map(note.get("noteLiteral"))


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
