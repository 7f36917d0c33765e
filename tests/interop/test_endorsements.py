"""Other verifiers accept what organisations sign, and badges that carry it, and see what was withdrawn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import joserfc.jwk
import joserfc.jwt
import jwt
import pytest

from badges.endorsement import OB_ENDORSEMENT_SCHEMA
from lti_tool.publishing import issuer_documents, organisation_documents, status_lists
from lti_tool.store import queries
from lti_tool.store.models import CredentialRow
from lti_tool.wiring import Tool, build_tool
from signing import did
from signing.json_text import Json
from tests import organisations
from tests.fixtures import ANNA, Clock, FakePlatform, complete, make_rule, publish, run_due_jobs, settings_for
from tests.interop.conftest import OtherLibraries, public_documents
from tests.interop.judges import schema_failures

JSON_VERIFIERS = ("digitalbazaarVerifies", "verifierCoreVerifies")


@dataclass(frozen=True, kw_only=True)
class Endorsed:
    """An endorsement and a badge that carries it, with what the tool publishes before and after it was withdrawn."""

    text: str
    jwt: str
    badge: str
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module", params=["ES256", "RS256"])
def endorsed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endorsed]:
    folder = tmp_path_factory.mktemp("tool")
    settings = settings_for(f"sqlite:///{folder / 'tool.sqlite'}", folder, jwt_algorithm=request.param)
    tool = build_tool(settings, Clock(datetime.now(UTC).replace(microsecond=0)))
    about = organisations.about_template(tool, publish(tool))
    signed = organisations.sign(tool, organisations.invite_employer(tool), about)
    organisations.show(tool, signed)
    complete(tool, FakePlatform(), make_rule(tool, about.subject.split("/")[-3]), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        row = queries.organisations.endorsement(session, signed)
        badge = session.query(CredentialRow).one()
        text = badge.text
    before = _published(tool, row, badge)
    organisations.withdraw(tool, signed)
    yield Endorsed(text=row.text, jwt=row.jwt, badge=text, before=before, after=_published(tool, row, badge))
    tool.store.close()


def _published(tool: Tool, row, badge) -> dict[str, str]:
    """All that a verifier can fetch of the tool now, by address."""
    organisation, issuer = row.organisation, tool.issuer
    listed = organisation_documents.status_list(tool, organisation.id, row.status_list_id)
    did_document = organisation_documents.did_document(tool, organisation.id)
    kid = jwt.get_unverified_header(row.jwt)["kid"]
    key = organisation_documents.public_key(tool, organisation.id, kid.rpartition("/")[2][: -len(".json")])
    schema = Path(__file__).parents[3] / "shared/data/schemas/ob_v3p0_endorsementcredential_schema.json"
    return public_documents() | {
        did.did_web_url(organisation.did): json.dumps(did_document),
        f"{organisation.address}/status/{row.status_list_id}": listed.text,
        kid: json.dumps(key),
        OB_ENDORSEMENT_SCHEMA: schema.read_text("utf-8") if schema.is_file() else "{}",
        f"{tool.addresses.issuer}/did.json": json.dumps(
            issuer_documents.did_document(tool, issuer.profile.slug)
        ),
        tool.addresses.status_list(badge.status_list_id): status_lists.status_list(
            tool, badge.status_list_id
        ).text,
    }


@pytest.mark.parametrize("verifier", JSON_VERIFIERS)
def test_they_accept_it_until_it_is_withdrawn(others: OtherLibraries, endorsed: Endorsed, verifier: str):
    accepted = others(verifier, pages=endorsed.before, credential=endorsed.text)
    assert accepted["verified"], accepted["message"]
    assert not others(verifier, pages=endorsed.after, credential=endorsed.text)["verified"]


@pytest.mark.parametrize("verifier", JSON_VERIFIERS)
def test_they_refuse_one_that_was_changed(others: OtherLibraries, endorsed: Endorsed, verifier: str):
    changed = endorsed.text.replace("work in our laboratory", "sleep in our laboratory")
    assert changed != endorsed.text
    assert not others(verifier, pages=endorsed.before, credential=changed)["verified"]


@pytest.mark.parametrize("verifier", JSON_VERIFIERS)
def test_they_accept_a_badge_that_carries_it(others: OtherLibraries, endorsed: Endorsed, verifier: str):
    said = json.loads(endorsed.badge)["credentialSubject"]["achievement"]["endorsement"]
    assert len(said) == 1
    for pages in (endorsed.before, endorsed.after):
        answer = others(verifier, pages=pages, credential=endorsed.badge)
        assert answer["verified"], answer["message"]


def test_its_token_is_verified_by_the_key_that_it_names(others: OtherLibraries, endorsed: Endorsed):
    answer = others("joseVerifies", pages=endorsed.before, token=endorsed.jwt)
    assert answer["verified"], answer["message"]
    header = jwt.get_unverified_header(endorsed.jwt)
    key: Json = json.loads(endorsed.before[header["kid"]])
    by_pyjwt = jwt.decode(endorsed.jwt, jwt.PyJWK(key).key, algorithms=[header["alg"]])
    by_joserfc = joserfc.jwt.decode(endorsed.jwt, joserfc.jwk.import_key(key), algorithms=[header["alg"]])
    assert by_pyjwt == by_joserfc.claims
    assert by_pyjwt["iss"] == json.loads(endorsed.text)["issuer"]["id"]


@pytest.mark.parametrize("name", ["ob_v3p0_endorsementcredential_schema.json"])
def test_it_keeps_the_schema_of_the_standard(endorsed: Endorsed, shared: Path, name: str):
    assert schema_failures(json.loads(endorsed.text), name) == ""
    assert schema_failures(json.loads(endorsed.badge), "ob_v3p0_achievementcredential_schema.json") == ""
