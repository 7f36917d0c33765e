"""A learner is mailed when their badges reach a host no more: once for each access and cause, and nobody else is."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from lti_tool.errors import OutgoingError
from lti_tool.hosts import accesses, telling
from lti_tool.issuing import hosts_to_bring
from lti_tool.privacy import erasure
from lti_tool.store import events
from lti_tool.store.models import Award, BroughtBadge, Event, HostAccess, Outbox, Person, ProvedAddress
from tests.fake_host import API, Answer
from tests.fixtures import JANIS, change_issuer, rows, run_due_jobs, run_job
from tests.lti_tool.web.backpack.conftest import prove
from tests.lti_tool.web.hosts.conftest import ADDRESS

CREDENTIALS = f"{API}/credentials"
CLOSED = Answer(403, b"", {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})


@pytest.fixture
def connected(learner, web_tool, anna):
    """She has connected the host, and reads English."""
    speaks(web_tool, anna, "en")
    learner.connect()
    return learner


def mails(tool):
    found = sorted(Path(tool.mail_folder).glob("host-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]


def plain(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def bring(tool):
    """Has the badge brought once more, without doing it."""
    with tool.store.begin() as session:
        hosts_to_bring.bring(session, 1, [session.query(Award).one().id], tool.clock())


def told(tool):
    return [row.why for row in rows(tool, Event) if row.what == "host_trouble_told"]


def speaks(tool, anna, language):
    with tool.store.begin() as session:
        session.get_one(Person, anna).language = language


@pytest.mark.parametrize(
    ("language", "subject", "said", "advice"),
    [
        (
            "en",
            "Your badges do not reach backpack.example",
            "backpack.example no longer takes badges from here",
            "connect the place again",
        ),
        (
            "lv",
            "Jūsu nozīmītes nenonāk vietnē backpack.example",
            "Vietne backpack.example vairs nepieņem nozīmītes no šejienes",
            "pievienojiet vietni vēlreiz",
        ),
    ],
)
def test_a_learner_whose_host_ended_the_access_is_mailed_in_their_language(
    connected, host, web_tool, anna, language, subject, said, advice
):
    speaks(web_tool, anna, language)
    host.wrong[CREDENTIALS] = [CLOSED]
    bring(web_tool)
    run_due_jobs(web_tool)
    (mail,) = mails(web_tool)
    assert ADDRESS in mail["To"] and "anna@example.org" not in mail["To"] and mail["Subject"] == subject
    assert said in plain(mail) and advice in plain(mail)
    assert f"https://badges.example.org/my/places?lang={language}" in plain(mail)
    assert told(web_tool) == ["lost"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(400, {}), "backpack.example does not take your badge “"),
        (Answer(413), "is too large for backpack.example"),
        (Answer(201, {"id": "x"}), "backpack.example has changed your badge"),
        (OutgoingError("x", permanent=True), "answers in a way that is not understood"),
    ],
)
def test_what_no_attempt_would_change_is_mailed_once_for_each_cause(connected, host, web_tool, answer, said):
    for planned in (answer, answer, CLOSED):
        host.wrong[CREDENTIALS] = [planned]
        bring(web_tool)
        run_due_jobs(web_tool)
    first, second = mails(web_tool)
    assert said in plain(first) and "can have one brought again" in plain(first)
    assert "no longer takes badges" in plain(second)


@pytest.mark.parametrize("cause", ["refresh", "second_401"])
def test_however_the_access_is_lost_it_is_told_once(connected, host, web_tool, clock, cause):
    host.always[CREDENTIALS] = Answer(401, {})
    if cause == "refresh":
        host.always["/refresh"] = Answer(400, {"error": "invalid_grant"})
    bring(web_tool)
    run_due_jobs(web_tool)
    assert told(web_tool) == ["lost"] and len(mails(web_tool)) == 1
    # Connected again, and lost again: that is news.
    host.always.clear()
    clock.advance(seconds=1)
    connected.connect()
    run_due_jobs(web_tool)
    assert rows(web_tool, BroughtBadge)[0].status == "brought"
    host.wrong[CREDENTIALS] = [CLOSED]
    bring(web_tool)
    run_due_jobs(web_tool)
    assert told(web_tool) == ["lost", "lost"]


def test_what_is_tried_again_by_itself_is_told_only_once_it_is_given_up(connected, host, web_tool, clock):
    host.always[CREDENTIALS] = Answer(503)
    bring(web_tool)
    for attempt in range(3):
        assert mails(web_tool) == [], attempt
        run_due_jobs(web_tool)
        clock.advance(minutes=30)
    (mail,) = mails(web_tool)
    assert "did not answer again and again" in plain(mail)


def test_a_host_that_asks_to_wait_is_nothing_to_tell(connected, host, web_tool):
    host.always[CREDENTIALS] = Answer(429, {}, {"Retry-After": "600"})
    bring(web_tool)
    run_due_jobs(web_tool)
    assert mails(web_tool) == [] and rows(web_tool, HostAccess)[0].told is None


def test_what_is_not_so_any_more_is_not_mailed(connected, host, web_tool, clock):
    host.wrong[CREDENTIALS] = [CLOSED]
    bring(web_tool)
    run_one(web_tool)
    clock.advance(seconds=1)
    connected.connect()
    run_due_jobs(web_tool)
    assert mails(web_tool) == [] and told(web_tool) == []
    host.wrong[CREDENTIALS] = [Answer(400, {})]
    bring(web_tool)
    run_one(web_tool)
    accesses.end(web_tool, 1, events.TOOL)
    run_due_jobs(web_tool)
    assert mails(web_tool) == [] and left(web_tool) == []


def run_one(tool):
    """Brings the badge, and leaves the mail that follows from it."""
    with tool.store.read() as session:
        job = session.query(Outbox).filter_by(task=hosts_to_bring.TASK).one().id
    run_job(tool, job)
    assert len(left(tool)) == 1


def left(tool):
    return [row for row in rows(tool, Outbox) if row.task == telling.TASK]


def take_it_back(tool, anna):
    with tool.store.begin() as session:
        session.query(ProvedAddress).filter_by(person_id=anna).delete()


def erase(tool, anna):
    erasure.erase(tool, [anna], events.TOOL)


def reuse_the_domain(tool, _anna):
    change_issuer(tool, awarding={"reused_domains": [ADDRESS.rpartition("@")[2]]})


@pytest.mark.parametrize("act", [take_it_back, erase, reuse_the_domain])
def test_nobody_is_mailed_whose_address_it_is_no_more(connected, host, web_tool, anna, act):
    """Whoever reads its mail now may be somebody else, who has proved it, too."""
    prove(web_tool, JANIS, ADDRESS)
    host.wrong[CREDENTIALS] = [CLOSED]
    bring(web_tool)
    run_one(web_tool)
    act(web_tool, anna)
    run_due_jobs(web_tool)
    assert mails(web_tool) == [] and left(web_tool) == []


def test_the_mail_says_nothing_that_the_host_wrote(connected, host, web_tool):
    host.described["info"]["title"] = "Click https://evil.example"
    host.wrong[CREDENTIALS] = [Answer(400, {"error_description": "Click https://evil.example"})]
    bring(web_tool)
    run_due_jobs(web_tool)
    (mail,) = mails(web_tool)
    assert "evil.example" not in mail.as_string()
