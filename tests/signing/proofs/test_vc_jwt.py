from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import as_text
from signing.keys import SigningKey, VerificationMethod, generate, jwk
from signing.multibase import base64url, from_base64url
from signing.proofs import PROOFS, check
from signing.secured import SecuredCredential

PROOF = PROOFS["vc-jwt"]


@pytest.fixture
def secured(credential, issuer, now):
    return PROOF.secure(credential, issuer.p256, now)


@pytest.fixture
def forge(credential, issuer):
    """A function that signs anything with the issuer's own key: what it refuses, it refuses for its content."""

    def forged(header=None, drop=(), without=(), key=issuer.p256, **claims):
        head = {"alg": "ES256", "typ": "JWT", "kid": issuer.p256.verification_method} | (header or {})
        head = {name: part for name, part in head.items() if name not in without}
        registered = {"iss": issuer.id, "jti": credential["id"], "nbf": 1770091506}
        payload = {
            name: part for name, part in (credential | registered | claims).items() if name not in drop
        }
        signed = f"{base64url(as_text(head).encode())}.{base64url(as_text(payload).encode())}"
        signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(
            signed.encode(), key.private
        )
        return f"{signed}.{base64url(signature)}"

    return forged


def refusal(text, issuer, now):
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential(text, "application/jwt"), issuer.find_key, now)
    return refused.value.code


def test_what_was_signed_is_what_is_read(credential, issuer, secured, now):
    checked = check(secured, issuer.find_key, now)
    assert checked.credential == credential
    assert checked.proof_name == "vc-jwt"
    assert checked.verification_method.controller == issuer.id


def test_the_token_has_the_form_of_the_standard(credential, issuer, secured):
    assert secured.media_type == "application/jwt"
    assert jwt.get_unverified_header(secured.text) == {
        "alg": "ES256",
        "typ": "JWT",
        "kid": issuer.p256.verification_method,
    }
    payload = json.loads(from_base64url(secured.text.split(".")[1]))
    claims = {name: payload.pop(name) for name in ("iss", "jti", "nbf")}
    assert claims == {"iss": issuer.id, "jti": credential["id"], "nbf": 1770091506}
    assert payload == credential


def test_an_end_and_a_subject_become_claims(credential, issuer, now):
    credential |= {"validUntil": "2028-02-03T06:05:06+02:00"}
    credential["credentialSubject"]["id"] = "did:example:anna"
    secured = PROOF.secure(credential, issuer.p256, now)
    payload = json.loads(from_base64url(secured.text.split(".")[1]))
    assert payload["exp"] == 1833163506
    assert payload["sub"] == "did:example:anna"
    assert check(secured, issuer.find_key, now).credential == credential


def test_a_forgery_that_changes_nothing_passes(forge, issuer, now):
    """So that the refusals below are for what they change."""
    assert check(SecuredCredential(forge() + "\n", "text/plain"), issuer.find_key, now)
    assert check(SecuredCredential(forge(typ="x", drop=["typ"]), "text/plain"), issuer.find_key, now)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "vc+jwt"},
        {"typ": "vc+ld+jwt"},
        {"typ": "jwt"},
        {"typ": "application/JWT"},
        {"typ": "Application/VC+JWT"},
        {"typ": None},
    ],
    ids=str,
)
def test_the_types_of_other_issuers_are_read(forge, issuer, now, header):
    assert check(SecuredCredential(forge(header), "text/plain"), issuer.find_key, now)


def test_a_token_without_nbf_is_read(forge, issuer, now):
    assert check(SecuredCredential(forge(drop=["nbf"]), "text/plain"), issuer.find_key, now)


@pytest.mark.parametrize(
    "claims",
    [
        {"jti": "urn:uuid:another"},
        {"nbf": 1770091507},
        {"nbf": 1770091506.5},
        {"sub": "did:example:zane"},
        {"exp": 4102444800},
    ],
    ids=str,
)
def test_a_claim_that_disagrees_with_the_credential_is_refused(forge, issuer, now, claims):
    assert refusal(forge(**claims), issuer, now) == "claims_disagree"


