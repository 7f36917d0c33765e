"""Learners find pathways before they have a part: those that an issuer lists whom they know, and any by its link."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from lti_tool.pathways import listing, publishing
from lti_tool.people import addresses, learner_sessions
from lti_tool.store.models import AddressCode, Event, KeptBadge, Pathway, PathwayClaim
from lti_tool.templates import versions
from lti_tool.web.learner.learner_visits import PATHWAY_COOKIE
from tests.fixtures import add_another_issuer, publish, rows, template_data
from tests.lti_tool.web.backpack.conftest import PRIVATE, stranger_badge
from tests.lti_tool.web.conftest import FROM_US, browser_of, text_of
from tests.lti_tool.web.pathways.test_pages import LIST, claim, keep
from tests.pathways import BY, draft, give, one_set, publish_pathway, templates

BEGIN = "Pathways that you can begin"


def keep_out(tool, pathway_id):
    with tool.store.begin() as session:
        listing.take_out(session, session.get_one(Pathway, pathway_id), tool.clock(), BY)


# --- Lists


def test_whoever_has_nothing_finds_the_pathways_of_the_issuers_that_they_know(
    outside, anna, pathway, whole, web_tool
):
    page = text_of(outside.get("/my/pathways"))
    assert BEGIN in page and "The whole Riga College · 2 parts" in page
    assert f'href="/my/pathways/{whole}?lang=en"' in outside.get("/my/pathways").text
    assert "Find a pathway" in text_of(outside.get("/my"))
    # Nobody is told, and nothing is kept of it.
    before = len(rows(web_tool, Event))
    outside.get(f"/my/pathways/{whole}")
    assert len(rows(web_tool, Event)) == before and rows(web_tool, PathwayClaim) == []


def test_one_that_is_kept_unlisted_a_draft_or_retired_is_in_no_list(outside, pathway, web_tool):
    keep_out(web_tool, pathway[0])
    draft(web_tool, publish(web_tool, name={"en": "A draft"}), one_set(pathway[2][0]))
    retired = publish_pathway(
        web_tool, publish(web_tool, name={"en": "Retired"}), one_set(*templates(web_tool, "Three"))
    )
    with web_tool.store.begin() as session:
        publishing.retire(session, session.get_one(Pathway, retired), web_tool.clock(), BY)
    page = text_of(outside.get("/my/pathways"))
    assert BEGIN not in page and "The whole" not in page and "A draft" not in page and "Retired" not in page
    assert "Find a pathway" not in text_of(outside.get("/my"))


def test_the_pathways_of_an_issuer_that_they_do_not_know_are_not_shown(outside, anna, web_tool):
    other = add_another_issuer(web_tool)
    publish_pathway(web_tool, other.template_id, one_set(*templates(web_tool, "Part one")))
    assert "River pilot" not in text_of(outside.get("/my/pathways"))
    give(web_tool, other_badge(web_tool, other.id), anna)
    assert "River pilot" in text_of(outside.get("/my/pathways"))


def other_badge(tool, issuer_id):
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), tool.clock(), issuer_id=issuer_id)
        versions.publish(row, tool.issuers.of(session, issuer_id).profile, tool.clock())
        return row.template_id


def test_one_that_is_begun_is_listed_once(outside, anna, pathway, web_tool):
    give(web_tool, pathway[2][0], anna)
    page = text_of(outside.get("/my/pathways"))
    assert BEGIN not in page and "1 of 2 parts" in page


# --- Links


def test_whoever_has_the_link_sees_an_unlisted_one_and_begins_with_a_badge_of_another_issuer(
    outside, pathway, whole, stranger, web_tool
):
    keep_out(web_tool, pathway[0])
    keep(outside, stranger_badge(stranger))
    (kept,) = rows(web_tool, KeptBadge)
    page = outside.get(f"/my/pathways/{whole}")
    assert "0 of 2 parts" in text_of(page) and f'value="kept-{kept.id}"' in page.text
    claim(outside, pathway[0], pathway[1][0], f"kept-{kept.id}")
    assert "0 of 2 parts" in text_of(outside.get("/my/pathways"))
    assert "You asked whether another badge counts" in text_of(outside.get("/my/pathways"))


def test_a_link_to_what_is_no_published_pathway_leads_nowhere(outside, browser, pathway, web_tool):
    unpublished = publish(web_tool, name={"en": "A draft"})
    draft(web_tool, unpublished, one_set(pathway[2][0]))
    for template_id in (unpublished, pathway[2][0], uuid4()):
        assert outside.get(f"/my/pathways/{template_id}").status_code == 404
        assert browser.get(f"/my/pathways/{template_id}").status_code == 404


def signed_in_by_code(browser, tool):
    """What comes once somebody has typed the code that was mailed to Anna's address."""
    browser.post("/my/code", data={"address": PRIVATE}, headers=FROM_US)
    with tool.store.read() as session:
        code = addresses.code_of(session.query(AddressCode).one(), tool.secret_key)
    return browser.post("/my/session", data={"code": code, "address": PRIVATE}, headers=FROM_US)


