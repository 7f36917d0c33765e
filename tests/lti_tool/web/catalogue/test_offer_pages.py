"""The page of an offer says all that somebody wants to know before they enrol, to people and to programs."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape
from xml.etree import ElementTree

import pytest

from badges.eu.annex_1 import ELEMENTS
from lti_tool.templates import versions
from lti_tool.web.catalogue import feeds
from tests.catalogue import GUIDANCE, guided, offer
from tests.fixtures import give_look
from tests.lti_tool.web.conftest import text_of

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
#: Tags are refused when a template is written; these letters are not.
HOSTILE = "Data < 5 & \"quotes\" --> ]]> 'x' > 1"


@pytest.fixture
def data_course(web_tool, published) -> str:
    return offer(web_tool)


def json_ld(page) -> dict:
    found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_all_that_is_asked_before_enrolment_stands_there(browser, data_course):
    for language in ("en", "lv"):
        words = text_of(browser.get(f"/catalogue/{data_course}?lang={language}"))
        for name in ("target_group", "leads_to", "cost", "accessibility"):
            assert GUIDANCE[name][language] in words, (language, name)
        assert GUIDANCE["declarations"]["eu_annex_2.6-recognition"][language] in words
        assert {"en": "A bachelor's degree", "lv": "Bakalaura grāds"}[language] in words
    assert 'href="https://riga-college.example/enrol" rel="noopener nofollow"' in (
        browser.get(f"/catalogue/{data_course}").text
    )


def test_every_mandatory_element_is_there_but_those_that_come_with_the_award(browser, data_course):
    words = text_of(browser.get(f"/catalogue/{data_course}?lang=en"))
    for element in ELEMENTS:
        if element.mandatory and element.code not in ("learner", "date_of_issuing"):
            assert element.label["en"] in words, element.code
    assert "and also to whom it was awarded and when" in words


def test_it_looks_as_its_issuer_does(browser, web_tool, data_course):
    give_look(web_tool)
    for path in (f"/catalogue/{data_course}", "/issuers/riga-college/catalogue"):
        for ending in ("", "/embed"):
            assert "/issuers/riga-college/accent.css" in browser.get(f"{path}{ending}").text
    for path in ("/catalogue", "/catalogue/embed"):
        assert "accent.css" not in browser.get(path).text


def test_search_engines_read_it_in_the_page(browser, data_course):
    found = json_ld(browser.get(f"/catalogue/{data_course}?lang=lv"))
    assert (found["@type"], found["name"]) == ("Course", "Datu pratība lēmumu pieņēmējiem")
    assert found["url"] == f"https://badges.example.org/catalogue/{data_course}"
    document = browser.get(f"/catalogue/{data_course}/course.jsonld?lang=lv")
    assert document.json == found
    assert document.headers["Cache-Control"] == "public, max-age=300"


def test_no_text_ends_the_script_or_the_snippet(browser, web_tool, published):
    hostile = offer(web_tool, name={"en": HOSTILE}, description={"en": HOSTILE})
    page = browser.get(f"/catalogue/{hostile}?lang=en")
    assert json_ld(page)["name"] == HOSTILE
    assert "Data < 5" not in page.text and "5 & " not in page.text
    snippet = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert snippet and "<" not in snippet[1]
    frame = unescape(snippet[1])
    assert frame.startswith(f'<iframe src="https://badges.example.org/catalogue/{hostile}/embed?lang=en"')
    assert re.fullmatch(r'<iframe( [a-z]+="[^"<>]*")+></iframe>', frame), frame
    for path in ("/catalogue.atom", "/sitemap.xml", "/catalogue?q=data"):
        assert "Data < 5" not in browser.get(path).text and "5 & " not in browser.get(path).text


def test_the_snippet_of_a_list_keeps_what_was_chosen(browser, data_course):
    page = browser.get("/catalogue?lang=en&q=data+%22x&mode=online").text
    snippet = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert snippet
    frame = unescape(snippet[1])
    assert re.fullmatch(r'<iframe( [a-z]+="[^"<>]*")+></iframe>', frame), frame
    address = "https://badges.example.org/catalogue/embed?q=data+%22x&mode=online&lang=en"
    assert f'src="{address}"' in unescape(frame) and "&amp;lang=en" in frame


def test_what_comes_next_is_of_the_same_issuer_and_leads_on(browser, web_tool, data_course):
    higher = offer(web_tool, name={"en": "Statistics for all"}, level={"value": 7}, isced_f="0542")
    offer(web_tool, name={"en": "First steps"}, level={"value": 3}, lki_level=3, cycle=None)
    offer(
        web_tool,
        name={"en": "Gardening"},
        isced_f="0812",
        learning_outcomes=[{"text": {"en": "Plants apple trees."}}],
    )
    page = browser.get(f"/catalogue/{data_course}?lang=en").text
    following = page[page.index('id="following"') :]
    assert re.findall(r'href="/catalogue/([0-9a-f-]{36})\?', following) == [higher]


def test_an_offer_keeps_its_address_when_it_changes(browser, web_tool, data_course):
    with web_tool.store.begin() as session:
        row = versions.next_version(session, versions.find(session, data_course), web_tool.clock())
        versions.save_draft(row, guided(name={"en": "Data literacy, second edition"}), web_tool.clock())
        versions.publish(row, web_tool.issuer.profile, web_tool.clock())
    page = browser.get(f"/catalogue/{data_course}?lang=en")
    assert "Data literacy, second edition" in text_of(page) and f"{data_course}/2/image.png" in page.text


def test_the_page_of_an_achievement_leads_to_its_offer_while_there_is_one(browser, web_tool, data_course):
    link = f'href="/catalogue/{data_course}?lang=en">How to enrol'
    page = f"/achievements/{data_course}/1?lang=en"
    assert link in browser.get(page).text
    with web_tool.store.begin() as session:
        versions.retire(versions.find(session, data_course), web_tool.clock())
    assert "/catalogue/" not in browser.get(page).text


# --- For programs


@pytest.mark.parametrize("kind", ["course", "elm", "ctdl"])
def test_documents_are_kept_for_minutes_and_asked_for_by_their_tag(browser, data_course, kind):
    answer = browser.get(f"/catalogue/{data_course}/{kind}.jsonld")
    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = browser.get(
        f"/catalogue/{data_course}/{kind}.jsonld", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


DOCUMENTS = ("/catalogue.json", "/catalogue/elm.jsonld", "/catalogue.atom", "/sitemap.xml", "/robots.txt")


@pytest.mark.parametrize(
    "path", [*DOCUMENTS, "/catalogue/OFFER", "/catalogue/OFFER/elm.jsonld", "/catalogue"]
)
def test_no_made_up_host_gets_into_what_caches_keep(browser, data_course, path):
    path = path.replace("OFFER", data_course)
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = browser.get(path, headers=headers)
    assert answer.status_code == 200 and "evil.example" not in answer.text
    assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize(
    "path",
    [
        *("/catalogue.json", "/catalogue.atom", "/catalogue/OFFER/course.jsonld", "/catalogue/elm.jsonld"),
        "/issuers/riga-college/catalogue/elm.jsonld",
    ],
)
def test_what_depends_on_the_language_says_so(browser, data_course, path):
    answer = browser.get(path.replace("OFFER", data_course), headers={"Accept-Language": "lv"})
    assert "Accept-Language" in answer.headers["Vary"] and "Datu pratība" in answer.text


def test_the_list_for_programs_has_parts(browser, web_tool, published):
    every = {offer(web_tool, name={"en": f"Course {number:02}"}) for number in range(52)}
    first = browser.get("/catalogue.json?lang=en&hours=100")
    link = re.fullmatch(r'<https://badges\.example\.org(.*)>; rel="next"', first.headers["Link"])
    assert link and link[1] == "/catalogue.json?hours=100&lang=en&page=2"
    second = browser.get(link[1])
    assert "Link" not in second.headers
    items = [*first.json["itemListElement"], *second.json["itemListElement"]]
    assert {each["item"]["url"].rpartition("/")[2] for each in items} == every


def test_feed_and_map_name_each_offer_with_its_time(browser, data_course):
    feed = browser.get("/issuers/riga-college/catalogue.atom?lang=en")
    assert feed.content_type == "application/atom+xml; charset=utf-8"
    assert f"<id>urn:uuid:{data_course}</id>" in feed.text
    site_map = browser.get("/sitemap.xml").text
    assert f"<loc>https://badges.example.org/catalogue/{data_course}</loc><lastmod>2026-11-21T" in site_map
    assert "<loc>https://badges.example.org/issuers/riga-college/catalogue</loc>" in site_map
    assert "Sitemap: https://badges.example.org/sitemap.xml" in browser.get("/robots.txt").text


def test_a_site_of_more_offers_than_a_map_may_have_has_several(browser, web_tool, data_course, monkeypatch):
    other = offer(web_tool, name={"en": "Another"})
    assert (
        browser.get("/sitemap-1.xml").status_code == 200 and browser.get("/sitemap-2.xml").status_code == 404
    )
    monkeypatch.setattr(feeds, "MOST_IN_MAP", 1)
    index = ElementTree.fromstring(browser.get("/sitemap.xml").data)
    assert index.tag == f"{MAP}sitemapindex"
    parts = [str(each.text).removeprefix("https://badges.example.org") for each in index.iter(f"{MAP}loc")]
    assert parts == ["/sitemap-1.xml", "/sitemap-2.xml"]
    texts = [browser.get(part).text for part in parts]
    assert sorted(re.findall(r"<loc>[^<]*/catalogue/([0-9a-f-]{36})</loc>", "".join(texts))) == sorted(
        [data_course, other]
    )
    for path in ("/sitemap-0.xml", "/sitemap-3.xml", "/sitemap-10000.xml", "/sitemap--1.xml"):
        assert browser.get(path).status_code == 404, path


def test_the_feed_has_what_atom_demands(browser, data_course):
    """RFC 4287: an id, a title and a time for the feed and for each entry, an author for each, and links to both."""
    feed = ElementTree.fromstring(browser.get("/catalogue.atom?lang=lv").data)
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        [stated] = element.findall(f"{ATOM}id")
        assert stated.text and element.findtext(f"{ATOM}title")
        assert datetime.fromisoformat(str(element.findtext(f"{ATOM}updated"))).tzinfo is not None
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in feed.iter(f"{ATOM}entry"))
    own = feed.find(f"{ATOM}link[@rel='self']")
    assert (
        own is not None
        and browser.get(own.attrib["href"].removeprefix("https://badges.example.org")).status_code == 200
    )


def test_price_and_languages_stand_before_enrolment(browser, web_tool, published):
    quality = {"price": "19.50 EUR", "teaching_languages": ["lv", "de"]}
    course = offer(web_tool, quality=quality)
    words = text_of(browser.get(f"/catalogue/{course}?lang=en"))
    assert "Cost for the learner EUR 19.5 Free of charge" in words
    assert "Languages of teaching Latvian German" in words
    assert words.count("EUR 19.5") == 2, "in the line below the name, and among what is asked first"
    assert json_ld(browser.get(f"/catalogue/{course}"))["offers"]["price"] == "19.50"


def test_an_empty_feed_is_a_feed(browser, web_tool):
    feed = browser.get("/catalogue.atom")
    assert feed.status_code == 200 and "<entry>" not in feed.text
    assert feed.headers["ETag"] == browser.get("/catalogue.atom").headers["ETag"]


def test_no_letter_of_an_author_breaks_the_feed_of_all(browser, web_tool, data_course):
    """Two code points are text to Unicode and no XML: a reader of feeds would refuse every entry."""
    odd = offer(
        web_tool,
        name={"en": "Odd \ufffe letters \uffff"},
        description={"en": "A course about letters.\ufffe"},
    )
    for path in ("/catalogue.atom", "/sitemap.xml"):
        document = ElementTree.fromstring(browser.get(f"{path}?lang=en").data)
        assert odd in ElementTree.tostring(document, encoding="unicode")