def test_an_issuer_claim_of_another_issuer_is_refused_for_that(forge, issuer, now):
    for header in ({}, {"typ": "vc+jwt"}):
        assert refusal(forge(header, iss="did:web:elsewhere.example"), issuer, now) == "wrong_iss"


@pytest.mark.parametrize("value", [None, "1770091506", [], True, 10**400, 1e300], ids=repr)
def test_a_moment_that_is_no_number_is_refused_for_that(forge, issuer, now, value):
    for claim in ("nbf", "exp"):
        for header in ({}, {"typ": "vc+jwt"}):
            assert refusal(forge(header, **{claim: value}), issuer, now) == "unreadable_claim"


def test_a_moment_may_have_a_fraction(forge, issuer, now):
    assert check(SecuredCredential(forge(nbf=1770091506.0), ""), issuer.find_key, now)
    for nbf in (1770091506, 1770091506.25):
        token = forge(nbf=nbf, validFrom="2026-02-03T04:05:06.25Z")
        assert check(SecuredCredential(token, ""), issuer.find_key, now)


def test_a_claim_that_is_null_is_missing(forge, issuer, credential, now):
    checked = check(SecuredCredential(forge(iss=None, jti=None, iat=None), ""), issuer.find_key, now)
    assert (set(checked.missing_claims), checked.credential) == ({"iss", "jti"}, credential)


@pytest.mark.parametrize("claim", ["iss", "jti", "nbf"])
def test_a_missing_claim_is_named(forge, issuer, credential, now, claim):
    """The credential says the same, and is signed as well; so nothing is wrong, but for the form."""
    checked = check(SecuredCredential(forge(drop=[claim]), ""), issuer.find_key, now)
    assert (checked.missing_claims, checked.credential) == ((claim,), credential)
    assert check(SecuredCredential(forge(), ""), issuer.find_key, now).missing_claims == ()


def test_a_credential_without_an_issuer_or_the_date_that_a_claim_repeats_is_refused(forge, issuer, now):
    assert refusal(forge(drop=["issuer"]), issuer, now) == "malformed"
    assert refusal(forge(drop=["validFrom"]), issuer, now) == "claims_disagree"


@pytest.mark.parametrize("member", ["id", "credentialSubject"])
def test_what_else_a_credential_lacks_says_nothing_about_its_signature(
    forge, issuer, credential, now, member
):
    checked = check(SecuredCredential(forge(drop=[member]), ""), issuer.find_key, now)
    assert checked.credential == {name: part for name, part in credential.items() if name != member}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "none"}, "no_proof"),
        ({"alg": "HS256"}, "wrong_algorithm"),
        ({"alg": "ES384"}, "wrong_algorithm"),
        ({"alg": "RS256"}, "wrong_algorithm"),
        ({"alg": None}, "wrong_algorithm"),
        ({"alg": ["ES256"]}, "wrong_algorithm"),
        ({"typ": "at+jwt"}, "malformed"),
        ({"typ": 7}, "malformed"),
        ({"jwk": {"kty": "EC"}}, "malformed"),
        ({"jku": "https://evil.example"}, "malformed"),
        ({"x5u": "https://evil.example"}, "malformed"),
        ({"crit": ["b64"], "b64": False}, "malformed"),
        ({"kid": None}, "no_key_named"),
        ({"kid": 7}, "malformed"),
        ({"kid": ""}, "malformed"),
        ({"kid": "p9"}, "key_not_found"),
        ({"kid": "https://badges.riga.example/issuers/college/keys/none.json"}, "key_not_found"),
        ({"kid": "did:web:badges.riga.example:issuers:college#e1"}, "wrong_algorithm"),
    ],
    ids=str,
)
def test_a_header_cannot_choose_how_it_is_checked(forge, issuer, now, header, code):
    assert refusal(forge(header), issuer, now) == code


