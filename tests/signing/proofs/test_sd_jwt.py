"""SD-JWT as a proof: what is shown of a credential is what its issuer signed, in both forms."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta

import pytest

from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.jws import signed_compact
from signing.keys import SigningKey, generate, jwk
from signing.multibase import base64url, from_base64url
from signing.proofs import PROOFS, check
from signing.sd_jwt.compact import split
from signing.sd_jwt.disclosure import digest_of, member_disclosure
from signing.sd_jwt.hiding import hide
from signing.sd_jwt.issuing import issue
from signing.secured import SecuredCredential

PROOF = PROOFS["sd-jwt"]
HIDDEN = [("credentialSubject", "identifier", 1), ("credentialSubject", "result")]


@pytest.fixture
def key(issuer):
    """The issuer's key under the address that wallets know: an entry of its DID document."""
    return SigningKey(verification_method=f"{issuer.id}#p1", kid="p1", private=issuer.p256.private)


@pytest.fixture
def secured(credential, key):
    return issue(credential | {"cnf": {"jwk": {"kty": "EC"}}}, "vc+sd-jwt", HIDDEN, key)


@pytest.fixture
def claims(issuer):
    return {"vct": "urn:example:badge", "iss": issuer.id, "nbf": 1770091506, "name": "Data", "result": "A"}


def refusal(secured, issuer, now):
    with pytest.raises(ProofError) as refused:
        check(secured, issuer.find_key, now)
    return refused.value.code


def forged(payload, key, now_typ="vc+sd-jwt", disclosures=(), **header):
    """An SD-JWT of anything at all, signed with a key."""
    head = {"alg": "ES256", "typ": now_typ, "kid": key.verification_method} | header
    head = {name: part for name, part in head.items() if part is not ...}
    text = signed_compact(head, json.dumps(payload), key)
    return SecuredCredential("~".join((text, *disclosures, "")), "application/vc+sd-jwt")


def test_the_whole_credential_is_what_is_read(credential, issuer, secured, now):
    checked = check(secured, issuer.find_key, now)
    assert checked.credential == credential
    assert (checked.proof_name, checked.hidden) == ("sd-jwt", ())
    assert checked.confirmation == {"jwk": {"kty": "EC"}}
    assert checked.verification_method.controller == issuer.id
    assert secured.media_type == "application/vc+sd-jwt"


def test_its_header_is_that_of_the_standard(secured, key):
    header = json.loads(from_base64url(secured.text.split(".")[0]))
    assert header == {"alg": "ES256", "typ": "vc+sd-jwt", "kid": key.verification_method}


def test_a_part_that_is_left_out_is_gone_and_the_rest_holds(credential, issuer, secured, now):
    parts = split(secured.text)
    for at, gone in ((0, "identifier"), (1, "result")):
        fewer = secured.text.replace(f"{parts.disclosures[at]}~", "")
        checked = check(SecuredCredential(fewer, ""), issuer.find_key, now)
        assert checked.credential["credentialSubject"].get(gone) != credential["credentialSubject"][gone]
        assert checked.credential["credentialSubject"]["achievement"]
        assert len(checked.hidden) == 1


def test_claims_of_a_type_are_read_as_they_stand(claims, issuer, key, now):
    secured = issue(claims, "dc+sd-jwt", [("result",)], key)
    assert secured.media_type == "application/dc+sd-jwt"
    assert check(secured, issuer.find_key, now).credential == claims
    # What they were called before.
    earlier = issue(claims, "vc+sd-jwt", [("result",)], key)
    assert check(earlier, issuer.find_key, now).credential == claims


def test_what_the_proof_type_makes_has_nothing_that_could_be_left_out(credential, issuer, key, now):
    secured = PROOF.secure(credential, key, now)
    assert split(secured.text).disclosures == ()
    assert check(secured, issuer.find_key, now).credential == credential
    for wrong in (credential | {"proof": []}, credential | {"iss": issuer.id}):
        with pytest.raises(UnsafeDocumentError):
            PROOF.secure(wrong, key, now)
    with pytest.raises(UnusableKeyError):
        PROOF.secure(credential, issuer.ed25519, now)


