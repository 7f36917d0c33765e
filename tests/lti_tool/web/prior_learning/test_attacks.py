"""Who could see what is not theirs, or get what they did not earn: through the pages, with every trick at hand."""

from __future__ import annotations

import json

import pytest
from limits import RateLimitItemPerHour

from lti_tool.operators import accounts
from lti_tool.people import addresses
from lti_tool.store import events
from lti_tool.store.models import (
    CredentialRow,
    OperatorRow,
    Person,
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningItem,
)
from lti_tool.web import rate_limits
from lti_tool.web.prior_learning.own_portfolio import FORM_BYTES, _candidates, _uploads
from tests import prior_learning as steps
from tests.backpack import kept_badge
from tests.fixtures import add_another_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, browser_of, hidden, policy, text_of
from tests.lti_tool.web.prior_learning.conftest import CandidateAt, assessment, page_of, the_application
from tests.prior_learning import MET, NOT_MET

NO_KEY = "00000000-0000-4000-8000-000000000000"


def ids_of(tool):
    return {row.name: row.id for row in rows(tool, OperatorRow)}


def the_item(tool):
    return rows(tool, PriorLearningItem)[0].key


def test_an_application_is_nobodys_but_the_candidates(web_tool, candidate, another_candidate, offer_id):
    candidate.hand_in(offer_id)
    another_candidate.sign_in(offer_id)
    another_candidate.key = candidate.key
    for page in ("", "identification", "documentation", "assessment", "certification"):
        assert another_candidate.get(page).status_code == 404
    assert another_candidate.get(f"items/{the_item(web_tool)}").status_code == 404
    for act in (
        "identification",
        "help",
        "back",
        "hand-in",
        "withdraw",
        "appeal",
        "items/text",
        "items/link",
    ):
        assert (
            another_candidate.press(act, title="x", words="x", url="https://x.example/").status_code == 404
        ), act
    assert another_candidate.add_file().status_code == 404
    assert the_application(web_tool).state == "assessment"


def test_a_part_of_another_application_is_not_found_in_ones_own(
    web_tool, candidate, another_candidate, offer_id
):
    candidate.hand_in(offer_id)
    another_candidate.sign_in(offer_id)
    another_candidate.begin(offer_id, "Kārlis Bērziņš")
    another_candidate.answer()
    item = the_item(web_tool)
    assert another_candidate.get(f"items/{item}").status_code == 404
    assert another_candidate.press(f"items/{item}/remove").status_code == 404
    assert len(rows(web_tool, PriorLearningItem)) == 1


def test_nobody_who_is_not_signed_in_sees_anything(app, web_tool, candidate, offer_id):
    candidate.hand_in(offer_id)
    stranger = CandidateAt(browser=browser_of(app), tool=web_tool, key=candidate.key)
    for page in ("", "documentation", f"items/{the_item(web_tool)}"):
        answer = stranger.get(page)
        assert (answer.status_code, answer.location) == (303, "/my")


def test_no_form_of_another_site_is_taken(web_tool, candidate, offer_id):
    candidate.hand_in(offer_id)
    answer = candidate.browser.post(f"/my/prior-learning/{candidate.key}/withdraw", headers=FROM_ELSEWHERE)
    assert answer.status_code == 403
    assert the_application(web_tool).state == "assessment"


def test_a_file_is_an_attachment_in_a_sandbox(web_tool, candidate, offer_id):
    candidate.hand_in(offer_id)
    with candidate.get(f"items/{the_item(web_tool)}") as answer:
        assert answer.data == steps.PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=Diploma-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in policy(answer)
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_name_and_the_type_that_a_browser_says_count_for_nothing(web_tool, candidate, offer_id):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    page = candidate.add_file(b"<html><script>alert(1)</script>", name="x.html")
    assert page.status_code == 303
    with candidate.get(f"items/{the_item(web_tool)}") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
    assert candidate.add_file(b"MZ\x00\x01", name="diploma.pdf").status_code == 200
    assert len(rows(web_tool, PriorLearningItem)) == 1


def test_an_enormous_file_is_refused_before_it_is_read(candidate, offer_id, monkeypatch):
    monkeypatch.setattr("lti_tool.web.prior_learning.own_portfolio.MOST_FILE_BYTES", 1000)
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    assert candidate.add_file(b"x" * (FORM_BYTES + 2000)).status_code == 413
    assert the_application(candidate.tool).state == "documentation"


