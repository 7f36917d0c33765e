"""The page that says who would get a badge by a rule now, and why: before the rule is switched on, and at any time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from lti_tool.awarding.candidates import Candidates, Unstored, candidates, read_unstored
from lti_tool.awarding.decisions import Terms, Undecided
from lti_tool.conditions.tree import Node
from lti_tool.store import Session, queries
from lti_tool.store.models import Person, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.paging import PAGE_SIZE, Part
from lti_tool.web.plug_sentences import terms as in_sentences
from lti_tool.web.translation import Sentence
from lti_tool.web.visits import Visit

#: Fields that belong to one press of a button, and not to what the form says.
_OF_THE_PRESS = ("_launch", "do", "seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What the page leads to: the form that is sent on, what its button says, and where the way back leads.

    `use` is empty where there is nothing to be switched on. `fields` stand in the form; without them those of the
    request do.
    """

    action: str
    use: Sentence = ""
    back: str = "/lti/app/course"
    fields: Sequence[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A learner on the page, with the trace of what the rule comes to for them."""

    person: Person
    trace: Mapping[str, Any]
    is_asked: bool


def is_asked_for() -> bool:
    """Whether the form asks for this page, or for another part of its list."""
    return request.form.get("do", "").split(" ")[0] == "who"


def who_would(visit: Visit, terms: Terms | None, switch: Switch) -> str | None:
    """The page, where it is asked for, or where somebody would get the badge at once and nobody has seen that yet."""
    if is_asked_for():
        return who_page(visit, terms, switch)
    if terms is None or request.form.get("seen") == "yes":
        return None
    found, unstored = _found(terms)
    return _page(visit, terms, switch, found, unstored) if found.earned else None


def who_page(visit: Visit, terms: Terms | None, switch: Switch) -> str:
    """The page; without `terms` nothing is known of any learner yet."""
    if terms is None:
        return _page(visit, None, switch, Candidates(earned=(), asked=(), not_yet=0), Unstored())
    return _page(visit, terms, switch, *_found(terms))


def terms_of(course_id: int | None, resource: str, template: TemplateVersion, tree: Node) -> Terms | None:
    """By what the learners of a course would be decided; None where the course is not known yet."""
    if course_id is None:
        return None
    return Terms(course_id=course_id, resource=resource, template=template, tree=tree)


def _found(terms: Terms) -> tuple[Candidates, Unstored]:
    tool = current_tool()
    now = tool.clock()
    unstored = read_unstored(tool.store, tool.connect, terms.course_id, terms.tree, now)
    with tool.store.read() as session:
        return candidates(session, terms, unstored, page_issuer().policy, now), unstored


def _page(visit: Visit, terms: Terms | None, switch: Switch, found: Candidates, unstored: Unstored) -> str:
    sentences: Sequence[Markup] = in_sentences(terms.tree) if terms is not None else ()
    with current_tool().store.read() as session:
        listed, part = _listed(session, found)
        return render_template(
            "teacher/who.html",
            visit=visit,
            switch=switch,
            fields=_fields(switch),
            sentences=sentences,
            listed=listed,
            part=part,
            earned=len(found.earned),
            asked=len(found.asked),
            not_yet=found.not_yet,
            trouble=unstored.error.as_json() if unstored.error else None,
        )


def _fields(switch: Switch) -> Sequence[tuple[str, str]]:
    sent = request.form.items(multi=True) if switch.fields is None else switch.fields
    return [(name, value) for name, value in sent if name not in _OF_THE_PRESS]


def _listed(session: Session, found: Candidates) -> tuple[Sequence[_Listed], Part]:
    """The learners of one part of the list, those who would get the badge first, each group by name."""
    by_id = {each.person_id: each for each in (*found.earned, *found.asked)}
    people = queries.people.people(session, by_id)
    in_order = sorted(people.values(), key=lambda person: _place(person, by_id[person.id]))
    _word, _space, number = request.form.get("do", "").partition(" ")
    part = Part(field="who", rule_id=0, number=1, total=len(in_order))
    if re.fullmatch("[0-9]{1,5}", number):
        part = Part(field="who", rule_id=0, number=min(max(int(number), 1), part.numbers), total=part.total)
    shown = in_order[part.after : part.after + PAGE_SIZE]
    return [_learner(person, by_id[person.id]) for person in shown], part


def _place(person: Person, undecided: Undecided) -> tuple[bool, str, int]:
    return undecided.is_question, (person.name or "").casefold(), person.id


def _learner(person: Person, undecided: Undecided) -> _Listed:
    return _Listed(person=person, trace=undecided.decision.as_json(), is_asked=undecided.is_question)
