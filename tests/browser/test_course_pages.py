"""What a course has beside its badges: uploaded lists, the offers of a copy and the gradebook, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lti_tool.awarding.placing import add_version
from lti_tool.conditions.tree import read_tree
from lti_tool.demo.robot import Robot
from lti_tool.observations import COMPLETION_CRITERIA, COURSE_COPIED
from lti_tool.platforms import source_access
from lti_tool.store.models import (
    AwardRule,
    Course,
    LaunchSession,
    ObservationRow,
    Outbox,
    Person,
    ResourceLink,
    RuleVersion,
)
from lti_tool.values import Given
from tests.browser.page_checks import LANGUAGES, find_faults
from tests.browser.people import press_until
from tests.browser.server import run_demo
from tests.browser.test_pages import NOW, database_session, open_page, token_of
from tests.fixtures import rows
from tests.running_demo import wait

LIST = "/lti/app/course/list"
MAILS = "/lti/app/course/mails"
DAY = (NOW - timedelta(days=3)).date().isoformat()
BY_OPENING = '{"condition":"link_opened_to_them"}'
BY_COMPLETION = '{"condition":"course_completed"}'


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo that asks the LMS once, so that a state stays as a test sets it; lists may be uploaded."""
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def activity(demo):
    """A badge in one of two courses with badges, whose members are known."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    robot.set_up("lists")
    data = robot.place_badge("Data Literacy", "Data literacy")
    solar = robot.place_badge("Saules", "solar", minimum_percent=None)
    robot.open_activity("Zane", data)
    robot.open_activity("Zane", solar)
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)].count(None) == 0)
    return data


# --- E-mails to the teacher


@pytest.mark.parametrize("language", LANGUAGES)
def test_which_mails_a_teacher_wants(people, activity, language):
    """They tick it with the keyboard, and find it so when they come back."""
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        open_page(zane, token, MAILS)
        found = find_faults(zane, f"course-mails-{language}")
        zane.frame.locator("[name=frequency][value=at_once]").press("Space")
        box = zane.frame.locator("[name=kind][value=changes]")
        was = box.is_checked()
        box.press("Space")
        save = zane.frame.locator("form[action$='/mails/save'] button")
        press_until(save, zane.frame.locator("[role=status] .notice.yes"))
        open_page(zane, token, MAILS)
        expect(zane.frame.locator("[name=frequency]:checked")).to_have_value("at_once")
        expect(zane.frame.locator("[name=kind][value=changes]")).to_be_checked(checked=not was)
        assert found == []


# --- Lists


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_that_cannot_be_taken(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        open_page(zane, token, LIST)
        found = find_faults(zane, f"list-empty-{language}")
        upload(zane, "name;mark\nAnna;7\n", "[role=alert]")
        found += find_faults(zane, f"list-no-columns-{language}")
        with database_session(demo) as session:
            source_access.take_away(session, 1, "csv", demo.tool.clock())
        open_page(zane, token, LIST)
        expect(zane.frame.locator("[type=file]")).to_have_count(0)
        found += find_faults(zane, f"list-not-open-{language}")
        with database_session(demo) as session:
            source_access.give(session, 1, "csv", Given(), demo.tool.encrypt, demo.tool.clock())
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rows_of_a_list(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        open_page(zane, token, LIST)
        learners = learners_of(demo)
        upload(zane, with_every_problem(demo, learners), "td")
        found = find_faults(zane, f"list-problems-{language}")
        open_page(zane, token, LIST)
        upload(zane, f"email,date\nnobody@example.org,{DAY}\n", "td")
        expect(zane.frame.locator("form[action$='/take']")).to_have_count(0)
        found += find_faults(zane, f"list-nothing-{language}")
        open_page(zane, token, LIST)
        many = [f"unknown-{number}@example.org,{DAY}," for number in range(300)]
        known = [f"{email},{DAY},{60 + number}" for number, email in enumerate(learners)]
        upload(zane, "\n".join(["email,date,score", *many, *known]), "form[action$='/take']")
        found += find_faults(zane, f"list-long-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_taking_a_list(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        with database_session(demo) as session:
            session.add(being_stored())
        open_page(zane, token, LIST)
        expect(zane.frame.get_by_role("status")).to_contain_text("300")
        found = find_faults(zane, f"list-being-taken-{language}")
        with database_session(demo) as session:
            session.delete(session.get_one(Outbox, being_stored().id))
        email = learners_of(demo)[LANGUAGES.index(language)]
        upload(zane, f"email,date,score\n{email},{DAY},85\n", "form[action$='/take']")
        take = zane.frame.locator("form[action$='/take'] button")
        press_until(take, zane.frame.locator("[role=status] .notice.yes"))
        found += find_faults(zane, f"list-taken-{language}")
        open_page(zane, token, LIST)
        wait(lambda: not [job for job in rows(demo.tool, Outbox) if job.task == "import_list"])
        upload(zane, f"email,date,score\n{email},{DAY},85\n", "details.part tbody tr")
        found += find_faults(zane, f"list-known-{language}")
        assert found == []


def upload(person, text, expected):
    """Shows the rows of a list with this text, until the page has the expected element."""
    person.frame.locator("[type=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    press_until(person.frame.locator("form[action$='/rows'] button"), person.frame.locator(expected).first)


def learners_of(demo):
    """The addresses of the learners of the first course, that of Anna first."""
    course = next(each for each in demo.lms.campus.courses.values() if each.title.startswith("Data Literacy"))
    people = [demo.lms.campus.people[each] for each, role in course.roles.items() if role == "learner"]
    return [each.email for each in sorted(people, key=lambda each: each.given != "Anna")]


def with_every_problem(demo, learners):
    """A list in which each row has another problem, but for two; two people get the same address for it."""
    with database_session(demo) as session:
        same = session.query(Person).filter(Person.email.in_(learners[5:7])).all()
        for each in same:
            each.email = learners[5]
        teacher = session.query(Person).filter(Person.name.startswith("Zane")).first()
        first = session.query(Person).filter_by(email=learners[1]).one()
        number = first.accounts[0].user_id
        own = teacher.email
    lines = [
        f"{own},,{DAY},",
        f"nobody@example.org,,{DAY},",
        f"{learners[2]},,{DAY},",
        f"{learners[2]},,{DAY},",
        f"{learners[5]},,{DAY},",
        f"{learners[3]},{number},{DAY},",
        f",,{DAY},",
        f"{learners[3]},,11/28/2026,",
        f"{learners[3]},,2099-01-01,",
        f"{learners[3]},,{DAY},A+",
        f"{'x' * 300}@example.org,,{DAY},",
        f"{learners[0]},,{DAY},",
        f"{learners[4]},,{DAY},83.5",
    ]
    return "\n".join(["email,id,date,score", *lines])


def being_stored():
    """The job of a long list, of which a part is stored."""
    return Outbox(
        id="import-1",
        queue="awards",
        task="import_list",
        payload={"course_id": 1, "by_id": 1, "rows": [["0", DAY, None]] * 100, "total": 300},
        attempts=0,
        # Not while all tests run, however long that takes.
        due_at=NOW + timedelta(days=365),
        created_at=NOW,
    )


# --- A copy of a course


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offers_of_a_copied_course(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        with database_session(demo) as session:
            copy = Course(registration_id=1, context_id=f"copy-{language}", title="Data Literacy, spring")
            session.add(copy)
            session.flush()
            origins = [each.course.context_id for each in session.query(AwardRule)]
            link = add_link(session, copy)
            session.add(
                ObservationRow(
                    course_id=copy.id,
                    kind=COURSE_COPIED,
                    value={"origins": origins},
                    seen_at=NOW,
                    source="context_copies",
                )
            )
            for one in session.query(LaunchSession).filter_by(is_teacher=True):
                one.course_id, one.resource_link_id, one.rule_id = copy.id, None, None
        open_page(zane, token, "/lti/app/course")
        expect(zane.frame.locator(".notice h3").first).to_be_visible()
        found = find_faults(zane, f"offers-{language}")
        with database_session(demo) as session:
            for one in session.query(LaunchSession).filter_by(is_teacher=True):
                one.resource_link_id = link.id
        open_page(zane, token, "/lti/app/course")
        take = zane.frame.locator("form:has([name=as_in]) button").first
        expect(take).to_be_visible()
        found += find_faults(zane, f"offers-for-a-link-{language}")
        press_until(take, zane.frame.locator("[role=status] .notice.yes"))
        found += find_faults(zane, f"offers-one-taken-{language}")
        assert found == []


# --- The gradebook

#: What each badge of a course depends on, and what the gradebook has to do with it.
SHOWN = {
    "off": (BY_OPENING, {}),
    "off-with-column": (BY_OPENING, {"line_item_url": "https://lms.example.org/items/1"}),
    "on": (BY_OPENING, {"column_url": "https://lms.example.org/items/2"}),
    "decided_by_column": ('{"condition":"result_at_least","minimum":"0.6"}', {}),
    "decided_by_total": ('{"condition":"final_score_at_least","minimum":"0.6"}', {}),
    "completed_by_itself": (BY_COMPLETION, {}),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_badge_in_the_gradebook(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        with database_session(demo) as session:
            course = Course(
                registration_id=1,
                context_id=f"graded-{language}",
                title="Data Literacy, autumn",
                line_items_url="https://lms.example.org/items",
            )
            session.add(course)
            session.flush()
            for tree, columns in SHOWN.values():
                rule = add_rule(session, course, tree)
                rule.link.line_item_url = columns.get("line_item_url")
                rule.column_url = columns.get("column_url")
            criteria = {
                "criteria": [{"kind": "activity", "activity": "9"}],
                "links": {"9": rule.link.link_id},
            }
            session.add(
                ObservationRow(
                    course_id=course.id,
                    kind=COMPLETION_CRITERIA,
                    value=criteria,
                    seen_at=NOW,
                    source="moodle_plugin",
                )
            )
            for one in session.query(LaunchSession).filter_by(is_teacher=True):
                one.course_id, one.resource_link_id, one.rule_id = course.id, None, None
        open_page(zane, token, "/lti/app/course")
        expect(zane.frame.locator(".badge-card")).to_have_count(len(SHOWN))
        found = find_faults(zane, f"gradebook-{language}")
        off = zane.frame.locator("form:has([name=on][value=no]) button")
        press_until(off, zane.frame.locator("[role=status] .notice"))
        found += find_faults(zane, f"gradebook-switched-off-{language}")
        with database_session(demo) as session:
            session.get_one(Course, course.id).line_items_url = None
        open_page(zane, token, "/lti/app/course")
        found += find_faults(zane, f"gradebook-none-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_box_for_the_gradebook_keeps_what_was_chosen(people, demo, activity, language):
    with people() as zane:
        zane.expects_http_errors = True
        zane.become("Zane", language)
        zane.open_course()
        zane.page.get_by_role("link", name="select content").first.click()
        badge = zane.frame.locator("[name=badge]").first
        press_until(badge, zane.frame.locator("[name=badge]:checked"))
        box = zane.frame.locator("[name=gradebook]")
        place = zane.frame.locator("[action$=place] button:not([name])")
        press_until(box, zane.frame.locator("[name=gradebook]:checked"))
        zane.frame.locator("[name=condition][value=link_opened_to_them]").check()
        found = find_faults(zane, f"choosing-with-gradebook-{language}")
        zane.frame.locator("[name=condition][value=result_at_least]").check()
        zane.frame.locator("[name='result_at_least.minimum']").fill("many")
        press_until(place, zane.frame.get_by_role("alert").first)
        expect(box).to_be_checked()
        zane.frame.locator("[name='result_at_least.minimum']").fill("60")
        press_until(place, zane.frame.locator("[role=alert] a[href='#gradebook']"))
        expect(box).not_to_be_checked()
        expect(zane.frame.locator("[name='result_at_least.minimum']")).to_have_value("60")
        found += find_faults(zane, f"choosing-no-gradebook-{language}")
        assert found == []


def add_link(session, course):
    number = session.query(ResourceLink).count()
    link = ResourceLink(course_id=course.id, link_id=f"made-{number}", created_at=NOW)
    session.add(link)
    session.flush()
    return link


def add_rule(session, course, tree):
    """A rule of the course with a link of its own, as a teacher has chosen it."""
    known = session.query(RuleVersion).first().template_version
    rule = AwardRule(
        issuer_id=known.issuer_id,
        course_id=course.id,
        link=add_link(session, course),
        created_at=NOW,
        checked_at=NOW,
    )
    session.add(rule)
    session.flush()
    add_version(session, rule, known, read_tree(tree), reason="chosen", by_id=None, now=NOW)
    return rule
