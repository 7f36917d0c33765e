"""Where no assessor has checked who the candidate is, somebody does before the decision; nothing else stands for it."""

import json
from datetime import UTC, datetime

import pytest

from lti_tool.errors import PriorLearningError
from lti_tool.people import stated_names
from lti_tool.prior_learning import certification, identification, identity_checks
from lti_tool.prior_learning.identity_checks import Checked
from lti_tool.store import events
from lti_tool.store.models import (
    Award,
    CredentialRow,
    Event,
    OperatorMailAddress,
    Person,
    PriorLearningIdentityCheck,
)
from tests import prior_learning as steps
from tests.fixtures import publish, rows, run_due_jobs
from tests.prior_learning import MET, NOT_MET, found

UNKNOWN = found(MET, identity="none")


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


@pytest.fixture
def unidentified(tool, offer_id):
    """The id of an application that both have assessed, and neither has checked who it is."""
    return steps.assessed(tool, offer_id, UNKNOWN, UNKNOWN)


def refused(act, *given, **named):
    with pytest.raises(PriorLearningError) as error:
        act(*given, **named)
    return error.value.code


def check(tool, application_id, method="document", name=steps.NAME, by=0):
    operator_id = by or steps.new_operator(tool, "approver")
    checked = Checked(operator_id=operator_id, method=method, name=name)
    steps.change(tool, application_id, identity_checks.check, checked, tool.clock())
    return operator_id


def confirmed(tool, application_id):
    with tool.store.read() as session:
        return identity_checks.confirmed_by(steps.row_of(session, application_id))


def test_where_no_assessor_has_checked_it_a_check_before_the_decision_counts(tool_on_any_database):
    tool = tool_on_any_database
    application_id = steps.assessed(tool, steps.offer(tool, publish(tool)), UNKNOWN, UNKNOWN)
    assert refused(steps.grant, tool, application_id) == "identity"
    by = check(tool, application_id, "document_online")
    (row,) = rows(tool, PriorLearningIdentityCheck)
    assert (row.round, row.operator_id, row.method, row.name) == (1, by, "document_online", steps.NAME)
    steps.grant(tool, application_id)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    assert tool.verify_own(credential.text).verdict == "verified"
    assert "by a document, in a video call" in json.loads(credential.text)["evidence"][0]["narrative"]
    (award,) = rows(tool, Award)
    assert award.recognition["identity"] == "document_online"
    assert [row.name for row in rows(tool, Person)] == [steps.NAME]


@pytest.mark.parametrize("method", ["none", "", "psychic", "Document", "document "])
def test_not_checked_is_never_a_check(tool, unidentified, method):
    assert refused(check, tool, unidentified, method) == "method"
    assert rows(tool, PriorLearningIdentityCheck) == []
    assert refused(steps.grant, tool, unidentified) == "identity"


def test_a_stored_method_that_is_none_confirms_nothing(tool, unidentified):
    by = steps.new_operator(tool, "approver")
    with tool.store.begin() as session:
        session.add(
            PriorLearningIdentityCheck(
                application_id=unidentified,
                round=1,
                operator_id=by,
                method="none",
                name=steps.NAME,
                checked_at=datetime(2026, 11, 30, tzinfo=UTC),
            )
        )
    assert confirmed(tool, unidentified) is None
    assert refused(steps.grant, tool, unidentified) == "identity"


@pytest.mark.parametrize("name", ["", "Somebody Else", "zane ozola"])
def test_the_name_that_was_shown_is_the_one_that_is_checked(tool, unidentified, name):
    assert refused(check, tool, unidentified, name=name) == "name_changed"


def test_it_is_checked_once_it_waits_for_the_decision_and_not_after(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    assert refused(check, tool, application_id) == "wrong_step"
    for operator_id in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, operator_id, found(MET))
    steps.grant(tool, application_id)
    assert refused(check, tool, application_id) == "wrong_step"


def test_a_name_that_was_stated_after_the_check_is_checked_anew(tool, unidentified):
    check(tool, unidentified)
    (person,) = rows(tool, Person)
    with tool.store.begin() as session:
        stated_names.state_name(session, person.id, "A. Nother", tool.clock(), events.person(person.id))
    assert confirmed(tool, unidentified) is None
    assert refused(steps.grant, tool, unidentified) == "identity"
    check(tool, unidentified, name="A. Nother", method="known")
    steps.grant(tool, unidentified)
    assert [row.name for row in rows(tool, Person)] == ["A. Nother"]


