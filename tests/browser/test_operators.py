"""An operator is invited, makes a passkey, signs in with it, and sees each page in each language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.operators import invitations
from lti_tool.people import addresses
from lti_tool.store import queries
from lti_tool.store.events import operator, person
from lti_tool.store.models import Award, AwardRule, Delivery, Outbox
from lti_tool.templates import approvals, versions
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.fixtures import rows, template_data
from tests.running_demo import wait

LANGUAGES = ("en", "lv")
LONG = "Ļ" + "o" * 79


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo that asks the LMS only when a test makes it, so that a state stays as a test sets it."""
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


def with_authenticator(person):
    """Gives the browser an authenticator whose owner always agrees; the ways by which it is reached."""
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


def invitation(demo, role="owner"):
    code = invitations.invite(demo.tool.expiring_values, demo.tool.issuer.id, role, operator("root"))
    return f"{demo.tool_url}/operator/invitation?code={code}"


def join(person, demo, language, name=LONG):
    """Opens an invitation, and makes a passkey; gives what was wrong with the pages on the way."""
    page = person.page
    page.goto(f"{invitation(demo)}&lang={language}")
    found = find_faults(person, f"operator-invitation-{language}")
    page.locator("form[action^='/operator/invitation'] button").click()
    expect(page.locator("#name")).to_be_visible()
    page.goto(f"{page.url}?lang={language}")
    found += find_faults(person, f"operator-join-{language}")
    page.locator("#name").fill(name)
    page.locator("form[data-passkey] button").click()
    expect(page.locator("footer form[action^='/operator/sign-out']")).to_be_visible()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_joins_and_signs_in_by_a_passkey(people, demo, language):
    with people(locale=language) as ieva:
        session, authenticator = with_authenticator(ieva)
        page, found = ieva.page, join(ieva, demo, language)
        found += find_faults(ieva, f"operator-home-{language}")
        (key,) = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
        assert key["isResidentCredential"]
        page.locator("form[action^='/operator/sign-out'] button").click()
        expect(page.locator("form[data-passkey='get'] button")).to_be_visible()
        found += find_faults(ieva, f"operator-sign-in-{language}")
        page.locator("form[data-passkey='get'] button").click()
        expect(page.locator("footer form[action^='/operator/sign-out']")).to_be_visible()
        page.goto(f"{demo.tool_url}/operator/confirm?to=/operator")
        expect(page.locator("form[data-passkey='get'] button")).to_be_visible()
        found += find_faults(ieva, f"operator-confirm-{language}")
        page.locator("form[data-passkey='get'] button").click()
        expect(page).to_have_url(f"{demo.tool_url}/operator/issuers/riga-college")
        ieva.expects_http_errors = True
        page.goto(f"{demo.tool_url}/operator/invitation?code=none&lang={language}")
        found += find_faults(ieva, f"operator-invitation-over-{language}")
        assert found == []


