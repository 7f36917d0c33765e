"""New credentials in the store, with what follows from them: deliveries, notices of their end, events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from lti_tool.issuing import gathering, hosts_to_bring, new_credential, notices
from lti_tool.issuing.bound_statuses import revoke_bound
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.issuing.status_lists import set_status
from lti_tool.store import Session, dead_jobs, events, queries
from lti_tool.store.models import CredentialRow, TextDictionary
from lti_tool.store.packing import pack, pack_both
from signing.multibase import from_base64url
from signing.proofs import EDDSA_RDFC_2022, ecdsa_sd_2023
from signing.secured import SecuredCredential

#: What became of a credential that was made: it is stored; it was not needed any more, because somebody else was faster
#: or has revoked the award meanwhile; or the issuer, one of its keys, or the levels of the award were changed in
#: that time: it has to be made anew.
Outcome = Literal["stored", "not_needed", "changed"]

#: How many credentials of an award may be bound to holders at a time. A learner has a few wallets, and each credential
#: takes a place in a status list for years.
MOST_BOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A secured credential that is not stored yet: its id, and one SecuredCredential for each proof, by its name.

    One of them is compact: a JWT, or for a holder the form that their wallet asked for.
    """

    id: str
    new: NewCredential
    secured: Mapping[str, SecuredCredential]

    @property
    def compact(self) -> str:
        """The credential as a JWT, or in a holder's form."""
        (compact,) = (one.text for one in self.secured.values() if not one.text.startswith("{"))
        return compact


def store(session: Session, issuers: Issuers, made: Sequence[Made], now: datetime) -> Mapping[int, Outcome]:
    """Stores the credentials, and says by the id of the award what became of each; of an erased learner's nothing.

    Those of an issuer that has another version or address now, or of whose keys one is retired, are not stored, nor
    those that state other levels of outcomes than the award has by now: nobody would replace them.
    """
    unchanged = {
        issuer.id: _is_unchanged(session, issuers, issuer, kids)
        for issuer, kids in {
            one.new.issuer.id: (one.new.issuer, [key.kid for key in one.new.keys.values()]) for one in made
        }.values()
    }
    # From here to the commit nobody else issues or revokes these awards; see `awards.revoke`.
    awards = queries.awards.lock_to_issue(session, [one.new.award_id for one in made])
    outcomes: dict[int, Outcome] = {}
    stored: list[Made] = []
    for one in made:
        award = awards.get(one.new.award_id)
        if award is None:  # its learner was erased
            continue
        if not unchanged[one.new.issuer.id]:
            outcomes[one.new.award_id] = "changed"
        elif award.status == "revoked" or award.credential_id != one.new.current:
            outcomes[one.new.award_id] = "not_needed"
        elif gathering.reached(award.outcome_levels) != one.new.reached_levels:
            outcomes[one.new.award_id] = "changed"
        else:
            outcomes[one.new.award_id] = "stored"
            stored.append(one)
    _store(session, stored, now)
    queries.awards.mark_issued(session, [one.new.award_id for one in stored])
    channels: dict[str, list[int]] = {}
    for one in stored:
        if awards[one.new.award_id].email:
            for channel in one.new.issuer.channels:
                channels.setdefault(channel, []).append(one.new.award_id)
    places = queries.awards.places(session, [one.new.award_id for one in stored])
    for award_id, place in places.items():
        for channel in issuers.open_at(place):
            channels.setdefault(channel, []).append(award_id)
    for channel, award_ids in channels.items():
        plan_deliveries(session, award_ids, channel, now)
    hosts_to_bring.bring_issued(session, [one.new.award_id for one in stored], now)
    return outcomes


def store_bound(session: Session, issuers: Issuers, made: Made, unbound_id: str, now: datetime) -> Outcome:
    """Stores a credential for a holder beside the award's own, which has the id `unbound_id`; what became of it.

    Raises as `gathering.valid_credential`.
    """
    new = made.new
    if not _is_unchanged(session, issuers, new.issuer, [key.kid for key in new.keys.values()]):
        return "changed"
    # From here to the commit nobody else binds, issues, revokes or suspends it.
    queries.awards.lock_to_issue(session, [new.award_id])
    is_other = gathering.valid_credential(session, new.award_id, now).id != unbound_id
    if is_other or queries.credentials.bound_in_use(session, new.award_id, new.holder or "", new.form):
        return "not_needed"
    if queries.credentials.count_bound_in_use(session, new.award_id) >= MOST_BOUND:
        return "not_needed"
    _store(session, [made], now)
    return "stored"


