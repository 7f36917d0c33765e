"""A line of the log about a request has its id, which the answer has, and a person reads on an error page."""

from __future__ import annotations

import json
import re

import pytest

from lti_tool import jobs
from lti_tool.logs import log, log_event, set_up_logs
from lti_tool.store import events, outbox
from lti_tool.web import create_app
from lti_tool.web.request_ids import HEADER
from lti_tool.wiring import build_tool
from tests.fixtures import Clock, make_rule, publish, settings_for
from tests.lti_tool.web.conftest import browser_of, text_of


@pytest.fixture
def followed(sqlite_url, tmp_path):
    """A tool whose events are logged, as those of the web process and of the worker are."""
    tool = build_tool(settings_for(sqlite_url, tmp_path), Clock(), lambda act: log_event(act.as_json()))
    yield tool
    tool.store.close()


@pytest.fixture
def lines(capsys):
    """A function that gives what was logged since it was last asked."""
    set_up_logs("json")

    def read():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    read()
    return read


def test_an_error_page_shows_the_id_that_header_and_log_have(followed, lines):
    page = browser_of(create_app(followed)).get("/badges/nothing-there")
    (line,) = [each for each in lines() if each["event"] == "page_refused"]
    assert line["request_id"] == line["incident"] == page.headers[HEADER]
    assert page.headers[HEADER] in text_of(page)
    assert re.fullmatch(r"[0-9A-F]{4}(-[0-9A-F]{4}){2}", page.headers[HEADER])


def test_each_request_has_another_and_nobody_chooses_it(followed):
    browser = browser_of(create_app(followed))
    ids = {browser.get("/healthz", headers={HEADER: "chosen"}).headers[HEADER] for _ in range(20)}
    assert len(ids) == 20 and "chosen" not in ids


def test_an_act_of_a_request_has_the_ids_of_both(followed, lines):
    app = create_app(followed)

    @app.get("/act")
    def act():
        with followed.store.begin() as session:
            events.record(session, "revoked", "award", 17, followed.clock())
        return "done"

    answer = browser_of(app).get("/act")
    (line,) = [each for each in lines() if each["event"] == "revoked"]
    assert line["request_id"] == answer.headers[HEADER]
    assert isinstance(line["id"], int)


def test_nothing_of_a_request_is_left_to_what_its_thread_does_next(followed, lines):
    browser_of(create_app(followed)).get("/healthz")
    lines()
    log.info("something_else")
    (line,) = lines()
    assert "request_id" not in line


def test_an_act_of_a_job_has_the_id_of_the_job(followed, lines):
    make_rule(followed, publish(followed))
    with followed.store.begin() as session:
        job_id = outbox.add(session, "issue", {"award_id": 1}, followed.clock())
    (job,) = [
        each for each in outbox.claim(followed.store, outbox.AWARDS, followed.clock(), 9) if each.id == job_id
    ]
    lines()
    jobs.run(followed, job)
    told = lines()
    assert told
    assert {(line["job_id"], line["task"]) for line in told} == {(job_id, "issue")}
    log.info("something_else")
    assert "job_id" not in lines()[0]
