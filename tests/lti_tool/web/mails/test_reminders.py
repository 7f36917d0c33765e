"""Reminders are refused by the link in one and by a mail program's button, without a login; nothing else is lost."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from lti_tool.awarding import awards, looks
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import Award, Event, MailRefusal, Person
from tests.fixtures import ANNA, ZANE, complete, make_rule, publish, rows, run_due_jobs
from tests.lti_tool.web.conftest import browser_of, text_of

ONE_CLICK = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}
TEACHER = events.person(10_000)


@pytest.fixture
def mails(tmp_path):
    """The mails so far to an address, oldest first."""

    def mails(to):
        paths = sorted((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        read = [
            message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)
            for path in paths
        ]
        return [mail for mail in read if mail["To"].addresses[0].addr_spec == to]

    return mails


@pytest.fixture
def stranger(app):
    """A browser, or a mail program's server, that has no session and no cookie."""
    return browser_of(app)


@pytest.fixture
def reminder(web_tool, platform, clock, mails):
    """The first reminder that Anna's badge expires."""
    complete(web_tool, platform, make_rule(web_tool, publish(web_tool, validity={"months": 12})), ANNA)
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        end = session.query(Award).one().credential.valid_until
    clock.now = end - timedelta(days=30)
    run_due_jobs(web_tool)
    return mails(ANNA.email)[-1]


def address(mail):
    return mail["List-Unsubscribe"].strip("<>").removeprefix("https://badges.example.org")


def test_opening_the_link_changes_nothing_and_one_click_refuses(reminder, web_tool, stranger, mails, clock):
    for _ in range(3):
        page = stranger.get(f"{address(reminder)}?lang=en")
        assert "Do you want no more of these reminders?" in text_of(page)
        assert stranger.head(address(reminder)).status_code == 200
    assert rows(web_tool, MailRefusal) == []
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for _ in range(2):
        page = stranger.post(address(reminder), **ONE_CLICK)
        assert page.status_code == 200 and not page.headers.get("Set-Cookie")
    told = len(mails(ANNA.email))
    clock.advance(days=25)
    run_due_jobs(web_tool)
    assert len(mails(ANNA.email)) == told
    assert [row.what for row in rows(web_tool, Event) if row.what.startswith("reminders")] == [
        "reminders_refused"
    ]


def test_a_badge_whose_reminders_are_refused_stays_and_its_revocation_is_told(
    reminder, web_tool, stranger, mails, clock
):
    stranger.post(address(reminder), **ONE_CLICK)
    with web_tool.store.begin() as session:
        award = session.query(Award).one()
        assert award.status == "issued" and award.credential.revoked_at is None
        awards.revoke(session, award, "it was copied", clock(), TEACHER)
    run_due_jobs(web_tool)
    last = mails(ANNA.email)[-1]
    assert "atsaukta" in last["Subject"] or "revoked" in last["Subject"]
    assert last["List-Unsubscribe"] is None, "only reminders are refused"


def test_whoever_refused_can_have_them_again(reminder, web_tool, stranger, mails, clock):
    stranger.post(address(reminder), **ONE_CLICK)
    assert "Send me these reminders again" in stranger.get(f"{address(reminder)}?lang=en").text
    page = stranger.post(f"{address(reminder)}?lang=en", data={"reminders": "yes"})
    assert "Do you want no more" in page.text
    told = len(mails(ANNA.email))
    clock.advance(days=25)
    run_due_jobs(web_tool)
    assert len(mails(ANNA.email)) == told + 1


def test_a_reminder_that_is_refused_while_it_waits_is_not_sent(reminder, web_tool, stranger, mails, clock):
    clock.advance(days=25)
    told = len(mails(ANNA.email))
    with web_tool.store.begin() as session:
        person_id = session.query(Award).one().person_id
        queries.mails.refuse(session, person_id, "expiry", clock())
    run_due_jobs(web_tool)
    assert len(mails(ANNA.email)) == told


