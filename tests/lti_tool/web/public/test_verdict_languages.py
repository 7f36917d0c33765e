"""A visitor reads verdicts in any of the EU's 24 languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from badges.sentences.verdict_words import EU_LANGUAGES, TRANSLATED, said_in, verdict_words
from lti_tool.web.public.verification_answers import FURTHER_HEADLINES, HEADLINES, answers_of
from lti_tool.web.verdict_languages import verdict_in_own_language
from tests.lti_tool.web.conftest import text_of

#: In words of each language that has them: that a badge is genuine and valid.
GENUINE = {"de": "Dieses Badge ist echt und gültig", "el": "Αυτό το σήμα είναι γνήσιο και έγκυρο"}


@pytest.fixture
def annas_json(browser, annas_badge):
    return browser.get(f"/badges/{annas_badge}.json").text


def check(browser, text, language, **headers):
    return browser.post(f"/verify?lang={language}", data={"text": text}, headers=headers)


@pytest.mark.parametrize("language", sorted(GENUINE))
def test_a_verdict_is_told_in_the_chosen_language(browser, annas_json, language):
    page = check(browser, annas_json, language)
    assert f'<h1 lang="{language}">{GENUINE[language]}</h1>' in page.text
    assert '<q lang="en">This badge is genuine and valid</q>' in page.text, "the reviewed sentence stays"
    assert '<html lang="en"' in page.text
    assert page.headers["Content-Language"] == f"en, {language}"
    assert "Accept-Language" in page.headers["Vary"]


def test_the_elements_are_named_in_it(browser, annas_json):
    page = check(browser, annas_json, "de")
    for name in ("Vergabestelle", "Art der Qualitätssicherung", "Theoretisches Arbeitspensum"):
        assert f'<dt><bdi lang="de">{name}</bdi></dt>' in page.text


def test_a_page_in_latvian_keeps_its_language_around_the_verdict(browser, annas_json):
    page = check(browser, annas_json, "fr", **{"Accept-Language": "lv"})
    assert '<html lang="lv"' in page.text and '<h1 lang="fr">Ce badge est authentique' in page.text
    assert '<q lang="lv">Šī nozīmīte ir īsta un derīga</q>' in page.text


@pytest.mark.parametrize(
    ("preferred", "heading"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", '<h1 lang="de">'),
        ("xx,el;q=0.5", '<h1 lang="el">'),
        ("en-GB,de;q=0.5", "<h1>This badge is genuine"),
        ("bg", '<h1 lang="bg">'),
        ("eo", "<h1>This badge is genuine"),
        ("*", "<h1>This badge is genuine"),
    ],
)
def test_without_a_choice_it_is_in_what_the_browser_prefers(browser, annas_json, preferred, heading):
    page = browser.post("/verify", data={"text": annas_json}, headers={"Accept-Language": preferred})
    assert heading in page.text


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_chosen_language_of_the_page_is_not_overruled_by_the_browser(browser, annas_json, language):
    page = check(browser, annas_json, language, **{"Accept-Language": "de"})
    assert f'<html lang="{language}"' in page.text and "<h1>" in page.text and 'h1 lang="de"' not in page.text
    assert page.headers["Content-Language"] == language


def test_every_language_of_the_eu_has_its_verdict_and_answers(browser, annas_json):
    for language in TRANSLATED:
        page = check(browser, annas_json, language)
        assert f'<h1 lang="{language}">{verdict_words("verified", language).headline}</h1>' in page.text
        for question in ("Was it changed?", "Who issued it?", "Is it still valid?", "Is it this person?"):
            assert f'<h2><bdi lang="{language}">{said_in(question, language)}</bdi></h2>' in page.text


def test_every_heading_and_label_of_a_genuine_badge_is_in_the_chosen_language(browser, annas_json):
    """What stays in that of the page is the badge's own words, and what is not translated: the reviewed answers."""
    page = check(browser, annas_json, "de").text
    told = page[page.index('<article class="cert"') : page.index('id="about-programme"')]
    reviewed = told[told.index('<details class="sheet">') : told.index("</details>")]
    labels = re.findall(r"<(h2|h3|dt)(?! class)[^>]*>(.*?)</\1>", told.replace(reviewed, ""), re.DOTALL)
    assert len(labels) > 20
    assert [text for _tag, text in labels if not text.startswith('<bdi lang="de">')] == []


def test_the_reviewed_answers_stay_on_the_page(browser, annas_json):
    page = check(browser, annas_json, "de").text
    assert "<dt>Is it still valid?</dt><dd>Valid. The issuer" in page
    assert "Der geprüfte Text dieser Antworten" in page
    assert "Der geprüfte Text" not in check(browser, annas_json, "lv").text


