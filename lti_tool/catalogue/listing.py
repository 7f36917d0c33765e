"""What an issuer puts into the catalogue, and takes out of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.errors import TemplateError
from badges.quality import CATALOGUE, Rule, framework
from badges.template.model import Template, read_template
from lti_tool.catalogue.offers import missing_guidance
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.review_dates.standing import standings
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import CatalogueEntry, TemplateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A template that could be in the catalogue, in its newest published version.

    `missing`: what it has to say first. `has_passed`: nobody can be awarded it any more. `is_stopped`: its review is
    overdue, and nobody is to begin with it. `is_wanted`: its issuer has put it into the catalogue, where it is shown as
    soon as nothing is missing.
    """

    row: TemplateVersion
    template: Template
    missing: Sequence[Rule]
    has_passed: bool
    is_stopped: bool
    is_wanted: bool

    @property
    def is_shown(self) -> bool:
        """Whether visitors see it, where its issuer is confirmed."""
        return self.is_wanted and self.is_complete

    @property
    def is_complete(self) -> bool:
        """Whether nothing keeps it out."""
        return not (self.missing or self.has_passed or self.is_stopped)


def candidates(session: Session, issuer: Issuer, now: datetime) -> Sequence[Candidate]:
    """Every template of the issuer, and of its courses, of which a version is published, by name.

    One that a vocabulary of today does not know any more is left out: it is in no catalogue.
    """
    wanted = {entry.template_id for entry in queries.catalogue.entries_of(session, issuer.id)}
    rows = queries.catalogue.newest_published(session, issuer.id)
    stopped = {
        template_id
        for template_id, each in standings(session, rows, issuer.profile, issuer.profile.day_of(now)).items()
        if each.is_stopped
    }
    found = (_candidate(row, issuer, now, wanted, stopped) for row in rows)
    return [candidate for candidate in found if candidate is not None]


def put_in(session: Session, issuer: Issuer, template_id: str, now: datetime, by: Actor) -> None:
    """Puts a template into the catalogue, where it is shown while nothing is missing; one that is there stays so.

    Raises NotFoundError where the issuer has published no such template.
    """
    published = queries.catalogue.newest_published(session, issuer.id)
    found = next((row for row in published if row.template_id == template_id), None)
    if found is None:
        raise NotFoundError("the issuer has published no such template")
    # Two who put it in at once: the second waits, and finds the entry of the first.
    queries.templates.lock_template(session, found)
    if queries.catalogue.entry(session, template_id) is None:
        session.add(CatalogueEntry(issuer_id=issuer.id, template_id=template_id, listed_at=now))
        events.record(session, "template_listed", "template", template_id, now, actor=by, issuer_id=issuer.id)


def take_out(session: Session, issuer: Issuer, template_id: str, now: datetime, by: Actor) -> None:
    """Takes a template out of the catalogue; one that is not in it stays as it is."""
    entry = queries.catalogue.entry(session, template_id)
    if entry is None or entry.issuer_id != issuer.id:
        return
    session.delete(entry)
    events.record(session, "template_unlisted", "template", template_id, now, actor=by, issuer_id=issuer.id)


def _candidate(
    row: TemplateVersion, issuer: Issuer, now: datetime, wanted: Collection[str], stopped: Collection[str]
) -> Candidate | None:
    try:
        template, today = read_template(row.body), issuer.profile.day_of(now)
    except TemplateError:
        return None
    codes = missing_guidance(template, issuer.profile, today)
    return Candidate(
        row=row,
        template=template,
        missing=[rule for rule in framework(CATALOGUE).rules if rule.code in codes],
        has_passed=template.has_passed(today),
        is_stopped=row.template_id in stopped,
        is_wanted=row.template_id in wanted,
    )
