"""The yearly report of an issuer: each of its templates with what a review of it looks at, as values and as JSON.

Feedback has no year: an answer is kept without its time. What it says is of all years up to now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from badges.days import start_of_day
from badges.issuer import IssuerProfile
from badges.template.model import Template, stored_template
from lti_tool.feedback.pools import Result, results_of
from lti_tool.reviews.due import review_due
from lti_tool.store import Session, queries
from lti_tool.store.models import EndorsementRow, TemplateVersion
from lti_tool.store.queries.reviews import AwardNumbers
from lti_tool.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A template in the report: its newest version that was published, and what happened to it in the year.

    `changes`: the versions that were published in the year, with the day. `due` is None where nothing says a day; a
    retired template is never overdue. `endorsed_by`: how many organisations endorse that version, as its page shows it.
    """

    row: TemplateVersion
    template: Template
    due: date | None
    is_overdue: bool
    awards: AwardNumbers
    changes: Sequence[tuple[int, date]]
    feedback: Sequence[Result]
    endorsed_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearReport:
    """The report of an issuer on a year, as it was read on `day`; `endorsed_by` as in Reviewed, of the issuer."""

    issuer: IssuerProfile
    year: int
    day: date
    templates: Sequence[Reviewed]
    endorsed_by: int

    @property
    def overdue(self) -> Sequence[Reviewed]:
        """Those whose review is overdue."""
        return [each for each in self.templates if each.is_overdue]


def year_report(
    session: Session, issuer_id: str, issuer: IssuerProfile, year: int, now: datetime
) -> YearReport:
    """The report on a year of the issuer's time zone, of its templates by name."""
    start, end = (start_of_day(date(each, 1, 1), issuer.zone) for each in (year, year + 1))
    numbers = queries.reviews.numbers_between(session, issuer_id, start, end)
    every = queries.templates.template_versions(session, issuer_id)
    newest = sorted(every, key=lambda row: (row.template_id, row.version))
    found = [
        _reviewed(session, issuer, list(rows), year, issuer.day_of(now), numbers.get(template_id))
        for template_id, rows in groupby(_released(newest), key=lambda row: row.template_id)
    ]
    return YearReport(
        issuer=issuer,
        year=year,
        day=issuer.day_of(now),
        templates=sorted(found, key=lambda each: each.row.name),
        endorsed_by=_organisations(queries.organisations.shown_of_issuer(session, issuer_id)),
    )


def as_json(report: YearReport) -> Json:
    """The report as JSON. Feedback is left out while it may not be shown."""
    return {
        "issuer": {"id": report.issuer.id, "name": report.issuer.name},
        "year": report.year,
        "as_of": report.day.isoformat(),
        "awards": sum(each.awards.awarded for each in report.templates),
        "endorsed_by": report.endorsed_by,
        "overdue_reviews": len(report.overdue),
        "templates": [_template_as_json(each) for each in report.templates],
    }


def _released(rows: Sequence[TemplateVersion]) -> Iterator[TemplateVersion]:
    return (row for row in rows if row.status != "draft" and row.published_at is not None)


def _reviewed(
    session: Session,
    issuer: IssuerProfile,
    rows: Sequence[TemplateVersion],
    year: int,
    today: date,
    awards: AwardNumbers | None,
) -> Reviewed:
    published = [(row, issuer.day_of(row.published_at)) for row in rows if row.published_at is not None]
    newest, newest_day = published[-1]
    template = stored_template(newest.body)
    due = review_due(template, issuer, newest_day)
    return Reviewed(
        row=newest,
        template=template,
        due=due,
        is_overdue=newest.status == "published" and due is not None and due < today,
        awards=awards or AwardNumbers(awarded=0, revoked=0, recognised=0),
        changes=[(row.version, day) for row, day in published if day.year == year],
        feedback=results_of(session, newest.template_id),
        endorsed_by=_organisations(queries.organisations.shown_of_template(session, newest.id)),
    )


def _organisations(endorsements: Sequence[EndorsementRow]) -> int:
    return len({each.organisation_id for each in endorsements})


def _template_as_json(each: Reviewed) -> Json:
    return {
        "template_id": each.row.template_id,
        "name": dict(each.template.name),
        "version": each.row.version,
        "status": each.row.status,
        "owner": each.template.owner,
        "review_due": each.due.isoformat() if each.due else None,
        "review_overdue": each.is_overdue,
        "awards": {
            "awarded": each.awards.awarded,
            "revoked_since": each.awards.revoked,
            "by_prior_learning": each.awards.recognised,
        },
        "endorsed_by": each.endorsed_by,
        "versions_published": [{"version": version, "day": day.isoformat()} for version, day in each.changes],
        "feedback_of_all_years": {
            result.audience: {
                "answers": result.answers,
                "numbers": {code: list(numbers) for code, numbers in result.numbers.items()},
            }
            for result in each.feedback
            if result.answers
        },
    }
