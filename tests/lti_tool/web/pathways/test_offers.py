"""Pathways in the catalogue: a larger badge comes next after its parts, and its offer says what it is made of."""

from __future__ import annotations

import re

import pytest

from lti_tool.pathways import listing
from lti_tool.store.models import Pathway
from tests.catalogue import offer
from tests.lti_tool.web.conftest import text_of
from tests.pathways import BY, one_set, publish_pathway

ENERGY, TOURISM = "0713", "1015"
OTHER = {"text": {"en": "Guides visitors."}}


def next_offers(browser, template_id):
    """The ids of the templates that the page of an offer leads to, in their order."""
    page = browser.get(f"/catalogue/{template_id}?lang=en").text
    _, found, following = page.partition('id="following"')
    return re.findall(r'href="/catalogue/([0-9a-f-]{36})\?', following) if found else []


@pytest.fixture
def part(web_tool):
    return offer(web_tool, name={"en": "Part one"}, isced_f=ENERGY)


@pytest.fixture
def kin(web_tool):
    """An offer in the same field as the part."""
    return offer(web_tool, name={"en": "Kin"}, isced_f=ENERGY)


@pytest.fixture
def whole(web_tool, part):
    """An offer in another field, of a larger badge that the part belongs to, and the id of its pathway."""
    made = offer(web_tool, name={"en": "The whole"}, isced_f=TOURISM, learning_outcomes=[OTHER])
    return made, publish_pathway(web_tool, made, one_set(part))


def test_the_larger_badge_comes_first_after_its_part(browser, part, kin, whole, web_tool):
    assert next_offers(browser, part) == [whole[0], kin]
    # It leads on from its parts alone.
    assert whole[0] not in next_offers(browser, kin)
    with web_tool.store.begin() as session:
        row = session.get_one(Pathway, whole[1])
        listing.take_out(session, row, web_tool.clock(), BY)
    assert next_offers(browser, part) == [kin]


def test_the_offer_of_the_larger_badge_says_its_parts_and_leads_to_its_beginning(browser, part, whole):
    page = browser.get(f"/catalogue/{whole[0]}?lang=en")
    words = text_of(page)
    assert "Made of parts" in words and "This part is needed: Part one" in words
    assert "Parts together are not by themselves a level or a qualification" in words
    assert f'href="/my/pathways/{whole[0]}?lang=en"' in page.text
    assert "Made of parts" not in text_of(browser.get(f"/catalogue/{part}?lang=en"))
