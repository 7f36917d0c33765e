"""Sealing at a remote signer: by the calls of the CSC API 2.0, and with nothing of what it may answer believed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.errors import OutgoingError, SealingError
from lti_tool.sealing import Seal
from lti_tool.sealing.remote import AT_ONCE, RemoteSigner, SignerAccount
from signing.seals.algorithms import sign
from signing.seals.jades import verify_seal
from tests import remote_signer
from tests.remote_signer import CLIENT_ID, CLIENT_SECRET, CREDENTIAL, PIN, URL, Signer
from tests.seal_certificates import PERSON, authority, certificate, key, later

NOW = later(100)
PIN_ASKED = {"mode": "explicit", "expression": "PIN", "objects": [{"type": "Password", "id": "PIN"}]}
ACCOUNT = SignerAccount(
    url=URL, credential=CREDENTIAL, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, pin=PIN
)


class Seconds:
    """A clock that a test sets forward."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def signer() -> Signer:
    return Signer(key(), [certificate(key(), issuer=authority()), authority()])


def seal_at(signer: Signer, account: SignerAccount = ACCOUNT, clock: Seconds | None = None) -> Seal:
    outgoing: Any = signer
    return Seal(place="remote", find_key=RemoteSigner(account, outgoing, clock or Seconds()).key)


def refusal(signer: Signer, account: SignerAccount = ACCOUNT) -> str:
    with pytest.raises(SealingError) as refused:
        seal_at(signer, account).seal_all(["{}"], NOW)
    # It goes into the log.
    said = f"{refused.value} {refused.value.__cause__}"
    assert not any(secret in said for secret in (CLIENT_SECRET, PIN, *signer.tokens, *signer.activated))
    return refused.value.code


def test_a_document_is_sealed_by_the_calls_of_the_api(signer):
    seal = seal_at(signer)
    (text,) = seal.seal_all(['{"id":"ā"}'], NOW)
    found = verify_seal(text)
    assert (found.document, len(found.certificate.chain)) == ('{"id":"ā"}', 2)
    first = ["info", "oauth2/token", "credentials/info", "credentials/authorize", "signatures/signHash"]
    assert signer.calls == first
    seal.seal_all(["{}"], NOW)
    # The token and the credential are known now; what activates the key is for one signature alone.
    assert signer.calls == [*first, "credentials/authorize", "signatures/signHash"]


@pytest.mark.parametrize(("multisign", "calls"), [(1, 5), (2, 3), (100, 1), (None, 5), (True, 5), (-3, 5)])
def test_as_many_are_signed_at_once_as_the_signer_takes(signer, multisign, calls):
    signer.multisign = multisign
    signer.changes = {"multisign": multisign}
    signer.multisign = multisign if type(multisign) is int else 1
    documents = [f'{{"id":{number}}}' for number in range(5)]
    sealed = seal_at(signer).seal_all(documents, NOW)
    assert [verify_seal(each).document for each in sealed] == documents
    assert signer.calls.count("signatures/signHash") == calls


@pytest.mark.parametrize("auth", [None, {"mode": "implicit"}, PIN_ASKED])
def test_the_key_is_activated_as_the_signer_asks_for_it(signer, auth):
    signer.auth = auth
    assert verify_seal(seal_at(signer).seal_all(["{}"], NOW)[0])
    assert ("credentials/authorize" in signer.calls) == (auth is not None)
    assert any(PIN in each for each in signer.sent) == (auth is PIN_ASKED)


@pytest.mark.parametrize("algorithms", [["1.2.840.113549.1.1.11"], ["1.2.840.113549.1.1.1"]])
def test_an_rsa_key_signs_by_the_name_that_the_signer_knows(algorithms):
    signer = Signer(key("RSA"), [certificate(key("RSA"))], algorithms=algorithms)
    assert verify_seal(seal_at(signer).seal_all(["{}"], NOW)[0]).certificate.algorithm == "RS256"


def test_a_signer_that_gives_tokens_itself_needs_no_other_address(signer):
    signer.oauth2 = None
    assert seal_at(signer).seal_all(["{}"], NOW)


def test_a_forgotten_or_ended_token_is_asked_for_again_once(signer):
    signer.forget = 1
    assert seal_at(signer).seal_all(["{}"], NOW)
    assert signer.calls.count("oauth2/token") == 2
    clock, again = Seconds(), Signer(signer.key, signer.certificates, expires_in=600)
    seal = seal_at(again, clock=clock)
    for clock.now, tokens, infos in ((0, 1, 1), (500, 1, 1), (571, 2, 1), (3601, 3, 2)):
        seal.seal_all(["{}"], NOW)
        assert (again.calls.count("oauth2/token"), again.calls.count("credentials/info")) == (tokens, infos)
    signer.forget = 2
    assert refusal(signer) == "signer_refuses"


@pytest.mark.parametrize("expires_in", [None, "600", True, -5, 10**12])
def test_an_end_of_a_token_that_is_no_number_costs_a_call_and_no_more(signer, expires_in):
    signer.expires_in = expires_in
    assert seal_at(signer).seal_all(["{}"], NOW)


# --- what goes wrong


def test_wrong_credentials_are_refused_and_stand_in_no_message(signer):
    assert refusal(signer, replace(ACCOUNT, client_secret="another")) == "signer_refuses"
    signer.auth = PIN_ASKED
    assert refusal(signer, replace(ACCOUNT, pin="1234")) == "signer_refuses"
    assert refusal(signer, replace(ACCOUNT, pin="")) == "pin_missing"
    assert CLIENT_SECRET not in repr(ACCOUNT) and PIN not in repr(ACCOUNT)
    assert CLIENT_SECRET not in repr(seal_at(signer))


