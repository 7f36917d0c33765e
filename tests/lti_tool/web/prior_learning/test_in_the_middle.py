"""What changes while an application goes on: roles, files, names, keys; and what nobody sees before it is handed in."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from lti_tool.errors import PriorLearningError
from lti_tool.operators import accounts, mail_addresses
from lti_tool.people import addresses
from lti_tool.store import events
from lti_tool.store.models import (
    Award,
    CredentialRow,
    Event,
    OperatorRow,
    Person,
    PriorLearningAssessment,
    PriorLearningItem,
    PriorLearningPart,
)
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.prior_learning.conftest import assessment, page_of, the_application
from tests.prior_learning import MET, found

LIST = "/operator/issuers/riga-college/prior-learning"


def ids_of(tool):
    return {row.name: row.id for row in rows(tool, OperatorRow)}


def test_a_draft_is_the_candidates_alone(web_tool, candidate, offer_id, join):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.press("identification", finish="no", **{"answer-1": "yes", "words-1": "I was in prison."})
    candidate.answer()
    candidate.press("items/text", title="My years in prison", words="They were long.")
    here = page_of(web_tool, candidate.key)
    for role in ("owner", "manager", "approver"):
        shown = join(role).get(here)
        assert shown.status_code == 200
        for words in ("prison", "They were long.", steps.NAME):
            assert words not in shown.text, (role, words)
    approver = join("approver")
    assert steps.NAME not in approver.get(LIST).text
    candidate.press("hand-in")
    assert "My years in prison" in approver.get(here).text
    assert steps.NAME in approver.get(LIST).text
    candidate.press("withdraw")
    assert "prison" not in approver.get(here).text


def swap_the_file(tool):
    with tool.store.begin() as session:
        session.execute(update(PriorLearningPart).values(content=b"%PDF-1.7 another diploma"))


def test_a_file_that_was_swapped_is_given_to_nobody(web_tool, candidate, offer_id, join):
    candidate.hand_in(offer_id)
    owner, anna = join("owner"), join("assessor", name="Anna")
    here = page_of(web_tool, candidate.key)
    owner.press(here, f"{here}/appoint", operator=str(ids_of(web_tool)["Anna"]))
    (item,) = rows(web_tool, PriorLearningItem)
    swap_the_file(web_tool)
    for page in (anna.get(f"{here}/items/{item.key}"), candidate.get(f"items/{item.key}")):
        assert page.status_code == 200
        assert b"another diploma" not in page.data
        assert "its SHA-256 is another one" in text_of(page)
    assert "prior_learning_file_read" not in [event.what for event in rows(web_tool, Event)]


@pytest.mark.parametrize("loss", ["role", "account", "name"])
def test_an_assessor_who_lost_the_role_is_pointed_out_and_replaced(web_tool, candidate, offer_id, join, loss):
    candidate.hand_in(offer_id)
    owner = join("owner")
    for name in ("Anna", "Bruno", "Cara"):
        join("assessor", name=name)
    here = page_of(web_tool, candidate.key)
    for name in ("Anna", "Bruno"):
        owner.press(here, f"{here}/appoint", operator=str(ids_of(web_tool)[name]))
    assert "Is no assessor any more" not in text_of(owner.get(here))
    with web_tool.store.begin() as session:
        row = accounts.find(session, ids_of(web_tool)["Bruno"])
        if loss != "role":
            accounts.disable(session, row, web_tool.clock(), steps.BY)
        if loss == "name":
            accounts.erase(session, row, web_tool.clock(), steps.BY)
        if loss == "role":
            accounts.take_role(session, row, web_tool.issuer.id, "assessor", web_tool.clock(), steps.BY)
    assert text_of(owner.get(here)).count("Is no assessor any more") == 1
    of_bruno = rows(web_tool, PriorLearningAssessment)[1]
    assert owner.press(here, f"{here}/dismiss", assessment=str(of_bruno.id)).status_code == 303
    answer = owner.press(here, f"{here}/appoint", operator=str(ids_of(web_tool)["Cara"]))
    assert answer.status_code == 303, text_of(answer)


def test_somebody_with_the_same_name_is_pointed_out_to_whoever_decides(
    web_tool, candidate, another_candidate, offer_id, join
):
    candidate.hand_in(offer_id)
    first = the_application(web_tool).id
    for each in steps.appointed(web_tool, first):
        steps.assess(web_tool, first, each, found(MET))
    approver, here = join("approver"), page_of(web_tool, candidate.key)
    assert "Somebody else with this name" not in text_of(approver.get(here))
    other = add_another_issuer(web_tool)
    elsewhere = steps.offer(web_tool, other.template_id, other.id)
    another_candidate.sign_in(elsewhere)
    another_candidate.begin(elsewhere, steps.NAME)
    assert "Somebody else with this name" not in text_of(approver.get(here)), "at another institution"
    another_candidate.begin(offer_id, "")
    assert "Somebody else with this name" in text_of(approver.get(here))


def test_lists_say_what_waits_for_whom(web_tool, candidate, offer_id, join):
    candidate.hand_in(offer_id)
    owner, anna, approver = join("owner"), join("assessor", name="Anna"), join("approver")
    bruno = join("assessor", name="Bruno")
    here = page_of(web_tool, candidate.key)
    waits = "Waits for an assessor to be appointed"
    assert waits in text_of(owner.get(LIST)) and waits not in text_of(approver.get(LIST))
    for name in ("Anna", "Bruno"):
        owner.press(here, f"{here}/appoint", operator=str(ids_of(web_tool)[name]))
    assert waits not in text_of(owner.get(LIST))
    for each in (anna, bruno):
        assert "Waits for your assessment" in text_of(each.get(LIST))
        each.press(here, f"{here}/assess", **assessment(MET))
        assert "Waits for your assessment" not in text_of(each.get(LIST))
    for each in (owner, approver):
        assert "Waits for your decision" in text_of(each.get(LIST))


def test_while_the_issuers_key_is_withdrawn_the_award_waits_and_then_is_signed_anew(web_tool, offer_id):
    application_id = steps.assessed(web_tool, offer_id)
    with web_tool.store.begin() as session:
        for row in list(web_tool.issuer.keyring.published_keys(session)):
            web_tool.issuer.keyring.mark_compromised(session, row.kid, None, web_tool.clock())
    steps.grant(web_tool, application_id)
    run_due_jobs(web_tool)
    assert [award.status for award in rows(web_tool, Award)] == ["issued"]
    (credential,) = rows(web_tool, CredentialRow)
    assert web_tool.verify_own(credential.text).verdict == "verified"


def test_an_address_that_the_candidate_proves_later_is_known_as_theirs_at_once(web_tool, candidate, offer_id):
    """An operator whose address it is has no part any more, also where they were appointed before."""
    candidate.hand_in(offer_id)
    application = the_application(web_tool)
    (own,) = steps.appointed(web_tool, application.id, 1)
    with web_tool.store.begin() as session:
        mail_addresses.save(session, own, "work@college.example", "en", web_tool.clock())
        person = session.get_one(Person, application.person_id)
        by = events.person(person.id)
        addresses.save_proof(session, person.id, "work@college.example", web_tool.clock(), by)
    with pytest.raises(PriorLearningError) as error:
        steps.assess(web_tool, application.id, own, found(MET))
    assert error.value.code == "own_application"


def test_whoever_appoints_is_told_which_assessor_gets_no_mail_of_it(web_tool, candidate, offer_id, join):
    candidate.hand_in(offer_id)
    owner = join("owner")
    join("assessor", name="Anna")
    here, anna = page_of(web_tool, candidate.key), ids_of(web_tool)["Anna"]
    owner.press(here, f"{here}/appoint", operator=str(anna))
    sentence = "Has given no address for mails, so nobody has told them: do so yourself."
    assert sentence in text_of(owner.get(here))
    with web_tool.store.begin() as session:
        mail_addresses.save(session, anna, "anna@college.example", "lv", web_tool.clock())
    assert sentence not in text_of(owner.get(here))
