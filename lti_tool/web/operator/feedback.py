"""What learners and others have answered about a template, and links for those who are invited to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.feedback import invitations
from lti_tool.feedback.pools import About
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import results_shown
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext

pages = Blueprint("operator_feedback", __name__)

_ROUTE = "/operator/issuers/<slug>/templates/<uuid:template_id>/feedback"
#: As long as any link that was made here.
_LONGEST_LINK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page says of what was just pressed: `links` that were made, what was `done`, or what was `wrong`."""

    links: Sequence[str] = ()
    done: str = ""
    wrong: str = ""


@pages.get(_ROUTE)
def show(slug: str, template_id: UUID) -> Response:
    """What each audience has answered, as far as it may be shown."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        return _page(session, visit, issuer, _newest(session, issuer, template_id), Said())


@pages.post(f"{_ROUTE}/invite")
def invite(slug: str, template_id: UUID) -> Response:
    """Makes links, each for one person outside, and shows them once; says so where that are too many."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "write_templates")
        row = _newest(session, issuer, template_id)
        try:
            tokens = invitations.invite(session, _about(row), row_id("number"), tool.clock(), visit.actor)
        except NotAllowedError:
            return _page(session, visit, issuer, row, Said(wrong=_too_many()))
        links = [f"{tool.tool_url}/feedback/{token}" for token in tokens]
        return _page(session, visit, issuer, row, Said(links=links))


@pages.post(f"{_ROUTE}/withdraw")
def withdraw(slug: str, template_id: UUID) -> Response:
    """Withdraws all unused links that end at a moment, or the one that was typed."""
    visit = current_operator()
    with current_tool().store.begin() as session:
        issuer = issuer_at(session, visit, slug, "write_templates")
        row = _newest(session, issuer, template_id)
        said = _withdraw_one(session, visit, row) if "link" in request.form else _end(session, visit, row)
        session.flush()
        return _page(session, visit, issuer, row, said)


def _end(session: Session, visit: OperatorVisit, row: TemplateVersion) -> Said:
    now, wanted = current_tool().clock(), request.form.get("ends", "")
    ends = [each for each in invitations.unused_links(session, row.template_id, now) if _code(each) == wanted]
    withdrawn = sum(invitations.withdraw(session, _about(row), each, now, visit.actor) for each in ends)
    return Said(done=ngettext("%(num)s link was withdrawn.", "%(num)s links were withdrawn.", withdrawn))


def _withdraw_one(session: Session, visit: OperatorVisit, row: TemplateVersion) -> Said:
    token = typed_line("link", _LONGEST_LINK).partition("?")[0].rpartition("/")[2]
    try:
        invitations.withdraw_one(session, _about(row), token, current_tool().clock(), visit.actor)
    except NotFoundError:
        return Said(wrong=_("This is no unused link about this badge. Copy the whole link, and try again."))
    return Said(done=_("The link was withdrawn. Whoever opens it reads that it asks nothing any more."))


def _too_many() -> str:
    return _(
        "Type how many links you need, from 1 to %(most)s. No more than %(open)s may be unused at a time.",
        most=invitations.MOST_AT_ONCE,
        open=invitations.MOST_OPEN,
    )


def _about(row: TemplateVersion) -> About:
    return About(issuer_id=row.issuer_id, template_id=row.template_id, audience="peer")


def _code(ends_at: datetime) -> str:
    return ends_at.isoformat()


def _newest(session: Session, issuer: Issuer, template_id: UUID) -> TemplateVersion:
    """The newest version that was published, of a template of the issuer's. Raises NotFoundError."""
    row = queries.templates.newest_released(session, str(template_id))
    if row is None or row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has published no such template")
    return row


def _page(
    session: Session, visit: OperatorVisit, issuer: Issuer, row: TemplateVersion, said: Said
) -> Response:
    unused = invitations.unused_links(session, row.template_id, current_tool().clock())
    return operator_page(
        "operator/feedback.html",
        visit,
        issuer_now=issuer,
        row=row,
        template=stored_template(row.body),
        said=said,
        unused=[(_code(ends_at), ends_at, number) for ends_at, number in unused.items()],
        may_invite=sum(unused.values()) < invitations.MOST_OPEN,
        most_open=invitations.MOST_OPEN,
        most_at_once=invitations.MOST_AT_ONCE,
        days=invitations.VALID.days,
        **results_shown(session, row.template_id),
    )
