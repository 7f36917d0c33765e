"""What is signed of a whole with parts: others verify it, and what is made of it says the same."""

import json

import pytest

from badges.elm.checks import find_problems
from badges.eu.elements import read
from badges.verify import verify
from lti_tool.conditions.tree import read_tree
from lti_tool.issuing.bound import issue_bound
from lti_tool.issuing.sd_jwt_forms import VC_SD_JWT
from lti_tool.pathways import claims
from lti_tool.pathways.parts import parts_of
from lti_tool.publishing import europass, issuer_documents
from lti_tool.store import events
from lti_tool.store.models import Award, CredentialRow, KeptBadge, Pathway
from signing.did import did_key
from signing.keys import generate
from signing.multibase import from_base64url
from tests.backpack import kept_badge
from tests.fixtures import ANNA, WITH_TEXTS, publish, rows
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict
from tests.pathways import arrive, give, one_set, publish_pathway, settle, templates
from tests.shacl_shapes import europass_shapes

FOREIGN = "https://college.example/credentials/7"


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole", "lv": "Kopums"})


@pytest.fixture
def credential(tool, whole):
    """The credential of a whole that was awarded for a badge of this site and one from elsewhere."""
    (first, second) = templates(tool, "Part one", "Part two")
    pathway_id = publish_pathway(tool, whole, one_set(first, second))
    anna = arrive(tool, ANNA)
    give(tool, first, anna)
    now = tool.clock()
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        part = list(parts_of(read_tree(row.draft)))[1]
        session.add(kept_badge(anna, now, text=json.dumps({"id": FOREIGN}), valid_from=now))
        session.flush()
        (kept,) = session.query(KeptBadge)
        claim = claims.claim_kept(session, row, part, anna, kept, [], now, events.person(anna))
    settle(tool, claim.id)
    (award,) = [each for each in rows(tool, Award) if each.template_id == whole]
    (found,) = [each for each in rows(tool, CredentialRow) if each.award_id == award.id]
    return found


def test_others_verify_it_with_its_parts(tool, credential):
    signed = json.loads(credential.text)
    parts = signed["credentialSubject"]["hasPart"]
    assert [each["title"] for each in parts] == [{"en": "Part one"}, {"und": "Welding"}]
    assert parts[1]["id"] == FOREIGN
    for text in (credential.text, credential.jwt):
        report = verify(text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert (report.verdict, report.one_ed_tech) == ("verified", "valid"), report.checks
        document = issuer_documents.did_document(tool, tool.issuer.profile.slug)
        assert openbadgeslib_verdict(text, {tool.issuer.profile.id: document}) == VERIFIED


def test_a_part_that_is_changed_afterwards_is_found(tool, credential):
    changed = credential.text.replace(FOREIGN, "https://college.example/credentials/8")
    report = verify(changed.encode(), tool.find_key, tool.find_status, tool.clock())
    assert report.verdict == "changed"


def test_the_page_and_the_certificate_name_the_parts_and_claim_no_level_for_them(credential):
    found = {each.element.code: each.values for each in read(json.loads(credential.text))}
    told = " ".join(text for each in found["stackability"] for text in each.values())
    assert "Part one" in told and "Welding" in told and "not by themselves a level" in told
    assert "ne kvalifikācija" in told


def test_europass_gets_the_parts_as_notes_of_a_qualification_and_never_as_one(tool, credential, shared):
    conforms = europass_shapes(shared / "data/eu")
    with tool.store.read() as session:
        row = session.get_one(CredentialRow, credential.id, options=WITH_TEXTS)
        document = json.loads(europass.upload_of(tool.issuers, row))["credential"]
    assert find_problems(document) == () and conforms(document)
    written = json.dumps(document, ensure_ascii=False)
    assert "Part: Part one" in written and "Part: Welding" in written and "ne kvalifikācija" in written


def test_a_wallet_s_own_has_the_same_parts(tool, credential):
    holder = did_key(generate("P-256").public_key())
    made = issue_bound(tool.store, tool.issuers, credential.award_id, holder, VC_SD_JWT, tool.clock())
    payload, *disclosures = made.text.split("~")[0].split(".")[1], *made.text.split("~")[1:-1]
    told = b" ".join(from_base64url(each) for each in (payload, *disclosures)).decode()
    assert FOREIGN in told and "Part one" in told
