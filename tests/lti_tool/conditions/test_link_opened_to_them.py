"""What a restricted link proves: stories of a course, told in looks. A is Anna, Z teaches, T is an assistant."""

import pytest

from lti_tool.conditions.tree import tree_of
from tests.lti_tool.conditions.simulated_course import SimulatedCourse, with_policy


@pytest.fixture
def course():
    return SimulatedCourse()


def test_who_comes_in_while_another_stays_out_has_completed(course):
    course.look(outside="AJ", inside="T", staff="Z")
    first = course.now
    course.look(outside="J", inside="AT", staff="Z")
    assert course.earned() == "A"
    (part,) = course.decide("A").trace.leaves()
    assert (part.code, part.values["closed_at"], part.values["open_at"]) == ("came_in", first, course.now)
    assert course.decide("A").completed_at == course.now


def test_a_class_that_passes_at_once_is_asked_about_and_not_awarded(course):
    course.look(outside="AJK")
    course.look(inside="AJK")
    assert course.earned() == ""
    assert course.asked_about() == dict.fromkeys("AJK", "open_to_all")


def test_a_restriction_removed_with_one_learner_outside_awards_nobody(course):
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    assert course.earned() == "A"
    course.look(inside="AJ")
    assert course.earned() == "A"
    assert course.asked_about() == {"J": "open_to_all"}


def test_a_witness_later_settles_who_came_in_without_one(course):
    course.look(outside="AJK")
    course.look(inside="AJK")
    course.look(inside="AJK", outside="N")
    assert course.earned() == ""  # N was in no look before: somebody new is no witness yet
    course.look(inside="AJK", outside="N")
    assert course.earned() == "AJK"
    assert course.asked_about() == {}


def test_somebody_who_was_absent_at_the_look_before_is_no_witness(course):
    course.look(outside="AJ")
    course.look(outside="A")
    course.look(inside="A", outside="J")
    assert course.earned() == ""
    course.look(inside="A", outside="J")
    assert course.earned() == "A"


def test_an_assistant_seen_by_launch_is_no_witness(course):
    course.look(outside="AT")
    course.opens("T", role="http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor")
    course.look(inside="A", outside="T")
    assert course.earned() == ""


def test_who_was_in_from_the_first_look_needs_their_own_opening_or_a_teacher(course):
    course.look(inside="AT", outside="J")
    course.look(inside="AT", outside="J")
    assert course.asked_about() == dict.fromkeys("AT", "open_from_the_first")
    course.opens("A")
    assert course.earned() == "A"
    assert course.code("A") == "opened"
    course.confirms("T")
    assert course.earned() == "AT"


def test_an_opening_before_the_first_look_counts_once_there_is_a_witness(course):
    course.opens("A")
    course.look(inside="A", outside="J")
    assert course.earned() == ""
    course.look(inside="A", outside="J")
    assert course.earned() == "A"


def test_opening_a_link_that_is_open_to_all_earns_nothing(course):
    course.look(inside="AJ")
    course.opens("A")
    course.look(inside="AJ")
    assert course.earned() == ""


def test_an_assistant_is_never_awarded_without_another_persons_word(course):
    course.look(outside="TJ")
    course.opens("T", role="http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor")
    course.look(inside="T", outside="J")
    course.look(inside="T", outside="J")
    course.opens("T")
    assert course.earned() == ""
    assert course.asked_about() == {"T": "seen_as_staff"}
    course.confirms("T", by="T")
    assert course.earned() == ""
    course.confirms("T", by="Z")
    assert course.earned() == "T"
    assert course.decide("T").trace.leaves()[0].code == "staff_confirmed"


def test_a_learner_listed_as_staff_later_is_staff_for_ever(course):
    course.look(outside="AJ")
    course.look(outside="J", staff="A")
    course.look(inside="A", outside="J")
    course.look(inside="A", outside="J")
    assert course.earned() == ""
    assert course.asked_about() == {"A": "seen_as_staff"}


def test_nobody_is_asked_about_who_has_left(course):
    course.look(inside="AJ")
    course.look(inside="J")
    assert course.asked_about() == {"J": "open_to_all"}
    assert course.code("A") == "absent"


def test_what_was_completed_while_enrolled_counts_later_too(course):
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    course.look(outside="J")
    assert course.earned() == "A"


def test_a_witness_proves_nothing_of_somebody_who_has_left(course):
    course.look(outside="AJ")
    course.look(inside="AJ")
    course.look(inside="J", outside="N")
    course.look(inside="J", outside="N")
    assert course.earned() == "J"


def test_removed_voids_the_looks_since_the_last_witness(course):
    course.look(outside="AJ")
    course.look(outside="AJ")
    course.look(inside="AJN")  # the restriction is gone
    course.says_removed()
    course.look(inside="AJN")
    assert course.asked_about() == dict.fromkeys("AJN", "restriction_removed")
    course.look(inside="A", outside="JN")  # it is back, and Anna has completed meanwhile
    assert (course.earned(), course.asked_about()) == ("", {})
    course.look(inside="A", outside="JN")
    assert course.earned() == "A"
    course.look(inside="AN", outside="J")
    assert course.earned() == "AN"


def test_after_removed_the_last_look_that_counts_is_the_one_before(course):
    course.look(outside="AJ")
    course.look(outside="AJ")
    course.look(inside="AJ")
    course.says_removed()
    course.look(inside="A", outside="J")  # it is back at once, and Anna has completed meanwhile
    assert course.earned() == "A"