@pytest.mark.parametrize(
    ("name", "algorithm"), [("sd-jwt-eddsa", "Ed25519"), ("sd-jwt-es384", "P-384"), ("sd-jwt-rs256", "RSA")]
)
def test_other_algorithms_are_read(credential, new_issuer, now, name, algorithm):
    issuer = new_issuer()
    key = SigningKey(verification_method=f"{issuer.id}#k", kid="k", private=generate(algorithm))
    document = issuer.document
    method = {"id": f"{issuer.id}#k", "controller": issuer.id, "type": "JsonWebKey"}
    document["verificationMethod"].append(method | {"publicKeyJwk": jwk(key.public, "k")})
    document["assertionMethod"].append(f"{issuer.id}#k")
    issuer.pages["https://badges.riga.example/issuers/college/did.json"] = json.dumps(document).encode()
    assert check(PROOFS[name].secure(credential, key, now), issuer.find_key, now).proof_name == name


def test_a_changed_letter_of_what_is_signed_is_found(issuer, secured, now):
    head, body, rest = secured.text.split(".", 2)
    text = from_base64url(body).decode().replace("Riga College", "Riga C0llege", 1)
    changed = SecuredCredential(f"{head}.{base64url(text.encode())}.{rest}", "")
    assert refusal(changed, issuer, now) == "bad_signature"


def test_a_disclosure_that_is_forged_or_swapped_is_found(credential, issuer, secured, key, now):
    name = split(secured.text).disclosures[0]
    forgery = base64url(from_base64url(name).decode().replace("Anna", "Anita").encode())
    assert forgery != name
    for text in (secured.text.replace(name, forgery), secured.text + f"{forgery}~"):
        assert refusal(SecuredCredential(text, ""), issuer, now) == "foreign_disclosure"
    of_another = split(issue(credential, "vc+sd-jwt", HIDDEN, key).text).disclosures[0]
    swapped = secured.text.replace(name, of_another)
    assert refusal(SecuredCredential(swapped, ""), issuer, now) == "foreign_disclosure"
    assert refusal(SecuredCredential(secured.text + f"{name}~", ""), issuer, now) == "malformed"


def test_a_forged_disclosure_says_nothing_before_the_signature_holds(issuer, secured, new_issuer, now):
    other = new_issuer()
    text = secured.text + member_disclosure("x", 1, "s").text + "~"
    assert refusal(SecuredCredential(text, ""), other, now) == "bad_signature"


def test_an_algorithm_that_needs_no_private_key_is_refused(credential, issuer, key, now):
    payload, _ = hide(credential, [])
    body = base64url(json.dumps(payload).encode())
    header = {"typ": "vc+sd-jwt", "kid": key.verification_method}
    none = base64url(json.dumps(header | {"alg": "none"}).encode())
    for signature in ("", "AA"):
        assert refusal(SecuredCredential(f"{none}.{body}.{signature}~", ""), issuer, now) == "no_proof"
    published = json.dumps(jwk(key.public, "p1")).encode()
    head = base64url(json.dumps(header | {"alg": "HS256"}).encode())
    mac = base64url(hmac.digest(published, f"{head}.{body}".encode(), "sha256"))
    assert refusal(SecuredCredential(f"{head}.{body}.{mac}~", ""), issuer, now) == "wrong_algorithm"
    unsigned = base64url(json.dumps(header | {"alg": "ES256"}).encode())
    assert refusal(SecuredCredential(f"{unsigned}.{body}.~", ""), issuer, now) == "no_proof"


def test_the_key_is_that_of_the_issuer_that_is_named(credential, claims, issuer, key, now):
    stranger = SigningKey(verification_method=key.verification_method, kid="p1", private=generate("P-256"))
    assert refusal(forged(credential, stranger), issuer, now) == "bad_signature"
    for payload in (credential | {"issuer": None}, {n: p for n, p in claims.items() if n != "iss"}):
        assert refusal(forged(payload, key), issuer, now) == "malformed"
    unknown = SigningKey(verification_method=f"{issuer.id}#p9", kid="p9", private=key.private)
    assert refusal(forged(credential, unknown), issuer, now) == "key_not_found"
    own = SigningKey(verification_method="", kid="", private=generate("P-256"))
    embedded = forged(credential, own, kid=..., jwk=jwk(own.public, "x"))
    checked = check(embedded, issuer.find_key, now)
    assert checked.verification_method.controller != issuer.id


