"""A teacher builds a rule from parts, without scripts, and sees who would get the badge before it is switched on."""

import json
import re
from decimal import Decimal
from html import unescape

import pytest

from lti_tool.awarding import looks, undo
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import PlatformError
from lti_tool.observations import COMPLETION_CRITERIA
from lti_tool.platforms.claims import COMPLETIONS
from lti_tool.store import queries
from lti_tool.store.models import Award, ObservationRow
from lti_tool.values import (
    ActivityProgress,
    CourseActivity,
    CourseProgress,
    CourseTotal,
    LearnerProgress,
    ProgressPage,
)
from lti_tool.web.plug_sentences import whole_sentence
from lti_tool.web.teacher.rule_draft import drafted
from tests.fixtures import ANNA, JANIS, NOW, ZANE, learner, publish, rows
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_placement import REQUEST, item_of

COURSE = {"condition": "course_completed"}
QUIZ = {"condition": "activity_completed", "activity": "7", "name": "Quiz <1>"}
TOTAL = {"condition": "final_score_at_least", "minimum": "0.7"}
SURE = {"condition": "confirmed"}
UNTIL = {"condition": "until", "until_on": "2027-06-30T23:59:59+03:00"}
NOT_BEFORE = {"condition": "not_before", "at": "2027-06-01T00:00:00+03:00"}
WITH_PLUGIN = {COMPLETIONS: "https://moodle.example.org/completions"}
NAMES = {"7": "Quiz <1>", "8": "Essay"}


def progress(*learners):
    activities = tuple(CourseActivity(id=number, name=name) for number, name in NAMES.items())
    return [
        ProgressPage(as_of=NOW, learners=learners, course=CourseProgress(criteria=(), activities=activities))
    ]


def doing(person, *done, completed=False, total=None):
    return LearnerProgress(
        user_id=person.user_id,
        completed_at=NOW if completed else None,
        activities=tuple(ActivityProgress(activity=each, state="complete", at=NOW) for each in done),
        total=CourseTotal(score=Decimal(total), graded_at=NOW) if total else None,
    )


@pytest.fixture
def moodle(services):
    """The platform, with our plugin."""
    services.progress = progress(doing(ANNA, "7", completed=True, total="0.9"), doing(JANIS, "7"))
    return services


@pytest.fixture
def teaching(school, moodle):
    return school.launch(ZANE, **{CLAIM + "custom": school.custom | WITH_PLUGIN})


@pytest.fixture
def rule_id(teaching, web_tool, moodle, course_rule):
    looks.look(web_tool.store, moodle, 1, web_tool.clock())
    return course_rule


class Form:
    """The form of the last page, filled in and sent as a browser without scripts does."""

    def __init__(self, school, page, address):
        self.school, self.address = school, address
        self.take(page)

    def take(self, page):
        assert page.status_code == 200, page.text
        self.page = page
        form = next(
            (each for each in re.findall(r"<form.*?</form>", page.text, re.S) if 'value="show"' in each), ""
        )
        self.fields = []
        for tag in re.findall(r"<input[^>]*>|<select.*?</select>", form, re.S):
            if tag.startswith("<select"):
                tag_name = re.search(r'name="([^"]+)"', tag)[1]
                chosen = re.search(r'<option value="([^"]*)" selected', tag)
                self.fields.append((tag_name, unescape(chosen[1]) if chosen else ""))
            elif 'type="radio"' not in tag or "checked" in tag:
                name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
                self.fields.append((name[1], unescape(value[1])))
        return self

    def press(self, do, **typed):
        """The page after a button; `typed` by the ends of the fields' names."""
        names = dict.fromkeys(name for name, _ in self.fields)
        for end, value in typed.items():
            name = next(each for each in names if each == end or each.endswith(end.replace("__", ".")))
            self.fields = [(each, value if each == name else before) for each, before in self.fields]
        data = {}
        for name, value in [*self.fields, ("do", do)]:
            data.setdefault(name, []).append(value)
        return self.take(self.school.browser.post(self.address, data=data))

    def add(self, condition, group="", **typed):
        self.press(f"add {group}".strip(), **{f"new.{group}" if group else "new": condition})
        return self.press("show", **typed) if typed else self

    @property
    def words(self):
        return text_of(self.page)


@pytest.fixture
def build(school, rule_id, teaching):
    """The builder for the rule of the course."""
    address = f"/lti/app/rules/{rule_id}/parts"
    page = school.browser.post(address, data={"_launch": hidden(teaching, "_launch")})
    return Form(school, page, address)


