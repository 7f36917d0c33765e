"""The list of everybody about one badge at a browser: readable in both languages and on a phone, done by keys alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from lti_tool.bulk_acts import work
from lti_tool.demo.robot import Robot
from lti_tool.store import outbox, queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    BulkAct,
    BulkActPerson,
    CredentialRow,
    Delivery,
    HandAward,
    Outbox,
    Person,
)
from tests.browser.page_checks import LANGUAGES, find_faults
from tests.browser.people import press_key_until, press_until
from tests.browser.server import run_demo
from tests.browser.test_pages import NOW, open_page, token_of
from tests.fixtures import rows
from tests.many_learners import FIRST, multiply
from tests.running_demo import wait

LONG = "Ļ" + "o" * 139
PEOPLE = "/lti/app/rules/1/people"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo that asks the LMS once, so that a state stays as a test sets it."""
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def activity(demo):
    """A badge that 60 learners have, each in one of the states that its list shows, and that others do not have yet."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)].count(None) == 0)
    robot.give_grades("Data Literacy", complete=1)
    robot.open_activity("Anna", activity)
    wait(lambda: [award.status for award in rows(demo.tool, Award)] == ["issued"])
    wait(lambda: [each.status for each in rows(demo.tool, Delivery)] == ["sent"])
    multiply(demo.tool, range(60))
    with demo.tool.store.begin() as session:
        long, failed, held_up, suspended, expired, revoked, ending = range(FIRST, FIRST + 7)
        person = session.get_one(Person, long)
        person.name, person.email = LONG, f"{'o' * 140}@example.org"
        session.query(Award).filter(Award.id < FIRST + 30).update({"claimed_at": NOW})
        session.query(Delivery).filter_by(award_id=failed).update({"status": "failed"})
        session.query(Award).filter_by(id=held_up).update({"status": "waiting", "waiting_for": ["issuer"]})
        session.query(Award).filter_by(id=revoked).update({"status": "revoked"})
        for award_id, changes in {
            suspended: {"suspended_at": NOW, "suspension_reason": LONG},
            expired: {"valid_until": NOW - timedelta(days=3)},
            revoked: {"revoked_at": NOW, "revoked_as": "revoked", "revocation_reason": LONG},
            ending: {"valid_until": NOW + timedelta(days=30)},
            long: {"valid_until": NOW + timedelta(days=31)},
        }.items():
            session.execute(update(CredentialRow).filter_by(award_id=award_id).values(**changes))
        zane = session.query(Person).filter(Person.name.startswith("Zane")).one().id
        without = session.query(Person.id).filter(
            Person.id < FIRST, Person.id != zane, ~Person.id.in_(select(Award.person_id))
        )
        for (person_id,), asked_by_id in zip(without, (zane, long), strict=False):
            waiting = HandAward(
                rule_id=1, person_id=person_id, reason=LONG, asked_at=NOW, asked_by_id=asked_by_id
            )
            waiting.evidence = [{"text": LONG}]
            session.add(waiting)
    return activity


def open_list(zane, activity, language="en"):
    zane.open_activity(activity, "Zane", language)
    token = token_of(zane)
    open_page(zane, token, PEOPLE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_is_readable(people, demo, activity, language):
    with people() as zane:
        open_list(zane, activity, language)
        expect(zane.frame.locator("tbody tr")).to_have_count(25)
        found = find_faults(zane, f"roster-{language}")
        press_until(
            zane.frame.locator("button[value=ended]"),
            zane.frame.locator("button[value=ended][aria-current]"),
        )
        # The expired one may be renewed by now.
        expect(zane.frame.locator("tbody tr")).not_to_have_count(25)
        found += find_faults(zane, f"roster-ended-{language}")
        find = zane.frame.locator("#find")
        find.fill(LONG)
        press_key_until(find, "Enter", zane.frame.locator(".empty"))
        found += find_faults(zane, f"roster-nobody-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_waits_for_a_second_person_is_readable(people, demo, activity, language):
    with people() as zane:
        open_list(zane, activity, language)
        waits = zane.frame.locator("button[value=waits]")
        press_until(waits, zane.frame.locator("button[value=waits][aria-current]"))
        expect(zane.frame.locator("form[action$='/approve']")).to_have_count(1)
        expect(zane.frame.locator("form[action$='/decline']")).to_have_count(2)
        found = find_faults(zane, f"roster-by-hand-{language}")
        zane.frame.locator("#chosen input[name=all]").check()
        press_until(zane.frame.locator("button[name=do][value=approve]"), zane.frame.locator(".narrow h1"))
        expect(zane.frame.locator("input[name=hand_award]")).to_have_count(1)
        found += find_faults(zane, f"roster-approve-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_act_on_all_is_shown_first(people, demo, activity, language):
    """Nothing is done: the others of this file need the states as they are."""
    with people() as zane:
        open_list(zane, activity, language)
        zane.frame.locator("input[name=all]").check()
        press_until(zane.frame.locator("button[name=do][value=revoke]"), zane.frame.locator("#reason"))
        found = find_faults(zane, f"roster-bulk-{language}")
        press_until(
            zane.frame.locator("form[action$='/people'] button").last, zane.frame.locator("tbody tr").first
        )
        press_until(zane.frame.locator("button[name=do][value=resend]"), zane.frame.locator(".notice.no"))
        found += find_faults(zane, f"roster-none-chosen-{language}")
        zane.frame.locator("input[name=all]").check()
        press_until(
            zane.frame.locator("button[formaction$=certificates]"),
            zane.frame.locator("form[action$=certificates]"),
        )
        found += find_faults(zane, f"roster-certificates-{language}")
        assert found == []


def test_somebody_is_found_and_their_trace_read_by_keys_alone(people, demo, activity):
    with people() as zane:
        open_list(zane, activity)
        find = zane.frame.locator("#find")
        find.focus()
        zane.page.keyboard.type("learner 10050")
        press_key_until(find, "Enter", zane.frame.locator("tbody tr:only-child"))
        trace = zane.frame.locator("tbody details").first
        expect(trace.locator(".trace")).to_be_hidden()
        trace.locator("summary").focus()
        zane.page.keyboard.press("Enter")
        expect(trace.locator(".trace")).to_be_visible()


def show_act(zane, demo, kind, outcomes, *, goes_on):
    """Shows the page of an act on several people, with as many of them as are named."""
    with demo.tool.store.begin() as session:
        rule = session.query(AwardRule).one()
        asked_by = session.query(Person).filter_by(name="Zane Ozola").one()
        act = BulkAct(
            rule=rule, kind=kind, reason=LONG, once=f"{kind} {goes_on}", asked_by=asked_by, asked_at=NOW
        )
        act.ended_at = None if goes_on else NOW
        session.add(act)
        session.flush()
        people = {FIRST + number: FIRST + number for number in range(len(outcomes))}
        queries.bulk_acts.add_people(session, act.id, people)
        for row, outcome in zip(session.query(BulkActPerson).filter_by(bulk_act=act), outcomes, strict=True):
            row.outcome = outcome
        if goes_on:
            outbox.schedule(
                session, work.job_id(act.id), "bulk_act", {"act_id": act.id}, NOW + timedelta(days=999)
            )
        number = act.id
    open_page(zane, token_of(zane), f"/lti/app/rules/1/acts/{number}")
    return number


def forget_acts(demo):
    with demo.tool.store.begin() as session:
        session.query(BulkActPerson).delete()
        session.query(BulkAct).delete()
        session.query(Outbox).filter_by(task="bulk_act").delete()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_an_act_are_readable(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        show_act(zane, demo, "award", ["held", "done", "done", "had", "asked", "confirmed"], goes_on=False)
        expect(zane.frame.locator("tbody tr")).to_have_count(2)
        found = find_faults(zane, f"roster-act-{language}")
        show_act(zane, demo, "revoke", ["done", "", "", ""], goes_on=True)
        expect(zane.frame.locator("progress")).to_be_visible()
        found += find_faults(zane, f"roster-act-work-{language}")
        open_page(zane, token_of(zane), "/lti/app/rules/1/acts")
        expect(zane.frame.locator("ul.plain li")).to_have_count(2)
        found += find_faults(zane, f"roster-acts-{language}")
        forget_acts(demo)
        open_page(zane, token_of(zane), "/lti/app/rules/1/acts")
        found += find_faults(zane, f"roster-no-acts-{language}")
        assert found == []


def test_an_act_that_goes_on_shows_by_itself_what_came_out(people, demo, activity):
    """`progress.js` asks, and shows the page when it is over."""
    with people() as zane:
        zane.open_activity(activity, "Zane")
        number = show_act(zane, demo, "revoke", ["done", ""], goes_on=True)
        expect(zane.frame.locator("#settled")).to_contain_text("1 of 2")
        with demo.tool.store.begin() as session:
            session.query(BulkActPerson).filter_by(bulk_act_id=number).update({"outcome": "done"})
            session.get_one(BulkAct, number).ended_at = NOW
        expect(zane.frame.locator("#said")).to_contain_text("2 badges are revoked.")
        expect(zane.frame.locator("progress")).to_have_count(0)
        forget_acts(demo)
