"""The yearly report of an issuer, or of one of its templates: what a review looks at, and what reviews have found.

Feedback has no year: an answer is kept without its time. What it says is of all years up to now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from badges.days import start_of_day
from badges.issuer import IssuerProfile
from badges.template.fields import Texts
from lti_tool.errors import NotFoundError
from lti_tool.feedback.pools import Result, results_of
from lti_tool.review_dates.standing import NEVER_DUE, Standing, standings
from lti_tool.reviews.numbers import NO_AWARDS, organisations_of
from lti_tool.store import Session, queries
from lti_tool.store.models import EndorsementRow, TemplateReview, TemplateVersion
from lti_tool.store.queries.reviews import AwardNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A template in the report: its newest version that is offered, or was, and what happened to it in the year.

    `changes`: the versions that were published in the year, with the day. `reviews`: those of the year, the first one
    first; `last` is the last of all. A retired template is never overdue. `endorsed_by`: how many organisations endorse
    that version, as its page shows it.
    """

    row: TemplateVersion
    standing: Standing
    awards: AwardNumbers
    changes: Sequence[tuple[int, date]]
    reviews: Sequence[TemplateReview]
    last: TemplateReview | None
    feedback: Sequence[Result]
    endorsed_by: int

    @property
    def name(self) -> Texts:
        """What it is called, as it is stored: one that cannot be read any more keeps back no report."""
        return dict(self.row.body["name"])

    @property
    def owner(self) -> str:
        """Who looks after it; empty where it does not say."""
        return self.row.body.get("owner") or ""

    @property
    def due(self) -> date | None:
        """By when it is to be reviewed; None where nothing says a day."""
        return self.standing.due

    @property
    def is_overdue(self) -> bool:
        """Whether that day has passed."""
        return self.standing.is_overdue


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

    @property
    def awards(self) -> AwardNumbers:
        """The numbers of all of its templates."""
        parts = zip(*(each.awards for each in self.templates), strict=True)
        return AwardNumbers(*(sum(part) for part in parts)) if self.templates else NO_AWARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read once for all templates."""

    issuer: IssuerProfile
    year: int
    numbers: Mapping[str, AwardNumbers]
    standings: Mapping[str, Standing]
    reviews: Mapping[str, Sequence[TemplateReview]]


def year_report(
    session: Session, issuer_id: str, issuer: IssuerProfile, year: int, now: datetime
) -> YearReport:
    """The report on a year of the issuer's time zone, of its templates by name."""
    start, end = (start_of_day(date(each, 1, 1), issuer.zone) for each in (year, year + 1))
    every = sorted(
        queries.templates.template_versions(session, issuer_id),
        key=lambda row: (row.template_id, row.version),
    )
    groups = [list(rows) for _id, rows in groupby(_released(every), key=lambda row: row.template_id)]
    known = _Known(
        issuer=issuer,
        year=year,
        numbers=queries.reviews.numbers_between(session, issuer_id, start, end),
        standings=standings(session, [_offered(rows) for rows in groups], issuer, issuer.day_of(now)),
        reviews=_by_template(queries.reviews.reviews_of_issuer(session, issuer_id)),
    )
    return YearReport(
        issuer=issuer,
        year=year,
        day=issuer.day_of(now),
        templates=sorted(
            (_reviewed(session, rows, known) for rows in groups), key=lambda each: each.row.name
        ),
        endorsed_by=_organisations(queries.organisations.shown_of_issuer(session, issuer_id)),
    )


def report_of_template(report: YearReport, template_id: str) -> YearReport:
    """The same report, about one of its templates alone. Raises NotFoundError where it has no such template."""
    found = [each for each in report.templates if each.row.template_id == template_id]
    if not found:
        raise NotFoundError("the issuer has published no such template")
    return replace(report, templates=found)


def _released(rows: Sequence[TemplateVersion]) -> Iterator[TemplateVersion]:
    return (row for row in rows if row.status != "draft" and row.published_at is not None)


def _offered(rows: Sequence[TemplateVersion]) -> TemplateVersion:
    """The newest version that is published, else the newest."""
    return next((row for row in reversed(rows) if row.status == "published"), rows[-1])


def _by_template(reviews: Sequence[TemplateReview]) -> Mapping[str, Sequence[TemplateReview]]:
    found: dict[str, list[TemplateReview]] = {}
    for each in reviews:
        found.setdefault(each.template_id, []).append(each)
    return found


def _reviewed(session: Session, rows: Sequence[TemplateVersion], known: _Known) -> Reviewed:
    days = [(row.version, known.issuer.day_of(row.published_at)) for row in rows if row.published_at]
    shown, reviews = _offered(rows), known.reviews.get(rows[0].template_id, ())
    return Reviewed(
        row=shown,
        standing=known.standings[shown.template_id] if shown.status == "published" else NEVER_DUE,
        awards=known.numbers.get(shown.template_id, NO_AWARDS),
        changes=[(version, day) for version, day in days if day.year == known.year],
        reviews=[each for each in reviews if date.fromisoformat(each.day).year == known.year],
        last=reviews[-1] if reviews else None,
        feedback=results_of(session, shown.template_id),
        endorsed_by=len(organisations_of(session, shown)),
    )


def _organisations(endorsements: Sequence[EndorsementRow]) -> int:
    return len({each.organisation_id for each in endorsements})
