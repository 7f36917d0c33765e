"""Statements of the Experience API, as a platform sends them: who may, what they tell, and what is refused."""

import base64
import copy
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from lti_tool.awarding.course_sources import sources_of
from lti_tool.observations import COURSE_COMPLETED
from lti_tool.platforms import source_access
from lti_tool.platforms.xapi_statements import MOST_STATEMENTS
from lti_tool.store.models import Course, ObservationRow
from lti_tool.values import Given
from tests.fixtures import ANNA, JANIS, NOW

SITE = "https://moodle.example.org"
PASSWORD = "of a test, and as long as one that is made"
ADL = "http://adlnet.gov/expapi/verbs/"


def basic(user="nozimite", password=PASSWORD, scheme="Basic"):
    return {"Authorization": f"{scheme} " + base64.b64encode(f"{user}:{password}".encode()).decode()}


HEADERS = {"X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"}


def statement(person=ANNA, at=NOW, **changes):
    """As the tests of logstore_xapi have it."""
    return {
        "actor": {"name": "A learner", "account": {"homePage": SITE, "name": person.user_id}},
        "verb": {"id": f"{ADL}completed", "display": {"en": "completed"}},
        "object": {
            "id": f"{SITE}/course/view.php?id=42",
            "definition": {"type": "http://id.tincanapi.com/activitytype/lms/course"},
        },
        "timestamp": at.isoformat(),
        "context": {
            "platform": "Moodle",
            "extensions": {
                "http://lrs.learninglocker.net/define/extensions/info": {
                    "event_name": "\\core\\event\\course_completed"
                }
            },
        },
    } | changes


@pytest.fixture
def annas_course(school, web_tool, clock):
    school.launch(ANNA)
    school.launch(JANIS)
    given = Given(secrets={"password": PASSWORD})
    with web_tool.store.begin() as session:
        source_access.give(session, 1, "xapi", given, web_tool.encrypt, clock())


