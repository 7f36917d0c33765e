"""Feedback over two issuers, each with an LMS of its own: nobody of the one is counted, mailed or seen by the other."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

from lti_tool.demo.robot import Robot
from lti_tool.feedback.daily import do_daily
from lti_tool.feedback.questions import QUESTIONS
from lti_tool.people import addresses, learner_sessions
from lti_tool.store.events import person
from lti_tool.store.models import Award, AwardRule
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.feedback import results
from tests.fixtures import add_another_issuer, change_issuer, rows
from tests.running_demo import run_demo, wait
from tests.story.test_story import COURSE, another_lms

LEARNERS = 5


def signed_in(tool, award):
    """Requests of the award's learner, by a session to an address that only they have proved."""
    address = f"learner{award.person_id}@home.example"
    with tool.store.begin() as session:
        addresses.save_proof(session, award.person_id, address, tool.clock(), person(award.person_id))
        token = learner_sessions.start_session(session, address, tool.clock())
    headers = {"Cookie": f"{SESSION_COOKIE}={token}", "Sec-Fetch-Site": "same-origin"}
    return partial(Robot(tool.tool_url).http.request, headers=headers, timeout=20)


def page_of(tool, award):
    with tool.store.read() as session:
        return f"{tool.tool_url}/my/badges/{session.get_one(Award, award.id).credential.id}"


def asking(smtp):
    return [mail for mail in smtp.mails if "What became of your badge" in str(mail["Subject"])]


def test_two_issuers_ask_their_own_learners_and_count_their_own_answers(tmp_path, smtp):
    with run_demo(tmp_path, smtp_url=smtp.url, poll_seconds=0.25) as demo:
        tool = demo.tool
        daugava = add_another_issuer(tool)
        invitation = f"{tool.tool_url}/lti/register?code={daugava.code}"
        with another_lms(demo, invitation) as their_lms:
            schools = {
                tool.issuer.id: (Robot(demo.lms_url), demo.registration_url, "Data literacy"),
                daugava.id: (Robot(their_lms), invitation, "River pilot"),
            }
            for robot, registration, badge in schools.values():
                robot.register(registration)
                robot.open_activity("Zane", robot.place_badge(COURSE, badge))
            # The links have to be seen closed first.
            wait(lambda: len([rule for rule in rows(tool, AwardRule) if rule.checked_at]) == 2)
            for robot, _registration, _badge in schools.values():
                robot.give_grades(COURSE, complete=LEARNERS)
            wait(lambda: len([each for each in rows(tool, Award) if each.status == "issued"]) == 2 * LEARNERS)
        ours = [each for each in rows(tool, Award) if each.issuer_id == tool.issuer.id]
        theirs = [each for each in rows(tool, Award) if each.issuer_id == daugava.id]
        requests = {award.id: signed_in(tool, award) for award in (*ours, *theirs)}

        # At once: all of the one issuer answer, and all but one of the other.
        form = dict.fromkeys(QUESTIONS["claim"], "5")
        for award in (*ours, *theirs[1:]):
            assert "Answer three questions" in requests[award.id]("GET", page_of(tool, award)).text
            said = requests[award.id]("POST", f"{page_of(tool, award)}/feedback", data=form)
            assert "Your answers were counted" in said.text
        # About a badge of somebody else nobody answers.
        assert (
            requests[theirs[0].id]("POST", f"{page_of(tool, ours[0])}/feedback", data=form).status_code == 404
        )
        do_daily(tool, tool.clock())
        assert results(tool, ours[0].template_id)["claim"].answers == LEARNERS
        assert results(tool, theirs[0].template_id)["claim"].answers == 0
        requests[theirs[0].id]("GET", page_of(tool, theirs[0]))
        requests[theirs[0].id]("POST", f"{page_of(tool, theirs[0])}/feedback", data=form)
        do_daily(tool, tool.clock())
        assert results(tool, theirs[0].template_id)["claim"].answers == LEARNERS

        # Later: the one issuer asks after a month, and the other, as usual, not yet.
        change_issuer(tool, feedback={"later_months": 1})
        with tool.store.begin() as session:
            for award in session.query(Award):
                award.claimed_at = tool.clock() - timedelta(days=31)
        do_daily(tool, tool.clock())
        mailed = wait(lambda: len(asking(smtp)) >= LEARNERS and asking(smtp))
        assert sorted(mail["To"].addresses[0].addr_spec for mail in mailed) == sorted(
            f"learner{award.person_id}@home.example" for award in ours
        )
        text = mailed[0].get_body(("plain",)).get_content()
        link = re.search(r"https?://\S+/my/badges/\S+", text)[0]
        to = mailed[0]["To"].addresses[0].addr_spec
        award = next(each for each in ours if to == f"learner{each.person_id}@home.example")
        assert link == f"{page_of(tool, award)}?lang=en#feedback"
        page = requests[award.id]("GET", link).text
        assert "I use what I learned." in page
        assert "I use what I learned." not in requests[theirs[0].id]("GET", page_of(tool, theirs[0])).text
        form = dict.fromkeys(QUESTIONS["later"], "2")
        assert "Thank you" in requests[award.id]("POST", f"{page_of(tool, award)}/feedback", data=form).text
        do_daily(tool, tool.clock())
        assert results(tool, award.template_id)["later"].answers == 0
