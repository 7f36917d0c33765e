"""A recognition pack says what was signed, is signed itself, and cannot be made or changed by anybody else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft201909Validator
from pypdf import PdfReader

from badges.pdf.attachments import attached_text
from badges.pdf.recognition_pack import DrawnPack, recognition_pack
from badges.recognition_pack.content import FORM, MOST_BADGES, PackedBadge, Packer, pack_document
from badges.recognition_pack.legal_basis import legal_basis
from badges.recognition_pack.quality_then import quality_on_the_day
from badges.recognition_pack.signed import (
    check_pack,
    looks_like_pack,
    looks_like_pdf_with_pack,
    read_pack,
    signed_pack,
)
from badges.schemas import PACK_SCHEMA, PACK_SCHEMA_PATH
from badges.template.model import NOT_APPLICABLE, Template
from signing.errors import KeyNotFoundError
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, generate

Build = Callable[..., Json]
PAGE = "https://badges.example.org/badges/1"


@pytest.fixture(scope="module")
def private():
    return generate("Ed25519")


@pytest.fixture
def key(private, issuer) -> SigningKey:
    return SigningKey(verification_method=f"{issuer.id}#1", kid="1", private=private)


@pytest.fixture
def find_key(private, issuer):
    def find(method: str, issuer_id: str) -> VerificationMethod:
        if method != f"{issuer.id}#1":
            raise KeyNotFoundError("no such key")
        return VerificationMethod(id=method, controller=issuer.id, public=private.public_key())

    return find


@pytest.fixture
def document(solar: Template, built: Build, issuer, now) -> Json:
    badge = PackedBadge(text=json.dumps(built(solar)), page_url=PAGE)
    packer = Packer(
        issuer_id=issuer.id,
        name={"en": "Riga College", "lv": "Rīgas koledža"},
        verifier_url="https://badges.example.org/verify",
        schema_url=f"https://badges.example.org{PACK_SCHEMA_PATH}",
    )
    return pack_document([badge], packer, now)


def outcome(text: str, find_key: Any, now: Any) -> str:
    pack = read_pack(text)
    assert pack is not None
    return check_pack(pack, find_key, now)


def test_the_pack_has_what_an_evaluator_asks_for_in_both_languages(document, solar):
    (badge,) = document["badges"]
    for code in (
        "learner",
        "learning_outcomes",
        "level",
        "notional_workload",
        "type_of_assessment",
        "supervision",
        "type_of_quality_assurance",
        "grade",
    ):
        assert badge["elements"][code], code
    assert badge["title"] == dict(solar.name)
    assert {*badge["legalBasis"][0]} == {*document["howToVerify"]} == {"en", "lv"}
    assert json.loads(badge["credential"])["id"] == badge["credentialId"]


def test_it_follows_its_schema_and_the_schema_refuses_what_is_not_in_it(document, key, now):
    schema = Draft201909Validator(json.loads(PACK_SCHEMA.read_bytes()))
    assert schema.schema["$id"] == FORM == document["form"]
    pack = json.loads(signed_pack(document, key, now))
    assert not list(schema.iter_errors(pack))
    for name in pack:
        assert list(schema.iter_errors({member: pack[member] for member in pack if member != name})), name
    assert list(schema.iter_errors({**pack, "more": 1}))
    assert list(schema.iter_errors({**pack, "badges": pack["badges"] * (MOST_BADGES + 1)}))


def test_as_signed_it_is_genuine(document, key, find_key, now):
    assert outcome(signed_pack(document, key, now), find_key, now) == "genuine"


@pytest.mark.parametrize(
    "change",
    [
        lambda pack: pack["badges"][0]["elements"].update(level=[{"en": "EQF 8"}]),
        lambda pack: pack["badges"].append(pack["badges"][0]),
        lambda pack: pack.update(more="word"),
        lambda pack: pack["issuer"].update(name={"en": "Another College"}),
        lambda pack: pack.update(schema="https://elsewhere.example/schemas/recognition-pack/1.json"),
    ],
    ids=["a level", "a badge twice", "a word more", "the name of the issuer", "the schema"],
)
def test_whatever_is_changed_is_found(document, key, find_key, now, change):
    pack = json.loads(signed_pack(document, key, now))
    change(pack)
    assert outcome(json.dumps(pack), find_key, now) == "changed"


def test_another_cannot_speak_for_the_issuer(document, find_key, issuer, now):
    other = SigningKey(verification_method="did:web:other.example#1", kid="1", private=generate("Ed25519"))

    def find_any(method: str, issuer_id: str) -> VerificationMethod:
        if method == other.verification_method:
            return VerificationMethod(
                id=method, controller="did:web:other.example", public=other.private.public_key()
            )
        return find_key(method, issuer_id)

    claims_issuer = signed_pack(document, other, now)
    assert outcome(claims_issuer, find_any, now) == "not_by_issuer"
    as_itself = signed_pack(
        {**document, "issuer": {"id": "did:web:other.example", "name": issuer.name}}, other, now
    )
    assert outcome(as_itself, find_any, now) == "not_by_issuer"


def test_a_key_that_is_not_reached_accuses_nobody(document, key, now):
    def unreachable(method: str, issuer_id: str) -> VerificationMethod:
        raise KeyNotFoundError("no answer")

    def broken(method: str, issuer_id: str) -> VerificationMethod:
        raise OSError("no network")

    text = signed_pack(document, key, now)
    assert outcome(text, unreachable, now) == "could_not_check"
    assert outcome(text, broken, now) == "could_not_check"
    assert outcome(json.dumps(document), unreachable, now) == "could_not_check"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "{",
        '{"type": "RecognitionPack"}',
        '{"type": "RecognitionPack", "badges": []}',
        '{"type": "RecognitionPack", "badges": [{}]}',
        '{"type": "RecognitionPack", "badges": [{"credential": 7}]}',
        '{"type": {"RecognitionPack": 1}, "badges": [{"credential": "x"}]}',
        '{"type": "AchievementCredential", "badges": [{"credential": "RecognitionPack"}]}',
        json.dumps({"type": "RecognitionPack", "badges": [{"credential": "x"}] * (MOST_BADGES + 1)}),
    ],
)
def test_what_is_no_pack_is_not_read_as_one(text):
    assert read_pack(text) is None


@pytest.mark.parametrize("issuer_of_pack", [None, 7, [], {}, {"id": None}, {"id": {}}, "did:web:x.example"])
def test_a_pack_of_nobody_proves_nothing(issuer_of_pack, now, find_key):
    text = json.dumps({"type": "RecognitionPack", "issuer": issuer_of_pack, "badges": [{"credential": "{}"}]})
    pack = read_pack(text)
    assert pack is not None
    assert check_pack(pack, find_key, now) != "genuine"


def test_the_pdf_says_all_of_it_in_both_languages_and_carries_the_signed_pack(document, key, now):
    text = signed_pack(document, key, now)
    pdf = recognition_pack(DrawnPack(document=document, signed=text), ["lv", "en"])
    assert attached_text(pdf).text == text
    assert looks_like_pdf_with_pack(pdf) and looks_like_pack(text.encode())
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    for said in (
        "Dokumenti atzīšanai",
        "Recognition pack",
        "2022/C 243/02",
        "eddsa-jcs-2022",
        "How to verify",
    ):
        assert said in words
    for value in document["badges"][0]["elements"]["learning_outcomes"]:
        assert " ".join(value["en"].split()) in words
        assert " ".join(value["lv"].split()) in words
    assert recognition_pack(DrawnPack(document=document, signed=text), ["lv", "en"]) == pdf


@pytest.mark.parametrize("languages", [["en", "lv"], ["lv", "en"]])
def test_each_half_of_the_pdf_is_in_one_language_down_to_its_feet(document, key, now, languages):
    pdf = recognition_pack(DrawnPack(document=document, signed=signed_pack(document, key, now)), languages)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    (middle,) = [number for number, page in enumerate(pages) if TITLES[languages[1]] in page[:60]]
    for language, half in zip(languages, (pages[:middle], pages[middle:]), strict=True):
        name, foot = {"en": ("Riga College", " of "), "lv": ("Rīgas koledža", ". lapa no ")}[language]
        assert name in half[0] and all(foot + str(len(pages)) in page for page in half)


TITLES = {"en": "Recognition pack", "lv": "Dokumenti atzīšanai"}


def test_a_screen_reader_is_told_of_the_second_language(document, key, now):
    pdf = recognition_pack(DrawnPack(document=document, signed=signed_pack(document, key, now)), ["en", "lv"])
    spoken = [page.get_contents().get_data() for page in PdfReader(io.BytesIO(pdf)).pages]
    halves = [b"/Lang (lv)" in page for page in spoken]
    assert halves == sorted(halves) and {*halves} == {False, True}


@pytest.mark.parametrize(
    ("kind", "decision", "named"),
    [
        ("nonFormal", None, ["243/02", "395"]),
        ("nonFormal", "No. 5 of 2026", ["243/02", "395", "505"]),
        ("furtherEducation", None, ["243/02", "322", "52"]),
        ("module", None, ["243/02", "322"]),
        (None, None, ["243/02"]),
    ],
)
def test_the_legal_basis_follows_from_the_kind_of_unit(solar, built: Build, kind, decision, named):
    quality = replace(solar.quality, unit_kind=kind, decision_reference=decision)
    # A non-formal programme has a level only where a decision recognised one.
    has_level = kind != "nonFormal" or decision
    level = {} if has_level else {"level": NOT_APPLICABLE, "lki_level": None}
    credential = built(replace(solar, quality=quality, **level))
    acts = [texts["lv"] for texts in legal_basis(credential)]
    assert len(acts) == len(named)
    assert all(number in act for number, act in zip(named, acts, strict=True))
    abroad = {**credential, "issuer": {**credential["issuer"], "address": {"addressCountryCode": "EE"}}}
    assert len(list(legal_basis(abroad))) == 1


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, "not stated"),
        ({"dateIssued": "2020-01-01T00:00:00Z"}, ": valid"),
        ({"dateIssued": "2020-01-01T00:00:00Z", "expiryDate": "2021-01-01T00:00:00Z"}, "not valid"),
        ({"expiryDate": "2040-01-01T00:00:00Z"}, ": valid"),
        ({"dateIssued": "2040-01-01T00:00:00Z"}, "not valid"),
        ({"expiryDate": "soon"}, "not stated"),
        ({"expiryDate": 7}, "not stated"),
    ],
)
def test_quality_assurance_is_judged_by_the_day_of_the_award(solar, built: Build, days, said):
    credential = json.loads(json.dumps(built(solar)))
    credential["credentialSubject"]["achievement"]["accreditation"] = [{"title": {"en": "Licence"}, **days}]
    (sentence,) = quality_on_the_day(credential)
    assert said in sentence["en"] and "Licence" in sentence["en"]
