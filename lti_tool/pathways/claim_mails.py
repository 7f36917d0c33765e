"""Which mail a learner gets once their claim for a part is answered: one, by a job in the transaction of the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from badges.template.model import stored_template, text_in
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import read_tree
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import mail_language
from lti_tool.pathways.parts import parts_of
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import PathwayClaim
from lti_tool.values import ClaimMail, Recipient

TASK = "mail_claim"
#: Where learners see their pathways, below the address of the tool.
PAGE = "/my/pathways"


class Sends(Protocol):
    """The issuers, and the tool's own address; `lti_tool.wiring.Tool` has them."""

    @property
    def issuers(self) -> Issuers: ...

    @property
    def tool_url(self) -> str: ...


def schedule(session: Session, claim: PathwayClaim, now: datetime) -> None:
    """Has the learner mailed the answer."""
    outbox.add(session, TASK, {"claim_id": claim.id}, now)


def mail_of(session: Session, tool: Sends, claim_id: int) -> tuple[Issuer, ClaimMail, str] | None:
    """The mail with its issuer and reference.

    None where the claim or its badge is gone, was taken back meanwhile, or its person has no address.
    """
    claim = queries.pathway_claims.claim(session, claim_id)
    if claim is None or claim.settled_by is None or claim.status not in ("counted", "refused"):
        return None
    learner, version = claim.person, queries.pathways.active_version(session, claim.pathway)
    language = mail_language([learner.language])
    badge = _badge(session, claim, language)
    if not learner.email or learner.erased_at is not None or badge is None or version is None:
        return None
    issuer = tool.issuers.of(session, claim.pathway.issuer_id)
    part = _part(session, parts_of(read_tree(version.tree)).get(claim.part), language)
    mail = ClaimMail(
        recipient=Recipient(name=learner.name or "", email=learner.email, language=language),
        issuer=letterhead(issuer, language),
        counts=claim.status == "counted",
        badge=badge or part,
        part=part,
        whole=text_in(stored_template(version.template_version.body).name, language),
        reason=claim.reason,
        url=f"{tool.tool_url}{PAGE}?lang={language}",
    )
    return issuer, mail, f"claim-{claim.id}"


def _badge(session: Session, claim: PathwayClaim, language: str) -> str | None:
    """What the badge that was claimed is called, "" without a name; None where it is not there any more."""
    if claim.award is not None:
        return text_in(stored_template(claim.award.template_version.body).name, language)
    kept = queries.backpack.kept(session, claim.kept_badge_id or 0)
    return kept.name if kept is not None else None


def _part(session: Session, part: Options | None, language: str) -> str:
    """What the part is called today, else as it was when it was chosen; "" for one that is none any more."""
    if part is None:
        return ""
    newest = queries.templates.newest_published(session, part.badge or "")
    return text_in(stored_template(newest.body).name, language) if newest is not None else part.name