def test_while_others_send_files_nobody_waits_for_a_place(candidate, offer_id):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    with_both = [_uploads.acquire(blocking=False) for _ in range(2)]
    try:
        assert candidate.add_file().status_code == 503
    finally:
        for taken in with_both:
            if taken:
                _uploads.release()


def test_what_somebody_types_is_never_markup(web_tool, candidate, offer_id, join):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id, "<b>Zane</b>")
    said = {f"answer-{number}": "yes" for number in range(1, 5)} | {"words-1": "<script>1</script>"}
    candidate.press("identification", finish="yes", **said)
    candidate.press("items/text", title="<i>x</i>", words="<script>2</script>")
    candidate.press("hand-in")
    owner = join("owner")
    for page in (candidate.get("documentation"), candidate.get("identification")):
        assert "<script>1" not in page.text and "<script>2" not in page.text and "<i>x" not in page.text
    shown = owner.get(page_of(web_tool, candidate.key)).text
    assert "<script>" not in shown.replace('<script src="', "") and "<b>Zane" not in shown


def documenting(candidate, offer_id):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()


def test_a_candidate_who_sends_slowly_holds_one_place_and_leaves_the_others(web_tool, candidate, offer_id):
    documenting(candidate, offer_id)
    with _candidates.only(the_application(web_tool).person_id):
        assert candidate.add_file().status_code == 503
    with _candidates.only(999_999):
        assert candidate.add_file().status_code == 303
    assert candidate.add_file().status_code == 303, "the place is given back"


def test_a_file_that_is_refused_gives_its_place_back(web_tool, candidate, offer_id):
    documenting(candidate, offer_id)
    for _ in range(3):
        assert candidate.add_file(b"MZ\x00").status_code == 200
    assert candidate.add_file().status_code == 303


@pytest.fixture
def counted(app, monkeypatch, request):
    """With limits to what is asked, which are small; each test counts anew."""
    limiter = rate_limits._limiter_of(app)
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    small = {"UPLOADS_OF_CANDIDATE": 2, "PARTS_OF_CANDIDATE": 4, "APPLICATIONS_OF_LEARNER": 2}
    for name, amount in small.items():
        monkeypatch.setattr(rate_limits, name, RateLimitItemPerHour(amount, namespace=request.node.name))


def test_so_many_files_and_parts_of_one_candidate_are_taken_in_an_hour(
    candidate, another_candidate, offer_id, counted
):
    documenting(candidate, offer_id)
    assert [candidate.add_file().status_code for _ in range(3)] == [303, 303, 429]
    texts = [candidate.press("items/text", title="x", words="y").status_code for _ in range(3)]
    assert texts == [303, 303, 429]
    assert candidate.press("items/link", title="x", url="https://x.example/").status_code == 429
    documenting(another_candidate, offer_id)
    assert another_candidate.add_file().status_code == 303, "it is counted by person"


def test_a_file_too_many_is_refused_before_it_is_read(candidate, offer_id, counted, monkeypatch):
    documenting(candidate, offer_id)
    for _ in range(2):
        candidate.add_file()
    monkeypatch.setattr("lti_tool.web.prior_learning.own_portfolio.one_of", None)
    assert candidate.add_file().status_code == 429


def test_so_many_applications_of_one_address_are_begun_in_an_hour(candidate, offer_id, counted):
    candidate.sign_in(offer_id)
    codes = []
    for _ in range(3):
        codes.append(candidate.begin(offer_id).status_code)
        candidate.press("withdraw")
    assert codes == [303, 303, 429]


@pytest.fixture
def handed_in(candidate, offer_id):
    candidate.hand_in(offer_id)
    return candidate


def appoint(web_tool, owner, key, *names):
    here = page_of(web_tool, key)
    for name in names:
        assert owner.press(here, f"{here}/appoint", operator=str(ids_of(web_tool)[name])).status_code == 303


def test_what_waits_for_the_institution_is_on_its_first_page_until_it_is_decided(web_tool, handed_in, join):
    owner, auditor = join("owner"), join("auditor")
    home = page_of(web_tool, handed_in.key).rpartition("/prior-learning/")[0]
    assert "1 application for recognition of prior learning waits" in text_of(owner.get(home))
    assert f'href="{home}/prior-learning?lang=en"' in owner.get(home).text
    assert f'href="{home}/prior-learning?lang=en"' not in auditor.get(home).text
    assert "1 pieteikums iepriekš apgūtā atzīšanai" in text_of(owner.get(f"{home}?lang=lv"))
    handed_in.press("withdraw")
    assert "for recognition of prior learning wait" not in text_of(owner.get(home))


