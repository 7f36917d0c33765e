"""A wallet that speaks OpenID for Verifiable Credential Issuance 1.0 to the tool, as strictly as it can."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.store.events import person
from lti_tool.store.models import Award
from lti_tool.wallets.messages import PRE_AUTHORIZED
from lti_tool.wallets.offers import MadeOffer, WantedOffer, make_offer
from tests.lti_tool.web.conftest import TOOL, browser_of

ISSUER = f"{TOOL}/issuers/riga-college"


@dataclass(kw_only=True)
class Wallet:
    """It knows of the tool what it is told by the offer and the metadata alone."""

    client: FlaskClient
    metadata: dict[str, Any] = field(default_factory=dict)
    token_endpoint: str = ""

    def read_offer(self, link: str) -> dict[str, Any]:
        """The offer at a link, and with it the issuer's metadata."""
        (address,) = parse_qs(urlsplit(link).query)["credential_offer_uri"]
        answer = self.get(address)
        assert answer.mimetype == "application/json" and answer.headers["Cache-Control"] == "no-store"
        offer = answer.get_json()
        issuer = urlsplit(offer["credential_issuer"])
        at = f"{issuer.scheme}://{issuer.netloc}/.well-known/"
        self.metadata = self.get(f"{at}openid-credential-issuer{issuer.path}").get_json()
        assert self.metadata["credential_issuer"] == offer["credential_issuer"]
        server = self.get(f"{at}oauth-authorization-server{issuer.path}").get_json()
        assert server["issuer"] == offer["credential_issuer"]
        self.token_endpoint = server["token_endpoint"]
        return offer

    def ask_token(self, offer: dict[str, Any], **changes: str | None) -> TestResponse:
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code_of(offer)} | changes
        form = {name: value for name, value in form.items() if value is not None}
        return self.client.post(path(self.token_endpoint), data=form)

    def token(self, offer: dict[str, Any], **changes: str | None) -> str:
        answer = self.ask_token(offer, **changes)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), answer.text
        assert answer.get_json()["token_type"] == "bearer"
        return answer.get_json()["access_token"]

    def nonce(self) -> str:
        answer = self.client.post(path(self.metadata["nonce_endpoint"]))
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.get_json()["c_nonce"]

    def ask(self, token: str, body: object, endpoint: str = "credential_endpoint") -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(
            path(self.metadata[endpoint]), data=data, headers=headers, content_type="application/json"
        )

    def ask_credential(self, token: str, offer: dict[str, Any], **more: Any) -> TestResponse:
        (configuration,) = offer["credential_configuration_ids"]
        return self.ask(token, {"credential_configuration_id": configuration} | more)

    def notify(self, token: str, notification_id: str, event: str = "credential_accepted") -> TestResponse:
        body = {"notification_id": notification_id, "event": event}
        return self.ask(token, body, "notification_endpoint")

    def get(self, address: str) -> TestResponse:
        return self.client.get(path(address))


def path(address: str) -> str:
    """The path of an address, which has to be one of the tool."""
    assert address.startswith(TOOL)
    return address.removeprefix(TOOL)


def code_of(offer: dict[str, Any]) -> str:
    return str(offer["grants"][PRE_AUTHORIZED]["pre-authorized_code"])


@pytest.fixture
def wallet(app) -> Wallet:
    client = browser_of(app)
    client.environ_base["HTTP_ACCEPT"] = "*/*"
    return Wallet(client=client)


@pytest.fixture
def made(web_tool, annas_badge, clock):
    """Makes an offer of Anna's badge, as her own page does."""

    def made(configuration: str = "ob3-json", *, asks_code: bool = False) -> MadeOffer:
        with web_tool.store.begin() as session:
            award = session.query(Award).one()
            wanted = WantedOffer(configuration=configuration, asks_code=asks_code)
            issuer = web_tool.issuers.of(session, award.issuer_id)
            by = person(award.person_id)
            return make_offer(session, award, wanted, issuer, web_tool.secret_key, clock(), by)

    return made


@pytest.fixture
def offer(wallet, made) -> dict[str, Any]:
    """An open offer of Anna's badge, as the wallet has read it."""
    return wallet.read_offer(made().link)
