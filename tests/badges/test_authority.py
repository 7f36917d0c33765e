"""The issuer's settings of authority, and what a template may claim under them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from badges.authority import Authority, comparable_address
from badges.claims import check_claims, claims_beyond
from badges.errors import ClaimError, TemplateError
from badges.issuer import IssuerProfile, read_issuer
from badges.template.model import Template, read_template
from badges.template.values import QualityAssurance
from badges.vocabularies import vocabulary

URL = "https://badges.example.org"
NAMED = {"slug": "riga-college", "name": "Riga College"}
BODY = {"legal_name": {"en": "Riga Technical School", "lv": "Rīgas Tehniskā skola"}, "country": "LV"}
ACCREDITED = {
    "code": "eqavet",
    "agency": {"en": "State Service"},
    "country": "LV",
    "valid_until": "2048-03-14",
}

#: A national level that cannot be compared by number, of a doctorate.
UNNUMBERED = next(each.code for each in vocabulary("national_levels") if each.more["level"] == "I-Doctorat")


def issuer_with(**authority: Any) -> IssuerProfile:
    return read_issuer(NAMED | {"accreditations": [ACCREDITED], "authority": authority}, URL)


def template(**fields: Any) -> Template:
    return read_template({"name": {"en": "Welding"}} | fields)


def test_without_settings_nothing_may_be_named_and_every_template_of_a_teacher_is_approved() -> None:
    authority = read_issuer(NAMED, URL).authority
    assert authority == Authority()
    assert (authority.needs_approval, authority.highest_level, authority.approvers) == (True, None, ())
    bare = read_issuer(NAMED, URL)
    claims = template(
        level={"value": 1}, awarding_bodies=[BODY], types_of_quality_assurance=[{"code": "iso"}]
    )
    assert claims_beyond(claims, bare) == (
        ("/level/value", "no_level_allowed"),
        ("/awarding_bodies/0/legal_name", "awarding_body_not_listed"),
        ("/types_of_quality_assurance/0/code", "quality_assurance_not_listed"),
    )
    modest = template(level="not-applicable", types_of_quality_assurance=[{"code": "internal"}])
    assert claims_beyond(modest, bare) == ()


@pytest.mark.parametrize(
    ("settings", "field", "code"),
    [
        ([], "/authority", "not_an_object"),
        ({"level": 5}, "/authority/level", "unknown_field"),
        ({"highest_level": 9}, "/authority/highest_level", "out_of_range"),
        ({"highest_level": "master"}, "/authority/highest_level", "not_a_number"),
        ({"needs_approval": "no"}, "/authority/needs_approval", "not_yes_or_no"),
        ({"approvers": "quality@riga-college.example"}, "/authority/approvers", "not_a_list"),
        ({"approvers": ["quality"]}, "/authority/approvers/0", "not_an_email"),
        ({"approvers": ["a@x.lv, b@x.lv"]}, "/authority/approvers/0", "not_an_email"),
        ({"approvers": ["a@x.lv\nBcc: b@x.lv"]}, "/authority/approvers/0", "not_an_email"),
        ({"approvers": ["ok@x.lv", ""]}, "/authority/approvers/1", "required"),
        ({"awarding_bodies": [{"country": "LV"}]}, "/authority/awarding_bodies/0/legal_name", "required"),
        ({"quality_assurance": [{"code": "mine"}]}, "/authority/quality_assurance/0/code", "unknown_code"),
    ],
)
def test_each_mistake_in_the_settings_is_named(settings: Any, field: str, code: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read_issuer(NAMED | {"authority": settings}, URL)
    assert caught.value.problems == ((field, code),)


def test_an_approver_is_asked_once_however_the_address_is_written() -> None:
    issuer = issuer_with(approvers=["Quality@X.lv", "quality@x.LV", "rector@rīga.lv"])
    assert issuer.authority.approvers == ("quality@x.LV", "rector@rīga.lv")
    assert comparable_address("Rector@RĪGA.lv") == comparable_address("rector@xn--rga-uta.lv")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"level": {"value": 6}}, "/level/value"),
        ({"level": {"value": 4}, "lki_level": 6}, "/lki_level"),
        ({"level": {"value": 4}, "national_level": "LQF-6"}, "/national_level"),
        ({"level": {"value": 4}, "national_level": UNNUMBERED}, "/national_level"),
        ({"level": {"value": 4}, "cycle": "first"}, "/cycle"),
    ],
)
def test_no_level_is_above_the_highest_in_whatever_framework(fields: Any, pointer: str) -> None:
    assert claims_beyond(template(**fields), issuer_with(highest_level=5)) == ((pointer, "level_too_high"),)


def test_a_level_up_to_the_highest_may_be_named() -> None:
    claims = template(level={"value": 5}, lki_level=5, cycle="short")
    assert claims_beyond(claims, issuer_with(highest_level=5)) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"legal_name": {"lv": "Rīgas Tehniskā skola"}}, None),
        ({"legal_name": {"en": "University of Oxford"}}, ("legal_name", "awarding_body_not_listed")),
        (
            {"legal_name": {"en": "Riga Technical School", "lv": "Oksfordas Universitāte"}},
            ("legal_name/lv", "not_as_listed"),
        ),
        ({"country": "GB"}, ("country", "not_as_listed")),
        ({"registration": "40000000009"}, ("registration", "not_as_listed")),
    ],
)
def test_only_a_listed_body_awards_with_the_issuer(changes: Any, problem: Any) -> None:
    found = claims_beyond(template(awarding_bodies=[BODY | changes]), issuer_with(awarding_bodies=[BODY]))
    assert found == (((f"/awarding_bodies/0/{problem[0]}", problem[1]),) if problem else ())


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (ACCREDITED, None),
        ({"code": "eqavet", "valid_until": "2047-01-01"}, None),
        ({"code": "eqavet"}, ("valid_until", "not_as_listed")),
        (ACCREDITED | {"valid_until": "2048-03-15"}, ("valid_until", "not_as_listed")),
        (ACCREDITED | {"valid_from": "1919-01-01"}, ("valid_from", "not_as_listed")),
        (ACCREDITED | {"agency": {"en": "ENQA"}}, ("agency/en", "not_as_listed")),
        (ACCREDITED | {"reference": "7"}, ("reference", "not_as_listed")),
        ({"code": "esg"}, ("code", "quality_assurance_not_listed")),
        ({"code": "programmeAccreditation", "agency": {"en": "Ministry"}}, None),
        ({"code": "internal", "agency": {"en": "Riga College"}}, None),
        ({"code": "internal", "agency": {"en": "ENQA"}}, ("agency/en", "not_as_listed")),
        ({"code": "internal", "register": "DEQAR"}, ("register", "not_as_listed")),
    ],
)
def test_only_the_issuers_quality_assurance_is_named(fields: Any, problem: Any) -> None:
    issuer = issuer_with(quality_assurance=[{"code": "programmeAccreditation", "agency": {"en": "Ministry"}}])
    found = claims_beyond(template(types_of_quality_assurance=[fields]), issuer)
    assert found == (((f"/types_of_quality_assurance/0/{problem[0]}", problem[1]),) if problem else ())


def test_of_several_listed_ones_the_nearest_counts() -> None:
    first = QualityAssurance(code="iso", agency={"en": "A"}, country="LV")
    second = QualityAssurance(code="iso", agency={"en": "B"}, country="EE", valid_until=date(2030, 1, 1))
    issuer = replace(issuer_with(), accreditations=(first, second))
    given = {"code": "iso", "agency": {"en": "B"}, "country": "EE", "valid_until": "2031-01-01"}
    assert claims_beyond(template(types_of_quality_assurance=[given]), issuer) == (
        ("/types_of_quality_assurance/0/valid_until", "not_as_listed"),
    )


def test_a_template_does_not_call_an_institution_accredited_that_is_not() -> None:
    claims = template(quality={"accredited": True})
    assert claims_beyond(claims, issuer_with()) == ()
    assert claims_beyond(claims, read_issuer(NAMED, URL)) == (
        ("/quality/accredited", "quality_assurance_not_listed"),
    )


def test_the_doctor_of_medicine_with_another_university_is_refused(issuer: IssuerProfile) -> None:
    """What one teacher alone once published."""
    claims = template(level={"value": 8}, awarding_bodies=[BODY])
    with pytest.raises(ClaimError) as caught:
        check_claims(claims, issuer)
    assert [pointer for pointer, _ in caught.value.problems] == [
        "/level/value",
        "/awarding_bodies/0/legal_name",
    ]
    assert "[authority]" in str(caught.value) and "/level/value: level_too_high" in str(caught.value)


def test_the_templates_of_the_demo_claim_what_its_issuer_allows(
    issuer: IssuerProfile, solar: Template, data_literacy: Template
) -> None:
    assert [claims_beyond(each, issuer) for each in (solar, data_literacy)] == [(), ()]
