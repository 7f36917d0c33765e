"""Every page of the tool in every state, in both languages, on a desktop and on a phone."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from badges.bake import unbake
from lti_tool.awarding import awards, looks, rule_changes
from lti_tool.awarding.placing import add_version
from lti_tool.conditions.tree import read_tree
from lti_tool.demo.robot import Robot
from lti_tool.errors import DeliveryError, PlatformError
from lti_tool.issuing.baking import bake_badge
from lti_tool.observations import role_now
from lti_tool.platforms import invitations
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    Course,
    LaunchSession,
    ObservationRow,
    Outbox,
    Person,
    Question,
    RuleVersion,
)
from tests.browser.page_checks import find_faults, is_looked_at
from tests.browser.people import SETTLED, drop_file, drop_link, press_until, resize
from tests.browser.server import run_demo, without_script
from tests.fixtures import rows
from tests.lti_tool.web.teacher.test_long_lists import multiply
from tests.running_demo import wait

LANGUAGES = ("en", "lv")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo that asks the LMS once, and then only when a test makes it, so that a state stays as a test sets it."""
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, poll_seconds=3600, smtp_url="smtp://127.0.0.1:9") as demo:
        yield demo


@pytest.fixture(scope="module")
def activities(demo):
    """The addresses of a badge in each course: Anna has the one, and may open the other."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    data = robot.place_badge("Data Literacy", "Data literacy")
    solar = robot.place_badge("Saules", "solar", minimum_percent=None)
    robot.open_activity("Zane", data)
    robot.open_activity("Zane", solar)
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)].count(None) == 0)
    with tool.store.begin() as session:
        solar_rule = session.get_one(AwardRule, 2)
        demands = [{"condition": "confirmed"}]
        rule_changes.set_demands(session, solar_rule, demands, None, tool.clock())
        solar_rule.paused = True
    robot.give_grades("Data Literacy", complete=5)
    robot.open_activity("Anna", data)
    with tool.store.begin() as session:
        for person in session.query(Person):
            person.language = "lv"
    press_check(robot, data)
    wait(lambda: sum(award.status == "issued" for award in rows(tool, Award)) == 5)
    with pytest.MonkeyPatch.context() as patch:
        # Opening a badge prompts a look, which would change what a test has set.
        patch.setattr(looks, "WAIT_AFTER_OPENING", timedelta(hours=1))
        yield {"data": data, "solar": solar}


def press_check(robot, activity):
    page = robot.open_activity("Zane", activity)
    (form,) = [form for form in page.forms if form.action.endswith("/check")]
    robot.submit(form)


DEAD = "a dead job"


def dead_issue(award_id):
    """The job that should have issued the award, after its last attempt."""
    return Outbox(
        id=DEAD,
        queue="awards",
        task="issue",
        payload={"award_id": award_id},
        award_id=award_id,
        attempts=12,
        due_at=NOW,
        created_at=NOW,
        died_at=NOW,
        trouble="SigningError",
    )


def is_checked(tool, rule_id=2):
    """Whether the check of the platform that Anna's launch asked for is over; no other changes what a test sets.

    It waits for two seconds, in case more learners come: that is ended.
    """
    look_id = looks.look_id(course_of(tool, rule_id))
    with tool.store.begin() as session:
        row = session.get(Outbox, look_id)
        if row is None or row.due_at > tool.clock() + timedelta(minutes=30):
            return True
        if row.leased_until is None:
            row.due_at = min(row.due_at, tool.clock())
        return False


def course_of(tool, rule_id):
    (rule,) = [rule for rule in rows(tool, AwardRule) if rule.id == rule_id]
    return rule.course_id


def shown(session, rule_id, kind, value, name=None, source="member_lists"):
    """Adds to the ledger what is then the last of its kind about the rule's link, or about a person of that name."""
    rule = session.get_one(AwardRule, rule_id)
    person = session.query(Person).filter_by(name=name).one() if name else None
    session.add(
        ObservationRow(
            course_id=rule.course_id,
            person_id=person.id if person else None,
            kind=kind,
            resource=rule.link.link_id,
            value=value,
            seen_at=datetime.now(UTC),
            source=source,
            actor_id=person.id if person and source == "launches" else None,
        )
    )


