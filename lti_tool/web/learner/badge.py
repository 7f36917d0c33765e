"""The learner's page of a badge, in each state from not yet earned to revoked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from flask import Blueprint, render_template

from badges.template.model import Template, stored_template
from lti_tool.awarding import decisions, launched, looks
from lti_tool.awarding.decisions import Standing
from lti_tool.awarding.outcome_levels import levels_in_brief
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.decide import Decision
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import NotAllowedError
from lti_tool.observations import Policy
from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.models import Award, AwardRule, Person
from lti_tool.values import Launch
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import questions_about
from lti_tool.web.learner.sharing import claim_once, inside_path, sharing_of
from lti_tool.web.page_issuer import issuer_of, page_issuer, set_page_issuer
from lti_tool.web.plug_sentences import rule_sentences
from lti_tool.web.public.badge_pages import readings_of
from lti_tool.web.public.certificate import figures_of, level_figures
from lti_tool.web.visits import Visit, current_visit, rule_of

pages = Blueprint("learner", __name__)

State = Literal[
    "not_yet",
    "checking",
    "waits_for_teacher",
    "preparing",
    "not_made",
    "waiting",
    "issued",
    "expired",
    "revoked",
]


@pages.post("/lti/app/learner")
def refresh() -> str:
    """The same page as it is now. `static/refresh.js` requests it by itself; without scripts there is a button.

    Raises NotAllowedError for people who are not learners.
    """
    visit = current_visit()
    if not visit.is_learner:
        raise NotAllowedError("this page is for learners")
    if visit.rule_id is None or visit.person_id is None:
        return course_page(visit)
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, visit.rule_id)
        values = _values(session, visit, rule, visit.person_id, decisions.standing_of)
    return badge_page(values)


def opened(session: Session, visit: Visit, rule: AwardRule, person_id: int) -> Mapping[str, Any]:
    """What `badge_page` shows a learner who has just opened the rule's link: that may be what was missing."""
    return _values(session, visit, rule, person_id, launched.opened)


def badge_page(values: Mapping[str, Any]) -> str:
    """The page of a badge, for its learner."""
    if values["award"]:
        claim_once(values["award"], values["visit"].actor)
    return render_template("learner/badge.html", **values)


def course_page(visit: Visit) -> str:
    """The learner's badges in the course, for a link that has no badge of its own."""
    with current_tool().store.read() as session:
        return render_template("learner/course.html", visit=visit, awards=_awards(session, visit))


def preview_page(visit: Visit, launch: Launch) -> str:
    """The page for somebody who cannot earn badges: a guest, a test user, an administrator acting as somebody else."""
    with current_tool().store.read() as session:
        rule = queries.rules.rule(session, visit.rule_id) if visit.rule_id is not None else None
        version = queries.rules.shown_version(session, rule).template_version if rule else None
        template = stored_template(version.body) if version else None
        return render_template(
            "learner/preview.html", visit=visit, launch=launch, version=version, template=template
        )


def _values(
    session: Session,
    visit: Visit,
    rule: AwardRule,
    person_id: int,
    standing_of: Callable[[Session, AwardRule, int, Policy, datetime], Standing],
) -> Mapping[str, Any]:
    """What the page of a rule's badge shows to its learner, by how it stands with them."""
    standing = standing_of(session, rule, person_id, page_issuer().policy, current_tool().clock())
    return _shown(session, visit, rule, standing, person_id)


def _shown(
    session: Session, visit: Visit, rule: AwardRule, standing: Standing, person_id: int
) -> Mapping[str, Any]:
    """What the page of a rule's badge shows to its learner; all of it is read, so the session may end."""
    now = current_tool().clock()
    # A rule that awards needs no one's confirmation or permission.
    awards_now = standing.version is not None
    rule_version = standing.version or queries.rules.shown_version(session, rule)
    award = queries.awards.newest_award(session, rule_version.template_version, person_id)
    version = award.template_version if award else rule_version.template_version
    issued = award.credential if award else None
    template = stored_template(version.body)
    readings = readings_of(version)
    # Another than the course's own, where an operator has permitted that.
    set_page_issuer(issuer_of(session, version.issuer_id))
    return {
        "visit": visit,
        "rule": rule,
        "learner": award.person if award else session.get_one(Person, person_id),
        "award": award,
        "elsewhere": award.course if award and award.course_id != rule.course_id else None,
        "template": template,
        "readings": readings,
        "figures": [
            *figures_of({reading.element.code: reading.values for reading in readings}),
            *level_figures(levels_in_brief(award) if award else {}),
        ],
        "version": version,
        "state": _state_of(session, award, now) if award else _state(standing.decision),
        "is_looked_at_soon": not award and looks.is_coming(session, rule.course_id, now),
        "trace": standing.decision.as_json() if standing.decision else None,
        "sentences": rule_sentences(read_tree(rule_version.tree), "learner"),
        "is_permitted": awards_now or queries.issuers.may_award(session, rule.course, rule.issuer_id),
        "is_settled": awards_now or queries.rules.proposed_version(session, rule.id) is None,
        "sharing": sharing_of(session, award, inside_path(issued.id)) if award and issued else None,
        "mail_folder": current_tool().mail_folder,
        "is_sealed": current_tool().seal is not None
        and version.issuer_id == queries.issuers.first_issuer_id(session),
        "feedback_questions": questions_about(session, award),
        "proves_nothing": award is not None and not queries.proved_addresses.of_person(session, person_id),
    }


def _state(decision: Decision | None) -> State:
    if decision is None:
        return "not_yet"
    leaves = decision.trace.leaves()
    if any(_may_be_hidden(part.condition) for part in leaves):
        # "Your teacher has to confirm it" would tell that the hidden grade is high enough.
        return "not_yet"
    if decision.outcome == "question":
        return "waits_for_teacher"
    codes = {part.code for part in leaves if part.state == "not_yet"}
    return "checking" if codes and codes <= WAIT_FOR_A_LOOK else "not_yet"


def _state_of(session: Session, award: Award, now: datetime) -> State:
    credential = award.credential
    if award.status in ("earned", "waiting") and dead_jobs.dead_of_awards(session, [award.id]).awards:
        return "not_made"
    if award.status == "issued" and credential is not None and credential.has_expired(now):
        return "expired"
    return _STATES[award.status]


def _may_be_hidden(condition: str) -> bool:
    """Whether the learner may not know yet what the condition has read, such as a grade."""
    return condition in CONDITIONS and CONDITIONS[condition].CONFIRM_AT_FIRST


#: The codes of parts that the next look settles, after the learner has opened the link.
WAIT_FOR_A_LOOK = frozenset({"next_look", "not_seen"})
_STATES: dict[str, State] = {
    "earned": "preparing",
    "waiting": "waiting",
    "issued": "issued",
    "revoked": "revoked",
}


def _awards(session: Session, visit: Visit) -> Sequence[tuple[Award, Template]]:
    """The learner's badges in the course, for a link without a badge of its own."""
    if visit.course_id is None or visit.person_id is None:
        return []
    awards = queries.awards.awards_in_course(session, visit.course_id, visit.person_id)
    return [(award, stored_template(award.template_version.body)) for award in awards]
