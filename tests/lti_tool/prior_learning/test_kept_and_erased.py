"""At each step: an erasure leaves nothing, and what nobody goes on with is kept for its time and no longer."""

import pytest
from sqlalchemy import text

from lti_tool.operators import mail_addresses
from lti_tool.people import addresses, learner_sessions
from lti_tool.prior_learning import applications, certification, identification, identity_checks
from lti_tool.prior_learning.identity_checks import Checked
from lti_tool.privacy import erasure, issuer_share
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    ObservationRow,
    Outbox,
    Person,
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningDecision,
    PriorLearningIdentityCheck,
    PriorLearningItem,
    PriorLearningPart,
    ProvedAddress,
)
from tests import prior_learning as steps
from tests.fixtures import publish, rows, run_due_jobs
from tests.lti_tool.prior_learning.test_privacy import pass_of
from tests.prior_learning import MET, NOT_MET, found

TABLES = (
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningDecision,
    PriorLearningIdentityCheck,
    PriorLearningItem,
    PriorLearningPart,
)
NONE = found(NOT_MET, identity="none")


def identifying(tool, offer_id):
    return steps.begun(tool, offer_id)


def asking_for_help(tool, offer_id):
    application_id = steps.documenting(tool, offer_id)
    steps.change(tool, application_id, identification.ask_help, tool.clock())
    counsellor = steps.new_operator(tool, "counsellor")
    steps.change(tool, application_id, identification.advise, counsellor, "Show more.", tool.clock())
    return application_id


def half_assessed(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    first, _second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(MET))
    return application_id


def differing(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    for each, said in zip(steps.appointed(tool, application_id), (found(MET), NONE), strict=True):
        steps.assess(tool, application_id, each, said)
    return application_id


def checked(tool, offer_id):
    application_id = steps.assessed(tool, offer_id, NONE, NONE)
    by = Checked(operator_id=steps.new_operator(tool, "approver"), method="document", name=steps.NAME)
    steps.change(tool, application_id, identity_checks.check, by, tool.clock())
    return application_id


def refused(tool, offer_id):
    application_id = checked(tool, offer_id)
    steps.refuse(tool, application_id)
    return application_id


def appealed(tool, offer_id):
    application_id = refused(tool, offer_id)
    steps.change(tool, application_id, certification.appeal, "Page 3.", tool.clock())
    return application_id


def refused_again(tool, offer_id):
    application_id = appealed(tool, offer_id)
    for each in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, each, NONE)
    steps.refuse(tool, application_id)
    return application_id


def withdrawn(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    steps.change(tool, application_id, applications.withdraw, tool.clock())
    return application_id


def granted(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    steps.grant(tool, application_id)
    return application_id


STEPS = (
    identifying,
    steps.documenting,
    asking_for_help,
    steps.handed_in,
    half_assessed,
    differing,
    steps.assessed,
    checked,
    refused,
    appealed,
    refused_again,
    withdrawn,
    granted,
)


@pytest.fixture
def offer_id(tool):
    owner = steps.new_operator(tool, "owner")
    with tool.store.begin() as session:
        mail_addresses.save(session, owner, "owner@college.example", "en", tool.clock())
    return steps.offer(tool, publish(tool))


def left(tool):
    return [table.__tablename__ for table in TABLES if rows(tool, table)]


@pytest.mark.parametrize("step", STEPS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("jobs", ["before the mails", "after the mails"])
def test_an_erasure_at_any_step_leaves_nothing_of_a_candidate(tool, offer_id, step, jobs):
    application_id = step(tool, offer_id)
    if jobs == "after the mails":
        run_due_jobs(tool)
    (person,) = rows(tool, Person)
    erasure.erase(tool, [person.id], steps.BY)
    assert left(tool) == []
    assert [row.person_id for row in rows(tool, ObservationRow)] == []
    assert rows(tool, ProvedAddress) == []
    run_due_jobs(tool)
    assert not [row for row in rows(tool, Outbox) if "prior" in row.task or "candidate" in row.task]
    with tool.store.read() as session:
        assert queries.prior_learning.application_with_id(session, application_id) is None
        opened = addresses.opened_by(session, steps.ADDRESS, tool.clock(), ())
        assert (list(opened.people), list(opened.unconfirmed)) == ([], [])
    everything = "\n".join(str(each) for each in texts(tool))
    assert steps.NAME not in everything and steps.ADDRESS not in everything


def texts(tool):
    """All that stands in clear in the tables of people, observations and work."""
    tables = ("person", "observation", "outbox", "event", "award", "proved_address", "learner_session")
    with tool.store.read() as session:
        for table in tables:
            yield from session.execute(text(f"SELECT * FROM {table}"))  # of the list above


@pytest.mark.parametrize("step", STEPS, ids=lambda each: each.__name__)
def test_an_erasure_by_the_issuer_at_any_step_leaves_nothing_at_that_issuer(tool, offer_id, step):
    step(tool, offer_id)
    (person,) = rows(tool, Person)
    issuer_share.erase(tool, tool.issuer.id, person.id, steps.BY)
    assert left(tool) == []
    assert rows(tool, ObservationRow) == []
    run_due_jobs(tool)


@pytest.mark.parametrize("step", STEPS, ids=lambda each: each.__name__)
def test_what_nobody_goes_on_with_is_kept_for_its_time_and_no_longer(tool, offer_id, step):
    step(tool, offer_id)
    run_due_jobs(tool)
    tool.clock.advance(days=364)
    pass_of(tool)
    assert "prior_learning_application" in left(tool)
    tool.clock.advance(days=2)
    pass_of(tool)
    assert left(tool) == []
    assert len(rows(tool, Award)) == (1 if step is granted else 0)


@pytest.mark.parametrize(
    "step", [step for step in STEPS if step is not granted], ids=lambda each: each.__name__
)
def test_and_whoever_has_nothing_else_here_is_forgotten_then(tool, offer_id, step):
    step(tool, offer_id)
    run_due_jobs(tool)
    tool.clock.advance(days=366)
    pass_of(tool)
    tool.clock.advance(days=2)
    pass_of(tool)
    assert (rows(tool, Person), rows(tool, ObservationRow), rows(tool, ProvedAddress)) == ([], [], [])


def test_who_was_erased_begins_anew_as_somebody_new(tool, offer_id):
    refused(tool, offer_id)
    (before,) = rows(tool, Person)
    erasure.erase(tool, [before.id], steps.BY)
    tool.clock.advance(hours=1)
    with tool.store.begin() as session:
        learner_sessions.start_session(session, steps.ADDRESS, tool.clock())
    steps.begun(tool, offer_id)
    (row,) = rows(tool, PriorLearningApplication)
    assert row.person_id != before.id
    assert (row.round, row.self_assessment, row.appeal) == (1, [], "")
