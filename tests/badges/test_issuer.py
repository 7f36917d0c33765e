"""The issuer's file, its did:web and its Profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from badges.errors import TemplateError
from badges.eu.terms import accreditations
from badges.issuer import IssuerProfile, issuer_id, read_issuer
from badges.jsonld import as_jsonld
from badges.template.values import QualityAssurance
from signing.did import did_web_url


@pytest.mark.parametrize(
    ("tool_url", "expected"),
    [
        ("https://badges.example.org", "did:web:badges.example.org:issuers:riga-college"),
        ("http://tool.localhost:8000", "did:web:tool.localhost%3A8000:issuers:riga-college"),
        ("https://example.org/badges/", "did:web:example.org:badges:issuers:riga-college"),
    ],
)
def test_the_issuer_is_known_by_a_did_that_leads_to_the_tool(tool_url: str, expected: str) -> None:
    assert issuer_id(tool_url, "riga-college") == expected
    scheme = tool_url.split(":")[0]
    address = did_web_url(expected)
    assert address.split("://")[1] == f"{tool_url.rstrip('/')}/issuers/riga-college/did.json".split("://")[1]
    assert address.startswith(scheme) or scheme == "http"


def test_the_example_file_names_all_that_the_eu_elements_need(issuer: IssuerProfile) -> None:
    assert issuer.country == "LV"
    assert issuer.legal_name["lv"] == "Rīgas koledža"


def test_the_profile_has_country_and_identifiers(issuer: IssuerProfile) -> None:
    profile = as_jsonld(issuer.as_profile("lv"))
    assert profile["id"] == "did:web:badges.example.org:issuers:riga-college"
    assert profile["address"]["addressCountry"] == "Latvija"
    assert profile["address"]["addressCountryCode"] == "LV"
    assert profile["registration"]["notation"] == "40000000001"
    assert {entry["identifierType"]: entry["identifier"] for entry in profile["otherIdentifier"]} == {
        "ext:eIDASLegalIdentifier": "NTRLV-40000000001",
        "ext:registration": "40000000001",
        "ext:IKVD": "AI-0000",
    }


def test_the_issuer_is_called_by_its_legal_name_in_the_language_of_the_page() -> None:
    known = IssuerProfile(
        id="did:web:x",
        slug="x",
        name="Riga College",
        legal_name={"en": "Riga College", "lv": "Rīgas koledža"},
    )
    assert [known.name_in(language) for language in ("en", "lv", "de")] == [
        "Riga College",
        "Rīgas koledža",
        "Riga College",
    ]
    brand = replace(known, name="RC")
    assert brand.name_in("lv") == "RC"


def test_a_name_and_a_slug_are_all_that_is_required() -> None:
    issuer = read_issuer({"slug": "riga-college", "name": "Riga College"}, "https://badges.example.org")
    profile = as_jsonld(issuer.as_profile())
    assert profile.keys() == {"id", "type", "name", "address"}
    assert profile["address"] == {"type": ["Address"]}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"slug": "Riga College"}, "/slug", "unknown_code"),
        ({"slug": "../x"}, "/slug", "unknown_code"),
        ({"name": ""}, "/name", "required"),
        ({"legal_name": {"en": "x" * 201}}, "/legal_name/en", "too_long"),
        ({"country": "Latvia"}, "/country", "unknown_code"),
        ({"email": "nobody"}, "/email", "not_an_email"),
        ({"url": "riga-college.example"}, "/url", "not_a_web_address"),
        ({"legalname": {"en": "x"}}, "/legalname", "unknown_field"),
        ({"identifiers": [{"type": "my type", "value": "1"}]}, "/identifiers/0/type", "unknown_code"),
        ({"identifiers": [{"type": "ext:VAT"}]}, "/identifiers/0/value", "required"),
        ({"timezone": "Riga"}, "/timezone", "unknown_timezone"),
        ({"timezone": "Europe"}, "/timezone", "unknown_timezone"),
        ({"timezone": "../../etc/passwd"}, "/timezone", "unknown_timezone"),
        ({"timezone": "/etc/localtime"}, "/timezone", "unknown_timezone"),
        ({"timezone": 2}, "/timezone", "not_text"),
        ({"identifiers": ["LV40000000001"]}, "/identifiers/0", "not_an_object"),
    ],
)
def test_each_problem_in_the_file_is_reported_with_its_field(
    changes: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        read_issuer({"slug": "riga-college", "name": "Riga College"} | changes, "https://badges.example.org")
    assert (field, code) in caught.value.problems


def test_a_day_is_the_issuers_own() -> None:
    """What is valid until a day is valid through its end there: also where that is another day in UTC."""
    data = {"slug": "riga-college", "name": "Riga College"}
    riga = read_issuer(data | {"timezone": "Europe/Riga"}, "https://badges.example.org")
    new_year = datetime(2026, 12, 31, 22, 0, tzinfo=UTC)
    assert riga.day_of(new_year) == date(2027, 1, 1)
    assert riga.day_of(new_year - timedelta(seconds=1)) == date(2026, 12, 31)
    assert read_issuer(data, "https://badges.example.org").day_of(new_year) == date(2026, 12, 31)
    for name in ("UTC", " Europe/Riga ", "", None):
        expected = (name or "UTC").strip()
        assert read_issuer(data | {"timezone": name}, "https://badges.example.org").timezone == expected


def test_an_accreditation_begins_and_ends_with_its_days_at_the_issuers() -> None:
    assurance = QualityAssurance(code="eqavet", valid_from=date(2022, 3, 15), valid_until=date(2048, 7, 14))
    (node,) = accreditations((assurance,), "https://badges.example.org/1", zone=ZoneInfo("Europe/Riga"))
    assert node.date_issued == datetime(2022, 3, 14, 22, 0, tzinfo=UTC)
    assert node.expiry_date == datetime(2048, 7, 14, 20, 59, 59, tzinfo=UTC)
    (node,) = accreditations((assurance,), "https://badges.example.org/1")
    assert node.expiry_date == datetime(2048, 7, 14, 23, 59, 59, tzinfo=UTC)