def active(tool):
    with tool.store.read() as session:
        return json.loads(queries.rules.active_version(session, 1).tree)


def use(school, page):
    """The page after the button of the page that says who would get it now."""
    forms = re.findall(r"<form.*?</form>", page.text, re.S)
    form = next(each for each in forms if 'name="seen"' in each)
    data = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        data.setdefault(name, []).append(unescape(value))
    return school.browser.post(re.search(r'action="([^"]+)"', form)[1], data=data)


def built(form):
    """A draft of all of: the course, any of (the quiz, the total), confirmed."""
    form.press("remove 1").add("course_completed").press("group")
    group = re.search(r'name="node" value="g(\d+)"', form.page.text)[1]
    form.add("activity_completed", group, **{"activity_completed__activity": "7"})
    form.add("final_score_at_least", group, **{"final_score_at_least__minimum": "70"})
    return form.add("confirmed")


def test_a_rule_is_built_read_as_one_sentence_and_used(school, build, web_tool):
    form = built(build)
    assert (
        "Learners get this badge when they have completed the course, and either they have completed “Quiz <1>” "
        "or their course total is at least 70 %, and a teacher confirms them."
    ) in form.words
    before = active(web_tool)
    page = form.press("who").page
    assert active(web_tool) == before
    saved = use(school, page)
    assert "Saved. This applies to all badges awarded from now on." in text_of(saved)
    assert active(web_tool) == {"all": [COURSE, {"any": [QUIZ, TOTAL]}, SURE]}
    assert "they have completed the course, and either" in text_of(saved)


def test_what_was_typed_stays_while_parts_come_and_go(build):
    form = built(build)
    form.add("until", **{"until__day": "2027-06-30"})
    assert 'value="2027-06-30"' in form.page.text and 'value="70"' in form.page.text
    assert re.search(r'<option value="7" selected>Quiz &lt;1&gt;', form.page.text)
    number = re.search(r'name="n(\d+).condition" value="course_completed"', form.page.text)[1]
    form.press(f"remove {number}")
    assert "course_completed" not in re.findall(r'name="n\d+.condition" value="(\w+)"', form.page.text)
    assert 'value="2027-06-30"' in form.page.text and 'value="70"' in form.page.text
    inside = re.search(r'name="n(\d+).condition" value="activity_completed"', form.page.text)[1]
    form.press(f"remove {inside}")
    left = re.findall(r'name="n\d+.condition" value="(\w+)"', form.page.text)
    assert left == ["final_score_at_least", "confirmed", "until"]
    group = re.search(r'value="remove (g\d+)"', form.page.text)[1]
    form.press(f"remove {group}")
    assert re.findall(r'name="n\d+.condition" value="(\w+)"', form.page.text) == ["confirmed", "until"]


def test_the_builder_shows_the_rule_as_it_is_and_changes_it_back(school, build, web_tool):
    form = built(build)
    use(school, form.press("who").page)
    token = hidden(form.page, "_launch")
    again = Form(school, school.browser.post(form.address, data={"_launch": token}), form.address)
    conditions = re.findall(r'name="n\d+.condition" value="(\w+)"', again.page.text)
    assert conditions == ["course_completed", "activity_completed", "final_score_at_least", "confirmed"]
    use(school, again.press("who").page)
    assert active(web_tool) == {"all": [COURSE, {"any": [QUIZ, TOTAL]}, SURE]}
    with web_tool.store.read() as session:
        assert queries.rules.newest_number(session, 1) == 2


def test_any_of_several_with_a_group_of_all(school, build, web_tool):
    form = built(build)
    form.fields = [(name, "any" if name == "kind" else value) for name, value in form.fields]
    use(school, form.press("who").page)
    assert active(web_tool) == {"any": [COURSE, {"all": [QUIZ, TOTAL]}, SURE]}


