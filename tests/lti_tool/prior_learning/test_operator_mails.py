"""Whoever has to do something in an application is mailed so, and nobody else; the issuer where nobody can be."""

from email import message_from_bytes, policy

import pytest

from lti_tool.operators import accounts, mail_addresses
from lti_tool.prior_learning import applications, assessments, certification, identification, operator_mails
from lti_tool.store import queries
from lti_tool.store.models import Outbox
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, publish, rows, run_due_jobs
from tests.prior_learning import MET, NOT_MET, found

#: What subjects begin with, by what waits.
ADVICE, APPOINT, ASSESS, DECIDE = (
    "A candidate asks for your advice",
    "Please appoint assessors",
    "Please assess prior learning",
    "Please decide about prior learning",
)


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


def reached(tool, *roles, name="jānis", language="en", **given):
    """The id of an operator with these roles who has said where they get mails."""
    operator_id = steps.new_operator(tool, *roles, **given)
    with tool.store.begin() as session:
        mail_addresses.save(session, operator_id, f"{name}@college.example", language, tool.clock())
    return operator_id


@pytest.fixture
def mailed(tool, tmp_path):
    """Whom the tool has mailed what since it was asked last: pairs of a name and the beginning of a subject."""
    seen = set()

    def news():
        run_due_jobs(tool)
        new = sorted(set((tmp_path / "mail").glob("*operator*")) - seen)
        seen.update(new)
        return sorted(_read(each.read_bytes()) for each in new)

    return news


def _read(message):
    mail = message_from_bytes(message, policy=policy.default)
    return mail["To"].addresses[0].username, str(mail["Subject"]).partition(":")[0]


def act(tool, application_id, what, *given):
    steps.change(tool, application_id, what, *given, tool.clock())


def test_each_step_mails_those_who_can_go_on(tool, offer_id, mailed):
    reached(tool, "owner", name="owner")
    reached(tool, "manager", name="manager")
    reached(tool, "approver", name="approver")
    first, second = (reached(tool, "assessor", name=each) for each in ("first", "second"))
    application_id = steps.handed_in(tool, offer_id)
    assert mailed() == [("manager", APPOINT), ("owner", APPOINT)]
    steps.appoint(tool, application_id, first)
    steps.appoint(tool, application_id, second)
    assert mailed() == [("first", ASSESS), ("second", ASSESS)]
    steps.assess(tool, application_id, first, found(MET))
    assert mailed() == []
    steps.assess(tool, application_id, second, found(MET))
    assert mailed() == [("approver", DECIDE), ("owner", DECIDE)]


def test_where_two_differ_a_third_is_asked_for_and_then_told(tool, offer_id, mailed):
    reached(tool, "manager", name="manager")
    application_id = steps.handed_in(tool, offer_id)
    first, second = steps.appointed(tool, application_id)
    third = reached(tool, "assessor", name="third")
    mailed()
    steps.assess(tool, application_id, first, found(MET))
    steps.assess(tool, application_id, second, found(NOT_MET))
    assert mailed() == [("manager", APPOINT)]
    steps.appoint(tool, application_id, third)
    assert mailed() == [("third", ASSESS)]


def test_counsellors_are_told_until_one_has_written(tool, offer_id, mailed):
    for name in ("first", "second"):
        reached(tool, "counsellor", name=name)
    application_id = steps.documenting(tool, offer_id)
    act(tool, application_id, identification.ask_help)
    assert mailed() == [("first", ADVICE), ("second", ADVICE)]


def test_whoever_refused_is_not_asked_to_decide_the_appeal(tool, offer_id, mailed):
    refuser, other = reached(tool, "approver", name="refuser"), reached(tool, "approver", name="other")
    reached(tool, "manager", name="manager")
    none = found(NOT_MET)
    application_id = steps.assessed(tool, offer_id, none, none)
    mailed()
    steps.refuse(tool, application_id, steps.decided(tool, refuser))
    act(tool, application_id, certification.appeal, "Page 3.")
    assert mailed() == [("manager", APPOINT)]
    for each in steps.appointed(tool, application_id):
        steps.assess(tool, application_id, each, found(MET))
    assert mailed() == [("other", DECIDE)]
    assert other


def test_whoever_assessed_is_not_asked_to_decide(tool, offer_id, mailed):
    both = reached(tool, "assessor", "approver", name="both")
    reached(tool, "approver", name="other")
    application_id = steps.handed_in(tool, offer_id)
    steps.appoint(tool, application_id, both)
    (second,) = steps.appointed(tool, application_id, 1)
    mailed()
    for each in (both, second):
        steps.assess(tool, application_id, each, found(MET))
    assert mailed() == [("other", DECIDE)]


