"""Badges as files of the European Learning Model, for upload to the Europass Issuer, which seals them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from badges.credential import Learner
from badges.elm import EuropassAward, upload_archive, upload_document
from badges.elm.checks import Problem, find_problems
from badges.template.model import stored_template
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.signed_content import signed_content
from lti_tool.store import events
from lti_tool.store.models import CredentialRow

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
        assessed_at=signed.assessed_at,
        valid_until=signed.valid_until,
        png=version.picture,
    )
