"""What teachers and learners read when the activity says something else than the rule, or is gone, or cannot show."""

from dataclasses import replace

import pytest

from lti_tool.awarding import looks, rule_changes
from lti_tool.platforms.service_errors import NotOnPlatformError, ScopeRefusedError
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, Question
from tests.fixtures import ANNA, NOW, ZANE, complete
from tests.lti_tool.web.conftest import CLAIM, NRPS, hidden, launch_navigation, text_of

AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}
NO_LISTS = {NRPS: None}


@pytest.fixture
def services(web_tool, platform, monkeypatch):
    """Lets the pages ask the fake platform."""
    monkeypatch.setattr(type(web_tool), "connect", lambda self, registration: platform)
    return platform


def press(school, page, path, **form):
    """What the browser shows after a button of the page."""
    return school.browser.post(f"/lti/app/{path}", data={"_launch": hidden(page, "_launch"), **form})


def look(tool, platform, times=1):
    for _ in range(times):
        looks.look(tool.store, platform, 1, tool.clock(), tool.issuer.policy)


def gone(*_):
    raise NotOnPlatformError("the course, link or grade column no longer exists on the platform")


def delete_link(platform):
    """The platform no longer has any link, but still its course."""
    everyone = platform.members

    def members(url, resource_link_id=None):
        return everyone(url) if resource_link_id is None else gone()

    platform.members = members


def awards(tool):
    with tool.store.read() as session:
        return session.query(Award).count()


def test_a_change_shows_what_was_and_what_will_be(school, course_rule, place, web_tool):
    custom = {CLAIM + "custom": place(AT_LEAST_60, {"condition": "confirmed"})}
    words = text_of(school.launch(ZANE, **custom))
    was, will_be = words.split("Until now", 1)[1].split("After you confirm", 1)
    assert "Learners get this badge automatically when its link opens for them." in was
    assert "You confirm each learner who reaches 60 % in the badge's grade column." in will_be
    assert "It awards nothing until you confirm the change or leave the badge as it was." in words


def test_a_change_can_be_declined_and_is_not_asked_about_again(school, course_rule, place, web_tool):
    custom = {CLAIM + "custom": place(AT_LEAST_60)}
    page = school.launch(ZANE, **custom)
    page = press(
        school, page, f"rules/{course_rule}/change", version=hidden(page, "version"), answer="decline"
    )
    assert "Declined. Nothing changes for this badge." in text_of(page)
    assert "were changed in the activity" not in text_of(school.launch(ZANE, **custom))


def test_a_copy_shows_its_conditions_and_its_date_and_can_only_be_confirmed(
    school, course_rule, place, web_tool
):
    with web_tool.store.begin() as session:
        demands = [{"condition": "not_before", "at": NOW.isoformat()}]
        rule_changes.set_demands(session, session.get_one(AwardRule, course_rule), demands, None, NOW)
    copy = {CLAIM + "context": {"id": "43"}, CLAIM + "resource_link": {"id": "77"}}
    page = school.launch(ZANE, **copy)
    words = text_of(page)
    assert "This badge came with a copy of a course or a backup" in words
    assert "Nothing is awarded before 21 November 2026, 11:00 (Riga)." in words
    assert "Check the date: it is the one of the original." in words
    assert "Until now" not in words and "Leave the badge as it was" not in words
    assert "Your teacher has to confirm the conditions of this badge first." in text_of(
        school.launch(ANNA, **copy)
    )
    version = hidden(page, "version")
    assert press(school, page, "rules/2/change", version=version, answer="decline").status_code == 403
    words = text_of(press(school, page, "rules/2/change", version=version, answer="confirm"))
    assert "Confirmed. Badges are awarded by these conditions from now on." in words


