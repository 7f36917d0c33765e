"""Two assess, each without knowing of the other, and a third where they differ; nobody takes part twice."""

import json
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from lti_tool.errors import PriorLearningError
from lti_tool.operators import accounts
from lti_tool.prior_learning import assessments, identification
from lti_tool.store.models import (
    Event,
    ObservationRow,
    PriorLearningApplication,
    PriorLearningAssessment,
)
from tests import prior_learning as steps
from tests.fixtures import publish, rows
from tests.prior_learning import MET, NOT_MET, found


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


@pytest.fixture
def application_id(tool, offer_id):
    return steps.handed_in(tool, offer_id)


def refused(act, *given):
    with pytest.raises(PriorLearningError) as error:
        act(*given)
    return error.value.code


def state(tool):
    (row,) = rows(tool, PriorLearningApplication)
    return row.state


def everything_stored(tool, but: str) -> str:
    """All that is in the database in clear, but for one column."""
    told = []
    with tool.store.read() as session:
        for table in (
            "event",
            "observation",
            "outbox",
            "prior_learning_application",
            "prior_learning_decision",
        ):
            told += [str(row) for row in session.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(told)


def test_what_one_says_is_nowhere_until_the_other_has_said_theirs(tool, application_id):
    first, _second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(NOT_MET))
    own, other = rows(tool, PriorLearningAssessment)
    assert (own.found, own.revealed_at, other.sealed) == (None, None, None)
    assert own.sealed["outcomes"][0]["met"] is False
    assert rows(tool, ObservationRow) == []
    assert "Not shown." not in everything_stored(tool, "sealed")
    (event,) = [each for each in rows(tool, Event) if each.what == "prior_learning_assessed"]
    assert (event.data, event.why) == ({}, "")
    assert state(tool) == "assessment"


def test_both_are_revealed_together(tool, application_id):
    for operator_id in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, operator_id, found(MET))
    assert [(row.sealed, bool(row.found)) for row in rows(tool, PriorLearningAssessment)] == [
        (None, True)
    ] * 2
    assert [row.kind for row in rows(tool, ObservationRow)] == ["prior_learning_assessed"] * 2
    assert state(tool) == "certification"


def test_where_they_differ_about_one_outcome_a_third_is_needed_who_knows_of_neither(tool, application_id):
    first, second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(MET))
    steps.assess(tool, application_id, second, found(MET, MET, NOT_MET, MET))
    assert state(tool) == "assessment"
    assert all(row.found is None for row in rows(tool, PriorLearningAssessment))
    (third,) = steps.appointed(tool, application_id, 1)
    steps.assess(tool, application_id, third, found(MET, MET, NOT_MET, MET))
    assert state(tool) == "certification"
    assert [row.place for row in rows(tool, PriorLearningAssessment)] == [1, 2, 3]


def test_who_agree_need_no_third_and_get_none(tool, application_id):
    steps.appointed(tool, application_id)
    assert refused(steps.appointed, tool, application_id, 1) == "no_place"


def test_nobody_assesses_twice_or_unappointed(tool, application_id):
    first, _second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(MET))
    assert refused(steps.assess, tool, application_id, first, found(NOT_MET)) == "decided"
    stranger = steps.new_operator(tool, "assessor")
    assert refused(steps.assess, tool, application_id, stranger, found(MET)) == "not_appointed"
    assert refused(steps.appoint, tool, application_id, first) == "appointed"


def test_only_an_assessor_of_the_issuer_is_appointed(tool, application_id):
    for roles in ((), ("owner",), ("counsellor",)):
        operator_id = steps.new_operator(tool, *roles)
        assert refused(steps.appoint, tool, application_id, operator_id) == "not_assessor"


def test_whoever_is_disabled_is_not_appointed(tool, application_id):
    operator_id = steps.new_operator(tool, "assessor")
    with tool.store.begin() as session:
        accounts.disable(session, accounts.find(session, operator_id), tool.clock(), steps.BY)
    assert refused(steps.appoint, tool, application_id, operator_id) == "not_assessor"


def test_a_counsellor_does_not_assess_and_an_assessor_does_not_counsel(tool, offer_id):
    application_id = steps.documenting(tool, offer_id)
    both = steps.new_operator(tool, "assessor", "counsellor")
    steps.change(tool, application_id, identification.ask_help, tool.clock())
    steps.change(tool, application_id, identification.advise, both, "Show more.", tool.clock())
    steps.change(
        tool, application_id, steps.portfolio.add_text, steps.About(title="x", words="y"), tool.clock()
    )
    steps.change(tool, application_id, steps.portfolio.hand_in, tool.clock())
    assert refused(steps.appoint, tool, application_id, both) == "is_counsellor"


def test_whoever_has_not_asked_is_not_counselled_and_by_one_alone(tool, offer_id):
    application_id = steps.documenting(tool, offer_id)
    first, second = (steps.new_operator(tool, "counsellor") for _ in range(2))
    act = identification.advise
    assert refused(steps.change, tool, application_id, act, first, "x", tool.clock()) == "not_asked"
    steps.change(tool, application_id, identification.ask_help, tool.clock())
    steps.change(tool, application_id, act, first, "x", tool.clock())
    assert refused(steps.change, tool, application_id, act, second, "x", tool.clock()) == "other_counsellor"


def test_an_appointment_is_taken_back_until_something_was_said(tool, application_id):
    first, second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(MET))
    said, unsaid = (row.id for row in rows(tool, PriorLearningAssessment))
    assert (
        refused(steps.change, tool, application_id, assessments.dismiss, said, tool.clock(), steps.BY)
        == "decided"
    )
    steps.change(tool, application_id, assessments.dismiss, unsaid, tool.clock(), steps.BY)
    assert refused(steps.assess, tool, application_id, second, found(MET)) == "not_appointed"
    (other,) = steps.appointed(tool, application_id, 1)
    steps.assess(tool, application_id, other, found(MET))
    assert state(tool) == "certification"


@pytest.mark.parametrize("said", [found(MET, MET), found(MET, MET, MET, MET, MET)])
def test_an_assessment_is_about_every_outcome(tool, application_id, said):
    first, _second = steps.appointed(tool, application_id)
    assert refused(steps.assess, tool, application_id, first, said) == "answers"


def test_a_name_that_was_not_shown_is_not_confirmed(tool, application_id):
    first, _second = steps.appointed(tool, application_id)
    assert (
        refused(steps.assess, tool, application_id, first, found(MET, name="Somebody Else")) == "name_changed"
    )


def test_both_at_once_are_revealed_once(tool_on_postgres):
    tool = tool_on_postgres
    application_id = steps.handed_in(tool, steps.offer(tool, publish(tool)))
    barrier = Barrier(2)

    def assess(operator_id):
        barrier.wait()
        steps.assess(tool, application_id, operator_id, found(MET))

    both = [Thread(target=assess, args=(each,)) for each in steps.appointed(tool, application_id)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(rows(tool, ObservationRow)) == 2
    assert state(tool) == "certification"
    assert (
        json.dumps([row.found["outcomes"][0]["met"] for row in rows(tool, PriorLearningAssessment)])
        == "[true, true]"
    )
