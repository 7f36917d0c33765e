"""The form of badges of Open Badges 2.0, and what the 1EdTech validator would say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from badges.errors import SchemaError
from badges.schemas.json_schema import find_breach
from badges.verify import Report
from signing.json_text import Json
from tests.badges.verify.hosted import BADGE, CONTEXT, HOSTED, ISSUER, SITE, Web
from tests.badges.verify.reports import baked_older, finding

PICTURE = "data:image/png;base64,iVBORw0KGgo="
EXTENSION = "https://w3id.org/openbadges/extensions/exampleExtension/context.json"
SCHEMA = "https://openbadgespec.org/extensions/exampleExtension/schema.json"


def probe(report: Report, name: str) -> str:
    return next(probe.outcome for probe in report.probes if probe.name == name)


def test_a_whole_badge_is_valid_to_both(web: Web, check: Callable[..., Report]) -> None:
    report = check(web.pages[HOSTED])
    assert (report.verdict, report.one_ed_tech) == ("verified", "valid")
    assert finding(report, "schema") == ("passed", "right_form")


# --- what the words mean has to be right


@pytest.mark.parametrize(
    "context", ["https://w3id.org/openbadges/invalid", ["https://example.org/x", CONTEXT]]
)
def test_another_context_is_no_open_badge(web: Web, check: Callable[..., Report], context: Any) -> None:
    web.pages[HOSTED]["@context"] = context
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "context")) == ("unusable", ("failed", "other_context"))
    assert (report.one_ed_tech, probe(report, "ContextPropertyProbe")) == ("error", "error")


def test_another_type_is_no_open_badge(web: Web, check: Callable[..., Report]) -> None:
    web.pages[HOSTED]["type"] = "OtherAssertion"
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "type")) == ("unusable", ("failed", "wrong_type"))
    assert report.one_ed_tech == "fatal"


def test_the_picture_of_an_assertion_is_an_address_and_that_of_a_badge_class_may_be_data(
    web: Web, check: Callable[..., Report]
) -> None:
    web.pages[BADGE]["image"] = PICTURE
    assert check(web.pages[HOSTED]).one_ed_tech == "valid"
    for image in (PICTURE, PICTURE.upper()):
        web.pages[HOSTED]["image"] = image
        report = check(web.pages[HOSTED])
        assert (report.verdict, finding(report, "schema")) == ("unusable", ("failed", "wrong_form"))
        assert report.one_ed_tech == "error"


def test_a_revoked_badge_in_a_wrong_form_is_revoked_or_unusable(
    web: Web, check: Callable[..., Report]
) -> None:
    web.pages[HOSTED] |= {"image": PICTURE, "revoked": True}
    report = check(web.pages[HOSTED])
    assert finding(report, "status") == ("failed", "revoked")
    assert report.verdict in ("revoked", "unusable")


# --- slips are a remark


@pytest.mark.parametrize(
    ("address", "change", "path", "outcome"),
    [
        (HOSTED, {"issuedOn": "2020-01-01"}, "issuedOn", "error"),
        (HOSTED, {"evidence": "no address"}, "evidence", "error"),
        (
            HOSTED,
            {"recipient": {"type": "post", "hashed": False, "identity": "x"}},
            "recipient.type",
            "fatal",
        ),
        (HOSTED, {"recipient": {"type": "email", "identity": "x"}}, "recipient.hashed", "error"),
        (HOSTED, {"@language": "not a language"}, "@language", "error"),
        (HOSTED, {"image": {"id": "x"}}, "image.id", "error"),
        (BADGE, {"name": None}, "badge.name", "error"),
        (BADGE, {"description": 7}, "badge.description", "error"),
        (BADGE, {"criteria": None}, "badge.criteria", "error"),
        (BADGE, {"image": "data:image/gif;base64,AA"}, "badge.image", "error"),
        (BADGE, {"alignment": [{"targetName": "x"}]}, "badge.alignment.targetUrl", "error"),
        (BADGE, {"tags": ["a", 7]}, "badge.tags", "error"),
        (ISSUER, {"email": None}, "badge.issuer.email", "error"),
        (ISSUER, {"url": "here"}, "badge.issuer.url", "error"),
        (ISSUER, {"type": "Criteria"}, "badge.issuer.type", "fatal"),
        (ISSUER, {"type": ["Issuer", "Unknown"]}, "badge.issuer.type", "error"),
        (ISSUER, {"verification": {"allowedOrigins": "college.example.org", "x": 1}}, "", "valid"),
        (ISSUER, {"type": ["Issuer", "https://example.org/Own"]}, "", "valid"),
    ],
)
def test_a_slip_is_a_remark_to_us_and_an_error_to_1edtech(
    web: Web, check: Callable[..., Report], address: str, change: Json, path: str, outcome: str
) -> None:
    web.pages[address] |= change
    report = check(web.pages[HOSTED])
    assert report.verdict == "verified"
    assert finding(report, "schema") == (("warning", "loose_form") if path else ("passed", "right_form"))
    assert next(each.detail for each in report.checks if each.name == "schema") == path
    assert probe(report, "ValidationPropertyProbe") == outcome


def test_badges_before_2_0_have_no_rules(web: Web, check: Callable[..., Report]) -> None:
    web.pages[HOSTED] |= {"@context": "https://w3id.org/openbadges/v1", "image": PICTURE}
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "schema")) == ("verified", ("unknown", "no_rules"))


# --- the schemas of extensions


@pytest.fixture
def extended(web: Web) -> Json:
    """The assertion with an extension, whose schema wants a text."""
    web.pages[EXTENSION] = {
        "@context": {
            "obi": "https://w3id.org/openbadges#",
            "extensions": "https://w3id.org/openbadges/extensions#",
            "exampleProperty": "http://schema.org/text",
        },
        "obi:validation": [
            {"obi:validatesType": "extensions:ExampleExtension", "obi:validationSchema": SCHEMA}
        ],
    }
    web.pages[SCHEMA] = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"exampleProperty": {"type": "string"}},
        "required": ["exampleProperty"],
    }
    web.pages[HOSTED]["extensions:exampleExtension"] = {
        "@context": EXTENSION,
        "type": ["Extension", "extensions:ExampleExtension"],
        "exampleProperty": "I'm a property, short and sweet",
    }
    extension: Json = web.pages[HOSTED]["extensions:exampleExtension"]
    return extension


def checked(check: Callable[..., Report], web: Web, **more: Any) -> tuple[str, tuple[str, str], str]:
    report = check(web.pages[HOSTED], **({"find_schema_breach": find_breach} | more))
    return report.verdict, finding(report, "inline_schemas"), probe(report, "ExtensionProbe")


def test_an_extension_follows_the_schema_that_its_context_names(
    web: Web, check: Callable[..., Report], extended: Json
) -> None:
    assert checked(check, web) == ("verified", ("passed", "follows_schemas"), "valid")
    for property_name in ("exampleProperty", "http://schema.org/text"):
        for value, verdict in (("short", "verified"), (1337, "unusable")):
            extended.pop("exampleProperty", None)
            extended.pop("http://schema.org/text", None)
            extended[property_name] = value
            assert checked(check, web)[0] == verdict, (property_name, value)
    assert checked(check, web) == ("unusable", ("failed", "breaks_schema"), "error")
    # the context may stand at the top, and the type may be written out
    del extended["@context"]
    web.pages[HOSTED]["@context"] = [CONTEXT, EXTENSION]
    extended["type"] = ["Extension", "https://w3id.org/openbadges/extensions#ExampleExtension"]
    assert checked(check, web)[1] == ("failed", "breaks_schema")


def test_an_extension_that_cannot_be_checked_is_no_fault(
    web: Web, check: Callable[..., Report], extended: Json
) -> None:
    assert checked(check, web, find_schema_breach=None)[:2] == ("verified", ("unknown", "schema_not_asked"))

    def refuses(_document: Json, _schema: Json) -> str | None:
        raise SchemaError("too hard")

    assert checked(check, web, find_schema_breach=refuses)[1] == ("unknown", "schema_not_understood")
    del web.pages[SCHEMA]
    assert checked(check, web) == ("verified", ("unknown", "schema_not_reached"), "unknown")
    web.pages[EXTENSION] = {}
    assert checked(check, web)[1] == ("passed", "follows_schemas"), "the context names no schema"
    web.pages[HOSTED]["evidence"] = [extended] * 5
    assert checked(check, web)[1] == ("unknown", "too_many_schemas")


def test_no_schema_is_fetched_for_a_badge_that_is_not_its_issuers(
    web: Web, check: Callable[..., Report], extended: Json
) -> None:
    web.pages[ISSUER]["verification"] = {"startsWith": f"{SITE}/x/"}
    assert check(web.pages[HOSTED], find_schema_breach=find_breach).verdict == "wrong_issuer"
    assert not {EXTENSION, SCHEMA} & {*web.asked}
    assert extended


# --- what 1EdTech would say


def test_1edtech_judges_the_file_and_we_judge_what_is_served(web: Web, check: Callable[..., Report]) -> None:
    file = web.pages[HOSTED] | {"expires": "2021-01-01T00:00:00Z"}
    report = check(file)
    assert (report.verdict, report.one_ed_tech) == ("verified", "fatal")
    web.pages[HOSTED]["revoked"] = True
    report = check({name: value for name, value in web.pages[HOSTED].items() if name != "revoked"})
    assert (report.verdict, report.one_ed_tech) == ("revoked", "valid")


def test_what_1edtech_would_look_up_and_we_did_not_is_unknown(web: Web, check: Callable[..., Report]) -> None:
    assert check(baked_older(HOSTED, b"tEXt")).one_ed_tech == "unknown"
    file = dict(web.pages[HOSTED])
    assert check(file | {"badge": f"{SITE}/badges/2"}).one_ed_tech == "unknown"
    assert check(file | {"endorsement": f"{SITE}/endorsement"}).one_ed_tech == "unknown"
    del web.pages[HOSTED]
    assert check(file).one_ed_tech == "unknown"


def test_1edtech_looks_an_embedded_badge_class_up_too(web: Web, check: Callable[..., Report]) -> None:
    web.pages[HOSTED]["badge"] = dict(web.pages[BADGE])
    assert check(web.pages[HOSTED]).one_ed_tech == "valid"
    del web.pages[BADGE]
    report = check(web.pages[HOSTED])
    assert (report.verdict, report.one_ed_tech) == ("verified", "unknown")


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        (None, "valid"),
        ({"startsWith": f"{SITE}/"}, "valid"),
        ({"startsWith": [f"{SITE}/NOT", "http://example.com/ALSONOT"]}, "error"),
        ({"allowedOrigins": ["example.com", "example.org"]}, "error"),
        ({"allowedOrigins": ["example.com", "college.example.org"]}, "valid"),
    ],
)
def test_1edtech_reads_the_rule_of_the_issuer(
    web: Web, check: Callable[..., Report], policy: Any, outcome: str
) -> None:
    web.pages[ISSUER]["verification"] = policy
    report = check(web.pages[HOSTED])
    assert probe(report, "VerificationDependenciesProbe") == outcome


def test_1edtech_reads_the_issuers_list_of_revoked_badges(web: Web, check: Callable[..., Report]) -> None:
    web.pages[ISSUER]["revocationList"] = f"{SITE}/revoked"
    web.pages[f"{SITE}/revoked"] = {"type": "RevocationList", "revokedAssertions": []}
    assert check(web.pages[HOSTED]).one_ed_tech == "valid"
    web.pages[f"{SITE}/revoked"]["revokedAssertions"] = [HOSTED]
    assert check(web.pages[HOSTED]).one_ed_tech == "error"


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"expires": "2021-01-01T00:00:00Z"}, "fatal"),
        ({"issuedOn": "2100-01-01T00:00:00Z"}, "fatal"),
        ({"expires": None}, "valid"),
        ({"verification": None}, "exception"),
    ],
)
def test_1edtech_reads_dates_and_verification(
    web: Web, check: Callable[..., Report], change: Json, outcome: str
) -> None:
    web.pages[HOSTED] |= change
    assert json.dumps(web.pages[HOSTED])
    assert check(web.pages[HOSTED]).one_ed_tech == outcome


@pytest.mark.parametrize("address", [BADGE, ISSUER])
def test_a_badge_class_or_an_issuer_by_itself_is_no_badge_of_anybody(
    web: Web, check: Callable[..., Report], address: str
) -> None:
    """1EdTech validates them, too. What they name is not fetched: nobody was awarded anything."""
    outcome = "unknown" if address == BADGE else "valid"
    for context in (CONTEXT, {"obi": "https://w3id.org/openbadges#"}):
        web.pages[address]["@context"] = context
        report = check(web.pages[address])
        assert (report.verdict, finding(report, "type")) == ("unusable", ("failed", "badge_class"))
        assert (report.one_ed_tech, web.asked) == (outcome, [])
    web.pages[address]["name"] = None
    assert check(web.pages[address]).one_ed_tech == "error"
    web.pages[address]["type"] = ["Issuer", "Unknown"]
    assert check(web.pages[address]).one_ed_tech == "error"
