"""The page that asks once more before a template is published: the badge as an employer will read it."""

from __future__ import annotations

from flask import render_template

from badges.artwork import undrawn
from badges.template.model import read_template, text_in
from badges.template.wording import other_percentages
from badges.vocabularies import vocabulary
from lti_tool.publishing.announced import read_in_each_language
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import Author
from lti_tool.web.editor.completeness import completeness_of
from lti_tool.web.editor.fields import field_labels
from lti_tool.web.editor.preview import preview
from lti_tool.web.page_issuer import page_issuer


def confirmation_page(author: Author, row: TemplateVersion, shown_hash: str) -> str:
    """What will be signed, with the button that publishes it.

    `shown_hash`: the content that the author has seen, where they have seen one that has changed since; else "".
    """
    template = read_template(row.body)
    profile = page_issuer().profile
    today = profile.day_of(current_tool().clock())
    return render_template(
        "editor/confirm.html",
        author=author,
        row=row,
        template=template,
        preview=preview(row, template, completeness_of(row, template, profile, today).stated_count),
        read_in=read_in_each_language(page_issuer(), row),
        percentages=list(other_percentages(template)),
        undrawn=list(undrawn(template, profile)),
        draft_hash=draft_hash(row),
        needs_approval=profile.authority.needs_approval and not author.may_approve,
        is_changed=bool(shown_hash),
        text_in=text_in,
        vocabulary=vocabulary,
        field_labels=field_labels,
    )