def test_a_link_without_a_badge_says_so_and_lets_a_teacher_choose_one(school, web_tool):
    nothing = {CLAIM + "custom": {}}
    assert "This link has no badge yet" in text_of(school.launch(ANNA, **nothing))
    page = school.launch(ZANE, **nothing)
    assert "This link has no badge" in text_of(page)
    page = press(school, page, "link/choose")
    assert "When the link opens for them" in text_of(page)
    assert "When they reach a grade" not in text_of(page)  # it would need a column
    chosen = {"badge": school.badge, "condition": "link_opened_to_them"}
    assert "Choose a badge first." in text_of(press(school, page, "link/badge"))
    grade = chosen | {"condition": "result_at_least", "minimum": "60"}
    assert "Choose when a learner gets the badge." in text_of(press(school, page, "link/badge", **grade))
    page = press(school, page, "link/badge", **chosen)
    words = text_of(page)
    assert "Saved. This link awards the badge from now on." in words
    assert "Data literacy for decision makers" in words and "This link has no badge" not in words
    assert "Checking whether you have completed" in text_of(school.launch(ANNA, **nothing))
    assert press(school, page, "link/badge", **chosen).status_code == 403


def test_an_activity_that_loses_its_badge_says_so_and_another_can_be_chosen(school, course_rule, web_tool):
    nothing = {CLAIM + "custom": {}}
    assert "Your teacher has to confirm" in text_of(school.launch(ANNA, **nothing))
    page = school.launch(ZANE, **nothing)
    words = text_of(page)
    assert "The activity no longer has a badge" in words
    assert "Leave the badge as it was" in words and "Confirm these conditions" not in words
    page = press(school, page, "link/choose")
    chosen = {"badge": school.badge, "condition": "opened_it_themselves"}
    words = text_of(press(school, page, "link/badge", **chosen))
    assert "The activity no longer has a badge" not in words
    assert "Learners get this badge when they open its restricted link themselves." in words


def test_only_teachers_choose_and_only_for_a_link_that_names_no_badge(school, web_tool, course_rule):
    learning = school.launch(ANNA)
    teaching = school.launch(ZANE)
    course = launch_navigation(school, web_tool, ZANE)
    for path in ("link/choose", "link/badge"):
        answers = [press(school, page, path).status_code for page in (learning, teaching, course)]
        assert answers == [403, 403, 404]


def test_a_deleted_link_is_told_and_can_be_removed(school, course_rule, web_tool, services):
    delete_link(services)
    look(web_tool, services, times=3)
    page = school.browser.post("/lti/app/course", data={"_launch": hidden(school.launch(ZANE), "_launch")})
    assert "This link is no longer in the course" not in text_of(page)  # that launch has revived it
    look(web_tool, services, times=3)
    page = press(school, page, "course")
    words = text_of(page)
    assert "This link is no longer in the course" in words and "Deleted in the course" in words
    assert "The last check failed" not in words and "Check now" not in words
    page = press(school, page, f"rules/{course_rule}/remove")
    words = text_of(page)
    assert "Removed. Badges already awarded stay valid." in words
    assert "Data literacy for decision makers" not in words
    assert "This link is no longer in the course" not in text_of(school.launch(ZANE))


def test_the_badges_that_a_removed_link_has_awarded_stay_on_the_page(
    school, teaching, course_rule, web_tool, services
):
    complete(web_tool, services, course_rule, ANNA)
    delete_link(services)
    look(web_tool, services, times=3)
    words = text_of(press(school, teaching, f"rules/{course_rule}/remove"))
    assert "Removed from this course" in words and "1 has it" in words
    assert "Anna Bērziņa" in text_of(press(school, teaching, f"rules/{course_rule}/people"))
    assert awards(web_tool) == 1


def test_learners_whom_a_deleted_link_leaves_open_are_confirmed_one_by_one(
    school, teaching, course_rule, web_tool, services
):
    services.inside = list(services.everyone)
    look(web_tool, services)
    assert "Have all of them completed" in text_of(press(school, teaching, "course"))
    delete_link(services)
    look(web_tool, services, times=3)
    words = text_of(press(school, teaching, "course"))
    assert "Have all of them completed" not in words and "Confirm 3 learners" in words
    assert text_of(press(school, teaching, f"rules/{course_rule}/people")).count("Confirm and award") == 3
    press(school, teaching, f"rules/{course_rule}/remove")
    with web_tool.store.read() as session:
        assert [row.why_closed for row in session.query(Question)] == ["removed"]


def test_what_is_still_in_the_course_cannot_be_removed(school, teaching, course_rule):
    assert press(school, teaching, f"rules/{course_rule}/remove").status_code == 403


