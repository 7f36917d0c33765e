"""Acts on several people as work: how far one is, what came out for whom, and how it is undone."""

import inspect
import re
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from lti_tool.awarding import awards, by_hand
from lti_tool.awarding.confirmations import Refusal
from lti_tool.bulk_acts import kinds, work
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, outbox
from lti_tool.store.models import (
    Award,
    BulkAct,
    BulkActPerson,
    CredentialRow,
    Delivery,
    Event,
    HandAward,
    ObservationRow,
    Outbox,
    Person,
    RegistrationRow,
)
from lti_tool.web.teacher.roster import act_words
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    JANIS,
    NOW,
    PETERIS,
    TOMS,
    ZANE,
    change_issuer,
    rows,
    run_due_jobs,
    run_job,
)
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_roster import counts
from tests.lti_tool.web.teacher.test_roster_bulk import ids_of, statuses
from tests.many_learners import FIRST, multiply

MANY = work.PART + 30


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def course_of_four(act, annas_badge, course_rule, services):
    """Anna has the badge; Jānis, Pēteris and Toms do not have it yet."""
    services.everyone, services.inside = [ZANE, ANNA, JANIS, PETERIS, TOMS], [ZANE, ANNA]
    act(f"rules/{course_rule}/check")


def revoked_once(web_tool, number):
    """Whether as many awards are revoked, each once."""
    told = [row.about for row in rows(web_tool, Event) if row.what == "revoked"]
    return len(told) == len(set(told)) == number


def acts_of(web_tool):
    with web_tool.store.read() as session:
        found = session.query(BulkActPerson).order_by(BulkActPerson.id)
        return [(each.bulk_act_id, each.person_id, each.outcome) for each in found]


def test_many_are_done_part_by_part_and_the_page_counts(annas_badge, act, several, done, settled, web_tool):
    multiply(web_tool, range(MANY))
    page = done(several("revoke", all="yes", roster_find="learner"), reason="x")
    address = re.search(r'data-work="/lti/app/(rules/\d+/acts/\d+/work)"', page.text)[1]
    assert f"0 of {MANY} people done" in text_of(page) and "progress" in page.text
    run_job(web_tool, work.job_id(1))
    page = act(address, roster=hidden(page, "roster"))
    assert f"{work.PART} of {MANY} people done" in text_of(page) and "data-work" in page.text
    run_job(web_tool, work.job_id(1))
    page = act(address, roster=hidden(page, "roster"))
    assert f"{MANY} badges are revoked." in text_of(page) and "data-work" not in page.text
    assert revoked_once(web_tool, MANY)
    assert work.job_id(1) not in {row.id for row in rows(web_tool, Outbox)}


def test_two_workers_at_one_act_do_nothing_twice(annas_badge, several, done, web_tool):
    """As after a lease that ran out while its worker went on."""
    multiply(web_tool, range(MANY))
    done(several("revoke", all="yes", roster_find="learner"), reason="x")

    def work_on():
        work.do_next_part(web_tool.store, web_tool.issuers, work.job_id(1), 1, web_tool.clock())

    all_at_once(work_on, work_on, work_on)
    assert revoked_once(web_tool, MANY)
    assert {outcome for _, _, outcome in acts_of(web_tool)} == {"done"}


def test_two_acts_on_the_same_people_do_nothing_twice(annas_badge, several, done, settled, web_tool):
    """Their parts come in any order, so it is either that revokes somebody; the other says so."""
    multiply(web_tool, range(MANY))
    first, second = (several("revoke", all="yes", roster_find="learner") for _ in range(2))
    done(first, reason="the first")
    page = settled(done(second, reason="the second"))
    assert "left as they are" in text_of(page) and "The badge is revoked already." in text_of(page)
    assert revoked_once(web_tool, MANY)
    outcomes = {}
    for act_id, person, outcome in acts_of(web_tool):
        outcomes.setdefault(person, {})[outcome] = {1: "the first", 2: "the second"}[act_id]
    assert all(set(each) == {"done", "revoked"} for each in outcomes.values())
    with web_tool.store.read() as session:
        reasons = {
            row.award.person_id: row.revocation_reason
            for row in session.query(CredentialRow)
            if row.award_id != 1
        }
    assert reasons == {person: each["done"] for person, each in outcomes.items()}


def test_a_badge_that_is_being_sent_is_not_sent_twice(annas_badge, several, done, web_tool):
    multiply(web_tool, range(3))
    first, second = (several("resend", all="yes", roster_find="learner") for _ in range(2))
    assert "3 badges are being sent again." in text_of(done(first))
    page = text_of(done(second))
    assert "0 badges are being sent again. 3 were left as they are." in page
    assert "being sent already" in page
    run_due_jobs(web_tool)
    assert len([row for row in rows(web_tool, Event) if row.what == "delivery_repeated"]) == 3
    assert {row.status for row in rows(web_tool, Delivery)} == {"sent"}


