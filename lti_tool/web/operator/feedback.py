"""What learners and others have answered about a template, and links for those who are invited to answer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.feedback import invitations
from lti_tool.feedback.counts import STEP
from lti_tool.feedback.pools import About, results_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import AUDIENCE_WORDS, questions_for
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.translation import format_decimal

pages = Blueprint("operator_feedback", __name__)

_ROUTE = "/operator/issuers/<slug>/templates/<uuid:template_id>/feedback"


@pages.get(_ROUTE)
def show(slug: str, template_id: UUID) -> Response:
    """What each audience has answered, as far as it may be shown."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        return _page(session, visit, issuer, _newest(session, issuer, template_id))


@pages.post(f"{_ROUTE}/invite")
def invite(slug: str, template_id: UUID) -> Response:
    """Makes a link for one person outside, and shows it once; says so where too many are unused."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "write_templates")
        row = _newest(session, issuer, template_id)
        about = About(issuer_id=issuer.id, template_id=row.template_id, audience="peer")
        try:
            token = invitations.invite(session, about, tool.clock(), visit.actor)
        except NotAllowedError:
            return _page(session, visit, issuer, row)
        return _page(session, visit, issuer, row, f"{tool.tool_url}/feedback/{token}")


def _newest(session: Session, issuer: Issuer, template_id: UUID) -> TemplateVersion:
    """The newest version that was published, of a template of the issuer's. Raises NotFoundError."""
    row = queries.templates.newest_released(session, str(template_id))
    if row is None or row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has published no such template")
    return row


def _page(
    session: Session, visit: OperatorVisit, issuer: Issuer, row: TemplateVersion, link: str = ""
) -> Response:
    unused = queries.feedback.number_of_invitations(session, row.template_id, current_tool().clock())
    return operator_page(
        "operator/feedback.html",
        visit,
        issuer_now=issuer,
        row=row,
        template=stored_template(row.body),
        results=results_of(session, row.template_id),
        questions_for=questions_for,
        audience_words=AUDIENCE_WORDS,
        opened=queries.feedback.number_opened(session, row.template_id),
        format_decimal=format_decimal,
        step=STEP,
        link=link,
        may_invite=unused < invitations.MOST_OPEN,
        most_open=invitations.MOST_OPEN,
        days=invitations.VALID.days,
    )
