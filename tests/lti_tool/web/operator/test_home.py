"""The overview of an issuer: what needs somebody now, how it goes, and nothing of another issuer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.issuing.keyring import ADVISED_PERIOD
from lti_tool.store import dead_jobs, queries
from lti_tool.store.events import operator, person
from lti_tool.store.models import (
    Award,
    AwardRule,
    Course,
    Delivery,
    Event,
    Outbox,
    Pathway,
    PathwayClaim,
    SigningKeyRow,
)
from lti_tool.templates import approvals, versions
from tests.fixtures import add_another_issuer, change_issuer, rows, template_data
from tests.lti_tool.web.conftest import text_of
from tests.reviews import make_overdue

HOME = "/operator/issuers/riga-college"


@pytest.fixture
def other(web_tool):
    """The address of another issuer, and its key."""
    added = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        return f"/operator/issuers/{web_tool.issuers.of(session, added.id).profile.slug}", added.id


def die(tool, job_id, task="issue", **payload):
    """A job that was given up a moment ago."""
    with tool.store.begin() as session:
        session.add(
            Outbox(
                id=job_id,
                queue="awards",
                task=task,
                payload=payload,
                award_id=payload.get("award_id"),
                attempts=12,
                due_at=tool.clock(),
                created_at=tool.clock(),
                died_at=tool.clock() - timedelta(minutes=5),
                trouble="SigningError",
            )
        )


def is_dead(tool, job_id):
    return next(row.died_at for row in rows(tool, Outbox) if row.id == job_id) is not None


def test_an_issuer_where_nothing_is_to_do_says_so(join, published):
    page = text_of(join().get(HOME))
    assert "What needs somebody now Nothing does." in page
    assert "No badge was awarded in this time." in page


def test_how_it_goes_is_told_in_numbers_and_a_plot(join, annas_badge, web_tool):
    ieva = join()
    page = ieva.get(HOME)
    text = text_of(page)
    assert "1 badge awarded" in text and "0 % opened by their learner" in text
    assert "100 % delivered" in text
    assert '<rect class="bar latest"' in page.text and "Today: 1." in text
    with web_tool.store.begin() as session:
        session.query(Award).one().claimed_at = web_tool.clock()
    assert "100 % opened by their learner" in text_of(ieva.get(HOME))
    with web_tool.store.begin() as session:
        session.query(Award).one().earned_at -= timedelta(weeks=13)
    assert "No badge was awarded in this time." in text_of(ieva.get(HOME))


def test_a_badge_that_did_not_arrive_needs_somebody(join, annas_badge, web_tool):
    ieva = join()
    with web_tool.store.begin() as session:
        session.query(Delivery).one().status = "failed"
    text = text_of(ieva.get(HOME))
    assert "1 badge did not reach its learner." in text and "0 % delivered" in text


def test_a_key_that_has_signed_for_two_years_needs_somebody(join, web_tool, clock):
    with web_tool.store.begin() as session:
        for key in session.query(SigningKeyRow):
            key.created_at = clock() - ADVISED_PERIOD + timedelta(seconds=key.algorithm != "Ed25519")
    ieva = join()
    assert text_of(ieva.get(HOME)).count("it is time for a new one") == 1
    with web_tool.store.begin() as session:
        issuer = web_tool.issuers.first(session)
        issuer.keyring.make_key(session, "Ed25519", clock())
    assert "it is time for a new one" not in text_of(ieva.get(HOME))


def test_a_draft_that_waits_for_approval_needs_somebody(join, web_tool):
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), issuer_id=web_tool.issuer.id)
        approvals.publish_or_ask(session, row, web_tool.issuer.profile, web_tool.clock(), person(None))
    assert "1 badge waits for approval." in text_of(join().get(HOME))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-20", "The review of 1 badge is overdue."),
        ("2026-12-21", "The review of 1 badge is due soon."),
        ("2026-12-22", None),
    ],
)
def test_a_review_that_is_near_or_overdue_needs_somebody(join, web_tool, published, day, said):
    make_overdue(web_tool, published, day)
    text = text_of(join().get(HOME))
    assert said in text if said else "The review of" not in text
    theirs = join(issuer_id=add_another_issuer(web_tool).id, name="Juris")
    assert "The review of" not in text_of(theirs.get("/operator/issuers/daugava-school"))


def test_a_platform_whose_courses_cannot_be_read_needs_somebody(join, course_rule, web_tool):
    ieva = join()
    with web_tool.store.begin() as session:
        rule = session.get_one(AwardRule, course_rule)
        rule.trouble = None
    assert "could not be read" not in text_of(ieva.get(HOME))
    with web_tool.store.begin() as session:
        session.get_one(AwardRule, course_rule).trouble = {"sentence": "x", "about": {}}
    assert "1 course could not be read at the last look." in text_of(ieva.get(HOME))
    with web_tool.store.begin() as session:
        session.get_one(AwardRule, course_rule).paused = True
    assert "could not be read" not in text_of(ieva.get(HOME))


@pytest.mark.parametrize(("days", "said"), [(30, "ends on"), (-1, "has ended on"), (70, None)])
def test_an_accreditation_that_ends_needs_somebody(join, web_tool, clock, days, said):
    ends = web_tool.issuer.profile.day_of(clock()) + timedelta(days=days)
    change_issuer(web_tool, accreditations=[{"code": "eqavet", "valid_until": ends.isoformat()}])
    text = text_of(join().get(HOME))
    assert f"An accreditation {said}" in text if said else "An accreditation" not in text


def test_an_issuer_that_nobody_has_confirmed_needs_somebody(join, web_tool):
    assert "is not confirmed, so no badge is made" in text_of(join().get(HOME))


def test_dead_work_is_tried_again_by_whoever_may(join, annas_badge, web_tool):
    ieva, juris = join("manager"), join("support", name="Juris")
    die(web_tool, "dead-1", award_id=1)
    die(web_tool, "dead-2", "look", course_id=1)
    page = text_of(ieva.get(HOME))
    assert "2 pieces of work were given up" in page
    assert "issue award:1 Given up 5 minutes ago after 12 attempts. SigningError" in page
    assert "Try again" in page and "Try again" not in text_of(juris.get(HOME))
    assert juris.press(HOME, f"{HOME}/retry", job="dead-1").status_code == 403
    assert ieva.press(HOME, f"{HOME}/retry", job="dead-1").location == HOME
    assert (is_dead(web_tool, "dead-1"), is_dead(web_tool, "dead-2")) == (False, True)
    ieva.press(HOME, f"{HOME}/retry", job="all")
    assert not is_dead(web_tool, "dead-2")
    retried = [row for row in rows(web_tool, Event) if row.what == "work_retried"]
    assert {row.actor for row in retried} == {"account:1"} and len(retried) == 2


def test_nothing_of_one_issuer_is_seen_or_done_from_another(join, annas_badge, other, web_tool):
    address, issuer_id = other
    juris = join(issuer_id=issuer_id)
    die(web_tool, "dead-1", award_id=1)
    die(web_tool, "dead-2", "look", course_id=1)
    die(web_tool, "dead-3", "sweep")
    with web_tool.store.begin() as session:
        session.query(Delivery).one().status = "failed"
        session.query(AwardRule).one().trouble = {"sentence": "x", "about": {}}
    text = text_of(juris.get(address))
    assert "Nothing does." in text and "No badge was awarded in this time." in text
    assert "given up" not in text
    for job in ("dead-1", "all"):
        juris.press(address, f"{address}/retry", job=job)
    assert all(is_dead(web_tool, f"dead-{number}") for number in (1, 2, 3))
    # What belongs to no issuer is of the one that runs the tool.
    assert "3 pieces of work were given up" in text_of(join().get(HOME))


def test_no_issuer_learns_by_work_that_failed_what_is_a_learners_alone(join, annas_badge, web_tool):
    """That an organisation has answered, and who has not answered the questions about a badge."""
    ieva = join("manager")
    die(web_tool, "dead-1", "mail_answer", award_id=1, endorsement_id="e")
    die(web_tool, "dead-2", "mail_about_feedback", award_id=1)
    assert "given up" not in text_of(ieva.get(HOME))
    for job in ("dead-1", "dead-2", "all"):
        ieva.press(HOME, f"{HOME}/retry", job=job)
    assert is_dead(web_tool, "dead-1") and is_dead(web_tool, "dead-2")
    with web_tool.store.begin() as session:
        assert not dead_jobs.retry_award(session, 1, web_tool.clock(), operator("root"))
        for job in dead_jobs.dead(session):
            assert dead_jobs.retry(session, job, web_tool.clock(), operator("root"))
    told = [(row.about_kind, row.data) for row in rows(web_tool, Event) if row.what == "work_retried"]
    assert told == [("job", {"job": "dead-1"}), ("job", {"job": "dead-2"})]


def test_a_mail_about_a_claim_that_failed_is_that_of_the_pathways_issuer(join, annas_badge, other, web_tool):
    address, issuer_id = other
    now = web_tool.clock()
    with web_tool.store.begin() as session:
        pathway = Pathway(issuer_id=issuer_id, template_id="t", draft="{}", created_at=now, changed_at=now)
        session.add(pathway)
        session.flush()
        claim = PathwayClaim(
            pathway_id=pathway.id, part="p", person_id=1, kept_badge_id=1, status="refused", claimed_at=now
        )
        session.add(claim)
        session.flush()
        number = claim.id
    die(web_tool, "dead-1", "mail_claim", claim_id=number)
    assert "1 piece of work was given up" in text_of(join(issuer_id=issuer_id).get(address))
    assert "given up" not in text_of(join().get(HOME))


@pytest.mark.parametrize("more", [0, 30])
def test_the_overview_asks_the_database_as_often_however_much_there_is(
    join, annas_badge, web_tool, statements, more
):
    ieva = join()
    ieva.get(HOME)
    for number in range(more + 1):
        die(web_tool, f"dead-{number}", "look", course_id=1)
    with web_tool.store.begin() as session:
        for number in range(more):
            session.add(Course(registration_id=1, context_id=f"more-{number}"))
    statements.clear()
    assert ieva.get(HOME).status_code == 200
    asked = [each for each in statements if each.lstrip().startswith(("SELECT", "WITH"))]
    assert len(asked) <= 16, "\n".join(asked)


def test_a_language_that_is_asked_for_is_kept(join):
    assert "Pārskats" in join().get(f"{HOME}?lang=lv").text


def test_checks_of_strangers_are_told_of_the_own_issuer_alone(join, published, web_tool, other):
    address, key = other
    days = [web_tool.clock() - timedelta(days=number) for number in (0, 1, 200)]
    with web_tool.store.begin() as session:
        for day in days:
            queries.verifications.count_one(session, web_tool.issuer.id, day.date().isoformat())
        queries.verifications.count_one(session, web_tool.issuer.id, days[0].date().isoformat())
    text = text_of(join().get(HOME))
    assert "3 badges checked on the verifier's page" in text and "Today: 2." in text
    assert "checked on the verifier's page" not in text_of(join(issuer_id=key).get(address))