def test_whoever_signs_in_first_comes_back_to_the_pathway_once(app, anna, pathway, whole, web_tool):
    browser = browser_of(app)
    first = browser.get(f"/my/pathways/{whole}?lang=lv")
    assert (first.status_code, first.location) == (303, "/my?lang=lv")
    assert signed_in_by_code(browser, web_tool).location == f"/my/pathways/{whole}"
    assert browser.get_cookie(PATHWAY_COOKIE) is None
    assert "0 of 2 parts" in text_of(browser.get(f"/my/pathways/{whole}"))


@pytest.mark.parametrize("value", ["", "x", "//evil.example", "../../operator", "https://evil.example"])
def test_what_waits_leads_to_a_pathway_or_to_my_badges_alone(app, anna, web_tool, value):
    browser = browser_of(app)
    browser.set_cookie(PATHWAY_COOKIE, value)
    assert signed_in_by_code(browser, web_tool).location == "/my"


def test_an_address_that_opens_nobody_sees_no_pathway(app, pathway, whole, web_tool):
    browser = browser_of(app)
    with web_tool.store.begin() as session:
        token = learner_sessions.start_session(session, "nobody@home.example", web_tool.clock())
    browser.set_cookie("__Host-nozimite_my", token)
    assert BEGIN not in text_of(browser.get("/my/pathways"))
    assert browser.get(f"/my/pathways/{whole}").location == "/my?lang=en"


# --- Public pages


def test_public_pages_lead_from_the_part_to_the_whole_and_from_the_whole_to_its_beginning(
    browser, pathway, whole, web_tool
):
    html = {"Accept": "text/html"}
    part = browser.get(f"/achievements/{pathway[2][0]}/1", headers=html)
    assert "A part of a larger badge The whole" in text_of(part)
    page = browser.get(f"/achievements/{whole}/1", headers=html)
    assert re.search(rf'href="/my/pathways/{whole}\?lang=en"[^>]*>Begin', page.text)
    keep_out(web_tool, pathway[0])
    part = browser.get(f"/achievements/{pathway[2][0]}/1", headers=html)
    assert "A part of a larger badge" not in text_of(part)


def test_the_page_of_a_part_names_no_whole_of_another_issuer(browser, web_tool):
    other = add_another_issuer(web_tool)
    (part,) = templates(web_tool, "Part one")
    publish_pathway(web_tool, other.template_id, one_set(part))
    page = browser.get(f"/achievements/{part}/1", headers={"Accept": "text/html"})
    assert "A part of a larger badge" not in text_of(page)


# --- Operators


def test_an_operator_decides_who_finds_it(join, pathway, web_tool):
    manager, auditor = join("manager"), join("auditor")
    address = f"{LIST}/{pathway[0]}"
    page = text_of(manager.get(address))
    assert "Learners with a badge or a course of the institution find it" in page
    for listed, words in (("no", "Only learners who have a part"), ("yes", "find it under My pathways")):
        for _twice in range(2):
            assert manager.press(address, f"{address}/list", listed=listed).status_code == 303
        assert words in text_of(manager.get(address))
    told = [each.what for each in rows(web_tool, Event) if each.what.endswith("listed")]
    assert told == ["pathway_unlisted", "pathway_listed"]
    assert manager.press(address, f"{address}/list", listed="x").status_code == 400
    assert auditor.press("/operator/issuers/riga-college", f"{address}/list", listed="no").status_code == 403
    assert "/my/pathways/" in manager.get(address).text
