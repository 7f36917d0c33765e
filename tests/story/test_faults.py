"""Faults that were met on a real Moodle, as its people met them: badges that nobody had earned, or that never came.

The tests know only what people do in the course and what the tool's pages show them.
"""

import pytest

from tests.story.moodle_course import BADGE, OTHER_BADGE

QUESTION = "Have all of them completed, or was the restriction removed?"


@pytest.fixture
def restricted(course):
    """The course with a badge whose restricted link was looked at while it was closed to all learners."""
    course.place()
    course.look()
    return course


def test_a_class_that_completes_at_once_is_asked_about_and_then_awarded(restricted):
    restricted.complete("Anna", "Jānis", "Kristīne")
    restricted.look()
    assert restricted.badges() == {}
    assert QUESTION in restricted.headings()
    restricted.answer("completed")
    assert restricted.badges().keys() == {"Anna", "Jānis", "Kristīne"}


def test_when_the_restriction_is_removed_the_one_who_was_outside_is_not_awarded(restricted):
    for name in ("Anna", "Jānis"):
        restricted.complete(name)
        restricted.look()
    restricted.remove_restriction()
    restricted.look()
    assert restricted.badges().keys() == {"Anna", "Jānis"}
    assert QUESTION in restricted.headings()


def test_a_learner_made_assistant_is_not_awarded_for_the_access_that_comes_with_it(restricted):
    for name in ("Anna", "Jānis"):
        restricted.complete(name)
        restricted.look()
    restricted.enrol("Kristīne", "assistant")
    restricted.look()
    assert restricted.badges().keys() == {"Anna", "Jānis"}
    assert QUESTION in restricted.headings()
    # Once they have opened anything they are known as staff, so no answer about all learners is about them.
    restricted.open("Kristīne")
    restricted.look()
    assert QUESTION not in restricted.headings()
    assert restricted.offered() == {"Kristīne"}
    assert restricted.badges().keys() == {"Anna", "Jānis"}


def test_an_assistant_whom_the_lists_could_not_tell_from_a_learner_is_shown_for_review(restricted):
    restricted.enrol("Anna", "assistant")
    restricted.look()
    restricted.open("Anna")
    restricted.look()
    assert "Awarded to people who were seen as staff" in restricted.headings()


def test_an_assistant_cannot_confirm_themselves_and_the_record_says_who_did(course):
    course.enrol("Roberts", "assistant")
    course.place()
    course.look()
    assert course.offered() == {"Roberts"}
    course.confirm("Roberts", by="Roberts")
    assert course.badges() == {}
    course.confirm("Roberts", by="Zane")
    assert "Was seen as staff of the course" in course.badges()["Roberts"]
    assert "confirmed by another teacher" in course.badges()["Roberts"]


def test_a_learner_who_was_unenrolled_is_neither_offered_nor_awarded(course):
    course.complete("Anna")
    course.place()
    course.look()
    assert course.offered() == {"Anna"}
    course.unenrol("Anna")
    course.look()
    offered = course.offered()
    course.confirm("Anna")
    assert (offered, course.badges()) == (set(), {})
    assert "No longer in the course, so not confirmed: Anna Bērziņa." in course.page.text


def test_another_badge_chosen_in_the_settings_is_awarded_once_a_teacher_confirms_it(restricted):
    restricted.choose_in_settings(OTHER_BADGE)
    restricted.complete("Anna")
    restricted.look()
    assert restricted.badges() == {}
    assert "The badge or its conditions were changed in the activity" in restricted.headings()
    restricted.confirm_change()
    restricted.look()
    assert restricted.badges().keys() == {"Anna"}
    assert OTHER_BADGE in restricted.headings() and BADGE not in restricted.headings()


@pytest.mark.parametrize(
    ("typed", "asked"), [("70%", ""), ("70 %", ""), ("0,7", "Did you mean 70 % or 0.7 %?")]
)
def test_70_percent_is_70_however_it_is_typed_and_0_7_is_asked_back(course, typed, asked):
    asked_back = course.place_for_grade(typed)
    for name, percent in {"Anna": "0", "Jānis": "69", "Kristīne": "70"}.items():
        course.grade(name, percent)
    course.look()
    assert course.badges().keys() == {"Kristīne"}
    assert asked_back == asked


@pytest.mark.parametrize("typed", ["70%", "0,7"])
def test_a_minimum_that_cannot_be_read_in_the_activity_never_counts_as_none(course, typed):
    course.place_for_grade("60")
    course.type_minimum(typed)
    course.grade("Anna", "0")
    course.look()
    assert course.badges() == {}
    assert "The conditions of this badge cannot be read" in course.headings()


def test_a_copied_course_stands_still_until_confirmed_and_keeps_that_each_learner_is_confirmed(course):
    course.place_for_grade("60")
    course.confirm_each_learner()
    copy = course.copy()
    copy.grade("Anna", "80")
    copy.look()
    assert copy.badges() == {}
    assert "This badge came with a copy of a course or a backup" in copy.headings()
    copy.confirm_change()
    copy.look()
    assert (copy.badges(), copy.offered()) == ({}, {"Anna"})
    copy.confirm("Anna")
    assert copy.badges().keys() == {"Anna"}
