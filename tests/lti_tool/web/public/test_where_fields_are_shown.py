"""Every field of a template reaches the readers for whom it is declared, and no others.

The fullest template is made from the declarations, so a field that is added is in it, and is asked for below.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from badges.in_words import day_in_words
from badges.quality import framework, framework_codes
from badges.template.declarations import RECOGNITION, DeclarationTexts
from badges.template.fields import EVERYWHERE, SIGNED, Field, Group, Items, fields_of
from badges.template.kinds import (
    Code,
    Codes,
    Day,
    EidasIdentifier,
    EscoIri,
    Number,
    Text,
    TextByLanguage,
    WebAddress,
    WholeNumber,
    YesNo,
)
from badges.template.model import Template
from badges.template.price import WrittenPrice
from badges.vocabularies import vocabulary
from lti_tool.publishing import europass
from lti_tool.store.models import CredentialRow, TemplateVersion
from tests.fixtures import ANNA, complete, run_due_jobs

#: What wallets were seen to show of an achievement.
SHOWN_BY_WALLETS = ("name", "description", "criteria", "alignment", "tag")
DAY = date(2024, 2, 3)
#: Kinds that are one of a kind: a value, and words by which a reader knows it.
OTHERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "in_language": ("en", ("inLanguage", "authority/language/ENG")),
    "level": ({"value": 6}, ("EQF: Level 6", "eqf/6")),
    "lki_level": (6, ("LQF Level 6", "LKI6", "c_a828cd20")),
    "national_level": ("AT-NQF-6", ("AT: NQF Level 6",)),
    "cycle": ("first", ("first cycle (QF-EHEA)",)),
    # A Latvian issuer can name no other.
    "programme_code": ("43 484", ("43 484",)),
    "validity": ({"months": 24}, ("21 November 2028", "2028-11-21", "24 months")),
    "required_value": (7, ("7 of 9 points",)),
    "outcome_levels/from_result": (8, ("at least 8 of 9 points",)),
    "scale": (9, ("7 of 9 points",)),
    "workload_hours": (113, ("113 hours", "PT113H")),
    "credits": (4, ("4 ECTS", '"creditsAvailable": 4', '"point": "4"')),
    "types_of_quality_assurance/register": ("IKVD", ("IKVD mark", '"schemeName": "IKVD"')),
    "types_of_quality_assurance/valid_from": ("2024-02-03", ("from 3 February 2024", "2024-02-02T22")),
    "types_of_quality_assurance/valid_until": ("2040-03-04", ("until 4 March 2040", "2040-03-04T21")),
}


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A field with the value that the fullest template has, and texts of which one shows that a reader meets it."""

    path: str
    field: Field
    value: Any
    evidence: tuple[str, ...]
    is_marker: bool


def fill(owner: type, path: str = "") -> tuple[dict[str, Any], list[Filled]]:
    """The fullest object of a class, and its fields, each text with a marker that stands nowhere else."""
    data: dict[str, Any] = {}
    filled: list[Filled] = []
    for field in fields_of(owner):
        name = f"{path}{field.name}"
        if isinstance(field.kind, Items | Group):
            data_of_part, parts = fill(field.kind.of, f"{name}/" if isinstance(field.kind, Items) else "")
            data[field.name] = [data_of_part] if isinstance(field.kind, Items) else data_of_part
            filled += parts
            continue
        marker = "mark" + name.replace("/", "").replace("_", "") + "x"
        value, evidence = OTHERS.get(name) or _value(field, marker)
        data[field.name] = value
        is_marker = marker in str(value) or isinstance(field.kind, Text)
        filled.append(Filled(path=name, field=field, value=value, evidence=evidence, is_marker=is_marker))
    return data, filled


def _value(field: Field, marker: str) -> tuple[Any, tuple[str, ...]]:
    match field.kind:
        case TextByLanguage():
            return {"en": marker, "lv": f"{marker}lv"}, (marker,)
        case DeclarationTexts():
            return {rule: {"en": f"{marker}{number}"} for number, rule in enumerate(_stated())}, (marker,)
        case Text():
            return marker, (marker,)
        case WebAddress():
            return f"https://{marker}.example/", (f"https://{marker}.example/",)
        case EidasIdentifier():
            return f"VATLV-{marker}", (f"VATLV-{marker}",)
        case EscoIri():
            return f"http://data.europa.eu/esco/skill/{marker}", (marker,)
        case Code(vocabulary=name) | Codes(vocabulary=name):
            concept = list(vocabulary(name))[-1]
            value = concept.code if isinstance(field.kind, Code) else [concept.code]
            return value, (concept.label["en"], concept.iri)
        case YesNo():
            return True, (field.label["en"],)
        case Day():
            return DAY.isoformat(), (day_in_words(DAY)["en"],)
        case Number() | WholeNumber():
            return 7, ("7",)
        case WrittenPrice():
            return "7 EUR", ("EUR 7",)
    raise AssertionError(f"no value for {field.name}")


