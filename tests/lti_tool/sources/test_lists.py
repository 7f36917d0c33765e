"""Lists that are read in parts: who is on two pages, and in which sequence what was found may become known."""

from dataclasses import replace
from decimal import Decimal

import pytest

from lti_tool.observations import LINK_ACCESS, RESTRICTION, ROLE, KnownPerson, Observation
from lti_tool.sources import line_item_results, member_lists
from lti_tool.sources.found import AT_ONCE, Asked, LinkAsked
from lti_tool.values import INSTRUCTOR, LEARNER, LineItemResult, Member
from tests.fixtures import NOW, FakePlatform, learner
from tests.lti_tool.conditions.simulated_course import LINK, KnownHere

ANOTHER_PAGE = [learner(number) for number in range(AT_ONCE)]


def observed(source, person, kind, value):
    return Observation(
        course=1,
        person=person,
        kind=kind,
        resource="" if kind == ROLE else LINK,
        value=value,
        seen_at=NOW,
        source=source.NAME,
    )


def found_by(source, platform, own=None, course=()):
    asked = Asked(
        product="moodle",
        memberships_url="https://moodle.example.org/members",
        line_items_url=None,
        links=[
            LinkAsked(id=LINK, reads=source.GIVES, line_item_url="https://moodle.example.org/lineitems/1")
        ],
    )
    return source.look(asked, platform, KnownHere(own=own or {}, course=course))


def told_of(answer, user_id):
    return {each.kind: each.value for each in answer.found if each.user_id == user_id}


@pytest.mark.parametrize("roles", [(LEARNER, INSTRUCTOR), (INSTRUCTOR, LEARNER)])
def test_who_is_a_learner_on_one_page_and_staff_on_another_is_staff(roles):
    first, last = (Member(user_id="twice", roles=(role,)) for role in roles)
    platform = FakePlatform(everyone=[first, *ANOTHER_PAGE, last], inside=[])
    answer = found_by(member_lists, platform)
    assert told_of(answer, "twice") == {ROLE: "staff"}
    assert answer.counts["members"] == AT_ONCE + 1
    assert [each.user_id for each in answer.members].count("twice") == 1


def test_a_name_on_another_page_is_the_persons_too():
    without, named = learner(7000, name=None), learner(7000, email=None)
    platform = FakePlatform(everyone=[without, *ANOTHER_PAGE, named], inside=[])
    (described,) = (each for each in found_by(member_lists, platform).members if each.user_id == "7000")
    assert (described.name, described.email) == ("Learner 7000", "learner7000@example.org")


def test_only_who_logs_in_by_another_username_than_before_is_described():
    people = {number: learner(number, username=f"user{number}") for number in range(3)}
    known = KnownHere(
        own={str(number): [observed(member_lists, 1, ROLE, "learner")] for number in people},
        course=[],
        usernames={"0": "user0", "1": "before"},
    )
    known.people = lambda user_ids, _kinds: {
        each: KnownPerson(name=f"Learner {each}", email=f"learner{each}@example.org", own=known.own[each])
        for each in user_ids
    }
    unsaid = replace(people[0], username=None)
    asked = Asked(
        product="moodle", memberships_url="https://moodle.example.org/members", line_items_url=None, links=[]
    )

    def described(*listed):
        return member_lists.look(asked, FakePlatform(everyone=[*listed]), known).members

    assert described(*people.values()) == [people[1], people[2]]
    assert described(unsaid) == []


def test_a_username_on_one_page_is_the_persons_on_another_too():
    without, named = learner(7000), learner(7000, username="seven")
    for pages in ([without, *ANOTHER_PAGE, named], [named, *ANOTHER_PAGE, without]):
        members = found_by(member_lists, FakePlatform(everyone=pages, inside=[])).members
        assert [each.username for each in members if each.user_id == "7000"] == ["seven"]


def test_who_is_as_before_on_both_pages_is_not_told_again():
    twice = learner(7000)
    known = [observed(member_lists, 1, ROLE, "learner"), observed(member_lists, 1, LINK_ACCESS, "closed")]
    platform = FakePlatform(everyone=[twice, *ANOTHER_PAGE, twice], inside=[])
    own = {"7000": known}
    people = KnownHere(own=own, course=[]).people
    assert people(["7000"], member_lists.GIVES) == {"7000": KnownPerson(own=known)}
    assert told_of(found_by(member_lists, platform, own), "7000") == {}


def test_a_restriction_that_is_proven_is_stored_after_all_that_it_proves():
    closed = [observed(member_lists, 1, ROLE, "learner"), observed(member_lists, 1, LINK_ACCESS, "closed")]
    platform = FakePlatform(everyone=[learner(1), learner(2), learner(3)], inside=[learner(2)])
    answer = found_by(member_lists, platform, {"1": closed, "9": closed})
    assert (answer.found[-1].kind, answer.found[-1].value) == (RESTRICTION, "in_force")
    assert told_of(answer, "9") == {ROLE: "absent", LINK_ACCESS: "absent"}


@pytest.mark.parametrize(
    ("inside", "shown"), [([learner(1)], "unproven"), ([learner(1), learner(2)], "open_to_all")]
)
def test_a_restriction_that_is_not_proven_is_stored_before_anybodys_access(inside, shown):
    platform = FakePlatform(everyone=[learner(1), learner(2)], inside=inside)
    before = Observation(
        course=1,
        person=None,
        kind=RESTRICTION,
        resource=LINK,
        value="in_force",
        seen_at=NOW,
        source=member_lists.NAME,
    )
    answer = found_by(member_lists, platform, course=[before])
    assert (answer.found[0].kind, answer.found[0].value) == (RESTRICTION, shown)


def test_of_somebody_who_is_twice_in_a_column_the_later_result_counts():
    people = [str(number) for number in range(AT_ONCE)]
    graded = [LineItemResult(user_id=name, score=Decimal("0.5")) for name in people]
    again = LineItemResult(user_id=people[0], score=Decimal("0.9"))
    own = {name: [observed(member_lists, 1, ROLE, "learner")] for name in people}
    answer = found_by(line_item_results, FakePlatform(graded=[*graded, again]), own)
    assert [each.value["score"] for each in answer.found if each.user_id == people[0]] == ["0.9"]
    assert answer.counts == {"results": AT_ONCE}
