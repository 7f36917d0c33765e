"""The tool signs by template, from the first credential of an achievement on, and checks its own so."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

from lti_tool.issuing import issuance
from lti_tool.store.compiled_forms import StoredForms
from lti_tool.store.models import CompiledFormRow, CredentialRow
from signing.canonical import canonicalize
from signing.compiled.cache import CompiledForms
from signing.compiled.form import CompiledForm
from signing.proofs import EDDSA_RDFC_2022
from signing.secured import SecuredCredential
from tests.fixtures import ANNA, JANIS, ROOT, complete, do_all, learner, publish, switch_on


def rows(tool, kind):
    with tool.store.read() as session:
        return session.query(kind).all()


def test_an_achievement_is_compiled_once_for_all_its_learners_and_workers(tool_on_any_database, platform):
    tool = tool_on_any_database
    platform.everyone.append(learner(9))
    complete(tool, platform, switch_on(tool, publish(tool)), ANNA, JANIS)
    do_all(tool)
    (compiled,) = rows(tool, CompiledFormRow)
    issued = rows(tool, CredentialRow)
    assert len(issued) == 2
    template = CompiledForm.from_stored(compiled.stored)
    slots = {path[-1] for path in template.slots}
    assert {"validFrom", "identityHash", "statusListIndex"} <= slots
    assert not {"name", "description", "narrative", "statusPurpose", "type"} & slots
    for credential in issued:
        report = tool.verify(credential.text.encode())
        assert report.verdict == "verified", report.checks
        assert template.values(report.credential) is not None
    for learners in (ANNA.email, "Anna", JANIS.email):
        assert learners not in compiled.stored


def test_what_is_signed_by_template_is_what_the_general_path_signs(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    do_all(tool)
    (credential,) = rows(tool, CredentialRow)
    document = json.loads(credential.text)
    (proof,) = document.pop("proof")
    with tool.store.read() as session:
        key = tool.issuer.keyring.signing_key(session, EDDSA_RDFC_2022.name)
    made_at = datetime.fromisoformat(proof["created"]).astimezone(UTC)
    assert EDDSA_RDFC_2022.secure(document, key, made_at).text == credential.text


def test_a_worker_signs_what_another_compiled_without_json_ld(tool, platform, rule_id, tmp_path):
    complete(tool, platform, rule_id, ANNA)
    do_all(tool)
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


def test_the_verifiers_page_reads_our_own_badge_without_expanding_it(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    do_all(tool)
    (credential,) = rows(tool, CredentialRow)
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)

    def refuse(url):
        raise AssertionError(f"{url} is not needed")

    checked = tool.issuer.templates.check(secured, tool.find_key, tool.clock(), refuse)
    assert checked.credential == tool.verify(credential.text.encode()).credential


def test_a_name_is_shared_by_the_credentials_of_one_achievement_and_language_alone(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    do_all(tool)
    (credential,) = rows(tool, CredentialRow)
    document = json.loads(credential.text)
    issuer_id = tool.issuer.profile.id
    name = issuance.form_name(issuer_id, document)
    assert name is not None
    assert issuance.form_name(issuer_id, document | {"id": "urn:x", "validFrom": "2020"}) == name
    assert issuance.form_name("did:web:other.example", document) is None
    assert issuance.form_name(issuer_id, document | {"credentialSubject": []}) is None
    document["credentialSubject"]["achievement"]["name"] = "Datu lietpratība"
    assert issuance.form_name(issuer_id, document) != name


def test_two_processes_that_compile_at_once_leave_one_template(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    do_all(tool)
    (compiled,) = rows(tool, CompiledFormRow)
    shelf = StoredForms(tool.store)
    shelf.add(compiled.name, compiled.stored)
    assert list(shelf.read(compiled.name)) == [compiled.stored]
    assert list(shelf.read("nobody's")) == []


def test_a_template_that_was_lost_is_made_again(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    do_all(tool)
    (credential,) = rows(tool, CredentialRow)
    with tool.store.begin() as session:
        session.query(CompiledFormRow).delete()
    templates = CompiledForms(lambda document: "x", StoredForms(tool.store))
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)
    document = templates.check(secured, tool.find_key, tool.clock()).credential
    assert canonicalize(document)