def test_who_was_closed_out_later_and_came_in_again_has_completed(course):
    course.look(inside="A", outside="J")
    course.look(inside="A", outside="J")
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    assert (course.earned(), course.code("A")) == ("A", "came_in")


def test_a_look_that_a_teacher_has_voided_makes_no_completion(course):
    course.look(outside="AJ")
    course.look(outside="AJ")
    course.look(inside="AJ")
    course.says_removed()
    course.look(outside="AJ")
    course.look(outside="AJ")
    assert course.earned() == ""
    assert course.asked_about() == {}


def test_a_failed_look_changes_nothing(course):
    course.look(outside="AJ")
    course.look(fails=True)
    course.look(inside="A", outside="J")
    assert course.earned() == "A"


def test_a_restriction_added_later_counts_from_then_on(course):
    course.look(inside="AJ")
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    assert course.earned() == "A"


def test_coming_in_beside_somebody_who_is_out_for_the_first_time_waits_one_look(course):
    course.look(outside="A")
    course.look(inside="A", outside="N")
    assert (course.earned(), course.code("A")) == ("", "next_look")
    course.look(inside="A", outside="N")
    assert course.earned() == "A"


def test_the_institution_may_demand_the_learners_own_opening():
    course = with_policy(demands_own_opening=True)
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    assert (course.earned(), course.code("A")) == ("", "open_it")
    course.opens("A")
    assert course.earned() == "A"


def test_where_lists_show_nothing_an_opening_counts_once_a_teacher_says_it_is_restricted(course):
    course.opens("A")
    assert course.earned() == ""
    course.says_restricted()
    assert course.earned() == ""  # it was opened before anybody said so
    course.opens("A")
    assert course.earned() == "A"


@pytest.mark.parametrize(
    ("custom", "line_item_url", "counts"),
    [
        ({"canvas_module_id": "5", "canvas_module_item_id": "9"}, None, True),
        ({"canvas_module_id": "5", "canvas_module_item_id": "8"}, None, False),
        ({"canvas_module_id": "6", "canvas_module_item_id": "9"}, None, False),
        ({"canvas_module_item_id": "9"}, None, False),
        ({"canvas_course_id": "1"}, None, False),
        ({}, None, False),
        ({"canvas_module_id": "5", "canvas_module_item_id": "9", "canvas_assignment_id": "3"}, None, False),
        ({"canvas_module_id": "5", "canvas_module_item_id": "9"}, "https://canvas.example.org/1", False),
    ],
)
def test_on_canvas_only_the_module_item_that_the_teacher_opened_counts(course, custom, line_item_url, counts):
    course.says_restricted(place="module 5, item 9")
    course.opens("A", product="canvas", custom=custom, line_item_url=line_item_url)
    assert course.earned() == ("A" if counts else "")


def test_an_opening_from_elsewhere_hides_none_from_the_right_place(course):
    course.says_restricted(place="module 5, item 9")
    right = {"canvas_module_id": "5", "canvas_module_item_id": "9"}
    course.opens("A", product="canvas", custom={"canvas_course_id": "1"})
    course.opens("A", product="canvas", custom=right)
    course.opens("A", product="canvas", custom={"canvas_course_id": "1"})
    assert course.earned() == "A"


def test_only_openings_as_a_learner_count(course):
    course.says_restricted()
    course.opens("T", role="http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor")
    course.opens("X", role="http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor")
    assert course.earned() == ""


OWN_OPENING = tree_of({"condition": "opened_it_themselves"})


def test_opening_it_themselves_needs_the_opening_and_the_restriction(course):
    course.look(outside="AJ")
    course.look(inside="A", outside="J")
    assert (course.earned(OWN_OPENING), course.code("A", OWN_OPENING)) == ("", "not_opened")
    course.opens("A")
    assert course.earned(OWN_OPENING) == "A"
    course.look(inside="AJ")
    course.opens("J")
    assert course.earned(OWN_OPENING) == "A"
    assert course.asked_about(OWN_OPENING) == {"J": "open_to_all"}
    course.confirms("J")
    assert course.earned(OWN_OPENING) == "AJ"


CONFIRMED_TOO = tree_of({"all": [{"condition": "link_opened_to_them"}, {"condition": "confirmed"}]})


def test_with_the_confirmation_of_each_learner_nothing_is_earned_without_it(course):
    course.look(outside="AJK")
    course.look(inside="AJ", outside="K")
    assert course.earned(CONFIRMED_TOO) == ""
    assert course.asked_about(CONFIRMED_TOO) == dict.fromkeys("AJ", "not_confirmed")
    course.confirms("A")
    assert course.earned(CONFIRMED_TOO) == "A"


def test_a_confirmation_for_another_link_counts_for_nothing(course):
    course.look(inside="A", outside="J")
    course.confirms("A")
    course.observations = [
        each if each.kind != "confirmed" else each.__class__(**{**_fields(each), "resource": "2"})
        for each in course.observations
    ]
    assert course.earned() == ""


def _fields(observation):
    return {name: getattr(observation, name) for name in observation.__slots__}


def test_what_was_looked_at_many_times_is_written_once(course):
    people = [chr(0x4E00 + number) for number in range(200)]
    course.look(outside="".join(people))
    course.look(outside="".join(people))
    before = len(course.observations)
    for _ in range(20):
        course.look(outside="".join(people))
    assert len(course.observations) == before
