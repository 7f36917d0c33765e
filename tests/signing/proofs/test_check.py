"""Whatever is given to `check`: a credential that holds, or a ProofError. Never anything else."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signing.errors import ProofError
from signing.multibase import base64url
from signing.proofs import PROOFS, check
from signing.secured import SecuredCredential

WORDS = [
    "@context",
    "@graph",
    "@id",
    "@type",
    "@value",
    "@list",
    "@set",
    "id",
    "type",
    "name",
    "proof",
    "issuer",
    "title",
    "validFrom",
    "credentialSubject",
    "related",
    "alignment",
    "created",
    "cryptosuite",
    "en",
    "allowedValue",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["Profile", "Achievement", "_:x", "urn:x", "https://www.w3.org/ns/credentials/v2", "eddsa-rdfc-2022"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_proof_types_are_these():
    assert sorted(PROOFS) == [
        "Ed25519Signature2020",
        "ecdsa-jcs-2019",
        "ecdsa-rdfc-2019",
        "ecdsa-sd-2023",
        "eddsa-2022",
        "eddsa-jcs-2022",
        "eddsa-rdfc-2022",
        "sd-jwt",
        "sd-jwt-eddsa",
        "sd-jwt-es384",
        "sd-jwt-rs256",
        "vc-jwt",
        "vc-jwt-eddsa",
        "vc-jwt-es384",
        "vc-jwt-rs256",
    ]


@given(text=st.text(max_size=200))
@example(text="")
@example(text="{")
@example(text='{"proof":[]} eddsa-rdfc-2022')
@example(text="{" * 100_000)
@example(text="\ud800")
@example(text='{"a":"\ud800", "b": "eddsa-rdfc-2022"}')
def test_any_text_is_refused(issuer, now, text):
    with pytest.raises(ProofError):
        check(SecuredCredential(text, "text/plain"), issuer.find_key, now)


@given(document=JSON)
def test_any_json_is_refused(issuer, now, document):
    text = json.dumps({"@context": document, "proof": document, "x": '"eddsa-rdfc-2022"'})
    with pytest.raises(ProofError):
        check(SecuredCredential(text, "text/plain"), issuer.find_key, now)


@given(head=st.binary(max_size=30), body=st.binary(max_size=30), signature=st.binary(max_size=70))
def test_any_token_is_refused(issuer, now, head, body, signature):
    for first in (head, b'{"alg":"ES256","kid":"' + issuer.p256.verification_method.encode() + b'"}'):
        text = ".".join(base64url(part) for part in (first, body, signature))
        with pytest.raises(ProofError):
            check(SecuredCredential(text, "text/plain"), issuer.find_key, now)


@given(data=st.data(), value=JSON)
def test_a_badge_with_anything_put_anywhere_is_refused_or_says_the_same(credential, issuer, now, data, value):
    signed = json.loads(PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now).text)
    altered = copy.deepcopy(signed)
    at = altered
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    if isinstance(at, dict) and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(WORDS))
    at[key] = value
    try:
        checked = check(SecuredCredential(json.dumps(altered), "text/plain"), issuer.find_key, now)
    except ProofError:
        return
    read = json.dumps(as_stated(checked.credential), sort_keys=True)
    for name in ("validFrom", "credentialStatus", "credentialSubject", "issuer", "id"):
        assert json.dumps(as_stated(credential[name]), sort_keys=True) in read


def as_stated(value):
    """What a proof does not tell apart is one: a list of one and its part, truth and its name, null and no part."""
    if isinstance(value, dict):
        return {key: as_stated(part) for key, part in value.items() if part not in ([], None)}
    if isinstance(value, list):
        return as_stated(value[0]) if len(value) == 1 else [as_stated(part) for part in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def test_two_hundred_thousand_parts_are_refused_soon(credential, issuer, now):
    signed = json.loads(PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now).text)
    signed["credentialSubject"]["result"] = [{"type": ["Result"]}] * 80_000
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential(json.dumps(signed), "text/plain"), issuer.find_key, now)
    assert refused.value.code == "unsafe"


def test_statements_made_to_take_factorial_time_are_refused_soon(credential, issuer, now):
    signed = json.loads(PROOFS["eddsa-rdfc-2022"].secure(credential, issuer.ed25519, now).text)
    names = [f"_:n{number}" for number in range(20)]
    signed["credentialSubject"]["achievement"]["related"] = [
        {"id": name, "type": ["Achievement"], "related": [{"id": other} for other in names if other != name]}
        for name in names
    ]
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential(json.dumps(signed), "text/plain"), issuer.find_key, now)
    assert refused.value.code == "unsafe"


def test_a_text_of_many_megabytes_is_refused_unread(issuer, now):
    with pytest.raises(ProofError) as refused:
        check(SecuredCredential('{"x":"' + "eddsa" * 2_000_000 + '"}', "text/plain"), issuer.find_key, now)
    assert refused.value.code == "unreadable"
