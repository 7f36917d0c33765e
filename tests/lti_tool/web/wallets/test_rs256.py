"""Where JWTs are signed with RS256 and there is no key on P-256: badges are bound as JSON all the same."""

from __future__ import annotations

import json

import pytest

from lti_tool.store.models import CredentialRow, SigningKeyRow
from lti_tool.wiring import build_tool
from signing.did import did_key
from signing.jws import algorithm_of
from signing.keys import generate
from tests.fixtures import ANNA, rows, settings_for
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.wallets.conftest import ISSUER
from tests.lti_tool.web.wallets.test_exchanges import links_of
from tests.presentations import presented
from tests.signing.test_key_proof import key_proof


@pytest.fixture
def tool(sqlite_url, tmp_path, clock):
    tool = build_tool(settings_for(sqlite_url, tmp_path, jwt_algorithm="RS256"), clock)
    retire(tool, "P-256")
    yield tool
    tool.store.close()


def retire(tool, kind):
    with tool.store.begin() as session:
        session.query(SigningKeyRow).filter_by(algorithm=kind).update({"retired_at": tool.clock()})


def test_the_learner_is_offered_what_can_be_bound_and_no_sd_jwt(school, annas_badge, wallet, web_tool):
    token = hidden(school.launch(ANNA), "_launch")
    page = school.browser.post(f"/lti/app/badges/{annas_badge}/wallet", data={"_launch": token})
    assert "Bind it to the key" in text_of(page) and "SD-JWT" not in text_of(page)
    key = generate("Ed25519")
    _, _, binding, challenge = links_of(page)
    given = wallet.client.post(binding, data=presented(key, challenge, web_tool.clock()))
    assert given.status_code == 200 and web_tool.verify(given.data).verdict == "verified"
    assert given.json["credentialSubject"]["id"] == did_key(key.public_key())
    assert {algorithm_of(row.jwt) for row in rows(web_tool, CredentialRow)} == {"RS256"}


def test_a_wallet_with_a_key_on_that_curve_is_bound_to_it(wallet, made, web_tool, clock):
    offer = wallet.read_offer(made("ob3-json-bound").link)
    assert list(wallet.metadata["credential_configurations_supported"]) == ["ob3-json", "ob3-json-bound"]
    claims = {"aud": ISSUER, "iat": int(clock().timestamp()), "nonce": wallet.nonce()}
    proof = key_proof(generate("P-256"), named="did:jwk", claims=claims)
    answer = wallet.ask_credential(wallet.token(offer), offer, proofs={"jwt": [proof]})
    credential = answer.get_json()["credentials"][0]["credential"]
    assert web_tool.verify(json.dumps(credential).encode()).verdict == "verified"


def test_while_a_key_is_lacking_that_all_badges_need_nothing_can_be_bound(wallet, made, web_tool):
    with web_tool.store.begin() as session:
        web_tool.issuer.keyring.make_key(session, "P-256", web_tool.clock())
    retire(web_tool, "RSA")
    wallet.read_offer(made().link)
    assert list(wallet.metadata["credential_configurations_supported"]) == ["ob3-json"]