@pytest.mark.parametrize(
    ("added", "typed", "said"),
    [
        ([], {}, "Add at least one part."),
        (["not_before"], {"not_before__day": "2027-06-01"}, "A day alone would give the badge to everybody."),
        (["course_completed", "until"], {}, "Enter the date as year-month-day"),
        (["course_completed", "not_before"], {}, "Fill in “A day has come”, or remove it."),
        (["activity_completed"], {}, "Choose the activity."),
        (["activity_completed"], {"activity_completed__activity": "9"}, "no longer in the course"),
        (["final_score_at_least"], {"final_score_at_least__minimum": "0,7"}, "Did you mean 70 % or 0.7 %?"),
        (["holds_badge"], {}, "Choose the badge."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(build, web_tool, added, typed, said):
    before = active(web_tool)
    form = build.press("remove 1")
    for condition in added:
        form.add(condition)
    form.press("who", **typed)
    assert said in form.words
    assert 'role="alert"' in form.page.text
    assert active(web_tool) == before


def test_only_what_the_course_can_tell_is_offered_and_the_rest_is_named(school, services, web_tool):
    teaching = school.launch(ZANE)
    token = hidden(teaching, "_launch")
    page = school.browser.post("/lti/app/rules/1/parts", data={"_launch": token})
    offered = re.findall(r'<option value="(\w+)">', page.text)
    assert "confirmed" in offered and "holds_badge" in offered
    assert not {"course_completed", "activity_completed", "final_score_at_least", "result_at_least"} & {
        *offered
    }
    words = text_of(page)
    assert "They have completed the course" in words
    assert "Ask your Moodle administrator to install the Nozimite plugin." in words
    # What another platform could have is no way here.
    assert "Canvas administrator" not in words
    form = Form(school, page, "/lti/app/rules/1/parts").press("remove 1")
    form.fields += [("node", "5"), ("n5.condition", "course_completed")]
    form.press("who")
    assert "This course cannot tell one of the parts. Remove it." in form.words


def test_a_platform_that_does_not_answer_keeps_nobody_from_building(build, moodle, web_tool):
    with web_tool.store.begin() as session:
        session.query(ObservationRow).filter_by(kind="activities").delete()
    moodle.trouble = PlatformError("the platform did not answer in time")
    form = build.add("activity_completed")
    assert "The activities of this course cannot be read now" in form.words
    moodle.trouble = None
    form.press("ask")
    assert "Essay" in form.words


def test_who_would_get_it_is_shown_with_the_reasons_and_nothing_is_awarded_or_kept(school, build, web_tool):
    form = build.press("remove 1").add("final_score_at_least", **{"final_score_at_least__minimum": "70"})
    before = len(rows(web_tool, ObservationRow))
    words = form.press("who").words
    assert "1 learner would get it now" in words and "2 learners not yet" in words
    assert f"{ANNA.name} Would get it" in words and "Course total of 90 %" in words
    assert JANIS.name not in words
    assert rows(web_tool, Award) == [] and len(rows(web_tool, ObservationRow)) == before


def test_about_whom_the_teacher_would_be_asked_is_shown(build):
    form = build.press("remove 1")
    form.add("activity_completed", **{"activity_completed__activity": "7"}).add("confirmed")
    words = form.press("who").words
    assert "0 learners would get it now" in words and "you would be asked about 2 learners" in words
    assert "You would be asked" in words


def test_those_who_would_get_it_come_before_those_about_whom_is_asked(build, moodle):
    moodle.progress = progress(doing(JANIS, completed=True))
    form = build.press("remove 1").add("course_completed").add("confirmed")
    form.fields = [(name, "any" if name == "kind" else value) for name, value in form.fields]
    words = form.press("who").words
    assert words.index(f"{JANIS.name} Would get it") < words.index(f"{ANNA.name} You would be asked")


def test_somebody_else_has_changed_the_rule_meanwhile(school, build, web_tool, teaching):
    form = build.press("remove 1").add("course_completed")
    token = hidden(teaching, "_launch")
    school.browser.post(
        "/lti/app/rules/1/conditions", data={"_launch": token, "confirmed.each": "yes", "seen": "yes"}
    )
    between = active(web_tool)
    form.press("use")
    assert "Somebody has changed this rule meanwhile." in form.words
    assert active(web_tool) == between
    use(school, form.press("who").page)
    assert active(web_tool) == COURSE


def test_a_removed_activity_is_named_and_has_to_be_replaced(school, build, web_tool, moodle):
    form = build.press("remove 1").add("activity_completed", **{"activity_completed__activity": "7"})
    use(school, form.press("who").page)
    del NAMES["7"]
    try:
        moodle.progress = progress(doing(ANNA, completed=True))
        looks.look(web_tool.store, moodle, 1, web_tool.clock())
    finally:
        NAMES["7"] = "Quiz <1>"
    token = hidden(form.page, "_launch") if "_launch" in form.page.text else None
    page = school.browser.post(form.address, data={"_launch": token})
    assert "Quiz <1> – no longer in the course" in text_of(page)
    again = Form(school, page, form.address).press("who")
    assert "This activity is no longer in the course. Choose another one." in again.words


@pytest.mark.parametrize("minimum", ["40", "60"])
def test_a_badge_that_asks_for_a_result_is_given_for_no_less(school, build, web_tool, minimum):
    with web_tool.store.begin() as session:
        version = queries.rules.active_version(session, 1)
        body = dict(version.template_version.body)
        body |= {"required_value": "50"}
        version.template_version.body = body
    form = build.press("remove 1").add("final_score_at_least", **{"final_score_at_least__minimum": minimum})
    form.press("who")
    assert ("A course may ask for more, not for less." in form.words) == (minimum == "40")


def test_a_badge_that_the_gradebook_shows_does_not_come_to_depend_on_that(school, build, web_tool):
    with web_tool.store.begin() as session:
        rule = queries.rules.rule(session, 1)
        rule.column_url = "https://moodle.example.org/lineitems/9"
        rule.course.line_items_url = "https://moodle.example.org/lineitems"
    before = active(web_tool)
    form = build.press("remove 1").add("final_score_at_least", **{"final_score_at_least__minimum": "70"})
    form.press("who")
    assert "The gradebook shows this badge, and the rule would depend on that." in form.words
    assert active(web_tool) == before


@pytest.mark.parametrize(
    ("criterion", "sentence"),
    [
        ({"kind": "activity", "activity": "9"}, "The course now asks for the badge's own activity"),
        ({"kind": "grade"}, "The badge now depends on the total grade of the course"),
        ({"kind": "activity", "activity": "8"}, None),
    ],
)
def test_a_badge_in_the_gradebook_that_the_course_comes_to_ask_for_is_told(
    school, build, web_tool, moodle, criterion, sentence
):
    form = build.press("remove 1").add("course_completed")
    use(school, form.press("who").page)
    with web_tool.store.begin() as session:
        rule = queries.rules.rule(session, 1)
        rule.column_url = "https://moodle.example.org/lineitems/9"
        rule.course.line_items_url = "https://moodle.example.org/lineitems"
        seen = {"criteria": [criterion], "links": {"9": rule.link.link_id}}
        session.add(
            ObservationRow(
                course_id=1,
                kind=COMPLETION_CRITERIA,
                value=seen,
                seen_at=web_tool.clock(),
                source="moodle_plugin",
            )
        )
    words = text_of(school.launch(ZANE))
    assert "Write no more scores" in words
    assert ("The badge now depends" in words or "The course now asks" in words) == (sentence is not None)
    assert sentence is None or sentence in words


def test_a_rule_of_parts_is_placed_as_a_link(school, services):
    services.progress = progress(doing(ANNA, completed=True))
    custom = {CLAIM + "custom": WITH_PLUGIN}
    choosing = school.launch(ZANE, **REQUEST, **custom)
    assert "Build the rule from parts" in text_of(choosing)
    token = hidden(choosing, "_launch")
    short = {"_launch": token, "badge": school.badge, "condition": "link_opened_to_them"}
    form = Form(school, school.browser.post("/lti/app/parts", data=short), "/lti/app/parts")
    assert re.findall(r'name="n\d+.condition" value="(\w+)"', form.page.text) == ["link_opened_to_them"]
    form.add("until", **{"until__day": "2027-06-30"})
    page = use(school, form.press("who").page)
    _message, item = item_of(page)
    assert json.loads(item["custom"]["rule"]) == {"all": [{"condition": "link_opened_to_them"}, UNTIL]}


def test_the_short_form_says_who_would_get_it_only_where_somebody_would(school, rule_id, web_tool, moodle):
    custom = {CLAIM + "custom": WITH_PLUGIN}
    choosing = school.launch(ZANE, **REQUEST, **custom)
    other = publish(web_tool, name={"en": "Another"})
    form = {"_launch": hidden(choosing, "_launch"), "badge": other, "condition": "course_completed"}
    page = school.browser.post("/lti/app/place", data=form)
    assert f"{ANNA.name} Would get it" in text_of(page) and "JWT" not in page.text
    assert item_of(use(school, page))
    form["condition"] = "link_opened_to_them"
    assert item_of(school.browser.post("/lti/app/place", data=form))


def test_a_dry_run_awards_nothing_also_while_the_badge_is_paused(act, rule_id, web_tool):
    words = text_of(act(f"rules/{rule_id}/who"))
    assert "Looking at it awards nothing." in words and "you would be asked about" in words
    act(f"rules/{rule_id}/pause", paused="yes")
    assert "Looking at it awards nothing." in text_of(act(f"rules/{rule_id}/who"))
    assert rows(web_tool, Award) == []


def test_those_who_have_done_it_already_get_it_and_are_undone_together(school, build, web_tool, moodle):
    form = build.press("remove 1").add("activity_completed", **{"activity_completed__activity": "7"})
    use(school, form.press("who").page)
    web_tool.clock.advance(minutes=1)
    looks.look(web_tool.store, moodle, 1, web_tool.clock())
    assert {award.status for award in rows(web_tool, Award)} == {"earned"} and len(rows(web_tool, Award)) == 2
    with web_tool.store.read() as session:
        ((earned_at, number),) = queries.course_page.earned_together(session, 1, 20)
        assert number == 2
        assert len(undo.batch_at(session, 1, earned_at).awards) == 2


def test_a_long_list_has_parts(school, build, web_tool, moodle):
    many = [learner(number) for number in range(300, 340)]
    moodle.everyone += many
    looks.look(web_tool.store, moodle, 1, web_tool.clock())
    moodle.progress = progress(*(doing(each, completed=True) for each in many))
    form = build.press("remove 1").add("course_completed")
    form.press("who")
    assert "Learners 1 to 25 of 40." in form.words
    forms = re.findall(r"<form.*?</form>", form.page.text, re.S)
    data = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[0]):
        data.setdefault(name, []).append(unescape(value))
    second = school.browser.post(form.address, data=data | {"do": "who 2"})
    assert "Learners 26 to 40 of 40." in text_of(second)
    odd = school.browser.post(form.address, data=data | {"do": "who ²"})
    assert "Learners 1 to 25 of 40." in text_of(odd)


def test_a_confirmation_that_is_dropped_shows_who_gets_the_badge_by_that(
    act, build, school, web_tool, moodle
):
    form = build.press("remove 1").add("course_completed").add("confirmed")
    use(school, form.press("who").page)
    looks.look(web_tool.store, moodle, 1, web_tool.clock())
    page = act("rules/1/conditions")
    assert f"{ANNA.name} Would get it" in text_of(page)
    assert active(web_tool) == {"all": [COURSE, SURE]}
    use(school, page)
    assert active(web_tool) == COURSE


SENTENCES = [
    ({"any": [COURSE, QUIZ]}, "they have completed the course or they have completed “Quiz <1>”."),
    (
        {"any": [COURSE, {"all": [QUIZ, TOTAL, SURE]}]},
        "they have completed the course, or they have completed “Quiz <1>”, their course total is at least 70 % and "
        "a teacher confirms them.",
    ),
    (
        {"all": [UNTIL, COURSE, QUIZ]},
        "they have completed the course, they have completed “Quiz <1>” and all that was done by the end of "
        "30 June 2027.",
    ),
]


@pytest.mark.parametrize(("rule", "said"), SENTENCES, ids=str)
def test_a_rule_is_one_sentence(app, rule, said):
    with app.test_request_context():
        words = re.sub(r"<[^>]+>", "", str(whole_sentence(read_tree(json.dumps(rule)), "teacher")))
        assert unescape(words) == f"Learners get this badge when {said}"
        assert whole_sentence(read_tree('{"all":[{"condition":"x"}]}'), "teacher") == ""


@pytest.mark.parametrize(
    ("rule", "can_be_shown"),
    [
        ({"all": [COURSE, {"any": [QUIZ, TOTAL]}, UNTIL]}, True),
        ({"condition": "link_opened_to_them", "link": "9"}, False),
        ({"all": [COURSE, {"all": [QUIZ, TOTAL]}]}, False),
        ({"all": [COURSE, {"any": [QUIZ, {"all": [TOTAL, SURE]}]}]}, False),
        ({"all": [COURSE, {"condition": "no_such_condition"}]}, False),
    ],
    ids=str,
)
def test_a_rule_that_the_form_cannot_show_whole_is_not_shown_in_part(app, web_tool, rule, can_be_shown):
    with app.test_request_context():
        draft = drafted(read_tree(json.dumps(rule)), web_tool.issuer.profile.zone)
    assert (draft is not None) == can_be_shown
