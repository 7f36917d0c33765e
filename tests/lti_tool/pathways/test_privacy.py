"""Whoever has only claimed a part of an issuer's pathway is somebody of that issuer: found, exported, erased by it."""

import io
import json
import zipfile

import pytest

from lti_tool.privacy import export, issuer_share, journal_replay, known_names, retention
from lti_tool.store import queries
from lti_tool.store.models import JournalEntry, PathwayClaim, Person
from tests.fixtures import ANNA, add_another_issuer, rows
from tests.pathways import BY, arrive, claim, keep, one_set, parts_in, publish_pathway, templates


@pytest.fixture
def other(tool):
    return add_another_issuer(tool).id


@pytest.fixture
def anna(tool):
    return arrive(tool, ANNA)


@pytest.fixture
def claim_id(tool, other, anna):
    """What Anna, who is on a platform of the first issuer, has claimed for a part of a pathway of the second one."""
    (badge,) = templates(tool, "One")
    whole = next(each for each in institutional(tool, other))
    pathway_id = publish_pathway(tool, whole, one_set(badge))
    (part,) = parts_in(tool, pathway_id)
    return claim(tool, pathway_id, part, anna, keep(tool, anna))


def institutional(tool, issuer_id):
    with tool.store.read() as session:
        return [each.template_id for each in queries.templates.institutional_templates(session, issuer_id)]


def test_an_issuer_that_has_only_a_claim_of_somebody_knows_them_by_name(tool, other, anna, claim_id):
    with tool.store.read() as session:
        share = issuer_share.share_of(session, other, anna)
        assert (share.is_home, set(share.others)) == (False, set())
        assert set(issuer_share.share_of(session, tool.issuer.id, anna).others) == {other}
        assert [each.name for each in known_names.named(session, other)] == [ANNA.name]
        named = known_names.named_person(session, other, anna)
        assert (named.name, named.email) == (ANNA.name, None)


def test_it_exports_the_claim_and_nothing_of_the_issuer_of_the_platform(tool, other, anna, claim_id):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export.export_of_issuer(tool, other, anna, tool.clock()))))
    tables = json.loads(archive.read("data.json"))["tables"]
    assert [row["status"] for row in tables["pathway_claim"]["rows"]] == ["asked"]
    assert not tables["platform_account"]["rows"] and not tables["kept_badge"]["rows"]
    assert ANNA.email not in str(tables)


def test_it_erases_the_claim_and_the_account_goes_on(tool, other, anna, claim_id):
    issuer_share.erase(tool, other, anna, BY)
    assert rows(tool, PathwayClaim) == []
    assert [each.name for each in rows(tool, Person) if each.id == anna] == [ANNA.name]


def erased_at_home(tool, anna):
    """The number of who is left of Anna once the issuer of her platform has erased her."""
    issuer_share.erase(tool, tool.issuer.id, anna, BY)
    (left,) = rows(tool, PathwayClaim)
    return left.person_id


def test_a_claim_goes_on_after_the_erasure_by_the_issuer_of_the_platform(tool, other, anna, claim_id):
    left = erased_at_home(tool, anna)
    people = {each.id: each for each in rows(tool, Person)}
    assert left != anna and (people[anna].name, people[left].name) == (None, ANNA.name)
    with tool.store.read() as session:
        assert [each.name for each in known_names.named(session, other)] == [ANNA.name]
    issuer_share.erase(tool, other, left, BY)
    assert rows(tool, PathwayClaim) == []
    assert ANNA.name not in {each.name for each in rows(tool, Person)}


def test_the_second_erasure_holds_where_an_older_backup_is_restored(tool, other, anna, claim_id):
    left = erased_at_home(tool, anna)
    with tool.store.begin() as session:
        journal_replay._erase(session, {"accounts": [], "claims": [claim_id]}, tool.clock())
    assert rows(tool, PathwayClaim) == []
    assert [each.name for each in rows(tool, Person) if each.id == left] == [None]


def test_an_erasure_is_noted_with_the_claims(tool, other, anna, claim_id):
    issuer_share.erase(tool, other, erased_at_home(tool, anna), BY)
    noted = [each.data["claims"] for each in rows(tool, JournalEntry) if each.kind == "erased"]
    assert sorted(noted) == [[], [claim_id]]


def test_nobody_who_has_an_account_is_erased_by_the_number_of_a_claim(tool, anna, claim_id):
    with tool.store.begin() as session:
        journal_replay._erase(session, {"accounts": [], "claims": [claim_id]}, tool.clock())
    assert len(rows(tool, PathwayClaim)) == 1


def test_a_claim_that_is_all_that_is_left_is_kept_as_long_as_a_member(tool, other, anna, claim_id):
    erased_at_home(tool, anna)
    tool.clock.advance(days=2)
    retention.retain(tool, {}, tool.clock())
    assert len(rows(tool, PathwayClaim)) == 1
    tool.clock.advance(days=100)
    retention.retain(tool, {}, tool.clock())
    assert rows(tool, PathwayClaim) == []
