"""The two ways in which Canvas itself tells who has completed: read in a teacher's name, and sent as events."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.demo import canvas_events, canvas_oauth
from lti_tool.demo.canvas_rest import progress_of
from lti_tool.demo.robot import Robot
from lti_tool.store.models import Award, LookRow, ObservationRow, SourceAccess
from tests.running_demo import rows, run_demo, wait

COURSE = "Data Literacy"
BY_COMPLETION = {"condition": "course_completed"}
READ = "Canvas, read in a teacher's name"


@pytest.fixture
def demo(tmp_path):
    with run_demo(tmp_path, product="canvas") as demo:
        yield demo


@pytest.fixture
def lms(demo):
    return demo.lms


@pytest.fixture
def robot(demo):
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    return robot


@pytest.fixture
def activity(robot):
    """A badge for completing the course, in a module that opens to everybody."""
    return robot.place_badge(COURSE, minimum_percent=None, more_fields=BY_COMPLETION)


def names(tool):
    with tool.store.read() as session:
        return {award.person.name.split()[0] for award in session.query(Award)}


def sources(robot, activity, person="Zane"):
    """The page of sources."""
    page = robot.open_activity(person, activity)
    (form,) = [form for form in page.forms if form.action.endswith("/lti/app/course/sources")]
    return robot.submit(form, referrer=page.url)


def forms(page, ending):
    return [form for form in page.forms if form.action.endswith(ending)]


def asked(robot, activity):
    """Canvas's page that asks Zane."""
    page = sources(robot, activity)
    (form,) = forms(page, "/canvas_rest/consent")
    return robot.submit(form, referrer=page.url)


def open_the_way(robot, activity):
    page = asked(robot, activity)
    done = robot.submit(page.form("authorize"), {"answer": "allow"})
    assert "Nozimite may read this course in Canvas from now on." in done.text
    return done


def without_events(lms):
    lms.campus.events_url = ""


def answered(tool, source="canvas_rest"):
    return [row for row in rows(tool, LookRow) if row.source == source and row.outcome == "answered"]


def test_a_teacher_opens_the_way_and_whoever_completes_gets_the_badge_and_opens_nothing(
    demo, lms, robot, activity
):
    without_events(lms)
    page = sources(robot, activity)
    assert f"{READ} Needs your permission" in page.text
    assert "Canvas asks you, in a new tab" in page.text
    open_the_way(robot, activity)
    page = sources(robot, activity)
    assert f"{READ} In use Recommended" in page.text
    assert not forms(page, "/consent") and forms(page, "/canvas_rest/withdraw")
    robot.give_grades(COURSE, complete=12)
    wait(lambda: len(rows(demo.tool, Award)) == 12)
    completed = {person.given for person in lms.campus.people.values() if has_completed(lms, person)}
    assert names(demo.tool) == completed
    (stored,) = [row for row in rows(demo.tool, SourceAccess) if row.course_id is not None]
    (refresh_token,) = lms.campus.grants
    assert refresh_token.encode() not in stored.encrypted_secrets
    assert refresh_token not in json.dumps(stored.settings)


def test_what_binds_the_question_to_the_browser_no_other_site_gives_it(robot, activity):
    asked(robot, activity)
    (cookie,) = [each for each in robot.http.cookies if "consent_" in each.name]
    # By this prefix a browser takes it over TLS only, from this very host, for all of it.
    assert cookie.name.startswith("__Host-") and cookie.path == "/" and not cookie.domain_specified
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Lax"


def has_completed(lms, person):
    course = lms.campus.courses["3"]
    progress = progress_of(lms.campus, course, person)
    return course.roles.get(person.id) == "learner" and progress.met == progress.asked


def test_who_has_not_begun_the_later_modules_has_not_completed_whatever_canvas_says(
    demo, lms, robot, activity
):
    without_events(lms)
    open_the_way(robot, activity)
    robot.type_grades(COURSE, "Anna", "20", column="Quiz")
    robot.type_grades(COURSE, "Jānis", "100")
    anna = next(person for person in lms.campus.people.values() if person.given == "Anna")
    assert progress_of(lms.campus, lms.campus.courses["3"], anna).completed_at is not None
    wait(lambda: names(demo.tool) == {"Jānis"})
    before = len(answered(demo.tool))
    wait(lambda: len(answered(demo.tool)) > before + 1)
    assert names(demo.tool) == {"Jānis"}


def test_a_look_that_finds_nothing_new_asks_for_no_learner_by_themselves(demo, lms, robot, activity):
    without_events(lms)
    open_the_way(robot, activity)
    wait(lambda: answered(demo.tool))
    robot.type_grades(COURSE, "Anna", "20", column="Quiz")
    wait(lambda: [look for look in answered(demo.tool) if look.counts["module_states"]])
    before = len(answered(demo.tool))
    wait(lambda: len(answered(demo.tool)) > before + 1)
    assert answered(demo.tool)[-1].counts["module_states"] == 0
    met = [row for row in rows(demo.tool, ObservationRow) if row.kind == "requirements_met"]
    assert len(met) == 31  # of each of thirty once, and of Anna once more
    assert [row for row in rows(demo.tool, ObservationRow) if row.kind == "course_completed"] == []


def test_a_course_that_has_ended_is_still_read(demo, lms, robot, activity):
    without_events(lms)
    open_the_way(robot, activity)
    wait(lambda: answered(demo.tool))
    lms.campus.courses["3"].concluded = True
    robot.type_grades(COURSE, "Anna", "100")
    wait(lambda: names(demo.tool) == {"Anna"})


