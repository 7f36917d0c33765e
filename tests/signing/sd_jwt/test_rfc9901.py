"""The examples of RFC 9901: their signatures, what each discloses, and their key bindings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from signing.errors import ProofError
from signing.jws import check_signature, object_of
from signing.keys import from_jwk
from signing.sd_jwt.compact import split
from signing.sd_jwt.disclosure import digest_of, read_disclosure
from signing.sd_jwt.key_binding import Expected, check_key_binding
from signing.sd_jwt.processing import processed

VECTORS = json.loads((Path(__file__).parent / "rfc9901.json").read_text("utf-8"))
EXAMPLES: dict[str, Any] = VECTORS["examples"]
VERIFIER = Expected(audience="https://verifier.example.org", nonce="1234567890")


def payload(example: str) -> Any:
    return object_of(split(EXAMPLES[example]["sd_jwt"]).jwt.split(".")[1])


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_says_what_the_standard_says_that_it_does(example):
    sd_jwt = split(EXAMPLES[example]["sd_jwt"])
    check_signature(sd_jwt.jwt, from_jwk(VECTORS["issuer"]))
    assert processed(payload(example), sd_jwt.disclosures).claims == EXAMPLES[example]["claims"]
    assert sd_jwt.text == EXAMPLES[example]["sd_jwt"]


@pytest.mark.parametrize("example", [name for name in EXAMPLES if "key binding" in name])
def test_an_example_with_key_binding_is_bound(example):
    sd_jwt = split(EXAMPLES[example]["sd_jwt"])
    seconds = object_of(sd_jwt.key_binding.split(".")[1])["iat"]
    now = datetime.fromtimestamp(seconds, UTC)
    binding = check_key_binding(sd_jwt, payload(example)["cnf"], now, VERIFIER)
    assert (binding.audience, binding.nonce, binding.made_at) == (VERIFIER.audience, VERIFIER.nonce, now)


@pytest.mark.parametrize("example", [name for name in EXAMPLES if "key binding" in name])
@pytest.mark.parametrize("at", range(2))
def test_an_example_with_one_disclosure_fewer_is_no_longer_what_the_holder_signed(example, at):
    sd_jwt = split(EXAMPLES[example]["sd_jwt"])
    fewer = split(sd_jwt.text.replace(f"{sd_jwt.disclosures[at]}~", ""))
    now = datetime.fromtimestamp(object_of(sd_jwt.key_binding.split(".")[1])["iat"], UTC)
    with pytest.raises(ProofError) as refused:
        check_key_binding(fewer, payload(example)["cnf"], now, VERIFIER)
    assert refused.value.code == "claims_disagree"


def test_the_digest_of_a_disclosure_is_that_of_its_text():
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest_of(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    read = read_disclosure(text)
    assert (read.name, read.value) == ("family_name", "Möbius")
    assert digest_of("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0") == (
        "pFndjkZ_VCzmyTa6UjlZo3dh-ko8aIKQc9DlGzhaVYo"
    )
