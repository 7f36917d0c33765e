"""Links by which peers and other providers answer, each once. A link names nobody, and goes as it is used."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import cast

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.feedback.pools import About, add_answer
from lti_tool.feedback.questions import Answer, Audience
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import FeedbackInvitation
from lti_tool.values import secret_hash
from signing.encryption import KeyEncryptionKey

VALID = timedelta(days=30)
#: Links about one template that can be used at a time.
MOST_OPEN = 100


def invite(session: Session, about: About, now: datetime, by: Actor) -> str:
    """The token of a new link. Raises NotAllowedError where too many are unused."""
    queries.feedback.delete_expired(session, now)
    if queries.feedback.number_of_invitations(session, about.template_id, now) >= MOST_OPEN:
        raise NotAllowedError("there are as many unused links about this template as there may be")
    token = secrets.token_urlsafe(24)
    session.add(
        FeedbackInvitation(
            token_hash=secret_hash(token),
            issuer_id=about.issuer_id,
            template_id=about.template_id,
            audience=about.audience,
            expires_at=now + VALID,
        )
    )
    events.record(
        session,
        "feedback_invited",
        "template",
        about.template_id,
        now,
        actor=by,
        issuer_id=about.issuer_id,
    )
    return token


def opened(session: Session, token: str, now: datetime) -> About:
    """What the link asks about. Raises NotFoundError where it was used, has expired, or never was."""
    return _about(queries.feedback.invitation(session, secret_hash(token)), now)


def answer(session: Session, token: str, given: Answer, now: datetime, key: KeyEncryptionKey) -> None:
    """Takes the answer, and with it the link. Raises NotFoundError as `opened` does, and DecryptionError."""
    row = queries.feedback.lock_invitation(session, secret_hash(token))
    about = _about(row, now)
    queries.feedback.delete_invitation(session, secret_hash(token))
    add_answer(session, about, given, key)


def _about(row: FeedbackInvitation | None, now: datetime) -> About:
    if row is None or row.expires_at <= now:
        raise NotFoundError("the link was used, has expired, or never was one")
    return About(
        issuer_id=row.issuer_id, template_id=row.template_id, audience=cast("Audience", row.audience)
    )
