"""A level of each outcome at two issuers: by grades in the course of one, by assessors at the other."""

from __future__ import annotations

import json
from functools import partial

from badges.eu.rubric_levels import levels_in_brief
from badges.template.outcome_levels import ready_scale
from badges.verify import verify
from lti_tool.demo.robot import Robot
from lti_tool.issuing.signed_content import signed_content
from lti_tool.prior_learning.agreement import Found, Outcome
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event, ObservationRow, TemplateVersion
from lti_tool.templates import versions
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, publish, rows, template_data
from tests.running_demo import run_demo as run_usual_demo
from tests.running_demo import wait
from tests.story.test_story import COURSE

run_demo = partial(run_usual_demo, poll_seconds=3600)
BY_GRADE = {"condition": "result_at_least", "result_at_least.minimum": "50", "confirmed.each": "no"}
OUTCOMES = [
    {"text": {"en": "Plans a bridge", "lv": "Plāno tiltu"}, "assessed_by": "Plan"},
    {"text": {"en": "Builds a bridge", "lv": "Būvē tiltu"}, "assessed_by": "Model"},
    {"text": {"en": "Names bridges", "lv": "Nosauc tiltus"}},
]


def of_daugava(tool, issuer_id: str) -> str:
    """The id of a template of the other issuer with the same outcomes, of which prior learning is recognised."""
    fields = {
        "name": {"en": "Ferries", "lv": "Prāmji"},
        "learning_outcomes": OUTCOMES,
        "level": "not-applicable",
    }
    with tool.store.begin() as session:
        data = (
            template_data() | fields | {"outcome_levels": ready_scale(None), "lki_level": None, "cycle": None}
        )
        row = versions.add(session, data, tool.clock(), issuer_id=issuer_id)
        versions.publish(row, tool.issuers.of(session, issuer_id).profile, tool.clock())
        return row.template_id


def assessed(*levels: int | None) -> Found:
    outcomes = tuple(Outcome(met=True, words="Seen.", level=each) for each in levels)
    return Found(outcomes=outcomes, identity="document", name=steps.NAME)


def badge_of(tool, issuer_id: str) -> CredentialRow | None:
    """The badge of the issuer that is in use."""
    with tool.store.read() as session:
        awards = [each.id for each in session.query(Award) if each.issuer_id == issuer_id]
    in_use = [row for row in rows(tool, CredentialRow) if row.award_id in awards and row.revoked_at is None]
    return in_use[0] if in_use else None


def levels(row: CredentialRow) -> list[tuple[int, int]]:
    return [(each.outcome, each.level) for each in signed_content(row.text).reached_levels]


def recognised(tool, issuer_id: str, template_id: str) -> None:
    """Somebody's prior learning is recognised there, by what two assessors found."""
    offer_id = steps.offer(tool, template_id, issuer_id, outcomes=len(OUTCOMES))
    application_id = steps.begun(tool, offer_id)
    said = [("yes", "I do this every day.")] * len(OUTCOMES)
    steps.change(tool, application_id, steps.identification.answer, said, tool.clock())
    steps.change(tool, application_id, steps.identification.finish, tool.clock())
    about = steps.About(title="Diploma", outcomes=(1,))
    steps.change(tool, application_id, steps.portfolio.add_file, about, steps.PDF, tool.clock())
    steps.change(tool, application_id, steps.portfolio.hand_in, tool.clock())
    for found in (assessed(3, 2, None), assessed(2, 2, 1)):
        operator_id = steps.new_operator(tool, "assessor", issuer_id=issuer_id)
        steps.appoint(tool, application_id, operator_id)
        steps.assess(tool, application_id, operator_id, found)
    certifier = steps.new_operator(tool, "approver", issuer_id=issuer_id)
    steps.grant(tool, application_id, steps.decided(tool, certifier, level=""))


def test_grades_decide_at_one_issuer_assessors_at_the_other_and_neither_sees_the_others(tmp_path, smtp):
    with run_demo(tmp_path, smtp_url=smtp.url) as demo:
        tool = demo.tool
        riga, daugava = tool.issuer.id, add_another_issuer(tool).id
        publish(tool, name={"en": "Bridges"}, learning_outcomes=OUTCOMES, outcome_levels=ready_scale(None))
        ferries = of_daugava(tool, daugava)
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        activity = robot.place_badge(COURSE, "Bridges", minimum_percent=None, more_fields=BY_GRADE)
        page = robot.open_activity("Zane", activity)
        assert page.text.count("no column yet") == 2
        page = robot.press(page, "/columns")
        assert "no column yet" not in page.text
        (rule,) = rows(tool, AwardRule)
        assert list(rule.outcome_columns) == ["Plan", "Model"]

        robot.type_grades(COURSE, "Anna", "95", column="Plan – ")
        robot.type_grades(COURSE, "Anna", "55", column="Model – ")
        # The badge's own column, which decides whether she gets it.
        robot.type_grades(COURSE, "Anna", "80", column=", Bridges")
        robot.press(robot.open_activity("Zane", activity), "/check")
        recognised(tool, daugava, ferries)
        own = wait(lambda: badge_of(tool, riga))
        theirs = wait(lambda: badge_of(tool, daugava))
        assert levels(own) == [(1, 3), (2, 1)]
        assert levels(theirs) == [(1, 2), (2, 2)]
        for row, brief in ((own, "advanced (1 of 3), basic (1 of 3)"), (theirs, "proficient (2 of 3)")):
            report = verify(row.text.encode(), tool.find_key, tool.find_status, tool.clock())
            assert report.verdict == "verified"
            assert levels_in_brief(report.credential)["en"] == brief
            skills = json.loads(row.text)["credentialSubject"]["achievement"]["resultDescription"]
            assert [each["title"]["en"] for each in skills[1:]] == [each["text"]["en"] for each in OUTCOMES]

        # A regrade is the teacher's to state, and touches nothing of the other issuer.
        robot.type_grades(COURSE, "Anna", "91", column="Model – ")
        robot.press(robot.open_activity("Zane", activity), "/check")
        page = robot.open_activity("Zane", activity)
        assert "basic" in page.text and "Issue the badge with this grade" in page.text
        robot.press(page, "/restate")
        corrected = wait(lambda: (row := badge_of(tool, riga)) and row.id != own.id and row)
        assert levels(corrected) == [(1, 3), (2, 3)]
        assert badge_of(tool, daugava).id == theirs.id
        seen = {(each.issuer_id, each.kind) for each in rows(tool, ObservationRow) if each.issuer_id}
        assert {issuer for issuer, _kind in seen} == {daugava}
        stated = {
            each.issuer_id for each in rows(tool, Event) if each.what in ("corrected", "level_columns_made")
        }
        assert stated == {riga}
        assert {each.issuer_id for each in rows(tool, TemplateVersion) if each.template_id == ferries} == {
            daugava
        }
