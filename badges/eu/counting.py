"""counts: whether what a credential says of a mandatory element means something.

A credential may say anything: "telepathy" as form of participation, no hours of work, a level 99. It is shown as it is
said, but counts only where a list has it, where a number is more than nothing, where words say something. The JSON
Schema of our extension (badges.schemas) asks for the same, by the form of the IRIs of each list.

Source: Council Recommendation of 16 June 2022 (2022/C 243/02), Annex I.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from badges.eu.parts import achievement_of, known_concept, learner_id, says_something, subject_of
from badges.foreign_json import as_list, object_at, objects
from badges.template.fields import Texts
from badges.vocabularies import vocabulary
from signing.json_text import Json

_HOURS = re.compile(r"PT([0-9]{1,6})H(?:([0-9]{1,2})M)?", re.ASCII)
_POINTS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", re.ASCII)


def counts(code: str, values: tuple[Texts, ...], credential: Json) -> bool:
    """Whether the element `code` counts as stated, which is read from `credential` as `values`."""
    if code in _COUNTS:
        return _COUNTS[code](credential)
    return any(says_something(text) for value in values for text in value.values())


def _learner(credential: Json) -> bool:
    subject = subject_of(credential)
    identities = (identity.get("identityHash") for identity in objects(subject.get("identifier")))
    names = (subject.get(name) for name in ("name", "givenName", "familyName"))
    return any(says_something(text) for text in (learner_id(subject), *names, *identities))


def _country(credential: Json) -> bool:
    issuer = object_at(credential, "issuer")
    address = object_at(issuer, "address")
    countries, code, name = (
        vocabulary("countries"),
        address.get("addressCountryCode"),
        address.get("addressCountry"),
    )
    return (
        (isinstance(code, str) and code in countries)
        or any(_all_known(place.get("spatialCode"), "countries") for place in objects(issuer.get("location")))
        or (isinstance(name, str) and any(name in country.label.values() for country in countries))
    )


def _learning_outcomes(credential: Json) -> bool:
    outcomes = objects(achievement_of(credential).get("learningOutcome"))
    return bool(outcomes) and all(
        any(says_something(text) for text in object_at(outcome, "title").values()) for outcome in outcomes
    )


def _notional_workload(credential: Json) -> bool:
    achievement = achievement_of(credential)
    hours = _HOURS.fullmatch(str(achievement.get("volumeOfLearning")))
    if hours and (int(hours[1]) or int(hours[2] or 0)):
        return True
    return any(
        known_concept(credit.get("framework"), "credit_systems")
        and _is_more_than_nothing(credit.get("point"))
        for credit in objects(achievement.get("creditPoint"))
    )


def _is_more_than_nothing(points: Any) -> bool:
    return isinstance(points, str) and bool(_POINTS.fullmatch(points)) and Decimal(points) > 0


def _level(credential: Json) -> bool:
    """Whether each level that is stated is on its list; or none is, and it is said that none applies."""
    achievement = achievement_of(credential)
    stated = [
        (levels, lists)
        for name, lists in (
            ("eqfLevel", ("eqf",)),
            ("nqfLevel", ("lki", "national_levels")),
            ("educationLevel", ("cycles",)),
        )
        if (levels := achievement.get(name)) not in (None, [])
    ]
    if not stated:
        return achievement.get("levelApplicable") == "false"
    return all(_all_known(levels, *lists) for levels, lists in stated)


def _type_of_assessment(credential: Json) -> bool:
    assessments = objects(achievement_of(credential).get("provenBy"))
    return bool(assessments) and all(
        _any_known(assessment.get("dcType"), "assessment_types") for assessment in assessments
    )


def _form_of_participation(credential: Json) -> bool:
    return _all_known(achievement_of(credential).get("mode"), "modes_of_participation")


def _type_of_quality_assurance(credential: Json) -> bool:
    accreditations = objects(achievement_of(credential).get("accreditation"))
    return bool(accreditations) and all(
        _any_known(accreditation.get("dcType"), "quality_assurance", "accreditation_types")
        for accreditation in accreditations
    )


def _any_known(value: Any, *lists: str) -> bool:
    """Whether one of the concepts is on a list: beside it an issuer may name its own."""
    return any(known_concept(concept, *lists) for concept in as_list(value))


def _all_known(value: Any, *lists: str) -> bool:
    """Whether there are concepts, and each is on a list."""
    return bool(as_list(value)) and all(known_concept(concept, *lists) for concept in as_list(value))


_COUNTS: Mapping[str, Callable[[Json], bool]] = {
    "learner": _learner,
    "country": _country,
    "learning_outcomes": _learning_outcomes,
    "notional_workload": _notional_workload,
    "level": _level,
    "type_of_assessment": _type_of_assessment,
    "form_of_participation": _form_of_participation,
    "type_of_quality_assurance": _type_of_quality_assurance,
}