@contextmanager
def database_session(demo):
    """A database session, committed when the block ends."""
    with demo.tool.store.begin() as session:
        yield session


def token_of(person):
    """The token of the launch whose page is in the frame."""
    return person.frame.locator("[name=_launch]").first.input_value()


def open_page(person, token, path):
    """Opens another page of the launch in the frame, by the form that its buttons would send, and waits for it."""
    person.page.frame("tool").evaluate(
        """([token, path]) => {
             const form = document.createElement("form");
             form.method = "post";
             form.action = path;
             form.innerHTML = "<input type=hidden name=_launch>";
             form.elements._launch.value = token;
             document.body.append(form);
             document.documentElement.dataset.left = "";
             form.submit();
           }""",
        [token, path],
    )
    expect(person.frame.locator(f"html:not([data-left]) {SETTLED}").first).to_be_visible()


# --- Public pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages(people, demo, activities, language):
    (good, revoked) = badges(demo)
    with people(locale=language) as darbs:
        found = []
        for name, path in {
            "home": "/",
            "verify": "/verify",
            "badge": f"/badges/{good.id}",
            "badge-revoked": f"/badges/{revoked.id}",
            "achievement": f"/achievements/{good.template_version.template_id}/1",
            "issuer": "/issuers/riga-college",
            "error": "/nowhere",
            "launch-address": "/lti/launch",
        }.items():
            darbs.expects_http_errors = name == "error"
            darbs.page.goto(f"{demo.tool_url}{path}")
            expect(darbs.page.locator("html")).to_have_attribute("lang", language)
            found += find_faults(darbs, f"{name}-{language}")
        assert found == []


def badges(demo):
    """Two credentials: Anna's, which is valid, and another learner's, which is revoked."""
    with database_session(demo) as session:
        issued = [award for award in queries.awards.awards_of_rule(session, 1) if award.credential]
        anna = next(award for award in issued if award.person.name == "Anna Bērziņa")
        other = next(award for award in issued if award is not anna)
        if other.status != "revoked":  # by the test before
            awards.revoke(session, other, "issued in error", demo.tool.clock())
        for credential in (anna.credential, other.credential):
            assert credential.template_version.template_id
        return anna.credential, other.credential


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_of_the_verifier(people, demo, activities, language):
    good, revoked = badges(demo)
    tool = demo.tool
    with tool.store.read() as session:
        png, revoked_png = (
            bake_badge(tool.issuer, session.merge(one, load=False)).png for one in (good, revoked)
        )
    text = unbake(png).text
    changed_text = text.replace("Riga College", "Liepaja College")
    unsigned = json.dumps({name: value for name, value in json.loads(text).items() if name != "proof"})
    reports = {
        "verified": ("yes", png, "image/png"),
        "revoked": ("no", revoked_png, "image/png"),
        "tampered": ("no", changed_text.encode(), "application/json"),
        "unsigned": ("no", unsigned.encode(), "application/json"),
        "rubbish": ("unsure", b"GIF89a is no badge", "image/gif"),
    }
    with people(locale=language) as darbs:
        found = []
        for name, (css_class, content, kind) in reports.items():
            darbs.page.goto(f"{demo.tool_url}/verify")
            drop_file(darbs.page, f"{name}.png", content, kind)
            expect(darbs.page.locator(f".verdict.{css_class} h1")).to_be_visible()
            found += find_faults(darbs, f"report-{name}-{language}")
        assert found == []


