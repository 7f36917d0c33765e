"""Awarding a learner by hand: the form with reason and evidence, and the answers of a second person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import IO
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request

from badges.readable import readable
from badges.template.model import stored_template
from lti_tool.awarding import by_hand
from lti_tool.errors import AwardStateError, NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, HandAward, Person
from lti_tool.values import Evidence, origin_of
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.outcome_levels import NEW_VERSION, check_version, typed_levels
from lti_tool.web.teacher.roster.page import page_after
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("hand_awards", __name__)

#: The largest file whose hash is calculated; what is read of it is kept nowhere.
MAX_FILE_BYTES = 5 * 1024 * 1024
#: Room for all else in the form.
FORM_BYTES = 100_000
MAX_REASON_LENGTH = 500
MAX_TEXT_LENGTH = 2000
MAX_NAME_LENGTH = 200
MAX_URL_LENGTH = 1000

#: Why nobody was awarded, by the code of the error.
_REFUSED: Mapping[str, Sentence] = {
    "held": _l("%(name)s has this badge already. Nothing was changed."),
    "had": _l(
        "The badge of %(name)s was revoked. Award it again in the list of all learners; nothing was changed."
    ),
    "no_learner": _l("%(name)s is no learner of this course now. Nothing was changed."),
    "passed": _l("The last day of this badge has passed, so it is not awarded any more."),
    "stands_still": _l("This badge is paused, or waits for you to settle a change. Settle that first."),
    "waits_already": _l("%(name)s waits for a second person already. Nothing was changed."),
    "changed_since": _l(
        "The badge was changed since the levels for %(name)s were chosen. Decline this, and award it by hand anew."
    ),
    "new_version": NEW_VERSION,
    "settled": _l("Somebody else has settled this a moment ago. Nothing was changed."),
}


@pages.post("/lti/app/rules/<int:rule_id>/hand")
def award(rule_id: int) -> str:
    """Asks for reason and evidence first; awards where the form has them.

    Raises NotFoundError where nothing is known of the learner in the course.
    """
    # Before the form is read, in which the session stands.
    request.max_content_length = MAX_FILE_BYTES + FORM_BYTES
    visit = current_teacher_visit()
    tool = current_tool()
    person_id = row_id("person")
    reason = typed_line("reason", MAX_REASON_LENGTH)
    evidence, wrong = _evidence()
    if not reason:
        wrong = {"reason": _("Enter a reason first. The learner will see it."), **wrong}
    if request.form.get("confirmed") != "yes" or wrong:
        with tool.store.read() as session:
            return _form_page(session, visit, rule_id, person_id, wrong)
    policy = page_issuer().policy

    def act(session: Session) -> Award | HandAward:
        rule = rule_of(session, visit, rule_id)
        _learner(session, visit, person_id)
        version = queries.rules.shown_version(session, rule).template_version
        check_version(version)
        levels = typed_levels(stored_template(version.body))
        return by_hand.award_by_hand(
            session, rule, person_id, reason, evidence, visit.person_id, policy, tool.clock(), levels
        )

    asked = _l("A second person has to approve the award to %(name)s. It waits on the page of the course.")
    done = _l("%(name)s is awarded the badge.")
    return _act(visit, person_id, act, asked if policy.two_award_by_hand else done)


@pages.post("/lti/app/hand/<int:hand_award_id>/approve")
def approve(hand_award_id: int) -> str:
    """Awards what another teacher wants to award. Raises NotFoundError where the course has no such thing."""
    return _settle(hand_award_id, by_hand.approve, _l("%(name)s is awarded the badge."))


@pages.post("/lti/app/hand/<int:hand_award_id>/decline")
def decline(hand_award_id: int) -> str:
    """Leaves it; raises NotFoundError where the course has no such thing."""
    return _settle(hand_award_id, by_hand.decline, _l("%(name)s is not awarded the badge."))


def _settle(hand_award_id: int, settle: Callable[..., object], done: Sentence) -> str:
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.read() as session:
        person_id = _waiting(session, visit, hand_award_id).person_id

    def act(session: Session) -> object:
        waiting = _waiting(session, visit, hand_award_id)
        return settle(session, waiting, visit.person_id, page_issuer().policy, tool.clock())

    return _act(visit, person_id, act, done)


def _waiting(session: Session, visit: Visit, hand_award_id: int) -> HandAward:
    row = queries.hand_awards.hand_award(session, hand_award_id)
    if row is None or row.rule.course_id != visit.course_id:
        raise NotFoundError("this course has no such award by hand")
    return row


def _act(visit: Visit, person_id: int, act: Callable[[Session], object], done: Sentence) -> str:
    """The page from which it was done, with what was done, or why nothing was."""
    name = ""
    try:
        with current_tool().store.begin() as session:
            person = queries.people.people(session, [person_id]).get(person_id)
            name = (person.name if person is not None else None) or _("the learner")
            act(session)
    except AwardStateError as error:
        return page_after(visit, Notice(text=str(_REFUSED[error.code]) % {"name": name}, light="no"))
    return page_after(visit, Notice(text=str(done) % {"name": name}))


def _form_page(session: Session, visit: Visit, rule_id: int, person_id: int, wrong: Mapping[str, str]) -> str:
    rule = rule_of(session, visit, rule_id)
    version = queries.rules.shown_version(session, rule).template_version
    return render_template(
        "teacher/hand.html",
        visit=visit,
        rule=rule,
        learner=_learner(session, visit, person_id),
        template=stored_template(version.body),
        version=version,
        is_second_needed=page_issuer().policy.two_award_by_hand,
        typed=request.form,
        wrong=wrong if request.form.get("confirmed") == "yes" else {},
    )


def _learner(session: Session, visit: Visit, person_id: int) -> Person:
    """Somebody of whom something was observed in the course; raises NotFoundError for anybody else."""
    course_id = visit.course_id
    observed = (
        queries.observations.of_people(session, course_id, [person_id]) if course_id is not None else {}
    )
    own = observed.get(person_id)
    person = queries.people.people(session, [person_id]).get(person_id)
    if not own or person is None or person.erased_at is not None:
        raise NotFoundError("this course has no such learner")
    return person


def _evidence() -> tuple[Sequence[Evidence], Mapping[str, str]]:
    """The evidence that was given, and what is wrong with it, by field."""
    wrong = {}
    url = request.form.get("url", "").strip()
    if url and (len(url) > MAX_URL_LENGTH or not _is_web_address(url)):
        wrong["url"] = _("Enter a web address that begins with https://.")
    sha256 = "".join(request.form.get("sha256", "").split()).lower()
    if sha256 and not re.fullmatch("[0-9a-f]{64}", sha256):
        wrong["sha256"] = _("A SHA-256 hash has 64 digits from 0 to 9 and letters from a to f.")
    file = request.files.get("file")
    if file is not None and file.filename:
        with file.stream as content:
            calculated = _sha256_of(content)
        if sha256 and sha256 != calculated and "sha256" not in wrong:
            wrong["sha256"] = _("The file has another hash than the one that was entered.")
        sha256 = calculated
    given = Evidence(
        name=typed_line("name", MAX_NAME_LENGTH),
        text=readable(request.form.get("text", "")).strip()[:MAX_TEXT_LENGTH],
        url=url,
        sha256=sha256,
    )
    is_any = given.text or given.url or given.sha256
    if given.name and not is_any:
        wrong["text"] = _("Say what the evidence shows, or give its address or a file.")
    return ([given] if is_any else []), wrong


def _sha256_of(file: IO[bytes]) -> str:
    """The hash of what is read from the file, a part at a time."""
    digest = hashlib.sha256()
    while part := file.read(1_000_000):
        digest.update(part)
    return digest.hexdigest()


def _is_web_address(url: str) -> bool:
    return urlsplit(url).scheme == "https" and bool(origin_of(url)) and not re.search(r"[\s<>\"\\^`{|}]", url)
