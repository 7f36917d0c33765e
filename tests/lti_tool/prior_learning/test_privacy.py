"""What is kept of a candidate: erased, exported, forgotten in time; by each issuer its own."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from lti_tool.privacy import erasure, export, issuer_share, journal_replay, known_names, retention
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    JournalEntry,
    ObservationRow,
    Person,
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningDecision,
    PriorLearningItem,
    PriorLearningPart,
    ProvedAddress,
)
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, publish, rows, run_due_jobs
from tests.prior_learning import MET, NOT_MET, found

TABLES = (
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningDecision,
    PriorLearningItem,
    PriorLearningPart,
)


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


def left(tool):
    return [table.__tablename__ for table in TABLES if rows(tool, table)]


def archive_of(pieces):
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def refused(tool, offer_id):
    none = found(NOT_MET)
    application_id = steps.assessed(tool, offer_id, none, none)
    steps.refuse(tool, application_id)
    return application_id


def test_an_erasure_leaves_nothing_of_a_candidate(tool, offer_id):
    steps.grant(tool, steps.assessed(tool, offer_id))
    run_due_jobs(tool)
    (person,) = rows(tool, Person)
    erasure.erase(tool, [person.id], steps.BY)
    assert left(tool) == []
    assert [row.person_id for row in rows(tool, ObservationRow)] == []
    assert rows(tool, ProvedAddress) == []


def test_an_erasure_in_the_middle_ends_the_application(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    assessors = steps.appointed(tool, application_id)
    (person,) = rows(tool, Person)
    issuer_share.erase(tool, tool.issuer.id, person.id, steps.BY)
    assert left(tool) == []
    with pytest.raises(AssertionError):
        steps.assess(tool, application_id, assessors[0], found(MET))
    run_due_jobs(tool)


def test_an_erasure_by_one_issuer_leaves_what_is_the_others(tool, offer_id):
    other = add_another_issuer(tool)
    steps.handed_in(tool, offer_id)
    tool.clock.advance(minutes=1)
    theirs = steps.handed_in(tool, steps.offer(tool, other.template_id, other.id))
    first = rows(tool, PriorLearningApplication)[0].person_id
    issuer_share.erase(tool, tool.issuer.id, first, steps.BY)
    (row,) = rows(tool, PriorLearningApplication)
    assert (row.id, row.issuer_id) == (theirs, other.id)
    assert row.person_id != first
    assert len(rows(tool, PriorLearningItem)) == 1


def test_what_was_assessed_for_another_issuer_is_certified_after_the_erasure(tool, offer_id):
    other = add_another_issuer(tool)
    steps.handed_in(tool, offer_id)
    tool.clock.advance(minutes=1)
    theirs = steps.handed_in(tool, steps.offer(tool, other.template_id, other.id))
    for _ in range(2):
        assessor = steps.new_operator(tool, "assessor", issuer_id=other.id)
        steps.appoint(tool, theirs, assessor)
        steps.assess(tool, theirs, assessor, found(MET))
    first = rows(tool, PriorLearningApplication)[0].person_id
    issuer_share.erase(tool, tool.issuer.id, first, steps.BY)
    steps.grant(tool, theirs)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    assert (award.issuer_id, award.status) == (other.id, "issued")
    (person,) = [each for each in rows(tool, Person) if each.id == award.person_id]
    assert (person.name, person.erased_at) == (steps.NAME, None)


def test_an_erasure_holds_where_an_older_backup_is_restored(tool, offer_id):
    steps.handed_in(tool, offer_id)
    (person,) = rows(tool, Person)
    key = rows(tool, PriorLearningApplication)[0].key
    with tool.store.begin() as session:
        journal_replay._erase(session, {"accounts": [], "subjects": [], "applications": [key]}, tool.clock())
    assert left(tool) == []
    assert rows(tool, Person)[0].erased_at is not None
    assert person.erased_at is None


def test_an_erasure_is_noted_with_what_is_found_by(tool, offer_id):
    steps.handed_in(tool, offer_id)
    key = rows(tool, PriorLearningApplication)[0].key
    (person,) = rows(tool, Person)
    erasure.erase(tool, [person.id], steps.BY)
    noted = [row for row in rows(tool, JournalEntry) if row.kind == "erased"]
    assert key in json.dumps([row.data for row in noted])


def test_an_export_has_the_portfolio_and_what_was_decided(tool_on_any_database):
    tool = tool_on_any_database
    refused(tool, steps.offer(tool, publish(tool)))
    (person,) = rows(tool, Person)
    archive = archive_of(export.export_of(tool, [person.id], tool.clock()))
    (file,) = [name for name in archive.namelist() if name.startswith("portfolio/")]
    assert archive.read(file) == steps.PDF
    tables = json.loads(archive.read("data.json"))["tables"]
    (decision,) = tables["prior_learning_decision"]["rows"]
    assert decision["reasons"][""] == "Not enough was shown."
    assert len(tables["prior_learning_assessment"]["rows"]) == 2
    assert "operator_id" not in decision


def test_an_export_tells_nothing_that_is_sealed(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    first, _second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(NOT_MET))
    (person,) = rows(tool, Person)
    archive = archive_of(export.export_of(tool, [person.id], tool.clock()))
    assert b"Not shown." not in archive.read("data.json")


def test_an_export_of_an_issuer_has_no_portfolio_of_another(tool, offer_id):
    other = add_another_issuer(tool)
    steps.handed_in(tool, offer_id)
    tool.clock.advance(minutes=1)
    steps.handed_in(tool, steps.offer(tool, other.template_id, other.id))
    person_id = rows(tool, PriorLearningApplication)[0].person_id
    archive = archive_of(export.export_of_issuer(tool, other.id, person_id, tool.clock()))
    assert len([name for name in archive.namelist() if name.startswith("portfolio/")]) == 1


def pass_of(tool):
    progress = retention.retain(tool, {}, tool.clock())
    while not progress.is_over:
        progress = retention.retain(tool, progress.as_json(), tool.clock())


def test_a_candidate_is_kept_as_long_as_the_application_and_then_forgotten(tool, offer_id):
    refused(tool, offer_id)
    tool.clock.advance(days=364)
    pass_of(tool)
    assert "prior_learning_application" in left(tool)
    assert [row.erased_at for row in rows(tool, Person)] == [None]
    tool.clock.advance(days=2)
    pass_of(tool)
    assert left(tool) == []
    tool.clock.advance(days=2)
    pass_of(tool)
    assert rows(tool, Person) == []


def test_what_nobody_goes_on_with_is_not_kept_for_ever(tool, offer_id):
    steps.documenting(tool, offer_id)
    tool.clock.advance(days=366)
    pass_of(tool)
    assert left(tool) == []


def test_a_badge_says_what_it_rests_on_after_the_application_is_gone(tool, offer_id):
    award_id = steps.grant(tool, steps.assessed(tool, offer_id))
    tool.clock.advance(days=366)
    pass_of(tool)
    assert left(tool) == []
    with tool.store.read() as session:
        (stored,) = queries.awards.to_issue(session, [award_id])
    assert stored.recognition["reference"] == "RPL-1/2026"
    assert timedelta(days=366) > tool.periods.prior_learning


def test_a_candidate_is_found_by_the_issuer_they_applied_to_and_by_no_other(tool, offer_id):
    other = add_another_issuer(tool)
    steps.handed_in(tool, offer_id)
    (person,) = rows(tool, Person)
    with tool.store.read() as session:
        assert known_names.named_person(session, tool.issuer.id, person.id).name == steps.NAME
        assert [each.name for each in known_names.named(session, tool.issuer.id)] == [steps.NAME]
        assert queries.issuer_people.with_address(session, tool.issuer.id, steps.ADDRESS)
        assert known_names.named_person(session, other.id, person.id) is None
        assert not queries.issuer_people.with_address(session, other.id, steps.ADDRESS)
