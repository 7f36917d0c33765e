"""The page that asks once more before a template is published: the badge as an employer will read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from badges.eu import elements
from badges.eu.elements import Reading
from badges.template.model import Template, read_template, text_in
from badges.template.wording import other_percentages
from badges.vocabularies import vocabulary
from lti_tool.publishing.achievements import announced_credential
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.web.editor.author import Author
from lti_tool.web.editor.fields import field_labels
from lti_tool.web.editor.preview import preview
from lti_tool.web.page_issuer import page_issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class InLanguage:
    """What is signed, in one language of the template. A text that it lacks there is in its main language."""

    language: str
    name: str
    description: str
    criteria: str
    readings: Sequence[Reading]


def confirmation_page(author: Author, row: TemplateVersion, shown_hash: str) -> str:
    """What will be signed, with the button that publishes it.

    `shown_hash`: the content that the author has seen, where they have seen one that has changed since; else "".
    """
    template = read_template(row.body)
    return render_template(
        "editor/confirm.html",
        author=author,
        row=row,
        template=template,
        preview=preview(row, template),
        read_in=[_in_language(row, template, language) for language in _languages(template)],
        percentages=list(other_percentages(template)),
        draft_hash=draft_hash(row),
        needs_approval=author.course_id is not None and page_issuer().profile.authority.needs_approval,
        is_changed=bool(shown_hash),
        text_in=text_in,
        vocabulary=vocabulary,
        field_labels=field_labels,
    )


def _languages(template: Template) -> Sequence[str]:
    """The languages of the template, its main one first."""
    return tuple(dict.fromkeys((template.language_for(template.in_language), *template.name)))


def _in_language(row: TemplateVersion, template: Template, language: str) -> InLanguage:
    main = template.in_language
    credential = announced_credential(page_issuer(), row, language)
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
