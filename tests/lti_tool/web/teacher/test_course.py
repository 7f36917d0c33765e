"""The teacher's page: what the badge is, how it notices, who waits, who has it, and every action."""

import re
from dataclasses import replace

import pytest

from lti_tool.awarding import awards
from lti_tool.conditions.tree import as_json, demands, read_tree
from lti_tool.deliveries import dispatch
from lti_tool.errors import PlatformError
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    Delivery,
    Outbox,
    StatusList,
    TemplateVersion,
)
from lti_tool.templates import versions
from tests.fixtures import ANNA, JANIS, ZANE, complete, learner, rows, run_due_jobs
from tests.lti_tool.web.conftest import CLAIM, hidden, launch_navigation, text_of


def test_the_page_shows_the_badge_and_that_it_was_not_checked_yet(teaching):
    words = text_of(teaching)
    assert "Data literacy for decision makers" in words
    assert "Not checked yet." in words
    assert "Learning outcomes" in words and "80 hours" in words


def test_check_now_looks_at_the_platform_at_once(act, course_rule, clock):
    page = act(f"rules/{course_rule}/check")
    assert "Checked just now." in text_of(page)
    clock.advance(minutes=3)
    assert "Checked 3 minutes ago." in text_of(act("course"))


def test_a_platform_error_is_shown_with_what_to_do(act, course_rule, services):
    services.trouble = PlatformError("the platform has an internal error (status {status})", {"status": 503})
    words = text_of(act(f"rules/{course_rule}/check"))
    assert "The last check failed" in words
    assert "the platform has an internal error (status 503)" in words
    assert "No badge is lost" in words


def test_a_platform_error_is_in_the_teachers_language(school, course_rule, services):
    services.trouble = PlatformError("the platform has an internal error (status {status})", {"status": 503})
    page = school.launch(ZANE, **{CLAIM + "launch_presentation": {"locale": "lv"}})
    page = school.browser.post(
        f"/lti/app/rules/{course_rule}/check", data={"_launch": hidden(page, "_launch")}
    )
    assert "platformā ir iekšēja kļūda (kods 503)" in text_of(page)


def test_a_link_open_to_everyone_has_a_warning_with_the_steps_to_restrict_it(act, course_rule, services):
    services.inside = list(services.everyone)
    words = text_of(act(f"rules/{course_rule}/check"))
    assert "Have all of them completed, or was the restriction removed?" in words
    assert "Add restriction" in words
    assert "I have restricted this link" not in words  # Moodle shows it by itself


def test_on_canvas_the_teacher_confirms_that_the_link_is_restricted(
    act, school, course_rule, web_tool, services, clock
):
    with web_tool.store.begin() as session:
        rule = session.get_one(AwardRule, course_rule)
        rule.course.registration.product = "canvas"
    services.inside = list(services.everyone)
    words = text_of(act(f"rules/{course_rule}/check"))
    assert "Your learning platform does not show who may open this link" in words
    assert "Add prerequisite" in words and "I have restricted this link" in words
    words = text_of(act(f"rules/{course_rule}/says/link_opened_to_them"))
    assert "I have restricted this link" not in words
    assert "You confirmed on 21 November 2026 that the link is restricted." in words


def test_learners_inside_at_the_first_look_wait_for_a_confirmation(act, course_rule, people, web_tool):
    page = act(f"rules/{course_rule}/check")
    assert "Confirm 1 learner" in text_of(page) and "1 waits for you" in text_of(page)
    waiting = people(show="waits")
    assert "Toms Liepa" in text_of(waiting) and "Anna Bērziņa" not in text_of(waiting)
    toms = re.search(r'name="learner" value="(\d+)"', waiting.text)[1]
    page = act(f"rules/{course_rule}/tick", learner=[toms])
    assert "1 badge is being prepared." in text_of(page)
    run_due_jobs(web_tool)
    assert "Confirmed by a teacher on 21 November 2026, 11:00 (Riga)." in text_of(people(show="have"))
    assert "1 has it" in text_of(act("course"))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/New_York", "21 November 2026, 04:00."),
        ("Pacific/Auckland", "21 November 2026, 22:00."),
        ("Asia/Calcutta", "21 November 2026, 14:30."),
        ("99", "21 November 2026, 11:00 (Riga)."),
    ],
)
def test_times_are_in_the_zone_that_the_platform_knows_of_its_person(
    school, services, course_rule, web_tool, act, people, zone, shown
):
    act(f"rules/{course_rule}/check")
    waiting = people(show="waits").text
    act(f"rules/{course_rule}/tick", learner=[re.search(r'name="learner" value="(\d+)"', waiting)[1]])
    run_due_jobs(web_tool)
    custom = {**school.custom, "timezone": zone}
    launched = school.launch(ZANE, **{CLAIM + "custom": custom})
    form = {"_launch": hidden(launched, "_launch"), "roster": str(course_rule)}
    page = school.browser.post(f"/lti/app/rules/{course_rule}/people", data=form)
    assert f"Confirmed by a teacher on {shown}" in text_of(page)
    # What the server cannot know, a script takes from the browser.
    assert ("times.js" in page.text, "data-show" in page.text) == (
        (True, True) if zone == "99" else (False, False)
    )


