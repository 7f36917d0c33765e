"""A European Digital Credential of a stranger is known as one, and nothing else is taken for it."""

from __future__ import annotations

import json

import pytest

from badges.elm.handed_in import CONTEXT, read_european
from signing.multibase import base64url

DOCUMENT = {
    "@context": ["https://www.w3.org/2018/credentials/v1", CONTEXT],
    "issuer": {"legalName": {"lv": "Rīgas koledža"}, "eIDASIdentifier": {"notation": "NTRLV-4"}},
}
TEXT = json.dumps(DOCUMENT)


def in_seal(payload: str) -> bytes:
    return json.dumps({"payload": payload, "signatures": [{}]}).encode()


@pytest.mark.parametrize(
    ("file", "is_sealed"),
    [
        (TEXT.encode(), False),
        (json.dumps({"credential": DOCUMENT, "deliveryDetails": {}}).encode(), False),
        (in_seal(TEXT), True),
        (in_seal(base64url(TEXT.encode())), True),
        (b" \n" + in_seal(TEXT), True),
    ],
    ids=["alone", "for Europass", "sealed", "sealed in base64url", "after a line end"],
)
def test_it_is_known_in_each_form_and_says_who_issued_it(file, is_sealed):
    found = read_european(file)
    assert found is not None
    assert set(found.identifiers) == {"NTRLV-4"}
    assert bool(found.sealed) is is_sealed
    if is_sealed:
        assert (found.document, found.sealed) == (TEXT, file.decode())


@pytest.mark.parametrize(
    "issuer", [None, 7, [], {}, {"eIDASIdentifier": 7}, {"eIDASIdentifier": {"notation": []}}]
)
def test_one_that_names_nobody_names_nobody(issuer):
    found = read_european(json.dumps(DOCUMENT | {"issuer": issuer}).encode())
    assert found is not None and not found.identifiers


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff{",
        b"PK\x03\x04" + TEXT.encode(),
        TEXT.encode()[:-1],
        json.dumps({"@context": ["https://www.w3.org/ns/credentials/v2"], "x": CONTEXT}).encode(),
        json.dumps({"@context": {"a": CONTEXT}}).encode(),
        json.dumps({"credential": TEXT}).encode(),
        in_seal("{}"),
        in_seal(CONTEXT),
        in_seal("{" * 100 + CONTEXT),
        in_seal(base64url(b"\xff\xfe")),
        json.dumps({"payload": 7, "x": CONTEXT}).encode(),
        in_seal(json.dumps({"payload": TEXT})),
    ],
    ids=str,
)
def test_what_is_none_is_left_to_the_verifier(file):
    assert read_european(file) is None
