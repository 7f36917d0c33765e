"""A candidate's own applications: a page for all, one for each, and one for each of its four steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.prior_learning import applications
from lti_tool.prior_learning.assessments import of_round
from lti_tool.prior_learning.certification import met_in
from lti_tool.prior_learning.terms import stored_terms
from lti_tool.store import Session, queries
from lti_tool.store.models import PriorLearningApplication
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.languages import page_language
from lti_tool.web.learner.learner_visits import (
    LearnerVisit,
    check_own_page,
    demand_visit,
    record_use,
)
from lti_tool.web.page_issuer import issuer_of, set_page_issuer
from lti_tool.web.prior_learning.words import ANSWERS, IDENTITIES, KINDS, STATES, STEPS, why_not
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("prior_learning_own", __name__)

ROUTE = "/my/prior-learning"
ONE = f"{ROUTE}/<uuid:application_key>"

#: Something that is done in an application, in a session, at a time.
Act = Callable[[Session, PriorLearningApplication, datetime], object]

#: What came of an act, by the code in the address to which it leads.
DONE: dict[str, Sentence] = {
    "saved": _l("Saved."),
    "help": _l("A counsellor has been asked. You get a mail once there is advice."),
    "added": _l("It is in your portfolio."),
    "removed": _l("It is out of your portfolio."),
    "withdrawn": _l("The application is withdrawn."),
    "handed_in": _l("Your portfolio is handed in. It is not changed any more."),
    "appealed": _l("Your appeal has begun. Other assessors look at your portfolio."),
}


@pages.get(ROUTE)
def show() -> Response:
    """All applications of whoever is signed in."""
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        rows = queries.prior_learning.of_people(session, visit.people)
        named = [(row, stored_template(row.version.body).name) for row in rows]
        page = private_page(
            render_template("prior_learning/own.html", learner_visit=visit, applications=named, states=STATES)
        )
    record_use(visit)
    return page


@pages.get(ONE)
def one(application_key: UUID) -> Response:
    """One of them, with what is done, by whom, and what is next. Raises NotFoundError for somebody else's."""
    return _read(application_key, "overview")


@pages.get(f"{ONE}/<step>")
def of_step(application_key: UUID, step: str) -> Response:
    """One of its steps. Raises NotFoundError for somebody else's."""
    if step not in STEPS:
        raise NotFoundError("an application has no such step")
    return _read(application_key, step)


def _read(application_key: UUID, page: str) -> Response:
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        found = page_of(session, visit, own_application(session, visit, application_key), page)
    record_use(visit)
    return found


def own_application(session: Session, visit: LearnerVisit, application_key: UUID) -> PriorLearningApplication:
    """An application of whoever is signed in; raises NotFoundError for any other."""
    row = queries.prior_learning.application(session, str(application_key))
    if row is None or row.person_id not in visit.people:
        raise NotFoundError("you have no such application")
    return row


def page_of(
    session: Session, visit: LearnerVisit, row: PriorLearningApplication, page: str, **values: Any
) -> Response:
    """A page of the application: `overview`, or that of a step."""
    set_page_issuer(issuer_of(session, row.issuer_id))
    send_own_origin()
    given = {
        "learner_visit": visit,
        "application": row,
        "template": stored_template(row.version.body),
        "terms": stored_terms(row.terms),
        "steps": STEPS,
        "states": STATES,
        "answers": ANSWERS,
        "identities": IDENTITIES,
        "kinds": KINDS,
        "own_round": of_round(row),
        "met": met_in(row),
        "candidate": applications.name_of(row.person),
        "kept": queries.backpack.kept_badges(session, visit.people) if page == "documentation" else (),
        "now": current_tool().clock(),
        "here": f"{ROUTE}/{row.key}",
        "done": DONE.get(request.args.get("done", "")),
        "wrong": "",
    }
    return private_page(render_template(f"prior_learning/{page}.html", **(given | values)))


def change(application_key: UUID, page: str, act: Act, done: str, then: str = "") -> Response:
    """Does something in an application of whoever is signed in, and leads to the page `then`, else `page`; that page
    with what is wrong where it was not done. Raises NotFoundError for somebody else's."""
    check_own_page()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            visit = demand_visit(session)
            act(session, own_application(session, visit, application_key), tool.clock())
    except PriorLearningError as error:
        with tool.store.read() as session:
            visit = demand_visit(session)
            row = own_application(session, visit, application_key)
            return page_of(session, visit, row, page, wrong=why_not(error))
    where = then or page
    path = "" if where == "overview" else f"/{where}"
    return redirect(f"{ROUTE}/{application_key}{path}?done={done}&lang={page_language()}", 303)
