"""Learners of whom a teacher is asked one by one: they wait for a confirmation, and get their badge by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.awarding import confirmations
from lti_tool.awarding.decisions import undecided_in_course, version_that_awards
from lti_tool.observations import Policy
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, RuleVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLearners:
    """The learners of a rule whom a teacher may confirm, by their ids, in ascending order; there is at least one."""

    rule: AwardRule
    version: RuleVersion
    people: Sequence[int]


def waiting_in(
    session: Session, course_id: int, teacher_id: int, policy: Policy, now: datetime
) -> Sequence[WaitingLearners]:
    """Those of each rule of the course as its page offers them to the teacher, who cannot confirm themselves.

    Left out are those whom the platform's lists leave open, though the page offers them too: of them nobody knows that
    they have done anything. Nobody waits for somebody who may confirm nobody.
    """
    if not confirmations.may_confirm(session, course_id, teacher_id, policy):
        return []
    found = []
    for rule in queries.rules.rules_of(session, course_id):
        version = version_that_awards(session, rule)
        if version is None:
            continue
        undecided = undecided_in_course(session, rule, version, policy, now)
        asked = {each.person_id for each in undecided if each.waits_for_confirmation}
        people = asked - {teacher_id}
        if people:
            found.append(WaitingLearners(rule=rule, version=version, people=sorted(people)))
    return found