def test_confirming_without_a_selection_awards_nothing(act, course_rule):
    act(f"rules/{course_rule}/check")
    assert "Select at least one" in text_of(act(f"rules/{course_rule}/tick"))


def test_the_list_shows_the_reason_and_delivery_of_each_badge(people, annas_badge):
    words = text_of(people())
    assert "Completed between 21 November 2026, 12:00 (Riga) and " in words
    assert "sent just now" in words
    assert f"/badges/{annas_badge}" in people().text


def test_a_badge_can_be_sent_again(act, annas_badge, web_tool):
    with web_tool.store.begin() as session:
        award = session.query(Award).one().id
        session.query(Delivery).one().status = "failed"
    assert "being sent again" in text_of(act(f"awards/{award}/resend"))
    with web_tool.store.read() as session:
        assert session.query(Delivery).one().status == "pending"


def give_up(tool, task):
    """Gives up the jobs of that task, as after the last of many attempts."""
    for job in [row for row in rows(tool, Outbox) if row.task == task]:
        outbox.give_up(tool.store, job.id, tool.clock(), "SigningError < device.py:17")


def test_a_badge_that_could_not_be_made_says_so_and_is_tried_again(
    act, people, web_tool, services, course_rule, clock
):
    clock.advance(hours=1)
    complete(web_tool, services, course_rule, ANNA)
    award = rows(web_tool, Award)[0].id
    assert "Try again" not in text_of(people())
    assert "with a problem" not in text_of(act("course"))
    give_up(web_tool, "issue")
    assert "1 badge with a problem" in text_of(act("course"))
    page = people(show="trouble")
    assert "Not issued The badge could not be made. It is saved, and nothing is lost." in text_of(page)
    assert "Being prepared" not in text_of(page) and "SigningError" not in page.text
    assert "Try again" in text_of(page)
    assert "The badge of Anna Bērziņa is being tried again." in text_of(act(f"awards/{award}/retry"))
    assert "Being prepared" in text_of(people())
    assert "Nothing has to be tried again" in text_of(act(f"awards/{award}/retry"))
    run_due_jobs(web_tool)
    assert rows(web_tool, Award)[0].status == "issued"
    with web_tool.store.read() as session:
        (act_,) = queries.events.events(session, what="work_retried")
    assert (act_.actor.partition(":")[0], act_.about) == ("person", f"award:{award}")


def test_a_badge_that_could_not_be_sent_says_so_and_is_tried_again(act, people, annas_badge, web_tool):
    award = rows(web_tool, Award)[0].id
    with web_tool.store.begin() as session:
        dispatch.resend(session, web_tool.issuer, session.get_one(Award, award), web_tool.clock())
    assert "being sent" in text_of(people())
    give_up(web_tool, "deliver")
    page = people()
    words = text_of(page)
    assert "being sent" not in words and "failed" in words and "SigningError" not in page.text
    assert "Try again" in words and "Send again –" not in words
    act(f"awards/{award}/retry")
    run_due_jobs(web_tool)
    assert "sent just now" in text_of(people())


def test_sending_again_by_another_way_leaves_nothing_given_up(act, annas_badge, web_tool):
    award = rows(web_tool, Award)[0].id
    for _ in range(2):
        act(f"awards/{award}/resend")
        give_up(web_tool, "deliver")
    assert len([row for row in rows(web_tool, Outbox) if row.task == "deliver"]) == 1


