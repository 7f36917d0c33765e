"""Is it this person? The holder of a badge says so to whoever they show it to, by a mail to the badge's address.

A visitor of the badge's page begins a check, and types nothing: the mail says only that somebody asks. Both see one
number, by which the holder knows that it is the person before them who asks. The visitor learns one thing: that
somebody who reads the mail answered yes. Without an address, after a refusal, over the limits and in silence the same
happens on the visitor's page: nothing. Checks are deleted after a day.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal

from lti_tool.errors import NotFoundError
from lti_tool.mails.tokens import MailTokens
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import IdentityCheck
from lti_tool.store.models.awards import JSON_FORM
from lti_tool.values import secret_hash

#: `never`: no, and do not ask me again about any badge.
Answer = Literal["yes", "no", "never"]
#: What the visitor sees: `silent` is everything but a yes, once the time is over.
Standing = Literal["waiting", "yes", "silent"]

#: How long the holder may answer.
OPEN = timedelta(minutes=20)
KEPT = timedelta(days=1)
#: Mails in a day about one badge, and to one address about all of its badges.
MOST_A_BADGE = 3
MOST_AN_ADDRESS = 6

#: So much of the hash of a check stands in the address that its mail returns to: 64 characters fit before an @.
REFERENCE_DIGITS = 16

_PURPOSE = "identity"


def begin(session: Session, credential_id: str, now: datetime) -> str:
    """The token of the visitor's page of a new check.

    Raises NotFoundError where there is no such badge in use, or it has no page.
    """
    row = queries.credentials.credential(session, credential_id)
    # An SD-JWT has no page, because its holder decides what to show of it.
    if row is None or row.revoked_at is not None or row.form != JSON_FORM:
        raise NotFoundError("there is no such badge with a page, or it is revoked")
    token = secrets.token_urlsafe(24)
    check = IdentityCheck(
        token_hash=secret_hash(token),
        credential_id=row.id,
        number=10 + secrets.randbelow(90),
        begun_at=now,
        ends_at=now + OPEN,
    )
    session.add(check)
    # Always, so that the answer to the visitor takes as long where nobody can be asked.
    outbox.add(session, "ask_holder", {"award_id": row.award_id, "check": check.token_hash}, now)
    return token


def visited(session: Session, token: str) -> IdentityCheck:
    """The check of a visitor's page. Raises NotFoundError."""
    return _found(queries.identity_checks.with_token(session, secret_hash(token)))


def standing(check: IdentityCheck, now: datetime) -> Standing:
    """What the visitor may know of it."""
    if check.said == "yes":
        return "yes"
    return "waiting" if now < check.ends_at else "silent"


def may_be_mailed(session: Session, check: IdentityCheck, now: datetime) -> bool:
    """Whether its holder is asked: they have an address, have refused nothing, and were not asked too often."""
    person = check.credential.award.person
    if now >= check.ends_at or not person.email or person.erased_at is not None:
        return False
    if queries.identity_checks.is_refused(session, person.id):
        return False
    since = now - KEPT
    of_badge = queries.identity_checks.number_mailed(session, check, since)
    of_address = queries.identity_checks.number_mailed_to(session, person.email, check, since)
    return of_badge < MOST_A_BADGE and of_address < MOST_AN_ADDRESS


def holder_token(tokens: MailTokens, check: IdentityCheck) -> str:
    """The token in the mail to the holder. It outlives the check, and is never that of another one."""
    return tokens.token(_PURPOSE, check.token_hash)


def mail_reference(check: IdentityCheck) -> str:
    """What identifies the mail to the holder: the same for another attempt."""
    return f"identity-{check.token_hash[:REFERENCE_DIGITS]}"


def asked(session: Session, tokens: MailTokens, token: str) -> IdentityCheck:
    """The check that a holder was mailed about. Raises NotFoundError."""
    return _found(queries.identity_checks.with_token(session, _hash_in(tokens, token)))


def answer(session: Session, tokens: MailTokens, token: str, said: Answer, now: datetime) -> IdentityCheck:
    """The check, locked, with what the holder says: the first answer counts, and none that comes too late.

    A refusal always does. Raises NotFoundError as `asked` does.
    """
    check = _found(queries.identity_checks.lock(session, _hash_in(tokens, token)))
    if said == "never":
        refuse(session, check, now)
    if not check.said and now < check.ends_at:
        check.said = "yes" if said == "yes" else "no"
    return check


def refuse(session: Session, check: IdentityCheck, now: datetime) -> bool:
    """The holder of the check's badge is not asked again about any badge; whether that is new."""
    person_id = check.credential.award.person_id
    is_new = queries.identity_checks.refuse(session, person_id, now)
    if is_new:
        by = events.person(person_id)
        events.record(session, "identity_checks_refused", "person", person_id, now, actor=by)
    return is_new


def allow_again(session: Session, person_id: int, now: datetime, by: Actor) -> bool:
    """Takes the person's refusal back, at their own wish; whether there was one."""
    had_one = queries.identity_checks.forget_refusal(session, person_id)
    if had_one:
        events.record(session, "identity_checks_allowed", "person", person_id, now, actor=by)
    return had_one


def _hash_in(tokens: MailTokens, token: str) -> str:
    token_hash = tokens.about(_PURPOSE, token)
    if token_hash is None:
        raise NotFoundError("no mail has this token")
    return token_hash


def _found(check: IdentityCheck | None) -> IdentityCheck:
    if check is None:
        raise NotFoundError("there is no such check any more")
    return check
