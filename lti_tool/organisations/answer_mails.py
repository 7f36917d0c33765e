"""Learners are mailed that an organisation has answered about their badge, unless they want no such mails."""

from __future__ import annotations

from datetime import datetime

from lti_tool.issuing.baking import name_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import mail_language
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import Award, EndorsementRow
from lti_tool.values import AnswerMail, Json, Recipient

TASK = "mail_answer"


def plan(session: Session, row: EndorsementRow, now: datetime) -> None:
    """Has the learner of the badge told that there is an answer."""
    outbox.add(session, TASK, {"award_id": row.award_id, "endorsement_id": row.id}, now)


def mail_of(session: Session, issuers: Issuers, payload: Json) -> tuple[Issuer, AnswerMail, str] | None:
    """The mail with the issuer of the badge and its reference; None where there is nothing to tell, or nobody.

    An answer that was withdrawn meanwhile is not told, nor one that the learner has seen, as they show it already.
    """
    row = queries.organisations.endorsement(session, payload["endorsement_id"])
    award = session.get(Award, payload["award_id"])
    if row is None or award is None or award.credential is None or row.award_id != award.id:
        return None
    is_news = row.withdrawn_at is None and row.key_withdrawn_at is None and row.shown_at is None
    learner, credential = award.person, award.credential
    if not is_news or not learner.email or learner.erased_at is not None:
        return None
    if queries.mails.has_refused(session, learner.id, "answers"):
        return None
    issuer = issuers.of(session, award.issuer_id)
    language = mail_language([learner.language, credential.language])
    mail = AnswerMail(
        recipient=Recipient(name=learner.name or "", email=learner.email, language=language),
        issuer=letterhead(issuer, language),
        badge=name_of(credential),
        organisation=row.organisation.name,
        domain=row.organisation.domain,
        url=f"{issuer.addresses.tool_url}/my/badges/{credential.id}?lang={language}",
        unsubscribe_url=issuer.reminders_url(RemindedPerson(person_id=learner.id, kind="answers")),
    )
    return issuer, mail, f"answer-{award.id}-{row.id[:8]}"