def test_an_assessor_sees_what_they_are_appointed_to_and_nothing_else(web_tool, handed_in, join):
    owner, appointed, other = join("owner"), join("assessor", name="Anna"), join("assessor", name="Bruno")
    appoint(web_tool, owner, handed_in.key, "Anna")
    here, item = page_of(web_tool, handed_in.key), the_item(web_tool)
    assert appointed.get(here).status_code == 200
    with appointed.get(f"{here}/items/{item}") as answer:
        assert answer.data == steps.PDF
    assert (other.get(here).status_code, other.get(f"{here}/items/{item}").status_code) == (404, 404)
    listed = text_of(other.get("/operator/issuers/riga-college/prior-learning"))
    assert "Data literacy" not in listed


def test_no_page_tells_an_assessor_what_the_other_said(web_tool, handed_in, join):
    owner, first, second = join("owner"), join("assessor", name="Anna"), join("assessor", name="Bruno")
    appoint(web_tool, owner, handed_in.key, "Anna", "Bruno")
    here = page_of(web_tool, handed_in.key)
    assert first.press(here, f"{here}/assess", **assessment(NOT_MET)).status_code == 303
    assert "Because of 1." in first.get(here).text
    for who in (second, owner):
        assert "Because of" not in who.get(here).text
    for page in ("", "assessment", "certification"):
        assert "Because of" not in handed_in.get(page).text
    events = owner.get("/operator/issuers/riga-college/events")
    assert events.status_code == 200 and "Because of" not in events.text


def test_files_are_for_those_who_assess_or_counsel(web_tool, handed_in, join):
    here, item = page_of(web_tool, handed_in.key), the_item(web_tool)
    for role in ("owner", "manager", "approver", "counsellor", "support", "auditor"):
        assert join(role).get(f"{here}/items/{item}").status_code in (403, 404), role


def test_a_counsellor_who_gave_no_advice_sees_nothing_of_what_is_handed_in(
    web_tool, candidate, offer_id, join
):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    candidate.add_file()
    candidate.press("help")
    counsellor = join("counsellor")
    here, item = page_of(web_tool, candidate.key), the_item(web_tool)
    assert counsellor.get(f"{here}/items/{item}").status_code == 200
    assert candidate.key in counsellor.get(here.rpartition("/applications/")[0]).text
    candidate.press("hand-in")
    assert [counsellor.get(each).status_code for each in (here, f"{here}/items/{item}")] == [404, 404]
    assert candidate.key not in counsellor.get(here.rpartition("/applications/")[0]).text


def test_nobody_gets_the_files_of_what_was_withdrawn(web_tool, handed_in, join):
    owner, first = join("owner"), join("assessor", name="Anna")
    appoint(web_tool, owner, handed_in.key, "Anna")
    address = f"{page_of(web_tool, handed_in.key)}/items/{the_item(web_tool)}"
    assert first.get(address).status_code == 200
    handed_in.press("withdraw")
    assert first.get(address).status_code == 404


def test_a_role_that_is_taken_takes_its_part_at_once(web_tool, handed_in, join):
    owner, first = join("owner"), join("assessor", name="Anna")
    appoint(web_tool, owner, handed_in.key, "Anna")
    here = page_of(web_tool, handed_in.key)
    with web_tool.store.begin() as session:
        row = accounts.find(session, ids_of(web_tool)["Anna"])
        accounts.give_role(session, row, web_tool.issuer.id, "auditor", web_tool.clock(), steps.BY)
        accounts.take_role(session, row, web_tool.issuer.id, "assessor", web_tool.clock(), steps.BY)
    assert first.get(here).status_code == 403
    secret = first.get("/operator/account")
    answer = first.send(f"{here}/assess", _form=hidden(secret, "_form"), **assessment(MET))
    assert answer.status_code == 403
    assert [row.sealed for row in rows(web_tool, PriorLearningAssessment)] == [None]


def test_an_assessor_of_another_issuer_is_not_appointed(web_tool, handed_in, join):
    other = add_another_issuer(web_tool)
    owner = join("owner")
    join("assessor", other.id, name="Foreign")
    here = page_of(web_tool, handed_in.key)
    page = owner.press(here, f"{here}/appoint", operator=str(ids_of(web_tool)["Foreign"]))
    assert page.status_code == 200
    assert "no assessor of the issuer" in text_of(page)
    assert rows(web_tool, PriorLearningAssessment) == []