def test_a_header_that_names_two_keys_is_refused(credential, issuer, key, now):
    other = jwk(generate("P-256").public_key(), "x")
    assert refusal(forged(credential, key, jwk=other), issuer, now) == "malformed"
    same = forged(credential, key, jwk=jwk(key.public, "p1"))
    assert check(same, issuer.find_key, now).credential == credential


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "kb+jwt"}, {"typ": ...}, {"typ": 1}, {"crit": ["x"]}, {"b64": False}]
)
def test_a_header_of_another_kind_is_refused(credential, issuer, key, now, header):
    assert refusal(forged(credential, key, **header), issuer, now) == "malformed"


def test_a_key_in_a_certificate_is_not_looked_up(credential, issuer, key, now):
    assert refusal(forged(credential, key, x5c=["MII"]), issuer, now) == "key_not_found"


def test_the_forms_are_not_mixed(credential, claims, issuer, key, now):
    assert refusal(forged(credential, key, "dc+sd-jwt"), issuer, now) == "malformed"
    assert refusal(forged(credential | {"vct": "x"}, key, "dc+sd-jwt"), issuer, now) == "malformed"
    for name in ("vc", "vp"):
        assert refusal(forged(claims | {name: credential}, key, "dc+sd-jwt"), issuer, now) == "malformed"


@pytest.mark.parametrize("name", ["nbf", "exp", "cnf", "vct", "status", "vct#integrity", "credentialStatus"])
def test_what_may_not_be_hidden_is_refused_hidden_or_shown(claims, issuer, key, now, name):
    whole = {
        "cnf": {"jwk": {}},
        "exp": 4e9,
        "status": {"a": 1},
        "vct#integrity": "x",
        "credentialStatus": {"a": 1},
    }
    secured = issue(whole | claims, "dc+sd-jwt", [(name,)], key)
    if name == "vct":
        # Without its type it is no credential at all.
        assert refusal(secured, issuer, now) == "malformed"
        return
    shown = refusal(secured, issuer, now)
    left_out = SecuredCredential(split(secured.text).jwt + "~", "")
    assert shown == "malformed"
    # Left out, its digest stands beside all others: what it was cannot be known.
    assert check(left_out, issuer.find_key, now).hidden == ((),)


def test_a_part_of_what_may_not_be_hidden_is_refused_as_well(claims, issuer, key, now):
    secured = issue(claims | {"cnf": {"jwk": {"x": "1"}, "kid": "k"}}, "dc+sd-jwt", [("cnf", "jwk")], key)
    for text in (secured.text, split(secured.text).jwt + "~"):
        assert refusal(SecuredCredential(text, ""), issuer, now) == "malformed"


@pytest.mark.parametrize("cnf", ["x", [], 1])
def test_a_confirmation_is_an_object(claims, issuer, key, now, cnf):
    assert refusal(forged(claims | {"cnf": cnf}, key, "dc+sd-jwt"), issuer, now) == "malformed"


def test_claims_that_say_something_else_than_the_credential_are_refused(credential, issuer, key, now):
    assert refusal(forged(credential | {"iss": "did:web:other.example"}, key), issuer, now) == "wrong_iss"
    assert refusal(forged(credential | {"jti": "urn:x"}, key), issuer, now) == "claims_disagree"
    over = int((now - timedelta(days=1)).timestamp())
    assert refusal(forged(credential | {"exp": over}, key), issuer, now) == "proof_expired"
    repeated = forged(credential | {"iss": issuer.id, "jti": credential["id"], "iat": 1}, key)
    assert check(repeated, issuer.find_key, now).credential == credential


def test_digests_in_the_text_of_a_vc_jwt_are_not_taken_for_an_sd_jwt(secured, issuer, now):
    jwt = split(secured.text).jwt
    assert refusal(SecuredCredential(jwt, "application/jwt"), issuer, now) == "malformed"


def test_nothing_of_it_is_what_digests_are_of(secured):
    for disclosure in split(secured.text).disclosures:
        assert digest_of(disclosure) in from_base64url(secured.text.split(".")[1]).decode()