def test_a_token_without_a_signature_is_refused(secured, issuer, now):
    head, body, _ = secured.text.split(".")
    none = base64url(b'{"alg":"none","typ":"JWT","kid":"x"}')
    assert refusal(f"{none}.{body}.", issuer, now) == "no_proof"
    assert refusal(f"{head}.{body}.", issuer, now) == "no_proof"


def test_a_signature_that_was_cut_off_does_not_prove_a_change(secured, issuer, now):
    for text in (secured.text[:-1], secured.text[:-10], secured.text + "AA", secured.text + "="):
        assert refusal(text, issuer, now) == "malformed"


def test_a_public_key_used_as_a_shared_secret_is_refused(credential, issuer, secured, now):
    header = {"alg": "HS256", "typ": "JWT", "kid": issuer.p256.verification_method}
    signed = f"{base64url(as_text(header).encode())}.{secured.text.split('.')[1]}"
    for encoding in (Encoding.DER, Encoding.PEM):
        secret = issuer.p256.public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        signature = hmac.digest(secret, signed.encode(), "sha256")
        assert refusal(f"{signed}.{base64url(signature)}", issuer, now) == "wrong_algorithm"


def test_a_tampered_payload_is_refused(secured, issuer, now):
    head, body, signature = secured.text.split(".")
    payload = from_base64url(body).replace(b"Pass the test.", b"Pay the fee.")
    assert refusal(f"{head}.{base64url(payload)}.{signature}", issuer, now) == "bad_signature"


def test_a_key_of_another_issuer_is_refused(credential, issuer, new_issuer, now):
    token = PROOF.secure(credential, new_issuer().p256, now)
    assert refusal(token.text, issuer, now) == "bad_signature"


def test_a_key_that_leaked_its_private_half_is_refused(secured, new_issuer, credential, now):
    leaky = new_issuer()
    kid = leaky.p256.verification_method
    leaky.pages[kid] = json.dumps(json.loads(leaky.pages[kid]) | {"d": "AAAA"}).encode()
    token = PROOF.secure(credential, leaky.p256, now)
    assert refusal(token.text, leaky, now) == "key_not_found"


def test_a_credential_wrapped_as_in_the_old_data_model_needs_its_context(forge, issuer, now):
    assert refusal(forge(vc={"type": []}), issuer, now) == "malformed"
    new = {"@context": ["https://www.w3.org/ns/credentials/v2"], "issuer": issuer.id}
    assert refusal(forge(vc=new, drop=ALL), issuer, now) == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "a.b.c",
        "e30.e30.",
        "e30.e30.AAAA",
        ".e30.AAAA",
        "e30..AAAA",
        "W10.W10.AAAA",
        "_w.e30.A",
        "AAAAA.e30.A",
        "A" * 3_000_000 + ".e30.A",
    ],
    ids=lambda text: text[:12],
)
def test_what_only_looks_like_a_token_is_refused(text, issuer, now):
    assert refusal(text, issuer, now) in ("unreadable", "wrong_algorithm")


def test_another_kind_of_key_does_not_sign(credential, issuer, now):
    with pytest.raises(UnusableKeyError):
        PROOF.secure(credential, issuer.ed25519, now)


@pytest.mark.parametrize(
    "part",
    [
        {"validFrom": "2026-02-03T04:05:06.5Z"},
        {"validFrom": "2026-02-03"},
        {"validFrom": 7},
        {"issuer": {}},
        {"id": None},
        {"credentialSubject": []},
        {"iss": "x"},
        {"proof": []},
        {"name": "a\x00"},
        {"validUntil": "never"},
    ],
    ids=str,
)
def test_a_credential_that_cannot_be_a_token_is_not_signed(credential, issuer, now, part):
    with pytest.raises(UnsafeDocumentError):
        PROOF.secure(credential | part, issuer.p256, now)


# --- the data model 1.1, and the types of W3C ------------------------------------------------------------------------

ALL = [
    "@context",
    "id",
    "type",
    "name",
    "issuer",
    "validFrom",
    "awardedDate",
    "credentialSubject",
    "credentialSchema",
    "credentialStatus",
]


