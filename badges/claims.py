"""claims_beyond: what a template claims in its issuer's name that the issuer's settings do not allow.

A template may say less than what is listed, never something else: each text, number and day that it gives is the
listed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from badges.errors import ClaimError
from badges.issuer import IssuerProfile
from badges.template.fields import Texts
from badges.template.levels import LEVEL_OF_CYCLE
from badges.template.model import Level, Template
from badges.template.values import AwardingBody, QualityAssurance
from badges.vocabularies import vocabulary

#: A JSON pointer into the template, and a code of `badges.errors.ClaimError`.
Problem = tuple[str, str]


def claims_beyond(template: Template, issuer: IssuerProfile) -> tuple[Problem, ...]:
    """Each claim beyond the issuer's settings, by the field that makes it; empty where there is none."""
    return (
        *_levels_beyond(template, issuer.authority.highest_level),
        *_bodies_beyond(template, issuer),
        *_assurances_beyond(template, issuer),
    )


def check_claims(template: Template, issuer: IssuerProfile) -> None:
    """Raises ClaimError with each claim beyond the issuer's settings."""
    problems = claims_beyond(template, issuer)
    if problems:
        raise ClaimError(problems)


def _levels_beyond(template: Template, highest: int | None) -> Iterator[Problem]:
    stated = (
        ("/level/value", template.level.value if isinstance(template.level, Level) else None),
        ("/lki_level", template.lki_level),
        ("/national_level", _number_of(template.national_level) if template.national_level else None),
        ("/cycle", LEVEL_OF_CYCLE.get(template.cycle) if template.cycle else None),
    )
    for pointer, level in stated:
        if level is not None and highest is None:
            yield pointer, "no_level_allowed"
        elif level is not None and highest is not None and level > highest:
            yield pointer, "level_too_high"


def _number_of(national_level: str) -> int:
    """The number at the beginning of a national level, such as 5 of 5.1; the highest of all where it has none."""
    number = re.match("[0-9]+", vocabulary("national_levels")[national_level].more.get("level", ""))
    return int(number[0]) if number else 8


def _bodies_beyond(template: Template, issuer: IssuerProfile) -> Iterator[Problem]:
    for number, body in enumerate(template.awarding_bodies):
        pointer = f"/awarding_bodies/{number}"
        listed = [each for each in issuer.authority.awarding_bodies if _share_a_name(body, each)]
        if listed:
            yield from _least(tuple(_differences(body, each, pointer)) for each in listed)
        else:
            yield f"{pointer}/legal_name", "awarding_body_not_listed"


def _share_a_name(body: AwardingBody, listed: AwardingBody) -> bool:
    return any(listed.legal_name.get(language) == name for language, name in body.legal_name.items())


def _assurances_beyond(template: Template, issuer: IssuerProfile) -> Iterator[Problem]:
    may_be_named = (*issuer.accreditations, *issuer.authority.quality_assurance)
    for number, assurance in enumerate(template.types_of_quality_assurance):
        pointer = f"/types_of_quality_assurance/{number}"
        listed = [each for each in may_be_named if each.code == assurance.code]
        found = [
            (*_differences(assurance, each, pointer), *_ends(assurance, each, pointer)) for each in listed
        ]
        if assurance.code == "internal":
            found.append(tuple(_of_others(assurance, issuer, pointer)))
        if found:
            yield from _least(found)
        else:
            yield f"{pointer}/code", "quality_assurance_not_listed"
    if template.quality.accredited and not (issuer.accreditations or issuer.quality.accredited):
        yield "/quality/accredited", "quality_assurance_not_listed"


def _of_others(assurance: QualityAssurance, issuer: IssuerProfile, pointer: str) -> Iterator[Problem]:
    """What an internal quality assurance, which every issuer may name, says of anybody else than the issuer."""
    own = {issuer.name, *issuer.legal_name.values()}
    for language, agency in assurance.agency.items():
        if agency not in own:
            yield f"{pointer}/agency/{language}", "not_as_listed"
    for name in ("register", "reference"):
        if getattr(assurance, name):
            yield f"{pointer}/{name}", "not_as_listed"


def _differences(
    given: AwardingBody | QualityAssurance, listed: AwardingBody | QualityAssurance, pointer: str
) -> Iterator[Problem]:
    """The fields of `given` that say something else than those of `listed`; its last day is judged by `_ends`."""
    for name in type(given).__dataclass_fields__:
        value, known = getattr(given, name), getattr(listed, name)
        if name == "valid_until":
            continue
        if isinstance(value, str) or not hasattr(value, "items"):
            if value and value != known:
                yield f"{pointer}/{name}", "not_as_listed"
        else:
            yield from _other_texts(value, known, f"{pointer}/{name}")


def _other_texts(given: Texts, listed: Texts, pointer: str) -> Iterator[Problem]:
    for language, text in given.items():
        if text != listed.get(language):
            yield f"{pointer}/{language}", "not_as_listed"


def _ends(given: QualityAssurance, listed: QualityAssurance, pointer: str) -> Iterator[Problem]:
    """One that ends has to say so: left out, it would read as valid for ever."""
    if listed.valid_until and (given.valid_until is None or given.valid_until > listed.valid_until):
        yield f"{pointer}/valid_until", "not_as_listed"


def _least(found: Iterable[tuple[Problem, ...]]) -> tuple[Problem, ...]:
    """The differences from the listed one that is nearest."""
    return min(found, key=len)
