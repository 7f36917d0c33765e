"""The first page of an operator: what needs somebody now at an issuer, and how it goes; or a choice of issuers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.legal_identity import ending_soon
from lti_tool.pathways import concerns
from lti_tool.reviews.upcoming import upcoming_reviews
from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.dead_jobs import DeadJob
from lti_tool.store.queries.operator_home import AwardedAt
from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import current_operator, issuer_at, issuers_of, operator_page
from lti_tool.web.plot import WEEKS, plot_of
from lti_tool.web.time_zones import in_page_zone

pages = Blueprint("operator_home", __name__)

_ROUTE = "/operator/issuers/<slug>"
#: More dead jobs than anybody reads: the page says how many there are.
MOST_JOBS = 20


@pages.get("/operator")
def choose() -> Response:
    """The way to the only issuer of the operator, else a page that offers several, or says that there is none."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuers = issuers_of(session, visit)
        if len(issuers) == 1:
            return redirect(f"/operator/issuers/{issuers[0].profile.slug}", 303)
        return operator_page("operator/issuers.html", visit, issuers=issuers)


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """What needs somebody at the issuer, and how it goes."""
    visit = current_operator()
    tool = current_tool()
    now = tool.clock()
    since = now - timedelta(weeks=WEEKS)
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_home")
        numbers = queries.operator_home.numbers(session, issuer.id, since)
        jobs = _dead_jobs(session, issuer)
        return operator_page(
            "operator/home.html",
            visit,
            issuer_now=issuer,
            numbers=numbers,
            delivered=_share(numbers.delivered, numbers.deliveries),
            claimed=_share(numbers.claimed, numbers.issued),
            plot=plot_of(queries.operator_home.awarded_since(session, issuer.id, since), now, in_page_zone),
            weeks=WEEKS,
            platforms=queries.operator_home.platforms_in_trouble(session, issuer.id),
            not_in_order=queries.operator_home.platforms_not_in_order(session, issuer.id),
            jobs=jobs[:MOST_JOBS],
            number_of_jobs=len(jobs),
            ending=ending_soon(issuer.profile.accreditations, issuer.profile.day_of(now)),
            today=issuer.profile.day_of(now),
            reviews=upcoming_reviews(session, issuer.id, issuer.profile, issuer.profile.day_of(now)),
            corrections=queries.corrections.open_outside_courses(session, issuer.id)
            if numbers.corrections
            else (),
            wholes_in_question=sum(concerns.numbers_of_issuer(session, issuer.id, now).values()),
            old_keys=issuer.keyring.signing_for_long(session, now),
            **_verifications(session, issuer, now),
        )


@pages.post(f"{_ROUTE}/retry")
def retry(slug: str) -> Response:
    """Tries dead jobs of the issuer again: the one that the form names, or all of them."""
    visit = current_operator()
    tool = current_tool()
    wanted = request.form.get("job", "")
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "retry_work")
        for job in _dead_jobs(session, issuer):
            if wanted in ("all", job.id):
                dead_jobs.retry(session, job, tool.clock(), visit.actor)
    return redirect(f"/operator/issuers/{issuer.profile.slug}", 303)


def _verifications(session: Session, issuer: Issuer, now: datetime) -> dict[str, Any]:
    """How many badges strangers have checked, with a plot."""
    first = issuer.profile.day_of(now - timedelta(weeks=WEEKS)).isoformat()
    days = queries.verifications.verified_since(session, issuer.id, first)
    # The plot counts moments: the noon of each day, in the zone whose days they are.
    noons = [
        AwardedAt(
            began_at=int(
                datetime.fromisoformat(f"{each.day}T12:00").replace(tzinfo=issuer.profile.zone).timestamp()
            ),
            awarded=each.number,
        )
        for each in days
    ]
    return {
        "checks": sum(each.number for each in days),
        "plot_of_checks": plot_of(noons, now, lambda time: time.astimezone(issuer.profile.zone)),
    }


def _dead_jobs(session: Session, issuer: Issuer) -> Sequence[DeadJob]:
    """The dead jobs of the issuer, oldest first; what belongs to none is the first issuer's, which runs the tool."""
    jobs = dead_jobs.dead_of_issuers(session)
    owners = queries.operator_home.owners_of_jobs(session, jobs)
    first = queries.issuers.first_issuer_id(session)
    return [job for job in jobs if owners.get(job.id, first) == issuer.id]


def _share(part: int, whole: int) -> Decimal | None:
    """The share from 0 to 1; None of nothing."""
    return Decimal(part) / whole if whole else None
