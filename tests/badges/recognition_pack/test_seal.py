"""The electronic seal around a pack: whether it fits, whom it names, and that nothing more is said of it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from badges.recognition_pack.seal import check_pack_seal
from badges.recognition_pack.signed import ReadPack, read_pack
from badges.seals import CheckedSeal
from signing.multibase import base64url, from_base64url
from signing.seals.certificates import seal_certificate
from signing.seals.jades import seal_all
from signing.seals.key_files import KeyInFile
from tests.seal_certificates import BEGINS, COLLEGE, ENDS, certificate, key, later

IDENTIFIER = COLLEGE["organizationIdentifier"]
NOW = later(400)


def badge(identifier: str = IDENTIFIER) -> str:
    listed = [{"identifierType": "ext:eIDASLegalIdentifier", "identifier": identifier}]
    return json.dumps({"issuer": {"id": "did:web:riga.example", "otherIdentifier": listed}})


def sealed(*badges: str, at: datetime = NOW, private=None, **of_certificate) -> str:
    pack = {"type": ["RecognitionPack"], "badges": [{"credential": each} for each in badges or (badge(),)]}
    private = private or key()
    own = seal_certificate([certificate(private, **of_certificate)])
    return seal_all([json.dumps(pack)], KeyInFile(certificate=own, private=private), at)[0]


def found(text: str, now: datetime = NOW) -> CheckedSeal:
    pack = read_pack(text)
    assert pack is not None
    return check_pack_seal(pack, now)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_one_that_fits_says_whom_it_names_and_when_it_was_made(kind):
    seal = found(sealed(private=key(kind)))
    assert (seal.outcome, seal.sealed_at, seal.names_issuer) == ("fits", NOW, True)
    assert (seal.organisation, seal.identifier) == (COLLEGE["O"], IDENTIFIER)


@pytest.mark.parametrize(("before", "after"), [("riga", "rega"), ("}", "} ")])
def test_what_was_changed_afterwards_does_not_fit(before, after):
    outer = json.loads(sealed())
    outer["payload"] = outer["payload"].replace(before, after, 1)
    assert found(json.dumps(outer)) == CheckedSeal(outcome="does_not_fit")


def test_another_key_under_the_same_certificate_does_not_fit():
    own, other = json.loads(sealed()), json.loads(sealed(private=key("P-256", 7)))
    own["signatures"][0]["signature"] = other["signatures"][0]["signature"]
    assert found(json.dumps(own)).outcome == "does_not_fit"


def test_it_names_the_issuer_only_where_every_badge_says_so():
    assert found(sealed(badge(), badge())).names_issuer
    assert found(sealed(badge(IDENTIFIER.lower()))).names_issuer
    for others in ([badge(), badge("NTRLV-4")], [badge(""), badge()], ["{}"], ["no JSON"], ['{"issuer": 7}']):
        seal = found(sealed(*others))
        assert (seal.outcome, seal.names_issuer) == ("fits", False)


def test_another_kind_of_number_of_the_issuer_is_not_taken_for_that_of_a_seal():
    listed = [{"identifierType": "ext:VAT", "identifier": IDENTIFIER}, {"identifier": IDENTIFIER}, IDENTIFIER]
    assert not found(sealed(json.dumps({"issuer": {"otherIdentifier": listed}}))).names_issuer


@pytest.mark.parametrize(
    ("certified", "at", "now"),
    [
        ({"ends": later(100)}, later(90), NOW),
        ({}, NOW, NOW - timedelta(minutes=4)),
    ],
    ids=["ended since", "a clock that is ahead"],
)
def test_what_was_in_order_when_it_was_sealed_fits(certified, at, now):
    assert found(sealed(at=at, **certified), now).outcome == "fits"


def test_a_seal_of_tomorrow_is_not_relied_on():
    assert found(sealed(at=NOW), NOW - timedelta(days=1)) == CheckedSeal(outcome="not_valid_then")


@pytest.mark.parametrize("moment", [BEGINS - timedelta(days=1), ENDS + timedelta(days=1)])
def test_a_moment_at_which_the_certificate_was_not_valid_is_told(moment):
    """Nobody can make such a seal here, so the moment is written into a header that does not fit any more."""
    outer = json.loads(sealed())
    header = json.loads(_decoded(outer["signatures"][0]["protected"]))
    header["sigT"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    outer["signatures"][0]["protected"] = _encoded(json.dumps(header))
    assert found(json.dumps(outer)).outcome == "not_valid_then"


@pytest.mark.parametrize(
    "signatures",
    [[], [{}], [{"protected": "x"}], "x", [7], None, [{"protected": "e30", "signature": "AA"}] * 2],
    ids=repr,
)
def test_what_has_not_the_form_of_a_seal_could_not_be_checked(signatures):
    outer = json.loads(sealed()) | {"signatures": signatures}
    assert found(json.dumps(outer)) == CheckedSeal(outcome="could_not_check")


@pytest.mark.parametrize("of", [{"subject": {"C": "LV", "O": "Nobody"}}, {"usage": "key_cert_sign"}])
def test_a_certificate_that_is_none_of_a_legal_person_for_seals_could_not_be_checked(of):
    """It is put into a seal by hand: ours refuse to seal with it."""
    outer = json.loads(sealed())
    header = json.loads(_decoded(outer["signatures"][0]["protected"]))
    der = certificate(key(), **of).public_bytes(Encoding.DER)
    header |= {"x5c": [b64encode(der).decode()], "x5t#S256": _encoded(sha256(der).digest())}
    outer["signatures"][0]["protected"] = _encoded(json.dumps(header))
    assert found(json.dumps(outer)).outcome == "could_not_check"


def test_the_pack_that_is_judged_is_the_one_that_was_sealed():
    pack = read_pack(sealed())
    assert isinstance(pack, ReadPack)
    assert check_pack_seal(replace(pack, text=pack.text + " "), NOW) == CheckedSeal(outcome="could_not_check")


def _decoded(text: str) -> bytes:
    return from_base64url(text)


def _encoded(content: str | bytes) -> str:
    return base64url(content.encode() if isinstance(content, str) else content)
