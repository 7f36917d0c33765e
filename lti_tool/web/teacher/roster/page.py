"""The page of everybody in a course about one of its badges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, render_template

from badges.template.fields import Texts
from badges.template.model import Template, stored_template
from lti_tool.awarding import confirmations
from lti_tool.awarding.outcome_levels import levels_in_brief
from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.dead_jobs import DeadOfAwards
from lti_tool.store.models import Award, AwardRule, HandAward, TemplateVersion
from lti_tool.values import stated_levels
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.paging import MAX_TYPED, ROSTER
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.teacher.level_words import LevelLine, can_state_levels, level_lines, lines_of
from lti_tool.web.teacher.outdated_names import is_outdated
from lti_tool.web.teacher.roster.entries import Entry, everybody
from lti_tool.web.teacher.roster.view import Listed, View, asked_view, listed
from lti_tool.web.teacher.roster.words import ALWAYS_OFFERED, GROUPS, ORDERS
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("roster", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One of those who are shown; `award` and `trace` are whole rows, and the trace a decision as JSON.

    `hand_award` is what waits for a second person. `is_outdated`: the badge names its learner otherwise than the
    platform does now. `earlier` are the awards that this one renews. `levels` are those of single outcomes, `brief` is
    what its badge says of them in a line; `can_have_levels`: whether it can state some.
    """

    entry: Entry
    award: Award | None
    trace: Mapping[str, Any] | None
    is_outdated: bool
    earlier: Sequence[Award]
    hand_award: HandAward | None
    levels: Sequence[LevelLine] = ()
    brief: Texts = field(default_factory=dict)
    can_have_levels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What the page shows of the list.

    Without `is_awarding` those without an award are left out. `has_awards`: whether anybody was awarded it by the rule.
    `to_confirm` is how many of those who were found can be confirmed together. `by_hand`: whether any award by hand
    waits for a second person. `dead` names what was given up. `may_confirm`: whether the reader may confirm anybody;
    `reader` is their person id.
    """

    rule: AwardRule
    version: TemplateVersion
    template: Template
    view: View
    listed: Listed
    is_awarding: bool
    has_awards: bool
    to_confirm: int
    by_hand: bool
    rows: Sequence[Row]
    dead: DeadOfAwards
    may_confirm: bool
    reader: int | None

    def levels_of(self, hand_award: HandAward) -> Sequence[LevelLine]:
        """The levels that are chosen for an award by hand that waits."""
        return lines_of(self.template, stated_levels(hand_award.outcome_levels))

    @property
    def has_levels(self) -> bool:
        """Whether the badge can state at which levels its learning outcomes were met."""
        return bool(self.template.outcome_levels and self.template.learning_outcomes)


@pages.post("/lti/app/rules/<int:rule_id>/people")
def people(rule_id: int) -> str:
    return roster_page(current_teacher_visit(), asked_view(rule_id))


def page_after(visit: Visit, notice: Notice) -> str:
    """The page from which something was done, with what that was: the list as the reader had it, or the course page."""
    rule_id = row_id(ROSTER)
    return roster_page(visit, asked_view(rule_id), notice) if rule_id else course_page(visit, notice)


def learner_page(visit: Visit, user_id: str | None) -> str | None:
    """The list of the launched badge, searched for the learner with this user_id, as a gradebook opens it.

    None where the launch is about nobody, or no badge, or about somebody of whom nothing is known in this course.
    """
    if user_id is None or visit.rule_id is None or visit.course_id is None:
        return None
    with current_tool().store.read() as session:
        person = queries.people.person_of(session, visit.registration.id, user_id)
        # The name of somebody who was only ever seen in another course is not for this teacher.
        if person is None or not queries.observations.of_people(session, visit.course_id, [person.id]).get(
            person.id
        ):
            return None
        find = person.email or person.name or ""
    return roster_page(visit, View(rule_id=visit.rule_id, find=find[:MAX_TYPED]))


def roster_page(visit: Visit, view: View, notice: Notice | None = None) -> str:
    """The page in this view. Raises NotFoundError where the visit's course has no such rule."""
    with current_tool().store.read() as session:
        roster = _roster(session, rule_of(session, visit, view.rule_id), view, visit.person_id)
        return render_template(
            "teacher/roster/people.html",
            visit=visit,
            roster=roster,
            notice=notice,
            groups=GROUPS,
            always_offered=ALWAYS_OFFERED,
            orders=ORDERS,
        )


def _roster(session: Session, rule: AwardRule, view: View, reader: int | None) -> Roster:
    people = everybody(session, rule, current_tool().clock())
    entries = listed(people.entries, view)
    ids = [entry.award_id for entry in entries.shown if entry.award_id is not None]
    failed = [entry.award_id for entry in entries.shown if entry.award_id is not None and entry.has_failed]
    ids += [award_id for entry in entries.shown for award_id in entry.earlier]
    awards = {award.id: award for award in queries.roster.whole_awards(session, ids)}
    hand_award_ids = [entry.hand_award.id for entry in entries.shown if entry.hand_award is not None]
    waiting = {each.id: each for each in queries.hand_awards.with_teachers(session, hand_award_ids)}
    return Roster(
        rule=rule,
        version=people.template,
        template=stored_template(people.template.body),
        view=view,
        listed=entries,
        is_awarding=people.is_awarding,
        has_awards=any(entry.award_id is not None for entry in people.entries),
        to_confirm=sum(entry.state == "to_confirm" for entry in entries.found),
        by_hand=any(entry.hand_award is not None for entry in people.entries),
        rows=[row_of(entry, awards, waiting) for entry in entries.shown],
        dead=dead_jobs.dead_of_awards(session, failed),
        may_confirm=reader is not None
        and confirmations.may_confirm(session, rule.course_id, reader, page_issuer().policy),
        reader=reader,
    )


def row_of(entry: Entry, awards: Mapping[int, Award], waiting: Mapping[int, HandAward]) -> Row:
    """The entry with its award or what waits for a second person, and with the decision that is to be shown.

    Of who has the badge that is why they have it.
    """
    award = awards.get(entry.award_id) if entry.award_id is not None else None
    undecided = entry.undecided.decision.as_json() if entry.undecided is not None else None
    levels = level_lines(award) if award is not None else ()
    return Row(
        entry=entry,
        award=award,
        levels=levels,
        brief=levels_in_brief(award) if award is not None else {},
        can_have_levels=award is not None and can_state_levels(award),
        trace=award.trace if award is not None else undecided,
        is_outdated=award is not None and is_outdated(award, current_tool().clock()),
        earlier=[awards[award_id] for award_id in entry.earlier if award_id in awards],
        hand_award=waiting.get(entry.hand_award.id) if entry.hand_award is not None else None,
    )
