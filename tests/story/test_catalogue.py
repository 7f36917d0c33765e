"""Two institutions put their courses into the catalogue; somebody finds one, and other catalogues read both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

from badges.ctdl import REQUIRED
from lti_tool.commands.demo_server import RunningDemo
from lti_tool.templates import versions
from lti_tool.wiring import Tool
from signing.json_text import Json
from tests.catalogue import guided, offer, put_in
from tests.fixtures import add_another_issuer
from tests.running_demo import run_demo
from tests.shacl_shapes import opportunity_shapes

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


def asked(demo: RunningDemo, path: str, language: str = "en") -> tuple[str, dict[str, str]]:
    """What somebody anywhere reads at that path, and the headers."""
    host = urlsplit(demo.tool_url)
    headers = {"Host": host.netloc, "Accept": "text/html", "Accept-Language": language}
    # Not every machine knows the names below localhost.
    with urlopen(Request(f"http://127.0.0.1:{host.port}{path}", headers=headers)) as answer:
        return answer.read().decode(), dict(answer.headers)


def river_course(tool: Tool, **fields: Any) -> str:
    """The id of an offer of Daugava School, which is there from the first one on."""
    with tool.store.read() as session:
        known = {issuer.profile.slug: issuer.id for issuer in tool.issuers.all(session)}
    issuer_id = known.get("daugava-school") or add_another_issuer(tool).id
    with tool.store.begin() as session:
        data = guided(**{"name": {"en": "River pilot", "lv": "Upju loču kurss"}} | fields)
        row = versions.add(session, data, tool.clock(), issuer_id=issuer_id)
        versions.publish(row, tool.issuers.of(session, issuer_id).profile, tool.clock())
        template_id = row.template_id
    put_in(tool, template_id, "daugava-school")
    return template_id


def at(demo: RunningDemo, path: str) -> Json:
    """The document at a path, as a program reads it."""
    document: Json = json.loads(asked(demo, path)[0])
    return document


@pytest.fixture(scope="module")
def priced(demo: RunningDemo) -> tuple[str, str]:
    """The ids of a free course in Latvian and German, and of one of another institution that costs 240 euros."""
    free = offer(
        demo.tool,
        name={"en": "Sound for the stage", "lv": "Skaņa uz skatuves"},
        quality={"price": "0", "teaching_languages": ["lv", "de"]},
    )
    dear = river_course(
        demo.tool, name={"en": "Ferry pilot", "lv": "Prāmja locis"}, quality={"price": "240 EUR", "cost": {}}
    )
    return free, dear


def test_each_institution_says_its_own_price_and_languages(
    demo: RunningDemo, priced: tuple[str, str], shared: Path
) -> None:
    free, dear = priced
    conforms = opportunity_shapes(shared / "data/eu")
    for template_id, price, languages in (
        (free, {"category": "Free", "price": "0"}, ["lv", "de"]),
        (dear, {"category": "Paid", "price": "240", "priceCurrency": "EUR"}, "en"),
    ):
        course = at(demo, f"/catalogue/{template_id}/course.jsonld")
        assert price.items() <= course["offers"].items() and course["inLanguage"] == languages
        assert conforms(at(demo, f"/catalogue/{template_id}/elm.jsonld"))
        ctdl = at(demo, f"/catalogue/{template_id}/ctdl.jsonld")
        assert ctdl["ceterms:estimatedCost"][0]["ceterms:price"] == price["price"]
        assert set(REQUIRED) <= ctdl.keys()
    ferry = asked(demo, f"/catalogue/{dear}?lang=lv")[0]
    assert "240 EUR" in ferry and "Bez maksas" not in ferry, "the words of another are not beside its price"

    listed = asked(demo, "/issuers/daugava-school/catalogue?lang=en")[0]
    assert dear in listed and free not in listed and "language=de" not in listed
    page = asked(demo, f"/catalogue?lang=en&language=de&q={quote('skaņu')}")[0]
    assert free in page and dear not in page


def test_a_part_for_another_site_shows_one_institution_and_is_kept(
    demo: RunningDemo, priced: tuple[str, str]
) -> None:
    free, dear = priced
    page, headers = asked(demo, "/issuers/daugava-school/catalogue/embed?lang=en")
    assert dear in page and free not in page and "<script" not in page
    assert "frame-ancestors *" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "public, max-age=300" and "Set-Cookie" not in headers
    feed = asked(demo, "/issuers/riga-college/catalogue.atom?lang=lv")[0]
    assert free in feed and dear not in feed


def test_two_institutions_are_found_and_read(demo: RunningDemo, shared: Path) -> None:
    data, river = offer(demo.tool), river_course(demo.tool)

    page, headers = asked(demo, f"/catalogue?q={quote('upē')}&lang=lv", "lv")
    assert river in page and data not in page and "Upju loču kurss" in page
    assert "Set-Cookie" not in headers
    page, _ = asked(demo, "/issuers/riga-college/catalogue?lang=en")
    assert data in page and river not in page
    page, _ = asked(demo, f"/catalogue/{river}?lang=en")
    assert "Daugava School" in page and "Free of charge" in page

    conforms = opportunity_shapes(shared / "data/eu")
    for template_id in (data, river):
        opportunity: Json = json.loads(asked(demo, f"/catalogue/{template_id}/elm.jsonld")[0])
        assert conforms(opportunity), template_id
    for path, is_of_all in (("/catalogue", True), ("/issuers/daugava-school/catalogue", False)):
        listed = at(demo, f"{path}/elm.jsonld")
        ids = {each["id"].rpartition("/")[2] for each in listed["@graph"]}
        assert river in ids and (data in ids) == is_of_all and conforms(listed), path

    items = json.loads(asked(demo, "/catalogue.json")[0])["itemListElement"]
    assert {each["item"]["provider"]["name"] for each in items} == {"Riga College", "Daugava School"}
    places = [each.text for each in ElementTree.fromstring(asked(demo, "/sitemap.xml")[0]).iter(f"{MAP}loc")]
    for place in places:
        asked(demo, str(place).removeprefix(demo.tool_url))
    assert {f"{demo.tool_url}/catalogue/{each}" for each in (data, river)} < set(places)
    feed = ElementTree.fromstring(asked(demo, "/issuers/daugava-school/catalogue.atom")[0])
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert "River pilot" in titles and "Data literacy for decision makers" not in titles

    with demo.tool.store.begin() as session:
        versions.retire(versions.find(session, river), demo.tool.clock())
    assert river not in asked(demo, "/catalogue")[0] and data in asked(demo, "/catalogue")[0]
