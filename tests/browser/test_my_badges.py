"""A learner shows a badge, proves an address, and opens the badges without the platform: each page in each state."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from lti_tool.awarding import looks
from lti_tool.backpack.registration import register
from lti_tool.backpack.scopes import SCOPES
from lti_tool.demo.robot import Robot
from lti_tool.store.models import (
    AddressCode,
    Award,
    AwardRule,
    CorrectionRequest,
    KeptBadge,
    Outbox,
    Person,
    Program,
    ProgramAccess,
    ProgramToken,
    ProvedAddress,
    ShareLink,
    TemplateVersion,
)
from tests.backpack import kept_badge
from tests.browser.page_checks import find_faults
from tests.browser.people import press_until
from tests.browser.server import run_demo
from tests.browser.test_pages import open_page, token_of
from tests.fixtures import rows
from tests.lti_tool.web.backpack.conftest import identifier
from tests.lti_tool.web.backpack.program import challenge_of, metadata
from tests.running_demo import wait

LANGUAGES = ("en", "lv")
PRIVATE = "a" * 60 + "nna@home.example"
LONG = "Ļ" + "o" * 140


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def activity(demo):
    """The address of a badge that Anna has."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    data = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", data)
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)].count(None) == 0)
    robot.give_grades("Data Literacy", complete=5)
    page = robot.open_activity("Zane", data)
    (form,) = [form for form in page.forms if form.action.endswith("/check")]
    robot.submit(form)
    wait(lambda: sum(award.status == "issued" for award in rows(demo.tool, Award)) == 5)
    with pytest.MonkeyPatch.context() as patch:
        # Opening a badge prompts a look, which would change what a test has set.
        patch.setattr(looks, "WAIT_AFTER_OPENING", timedelta(hours=1))
        yield data


