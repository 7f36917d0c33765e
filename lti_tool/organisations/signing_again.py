"""What an organisation said with a key that was withdrawn, signed once more with one of today."""

from __future__ import annotations

import json
from datetime import datetime

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuers import Issuers
from lti_tool.operators.accounts import actor_of
from lti_tool.organisations import endorsements
from lti_tool.organisations.answers import valid_badge
from lti_tool.organisations.endorsements import Endorsed, Said
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, EndorsementRow


def sign_again(
    session: Session, issuers: Issuers, endorsement_id: str, operator_id: int, now: datetime
) -> EndorsementRow:
    """The same words about the same, in place of what a withdrawn key signed, which is withdrawn too.

    It is shown where that was: whoever shows it has decided about these words. Raises as `endorsements.sign`;
    NotFoundError for what no withdrawn key signed, OrganisationError `badge_not_valid`.
    """
    row = _to_sign_again(session, endorsement_id)
    if row.award_id is not None:
        # In the order of `answers.sign_answer`: the award first.
        award = session.get_one(Award, row.award_id)
        queries.awards.lock_award(session, award)
        valid_badge(award, now)
    queries.organisations.lock_organisation(session, row.organisation_id)
    session.expire(row)
    # Whoever pressed twice has signed it already.
    row = _to_sign_again(session, endorsement_id)
    shown_at, row.shown_at = row.shown_at, None
    endorsements.withdraw(session, row, now, actor_of(operator_id))
    session.flush()
    made = endorsements.sign(
        session, issuers, row.organisation_id, operator_id, _endorsed(row), _said(row), now
    )
    made.shown_at = shown_at
    return made


def _to_sign_again(session: Session, endorsement_id: str) -> EndorsementRow:
    row = queries.organisations.endorsement(session, endorsement_id)
    if row is None or row.key_withdrawn_at is None or row.withdrawn_at is not None:
        raise NotFoundError("there is nothing of that id to be signed again")
    return row


def _endorsed(row: EndorsementRow) -> Endorsed:
    return Endorsed(
        kind=row.kind,
        issuer_id=row.issuer_id,
        subject=row.subject,
        in_languages=tuple(row.in_languages),
        template_version_id=row.template_version_id,
        award_id=row.award_id,
    )


def _said(row: EndorsementRow) -> Said:
    document = json.loads(row.text)
    comment = document["credentialSubject"]["endorsementComment"]
    return Said(name=document["name"], comment=comment, answer=row.answer)
