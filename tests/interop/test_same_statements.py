"""jsonld.js in its safe mode makes the same canonical RDF of our credentials as we do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from badges.credential import Learner
from signing.canonical import canonicalize
from signing.errors import UnsafeDocumentError
from tests.badges.conftest import demo_template
from tests.badges.test_extension import full_issuer, full_template

NOW = datetime.now(UTC).replace(microsecond=0)

__all__ = ["full_issuer", "full_template"]  # the fullest template, and an issuer with all numbers


@pytest.mark.parametrize("name", ["solar-panels", "data-literacy"])
@pytest.mark.parametrize("language", ["en", "lv"])
@pytest.mark.parametrize(
    "learner", [Learner(name="Anna Bērziņa"), Learner(email="anna@example.org")], ids=str
)
def test_both_canonicalize_a_credential_alike(others, site, built, name, language, learner):
    credential = built(demo_template(name), language=language, learner=learner)
    answer = others("jsonldCanonicalizes", pages=site.pages, document=credential)
    assert answer["statements"] == canonicalize(credential)


@pytest.mark.parametrize("language", ["en", "lv", "el"])
def test_both_canonicalize_the_fullest_credential_alike(
    others, site, built, full_template, full_issuer, language
):
    credential = built(full_template, issuer=full_issuer, language=language)
    answer = others("jsonldCanonicalizes", pages=site.pages, document=credential)
    assert answer["statements"] == canonicalize(credential)


@pytest.mark.parametrize(
    ("verifier", "proof"),
    [
        ("digitalbazaarVerifies", "eddsa-rdfc-2022"),
        ("digitalbazaarVerifies", "ecdsa-sd-2023"),
        ("verifierCoreVerifies", "eddsa-rdfc-2022"),
        ("joseVerifies", "vc-jwt"),
        ("joseVerifies", "vc-jwt-rs256"),
    ],
)
def test_others_accept_the_fullest_badge(others, site, built, full_template, full_issuer, verifier, proof):
    credential = built(full_template, issuer=full_issuer, awarded_at=NOW, now=NOW)
    text = site.secure(credential, proof).text
    name = "token" if proof.startswith("vc-jwt") else "credential"
    answer = others(verifier, pages=site.pages, **{name: text})
    assert answer["verified"], answer["message"]
    assert site.verify(text).verdict == "verified"


def test_both_refuse_a_term_that_no_context_defines(others, site, built, solar):
    credential = built(solar) | {"unheardOf": "here"}
    with pytest.raises(AssertionError, match="afe mode"):
        others("jsonldCanonicalizes", pages=site.pages, document=credential)
    with pytest.raises(UnsafeDocumentError):
        canonicalize(credential)
