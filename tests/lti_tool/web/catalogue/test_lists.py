"""Anybody finds what issuers offer, by words and filters; and nothing else that there is."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from lti_tool.catalogue import listing
from lti_tool.issuing import legal_identity
from lti_tool.store import queries
from lti_tool.templates import versions
from tests.catalogue import ROOT, guided, offer, put_in
from tests.fixtures import add_another_issuer, change_issuer, publish
from tests.lti_tool.web.conftest import policy, text_of

ESCO_STATISTICS = "7ee4c2ea-b349-4bd2-81a3-ec31475d4833"


@pytest.fixture
def data_course(web_tool, published) -> str:
    """The id of an offer: data literacy, 80 hours, EQF 7, online, ISCED-F 0542, in English."""
    return offer(web_tool)


@pytest.fixture
def safety_course(web_tool, data_course) -> str:
    """The id of another: work safety, 8 hours, no level, on site, ISCED-F 1022, in Latvian."""
    return offer(
        web_tool,
        name={"en": "Safety at work", "lv": "Darba drošība uzņēmumos"},
        description={"en": "For beginners.", "lv": "Iesācējiem."},
        learning_outcomes=[{"text": {"lv": "Rīkojas pareizi nelaimes gadījumā.", "en": "Acts correctly."}}],
        in_language="lv",
        workload_hours=8,
        credits=None,
        level="not-applicable",
        lki_level=None,
        cycle=None,
        forms_of_participation=["presential"],
        isced_f="1022",
        quality={"unit_kind": None},
    )


def found(browser, query: str = "", path: str = "/catalogue") -> list[str]:
    """The ids of the offers on a page, in their order."""
    page = browser.get(f"{path}?{query}")
    assert page.status_code == 200, page.status_code
    return re.findall(r'href="/catalogue/([0-9a-f-]{36})\?', page.text)


def test_nothing_is_listed_before_its_issuer_puts_it_in(browser, web_tool, published):
    publish(web_tool, **guided())
    page = browser.get("/catalogue")
    assert "Nothing is offered here yet." in text_of(page) and found(browser) == []


def test_what_lacks_guidance_is_not_shown_though_it_was_put_in(browser, web_tool, published):
    put_in(web_tool, published)
    assert found(browser) == []
    assert browser.get(f"/catalogue/{published}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "q=drosiba",
        "q=Drošībā",
        "q=dro%C5%A1%C4%ABbas",
        "q=uznemums",
        "q=UZŅĒMUMAM darbs",
        "q=safe",
        "q=nelaimes gadijumos",
        "level=none",
        "field=10",
        "language=lv",
        "mode=presential",
        "hours=10",
        "hours=10&hours=40&mode=presential",
        "q=work&hours=10&level=none",
    ],
)
def test_words_in_any_form_and_filters_find(browser, data_course, safety_course, query):
    assert found(browser, quote(query, safe="=&%")) == [safety_course]


@pytest.mark.parametrize(
    "query", ["q=xylophone", "level=3", "hours=10&mode=online", "q=drošība&level=7", "q=dro data"]
)
def test_what_fits_nothing_says_what_to_do(browser, data_course, safety_course, query):
    page = browser.get(f"/catalogue?{quote(query, safe='=&')}")
    assert "No course fits. Try fewer words, or fewer filters." in text_of(page)


@pytest.mark.parametrize("typed", ["drošbība", "drosbia", "Drošiba uzņemms", "safetty", "uzņmumi"])
def test_a_mistyped_word_finds_what_looks_like_it_and_says_so(browser, data_course, safety_course, typed):
    page = browser.get(f"/catalogue?lang=en&q={quote(typed)}")
    assert "No course has exactly these words. Here is what looks like them." in text_of(page)
    assert found(browser, f"q={quote(typed)}") == [safety_course]


def test_a_word_that_is_there_is_never_taken_for_another(browser, data_course, safety_course):
    assert "looks like them" not in text_of(browser.get("/catalogue?lang=en&q=safety"))
    page = browser.get("/catalogue?lang=en&q=safetty&level=7")
    assert "No course fits." in text_of(page) and "looks like them" not in text_of(page)


def test_a_list_says_in_which_order_it_is(browser, data_course, safety_course):
    assert "2 courses, by name" in text_of(browser.get("/catalogue?lang=en"))
    assert "2 courses, the best match first" in text_of(browser.get("/catalogue?lang=en&q=riga"))
    assert "1 course –" in text_of(browser.get("/catalogue?lang=en&q=safety"))


def test_it_is_filtered_by_the_languages_of_teaching(browser, web_tool, data_course):
    """Those of the texts are taken for them only where none are stated."""
    in_two = offer(web_tool, name={"en": "In two"}, quality={"teaching_languages": ["lv", "de"]})
    assert found(browser, "language=en") == [data_course]
    assert found(browser, "language=de") == found(browser, "language=lv") == [in_two]
    assert set(found(browser, "language=de&language=en")) == {data_course, in_two}
    assert "German (1)" in text_of(browser.get("/catalogue?lang=en"))


def test_a_card_says_the_price_where_one_is_stated(browser, web_tool, data_course):
    assert "free of charge" not in text_of(browser.get("/catalogue?lang=en"))
    offer(web_tool, name={"en": "Dear"}, quality={"price": "19.50 EUR"})
    offer(web_tool, name={"en": "Free"}, quality={"price": "0"})
    words = text_of(browser.get("/catalogue?lang=en"))
    assert "· EUR 19.5" in words and "· free of charge" in words
    assert "· 19,5 EUR" in text_of(browser.get("/catalogue?lang=lv"))


def test_an_issuer_is_found_by_its_name_in_either_language(browser, web_tool, data_course):
    change_issuer(web_tool, name="RC")
    with web_tool.store.begin() as session:
        legal_identity.confirm(session, web_tool.issuer, web_tool.clock())
    for typed in ("RC", "koledžas", "college"):
        assert found(browser, f"q={quote(typed)}") == [data_course], typed


def test_a_skill_is_a_filter(browser, data_course, safety_course):
    assert found(browser, f"skill={ESCO_STATISTICS}") == [data_course]


def test_each_value_says_how_many_there_would_be(browser, data_course, safety_course):
    words = text_of(browser.get("/catalogue?lang=en"))
    assert "2 courses" in words and "EQF level 7 (1)" in words and "No level (1)" in words
    # Others of the same facet are counted as if it was not chosen, those of other facets as it is.
    words = text_of(browser.get("/catalogue?lang=en&level=7"))
    assert "No level (1)" in words and "Latvian" not in words


def test_what_is_in_the_name_comes_first(browser, data_course, safety_course, web_tool):
    mentions = offer(web_tool, name={"en": "An introduction"}, description={"en": "Of safety and data."})
    assert found(browser, "q=safety") == [safety_course, mentions]


def test_a_list_has_parts(browser, web_tool, published):
    every = {offer(web_tool, name={"en": f"Course {number:02}"}) for number in range(26)}
    first, second = found(browser, "lang=en"), found(browser, "lang=en&page=2")
    assert (len(first), len(second)) == (24, 2) and set(first + second) == every
    assert "Page 1 of 2" in text_of(browser.get("/catalogue?lang=en"))


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=0",
        "page=99999999999999999999",
        "page=９",
        "page=1e3",
        "page=",
        "level=9",
        "level=%27%20OR%201=1",
        "field=zz&mode=none&hours=x",
        "issuer=daugava-school",
        "skill=" + "x" * 5000,
        "&".join(f"level={number}" for number in range(2000)),
        "q=" + "a" * 8000,
        "q=" + "%20".join(["data"] * 900),
        "q=%3Cscript%3Ealert(1)%3C/script%3E",
        "q[]=a&q=data&q=b",
        "lang=xx",
        "q=" + "%E2%80%AE" * 30,
    ],
)
def test_odd_wishes_are_answered(browser, data_course, query):
    page = browser.get(f"/catalogue?{query}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text and "xxxxx" not in page.text


# --- Of two issuers


@pytest.fixture
def river_course(web_tool, safety_course) -> tuple[str, str]:
    """The ids of an offer of another issuer, and of that issuer."""
    other = add_another_issuer(web_tool)
    with web_tool.store.begin() as session:
        issuer = web_tool.issuers.of(session, other.id)
        data = guided(name={"en": "River pilot", "lv": "Upes locis"})
        row = versions.add(session, data, web_tool.clock(), issuer_id=other.id)
        versions.publish(row, issuer.profile, web_tool.clock())
        template_id = row.template_id
    put_in(web_tool, template_id, "daugava-school")
    return template_id, other.id


def test_an_issuer_has_its_own_and_the_whole_has_all(browser, river_course, data_course, safety_course):
    river, _issuer = river_course
    assert set(found(browser)) == {river, data_course, safety_course}
    assert found(browser, path="/issuers/daugava-school/catalogue") == [river]
    assert set(found(browser, path="/issuers/riga-college/catalogue")) == {data_course, safety_course}
    assert found(browser, "issuer=daugava-school") == [river]
    assert "Courses of Daugava School" in text_of(browser.get("/issuers/daugava-school/catalogue?lang=en"))
    assert browser.get("/issuers/nobody/catalogue").status_code == 404


def test_no_issuer_puts_in_or_takes_out_what_is_anothers(browser, web_tool, river_course, data_course):
    river, _issuer = river_course
    with web_tool.store.begin() as session:
        first = web_tool.issuers.first(session)
        listing.take_out(session, first, river, web_tool.clock(), ROOT)
        with pytest.raises(Exception, match="no such template"):
            listing.put_in(session, first, river, web_tool.clock(), ROOT)
    assert river in found(browser)


def test_an_issuer_that_may_not_issue_offers_nothing(browser, web_tool, river_course, data_course):
    river, key = river_course
    with web_tool.store.begin() as session:
        newest = queries.issuers.newest_version(session, key)
        newest.confirmed_at = None
    assert river not in found(browser) and data_course in found(browser)
    assert browser.get(f"/catalogue/{river}").status_code == 404
    with web_tool.store.begin() as session:
        legal_identity.confirm(session, web_tool.issuers.of(session, key), web_tool.clock())
    assert river in found(browser)


# --- What changes


def test_what_is_retired_or_taken_out_is_gone_at_once_and_everywhere(browser, web_tool, data_course):
    everywhere = ("/catalogue", "/catalogue.json", "/catalogue.atom", "/sitemap.xml", "/catalogue/elm.jsonld")
    assert all(data_course in browser.get(path).text for path in everywhere)
    with web_tool.store.begin() as session:
        versions.retire(versions.find(session, data_course), web_tool.clock())
    assert not any(data_course in browser.get(path).text for path in everywhere)
    for ending in ("", "/embed", "/course.jsonld", "/elm.jsonld", "/ctdl.jsonld"):
        assert browser.get(f"/catalogue/{data_course}{ending}").status_code == 404


def test_a_draft_is_nowhere_and_the_next_version_takes_the_place(browser, web_tool, data_course):
    with web_tool.store.begin() as session:
        row = versions.next_version(session, versions.find(session, data_course), web_tool.clock())
        versions.save_draft(row, guided(name={"en": "Secret plan"}), web_tool.clock())
    for path in ("/catalogue", "/catalogue.json", f"/catalogue/{data_course}", "/catalogue?q=secret"):
        assert "Secret plan" not in browser.get(path).text
    with web_tool.store.begin() as session:
        versions.publish(versions.find(session, data_course), web_tool.issuer.profile, web_tool.clock())
    assert found(browser, "q=secret") == [data_course]
    assert found(browser, "q=literacy") == []


def test_a_next_version_without_guidance_is_not_shown(browser, web_tool, data_course):
    with web_tool.store.begin() as session:
        row = versions.next_version(session, versions.find(session, data_course), web_tool.clock())
        versions.save_draft(row, row.body | {"quality": {}}, web_tool.clock())
        versions.publish(row, web_tool.issuer.profile, web_tool.clock())
    assert found(browser) == []
    # What its issuer says for all its badges counts for it too.
    change_issuer(web_tool, quality=guided()["quality"])
    with web_tool.store.begin() as session:
        legal_identity.confirm(session, web_tool.issuer, web_tool.clock())
    assert found(browser) == [data_course]


def test_what_nobody_can_be_awarded_any_more_is_not_offered(browser, web_tool, published, clock):
    ends = offer(web_tool, validity={"last_day": "2026-12-31"})
    assert found(browser) == [ends]
    clock.advance(days=60)
    assert found(browser) == []


# --- The answer


def test_a_list_is_no_secret_and_sets_no_cookie(browser, data_course):
    page = browser.get("/catalogue")
    assert "Set-Cookie" not in page.headers and "X-Robots-Tag" not in page.headers
    assert policy(page)["frame-ancestors"] == ["'none'"]


def test_only_parts_for_other_sites_may_be_framed(browser, data_course):
    for path in (
        "/catalogue/embed",
        "/issuers/riga-college/catalogue/embed",
        f"/catalogue/{data_course}/embed",
    ):
        page = browser.get(path)
        assert policy(page)["frame-ancestors"] == ["*"], path
        assert "<form" not in page.text and "<button" not in page.text
        assert 'target="_blank" rel="noopener"' in page.text
    nowhere = f"/catalogue/{data_course[:-4]}0000/embed"
    for path in ("/catalogue", f"/catalogue/{data_course}", nowhere, "/issuers/nobody/catalogue/embed"):
        assert policy(browser.get(path))["frame-ancestors"] == ["'none'"]


def test_parts_for_other_sites_are_kept_by_caches_and_are_the_same_for_everybody(browser, data_course):
    for path in ("/catalogue/embed", f"/catalogue/{data_course}/embed"):
        first, second = browser.get(path), browser.get(path)
        assert first.data == second.data and "<script" not in first.text and "Set-Cookie" not in first.headers
        assert first.headers["Cache-Control"] == "public, max-age=300"
        assert "Accept-Language" in first.headers["Vary"]
        again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304 and policy(again)["frame-ancestors"] == ["*"]
        other = browser.get(path, headers={"Accept-Language": "lv", "If-None-Match": first.headers["ETag"]})
        assert other.status_code == 200


def test_the_pages_are_in_latvian_too(browser, safety_course):
    page = browser.get("/catalogue?lang=lv")
    assert "Darba drošība uzņēmumos" in text_of(page) and "Kursi ar mikroapliecinājumiem" in text_of(page)
    assert 'href="?lang=en"' in page.text
    assert 'href="?q=darba&amp;lang=en"' in browser.get("/catalogue?lang=lv&q=darba").text
