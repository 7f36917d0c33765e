"""What learners do on My badges with badges of any issuer: bring, check, download, remove; and ending programs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from badges.verify import Report
from lti_tool.backpack import accesses, collection, files, keeping
from lti_tool.backpack.incoming import incoming
from lti_tool.backpack.owners import owner_of
from lti_tool.errors import BackpackError, NotFoundError
from lti_tool.publishing.exports import record_export
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor, person
from lti_tool.store.models import KeptBadge
from lti_tool.web.backpack.why_not_kept import why_not_kept
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page
from lti_tool.web.learner.learner_visits import LearnerVisit, check_own_page, demand_visit
from lti_tool.web.learner.signed_in import list_page
from lti_tool.web.limits import waiting_for_strangers
from lti_tool.web.public.verification_answers import answers_of, technical_remarks
from lti_tool.web.translation import gettext as _

pages = Blueprint("backpack_kept", __name__)

MAX_BYTES = 5 * 1024 * 1024
#: What a form adds to the file.
FORM_BYTES = 10_000


@pages.post("/my/kept")
def bring() -> Response:
    """The list with the badge of the uploaded file in it, or with the word why it is not kept.

    Raises RequestEntityTooLarge, and BusyError while others are being verified.
    """
    check_own_page()
    request.max_content_length = request.max_form_memory_size = MAX_BYTES + FORM_BYTES
    tool = current_tool()
    with tool.store.read() as session:
        visit = demand_visit(session)
    if not visit.people:
        return redirect("/my", 303)
    upload = request.files.get("file")
    content = upload.read() if upload is not None else b""
    if len(content) > MAX_BYTES:
        raise RequestEntityTooLarge
    if not content:
        return _list(wrong=_("Choose a file first."))
    report = _verify(content)
    try:
        badge = incoming(report)
        with tool.store.begin() as session:
            # It may have ended while other sites were asked.
            visit = demand_visit(session)
            if not visit.people:
                return redirect("/my", 303)
            if collection.is_issued_here(session, visit.people, report.credential or {}):
                return list_page(session, visit, done=_said("unchanged"))
            outcome = keeping.keep(session, visit.people, badge, tool.clock(), _actor(visit))
    except BackpackError as error:
        return _list(wrong=why_not_kept(error, report))
    return _list(done=_said(outcome))


@pages.post("/my/kept/<int:kept_id>/check")
def check(kept_id: int) -> Response:
    """What is found of the badge now. Raises NotFoundError for one of somebody else, and BusyError."""
    check_own_page()
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        _own(session, visit, kept_id)
    with waiting_for_strangers():
        report = keeping.check_again(current_tool(), kept_id)
    return private_page(
        render_template(
            "public/report.html",
            report=report,
            verification=answers_of(report, current_tool().issuers.is_own),
            remarks=technical_remarks(report.checks),
        )
    )


@pages.get("/my/kept/<int:kept_id>/file")
def download(kept_id: int) -> Response:
    """The badge as it came. Raises NotFoundError for one of somebody else."""
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        row = _own(session, visit, kept_id)
        return _attached(Response(row.text, mimetype="text/plain"), files.file_name(row.id, row.form))


@pages.post("/my/kept/<int:kept_id>/remove")
def remove(kept_id: int) -> Response:
    """The list without the badge. Raises NotFoundError for one of somebody else."""
    check_own_page()
    tool = current_tool()
    with tool.store.begin() as session:
        visit = demand_visit(session)
        keeping.remove(session, _own(session, visit, kept_id), tool.clock(), _actor(visit))
    return _list(
        done=_("The badge was removed from this list. Files of it that you have elsewhere stay as they are.")
    )


@pages.post("/my/kept/all")
def take_all() -> Response:
    """All badges of the list as files in a ZIP."""
    check_own_page()
    tool = current_tool()
    now = tool.clock()
    with tool.store.begin() as session:
        visit = demand_visit(session)
        if not visit.people:
            return redirect("/my", 303)
        for person_id in visit.people:
            record_export(session, "badges", "person", person_id, now, person(person_id))
    answer = Response(files.all_badges(tool, visit.people, now), mimetype="application/zip")
    return _attached(answer, "my-badges.zip")


@pages.post("/my/programs/<int:access_id>/end")
def end(access_id: int) -> Response:
    """The list without the program. Raises NotFoundError for one that somebody else let in."""
    check_own_page()
    tool = current_tool()
    with tool.store.begin() as session:
        visit = demand_visit(session)
        domains = tool.issuers.reused_domains(session)
        found = accesses.running(session, visit.people, domains, tool.clock())
        row = next((each for each in found if each.id == access_id), None)
        if row is None:
            raise NotFoundError("there is no such program")
        accesses.end(session, row, "learner", tool.clock(), _actor(visit))
    return _list(done=_("The program has no access any more. It may still have what it took before."))


def _own(session: Session, visit: LearnerVisit, kept_id: int) -> KeptBadge:
    row = queries.backpack.kept(session, kept_id)
    if row is None or row.person_id not in visit.people:
        raise NotFoundError("you keep no such badge")
    return row


def _actor(visit: LearnerVisit) -> Actor:
    return person(owner_of(visit.people) if visit.people else None)


def _verify(content: bytes) -> Report:
    with waiting_for_strangers():
        return current_tool().verify(content)


def _list(*, done: str = "", wrong: str = "") -> Response:
    with current_tool().store.read() as session:
        return list_page(session, demand_visit(session), done=done, wrong=wrong)


def _said(outcome: keeping.Outcome) -> str:
    match outcome:
        case "created":
            return _("The badge was added to your list.")
        case "replaced":
            return _("The badge replaced an older one.")
        case "unchanged":
            return _("This badge is in your list already.")


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
