"""Is it this person? A visitor asks, the holder answers by a mail; all who do not answer look the same."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from lti_tool.awarding import awards
from lti_tool.people.identity_checks import MOST_A_BADGE, MOST_AN_ADDRESS, OPEN
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events
from lti_tool.store.models import (
    Award,
    CredentialRow,
    Event,
    IdentityCheck,
    IdentityCheckRefusal,
    Outbox,
    Person,
)
from lti_tool.web import rate_limits
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, rows, run_due_jobs, run_job, settings_for
from tests.lti_tool.web.conftest import browser_of, text_of

OPERATOR = events.operator("ieva")


#: What of a mail is not read as text.
_NO_WORDS = re.compile(r"<style.*?</style>|<[^>]+>|https\S+|LV-\d+", re.S)


@pytest.fixture
def tool(any_database_url, tmp_path, clock, smtp):
    """A tool that mails through a real server."""
    tool = build_tool(settings_for(any_database_url, tmp_path, smtp_url=smtp.url), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def visitor(app):
    return browser_of(app)


@pytest.fixture
def holder(app):
    """The holder's browser: no cookie, and no session."""
    return browser_of(app)


@pytest.fixture
def begin(visitor, annas_badge, web_tool, smtp):
    """Begins a check; the address of the visitor's page, and the mail that it made, None where it made none."""

    def begin():
        before = len(smtp.mails)
        answer = visitor.post(
            f"/badges/{annas_badge}/holder?lang=en", data={"message": "typed by the visitor"}
        )
        assert answer.status_code == 303
        run_due_jobs(web_tool)
        (mail,) = smtp.mails[before:] or [None]
        return answer.headers["Location"], mail

    return begin


def holders_page(mail):
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"https://badges.example.org(/mail/holder/\S+)", text)[1]


def number(page):
    return re.search(r"<strong>(\d\d)</strong>", page.text)[1]


def test_the_holder_sees_the_visitors_number_and_a_yes_is_all_that_the_visitor_learns(
    begin, visitor, holder, annas_badge
):
    assert "Ask the holder by e-mail" in visitor.get(f"/badges/{annas_badge}?lang=en").text
    address, mail = begin()
    waiting = visitor.get(address)
    assert "Nobody has answered yet" in text_of(waiting) and "Look again" in waiting.text
    asked = holder.get(f"{holders_page(mail)}?lang=en")
    assert number(asked) == number(waiting)
    assert "We do not know who" in text_of(asked)
    answered = holder.post(f"{holders_page(mail)}?lang=en", data={"answer": "yes"})
    assert "You have answered yes" in text_of(answered) and not answered.headers.get("Set-Cookie")
    seen = visitor.get(address)
    assert "Somebody who reads the mail of this badge's address answered today" in text_of(seen)
    assert "Look again" not in seen.text
    for page in (waiting, seen):
        assert ANNA.email not in page.text and ANNA.name not in page.text
        assert page.headers["Cache-Control"] == "private, no-store"


def test_the_mail_bears_nothing_of_the_visitor_and_says_who_is_not_verified(begin, smtp):
    _address, mail = begin()
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert "typed by the visitor" not in text and "127.0.0.1" not in text
        assert not re.search(r"\b\d\d\b", re.sub(_NO_WORDS, "", text)), "the number is on the page alone"
    assert mail["To"].addresses[0].addr_spec == ANNA.email
    assert "have not checked who they are" in " ".join(mail.get_body(("plain",)).get_content().split())


def test_opening_the_holders_page_is_no_answer(begin, visitor, holder, web_tool):
    address, mail = begin()
    for _ in range(3):
        assert holder.get(holders_page(mail)).status_code == 200
        assert holder.head(holders_page(mail)).status_code == 200
    assert [row.said for row in rows(web_tool, IdentityCheck)] == [""]
    assert "Nobody has answered yet" in text_of(visitor.get(address))


def without_number(page):
    return re.sub(r"[\w-]{32}", "", re.sub(r"\b\d\d\b", "", text_of(page)))


def no_address(session, _clock):
    session.query(Award).one().person.email = None


def refused(session, clock):
    session.add(IdentityCheckRefusal(person_id=session.query(Award).one().person_id, refused_at=clock()))


@pytest.mark.parametrize("why", [no_address, refused])
def test_who_cannot_or_will_not_be_asked_looks_like_who_is_silent(begin, visitor, web_tool, clock, why):
    silent_address, mail = begin()
    assert mail is not None
    with web_tool.store.begin() as session:
        why(session, clock)
    address, mail = begin()
    assert mail is None
    assert without_number(visitor.get(address)) == without_number(visitor.get(silent_address))
    clock.advance(seconds=OPEN.total_seconds() + 1)
    assert without_number(visitor.get(address)) == without_number(visitor.get(silent_address))
    assert "Nobody has answered" in text_of(visitor.get(address))


