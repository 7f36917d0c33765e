"""What a funder of learning gets: a line for each badge with its funding code, which names nobody and opens nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from badges.template.model import Template, stored_template, text_in
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, queries


@dataclass(frozen=True, slots=True, kw_only=True)
class FundedCompletion:
    """A badge that was awarded. `fingerprint`: the SHA-256 of its id, which is the last part of its address.

    The address itself would open the page of the badge, which names its learner. Ids are random, so that nobody finds
    one by its fingerprint; whoever is shown the badge can compute it.
    """

    fingerprint: str
    title: str
    awarded_on: date
    is_revoked: bool


def funding_codes(session: Session, issuer: Issuer) -> Sequence[str]:
    """The funding codes that templates of the issuer have, in the order of their letters."""
    return sorted({template.funding_code or "" for template in _templates(session, issuer).values()} - {""})


def completions_of(session: Session, issuer: Issuer, code: str, language: str) -> Sequence[FundedCompletion]:
    """The badges of that funding code, oldest first. Raises NotFoundError where no template of the issuer has it."""
    funded = {
        version_id: template
        for version_id, template in _templates(session, issuer).items()
        if template.funding_code and template.funding_code == code
    }
    if not funded:
        raise NotFoundError("no template of the issuer has this funding code")
    return [
        FundedCompletion(
            fingerprint=sha256(row.credential_id.encode()).hexdigest(),
            title=text_in(funded[row.template_version_id].name, language),
            awarded_on=issuer.profile.day_of(row.earned_at),
            is_revoked=bool(row.is_revoked),
        )
        for row in queries.statistics.completions(session, issuer.id, list(funded))
    ]


def _templates(session: Session, issuer: Issuer) -> Mapping[int, Template]:
    return {
        version_id: stored_template(body)
        for version_id, body in queries.statistics.bodies_of_issuer(session, issuer.id)
    }
