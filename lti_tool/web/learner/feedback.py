"""Three questions to a learner about a badge of theirs, which they may skip: inside a platform, and outside.

What they have answered is in no address, no session and no event.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.feedback.pools import close_form
from lti_tool.feedback.questions import Answer, read_answer
from lti_tool.store import Session
from lti_tool.store.models import Award
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import audience_now, questions_for
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.learner.learner_visits import check_own_page, demand_visit
from lti_tool.web.learner.sharing import own_award
from lti_tool.web.learner.signed_in import own_award_of
from lti_tool.web.page_issuer import issuer_of, set_page_issuer
from lti_tool.web.visits import Visit, current_visit

pages = Blueprint("feedback", __name__)


@pages.post("/lti/app/badges/<uuid:badge_id>/feedback")
def answer(badge_id: UUID) -> Response:
    """Takes the answer, or that there is none. Raises NotFoundError for a badge of somebody else."""
    visit = current_visit()
    with current_tool().store.begin() as session:
        return _answered(session, own_award(session, visit, badge_id), visit)


@pages.post("/my/badges/<uuid:badge_id>/feedback")
def answer_signed_in(badge_id: UUID) -> Response:
    """The same for whoever is signed in with a proved address."""
    check_own_page()
    with current_tool().store.begin() as session:
        award = own_award_of(session, demand_visit(session), badge_id)
        set_page_issuer(issuer_of(session, award.issuer_id))
        return _answered(session, award, None)


def _answered(session: Session, award: Award, visit: Visit | None) -> Response:
    """The page that thanks; where a question was left out, the form again with what was chosen.

    Where nothing is asked any more, as when a form is sent twice, it says so.
    """
    tool = current_tool()
    policy, audience = issuer_of(session, award.issuer_id).feedback, audience_now(session, award)
    is_skipped = request.form.get("skip") == "yes"
    given: Answer | None = None if is_skipped or audience is None else read_answer(audience, request.form)
    is_taken = is_skipped or given is not None
    if is_taken:
        close_form(session, award, given, policy, tool.clock(), tool.stored_secrets_key)
    send_own_origin()
    page = render_template(
        "learner/feedback.html",
        visit=visit,
        award=award,
        template=stored_template(award.template_version.body),
        is_closed=audience is None,
        is_taken=is_taken,
        is_skipped=is_skipped,
        feedback_questions=questions_for(audience) if audience else (),
    )
    return private_page(page)
