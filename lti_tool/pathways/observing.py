"""What a pathway's issuer is told of a learner: its own badges by itself, all else by what the learner has claimed.

Which badges of another issuer somebody has is not the business of this one until they say so. What is claimed counts
while it holds: a badge of this site while it is neither revoked nor suspended, a kept one while its last verification
found it genuine and its text is the one that was judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from badges.foreign_json import text
from badges.template.model import stored_template
from lti_tool.awarding import held_badges
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import Node
from lti_tool.observations import PART_MET, Observation
from lti_tool.pathways.parts import parts_of
from lti_tool.sources import awards as source
from lti_tool.store import Session, queries
from lti_tool.store.models import KeptBadge, Pathway, PathwayClaim, TemplateVersion
from signing.json_text import read_object

#: Verdicts of badges that were issued, and neither revoked nor suspended. Whether one that has expired counts, the
#: part says.
GENUINE = frozenset({"verified", "expired"})
#: The name of what observes claims, as a source's.
NAME = "pathways"


def changes(
    session: Session, row: Pathway, tree: Node, people: Collection[int], now: datetime
) -> Sequence[Observation]:
    """What is new about these people and the parts of the pathway, as observations for its issuer; none is stored."""
    badges = held_badges.badges_asked_for(tree)
    held = held_badges.changes_outside(session, row.issuer_id, badges, people, now)
    return [*held, *_claimed(session, row, parts_of(tree), people, now)]


def _claimed(
    session: Session, row: Pathway, parts: Mapping[str, Options], people: Collection[int], now: datetime
) -> Iterator[Observation]:
    claims = queries.pathway_claims.claims_of(session, row.id, people)
    # Of one part the last that was claimed says how it stands: an earlier one was withdrawn or refused.
    last = {(each.person_id, each.part): each for each in claims}
    values = values_of(session, [each for each in last.values() if each.status == "counted"], parts)
    known = queries.observations.last_values_outside(session, row.issuer_id, PART_MET, people)
    # A claim goes with the award that it names: what is known of it then counts no more either.
    left = {(person_id, part) for person_id, part in known if part in parts}
    for person_id, part in sorted({*last, *left}):
        claim = last.get((person_id, part))
        value = values.get(claim.id) if claim is not None else None
        if value != known.get((person_id, part)):
            yield Observation(
                course=None,
                issuer=row.issuer_id,
                person=person_id,
                kind=PART_MET,
                resource=part,
                value=value,
                seen_at=now,
                source=NAME,
            )


def values_of(
    session: Session, claims: Collection[PathwayClaim], parts: Mapping[str, Options]
) -> Mapping[int, Mapping[str, Any]]:
    """By claim, the value of its observation: without those whose badge counts no more for the part."""
    kept = queries.pathway_claims.kept_with_text(
        session, [each.kept_badge_id for each in claims if each.kept_badge_id is not None]
    )
    found: dict[int, Mapping[str, Any]] = {}
    for claim in claims:
        value = _of_award(session, claim) or _of_kept(
            claim, kept.get(claim.kept_badge_id or 0), parts.get(claim.part)
        )
        if value is not None:
            found[claim.id] = value
    return found


def _of_award(session: Session, claim: PathwayClaim) -> Mapping[str, Any] | None:
    award = claim.award
    if award is None:
        return None
    held = queries.pathways.held_parts(session, [award.template_id], [award.person_id])
    part = held.get((award.person_id, award.template_id))
    if part is None:
        return None
    template = stored_template(session.get_one(TemplateVersion, part.template_version_id).body)
    name = template.name.get(template.in_language, "")
    return {**source.holding(part.earned_at, part.valid_until), "name": name}


def _of_kept(claim: PathwayClaim, kept: KeptBadge | None, part: Options | None) -> Mapping[str, Any] | None:
    if kept is None or kept.verdict not in GENUINE or text_hash(kept) != claim.text_hash:
        return None
    if kept.valid_from is None and part is not None and part.most_days:
        # How old it is cannot be read, and it may not be taken for new.
        return None
    return {**source.holding(kept.valid_from or kept.kept_at, kept.valid_until), "name": kept.name}


def part_id(kept: KeptBadge) -> str:
    """By what a kept badge is named as a part: its id, where it is JSON and has an address for one, else its hash."""
    found = text(read_object(kept.text), "id") if kept.form == "json" else None
    is_address = found is not None and found.startswith(("https://", "http://", "urn:"))
    return found if found is not None and is_address else f"urn:sha256:{text_hash(kept)}"


def text_hash(kept: KeptBadge) -> str:
    """The SHA-256 of a kept badge's text, by which a claim knows what was judged."""
    return sha256(kept.text.encode()).hexdigest()
