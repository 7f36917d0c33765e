"""The learner's page in each of its states."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.awarding import awards, launched, looks
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, outbox
from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    ObservationRow,
    Outbox,
    Person,
    ResourceLink,
    StatusList,
)
from lti_tool.values import TEST_USER, LineItemResult
from tests.fixtures import ANNA, JANIS, NOW, PETERIS, ZANE, complete, learner, rows, run_due_jobs
from tests.lti_tool.web.conftest import CLAIM, hidden, list_of_everybody, text_of, visit_at_its_address

AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}


def test_a_badge_not_earned_yet_shows_what_has_to_be_done(school, course_rule, place):
    link = {CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": place(AT_LEAST_60)}
    page = school.launch(ANNA, **link)
    words = text_of(page)
    assert "You do not have this badge yet. You get it when your grade for it reaches 60 %." in words
    assert "What you have to do to get it" in words
    assert "project (60 %)" in words


def test_an_issued_badge_can_be_downloaded_and_shared(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    words = text_of(page)
    assert "Date 21 November 2026" in words
    assert "Anna Bērziņa Data literacy for decision makers from Riga College" in words
    for ending in (".png", ".json", ".jwt"):
        assert f'href="/badges/{annas_badge}{ending}"' in page.text
    assert f'href="/badges/{annas_badge}"' in page.text


@pytest.mark.parametrize("person", [ANNA, JANIS], ids=["who has it", "who has not got it yet"])
def test_opening_the_link_reads_hardly_anything_twice(school, annas_badge, statements, person):
    """From login to page. Twice: the platform, what was observed, and when the next look is: each may have changed."""
    visit_at_its_address(school.browser.application)
    school.launch(person)
    statements.clear()
    assert school.launch(person).status_code == 200
    asked = [each for each in statements if not each.startswith("BEGIN")]
    # Who has a badge is told of its links and of answers to it, and invited to prove an address: a statement each.
    assert len(asked) <= 24
    twice = {each.split("FROM ")[1].split()[0] for each in asked if asked.count(each) > 1}
    assert twice <= {"registration", "observation", "outbox"}


def test_an_opening_stays_where_nothing_can_be_decided_by_it(
    school, course_rule, web_tool, clock, monkeypatch
):
    """It is stored with the session and the decision at once; but who opened the link is not forgotten with them."""

    def fail(*_):
        raise RuntimeError("a decision that fails")

    clock.advance(hours=1)
    before = len(rows(web_tool, ObservationRow))
    monkeypatch.setattr(launched, "decide_person", fail)
    assert school.launch(JANIS).status_code == 500
    assert len(rows(web_tool, ObservationRow)) > before


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Your badge could not be made yet. Nothing is lost, and your teacher sees it on the page of the course.",
        ),
        ("lv", "Jūsu nozīmīti vēl neizdevās izveidot. Nekas nav zudis, un pasniedzējs to redz kursa lapā."),
    ],
)
def test_a_badge_that_could_not_be_made_says_that_nothing_is_lost(
    school, course_rule, web_tool, platform, clock, language, sentence
):
    clock.advance(hours=1)
    complete(web_tool, platform, course_rule, ANNA)
    page = school.launch(ANNA, **{CLAIM + "launch_presentation": {"locale": language}})
    token = hidden(page, "_launch")
    for job in [row for row in rows(web_tool, Outbox) if row.task == "issue"]:
        outbox.give_up(web_tool.store, job.id, clock(), "SigningError < device.py:17")
    page = school.browser.post("/lti/app/learner", data={"_launch": token})
    assert sentence in text_of(page)
    assert "SigningError" not in page.text
    assert sentence not in text_of(school.launch(ANNA))  # which has begun another attempt


def test_a_suspended_badge_shows_the_reason(school, annas_badge, web_tool):
    with web_tool.store.begin() as session:
        session.query(StatusList).one().purpose = "suspension"
        awards.suspend(session, session.query(Award).one(), "An inquiry", web_tool.clock())
    words = text_of(school.launch(ANNA))
    assert "Suspended by Riga College on 21 November 2026." in words
    assert "An inquiry" in words


def test_a_learner_who_was_erased_is_told_so_and_nothing_is_recorded(school, annas_badge, web_tool, clock):
    token = hidden(school.launch(ANNA), "_launch")
    with web_tool.store.begin() as session:
        anna = session.query(Award).one().person_id
        erase_person(session, web_tool.issuers, anna, clock(), events.operator("root"))
    page = school.launch(ANNA)
    assert "Your data was erased from Nozimite." in text_of(page)
    assert "Anna" not in page.text and annas_badge not in page.text
    gone = school.browser.get(f"/badges/{annas_badge}")
    assert gone.status_code == 410 and "no longer kept here" in gone.text
    for ending in ("png", "json", "jwt"):
        assert school.browser.get(f"/badges/{annas_badge}.{ending}").status_code == 410
    assert school.browser.post("/lti/app/learner", data={"_launch": token}).status_code in (401, 403, 410)
    with web_tool.store.read() as session:
        assert session.query(ObservationRow).filter_by(person_id=anna).count() == 0
        assert session.get_one(Person, anna).name is None


@pytest.fixture
def published_badge(annas_badge, web_tool):
    """Anna's badge, which she has published."""
    with web_tool.store.begin() as session:
        session.query(Award).one().published_at = web_tool.clock()
    return annas_badge