def test_a_link_to_a_badge_can_be_dropped_and_pasted(people, demo, activities):
    good, _ = badges(demo)
    address = f"{demo.tool_url}/badges/{good.id}"
    with people() as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify")
        drop_link(darbs.page, address)
        expect(darbs.page.locator(".verdict.yes h1")).to_be_visible()
        darbs.page.get_by_text("Or paste the badge as text, or its web address").click()
        darbs.page.get_by_label("JSON, JWT, SD-JWT, or web addresses").fill(address)
        darbs.page.get_by_role("button", name="Check the badge").click()
        expect(darbs.page.locator(".verdict.yes h1")).to_be_visible()


# --- Pages for the administrator


@pytest.mark.parametrize("language", LANGUAGES)
def test_registration(people, demo, activities, language):
    with database_session(demo) as session:
        code = invitations.invite(session, demo.tool.clock())
    with people(locale=language) as ieva:
        ieva.become("Ieva")
        ieva.open_lms()
        found = []
        for name, address in {
            "register": f"{demo.tool_url}/lti/register?code={code}",
            "register-refused": f"{demo.tool_url}/lti/register?code=spent",
        }.items():
            ieva.expects_http_errors = name == "register-refused"
            ieva.page.get_by_role("link", name="Site administration").first.click()
            ieva.page.get_by_label("Add a tool by its registration URL").fill(address)
            ieva.page.get_by_role("button", name="Add LTI Advantage").click()
            expect(ieva.frame.locator(SETTLED)).to_be_visible()
            found += find_faults(ieva, f"{name}-{language}")
            if name == "register":
                press_until(ieva.frame.get_by_role("button"), ieva.frame.locator("#closing"))
                found += find_faults(ieva, f"registered-{language}")
            resize(ieva.page, 1280, 800)
        assert found == []


# --- Pages for the teacher


