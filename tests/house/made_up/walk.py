"""A walk through the tool with the three made-up plugs in their folders; run by `test_made_up_plugs`."""

import json
import re
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path

import jwt
from lti_tool.deliveries.loudspeaker import Options

from lti_tool.conditions.tree import as_json, demands, read_tree
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule
from lti_tool.values import DeepLinkingSettings
from lti_tool.web import create_app
from lti_tool.wiring import build_tool
from tests.fixtures import (
    ANNA,
    JANIS,
    ZANE,
    Clock,
    FakePlatform,
    complete,
    launch_of,
    learner,
    make_rule,
    publish,
    run_due_jobs,
    settings_for,
)

PLACING = {
    "message_type": "LtiDeepLinkingRequest",
    "resource_link_id": None,
    "deep_linking": DeepLinkingSettings(return_url="https://moodle.example.org/return"),
}


def page_of(tool, browser, person, path, form=None, **changes):
    """What the person sees at a page of their own launch, in English."""
    with tool.store.begin() as session:
        launch = launch_of(person, 1, locale="en", **changes)
        token = sessions.start_session(session, launch, tool.clock()).token
    answer = browser.post(f"/lti/app/{path}", data={"_launch": token, **(form or {})}, base_url=tool.tool_url)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def a_demand_is_placed_changed_and_refused(tool, browser, rule_id, chosen):
    """The form of a condition that stands beside the occasion, on the page of placing and on the teacher's."""
    assert 'id="rested.most"' in page_of(tool, browser, ZANE, "choose", **PLACING)
    refused = page_of(tool, browser, ZANE, "place", {**chosen, "rested.most": "x"}, **PLACING)
    assert "“x” is no number of hours that one can rest from." in refused
    assert 'href="#rested.most"' in refused and 'id="rested.most-wrong"' in refused
    placed = page_of(tool, browser, ZANE, "place", {**chosen, "rested.most": "9"}, **PLACING)
    message = jwt.decode(
        re.search(r'name="JWT" value="([^"]+)"', placed)[1], options={"verify_signature": False}
    )
    (item,) = message["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    attended, rested = json.loads(item["custom"]["rule"])["all"]
    assert (attended["condition"], rested) == ("attended", {"condition": "rested", "most": 9})

    address = f"rules/{rule_id}/conditions"
    field = f'id="rule-{rule_id}.rested.most"'
    assert f'{field} value=""' in page_of(tool, browser, ZANE, "course")
    refused = page_of(tool, browser, ZANE, address, {"rested.most": "y"})
    assert "“y” is no number of hours that one can rest from." in refused
    assert f'href="#rule-{rule_id}.rested.most"' in refused
    assert f'{field} value="y"' in refused and f'id="rule-{rule_id}.rested.most-wrong"' in refused
    assert f'{field} value="5"' in page_of(tool, browser, ZANE, address, {"rested.most": "5"})
    assert demands_of(tool, rule_id) == [{"condition": "rested", "most": 5}]
    assert f'{field} value="9"' in page_of(tool, browser, ZANE, address, {"rested.most": "9"})
    assert demands_of(tool, rule_id) == [{"condition": "rested", "most": 9}]


def demands_of(tool, rule_id):
    """What the rule asks for beside its occasion, as JSON."""
    with tool.store.read() as session:
        tree = read_tree(queries.rules.active_version(session, rule_id).tree)
        return [as_json(leaf) for leaf in demands(tree)]


def main(folder: Path) -> None:
    """Raises AssertionError where a plug does not take part."""
    tool = build_tool(settings_for(f"sqlite:///{folder / 'nozimite.sqlite'}", folder), Clock())
    announced = folder / "announced"
    channels = {**tool.issuers.channels, "loudspeaker": Options(file=announced)}
    tool = replace(tool, issuers=replace(tool.issuers, channels=channels))
    rule_id = make_rule(tool, publish(tool), {"condition": "attended", "hours": 6})
    complete(tool, FakePlatform(everyone=[ZANE, ANNA, JANIS, learner(9)]), rule_id)
    with tool.store.read() as session:
        assert session.query(Award).all() == []
    browser = create_app(tool).test_client()
    placing = page_of(tool, browser, ZANE, "choose", **PLACING)
    assert "When they have attended" in placing and "Hours needed" in placing
    badge = re.search(r'name="badge" value="([^"]+)"', placing)[1]
    chosen = {"badge": badge, "condition": "attended", "attended.hours": "x"}
    assert "“x” is no number of hours." in page_of(tool, browser, ZANE, "place", chosen, **PLACING)
    chosen["attended.hours"] = "6"
    assert 'name="JWT"' in page_of(tool, browser, ZANE, "place", chosen, **PLACING)
    a_demand_is_placed_changed_and_refused(tool, browser, rule_id, chosen)
    building = page_of(tool, browser, ZANE, f"rules/{rule_id}/parts")
    assert "they have attended for 6 hours and they have attended for no more than 9 hours." in re.sub(
        "<[^>]+>", "", building
    )
    assert 'name="n1.attended.hours" value="6"' in building and '<option value="rested">' in building
    teachers = page_of(tool, browser, ZANE, "course")
    assert "Learners get this badge when they have attended." in teachers
    assert "<li><span>0 learners were present</span></li>" in teachers
    assert "The attendance list is missing (6)" in teachers
    (address,) = re.findall(r'action="/lti/app/([^"]+/attended)"', teachers)
    teachers = page_of(tool, browser, ZANE, address, {})
    assert "Saved. The list is read soon." in teachers
    assert "The attendance list is missing" not in teachers
    assert "You handed in the list on" in teachers
    assert "Learners get this badge when they are on the list that you handed in." in teachers
    assert "The list is in already." in page_of(tool, browser, ZANE, address, {})
    assert "You have not attended yet." in page_of(tool, browser, ANNA, "learner")

    told = {"link": "1", "people": [ANNA.user_id, "nobody"], "hours": 6}
    address = "/sources/attendance_list/1/42"
    assert browser.post(address, base_url=tool.tool_url, data=json.dumps(told)).status_code == 403
    for nowhere in ("/sources/attendance_list/2/42", "/sources/teacher/1/42", "/sources/nobody/1/42"):
        assert browser.post(nowhere, base_url=tool.tool_url, data=json.dumps(told)).status_code == 404
    answer = browser.post(
        address, base_url=tool.tool_url, data=json.dumps(told), headers={"X-Secret": "open sesame"}
    )
    assert (answer.status_code, answer.data) == (202, b"noted")
    run_due_jobs(tool)
    with tool.store.read() as session:
        (award,) = session.query(Award)
        assert award.person.name == ANNA.name
        attended, rested = award.trace["parts"]
        assert (attended["values"]["hours"], rested["code"]) == ("6", "rested")
        assert session.query(AwardRule).one().trouble is None
    teachers = page_of(tool, browser, ZANE, "course")
    assert "<li><span>1 learner was present</span></li>" in teachers
    everybody = page_of(tool, browser, ZANE, f"rules/{rule_id}/people")
    assert "Attended for 6 hours, by the list of" in everybody
    assert announced.read_text(encoding="utf-8").startswith("Anna Bērziņa: ")
    tool.store.close()


main(Path(sys.argv[1]))