def test_the_linkedin_form_is_filled_in(school, published_badge):
    page = school.launch(ANNA)
    assert f'value="https://badges.example.org/badges/{published_badge}" readonly' in page.text
    start = page.text.index("https://www.linkedin.com/")
    address = page.text[start : page.text.index('"', start)].replace("&amp;", "&")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["name"] == "Data literacy for decision makers"
    assert asked["organizationName"] == "Riga College"
    assert (asked["issueYear"], asked["issueMonth"]) == ("2026", "11")
    assert asked["certUrl"] == f"https://badges.example.org/badges/{published_badge}"


def test_a_corrected_badge_keeps_the_date_of_the_award(school, published_badge, web_tool, clock):
    clock.advance(days=40)
    with web_tool.store.begin() as session:
        awards.correct(session, session.query(Award).one(), clock(), events.person(10_000))
    run_due_jobs(web_tool)
    page = school.launch(ANNA)
    assert published_badge not in page.text
    assert "Date 21 November 2026" in text_of(page)
    assert "issueYear=2026&amp;issueMonth=11" in page.text


def test_a_badge_that_expires_says_until_when(school, published_badge, web_tool, clock):
    with web_tool.store.begin() as session:
        end = clock.now + timedelta(days=400)
        session.query(CredentialRow).one().valid_until = end
    page = school.launch(ANNA)
    assert "Valid until 26 December 2027" in text_of(page)
    assert "Valid until 26 December 2027." in text_of(school.browser.get(f"/badges/{published_badge}"))
    assert "expirationYear=2027&amp;expirationMonth=12" in page.text
    clock.now = end
    page = school.launch(ANNA)
    assert "has expired" in text_of(page) and "It was valid until 26 December 2027." in text_of(page)
    assert "linkedin" not in page.text
    assert "Expired 26 December 2027" in text_of(list_of_everybody(school))
    assert "It was valid until" in text_of(school.browser.get(f"/badges/{published_badge}"))


def test_the_page_of_a_badge_being_prepared_refreshes_itself(school, course_rule, web_tool, platform):
    complete(web_tool, platform, course_rule, ANNA)
    page = school.launch(ANNA)
    assert "Your badge is being prepared" in text_of(page)
    assert 'data-state="preparing"' in page.text and "data-refresh" in page.text
    run_due_jobs(web_tool)
    again = school.browser.post("/lti/app/learner", headers={"X-LTI-Launch": hidden(page, "_launch")})
    assert 'data-state="issued' in again.text


def test_a_learner_who_has_just_completed_need_not_press_anything(
    school, course_rule, web_tool, platform, clock
):
    """The look before saw them outside, and the look that their opening asks for comes in two seconds."""
    looks.look(web_tool.store, platform, course_rule, clock())
    with web_tool.store.begin() as session:
        session.get_one(Outbox, looks.look_id(course_rule)).due_at = clock() + timedelta(minutes=10)
    page = school.launch(ANNA)
    assert 'data-state="not_yet"' in page.text and "data-refresh" in page.text
    with web_tool.store.begin() as session:
        session.get_one(Outbox, looks.look_id(course_rule)).due_at = clock() + timedelta(minutes=10)
    again = school.browser.post("/lti/app/learner", headers={"X-LTI-Launch": hidden(page, "_launch")})
    assert 'data-state="not_yet"' in again.text and "data-refresh" not in again.text


def test_a_launch_of_the_learner_completes_what_is_known(school, course_rule, web_tool, platform):
    platform.inside.append(ANNA)  # inside from the first look: the launch is what was missing
    for _ in range(2):
        looks.look(web_tool.store, platform, course_rule, NOW)
    page = school.launch(ANNA)
    assert "Your badge is being prepared" in text_of(page)


def test_where_the_link_is_not_restricted_the_teacher_confirms(school, course_rule, web_tool, platform):
    platform.inside = list(platform.everyone)
    looks.look(web_tool.store, platform, course_rule, NOW)
    words = text_of(school.launch(ANNA))
    assert "Your teacher has to confirm" in words
    assert "Why don't I have it yet?" in words
    assert (
        "Everybody can open this link at the moment, so your teacher has to say who has completed." in words
    )


def test_a_learner_reads_why_they_do_not_have_it_and_nothing_of_others(
    school, course_rule, web_tool, platform
):
    looks.look(web_tool.store, platform, course_rule, NOW)
    words = text_of(school.launch(ANNA))
    assert "Your learning platform shows that something required is not completed yet." in words
    assert "Jānis" not in words and "Toms" not in words