@pytest.mark.parametrize("why", ["left", "disabled"])
def test_who_may_not_do_it_any_more_does_nothing(annas_badge, several, done, settled, web_tool, why):
    multiply(web_tool, range(MANY))
    done(several("revoke", all="yes", roster_find="learner"), reason="x")
    with web_tool.store.begin() as session:
        if why == "disabled":
            session.query(RegistrationRow).one().disabled_at = NOW
        else:
            zane = session.query(Person).filter_by(name=ZANE.name).one()
            seen = session.query(ObservationRow).filter_by(person_id=zane.id, kind="role").first()
            values = {"kind": "role", "value": "absent", "source": "member_lists", "actor_id": None}
            values |= {"person_id": zane.id, "course_id": seen.course_id, "resource": seen.resource}
            session.add(ObservationRow(seen_at=web_tool.clock(), look_id=None, **values))
    run_due_jobs(web_tool)
    assert {outcome for _, _, outcome in acts_of(web_tool)} == {"not_allowed"}
    assert revoked_once(web_tool, 0)


def test_people_of_other_courses_are_left_out_and_named_nowhere(
    course_of_four, several, done, web_tool, clock
):
    with web_tool.store.begin() as session:
        stranger = Person(name="Stranger of another course", email="s@example.org")
        session.add(stranger)
        session.flush()
        number = stranger.id
    asked = several("award", learner=[str(each) for each in ids_of(web_tool, JANIS)])
    page = done(asked, reason="x", learner=f"{number} 999999")
    assert "Stranger" not in page.text and "None of them is in this list any more" in text_of(page)
    assert acts_of(web_tool) == []


def test_several_are_awarded_by_hand_with_one_reason_and_that_is_undone(
    course_of_four, several, done, act, people, web_tool
):
    asked = several("award", all="yes")
    told = text_of(asked)
    assert (
        "Award the badge to 3 learners by hand?" in told
        and "1 learner is left out: they have the badge" in told
    )
    assert "Enter a reason first" in text_of(done(asked, reason=""))
    page = done(asked, reason="All three presented their project")
    assert "3 badges are being prepared." in text_of(page)
    assert "All three presented their project" in text_of(page) and JANIS.name in page.text
    run_due_jobs(web_tool)
    assert counts(people())["have"] == 4
    awarded = [row for row in rows(web_tool, Event) if row.what == "awarded_by_hand"]
    assert len(awarded) == 3 and len({row.actor for row in awarded}) == 1
    (undo,) = re.findall(r'action="/lti/app/(rules/\d+/acts/\d+/undo)"', page.text)
    asked = act(undo, roster=hidden(page, "roster"))
    assert "Undo 3 awards?" in text_of(asked) and statuses(web_tool)[2] == "issued"
    form = {name: hidden(asked, name) for name in ("roster", "once", "confirmed")}
    page = act(undo, **form)
    assert "3 awards are undone." in text_of(page) and "/undo" not in page.text
    assert sorted(statuses(web_tool).values()) == ["issued", "revoked", "revoked", "revoked"]
    assert {row.revoked_as for row in rows(web_tool, CredentialRow)} == {None, "mistake"}
    assert "There is nothing to undo any more." in text_of(act(undo, **form))


def test_a_second_person_is_asked_about_each_and_undoing_withdraws_that(
    course_of_four, several, done, act, web_tool
):
    change_issuer(web_tool, awarding={"two_award_by_hand": True})
    asked = several("award", all="yes")
    assert "wants a second person" in text_of(asked) and "Ask a second person to approve" in text_of(asked)
    page = done(asked, reason="Shown in class")
    assert "3 awards wait for a second person" in text_of(page) and "0 badges" not in text_of(page)
    assert [row.status for row in rows(web_tool, HandAward)] == ["waiting"] * 3
    asked = act("rules/1/acts/1/undo", roster="1")
    form = {name: hidden(asked, name) for name in ("roster", "once", "confirmed")}
    assert "3 awards are undone." in text_of(act("rules/1/acts/1/undo", **form))
    assert [row.status for row in rows(web_tool, HandAward)] == ["withdrawn"] * 3
    assert list(statuses(web_tool)) == [1]


def test_revocations_are_undone_with_a_reason(annas_badge, several, done, settled, act, web_tool):
    multiply(web_tool, range(3))
    page = done(several("revoke", all="yes", roster_find="learner"), reason="x")
    (undo,) = re.findall(r'action="/lti/app/(rules/\d+/acts/\d+/undo)"', page.text)
    asked = act(undo, roster=hidden(page, "roster"))
    assert "Award 3 revoked badges again?" in text_of(asked)
    form = {name: hidden(asked, name) for name in ("roster", "once", "confirmed")}
    assert "Enter a reason first" in text_of(act(undo, **form))
    with web_tool.store.begin() as session:
        session.get_one(Award, FIRST).status = "earned"
    page = act(undo, **form, reason="The mistake was mine")
    assert "2 badges are awarded again." in text_of(page) and "left as" not in text_of(page)
    assert {row.again_reason for row in rows(web_tool, Award)} == {None, "The mistake was mine"}


