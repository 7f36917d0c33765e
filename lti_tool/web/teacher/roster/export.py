"""The list of everybody about a badge as a file for a spreadsheet, as it is limited, searched and sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import Blueprint, Response

from lti_tool.publishing.exports import record_export
from lti_tool.store import queries
from lti_tool.store.models import Award
from lti_tool.web.current import current_tool
from lti_tool.web.filters import localized_text
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.plug_sentences import trace_sentences
from lti_tool.web.spreadsheets import as_csv
from lti_tool.web.teacher.roster.entries import Entry, everybody
from lti_tool.web.teacher.roster.page import Row, row_of
from lti_tool.web.teacher.roster.view import asked_view, listed
from lti_tool.web.teacher.roster.words import STATES
from lti_tool.web.time_zones import in_page_zone
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import current_teacher_visit, rule_of

pages = Blueprint("roster_export", __name__)


@pages.post("/lti/app/rules/<int:rule_id>/people/csv")
def people_as_csv(rule_id: int) -> Response:
    """All who are found, not only a part of them; that it was taken away is recorded before it is answered."""
    visit = current_teacher_visit()
    tool = current_tool()
    heading = [
        _("Learner"),
        _("E-mail address"),
        _("Status"),
        _("Date"),
        _("Valid until"),
        _("Web address of the badge"),
        _("Why"),
    ]
    with tool.store.read() as session:
        rule = rule_of(session, visit, rule_id)
        found = listed(everybody(session, rule, tool.clock()).entries, asked_view(rule_id)).found
        ids = [entry.award_id for entry in found if entry.award_id is not None]
        awards = {award.id: award for award in queries.roster.whole_awards(session, ids)}
        text = as_csv(heading, _cells(found, awards))
    with tool.store.begin() as session:
        data = {"rows": len(found)}
        record_export(session, "roster", "rule", rule_id, tool.clock(), visit.actor, data)
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="learners-{rule_id}.csv"'
    return response


def _cells(entries: Sequence[Entry], awards: dict[int, Award]) -> Iterator[Sequence[str]]:
    return (_row(row_of(entry, awards, {})) for entry in entries)


def _row(row: Row) -> Sequence[str]:
    entry, credential = row.entry, row.award.credential if row.award is not None else None
    until = credential.valid_until if credential is not None else None
    return (
        entry.name,
        entry.email,
        str(STATES[entry.state]),
        _day(entry.earned_at),
        page_issuer().profile.day_of(until).isoformat() if until is not None else "",
        page_issuer().addresses.badge_page(credential.id) if credential is not None else "",
        _why(row),
    )


def _day(time: datetime | None) -> str:
    """The day in the reader's zone, as every spreadsheet reads it."""
    return in_page_zone(time).date().isoformat() if time is not None else ""


def _why(row: Row) -> str:
    """What decided, in words, at which levels outcomes were met, and why the badge was revoked or suspended since."""
    told = [sentence.striptags() for sentence in trace_sentences(row.trace)] if row.trace else []
    told += [f"{localized_text(line.outcome)}: {localized_text(line.level)}." for line in row.levels]
    credential = row.award.credential if row.award is not None else None
    if credential is not None and row.entry.state in ("revoked", "suspended"):
        reason = credential.revocation_reason or credential.suspension_reason
        told.extend([reason] if reason else [])
    return " ".join(told)
