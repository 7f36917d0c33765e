"""The list of everybody about one badge: who is in it, how it is limited, searched and sorted, and what it costs."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    LaunchSession,
    Person,
    ResourceLink,
)
from tests.fixtures import ANNA, JANIS, PETERIS, TOMS, ZANE, learner
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.many_learners import FIRST, multiply


def names(page):
    return re.findall(r'<th scope="row">[^\n]*?<bdi>([^<]*)</bdi>', page.text)


def row(page, name):
    """What stands in the row of somebody."""
    (found,) = [each for each in re.findall(r"<tr>.*?</tr>", page.text, re.S) if f"<bdi>{name}</bdi>" in each]
    return found


def counts(page):
    """The filters with their numbers."""
    found = re.findall(r'name="roster_show" value="(\w+)"[^>]*>[^<]*<b>(\d+)</b>', page.text)
    return {group: int(number) for group, number in found}


@pytest.fixture
def course_of_four(act, annas_badge, course_rule, platform, services):
    """Anna has the badge; Jānis has not got it yet, nor has Toms, and Zane teaches."""
    services.everyone, services.inside = [ZANE, ANNA, JANIS, TOMS], [ZANE, ANNA]
    act(f"rules/{course_rule}/check")


def test_everybody_is_listed_with_what_is_so_about_them(course_of_four, people, annas_badge):
    page = people()
    assert names(page) == [JANIS.name, TOMS.name, ANNA.name]
    assert counts(page) == {"everybody": 3, "eligible": 3, "waits": 0, "have": 1, "not_yet": 2}
    assert "Not yet" in row(page, JANIS.name) and "The link is closed to them" in row(page, JANIS.name)
    anna = row(page, ANNA.name)
    assert "Issued" in anna and "anna@example.org" in anna and f"/badges/{annas_badge}" in anna
    assert "Completed between" in anna and "sent" in anna


def test_the_list_says_when_the_learner_opened_the_badge(act, annas_badge, people, web_tool, clock):
    assert "opened by the learner" not in text_of(people())
    with web_tool.store.begin() as session:
        session.query(Award).one().claimed_at = clock()
    assert "opened by the learner just now" in text_of(people())


def test_whoever_waits_for_the_teacher_comes_first_and_is_confirmed_from_the_row(
    act, annas_badge, course_rule, people
):
    page = people(show="waits")
    assert counts(page)["waits"] == 1 and names(people())[0] == names(page)[0] == TOMS.name
    assert "Confirm and award" in row(page, TOMS.name)
    done = act(
        f"rules/{course_rule}/tick",
        learner=hidden(page, "learner"),
        roster=course_rule,
        roster_show="waits",
    )
    assert "1 badge is being prepared" in text_of(done) and counts(done)["waits"] == 0
    assert names(people(show="have")) == [TOMS.name, ANNA.name]


def test_nobody_is_offered_to_confirm_themselves(annas_badge, people, web_tool):
    with web_tool.store.begin() as session:
        zane, toms = (session.query(Person).filter_by(name=each.name).one() for each in (ZANE, TOMS))
        session.execute(
            update(LaunchSession).where(LaunchSession.person_id == zane.id).values(person_id=toms.id)
        )
    page = people(show="waits")
    assert "You cannot confirm yourself" in row(page, TOMS.name)
    assert "<form" not in row(page, TOMS.name)


@pytest.mark.parametrize("typed", ["berzina", "BĒRZIŅA anna", "anna@example", "  bērziņa  "])
def test_a_search_finds_names_and_addresses_however_they_are_typed(course_of_four, people, typed):
    page = people(find=typed)
    assert names(page) == [ANNA.name]
    assert counts(page) == {"everybody": 1, "eligible": 1, "waits": 0, "have": 1, "not_yet": 0}


def test_a_search_that_finds_nobody_says_so_and_shows_what_was_typed_as_text(course_of_four, people):
    page = people(find="<b>nobody</b> berzina")
    assert names(page) == [] and "Nobody is found" in text_of(page)
    assert "<b>nobody" not in page.text and "&lt;b&gt;nobody" in page.text


@pytest.mark.parametrize(
    "order, expected",
    [
        ("needs", [JANIS.name, TOMS.name, ANNA.name, "Learner 10000"]),
        ("name", [ANNA.name, JANIS.name, "Learner 10000", TOMS.name]),
        ("newest", [ANNA.name, "Learner 10000", JANIS.name, TOMS.name]),
        ("odd", [JANIS.name, TOMS.name, ANNA.name, "Learner 10000"]),
    ],
)
def test_the_list_has_the_order_that_is_asked_for(course_of_four, people, web_tool, order, expected):
    multiply(web_tool, range(1))
    with web_tool.store.begin() as session:
        session.get_one(Award, FIRST).earned_at -= timedelta(days=1)
    assert names(people(order=order)) == expected


def test_each_part_has_the_next_ones_in_the_same_view(annas_badge, people, web_tool):
    multiply(web_tool, range(60))
    parts = [people(page=number, order="name", find="learner") for number in ("1", "2", "3")]
    assert [len(names(each)) for each in parts] == [25, 25, 10]
    assert len({name for each in parts for name in names(each)}) == 60
    assert "Learners 26 to 50 of 60" in text_of(parts[1])
    assert hidden(parts[1], "roster_find") == "learner" and hidden(parts[1], "roster_order") == "name"
    assert names(people(page="99", order="name", find="learner")) == names(parts[2])
    for odd in ("", "0", "-1", "x"):
        assert names(people(page=odd, order="name", find="learner")) == names(parts[0])


def test_an_action_comes_back_to_the_list_as_the_reader_had_it(
    act, annas_badge, course_rule, people, web_tool
):
    multiply(web_tool, range(60))
    view = {"roster": course_rule, "roster_show": "have", "roster_find": "learner", "roster_order": "name"}
    view["roster_page"] = "2"
    before = people(show="have", find="learner", order="name", page="2")
    award_id = re.findall(r"/lti/app/awards/(\d+)/revoke", before.text)[3]
    asked = act(f"awards/{award_id}/revoke", **view)
    assert f'action="/lti/app/rules/{course_rule}/people"' in asked.text  # "Keep the badge"
    kept = {name: hidden(asked, name) for name in view}
    assert kept == {name: str(value) for name, value in view.items()}
    done = act(f"awards/{award_id}/revoke", **kept, confirmed="yes", reason="A mistake")
    assert "is revoked" in text_of(done) and "All learners:" in text_of(done)
    assert names(done)[:3] == names(before)[:3] and len(names(done)) == 25
    assert "Learners 26 to 50 of 59" in text_of(done)


def test_the_course_page_leads_to_the_list_and_back(act, annas_badge, course_rule):
    assert f'action="/lti/app/rules/{course_rule}/people"' in act("course").text
    page = act(f"rules/{course_rule}/people", roster=course_rule)
    assert 'action="/lti/app/course"' in page.text


def test_while_a_badge_is_paused_those_who_have_it_are_listed_and_it_says_so(
    course_of_four, act, course_rule, people
):
    act(f"rules/{course_rule}/pause", paused="yes")
    page = people()
    assert names(page) == [ANNA.name] and "awards nothing at the moment" in text_of(page)


def test_who_was_awarded_the_badge_by_another_link_is_listed_as_such(course_of_four, people, web_tool):
    with web_tool.store.begin() as session:
        award = session.query(Award).one()
        link = ResourceLink(course_id=award.course_id, link_id="9", created_at=award.earned_at)
        session.add(link)
        session.flush()
        other = AwardRule(
            course_id=award.course_id,
            resource_link_id=link.id,
            issuer_id=award.issuer_id,
            created_at=award.earned_at,
            removed_at=award.earned_at,
        )
        session.add(other)
        session.flush()
        award.rule_id = other.id
    page = people()
    assert counts(page)["elsewhere"] == 1 and "Awarded elsewhere" in row(page, ANNA.name)
    assert "/revoke" not in row(page, ANNA.name)


def test_a_learner_and_a_teacher_of_another_course_see_nobody(school, browser, annas_badge, course_rule):
    elsewhere = school.launch(
        ZANE, **{"https://purl.imsglobal.org/spec/lti/claim/context": {"id": "43", "title": "x"}}
    )
    for token, status in (
        (hidden(school.launch(JANIS), "_launch"), 403),
        (hidden(elsewhere, "_launch"), 404),
    ):
        page = browser.post(
            f"/lti/app/rules/{course_rule}/people", data={"_launch": token, "roster": course_rule}
        )
        assert page.status_code == status and "Anna" not in page.text


REVIEW = {
    CLAIM + "message_type": "LtiSubmissionReviewRequest",
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
        "lineitem": "https://moodle.example.org/items/1"
    },
}


def review_of(school, member):
    """What Zane sees who opens somebody's submission from the gradebook."""
    return school.launch(ZANE, **REVIEW, **{CLAIM + "for_user": {"user_id": member.user_id}})


