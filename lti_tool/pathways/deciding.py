"""The award of a whole: what is known of somebody's parts is noted, decided, and kept with the award as its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from badges.template.model import stored_template
from lti_tool.awarding import issuer_rules
from lti_tool.conditions import pathway_part
from lti_tool.conditions.tree import read_tree
from lti_tool.observations import Policy
from lti_tool.pathways import observing
from lti_tool.pathways.parts import parts_of
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, Pathway, PathwayClaim, TemplateVersion
from lti_tool.values import BadgePart


def decide(
    session: Session, row: Pathway, people: Sequence[int], policy: Policy, now: datetime
) -> Sequence[Award]:
    """The new awards of the whole among these people; nothing where the pathway is not published."""
    rule, version = row.rule, queries.pathways.active_version(session, row)
    if row.status != "published" or rule is None or version is None or not people:
        return []
    # Two at once are decided one after the other: the second sees what the first has noted and awarded.
    queries.rules.lock_rule(session, rule)
    tree = read_tree(version.tree)
    queries.observations.add(session, observing.changes(session, row, tree, people, now))
    new = issuer_rules.decide(session, rule, people, policy, now)
    for award in new:
        award.parts = [each.as_json() for each in _parts(session, row, award)]
    return new


def _parts(session: Session, row: Pathway, award: Award) -> Iterator[BadgePart]:
    """The badges by which the parts were met, in the order of the pathway."""
    version = queries.pathways.active_version(session, row)
    parts = parts_of(read_tree(version.tree)) if version is not None else {}
    met = {each["values"]["part"]: each["code"] for each in leaves_of(award.trace) if each["state"] == "met"}
    badges = [part.badge for key, part in parts.items() if met.get(key) == "held" and part.badge is not None]
    held = queries.pathways.held_parts(session, badges, [award.person_id])
    claims = {
        each.part: each
        for each in queries.pathway_claims.claims_of(session, row.id, [award.person_id])
        if each.status == "counted"
    }
    for key, part in parts.items():
        if met.get(key) == "held" and (award.person_id, part.badge or "") in held:
            found = held[award.person_id, part.badge or ""]
            yield _own(session, found.credential_id, found.template_version_id)
        elif met.get(key) == "other_counts" and key in claims:
            yield from _claimed(session, claims[key])


def _claimed(session: Session, claim: PathwayClaim) -> Iterator[BadgePart]:
    if claim.award is not None:
        theirs = (claim.award.person_id, claim.award.template_id)
        held = queries.pathways.held_parts(session, [theirs[1]], [theirs[0]])
        if theirs in held:
            yield _own(session, held[theirs].credential_id, held[theirs].template_version_id)
        return
    kept_id = claim.kept_badge_id or 0
    kept = queries.pathway_claims.kept_with_text(session, [kept_id]).get(kept_id)
    if kept is not None:
        yield BadgePart(id=observing.part_id(kept), name={"und": kept.name})


def _own(session: Session, credential_id: str, template_version_id: int) -> BadgePart:
    version = session.get_one(TemplateVersion, template_version_id)
    return BadgePart(credential=credential_id, name=stored_template(version.body).name)


def leaves_of(trace: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The parts of a pathway in a trace as JSON."""
    inner = trace.get("parts")
    if inner:
        return [leaf for each in inner for leaf in leaves_of(each)]
    return [trace] if trace["condition"] == pathway_part.NAME else []
