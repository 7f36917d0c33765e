"""The page where a teacher says which e-mails about a course they want: their own choice, of their own course."""

from __future__ import annotations

import re

import pytest

from lti_tool.mails.refusals import RemindedPerson
from lti_tool.mails.teacher_choices import KINDS, MailChoice
from lti_tool.people import reminders
from lti_tool.store import queries
from lti_tool.store.models import MailRefusal, Person, TeacherMailChoice
from tests.fixtures import ANNA, ZANE, rows
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of


@pytest.fixture
def zane_id(web_tool, teaching):
    with web_tool.store.read() as session:
        return queries.people.person_of(session, 1, ZANE.user_id).id


@pytest.fixture
def chosen(web_tool, zane_id):
    """A function that gives what Zane has chosen for the course."""

    def chosen():
        with web_tool.store.read() as session:
            return queries.mails.choice_of(session, zane_id, 1)

    return chosen


def checked(page):
    """The values of the boxes and buttons that are chosen."""
    return set(re.findall(r'value="(\w+)"[^>]*\bchecked', page.text))


def test_until_they_choose_a_teacher_gets_all_kinds_once_a_day(act, course_rule, chosen):
    page = act("course/mails")
    assert "E-mails to you" in text_of(page) and checked(page) == {"daily", *KINDS}
    assert chosen() == MailChoice() and "/lti/app/course/mails" in act("course").text


def test_a_choice_is_kept_and_shown_again(act, course_rule, chosen):
    page = act("course/mails/save", frequency="at_once", kind=["questions", "changes"])
    assert "Saved. These e-mails come as you have chosen." in text_of(page)
    left_out = frozenset(KINDS) - {"questions", "changes"}
    assert chosen() == MailChoice(frequency="at_once", left_out=left_out)
    assert checked(act("course/mails")) == {"at_once", "questions", "changes"}
    act("course/mails/save", frequency="none", kind=list(KINDS))
    assert chosen() == MailChoice(frequency="none")


@pytest.mark.parametrize("typed", [{}, {"frequency": "hourly"}])
def test_what_is_no_choice_changes_nothing(act, course_rule, web_tool, typed):
    page = act("course/mails/save", kind=["questions", "made_up"], **typed)
    assert "Nothing was saved" in text_of(page)
    assert rows(web_tool, TeacherMailChoice) == []


def test_a_choice_is_of_the_one_who_makes_it_in_the_course_of_their_launch(
    act, course_rule, school, zane_id, web_tool
):
    act("course/mails/save", frequency="none", person="2", person_id="2", course_id="2", course="2")
    elsewhere = school.launch(ZANE, **{CLAIM + "context": {"id": "43", "title": "Solar"}})
    assert hidden(elsewhere, "_launch")
    assert [(row.person_id, row.course_id) for row in rows(web_tool, TeacherMailChoice)] == [(zane_id, 1)]


def test_learners_have_no_such_page(school, course_rule, browser):
    token = hidden(school.launch(ANNA), "_launch")
    for path in ("course/mails", "course/mails/save"):
        page = browser.post(f"/lti/app/{path}", data={"_launch": token, "frequency": "none"})
        assert page.status_code == 403


def test_who_has_refused_all_by_a_link_is_told_and_gets_them_again_only_by_choosing(
    act, course_rule, web_tool, zane_id, clock
):
    with web_tool.store.begin() as session:
        reminders.refuse(session, RemindedPerson(person_id=zane_id, kind="waiting"), clock())
    page = act("course/mails")
    assert "You have refused these e-mails" in text_of(page) and "none" in checked(page)
    act("course/mails/save", frequency="none", kind=list(KINDS))
    assert len(rows(web_tool, MailRefusal)) == 1
    act("course/mails/save", frequency="daily", kind=list(KINDS))
    assert rows(web_tool, MailRefusal) == []


def test_without_an_address_the_page_says_that_no_mail_can_come(act, course_rule, web_tool, zane_id):
    with web_tool.store.begin() as session:
        session.get_one(Person, zane_id).email = None
    assert "does not give Nozimite your e-mail address" in text_of(act("course/mails"))