def test_who_declines_changes_nothing_and_can_try_again(demo, lms, robot, activity):
    page = robot.submit(asked(robot, activity).form("authorize"), {"answer": "cancel"})
    assert "Nothing has changed Your learning platform says that no permission was given." in page.text
    assert lms.campus.grants == {} and [row for row in rows(demo.tool, SourceAccess) if row.course_id] == []
    open_the_way(robot, activity)


def test_what_canvas_refuses_without_asking_is_not_laid_to_the_teacher(demo, robot, activity):
    form = asked(robot, activity).form("authorize")
    state = form.data()["state"]
    page = robot.open(f"{demo.tool_url}/lti/consent?state={state}&error=invalid_scope")
    assert "Your learning platform did not ask you." in page.text and "invalid_scope" in page.text


def test_somebody_else_in_canvas_than_in_the_course_gives_nothing(demo, lms, robot, activity):
    page = asked(robot, activity)
    robot.become("Ieva")
    done = robot.submit(page.form("authorize"), {"answer": "allow"})
    assert "you are logged in to Canvas as somebody else than in the course" in done.text
    assert lms.campus.grants == {}
    assert [row for row in rows(demo.tool, SourceAccess) if row.course_id] == []


def test_the_answer_counts_in_the_browser_that_asked_and_once(demo, lms, robot, activity):
    page = asked(robot, activity)
    victim = Robot(demo.lms_url)
    victim.become("Zane")
    done = victim.submit(page.form("authorize"), {"answer": "allow"})
    assert done.status == 403 and "Your browser blocks what Nozimite needs" in done.text
    (state,) = parse_qs(urlsplit(done.url).query)["state"]
    again = robot.open(done.url)
    assert "Nozimite may read this course" in again.text
    assert robot.open(done.url).status == 403
    made_up = robot.open(f"{demo.tool_url}/lti/consent?code=x&state=y")
    assert made_up.status == 403
    assert robot.open(f"{demo.tool_url}/lti/consent").status == 403
    assert len(lms.campus.grants) == 1 and state not in done.text


def test_a_teacher_withdraws_it_here_and_in_canvas(demo, lms, robot, activity):
    open_the_way(robot, activity)
    page = sources(robot, activity)
    (form,) = forms(page, "/canvas_rest/withdraw")
    page = robot.submit(form, referrer=page.url)
    assert "Nozimite may no longer read this course in Canvas." in page.text
    assert lms.campus.grants == {} and lms.api_tokens == {}
    assert [row for row in rows(demo.tool, SourceAccess) if row.course_id] == []
    assert f"{READ} Needs your permission" in page.text


def test_what_was_withdrawn_in_canvas_is_said_with_what_mends_it(demo, lms, robot, activity):
    without_events(lms)
    open_the_way(robot, activity)
    wait(lambda: answered(demo.tool))
    for grant in list(lms.campus.grants.values()):
        canvas_oauth.withdraw(lms, grant)
    wait(lambda: [row for row in rows(demo.tool, LookRow) if row.outcome == "failed"])
    page = sources(robot, activity)
    assert f"{READ} Problem" in page.text
    assert "has withdrawn that, or may no longer do so." in page.text
    (form,) = forms(page, "/canvas_rest/consent")
    page = robot.submit(form, referrer=page.url)
    assert "from now on" in robot.submit(page.form("authorize"), {"answer": "allow"}).text
    robot.type_grades(COURSE, "Anna", "100")
    wait(lambda: names(demo.tool) == {"Anna"})


def test_an_assistant_and_a_learner_open_no_way(demo, robot, activity):
    learner = robot.open_activity("Anna", activity)
    assert not forms(learner, "/sources")


def test_an_event_becomes_a_badge_long_before_the_next_poll(tmp_path):
    with run_demo(tmp_path, product="canvas", poll_seconds=3600) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        activity = robot.place_badge(COURSE, minimum_percent=None, more_fields=BY_COMPLETION)
        robot.open_activity("Zane", activity)
        # Until the list of members was read, nobody knows who Canvas's numbers are.
        wait(lambda: answered(demo.tool, "canvas_live_events"))
        robot.give_grades(COURSE, complete=12)
        wait(lambda: len(rows(demo.tool, Award)) == 12)
        completed = {
            person.given for person in demo.lms.campus.people.values() if has_completed(demo.lms, person)
        }
        assert names(demo.tool) == completed


def test_events_that_got_lost_are_made_up_for_where_the_course_is_read(demo, lms, robot, activity):
    open_the_way(robot, activity)
    wait(lambda: answered(demo.tool))
    address, lms.campus.events_url = lms.campus.events_url, ""
    robot.type_grades(COURSE, "Anna", "100")
    wait(lambda: names(demo.tool) == {"Anna"})
    # An hour later they come after all, and all at once.
    lms.campus.events_url = address
    course = lms.campus.courses["3"]
    anna = next(person for person in lms.campus.people.values() if person.given == "Anna")
    event = canvas_events.progress_event(lms, course, anna, progress_of(lms.campus, course, anna))
    canvas_events.send(lms, [event] * 20)
    before = len(answered(demo.tool))
    wait(lambda: len(answered(demo.tool)) > before)
    assert len(rows(demo.tool, Award)) == 1
    told = [row for row in rows(demo.tool, ObservationRow) if row.source == "canvas_live_events"]
    assert len(told) == 1