def test_a_teacher_refuses_their_own_and_nobody_elses(web_tool, platform, clock, stranger, mails):
    make_rule(web_tool, publish(web_tool))
    platform.inside = list(platform.everyone)
    looks.look(web_tool.store, platform, 1, clock(), web_tool.issuer.policy)
    clock.advance(minutes=10)
    run_due_jobs(web_tool)
    (mail,) = mails(ZANE.email)
    page = stranger.post(f"{address(mail)}?lang=en", **ONE_CLICK)
    assert "about what waits for you in your courses" in text_of(page)
    (row,) = rows(web_tool, MailRefusal)
    with web_tool.store.read() as session:
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
    assert (row.person_id, row.kind) == (zane, "waiting")
    platform.inside = [ZANE]
    looks.look(web_tool.store, platform, 1, clock.advance(days=2), web_tool.issuer.policy)
    platform.inside = list(platform.everyone)
    looks.look(web_tool.store, platform, 1, clock.advance(days=2), web_tool.issuer.policy)
    clock.advance(days=2)
    run_due_jobs(web_tool)
    assert len(mails(ZANE.email)) == 1


def test_a_token_that_was_made_up_or_is_for_something_else_is_none(reminder, web_tool, stranger):
    token = address(reminder).rpartition("/")[2]
    about, _, mac = token.partition(".")
    with web_tool.store.read() as session:
        person_id = session.query(Award).one().person_id
    assert RemindedPerson(person_id=person_id, kind="expiry").token(web_tool.issuers.mail_tokens) == token
    others = (
        f"expiry-{person_id + 1}.{mac}",
        f"waiting-{person_id}.{mac}",
        f"{about}.{'0' * 20}",
        about,
        f"{about}.",
        web_tool.issuers.mail_tokens.token("return", about),
        "ā.ā",
        "x" * 3000,
    )
    for other in others:
        assert stranger.get(f"/mail/reminders/{other}").status_code == 404
        assert stranger.post(f"/mail/reminders/{other}", **ONE_CLICK).status_code == 404
    assert rows(web_tool, MailRefusal) == []


def test_a_refusal_is_erased_with_its_person_and_the_token_is_then_none(reminder, web_tool, stranger, clock):
    stranger.post(address(reminder), **ONE_CLICK)
    with web_tool.store.begin() as session:
        erase_person(
            session, web_tool.issuers, session.query(Award).one().person_id, clock(), events.operator("ieva")
        )
    assert rows(web_tool, MailRefusal) == []
    assert stranger.get(address(reminder)).status_code == 404
    assert stranger.post(address(reminder), **ONE_CLICK).status_code == 404
    assert rows(web_tool, MailRefusal) == []


def test_mails_that_ask_about_a_badge_are_refused_by_themselves(reminder, web_tool, stranger):
    """Reminders that a badge expires still come."""
    person_id = rows(web_tool, Award)[0].person_id
    token = RemindedPerson(person_id=person_id, kind="feedback").token(web_tool.issuers.mail_tokens)
    assert "asks you by e-mail what became of a badge" in text_of(stranger.get(f"/mail/reminders/{token}"))
    assert "to ask what became of a badge" in text_of(stranger.post(f"/mail/reminders/{token}", **ONE_CLICK))
    assert [row.kind for row in rows(web_tool, MailRefusal)] == ["feedback"]


def test_whoever_has_no_account_on_a_platform_refuses_them_too(web_tool, stranger):
    """As somebody whose prior learning was recognised."""
    with web_tool.store.begin() as session:
        somebody = Person()
        session.add(somebody)
        session.flush()
        token = RemindedPerson(person_id=somebody.id, kind="feedback").token(web_tool.issuers.mail_tokens)
    assert "Riga College asks you by e-mail" in text_of(stranger.get(f"/mail/reminders/{token}"))
    assert stranger.post(f"/mail/reminders/{token}", **ONE_CLICK).status_code == 200
