"""Whose badge it is: it matches, it does not match, or it cannot be said."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from badges.verify.recipient import MAX_IDENTIFIERS, check_recipient
from signing.json_text import Json

MATCHES, ANOTHER = ("passed", "recipient_matches"), ("failed", "another_recipient")
NEARLY, CANNOT_SAY = ("unknown", "recipient_spelled_otherwise"), ("unknown", "recipient_not_comparable")


def hashed(
    value: str, salt: str | None = "Kosher", kind: str | None = "emailAddress", **changes: Any
) -> Json:
    digest = sha256(f"{value}{salt or ''}".encode()).hexdigest()
    entry = {"hashed": True, "identityHash": f"sha256${digest}", "salt": salt, "identityType": kind}
    return {name: member for name, member in (entry | changes).items() if member is not None}


def plain(value: Any, kind: str | None = "name") -> Json:
    return {"hashed": False, "identityHash": value} | ({"identityType": kind} if kind else {})


def answer(subject: Any, recipient: str) -> tuple[str, str]:
    finding = check_recipient({"credentialSubject": subject}, recipient)
    return finding.outcome, finding.code


def named(*identifiers: Any) -> Json:
    return {"identifier": list(identifiers)}


ANNA = named(plain("Anna Bērziņa"))


@pytest.mark.parametrize(
    ("recipient", "found"),
    [
        ("Anna Bērziņa", MATCHES),
        ("anna BĒRZIŅA", MATCHES),
        ("  Anna\u00a0  Bērziņa ", MATCHES),
        ("Anna Be\u0304rzin\u0327a", MATCHES),
        ("Anna Berzina", NEARLY),
        ("Anna Bērzina", NEARLY),
        ("Bērziņa Anna", NEARLY),
        ("Anna Kalniņa", ANOTHER),
        ("Zane Bērziņa", ANOTHER),
        ("anna@example.org", CANNOT_SAY),
        ("did:key:z6MkAnna", CANNOT_SAY),
        ("123456-12345", CANNOT_SAY),
        ("", CANNOT_SAY),
    ],
)
def test_a_name_is_compared_as_people_write_it(recipient: str, found: tuple[str, str]) -> None:
    assert answer(ANNA, recipient) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Nguyễn Thế Vinh",
            "Nguye\u0302\u0303n The\u0301\u0302 Vinh",
        ),  # the marks of one letter in both orders
        ("Nguyễn", "Nguye\u0303\u0302n"),
        ("STRASSE", "Straße"),
        ("محمد\u200c علی", "محمد علی"),
    ],
)
def test_case_and_the_order_of_marks_are_ignored(one: str, other: str) -> None:
    assert answer(named(plain(one)), other) == MATCHES
    assert answer(named(plain(other)), one) == MATCHES


@pytest.mark.parametrize(
    ("one", "other"), [("Łukasz", "Lukasz"), ("Søren", "Soren"), ("Işık", "Isik"), ("Ægir", "Aegir")]
)
def test_a_difference_of_diacritics_only_accuses_nobody(one: str, other: str) -> None:
    assert answer(named(plain(one)), other) == answer(named(plain(other)), one) == NEARLY


@pytest.mark.parametrize(
    ("subject", "recipient", "found"),
    [
        (named(hashed("anna@example.org")), "anna@example.org", MATCHES),
        (named(hashed("anna@example.org")), " Anna@Example.ORG ", MATCHES),
        (named(hashed("anna@example.org")), "mailto:anna@example.org", MATCHES),
        (named(hashed("anna@example.org", salt=None)), "anna@example.org", MATCHES),
        (named(hashed("anna@example.org")), "zane@example.org", ANOTHER),
        (named(hashed("anna@example.org", kind=None)), "zane@example.org", ANOTHER),
        (named(plain("Anna@example.org", "emailAddress")), "anna@Example.org", MATCHES),
        (named(plain("anna@example.org", "emailAddress")), "zane@example.org", ANOTHER),
        (named(plain("anna@example.org", None)), "zane@example.org", ANOTHER),
    ],
)
def test_an_email_address_is_compared_in_lower_case(
    subject: Json, recipient: str, found: tuple[str, str]
) -> None:
    assert answer(subject, recipient) == found


@pytest.mark.parametrize(
    ("identifier", "recipient"),
    [
        (hashed("anna@example.org"), "Anna Bērziņa"),  # no name in it
        (
            hashed("Anna Bērziņa", kind="name"),
            "Anna Berzina",
        ),  # a name that is hashed may be spelled otherwise
        (hashed("050199-12345", kind="nationalIdentityNumber"), "anna@example.org"),
        (hashed("050199-12345", kind="nationalIdentityNumber"), "050199-54321"),
        (hashed("x", identityHash="sha512$" + "0" * 128), "anna@example.org"),
        (hashed("x", identityHash="anna@example.org"), "anna@example.org"),
        (plain("s12345", "userName"), "anna@example.org"),
        (plain("s12345", "userName"), "Zane Ozola"),
        (plain("12345", "sourcedId"), "54321"),
    ],
)
def test_what_is_of_another_kind_cannot_fail_to_match(identifier: Json, recipient: str) -> None:
    assert answer(named(identifier), recipient) == CANNOT_SAY


@pytest.mark.parametrize(
    "broken",
    [
        plain(""),
        plain({}),
        plain(7),
        plain("Anna", 7),  # type: ignore[arg-type]
        {"hashed": "true", "identityHash": "Anna Bērziņa", "identityType": "name"},
        hashed("anna@example.org", salt=5),  # type: ignore[arg-type]
        hashed("anna@example.org", identityHash=""),
        "Anna Bērziņa",
        [],
    ],
    ids=str,
)
def test_what_cannot_be_read_is_neither_a_match_nor_a_mismatch(broken: Any) -> None:
    assert answer(named(broken), "anna@example.org") == CANNOT_SAY
    assert answer(named(broken), "Anna Bērziņa") == CANNOT_SAY
    # Nor does what can be read accuse: the one that cannot may be hers.
    assert answer(named(plain("zane@example.org", "emailAddress"), broken), "anna@example.org") == CANNOT_SAY


def test_null_is_absent() -> None:
    unsalted = hashed("anna@example.org", salt=None) | {"salt": None}
    assert answer(named(None, unsalted), "anna@example.org") == MATCHES
    assert answer({"identifier": None, "id": None}, "anna@example.org") == CANNOT_SAY


@pytest.mark.parametrize(
    ("subject", "recipient", "found"),
    [
        ({"id": "did:key:z6MkAnna"}, "did:key:z6MkAnna", MATCHES),
        (
            {"id": "did:key:z6MkAnna"},
            "did:key:z6MKANNA",
            ANOTHER,
        ),  # another key: letters of either case count
        ({"id": "did:key:z6MkAnna"}, "did:web:anna.example", CANNOT_SAY),
        ({"id": "did:key:z6MkAnna"}, "anna@example.org", CANNOT_SAY),
        ({"id": "urn:uuid:1"}, "Anna Bērziņa", CANNOT_SAY),
        ({"id": "mailto:Anna@example.org"}, "anna@example.org", MATCHES),
        ({"id": "mailto:anna@example.org"}, "zane@example.org", ANOTHER),
        ({"id": "https://social.example/@anna"}, "https://social.example/@anna", MATCHES),
    ],
)
def test_an_id_is_compared_with_ids_of_its_kind(
    subject: Json, recipient: str, found: tuple[str, str]
) -> None:
    assert answer(subject, recipient) == found


def test_the_names_of_a_profile_and_of_the_subject_are_compared() -> None:
    profile = {"givenName": "Anna", "additionalName": "Marija", "familyName": "Bērziņa"}
    assert answer(profile, "Anna Bērziņa") == answer(profile, "anna marija bērziņa") == MATCHES
    assert answer(profile, "Zane Ozola") == ANOTHER
    assert answer({"name": "Anna Bērziņa"}, "Anna Bērziņa") == MATCHES
    assert answer({"name": "Anna Bērziņa"}, "Zane Ozola") == ANOTHER


def test_of_several_subjects_nobody_is_the_recipient() -> None:
    assert answer([ANNA], "Anna Bērziņa") == MATCHES
    assert answer([ANNA, named(plain("Zane Ozola"))], "Anna Bērziņa") == CANNOT_SAY
    for odd in ([], [7], 7, None, "Anna Bērziņa"):
        assert answer(odd, "Anna Bērziņa") == CANNOT_SAY


def test_more_identifiers_than_are_compared_accuse_nobody() -> None:
    many = [plain("Zane Ozola")] * MAX_IDENTIFIERS
    assert answer(named(*many), "Anna Bērziņa") == ANOTHER
    assert answer(named(*many, plain("Anna Bērziņa")), "Anna Bērziņa") == CANNOT_SAY
