"""Who asks too often is told so, and keeps nobody else out: a whole school may come from one address."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from limits import RateLimitItemPerMinute
from sqlalchemy import event

from lti_tool.store.models import LaunchSession
from lti_tool.web import create_app
from tests.amounts import amount
from tests.attacks.hammering import at, hammer
from tests.fixtures import ANNA, JANIS, NEW_REGISTRATION, ZANE, learner
from tests.lti_tool.web.conftest import CLAIM, FROM_ELSEWHERE, browser_of, hidden, text_of

LEARNERS = amount("learners who open their badge at once behind one address", small=300, full=3000)
LOGIN = {"iss": NEW_REGISTRATION.platform_id, "client_id": NEW_REGISTRATION.client_id, "login_hint": "7"}


@pytest.fixture
def school(school, web_tool):
    """The school of the other tests, at a tool that counts."""
    return replace(school, browser=browser_of(create_app(web_tool)))


#: What a stranger can ask for without knowing anything; `number` differs each time.
DOORS = {
    "verify": lambda b, n: b.post("/verify", data={"text": f"{n}"}),
    "a login of no platform": lambda b, n: b.get(
        f"/lti/login?iss=https://n{n}.example&login_hint={n}", headers=FROM_ELSEWHERE
    ),
    "a login without anything": lambda b, n: b.post("/lti/login"),
    "a login of one person": lambda b, n: b.post("/lti/login", data=LOGIN, headers=FROM_ELSEWHERE),
    "a launch": lambda b, n: b.post("/lti/launch", data={"id_token": f"{n}.x.y", "state": f"state-{n}"}),
    "a registration": lambda b, n: b.get(f"/lti/register?code={n}&openid_configuration=https://x.example"),
    "a registration by its button": lambda b, n: b.post("/lti/register", data={"code": n, "agreed": "yes"}),
    "a ticket": lambda b, n: b.post("/lti/confirm", data={"ticket": n}),
    "the state of a platform's storage": lambda b, n: b.post("/lti/storage-confirm", data={"ticket": n}),
    "saving in the editor": lambda b, n: b.post(
        f"/lti/app/templates/{uuid4()}/1/save", data={"_launch": f"{n}", "name": "x"}
    ),
    "a picture of the editor": lambda b, n: b.post(
        f"/lti/app/templates/{uuid4()}/1/picture", data={"_launch": f"{n}"}
    ),
    "a search of the editor": lambda b, n: b.post("/lti/app/search", data={"_launch": f"{n}"}),
    "a course": lambda b, n: b.post("/lti/app/course", headers={"X-LTI-Launch": f"{n}"}),
    "the code of an operator": lambda b, n: b.post("/lti/editor", data={"code": n}),
    "the code of an approver": lambda b, n: b.get(f"/lti/approval?code={n}"),
    "an answer of an approver": lambda b, n: b.post("/lti/approval", data={"code": n, "answer": "approved"}),
    "badges": lambda b, n: b.get(f"/badges/{uuid4()}"),
    "certificates": lambda b, n: b.get(f"/badges/{uuid4()}.pdf"),
    "what is nowhere": lambda b, n: b.get(f"/{n}"),
    "a message of a source": lambda b, n: b.post(f"/sources/x/{n}/"),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
def test_a_stranger_who_hammers_is_asked_to_wait(school, door):
    page, before = hammer(lambda number: door(school.browser, number))
    assert before >= 30
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert page.mimetype == "text/html"
    assert "Wait a minute, then try again" in text_of(page)
    latvian = door(at_home(school.browser, "lv"), 1)
    assert latvian.status_code == 429
    assert "Pagaidiet minūti" in text_of(latvian)
    # Nobody else is kept out.
    assert door(at(school.browser, "192.0.2.7"), 1).status_code != 429


def at_home(browser, language):
    """A browser at the same address that prefers the language."""
    other = browser.application.test_client()
    other.environ_base |= browser.environ_base | {"HTTP_ACCEPT_LANGUAGE": language}
    return other


def test_a_program_gets_the_refusal_as_json(school):
    program = {"Accept": "application/json"}
    answer, _ = hammer(
        lambda n: school.browser.post("/verify", data=b"x", content_type="image/png", headers=program)
    )
    assert answer.mimetype == "application/json"
    assert json.loads(answer.text)["error"] == "http_429"
    assert int(answer.headers["Retry-After"]) >= 1


def test_all_learners_behind_one_address_get_in(school, web_tool):
    """Even while somebody at that address hammers."""
    hammer(lambda number: DOORS["a login of no platform"](school.browser, number))
    people = [learner(1000 + number) for number in range(LEARNERS)]
    statuses = set()
    for number, person in enumerate(people):
        login = school.browser.post(
            "/lti/login", data=LOGIN | {"login_hint": person.user_id}, headers=FROM_ELSEWHERE
        )
        # The page of a course takes ten times as long as the one outside of courses, and the limits are the same.
        changes = {CLAIM + "context": None} if number % 10 else {}
        form = school.form(person, login, **changes)
        page = school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE)
        statuses |= {login.status_code, page.status_code}
    assert statuses == {302, 200}
    with web_tool.store.read() as session:
        assert len({row.person_id for row in session.query(LaunchSession).filter_by(is_teacher=False)}) == (
            LEARNERS
        )


def test_a_person_who_launches_without_end_keeps_nobody_else_out(school, monkeypatch):
    monkeypatch.setattr("lti_tool.web.rate_limits.LAUNCHES", RateLimitItemPerMinute(6))
    page, before = hammer(lambda _: launch(school, ANNA))
    assert before == 6
    assert "open the link there again" in text_of(page)
    assert launch(school, JANIS).status_code == 200


def launch(school, person):
    """Each from another address, so that only the person counts."""
    launch.number = getattr(launch, "number", 0) + 1
    browser = at(school.browser, f"198.51.100.{launch.number % 250}")
    return replace(school, browser=browser).launch(person)


def test_a_session_that_hammers_keeps_no_other_out(school, monkeypatch):
    monkeypatch.setattr("lti_tool.web.rate_limits.PAGE_OF_SESSION", RateLimitItemPerMinute(6))
    zane, anna = (hidden(launch(school, person), "_launch") for person in (ZANE, ANNA))
    page, before = hammer(lambda _: school.browser.post("/lti/app/course", data={"_launch": zane}))
    assert (before, page.headers["Retry-After"].isdigit()) == (6, True)
    assert school.browser.post("/lti/app/course", data={"_launch": anna}).status_code != 429


def test_one_connection_of_ipv6_counts_as_one(school):
    """Whoever has one has 2^64 addresses."""
    hammer(lambda n: DOORS["verify"](at(school.browser, f"2001:db8:1:2::{n + 1:x}"), n))
    assert DOORS["verify"](at(school.browser, "2001:db8:1:3::1"), 0).status_code != 429
    assert DOORS["verify"](at(school.browser, "::ffff:192.0.2.1"), 0).status_code != 429


def test_the_log_says_that_somebody_was_asked_to_wait_and_not_who(school, capsys):
    hammer(lambda number: DOORS["verify"](school.browser, number))
    told = "".join(capsys.readouterr())
    assert "http_429" in told and "verifier.verify" in told and "127.0.0.1" not in told


@contextmanager
def statements(tool):
    """The SQL statements that are executed in the block."""
    found = []

    def note(_connection, _cursor, statement, *_):
        found.append(statement)

    event.listen(tool.store.engine, "before_cursor_execute", note)
    yield found
    event.remove(tool.store.engine, "before_cursor_execute", note)


def test_who_is_asked_to_wait_does_not_reach_the_database(school, web_tool):
    hammer(lambda number: DOORS["verify"](school.browser, number))
    with statements(web_tool) as found:
        assert DOORS["verify"](school.browser, 0).status_code == 429
    assert found == []


def test_a_stranger_at_the_pages_of_a_course_waits_for_no_lock(school, web_tool):
    with statements(web_tool) as found:
        assert DOORS["saving in the editor"](school.browser, 0).status_code == 403
    assert {each.split()[0] for each in found} == {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in found


def test_nothing_that_is_counted_names_anybody(school):
    school.launch(ANNA)
    DOORS["verify"](at(school.browser, "192.0.2.7"), 0)
    storage = school.browser.application.extensions["nozimite_limiter"].storage
    keys = " ".join(storage.storage)
    assert len(storage.storage) >= 3
    for secret in ("192.0.2.7", "127.0.0.1", NEW_REGISTRATION.platform_id, f"/{ANNA.user_id}/"):
        assert secret not in keys
