"""What an operator is shown before a draft is published, and whether they agree to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from lti_tool.commands.shared import note
from lti_tool.errors import NotAllowedError

if TYPE_CHECKING:
    from lti_tool.issuing.issuer import Issuer
    from lti_tool.store.models import TemplateVersion

yes_option: Callable[[Any], Any] = click.option(
    "--yes", "agrees", is_flag=True, help="Publish it without asking: for scripts."
)
draft_option: Callable[[Any], Any] = click.option(
    "--draft",
    metavar="HASH",
    help="Publish it without asking if it is still the draft of this hash, which is shown with it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A version as it is shown: `draft` is the hash of its content, `lines` are what will be signed.

    `is_draft`: whether there is anything to agree to.
    """

    template_id: str
    version: int
    is_draft: bool
    draft: str
    lines: tuple[str, ...]

    def check_unchanged(self, row: TemplateVersion) -> None:
        """Raises NotAllowedError where the draft is another one by now."""
        from lti_tool.templates.draft_hash import draft_hash

        if draft_hash(row) != self.draft:
            raise NotAllowedError("the draft was changed after it was shown, and nothing was published")


def show(issuer: Issuer, row: TemplateVersion) -> Shown:
    """The draft, as an employer will read it in each of its languages."""
    from lti_tool.templates.draft_hash import draft_hash

    return Shown(
        template_id=row.template_id,
        version=row.version,
        is_draft=row.status == "draft",
        draft=draft_hash(row),
        lines=tuple(_lines(issuer, row)),
    )


def is_agreed(shown: Shown, agreed: str | None) -> bool:
    """Prints what will be signed; whether the operator agrees to it: by its hash, or else when they are asked.

    There is nothing to agree to where it is published already. It prints on the standard error, as questions are asked
    there. Raises NotAllowedError for the hash of another draft.
    """
    if not shown.is_draft:
        return True
    for line in shown.lines:
        note(line)
    if agreed is not None and agreed != shown.draft:
        raise NotAllowedError("the draft is not the one of this hash, and nothing was published")
    if agreed is not None or click.confirm("Publish this?", err=True):
        return True
    note("Nothing was published.")
    return False


def _lines(issuer: Issuer, row: TemplateVersion) -> Iterator[str]:
    from badges.artwork import undrawn
    from badges.template.model import read_template, text_in
    from badges.template.wording import other_percentages
    from lti_tool.publishing.announced import read_in_each_language
    from lti_tool.templates.draft_hash import draft_hash

    template = read_template(row.body)
    yield f"{issuer.profile.name} signs this for every learner who gets the badge:"
    for read in read_in_each_language(issuer, row):
        yield f"\n[{read.language}] {read.name}"
        yield read.description
        yield f"Criteria: {read.criteria}"
        for reading in read.readings:
            values = [text_in(value, read.language, template.in_language) for value in reading.values]
            yield f"{text_in(reading.element.label, 'en')}: {'; '.join(values)}"
        for detail in read.details:
            values = [text_in(value, read.language, template.in_language) for value in detail.values]
            yield f"{text_in(detail.label, 'en')}: {'; '.join(values)}"
    yield "\nA published version can no longer be changed."
    for pointer, written in other_percentages(template):
        yield f"Check {written} in {pointer}: make sure that it does not ask for another result."
    for pointer, characters in undrawn(template, issuer.profile):
        yield f"Left out of the picture or the certificate: {characters} in {pointer}."
    yield f"Draft: {draft_hash(row)}"
