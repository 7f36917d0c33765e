"""Everybody in a course about one of its badges, each with what is so about them now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from lti_tool.awarding import confirmations, decisions, looks
from lti_tool.awarding.decisions import Undecided
from lti_tool.awarding.questions import question_in
from lti_tool.observations import role_now
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, RuleVersion, TemplateVersion
from lti_tool.store.queries.hand_awards import Asked
from lti_tool.store.queries.roster import Named, Standing
from lti_tool.web.page_issuer import page_issuer

#: How it stands with somebody. `in_question`: one answer about several settles it, too; `by_hand`: an award by hand
#: waits for a second person; `held_up`: the award waits for
#: something; `not_made`: its badge could not be made; `elsewhere`: awarded in another course, or by another link.
State = Literal[
    "to_confirm",
    "in_question",
    "by_hand",
    "held_up",
    "not_made",
    "preparing",
    "issued",
    "renewed",
    "suspended",
    "expired",
    "revoked",
    "not_yet",
    "elsewhere",
]
#: What the list can be limited to. Somebody may be in several.
Group = Literal[
    "everybody",
    "eligible",
    "waits",
    "trouble",
    "have",
    "claimed",
    "expiring",
    "not_yet",
    "ended",
    "elsewhere",
]

#: Badges that end within so long are about to expire.
SOON = timedelta(days=90)


class Entry(NamedTuple):
    """Somebody in the list, with at most one award. As Standing no dataclass.

    Whose award was renewed is there once, with the valid one; `earlier` are the ids of those before it, newest first.
    Where the further one is revoked they are there twice: the file of the earlier one may be valid still.

    `undecided` is what the rule comes to for them, where they have no award of it, or one that can be renewed now.
    `hand_award` is what waits for a second person. `earned_at` is None without an award. `is_renamed` and
    `has_failed` as in Standing. `to_review`: the award is that of somebody who was seen as staff, and whom nobody has
    confirmed since.
    """

    person_id: int
    name: str
    email: str
    state: State
    groups: frozenset[Group]
    award_id: int | None = None
    earned_at: datetime | None = None
    undecided: Undecided | None = None
    hand_award: Asked | None = None
    is_renamed: bool = False
    has_failed: bool = False
    to_review: bool = False
    earlier: Sequence[int] = ()

    @property
    def was_staff(self) -> bool:
        """Whether the undecided person was seen as staff of the course, and nobody has confirmed them yet."""
        leaves = self.undecided.decision.trace.leaves() if self.undecided is not None else ()
        return any(part.code == "seen_as_staff" for part in leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """The entries, in no particular order, about the badge of `template`.

    Without `is_awarding` only those with an award: nobody else is decided.
    """

    entries: Sequence[Entry]
    is_awarding: bool
    template: TemplateVersion


def everybody(session: Session, rule: AwardRule, now: datetime) -> Everybody:
    """Everybody about the rule's badge, as it stands with them now."""
    version = decisions.version_that_awards(session, rule)
    enrolled = _enrolled(session, rule, version, now)
    standings = queries.roster.standings_of_rule(session, rule)
    template = (version or queries.rules.shown_version(session, rule)).template_version
    # Most courses have nobody to whom these are about, and then nothing is read.
    was_staff = any(each.was_staff and each.status != "revoked" for each in standings)
    reviewed = {each.award.id for each in confirmations.awards_to_review(session, rule)} if was_staff else ()
    own = {each.award_id for each in standings}
    # Whose award can be renewed is one entry, with both, unless a teacher is asked about the renewal.
    renewing = {
        each.renews: each
        for each in enrolled.values()
        if each.renews is not None and each.renews in own and not each.is_question
    }
    earlier = _renewed(standings)
    hidden = set(earlier.values())
    awarded = [
        _awarded(each, now, renewing.get(each.award_id), reviewed, _chain(each.award_id, earlier))
        for each in standings
        if each.award_id not in hidden
    ]
    together = {each.person_id for each in renewing.values()}
    apart = {person_id: each for person_id, each in enrolled.items() if person_id not in together}
    elsewhere = _awarded_elsewhere(session, rule, template, enrolled)
    by_hand = queries.hand_awards.asked(session, rule.id)
    others = [
        _without_award(each, apart.get(each.person_id), by_hand.get(each.person_id), rule)
        for each in queries.roster.named(session, {*apart, *elsewhere})
    ]
    return Everybody(entries=[*awarded, *others], is_awarding=version is not None, template=template)