def test_a_correction_that_could_not_be_made_says_so(act, people, annas_badge, web_tool):
    award = rows(web_tool, Award)[0].id
    with web_tool.store.begin() as session:
        awards.correct(session, session.get_one(Award, award), web_tool.clock(), events.operator("root"))
    give_up(web_tool, "replace")
    assert "The corrected badge could not be made, so the one before stays valid." in text_of(people())
    act(f"awards/{award}/retry")
    run_due_jobs(web_tool)
    assert len(rows(web_tool, CredentialRow)) == 2
    assert "Not corrected" not in text_of(people())


def test_revoking_asks_for_a_reason_first(act, people, school, annas_badge, web_tool):
    with web_tool.store.read() as session:
        award = session.query(Award).one().id
    question = act(f"awards/{award}/revoke")
    assert "Revoke the badge of Anna Bērziņa?" in text_of(question)
    assert "Enter a reason first" in text_of(act(f"awards/{award}/revoke", confirmed="yes", reason="  "))
    with web_tool.store.read() as session:
        assert session.query(Award).one().status == "issued"
    page = act(f"awards/{award}/revoke", confirmed="yes", reason="Wrong <person>")
    assert "is revoked" in text_of(page) and "Wrong <person>" in text_of(people())
    public = school.browser.get(f"/badges/{annas_badge}")
    assert "This badge has been revoked" in text_of(public)
    assert "Wrong &lt;person&gt;" in public.text


def test_a_badge_whose_last_day_has_passed_says_what_to_do(act, course_rule, web_tool):
    with web_tool.store.begin() as session:
        version = session.query(TemplateVersion).one()
        version.body = version.body | {"validity": {"last_day": "2026-11-01"}}
    words = text_of(act("course"))
    assert "The last day of this badge has passed It was valid until 1 November 2026" in words


def test_a_corrected_badge_is_offered_where_the_name_has_changed(
    act, people, school, annas_badge, web_tool, clock
):
    assert "Issue a corrected badge" not in text_of(people())
    with web_tool.store.begin() as session:
        award = session.query(Award).one()
        award_id = award.id
        renamed = replace(ANNA, name="Anna Kalniņa")
        queries.people.save_members(session, 1, [renamed], clock.advance(minutes=1))
    assert "Issue a corrected badge…" in text_of(people())
    words = text_of(act(f"awards/{award_id}/correct"))
    assert "The badge names Anna Bērziņa" in words and "The corrected badge names Anna Kalniņa" in words
    assert "unchanged" in words
    page = act(f"awards/{award_id}/correct", confirmed="yes")
    assert "A corrected badge of Anna Kalniņa is being issued." in text_of(page)
    run_due_jobs(web_tool)
    assert "Issue a corrected badge" not in text_of(people())
    old = school.browser.get(f"/badges/{annas_badge}")
    with web_tool.store.read() as session:
        new = session.query(Award).one().credential.id
    assert "by a corrected badge" in text_of(old) and f'href="/badges/{new}"' in old.text
    assert "The reason given" not in text_of(old)
    assert "by a corrected badge" not in text_of(school.browser.get(f"/badges/{new}"))


