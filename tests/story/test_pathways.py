"""A pathway over two issuers, each with an LMS of its own: two accounts of one learner, one claim, one whole."""

import json
from functools import partial

from badges.verify import verify
from lti_tool.conditions.tree import read_tree
from lti_tool.demo.robot import Robot
from lti_tool.pathways import publishing
from lti_tool.pathways.parts import parts_of
from lti_tool.people import addresses, learner_sessions
from lti_tool.store.events import person
from lti_tool.store.models import Award, AwardRule, CredentialRow, ObservationRow, Pathway
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.fixtures import add_another_issuer, publish, rows
from tests.pathways import BY, one_set
from tests.running_demo import run_demo as run_usual_demo
from tests.running_demo import wait
from tests.story.test_story import COURSE, another_lms

ADDRESS = "anna@home.example"
run_demo = partial(run_usual_demo, poll_seconds=0.25)


def issued(tool, template_id):
    return [each for each in rows(tool, Award) if each.template_id == template_id and each.status == "issued"]


def test_parts_of_two_issuers_make_one_whole_once_their_learner_says_so(tmp_path, smtp):
    with run_demo(tmp_path, smtp_url=smtp.url) as demo:
        tool = demo.tool
        daugava = add_another_issuer(tool)
        invitation = f"{tool.tool_url}/lti/register?code={daugava.code}"
        robots = []
        with another_lms(demo, invitation) as their_lms:
            for url, registration, badge in (
                (demo.lms_url, demo.registration_url, "Data literacy"),
                (their_lms, invitation, "River pilot"),
            ):
                robot = Robot(url)
                robot.register(registration)
                robot.open_activity("Zane", robot.place_badge(COURSE, badge))
                robots.append(robot)
            # The links have to be seen closed first.
            wait(lambda: len([rule for rule in rows(tool, AwardRule) if rule.checked_at]) == 2)
            for robot in robots:
                robot.give_grades(COURSE, complete=1)
            wait(lambda: len([each for each in rows(tool, Award) if each.status == "issued"]) == 2)
        data = next(each for each in rows(tool, Award) if each.issuer_id == tool.issuer.id)
        river = next(each for each in rows(tool, Award) if each.issuer_id == daugava.id)
        assert data.person_id != river.person_id
        whole = publish(tool, name={"en": "Rivers and data", "lv": "Upes un dati"})
        with tool.store.begin() as session:
            row = publishing.begin(session, tool.issuer.id, whole, tool.clock(), BY)
            pathway_id = row.id
            sets = [one_set(data.template_id, daugava.template_id)]
            publishing.save(session, row, sets, row.changed_at, tool.clock(), BY)
            session.flush()
            publishing.publish(session, row, row.changed_at, tool.clock(), BY)
            for person_id in (data.person_id, river.person_id):
                addresses.save_proof(session, person_id, ADDRESS, tool.clock(), person(person_id))
            token = learner_sessions.start_session(session, ADDRESS, tool.clock())
        mine = partial(
            Robot(demo.lms_url).http.request,
            headers={"Cookie": f"{SESSION_COOKIE}={token}", "Sec-Fetch-Site": "same-origin"},
            timeout=10,
        )
        page = mine("GET", f"{tool.tool_url}/my/pathways").text
        assert "1 of 2 parts" in page and f'value="award-{river.id}"' in page
        assert issued(tool, whole) == []
        with tool.store.read() as session:
            part = list(parts_of(read_tree(session.get_one(Pathway, pathway_id).draft)))[1]
        form = {"part": part, "what": f"award-{river.id}"}
        told = mine("POST", f"{tool.tool_url}/my/pathways/{pathway_id}/claim", data=form)
        assert "The badge counts for this part." in told.text
        wait(lambda: len(issued(tool, whole)) == 1)
        (award,) = issued(tool, whole)
        assert award.person_id == data.person_id and award.course_id is None
        (signed,) = [each for each in rows(tool, CredentialRow) if each.award_id == award.id]
        parts = json.loads(signed.text)["credentialSubject"]["hasPart"]
        assert [each["title"]["en"].split()[0] for each in parts] == ["Data", "River"]
        for each in (*parts, {"id": json.loads(signed.text)["id"]}):
            page = mine("GET", each["id"])
            assert page.status_code == 200
        report = verify(signed.text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert report.verdict == "verified"
        assert "Awarded" in mine("GET", f"{tool.tool_url}/my/pathways").text
        # The other issuer learns nothing of it.
        assert {each.issuer_id for each in rows(tool, ObservationRow) if each.issuer_id} == {tool.issuer.id}
