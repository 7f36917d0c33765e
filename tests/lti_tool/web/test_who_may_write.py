"""Who may place, write and publish badges: those who teach the course, write its content or administer it."""

from __future__ import annotations

import pytest

from lti_tool.observations.roles import MEMBERSHIP, TEST_USER, role_uris
from lti_tool.people import sessions
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.values import DeepLinkingSettings
from tests.fixtures import ANNA, ZANE, launch_of, template_data
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_placement import REQUEST, RETURN

INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"
FOREIGN = "https://lms.example.org/roles"
MASQUERADING = {"canvas_masquerading_user_id": "9"}

MAY = [
    ["Instructor"],
    ["Instructor", f"{SYSTEM}#Administrator", f"{INSTITUTION}#Administrator"],  # Moodle's site administrator
    [f"{MEMBERSHIP}/Instructor#TeachingAssistant", f"{MEMBERSHIP}#Instructor"],  # Canvas
    [f"{MEMBERSHIP}/Instructor#Grader"],  # a sub-role is its principal role too
    ["Learner", "Instructor"],
    [f"{MEMBERSHIP}#ContentDeveloper", f"{INSTITUTION}#Instructor"],  # Canvas: Designer
    [f"{MEMBERSHIP}#Administrator"],
    [f"{INSTITUTION}#Administrator", f"{SYSTEM}#User"],  # Canvas: administrator of the account
    [f"{SYSTEM}#Administrator"],
    ["urn:lti:role:ims/lis/Instructor"],
]
MAY_NOT = [
    [],
    ["Learner"],
    ["Learner", f"{INSTITUTION}#Administrator"],
    ["Learner", f"{SYSTEM}#Administrator", f"{INSTITUTION}#Instructor"],
    [f"{MEMBERSHIP}/Learner#GuestLearner"],
    ["Mentor"],  # Canvas: Observer
    ["Mentor", f"{INSTITUTION}#Administrator"],
    [f"{INSTITUTION}#Observer"],
    [f"{INSTITUTION}#Guest"],
    [f"{SYSTEM}#None", f"{INSTITUTION}#None"],
    ["Member"],
    ["Manager"],
    ["Officer"],
    [f"{INSTITUTION}#Instructor"],
    [f"{INSTITUTION}#Faculty", f"{INSTITUTION}#Staff"],
    [f"{SYSTEM}#SysSupport", f"{SYSTEM}#User"],
    ["urn:lti:instrole:ims/lis/Instructor"],
    [TEST_USER, "Learner"],
    [TEST_USER, "Instructor"],
    [TEST_USER, f"{INSTITUTION}#Administrator"],
    [f"{FOREIGN}#Instructor"],
    [f"{FOREIGN}/institution/person#Administrator"],
    [f"{MEMBERSHIP}#Instructors"],
    [f"{MEMBERSHIP}#instructor/Learner"],
]


@pytest.fixture
def draft(school, web_tool):
    """A draft of the course 42, ready to be published."""
    school.launch(ZANE)
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), course_id=1)
        return f"/lti/app/templates/{row.template_id}/{row.version}"


@pytest.fixture
def token_of(web_tool):
    """The token of a session that Zane's launch with these roles begins, as if some page had shown it."""

    def token_of(roles, **changes):
        settings = DeepLinkingSettings(return_url=RETURN)
        launch = launch_of(
            ZANE, 1, **({"roles": role_uris(roles), "deep_linking": settings, "locale": "en"} | changes)
        )
        with web_tool.store.begin() as session:
            return sessions.start_session(session, launch, web_tool.clock())

    return token_of


@pytest.fixture
def doors(school, draft):
    """What a token opens: the answers of deep linking, of the editor, and of publishing, by POST."""

    def doors(token):
        placed = {"badge": school.badge, "condition": "link_opened_to_them"}
        forms = {
            "/lti/app/choose": {},
            "/lti/app/place": placed,
            "/lti/app/templates": {},
            "/lti/app/templates/new": {},
            f"{draft}/edit": {},
            f"{draft}/save": {"step": "badge", "/name/en": "Chart reading", "/in_language": "en"},
            f"{draft}/publish": {},
        }
        return {
            path: school.browser.post(path, data={"_launch": token, **form}) for path, form in forms.items()
        }

    return doors


def statuses(answers):
    return {answer.status_code for answer in answers.values()}


@pytest.mark.parametrize("roles", MAY, ids=str)
def test_who_teaches_writes_or_administers_the_course_may_place_write_and_publish(roles, token_of, doors):
    assert statuses(doors(token_of(roles))) == {200}


@pytest.mark.parametrize("roles", MAY_NOT, ids=str)
def test_nobody_else_may(roles, school, token_of, doors, web_tool):
    answers = doors(token_of(roles))
    assert statuses(answers) == {403}
    for answer in answers.values():
        assert "who teach the course, write its content or administer it" in text_of(answer)
    with web_tool.store.read() as session:
        rows = session.query(TemplateVersion).filter_by(course_id=1).all()
        assert [row.status for row in rows] == ["draft"]
        assert rows[0].body["name"]["en"] == "Data literacy for decision makers"
    # Nor is the page shown that the platform opens.
    page = school.launch(ZANE, **REQUEST, **{CLAIM + "roles": roles})
    assert page.status_code == 403
    assert "who teach the course, write its content or administer it" in text_of(page)


@pytest.mark.parametrize("roles", [MAY[0], MAY[1], MAY[7]], ids=str)
def test_nobody_may_while_acting_as_somebody_else(roles, school, token_of, doors):
    assert statuses(doors(token_of(roles, acting_for_other=True))) == {403}
    page = school.launch(ZANE, **REQUEST, **{CLAIM + "roles": roles, CLAIM + "custom": MASQUERADING})
    assert page.status_code == 403


def test_the_teachers_page_offers_no_editor_to_whoever_may_not_write(school):
    """An assistant of LTI 1 is staff, so is never awarded anything, but writes no badges."""
    page = school.launch(ZANE, **{CLAIM + "roles": ["urn:lti:role:ims/lis/TeachingAssistant"]})
    assert page.status_code == 200
    assert 'action="/lti/app/templates' not in page.text
    assert 'action="/lti/app/templates' in school.launch(ZANE).text


@pytest.mark.parametrize("later", [["Learner"], ["Mentor"], []], ids=str)
def test_who_comes_back_with_a_lesser_role_has_lost_the_rights_of_their_earlier_pages(
    later, token_of, doors, school
):
    token = token_of(["Instructor"])
    token_of(later)
    assert statuses(doors(token)) == {403}
    assert school.browser.post("/lti/app/course", data={"_launch": token}).status_code == 403


def test_a_learners_return_ends_the_pages_of_nobody_else(token_of, doors, school):
    token = token_of(["Instructor"])
    # Another person; the same person in another course; somebody who acts as the teacher.
    school.launch(ANNA)
    token_of(["Learner"], context_id="43")
    token_of(["Learner"], acting_for_other=True)
    token_of(["Instructor"])
    assert statuses(doors(token)) == {200}


def test_rights_come_with_the_launch_not_with_the_person(token_of, doors):
    token_of(["Instructor"])
    assert statuses(doors(token_of(["Learner"]))) == {403}


def test_the_course_page_of_a_teacher_opens_the_editor(school):
    page = school.launch(ZANE)
    answer = school.browser.post("/lti/app/templates", data={"_launch": hidden(page, "_launch")})
    assert answer.status_code == 200
