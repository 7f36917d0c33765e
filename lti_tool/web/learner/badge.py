"""The learner's page of a badge, in each state from not yet earned to revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from flask import Blueprint, render_template

from badges.template.model import Template, read_template, text_in
from lti_tool.awarding import looks
from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Person
from lti_tool.values import Launch
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.public.badge_pages import announced_readings
from lti_tool.web.visits import Visit, current_visit, rule_of

pages = Blueprint("learner", __name__)

State = Literal["not_yet", "checking", "waits_for_teacher", "preparing", "waiting", "issued", "revoked"]


@pages.post("/lti/app/learner")
def refresh() -> str:
    """The same page as it is now. `static/refresh.js` requests it by itself; without scripts there is a button.

    Raises NotAllowedError for people who are not learners.
    """
    visit = current_visit()
    if not visit.is_learner:
        raise NotAllowedError("this page is for learners")
    return _page(visit)


def launched_page(visit: Visit) -> str:
    """The page of a launch by a learner, whose opening of the link is recorded: it may be what was missing.

    Raises NotFoundError where the rule of the launch is none of its course.
    """
    tool = current_tool()
    if visit.rule_id is not None:
        with tool.store.begin() as session:
            rule = rule_of(session, visit, visit.rule_id)
            learner = session.get_one(Person, visit.person_id)
            looks.opened_by_learner(session, rule, learner, tool.clock())
    return _page(visit)


def preview_page(visit: Visit, launch: Launch) -> str:
    """The page for somebody who cannot earn badges: a guest, a test user, an administrator acting as somebody else."""
    with current_tool().store.read() as session:
        rule = queries.rules.rule(session, visit.rule_id) if visit.rule_id is not None else None
        template = read_template(rule.template_version.body) if rule else None
        return render_template(
            "learner/preview.html", visit=visit, launch=launch, rule=rule, template=template
        )


def _page(visit: Visit) -> str:
    with current_tool().store.read() as session:
        rule = queries.rules.rule(session, visit.rule_id) if visit.rule_id is not None else None
        if rule is None or visit.person_id is None:
            awards = _awards(session, visit)
            return render_template("learner/course.html", visit=visit, awards=awards)
        learner = session.get_one(Person, visit.person_id)
        award = queries.awards.award_of(
            session, rule.course_id, rule.template_version.template_id, learner.id
        )
        issued = award.credential if award else None
        version = issued.template_version if issued else rule.template_version
        template = read_template(version.body)
        state = _state(session, rule, award, learner)
        return render_template(
            "learner/badge.html",
            visit=visit,
            rule=rule,
            learner=learner,
            award=award,
            template=template,
            readings=announced_readings(version),
            state=state,
            linkedin=linkedin_address(issued, template) if issued else "",
            mail_folder=current_tool().mail_folder,
        )


def _state(session: Session, rule: AwardRule, award: Award | None, learner: Person) -> State:
    if award is not None:
        return _STATES[award.status]
    # A sighting with a time: the learner opened the link or reached the grade, and the teacher has to confirm.
    sighting = queries.rules.sightings(session, rule.id).get(learner.id)
    if sighting is None or (sighting.inside_at is None and sighting.opened_at is None):
        return "not_yet"
    return "checking" if sighting.inside_at is None else "waits_for_teacher"


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
    rules = queries.rules.rules_of(session, visit.course_id)
    awards = {
        award.id: (award, read_template(rule.template_version.body))
        for rule in rules
        if (
            award := queries.awards.award_of(
                session, visit.course_id, rule.template_version.template_id, visit.person_id
            )
        )
    }
    return list(awards.values())


def linkedin_address(credential: CredentialRow, template: Template) -> str:
    """The address of LinkedIn's form for a certificate, filled in."""
    tool = current_tool()
    issued: datetime = credential.issued_at
    query = {
        "startTask": "CERTIFICATION_NAME",
        "name": text_in(template.name, page_language(), template.in_language),
        "organizationName": tool.issuer.profile.name,
        "issueYear": issued.year,
        "issueMonth": issued.month,
        "certUrl": tool.addresses.badge_page(credential.id),
        "certId": credential.id,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(query)}"