@pytest.fixture
def send(browser, annas_course):
    def send(body, method="POST", path="statements", query="", headers=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = HEADERS | basic() if headers is None else headers
        address = f"/sources/xapi/1/{path}{query}"
        return browser.open(address, method=method, data=body, headers=headers)

    return send


@pytest.fixture
def completions(web_tool):
    """Of whom a completion was told, and when it was."""

    def completions():
        with web_tool.store.read() as session:
            rows = [row for row in session.query(ObservationRow) if row.kind == COURSE_COMPLETED]
            assert all(row.source == "xapi" and row.value["waits"] == "" for row in rows)
            return [row.value["completed_at"] for row in rows]

    return completions


@pytest.mark.parametrize(
    "verb", [f"{ADL}completed", "http://id.tincanapi.com/verb/completed", f"{ADL}passed"]
)
def test_a_course_that_was_completed_is_told(send, completions, verb):
    answer = send(statement(verb={"id": verb}))
    assert (answer.status_code, len(answer.json)) == (200, 1)
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"
    assert completions() == [NOW.isoformat()]


def test_ids_are_answered_in_their_sequence(send, completions):
    own = [str(uuid4()), str(uuid4())]
    answer = send([statement(id=own[0]), statement(JANIS, id=own[1]), statement(at=NOW - timedelta(days=2))])
    assert answer.json[:2] == own and len(answer.json) == 3
    assert len(completions()) == 3


def test_a_thousand_times_the_same_in_any_sequence_is_each_once(send, completions):
    first, second = statement(at=NOW - timedelta(days=2)), statement(at=NOW - timedelta(days=1))
    for batch in ([first] * 250, [second, first] * 125, [first, second] * 125):
        assert send(batch).status_code == 200
    assert send(second).status_code == 200
    assert len(completions()) == 2


def test_one_is_put_under_its_own_id(send, completions):
    own = str(uuid4())
    assert send(statement(), "PUT", query=f"?statementId={own}").status_code == 204
    assert completions() == [NOW.isoformat()]
    for body, query in (
        (statement(), ""),
        (statement(), "?statementId=1"),
        ([statement()], f"?statementId={own}"),
        (statement(id=str(uuid4())), f"?statementId={own}"),
    ):
        assert send(body, "PUT", query=query).status_code == 400


def test_what_it_is_is_told_and_statements_are_not_given_out(send):
    about = send(b"", "GET", "about", headers={})
    assert (about.status_code, about.json) == (200, {"version": ["1.0.3"]})
    assert send(b"", "GET").status_code == 405
    assert send(b"", "GET", headers=HEADERS).status_code == 401
    assert send(statement(), path="activities/state").status_code == 404
    assert send(statement(), path="statements/").status_code in (200, 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        basic(password="guessed"),
        basic(password=""),
        basic(user="admin"),
        basic(scheme="Bearer"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic ***"},
        {"Authorization": f"Basic {PASSWORD}"},
    ],
    ids=range(8),
)
def test_who_has_not_the_password_is_refused(send, completions, wrong):
    answer = send(statement(), headers=HEADERS | wrong)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="xAPI"')
    assert completions() == []


def test_a_platform_without_a_password_is_sent_nothing(send, completions, web_tool, clock):
    with web_tool.store.begin() as session:
        source_access.take_away(session, 1, "xapi", clock())
    for password in (PASSWORD, ""):
        assert send(statement(), headers=HEADERS | basic(password=password)).status_code == 401
    assert completions() == []


def test_a_password_is_for_one_platform_only(send, browser, completions):
    address = "/sources/xapi/2/statements"
    assert browser.post(address, json=statement(), headers=HEADERS | basic()).status_code == 404
    assert completions() == []


@pytest.mark.parametrize(
    "foreign",
    [
        {"object": {"id": "https://other.example.org/course/view.php?id=42"}},
        {"object": {"id": f"https://other.example.org/?{SITE}/course/view.php?id=42"}},
        {"object": {"id": f"{SITE}.evil.example/course/view.php?id=42"}},
        {"object": {"id": f"{SITE}/moodle/course/view.php?id=42"}},
        {"actor": {"account": {"homePage": "https://other.example.org", "name": ANNA.user_id}}},
        {"actor": {"account": {"homePage": None, "name": ANNA.user_id}}},
        {"actor": {"account": {"name": ANNA.user_id}}},
    ],
    ids=range(7),
)
def test_what_belongs_to_another_platform_is_refused_with_all_that_came_with_it(send, completions, foreign):
    answer = send([statement(), statement(**foreign)])
    assert answer.status_code == 403
    assert completions() == []


def event(name):
    return {"extensions": {"http://lrs.learninglocker.net/define/extensions/info": {"event_name": name}}}


@pytest.mark.parametrize(
    "other",
    [
        {"context": event("\\core\\event\\course_module_completion_updated")},
        {"context": event(None)} | {"verb": {"id": f"{ADL}attempted"}},
        {"context": event(["\\core\\event\\course_completed"])},
        {"object": {"id": f"{SITE}/mod/quiz/view.php?id=42"}},
        {"object": {"id": f"{SITE}/course/view.php?id=42&section=1"}},
        {"object": {"id": f"{SITE}/course/view.php?id=42x"}},
        {"object": {"id": f"{SITE}/course/view.php?id=４２"}},
        {"object": {"id": 42}},
        {"object": {}},
        {"object": {"objectType": "SubStatement", "id": f"{SITE}/course/view.php?id=42"}},
        {"verb": {"id": f"{ADL}failed"}},
        {"verb": {"id": [f"{ADL}completed"]}},
        {"verb": {}},
        {"result": {"completion": False}},
        {"result": {"success": False}},
        {"result": {"success": "false"}},
        {"result": {"success": None}},
        {"result": "completed"},
        {"actor": {"mbox": "mailto:anna@example.org"}},
        {"actor": {"objectType": "Group", "account": {"homePage": SITE, "name": ANNA.user_id}}},
        {"actor": {"account": {"homePage": SITE, "name": ["7"]}}},
        {"actor": {"account": {"homePage": SITE, "name": "nobody"}}},
        {"actor": {"account": {"homePage": SITE}}},
        {"object": {"id": f"{SITE}/course/view.php?id=43"}},
    ],
    ids=range(24),
)
def test_what_is_no_completion_of_a_course_by_a_known_person_is_taken_and_tells_nothing(
    send, completions, other
):
    assert send(statement(**other)).status_code == 200
    assert completions() == []


@pytest.mark.parametrize("context", [None, {}, {"extensions": None}, {"extensions": {"a": 1}}, "x"])
def test_a_statement_that_names_no_event_is_believed_by_its_verb(send, completions, context):
    assert send(statement(context=context)).status_code == 200
    assert completions() == [NOW.isoformat()]


@pytest.mark.parametrize(
    "time",
    [(NOW + timedelta(hours=1)).isoformat(), "2026-11-27T10:00:00", "yesterday", 1795251528, None, True, ""],
)
def test_a_completion_at_a_time_that_cannot_be_is_refused(send, completions, time):
    assert send(statement(timestamp=time)).status_code == 400
    assert completions() == []


def test_a_clock_that_is_a_little_ahead_and_any_past_are_taken(send, completions):
    times = [NOW + timedelta(minutes=4), NOW - timedelta(days=9000)]
    assert send([statement(at=each) for each in times]).status_code == 200
    assert completions() == [each.isoformat() for each in times]


def test_what_is_voided_in_the_same_message_is_not_told(send, completions):
    own = str(uuid4()).upper()
    voiding = statement(verb={"id": f"{ADL}voided"}, object={"objectType": "StatementRef", "id": own.lower()})
    assert send([statement(id=own), voiding, statement(JANIS)]).status_code == 200
    assert len(completions()) == 1
    assert send(voiding).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"x"',
        b"[null]",
        b"[[]]",
        b"[" * 50_000,
        b"NaN",
        json.dumps(statement()).encode()[:-30],
        json.dumps(statement()).encode().replace(b'"completed"', b"NaN"),
        {},
        statement(actor=None),
        statement(verb="completed"),
        statement(object=[]),
        statement(id="7"),
        statement(id=None),
        statement(attachments=[{"usageType": "x", "length": 3}]),
        [statement(), {}],
        [statement(id="6690e6c9-3ef0-4ed3-8b37-7f3964730bee")] * 2,
        [{"actor": {}, "verb": {}, "object": {}}] * (MOST_STATEMENTS + 1),
    ],
    ids=range(21),
)
def test_what_is_no_statement_is_refused_whole(send, completions, body):
    assert send(body).status_code == 400
    assert completions() == []