def test_who_was_erased_is_in_no_act_and_acts_are_forgotten(annas_badge, several, done, web_tool, clock):
    multiply(web_tool, range(2))
    done(several("revoke", award=str(FIRST)), reason="About one")
    done(several("resend", all="yes"))
    with web_tool.store.begin() as session:
        erase_person(session, web_tool.issuers, FIRST, clock(), events.operator("root"))
    assert FIRST not in {person for _, person, _ in acts_of(web_tool)}
    assert [row.kind for row in rows(web_tool, BulkAct)] == ["resend"]
    clock.advance(days=29)
    run_job(web_tool, "sweep")
    assert len(rows(web_tool, BulkAct)) == 1
    clock.advance(days=2)
    run_job(web_tool, "sweep")
    assert rows(web_tool, BulkAct) == rows(web_tool, BulkActPerson) == []


def test_an_act_that_was_given_up_says_so_and_goes_on(
    annas_badge, several, done, settled, act, web_tool, clock
):
    multiply(web_tool, range(MANY))
    page = done(several("resend", all="yes", roster_find="learner"))
    outbox.give_up(web_tool.store, work.job_id(1), clock(), "x")
    page = settled(page)
    assert "It has stopped" in text_of(page) and "progress.js" not in page.text
    address = re.search(r'action="/lti/app/(rules/\d+/acts/\d+)"', page.text)[1]
    assert "It has stopped" not in text_of(act(address, roster=hidden(page, "roster"), again="yes"))
    assert f"{MANY} badges are being sent again." in text_of(settled(page))


def test_the_list_leads_to_its_acts_and_nobody_else_sees_them(
    school, browser, annas_badge, act, several, done, course_rule, people
):
    done(several("revoke", award="1"), reason="Secret of Anna")
    assert f'action="/lti/app/rules/{course_rule}/acts"' in people().text
    page = act(f"rules/{course_rule}/acts", roster=course_rule)
    assert f'action="/lti/app/rules/{course_rule}/acts/1"' in page.text and "Revoking badges" in text_of(page)
    elsewhere = school.launch(ZANE, **{CLAIM + "context": {"id": "43", "title": "x"}})
    for visitor, status in ((school.launch(JANIS), 403), (elsewhere, 404)):
        for path in ("", "/1", "/1/work", "/1/undo"):
            form = {
                "_launch": hidden(visitor, "_launch"),
                "confirmed": "yes",
                "reason": "x",
                "once": "0123456789",
            }
            answer = browser.post(f"/lti/app/rules/{course_rule}/acts{path}", data=form)
            assert answer.status_code == status and "Anna" not in answer.text


def test_an_act_of_another_badge_is_reached_by_its_own_alone(
    annas_badge, act, several, done, course_rule, web_tool
):
    """So that whoever teaches some course sees and undoes nothing of another one."""
    done(several("revoke", award="1"), reason="x")
    with web_tool.store.begin() as session:
        found = session.get_one(BulkAct, 1)
        rule = found.rule
        link = type(rule.link)(course_id=rule.course_id, link_id="9", created_at=NOW)
        found.rule = type(rule)(course_id=rule.course_id, link=link, issuer_id=rule.issuer_id, created_at=NOW)
    for path in ("1", "1/work", "1/undo"):
        assert act(f"rules/{course_rule}/acts/{path}", roster=course_rule).status_code == 404


@pytest.mark.parametrize("zone", ["America/New_York", None])
def test_times_are_the_readers(school, browser, annas_badge, several, done, course_rule, web_tool, zone):
    """By the platform where it says their zone; else `times.js` writes them in that of the browser."""
    done(several("resend", award="1"))
    launched = school.launch(
        ZANE, **{CLAIM + "custom": {**school.custom, "timezone": zone} if zone else school.custom}
    )
    form = {"_launch": hidden(launched, "_launch"), "roster": course_rule}
    for path in ("people", "acts", "acts/1"):
        page = browser.post(f"/lti/app/rules/{course_rule}/{path}", data=form)
        assert (
            "<time" in page.text
            and ("data-show" in page.text, "times.js" in page.text) == (zone is None,) * 2
        )
        assert (f"{web_tool.clock().astimezone(ZoneInfo(zone)):%H:%M}" in text_of(page)) if zone else True


def test_whatever_can_come_out_has_its_sentence():
    sources = "".join(map(inspect.getsource, (by_hand, awards.revoke, awards.award_again, kinds)))
    codes = set(re.findall(r'AwardStateError\(\s*"(\w+)"', sources)) | set(get_args(Refusal))
    codes |= set(re.findall(r'(?:return|else|outcome =) "(\w+)"', inspect.getsource(kinds))) | {"had"}
    assert codes - kinds.DONE <= act_words.WHY_NOT.keys()
    assert kinds.KINDS == act_words.NAMES.keys() == act_words.BUTTONS.keys()
    assert act_words.REASON_HINTS.keys() == kinds.WITH_REASON
