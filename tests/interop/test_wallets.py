"""Clients of wallets take a badge from the running tool: over https, from the link of an offer to the badge they store.

Each is a library of others, under Node. What it was given is compared with what the tool has signed.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from werkzeug.serving import make_server

from lti_tool.store.events import person
from lti_tool.store.models import Award, CredentialRow, Delivery
from lti_tool.values import Member
from lti_tool.wallets.offers import MadeOffer, WantedOffer, make_offer
from lti_tool.web import create_app
from lti_tool.wiring import Tool, build_tool
from tests.fixtures import (
    ANNA,
    ZANE,
    Clock,
    FakePlatform,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)
from tests.interop.conftest import OtherLibraries, running_program
from tests.lti_tool.doctor import certificates


@dataclass(frozen=True, kw_only=True)
class RunningTool:
    """A tool that answers over https at its own address, with a badge of Anna's."""

    tool: Tool
    authority: Path

    def offer(self, configuration: str, *, asks_code: bool = False, award_id: int | None = None) -> MadeOffer:
        with self.tool.store.begin() as session:
            award = session.get_one(Award, award_id) if award_id else session.query(Award).one()
            wanted = WantedOffer(configuration=configuration, asks_code=asks_code)
            secret_key, now = self.tool.secret_key, self.tool.clock()
            return make_offer(
                session, award, wanted, self.tool.issuer, secret_key, now, person(award.person_id)
            )

    def own_badge(self) -> Any:
        return json.loads(next(each.text for each in rows(self.tool, CredentialRow) if each.holder is None))

    def taken(self) -> int:
        return len([each for each in rows(self.tool, Delivery) if each.channel == "wallet"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTool]:
    yield from running_tool(tmp_path_factory.mktemp("wallets"), ANNA)


def running_tool(
    folder: Path, learner: Member, prepare: Callable[[Tool], None] = lambda tool: None, **fields: Any
) -> Iterator[RunningTool]:
    """A tool until the tests are over, with a badge of the learner's; `fields` are of its template."""
    with over_https(folder) as running:
        prepare(running.tool)
        rule_id = make_rule(running.tool, publish(running.tool, **fields))
        complete(running.tool, FakePlatform(everyone=[ZANE, learner]), rule_id, learner)
        run_due_jobs(running.tool)
        yield running


@contextmanager
def over_https(folder: Path, **settings: Any) -> Iterator[RunningTool]:
    """A tool that answers at an address of this machine, with no badge yet."""
    root = certificates.authority("Wallets")
    authority = certificates.write_pem(folder / "authority.pem", root)
    context: ssl.SSLContext = certificates.server_context(folder, certificates.certificate("localhost", root))
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    # Other libraries take the time from the machine's clock, so the tool does too. Credo takes no context at an address
    # without a domain, which is what it takes localhost for.
    made = settings_for(
        f"sqlite:///{folder / 'tool.sqlite'}",
        folder,
        tool_url=f"https://localhost:{port}",
        extension_url="https://badges.example.org",
        **settings,
    )
    tool = build_tool(made, Clock(datetime.now(UTC).replace(microsecond=0)))
    server = make_server("127.0.0.1", port, create_app(tool), threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield RunningTool(tool=tool, authority=authority)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        tool.store.close()


@pytest.fixture(scope="module")
def wallets(running: RunningTool) -> Iterator[OtherLibraries]:
    yield from running_program("wallets.mjs", NODE_EXTRA_CA_CERTS=str(running.authority))


@pytest.fixture
def take(running: RunningTool, wallets: OtherLibraries) -> Callable[..., Any]:
    """Has a client take a badge in a configuration; what it answers."""

    def take(client: str, configuration: str, *, asks_code: bool = False, **how: Any) -> Any:
        offer = running.offer(configuration, asks_code=asks_code)
        if offer.tx_code is not None:
            off_by = how.pop("off_by", 0)
            how["txCode"] = f"{(int(offer.tx_code) + off_by) % 10**6:06d}"
        return wallets(client, link=offer.link, **how)

    return take


@pytest.mark.parametrize(
    ("client", "how"),
    [
        ("openid4vc", {}),
        ("digitalbazaar", {"oid4vciVersion": "detect"}),
        ("digitalbazaar", {"oid4vciVersion": "draft13"}),
        ("sphereon", {}),
    ],
    ids=["openid4vc", "digitalbazaar, 1.0", "digitalbazaar, draft 13", "sphereon"],
)
def test_each_client_gets_the_badge_that_was_signed(running, take, client, how):
    answer = take(client, "ob3-json", **how)
    assert answer.get("credentials") == [running.own_badge()], answer


@pytest.mark.parametrize("client", ["openid4vc", "sphereon"])
def test_a_client_that_asks_for_the_code_gets_it_with_the_right_one_alone(running, take, client):
    assert take(client, "ob3-json", asks_code=True).get("credentials") == [running.own_badge()]
    refused = take(client, "ob3-json", asks_code=True, off_by=1)["refused"]
    assert "invalid_grant" in refused or "status: 400" in refused


@pytest.mark.parametrize(
    ("client", "how"), [("openid4vc", {"binding": "did"}), ("sphereon", {"bound": True})]
)
def test_a_client_with_a_key_gets_a_badge_of_its_own(running, take, client, how):
    answer = take(client, "ob3-json-bound", **how)
    (credential,) = answer.get("credentials", [None])
    assert credential is not None, answer
    assert credential["credentialSubject"]["id"] == answer["holder"]
    assert credential["id"] != running.own_badge()["id"]
    assert running.tool.verify_own(json.dumps(credential)).verdict == "verified"


@pytest.mark.parametrize(
    ("configuration", "binding", "confirmed"),
    [("ob3-sdjwt", "jwk", "jwk"), ("ob3-w3c-sdjwt", "did", "kid")],
)
def test_the_engine_gets_both_sd_jwts(running, take, configuration, binding, confirmed):
    answer = take("openid4vc", configuration, binding=binding)
    (text,) = answer.get("credentials", [None])
    assert text is not None, answer
    assert running.tool.verify_own(text).verdict == "verified"
    cnf = jwt.decode(text.split("~")[0], options={"verify_signature": False})["cnf"]
    assert cnf == {confirmed: {"jwk": answer["jwk"], "kid": f"{answer['holder']}#0"}[confirmed]}


def test_the_engine_takes_the_issuer_for_one_of_the_standard_and_says_that_it_has_the_badge(running, take):
    assert take("openid4vc", "ob3-json")["version"] == "V1"
    assert running.taken() == 1


def test_a_nonce_and_a_code_are_good_once(running, take, wallets):
    assert "invalid_nonce" in take("openid4vc", "ob3-json-bound", binding="did", again=True)["refused"]
    link = running.offer("ob3-json").link
    assert "credentials" in wallets("openid4vc", link=link)
    assert "404" in wallets("openid4vc", link=link)["refused"]


def test_the_client_whose_key_proofs_lack_a_type_gets_no_bound_badge(take):
    """Its proofs could have been made for something else, and it says so of itself."""
    assert "credentials" not in take("digitalbazaar", "ob3-json-bound")
