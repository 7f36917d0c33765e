"""Nothing is certified that was not found, by nobody who took part before; a refusal has reasons and one appeal."""

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from lti_tool.awarding import issuer_rules
from lti_tool.errors import PriorLearningError
from lti_tool.people import addresses, stated_names
from lti_tool.prior_learning import applications, certification
from lti_tool.prior_learning.rules import rule_of
from lti_tool.store import events, queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    Person,
    PriorLearningApplication,
    PriorLearningDecision,
)
from lti_tool.templates import versions
from tests import prior_learning as steps
from tests.fixtures import publish, rows, run_due_jobs, template_data
from tests.prior_learning import MET, NOT_MET, found


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


def refused(act, *given, **named):
    with pytest.raises(PriorLearningError) as error:
        act(*given, **named)
    return error.value.code


def state(tool):
    (row,) = rows(tool, PriorLearningApplication)
    return row.state


def test_what_was_not_found_is_not_certified(tool, offer_id):
    not_found = found(MET, NOT_MET, MET, MET)
    application_id = steps.assessed(tool, offer_id, not_found, not_found)
    assert refused(steps.grant, tool, application_id) == "not_met"
    assert rows(tool, Award) == []


def test_nothing_is_certified_before_it_is_assessed(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    assert refused(steps.grant, tool, application_id) == "wrong_step"


def test_nobody_is_certified_whom_no_assessor_has_identified(tool, offer_id):
    unknown = found(MET, identity="none")
    application_id = steps.assessed(tool, offer_id, unknown, unknown)
    assert refused(steps.grant, tool, application_id) == "identity"


def test_a_name_stated_after_the_check_is_not_certified(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    (person,) = rows(tool, Person)
    with tool.store.begin() as session:
        stated_names.state_name(session, person.id, "A. Nother", tool.clock(), events.person(person.id))
    assert refused(steps.grant, tool, application_id) == "identity"


def test_a_level_needs_the_decision_that_recognises_it(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    assert refused(steps.grant, tool, application_id, steps.decided(tool, level="")) == "level_reference"


def test_a_decision_has_a_reference(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    assert refused(steps.grant, tool, application_id, steps.decided(tool, reference="")) == "reference"


def test_who_assessed_does_not_decide(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    assessors = steps.appointed(tool, application_id)
    for each in assessors:
        steps.assess(tool, application_id, each, found(MET))
    own = steps.decided(tool, assessors[0])
    assert refused(steps.grant, tool, application_id, own) == "same_person"
    assert refused(steps.refuse, tool, application_id, own) == "same_person"


def test_it_is_granted_once(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    steps.grant(tool, application_id)
    assert refused(steps.grant, tool, application_id) == "wrong_step"
    assert len(rows(tool, Award)) == 1


def test_a_version_that_is_retired_meanwhile_is_still_recognised(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    with tool.store.begin() as session:
        versions.retire(steps.row_of(session, application_id).version, tool.clock())
    award_id = steps.grant(tool, application_id)
    run_due_jobs(tool)
    assert [(each.id, each.status) for each in rows(tool, Award)] == [(award_id, "issued")]


def test_whoever_has_the_badge_begins_no_other(tool, offer_id):
    steps.grant(tool, steps.assessed(tool, offer_id))
    tool.clock.advance(hours=1)
    assert refused(steps.begun, tool, offer_id) == "has_badge"


@pytest.mark.parametrize("reasons", [{"": "No."}, {"1": "a", "2": "b", "3": "c", "4": "d"}])
def test_a_refusal_has_a_reason_for_the_whole_and_for_each_outcome(tool, offer_id, reasons):
    none = found(NOT_MET)
    application_id = steps.assessed(tool, offer_id, none, none)
    assert refused(steps.refuse, tool, application_id, None, reasons) == "reasons"
    assert state(tool) == "certification"


def refused_application(tool, offer_id):
    """The id of one that was refused, and of who refused it."""
    none = found(NOT_MET)
    application_id = steps.assessed(tool, offer_id, none, none)
    by = steps.decided(tool)
    steps.refuse(tool, application_id, by)
    return application_id, by.operator_id


def appeal(tool, application_id, words="You have not read page 3."):
    steps.change(tool, application_id, certification.appeal, words, tool.clock())


def test_an_appeal_is_assessed_by_others_and_decided_by_somebody_else(tool, offer_id):
    application_id, refuser = refused_application(tool, offer_id)
    appeal(tool, application_id)
    assert state(tool) == "assessment"
    with tool.store.read() as session:
        before = [each.operator_id for each in steps.row_of(session, application_id).assessments]
    assert refused(steps.appoint, tool, application_id, before[0]) == "appointed"
    for each in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, each, found(MET))
    again = steps.decided(tool, refuser, reference="RPL-2")
    assert refused(steps.grant, tool, application_id, again) == "same_person"
    steps.grant(tool, application_id, steps.decided(tool, reference="RPL-3"))
    (award,) = rows(tool, Award)
    assert award.recognition["reference"] == "RPL-3"
    assert award.trace["values"]["assessors"] == "2"


def test_there_is_one_appeal(tool, offer_id):
    application_id, _by = refused_application(tool, offer_id)
    appeal(tool, application_id)
    for each in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, each, found(NOT_MET))
    steps.refuse(tool, application_id)
    assert refused(appeal, tool, application_id) == "no_appeal"
    assert [row.round for row in rows(tool, PriorLearningDecision)] == [1, 2]


def test_an_appeal_has_a_term_and_words(tool, offer_id):
    application_id, _by = refused_application(tool, offer_id)
    assert refused(appeal, tool, application_id, "") == "words"
    tool.clock.advance(days=31)
    assert refused(appeal, tool, application_id) == "no_appeal"


def test_an_appeal_is_open_to_the_end_of_the_day_that_the_mail_names(tool, offer_id, tmp_path):
    """That of the issuer: in Riga it is already the next day when the decision is made."""
    tool.clock.now = datetime(2026, 12, 1, 22, 30, tzinfo=UTC)
    application_id, _by = refused_application(tool, offer_id)
    run_due_jobs(tool)
    mails = [each.read_text().replace("=\n", "") for each in (tmp_path / "mail").glob("*refused*")]
    assert "1 January 2027" in mails[0]
    tool.clock.now = datetime(2027, 1, 1, 21, 59, 58, tzinfo=UTC)
    appeal(tool, application_id)
    assert state(tool) == "assessment"


def test_no_appeal_beside_another_application(tool, offer_id):
    application_id, _by = refused_application(tool, offer_id)
    tool.clock.advance(hours=1)
    steps.begun(tool, offer_id)
    assert refused(appeal, tool, application_id) == "running"


def test_a_rule_that_awards_nothing_any_more_certifies_nobody(tool, offer_id):
    application_id = steps.assessed(tool, offer_id)
    with tool.store.begin() as session:
        (rule,) = session.query(AwardRule)
        issuer_rules.stop_rule(session, rule, tool.clock(), steps.BY)
        versions.retire(steps.row_of(session, application_id).version, tool.clock(), steps.BY)
    assert refused(steps.grant, tool, application_id) == "nothing_awarded"
    assert state(tool) == "certification"


def test_a_later_launch_with_the_same_address_gets_it_only_by_proving_it(tool, offer_id):
    application_id = steps.begun(tool, offer_id)
    (candidate,) = rows(tool, Person)
    with tool.store.begin() as session:
        other = Person(name="Namesake", email=steps.ADDRESS)
        session.add(other)
        session.flush()
        opened = addresses.opened_by(session, steps.ADDRESS, tool.clock(), ())
    assert list(opened.people) == [candidate.id]
    assert application_id


# --- What happens while an application goes on


def other_award(tool, application_id, status="issued"):
    """The badge, which the candidate has got in another way."""
    with tool.store.begin() as session:
        row = steps.row_of(session, application_id)
        rule = rule_of(session, row.version, tool.clock())
        (version,) = queries.rules.awarding_versions(session, rule_id=rule.id)
        award = Award(
            rule_id=rule.id,
            rule_version_id=version.id,
            issuer_id=row.issuer_id,
            template_id=row.template_id,
            template_version_id=row.template_version_id,
            person_id=row.person_id,
            completed_at=tool.clock(),
            earned_at=tool.clock(),
            status=status,
            trace={},
        )
        session.add(award)
        session.flush()
        return award.id


@pytest.mark.parametrize(("status", "code"), [("issued", "got_badge"), ("revoked", "badge_revoked")])
def test_whoever_has_got_the_badge_meanwhile_is_not_awarded_it_again(tool, offer_id, status, code):
    application_id = steps.assessed(tool, offer_id)
    held = other_award(tool, application_id, status)
    assert refused(steps.grant, tool, application_id) == code
    assert state(tool) == "certification"
    assert rows(tool, PriorLearningDecision) == []
    assert [row.id for row in rows(tool, Award)] == [held]
    steps.refuse(tool, application_id, reasons={"": "They have it."})
    assert state(tool) == "refused"


def test_a_badge_whose_last_day_passed_meanwhile_is_not_awarded(tool):
    until = (tool.clock() + timedelta(days=10)).date()
    offer_id = steps.offer(tool, publish(tool, validity={"last_day": until.isoformat()}))
    application_id = steps.assessed(tool, offer_id)
    tool.clock.advance(days=12)
    assert refused(steps.grant, tool, application_id) == "last_day_passed"


def test_a_new_version_in_the_middle_leaves_the_candidate_that_of_their_beginning(tool):
    template_id = publish(tool)
    application_id = steps.assessed(tool, steps.offer(tool, template_id))
    with tool.store.begin() as session:
        newer = template_data() | {"name": {"en": "Data literacy 2", "lv": "Datu pratība 2"}}
        versions.publish(
            versions.add(session, newer, tool.clock(), template_id), tool.issuer.profile, tool.clock()
        )
    steps.grant(tool, application_id)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    achievement = json.loads(credential.text)["credentialSubject"]["achievement"]
    assert (achievement["version"], achievement["id"].split("/")[-2]) == ("1", "1")
    assert tool.verify_own(credential.text).verdict == "verified"


def test_whoever_has_the_badge_on_another_platform_begins_no_other(tool, offer_id):
    """Two accounts of one learner: the address and the name are the same."""
    steps.grant(tool, steps.assessed(tool, offer_id))
    tool.clock.advance(hours=1)
    with tool.store.begin() as session:
        second = Person(name=steps.NAME, email=None)
        session.add(second)
        session.flush()
        by = events.person(second.id)
        addresses.save_proof(session, second.id, steps.ADDRESS, tool.clock(), by)
    assert refused(steps.begun, tool, offer_id) == "has_badge"


def test_a_family_that_shares_an_address_is_no_single_learner(tool, offer_id):
    steps.grant(tool, steps.assessed(tool, offer_id))
    tool.clock.advance(hours=1)
    with tool.store.begin() as session:
        child = Person(name="Pēteris Ozols", email=None)
        session.add(child)
        session.flush()
        addresses.save_proof(session, child.id, steps.ADDRESS, tool.clock(), events.person(child.id))
        child_id = child.id
    steps.begun(tool, offer_id)
    assert rows(tool, PriorLearningApplication)[-1].person_id == child_id


def test_two_who_decide_at_once_decide_once(tool_on_postgres):
    tool = tool_on_postgres
    application_id = steps.assessed(tool, steps.offer(tool, publish(tool)))
    barrier, came = Barrier(2), []

    def decide(act, by):
        barrier.wait()
        try:
            act(tool, application_id, by)
            came.append("decided")
        except PriorLearningError as error:
            came.append(error.code)

    acts = [(steps.grant, steps.decided(tool)), (refuse_all, steps.decided(tool))]
    both = [Thread(target=decide, args=each) for each in acts]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(came) == ["decided", "wrong_step"]
    (decision,) = rows(tool, PriorLearningDecision)
    assert len(rows(tool, Award)) == (1 if decision.outcome == "granted" else 0)
    assert state(tool) == decision.outcome


def refuse_all(tool, application_id, by):
    steps.refuse(tool, application_id, by, {"": "No."})


def test_so_many_applications_go_on_at_once_and_no_more(tool, monkeypatch):
    monkeypatch.setattr(applications, "MOST_RUNNING", 2)
    offers = [steps.offer(tool, publish(tool, name={"en": f"Badge {each}"})) for each in range(3)]
    first = steps.begun(tool, offers[0])
    tool.clock.advance(minutes=1)
    steps.begun(tool, offers[1])
    tool.clock.advance(minutes=1)
    assert refused(steps.begun, tool, offers[2]) == "too_many"
    steps.begun(tool, offers[2], address="somebody@example.org")
    steps.change(tool, first, applications.withdraw, tool.clock())
    tool.clock.advance(minutes=1)
    steps.begun(tool, offers[2])