@pytest.fixture(scope="module")
def busy(demo):
    """The issuer has awarded badges, and much needs somebody."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=5)
    page = robot.open_activity("Zane", activity)
    (form,) = [form for form in page.forms if form.action.endswith("/check")]
    robot.submit(form)
    wait(lambda: [award.status for award in rows(demo.tool, Award)] == ["issued"] * 5)
    wait(lambda: {each.status for each in rows(demo.tool, Delivery)} == {"sent"})
    now = demo.tool.clock()
    with demo.tool.store.begin() as session:
        issuer = demo.tool.issuers.first(session)
        data = template_data() | {"name": {"en": LONG, "lv": LONG}}
        row = versions.add(session, data, now, issuer_id=issuer.id)
        approvals.publish_or_ask(session, row, issuer.profile, now, person(None))
    with demo.tool.store.begin() as session:
        for number, award in enumerate(session.query(Award)):
            award.earned_at -= timedelta(days=number * 2)
            award.claimed_at = now if number % 2 else None
        session.query(Delivery).first().status = "failed"
        for name in ("one", "two"):
            session.add(
                Outbox(
                    id=f"dead-{name}",
                    queue="awards",
                    task="import_list",
                    payload={"award_id": 1},
                    award_id=1,
                    attempts=12,
                    due_at=now,
                    created_at=now,
                    died_at=now,
                    trouble="x" * 140,
                )
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_an_operator(people, demo, busy, language):
    with people(locale=language) as ieva:
        with_authenticator(ieva)
        page = ieva.page
        join(ieva, demo, language)
        home = page.url
        found = find_faults(ieva, f"operator-home-busy-{language}")
        expect(page.locator("form[action*='/retry']")).to_have_count(3)
        page.goto(f"{demo.tool_url}/operator/account")
        found += find_faults(ieva, f"operator-account-{language}")
        page.goto(f"{demo.tool_url}/operator/account/passkey")
        found += find_faults(ieva, f"operator-passkey-{language}")
        page.goto(f"{home}/templates")
        found += find_faults(ieva, f"operator-templates-{language}")
        page.locator("#waiting + ul a").first.click()
        expect(page.locator("#decline")).to_be_visible()
        found += find_faults(ieva, f"operator-template-{language}")
        page.goto(f"{home}/events")
        found += find_faults(ieva, f"operator-events-{language}")
        page.locator("#what").select_option("awarded")
        page.locator("form[action$='/events'] button").click()
        expect(page.locator(".events li")).to_have_count(5)
        with page.expect_download() as download:
            page.locator("form[action*='/events/csv'] button").click()
        assert download.value.suggested_filename == "events-riga-college.csv"
        page.goto(f"{home}/settings")
        found += find_faults(ieva, f"operator-settings-{language}")
        page.goto(f"{home}/operators")
        found += find_faults(ieva, f"operator-operators-{language}")
        page.locator("form[action*='/invite'] button").click()
        expect(page.locator("#link")).to_be_visible()
        found += find_faults(ieva, f"operator-invited-{language}")
        assert found == []


@pytest.fixture
def known(demo, busy):
    """The number of a learner with a badge of whom there is much to know, in long words."""
    now = demo.tool.clock()
    # A look would call them again as the LMS does.
    looks = [row for row in rows(demo.tool, Outbox) if row.task == "look"]
    wait(
        lambda: (
            looks and not [row for row in rows(demo.tool, Outbox) if row.task == "look" and row.leased_until]
        )
    )
    with demo.tool.store.begin() as session:
        session.query(Outbox).filter_by(task="look").update({"due_at": now + timedelta(days=1)})
        award = session.query(Award).filter_by(status="issued").first()
        somebody = award.person
        somebody.name, somebody.renamed_at, somebody.withheld = f"Zuzanna {LONG}", now, ["email"]
        addresses.save_proof(session, somebody.id, f"zuzanna@{'home' * 30}.example", now, person(somebody.id))
        queries.identity_checks.refuse(session, somebody.id, now)
        return somebody.id


def see_person(ieva, demo, language, number):
    """Walks over the pages of people and stops before what cannot be undone; gives what was wrong with them."""
    page, here = ieva.page, f"{demo.tool_url}/operator/issuers/riga-college/people"
    page.goto(f"{here}?lang={language}")
    page.locator("#find").fill("z")
    page.locator("form.finding button").click()
    expect(page.locator("#find-wrong")).to_be_visible()
    found = find_faults(ieva, f"operator-people-{language}")
    page.locator("#find").fill("ZUZANNA lo")
    page.locator("form.finding button").click()
    expect(page.locator("#find")).to_have_value("ZUZANNA lo")
    found += find_faults(ieva, f"operator-people-found-{language}")
    page.locator("main ul.plain a").click()
    expect(page).to_have_url(f"{here}/{number}?lang={language}")
    found += find_faults(ieva, f"operator-person-{language}")
    page.locator("a[href*='/revoke']").first.click()
    expect(page.locator("#reason")).to_be_visible()
    page.locator("main form button.stop").click()
    expect(page.locator("#reason-wrong")).to_be_visible()
    found += find_faults(ieva, f"operator-revoke-{language}")
    page.goto(f"{here}/{number}?lang={language}")
    page.locator("a[href*='/correct']").first.click()
    expect(page.locator("form[action*='/correct']")).to_be_visible()
    found += find_faults(ieva, f"operator-correct-{language}")
    page.goto(f"{here}/{number}/erase?lang={language}")
    expect(page.locator("main form button.stop")).to_be_visible()
    return found + find_faults(ieva, f"operator-erase-{language}")


def test_a_person_is_found_and_erased(people, demo, known):
    with people(locale="en") as ieva:
        with_authenticator(ieva)
        join(ieva, demo, "en")
        found = see_person(ieva, demo, "en", known)
        found += see_person(ieva, demo, "lv", known)
        revoke_without_scripts(people, demo, ieva.context.storage_state())
        ieva.page.locator("input[name=revoke]").check()
        ieva.page.locator("main form button.stop").click()
        expect(ieva.page.locator("div.notice.yes")).to_be_visible()
        found += find_faults(ieva, "operator-erased-lv")
        assert found == []
    assert [row for row in rows(demo.tool, Award) if row.person_id == known] == []


def revoke_without_scripts(people, demo, signed_in):
    with people(locale="en", java_script_enabled=False, storage_state=signed_in) as ieva:
        page = ieva.page
        page.goto(f"{demo.tool_url}/operator/issuers/riga-college/people?lang=en")
        page.locator("#find").fill("zuzanna")
        page.locator("form.finding button").click()
        page.locator("main ul.plain a").click()
        page.locator("a[href*='/revoke']").first.click()
        page.locator("#reason").fill("Asked for")
        page.locator("main form button.stop").click()
        expect(page.locator("div.notice.yes")).to_contain_text("The badge is revoked.")


def test_somebody_whose_device_does_not_know_them_is_not_signed_in(people, demo):
    with people() as ieva:
        session, authenticator = with_authenticator(ieva)
        join(ieva, demo, "en", "Ieva")
        page = ieva.page
        page.locator("form[action^='/operator/sign-out'] button").click()
        session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
        page.locator("form[data-passkey='get'] button").click()
        expect(page.locator("form [role=status]")).to_have_text(
            "No passkey was used. Try again; if you have none for this site, ask an owner for an invitation."
        )
