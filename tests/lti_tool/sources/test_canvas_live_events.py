"""Live Events at the tool's address: what they award, once, however often and in whatever order they come."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.awarding import looks
from lti_tool.observations import COURSE_COMPLETED
from lti_tool.platforms import registrations, source_access
from lti_tool.platforms.live_events import KEYS_URL
from lti_tool.sources import canvas_live_events
from lti_tool.sources.set_up import read_settings
from lti_tool.store.models import Award, ObservationRow, Outbox, PlatformAccount
from lti_tool.values import Given
from lti_tool.web import create_app, rate_limits
from tests.amounts import amount
from tests.fixtures import ANNA, JANIS, FakePlatform, make_rule, rows
from tests.lti_tool.platforms.test_live_events import KEY, ROOT, completed, signed
from tests.lti_tool.web.conftest import Network, browser_of

SECRET = "of-the-address"
REPLAYS = amount("times that one event is sent", small=60, full=1000)
#: What a launch in Canvas tells beside all else.
CUSTOM = {
    "canvas_user_id": "3",
    "canvas_course_id": "565",
    "canvas_root_account_uuid": ROOT,
}


@pytest.fixture
def network():
    network = Network()
    network.table[KEYS_URL] = {"keys": [KEY]}
    return network


@pytest.fixture
def canvas(tool, network, published, clock):
    """A course of Canvas, number 565 there, with a badge for completing it; Anna is number 123 there, Jānis 124."""
    from dataclasses import replace

    from lti_tool.platforms.key_sets import KeySets

    tool = replace(tool, outgoing=network, key_sets=KeySets(network, lambda: clock().timestamp()))
    make_rule(
        tool,
        published,
        {"condition": "course_completed"},
        api_user_id=f"{ROOT}:3",
        api_course_id=f"{ROOT}:565",
    )
    with tool.store.begin() as session:
        registrations.update(session, 1, {"product": "canvas"}, clock())
        given = Given(secrets={"secret": SECRET})
        source_access.give(session, 1, canvas_live_events.NAME, given, tool.encrypt, clock())
    platform = FakePlatform()
    looks.look(tool.store, platform, 1, clock())
    with tool.store.begin() as session:
        for account in session.query(PlatformAccount):
            numbers = {ANNA.user_id: "123", JANIS.user_id: "124"}
            account.api_id = f"{ROOT}:{numbers.get(account.user_id, '3')}"
    return tool


@pytest.fixture
def browser(canvas):
    app = create_app(canvas)
    rate_limits.switch_off(app)
    return browser_of(app)


def send(browser, body, path=f"1/{SECRET}"):
    return browser.post(f"/sources/canvas_live_events/{path}", data=body).status_code


def told(tool):
    return [row for row in rows(tool, ObservationRow) if row.source == canvas_live_events.NAME]


def test_an_event_awards_whoever_has_completed(browser, canvas):
    assert send(browser, b'"%s"' % signed()) == 204
    (award,) = rows(canvas, Award)
    (row,) = told(canvas)
    assert (award.person_id, row.person_id, row.kind) == (row.person_id, award.person_id, COURSE_COMPLETED)
    assert row.value["completed_at"] == "2026-11-20T13:38:00.218000+00:00"
    assert "Isaac" not in json.dumps(row.value) and "inewton" not in json.dumps(row.value)


def test_the_same_events_again_and_again_in_any_order_award_once(browser, canvas):
    events = [
        signed(completed()),
        signed(completed(progress={"completed_at": "2026-11-21T08:00:00Z"})),
        signed(completed("course_progress")),
        signed(completed(progress={"requirement_completed_count": 5})),
        signed(completed(body={"user": {"id": "124"}})),
    ]
    sent = events * (REPLAYS // len(events))
    random.Random(16).shuffle(sent)
    assert {send(browser, event) for event in sent} == {204}
    assert len(rows(canvas, Award)) == 2
    # Anna's completion was told with two dates, each once.
    assert len(told(canvas)) == 3


def test_two_at_once_are_one(browser, canvas):
    app = browser.application

    def one(_):
        return send(browser_of(app), signed())

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(8))) <= {204, 503}
    assert len(rows(canvas, Award)) == len(told(canvas)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {"root_account_uuid": "another institution"}},
        {"metadata": {"hostname": "school.beta.instructure.com"}},
        {"body": {"course": {"id": "566"}}},
        {"body": {"user": {"id": "999"}}},
        {"body": {"user": {"id": str(10**13 + 123)}}},
    ],
)
def test_what_is_about_somebody_or_something_else_awards_nobody(browser, canvas, changes):
    assert send(browser, signed(completed(**changes))) == 204
    assert rows(canvas, Award) == told(canvas) == []


@pytest.mark.parametrize(
    "body", [b"", json.dumps(completed()).encode(), signed(kid="other"), signed()[:-3], b"\xff" * 500_000]
)
def test_what_is_forged_is_refused(browser, canvas, body):
    assert send(browser, body) == 401
    assert rows(canvas, Award) == told(canvas) == []


@pytest.mark.parametrize("path", ["1/", "1/wrong", f"1/{SECRET}x", f"1/{SECRET}/x", f"2/{SECRET}", "1/ā"])
def test_there_is_one_address(browser, canvas, path):
    assert send(browser, signed(), path) == 404
    assert rows(canvas, Award) == []


def test_canvas_is_to_send_again_what_could_not_be_checked(browser, canvas, network):
    del network.table[KEYS_URL]
    assert send(browser, signed()) == 503


def test_two_people_with_one_number_are_nobody(browser, canvas):
    with canvas.store.begin() as session:
        for account in session.query(PlatformAccount):
            if account.user_id in (ANNA.user_id, JANIS.user_id):
                account.api_id = f"{ROOT}:123"
    assert send(browser, signed()) == 204
    assert rows(canvas, Award) == []


def test_whoever_taught_the_course_earns_nothing_by_an_event(browser, canvas):
    assert send(browser, signed(completed(body={"user": {"id": "3"}}))) == 204
    assert rows(canvas, Award) == []


def next_look(tool):
    return next(row.due_at for row in rows(tool, Outbox) if row.id == "look-1")


def test_an_event_brings_a_look_forward_only_where_that_tells_more(browser, canvas, clock):
    with canvas.store.begin() as session:
        looks.schedule_first_look(session, 1, clock.now)
        row = session.get_one(Outbox, "look-1")
        row.due_at = later = clock.advance(hours=1)
    clock.advance(hours=-1)
    event = signed(completed("course_grade_change", body={"course_id": "565", "user_id": "123"}))
    assert send(browser, event) == 204
    assert next_look(canvas) == later
    with canvas.store.begin() as session:
        given = Given(settings={"granted_site": "https://school.instructure.com"})
        source_access.give(session, 1, "canvas_rest", given, canvas.encrypt, clock(), course_id=1)
    assert send(browser, event) == 204
    assert next_look(canvas) == clock.now
    assert told(canvas) == []


def test_the_secret_of_the_address_is_made_and_the_keys_are_canvas_own_unless_named():
    given = read_settings(canvas_live_events.SET_UP, {})
    assert len(given.secrets["secret"]) >= 43 and given.settings == {}
    named = read_settings(canvas_live_events.SET_UP, {"jwks_url": "https://keys.example.org/jwks"})
    assert named.settings == {"jwks_url": "https://keys.example.org/jwks"}
