"""How far a learner is: the pathways of which they have a part, part by part, and what they could claim for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.awarding.held_badges import badges_asked_for
from lti_tool.backpack.owners import owner_of
from lti_tool.conditions.decide import decide
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import Node, read_tree
from lti_tool.observations import Facts
from lti_tool.pathways import claims, observing
from lti_tool.pathways.deciding import leaves_of
from lti_tool.pathways.observing import GENUINE
from lti_tool.pathways.parts import sets_of
from lti_tool.pathways.standing import Claimable, PartProgress, Progress, SetProgress, Standing
from lti_tool.people.addresses import addresses_of
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, Pathway, PathwayClaim, RuleVersion
from lti_tool.store.queries.pathways import HeldPart


@dataclass(frozen=True, slots=True, kw_only=True)
class _Has:
    """What the people of a visit have, who are one learner."""

    people: Sequence[int]
    held: Mapping[tuple[int, str], HeldPart]
    claims: Sequence[PathwayClaim]
    keeps: Sequence[Claimable]


def progress_of(session: Session, people: Sequence[int], now: datetime) -> Sequence[Progress]:
    """The pathways of which these people, who are one learner, have a part or claim one; newest first."""
    published = queries.pathways.published(session)
    if not people or not published:
        return []
    asked = {version.id: badges_asked_for(read_tree(version.tree)) for _, version in published}
    has = _what_they_have(session, people, frozenset().union(*asked.values()))
    found = [
        _progress(session, row, version, has, now)
        for row, version in published
        if _is_begun(row, asked[version.id], has)
    ]
    return list(reversed(found))


def progress_in(session: Session, row: Pathway, people: Sequence[int], now: datetime) -> Progress | None:
    """The published pathway as it stands for these people, who are one learner, also where they have nothing of it.

    None where it is not published.
    """
    version = queries.pathways.active_version(session, row)
    if row.status != "published" or version is None or not people:
        return None
    has = _what_they_have(session, people, badges_asked_for(read_tree(version.tree)))
    return _progress(session, row, version, has, now)


def _what_they_have(session: Session, people: Sequence[int], badges: Collection[str]) -> _Has:
    return _Has(
        people=people,
        held=queries.pathways.held_parts(session, badges, people),
        claims=queries.pathway_claims.claims_by(session, people),
        keeps=_kept(session, people),
    )


def _is_begun(row: Pathway, badges: Collection[str], has: _Has) -> bool:
    return any(badge in badges for _, badge in has.held) or any(
        each.pathway_id == row.id for each in has.claims
    )


def _kept(session: Session, people: Sequence[int]) -> Sequence[Claimable]:
    """The kept badges that are genuine and name nobody else."""
    addresses = addresses_of(session, people)
    return [
        Claimable(what=f"kept-{each.id}", name=each.name)
        for each in queries.backpack.kept_badges(session, people)
        if each.verdict in GENUINE and claims.names(each, addresses) != "somebody_else"
    ]


def whole_goes_to(session: Session, row: Pathway, people: Sequence[int]) -> int:
    """Who of these people is or would be awarded the whole: who has it, claims a part, or has one of the issuer.

    Else whoever reads the mail of the address today.
    """
    version = queries.pathways.active_version(session, row)
    badges = badges_asked_for(read_tree(version.tree)) if version is not None else frozenset()
    own = queries.templates.templates_of_issuer(session, badges, row.issuer_id)
    rule_id = row.rule_id or 0
    awarded = {
        each.person_id for each in queries.awards.awards_of_people(session, people) if each.rule_id == rule_id
    }
    claiming = {
        each.person_id
        for each in queries.pathway_claims.claims_by(session, people)
        if each.pathway_id == row.id
    }
    holding = {person_id for person_id, _ in queries.pathways.held_parts(session, own, people)}
    for found in (awarded, claiming, holding):
        if found:
            return max(found, key=list(people).index)
    return owner_of(people)


def _progress(session: Session, row: Pathway, version: RuleVersion, has: _Has, now: datetime) -> Progress:
    person_id = whole_goes_to(session, row, has.people)
    tree = read_tree(version.tree)
    leaves = _leaves(session, row, tree, person_id, now)
    last = {each.part: each for each in queries.pathway_claims.claims_of(session, row.id, [person_id])}
    sets = [
        SetProgress(
            needed=each.needed,
            parts=[_part(part, leaves, last.get(part.part or ""), has) for part in each.parts],
        )
        for each in sets_of(tree)
    ]
    award = queries.awards.newest_award(session, version.template_version, person_id)
    return Progress(
        row=row,
        version=version,
        person_id=person_id,
        award=award,
        standing=_standing(award, now),
        sets=sets,
    )


def _standing(award: Award | None, now: datetime) -> Standing:
    if award is None:
        return "open"
    if award.status == "revoked":
        return "revoked"
    if award.credential is not None and award.credential.has_expired(now):
        return "expired"
    is_suspended = award.credential is not None and award.credential.suspended_at is not None
    return "suspended" if is_suspended else "awarded"


def _leaves(
    session: Session, row: Pathway, tree: Node, person_id: int, now: datetime
) -> Mapping[str, Mapping[str, Any]]:
    """By the id of each part, what it comes to now; nothing is stored for it."""
    stored = queries.observations.outside_courses(session, row.issuer_id, [person_id]).get(person_id, ())
    new = observing.changes(session, row, tree, [person_id], now)
    facts = Facts(person=person_id, resource="", own=(*stored, *new), now=now)
    trace = decide(tree, facts).trace.as_json()
    return {each["values"]["part"]: each for each in leaves_of(trace)}


def _part(
    part: Options,
    leaves: Mapping[str, Mapping[str, Any]],
    claim: PathwayClaim | None,
    has: _Has,
) -> PartProgress:
    leaf = leaves[part.part or ""]
    is_open = leaf["state"] != "met" and (claim is None or claim.status not in ("asked", "counted"))
    owns = [
        Claimable(what=f"award-{held.award_id}", name=part.name)
        for (_, badge), held in has.held.items()
        if badge == part.badge and leaf["code"] in ("not_held", "no_longer")
    ]
    return PartProgress(
        part=part,
        leaf=leaf,
        claim=claim if claim is not None and claim.status != "withdrawn" else None,
        owns=owns if is_open else (),
        keeps=has.keeps if is_open else (),
    )
