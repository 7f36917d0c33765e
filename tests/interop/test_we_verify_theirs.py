"""We verify what other libraries issue, and refuse what is revoked, changed or signed by another issuer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signing import did
from tests.badges.conftest import INDEX, LIST_URL

COLLEGE = "did:web:college.example"
DEFAULT_SUITE = {"suite": "eddsa-rdfc-2022"}
#: The ways in which @digitalbazaar/vc signs, as options of digitalbazaarIssues.
SUITES = {
    "eddsa-rdfc-2022": DEFAULT_SUITE,
    "ecdsa-rdfc-2019 with P-256": {"suite": "ecdsa-rdfc-2019", "curve": "P-256"},
    "ecdsa-rdfc-2019 with P-384": {"suite": "ecdsa-rdfc-2019", "curve": "P-384"},
    "eddsa-jcs-2022": {"suite": "eddsa-jcs-2022"},
    "ecdsa-sd-2023": {
        "suite": "ecdsa-sd-2023",
        "curve": "P-256",
        "mandatory": ["/issuer", "/validFrom", "/credentialStatus"],
        "shown": ["/awardedDate", "/credentialSubject", "/credentialSchema"],
    },
    "Ed25519Signature2020": {"suite": "Ed25519Signature2020"},
}
SUITE_CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"
ALGORITHMS = {"ES256": "vc-jwt", "RS256": "vc-jwt-rs256", "EdDSA": "vc-jwt-eddsa", "ES384": "vc-jwt-es384"}


@pytest.fixture
def credential(credential):
    """The same credential, of another issuer."""
    return credential | {"issuer": credential["issuer"] | {"id": COLLEGE}}


@pytest.fixture
def sign(others, site, credential):
    """A function that has @digitalbazaar/vc sign a credential: the signed one, and the verification method."""

    def sign(unsigned: Any = None, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        unsigned = unsigned or credential
        if options["suite"] == "Ed25519Signature2020":
            unsigned = unsigned | {"@context": [*unsigned["@context"], SUITE_CONTEXT]}
        options = {"controller": COLLEGE} | options
        answer = others("digitalbazaarIssues", pages=site.pages, credential=unsigned, **options)
        return json.loads(answer["credential"]), answer["method"]

    return sign


@pytest.fixture
def issue(sign, site):
    """The same with the key published, which gives the signed credential alone."""

    def issue(unsigned: Any = None, **options: Any) -> dict[str, Any]:
        signed, method = sign(unsigned, **options)
        publish_keys(site, method)
        return signed

    return issue


def publish_keys(site, *methods):
    document = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": COLLEGE,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
    site.pages[did.did_web_url(COLLEGE)] = json.dumps(document)


@pytest.fixture
def publish_status_list(others, site, sign):
    """A function that publishes the college's own status list, its key beside that of the badge."""

    def publish(*revoked: int) -> None:
        unsigned = others(
            "digitalbazaarListsRevoked", id=LIST_URL, issuer=COLLEGE, revoked=revoked, length=131_072
        )["credential"]
        signed, method = sign(unsigned, **DEFAULT_SUITE)
        document = json.loads(site.pages[did.did_web_url(COLLEGE)])
        publish_keys(site, *document["verificationMethod"], method)
        site.pages[LIST_URL] = json.dumps(signed)

    return publish


def outcome(report, name):
    return next((check.outcome, check.code) for check in report.checks if check.name == name)


@pytest.mark.parametrize("suite", SUITES)
def test_we_accept_their_badge(site, issue, publish_status_list, suite):
    badge = issue(**SUITES[suite])
    publish_status_list()
    report = site.verify(json.dumps(badge))
    assert report.verdict == "verified", report.checks
    assert outcome(report, "status") == ("passed", "not_revoked")


@pytest.mark.parametrize("suite", SUITES)
def test_we_see_that_their_badge_is_revoked(site, issue, publish_status_list, suite):
    badge = issue(**SUITES[suite])
    publish_status_list(INDEX)
    assert site.verify(json.dumps(badge)).verdict == "revoked"


@pytest.mark.parametrize("suite", SUITES)
def test_we_refuse_their_badge_that_was_changed(site, issue, publish_status_list, suite):
    badge = issue(**SUITES[suite])
    publish_status_list()
    badge["credentialSubject"]["achievement"]["name"] += "!"
    assert site.verify(json.dumps(badge)).verdict == "changed"


@pytest.mark.parametrize("suite", SUITES)
def test_we_refuse_their_badge_signed_by_another_issuer(site, sign, issue, publish_status_list, suite):
    badge = issue(**SUITES[suite])
    other_issuer = "did:web:other.example"
    of_other, _ = sign(**SUITES[suite] | {"controller": other_issuer})
    proof = of_other["proof"]
    document = json.loads(site.pages[did.did_web_url(COLLEGE)])
    text = json.dumps(document | {"id": other_issuer})
    site.pages[did.did_web_url(other_issuer)] = text.replace(COLLEGE, other_issuer)
    publish_status_list()
    assert site.verify(json.dumps(badge | {"proof": proof})).verdict in ("unverifiable", "changed")


@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != "Ed25519Signature2020"])
def test_a_did_key_proves_nothing_about_another_issuer(site, others, credential, suite):
    answer = others("digitalbazaarIssues", pages=site.pages, credential=credential, **SUITES[suite])
    assert site.verify(answer["credential"]).verdict == "wrong_issuer"


@pytest.mark.parametrize(("alg", "name"), ALGORITHMS.items())
@pytest.mark.parametrize("typ", ["JWT", "vc+jwt", "vc+ld+jwt", None])
def test_we_accept_their_token(site, others, credential, alg, name, typ):
    del credential["credentialStatus"]
    token, _ = issue_token(site, others, credential, alg, typ)
    report = site.verify(token)
    assert report.verdict == "verified", report.checks
    (proof,) = (check for check in report.checks if check.name == "proof")
    assert proof.detail.split(":")[0] == name
    # W3C leaves the claims out, Open Badges does not.
    assert proof.code == ("signature_holds" if typ in ("vc+jwt", "vc+ld+jwt") else "claims_left_out")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_we_refuse_their_token_with_another_body(site, others, credential, alg):
    token, _ = issue_token(site, others, credential, alg)
    of_zane, _ = issue_token(site, others, credential | {"name": "Of Zane"}, alg)
    head, _, signature = token.split(".")
    assert site.verify(f"{head}.{of_zane.split('.')[1]}.{signature}").verdict in ("changed", "unverifiable")


def issue_token(site, others, credential, alg, typ="JWT"):
    kid = f"{COLLEGE}#{alg}"
    answer = others("joseIssues", payload=credential, alg=alg, kid=kid, **({"typ": typ} if typ else {}))
    method = {"id": kid, "type": "JsonWebKey", "controller": COLLEGE, "publicKeyJwk": answer["jwk"]}
    publish_keys(site, method)
    return answer["token"], method