def plan_deliveries(session: Session, award_ids: Sequence[int], channel: str, now: datetime) -> None:
    """Schedules the delivery of the awards' badges by a channel, once more where one was delivered already."""
    # Whoever records at this moment that an earlier badge was sent does so before this, or sees the new badge.
    delivery_ids = queries.awards.pending_deliveries(session, award_ids, channel)
    payloads = [
        {"award_id": award_id, "delivery_id": delivery_id} for award_id, delivery_id in delivery_ids.items()
    ]
    dead_jobs.add_or_revive(session, "deliver", payloads, now)


def _is_unchanged(session: Session, issuers: Issuers, issuer: Issuer, kids: Sequence[str]) -> bool:
    """Whether the issuer is as it was read, and its keys may still sign. Until the end neither changes."""
    queries.issuers.keep_issuer(session, issuer.id)
    newest = issuers.of(session, issuer.id)
    is_same = (newest.version_id, newest.address_id) == (issuer.version_id, issuer.address_id)
    return is_same and newest.keyring.may_all_sign(session, kids)


def _store(session: Session, made: Sequence[Made], now: datetime) -> None:
    suspended = [(one, before) for one in made if one.new.current and (before := _end(session, one.new, now))]
    dictionaries = _dictionaries(session, made)
    queries.credentials.add(session, [_row(one, dictionaries[one.new.shared_name], now) for one in made])
    for one, before in suspended:
        # What is suspended stays so, whatever stands in it.
        row = session.get_one(CredentialRow, one.id)
        row.suspended_at, row.suspension_reason = before.suspended_at, before.suspension_reason
        session.flush()
        set_status(session, row, now)
    for one in made:
        new = one.new
        if new.valid_until is not None and new.holder is None:
            notices.plan_expiry(session, new.award_id, one.id, new.valid_until, now)
        data = {"award": new.award_id} | ({"replaces": new.replaces} if new.replaces else {})
        data |= {"form": new.form} if new.holder else {}
        events.record(
            session, "issued", "credential", one.id, now, why=new.why, data=data, issuer_id=new.issuer.id
        )


def _end(session: Session, new: NewCredential, now: datetime) -> CredentialRow | None:
    """Ends the credential that a new one replaces; the row of one that is suspended."""
    current = session.get_one(CredentialRow, new.current)
    current.replaced_at = current.revoked_at = now
    current.revoked_as = new.why
    set_status(session, current, now)
    # They say what the one that is replaced says.
    revoke_bound(session, current.award, new.why, None, now)
    session.flush()
    return current if current.suspended_at is not None else None


def _dictionaries(session: Session, made: Iterable[Made]) -> Mapping[str, TextDictionary]:
    """The dictionaries by which the credentials are packed, by their names."""
    of_name = {one.new.shared_name: one for one in made}
    return {
        name: queries.credentials.text_dictionary(session, name, partial(_shared_text, one))
        for name, one in of_name.items()
    }


def _shared_text(made: Made) -> str:
    """What the credentials of the same name have in common with this one, and the compact one's header, of nobody."""
    header, _, _ = made.compact.partition(".")
    return new_credential.shared_text(made.new) + from_base64url(header).decode()


def _row(made: Made, dictionary: TextDictionary, now: datetime) -> dict[str, Any]:
    """The columns of a new CredentialRow."""
    new = made.new
    text = made.secured[EDDSA_RDFC_2022.name].text
    base = made.secured.get(ecdsa_sd_2023.NAME)
    return {
        "id": made.id,
        "award_id": new.award_id,
        "template_version_id": new.template_version_id,
        "issuer_id": new.issuer.id,
        "issuer_profile_id": new.issuer.version_id,
        "dictionary_id": dictionary.id,
        "packed": pack_both(text, made.compact, dictionary.body),
        "packed_base_text": pack(base.text, dictionary.body) if base is not None else None,
        "language": new.language,
        "status_list_id": new.status_list_id,
        "status_index": new.status.index,
        "issued_at": now,
        "valid_until": new.valid_until,
        "why": new.why,
        "holder": new.holder,
        "form": new.form,
        "signed_with": [key.kid for key in new.keys.values()],
        "replaces_id": new.replaces,
    }