@pytest.fixture
def old(credential):
    """The credential in the data model 1.1."""
    contexts = [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    ]
    part = {name: credential[name] for name in ("id", "type", "issuer", "credentialSubject")}
    dates = {"issuanceDate": "2026-02-03T04:05:06Z", "expirationDate": "2028-02-03T04:05:06Z"}
    return {"@context": contexts} | part | dates


def test_a_credential_of_the_old_data_model_is_read(forge, issuer, old, now):
    token = forge(vc=old, exp=1833163506, drop=ALL)
    checked = check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
    assert checked.credential == old
    assert checked.verification_method.controller == issuer.id


def test_what_the_old_data_model_leaves_to_the_claims_is_put_back(forge, issuer, old, now):
    without = {name: part for name, part in old.items() if name not in ("id", "issuer")}
    token = forge(vc=without, drop=ALL)
    checked = check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
    assert checked.credential == without | {"id": old["id"], "issuer": issuer.id}


def test_a_credential_of_the_old_data_model_may_leave_its_dates_and_its_learner_to_the_claims(
    forge, issuer, old, now
):
    kept = {name: old[name] for name in ("@context", "type")}
    kept["issuer"] = {"type": ["Profile"], "name": "Riga College"}
    kept["credentialSubject"] = {"type": ["AchievementSubject"]}
    token = forge(vc=kept, drop=ALL, sub="did:example:anna", exp=1833163506, nonce="x", aud="urn:x")
    checked = check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
    assert checked.credential == kept | {
        "id": old["id"],
        "issuer": kept["issuer"] | {"id": issuer.id},
        "issuanceDate": "2026-02-03T04:05:06Z",
        "expirationDate": "2028-02-03T04:05:06Z",
        "credentialSubject": kept["credentialSubject"] | {"id": "did:example:anna"},
    }


@pytest.mark.parametrize("claims", [{"nbf": "soon"}, {"nbf": True}, {"exp": 1e300}, {"exp": []}], ids=str)
def test_a_claim_that_is_not_a_time_is_refused(forge, issuer, old, now, claims):
    without = {name: old[name] for name in ("@context", "type", "credentialSubject")}
    assert refusal(forge(vc=without, drop=ALL, **claims), issuer, now) == "unreadable_claim"


@pytest.mark.parametrize("nbf", [1770091506.5, 1770091506.25, 1770091506])
def test_a_date_that_is_left_to_the_claims_keeps_its_fraction(forge, issuer, old, now, nbf):
    without = {name: part for name, part in old.items() if name != "issuanceDate"}
    checked = check(SecuredCredential(forge(vc=without, drop=ALL, nbf=nbf), ""), issuer.find_key, now)
    assert datetime.fromisoformat(checked.credential["issuanceDate"]).timestamp() == nbf


@pytest.mark.parametrize("claims", [{"nbf": 1}, {"exp": 1}, {"jti": "urn:x"}, {"sub": "did:x"}], ids=str)
def test_claims_bind_the_old_data_model_too(forge, issuer, old, now, claims):
    old["credentialSubject"]["id"] = "did:example:anna"
    assert refusal(forge(vc=old, drop=ALL, **claims), issuer, now) == "claims_disagree"


def test_another_issuer_in_the_claims_of_the_old_data_model_is_refused_for_that(forge, issuer, old, now):
    assert refusal(forge(vc=old, drop=ALL, iss="did:x"), issuer, now) == "wrong_iss"


def test_claims_that_say_nothing_about_the_credential_may_stand_beside_it(forge, issuer, old, now):
    token = forge(vc=old, drop=ALL, client_id="x", scope="openid", custom={"a": 1})
    assert check(SecuredCredential(token, ""), issuer.find_key, now).credential == old


