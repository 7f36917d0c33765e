"""Offer: a template as the catalogue lists it, with what is searched and what it is filtered by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from badges.issuer import IssuerProfile
from badges.quality import CATALOGUE
from badges.quality.evaluation import failed_rules
from badges.template.fields import Texts
from badges.template.model import Level, Template
from badges.template.price import price_in_words
from badges.vocabularies import vocabulary
from lti_tool.catalogue.words import word_stem, words_of
from lti_tool.review_dates.due import ReviewTerms, review_terms
from lti_tool.store.models import TemplateVersion

#: What a list is filtered by, in the order of the page.
FACETS = ("issuer", "field", "level", "language", "mode", "hours", "skill")
NO_LEVEL = "none"
#: The upper ends of ranges of hours; what is above the last is "more".
HOURS = (10, 40, 100)
MORE_HOURS = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Words, each between spaces: `stems` by stemmer, and `words` as they are written, without marks."""

    stems: Mapping[str, str]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The newest published version of a template that its issuer has put into the catalogue.

    `price`: in words, of one that is stated as an amount. `facets` are the codes by which it is filtered. `last_day`:
    nobody can be awarded a badge after it. `changed_at`: since when it is in the catalogue as it is now. `review`: what
    the version says of its review.
    """

    version_id: int
    issuer_id: str
    template_id: str
    version: int
    name: Texts
    description: Texts
    in_language: str
    level: int | None
    hours: Decimal | None
    credits: Decimal | None
    price: Texts
    skills: Mapping[str, Texts]
    facets: Mapping[str, tuple[str, ...]]
    last_day: date | None
    changed_at: datetime
    published_at: datetime
    review: ReviewTerms
    in_name: Searched = field(repr=False)
    in_all: Searched = field(repr=False)


def missing_guidance(template: Template, issuer: IssuerProfile, today: date | None) -> tuple[str, ...]:
    """The codes of the rules that keep a template out of the catalogue; none where it can be listed."""
    return failed_rules(CATALOGUE, template, issuer, today)


def offer_of(row: TemplateVersion, template: Template, issuer: IssuerProfile, listed_at: datetime) -> Offer:
    """The offer that a published version is."""
    skills = {
        skill.iri: skill.label or outcome.text
        for outcome in template.learning_outcomes
        for skill in outcome.esco
    }
    price = template.quality.with_those_of(issuer.quality).asked_price
    return Offer(
        version_id=row.id,
        issuer_id=row.issuer_id,
        template_id=row.template_id,
        version=row.version,
        name=template.name,
        description=template.description,
        in_language=template.in_language,
        level=template.level.value if isinstance(template.level, Level) else None,
        hours=template.workload_hours,
        credits=template.credits,
        price=price_in_words(price) if price else {},
        skills=skills,
        facets=_facets(template, issuer, tuple(map(skill_code, skills))),
        last_day=template.validity.last_day if template.validity else None,
        changed_at=max(listed_at, row.published_at or listed_at),
        published_at=row.published_at or listed_at,
        review=review_terms(template, issuer),
        in_name=_searched([template.name]),
        in_all=_searched(_texts(template, issuer, skills)),
    )


def skill_code(iri: str) -> str:
    """What stands for a skill in an address: the last part of its own."""
    return iri.rpartition("/")[2]


def hours_range(hours: Decimal | None) -> tuple[str, ...]:
    """The range in which a workload is, as a code; none where it is not known."""
    if hours is None:
        return ()
    return (next((str(most) for most in HOURS if hours <= most), MORE_HOURS),)


def fields_above(code: str) -> tuple[str, ...]:
    """The codes of a field of ISCED-F and of those that it is part of, the broadest first."""
    return tuple(code[:length] for length in (2, 3, 4) if length <= len(code))


def _facets(
    template: Template, issuer: IssuerProfile, skills: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    """What it is filtered by; where no language of teaching is stated, that of the template is taken for it."""
    declared = template.quality.with_those_of(issuer.quality)
    return {
        "issuer": (issuer.slug,),
        "field": fields_above(template.isced_f)[:1] if template.isced_f else (),
        "level": (str(template.level.value) if isinstance(template.level, Level) else NO_LEVEL,),
        "language": declared.teaching_languages or (template.in_language,),
        "mode": template.forms_of_participation,
        "hours": hours_range(template.workload_hours),
        "skill": skills,
    }


def _texts(template: Template, issuer: IssuerProfile, skills: Mapping[str, Texts]) -> Iterator[Texts]:
    yield template.name
    yield template.description
    yield {"en": issuer.name}
    yield issuer.legal_name
    yield from (outcome.text for outcome in template.learning_outcomes)
    yield from skills.values()
    known = vocabulary("isced_f")
    yield from (known[code].label for code in fields_above(template.isced_f or "") if code in known)


def _searched(texts: Iterable[Texts]) -> Searched:
    stems: dict[str, dict[str, None]] = {"lv": {}, "en": {}}
    written: dict[str, None] = {}
    for each in texts:
        for language, text in each.items():
            stemmer = "lv" if language == "lv" else "en"
            for word in words_of(text):
                written[word] = None
                stems[stemmer][word_stem(word, stemmer)] = None
    return Searched(
        stems={stemmer: _between_spaces(found) for stemmer, found in stems.items()},
        words=_between_spaces(written),
    )


def _between_spaces(words: Mapping[str, None]) -> str:
    return f" {' '.join(words)} "
