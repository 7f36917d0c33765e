"""Badges as files of the European Learning Model, sealed by the institution, or for the Europass Issuer to seal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from badges.credential import Learner
from badges.elm import EuropassAward, packed, upload_archive, upload_document
from badges.elm.checks import Problem, find_problems
from badges.template.model import stored_template
from lti_tool.errors import SealingError
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.signed_content import signed_content
from lti_tool.sealing import Seal
from lti_tool.store import events
from lti_tool.store.models import CredentialRow
from lti_tool.values import Json

#: The largest file the Europass Issuer takes.
MOST_BYTES = 15_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A ZIP for upload: the number of badges in it, and what the badges left out lack, which Europass would refuse.

    `lacking` has a pair of credential id and Lack for each thing that a badge lacks.
    """

    zip: bytes
    packed: int
    lacking: Sequence[tuple[str, Problem]]


def upload_of(issuers: Issuers, row: CredentialRow) -> bytes:
    """The file for one badge, as JSON, even where it lacks something."""
    return json.dumps(upload_document(_awarded(issuers, row)), ensure_ascii=False, indent=1).encode()


def batch_of(issuers: Issuers, rows: Iterable[CredentialRow]) -> Batch:
    """The batch of the badges that lack nothing; the others are reported in `lacking`."""
    complete: list[EuropassAward] = []
    lacking: list[tuple[str, Problem]] = []
    for row in rows:
        awarded = _awarded(issuers, row)
        found = find_problems(upload_document(awarded)["credential"])
        lacking += ((row.id, lack) for lack in found)
        if not found:
            complete.append(awarded)
    return Batch(zip=upload_archive(complete), packed=len(complete), lacking=lacking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsealed:
    """A badge that is to be sealed: the id of its credential, and the document.

    `identifier`: the eIDAS identifier of who may seal it, None where nobody may: the seal is that of the first issuer
    alone, whatever another one calls itself.
    """

    credential_id: str
    document: Json = field(repr=False)
    identifier: str | None
    is_suspended: bool


def unsealed(issuers: Issuers, row: CredentialRow) -> Unsealed:
    """The badge, read whole: no transaction is open while a device or a signer is waited for."""
    session = events.session_of(row)
    awarded = _awarded(issuers, row)
    is_first = row.issuer_id == issuers.first(session).id
    return Unsealed(
        credential_id=row.id,
        document=upload_document(awarded)["credential"],
        identifier=awarded.issuer.eidas_identifier if is_first else None,
        is_suspended=row.suspended_at is not None,
    )


def sealed(one: Unsealed, seal: Seal, now: datetime) -> bytes:
    """The file of a badge with the seal around it.

    Raises SealingError: `suspended`, `incomplete` where Europass would refuse it, `other_legal_person`, and as
    `Seal.seal_all` does.
    """
    if one.is_suspended:
        raise SealingError(
            "suspended", "the badge is suspended, which nobody could read from the sealed file"
        )
    if problems := find_problems(one.document):
        raise SealingError("incomplete", f"Europass would refuse the document: {problems[0]}")
    seal.check_identifier(one.identifier)
    (text,) = seal.seal_all([_as_text(one.document)], now)
    return text.encode()


def sealed_batch(badges: Iterable[Unsealed], seal: Seal, now: datetime) -> Batch:
    """The ZIP of all badges that lack nothing, each with the seal around it; the others are reported in `lacking`.

    Raises SealingError as `sealed` does: a batch is sealed as a whole, or not.
    """
    complete: list[Unsealed] = []
    lacking: list[tuple[str, Problem]] = []
    for one in badges:
        found = find_problems(one.document)
        lacking += ((one.credential_id, lack) for lack in found)
        if not found:
            seal.check_identifier(one.identifier)
            complete.append(one)
    texts = seal.seal_all([_as_text(one.document) for one in complete], now)
    files = ((one.document["id"], text) for one, text in zip(complete, texts, strict=True))
    return Batch(zip=packed(files), packed=len(complete), lacking=lacking)


def _as_text(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _awarded(issuers: Issuers, row: CredentialRow) -> EuropassAward:
    version, person = row.template_version, row.award.person
    issuer = issuers.that_signed(events.session_of(row), row)
    signed = signed_content(row.text)
    return EuropassAward(
        credential_id=issuer.addresses.credential(row.id),
        template=stored_template(version.body),
        template_url=issuer.addresses.achievement(version.template_id, version.version),
        issuer=issuer.profile,
        # The address is signed as a hash: it is given out where it is still the learner's.
        learner=Learner(name=signed.name, email=person.email if signed.has_email(person.email) else None),
        language=row.language,
        awarded_at=signed.awarded_at,
        now=signed.valid_from,
        score=signed.score,
        reached_levels=signed.reached_levels,
        assessed_at=signed.assessed_at,
        valid_until=signed.valid_until,
        parts=signed.parts,
        png=version.picture,
        prior_learning=signed.prior_learning,
    )