@pytest.mark.parametrize("said", ["no", "never"])
def test_a_no_looks_like_silence_and_never_is_for_all_times(begin, visitor, holder, web_tool, clock, said):
    silent_address, _mail = begin()
    address, mail = begin()
    holder.post(holders_page(mail), data={"answer": said})
    holder.post(holders_page(mail), data={"answer": "yes"})
    assert without_number(visitor.get(address)) == without_number(visitor.get(silent_address))
    clock.advance(seconds=OPEN.total_seconds() + 1)
    assert without_number(visitor.get(address)) == without_number(visitor.get(silent_address))
    assert (begin()[1] is None) is (said == "never")
    (award,) = rows(web_tool, Award)
    refusals = [row for row in rows(web_tool, Event) if row.what == "identity_checks_refused"]
    assert [(row.about, row.actor) for row in refusals] == [(str(award.person_id),) * 2] * (said == "never")


def test_nobody_is_asked_more_often_than_the_limits(begin, visitor, web_tool, clock):
    mailed = [begin()[1] for _ in range(MOST_A_BADGE + 2)]
    assert [mail is not None for mail in mailed] == [True] * MOST_A_BADGE + [False] * 2
    clock.advance(hours=25)
    assert begin()[1] is not None


def test_nobody_is_asked_more_often_about_all_their_badges_than_the_limit_of_their_address(
    visitor, annas_badge, web_tool, smtp
):
    """An award of each of two people of whom another platform knows the same address, in other letters."""
    badges = [annas_badge, *(awarded_to_the_same_address(web_tool, annas_badge) for _ in range(2))]
    before = len(smtp.mails)
    for _ in range(MOST_A_BADGE):
        for badge in badges:
            assert visitor.post(f"/badges/{badge}/holder").status_code == 303
            run_due_jobs(web_tool)
    assert MOST_A_BADGE * len(badges) > MOST_AN_ADDRESS
    assert len(smtp.mails) - before == MOST_AN_ADDRESS


def awarded_to_the_same_address(tool, badge):
    """The id of a copy of the badge that is awarded to another account of its learner."""
    with tool.store.begin() as session:
        credential = session.get_one(CredentialRow, badge)
        person = Person(name=credential.award.person.name, email=credential.award.person.email.upper())
        session.add(person)
        session.flush()
        award = copy_of(credential.award, person_id=person.id, subject_id=str(uuid4()))
        session.add(award)
        session.flush()
        used = session.query(CredentialRow).count()
        copied = copy_of(
            credential, id=str(uuid4()), award_id=award.id, status_index=credential.status_index + used
        )
        session.add(copied)
        return copied.id


def copy_of(row, **changes):
    """A row of the same table, with other values in some columns."""
    names = [each.key for each in row.__mapper__.column_attrs if each.key != "id"]
    return type(row)(**({name: getattr(row, name) for name in names} | changes))


def test_an_answer_that_comes_too_late_is_none(begin, visitor, holder, clock):
    address, mail = begin()
    clock.advance(seconds=OPEN.total_seconds() + 1)
    assert "This question has ended" in text_of(holder.get(f"{holders_page(mail)}?lang=en"))
    late = holder.post(f"{holders_page(mail)}?lang=en", data={"answer": "yes"})
    assert "This question has ended It could be answered for 20 minutes" in text_of(late)
    assert "Nobody has answered" in text_of(visitor.get(address))


def test_the_holder_reads_which_answer_counts(begin, holder):
    _address, mail = begin()

    def answer(said):
        return text_of(holder.post(f"{holders_page(mail)}?lang=en", data={"answer": said}))

    assert "You have answered no" in answer("no") and "You have answered no" in answer("yes")
    assert "not even that you have answered" in answer("never")
    assert "You have answered no" in text_of(holder.get(f"{holders_page(mail)}?lang=en"))


def test_who_has_answered_yes_and_then_never_reads_that_both_count(begin, visitor, holder):
    address, mail = begin()
    holder.post(holders_page(mail), data={"answer": "yes"})
    refused = text_of(holder.post(f"{holders_page(mail)}?lang=en", data={"answer": "never"}))
    assert "You will not be asked again" in refused and "learns nothing" not in refused
    assert "The answer that you gave before still counts." in refused
    assert "answered today" in text_of(visitor.get(address))