@pytest.mark.parametrize(
    "auth",
    [
        {"mode": "oauth2code"},
        {
            "mode": "explicit",
            "objects": [{"type": "Password", "id": "OTP", "format": "N", "generator": "totp"}, {}],
        },
        {"mode": "explicit", "objects": [{"type": "ChallengeResponse", "id": "question"}]},
        {"mode": "explicit", "objects": [*PIN_ASKED["objects"], {"type": "Password", "id": "OTP"}]},
        {"mode": "explicit", "objects": "PIN"},
        {},
    ],
)
def test_a_credential_that_asks_a_person_each_time_cannot_be_used(signer, auth):
    signer.changes = {"auth": auth}
    assert refusal(signer) == "needs_person"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": {"status": "disabled", "algo": ["1.2.840.10045.4.3.2"]}}, "credential_disabled"),
        ({"cert": {"status": "revoked", "certificates": []}}, "credential_disabled"),
        ({"cert": {"certificates": []}}, "no_certificate"),
        ({"cert": {"certificates": ["AAAA"]}}, "unreadable"),
        ({"cert": {"certificates": ["?"]}}, "signer_wrong"),
        ({"cert": {"certificates": "AAAA"}}, "signer_wrong"),
        ({"cert": {"certificates": [1]}}, "signer_wrong"),
        ({"cert": []}, "signer_wrong"),
        ({"key": None}, "signer_wrong"),
        ({"key": {"status": "enabled", "algo": []}}, "signer_wrong"),
        ({"auth": "implicit"}, "signer_wrong"),
    ],
)
def test_a_credential_that_cannot_be_used_is_named(signer, changes, code):
    signer.changes = changes
    assert refusal(signer) == code


def test_a_natural_persons_credential_seals_nothing(signer):
    signer.certificates = [certificate(key(), PERSON)]
    assert refusal(signer) == "natural_person"


STEPS = ["info", "oauth2/token", "credentials/info", "credentials/authorize", "signatures/signHash"]


@pytest.mark.parametrize("step", STEPS)
def test_nonsense_from_the_signer_is_an_error_of_ours(signer, step):
    for status, body, code in (
        (200, b"<html>", "signer_wrong"),
        (200, b"[]", "signer_wrong"),
        (200, b"[" * 100_000, "signer_wrong"),
        (500, b"down", "signer_refuses"),
        (302, b"", "signer_refuses"),
        (202, b'{"responseID":"later"}', "signer_refuses"),
        (400, json.dumps({"error": PIN, "error_description": PIN}).encode(), "signer_refuses"),
    ):
        signer.answers = {step: lambda status=status, body=body: (status, body)}
        assert refusal(signer) == code
    if step != "info":
        signer.answers = {step: lambda: (200, b"{}")}
        assert refusal(signer) == "signer_wrong"


@pytest.mark.parametrize("step", STEPS)
def test_a_signer_that_is_silent_is_an_error_of_ours(signer, step):
    def silent() -> tuple[int, bytes]:
        raise OutgoingError("{host} did not answer in time", {"host": "sign.example"})

    signer.answers = {step: silent}
    assert refusal(signer) == "signer_unreachable"


def test_a_slow_signer_keeps_only_a_few_waiting(signer):
    """While a call waits, others are asked for from within it: as many as there are places, and no more."""
    seal = seal_at(signer)
    waiting: list[str] = []

    def slow() -> tuple[int, bytes]:
        waiting.append("one")
        with pytest.raises(SealingError) as refused:
            seal.seal_all(["{}"], NOW)
        waiting.append(refused.value.code)
        return 503, b""

    signer.answers = {"credentials/info": slow}
    with pytest.raises(SealingError):
        seal.seal_all(["{}"], NOW)
    assert waiting == ["one"] * AT_ONCE + ["signer_busy"] + ["signer_refuses"] * (AT_ONCE - 1)
    signer.answers = {}
    assert seal.seal_all(["{}"], NOW)


@pytest.mark.parametrize(
    "signature",
    [
        lambda digest: sign(key(), "ES256", b"another document"),
        lambda digest: sign(key("P-256", 1), "ES256", digest),
        lambda digest: sign(key(), "ES256", digest),
        lambda digest: b"",
        lambda digest: b"\x30\x45" + bytes(69),
    ],
    ids=["another hash", "another key", "hashed once more", "nothing", "nonsense"],
)
def test_a_signature_of_anything_else_is_never_given_out(signer, monkeypatch, signature):
    monkeypatch.setattr(Signer, "signature", lambda self, digest, asked: signature(digest))
    assert refusal(signer) == "wrong_signature"


@pytest.mark.parametrize("signatures", [[], ["AAAA", "AAAA"], ["?"], [1], "AAAA", None])
def test_a_list_of_signatures_that_is_none_is_refused(signer, signatures):
    signer.answers = {"signatures/signHash": lambda: (200, json.dumps({"signatures": signatures}).encode())}
    assert refusal(signer) in ("signer_wrong", "wrong_signature")


def test_a_token_that_would_break_a_header_is_refused(signer):
    signer.answers = {"oauth2/token": lambda: (200, json.dumps({"access_token": "a\r\nX: b"}).encode())}
    assert refusal(signer) == "signer_wrong"


def test_the_fake_is_strict():
    """A SAD is for the hashes that it was asked for, and for one signature."""
    signer = Signer(key(), [certificate(key())])
    assert (
        signer._sign(
            {
                "credentialID": CREDENTIAL,
                "operationMode": "S",
                "signAlgo": "1.2.840.10045.4.3.2",
                "hashes": ["AAAA"],
                "SAD": "made up",
            }
        )[0]
        == 400
    )
    assert remote_signer.TOKENS != URL