def test_what_is_not_so_any_more_is_not_mailed(tool, offer_id, mailed):
    reached(tool, "manager", name="manager")
    assessor = reached(tool, "assessor", name="assessor")
    application_id = steps.handed_in(tool, offer_id)
    steps.appoint(tool, application_id, assessor)
    with tool.store.begin() as session:
        row = steps.row_of(session, application_id)
        (own,) = row.assessments
        assessments.dismiss(session, row, own.id, tool.clock(), steps.BY)
    act(tool, application_id, applications.withdraw)
    assert mailed() == []


@pytest.mark.parametrize("loss", ["role", "disabled", "address"])
def test_who_lost_their_part_meanwhile_is_not_mailed(tool, offer_id, mailed, loss):
    assessor = reached(tool, "assessor", name="assessor")
    application_id = steps.handed_in(tool, offer_id)
    mailed()
    steps.appoint(tool, application_id, assessor)
    with tool.store.begin() as session:
        row = accounts.find(session, assessor)
        if loss == "role":
            accounts.take_role(session, row, tool.issuer.id, "assessor", tool.clock(), steps.BY)
        elif loss == "disabled":
            accounts.disable(session, row, tool.clock(), steps.BY)
        else:
            mail_addresses.remove(session, assessor, tool.clock())
    assert mailed() == []


def test_where_nobody_can_be_told_the_issuer_is(tool, offer_id, mailed):
    steps.new_operator(tool, "owner")
    steps.handed_in(tool, offer_id)
    ((to, subject),) = mailed()
    assert (to, subject) == (tool.issuer.profile.email.partition("@")[0], APPOINT)


def test_nobody_is_told_of_what_is_at_another_issuer(tool, offer_id, mailed):
    other = add_another_issuer(tool)
    reached(tool, "owner", name="theirs", issuer_id=other.id)
    reached(tool, "owner", name="ours")
    steps.handed_in(tool, offer_id)
    assert mailed() == [("ours", APPOINT)]


def test_a_candidate_is_not_told_as_an_operator_of_their_own_application(tool, offer_id, mailed):
    own = steps.new_operator(tool, "owner")
    with tool.store.begin() as session:
        mail_addresses.save(session, own, steps.ADDRESS, "en", tool.clock())
    reached(tool, "manager", name="manager")
    steps.handed_in(tool, offer_id)
    assert mailed() == [("manager", APPOINT)]


def test_a_mail_names_nobody_and_leads_to_the_application(tool, offer_id, tmp_path):
    reached(tool, "owner", name="owner", language="lv")
    application_id = steps.handed_in(tool, offer_id)
    run_due_jobs(tool)
    (file,) = (tmp_path / "mail").glob("*operator*")
    text = file.read_text().replace("=\n", "")
    with tool.store.read() as session:
        key = steps.row_of(session, application_id).key
    assert f"/operator/issuers/riga-college/prior-learning/applications/{key}" in text
    assert "Zane" not in text and steps.ADDRESS not in text
    assert "Content-Language: lv" in text


@pytest.mark.parametrize("matter", ["", "x", "granted"])
def test_a_job_that_nobody_knows_mails_nothing(tool, offer_id, matter):
    application_id = steps.handed_in(tool, offer_id)
    with tool.store.read() as session:
        assert operator_mails.mail_of(session, tool, application_id, matter, None, 1) is None
        assert operator_mails.mail_of(session, tool, 999_999, "handed_in", None, 1) is None


def test_an_erasure_before_the_mail_sends_nothing(tool, offer_id, mailed):
    reached(tool, "owner", name="owner")
    application_id = steps.handed_in(tool, offer_id)
    with tool.store.begin() as session:
        person_id = steps.row_of(session, application_id).person_id
        queries.prior_learning.delete_of_person(session, person_id)
    assert mailed() == []
    assert "mail_prior_learning_operator" not in [row.task for row in rows(tool, Outbox)]


def test_an_address_is_erased_with_its_operator(tool):
    operator_id = reached(tool, "owner")
    with tool.store.begin() as session:
        row = accounts.find(session, operator_id)
        accounts.disable(session, row, tool.clock(), steps.BY)
        accounts.erase(session, row, tool.clock(), steps.BY)
        assert queries.operators.mail_address(session, operator_id) is None
