"""What others issue, we verify; what is revoked, tampered with or a stranger's, we refuse, by the code they would."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signing import did
from tests.badges.conftest import INDEX, LIST_URL

COLLEGE = "did:web:college.example"
PLAIN = {"suite": "eddsa-rdfc-2022"}
#: How @digitalbazaar/vc may sign.
SUITES = {
    "eddsa-rdfc-2022": PLAIN,
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
    """The same badge, of another college."""
    return credential | {"issuer": credential["issuer"] | {"id": COLLEGE}}


@pytest.fixture
def issued(others, world, credential):
    """A badge that @digitalbazaar/vc signed, with the keys that belong to it published."""

    def issue(badge: Any = None, publish: bool = True, **how: Any) -> dict[str, Any]:
        badge = badge or credential
        if how["suite"] == "Ed25519Signature2020":
            badge = badge | {"@context": [*badge["@context"], SUITE_CONTEXT]}
        answer = others(
            "digitalbazaarIssues", pages=world.pages, credential=badge, **({"controller": COLLEGE} | how)
        )
        if publish:
            publish_keys(world, answer["method"])
        return json.loads(answer["credential"])

    return issue


def publish_keys(world, *methods):
    document = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": COLLEGE,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
    world.pages[did.did_web_url(COLLEGE)] = json.dumps(document)


@pytest.fixture
def listed(others, world, issued):
    """Publishes the college's own status list, and gives the key that its badges are signed with too."""

    def publish(*revoked: int, **how: Any) -> None:
        listing = others(
            "digitalbazaarListsRevoked", id=LIST_URL, issuer=COLLEGE, revoked=revoked, length=131_072
        )["credential"]
        document = world.pages.get(did.did_web_url(COLLEGE))
        signed = issued(listing, **(how or PLAIN))
        if document:  # beside the key of the badge
            (own,) = json.loads(world.pages[did.did_web_url(COLLEGE)])["verificationMethod"]
            publish_keys(world, *json.loads(document)["verificationMethod"], own)
        world.pages[LIST_URL] = json.dumps(signed)

    return publish


def outcome(report, name):
    return next((check.outcome, check.code) for check in report.checks if check.name == name)


@pytest.mark.parametrize("how", SUITES)
def test_we_accept_their_badge(world, issued, listed, how):
    badge = issued(**SUITES[how])
    listed()
    report = world.verdict(json.dumps(badge))
    assert report.verdict == "verified", report.checks
    assert outcome(report, "status") == ("passed", "not_revoked")


@pytest.mark.parametrize("how", SUITES)
def test_we_see_that_their_badge_is_revoked(world, issued, listed, how):
    badge = issued(**SUITES[how])
    listed(INDEX)
    assert world.verdict(json.dumps(badge)).verdict == "revoked"


@pytest.mark.parametrize("how", SUITES)
def test_we_refuse_their_badge_with_another_word_in_it(world, issued, listed, how):
    badge = issued(**SUITES[how])
    listed()
    badge["credentialSubject"]["achievement"]["name"] += "!"
    assert world.verdict(json.dumps(badge)).verdict == "changed"


@pytest.mark.parametrize("how", SUITES)
def test_we_refuse_their_badge_signed_by_somebody_else(world, issued, listed, how):
    badge = issued(**SUITES[how])
    stranger = "did:web:stranger.example"
    of_stranger = issued(**SUITES[how] | {"controller": stranger}, publish=False)
    proof = of_stranger["proof"]
    document = json.loads(world.pages[did.did_web_url(COLLEGE)])
    text = json.dumps(document | {"id": stranger})
    world.pages[did.did_web_url(stranger)] = text.replace(COLLEGE, stranger)
    listed()
    assert world.verdict(json.dumps(badge | {"proof": proof})).verdict in ("unverifiable", "changed")


@pytest.mark.parametrize("how", [how for how in SUITES if how != "Ed25519Signature2020"])
def test_a_key_that_is_its_own_issuer_is_believed_to_be_itself_alone(world, others, credential, how):
    answer = others("digitalbazaarIssues", pages=world.pages, credential=credential, **SUITES[how])
    assert world.verdict(answer["credential"]).verdict == "wrong_issuer"


@pytest.mark.parametrize(("alg", "name"), ALGORITHMS.items())
@pytest.mark.parametrize("typ", ["JWT", "vc+jwt", "vc+ld+jwt", None])
def test_we_accept_their_token(world, others, credential, alg, name, typ):
    del credential["credentialStatus"]
    token, _ = token_of(world, others, credential, alg, typ)
    report = world.verdict(token)
    assert report.verdict == "verified", report.checks
    (proof,) = (check for check in report.checks if check.name == "proof")
    assert proof.detail.split(":")[0] == name
    # W3C leaves the claims out, Open Badges does not.
    assert proof.code == ("signature_holds" if typ in ("vc+jwt", "vc+ld+jwt") else "claims_left_out")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_we_refuse_their_token_with_another_body(world, others, credential, alg):
    token, _ = token_of(world, others, credential, alg)
    of_zane, _ = token_of(world, others, credential | {"name": "Of Zane"}, alg)
    head, _, signature = token.split(".")
    assert world.verdict(f"{head}.{of_zane.split('.')[1]}.{signature}").verdict in ("changed", "unverifiable")


def token_of(world, others, credential, alg, typ="JWT"):
    kid = f"{COLLEGE}#{alg}"
    answer = others("joseIssues", payload=credential, alg=alg, kid=kid, **({"typ": typ} if typ else {}))
    method = {"id": kid, "type": "JsonWebKey", "controller": COLLEGE, "publicKeyJwk": answer["jwk"]}
    publish_keys(world, method)
    return answer["token"], method
