"""Teachers are mailed what goes wrong for long or for good: badges that reach nobody, a course that cannot be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool import jobs
from lti_tool.awarding import looks
from lti_tool.errors import PlatformError
from lti_tool.mails.teacher_choices import MailChoice
from lti_tool.people import teacher_mails
from lti_tool.store import queries
from lti_tool.store.models import AwardRule, Course, Delivery, Event, TemplateVersion
from tests.fixtures import ANNA, JANIS, ZANE, complete, make_rule, rows, run_due_jobs

UNREAD = "Mācību platforma rīkam „Nozimite” nesniedz ziņas par Jūsu kursu"


@pytest.fixture
def tool(mailing_tool):
    return mailing_tool


@pytest.fixture
def mails(new_mails):
    """The new mails to Zane: address, subject, mail."""

    def mails(**later):
        sent = [(mail["To"].addresses[0].addr_spec, mail["Subject"], mail) for mail in new_mails(**later)]
        return [each for each in sent if each[0] == ZANE.email]

    return mails


def subjects(sent):
    return [subject for _address, subject, _mail in sent]


@pytest.fixture
def rule_id(tool, published):
    return make_rule(tool, published)


@pytest.fixture
def sweep(tool):
    """What is done every hour."""
    return lambda: jobs.sweep(tool, "sweep", {})


@pytest.fixture
def fail(tool, platform, clock):
    """A look that the platform does not answer."""

    def fail():
        platform.trouble = PlatformError(
            "the platform has an internal error (status {status})", {"status": 503}
        )
        assert looks.look(tool.store, platform, 1, clock(), tool.issuer.policy) is not None

    return fail


def undelivered(number):
    return f"Nozīmītes, kuras nav nonākušas pie izglītojamajiem: {number}"


def give_up(tool, count):
    """The mails with so many badges have come back."""
    with tool.store.begin() as session:
        for row in session.query(Delivery).order_by(Delivery.id).limit(count):
            row.status = "failed"


def test_badges_that_came_back_are_mailed_once_and_name_nobody(tool, platform, rule_id, mails, sweep):
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    sweep()
    assert mails() == []
    give_up(tool, 1)
    sweep()
    ((address, subject, mail),) = mails()
    text = mail.get_body(("plain",)).get_content()
    assert (address, subject) == (ZANE.email, undelivered(1))
    assert not any(each.name in text or each.email in text for each in (ANNA, JANIS))
    sweep()
    assert mails(days=2) == []
    give_up(tool, 2)
    sweep()
    assert subjects(mails()) == [undelivered(2)]
    assert {row.why for row in rows(tool, Event) if row.what == "mailed"} == {"undelivered"}


def test_a_course_that_cannot_be_read_is_mailed_after_a_day_and_once(
    tool, platform, rule_id, mails, sweep, fail, clock
):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    fail()
    clock.advance(hours=23)
    fail()
    sweep()
    assert mails(minutes=10) == []
    clock.advance(hours=1)
    fail()
    sweep()
    ((_address, subject, mail),) = mails()
    assert subject == UNREAD and "Dienas bez atbildes: 1" in mail.get_body(("plain",)).get_content()
    clock.advance(days=2)
    fail()
    sweep()
    assert mails() == []


def test_a_course_that_answers_again_is_no_trouble_and_may_become_a_new_one(
    tool,
    platform,
    rule_id,
    mails,
    sweep,
    fail,
    clock,
):
    fail()
    clock.advance(days=1)
    fail()
    sweep()
    platform.trouble = None
    looks.look(tool.store, platform, 1, clock(), tool.issuer.policy)
    assert mails() == [], "it has settled itself before the mail was due"
    for _ in range(2):
        fail()
        clock.advance(days=1)
    fail()
    sweep()
    assert subjects(mails()) == [UNREAD]


@pytest.mark.parametrize("kind", ["unread", "undelivered"])
def test_who_left_a_kind_out_hears_only_of_the_other(
    tool, platform, rule_id, mails, sweep, fail, clock, kind
):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    give_up(tool, 1)
    with tool.store.begin() as session:
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        teacher_mails.choose(session, zane, 1, MailChoice(left_out=frozenset({kind})), clock())
    fail()
    clock.advance(days=1)
    fail()
    sweep()
    assert subjects(mails()) == [undelivered(1) if kind == "unread" else UNREAD]


def test_a_course_that_has_ended_has_no_trouble(tool, platform, rule_id, mails, sweep, clock):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    give_up(tool, 1)
    with tool.store.begin() as session:
        session.get_one(Course, 1).concluded_at = clock()
    sweep()
    assert mails() == []


ENDS = "Nozīmītes „Datu pratība lēmumu pieņēmējiem” kvalitātes nodrošinājums beidzas"


@pytest.fixture
def state_assurance(tool, rule_id, clock):
    """Lets the badge of the course state a quality assurance that is valid for so many days from now."""

    def state(days):
        with tool.store.begin() as session:
            version = session.query(TemplateVersion).one()
            until = (clock() + timedelta(days=days)).date().isoformat()
            stated = [{"code": "internal"}, {"code": "eqavet", "valid_until": until}]
            version.body = {**version.body, "types_of_quality_assurance": stated}

    return state


def test_a_quality_assurance_that_ends_soon_is_mailed_once_and_once_more_when_it_has_ended(
    tool, rule_id, state_assurance, mails, sweep
):
    state_assurance(days=61)
    sweep()
    assert mails() == []
    mails(days=1)
    sweep()
    assert mails() == []
    mails(days=1)
    sweep()
    ((_address, subject, mail),) = mails()
    assert subject == ENDS
    assert "Dienas līdz beigām: 59" in mail.get_body(("plain",)).get_content()
    for days in (1, 30, 28):
        mails(days=days)
        sweep()
        assert mails() == []
    mails(days=1)
    sweep()
    ((_address, subject, mail),) = mails()
    assert subject == ENDS
    assert "Dienas līdz beigām: 0" in mail.get_body(("plain",)).get_content()
    assert mails(days=40) == []
    assert {row.why for row in rows(tool, Event) if row.what == "mailed"} == {"expiring"}


def test_another_date_is_news(tool, rule_id, state_assurance, mails, sweep):
    state_assurance(days=10)
    sweep()
    assert subjects(mails()) == [ENDS]
    state_assurance(days=400)
    sweep()
    assert mails(days=2) == []
    state_assurance(days=20)
    sweep()
    assert subjects(mails()) == [ENDS]


def test_a_quality_assurance_without_an_end_is_no_trouble(tool, rule_id, mails, sweep):
    with tool.store.begin() as session:
        version = session.query(TemplateVersion).one()
        version.body = {**version.body, "types_of_quality_assurance": [{"code": "internal"}]}
    sweep()
    assert mails() == []


@pytest.mark.parametrize("why", ["left out", "paused", "removed", "course ended"])
def test_nobody_is_mailed_of_what_is_not_awarded_any_more_or_was_left_out(
    tool, platform, rule_id, state_assurance, mails, sweep, clock, why
):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    give_up(tool, 1)
    state_assurance(days=10)
    with tool.store.begin() as session:
        if why == "paused":
            session.get_one(AwardRule, rule_id).paused = True
        elif why == "removed":
            session.get_one(AwardRule, rule_id).removed_at = clock()
        elif why == "course ended":
            session.get_one(Course, 1).concluded_at = clock()
        else:
            zane = queries.people.person_of(session, 1, ZANE.user_id).id
            teacher_mails.choose(session, zane, 1, MailChoice(left_out=frozenset({"expiring"})), clock())
    sweep()
    # The mail about something else does not have it either.
    assert subjects(mails()) == ([] if why == "course ended" else [undelivered(1)])