def mailed_code(demo):
    wait(lambda: not [row for row in rows(demo.tool, Outbox) if row.task == "mail_code"])
    newest = max(Path(demo.tool.mail_folder).glob("code-*"), key=lambda path: path.stat().st_mtime_ns)
    message = message_from_bytes(newest.read_bytes(), policy=policy.default)
    return re.search(r"\b(\d{8})\b", message.get_body(("plain",)).get_content())[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_showing_a_badge_to_others(people, demo, activity, language):
    with people() as anna, people(locale=language) as darbs:
        anna.open_activity(activity, "Anna", language)
        frame, found = anna.frame, []
        expect(frame.locator("#show")).to_be_visible()
        found += find_faults(anna, f"learner-private-{language}")
        for name in ("yes", "no"):
            # Open it where it is folded, as it is once there is a link.
            frame.locator("html").evaluate(
                "page => page.querySelectorAll('details').forEach(one => one.open = true)"
            )
            frame.locator(f"[name=name][value={name}]").check()
            links = frame.locator(".shared-link").count()
            press_until(
                frame.locator("form[action$='/link'] button"), frame.locator(".shared-link").nth(links)
            )
        found += find_faults(anna, f"learner-links-{language}")
        addresses = frame.locator(".shared-link input.code").evaluate_all("all => all.map(one => one.value)")
        press_until(frame.locator("form[action$='/publish'] button"), frame.locator("#own-address"))
        found += find_faults(anna, f"learner-public-{language}")
        for address, kind in zip(addresses[-2:], ("named", "nameless"), strict=True):
            darbs.page.goto(address)
            expect(darbs.page.locator(".verdict.yes h1")).to_be_visible()
            assert bool(darbs.page.get_by_text("Anna").count()) == (kind == "named")
            found += find_faults(darbs, f"shared-{kind}-{language}")
        darbs.expects_http_errors = True
        frame.locator("form[action$='/end'] button").last.click()
        expect(frame.locator(".notice.yes")).to_be_visible()
        darbs.page.goto(addresses[-1])
        found += find_faults(darbs, f"shared-ended-{language}")
        frame.locator("form[action$='/unpublish'] button").click()
        expect(frame.locator("form[action$='/publish']")).to_have_count(1)
        assert found == []
    with demo.tool.store.begin() as session:
        session.query(ShareLink).delete()


def take_by_wallet(demo, address):
    """What a wallet gets that was given the address for wallets."""
    server, headers = f"127.0.0.1:{urlsplit(demo.tool_url).port}", {"Host": urlsplit(demo.tool_url).netloc}

    def ask(url, body=None):
        asked = Request(urlsplit(url)._replace(scheme="http", netloc=server).geturl(), body, headers)
        with urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    return ask(ask(address)["protocols"]["vcapi"], b"{}")["verifiablePresentation"]["verifiableCredential"]


def test_keeping_a_badge_in_a_wallet(people, demo, activity):
    """From the completion in the course to the badge in the wallet's hands, in both languages, by long words."""
    found = []
    with demo.tool.store.begin() as session:
        (version,) = session.query(TemplateVersion).filter(
            TemplateVersion.id == session.query(Award).first().template_version_id
        )
        before, version.body = version.body, version.body | {"name": dict.fromkeys(LANGUAGES, LONG)}
        version_id = version.id
    for language in LANGUAGES:
        with people() as anna, people(locale=language) as phone:
            anna.open_activity(activity, "Anna", language)
            frame = anna.frame
            press_until(frame.locator("#keep-badge form button"), frame.locator("#wallet-address"))
            found += find_faults(anna, f"wallet-{language}")
            address = frame.locator("#wallet-address").input_value()
            phone.page.goto(address)
            expect(phone.page.locator("a[href^='https://lcw.app/request?']")).to_be_visible()
            found += find_faults(phone, f"wallet-scanned-{language}")
            (badge,) = take_by_wallet(demo, address)
            assert demo.tool.verify(json.dumps(badge).encode()).verdict == "verified"
            for where, shown in (("there", "#offer-digits"), ("here", "#offer-address")):
                frame.locator("html").evaluate(
                    "page => page.querySelectorAll('details').forEach(one => one.open = true)"
                )
                frame.locator("[name=form][value=ob3-w3c-sdjwt]").check()
                press_until(frame.locator(f"button[name=where][value={where}]"), frame.locator(shown))
                found += find_faults(anna, f"wallet-offer-{where}-{language}")
                press_until(frame.locator("form[action$='/wallet'] button"), frame.locator("#wallet-address"))
            press_until(
                frame.locator("form[action='/lti/app/learner'] button"),
                frame.locator("#keep-badge .notice.yes"),
            )
            # Each of these is looked at in one language; their sentences are asked for elsewhere.
            if language == "lv":
                found += find_faults(anna, f"learner-taken-{language}")
    with demo.tool.store.begin() as session:
        session.get_one(TemplateVersion, version_id).body = before
    assert found == []


#: What a telephone has and this browser does not: its own list of ways to share.
WAYS_TO_SHARE = """
  navigator.canShare = () => true;
  navigator.share = data => { window.handedOver = data; return Promise.resolve(); };
"""


@pytest.mark.parametrize("has_ways", [True, False])
def test_a_link_is_handed_to_the_browsers_own_ways_to_share(people, demo, activity, has_ways):
    with people() as anna:
        if has_ways:
            anna.context.add_init_script(WAYS_TO_SHARE)
        anna.open_activity(activity, "Anna")
        anna.frame.locator("[name=name][value=yes]").check()
        press_until(
            anna.frame.locator("form[action$='/link'] button"), anna.frame.locator(".shared-link").first
        )
        share = anna.frame.locator(".shared-link [data-share]").first
        if has_ways:
            share.click()
            handed_over = anna.frame.locator("html").evaluate("() => window.handedOver")
            assert handed_over["url"] == anna.frame.locator(".shared-link input.code").first.input_value()
            assert "/shared/" in handed_over["url"] and handed_over["title"]
        else:
            expect(share).to_be_hidden()
    with demo.tool.store.begin() as session:
        session.query(ShareLink).delete()


def program_asks(demo):
    """The address to which a program of a long name sends its learners."""
    site = "https://" + "w" * 60 + ".wallet.example"
    with demo.tool.store.begin() as session:
        for kind in (ProgramToken, ProgramAccess, Program):
            session.query(kind).delete()
        asked = metadata(site, client_name="Ļ" + "o" * 140)
        registered = register(session, asked, "127.0.0.1", demo.tool.clock())
    asked = {
        "response_type": "code",
        "client_id": registered.client_id,
        "redirect_uri": asked["redirect_uris"][0],
        "scope": asked["scope"],
        "state": "x",
        "code_challenge": challenge_of("x" * 43),
        "code_challenge_method": "S256",
    }
    return f"/my/programs/authorize?{urlencode(asked)}"


def give_access(demo):
    """As if the program were let in: its own address is no page of this machine."""
    (program,) = rows(demo.tool, Program)
    now = demo.tool.clock()
    with demo.tool.store.begin() as session:
        session.query(ProgramAccess).delete()
        access = ProgramAccess(
            client_id=program.client_id,
            address=PRIVATE,
            scopes=list(SCOPES),
            since=now,
            given_at=now,
            ends_at=now + timedelta(days=90),
        )
        session.add(access)


def keep_badges_of_others(demo):
    """How many badges Anna keeps then, in as many states."""
    subject = {"identifier": identifier(PRIVATE)}
    states = (("verified", subject), ("expired", subject), ("changed", subject), ("unverifiable", {}))
    with demo.tool.store.begin() as session:
        session.query(KeptBadge).delete()
        anna = session.query(ProvedAddress).one().person_id
        for number, (verdict, about) in enumerate(states):
            badge = kept_badge(
                anna,
                demo.tool.clock(),
                identity=f"{number:064}",
                verdict=verdict,
                subject=about,
                name="Metināšana" if number else "Ļ" + "o" * 140,
                issuer="o" * 140 if number == 1 else "Liepaja School",
                valid_from=demo.tool.clock(),
            )
            session.add(badge)
    return len(states)


@pytest.mark.parametrize("language", LANGUAGES)
def test_my_badges_inside_and_outside(people, demo, activity, language):
    with demo.tool.store.begin() as session:
        session.query(ProvedAddress).delete()
        session.query(AddressCode).delete()
    with people() as anna:
        anna.open_activity(activity, "Anna", language)
        frame, found = anna.frame, []
        expect(frame.locator("#keep")).to_be_visible()
        frame.locator("form[action='/lti/app/mine'] button").click()
        expect(frame.locator(".shelf li")).to_have_count(1)
        found += find_faults(anna, f"mine-{language}")
        frame.locator("#address").fill(PRIVATE)
        press_until(frame.locator("form[action*='/mine/address#'] button"), frame.locator("#code"))
        frame.locator("#code").fill("12345678")
        press_until(frame.locator("form[action*='/mine/code'] button"), frame.locator("#wrong"))
        found += find_faults(anna, f"mine-wrong-code-{language}")
        frame.locator("#code").fill(mailed_code(demo))
        press_until(frame.locator("form[action*='/mine/code'] button"), frame.locator(".notice.yes"))
        found += find_faults(anna, f"mine-proved-{language}")
        assert found == []
    asking = program_asks(demo)
    kept = keep_badges_of_others(demo)
    with people(locale=language) as anna:
        page, found = anna.page, []
        page.goto(f"{demo.tool_url}{asking}")
        expect(page.locator("#address")).to_be_visible()
        found += find_faults(anna, f"program-sign-in-{language}")
        anna.expects_http_errors = True
        page.goto(f"{demo.tool_url}{asking.replace('S256', 'plain')}")
        found += find_faults(anna, f"program-refused-{language}")
        anna.context.clear_cookies()
        page.goto(f"{demo.tool_url}/my")
        found += find_faults(anna, f"sign-in-{language}")
        page.locator("#address").fill(PRIVATE)
        page.locator("form[action^='/my/code'] button").click()
        expect(page.locator("#code")).to_be_visible()
        found += find_faults(anna, f"sign-in-code-{language}")
        page.locator("#code").fill(mailed_code(demo))
        page.locator("form[action^='/my/session'] button").click()
        expect(page.locator(".shelf li")).to_have_count(1 + kept)
        page.goto(f"{demo.tool_url}{asking}")
        expect(page.locator("button[value=yes]")).to_be_visible()
        found += find_faults(anna, f"program-asks-{language}")
        give_access(demo)
        page.goto(f"{demo.tool_url}/my?lang={language}")
        found += find_faults(anna, f"my-{language}")
        page.locator("#file").set_input_files(
            {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
        )
        page.locator("form[action^='/my/kept?'] button").click()
        expect(page.locator("#wrong")).to_be_visible()
        found += find_faults(anna, f"my-not-added-{language}")
        page.locator(".shelf a.button[href^='/my/badges/']").click()
        expect(page.locator("#show")).to_be_visible()
        found += find_faults(anna, f"my-sharing-{language}")
        page.goto(f"{demo.tool_url}/my?lang={language}")
        page.locator("form[action*='/sign-out'] button").last.click()
        expect(page.locator("#address")).to_be_visible()
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_learners_tell_of_themselves(people, demo, activity, language):
    with people() as anna, people() as zane:
        anna.open_activity(activity, "Anna", language)
        token, found = token_of(anna), []
        with demo.tool.store.begin() as session:
            award = session.query(Award).join(Award.person).filter(Person.name == "Anna Bērziņa").one()
            award_id, person_id = award.id, award.person_id
            award.person.name = award.person.email = None
        open_page(anna, token, "/lti/app/learner")
        expect(anna.frame.locator("#own-name")).to_be_visible()
        found += find_faults(anna, f"learner-nameless-{language}")
        with demo.tool.store.begin() as session:
            session.get_one(Award, award_id).status = "waiting"
            session.get_one(Award, award_id).waiting_for = ["learner"]
        open_page(anna, token, "/lti/app/learner")
        expect(anna.frame.locator("#address")).to_be_visible()
        found += find_faults(anna, f"learner-waiting-for-name-{language}")
        zane.open_activity(activity, "Zane", language)
        with demo.tool.store.begin() as session:
            session.get_one(Award, award_id).status = "issued"
            session.get_one(Person, person_id).name = None
            session.get_one(Person, person_id).stated_name = LONG
            session.add(CorrectionRequest(award_id=award_id, words=LONG, asked_at=demo.tool.clock()))
        open_page(zane, token_of(zane), "/lti/app/course")
        expect(zane.frame.locator("#stated-names")).to_be_visible()
        expect(zane.frame.locator("#corrections")).to_be_visible()
        found += find_faults(zane, f"course-asked-{language}")
        with demo.tool.store.begin() as session:
            session.query(CorrectionRequest).delete()
            person = session.get_one(Person, person_id)
            person.name, person.email, person.stated_name = "Anna Bērziņa", "anna@riga.example", None
        assert found == []
