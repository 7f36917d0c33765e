"""The page that asks before something is done to several people, and what is read of its answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from flask import render_template, request

from badges.template.fields import Texts
from lti_tool.awarding.confirmations import check_may_confirm
from lti_tool.bulk_acts.kinds import WITH_REASON, Kind
from lti_tool.bulk_acts.work import Asked
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.store import Session
from lti_tool.store.queries.roster import Named
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.roster import act_words
from lti_tool.web.teacher.roster.view import View
from lti_tool.web.visits import Visit

#: How many are named.
NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is shown before an act is done to `people`; `fields` name them to `action`, the address that does it."""

    kind: Kind
    badge: Texts
    people: Sequence[Named]
    action: str
    fields: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    reason_missing: bool = False


def asking_page(visit: Visit, view: View, asking: Asking) -> str:
    """The page that asks."""
    by_name = sorted(asking.people, key=lambda each: (not each.name, (each.name or "").casefold()))
    return render_template(
        "teacher/roster/bulk.html",
        visit=visit,
        view=view,
        asking=asking,
        named=by_name[:NAMED],
        words=act_words,
        once=secrets.token_urlsafe(12),
        is_second_needed=asking.kind == "award" and page_issuer().policy.two_award_by_hand,
    )


def asked_act(visit: Visit, kind: Kind, reason: str) -> Asked:
    """What the form of such a page asks for. Raises NotFoundError where it is not of a page of ours."""
    once = request.form.get("once", "")
    if not 8 <= len(once) <= 40:
        raise NotFoundError("no page of this tool has asked for this")
    return Asked(
        kind=kind,
        reason=reason if kind in WITH_REASON else "",
        once=sha256(f"{visit.token} {once}".encode()).hexdigest(),
        by=visit.actor,
    )


def check_allowed(session: Session, visit: Visit, kind: Kind) -> None:
    """Raises NotAllowedError where the reader may not do such an act to anybody in the course."""
    if kind in ("confirm", "award", "approve", "decline", "again"):
        if visit.person_id is None or visit.course_id is None:
            raise NotAllowedError("the platform does not say who you are, so you cannot decide this")
        check_may_confirm(session, visit.course_id, visit.person_id, page_issuer().policy)
