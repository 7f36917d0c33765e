"""Links by which peers and other providers answer, each once. A link names nobody, and goes as it is used.

All links of one day end at the same moment. So the list of those that are open tells how many were used, and not which:
who has answered could else be seen there by whoever has sent the links out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from lti_tool.errors import FeedbackLinkOverError, NotAllowedError, NotFoundError
from lti_tool.feedback.pools import About, add_answer
from lti_tool.feedback.questions import Answer, Audience
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import FeedbackInvitation
from lti_tool.values import secret_hash
from signing.encryption import KeyEncryptionKey

#: A link works for so many days, and until the end of the last one.
VALID = timedelta(days=30)
#: Links about one template that can be used at a time, and that are made at once.
MOST_OPEN = 100
MOST_AT_ONCE = 20


def invite(session: Session, about: About, number: int, now: datetime, by: Actor) -> Sequence[str]:
    """The tokens of so many new links, each for one person.

    Raises NotAllowedError for none, for more than MOST_AT_ONCE, and where more than MOST_OPEN would be unused.
    """
    queries.feedback.delete_expired(session, now)
    unused = queries.feedback.number_of_invitations(session, about.template_id, now)
    if not 1 <= number <= MOST_AT_ONCE or unused + number > MOST_OPEN:
        raise NotAllowedError("so many links about this template cannot be made")
    tokens = [secrets.token_urlsafe(24) for _ in range(number)]
    session.add_all(_row(about, token, now) for token in tokens)
    _record(session, "feedback_invited", about, number, now, by)
    return tokens


def _row(about: About, token: str, now: datetime) -> FeedbackInvitation:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return FeedbackInvitation(
        token_hash=secret_hash(token),
        issuer_id=about.issuer_id,
        template_id=about.template_id,
        audience=about.audience,
        expires_at=day + VALID + timedelta(days=1),
    )


def unused_links(session: Session, template_id: str, now: datetime) -> Mapping[datetime, int]:
    """How many links about a template can still be used, by when they end."""
    return queries.feedback.unused_by_end(session, template_id, now)


def withdraw(session: Session, about: About, ends_at: datetime, now: datetime, by: Actor) -> int:
    """How many unused links that end at that moment were withdrawn now: nobody answers by them any more."""
    number = queries.feedback.delete_ending(session, about.template_id, ends_at)
    if number:
        _record(session, "feedback_withdrawn", about, number, now, by)
    return number


def withdraw_one(session: Session, about: About, token: str, now: datetime, by: Actor) -> None:
    """Withdraws the link with that token. Raises NotFoundError where it is none about this template, or was used."""
    row = queries.feedback.lock_invitation(session, secret_hash(token))
    if row is None or row.template_id != about.template_id:
        raise NotFoundError("there is no such link about this template")
    queries.feedback.delete_invitation(session, secret_hash(token))
    _record(session, "feedback_withdrawn", about, 1, now, by)


def opened(session: Session, token: str, now: datetime) -> About:
    """What the link asks about. Raises FeedbackLinkOverError where it was used or withdrawn, has ended, or is none."""
    return _about(queries.feedback.invitation(session, secret_hash(token)), now)


def answer(session: Session, token: str, given: Answer, now: datetime, key: KeyEncryptionKey) -> None:
    """Takes the answer, and with it the link. Raises FeedbackLinkOverError as `opened` does, and DecryptionError."""
    row = queries.feedback.lock_invitation(session, secret_hash(token))
    about = _about(row, now)
    queries.feedback.delete_invitation(session, secret_hash(token))
    add_answer(session, about, given, key)


def _about(row: FeedbackInvitation | None, now: datetime) -> About:
    if row is None or row.expires_at <= now:
        raise FeedbackLinkOverError("the link was used or withdrawn, has ended, or never was one")
    return About(
        issuer_id=row.issuer_id, template_id=row.template_id, audience=cast("Audience", row.audience)
    )


def _record(session: Session, what: str, about: About, number: int, now: datetime, by: Actor) -> None:
    data = {"number": number}
    events.record(
        session, what, "template", about.template_id, now, actor=by, issuer_id=about.issuer_id, data=data
    )
