"""A pathway is drafted, published and retired by operators of its issuer.

What it awards is a template that the issuer has published, and the parts are templates that some issuer of this
installation has. A whole is never a level or a qualification because of its parts: it has the level alone that its
template justifies by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from badges.template.model import Level, Template, stored_template
from lti_tool.awarding import held_badges, issuer_rules
from lti_tool.conditions.tree import MOST_PARTS, Node, is_readable, read_tree, written
from lti_tool.errors import PathwayError
from lti_tool.pathways import scheduling
from lti_tool.pathways.parts import PartSet, parts_of, tree_of_sets
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Pathway, TemplateVersion

#: Of one pathway. With the groups of its sets its tree stays readable.
MOST = MOST_PARTS // 2


def begin(session: Session, issuer_id: str, template_id: str, now: datetime, by: Actor) -> Pathway:
    """A new draft of the issuer, without parts. Raises PathwayError: `no_template`, `has_pathway`."""
    _whole(session, issuer_id, template_id)
    queries.issuers.lock_issuer(session, issuer_id)
    if queries.pathways.running_of_template(session, issuer_id, template_id) is not None:
        raise PathwayError("has_pathway", "the template has a pathway already")
    draft = written(tree_of_sets([]))
    row = Pathway(
        issuer_id=issuer_id,
        template_id=template_id,
        is_listed=True,
        draft=draft,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    events.record(session, "pathway_begun", "pathway", row.id, now, actor=by, issuer_id=issuer_id)
    return row


def save(
    session: Session, row: Pathway, sets: Sequence[PartSet], seen: datetime, now: datetime, by: Actor
) -> None:
    """Keeps the parts as the draft.

    Raises PathwayError: `changed` where it is not as it was `seen`, `retired`, `too_many`, `needed` for a set that asks
    for more than it has, or for none.
    """
    if any(not 0 < each.needed <= len(each.parts) for each in sets):
        raise PathwayError("needed", "a set asks for as many of its parts as it has, at most")
    if sum(len(each.parts) for each in sets) > MOST:
        raise PathwayError("too_many", f"a pathway has {MOST} parts at most")
    queries.pathways.lock_pathway(session, row)
    if row.changed_at != seen:
        raise PathwayError("changed", "somebody has changed the pathway meanwhile")
    if row.status == "retired":
        raise PathwayError("retired")
    row.draft, row.changed_at = written(tree_of_sets(sets)), now
    events.record(session, "pathway_changed", "pathway", row.id, now, actor=by, issuer_id=row.issuer_id)


def publish(session: Session, row: Pathway, seen: datetime, now: datetime, by: Actor) -> None:
    """Awards by the draft from now on; awards that there are keep the version by which they were decided.

    Raises PathwayError: `changed`, `retired`, `no_template`, and what `problem` says.
    """
    # Of two that would make a circle at once, one waits, and is refused.
    queries.rules.lock_asking(session)
    queries.pathways.lock_pathway(session, row)
    if row.changed_at != seen:
        raise PathwayError("changed", "somebody has changed the pathway meanwhile")
    if row.status == "retired":
        raise PathwayError("retired")
    template, tree = _whole(session, row.issuer_id, row.template_id), read_tree(row.draft)
    why = problem(session, template, tree)
    if why is not None:
        raise PathwayError(why)
    if row.rule is None:
        row.rule = issuer_rules.make_rule(session, template, tree, now, by)
    else:
        issuer_rules.change_rule(session, row.rule, template, tree, now, by)
    row.status, row.published_at = "published", now
    events.record(session, "pathway_published", "pathway", row.id, now, actor=by, issuer_id=row.issuer_id)
    session.flush()
    scheduling.decide_everybody_soon(session, row.id, now)


def retire(session: Session, row: Pathway, now: datetime, by: Actor) -> None:
    """Awards nothing more; what was awarded stays. Raises PathwayError: `retired`."""
    queries.pathways.lock_pathway(session, row)
    if row.status == "retired":
        raise PathwayError("retired")
    row.status, row.retired_at = "retired", now
    if row.rule is not None:
        issuer_rules.stop_rule(session, row.rule, now, by)
    events.record(session, "pathway_retired", "pathway", row.id, now, actor=by, issuer_id=row.issuer_id)


def problem(session: Session, template: TemplateVersion, tree: Node) -> str | None:
    """Why a pathway of the template cannot be published with these parts; None where it can.

    `no_parts`, `too_many`, `unreadable`, `twice` (a badge that would count for two parts), `itself`, `circle`,
    `part_gone` (not published by anybody here), `level_unjustified`.
    """
    parts = parts_of(tree)
    badges = [part.badge for part in parts.values() if part.badge is not None]
    if not is_readable(tree):
        return "unreadable" if parts else "no_parts"
    if len(parts) > MOST:
        return "too_many"
    if max(Counter(badges).values()) > 1:
        return "twice"
    if template.template_id in badges:
        return "itself"
    if any(may_be_part(session, badge, template.issuer_id) is None for badge in badges):
        return "part_gone"
    if held_badges.is_circle(session, template.template_id, badges):
        return "circle"
    return None if is_level_justified(stored_template(template.body)) else "level_unjustified"


def may_be_part(session: Session, template_id: str, issuer_id: str) -> TemplateVersion | None:
    """The published template, where it may be a part of a whole of the issuer: its own, or an institutional one."""
    row = queries.templates.institutional_template(session, template_id)
    if row is not None:
        return row
    own = queries.templates.templates_of_issuer(session, [template_id], issuer_id)
    return queries.templates.newest_published(session, template_id) if own else None


def is_level_justified(template: Template) -> bool:
    """Whether the template states no level, or what gives it one: a formal programme, or a decision that recognised it.

    Parts add up to work and to credits, never to a level.
    """
    has_level = isinstance(template.level, Level) or bool(
        template.lki_level or template.national_level or template.cycle
    )
    quality = template.quality
    is_formal = template.learning_setting == "formal" or bool(quality.programme_code)
    return not has_level or is_formal or bool(quality.decision_reference)


def _whole(session: Session, issuer_id: str, template_id: str) -> TemplateVersion:
    row = queries.templates.institutional_template(session, template_id)
    if row is None or row.issuer_id != issuer_id:
        raise PathwayError("no_template", "the issuer has published no such template of its own")
    return row