def test_a_deleted_column_is_told_in_its_own_words(school, place, web_tool, services):
    custom = {CLAIM + "custom": place(AT_LEAST_60)}
    endpoint = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
    urls = {
        "scope": [],
        "lineitems": "https://moodle.example.org/i",
        "lineitem": "https://moodle.example.org/i/4",
    }
    page = school.launch(ZANE, **custom, **{endpoint: urls})
    services.results = gone
    look(web_tool, services, times=3)
    words = text_of(press(school, page, "course"))
    assert "The grade column of this badge is no longer in the gradebook" in words
    assert "This link is no longer in the course" not in words


def no_list(web_tool):
    with web_tool.store.begin() as session:
        session.get_one(AwardRule, 1).course.memberships_url = None


def refused(url, resource_link_id=None):
    raise ScopeRefusedError("the platform does not permit the tool to do this", permanent=True)


@pytest.mark.parametrize("has_list", [False, True], ids=["no list", "a list that is refused"])
def test_a_platform_without_a_list_is_named_with_the_road_that_works_there(
    school, course_rule, web_tool, services, clock, has_list
):
    if has_list:
        services.members = refused
        lists = {}
    else:
        no_list(web_tool)
        lists = NO_LISTS
    look(web_tool, services)
    page = school.launch(ZANE, **lists)
    words = text_of(page)
    assert "Your learning platform does not show who may open this link" in words
    assert "I have restricted this link" in words  # on Moodle too
    assert "automatically" not in words
    assert "The last check failed" not in words
    words = text_of(school.launch(ANNA, **lists))
    assert "Your learning platform does not show who may open this link." in words
    assert "When your teacher has confirmed that it is restricted, open it once more" in words
    clock.advance(minutes=1)
    words = text_of(press(school, page, f"rules/{course_rule}/says/link_opened_to_them"))
    assert "Learners get this badge when they open its link themselves" in words
    assert awards(web_tool) == 0
    assert "Your badge is being prepared" in text_of(school.launch(ANNA, **lists))


def test_a_restriction_is_confirmed_for_the_place_it_was_opened_from(
    school, course_rule, web_tool, services, clock
):
    with web_tool.store.begin() as session:
        session.get_one(AwardRule, course_rule).course.registration.product = "canvas"
    school.registration = replace(school.registration, product="canvas")

    def at(item):
        item_ids = {"canvas_module_id": "5", "canvas_module_item_id": item}
        # Canvas leaves literal what it does not have.
        literal = {
            "canvas_assignment_id": "$Canvas.assignment.id",
            "canvas_masquerading_user_id": "$Canvas.masqueradingUser.id",
        }
        return {CLAIM + "custom": {**school.custom, **item_ids, **literal}}

    look(web_tool, services)
    page = press(school, school.launch(ZANE, **at("1")), f"rules/{course_rule}/says/link_opened_to_them")
    assert "Learners get this badge when they open its link themselves" in text_of(page)
    clock.advance(minutes=1)
    school.launch(ANNA, **at("2"))
    assert awards(web_tool) == 0
    page = school.launch(ZANE, **at("2"))
    assert "You opened this badge from another place than the one that was confirmed" in text_of(page)
    page = press(school, page, f"rules/{course_rule}/says/link_opened_to_them")
    assert "from another place" not in text_of(page)
    school.launch(ANNA, **at("1"))
    assert awards(web_tool) == 0
    school.launch(ANNA, **at("2"))
    assert awards(web_tool) == 1


def test_a_restriction_confirmed_for_one_link_is_not_for_its_copy(school, course_rule, web_tool, services):
    no_list(web_tool)
    look(web_tool, services)
    press(school, school.launch(ZANE, **NO_LISTS), f"rules/{course_rule}/says/link_opened_to_them")
    copy = {CLAIM + "resource_link": {"id": "77"}, **NO_LISTS}
    page = school.launch(ZANE, **copy)
    press(school, page, "rules/2/change", version=hidden(page, "version"), answer="confirm")
    school.launch(ANNA, **copy)
    assert awards(web_tool) == 0
    with web_tool.store.read() as session:
        assert queries.rules.active_version(session, 2) is not None
