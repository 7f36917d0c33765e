"""What tests of pathways share: templates as parts, a published pathway, and people who have its parts."""

from __future__ import annotations

from uuid import uuid4

from badges.credential import identity_hash
from lti_tool.awarding import issuer_rules
from lti_tool.awarding.decisions import own_resource
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import read_tree, tree_of
from lti_tool.observations import CONFIRMED, Observation, Policy
from lti_tool.pathways import answers, claims, publishing
from lti_tool.pathways.answers import Answer, Decider
from lti_tool.pathways.observing import text_hash
from lti_tool.pathways.parts import PartSet, parts_of
from lti_tool.people import sessions
from lti_tool.store import events, queries
from lti_tool.store.models import KeptBadge, Pathway, PathwayClaim
from tests.backpack import kept_badge
from tests.fixtures import ZANE, launch_of, publish, register_once, run_due_jobs

BY = events.operator("ieva")
AS_MARTA = Decider(actor=events.operator("marta"), name="Marta Liepa", people=())
ADDRESS = "anna@example.org"
#: The subject of a badge of another issuer that names the address.
THEIRS = {
    "identifier": [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": identity_hash(ADDRESS, "salt"),
            "identityType": "emailAddress",
            "salt": "salt",
        }
    ]
}


def part(template_id, **options):
    return Options(**({"part": str(uuid4()), "badge": template_id, "name": template_id} | options))


def one_set(*template_ids, needed=None, **options):
    parts = tuple(part(each, **options) for each in template_ids)
    return PartSet(needed=len(parts) if needed is None else needed, parts=parts)


def draft(tool, whole, *sets):
    """The id of a draft of a pathway of the template with these sets of parts."""
    with tool.store.begin() as session:
        template = queries.templates.institutional_template(session, whole)
        row = publishing.begin(session, template.issuer_id, whole, tool.clock(), BY)
        publishing.save(session, row, sets, row.changed_at, tool.clock(), BY)
        return row.id


def publish_pathway(tool, whole, *sets):
    """The id of a published pathway of the template with these sets of parts."""
    pathway_id = draft(tool, whole, *sets)
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)
    run_due_jobs(tool)
    return pathway_id


def templates(tool, *names):
    """The ids of further templates of the first issuer, by these names."""
    return [publish(tool, name={"en": name}) for name in names]


def arrive(tool, person, registration_id=None):
    """The id of somebody who launched a link of the platform."""
    with tool.store.begin() as session:
        registration_id = registration_id or register_once(session, tool.clock())
        return sessions.start_session(session, launch_of(person, registration_id), tool.clock()).row.person_id


def give(tool, template_id, person_id):
    """The id of an award of the template to the person, issued."""
    teacher = arrive(tool, ZANE)
    with tool.store.begin() as session:
        template = queries.templates.institutional_template(session, template_id)
        tree = tree_of({"condition": "confirmed"})
        rule = issuer_rules.make_rule(session, template, tree, tool.clock(), BY)
        said = Observation(
            course=None,
            issuer=rule.issuer_id,
            person=person_id,
            kind=CONFIRMED,
            resource=own_resource(rule),
            value=True,
            seen_at=tool.clock(),
            source="test",
            actor=teacher,
        )
        queries.observations.add(session, [said])
        (award,) = issuer_rules.decide(session, rule, [person_id], Policy(), tool.clock())
        award_id = award.id
    run_due_jobs(tool)
    return award_id


def parts_in(tool, pathway_id):
    """The ids of the parts of a pathway, in their order."""
    with tool.store.read() as session:
        return list(parts_of(read_tree(session.get_one(Pathway, pathway_id).draft)))


def keep(tool, person_id, **changes):
    """The id of a badge of another issuer that the person keeps, and that names ADDRESS."""
    with tool.store.begin() as session:
        now = tool.clock()
        row = kept_badge(person_id, now, **({"subject": THEIRS, "valid_from": now} | changes))
        session.add(row)
        session.flush()
        return row.id


def claim(tool, pathway_id, part, person_id, kept_id, addresses=(ADDRESS,)):
    """The id of the person's claim of a kept badge for a part."""
    with tool.store.begin() as session:
        row, kept = session.get_one(Pathway, pathway_id), session.get_one(KeptBadge, kept_id)
        by = events.person(person_id)
        return claims.claim_kept(session, row, part, person_id, kept, addresses, tool.clock(), by).id


def settle(tool, claim_id, finding="equivalent", reason="It asks for the same.", seen=None, decider=AS_MARTA):
    """Answers a claim, and does what comes of it."""
    with tool.store.begin() as session:
        kept_id = session.get_one(PathwayClaim, claim_id).kept_badge_id
        kept = session.get(KeptBadge, kept_id or 0)
        seen = seen or (text_hash(kept) if kept is not None else "")
        answer = Answer(finding=finding, reason=reason, seen=seen)
        answers.settle(session, claim_id, answer, decider, tool.clock())
    run_due_jobs(tool)