@pytest.mark.parametrize("language", LANGUAGES)
def test_placing_a_badge(people, demo, activities, language):
    with people() as zane, without_script("submit.js"):  # so that the last page stays
        zane.expects_http_errors = True
        zane.become("Zane", language)
        zane.open_course()
        zane.page.get_by_role("link", name="select content").first.click()
        expect(zane.frame.locator(".choice").first).to_be_visible()
        found = find_faults(zane, f"choosing-{language}")
        open_page(zane, token_of(zane), "/lti/app/place")
        expect(zane.frame.get_by_role("alert")).to_be_visible()
        found += find_faults(zane, f"choosing-nothing-{language}")
        badge = zane.frame.locator("[name=badge]")
        press_until(badge.first, zane.frame.locator("[name=badge]:checked"))
        zane.frame.locator("[name=condition][value=result_at_least]").check()
        zane.frame.locator("[name='result_at_least.minimum']").fill("0,7")
        meaning = zane.frame.get_by_role("button", name="70 %")
        press_until(zane.frame.locator("[action$=place] button:not([name])"), meaning)
        found += find_faults(zane, f"choosing-two-meanings-{language}")
        press_until(meaning, zane.frame.locator("form[data-submit]"))
        found += find_faults(zane, f"placing-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_building_a_rule(people, demo, activities, language):
    with people() as zane:
        zane.open_activity(activities["data"], "Zane", language)
        token = token_of(zane)
        open_page(zane, token, "/lti/app/rules/1/parts")
        expect(zane.frame.locator("[name=kind]").first).to_be_visible()
        zane.frame.locator("[name=new]").select_option("until")
        press_until(zane.frame.locator("button[value=add]"), zane.frame.locator("[name$='until.day']"))
        press_until(
            zane.frame.locator("button[value=group]"), zane.frame.locator("button[value^='remove g']")
        )
        zane.frame.locator("[name^='new.']").select_option("confirmed")
        press_until(
            zane.frame.locator("button[value^='add ']"), zane.frame.locator("fieldset fieldset").first
        )
        found = find_faults(zane, f"building-{language}")
        press_until(zane.frame.locator("button[value=who]"), zane.frame.get_by_role("alert"))
        found += find_faults(zane, f"building-wrong-{language}")
        open_page(zane, token, "/lti/app/rules/1/who")
        expect(zane.frame.locator("ul.facts")).to_be_visible()
        found += find_faults(zane, f"who-{language}")
        open_page(zane, token, "/lti/app/rules/1/people")
        by_hand = zane.frame.locator("form[action$='/hand'] button").first
        expect(by_hand).to_be_attached()
        by_hand.evaluate("button => button.click()")  # it may be in a list that is folded
        expect(zane.frame.locator("#reason")).to_be_visible()
        found += find_faults(zane, f"by-hand-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_teachers_page(people, demo, activities, language):
    with people() as zane:
        zane.open_activity(activities["data"], "Zane", language)
        token = token_of(zane)
        found = []

        def seen(state):
            if is_looked_at(state, language):
                found.extend(find_faults(zane, f"{state}-{language}"))

        def look(name, shows, **changes):
            with database_session(demo) as session:
                rule = session.get_one(AwardRule, 1)
                for field, value in changes.items():
                    setattr(rule.course.registration if field == "product" else rule, field, value)
            if name == "usual" or is_looked_at(f"teacher-{name}", language):
                open_page(zane, token, "/lti/app/course")
                expect(zane.frame.locator(shows).first).to_be_visible()
                found.extend(find_faults(zane, f"teacher-{name}-{language}"))

        wait(lambda: is_checked(demo.tool, 1))
        with database_session(demo) as session:
            add_deliveries(session)
        look(
            "trouble",
            ".notice.no q",
            trouble=PlatformError("the platform answered with a web page instead of data").as_json(),
        )
        with database_session(demo) as session:
            shown(session, 1, "restriction", "cannot_be_seen")
        look("unseen-canvas", "form[action$='/says/link_opened_to_them']", trouble=None, product="canvas")
        look("unseen-other", "form[action$='/says/link_opened_to_them']", product="ilias")
        wait(lambda: is_checked(demo.tool, 1))
        with database_session(demo) as session:
            shown(session, 1, "restriction", "open_to_all")
            named = learners_without_award(session)[:3]
            for learner in named:
                shown(session, 1, "link_access", "open", learner.name)
            ids = [str(learner.id) for learner in named]
            session.add(Question(rule_id=1, kind="restriction", people=ids, asked_at=NOW))
        look("question", "form[action$='/answer']", product="moodle")
        look("paused", ".tag.unsure", paused=True)
        with database_session(demo) as session:
            session.query(Question).delete()
            shown(session, 1, "restriction", "unproven")
            grade = read_tree('{"condition":"result_at_least","minimum":"0.6"}')
            rule = session.get_one(AwardRule, 1)
            template = rule.versions[0].template_version
            version = add_version(session, rule, template, grade, reason="changed", by_id=None, now=NOW)
        look("changed", "form[action$='/change']", paused=False)
        with database_session(demo) as session:
            session.get_one(RuleVersion, version.id).status = "declined"
        with database_session(demo) as session:
            shown(session, 1, "restriction", "in_force")
            for learner in learners_without_award(session)[:3]:
                shown(session, 1, "role", "staff", learner.name, source="launches")
                shown(session, 1, "link_access", "open", learner.name)
            seen_as_staff = session.query(Award).filter_by(rule_id=1, status="issued").first().person
            shown(session, 1, "role", "staff", seen_as_staff.name, source="launches")
        with database_session(demo) as session:
            session.add(dead_issue(session.query(Award).filter_by(rule_id=1, status="issued").first().id))
        look("not-corrected", ".road .unsure")
        with database_session(demo) as session:
            session.delete(session.get_one(Outbox, DEAD))
        look("usual", ".figures")
        open_page(zane, token, "/lti/app/course/sources")
        expect(zane.frame.locator("section .tag").first).to_be_visible()
        seen("teacher-sources")
        open_page(zane, token, "/lti/app/course")
        confirm = zane.frame.locator(".next button[name=roster_show]").first
        press_until(confirm, zane.frame.locator("form:has([name=all][value=yes]) button").first)
        seen("people-who-wait")
        open_page(zane, token, "/lti/app/rules/1/batches")
        expect(zane.frame.locator("form[action$='/undo'] button").first).to_be_visible()
        seen("batches")
        open_page(zane, token, "/lti/app/rules/1/tick")
        expect(zane.frame.get_by_role("status").locator(".notice.no")).to_be_visible()
        seen("teacher-nobody-ticked")
        press_until(zane.frame.locator(".figure[value=have]").first, zane.frame.locator("table.roster"))
        zane.frame.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        press_until(zane.frame.locator("form[action$='/revoke'] button").first, zane.frame.locator("#reason"))
        seen("revoke")
        zane.frame.locator("#reason").evaluate("field => field.required = false")
        press_until(zane.frame.locator("button.stop"), zane.frame.get_by_role("alert"))
        seen("revoke-without-reason")

        with database_session(demo) as session:
            empty = Course(registration_id=1, context_id=f"empty-{language}", title="Empty course")
            session.add(empty)
            session.flush()
            for one in session.query(LaunchSession).filter_by(is_teacher=True):
                one.course_id = empty.id
        open_page(zane, token, "/lti/app/course")
        seen("teacher-empty")
        assert found == []


def learners_without_award(session):
    rule = session.get_one(AwardRule, 1)
    template = rule.versions[0].template_version
    people = queries.observations.people_in(session, rule.course_id)
    seen = queries.observations.of_people(session, rule.course_id, people)
    awarded = queries.awards.newest_awards(session, template, people)
    ids = {each for each in people if role_now(seen[each]) == "learner"} - awarded.keys()
    return session.query(Person).filter(Person.id.in_(ids)).order_by(Person.id).all()


TRACE = {
    "outcome": "earned",
    "condition": "link_opened_to_them",
    "state": "met",
    "code": "confirmed",
    "values": {"confirmed_at": NOW.isoformat(), "by": "1"},
}


def add_deliveries(session):
    """Makes awards in each state of issuing and of delivery."""
    awards = [award for award in queries.awards.awards_of_rule(session, 1) if award.status == "issued"]
    sent, failed, *others = awards
    for award, status, trouble in (
        (sent, "sent", None),
        (failed, "failed", DeliveryError("the mail server rejected the address").as_json()),
    ):
        for delivery in award.deliveries:
            delivery.status, delivery.trouble, delivery.sent_at = status, trouble, NOW
    if len(session.query(Award).all()) > 5:
        return
    other_learners = session.query(Person).filter(
        Person.name.in_(["Ģirts Upītis", "Oskars Ļaudams", "Juris Pūce"])
    )
    for learner, (status, missing) in zip(
        other_learners, (("earned", []), ("waiting", ["learner"]), ("waiting", ["level"])), strict=True
    ):
        session.add(
            Award(
                issuer_id=others[0].issuer_id,
                course_id=others[0].course_id,
                template_id=others[0].template_id,
                person=learner,
                rule_id=1,
                status=status,
                waiting_for=missing,
                rule_version_id=others[0].rule_version_id,
                template_version_id=others[0].template_version_id,
                trace=TRACE,
                completed_at=NOW,
                earned_at=NOW,
            )
        )


# --- Pages for the learner


@pytest.mark.parametrize("language", LANGUAGES)
def test_learners_page_with_an_award(people, demo, activities, language):
    with people() as anna:
        with database_session(demo) as session:
            award_of_anna(session).status = "waiting"  # only then does the page have a button, and so a token
        anna.open_activity(activities["data"], "Anna", language)
        token = token_of(anna)
        found = []

        def look(name, status, delivery="sent", waiting_for=()):
            with database_session(demo) as session:
                award = award_of_anna(session)
                award.status, award.waiting_for = status, list(waiting_for)
                for one in award.deliveries:
                    one.status, one.sent_at = delivery, NOW if delivery == "sent" else None
            open_page(anna, token, "/lti/app/learner")
            shown = name if status == "earned" else status
            expect(anna.frame.locator("#state")).to_have_attribute("data-state", f"{shown}-{delivery}")
            found.extend(find_faults(anna, f"learner-{name}-{language}"))

        look("issued", "issued")
        assert download(anna, "a[href*='.pdf']").startswith(b"%PDF-")
        assert download(anna, "form[action='/lti/app/transcript'] button").startswith(b"%PDF-")
        anna.frame.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        assert b"EuropeanDigitalCredential" in download(anna, "form[action$='/europass'] button")
        look("issued-mail-failed", "issued", delivery="failed")
        look("issued-mail-pending", "issued", delivery="pending")
        look("preparing", "earned")
        with database_session(demo) as session:
            session.add(dead_issue(award_of_anna(session).id))
        look("not_made", "earned")
        with database_session(demo) as session:
            session.delete(session.get_one(Outbox, DEAD))
        look("waiting-for-name", "waiting", waiting_for=["learner"])
        look("waiting-for-element", "waiting", waiting_for=["level"])
        with database_session(demo) as session:
            award_of_anna(session).credential.revocation_reason = "issued in error"
        look("revoked", "revoked")
        with database_session(demo) as session:
            award = award_of_anna(session)
            award.status, award.credential.revocation_reason = "issued", None
            for one in session.query(LaunchSession).filter_by(is_learner=True):
                one.rule_id = None
        open_page(anna, token, "/lti/app/learner")
        found += find_faults(anna, f"learner-course-{language}")
        assert found == []


def download(person, selector):
    """The content of the file that a click downloads."""
    with person.page.expect_download() as download:
        person.frame.locator(selector).click()
    return download.value.path().read_bytes()


def award_of_anna(session):
    return next(
        award for award in queries.awards.awards_of_rule(session, 1) if award.person.name == "Anna Bērziņa"
    )


STATES = {
    "not-yet": "not_yet",
    "checking": "checking",
    "waits-for-teacher": "waits_for_teacher",
    "paused": "not_yet",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_learners_page_without_an_award(people, demo, activities, language):
    with people() as anna:
        anna.open_activity(activities["solar"], "Anna", language)
        wait(lambda: is_checked(demo.tool))
        token = token_of(anna)
        found = []

        def look(name, **observed):
            with database_session(demo) as session:
                rule = session.get_one(AwardRule, 2)
                rule.paused = name == "paused"
                for kind, value in observed.items():
                    shown(session, 2, kind, value, None if kind == "restriction" else "Anna Bērziņa")
            open_page(anna, token, "/lti/app/learner")
            expect(anna.frame.locator("#state")).to_have_attribute("data-state", STATES[name])
            found.extend(find_faults(anna, f"learner-{name}-{language}"))

        look("not-yet", link_access="closed", restriction="unproven")
        look("checking", link_access="open")
        look("waits-for-teacher", restriction="open_to_all")
        look("paused")  # last: while it is paused, a launch asks for no check
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_left_open_too_long(people, demo, activities, language):
    with people(locale=language) as anna:
        anna.expects_http_errors = True
        anna.open_activity(activities["solar"], "Anna", language)
        token = token_of(anna)
        with database_session(demo) as session:
            session.query(LaunchSession).delete()
        open_page(anna, token, "/lti/app/learner")
        assert find_faults(anna, f"session-over-{language}") == []


def test_a_long_list_of_awards(people, demo, activities):
    """The last test of this file: the learners that it adds would be in the way of others."""
    multiply(demo.tool, range(60))
    with people() as zane:
        zane.open_activity(activities["data"], "Zane", "lv")
        have = zane.frame.locator(".figure[value=have] b").first
        expect(have).to_have_text(re.compile("^6[0-9]$"))
        assert find_faults(zane, "teacher-many-lv") == []
        press_until(have, zane.frame.get_by_role("button", name="Nākamā lapa"))