@pytest.mark.parametrize(
    "beside",
    [
        {"name": "Another"},
        {"expirationDate": "2031-01-01T00:00:00Z"},
        {"credentialStatus": {"id": "urn:x"}},
        {"credentialSubject": {"id": "did:example:zane"}},
        {"issuer": "did:example:other"},
        {"type": ["VerifiableCredential"]},
    ],
    ids=str,
)
def test_something_about_the_credential_beside_it_is_refused(forge, issuer, old, now, beside):
    dropped = [name for name in ALL if name not in beside]
    assert refusal(forge(vc=old, drop=dropped, **beside), issuer, now) == "claims_disagree"


def test_unknown_members_of_a_header_are_ignored(forge, issuer, credential, now):
    token = forge({"cty": "vc", "x5t": "AAAA", "riga": 7})
    assert check(SecuredCredential(token, ""), issuer.find_key, now).credential == credential


def test_a_token_of_w3c_needs_no_claims(forge, issuer, credential, now):
    for header in (
        {"typ": "vc+jwt"},
        {"typ": "vc+ld+jwt", "cty": "vc", "iss": issuer.id},
        {"typ": "vc+ld+json+jwt"},
    ):
        token = forge(header, drop=["iss", "jti", "nbf"])
        checked = check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
        assert checked.credential == credential


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1770000000}, "proof_expired"),
        ({"exp": 1770091506}, "proof_expired"),
        ({"nbf": 1770091507}, "proof_expired"),
        ({"nbf": "soon"}, "unreadable_claim"),
        ({"exp": True}, "unreadable_claim"),
        ({"iss": "did:x"}, "wrong_iss"),
        ({"jti": "urn:x"}, "claims_disagree"),
    ],
    ids=str,
)
def test_a_token_of_w3c_may_not_contradict_its_credential(forge, issuer, now, claims, code):
    assert refusal(forge({"typ": "vc+jwt"}, **claims), issuer, now) == code


def test_a_token_of_w3c_may_name_a_subject_that_has_no_id(forge, issuer, credential, now):
    token = forge({"typ": "vc+jwt"}, sub="did:x")
    assert check(SecuredCredential(token, ""), issuer.find_key, now).credential == credential
    subject = credential["credentialSubject"] | {"id": "did:y"}
    for named in (subject, [subject], [subject, subject]):
        token = forge({"typ": "vc+jwt"}, sub="did:x", credentialSubject=named)
        assert refusal(token, issuer, now) == "claims_disagree"


@pytest.mark.parametrize("name", ["crit", "b64", "jku", "x5u", "x5c"])
def test_a_header_of_w3c_may_not_change_what_is_checked(forge, issuer, now, name):
    assert refusal(forge({"typ": "vc+jwt", name: ["x"]}), issuer, now) == "malformed"


# --- the key that a token brings along -------------------------------------------------------------------------------


def test_a_key_in_the_header_is_the_issuers_when_the_issuer_lists_it(forge, issuer, now):
    token = forge({"jwk": jwk(issuer.p256.public, "p1")}, without=["kid"])
    checked = check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
    assert checked.verification_method.controller == issuer.id


def test_a_key_in_the_header_that_the_issuer_does_not_list_is_not_reported_as_the_issuers(
    forge, issuer, new_issuer, now
):
    other_issuer = new_issuer()
    token = forge({"jwk": jwk(other_issuer.p256.public, "p1")}, without=["kid"], key=other_issuer.p256)
    checked = check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
    assert checked.verification_method.controller != issuer.id
    assert checked.verification_method.controller.startswith("did:jwk:")


def test_a_key_in_the_header_beside_its_address_must_be_the_same(forge, issuer, new_issuer, now):
    token = forge({"jwk": jwk(issuer.p256.public, "p1")})
    assert check(SecuredCredential(token, "text/plain"), issuer.find_key, now)
    other = jwk(new_issuer().p256.public, "p1")
    assert refusal(forge({"jwk": other}), issuer, now) == "malformed"