@pytest.mark.parametrize(
    "extra", [{"condition": "confirmed"}, {"condition": "not_before", "at": "2027-01-01T00:00:00Z"}]
)
def test_a_learner_cannot_tell_a_hidden_grade_from_the_page(school, web_tool, platform, place, extra):
    link = {CLAIM + "resource_link": {"id": "2"}, CLAIM + "custom": place(AT_LEAST_60, extra)}
    platform.everyone = [ZANE, ANNA, JANIS, PETERIS]
    platform.graded = [
        LineItemResult(user_id=ANNA.user_id, score=Decimal("0.9")),
        LineItemResult(user_id=JANIS.user_id, score=Decimal("0.4")),
    ]
    school.launch(ZANE, **link)
    with web_tool.store.begin() as session:
        session.query(ResourceLink).filter_by(
            link_id="2"
        ).one().line_item_url = "https://moodle.example.org/1"
    looks.look(web_tool.store, platform, 1, web_tool.clock())
    pages = [text_of(school.launch(person, **link)) for person in (ANNA, JANIS, PETERIS)]
    assert "Your grade for this badge has to reach 60 %." in pages[0]
    assert pages[0] == pages[1] == pages[2]
    with web_tool.store.read() as session:
        assert session.query(ObservationRow).filter_by(kind="result").count() == 2


def test_a_learners_page_is_the_same_whatever_is_known_of_others(
    school, course_rule, web_tool, platform, clock
):
    looks.look(web_tool.store, platform, course_rule, clock())
    alone = school.launch(JANIS).text
    platform.inside.append(ANNA)
    platform.everyone += [learner(number) for number in range(500, 520)]
    looks.look(web_tool.store, platform, course_rule, clock.advance(minutes=10))
    together = school.launch(JANIS).text
    for page in (alone, together):
        assert "Your learning platform shows that something required is not completed yet." in page
    varying = re.compile(r'value="[^"]+"|nonce="[^"]+"')
    assert varying.sub("", alone) == varying.sub("", together)


def test_a_revoked_badge_shows_the_reason(school, annas_badge, web_tool):
    from lti_tool.awarding import awards

    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "Another learner's work", NOW)
    words = text_of(school.launch(ANNA))
    assert "was revoked" in words and "Another learner's work" in words


def test_without_name_and_email_the_learner_reads_what_is_missing(school, course_rule, web_tool, platform):
    nameless = learner(99, name=None, email=None)
    platform.everyone.append(nameless)
    complete(web_tool, platform, course_rule, nameless)
    run_due_jobs(web_tool)
    page = school.launch(nameless)
    assert "neither your name nor your e-mail address" in text_of(page)


def test_a_name_without_an_email_is_enough_for_a_badge(school, course_rule, web_tool, platform):
    mute = learner(99, name="Ģirts Upītis", email=None)
    platform.everyone.append(mute)
    complete(web_tool, platform, course_rule, mute)
    run_due_jobs(web_tool)
    words = text_of(school.launch(mute))
    assert "Download the badge" in words
    assert "does not give Nozimite your e-mail address" in words


def test_a_paused_rule_is_shown_as_paused(school, course_rule, web_tool):
    with web_tool.store.begin() as session:
        session.get_one(AwardRule, course_rule).paused = True
    assert "has paused automatic awarding of this badge" in text_of(school.launch(ANNA))


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({CLAIM + "roles": [*ANNA.roles, TEST_USER]}, "This is only a preview"),
        ({CLAIM + "roles": []}, "This is only a preview"),
        ({"sub": None}, "did not say who you are"),
    ],
)
def test_people_who_cannot_earn_badges_see_a_preview(school, course_rule, changes, sentence):
    page = school.launch(ANNA, **changes)
    assert sentence in text_of(page)
    assert "Data literacy for decision makers" in text_of(page)


def test_a_badge_of_another_learner_is_not_shown(school, annas_badge):
    page = school.launch(JANIS)
    assert annas_badge not in page.text


def test_a_link_without_a_badge_lists_the_learners_own(school, annas_badge):
    link = {CLAIM + "resource_link": {"id": "77"}, CLAIM + "custom": {}}
    page = school.launch(ANNA, **link)
    assert "Your badges in this course" in text_of(page)
    assert annas_badge in page.text


STATISTICS = {
    CLAIM + "context": {"id": "43", "title": "Statistics"},
    CLAIM + "resource_link": {"id": "9", "title": "Badge"},
}


def test_the_link_of_another_course_says_where_the_badge_was_awarded(school, annas_badge):
    school.launch(ZANE, **STATISTICS)
    page = school.launch(ANNA, **STATISTICS)
    assert "awarded this badge in the course “Data Literacy Fundamentals”" in text_of(page)
    assert f"/badges/{annas_badge}.png" in page.text
    assert "awarded this badge in the course" not in text_of(school.launch(ANNA))
    # Somebody without the badge sees nothing of it.
    other = school.launch(JANIS, **STATISTICS)
    assert annas_badge not in other.text and "Anna" not in other.text
