"""What becomes of a part after the award of the whole: a question on the pages of operators, which somebody answers."""

from __future__ import annotations

import json

import pytest

from lti_tool.awarding import awards
from lti_tool.backpack import keeping
from lti_tool.store.models import Award, KeptBadge, PathwayClaim, Person
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.fixtures import add_another_issuer, rows, run_job
from tests.lti_tool.web.backpack.conftest import stranger_badge
from tests.lti_tool.web.backpack.test_certification import revoked_list
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.pathways.test_pages import LIST, claim, keep, wholes
from tests.pathways import BY, give, settle

HOME = "/operator/issuers/riga-college"
STATUS = "https://mallory.example/status/1"
QUESTION = "A part is not valid any more"


def test_a_part_that_is_revoked_afterwards_is_a_question_that_somebody_answers(
    join, anna, pathway, whole, web_tool
):
    pathway_id, _, badges = pathway
    part_ids = [give(web_tool, badge, anna) for badge in badges]
    manager = join("manager")
    address = f"{LIST}/{pathway_id}"
    assert QUESTION not in text_of(manager.get(address))
    assert "larger badge of which a part" not in text_of(manager.get(HOME))
    with web_tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, part_ids[0]), "by mistake", web_tool.clock(), BY)
    page = text_of(manager.get(address))
    assert QUESTION in page and "Anna Bērziņa: Part one (revoked)" in page
    assert "1 learner has a larger badge of which a part is not valid any more" in text_of(manager.get(HOME))
    assert "1 badge in question" in text_of(manager.get(LIST))
    assert [each.status for each in wholes(web_tool, whole)] == ["issued"]
    with web_tool.store.begin() as session:
        session.get_one(Person, anna).name = None
    assert f"{anna}: Part one (revoked)" in text_of(manager.get(address))
    award_id = str(wholes(web_tool, whole)[0].id)
    for _twice in range(2):
        manager.press(address, f"{address}/leave", award=award_id)
    assert QUESTION not in text_of(manager.get(address)) and "in question" not in text_of(manager.get(LIST))


@pytest.fixture
def foreign(outside, anna, pathway, stranger, network, web_tool):
    """The kept badge of a stranger by which Anna has the whole, and whose list says nothing yet."""
    pathway_id, (_, second), (first_badge, _) = pathway
    network.table[STATUS] = json.loads(revoked_list(stranger, STATUS, 8))
    give(web_tool, first_badge, anna)
    status = {
        "id": f"{STATUS}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": STATUS,
    }
    keep(outside, stranger_badge(stranger, credentialStatus=status))
    (kept,) = rows(web_tool, KeptBadge)
    assert kept.verdict == "verified"
    claim(outside, pathway_id, second, f"kept-{kept.id}")
    settle(web_tool, rows(web_tool, PathwayClaim)[0].id)
    return kept


def verify_daily(tool):
    tool.clock.advance(days=1, minutes=1)
    with tool.store.begin() as session:
        keeping.schedule_checks(session, tool.clock())
    for kept in rows(tool, KeptBadge):
        run_job(tool, f"kept-{kept.id}")


def test_a_badge_from_elsewhere_that_its_issuer_revokes_is_found_by_the_daily_verification(
    join, foreign, pathway, whole, stranger, network, web_tool
):
    assert [each.status for each in wholes(web_tool, whole)] == ["issued"]
    address = f"{LIST}/{pathway[0]}"
    network.table[STATUS] = json.loads(revoked_list(stranger, STATUS, 7))
    # A look at the page asks nobody.
    assert QUESTION not in text_of(join("manager").get(address))
    verify_daily(web_tool)
    manager = join("manager")
    assert "Anna Bērziņa: Welding (revoked)" in text_of(manager.get(address))
    assert "1 learner has a larger badge of which a part" in text_of(manager.get(HOME))
    assert [each.status for each in wholes(web_tool, whole)] == ["issued"]


def test_a_site_that_does_not_answer_says_nothing(join, foreign, pathway, network, web_tool):
    del network.table[STATUS]
    verify_daily(web_tool)
    assert [each.verdict for each in rows(web_tool, KeptBadge)] != ["revoked"]
    assert QUESTION not in text_of(join("manager").get(f"{LIST}/{pathway[0]}"))


def test_only_managers_of_the_issuer_answer_and_nobody_about_their_own(
    join, outside, anna, pathway, whole, web_tool
):
    part_ids = [give(web_tool, badge, anna) for badge in pathway[2]]
    with web_tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, part_ids[0]), "by mistake", web_tool.clock(), BY)
    address, award_id = f"{LIST}/{pathway[0]}", str(wholes(web_tool, whole)[0].id)
    auditor, manager = join("auditor"), join("manager")
    other = join("owner", add_another_issuer(web_tool).id)
    assert auditor.press(HOME, f"{address}/leave", award=award_id).status_code == 403
    theirs = "/operator/issuers/daugava-school"
    for where in (address, f"{theirs}/pathways/{pathway[0]}"):
        assert other.press(theirs, f"{where}/leave", award=award_id).status_code == 404
    assert "larger badge of which a part" not in text_of(other.get(theirs))
    manager.browser.set_cookie(SESSION_COOKIE, outside.get_cookie(SESSION_COOKIE).value)
    page = text_of(manager.press(address, f"{address}/leave", award=award_id))
    assert "This is a badge of your own" in page and QUESTION in page
