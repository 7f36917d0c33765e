"""What the credentials of a version will say, before anybody is awarded: for whoever publishes or approves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from badges.eu import elements
from badges.eu.elements import Reading
from badges.template.model import Template, read_template, text_in
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.achievements import announced_credential
from lti_tool.store.models import TemplateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class InLanguage:
    """What is signed, in one language of the template. A text that it lacks there is in its main language."""

    language: str
    name: str
    description: str
    criteria: str
    readings: Sequence[Reading]


def read_in_each_language(issuer: Issuer, row: TemplateVersion) -> Sequence[InLanguage]:
    """What is signed in each language of the template, its main one first."""
    template = read_template(row.body)
    languages = dict.fromkeys((template.language_for(template.in_language), *template.name))
    return [_in_language(issuer, row, template, language) for language in languages]


def _in_language(issuer: Issuer, row: TemplateVersion, template: Template, language: str) -> InLanguage:
    main = template.in_language
    credential = announced_credential(issuer, row, language)
    return InLanguage(
        language=language,
        name=text_in(template.name, language, main),
        description=text_in(template.description, language, main),
        criteria=text_in(template.stated_criteria, language, main),
        readings=[
            reading
            for reading in elements.read(credential)
            # The learner and the date come with the award; the title is the heading.
            if reading.element.code not in ("learner", "date_of_issuing", "title")
        ],
    )