def test_opening_the_holders_page_locks_nothing(begin, holder, web_tool):
    _address, mail = begin()
    statements = []
    event.listen(
        web_tool.store.engine, "before_cursor_execute", lambda *call: statements.append(call[2].upper())
    )
    assert holder.get(holders_page(mail)).status_code == 200
    assert [text for text in statements if "UPDATE" in text or "IMMEDIATE" in text] == []
    assert len(statements) > 1


def test_a_mail_that_waited_longer_than_the_question_is_not_sent(visitor, annas_badge, web_tool, smtp, clock):
    before = len(smtp.mails)
    visitor.post(f"/badges/{annas_badge}/holder")
    clock.advance(seconds=OPEN.total_seconds() + 1)
    run_due_jobs(web_tool)
    assert len(smtp.mails) == before


def test_a_mail_server_that_refuses_is_nothing_the_visitor_sees(begin, visitor, web_tool, smtp, clock):
    smtp.recipient_answer = "550 no such person"
    address, mail = begin()
    assert mail is None and "Nobody has answered yet" in text_of(visitor.get(address))
    with web_tool.store.read() as session:
        assert session.query(Outbox).filter_by(task="ask_holder").all() == []


def test_one_that_is_away_is_tried_again_and_sends_once(begin, web_tool, smtp, clock):
    smtp.answer = "451 try later"
    _address, mail = begin()
    assert mail is None
    smtp.answer = None
    before = len(smtp.mails)
    for _ in range(2):
        clock.advance(minutes=2)
        run_due_jobs(web_tool)
    assert len(smtp.mails) == before + 1


def test_tokens_of_others_open_nothing(begin, visitor, holder, web_tool):
    address, mail = begin()
    about, _, mac = holders_page(mail).rpartition("/")[2].partition(".")
    for token in (
        f"{about[:-1]}{'0' if about[-1] != '0' else '1'}.{mac}",
        f"{about}.{'0' * 16}",
        about,
        address.rpartition("/")[2],
        "9" * 40,
        "x",
    ):
        assert holder.get(f"/mail/holder/{token}").status_code == 404
        assert holder.post(f"/mail/holder/{token}", data={"answer": "yes"}).status_code == 404
    assert visitor.get(f"/holder/{about}").status_code == 404
    assert holder.post(holders_page(mail), data={"answer": "perhaps"}).status_code == 400
    assert [row.said for row in rows(web_tool, IdentityCheck)] == [""]


def test_checks_are_deleted_after_a_day_and_with_their_person(begin, holder, web_tool, clock):
    _address, mail = begin()
    clock.advance(seconds=timedelta(days=1, minutes=1).total_seconds())
    run_job(web_tool, "sweep")
    assert rows(web_tool, IdentityCheck) == []
    assert holder.get(holders_page(mail)).status_code == 404
    _address, mail = begin()
    holder.post(holders_page(mail), data={"answer": "never"})
    with web_tool.store.begin() as session:
        erase_person(session, web_tool.issuers, session.query(Award).one().person_id, clock(), OPERATOR)
    assert rows(web_tool, IdentityCheck) == rows(web_tool, IdentityCheckRefusal) == []
    assert [row.email for row in rows(web_tool, Person) if row.erased_at] == [None]


def test_the_link_of_a_check_that_was_deleted_opens_no_later_one(begin, visitor, holder, web_tool, clock):
    """SQLite gives the number of a deleted row to the next: that of somebody else's check."""
    _address, old_mail = begin()
    clock.advance(days=2)
    run_job(web_tool, "sweep")
    address, new_mail = begin()
    assert holders_page(old_mail) != holders_page(new_mail)
    assert holder.get(holders_page(old_mail)).status_code == 404
    assert holder.post(holders_page(old_mail), data={"answer": "yes"}).status_code == 404
    assert "Nobody has answered yet" in text_of(visitor.get(address))
    assert [row.said for row in rows(web_tool, IdentityCheck)] == [""]
    assert old_mail["Message-ID"] != new_mail["Message-ID"]


def test_a_badge_that_is_revoked_or_not_ours_has_no_question(visitor, annas_badge, web_tool, clock):
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "it was copied", clock(), events.person(1))
    assert [row.revoked_at is not None for row in rows(web_tool, CredentialRow)] == [True]
    assert "Ask the holder" not in visitor.get(f"/badges/{annas_badge}?lang=en").text
    for badge in (annas_badge, "00000000-0000-4000-8000-000000000000"):
        assert visitor.post(f"/badges/{badge}/holder").status_code == 404
    assert rows(web_tool, IdentityCheck) == []


def test_a_visitor_can_ask_only_a_few_times_a_minute():
    assert rate_limits.READING_OF["identity_checks.begin"] <= 10