def test_undoing_awards_shows_first_whom_it_is_about(
    act, people, annas_badge, platform, course_rule, web_tool, clock
):
    assert "Undo awards that were a mistake" in text_of(people())
    assert "No badges were awarded together." in text_of(act(f"rules/{course_rule}/batches"))
    clock.advance(hours=1)
    others = [learner(60), learner(61)]
    platform.everyone += others
    complete(web_tool, platform, course_rule, *others)
    run_due_jobs(web_tool)
    page = act(f"rules/{course_rule}/batches", roster=course_rule, roster_show="have")
    assert "Undo 2 awards of 21 November 2026" in text_of(page)
    view = {"roster": hidden(page, "roster"), "roster_show": hidden(page, "roster_show")}
    preview = act(f"rules/{course_rule}/undo", batch=hidden(page, "batch"), **view)
    assert "Learner 60 Learner 61" in text_of(preview) and "Anna" not in text_of(preview)
    ids = re.findall(r'name="award" value="(\d+)"', preview.text)
    view = {"roster": hidden(preview, "roster"), "roster_show": hidden(preview, "roster_show")}
    form = {"batch": hidden(preview, "batch"), "confirmed": "yes", "award": ids}
    page = act(f"rules/{course_rule}/undo", **form, **view)
    assert "2 badges are revoked as issued by mistake." in text_of(page)
    assert "All learners:" in text_of(page) and hidden(page, "roster_show") == "have"
    assert "It was issued by mistake." in text_of(people())
    with web_tool.store.read() as session:
        assert [row.status for row in session.query(Award).order_by(Award.id)] == [
            "issued",
            "revoked",
            "revoked",
        ]
    for odd in ("2020-01-01", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert act(f"rules/{course_rule}/undo", batch=odd).status_code == 404


def test_a_mistaken_revocation_is_repaired_with_a_reason(act, people, school, annas_badge, web_tool):
    with web_tool.store.read() as session:
        award = session.query(Award).one().id
    act(f"awards/{award}/revoke", confirmed="yes", reason="The wrong learner")
    twice = act(f"awards/{award}/revoke", confirmed="yes", reason="Once more")
    assert "is revoked already, for good. Nothing was changed." in text_of(twice)
    assert "Award the badge to Anna Bērziņa again?" in text_of(act(f"awards/{award}/again"))
    assert "Enter a reason first." in text_of(act(f"awards/{award}/again", confirmed="yes"))
    page = act(f"awards/{award}/again", confirmed="yes", reason="She is the right one")
    assert "The badge of Anna Bērziņa is awarded again." in text_of(page)
    run_due_jobs(web_tool)
    assert "Awarded again: She is the right one" in text_of(people())
    with web_tool.store.read() as session:
        assert len(session.query(Award).one().credentials) == 2
    assert "is not revoked" in text_of(act(f"awards/{award}/again", confirmed="yes", reason="And again"))


def test_who_has_the_badge_from_another_course_is_named_without_that_course(school, annas_badge, web_tool):
    elsewhere = {
        CLAIM + "context": {"id": "43", "title": "Statistics"},
        CLAIM + "resource_link": {"id": "9", "title": "Badge"},
    }
    school.launch(ANNA, **elsewhere)
    launched = school.launch(ZANE, **elsewhere)
    form = {"_launch": hidden(launched, "_launch"), "roster": "2", "roster_show": "elsewhere"}
    page = school.browser.post("/lti/app/rules/2/people", data=form)
    assert "Awarded elsewhere 1" in text_of(page)
    assert "Anna Bērziņa" in text_of(page)
    assert annas_badge not in page.text and "Data Literacy Fundamentals" not in page.text


def test_a_badge_is_suspended_with_a_reason_and_reinstated(act, people, school, annas_badge, web_tool):
    with web_tool.store.begin() as session:
        award = session.query(Award).one().id
        session.query(StatusList).one().purpose = "suspension"
    assert "Suspend the badge of Anna Bērziņa?" in text_of(act(f"awards/{award}/suspend"))
    assert "Enter a reason first" in text_of(act(f"awards/{award}/suspend", confirmed="yes"))
    page = act(f"awards/{award}/suspend", confirmed="yes", reason="An inquiry")
    assert "is suspended until you reinstate it" in text_of(page)
    assert "An inquiry" in text_of(school.browser.get(f"/badges/{annas_badge}"))
    assert "Reinstate" in text_of(people())
    assert "is valid again" in text_of(act(f"awards/{award}/reinstate"))
    assert "An inquiry" not in text_of(school.browser.get(f"/badges/{annas_badge}"))


def test_with_a_revocation_list_a_badge_cannot_be_suspended(act, people, annas_badge, web_tool):
    assert "Suspend…" not in text_of(people()) and "Revoke…" in text_of(people())
    with web_tool.store.read() as session:
        award = session.query(Award).one().id
    page = act(f"awards/{award}/suspend", confirmed="yes", reason="An inquiry")
    assert "can be revoked, but not suspended" in text_of(page)


def test_pause_and_resume(act, course_rule, web_tool):
    assert "Paused" in text_of(act(f"rules/{course_rule}/pause", paused="yes"))
    with web_tool.store.read() as session:
        assert queries.rules.rule(session, course_rule).paused
    assert "Automatic awarding is resumed." in text_of(act(f"rules/{course_rule}/pause", paused="no"))


@pytest.mark.parametrize(
    "path", ["rules/{}/check", "rules/{}/pause", "rules/{}/says/link_opened_to_them", "rules/{}/tick"]
)
def test_a_rule_of_another_course_is_not_found(act, web_tool, published, path):
    with web_tool.store.begin() as session:
        from lti_tool.people import sessions
        from tests.fixtures import launch_of, place_badge, register_once

        registration_id = register_once(session, web_tool.clock())
        custom = place_badge(session, web_tool, registration_id, published, context_id="other")
        launch = launch_of(ZANE, registration_id, context_id="other", resource_link_id="9", custom=custom)
        sessions.start_session(session, launch, web_tool.clock())
        other = session.query(AwardRule).join(AwardRule.link).filter_by(link_id="9").one().id
    assert act(path.format(other)).status_code == 404


def test_learners_may_not_use_the_teachers_actions(school, course_rule, annas_badge, web_tool):
    token = hidden(school.launch(JANIS), "_launch")
    with web_tool.store.read() as session:
        award = session.query(Award).one().id
    for path in (
        "course",
        f"rules/{course_rule}/check",
        f"rules/{course_rule}/tick",
        f"rules/{course_rule}/says/link_opened_to_them",
        f"rules/{course_rule}/pause",
        f"awards/{award}/resend",
        f"awards/{award}/retry",
        f"awards/{award}/revoke",
    ):
        answer = school.browser.post(f"/lti/app/{path}", data={"_launch": token, "confirmed": "yes"})
        assert answer.status_code == 403, path
        assert "for teachers" in text_of(answer)


def test_a_learner_without_name_and_email_is_shown_as_waiting(
    act, people, web_tool, services, course_rule, clock
):
    nameless = learner(99, name=None, email=None)
    services.everyone.append(nameless)
    complete(web_tool, services, course_rule, nameless)
    run_due_jobs(web_tool)
    assert "1 badge with a problem" in text_of(act("course"))
    words = text_of(people(show="trouble"))
    assert "Learner without a name" in words
    assert "gives neither the name nor the e-mail address" in words


def test_a_grade_rule_shows_its_minimum(school, place):
    custom = place({"condition": "result_at_least", "minimum": "0.605"})
    page = school.launch(ZANE, **{CLAIM + "custom": custom})
    assert "when they reach 60.5 % in the badge's grade column" in text_of(page)


def test_a_course_without_badges_shows_how_to_place_one(school, web_tool):
    page = launch_navigation(school, web_tool, ZANE)
    assert "There is no badge in this course yet" in text_of(page)
    assert "choose Nozimite there" in text_of(page)


def test_counts_are_right_in_latvian(act, school, services, course_rule):
    act(f"rules/{course_rule}/check")
    page = school.launch(ZANE, **{CLAIM + "launch_presentation": {"locale": "lv"}})
    assert "0 piešķirtas" in text_of(page) and "1 gaida jūs" in text_of(page)


def demands_of(tool, rule_id):
    with tool.store.read() as session:
        tree = read_tree(queries.rules.active_version(session, rule_id).tree)
        return [as_json(leaf) for leaf in demands(tree)]


def test_a_teacher_sets_a_date_and_the_confirmation_of_each_learner(act, course_rule, web_tool):
    page = act(f"rules/{course_rule}/conditions", **{"not_before.day": "2026-12-24", "confirmed.each": "yes"})
    assert "Saved." in text_of(page) and 'value="2026-12-24"' in page.text
    assert re.search(r'name="confirmed.each" value="yes" checked', page.text)
    # Midnight in Riga, where the issuer is.
    midnight = {"condition": "not_before", "at": "2026-12-24T00:00:00+02:00"}
    assert demands_of(web_tool, course_rule) == [{"condition": "confirmed"}, midnight]
    page = act(f"rules/{course_rule}/conditions", **{"not_before.day": ""})
    assert demands_of(web_tool, course_rule) == []
    assert not re.search(r'name="confirmed.each" value="yes" checked', page.text)


def test_what_a_teacher_leaves_unticked_for_a_grade_is_not_asked_for(act, course_rule, web_tool):
    """Only where a badge is placed does a grade suggest that each learner is confirmed."""
    with web_tool.store.begin() as session:
        version = queries.rules.active_version(session, course_rule)
        version.tree = '{"all":[{"condition":"result_at_least","minimum":"0.6"},{"condition":"confirmed"}]}'
    act(f"rules/{course_rule}/conditions", **{"not_before.day": ""})
    assert demands_of(web_tool, course_rule) == []


def test_an_invalid_date_changes_nothing_and_is_refused_at_its_field(act, course_rule, web_tool):
    typed = {"not_before.day": "tomorrow", "confirmed.each": "yes"}
    page = act(f"rules/{course_rule}/conditions", **typed)
    assert "Enter the date as year-month-day, such as 2027-06-30." in text_of(page)
    assert demands_of(web_tool, course_rule) == []
    at = f"rule-{course_rule}.not_before.day"
    field = re.search(rf'<input[^>]*id="{at}"[^>]*>', page.text)[0]
    assert f'aria-describedby="{at}-wrong"' in field and 'value="tomorrow"' in field
    assert f'id="{at}-wrong"' in page.text and f'href="#{at}"' in page.text
    # What else was chosen is not lost.
    assert re.search(r'name="confirmed.each" value="yes" checked', page.text)


def test_a_newer_version_is_awarded_when_the_teacher_decides_so(
    school, teaching, web_tool, course_rule, clock
):
    assert "There is a newer version" not in text_of(teaching)
    with web_tool.store.begin() as session:
        old = versions.find(session, school.badge)
        new = versions.next_version(session, old, clock())
        assert queries.templates.newer_version(session, old, 1) is None  # it is a draft
        versions.publish(new, web_tool.issuer.profile, clock())
    page = school.launch(ZANE)
    assert "This course still awards version 1. Version 2 is published." in text_of(page)
    form = {"_launch": hidden(page, "_launch")}
    page = school.browser.post(f"/lti/app/rules/{course_rule}/newer", data=form)
    assert "The new version is awarded from now on." in text_of(page)
    assert "There is a newer version" not in text_of(page)
    with web_tool.store.read() as session:
        assert queries.rules.active_version(session, course_rule).template_version.version == 2


def test_what_has_changed_in_the_activity_is_confirmed_on_the_page(school, course_rule, place, web_tool):
    custom = place({"condition": "result_at_least", "minimum": "0.605"})
    page = school.launch(ZANE, **{CLAIM + "custom": custom})
    words = text_of(page)
    assert "The badge or its conditions were changed in the activity" in words
    assert "when they reach 60.5 % in the badge's grade column" in words
    assert "Your teacher has to confirm the conditions of this badge first." in text_of(
        school.launch(ANNA, **{CLAIM + "custom": custom})
    )
    form = {"_launch": hidden(page, "_launch"), "version": hidden(page, "version"), "answer": "confirm"}
    page = school.browser.post(f"/lti/app/rules/{course_rule}/change", data=form)
    assert "Confirmed. Badges are awarded by these conditions from now on." in text_of(page)
    assert "were changed in the activity" not in text_of(page)


def test_a_teacher_answers_that_all_have_completed(act, course_rule, services, web_tool):
    services.inside = list(services.everyone)
    page = act(f"rules/{course_rule}/check")
    form = {"question": hidden(page, "question"), "people": hidden(page, "people")}
    assert "All 3 have completed: give the badges" in text_of(page)
    page = act(f"rules/{course_rule}/answer", answer="completed", **form)
    assert "3 badges are being prepared." in text_of(page)
    page = act(f"rules/{course_rule}/answer", answer="removed", **form)
    assert "Zane Ozola was first and answered: all have completed. Nothing was changed." in text_of(page)
    with web_tool.store.read() as session:
        assert session.query(Award).count() == 3


def test_a_teacher_answers_that_the_restriction_was_removed(act, course_rule, services, web_tool):
    services.inside = list(services.everyone)
    page = act(f"rules/{course_rule}/check")
    form = {"question": hidden(page, "question"), "people": hidden(page, "people")}
    page = act(f"rules/{course_rule}/answer", answer="removed", **form)
    assert "No badge is awarded until the link is restricted again." in text_of(page)
    with web_tool.store.read() as session:
        assert session.query(Award).all() == []


def test_an_answer_that_is_none_changes_nothing(act, course_rule, services, web_tool):
    services.inside = list(services.everyone)
    page = act(f"rules/{course_rule}/check")
    assert "Choose one of the two answers." in text_of(act(f"rules/{course_rule}/answer", answer="x"))
    form = {"question": "999", "people": hidden(page, "people"), "answer": "completed"}
    assert act(f"rules/{course_rule}/answer", **form).status_code == 404
