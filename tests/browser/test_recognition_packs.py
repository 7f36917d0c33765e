"""Recognition packs: where learners choose their badges, of which issuer, and what a verifier reads of the seal."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from badges.recognition_pack.signed import read_pack
from lti_tool.demo.robot import Robot
from lti_tool.people import addresses, learner_sessions
from lti_tool.store.events import person
from lti_tool.store.models import Award, AwardRule
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.browser.page_checks import find_faults, is_looked_at
from tests.browser.people import press_until
from tests.browser.server import run_demo
from tests.fixtures import add_another_issuer, rows, run_due_jobs
from tests.lti_tool.web.learner.test_downloads import college_seal
from tests.pathways import give, templates
from tests.running_demo import wait
from tests.seal_certificates import COLLEGE, PASSWORD, certificate, key, pkcs12_file

LANGUAGES = ("en", "lv")
ADDRESS = "anna@home.example"
LONG = "Ļ" + "o" * 79


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A site whose institution seals."""
    folder = tmp_path_factory.mktemp("demo")
    file = folder / "seal.p12"
    file.write_bytes(pkcs12_file(key(), certificate(key())))
    seal = {"seal_pkcs12_file": file, "seal_pkcs12_password": PASSWORD}
    with run_demo(folder, poll_seconds=3600, **seal) as demo:
        yield demo


@pytest.fixture(scope="module")
def activity(demo):
    """The address of a badge that Anna has; she has another of the same issuer, and one of the second issuer."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=1)
    robot.press(robot.open_activity("Zane", activity), "/check")
    wait(lambda: [award.status for award in rows(tool, Award)] == ["issued"])
    (anna,) = [award.person_id for award in rows(tool, Award)]
    for template_id in (*templates(tool, LONG), add_another_issuer(tool).template_id):
        give(tool, template_id, anna)
    run_due_jobs(tool)
    wait(lambda: [award.status for award in rows(tool, Award)] == ["issued"] * 3)
    with tool.store.begin() as session:
        addresses.save_proof(session, anna, ADDRESS, tool.clock(), person(anna))
    return activity


def taken(page, button) -> bytes:
    """The file that comes where the button is pressed."""
    with page.expect_download() as downloading:
        button.click()
    return downloading.value.path().read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_my_badges_make_a_pack_for_each_issuer_in_its_own_name(people, demo, activity, language):
    with people(locale=language) as anna:
        with demo.tool.store.begin() as session:
            token = learner_sessions.start_session(session, ADDRESS, demo.tool.clock())
        # Its prefix asks for https; a browser sends it to this machine all the same.
        site = demo.tool_url.replace("http://", "https://")
        anna.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site, "secure": True}])
        anna.page.goto(f"{demo.tool_url}/my?lang={language}")
        names = {
            "en": {"Riga College": 2, "Daugava School": 1},
            "lv": {"Rīgas koledža": 2, "Daugavas skola": 1},
        }[language]
        for name, number in names.items():
            section = anna.page.locator("section", has=anna.page.locator("h2", has_text=f": {name}"))
            expect(section.locator("input:checked")).to_have_count(number)
            pack = read_pack(taken(anna.page, section.locator("button[value=json]")).decode())
            assert len(pack.credentials) == number and name in pack.issuer_name.values()
            assert taken(anna.page, section.locator("button[value=pdf]")).startswith(b"%PDF-")
        assert find_faults(anna, f"my-badges-packs-{language}") == []


@contextmanager
def sealing_as(tool, subject):
    """As if the tool had been started with the certificate of that legal person; it reads its file then alone."""
    before = tool.seal
    object.__setattr__(tool, "seal", college_seal(subject=subject))
    yield
    object.__setattr__(tool, "seal", before)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_learner_takes_a_pack_with_the_seal_or_reads_why_it_cannot_be_sealed(
    people, demo, activity, language
):
    sealed = "button[name=form][value=sealed]"
    with people() as anna:
        anna.open_activity(activity, "Anna", language)
        assert json.loads(taken(anna.page, anna.frame.locator(sealed)))["signatures"]
        found = find_faults(anna, f"learner-packs-{language}")
        with sealing_as(demo.tool, COLLEGE | {"organizationIdentifier": "NTRLV-4"}):
            press_until(anna.frame.locator(sealed), anna.frame.locator(".notice.unsure"))
            found += find_faults(anna, f"pack-not-sealed-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verifier_reads_what_is_known_of_the_seal_and_what_is_not(people, demo, activity, language):
    with people(locale=language) as anna:
        anna.open_activity(activity, "Anna", language)
        text = taken(anna.page, anna.frame.locator("button[name=form][value=json]")).decode()
    own, other = (
        college_seal(subject=COLLEGE | changes).seal_all([text], demo.tool.clock())[0]
        for changes in ({}, {"O": LONG, "organizationIdentifier": f"NTRLV-{'4' * 50}"})
    )
    broken = own.replace("2022/C 243/02", "2022/C 243/03", 1)
    unread = own.replace('"signatures":[{', '"signatures":[{"x":1},{', 1)
    with people(locale=language) as darbs:
        found = []
        states = {
            "own": (own, ""),
            "other": (other, ""),
            "broken": (broken, "no"),
            "unread": (unread, "unsure"),
        }
        for state, (file, light) in states.items():
            darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
            given = {"name": "p.json", "mimeType": "application/json", "buffer": file.encode()}
            darbs.page.locator("#file").set_input_files(given)
            darbs.page.locator("form .actions button").click()
            expect(darbs.page.locator("tbody .tag")).to_have_count(1)
            if light:
                expect(darbs.page.locator(f"p.notice.{light}").last).to_be_visible()
            else:
                expect(darbs.page.get_by_text(LONG if state == "other" else COLLEGE["O"])).to_be_visible()
            if is_looked_at(f"pack-seal-{state}", language):
                found += find_faults(darbs, f"pack-seal-{state}-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verifier_reads_that_a_file_for_europass_is_no_badge(people, demo, activity, language):
    with people() as anna:
        anna.open_activity(activity, "Anna", language)
        anna.frame.locator("details", has=anna.frame.locator("form[action$='/europass']")).evaluate(
            "folded => folded.open = true"
        )
        sealed = taken(anna.page, anna.frame.locator("form[action$='/europass'] button"))
    with people(locale=language) as darbs:
        found = []
        files = {"sealed": sealed, "unsealed": json.loads(sealed)["payload"].encode()}
        for state, file in files.items():
            darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
            given = {"name": "e.json", "mimeType": "application/json", "buffer": file}
            darbs.page.locator("#file").set_input_files(given)
            darbs.page.locator("form .actions button").click()
            expect(darbs.page.locator("p.lead", has_text="Europass")).to_be_visible()
            if is_looked_at(f"european-{state}", language):
                found += find_faults(darbs, f"european-{state}-{language}")
        assert found == []
