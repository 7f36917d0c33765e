"""The Learner Credential Wallet takes a badge by each kind of link, and its own verifier judges what it stores."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from lti_tool.awarding import awards
from lti_tool.store import events
from lti_tool.store.models import Award, CredentialRow
from lti_tool.wallets import exchanges, links
from lti_tool.web import create_app, rate_limits
from lti_tool.wiring import Tool, build_tool
from signing.json_text import Json
from tests.fixtures import ANNA, Clock, FakePlatform, complete, make_rule, publish, run_due_jobs, settings_for
from tests.interop.conftest import FOLDER, OtherLibraries, public_documents

#: Words that a wallet would spoil which took JSON for HTML, or counted braces in it.
TRAPS = 'https://riga.example/criteria?a=1&copy=2&section=3 {not closed, 4 < 5 🎓 "אוריינות" \\n %7B &lt'


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """A tool on which Anna has a badge."""
    folder = tmp_path_factory.mktemp("tool")
    clock = Clock(datetime.now(UTC).replace(microsecond=0))
    tool = build_tool(settings_for(f"sqlite:///{folder / 'tool.sqlite'}", folder), clock)
    complete(tool, FakePlatform(), make_rule(tool, publish(tool, criteria={"en": TRAPS})), ANNA)
    run_due_jobs(tool)
    yield tool
    tool.store.close()


@pytest.fixture(scope="module")
def port(tool: Tool) -> Iterator[int]:
    """Where the tool answers on this machine, as if by its own name over https."""
    app = create_app(tool)
    rate_limits.switch_off(app)

    def named(environ: Json, start: Any) -> Any:
        return app(environ | {"wsgi.url_scheme": "https"}, start)

    server = make_server("127.0.0.1", 0, named, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def wallet(tool: Tool, port: int) -> Iterator[Callable[..., Json]]:
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules/made.stamp").is_file():
        pytest.skip("the libraries of the wallet are not installed: make interop")
    pages = public_documents()
    program: list[str | Path] = [node, FOLDER / "wallet.mjs"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        libraries = OtherLibraries(process)

        def ask(function: str, **arguments: Any) -> Json:
            return libraries(function, pages=pages, site=tool.addresses.tool_url, port=port, **arguments)

        yield ask
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def offer(tool: Tool) -> exchanges.Offer:
    with tool.store.begin() as session:
        award = session.query(Award).one()
        return exchanges.offer(session, award, tool.clock(), events.person(award.person_id))


def own_text(tool: Tool) -> str:
    with tool.store.read() as session:
        return session.query(CredentialRow).filter(CredentialRow.holder.is_(None)).one().text


def binding_link(tool: Tool, offer: exchanges.Offer) -> str:
    challenge = exchanges.challenge_of(offer.bound)
    return links.binding_link(tool.addresses, tool.issuer.profile.id, offer.bound, challenge)


def is_accepted(wallet: Callable[..., Json], credential: str) -> Json:
    judged = wallet("judges", credential=credential)
    assert judged["errors"] == []
    return {name: valid for name, valid in judged["valid"].items() if name != "registered_issuer"}


def test_by_the_link_of_an_offer_it_stores_what_was_signed(wallet, tool, offer):
    link = links.offer_link(tool.addresses, offer.copy)
    (stored,) = wallet("opensOffer", link=link)["credentials"]
    assert json.loads(stored) == json.loads(own_text(tool))
    assert json.loads(stored)["credentialSubject"]["achievement"]["criteria"]["narrative"].startswith(TRAPS)
    valid = is_accepted(wallet, stored)
    assert valid["valid_signature"] is True and set(valid.values()) == {True}


def test_by_the_code_of_an_offer_too_and_once(wallet, tool, offer):
    address = tool.addresses.interaction(offer.copy)
    (stored,) = wallet("scans", address=address)["credentials"]
    assert json.loads(stored) == json.loads(own_text(tool))
    now = tool.clock()
    tool.clock.advance(minutes=11)
    assert wallet("scans", address=address)["refused"] == 404
    tool.clock.now = now


@pytest.mark.parametrize("library", ["consortium", "bazaar"])
def test_by_the_older_link_it_proves_its_key_and_stores_a_bound_badge(wallet, tool, offer, library):
    link, seed = binding_link(tool, offer), len(library)
    given = wallet("opensRequest", link=link, library=library, seed=seed)
    (stored,) = given["credentials"]
    assert json.loads(stored)["credentialSubject"]["id"] == given["holder"]
    assert json.loads(stored)["credentialSubject"]["achievement"]["criteria"]["narrative"].startswith(TRAPS)
    assert is_accepted(wallet, stored)["valid_signature"] is True
    # It has lost the answer, and asks again; another wallet is refused.
    assert wallet("opensRequest", link=link, library=library, seed=seed)["credentials"] == [stored]
    assert wallet("opensRequest", link=link, library=library, seed=seed + 1)["refused"] == 404
    # Nor does its proof get anything by a link that asks for another one.
    with tool.store.begin() as session:
        award = session.query(Award).one()
        other = exchanges.offer(session, award, tool.clock(), events.person(award.person_id))
    elsewhere = binding_link(tool, other).replace(
        exchanges.challenge_of(other.bound), exchanges.challenge_of(offer.bound)
    )
    assert wallet("opensRequest", link=elsewhere, library=library, seed=seed)["refused"] == 400


def test_when_the_award_is_revoked_the_wallet_sees_it_on_the_copy_and_the_bound_one(wallet, tool, offer):
    (copy,) = wallet("opensOffer", link=links.offer_link(tool.addresses, offer.copy))["credentials"]
    (bound,) = wallet("opensRequest", link=binding_link(tool, offer), library="consortium", seed=9)[
        "credentials"
    ]
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "an inquiry", tool.clock())
    for stored in (copy, bound):
        valid = is_accepted(wallet, stored)
        assert (valid["valid_signature"], valid["revocation_status"]) == (True, False)
