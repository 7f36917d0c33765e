"""Statistics of an issuer: the years that have ended, what is told of each, and the report for an authority."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.exports import record_export
from lti_tool.statistics import report as reports
from lti_tool.statistics.completions import funding_codes
from lti_tool.statistics.lines import Line, lines_of
from lti_tool.store import Session, events, queries
from lti_tool.store.models import StatisticsReport
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.statistics_files import archive, table_file
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.statistics_drawing import bars_of

pages = Blueprint("operator_statistics", __name__)

_ROUTE = "/operator/issuers/<slug>/statistics"
_YEAR = f"{_ROUTE}/<int:year>"
#: The longest name of somebody who prepared a report.
MOST_NAME = 200


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """The years that have ended; the numbers of all badges of those whose report was made."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_statistics")
        made = {row.year: row for row in queries.statistics.reports(session, issuer.id)}
        years = {*reports.closed_years(session, issuer, tool.clock()), *made}
        return operator_page(
            "operator/statistics.html",
            visit,
            issuer_now=issuer,
            years=sorted(years, reverse=True),
            made=made,
            counted=_totals(made.values()),
            codes=funding_codes(session, issuer),
            bars_of=bars_of,
        )


@pages.get(_YEAR)
def show_year(slug: str, year: int) -> Response:
    """The report of a year, as tables with bars. Raises NotFoundError where none was made."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_statistics")
        row = _made(session, issuer, year)
        report = reports.read_report(row.body)
        return operator_page(
            "operator/statistics_year.html",
            visit,
            issuer_now=issuer,
            row=row,
            report=report,
            tables=lines_of(report, page_language()),
            bars_of=bars_of,
            most_name=MOST_NAME,
        )


@pages.post(f"{_YEAR}/report")
def for_authority(slug: str, year: int) -> Response:
    """The ZIP for an authority, of the report that is made now where there was none. That it left is an event."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "make_statistics")
        row = reports.make(session, issuer, year, tool.clock(), visit.actor)
        report, made_at = reports.read_report(row.body), row.made_at
        _record_export(session, visit, issuer, year)
    # Drawing takes a second, and no transaction waits for it.
    file = archive(issuer, report, made_at, _prepared_by(visit))
    return _download(file, "application/zip", f"statistics-{issuer.profile.slug}-{year}.zip")


@pages.post(f"{_YEAR}/csv")
def as_file(slug: str, year: int) -> Response:
    """The report of a year for a spreadsheet. Raises NotFoundError where none was made."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "see_statistics")
        text = table_file(reports.read_report(_made(session, issuer, year).body))
        _record_export(session, visit, issuer, year)
    return _download(text.encode(), "text/csv", f"statistics-{issuer.profile.slug}-{year}.csv")


@pages.post(f"{_YEAR}/publish")
def publish(slug: str, year: int) -> Response:
    """Lets everybody read the report, rounded, on the public page of the issuer."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "make_statistics")
        row = _made(session, issuer, year)
        if row.published_at is None:
            row.published_at = tool.clock()
            now, actor = tool.clock(), visit.actor
            events.record(
                session, "statistics_published", "year", year, now, actor=actor, issuer_id=issuer.id
            )
    return redirect(_address(issuer, year), 303)


@pages.post(f"{_YEAR}/withdraw")
def withdraw(slug: str, year: int) -> Response:
    """Takes the report off the public page; whoever has read it has read it."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "make_statistics")
        row = _made(session, issuer, year)
        if row.published_at is not None:
            row.published_at = None
            now, actor = tool.clock(), visit.actor
            events.record(
                session, "statistics_unpublished", "year", year, now, actor=actor, issuer_id=issuer.id
            )
    return redirect(_address(issuer, year), 303)


def _made(session: Session, issuer: Issuer, year: int) -> StatisticsReport:
    row = queries.statistics.report(session, issuer.id, year)
    if row is None:
        raise NotFoundError("no report of that year was made")
    return row


def _totals(rows: Iterable[StatisticsReport]) -> Sequence[Line]:
    """The numbers of all badges of the years that can be told, the newest first."""
    found = [reports.read_report(row.body) for row in rows]
    return [
        Line(code=str(each.year), name=str(each.year), badges=each.total)
        for each in found
        if each.total is not None
    ]


def _record_export(session: Session, visit: OperatorVisit, issuer: Issuer, year: int) -> None:
    now = current_tool().clock()
    record_export(session, "statistics", "year", year, now, visit.actor, issuer_id=issuer.id)


def _prepared_by(visit: OperatorVisit) -> str:
    """As it was typed; who is signed in where the form has no such field."""
    typed = request.form.get("prepared_by", visit.operator.name)
    return " ".join(typed.split())[:MOST_NAME]


def _address(issuer: Issuer, year: int) -> str:
    return f"/operator/issuers/{issuer.profile.slug}/statistics/{year}"


def _download(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
