"""All that an issuer has of a person: taken away as a file, and erased for good. Both ask again who the operator is."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.errors import KeptByLawError, NotAllowedError
from lti_tool.issuing.issuer import Issuer
from lti_tool.privacy import issuer_share, known_names
from lti_tool.privacy.export import export_of_issuer
from lti_tool.publishing.exports import record_export
from lti_tool.store import Session
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.operator.people import PERSON, address_of
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_person_data", __name__)


@pages.post(f"{PERSON}/export")
def export(slug: str, person_id: int) -> Response:
    """The ZIP with what the issuer has of the person; that it was taken away is an event."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "export_people")
        check_fresh(visit, address_of(issuer, person_id))
        issuer_share.share_of(session, issuer.id, person_id)
        rate_limits.count_file(visit.token)
        now = tool.clock()
        record_export(session, "person", "person", person_id, now, visit.actor, issuer_id=issuer.id)
    answer = Response(export_of_issuer(tool, issuer.id, person_id, now), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{person_id}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.get(f"{PERSON}/erase")
def ask_erase(slug: str, person_id: int) -> Response:
    """What an erasure takes and what stays, or why it is refused, for an owner who has just shown who they are."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "erase_people")
        check_fresh(visit, _erase_address(issuer, person_id))
        return _ask_page(session, visit, issuer, person_id)


@pages.post(f"{PERSON}/erase")
def erase(slug: str, person_id: int) -> Response:
    """Erases what the issuer has of the person; badges are revoked first where the form asks for it."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "erase_people")
        check_fresh(visit, _erase_address(issuer, person_id))
        if _refusal(session, issuer, person_id) or request.form.get("sure") != "yes":
            return _ask_page(session, visit, issuer, person_id)
    revoked = 0
    if request.form.get("revoke") == "yes":
        revoked = issuer_share.revoke_all(tool, issuer.id, person_id, visit.actor)
    outcome = issuer_share.erase(tool, issuer.id, person_id, visit.actor)
    return operator_page(
        "operator/erased.html",
        visit,
        issuer_now=issuer,
        number=person_id,
        credentials=sum(each.credentials for each in outcome.erased),
        revoked=revoked,
        still_shown=outcome.still_shown,
    )


def _ask_page(session: Session, visit: OperatorVisit, issuer: Issuer, person_id: int) -> Response:
    share = issuer_share.share_of(session, issuer.id, person_id)
    return operator_page(
        "operator/erase.html",
        visit,
        issuer_now=issuer,
        person=known_names.named_person(session, issuer.id, person_id),
        share=share,
        awards=issuer_share.awards_of(session, issuer.id, person_id),
        refusal=_refusal(session, issuer, person_id),
    )


def _refusal(session: Session, issuer: Issuer, person_id: int) -> str:
    """Why the person is not erased now; empty where they can be. Raises NotFoundError for nobody of the issuer."""
    try:
        issuer_share.refuse_erasure(
            session, current_tool().issuers, issuer.id, person_id, current_tool().clock()
        )
    except KeptByLawError as error:
        return _("A law obliges the institution to keep a badge of this person: %(law)s.", law=error.law)
    except NotAllowedError:
        return _(
            "This person is staff of a course that goes on. First take the role from them on the learning platform, or "
            "end the course there."
        )
    return ""


def _erase_address(issuer: Issuer, person_id: int) -> str:
    return f"{address_of(issuer, person_id)}/erase"