def test_attachments_and_other_versions_are_refused(send, completions):
    mixed = HEADERS | basic() | {"Content-Type": "multipart/mixed; boundary=x"}
    assert send(statement(), headers=mixed).status_code == 400
    for version in ("", "0.95", "1.1.0", "3"):
        headers = HEADERS | basic() | {"X-Experience-API-Version": version}
        assert send(statement(), headers=headers).status_code == 400
    old = copy.copy(HEADERS) | basic()
    del old["X-Experience-API-Version"]
    assert send(statement(), headers=old).status_code == 400
    assert completions() == []


def test_no_answer_names_anybody(send):
    for body in (statement(timestamp="Anna"), statement(id="Anna"), b"Anna"):
        assert b"Anna" not in send(body).data


def of_xapi(tool):
    with tool.store.read() as session:
        course = session.query(Course).one()
        return next(each for each in sources_of(session, course) if each.name == "xapi")


def test_it_is_known_when_something_was_told_and_when_a_message_was_refused(send, web_tool, clock):
    assert (of_xapi(web_tool).told_at, of_xapi(web_tool).refused_at) == (None, None)
    wrong = HEADERS | basic(password="another")
    clock.advance(minutes=1)
    refused_at = clock()
    assert send(statement(), headers=wrong).status_code == 401
    assert of_xapi(web_tool).refused_at == refused_at
    clock.advance(seconds=30)
    assert send(statement(), headers=wrong).status_code == 401
    assert of_xapi(web_tool).refused_at == refused_at  # anybody may send one: it is stored once a minute
    clock.advance(seconds=31)
    assert send(statement(), headers=wrong).status_code == 401
    assert of_xapi(web_tool).refused_at == clock()
    assert send(statement()).status_code == 200
    assert (of_xapi(web_tool).told_at, of_xapi(web_tool).refused_at) == (clock(), None)


def test_what_nobody_set_up_keeps_no_refusals(browser, school, web_tool):
    school.launch(ANNA)
    answer = browser.post("/sources/xapi/1/statements", json=statement(), headers=HEADERS | basic())
    assert answer.status_code == 401
    assert of_xapi(web_tool).refused_at is None
