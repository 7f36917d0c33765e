"""What an organisation says, signed by its own key and kept byte for byte; shown by those it is about; withdrawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from badges.credential import StatusEntry
from badges.endorsement import Endorser, build_endorsement
from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.issuing.issuers import Issuers
from lti_tool.operators.accounts import actor_of
from lti_tool.organisations import keys, status_lists
from lti_tool.organisations.organisations import check_may_sign, locked_organisation
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import EndorsementRow, OrganisationRow
from lti_tool.values import Json
from signing.proofs import PROOFS

COMMENT_LENGTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsed:
    """What is endorsed: `kind` and rows as `EndorsementRow` has them, and its id in credentials (`subject`).

    `in_languages`: the ids of the same in further languages, which end in the language.
    """

    kind: str
    issuer_id: str
    subject: str
    in_languages: tuple[str, ...] = ()
    template_version_id: int | None = None
    award_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an organisation says: the sentence that is signed, what the document is called, what was typed."""

    name: str
    comment: str
    answer: Json = field(default_factory=dict)


def sign(
    session: Session,
    issuers: Issuers,
    organisation_id: str,
    operator_id: int,
    endorsed: Endorsed,
    said: Said,
    now: datetime,
) -> EndorsementRow:
    """What the organisation says, signed as JSON and as a JWT by its own keys.

    Raises NotFoundError where the account does not sign for it; OrganisationError `closed`, `not_proved`,
    `nothing_said`, or `answered_already` where it says something else of the same thing, `answered_by_domain` where
    another organisation of its domain does; SigningError.
    """
    row = locked_organisation(session, organisation_id)
    if queries.organisations.membership(session, row.id, operator_id) is None:
        raise NotFoundError("the account signs for no such organisation")
    check_may_sign(row, now)
    if not said.comment.strip():
        raise OrganisationError("nothing_said", "an endorsement without words says nothing")
    _check_says_one_thing(session, row, endorsed)
    made = _secured(session, issuers, row, endorsed, said, now)
    made.signed_by_id = operator_id
    session.add(made)
    session.flush()
    data = {"organisation": row.id, "kind": endorsed.kind}
    _record(session, "endorsement_signed", made, now, actor_of(operator_id), data)
    return made


def _check_says_one_thing(session: Session, row: OrganisationRow, endorsed: Endorsed) -> None:
    said = queries.organisations.running_of(session, row, endorsed.subject, endorsed.award_id)
    if said is None:
        return
    code = "answered_already" if said.organisation_id == row.id else "answered_by_domain"
    raise OrganisationError(code, "what was said before has to be withdrawn first")


def _secured(
    session: Session, issuers: Issuers, row: OrganisationRow, endorsed: Endorsed, said: Said, now: datetime
) -> EndorsementRow:
    now = now.replace(microsecond=0)
    endorsement_id, place = str(uuid4()), status_lists.take_place(session, row)
    status = StatusEntry(list_url=status_lists.list_address(row, place.list_id), index=place.index)
    own = address(row, endorsement_id)

    def about(subject: str, own_address: str) -> Json:
        return build_endorsement(
            endorsement_id=own_address,
            name=said.name,
            endorser=endorser(row),
            subject_id=subject,
            comment=said.comment,
            status=status,
            now=now,
        )

    def secured(credential: Json, proof: str) -> str:
        key = keys.signing_key(session, issuers, row, proof, now)
        return PROOFS[proof].secure(credential, key, now).text

    credential = about(endorsed.subject, own)
    return EndorsementRow(
        id=endorsement_id,
        organisation=row,
        issuer_id=endorsed.issuer_id,
        kind=endorsed.kind,
        template_version_id=endorsed.template_version_id,
        award_id=endorsed.award_id,
        subject=endorsed.subject,
        answer=said.answer,
        text=secured(credential, keys.JSON_PROOF),
        jwt=secured(credential, keys.jwt_proof(issuers)),
        in_languages={
            # One place in the list for all of them: they are withdrawn together.
            each: secured(about(each, f"{own}/{each.rpartition('/')[2]}"), keys.JSON_PROOF)
            for each in endorsed.in_languages
        },
        status_list_id=place.list_id,
        status_index=place.index,
        signed_at=now,
    )


def endorser(row: OrganisationRow) -> Endorser:
    """The organisation as its credentials name it: by the domain that it has shown to control, or as it was invited."""
    return Endorser(id=row.did, name=row.shown_name, url=f"https://{row.domain}" if row.domain else None)


def address(row: OrganisationRow, endorsement_id: str) -> str:
    """Where an endorsement of the organisation is served, which is its id."""
    return f"{row.tool_url}/endorsements/{endorsement_id}"


def withdraw(session: Session, row: EndorsementRow, now: datetime, by: Actor) -> None:
    """Withdraws it: it is revoked in the organisation's own list, and no longer shown. One that is stays so."""
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now
    status_lists.set_withdrawn(session, row.status_list_id, row.status_index)
    noted = {"endorsement": row.id, "list": row.status_list_id, "index": row.status_index}
    journal.note(session, "endorsement_revoked", noted, now)
    _record(session, "endorsement_withdrawn", row, now, by)


def show(session: Session, row: EndorsementRow, now: datetime, by: Actor) -> None:
    """Lets everybody see it. Raises OrganisationError `withdrawn` for one that was, or whose key was."""
    if row.withdrawn_at is not None or row.key_withdrawn_at is not None:
        raise OrganisationError("withdrawn", "what was withdrawn is not shown")
    if row.shown_at is None:
        row.shown_at = now
        _record(session, "endorsement_shown", row, now, by)


def hide(session: Session, row: EndorsementRow, now: datetime, by: Actor) -> None:
    """Takes that back."""
    if row.shown_at is not None:
        row.shown_at = None
        journal.note(session, "endorsement_hidden", {"endorsement": row.id}, now)
        _record(session, "endorsement_hidden", row, now, by)


def _record(
    session: Session, what: str, row: EndorsementRow, now: datetime, by: Actor, data: Json | None = None
) -> None:
    # An answer to a badge is the learner's: its issuer does not even learn that there is one.
    of = None if row.kind == "badge" else row.issuer_id
    events.record(session, what, "endorsement", row.id, now, actor=by, data=data, issuer_id=of)