def test_the_gradebook_opens_the_list_at_that_learner(course_of_four, school, course_rule):
    page = review_of(school, ANNA)
    assert page.status_code == 200 and names(page) == [ANNA.name]
    assert hidden(page, "roster") == str(course_rule) and hidden(page, "roster_find") == ANNA.email


def test_the_gradebook_of_another_course_learns_nothing_of_a_learner(course_of_four, school, web_tool):
    with web_tool.store.begin() as session:
        queries.people.save_members(session, 1, [PETERIS], web_tool.clock())
    for member in (PETERIS, learner(4711)):
        page = review_of(school, member)
        assert page.status_code == 200 and "Badges of this course" in text_of(page)
        assert PETERIS.name not in page.text and PETERIS.email not in page.text


def test_a_learner_who_launches_a_review_sees_their_own_page(course_of_four, school):
    page = school.launch(JANIS, **REVIEW, **{CLAIM + "for_user": {"user_id": ANNA.user_id}})
    assert ANNA.name not in page.text and "All learners" not in page.text


@pytest.fixture
def renewed(annas_badge, web_tool):
    """An award that renews another one, which renews a third; all are of one learner."""
    multiply(web_tool, range(3))
    with web_tool.store.begin() as session:
        first, second, third = (session.get_one(Award, FIRST + number) for number in range(3))
        for before, after in ((first, second), (second, third)):
            before.ended_at, before.why_ended = web_tool.clock(), "renewed"
            session.flush()
            after.person_id, after.renews_id = first.person_id, before.id
            session.flush()
        return third.id


def test_whose_badge_was_renewed_is_there_once_with_the_earlier_ones_in_the_trace(people, renewed, web_tool):
    name = f"Learner {FIRST}"
    page = people(find=name)
    assert names(page) == [name] and counts(page)["have"] == 1
    assert row(page, name).count("It renews a badge") == 2
    assert f'name="award" value="{renewed}"' in row(page, name) and "/badges/" in row(page, name)
    assert re.findall(r"awards/(\d+)/revoke", page.text) == [str(renewed), str(FIRST + 1), str(FIRST)]


def test_while_a_renewal_is_revoked_what_it_renewed_is_there_too(people, renewed, web_tool):
    with web_tool.store.begin() as session:
        session.get_one(Award, renewed).status = "revoked"
    page = people(find=f"Learner {FIRST}", order="newest")
    assert len(names(page)) == 2 and page.text.count("It renews a badge") == 1
