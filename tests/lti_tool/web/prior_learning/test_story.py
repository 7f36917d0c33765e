"""From a mail with a code to a badge that verifies, through the pages of everybody who has a part in it."""

from __future__ import annotations

import json
import re

from badges.template.outcome_levels import ready_scale
from lti_tool.store.models import CredentialRow, OperatorRow
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, publish, rows, run_due_jobs
from tests.lti_tool.web.conftest import browser_of, text_of
from tests.lti_tool.web.prior_learning.conftest import CandidateAt, assessment, page_of


def test_whoever_learned_elsewhere_gets_a_badge_without_any_course(web_tool, candidate, offer_id, join):
    owner, first, second = join("owner"), join("assessor", name="Anna"), join("assessor", name="Bruno")
    assert "Data literacy" in text_of(candidate.browser.get("/prior-learning"))
    page = candidate.browser.get(f"/prior-learning/{offer_id}")
    assert "25.00 EUR" in text_of(page) and "Shows outcome 4." in text_of(page)
    candidate.hand_in(offer_id)
    here = page_of(web_tool, candidate.key)
    ids = {row.name: row.id for row in rows(web_tool, OperatorRow)}
    for name in ("Anna", "Bruno"):
        assert owner.press(here, f"{here}/appoint", operator=str(ids[name])).status_code == 303
    for assessor in (first, second):
        assert steps.NAME in text_of(assessor.get(here))
        assert assessor.press(here, f"{here}/assess", **assessment(steps.MET)).status_code == 303
    granted = owner.press(here, f"{here}/grant", reference="RPL-7/2026", level_reference="MK505-1")
    assert granted.status_code == 303, granted.text
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    assert web_tool.verify_own(credential.text).verdict == "verified"
    assert "RPL-7/2026" in text_of(candidate.get("certification"))
    mine = candidate.browser.get("/my")
    assert "Data literacy" in text_of(mine)
    shown = text_of(candidate.browser.get(f"/badges/{credential.id}"))
    assert "recognition of prior learning" in shown.lower()


def test_every_page_of_a_candidate_says_what_is_next(web_tool, candidate, offer_id):
    candidate.sign_in(offer_id)
    candidate.begin(offer_id)
    for page in ("", "identification", "documentation", "assessment", "certification"):
        assert candidate.get(page).status_code == 200, page
    assert "Now" in text_of(candidate.get())
    assert candidate.answer().location.partition("?")[0].endswith("/documentation")
    assert "nothing in it yet" in text_of(candidate.get("documentation"))


def test_mails_follow_each_step_and_carry_no_words_of_anybody(web_tool, candidate, offer_id, tmp_path):
    candidate.hand_in(offer_id)
    run_due_jobs(web_tool)
    mails = [each.read_text() for each in sorted((tmp_path / "mail").glob("*candidate*"))]
    assert len(mails) == 2
    assert all(f"/my/prior-learning/{candidate.key}" in each.replace("=\n", "") for each in mails)


def test_two_issuers_have_their_own_applications(app, web_tool, candidate, offer_id, join):
    other = add_another_issuer(web_tool)
    theirs = steps.offer(web_tool, other.template_id, other.id)
    candidate.hand_in(offer_id)
    second = CandidateAt(browser=candidate.browser, tool=web_tool)
    assert second.begin(theirs, "").status_code == 303
    owner, of_other = join("owner"), join("owner", other.id)
    assert owner.get(page_of(web_tool, candidate.key)).status_code == 200
    assert of_other.get(page_of(web_tool, candidate.key, "daugava-school")).status_code == 404
    assert of_other.get(page_of(web_tool, second.key, "daugava-school")).status_code == 200
    listed = text_of(of_other.get("/operator/issuers/daugava-school/prior-learning"))
    assert "River pilot" in listed and "Data literacy" not in listed


def test_the_pages_are_in_latvian_too(candidate, offer_id):
    page = candidate.browser.get(f"/prior-learning/{offer_id}?lang=lv")
    assert "Iepriekš sasniegtu mācīšanās rezultātu atzīšana" in text_of(page)
    assert not re.search("What you have to show", page.text)


def test_what_a_link_without_the_name_tells_has_no_decision_of_anybody(app, web_tool, offer_id):
    steps.grant(web_tool, steps.assessed(web_tool, offer_id))
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    assert json.loads(credential.text)["evidence"]
    assert browser_of(app).get(f"/badges/{credential.id}").status_code in (200, 404)


def test_the_level_of_each_outcome_is_chosen_by_assessors_and_stated_by_the_badge(web_tool, candidate, join):
    offer_id = steps.offer(web_tool, publish(web_tool, outcome_levels=ready_scale(None)))
    owner, first, second = join("owner"), join("assessor", name="Anna"), join("assessor", name="Bruno")
    candidate.hand_in(offer_id)
    here = page_of(web_tool, candidate.key)
    for row in rows(web_tool, OperatorRow):
        if row.name in ("Anna", "Bruno"):
            owner.press(here, f"{here}/appoint", operator=str(row.id))
    wrong = first.press(here, f"{here}/assess", **assessment(steps.MET) | {"level-1": "9"})
    assert wrong.status_code == 200 and 'role="alert"' in wrong.text
    for level in ("x", "-1", "0", "1" * 40):
        refused = first.press(here, f"{here}/assess", **assessment(steps.MET) | {"level-1": level})
        assert 'role="alert"' in refused.text, level
    for assessor, level in ((first, "3"), (second, "2")):
        sent = assessor.press(here, f"{here}/assess", **assessment(steps.MET) | {"level-1": level})
        assert sent.status_code == 303
    assert "proficient" in text_of(owner.get(here))
    owner.press(here, f"{here}/grant", reference="RPL-7/2026", level_reference="MK505-1")
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    shown = text_of(candidate.browser.get(f"/badges/{credential.id}"))
    assert ": proficient" in shown and "advanced," not in shown
