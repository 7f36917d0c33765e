"""A course with thousands of badges: what needs the teacher comes first, and the page costs what a small one costs."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    Delivery,
    Outbox,
)
from lti_tool.values import Member
from tests.amounts import amount
from tests.fixtures import TOMS, ZANE, learner
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.teacher.test_roster import names
from tests.many_learners import FIRST, multiply

#: How many learners have the badge beside Anna.
FEW = 29
MANY = amount("awards on a teacher's page", small=299, full=2_999)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


def test_thousands_of_awards_cost_no_more_than_thirty(act, annas_badge, web_tool, statements):
    asked, sizes = [], []
    for numbers in (range(FEW), range(FEW, MANY)):
        multiply(web_tool, numbers)
        act("course")
        statements.clear()
        sizes.append(len(act("course").data))
        asked.append([each for each in statements if each != "BEGIN"])
    # One each for the reviews, the levels and the feedback of the templates is among them.
    assert len(asked[1]) == len(asked[0]) <= 15
    assert sizes[1] < 1.05 * sizes[0] < 50_000
    assert not [each for each in asked[1] if "credential.packed" in each]


def test_the_numbers_are_those_of_the_whole_course(act, annas_badge, web_tool):
    multiply(web_tool, range(FEW))
    with web_tool.store.begin() as session:
        session.execute(update(Award).where(Award.id < FIRST + 3).values(status="revoked"))
    words = text_of(act("course"))
    assert f"{FEW + 1 - 4} have it" in words
    # Toms waits for a confirmation, and Jānis is outside.
    assert f"{FEW + 1 - 4 + 2} can have it" in words


def test_who_needs_the_teacher_is_in_the_first_part(act, people, annas_badge, web_tool, clock):
    """However long ago they were awarded."""
    multiply(web_tool, range(60))
    waiting, failed, dead, renamed, revoked = (FIRST + number for number in (55, 56, 57, 58, 59))
    with web_tool.store.begin() as session:
        old = session.query(Award.earned_at).first()[0] - timedelta(days=300)
        session.execute(update(Award).where(Award.id >= waiting).values(earned_at=old))
        session.get_one(Award, waiting).status = "waiting"
        session.get_one(Award, revoked).status = "revoked"
        for award_id in (failed, revoked):
            session.query(Delivery).filter_by(award_id=award_id).one().status = "failed"
        (delivery,) = session.query(Delivery).filter_by(award_id=dead)
        delivery.status = "pending"
        session.add(dead_job(dead, delivery.id, clock()))
        member = Member(user_id=str(renamed), roles=(), name="Learner with a new name")
        queries.people.save_members(session, 1, [member], clock.advance(minutes=1))
    page = people()
    # Toms waits for a confirmation.
    assert set(names(page)[1:4]) == {f"Learner {waiting}", f"Learner {failed}", f"Learner {dead}"}
    assert (names(page)[0], names(page)[4]) == (TOMS.name, "Learner with a new name")
    assert f"Learner {revoked}" not in names(page)
    assert text_of(page).count("Issue a corrected badge…") == 1
    assert text_of(page).count("Try again") == 1
    assert "3 badges with a problem" in text_of(act("course"))


def dead_job(award_id, delivery_id, now):
    return Outbox(
        id="dead",
        queue="deliver",
        task="deliver",
        payload={"award_id": award_id, "delivery_id": delivery_id},
        award_id=award_id,
        due_at=now,
        created_at=now,
        died_at=now,
    )


def test_who_has_not_got_it_yet_is_counted_and_listed_in_parts(act, course_rule, people, platform, services):
    platform.everyone = [ZANE, *(learner(1000 + number) for number in range(60))]
    platform.inside = []
    assert "60 can have it" in text_of(act(f"rules/{course_rule}/check"))
    parts = [people(show="not_yet", page=str(number)) for number in (1, 2, 3)]
    assert [len(names(each)) for each in parts] == [25, 25, 10]
    assert len({name for each in parts for name in names(each)}) == 60
