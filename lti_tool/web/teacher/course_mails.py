"""The page where somebody who teaches a course says which e-mails about it they want, and how often."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from lti_tool.errors import NotAllowedError
from lti_tool.mails.teacher_choices import FREQUENCIES, KINDS, Frequency, Kind, MailChoice
from lti_tool.people import teacher_mails
from lti_tool.store import queries
from lti_tool.store.models import Person
from lti_tool.web.current import current_tool
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("course_mails", __name__)

#: The choices in words, and what each means.
_FREQUENCIES: Mapping[Frequency, tuple[Sentence, Sentence]] = {
    "at_once": (_l("At once"), _l("At most one e-mail in half an hour.")),
    "daily": (
        _l("Once a day"),
        _l("One e-mail about all your courses, on days when there is something new."),
    ),
    "none": (_l("None"), _l("You see everything on the page “Badges of this course”.")),
}
_KINDS: Mapping[Kind, tuple[Sentence, Sentence]] = {
    "to_confirm": (
        _l("Learners wait for my confirmation"),
        _l("They get no badge until somebody confirms them."),
    ),
    "questions": (
        _l("Nozimite asks whether all have completed"),
        _l("Nothing is awarded until somebody answers."),
    ),
    "changes": (_l("A grade changed after the award"), _l("No badge is revoked automatically.")),
    "names": (_l("A learner states their name"), _l("Only where your learning platform gives none.")),
    "corrections": (_l("A learner asks for a correction"), ""),
    "undelivered": (
        _l("A badge could not be made, or has not reached its learner"),
        _l("You can have it tried again."),
    ),
    "unread": (
        _l("Nozimite cannot read the course for more than a day"),
        _l("Nothing is awarded meanwhile."),
    ),
    "expiring": (
        _l("The quality assurance that a badge states ends within 60 days"),
        _l("Learners who complete later need a new version of the badge."),
    ),
}


@pages.post("/lti/app/course/mails")
def course_mails() -> str:
    """The choice. Raises NotAllowedError outside of a course, and where the platform does not say who it is."""
    visit = current_teacher_visit()
    course_id, person_id = _whose(visit)
    with current_tool().store.read() as session:
        return render_template(
            "teacher/course_mails.html",
            visit=visit,
            choice=queries.mails.choice_of(session, person_id, course_id),
            refused_all=teacher_mails.has_refused_all(session, person_id),
            address=session.get_one(Person, person_id).email,
            frequencies=_FREQUENCIES,
            kinds=_KINDS,
        )


@pages.post("/lti/app/course/mails/save")
def save() -> str:
    """Saves the choice. Raises NotAllowedError as `course_mails` does."""
    visit = current_teacher_visit()
    course_id, person_id = _whose(visit)
    frequency = next((each for each in FREQUENCIES if each == request.form.get("frequency")), None)
    if frequency is None:
        text = _("Choose how often you want the e-mails. Nothing was saved.")
        return course_page(visit, Notice(text=text, light="no"))
    wanted = request.form.getlist("kind")
    choice = MailChoice(
        frequency=frequency,
        left_out=frozenset(kind for kind in KINDS if kind not in wanted),
    )
    tool = current_tool()
    with tool.store.begin() as session:
        teacher_mails.choose(session, person_id, course_id, choice, tool.clock())
    return course_page(visit, Notice(text=_("Saved. These e-mails come as you have chosen.")))


def _whose(visit: Visit) -> tuple[int, int]:
    """The ids of the course and of the person who chooses."""
    if visit.course_id is None or visit.person_id is None:
        raise NotAllowedError("this page is for somebody who is known in a course")
    return visit.course_id, visit.person_id