@pytest.mark.parametrize("part", [{"d": "AAAA"}, {"kty": "oct"}, {"x": 7}])
def test_a_private_or_damaged_key_in_the_header_is_refused(forge, issuer, now, part):
    broken = jwk(issuer.p256.public, "p1") | part
    assert refusal(forge({"jwk": broken}, without=["kid"]), issuer, now) == "malformed"
    assert refusal(forge({"jwk": [broken]}, without=["kid"]), issuer, now) == "malformed"


# --- the other algorithms --------------------------------------------------------------------------------------------

OTHERS = {"vc-jwt-rs256": "RSA", "vc-jwt-eddsa": "Ed25519", "vc-jwt-es384": "P-384"}


@pytest.fixture(scope="module")
def others():
    return {
        name: SigningKey(
            verification_method="https://riga.example/k.json", kid="k", private=generate(algorithm)
        )
        for name, algorithm in OTHERS.items()
    }


@pytest.mark.parametrize("name", OTHERS)
def test_each_algorithm_signs_what_it_reads_and_pyjwt_agrees(credential, others, now, name):
    key = others[name]

    def find_key(kid, issuer_id):
        assert kid == key.verification_method
        return VerificationMethod(id=kid, controller=issuer_id, public=key.public)

    secured = PROOFS[name].secure(credential, key, now)
    checked = check(secured, find_key, now)
    assert (checked.credential, checked.proof_name) == (credential, name)
    algorithm = jwt.get_unverified_header(secured.text)["alg"]
    decoded = jwt.decode(secured.text, key.public, algorithms=[algorithm])
    assert {name: part for name, part in decoded.items() if name not in ("iss", "jti", "nbf")} == credential
    head, body, signature = secured.text.split(".")
    broken = base64url(bytes(len(from_base64url(signature))))
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential(f"{head}.{body}.{broken}", "text/plain"), find_key, now)
    assert refused.value.code == "bad_signature"


@pytest.mark.parametrize("name", OTHERS)
def test_an_algorithm_does_not_sign_or_check_with_the_key_of_another(credential, issuer, others, now, name):
    with pytest.raises(UnusableKeyError):
        PROOFS[name].secure(credential, issuer.p256, now)
    secured = PROOFS[name].secure(credential, others[name], now)

    def find_key(kid, issuer_id):
        return VerificationMethod(id=kid, controller=issuer_id, public=issuer.p256.public)

    with pytest.raises(ProofError) as refused:
        check(secured, find_key, now)
    assert refused.value.code == "wrong_algorithm"


def test_a_signature_of_a_revoked_key_is_refused(secured, issuer, now):
    def find_key(kid, issuer_id):
        return VerificationMethod(id=kid, controller=issuer_id, public=issuer.p256.public, ends=now)

    with pytest.raises(ProofError) as refused:
        check(secured, find_key, now)
    assert refused.value.code == "key_revoked"
    assert check(secured, find_key, now - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("header", "payload", "end", "code"),
    [
        ('{"alg": "none", ', "{", "", "wrong_algorithm"),
        ("{", '{"name": "Zane", "name": "Anna", ', "", "unreadable"),
        ("{", '{"result": NaN, ', "", "unreadable"),
        ("{", "{", "==", "malformed"),
        ('{"zip": "DEF", ', "{", "", "malformed"),
        ('{"jku": "https://evil.example/keys", ', "{", "", "malformed"),
    ],
    ids=["a header member twice", "a claim twice", "NaN", "padding", "packed", "keys from elsewhere"],
)
def test_pyjwt_accepts_what_is_refused_here(secured, issuer, now, header, payload, end, code):
    """The reason why signing/jose.py does without it."""
    head, body, _ = (from_base64url(part).decode(errors="replace") for part in secured.text.split("."))
    parts = (header + head[1:], payload + body[1:])
    signed = ".".join(base64url(part.encode()) for part in parts)
    algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    text = f"{signed}.{base64url(algorithm.sign(signed.encode(), issuer.p256.private))}{end}"
    assert jwt.decode(text, issuer.p256.private.public_key(), algorithms=["ES256"])
    assert refusal(text, issuer, now) == code
