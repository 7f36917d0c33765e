"""The certificates of several people of the list, as PDF files in a ZIP that is made while it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from threading import BoundedSemaphore

from flask import Blueprint, Response, render_template, request

from badges.template.model import stored_template
from lti_tool.publishing.certificate_archive import archive_of
from lti_tool.publishing.exports import record_export
from lti_tool.store import queries
from lti_tool.web.checked_requests import row_ids
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.limits import BusyError, one_of
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.roster.bulk_plan import Choice
from lti_tool.web.teacher.roster.entries import Entry, everybody
from lti_tool.web.teacher.roster.page import roster_page
from lti_tool.web.teacher.roster.view import View, asked_view, listed
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("roster_certificates", __name__)

#: How many certificates a ZIP has at most: each takes some 0.3 seconds, and a reader waits for all.
MOST = 250
#: Drawing holds a processor: of one ZIP at a time in a process, so that pages go on.
_running = BoundedSemaphore(1)


@pages.post("/lti/app/rules/<int:rule_id>/people/certificates")
def certificates(rule_id: int) -> Response | str:
    """Shows for how many there is a certificate, in how many files; sends the file that the form names.

    Raises NotFoundError where the visit's course has no such rule.
    """
    visit = current_teacher_visit()
    view = asked_view(rule_id)
    if request.form.get("confirmed") != "yes":
        return _asking_page(visit, view)
    held = ExitStack()
    try:
        held.enter_context(one_of(_running, max_wait_seconds=0))
    except BusyError:
        text = _("Somebody else is downloading certificates at the moment. Try again in a few minutes.")
        return roster_page(visit, view, Notice(text=text, light="unsure"))
    with held:
        answer = _file(visit, rule_id)
        # It is held until the file is sent, or the reader goes away. nginx takes it as fast as it is drawn, so that a
        # reader who takes it slowly holds up nobody.
        answer.call_on_close(held.pop_all().close)
        return answer


def _file(visit: Visit, rule_id: int) -> Response:
    tool = current_tool()
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        found = queries.credentials.valid_of_rule(session, rule.id, row_ids("award")[:MOST])
        data = {"rows": len(found)}
        record_export(session, "certificates", "rule", rule_id, tool.clock(), visit.actor, data)
    answer = Response(archive_of(tool, found, page_language(), tool.clock()), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="certificates-{rule_id}.zip"'
    return answer


def _asking_page(visit: Visit, view: View) -> str:
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, view.rule_id)
        people = everybody(session, rule, current_tool().clock())
        template = stored_template(people.template.body)
    found = listed(people.entries, view).found
    choice = Choice(
        is_all=request.form.get("all") == "yes", awards=row_ids("award"), people=row_ids("learner")
    )
    chosen = [each for each in found if choice.has(each)]
    able = [each for each in chosen if each.state in ("issued", "expired", "renewed")]
    if not able:
        text = _("None of those who are chosen has a badge of which there is a certificate.")
        if not chosen:
            text = _("Choose at least one learner, or all who are found.")
        return roster_page(visit, view, Notice(text=text, light="no"))
    return render_template(
        "teacher/roster/certificates.html",
        visit=visit,
        view=view,
        template=template,
        number=len(able),
        left_out=len(chosen) - len(able),
        files=_files(able),
        most=MOST,
    )


def _files(able: Sequence[Entry]) -> Sequence[str]:
    """The ids of the awards of each file, by name, as a field of a form names them."""
    by_name = sorted(able, key=lambda entry: (not entry.name, entry.name, entry.award_id))
    parts = [by_name[start : start + MOST] for start in range(0, len(by_name), MOST)]
    return [" ".join(str(each.award_id) for each in part) for part in parts]
