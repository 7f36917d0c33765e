"""Both forms have the whole badge, let the learner leave out name, address and result, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from badges.credential import GivenEvidence, Learner
from badges.disclosure import PARTS, part_paths
from badges.sd_jwt.claims import as_claims, as_credential, is_open_badge_type, type_address
from badges.sd_jwt.issuing import confirm_address, confirm_key, secure_dc_sd_jwt, secure_vc_sd_jwt
from signing.did import did_jwk, did_key
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.jws import header_of, object_of
from signing.keys import secret_of
from signing.multibase import base64url
from signing.sd_jwt.compact import split
from signing.sd_jwt.disclosure import read_disclosure
from tests.badges.conftest import NOW, TOOL_URL
from tests.badges.sd_jwt.conftest import VCT

FORMS = ("dc+sd-jwt", "vc+sd-jwt")


def payload(secured: Any) -> Any:
    return object_of(split(secured.text).jwt.split(".")[1])


@pytest.mark.parametrize("form", FORMS)
def test_what_may_be_left_out_is_nowhere_but_in_the_disclosures(forms: Any, form: str) -> None:
    sd_jwt = split(forms[form].text)
    signed = json.dumps(payload(forms[form]), ensure_ascii=False)
    for secret in ("Anna", "identityHash", '"result"'):
        assert secret not in signed
    assert not {"result", "provenBy"} & payload(forms[form])["credentialSubject"].keys()
    read = [read_disclosure(text) for text in sd_jwt.disclosures]
    kinds = [one.name or one.value["identityType"] for one in read]
    assert sorted(kinds) == ["emailAddress", "name", "provenBy", "result"]
    # What identifies the badge always stays.
    assert payload(forms[form])["credentialSubject"]["achievement"]["name"] in signed
    assert header_of(sd_jwt.jwt.split(".")[0])["typ"] == form
    assert forms[form].media_type == f"application/{form}"


def test_the_parts_are_those_of_the_other_form_that_hides_them(built: Any, solar: Any) -> None:
    assert PARTS == ("name", "email", "result")
    credential = built(solar)
    assert sorted(part_paths(credential)) == [
        ("credentialSubject", "identifier", 0),
        ("credentialSubject", "identifier", 1),
        ("credentialSubject", "provenBy"),
        ("credentialSubject", "result"),
    ]
    assert part_paths(built(solar, score=None, learner=Learner(name="Anna"))) in (
        (("credentialSubject", "identifier", 0),),
        (("credentialSubject", "identifier", 0), ("credentialSubject", "provenBy")),
    )


def test_the_plain_form_has_the_claims_of_its_standard(
    forms: Any, anna: Any, world: Any, built: Any, solar: Any
) -> None:
    claims, credential = payload(forms["dc+sd-jwt"]), built(solar)
    assert claims["vct"] == VCT == f"{TOOL_URL}/vct/open-badge/v1"
    assert (claims["iss"], claims["jti"]) == (world.issuer_id, credential["id"])
    assert claims["iat"] == claims["nbf"] == int(NOW.timestamp())
    assert claims["cnf"] == {"jwk": anna.jwk}
    assert claims["credentialStatus"] == credential["credentialStatus"]
    assert "status" not in claims and "@context" not in claims and "type" not in claims
    ends = as_claims(built(solar, valid_until=NOW + timedelta(days=9)), VCT, NOW)
    assert ends["exp"] - ends["nbf"] == 9 * 86_400


def test_the_other_form_is_the_credential_itself(forms: Any, anna: Any, built: Any, solar: Any) -> None:
    claims, credential = payload(forms["vc+sd-jwt"]), built(solar)
    assert claims["cnf"] == {"kid": f"{did_jwk(anna.jwk)}#0"}
    assert claims.keys() - credential.keys() == {"cnf", "iss", "iat", "_sd_alg"}
    assert {name: claims[name] for name in credential if name != "credentialSubject"} == {
        name: part for name, part in credential.items() if name != "credentialSubject"
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"valid_until": NOW + timedelta(days=365)},
        {"score": None},
        {"evidence": (GivenEvidence(url="https://work.example/1", name="Roof"),)},
        {"replaces": f"{TOOL_URL}/credentials/earlier"},
    ],
)
def test_claims_stand_for_the_credential_that_they_were_made_of(built: Any, solar: Any, changes: Any) -> None:
    credential = built(solar, **changes)
    read = as_credential(as_claims(credential, VCT, NOW))
    assert read == {name: part for name, part in credential.items() if name != "credentialSchema"}


def test_claims_of_another_type_are_no_badge() -> None:
    for vct in (
        None,
        1,
        "urn:eudi:micro_credential:1",
        "https://x.example/vct",
        f"ftp://x{VCT[26:]}",
        VCT + "?a=1",
        "https://x.example/?a=/vct/open-badge/v1",
        "https://x.example/#/vct/open-badge/v1",
    ):
        claims = {"vct": vct, "a": 1}
        assert as_credential(claims) == claims
        assert not is_open_badge_type(vct)
    assert is_open_badge_type("https://other.example/issuers/2/vct/open-badge/v1")
    assert type_address("https://x.example/") == "https://x.example/vct/open-badge/v1"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"validFrom": "2026-11-21T09:00:00Z"}, "claims_disagree"),
        ({"@context": []}, "claims_disagree"),
        ({"type": ["VerifiableCredential", "ClrCredential"]}, "claims_disagree"),
        ({"id": "urn:other"}, "claims_disagree"),
        ({"sub": "urn:other"}, "claims_disagree"),
        ({"iss": "did:web:other.example"}, "wrong_iss"),
        ({"nbf": "2026"}, "unreadable_claim"),
        ({"exp": None}, "unreadable_claim"),
        ({"exp": True}, "unreadable_claim"),
        ({"exp": 1e300}, "unreadable_claim"),
    ],
)
def test_claims_that_say_a_thing_twice_are_refused(built: Any, solar: Any, changes: Any, code: str) -> None:
    with pytest.raises(ProofError) as refused:
        as_credential(as_claims(built(solar), VCT, NOW) | changes)
    assert refused.value.code == code


def test_the_holder_s_key_is_named_by_itself_or_by_its_whole_address(anna: Any) -> None:
    named = did_jwk(anna.jwk | {"kid": "phone of Anna", "use": "sig"})
    spelled = did_key(anna.key.public)
    for did in (did_jwk(anna.jwk), named, spelled):
        assert confirm_key(did).claim == {"jwk": anna.jwk}
    assert confirm_address(named).claim == {"kid": f"{named}#0"}
    assert confirm_address(spelled).claim == {"kid": f"{spelled}#{spelled[8:]}"}


def test_a_private_key_or_none_is_refused(anna: Any) -> None:
    private = anna.jwk | {"d": base64url(secret_of(anna.key.private))}
    for did in (
        did_jwk(private),
        did_jwk({"kty": "oct", "k": "AA"}),
        did_jwk(anna.jwk | {"crv": "secp256k1"}),
        "did:web:anna.example",
        "did:jwk:e30",
        "",
        f"{did_jwk(anna.jwk)}#0",
    ):
        for confirm in (confirm_key, confirm_address):
            with pytest.raises(UnusableKeyError):
                confirm(did)


def test_a_credential_that_lacks_what_the_claims_repeat_is_refused(
    built: Any, solar: Any, key: Any, anna: Any
) -> None:
    holder = confirm_key(did_jwk(anna.jwk))
    for wrong in ({"validFrom": None}, {"validFrom": "2026-11-21T09:00:00.5Z"}, {"id": ""}, {"issuer": {}}):
        with pytest.raises(UnsafeDocumentError):
            secure_dc_sd_jwt(built(solar) | wrong, VCT, holder, key, NOW)
    with pytest.raises(UnsafeDocumentError):
        secure_vc_sd_jwt(built(solar) | {"issuer": {}}, holder, key, NOW)


def test_a_badge_without_result_has_nothing_of_it_to_hide(
    built: Any, solar: Any, key: Any, anna: Any
) -> None:
    plain = secure_vc_sd_jwt(built(solar, score=None), confirm_key(did_jwk(anna.jwk)), key, NOW)
    assert not any(read_disclosure(text).name == "result" for text in split(plain.text).disclosures)
