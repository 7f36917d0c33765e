"""Answers to a badge by an organisation that was shown it: accepted as credits, exempts from something, not accepted.

They come by a share link, of which the learner decides whether it takes any. The learner alone sees an answer until
they publish it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.issuing.issuers import Issuers
from lti_tool.organisations import answer_mails, endorsements
from lti_tool.organisations.endorsements import Endorsed, Said
from lti_tool.people import share_links
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, CredentialRow, EndorsementRow, ShareLink

#: So many answers come by one link.
MOST_ANSWERS = 5
OF_LENGTH = 200
BECAUSE_LENGTH = 500

Kind = Literal["accepted", "exempts", "refused"]
KINDS: tuple[Kind, ...] = ("accepted", "exempts", "refused")
#: In what an acceptance is counted: ECTS credits, credit points of a country, hours; a module is accepted whole.
Unit = Literal["ects", "national", "hours", "module"]
UNITS: tuple[Unit, ...] = ("ects", "national", "hours", "module")
#: The most of each that is accepted at once: a bachelor's degree, in ECTS and in the finest national points (360 of the
#: United Kingdom, and some more), and the hours of its ECTS.
MOST: Mapping[Unit, Decimal] = {"ects": Decimal(240), "national": Decimal(480), "hours": Decimal(7200)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was decided. `credits` in a `unit`, where it is accepted; `of`: of what, or from what; `because`: why not.

    Of a whole module there are no `credits`.
    """

    kind: Kind
    unit: Unit = "ects"
    credits: Decimal | None = None
    of: str = ""
    because: str = ""

    def as_json(self) -> dict[str, str]:
        """The answer as it is stored."""
        given = {"credits": str(self.credits) if self.credits is not None else ""}
        given |= {"of": self.of, "because": self.because}
        given |= {"unit": self.unit} if self.kind == "accepted" else {}
        return {"kind": self.kind} | {name: text for name, text in given.items() if text}


def credits_of(typed: str, unit: Unit = "ects") -> Decimal | None:
    """The number of a unit that somebody typed, with a point or a comma; None for what is none from 0.1 to its MOST."""
    text = typed.strip().replace(",", ".")
    if not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit() or len(text) > 6:
        return None
    number = Decimal(text).quantize(Decimal("0.1")).normalize()
    is_possible = 0 < number <= MOST.get(unit, 0) and number == Decimal(text)
    return Decimal(f"{number:f}") if is_possible else None


def find_badge(session: Session, token: str, now: datetime) -> tuple[ShareLink, CredentialRow]:
    """The share link with that token, and the valid badge that it shows.

    Raises LinkEndedError as `share_links.find_link`; OrganisationError `takes_no_answers` for a link that takes none,
    `badge_not_valid`. One without the learner's name never takes any: an answer names the badge, and the badge's
    address the learner.
    """
    link = share_links.find_link(session, token, now)
    if not link.takes_answers or not link.with_name:
        raise OrganisationError("takes_no_answers", "the learner wants no answers by this link")
    return link, valid_badge(link.award, now)


def valid_badge(award: Award, now: datetime) -> CredentialRow:
    """The badge of the award. Raises OrganisationError `badge_not_valid` where there is none that is valid now."""
    row = award.credential
    if row is None or row.revoked_at is not None or row.suspended_at is not None or row.has_expired(now):
        raise OrganisationError("badge_not_valid", "the badge is revoked, suspended or expired")
    return row


def sign_answer(
    session: Session,
    issuers: Issuers,
    token: str,
    organisation_id: str,
    operator_id: int,
    said: Said,
    now: datetime,
) -> EndorsementRow:
    """The answer of the organisation to the badge that the link shows, signed by it; the learner is told.

    Raises as `find_badge` and `endorsements.sign`; OrganisationError `too_many` once MOST_ANSWERS came by the link.
    """
    # Whoever ends or closes the link, or answers at the same moment, has the award locked too.
    queries.awards.lock_award(session, share_links.find_link(session, token, now).award)
    session.expire_all()
    link, row = find_badge(session, token, now)
    if link.answers >= MOST_ANSWERS:
        raise OrganisationError("too_many", f"{link.answers} answers came by this link already")
    link.answers += 1
    address = issuers.at(session, row.status_list.address).addresses.credential(row.id)
    endorsed = Endorsed(kind="badge", issuer_id=row.issuer_id, subject=address, award_id=row.award_id)
    made = endorsements.sign(session, issuers, organisation_id, operator_id, endorsed, said, now)
    answer_mails.plan(session, made, now)
    return made


def answer_to(session: Session, award: Award, endorsement_id: str) -> EndorsementRow:
    """An answer to the badge of the award. Raises NotFoundError for any other endorsement."""
    row = queries.organisations.endorsement(session, endorsement_id)
    if row is None or row.award_id != award.id:
        raise NotFoundError("this badge has no such answer")
    return row


def shown_answers(session: Session, award_id: int) -> list[EndorsementRow]:
    """The answers that the learner has published, newest first; those that were withdrawn since are said to be that."""
    return [each for each in queries.organisations.of_award(session, award_id) if each.shown_at is not None]