def test_an_application_is_not_found_below_another_issuer(web_tool, handed_in, join):
    other = add_another_issuer(web_tool)
    of_other = join("owner", other.id)
    there = page_of(web_tool, handed_in.key, "daugava-school")
    assert of_other.get(there).status_code == 404
    assert of_other.get(page_of(web_tool, handed_in.key)).status_code == 404


def test_an_assessment_with_a_hole_is_not_kept(web_tool, handed_in, join):
    owner, first = join("owner"), join("assessor", name="Anna")
    appoint(web_tool, owner, handed_in.key, "Anna")
    here = page_of(web_tool, handed_in.key)
    for hole in ({"met-3": ""}, {"met-3": "maybe"}, {"words-2": " "}, {"identity": "psychic"}):
        page = first.press(here, f"{here}/assess", **assessment(MET) | hole)
        assert page.status_code == 200, hole
        assert "Because of 1." in page.text
    assert [row.sealed for row in rows(web_tool, PriorLearningAssessment)] == [None]


def test_a_second_beginning_is_the_same_person_and_no_second_application(app, web_tool, candidate, offer_id):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    web_tool.clock.advance(minutes=1)
    again = CandidateAt(browser=browser_of(app), tool=web_tool)
    again.sign_in(offer_id)
    assert "begun" in text_of(again.begin(offer_id, "Somebody Else"))
    assert len(rows(web_tool, Person)) == 1
    assert len(rows(web_tool, PriorLearningApplication)) == 1


def test_a_code_for_nothing_makes_nobody(web_tool, candidate, offer_id):
    candidate.sign_in(offer_id)
    assert rows(web_tool, Person) == []


@pytest.mark.parametrize("key", [NO_KEY, "x", "1", "../../my"])
def test_a_key_that_is_none_is_not_found(candidate, offer_id, key):
    candidate.sign_in(offer_id)
    candidate.key = key
    assert candidate.get().status_code in (303, 308, 404)


def test_a_badge_of_somebody_else_is_not_put_in(web_tool, candidate, offer_id):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    with web_tool.store.begin() as session:
        other = Person(name="Kārlis")
        session.add(other)
        session.flush()
        badge = kept_badge(other.id, web_tool.clock())
        session.add(badge)
        session.flush()
        number = badge.id
    assert candidate.press("items/badge", badge=str(number)).status_code == 404
    assert rows(web_tool, PriorLearningItem) == []


def test_the_badge_of_somebody_else_is_not_put_in_as_a_badge(web_tool, candidate, offer_id):
    steps.grant(web_tool, steps.assessed(web_tool, offer_id, address="first@example.org"))
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    person_id = rows(web_tool, PriorLearningApplication)[-1].person_id
    subject = json.loads(credential.text)["credentialSubject"]
    with web_tool.store.begin() as session:
        session.add(kept_badge(person_id, web_tool.clock(), text=credential.text, subject=subject))
    before = len(rows(web_tool, PriorLearningItem))
    assert "names somebody else" in text_of(candidate.press("items/badge", badge="1"))
    assert len(rows(web_tool, PriorLearningItem)) == before
    with web_tool.store.begin() as session:
        addresses.save_proof(
            session, person_id, "first@example.org", web_tool.clock(), events.person(person_id)
        )
    assert candidate.press("items/badge", badge="1").status_code == 303


def test_a_kept_badge_that_verifies_is_put_in_as_it_is_and_another_is_not(web_tool, candidate, offer_id):
    steps.grant(web_tool, steps.assessed(web_tool, offer_id, address="first@example.org"))
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    candidate.answer()
    person_id = rows(web_tool, PriorLearningApplication)[-1].person_id
    with web_tool.store.begin() as session:
        forged = credential.text.replace("Data literacy", "Brain surgery")
        for number, text in enumerate((credential.text, forged)):
            session.add(kept_badge(person_id, web_tool.clock(), text=text, identity=str(number) * 64))
    before = len(rows(web_tool, PriorLearningItem))
    assert candidate.press("items/badge", badge="2").status_code == 200
    assert len(rows(web_tool, PriorLearningItem)) == before
    assert candidate.press("items/badge", badge="1").status_code == 303
    item = rows(web_tool, PriorLearningItem)[-1]
    assert (item.verdict, item.issuer_name) == ("verified", "Liepaja School")
    with candidate.get(f"items/{item.key}") as answer:
        assert answer.data == credential.text.encode()
