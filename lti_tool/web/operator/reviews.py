"""Which templates of an issuer are to be reviewed, and the report of a year that a review looks at."""

from __future__ import annotations

from flask import Blueprint, Response, json
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.reviews.report import YearReport, year_report
from lti_tool.reviews.report_json import as_json
from lti_tool.store import Session
from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import current_operator, issuer_at, operator_page

pages = Blueprint("operator_reviews", __name__)

_ROUTE = "/operator/issuers/<slug>/reviews"
#: Years that both a calendar and a database have.
_YEARS = range(2000, 2200)


@pages.get(_ROUTE)
def show(slug: str) -> AnyResponse:
    """The templates with the day of their review, those that are overdue first."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        report = _report(session, issuer, issuer.profile.day_of(tool.clock()).year)
        return operator_page(
            "operator/reviews.html",
            visit,
            issuer_now=issuer,
            report=report,
            templates=sorted(report.templates, key=lambda each: not each.is_overdue),
        )


@pages.get(f"{_ROUTE}/<int:year>.json")
def download(slug: str, year: int) -> Response:
    """The report of a year as JSON. Raises NotFoundError for a year that has none."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        text = json.dumps(as_json(_report(session, issuer, year)), ensure_ascii=False, indent=2)
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="review-{year}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _report(session: Session, issuer: Issuer, year: int) -> YearReport:
    if year not in _YEARS:
        raise NotFoundError("there is no report of that year")
    return year_report(session, issuer.id, issuer.profile, year, current_tool().clock())
