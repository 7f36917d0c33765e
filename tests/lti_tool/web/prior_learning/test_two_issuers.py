"""One candidate at two institutions: refused, appealed and recognised at the one; the other sees nothing of it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

from lti_tool.operators import mail_addresses
from lti_tool.privacy import issuer_share
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, Event, OperatorRow, PriorLearningApplication
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import FROM_US, hidden, text_of
from tests.lti_tool.web.operator.conftest import OperatorAt
from tests.lti_tool.web.prior_learning.conftest import CandidateAt, assessment, page_of
from tests.prior_learning import MET, NOT_MET

OURS, THEIRS = "riga-college", "daugava-school"


@dataclass(kw_only=True)
class Institution:
    """Those who work for one of the two, and what the candidate has applied for there."""

    tool: Any
    slug: str
    owner: OperatorAt
    approver: OperatorAt
    assessors: dict[str, OperatorAt]
    candidate: CandidateAt

    @property
    def here(self) -> str:
        return page_of(self.tool, self.candidate.key, self.slug)

    def press(self, who: OperatorAt, act: str, **form: str):
        return who.press(self.here, f"{self.here}/{act}", **form)

    def done(self, who: OperatorAt, act: str, **form: str) -> None:
        answer = self.press(who, act, **form)
        assert answer.status_code == 303, text_of(answer)

    def assess(self, *names: str, **said: str) -> None:
        """Appoints these, who all say the same."""
        ids = {row.name: row.id for row in rows(self.tool, OperatorRow)}
        for name in names:
            self.done(self.owner, "appoint", operator=str(ids[name]))
        for name in names:
            self.done(self.assessors[name], "assess", **said)


@pytest.fixture
def institutions(web_tool, join, candidate, offer_id):
    """Ours and another one, at each of which the same candidate has handed in a portfolio."""
    other = add_another_issuer(web_tool)
    theirs = steps.offer(web_tool, other.template_id, other.id)
    candidate.hand_in(offer_id)
    second = CandidateAt(browser=candidate.browser, tool=web_tool)
    for page in (second.begin(theirs, ""), second.answer(), second.add_file(), second.press("hand-in")):
        assert page.status_code == 303, page.text

    def institution(issuer_id, slug, names, who):
        return Institution(
            tool=web_tool,
            slug=slug,
            owner=join("owner", issuer_id, name=f"Owner of {slug}"),
            approver=join("approver", issuer_id, name=f"Approver of {slug}"),
            assessors={name: join("assessor", issuer_id, name=name) for name in names},
            candidate=who,
        )

    ours = institution(web_tool.issuer.id, OURS, ("Anna", "Bruno", "Cara", "Dace"), candidate)
    return ours, institution(other.id, THEIRS, ("Elza", "Fricis"), second)


def sees_nothing(institution: Institution, of: Institution) -> None:
    """Nobody of the institution finds the application of the other, by either address, or does anything in it."""
    key = of.candidate.key
    for who in (institution.owner, institution.approver, *institution.assessors.values()):
        for slug in (institution.slug, of.slug):
            there = page_of(of.tool, key, slug)
            assert who.get(there).status_code == 404
            secret = who.get("/operator/account")
            for act in ("appoint", "dismiss", "assess", "identity", "grant", "refuse"):
                form = {
                    "operator": "1",
                    "reference": "X",
                    "reason": "X",
                    "method": "known",
                    "name": steps.NAME,
                }
                answer = who.send(f"{there}/{act}", _form=hidden(secret, "_form"), **form)
                assert answer.status_code in (403, 404), act
        listed = who.get(f"/operator/issuers/{institution.slug}/prior-learning")
        assert key not in listed.text


def test_a_refusal_is_appealed_and_then_recognised_and_the_other_institution_sees_nothing(
    web_tool, institutions, tmp_path
):
    ours, theirs = institutions
    owners = {row.name: row.id for row in rows(web_tool, OperatorRow)}
    with web_tool.store.begin() as session:
        for name in ("ours", "theirs"):
            slug = OURS if name == "ours" else THEIRS
            row_id, now = owners[f"Owner of {slug}"], web_tool.clock()
            mail_addresses.save(session, row_id, f"{name}@school.example", "en", now)
    sees_nothing(theirs, ours)
    sees_nothing(ours, theirs)

    # Refused, with reasons that the candidate reads.
    ours.assess("Anna", "Bruno", **assessment(NOT_MET, identity="none"))
    reasons = {f"reason-{number}": f"No example of {number}." for number in range(1, steps.OUTCOMES + 1)}
    ours.done(ours.owner, "refuse", reference="RPL-1", reason="Not enough was shown.", **reasons)
    decided = text_of(ours.candidate.get("certification"))
    assert "Not enough was shown." in decided and "No example of 4." in decided
    sees_nothing(theirs, ours)

    # Appealed: others assess it, and somebody else decides.
    assert ours.candidate.press("appeal", words="You have not read page 3.").status_code == 303
    run_due_jobs(web_tool)
    assert "You have not read page 3." in text_of(ours.owner.get(ours.here))
    assert "You have not read page 3." not in text_of(theirs.owner.get(theirs.here))
    ours.assess("Cara", "Dace", **assessment(MET, identity="none"))
    decision = {"reference": "RPL-2", "level_reference": "MK505-1"}
    page = ours.press(ours.owner, "grant", **decision)
    assert "does not decide it" in text_of(page)

    # Nobody has checked who it is: that is done before the decision, by name and method.
    page = ours.press(ours.approver, "grant", **decision)
    assert "Nobody has confirmed who the candidate is" in text_of(page)
    assert "Nobody has checked yet that the candidate is Zane Ozola" in text_of(page)
    page = ours.press(ours.approver, "identity", method="none", name=steps.NAME)
    assert "Choose how you checked" in text_of(page)
    ours.done(ours.approver, "identity", method="document", name=steps.NAME)
    assert "By a document, in the same room" in text_of(ours.candidate.get("assessment"))
    ours.done(ours.approver, "grant", **decision)
    run_due_jobs(web_tool)

    (credential,) = rows(web_tool, CredentialRow)
    assert web_tool.verify_own(credential.text).verdict == "verified"
    assert json.loads(credential.text)["issuer"]["name"] == web_tool.issuer.profile.name
    assert "RPL-2" in credential.text and "RPL-1" not in credential.text
    assert [award.issuer_id for award in rows(web_tool, Award)] == [web_tool.issuer.id]
    assert "RPL-2" in text_of(ours.candidate.get("certification"))

    # Theirs is where it was, and nothing of ours is in what they can read.
    assert text_of(theirs.candidate.get("certification")).find("Nothing is decided yet.") >= 0
    sees_nothing(theirs, ours)
    by_issuer = {
        event.issuer_id for event in rows(web_tool, Event) if event.what == "prior_learning_appealed"
    }
    assert by_issuer == {web_tool.issuer.id}
    mails = [each.read_text().replace("=\n", "") for each in (tmp_path / "mail").glob("*operator*")]
    of_ours = [mail for mail in mails if ours.candidate.key in mail]
    assert of_ours and all("ours@school.example" in mail for mail in of_ours)
    assert not any("theirs@school.example" in mail for mail in of_ours)


def test_one_institution_erases_its_share_and_the_other_goes_on(web_tool, institutions):
    ours, theirs = institutions
    person_id = rows(web_tool, PriorLearningApplication)[0].person_id
    issuer_share.erase(web_tool, web_tool.issuer.id, person_id, steps.BY)
    assert ours.owner.get(ours.here).status_code == 404
    theirs.assess("Elza", "Fricis", **assessment(MET))
    theirs.done(theirs.approver, "grant", reference="RPL-9", level_reference="MK505-1")
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    assert web_tool.verify_own(credential.text).verdict == "verified"
    with web_tool.store.read() as session:
        assert list(queries.prior_learning.of_issuer(session, web_tool.issuer.id, 10)) == []


def test_a_candidate_without_any_badge_takes_their_data_with_them(web_tool, institutions):
    """The portfolios of both, as they were sent, and nothing that is sealed."""
    ours, _theirs = institutions
    ids = {row.name: row.id for row in rows(web_tool, OperatorRow)}
    ours.done(ours.owner, "appoint", operator=str(ids["Anna"]))
    ours.done(ours.assessors["Anna"], "assess", **assessment(NOT_MET))
    browser = ours.candidate.browser
    page = browser.get("/my/data")
    assert page.status_code == 200 and "Take your data with you" in text_of(page)
    answer = browser.post("/my/data/file", headers=FROM_US)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    files = [name for name in archive.namelist() if name.startswith("portfolio/")]
    assert [archive.read(name) for name in files] == [steps.PDF] * 2
    told = archive.read("data.json").decode()
    assert "Because of 1." not in told
    assert len(json.loads(told)["tables"]["prior_learning_application"]["rows"]) == 2
    assert rows(web_tool, Award) == []
