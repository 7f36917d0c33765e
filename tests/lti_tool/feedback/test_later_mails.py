"""Months after they first opened a badge its learner is mailed three questions: once, and only where that is right."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from lti_tool import jobs
from lti_tool.awarding import awards
from lti_tool.deliveries import CHANNELS
from lti_tool.deliveries.returns import record_return
from lti_tool.errors import DeliveryError
from lti_tool.feedback import later_mails
from lti_tool.feedback.asking import OPEN_FOR
from lti_tool.feedback.daily import do_daily
from lti_tool.feedback.pools import close_form
from lti_tool.mails.refusals import RemindedPerson, reminded_person
from lti_tool.people import addresses, own_badges, reminders
from lti_tool.privacy import erasure, issuer_share
from lti_tool.store import dead_jobs, events, queries
from lti_tool.store.models import Award, Event, MailRefusal, Notice, Outbox, Person
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, JANIS, change_issuer, complete, rows, run_due_jobs, settings_for

DUE = timedelta(days=183)
OWN = "anna@home.example"


@pytest.fixture
def tool(sqlite_url, tmp_path, clock):
    """A tool whose badges can be suspended."""
    tool = build_tool(settings_for(sqlite_url, tmp_path, status_purpose="suspension"), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def anna(tool, rule_id, platform, clock):
    """The number of Anna, who has a badge, has opened it, and has proved an address of her own."""
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    with tool.store.begin() as session:
        own_badges.claim_badge(session, award.id, clock(), events.TOOL)
        addresses.save_proof(session, award.person_id, OWN, clock(), events.TOOL)
    return award.person_id


@pytest.fixture
def mails(tmp_path):
    """The mails that ask, as messages."""

    def mails():
        files = sorted((tmp_path / "mail").glob("feedback-*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    return mails


def wait(tool, clock, time=DUE):
    clock.now += time
    do_daily(tool, clock())
    run_due_jobs(tool)


def change(tool, **changes):
    with tool.store.begin() as session:
        award = session.query(Award).one()
        for name, value in changes.items():
            setattr(award, name, value)


def close(tool, answer=(4, 4, 4)):
    with tool.store.begin() as session:
        award = session.query(Award).one()
        issuer = tool.issuers.of(session, award.issuer_id)
        close_form(session, award, answer, issuer.feedback, tool.clock(), tool.stored_secrets_key)


def set_months(tool, months):
    change_issuer(tool, feedback={"later_months": months})


def test_the_mail_goes_to_a_proved_address_once_and_not_a_day_before(tool, anna, clock, mails):
    wait(tool, clock, DUE - timedelta(days=1))
    assert mails() == []
    for _ in range(3):
        wait(tool, clock, timedelta(days=1))
    (mail,) = mails()
    assert mail["To"].addresses[0].addr_spec == OWN
    assert mail["Subject"].startswith("What became of your badge? ")
    assert [row for row in rows(tool, Outbox) if row.task == later_mails.TASK] == []


def test_its_link_is_the_address_of_the_badge_and_has_no_token(tool, anna, clock, mails):
    wait(tool, clock)
    (award,) = rows(tool, Award)
    with tool.store.read() as session:
        credential_id = session.get_one(Award, award.id).credential.id
    text = mails()[0].get_body(("plain",)).get_content()
    links = re.findall(r"https://\S+", text)
    assert links[0] == f"{tool.tool_url}/my/badges/{credential_id}?lang=en#feedback"
    assert f"feedback-{anna}" in links[1] and mails()[0]["List-Unsubscribe"] == f"<{links[1]}>"


def test_it_is_in_the_language_of_the_learner(tool, anna, clock, mails):
    with tool.store.begin() as session:
        session.get_one(Person, anna).language = "lv-LV"
    wait(tool, clock)
    (mail,) = mails()
    assert mail["Subject"].startswith("Kā ar Jūsu nozīmīti? ")
    assert "?lang=lv#feedback" in mail.get_body(("plain",)).get_content()


def revoke(tool, _anna):
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "by mistake", tool.clock(), events.TOOL)


def suspend(tool, _anna):
    with tool.store.begin() as session:
        awards.suspend(session, session.query(Award).one(), "an inquiry", tool.clock(), events.TOOL)


def refuse(tool, anna):
    with tool.store.begin() as session:
        reminders.refuse(session, RemindedPerson(person_id=anna, kind="feedback"), tool.clock())


def take_address_back(tool, anna):
    with tool.store.begin() as session:
        (proof,) = queries.proved_addresses.of_person(session, anna)
        addresses.remove_proof(session, anna, proof.id, tool.clock(), events.TOOL)


def erase(tool, anna):
    erasure.erase(tool, [anna], events.TOOL)


def erase_share(tool, anna):
    issuer_share.erase(tool, tool.issuer.id, anna, events.TOOL)


def hide(tool, _anna):
    change(tool, hidden_at=tool.clock())


def renew(tool, _anna):
    change(tool, ended_at=tool.clock(), why_ended="renewed")


def never(tool, _anna):
    set_months(tool, 0)


NOT_ASKED = [revoke, suspend, refuse, take_address_back, erase, erase_share, hide, renew, never]


@pytest.mark.parametrize("act", NOT_ASKED)
def test_whoever_is_not_to_be_asked_gets_no_mail(tool, anna, clock, mails, act):
    act(tool, anna)
    run_due_jobs(tool)
    wait(tool, clock)
    assert mails() == []


@pytest.mark.parametrize("act", NOT_ASKED)
def test_nor_where_that_came_between_the_planning_and_the_mail(tool, anna, clock, mails, act):
    clock.now += DUE
    do_daily(tool, clock())
    act(tool, anna)
    run_due_jobs(tool)
    assert mails() == []


def test_whoever_has_answered_or_skipped_is_not_mailed_and_nothing_stored_tells_them_apart(
    tool, anna, clock, mails
):
    clock.now += DUE
    close(tool)
    wait(tool, clock, timedelta(0))
    assert mails() == []
    answered = rows(tool, Award)[0].later_feedback_mailed
    change(tool, later_feedback_mailed=False, later_feedback_closed=False)
    acts = len(rows(tool, Event))
    wait(tool, clock, timedelta(0))
    assert len(mails()) == 1
    assert answered is rows(tool, Award)[0].later_feedback_mailed is True
    assert len(rows(tool, Event)) == acts and rows(tool, Notice) == []


def test_the_first_form_does_not_stand_for_the_later_one(tool, anna, clock, mails):
    close(tool)
    wait(tool, clock)
    assert len(mails()) == 1


def test_nobody_is_mailed_about_a_badge_that_they_never_opened_or_with_no_proved_address(
    tool, rule_id, platform, clock, mails
):
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    first, second = rows(tool, Award)
    with tool.store.begin() as session:
        addresses.save_proof(session, first.person_id, OWN, clock(), events.TOOL)
        own_badges.claim_badge(session, second.id, clock(), events.TOOL)
    wait(tool, clock)
    assert mails() == []


def test_an_address_that_may_be_somebody_elses_by_now_is_not_written_to(tool, anna, clock, mails):
    """The issuer says that its domain gives addresses to others later."""
    change_issuer(tool, awarding={"reused_domains": ["home.example"]})
    with tool.store.begin() as session:
        later = clock() + timedelta(seconds=1)
        addresses.save_proof(session, anna, "anna@other.example", later, events.TOOL)
        addresses.save_proof(session, anna, "anna2@home.example", later, events.TOOL)
    wait(tool, clock)
    (mail,) = mails()
    assert mail["To"].addresses[0].addr_spec == "anna@other.example"


def test_learners_of_long_ago_are_not_mailed_after_a_pause_or_an_upgrade(tool, anna, clock, mails):
    wait(tool, clock, DUE + OPEN_FOR)
    assert mails() == []


def test_each_issuer_says_after_how_many_months(tool, anna, clock, mails):
    set_months(tool, 12)
    wait(tool, clock, timedelta(days=300))
    assert mails() == [] and not rows(tool, Award)[0].later_feedback_mailed
    set_months(tool, 10)
    wait(tool, clock, timedelta(days=5))
    assert len(mails()) == 1
    set_months(tool, 11)
    wait(tool, clock, timedelta(days=60))
    assert len(mails()) == 1


def test_a_mail_server_that_is_away_is_tried_again_and_what_is_given_up_is_kept_from_nobody(
    tool, anna, clock, mails, monkeypatch
):
    def fail(*_):
        raise DeliveryError("the mail server does not answer")

    with monkeypatch.context() as context:
        context.setattr(CHANNELS["mail_folder"], "send", fail)
        wait(tool, clock)
    assert mails() == []
    clock.now += timedelta(minutes=5)
    run_due_jobs(tool)
    assert len(mails()) == 1
    with tool.store.read() as session:
        assert dead_jobs.dead(session) == []


def test_a_mail_that_its_reader_calls_unwanted_is_the_last_one(tool, anna, clock, mails):
    (award,) = rows(tool, Award)
    wait(tool, clock)
    with tool.store.begin() as session:
        assert not record_return(session, f"feedback-{award.id}", "failed", clock())
        assert record_return(session, f"feedback-{award.id}", "complaint", clock())
        assert not record_return(session, "feedback-999", "complaint", clock())
    assert [(row.person_id, row.kind) for row in rows(tool, MailRefusal)] == [(anna, "feedback")]


def test_the_token_of_the_refusal_is_for_these_mails_alone(tool, anna):
    token = RemindedPerson(person_id=anna, kind="feedback").token(tool.issuers.mail_tokens)
    assert reminded_person(tool.issuers.mail_tokens, token).kind == "feedback"
    assert reminded_person(tool.issuers.mail_tokens, token.replace("feedback", "expiry")) is None


def test_the_daily_work_is_done_once_in_each_pass_over_everybody(tool, anna, clock, mails):
    """By the job that comes every hour."""
    clock.now += DUE
    payload = {}
    for _ in range(3):
        jobs.sweep(tool, "sweep", payload)
        payload = next(row.payload for row in rows(tool, Outbox) if row.id == "sweep")
    run_due_jobs(tool)
    assert len(mails()) == 1
    change(tool, later_feedback_mailed=False)
    clock.now += timedelta(hours=1)
    jobs.sweep(tool, "sweep", payload)
    assert not rows(tool, Award)[0].later_feedback_mailed
    clock.now += timedelta(days=1)
    jobs.sweep(tool, "sweep", payload)
    assert rows(tool, Award)[0].later_feedback_mailed
