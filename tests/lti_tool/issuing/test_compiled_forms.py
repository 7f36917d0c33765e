"""The tool signs with compiled forms from the first credential of an achievement on, and verifies its own with them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from lti_tool.issuing.new_credential import form_name
from lti_tool.store.compiled_forms import StoredForms
from lti_tool.store.models import CompiledFormRow, CredentialRow
from signing.canonical import canonicalize
from signing.compiled.cache import CompiledForms
from signing.compiled.form import CompiledForm
from signing.proofs import EDDSA_RDFC_2022
from signing.secured import SecuredCredential
from tests.fixtures import ANNA, JANIS, ROOT, complete, learner, make_rule, publish, rows, run_due_jobs
from tests.made_once import KNOWN_FORMS


@pytest.fixture(autouse=True)
def nothing_is_compiled_yet():
    KNOWN_FORMS.clear()


def test_an_achievement_is_compiled_once_for_all_its_learners_and_workers(tool_on_any_database, platform):
    tool = tool_on_any_database
    platform.everyone.append(learner(9))
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA, JANIS)
    run_due_jobs(tool)
    (compiled,) = rows(tool, CompiledFormRow)
    issued = rows(tool, CredentialRow)
    assert len(issued) == 2
    form = CompiledForm.from_stored(compiled.stored)
    slots = {path[-1] for path in form.slots}
    assert {"validFrom", "identityHash", "statusListIndex"} <= slots
    assert not {"name", "description", "narrative", "statusPurpose", "type"} & slots
    for credential in issued:
        report = tool.verify(credential.text.encode())
        assert report.verdict == "verified", report.checks
        assert form.values(report.credential) is not None
    for learners in (ANNA.email, "Anna", JANIS.email):
        assert learners not in compiled.stored


def test_a_compiled_form_signs_the_same_bytes_as_the_general_path(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    document = json.loads(credential.text)
    (proof,) = document.pop("proof")
    with tool.store.read() as session:
        key = tool.issuer.keyring.signing_key(session, EDDSA_RDFC_2022.name)
    made_at = datetime.fromisoformat(proof["created"]).astimezone(UTC)
    assert EDDSA_RDFC_2022.secure(document, key, made_at).text == credential.text


def test_a_worker_signs_with_a_form_of_another_without_json_ld(tool, platform, rule_id, tmp_path):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (compiled,) = rows(tool, CompiledFormRow)
    (credential,) = rows(tool, CredentialRow)
    document = json.loads(credential.text)
    del document["proof"]
    (tmp_path / "credential").write_text(json.dumps(document))
    code = """
import json, sys
from datetime import UTC, datetime
from lti_tool.store.database import Store
from lti_tool.store.compiled_forms import StoredForms
from signing.keys import SigningKey, generate
from signing.compiled.cache import CompiledForms
store, name, file = Store(sys.argv[1]), sys.argv[2], sys.argv[3]
forms = CompiledForms(lambda credential: name, StoredForms(store))
import lti_tool.worker, lti_tool.wiring
key = SigningKey(verification_method="did:web:x.example#1", kid="1", private=generate("Ed25519"))
document = json.load(open(file)) | {"id": "urn:uuid:0c9a7c1e-5b0e-4b7e-8d2b-0f5a3a8f2b02"}
print(forms.secure(document, None, key, datetime.now(UTC)).text)
assert "pyld" not in sys.modules
"""
    arguments = [str(tool.store.engine.url), compiled.name, str(tmp_path / "credential")]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"


def test_our_own_credentials_are_verified_without_json_ld(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)

    def refuse(url):
        raise AssertionError(f"{url} is not needed")

    checked = tool.issuer.compiled_forms.check(secured, tool.find_key, tool.clock(), refuse)
    assert checked.credential == tool.verify(credential.text.encode()).credential


def test_a_form_name_is_that_of_one_achievement_and_language(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    document = json.loads(credential.text)
    is_own = tool.issuers.is_own
    name = form_name(is_own, document)
    assert name is not None
    assert form_name(is_own, document | {"id": "urn:x", "validFrom": "2020"}) == name
    assert form_name(is_own, document | {"issuer": {"id": "did:web:other.example"}}) is None
    assert form_name(is_own, document | {"credentialSubject": []}) is None
    document["credentialSubject"]["achievement"]["name"] = "Datu lietpratība"
    assert form_name(is_own, document) != name


def test_two_processes_that_compile_at_once_store_one_form(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (compiled,) = rows(tool, CompiledFormRow)
    forms = StoredForms(tool.store)
    forms.add(compiled.name, compiled.stored)
    assert list(forms.read(compiled.name)) == [compiled.stored]
    assert list(forms.read("nobody's")) == []


def test_credentials_verify_without_their_compiled_form(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    with tool.store.begin() as session:
        session.query(CompiledFormRow).delete()
    forms = CompiledForms(lambda document: "x", StoredForms(tool.store))
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)
    document = forms.check(secured, tool.find_key, tool.clock()).credential
    assert canonicalize(document)
