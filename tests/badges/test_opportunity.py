"""A learning opportunity of any template passes the official shapes; schema.org and CTDL say the same of it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from pyld import jsonld

from badges.ctdl import REQUIRED, ctdl_credential
from badges.elm.opportunity import learning_opportunities, learning_opportunity
from badges.issuer import IssuerProfile
from badges.offered import OfferedTemplate
from badges.schema_org import course
from badges.template.model import NOT_APPLICABLE, Template
from signing.json_text import Json
from tests.badges.test_elm import any_template
from tests.catalogue import ISSUERS_GUIDANCE
from tests.shacl_shapes import Conforms, opportunity_shapes

PAGE = "https://badges.example.org/catalogue/5b2a0c7d-0000-4000-8000-000000000001"
PICTURE = "https://badges.example.org/achievements/5b2a0c7d/1/image.png"
CTDL = "https://purl.org/ctdl/terms/"


@pytest.fixture
def offered(data_literacy: Template, issuer: IssuerProfile) -> OfferedTemplate:
    return OfferedTemplate(
        template=replace(data_literacy, quality=ISSUERS_GUIDANCE),
        template_url="https://badges.example.org/achievements/5b2a0c7d/1",
        page_url=PAGE,
        issuer=issuer,
    )


@pytest.fixture(scope="session")
def conforms(shared: Path) -> Conforms:
    return opportunity_shapes(shared / "data/eu")


def test_both_shipped_templates_conform(
    offered: OfferedTemplate, solar: Template, conforms: Conforms
) -> None:
    assert conforms(learning_opportunity(offered))
    assert conforms(learning_opportunity(replace(offered, template=replace(solar, quality=ISSUERS_GUIDANCE))))


@pytest.mark.parametrize(
    "lacking",
    ["homepage", "providedBy", "defaultLanguage", "title", "learningAchievementSpecification"],
)
def test_the_shapes_are_at_work(offered: OfferedTemplate, conforms: Conforms, lacking: str) -> None:
    opportunity = learning_opportunity(offered)
    del opportunity[lacking]
    assert not conforms(opportunity)


def test_what_was_said_is_in_it(offered: OfferedTemplate) -> None:
    opportunity = learning_opportunity(offered)
    assert opportunity["priceDetail"][0]["description"] == {"en": "Free of charge", "lv": "Bez maksas"}
    assert opportunity["learningAchievementSpecification"]["type"] == "Qualification"
    notes = [note["noteLiteral"]["en"] for note in opportunity["additionalNote"]]
    assert "What it leads to: The master's programme in data science." in notes
    assert "Recognition: Riga College counts it as 3 ECTS." in notes
    pages = [page["contentURL"] for page in opportunity["supplementaryDocument"]]
    assert pages == ["https://riga-college.example/enrol", "https://riga-college.example/advice"]
    assert opportunity == learning_opportunity(offered)


def priced(offered: OfferedTemplate, price: str | None, *languages: str) -> OfferedTemplate:
    """The offer at that price, taught in these languages."""
    quality = replace(offered.template.quality, price=price, teaching_languages=languages)
    return replace(offered, template=replace(offered.template, quality=quality))


def test_price_and_languages_of_teaching_conform(offered: OfferedTemplate, conforms: Conforms) -> None:
    opportunity = learning_opportunity(priced(offered, "150.50 EUR", "lv", "en"))
    assert conforms(opportunity)
    [price] = opportunity["priceDetail"]
    assert price["amount"]["value"] == "150.50"
    assert price["amount"]["unit"]["id"] == "http://publications.europa.eu/resource/authority/currency/EUR"
    assert price["description"] == {"en": "Free of charge", "lv": "Bez maksas"}, "the words stay"
    taught = opportunity["learningAchievementSpecification"]["language"]
    assert [each["id"][-3:] for each in taught] == ["LAV", "ENG"]
    assert opportunity["defaultLanguage"]["id"].endswith("ENG"), "the language of the texts"


def test_what_is_free_has_no_amount_in_a_currency(offered: OfferedTemplate, conforms: Conforms) -> None:
    opportunity = learning_opportunity(priced(offered, "0"))
    assert "amount" not in opportunity["priceDetail"][0] and conforms(opportunity)


def test_an_amount_without_a_currency_breaks_the_shapes(offered: OfferedTemplate, conforms: Conforms) -> None:
    opportunity = learning_opportunity(priced(offered, "150 EUR"))
    del opportunity["priceDetail"][0]["amount"]["unit"]
    assert not conforms(opportunity)


def test_without_both_levels_it_is_no_qualification(offered: OfferedTemplate, conforms: Conforms) -> None:
    for changes in ({"level": NOT_APPLICABLE, "lki_level": None, "cycle": None}, {"lki_level": None}):
        opportunity = learning_opportunity(replace(offered, template=replace(offered.template, **changes)))
        assert opportunity["learningAchievementSpecification"]["type"] == "LearningAchievementSpecification"
        assert conforms(opportunity)


@pytest.mark.parametrize("seed", range(4))
def test_the_opportunity_of_any_template_conforms(
    seed: int, offered: OfferedTemplate, conforms: Conforms
) -> None:
    source = random.Random(seed)
    for _ in range(2):
        drawn = any_template(source, offered.template)
        template = replace(drawn, isced_f=drawn.isced_f or "0542", quality=ISSUERS_GUIDANCE)
        assert conforms(learning_opportunity(replace(offered, template=template)))


def test_several_offers_of_one_issuer_conform_as_one_document(
    offered: OfferedTemplate, conforms: Conforms
) -> None:
    """The issuer is one node in all of them, and so is a skill that two authors call differently."""
    first, *others = offered.template.learning_outcomes
    skill = replace(first.esco[0], label={"en": "judge data"})
    renamed = replace(offered.template, learning_outcomes=(replace(first, esco=(skill,)), *others))
    second = replace(
        offered,
        template=renamed,
        template_url="https://badges.example.org/achievements/6c2a0c7d/1",
        page_url=f"{PAGE[:-1]}2",
    )
    document = learning_opportunities([offered, second])
    assert len(document["@graph"]) == 2
    assert conforms(document)


# --- schema.org


def test_a_course_has_what_search_engines_ask_for(offered: OfferedTemplate) -> None:
    found = course(offered, "lv", PICTURE)
    assert found["name"] == "Datu pratība lēmumu pieņēmējiem"
    assert found["provider"]["name"] == "Rīgas koledža"
    assert found["hasCourseInstance"] == {
        "@type": "CourseInstance",
        "courseMode": ["Online"],
        "courseWorkload": "PT80H",
        "inLanguage": "en",
    }
    assert found["offers"]["description"] == "Bez maksas"
    assert found["offers"]["url"] == "https://riga-college.example/enrol"
    assert found["educationalCredentialAwarded"]["credentialCategory"] == "Micro-credential"
    assert found["educationalLevel"]["@id"] == "http://data.europa.eu/snb/eqf/7"


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ("150 EUR", {"category": "Paid", "price": "150", "priceCurrency": "EUR"}),
        ("0", {"category": "Free", "price": "0"}),
        (None, {}),
    ],
)
def test_search_engines_are_told_an_amount_where_one_is_stated(
    offered: OfferedTemplate, price: str | None, told: Json
) -> None:
    found = course(priced(offered, price), "en", PICTURE)
    assert {key: found["offers"].get(key) for key in ("category", "price", "priceCurrency")} == {
        "category": None,
        "price": None,
        "priceCurrency": None,
    } | told
    assert found.get("isAccessibleForFree") == (None if price is None else price == "0")


def test_search_engines_are_told_the_languages_of_teaching(offered: OfferedTemplate) -> None:
    found = course(priced(offered, None, "lv", "de"), "en", PICTURE)
    assert found["inLanguage"] == found["hasCourseInstance"]["inLanguage"] == ["lv", "de"]
    assert course(priced(offered, None, "lv"), "en", PICTURE)["inLanguage"] == "lv"
    assert course(offered, "en", PICTURE)["inLanguage"] == "en", "that of the texts, where nothing is said"


# --- CTDL


def expanded(document: Json) -> Json:
    """The document by its own context alone: nothing is fetched."""

    def refuse(url: str, _options: object) -> Json:
        raise AssertionError(f"asks for {url}")

    [node] = jsonld.expand(document, {"documentLoader": refuse})
    return dict(node)


def test_a_credential_in_ctdl_expands_by_its_own_context_and_has_what_the_registry_requires(
    offered: OfferedTemplate,
) -> None:
    document = ctdl_credential(offered, PAGE.rpartition("/")[2], PICTURE)
    node = expanded(document)
    assert node["@type"] == [f"{CTDL}MicroCredential"]
    assert {term.replace("ceterms:", CTDL) for term in REQUIRED} <= node.keys()
    assert node[f"{CTDL}ctid"] == [{"@value": "ce-5b2a0c7d-0000-4000-8000-000000000001"}]
    assert {"@language": "lv", "@value": "Datu pratība lēmumu pieņēmējiem"} in node[f"{CTDL}name"]
    [status] = node[f"{CTDL}credentialStatusType"]
    assert status[f"{CTDL}targetNode"] == [{"@id": "https://purl.org/ctdl/vocabs/credentialStat/Active"}]
    assert node[f"{CTDL}subjectWebpage"] == [{"@id": PAGE}]
    names = set(jsonld.compact(document, {})) - {"@id", "@type"}
    assert all(name.startswith((CTDL, "https://schema.org/")) for name in names), "a term was lost or renamed"
    assert len(names) == len(document) - 3


def test_price_and_languages_are_told_in_ctdl(offered: OfferedTemplate) -> None:
    node = expanded(ctdl_credential(priced(offered, "150 EUR", "lv", "en"), PAGE.rpartition("/")[2], PICTURE))
    [cost] = node[f"{CTDL}estimatedCost"]
    assert cost[f"{CTDL}price"] == [{"@type": "http://www.w3.org/2001/XMLSchema#decimal", "@value": "150"}]
    assert cost[f"{CTDL}currency"] == [{"@value": "EUR"}]
    assert [each["@value"] for each in node[f"{CTDL}inLanguage"]] == ["lv", "en"]
    free = expanded(ctdl_credential(priced(offered, "0"), PAGE.rpartition("/")[2], PICTURE))
    [cost] = free[f"{CTDL}estimatedCost"]
    assert cost[f"{CTDL}price"][0]["@value"] == "0" and f"{CTDL}currency" not in cost


@pytest.mark.parametrize("required", REQUIRED)
def test_nothing_that_the_registry_requires_can_go_unseen(offered: OfferedTemplate, required: str) -> None:
    """Each term is in the expansion because the document has it, and the context knows it."""
    document = ctdl_credential(offered, PAGE.rpartition("/")[2], PICTURE)
    del document[required]
    assert required.replace("ceterms:", CTDL) not in expanded(document)
