"""Messages to sources, at their one address."""

from types import SimpleNamespace

import pytest

from lti_tool.platforms import registrations
from lti_tool.sources import SOURCES
from lti_tool.sources.found import Found, Reply
from lti_tool.store.models import ObservationRow
from lti_tool.web import MAX_BYTES
from lti_tool.web.sources import messages
from tests.fixtures import ANNA


@pytest.fixture
def received(monkeypatch):
    """The messages that the made-up source `bell` was sent; it finds that Anna was there."""
    received = []

    def receive(message):
        received.append(message)
        found = [Found(user_id=ANNA.user_id, kind="was_there", value=True)]
        return Reply(status=202, body=b'{"noted":1}', media_type="application/json", found={"42": found})

    bell = SimpleNamespace(NAME="bell", GIVES=frozenset({"was_there"}), receive=receive)
    monkeypatch.setitem(SOURCES, "bell", bell)
    return received


@pytest.fixture
def annas_course(school):
    return school.launch(ANNA)


def seen(tool):
    with tool.store.read() as session:
        return [row for row in session.query(ObservationRow) if row.kind == "was_there"]


def test_a_source_gets_the_message_as_it_was_sent_and_its_reply_is_sent_back(
    browser, annas_course, received, web_tool
):
    answer = browser.post("/sources/bell/1/a/b?c=d", data=b"\xff\x00", headers={"X-Secret": "s"})
    assert (answer.status_code, answer.data, answer.mimetype) == (202, b'{"noted":1}', "application/json")
    (message,) = received
    assert (message.path, message.body, message.headers["X-Secret"]) == ("a/b", b"\xff\x00", "s")
    assert (message.registration.id, message.received_at) == (1, web_tool.clock())
    (row,) = seen(web_tool)
    assert (row.source, row.seen_at) == ("bell", web_tool.clock())


def test_the_same_message_twice_is_one_observation(browser, annas_course, received, web_tool):
    for _ in range(2):
        assert browser.post("/sources/bell/1/").status_code == 202
    assert len(seen(web_tool)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/sources/nobody/1/x",
        "/sources/launches/1/x",  # a source that takes no messages
        "/sources/bell/2/x",
        "/sources/bell/0/x",
        "/sources/bell/99999999999999999999/x",
        "/sources/bell/one/x",
        "/sources/bell",
    ],
)
def test_there_is_nothing_at_other_addresses(browser, annas_course, received, path):
    assert browser.post(path, data=b"x").status_code == 404
    assert received == []


def test_a_disabled_platform_has_no_messages_received(browser, annas_course, received, web_tool, clock):
    with web_tool.store.begin() as session:
        registrations.disable(session, 1, clock())
    assert browser.post("/sources/bell/1/a/b", data=b"x").status_code == 404
    assert received == []


def test_messages_are_posted(browser, annas_course, received):
    assert browser.get("/sources/bell/1/x").status_code == 405


def test_a_message_that_is_too_large_reaches_no_source(browser, annas_course, received):
    assert browser.post("/sources/bell/1/x", data=b"x" * (MAX_BYTES + 1)).status_code == 413
    assert received == []


def test_a_message_is_told_to_come_again_while_too_many_are_worked_on(
    browser, annas_course, received, monkeypatch
):
    monkeypatch.setattr(messages, "MAX_WAIT_SECONDS", 0.01)
    for _ in range(4):
        messages._running_messages.acquire()
    try:
        answer = browser.post("/sources/bell/1/x", data=b"x")
    finally:
        messages._running_messages.release(4)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert received == []
    assert browser.post("/sources/bell/1/x", data=b"x").status_code == 202
