"""What the teacher's page asks about its learners, whom it lists, and what it says of each."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lti_tool.store.models import Award, Event, ObservationRow, Outbox, Person, Question, ResourceLink
from lti_tool.values import INSTRUCTOR, LineItemResult
from tests.fixtures import ANNA, JANIS, PETERIS, TOMS, ZANE, change_issuer, complete
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of

COLLEAGUE = replace(ZANE, user_id="4", name="Juris Pūce", email="juris@example.org")
ASSISTANT = replace(TOMS, roles=(INSTRUCTOR,))


def ids(web_tool, *people):
    with web_tool.store.read() as session:
        by_name = {person.name: person.id for person in session.query(Person)}
        return [by_name[person.name] for person in people]


def awarded(web_tool):
    with web_tool.store.read() as session:
        return {award.person.name for award in session.query(Award)}


@pytest.fixture
def everyone_inside(act, course_rule, services, clock):
    """The page with the question: Anna and Jānis came in ten minutes after Toms was seen inside."""
    services.inside = [ZANE, TOMS]
    act(f"rules/{course_rule}/check")
    services.inside = list(services.everyone)
    clock.advance(minutes=10)
    return act(f"rules/{course_rule}/check")


def test_the_question_names_the_people_and_when_each_came_in(everyone_inside):
    words = text_of(everyone_inside)
    assert "Have all of them completed, or was the restriction removed?" in words
    assert "Anna Bērziņa Has had access since 21 November 2026, 11:10 (Riga)" in words
    assert "Toms Liepa Has had access since 21 November 2026, 11:00 (Riga)" in words
    assert words.index("Anna Bērziņa") < words.index("Jānis Kalniņš") < words.index("Toms Liepa")
    assert "All 3 have completed: give the badges" in words
    assert "The restriction was removed: wait" in words


def test_showing_a_question_prompts_a_look(act, course_rule, everyone_inside, web_tool, clock):
    with web_tool.store.begin() as session:
        session.get_one(Outbox, f"look-{course_rule}").due_at = clock() + timedelta(hours=1)
    act("course")
    with web_tool.store.read() as session:
        due_at = session.get_one(Outbox, f"look-{course_rule}").due_at
        assert (due_at - clock()).total_seconds() <= 2


def test_the_second_of_two_teachers_is_told_who_was_first_and_what_they_said(
    act, course_rule, everyone_inside, school, web_tool
):
    form = {"question": hidden(everyone_inside, "question"), "people": hidden(everyone_inside, "people")}
    theirs = hidden(school.launch(COLLEAGUE), "_launch")
    act(f"rules/{course_rule}/answer", answer="removed", **form)
    page = school.browser.post(
        f"/lti/app/rules/{course_rule}/answer", data={"_launch": theirs, "answer": "completed", **form}
    )
    assert "Zane Ozola was first and answered: the restriction was removed. Nothing was changed." in text_of(
        page
    )
    assert awarded(web_tool) == set()


def test_an_answer_about_people_who_have_all_left_awards_nothing_and_says_so(
    act, course_rule, everyone_inside, services
):
    form = {"question": hidden(everyone_inside, "question"), "people": "998 999"}
    words = text_of(act(f"rules/{course_rule}/answer", answer="completed", **form))
    assert "None of them is still in the course with the link open. No badge is awarded." in words


def test_instead_of_an_answer_people_are_confirmed_by_name_and_the_question_stays(
    act, course_rule, everyone_inside, web_tool
):
    assert "Neither: choose person by person" in text_of(everyone_inside)
    assert "checked" not in everyone_inside.text
    page = act(f"rules/{course_rule}/tick", learner=ids(web_tool, JANIS))
    assert "1 badge is being prepared." in text_of(page)
    assert "All 2 have completed: give the badges" in text_of(page)
    assert awarded(web_tool) == {"Jānis Kalniņš"}


def test_a_paused_badge_asks_nothing_and_keeps_its_question(act, course_rule, everyone_inside, web_tool):
    form = {"question": hidden(everyone_inside, "question"), "people": hidden(everyone_inside, "people")}
    page = act(f"rules/{course_rule}/pause", paused="yes")
    assert "Have all of them completed" not in text_of(page)
    answer = act(f"rules/{course_rule}/answer", answer="completed", **form)
    assert answer.status_code == 403
    with web_tool.store.read() as session:
        assert session.query(Question).one().closed_at is None
    assert "Have all of them completed" in text_of(act(f"rules/{course_rule}/pause", paused="no"))


def test_who_was_seen_as_staff_is_asked_about_by_name_and_not_with_all_others(
    act, course_rule, everyone_inside, people, school, services
):
    school.launch(ASSISTANT)
    words = text_of(act(f"rules/{course_rule}/check"))
    assert "All 2 have completed: give the badges" in words
    assert "Confirm 1 learner" in words and "3 wait for you" in words
    waiting = text_of(people(show="waits"))
    assert "Was seen as staff of the course on 21 November 2026, 11:10 (Riga)" in waiting


@pytest.fixture
def inside_at_first(act, course_rule, services):
    """The page after a first look that found Anna and Toms inside, and Jānis outside."""
    services.inside = [ZANE, TOMS, ANNA]
    return act(f"rules/{course_rule}/check")


def test_those_inside_at_the_first_look_are_one_list_with_the_reason_and_nobody_selected(
    inside_at_first, people
):
    assert "Confirm 2 learners" in text_of(inside_at_first)
    waiting = people(show="waits")
    assert "Has had access since 21 November 2026, 11:00 (Riga) or earlier." in text_of(waiting)
    assert text_of(waiting).count("Has had access since") >= 2 and "Jānis" not in text_of(waiting)
    assert 'type="checkbox"' in waiting.text and "checked" not in waiting.text


def test_all_who_wait_are_confirmed_by_two_presses_of_which_the_first_awards_nobody(
    act, course_rule, inside_at_first, people, web_tool
):
    waiting = people(show="waits")
    assert "Confirm all 2 learners…" in text_of(waiting)
    form = {"do": "confirm", "all": hidden(waiting, "all"), "roster": course_rule, "roster_show": "waits"}
    asked = act(f"rules/{course_rule}/people/bulk", **form)
    assert "Confirm 2 learners?" in text_of(asked)
    assert awarded(web_tool) == set()
    once = {name: hidden(asked, name) for name in ("once", "confirmed", "learner")}
    page = act(f"rules/{course_rule}/people/bulk", **form | once)
    assert "2 badges are being prepared." in text_of(page)
    assert awarded(web_tool) == {"Anna Bērziņa", "Toms Liepa"}


def test_confirming_all_leaves_out_who_was_seen_as_staff(
    act, course_rule, inside_at_first, people, school, web_tool
):
    school.launch(ASSISTANT)
    assert "so somebody else has to confirm that they have earned the badge" in text_of(people())
    form = {"do": "confirm", "all": "yes", "roster": course_rule, "roster_show": "waits"}
    page = act(f"rules/{course_rule}/people/bulk", **form)
    assert "1 person who was seen as staff is left out" in text_of(page)
    assert hidden(page, "learner") == str(ids(web_tool, ANNA)[0])


def test_whom_it_was_refused_for_is_named_with_the_reason_and_the_others_are_awarded(
    act, course_rule, inside_at_first, services, web_tool
):
    services.everyone.remove(TOMS)
    services.inside.remove(TOMS)
    act(f"rules/{course_rule}/check")
    words = text_of(act(f"rules/{course_rule}/tick", learner=ids(web_tool, ANNA, TOMS, JANIS)))
    assert "1 badge is being prepared." in words
    assert "No longer in the course, so not confirmed: Toms Liepa." in words
    assert "Nothing to confirm at the moment, see the reasons in the list: Jānis Kalniņš." in words
    assert awarded(web_tool) == {"Anna Bērziņa"}


def test_whoever_confirms_second_is_told_who_was_first(act, course_rule, inside_at_first, school, web_tool):
    anna = ids(web_tool, ANNA)
    theirs = hidden(school.launch(COLLEAGUE), "_launch")
    act(f"rules/{course_rule}/tick", learner=anna)
    page = school.browser.post(
        f"/lti/app/rules/{course_rule}/tick", data={"_launch": theirs, "learner": anna}
    )
    assert "Zane Ozola was first and has confirmed: Anna Bērziņa." in text_of(page)


def test_nobody_is_offered_themselves_and_trying_it_is_refused_with_the_reason(
    course_rule, inside_at_first, school, web_tool
):
    form = {"_launch": hidden(school.launch(ASSISTANT), "_launch")}
    (toms,) = ids(web_tool, TOMS)
    page = school.browser.post(f"/lti/app/rules/{course_rule}/people", data=form)
    assert "You cannot confirm yourself. Ask another teacher of this course." in text_of(page)
    page = school.browser.post(f"/lti/app/rules/{course_rule}/tick", data={**form, "learner": toms})
    assert "You cannot confirm yourself. Ask another teacher" in text_of(page)
    assert awarded(web_tool) == set()


def test_an_assistant_who_may_not_confirm_reads_so_and_has_no_button(
    course_rule, inside_at_first, school, web_tool
):
    change_issuer(web_tool, awarding={"assistants_may_confirm": False})
    page = school.launch(ASSISTANT)
    assert "Your institution lets teachers confirm learners, not assistants." in text_of(page)
    assert "Confirm 2 learners" not in text_of(page) and "2 wait for you" in text_of(page)
    assert "Confirm 2 learners" in text_of(school.launch(ZANE))
    assert "Confirm" not in text_of(listed(school, page, course_rule))
    assert "Confirm and award" in text_of(listed(school, school.launch(ZANE), course_rule))


def listed(school, launched, rule_id):
    """The list of everybody, for whoever has launched."""
    form = {"_launch": hidden(launched, "_launch"), "roster_show": "waits"}
    return school.browser.post(f"/lti/app/rules/{rule_id}/people", data=form)


def test_an_assistant_who_may_not_confirm_awards_nothing_again(
    act, people, course_rule, school, annas_badge, web_tool
):
    with web_tool.store.read() as session:
        award = session.query(Award).one().id
    act(f"awards/{award}/revoke", confirmed="yes", reason="It was not earned")
    change_issuer(web_tool, awarding={"assistants_may_confirm": False})
    token = {"_launch": hidden(school.launch(ASSISTANT), "_launch")}
    page = school.browser.post(f"/lti/app/rules/{course_rule}/people", data=token)
    assert "Anna" in page.text and f"awards/{award}/again" not in page.text
    form = {**token, "confirmed": "yes", "reason": "It was"}
    assert school.browser.post(f"/lti/app/awards/{award}/again", data=form).status_code == 403
    with web_tool.store.read() as session:
        assert session.get_one(Award, award).status == "revoked"
    assert f"awards/{award}/again" in people().text


@pytest.fixture
def assistants_badge(act, school, services, course_rule, web_tool, clock):
    """The award of Toms, who came in like a learner, and launched as an instructor an hour later."""
    services.inside = [ZANE]
    complete(web_tool, services, course_rule, TOMS)
    clock.advance(hours=1)
    school.launch(ASSISTANT)
    with web_tool.store.read() as session:
        return session.query(Award).one().id


def test_who_was_seen_as_staff_after_the_award_is_shown_for_review(act, assistants_badge, web_tool):
    words = text_of(act("course"))
    assert "Awarded to people who were seen as staff" in words
    assert "Toms Liepa Seen as staff since 21 November 2026, 12:00 (Riga)." in words
    page = act(f"awards/{assistants_badge}/confirm")
    assert "Saved: Toms Liepa keeps the badge." in text_of(page)
    assert "Awarded to people who were seen as staff" not in text_of(page)
    with web_tool.store.read() as session:
        assert session.query(Event).filter_by(what="confirmed", about_kind="award").count() == 1


def test_nobody_reviews_their_own_badge(assistants_badge, school, web_tool):
    page = school.launch(ASSISTANT)
    assert f"awards/{assistants_badge}/confirm" not in page.text
    form = {"_launch": hidden(page, "_launch")}
    assert school.browser.post(f"/lti/app/awards/{assistants_badge}/confirm", data=form).status_code == 403
    with web_tool.store.read() as session:
        assert session.query(ObservationRow).filter_by(kind="confirmed").all() == []


def test_a_revoked_badge_is_not_to_be_reviewed(act, assistants_badge):
    page = act(f"awards/{assistants_badge}/revoke", confirmed="yes", reason="Staff")
    assert "Awarded to people who were seen as staff" not in text_of(page)


def test_the_list_says_why_each_learner_has_no_badge_yet(inside_at_first, people):
    words = text_of(people(show="not_yet"))
    assert (
        "Jānis Kalniņš" in words and "○ Not yet: The link is closed to them since 21 November 2026" in words
    )
    # Not those who are asked about, and no teacher.
    assert "Anna Bērziņa" not in words and "Zane Ozola" not in words


def test_a_trace_tells_every_part_of_the_rule(school, services, place, act, web_tool):
    conditions = [
        {"condition": "result_at_least", "minimum": "0.6"},
        {"condition": "not_before", "at": "2026-12-24T00:00:00+02:00"},
    ]
    page = school.launch(ZANE, **{CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": place(*conditions)})
    act("rules/2/check")
    act("rules/2/check")
    words = text_of(act("rules/2/people"))
    assert page.status_code == 200
    assert (
        "Anna Bērziņa ○ Not yet: No grade in the badge's column yet. "
        "○ Not yet: Nothing is awarded before 24 December 2026, 00:00 (Riga)."
        in words.replace("No grade in the badge's column yet. – ", "").replace(
            "anna@example.org Not yet ", ""
        )
    )


def test_a_teacher_with_a_grade_of_their_own_is_asked_about_nowhere(school, services, place, act, web_tool):
    custom = place({"condition": "result_at_least", "minimum": "0.6"}, {"condition": "confirmed"})
    school.launch(ZANE, **{CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": custom})
    with web_tool.store.begin() as session:
        session.query(ResourceLink).filter_by(
            link_id="2"
        ).one().line_item_url = "https://moodle.example.org/1"
    services.graded = [
        LineItemResult(user_id=person.user_id, score=Decimal("0.9")) for person in (ZANE, ANNA)
    ]
    act("rules/2/check")
    page = act("rules/2/people", roster_show="waits")
    offered = {int(each) for each in re.findall(r'name="learner" value="(\d+)"', page.text)}
    assert offered == set(ids(web_tool, ANNA))
    assert "Grade of 90 % in the badge's grade column" in text_of(page)
    assert "Zane Ozola" not in text_of(page)


def test_the_page_says_what_nozimite_cannot_see(teaching, school, place):
    words = text_of(teaching)
    assert "What this cannot see" in words
    assert "A restriction that was loosened but still applies to somebody" in words
    assert "A restriction of the section around the link" in words
    assert "A learner who was made an assistant and has not opened anything yet" in words
    assert "Whether a grade is still hidden" not in words
    grade = place({"condition": "result_at_least", "minimum": "0.6"})
    page = school.launch(ZANE, **{CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": grade})
    assert "Whether a grade is still hidden from the learner" in text_of(page)


def test_everything_is_there_in_latvian(act, course_rule, everyone_inside, school):
    page = school.launch(ZANE, **{CLAIM + "launch_presentation": {"locale": "lv"}})
    words = text_of(page)
    assert "Vai prasītais ir izpildīts visiem, vai ierobežojums ir noņemts?" in words
    assert "Piekļuve ir kopš 2026. gada 21. novembris, 11:10" in words
    assert "Ko šādi nevar redzēt" in words


def test_an_outsider_stays_out_of_the_question(act, course_rule, everyone_inside, people, services, clock):
    services.everyone.append(PETERIS)
    clock.advance(minutes=10)
    words = text_of(act(f"rules/{course_rule}/check"))
    assert "Have all of them completed" not in words
    words = text_of(people(find="Vilks"))
    assert "Pēteris Vilks" in words and "○ Not yet: The link is closed to them since" in words