def test_days_hours_and_countries_are_written_as_the_language_has_them(browser, annas_json):
    page = text_of(check(browser, annas_json, "fr"))
    assert "Lettonie" in page and "80 heures" in page and "Latvia " not in page
    assert re.search(r"Vérifié : [0-9]+ \w+ 20[0-9]{2}, [0-9]{2}:[0-9]{2} \(", page)
    page = text_of(check(browser, annas_json, "pt"))
    assert "Letónia" in page, "as Portugal writes it"
    page = text_of(check(browser, annas_json, "ga"))
    assert re.search(r"[0-9] h\b", page), "CLDR has no word for hours in Irish"


@pytest.mark.parametrize("address", ["/verify", "badge"])
def test_all_24_languages_can_be_chosen(browser, annas_badge, address):
    page = browser.get(f"/badges/{annas_badge}" if address == "badge" else address)
    links = re.findall(
        r'<a href="(?:/verify)?\?lang=(\w+)" lang="(\w+)" hreflang="(\w+)"[^>]*>([^<]+)<', page.text
    )
    offered = [code for code, *_same, _name in links]
    assert set(offered) == set(EU_LANGUAGES) and len(EU_LANGUAGES) == 24
    assert all(code == lang == hreflang for code, lang, hreflang, _name in links)
    assert ("el", "el", "el", "ελληνικά") in [(a, b, c, name.lower()) for a, b, c, name in links]


def test_the_form_is_read_in_it_too(browser):
    page = browser.get("/verify?lang=sl").text
    assert '<h1><bdi lang="sl">Preverite značko</bdi></h1>' in page
    assert '<label for="file"><bdi lang="sl">Datoteka značke</bdi>' in page
    assert '<button><bdi lang="sl">Preverite to značko</bdi></button>' in page
    assert "<h1>Check a badge</h1>" in browser.get("/verify?lang=en").text


def test_the_choice_goes_with_the_form(browser):
    page = browser.get("/verify?lang=bg")
    assert '<form method="post" action="/verify?lang=bg"' in page.text
    assert re.search(r'lang="bg" hreflang="bg" aria-current="true"', page.text)


def test_the_page_of_a_badge_tells_its_verdict_in_the_chosen_language(browser, annas_badge):
    page = browser.get(f"/badges/{annas_badge}?lang=el")
    assert f'<h1 lang="el">{GENUINE["el"]}</h1>' in page.text


def test_several_badges_are_told_in_it_too(browser, annas_badge):
    address = f"https://badges.example.org/badges/{annas_badge}"
    page = check(browser, f"{address}\n{address}", "de")
    assert page.text.count(f'<p class="small" lang="de">{GENUINE["de"]}. ') == 2


@pytest.mark.parametrize("language", ["xx", "../de", "DE", '"><script>', "de" * 5000, ""])
def test_no_other_language_is_taken(browser, annas_json, language):
    page = browser.post("/verify", query_string={"lang": language}, data={"text": annas_json})
    assert "<h1>This badge is genuine and valid</h1>" in page.text and "<script>" not in page.text


def test_no_translation_is_greener_than_the_page(browser, annas_json):
    page = check(browser, annas_json.replace("Data literacy", "Brain surgery"), "de")
    assert '<h1 lang="de">Dieses Badge wurde verändert</h1>' in page.text and "echt" not in text_of(page)
    page = check(browser, "no badge at all", "de")
    assert '<h1 lang="de">Hier ist kein Badge</h1>' in page.text
    page = check(browser, "https://nowhere.example.net/badge", "de")
    assert '<h1 lang="de">Das konnte nicht geprüft werden</h1>' in page.text


def test_an_unknown_issuer_and_a_signature_that_proves_nothing_have_words_of_their_own(
    app, web_tool, annas_json
):
    report = web_tool.verify(annas_json.encode())
    malformed = replace(
        report,
        verdict="unverifiable",
        checks=[
            replace(check, outcome="unknown", code="malformed") if check.name == "proof" else check
            for check in report.checks
        ],
    )
    with app.test_request_context("/verify?lang=de"):
        elsewhere = answers_of(report, lambda _id: False)
        proves_nothing = answers_of(malformed, lambda _id: True)
        assert (elsewhere.light, elsewhere.headline_code) == ("unsure", "verified_elsewhere")
        assert (proves_nothing.light, proves_nothing.headline_code) == ("no", "proves_nothing")
        assert "kennt den Aussteller nicht" in verdict_in_own_language(elsewhere.headline_code).headline


def test_other_pages_do_not_take_the_language_of_verdicts(browser):
    page = browser.get("/?lang=de")
    assert page.headers["Content-Language"] == "en"


def test_there_are_words_for_every_headline():
    for code in (*HEADLINES, *FURTHER_HEADLINES, "no_badge", "not_checked"):
        assert all(verdict_words(code, language) for language in TRANSLATED), code
