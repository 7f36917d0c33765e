"""What the conditions of a rule show on its teacher's page, and what the teacher says in their boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from lti_tool import plugs
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.page import Line, RuleOnPage, Shown, Statement
from lti_tool.conditions.tree import Node, leaves, read_tree
from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule
from lti_tool.web.plug_sentences import page_sentence
from lti_tool.web.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionPart:
    """What a condition shows: sentences, and the fragment of its box, which is the first of `templates` that exists.

    The fragment speaks the condition's sentences by `say(code, **values)`; its forms are sent to `address`. `wording`
    is as in Shown.
    """

    facts: Sequence[Markup]
    notes: Sequence[Markup]
    templates: Sequence[str]
    values: Mapping[str, Any]
    say: Callable[..., Markup]
    address: str
    wording: str


def condition_parts(
    session: Session, rule: AwardRule, tree: Node, visit: Visit, asked: str
) -> Sequence[ConditionPart]:
    """What the conditions of the tree show, the same of several of them once; `asked` is the open question."""
    asked_for: Iterator[tuple[str, Any]] = ((leaf.condition, leaf.options) for leaf in leaves(tree))
    showing = [(condition, options) for condition, options in asked_for if hasattr(options, "show")]
    if not showing:
        return []
    on_page = _rule_on_page(session, rule, visit, asked)
    found: list[tuple[str, Shown]] = []
    for condition, options in showing:
        shown = options.show(on_page)
        if shown not in (each for _, each in found):
            found.append((condition, shown))
    return [_part(rule, condition, shown) for condition, shown in found]


def statement_in(session: Session, rule: AwardRule, condition: str, visit: Visit) -> Statement | Line:
    """What the teacher says in the condition's box, or a sentence that says why they cannot say it now.

    Raises NotFoundError where the rule has no condition of that name in whose box something can be said.
    """
    tree = read_tree(queries.rules.shown_version(session, rule).tree)
    asked = (leaf.options for leaf in leaves(tree) if leaf.condition == condition)
    options = next((each for each in asked if hasattr(each, "statement")), None)
    if options is None:
        raise NotFoundError("the rule has no such condition")
    said: Statement | Line = options.statement(_rule_on_page(session, rule, visit))
    return said


def _rule_on_page(session: Session, rule: AwardRule, visit: Visit, asked: str = "") -> RuleOnPage:
    about_course = queries.observations.of_people(session, rule.course_id, ())
    return RuleOnPage(
        resource=rule.link.link_id,
        course=about_course.get(None, ()),
        last_values=partial(queries.course_page.last_values, session, rule.course_id),
        asked=asked,
        is_here=visit.rule_id == rule.id,
        place=visit.link_place,
    )


def _part(rule: AwardRule, condition: str, shown: Shown) -> ConditionPart:
    def told(lines: Sequence[Line]) -> Sequence[Markup]:
        return [page_sentence(condition, line.code, **line.values) for line in lines]

    folders = plugs.folders(CONDITIONS[condition]) if shown.box else []
    return ConditionPart(
        facts=told(shown.facts),
        notes=told(shown.notes),
        templates=[f"{folder}/{shown.box}.html" for folder in folders],
        values=shown.values,
        say=partial(page_sentence, condition),
        address=f"/lti/app/rules/{rule.id}/says/{condition}",
        wording=shown.wording,
    )
