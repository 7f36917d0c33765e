"""From the first answer to the badge: what was learned elsewhere is recognised, and the badge says so and verifies."""

import json

import pytest

from lti_tool.prior_learning import certification
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, Event, ObservationRow, Person
from tests import prior_learning as steps
from tests.fixtures import publish, rows, run_due_jobs


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


def test_what_was_learned_elsewhere_becomes_a_badge_that_says_so_and_verifies(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    award_id = steps.grant(tool, application_id)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    assert credential.award_id == award_id
    assert tool.verify_own(credential.text).verdict == "verified"
    subject = json.loads(credential.text)["credentialSubject"]
    assert subject["recognitionOfPriorLearning"] == "true"
    (assessment,) = subject["provenBy"]
    assert assessment["dcType"][0]["id"] == "urn:eu-micro-credential:v1:assessment-rpl"
    assert assessment["idVerification"]["prefLabel"]["en"] == "Supervised with ID Verification"
    (evidence,) = json.loads(credential.text)["evidence"]
    assert "RPL-1/2026" in evidence["narrative"] and "MK505-7" in evidence["narrative"]
    names = [each["identityHash"] for each in subject["identifier"] if each["identityType"] == "name"]
    assert names == [steps.NAME]


def test_the_award_is_decided_by_the_ledger_and_its_trace_says_why(tool, offer_id):
    steps.grant(tool, steps.assessed(tool, offer_id))
    (award,) = rows(tool, Award)
    assert (award.trace["condition"], award.trace["code"]) == ("prior_learning_recognised", "recognised")
    assert award.trace["values"]["reference"] == "RPL-1/2026"
    assert award.course_id is None
    kinds = [row.kind for row in rows(tool, ObservationRow)]
    assert kinds == ["prior_learning_assessed"] * 2 + ["prior_learning_decided"]


def test_two_credentials_of_prior_learning_share_nothing_of_the_learners(tool, offer_id):
    for number, reference in enumerate(("RPL-1", "RPL-2")):
        address = f"somebody{number}@example.org"
        application_id = steps.assessed(tool, offer_id, address=address)
        steps.grant(tool, application_id, steps.decided(tool, reference=reference))
        run_due_jobs(tool)
    texts = [row.text for row in rows(tool, CredentialRow)]
    assert [("RPL-1 " in text, "RPL-2 " in text) for text in texts] == [(True, False), (False, True)]
    assert all(tool.verify_own(text).verdict == "verified" for text in texts)


def test_a_name_is_confirmed_by_the_check_of_the_assessors(tool, offer_id):
    steps.grant(tool, steps.assessed(tool, offer_id))
    (person,) = rows(tool, Person)
    assert (person.name, person.stated_name, person.email) == (steps.NAME, None, steps.ADDRESS)


def test_every_step_is_an_event_of_the_issuer_and_says_nothing_of_anybody(tool, offer_id):
    steps.grant(tool, steps.assessed(tool, offer_id))
    events = [event for event in rows(tool, Event) if event.about_kind == "prior_learning"]
    assert [event.what.removeprefix("prior_learning_") for event in events] == [
        "begun",
        "identified",
        "documented",
        "handed_in",
        "assessor_appointed",
        "assessor_appointed",
        "assessed",
        "assessed",
        "decided",
    ]
    assert all(event.issuer_id == tool.issuer.id for event in events)
    assert steps.NAME not in json.dumps([event.data for event in events])


def test_a_badge_by_prior_learning_is_corrected_with_the_same_decision(tool, offer_id):
    award_id = steps.grant(tool, steps.assessed(tool, offer_id))
    run_due_jobs(tool)
    with tool.store.begin() as session:
        (stored,) = queries.awards.to_issue(session, [award_id])
    assert stored.recognition["reference"] == "RPL-1/2026"
    assert len(stored.recognition["reference"]) <= certification.LONGEST_REFERENCE
