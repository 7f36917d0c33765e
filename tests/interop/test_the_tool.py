"""Other verifiers judge a badge of the tool by what the tool publishes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from badges.disclosure import remove_parts
from lti_tool.awarding import awards
from lti_tool.publishing import issuer_documents, status_lists
from lti_tool.store.models import Award, CredentialRow
from lti_tool.wiring import Tool, build_tool
from signing.secured import SecuredCredential
from tests.fixtures import ANNA, Clock, FakePlatform, complete, make_rule, publish, run_due_jobs, settings_for
from tests.interop.conftest import public_documents


def build(folder: Path) -> Tool:
    url = f"sqlite:///{folder / 'nozimite.sqlite'}"
    settings = settings_for(url, folder, selective_disclosure=True, jwt_algorithm="RS256")
    return build_tool(settings, Clock(datetime.now(UTC).replace(microsecond=0)))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The database of a tool that has issued a badge. Made once, because RSA keys take long."""
    folder = tmp_path_factory.mktemp("tool")
    tool = build(folder)
    complete(tool, FakePlatform(), make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    tool.store.close()
    return folder / "nozimite.sqlite"


@pytest.fixture
def tool(database, tmp_path):
    """The tool on a copy of it."""
    shutil.copy(database, tmp_path)
    tool = build(tmp_path)
    yield tool
    tool.store.close()


@pytest.fixture
def verify(others, tool):
    def verify(verifier: str, text: str) -> dict[str, Any]:
        pages = public_documents() | published_pages(tool)
        name = "token" if verifier == "joseVerifies" else "credential"
        return others(verifier, pages=pages, **{name: text})

    return verify


def published_pages(tool: Tool) -> dict[str, str]:
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


VERIFIERS = ("digitalbazaarVerifies", "verifierCoreVerifies")


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_they_accept_it_with_both_its_proofs_until_it_is_revoked(verify, tool, verifier):
    text = issued(tool).text
    answer = verify(verifier, text)
    assert answer["verified"], answer["message"]
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "issued in error", tool.clock())
    assert not verify(verifier, text)["verified"]


def test_they_accept_the_part_that_a_learner_shows(verify, tool):
    part = remove_parts(SecuredCredential(issued(tool).text, ""), ["name", "result"])
    answer = verify("digitalbazaarVerifies", part.text)
    assert answer["verified"], answer["message"]
    assert "Anna" not in part.text


def test_jose_accepts_its_token(verify, tool):
    answer = verify("joseVerifies", issued(tool).jwt)
    assert answer["verified"], answer["message"]


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_they_refuse_what_a_compromised_key_signed(verify, tool, verifier):
    assert verify(verifier, issued(tool).text)["verified"]
    with tool.store.begin() as session:
        for proof in ("eddsa-rdfc-2022", "ecdsa-sd-2023"):
            kid = tool.issuer.keyring.signing_key(session, proof).kid
            tool.issuer.keyring.mark_compromised(session, kid, None, tool.clock())
    assert not verify(verifier, issued(tool).text)["verified"]
