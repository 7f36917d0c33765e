"""The mail that asks learners, months after they first opened a badge, what became of it: once, where that is due.

What is kept of it is one mark on the award, and all awards whose day has come get it: those who are mailed, and those
who are not because they have answered, refuse such mails or have proved no address. So the mark says nothing of who
has answered, and no event and no row says when a mail went. Its link is the address of the badge's own page, which is
the same for whoever finds the way there otherwise, and opens for its learner alone: it has no token, so what is
answered there has nothing of the mail with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from lti_tool.feedback.asking import OPEN_FOR, audience_of
from lti_tool.issuing.baking import name_of, picture_url
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import mail_language
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.people import addresses
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import Award, CredentialRow
from lti_tool.store.queries.feedback import Opened
from lti_tool.values import FeedbackMail, Json, Recipient

TASK = "mail_about_feedback"
#: Mails of one day at most, of issuers that ask after as many months: after a pause a mail server gets no more at once.
MOST_A_DAY = 5000


def plan(session: Session, issuers: Issuers, now: datetime) -> None:
    """Has those learners mailed who are asked from now on what became of a badge, at most MOST_A_DAY of them.

    Not those whose form is over already, as after months without a worker.
    """
    for later_after, issuer_ids in _by_time(issuers.all(session)).items():
        until = now - later_after
        found = queries.feedback.mark_mailed(
            session, issuer_ids, Opened(after=until - OPEN_FOR, until=until), MOST_A_DAY
        )
        outbox.add_all(session, TASK, [{"award_id": award_id} for award_id in found], now)


def _by_time(every: Sequence[Issuer]) -> Mapping[timedelta, Collection[str]]:
    """The ids of the issuers that ask learners later, by how much later."""
    found: dict[timedelta, list[str]] = {}
    for issuer in every:
        if issuer.feedback.later_after is not None:
            found.setdefault(issuer.feedback.later_after, []).append(issuer.id)
    return found


def mail_of(
    session: Session, issuers: Issuers, payload: Json, now: datetime
) -> tuple[Issuer, FeedbackMail, str] | None:
    """The mail of a job with its issuer and reference; None where the learner is not to be mailed, or there is none."""
    award = queries.awards.award(session, payload["award_id"])
    if award is None or award.credential is None or not _is_in_use(award, award.credential):
        return None
    issuer = issuers.of(session, award.issuer_id)
    if audience_of(award, issuer.feedback, now) != "later":
        return None
    address = _address_of(session, award.person_id, issuers, now)
    if address is None or queries.mails.has_refused(session, award.person_id, "feedback"):
        return None
    return issuer, _mail(issuer, award, award.credential, address), f"feedback-{award.id}"


def _is_in_use(award: Award, credential: CredentialRow) -> bool:
    """Whether the badge is the learner's now, and they have not put it away."""
    is_over = award.ended_at is not None or credential.revoked_at is not None
    return not is_over and credential.suspended_at is None and award.hidden_at is None


def _address_of(session: Session, person_id: int, issuers: Issuers, now: datetime) -> str | None:
    """The address that the learner has proved last, of those that open their badges now; None without one."""
    domains = issuers.reused_domains(session)
    proofs = queries.proved_addresses.of_person(session, person_id)
    return next(
        (
            row.address
            for row in reversed(proofs)
            if person_id in addresses.opened_by(session, row.address, now, domains).people
        ),
        None,
    )


def _mail(issuer: Issuer, award: Award, credential: CredentialRow, address: str) -> FeedbackMail:
    language = mail_language([award.person.language, credential.language])
    reminded = RemindedPerson(person_id=award.person_id, kind="feedback")
    return FeedbackMail(
        recipient=Recipient(name=award.person.name or "", email=address, language=language),
        issuer=letterhead(issuer, language),
        badge=name_of(credential),
        picture_url=picture_url(issuer.addresses, credential),
        url=f"{issuer.addresses.tool_url}/my/badges/{credential.id}?lang={language}#feedback",
        unsubscribe_url=issuer.reminders_url(reminded),
    )
