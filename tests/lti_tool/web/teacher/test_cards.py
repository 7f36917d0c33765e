"""The card of a badge: what comes first on it, where its numbers lead, and what it says where nothing waits."""

import re
from datetime import timedelta

import pytest

from lti_tool.errors import PlatformError
from lti_tool.store.models import Award, Course, CredentialRow, TemplateVersion
from lti_tool.values import INSTRUCTOR
from tests.fixtures import ANNA, JANIS, TOMS, ZANE
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of

CALM = "Nothing needs you at the moment."


@pytest.fixture
def quiet(act, annas_badge, course_rule, services):
    """The page after Anna has got the badge and Toms has gone out: nobody waits for anything."""
    services.inside = [ZANE, ANNA]
    return act(f"rules/{course_rule}/check")


def numbers(page):
    found = re.findall(r'name="roster_show" value="(\w+)"><b>(\d+)</b>', page.text)
    return {group: int(number) for group, number in found}


def test_a_card_says_what_the_badge_asks_for_and_how_nozimite_knows(quiet):
    words = text_of(quiet)
    assert "Learners get this badge automatically when its link opens for them." in words
    assert "Checked just now." in words and "Known from: Lists of members" in words
    assert 'alt="The badge “Data literacy for decision makers”"' in quiet.text
    assert CALM in words


def test_its_numbers_lead_to_those_whom_they_count(quiet, act, course_rule, web_tool, clock):
    with web_tool.store.begin() as session:
        session.query(Award).one().claimed_at = clock()
    page = act("course")
    assert numbers(page) == {"eligible": 3, "have": 1, "waits": 0, "claimed": 1}
    assert "1 has it" in text_of(page) and "1 has opened it" in text_of(page)
    assert f'action="/lti/app/rules/{course_rule}/people"' in page.text
    assert hidden(page, "roster") == str(course_rule)


def test_the_plot_says_in_words_what_it_draws(quiet):
    words = "Badges awarded on each day since 8 November 2026: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1."
    assert f'role="img" aria-label="{words}"' in quiet.text
    assert "Awarded each day since 8 November 2026. Today: 1." in text_of(quiet)
    assert quiet.text.count("<rect") == 1 and "style=" not in quiet.text


def test_nothing_is_counted_or_drawn_before_the_first_check(teaching):
    assert numbers(teaching) == {} and "<rect" not in teaching.text
    assert CALM not in text_of(teaching)


def test_whoever_waits_comes_before_the_numbers_and_is_one_press_away(act, course_rule, people):
    page = act(f"rules/{course_rule}/check")
    words = text_of(page)
    assert words.index("Confirm 1 learner") < words.index("can have it")
    assert CALM not in words
    assert re.search(r'<button name="roster_show" value="waits">Confirm 1 learner', page.text)
    assert TOMS.name in text_of(people(show="waits")) and JANIS.name not in text_of(people(show="waits"))


def test_a_question_is_two_equal_buttons_before_all_else(act, course_rule, services):
    services.inside = list(services.everyone)
    page = act(f"rules/{course_rule}/check")
    answers = re.search(r'<form [^>]*class="answers">(.*?)</form>', page.text, re.S)[1]
    assert re.findall(r'<button name="answer" value="(\w+)">', answers) == ["completed", "removed"]
    words = text_of(page)
    assert (
        words.index("All 3 have completed") < words.index("can have it") and "Waits for your answer" in words
    )
    # About whom it is, is folded below the answers.
    assert page.text.index("Who this is about") > page.text.index('value="removed"')
    assert CALM not in words


@pytest.mark.parametrize("change", ["trouble", "paused", "ended"])
def test_nothing_is_calm_where_something_is_not(quiet, act, course_rule, services, change, web_tool, clock):
    if change == "trouble":
        services.trouble = PlatformError("the platform cannot be reached")
        page = act(f"rules/{course_rule}/check")
        assert "The last check failed" in text_of(page)
    elif change == "paused":
        page = act(f"rules/{course_rule}/pause", paused="yes")
        words = text_of(page)
        assert words.index("Resume automatic awarding") < words.index("can have it")
    else:
        with web_tool.store.begin() as session:
            session.query(Course).one().concluded_at = clock()
        page = act("course")
        assert "Course ended" in text_of(page)
    assert CALM not in text_of(page)


def test_an_ended_or_renewed_award_is_counted_with_nobody_who_has_it(quiet, act, web_tool):
    with web_tool.store.begin() as session:
        award = session.query(Award).one()
        award.status = "revoked"
    assert numbers(act("course")) == {"eligible": 2, "have": 0, "waits": 0, "claimed": 0}
    assert "<rect" not in act("course").text


def test_who_was_seen_as_staff_waits_and_is_not_counted_twice(quiet, act, school, people):
    school.launch(ANNA_AS_STAFF)
    page = act("course")
    assert "Awarded to people who were seen as staff" in text_of(page)
    assert numbers(page)["waits"] == 1
    assert f"Wait for you {numbers(page)['waits']}" in text_of(people())


def test_what_only_an_administrator_can_improve_is_folded_at_the_end(school, place):
    custom = place({"condition": "course_completed"})
    page = school.launch(ZANE, **{CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": custom})
    folded = page.text.index("What an administrator could improve")
    last_card = page.text.rindex("</article>")
    assert folded > last_card
    words = text_of(page)[text_of(page).index("What an administrator could improve") :]
    assert "Ask your Moodle administrator to install the Nozimite plugin." in words
    assert page.text[:folded].endswith("<summary>")
    assert "Where the Nozimite plugin may not be installed" in words


def test_what_is_no_better_than_what_the_course_has_is_no_improvement(act, school, place, web_tool):
    custom = place({"condition": "course_completed"})
    school.launch(ZANE, **{CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": custom})
    with web_tool.store.begin() as session:
        # So the plugin is installed, which is the best.
        session.query(Course).one().completions_url = "https://moodle.example.org/completions"
    words = text_of(act("course"))
    assert "Known from: Nozimite plugin in Moodle" in words
    assert "Where the Nozimite plugin may not be installed" not in words


def test_who_can_renew_a_badge_that_ends_is_counted_once(quiet, act, people, web_tool, clock):
    """Anna's badge has expired, and there is no new occasion yet."""
    with web_tool.store.begin() as session:
        for version in session.query(TemplateVersion):
            version.body = version.body | {"validity": {"months": 12}}
        session.query(CredentialRow).one().valid_until = clock() - timedelta(days=1)
    assert numbers(act("course")) == {"eligible": 2, "have": 0, "waits": 0, "claimed": 0}
    assert "Have it or can get it 2" in text_of(people()) and "Everybody 3" in text_of(people())
    # It can be given to her anew, as to the two who never had it, and to all three at once.
    assert text_of(people()).count("Award by hand…") == 3 + 1


ANNA_AS_STAFF = type(ANNA)(user_id=ANNA.user_id, roles=(INSTRUCTOR,), name=ANNA.name, email=ANNA.email)
