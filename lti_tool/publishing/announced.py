"""What the credentials of a version will say, before anybody is awarded: for whoever publishes or approves it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache

from badges.details import Detail, published_details, signed_details
from badges.eu import elements
from badges.eu.elements import Reading
from badges.template.model import Template, stored_template, text_in
from badges.vocabularies import vocabulary
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.achievements import announced_credential
from lti_tool.store.models import TemplateVersion
from lti_tool.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What the page of an achievement says of its badges.

    `readings` are the EU elements, except the learner and the date, `details` what else is signed; what is said of the
    `course` and of its `quality` stands on the page alone.
    """

    readings: Sequence[Reading]
    details: Sequence[Detail]
    course: Sequence[Detail]
    quality: Sequence[Detail]


def announced(issuer: Issuer, row: TemplateVersion, language: str) -> Announced:
    """What the page says in `language`. For drafts too, so the caller has to check that the reader may see them."""
    credential = announced_credential(issuer, row, language)
    template = stored_template(row.body)
    return Announced(
        readings=_readings(credential),
        details=signed_details(credential),
        course=published_details(template, issuer.profile, "course"),
        quality=published_details(template, issuer.profile, "quality"),
    )


_KEPT: LRUCache[Hashable, Sequence[Reading]] = LRUCache(500)
_ACCESS = Lock()


def announced_readings(issuer: Issuer, row: TemplateVersion, language: str) -> Sequence[Reading]:
    """Only the EU elements of `announced`, for pages that are opened often: those of the last few are kept."""
    # All that they are read from: an issuer has a new row for each change of its profile, and of its address.
    version = (json.dumps(row.body), row.template_id, row.version)
    key: Hashable = (*version, issuer.id, issuer.version_id, issuer.address_id, language)
    with _ACCESS:
        kept = _KEPT.get(key)
    if kept is None:
        kept = _readings(announced_credential(issuer, row, language))
        with _ACCESS:
            _KEPT[key] = kept
    return kept


def _readings(credential: Json) -> Sequence[Reading]:
    return [
        reading
        for reading in elements.read(credential)
        if reading.element.code not in ("learner", "date_of_issuing")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class InLanguage:
    """What is signed, in one language of the template. A text that it lacks there is in its main language.

    `published` is not signed, but stands on the page of the achievement.
    """

    language: str
    name: str
    description: str
    criteria: str
    readings: Sequence[Reading]
    details: Sequence[Detail]
    published: Sequence[Detail]


def read_in_each_language(issuer: Issuer, row: TemplateVersion) -> Sequence[InLanguage]:
    """What is signed in each language of the template, its main one first.

    Also in a language in which only one sentence is written: it is signed too, and must not hide from who agrees to it.
    """
    template = stored_template(row.body)
    main = template.language_for(template.in_language)
    languages = dict.fromkeys((main, *template.name, *_written_languages(row.body)))
    return [_in_language(issuer, row, template, language) for language in languages]


def _in_language(issuer: Issuer, row: TemplateVersion, template: Template, language: str) -> InLanguage:
    main = template.in_language
    on_page = announced(issuer, row, language)
    return InLanguage(
        language=language,
        name=text_in(template.name, language, main),
        description=text_in(template.description, language, main),
        criteria=text_in(template.stated_criteria, language, main),
        # The title is the heading.
        readings=[reading for reading in on_page.readings if reading.element.code != "title"],
        details=on_page.details,
        published=(*on_page.course, *on_page.quality),
    )


def _written_languages(body: Json) -> Iterator[str]:
    """Every language in which the author has written anything.

    Quality assurance is left out: its words are those of the issuer's settings, in all languages that these have.
    """
    written = {name: value for name, value in body.items() if name != "types_of_quality_assurance"}
    return _text_languages(written, {concept.code for concept in vocabulary("languages")})


def _text_languages(value: Any, codes: set[str]) -> Iterator[str]:
    if isinstance(value, dict):
        if value and value.keys() <= codes:
            yield from value
        for each in value.values():
            yield from _text_languages(each, codes)
    elif isinstance(value, list):
        for each in value:
            yield from _text_languages(each, codes)