def _stated() -> Iterator[str]:
    """All rules that a text meets, without the one about recognition, whose text is signed."""
    for code in framework_codes():
        for rule in framework(code).rules:
            name = f"{code}.{rule.code}"
            if rule.demand is None and name != RECOGNITION:
                yield name


DATA, FILLED = fill(Template)
RECOGNISED = "markrecognitionx"
# A level is of the list or has a name of its own: so there are two.
(LEVEL,) = DATA["outcome_levels"]
DATA["outcome_levels"] = [{"code": LEVEL.pop("code")}, LEVEL]
DATA["quality"]["declarations"][RECOGNITION] = {"en": RECOGNISED, "lv": f"{RECOGNISED}lv"}


@pytest.fixture
def surfaces(web_tool, browser, platform, course_rule, clock) -> dict[str, str]:
    """The text of each place where readers meet the fullest badge."""
    clock.advance(hours=1)
    complete(web_tool, platform, course_rule, ANNA)
    # After the award, because nothing gives a result, and before its credential is made.
    with web_tool.store.begin() as session:
        session.query(TemplateVersion).one().body = DATA
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        row = session.query(CredentialRow).one()
        badge, version = f"/badges/{row.id}", row.template_version
        page = f"/achievements/{version.template_id}/{version.version}"
        elm = europass.upload_of(web_tool.issuers, row).decode()
    credential = browser.get(f"{badge}.json").json
    achievement = credential["credentialSubject"]["achievement"]
    pdf = PdfReader(io.BytesIO(browser.get(f"{badge}.pdf?lang=en").data))
    return {
        "credential": json.dumps(credential, ensure_ascii=False),
        "wallet": json.dumps({name: achievement.get(name) for name in SHOWN_BY_WALLETS}, ensure_ascii=False),
        "elm": elm,
        "certificate": " ".join(" ".join(one.extract_text() for one in pdf.pages).split()),
        "badge_page": html.unescape(browser.get(f"{badge}?lang=en").text),
        "achievement_page": html.unescape(browser.get(f"{page}?lang=en").text),
        "in Latvian": html.unescape(browser.get(f"{page}?lang=lv").text),
    }


def test_each_marker_is_where_it_is_declared_to_be_and_nowhere_else(surfaces) -> None:
    texts = [one for one in FILLED if one.is_marker]
    assert len(texts) > 35
    wrong = {}
    for one in texts:
        found = {name for name in EVERYWHERE if any(text in surfaces[name] for text in one.evidence)}
        if found != set(one.field.surfaces):
            wrong[one.path] = (sorted(found), sorted(one.field.surfaces))
    assert wrong == {}


def test_each_other_value_is_where_it_is_declared_to_be(surfaces) -> None:
    others = [one for one in FILLED if not one.is_marker]
    assert len(others) > 25
    missing = {
        one.path: lacking
        for one in others
        if (
            lacking := [
                name
                for name in one.field.surfaces
                if not any(text.lower() in surfaces[name].lower() for text in one.evidence)
            ]
        )
    }
    assert missing == {}


def test_each_text_of_a_language_is_on_the_page_in_that_language(surfaces) -> None:
    missing = [
        one.path
        for one in FILLED
        if isinstance(one.field.kind, TextByLanguage)
        and "achievement_page" in one.field.surfaces
        and f"{one.evidence[0]}lv" not in surfaces["in Latvian"]
    ]
    assert missing == []


def test_every_declared_text_for_a_framework_is_on_the_achievements_page(surfaces) -> None:
    (declarations,) = (one for one in FILLED if one.path == "declarations")
    for text in declarations.value.values():
        assert text["en"] in surfaces["achievement_page"]


def test_how_it_is_recognised_is_signed_and_shown(surfaces) -> None:
    assert [name for name in EVERYWHERE if RECOGNISED in surfaces[name]] == list(SIGNED)


def test_a_field_that_nobody_outside_meets_says_why() -> None:
    inside = {one.path: one.field.kept_inside for one in FILLED if not one.field.surfaces}
    assert inside.keys() == {
        "learning_outcomes/assessed_by",
        "assessments/summative",
        "shape",
        "colours",
        "sign",
        "level_mark",
        "credits_mark",
        "logo_mark",
        "owner",
        "funding_code",
        "review_date",
        "change_log/day",
        "change_log/text",
        "change_log/by",
    }
    assert all(reason.endswith(".") for reason in inside.values())
