"""The public catalogue at each width and in both languages, without scripts, in a frame, and the operators' page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import join, with_authenticator
from tests.catalogue import offer
from tests.fixtures import give_look, publish

LANGUAGES = ("en", "lv")
LONG = "Ļ" + "o" * 90


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        give_look(demo.tool)
        yield demo


@pytest.fixture(scope="module")
def offers(demo):
    """The ids of four offers; the first leads on to the second, and the last has long words."""
    shape = {"shape": "hexagon", "sign": "book-open"}
    yield [
        offer(demo.tool, quality={"price": "240 EUR", "teaching_languages": ["en", "lv"]}),
        offer(demo.tool, name={"en": "Statistics for all", "lv": "Statistika visiem"}, **shape),
        offer(
            demo.tool,
            name={"en": "Safety at work", "lv": "Darba drošība"},
            workload_hours=8,
            credits=None,
            forms_of_participation=["presential"],
            isced_f="1022",
        ),
        offer(demo.tool, name={"en": LONG, "lv": LONG}, in_language="lv"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_anybody_finds_a_course_and_reads_all_about_it(people, demo, offers, language):
    found, home = [], demo.tool_url
    with people(locale=language) as darbs:
        page = darbs.page
        page.goto(f"{home}/catalogue?lang={language}")
        found += find_faults(darbs, f"catalogue-{language}")
        page.goto(f"{home}/issuers/riga-college/catalogue?lang={language}&mode=presential")
        found += find_faults(darbs, f"catalogue-issuer-filtered-{language}")
        page.goto(f"{home}/catalogue?lang={language}&q=xylophone")
        found += find_faults(darbs, f"catalogue-nothing-{language}")
        page.goto(f"{home}/catalogue/{offers[0]}?lang={language}")
        expect(page.locator("#following")).to_be_visible()
        found += find_faults(darbs, f"catalogue-offer-{language}")
        page.goto(f"{home}/catalogue/embed?lang={language}")
        found += find_faults(darbs, f"catalogue-embedded-{language}")
        page.goto(f"{home}/catalogue/{offers[0]}/embed?lang={language}")
        found += find_faults(darbs, f"catalogue-offer-embedded-{language}")
        page.goto(f"{home}/catalogue?lang={language}&q=statstika")
        expect(page.locator(".shelf a")).not_to_have_count(0)
        found += find_faults(darbs, f"catalogue-similar-{language}")
    assert found == []


def test_a_course_is_found_without_scripts(people, demo, offers):
    with people(locale="lv", java_script_enabled=False) as darbs:
        page = darbs.page
        page.goto(f"{demo.tool_url}/catalogue?lang=lv")
        page.locator("details.sheet summary").click()
        page.locator("input[name=mode][value=presential]").check()
        page.locator("details.sheet .actions button").click()
        expect(page.locator(".shelf li")).to_have_count(1)
        page.locator("#q").fill("drošībā")
        page.locator(".search-box button").click()
        page.locator(".shelf a").click()
        expect(page.locator("h1")).to_have_text("Darba drošība")


def test_a_list_shows_in_a_frame_of_another_site(people, demo, offers):
    with people(locale="en") as darbs:
        page = darbs.page
        frame = (
            f'<iframe src="{demo.tool_url}/catalogue/embed?lang=en" title="Courses" width="900" height="700">'
        )
        # A page of another host, which has nothing to do with the catalogue.
        page.goto(demo.lms_url)
        page.evaluate("frame => { document.body.innerHTML = frame; }", f"{frame}</iframe>")
        framed = page.frame_locator("iframe")
        expect(framed.locator(".shelf li")).to_have_count(len(offers))
        with page.expect_popup() as opened:
            framed.locator(f"a[href*='{offers[2]}']").click()
        expect(opened.value.locator("h1")).to_have_text("Safety at work")


def test_an_operator_puts_a_template_in(people, demo, offers):
    publish(demo.tool, name={"en": "Without guidance", "lv": "Bez padomiem"})
    with people(locale="en") as ieva:
        with_authenticator(ieva)
        page, found = ieva.page, join(ieva, demo, "en", "Ieva")
        for language in LANGUAGES:
            page.goto(f"{demo.tool_url}/operator/issuers/riga-college/catalogue?lang={language}")
            found += find_faults(ieva, f"operator-catalogue-{language}")
        page.locator("form[action*='/take-out'] button").first.click()
        expect(page.locator("form[action*='/take-out']")).to_have_count(len(offers) - 1)
    assert found == []
