"""Your data: what a learner takes with them, and what they do not want in their badges; inside a platform and outside.

The file holds everything, so it is only given to whoever has signed in a moment ago: a page may have been left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError
from lti_tool.people import sessions, withheld
from lti_tool.privacy.export import export_of
from lti_tool.publishing.exports import record_export
from lti_tool.store import queries
from lti_tool.store.events import person
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.learner.learner_visits import LearnerVisit, check_own_page, find_visit
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_visit

pages = Blueprint("own_data", __name__)

#: For so long after signing in, or after opening the link, the file is given.
FRESH = timedelta(minutes=15)


@pages.post("/lti/app/mine/data")
def show() -> Response:
    """The learner's page about their data. Raises NotAllowedError for people who are not learners."""
    visit = current_visit()
    return _page([_person_of(visit)], visit=visit)


@pages.post("/lti/app/mine/data/file")
def download() -> Response:
    """The ZIP, where the link was opened a moment ago; else the page, which says what to do."""
    visit = current_visit()
    person_id = _person_of(visit)
    rate_limits.count_file(visit.token)
    tool = current_tool()
    with tool.store.read() as session:
        row = sessions.find_session(session, visit.token, tool.clock())
        began_at = row.created_at if row is not None else None
    if not _is_fresh(began_at):
        wrong = _(
            "You opened this page a while ago. Open the link on your learning platform again, and then this page."
        )
        return _page([person_id], visit=visit, wrong=wrong)
    return _file([person_id])


@pages.post("/lti/app/mine/data/withhold")
def withhold() -> Response:
    """Keeps what the learner does not want in their badges. Raises NotAllowedError where neither would be left."""
    visit = current_visit()
    person_id = _person_of(visit)
    return _page([person_id], visit=visit, done=_change([person_id]))


@pages.get("/my/data")
def show_signed_in() -> Response:
    """The same for whoever is signed in with a proved address; the form to sign in where nobody is."""
    visit = _signed_in()
    return _sign_in() if visit is None else _page(visit.people, learner_visit=visit)


@pages.post("/my/data/file")
def download_signed_in() -> Response:
    """The ZIP, for whoever has signed in a moment ago; else the page, which says what to do."""
    check_own_page()
    visit = _signed_in()
    if visit is None:
        return _sign_in()
    if not _is_fresh(visit.since):
        wrong = _("You signed in a while ago. Sign out, sign in with a new code, and open this page again.")
        return _page(visit.people, learner_visit=visit, wrong=wrong)
    return _file(visit.people)


@pages.post("/my/data/withhold")
def withhold_signed_in() -> Response:
    """As `withhold`, for whoever is signed in."""
    check_own_page()
    visit = _signed_in()
    if visit is None:
        return _sign_in()
    return _page(visit.people, learner_visit=visit, done=_change(visit.people))


def _person_of(visit: Visit) -> int:
    if visit.person_id is None or not visit.is_learner:
        raise NotAllowedError("this page is for learners")
    return visit.person_id


def _signed_in() -> LearnerVisit | None:
    with current_tool().store.read() as session:
        return find_visit(session)


def _sign_in() -> Response:
    send_own_origin()
    return private_page(render_template("learner/sign_in.html", visit=None))


def _is_fresh(began_at: datetime | None) -> bool:
    return began_at is not None and current_tool().clock() - began_at <= FRESH


def _change(person_ids: Sequence[int]) -> str:
    """Does what the form asks for; the sentence that says what was done. Raises TooManyRequests."""
    for person_id in person_ids:
        rate_limits.count_change(person_id)
    tool = current_tool()
    with tool.store.begin() as session:
        for person_id in person_ids:
            withheld.change(
                session, person_id, request.form.getlist("withheld"), tool.clock(), person(person_id)
            )
    return _(
        "Saved. It holds for every badge from now on; badges that you have already are made anew and replaced."
    )


def _file(person_ids: Sequence[int]) -> Response:
    tool = current_tool()
    now = tool.clock()
    with tool.store.begin() as session:
        for person_id in person_ids:
            record_export(session, "person", "person", person_id, now, person(person_id))
    answer = Response(export_of(tool, person_ids, now), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _page(
    person_ids: Sequence[int],
    *,
    visit: Visit | None = None,
    learner_visit: LearnerVisit | None = None,
    done: str = "",
    wrong: str = "",
) -> Response:
    with current_tool().store.read() as session:
        people = queries.people.people(session, person_ids)
    chosen = {each for row in people.values() for each in row.withheld}
    if visit is None:
        send_own_origin()
    return private_page(
        render_template(
            "learner/data.html",
            visit=visit,
            learner_visit=learner_visit,
            path="/lti/app/mine/data" if visit else "/my/data",
            withheld=chosen,
            privacy=page_issuer().privacy,
            done=done,
            wrong=wrong,
        )
    )
