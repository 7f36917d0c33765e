"""What wallets read of an issuer: at every place where one of them looks, in every language, with its look."""

from __future__ import annotations

import pytest

from badges.sd_jwt.claims import TYPE_PATH
from lti_tool.language import LANGUAGES
from lti_tool.store.models import SigningKeyRow
from lti_tool.wallets.messages import PRE_AUTHORIZED
from tests.fixtures import DAUGAVA, PLUM, add_another_issuer, drawn, give_look
from tests.lti_tool.web.conftest import TOOL
from tests.lti_tool.web.wallets.conftest import ISSUER, path

PLACES = {
    "issuer": [
        "/.well-known/openid-credential-issuer/issuers/riga-college",
        "/issuers/riga-college/.well-known/openid-credential-issuer",
    ],
    "server": [
        "/.well-known/oauth-authorization-server/issuers/riga-college",
        "/issuers/riga-college/.well-known/oauth-authorization-server",
    ],
    "type": [
        f"/issuers/riga-college{TYPE_PATH}",
        f"/.well-known/vct/issuers/riga-college{TYPE_PATH}",
    ],
}


def read(wallet, address):
    answer = wallet.client.get(address)
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.get_json()


@pytest.fixture
def metadata(wallet, school):
    """What each document says, of all that are there."""
    return {name: read(wallet, places[0]) for name, places in PLACES.items()}


def test_each_document_is_at_every_place_where_clients_look(wallet, metadata):
    for name, places in PLACES.items():
        assert [read(wallet, place) for place in places[1:]] == [metadata[name]], name


def test_the_addresses_are_those_of_the_issuer_and_answer(wallet, metadata):
    found = metadata["issuer"]
    assert found["credential_issuer"] == ISSUER == metadata["server"]["issuer"]
    endpoints = {name: url for name, url in found.items() if name.endswith("_endpoint")}
    assert endpoints["token_endpoint"] == metadata["server"]["token_endpoint"]
    for url in endpoints.values():
        assert url.startswith(f"{ISSUER}/wallet/")
        assert wallet.client.options(path(url)).status_code == 200
    assert metadata["server"]["grant_types_supported"] == [PRE_AUTHORIZED]
    assert metadata["server"]["pre-authorized_grant_anonymous_access_supported"] is True


def test_what_binds_says_how_and_what_does_not_says_nothing_of_it(metadata):
    """Both members stand together, or neither does."""
    configurations = metadata["issuer"]["credential_configurations_supported"]
    assert set(configurations) == {"ob3-json", "ob3-json-bound", "ob3-sdjwt", "ob3-w3c-sdjwt"}
    for name, each in configurations.items():
        binds = "cryptographic_binding_methods_supported" in each
        assert binds == ("proof_types_supported" in each) == (name != "ob3-json")
        if binds:
            algorithms = each["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"]
            assert algorithms == ["ES256", "EdDSA"]
    assert configurations["ob3-sdjwt"]["vct"] == f"{ISSUER}{TYPE_PATH}" == metadata["type"]["vct"]
    assert "vct" not in configurations["ob3-w3c-sdjwt"]


def test_it_is_shown_in_every_language_with_logo_and_colours(wallet, school, web_tool):
    give_look(web_tool, logo=drawn((60, 60)))
    found = read(wallet, PLACES["issuer"][0])
    assert [each["locale"] for each in found["display"]] == list(LANGUAGES)
    for configuration in found["credential_configurations_supported"].values():
        shown = configuration["credential_metadata"]["display"]
        assert [each["locale"] for each in shown] == list(LANGUAGES)
        assert len({each["name"] for each in shown}) == len({each["description"] for each in shown}) == 2
        for each in (*shown, *found["display"]):
            assert each["logo"]["uri"] == f"{ISSUER}/logo.png" and each["logo"]["alt_text"]
        assert {each["background_color"] for each in shown} == {PLUM}
        assert configuration["display"] == shown
        claims = configuration["credential_metadata"]["claims"]
        assert ["credentialSubject", "achievement", "name"] in [each["path"] for each in claims]
        assert all([name["locale"] for name in each["display"]] == list(LANGUAGES) for each in claims)
    rendering = read(wallet, PLACES["type"][0])["display"][0]["rendering"]["simple"]
    assert rendering["background_color"] == PLUM and rendering["logo"]["uri"] == f"{ISSUER}/logo.png"


def test_each_issuer_has_its_own_and_nobody_elses(wallet, school, web_tool):
    add_another_issuer(web_tool)
    for places in PLACES.values():
        for place in places:
            text = wallet.client.get(place.replace("riga-college", DAUGAVA["slug"])).text
            assert f"{TOOL}/issuers/{DAUGAVA['slug']}" in text and "riga-college" not in text
            assert wallet.client.get(place.replace("riga-college", "nobody")).status_code == 404


def test_only_what_the_issuer_has_a_key_for_is_offered(wallet, school, web_tool):
    with web_tool.store.begin() as session:
        keys = session.query(SigningKeyRow).filter_by(algorithm="P-256")
        keys.update({"retired_at": web_tool.clock()})
    assert list(read(wallet, PLACES["issuer"][0])["credential_configurations_supported"]) == ["ob3-json"]
