"""A badge as the tool gives it out, and all that it publishes, before the verifiers of others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from badges.disclosure import without
from lti_tool.awarding import awards
from lti_tool.publishing import issuer_documents, status_lists
from lti_tool.store.models import Award, CredentialRow
from lti_tool.wiring import Tool, build_tool
from signing.secured import SecuredCredential
from tests.fixtures import ANNA, Clock, FakePlatform, complete, make_rule, publish, run_due_jobs, settings_for
from tests.interop.conftest import public_documents


@pytest.fixture
def tool(tmp_path):
    clock = Clock(datetime.now(UTC).replace(microsecond=0))
    url = f"sqlite:///{tmp_path / 'nozimite.sqlite'}"
    tool = build_tool(settings_for(url, tmp_path, selective_disclosure=True, jwt_algorithm="RS256"), clock)
    complete(tool, FakePlatform(), make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    yield tool
    tool.store.close()


@pytest.fixture
def ask(others, tool, shared):
    def about(reader: str, text: str) -> dict[str, Any]:
        pages = public_documents(shared) | served(tool)
        name = "token" if reader == "joseVerifies" else "credential"
        return others(reader, pages=pages, **{name: text})

    return about


def served(tool: Tool) -> dict[str, str]:
    slug, base = tool.issuer.profile.slug, tool.addresses.issuer
    keys = issuer_documents.jwks(tool, slug)["keys"]
    return {
        f"{base}/did.json": json.dumps(issuer_documents.did_document(tool, slug)),
        tool.addresses.status_list(1): status_lists.status_list(tool, 1).text,
        **{f"{base}/keys/{key['kid']}.json": json.dumps(key) for key in keys},
    }


def issued(tool: Tool) -> CredentialRow:
    with tool.store.read() as session:
        return session.query(CredentialRow).one()


READERS = ("digitalbazaarVerifies", "verifierCoreVerifies")


@pytest.mark.parametrize("reader", READERS)
def test_they_accept_it_with_both_its_proofs_until_it_is_revoked(ask, tool, reader):
    text = issued(tool).text
    answer = ask(reader, text)
    assert answer["verified"], answer["says"]
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "issued in error", tool.clock())
    assert not ask(reader, text)["verified"]


def test_they_accept_the_part_that_a_learner_shows(ask, tool):
    part = without(SecuredCredential(issued(tool).text, ""), ["name", "result"])
    answer = ask("digitalbazaarVerifies", part.text)
    assert answer["verified"], answer["says"]
    assert "Anna" not in part.text


def test_jose_accepts_its_token(ask, tool):
    answer = ask("joseVerifies", issued(tool).jwt)
    assert answer["verified"], answer["says"]


@pytest.mark.parametrize("reader", READERS)
def test_they_refuse_what_a_stolen_key_signed(ask, tool, reader):
    assert ask(reader, issued(tool).text)["verified"]
    with tool.store.begin() as session:
        for proof in ("eddsa-rdfc-2022", "ecdsa-sd-2023"):
            kid = tool.issuer.keyring.signing_key(session, proof).kid
            tool.issuer.keyring.mark_compromised(session, kid, None, tool.clock())
    assert not ask(reader, issued(tool).text)["verified"]