def _renewed(standings: Sequence[Standing]) -> Mapping[int, int]:
    """By the id of an award that is not revoked, that of the one that it renews, where both are in the list."""
    own = {each.award_id for each in standings}
    return {
        each.award_id: each.renews_id
        for each in standings
        if each.renews_id is not None and each.renews_id in own and each.status != "revoked"
    }


def _chain(award_id: int, earlier: Mapping[int, int]) -> Sequence[int]:
    """The awards before this one, each renewed by the next."""
    found: list[int] = []
    while award_id in earlier:
        award_id = earlier[award_id]
        found.append(award_id)
    return tuple(found)


def _enrolled(
    session: Session, rule: AwardRule, version: RuleVersion | None, now: datetime
) -> Mapping[int, Undecided]:
    """The learners without the badge, by person id."""
    if version is None:
        return {}
    undecided = decisions.undecided_in_course(session, rule, version, page_issuer().policy, now)
    return {each.person_id: each for each in undecided if each.is_learner}


def _awarded_elsewhere(
    session: Session, rule: AwardRule, template: TemplateVersion, undecided: Collection[int]
) -> Collection[int]:
    """The ids of the learners enrolled in the course whom another rule awarded the badge and who cannot renew it."""
    found = set(queries.course_page.people_awarded_elsewhere(session, rule, template)) - set(undecided)
    if not found:
        return ()
    observations = queries.observations.of_people(session, rule.course_id, found)
    return [person_id for person_id in found if role_now(observations.get(person_id, ())) == "learner"]


def _awarded(
    standing: Standing,
    now: datetime,
    renewing: Undecided | None,
    reviewed: Collection[int],
    earlier: Sequence[int],
) -> Entry:
    state = _state_of(standing, now)
    to_review = standing.award_id in reviewed
    has_trouble = state != "revoked" and (standing.status == "waiting" or standing.has_failed)
    ends_soon = state == "issued" and standing.valid_until is not None and standing.valid_until <= now + SOON
    also: tuple[tuple[Group, bool], ...] = (
        ("trouble", has_trouble),
        ("expiring", ends_soon),
        ("waits", to_review),
        ("claimed", standing.is_claimed and "have" in _GROUPS[state]),
    )
    return Entry(
        person_id=standing.person_id,
        name=standing.name or "",
        email=standing.email or "",
        state=state,
        groups=_groups(state, also),
        award_id=standing.award_id,
        earned_at=standing.earned_at,
        undecided=renewing,
        is_renamed=standing.is_renamed and state in ("issued", "suspended"),
        has_failed=standing.has_failed,
        to_review=to_review,
        earlier=earlier,
    )


def _without_award(
    person: Named, undecided: Undecided | None, hand_award: Asked | None, rule: AwardRule
) -> Entry:
    if undecided is None:
        state: State = "elsewhere"
    elif hand_award is not None:
        state = "by_hand"
    elif not undecided.is_question:
        state = "not_yet"
    else:
        # What the lists of a deleted link leave open nobody can tell any more: its learners are confirmed one by one.
        is_shared = bool(question_in(undecided.decision)) and not looks.is_gone(rule.link)
        state = "in_question" if is_shared else "to_confirm"
    return Entry(
        person_id=person.person_id,
        name=person.name or "",
        email=person.email or "",
        state=state,
        groups=_groups(state, ()),
        undecided=undecided,
        hand_award=hand_award if state == "by_hand" else None,
    )


def _state_of(standing: Standing, now: datetime) -> State:
    if standing.status == "revoked":
        return "revoked"
    if standing.status == "waiting":
        return "held_up"
    if standing.status != "issued":
        return "not_made" if standing.has_failed else "preparing"
    if standing.suspended_at is not None:
        return "suspended"
    if standing.valid_until is not None and standing.valid_until <= now:
        return "expired"
    return "renewed" if standing.why_ended == "renewed" else "issued"


_GROUPS: Mapping[State, Sequence[Group]] = {
    "to_confirm": ("eligible", "waits"),
    "in_question": ("eligible", "waits"),
    "by_hand": ("eligible", "waits"),
    "held_up": ("eligible",),
    "not_made": ("eligible",),
    "preparing": ("eligible", "have"),
    "issued": ("eligible", "have"),
    "renewed": ("ended",),
    "suspended": ("ended",),
    "expired": ("ended",),
    "revoked": ("ended",),
    "not_yet": ("eligible", "not_yet"),
    "elsewhere": ("elsewhere",),
}


@lru_cache(maxsize=200)
def _groups(state: State, also: tuple[tuple[Group, bool], ...]) -> frozenset[Group]:
    """Of few kinds: thousands of entries share what is made once."""
    return frozenset({"everybody", *_GROUPS[state], *(group for group, is_in in also if is_in)})
