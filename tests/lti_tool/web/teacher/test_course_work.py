"""What goes on in a course is told with counts and is no warning; the page asks how far it is until it is over."""

import re
from datetime import timedelta

import pytest

from lti_tool.awarding import looks
from lti_tool.errors import PlatformError
from lti_tool.store import outbox, queries
from lti_tool.store.models import Award, AwardRule, Course, LookRow, Outbox, Person
from tests.fixtures import NOW, ZANE, claim_due_jobs, learner, rows, run_job
from tests.lti_tool.web.conftest import text_of
from tests.many_learners import add_waiting_awards


def bars(page):
    """The value and the maximum of each bar, and the words that it is labelled by."""
    found = re.findall(r'<progress value="(\d+)" max="(\d+)" aria-labelledby="([^"]*)">', page.text)
    return [(int(done), int(of), f'id="{label}"' in page.text) for done, of, label in found]


def is_asked_again(page):
    return 'data-work="/lti/app/course/work"' in page.text


# --- The first look


@pytest.fixture
def first_sight(school):
    """Zane's page just after she has placed the badge: nothing has been asked yet."""
    return school.launch(ZANE)


def test_the_first_sight_of_a_teacher_says_what_goes_on_and_warns_of_nothing(first_sight):
    assert "Nozimite is reading your course for the first time" in text_of(first_sight)
    assert "You need not do anything." in text_of(first_sight)
    assert is_asked_again(first_sight)
    assert not re.search(r'class="(notice|tag)[^"]* (unsure|no)"', first_sight.text)
    # What has not been counted is no number.
    assert "have not completed yet" not in text_of(first_sight)


def test_it_counts_the_people_whom_the_look_has_read(first_sight, act, web_tool, clock):
    with web_tool.store.begin() as session:
        (course,) = session.query(Course)
        look = LookRow(course_id=course.id, source="member_lists", began_at=clock(), outcome="begun")
        session.add(look)
    assert bars(act("course/work")) == []
    with web_tool.store.begin() as session:
        session.merge(look).counts = {"read": 12, "members": 30}
    page = act("course/work")
    assert "12 of 30 people read." in text_of(page)
    assert bars(page) == [(12, 30, True)]


def test_a_look_notes_how_far_it_is(web_tool, platform, first_sight, monkeypatch):
    platform.everyone += [learner(number) for number in range(100, 500)]
    noted, save = [], queries.people.save_members

    def save_and_look(session, *arguments):
        save(session, *arguments)
        noted.append(dict(session.query(LookRow).one().counts))

    monkeypatch.setattr(queries.people, "save_members", save_and_look)
    with web_tool.store.read() as session:
        course_id = session.query(Course).one().id
    looks.look(web_tool.store, platform, course_id, web_tool.clock())
    # Zane is known from her launch: there is nothing new of her.
    assert noted == [{}, {"read": 200, "members": 403}, {"read": 400, "members": 403}]
    assert "read" not in rows(web_tool, LookRow)[0].counts


def test_after_it_the_page_asks_no_more(first_sight, act, web_tool, platform):
    with web_tool.store.read() as session:
        course_id = session.query(Course).one().id
    looks.look(web_tool.store, platform, course_id, web_tool.clock())
    with web_tool.store.begin() as session:
        outbox.schedule(session, looks.look_id(course_id), "look", {}, web_tool.clock() + timedelta(hours=1))
    over = act("course/work")
    assert "Done: the course is read, and its badges are made." in text_of(over)
    assert not is_asked_again(over) and not is_asked_again(act("course"))
    assert "reading your course" not in text_of(act("course"))


def test_a_first_look_that_failed_is_a_problem_and_not_going_on(first_sight, act, web_tool):
    with web_tool.store.begin() as session:
        session.query(AwardRule).one().trouble = PlatformError("the platform cannot be reached").as_json()
    page = act("course")
    assert "The last check failed" in text_of(page) and not is_asked_again(page)


def test_a_course_that_nobody_looks_at_soon_says_that_it_was_not_read_yet(first_sight, act, web_tool):
    with web_tool.store.begin() as session:
        session.query(Outbox).delete()
    page = act("course")
    assert "Nozimite has not read this course yet." in text_of(page) and not is_asked_again(page)


# --- Badges that are being made

TRACE = {
    "outcome": "earned",
    "condition": "link_opened_to_them",
    "state": "met",
    "code": "confirmed",
    "values": {"confirmed_at": NOW.isoformat(), "by": "1"},
}


@pytest.fixture
def awarded(act, web_tool, platform, clock):
    """The awards whose badges are still to be made: seven of ten that came together."""
    platform.everyone += [learner(number) for number in range(100, 110)]
    with web_tool.store.read() as session:
        course_id = session.query(Course).one().id
    looks.look(web_tool.store, platform, course_id, clock())
    with web_tool.store.begin() as session:
        add_waiting_awards(session, session.query(Person).filter(Person.name.like("Learner 1%")))
        session.query(Award).update({"trace": TRACE})
    for job in [job for job in claim_due_jobs(web_tool) if job.task == "issue"][:3]:
        run_job(web_tool, job.id)
    return [award for award in rows(web_tool, Award) if award.status == "earned"]


def test_the_badges_that_are_made_are_counted(awarded, act):
    for page in (act("course"), act("course/work")):
        assert bars(page) == [(3, 10, True)]
        assert "“Data literacy for decision makers”: 3 of 10 badges made." in text_of(page)
        assert is_asked_again(page)


@pytest.mark.parametrize("how", ["given up", "dropped"])
def test_what_no_job_is_making_is_waited_for_no_more(awarded, act, web_tool, clock, how):
    with web_tool.store.begin() as session:
        for job in session.query(Outbox).filter(Outbox.award_id.in_([award.id for award in awarded])):
            if how == "given up":
                job.died_at = clock()
            else:
                session.delete(job)
    assert not is_asked_again(act("course"))
    assert "Done:" in text_of(act("course/work"))


def test_the_page_asks_one_statement_more_while_badges_are_made_and_none_else(
    awarded, act, web_tool, statements
):
    def asked():
        statements.clear()
        assert act("course").status_code == 200
        return len(statements), [each for each in statements if "min(award" in each]

    with_work, (_one,) = asked()
    with web_tool.store.begin() as session:
        session.query(Award).filter(Award.status == "earned").update({"status": "revoked"})
    assert asked() == (with_work - 1, [])


def test_older_badges_are_not_counted(awarded, act, web_tool):
    with web_tool.store.begin() as session:
        for award in session.query(Award).filter_by(status="issued").limit(2):
            award.earned_at -= timedelta(days=1)
    assert bars(act("course/work")) == [(1, 8, True)]
