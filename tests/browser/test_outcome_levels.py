"""Levels of learning outcomes at a browser: stated, changed, made columns for, assessed, and on the page of a badge."""

from __future__ import annotations

import pytest

from badges.template.outcome_levels import ready_scale
from lti_tool.awarding import awards, looks
from lti_tool.demo.robot import Robot
from lti_tool.observations import ASSESSMENT_RESULT, column_resource
from lti_tool.operators import accounts
from lti_tool.store.events import TOOL
from lti_tool.store.models import Award, AwardRule, CredentialRow, ObservationRow, OperatorRow
from lti_tool.values import StatedLevel
from tests import prior_learning as steps
from tests.browser.page_checks import LANGUAGES, find_faults
from tests.browser.people import press_until
from tests.browser.server import run_demo
from tests.browser.test_operators import join, with_authenticator
from tests.browser.test_pages import NOW, open_page, token_of
from tests.fixtures import publish, rows
from tests.running_demo import wait

LONG = "Ļ" + "o" * 59
COURSE = "Data Literacy"
OUTCOMES = [
    {"text": {"en": f"Plans {LONG}", "lv": f"Plāno {LONG}"}, "assessed_by": LONG},
    {"text": {"en": "Builds a bridge", "lv": "Būvē tiltu"}, "assessed_by": "Model"},
    {"text": {"en": "Names bridges", "lv": "Nosauc tiltus"}},
]
BY_GRADE = {"condition": "result_at_least", "result_at_least.minimum": "50", "confirmed.each": "no"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def badge(demo):
    """A badge that Anna has, with a level of each outcome, the first of which has changed since; and its activity."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    template_id = publish(
        tool, name={"en": "Bridges"}, learning_outcomes=OUTCOMES, outcome_levels=ready_scale(None)
    )
    robot.register(demo.registration_url)
    activity = robot.place_badge(COURSE, "Bridges", minimum_percent=None, more_fields=BY_GRADE)
    robot.open_activity("Zane", activity)
    robot.type_grades(COURSE, "Anna", "80", column="Bridges")
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)].count(None) == 0)
    robot.press(robot.open_activity("Zane", activity), "/check")
    wait(lambda: [award.status for award in rows(tool, Award)] == ["issued"])
    levels = [
        StatedLevel(outcome=1, level=3, by="grade", score="0.95"),
        StatedLevel(outcome=2, level=1, by="teacher"),
    ]
    with tool.store.begin() as session:
        award = session.query(Award).one()
        award.outcome_levels = [each.as_json() for each in levels]
        session.flush()
        awards.correct(session, award, tool.clock(), TOOL)
    wait(lambda: [row for row in rows(tool, CredentialRow) if row.replaces_id])
    with tool.store.begin() as session:
        rule = session.query(AwardRule).one()
        award = session.query(Award).one()
        rule.outcome_columns = {LONG: "https://lms.example/1"}
        value = {"score": "0.55", "points": "55", "maximum": "100", "graded_at": None}
        session.add(
            ObservationRow(
                course_id=rule.course_id,
                person_id=award.person_id,
                kind=ASSESSMENT_RESULT,
                resource=column_resource(rule.link.link_id, LONG),
                value=value,
                seen_at=NOW,
                source="assessment_columns",
            )
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looks, "look_after_opening", lambda *_: None)
        yield template_id, activity


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_teacher_reads_and_states_levels(people, demo, badge, language):
    with people() as zane:
        zane.open_activity(badge[1], "Zane", language)
        token = token_of(zane)
        found = find_faults(zane, f"levels-course-{language}")
        open_page(zane, token, "/lti/app/rules/1/people")
        have = zane.frame.locator("button[value=have]")
        press_until(have, zane.frame.locator("button[value=have][aria-current]"))
        assert zane.frame.locator("form[action$='/levels']").count()
        found += find_faults(zane, f"levels-roster-{language}")
        open_page(zane, token, "/lti/app/awards/1/levels")
        assert zane.frame.locator("select[name=level-1]").input_value() == "3"
        found += find_faults(zane, f"levels-stated-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_looks_at_the_badge_sees_the_levels(people, demo, badge, language):
    with people(locale=language) as anyone:
        newest = next(row for row in rows(demo.tool, CredentialRow) if row.replaces_id)
        anyone.page.goto(f"{demo.tool_url}/badges/{newest.id}?lang={language}")
        assert anyone.page.locator(".outcomes .tag").count() == 2
        assert find_faults(anyone, f"levels-badge-{language}") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_assessor_chooses_levels(people, demo, badge, language):
    tool = demo.tool
    with people(locale=language) as ieva:
        with_authenticator(ieva)
        join(ieva, demo, language)
        offer_id = steps.offer(tool, badge[0], outcomes=len(OUTCOMES))
        application_id = steps.begun(tool, offer_id, address=f"{language}@example.org")
        said = [("yes", LONG)] * len(OUTCOMES)
        steps.change(tool, application_id, steps.identification.answer, said, tool.clock())
        steps.change(tool, application_id, steps.identification.finish, tool.clock())
        about = steps.About(title="Diploma", outcomes=(1,))
        steps.change(tool, application_id, steps.portfolio.add_file, about, steps.PDF, tool.clock())
        steps.change(tool, application_id, steps.portfolio.hand_in, tool.clock())
        with tool.store.begin() as session:
            operator = session.query(OperatorRow).order_by(OperatorRow.id.desc()).first()
            accounts.give_role(session, operator, tool.issuer.id, "assessor", tool.clock(), steps.BY)
            operator_id, key = operator.id, steps.row_of(session, application_id).key
        steps.appoint(tool, application_id, operator_id)
        here = f"{demo.tool_url}/operator/issuers/riga-college/prior-learning/applications/{key}"
        ieva.page.goto(f"{here}?lang={language}")
        assert ieva.page.locator("select[name=level-3]").count() == 1
        assert find_faults(ieva, f"levels-assessor-{language}") == []
