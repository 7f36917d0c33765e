"""Which templates of an issuer are to be reviewed, and the report of a year that a review looks at."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, json
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.reviews.report import YearReport, report_of_template, year_report
from lti_tool.reviews.report_json import as_json
from lti_tool.store import Session
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.operator import review_files
from lti_tool.web.operator.visits import current_operator, issuer_at, operator_page

pages = Blueprint("operator_reviews", __name__)

_ROUTE = "/operator/issuers/<slug>/reviews"
_OF_TEMPLATE = f"{_ROUTE}/<uuid:template_id>"
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
    return _json(_asked(slug, year), f"review-{year}")


@pages.get(f"{_ROUTE}/<int:year>.pdf")
def download_pdf(slug: str, year: int) -> Response:
    """The same as a PDF. Raises NotFoundError as `download` does, and TooManyRequests."""
    report = _asked(slug, year)
    return _pdf(review_files.issuer_document(report, current_tool().clock()), f"review-{year}")


@pages.get(f"{_OF_TEMPLATE}/<int:year>.json")
def download_of_template(slug: str, template_id: UUID, year: int) -> Response:
    """The report on one template as JSON. Raises NotFoundError where the issuer has published no such template."""
    return _json(report_of_template(_asked(slug, year), str(template_id)), f"review-{template_id}-{year}")


@pages.get(f"{_OF_TEMPLATE}/<int:year>.pdf")
def download_pdf_of_template(slug: str, template_id: UUID, year: int) -> Response:
    """The same as a PDF, with what reviews have found. Raises NotFoundError and TooManyRequests."""
    report = report_of_template(_asked(slug, year), str(template_id))
    pdf = review_files.template_document(report, current_tool().clock())
    return _pdf(pdf, f"review-{template_id}-{year}")


def _asked(slug: str, year: int) -> YearReport:
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        rate_limits.count_file(visit.token)
        return _report(session, issuer, year)


def _report(session: Session, issuer: Issuer, year: int) -> YearReport:
    if year not in _YEARS:
        raise NotFoundError("there is no report of that year")
    return year_report(session, issuer.id, issuer.profile, year, current_tool().clock())


def _json(report: YearReport, name: str) -> Response:
    text = json.dumps(as_json(report), ensure_ascii=False, indent=2)
    return _file(Response(text, mimetype="application/json"), f"{name}.json")


def _pdf(pdf: bytes, name: str) -> Response:
    return _file(Response(pdf, mimetype="application/pdf"), f"{name}.pdf")


def _file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
