"""A course with thousands of badges: what needs the teacher comes first, and the page costs what a small one costs."""

import re
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
from tests.fixtures import ZANE, learner
from tests.lti_tool.web.conftest import hidden, text_of
from tests.many_learners import FIRST, multiply

#: How many learners have the badge beside Anna.
FEW = 29
MANY = amount("awards on a teacher's page", small=299, full=2_999)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


def names(page):
    """Whom the list of those who have the badge shows, in its order."""
    return re.findall(r'<th scope="row"><bdi>([^<]*)</bdi></th>', page.text)


def test_thousands_of_awards_cost_no_more_than_thirty(act, annas_badge, web_tool, statements):
    asked, sizes = [], []
    for numbers in (range(FEW), range(FEW, MANY)):
        multiply(web_tool, numbers)
        act("course")
        statements.clear()
        sizes.append(len(act("course").data))
        asked.append(list(statements))
    assert len(asked[1]) <= len(asked[0]) <= 31
    assert sizes[1] < 1.05 * sizes[0] < 100_000
    assert not [each for each in asked[1] if "credential.packed" in each]


def test_the_numbers_are_those_of_the_whole_course(act, annas_badge, web_tool):
    multiply(web_tool, range(FEW))
    with web_tool.store.begin() as session:
        session.execute(update(Award).where(Award.id < FIRST + 3).values(status="revoked"))
    assert f"{FEW + 1 - 4} learners have it" in text_of(act("course"))
    assert f"Learners 1 to 25 of {FEW + 1}." in text_of(act("course"))


def test_each_part_has_the_next_ones_and_none_is_left_out(act, annas_badge, course_rule, web_tool):
    multiply(web_tool, range(60))
    parts = [act("course", awards=f"{course_rule} {number}") for number in (1, 2, 3)]
    assert [len(names(each)) for each in parts] == [25, 25, 11]
    assert len({name for each in parts for name in names(each)}) == 61
    assert [text_of(each).count("Previous page") for each in parts] == [0, 1, 1]
    assert [text_of(each).count("Next page") for each in parts] == [1, 1, 0]
    assert names(act("course", awards=[str(course_rule), "3"])) == names(
        parts[2]
    )  # as its number field sends it
    assert names(act("course", awards=f"{course_rule} 99")) == names(parts[2])
    for odd in ("", "3", f"{course_rule} 0", f"{course_rule} -1", "99 2", "x y"):
        assert names(act("course", awards=odd)) == names(parts[0])


def test_a_list_of_one_part_has_no_pages(act, annas_badge):
    assert 'class="pages"' not in act("course").text


def test_who_needs_the_teacher_is_in_the_first_part(act, annas_badge, web_tool, clock):
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
    page = act("course")
    assert names(page)[:4] == [
        f"Learner {waiting}",
        f"Learner {failed}",
        f"Learner {dead}",
        "Learner with a new name",
    ]
    assert f"Learner {revoked}" not in names(page)
    assert text_of(page).count("Issue a corrected badge…") == 1
    assert text_of(page).count("Try again") == 1


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


def test_what_a_teacher_does_leaves_the_list_where_it_is(act, annas_badge, course_rule, web_tool):
    multiply(web_tool, range(60))
    second = act("course", awards=f"{course_rule} 2")
    assert hidden(second, "awards") == f"{course_rule} 2"
    award_id = re.findall(r"/lti/app/awards/(\d+)/revoke", second.text)[3]
    asked = act(f"awards/{award_id}/revoke", awards=f"{course_rule} 2")
    done = act(
        f"awards/{award_id}/revoke", awards=hidden(asked, "awards"), confirmed="yes", reason="A mistake"
    )
    assert "is revoked" in text_of(done) and names(done) == names(second)


def test_who_has_not_got_it_yet_is_listed_in_parts_too(act, course_rule, platform, services):
    platform.everyone = [ZANE, *(learner(1000 + number) for number in range(60))]
    platform.inside = []
    act(f"rules/{course_rule}/check")
    parts = [act("course", not_yet=f"{course_rule} {number}") for number in (1, 2, 3)]
    found = [re.findall(r"<strong><bdi>(Learner \d+)</bdi></strong>", each.text) for each in parts]
    assert [len(each) for each in found] == [25, 25, 10]
    assert len({name for each in found for name in each}) == 60