def test_the_badge_says_how_the_name_that_it_has_was_checked(tool, offer_id):
    """One assessor saw a document of another name than the one that the candidate has now."""
    application_id = steps.handed_in(tool, offer_id)
    first, second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(MET, identity="document"))
    (person,) = rows(tool, Person)
    with tool.store.begin() as session:
        stated_names.state_name(session, person.id, "A. Nother", tool.clock(), events.person(person.id))
    steps.assess(tool, application_id, second, found(MET, identity="known", name="A. Nother"))
    assert confirmed(tool, application_id) == "known"
    steps.grant(tool, application_id)
    assert rows(tool, Award)[0].recognition["identity"] == "known"


def test_the_last_check_is_the_one_that_counts(tool, offer_id):
    application_id = steps.assessed(tool, offer_id, found(MET, identity="known"), UNKNOWN)
    assert confirmed(tool, application_id) == "known"
    check(tool, application_id, "document")
    assert confirmed(tool, application_id) == "document"


def test_a_check_is_of_one_attempt(tool, offer_id):
    lacking = found(NOT_MET, identity="none")
    application_id = steps.assessed(tool, offer_id, lacking, lacking)
    check(tool, application_id)
    steps.refuse(tool, application_id)
    steps.change(tool, application_id, certification.appeal, "Page 3.", tool.clock())
    for operator_id in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, operator_id, UNKNOWN)
    assert confirmed(tool, application_id) is None
    assert refused(steps.grant, tool, application_id) == "identity"
    check(tool, application_id)
    steps.grant(tool, application_id)
    assert [row.round for row in rows(tool, PriorLearningIdentityCheck)] == [1, 2]


def test_whoever_counselled_does_not_check(tool, offer_id):
    application_id = steps.documenting(tool, offer_id)
    both = steps.new_operator(tool, "counsellor", "approver")
    steps.change(tool, application_id, identification.ask_help, tool.clock())
    steps.change(tool, application_id, identification.advise, both, "Show more.", tool.clock())
    about = steps.About(title="x", words="y")
    steps.change(tool, application_id, steps.portfolio.add_text, about, tool.clock())
    steps.change(tool, application_id, steps.portfolio.hand_in, tool.clock())
    for operator_id in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, operator_id, UNKNOWN)
    assert refused(check, tool, application_id, by=both) == "is_counsellor"


def test_a_check_is_an_event_that_names_nobody(tool, unidentified):
    by = check(tool, unidentified)
    (event,) = [each for each in rows(tool, Event) if each.what == "prior_learning_identity_checked"]
    assert (event.actor, event.why, event.data) == (f"account:{by}", "document", {})
    assert event.issuer_id == tool.issuer.id


# --- Nobody has a part in an application of their own


def candidate_as_operator(tool, *roles):
    """An operator who gets their mails where the candidate does."""
    operator_id = steps.new_operator(tool, *roles)
    with tool.store.begin() as session:
        session.add(
            OperatorMailAddress(
                operator_id=operator_id, address=steps.ADDRESS, language="en", proved_at=tool.clock()
            )
        )
    return operator_id


def test_nobody_decides_about_themselves_or_says_who_they_are(tool, unidentified):
    own = candidate_as_operator(tool, "approver")
    assert refused(check, tool, unidentified, by=own) == "own_application"
    check(tool, unidentified)
    decided = steps.decided(tool, own)
    assert refused(steps.grant, tool, unidentified, decided) == "own_application"
    assert refused(steps.refuse, tool, unidentified, decided) == "own_application"


def test_nobody_assesses_or_counsels_themselves(tool, offer_id):
    own = candidate_as_operator(tool, "assessor", "counsellor")
    application_id = steps.documenting(tool, offer_id)
    steps.change(tool, application_id, identification.ask_help, tool.clock())
    advise = identification.advise
    assert refused(steps.change, tool, application_id, advise, own, "x", tool.clock()) == "own_application"
    tool.clock.advance(minutes=1)
    handed_in = steps.handed_in(tool, steps.offer(tool, publish(tool)))
    assert refused(steps.appoint, tool, handed_in, own) == "own_application"


def test_whoever_is_found_to_be_the_candidate_after_the_appointment_does_not_assess(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    first, _second = steps.appointed(tool, application_id)
    with tool.store.begin() as session:
        session.add(
            OperatorMailAddress(
                operator_id=first, address=steps.ADDRESS, language="en", proved_at=tool.clock()
            )
        )
    assert refused(steps.assess, tool, application_id, first, found(MET)) == "own_application"
