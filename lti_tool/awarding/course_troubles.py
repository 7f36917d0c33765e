"""What goes wrong in a course for long, or for good, or soon, and that its teachers ought to hear of by mail.

Each is about one rule, and has numbers that are others as soon as it is another trouble: by them it is known whether a
teacher was mailed of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from badges.template.model import stored_template
from badges.template.values import first_end
from lti_tool.awarding.mail_schedule import schedule_mails, teachers_of
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, TemplateVersion

#: A platform that is updated, or down for a night, is no trouble of a teacher's.
FAILS_FOR_LONG = timedelta(days=1)
#: The days for which a quality assurance should still be valid, as the rules of EU Annex I recommend it.
ENDS_SOON = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTrouble:
    """`unread`: no look was answered for so many whole `days`; its number is the last look that was. `undelivered`:
    badges that could not be made or sent, by the ids of their awards. `expiring`: a quality assurance that the badge
    states ends in so many `days`, 0 where it has ended; its number is that of its last day, negative once it has ended.
    """

    kind: Literal["unread", "undelivered", "expiring"]
    rule: AwardRule
    numbers: Sequence[int]
    days: int = 0


def troubles_in(session: Session, course_id: int, now: datetime) -> Sequence[CourseTrouble]:
    """The troubles of a course now, by its rules."""
    rules = queries.rules.rules_of(session, course_id)
    undelivered = queries.awards.undelivered_awards(session, course_id)
    found = [
        CourseTrouble(kind="undelivered", rule=rule, numbers=sorted(undelivered[rule.id]))
        for rule in rules
        if rule.id in undelivered
    ]
    # The course is unread, whichever rule says so: one of them stands for all.
    unread = next((rule for rule in rules if rule.trouble and not rule.paused), None)
    if unread is not None:
        answered = queries.observations.last_answered(session, course_id)
        since = queries.observations.failed_since(session, course_id, answered)
        if since is not None and now - since >= FAILS_FOR_LONG:
            days = (now - since).days
            found.append(CourseTrouble(kind="unread", rule=unread, numbers=[answered], days=days))
    return [*found, *_expiring(rules, now.date())]


def _expiring(rules: Collection[AwardRule], today: date) -> Iterator[CourseTrouble]:
    for rule in rules:
        if rule.paused or rule.removed_at:
            continue
        ends = _first_end(queries.rules.shown_of(rule.versions).template_version)
        days = (ends - today).days if ends else ENDS_SOON
        if ends and days < ENDS_SOON:
            number = ends.toordinal() if days >= 0 else -ends.toordinal()
            yield CourseTrouble(kind="expiring", rule=rule, numbers=[number], days=max(days, 0))


def _first_end(version: TemplateVersion) -> date | None:
    """The last day of the quality assurance that ends first, of those that the template states."""
    return first_end(stored_template(version.body).types_of_quality_assurance)


def schedule_mails_about_troubles(session: Session, now: datetime) -> None:
    """Schedules the mail to each teacher who was not mailed yet of some trouble of a course that goes on."""
    ending = [
        row.id
        for row in queries.rules.templates_in_use(session)
        if (ends := _first_end(row)) and (ends - now.date()).days < ENDS_SOON
    ]
    courses = {*queries.awards.courses_in_trouble(session), *queries.rules.courses_that_use(session, ending)}
    for course_id in sorted(courses):
        troubles = troubles_in(session, course_id, now)
        unaware = [each for each in teachers_of(session, course_id) if _is_news(session, troubles, each)]
        schedule_mails(session, course_id, unaware, now)


def _is_news(session: Session, troubles: Collection[CourseTrouble], teacher_id: int) -> bool:
    known = queries.mails.mailed_matters(session, teacher_id)
    return any(set(each.numbers) - known.get((each.rule.id, each.kind), frozenset()) for each in troubles)
