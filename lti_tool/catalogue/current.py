"""CurrentOffers: what is in the catalogue at this moment, as this process has read it.

A published version never changes, so an offer is made of it once for each version of its issuer's profile. Which there
are is asked of the database each time: what is retired or taken out is gone at once, in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from threading import Lock

from badges.errors import TemplateError
from badges.issuer import IssuerProfile
from badges.template.model import read_template
from lti_tool.catalogue.offers import Offer, missing_guidance, offer_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.review_dates.standing import due_by
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.store.queries.catalogue import Listed

#: Bodies that are read at once.
_PART = 500
#: What an offer is made of: what is listed, and by which version of its issuer's profile, at which of its addresses.
_Key = tuple[Listed, int, int]


class CurrentOffers:
    """The offers of all issuers, shared by the threads of a process.

    New ones are made by one thread at a time: the others would only make the same.
    """

    def __init__(self) -> None:
        self._made: Mapping[_Key, Offer | None] = {}
        self._making = Lock()

    def read(self, session: Session, issuers: Sequence[Issuer], now: datetime) -> Sequence[Offer]:
        """The offers of those of the issuers who may issue, in no order.

        One that lacks what the catalogue asks for, of which nobody can be awarded a badge any more, or that an overdue
        review stops, is none.
        """
        able = {issuer.id: issuer for issuer in issuers if issuer.confirmed_at is not None}
        wanted = [
            (each, able[each.issuer_id].version_id, able[each.issuer_id].address_id)
            for each in queries.catalogue.listed(session)
            if each.issuer_id in able
        ]
        known = self._made
        made = known if known.keys() >= set(wanted) else self._with(session, wanted, able)
        today = {issuer.id: issuer.profile.day_of(now) for issuer in able.values()}
        current = [
            offer
            for key in wanted
            if (offer := made.get(key)) is not None
            and (offer.last_day is None or offer.last_day >= today[offer.issuer_id])
        ]
        stopped = _stopped(session, current, able, today)
        return [offer for offer in current if offer.template_id not in stopped]

    def _with(
        self, session: Session, wanted: Sequence[_Key], issuers: Mapping[str, Issuer]
    ) -> Mapping[_Key, Offer | None]:
        with self._making:
            new = [key for key in wanted if key not in self._made]
            # What is not listed any more is forgotten.
            kept = {key: self._made[key] for key in wanted if key in self._made}
            self._made = made = {**kept, **dict(_made(session, new, issuers))}
            return made


def _stopped(
    session: Session, offers: Sequence[Offer], issuers: Mapping[str, Issuer], today: Mapping[str, date]
) -> Set[str]:
    """The templates with which nobody is to begin, as their review is overdue; what was reviewed is asked each time."""
    asked = [offer for offer in offers if issuers[offer.issuer_id].profile.reviews.overdue_stops]
    known = queries.reviews.known_dates(session, [offer.template_id for offer in asked]) if asked else {}
    dues = {
        offer.template_id: due_by(
            offer.review, known[offer.template_id], offer.published_at, issuers[offer.issuer_id].profile
        )
        for offer in asked
        if offer.template_id in known
    }
    days = {offer.template_id: today[offer.issuer_id] for offer in asked}
    return {each for each, due in dues.items() if due is not None and due < days[each]}


def _made(
    session: Session, keys: Sequence[_Key], issuers: Mapping[str, Issuer]
) -> Iterator[tuple[_Key, Offer | None]]:
    for start in range(0, len(keys), _PART):
        part = {key[0].version_id: key for key in keys[start : start + _PART]}
        for row in queries.catalogue.versions_without_pictures(session, list(part)):
            yield part[row.id], _offer(row, issuers[row.issuer_id].profile, part[row.id][0].listed_at)
            # The row is of no use any more, and there may be thousands.
            session.expunge(row)


def _offer(row: TemplateVersion, issuer: IssuerProfile, listed_at: datetime) -> Offer | None:
    """The offer that the version is; None for one that lacks something, or that a vocabulary of today does not know."""
    try:
        template = read_template(row.body)
    except TemplateError:
        # One that cannot be read must not take all others with it.
        return None
    is_complete = not missing_guidance(template, issuer, None)
    return offer_of(row, template, issuer, listed_at) if is_complete else None
