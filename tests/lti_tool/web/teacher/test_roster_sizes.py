"""The list of everybody about one badge on both databases: its statement finds each state, and costs little."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from lti_tool.store.models import Award, CredentialRow, Delivery
from tests.amounts import amount
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.teacher.test_long_lists import dead_job
from tests.lti_tool.web.teacher.test_roster import counts, names, row
from tests.many_learners import FIRST, multiply

FEW = 29
MANY = amount("people on the page of a badge", small=299, full=2_999)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


def on_card(page):
    """The numbers of the badge's card, by the groups of the list to which they lead."""
    found = re.findall(r'name="roster_show" value="(\w+)"><b>(\d+)</b>', page.text)
    return {group: int(number) for group, number in found}


def test_each_filter_shows_those_whom_it_and_the_card_count(act, annas_badge, people, web_tool, clock):
    multiply(web_tool, range(12))
    waiting, failed, dead, ending, suspended, expired, revoked, unmade = range(FIRST, FIRST + 8)
    with web_tool.store.begin() as session:
        session.get_one(Award, waiting).status = "waiting"
        session.get_one(Award, revoked).status = "revoked"
        session.query(Delivery).filter_by(award_id=failed).one().status = "failed"
        (delivery,) = session.query(Delivery).filter_by(award_id=dead)
        delivery.status = "pending"
        session.add(dead_job(dead, delivery.id, clock()))
        job = dead_job(unmade, 0, clock())
        job.id, job.task, job.payload = "unmade", "issue", {"award_id": unmade}
        session.add(job)
        session.query(CredentialRow).filter_by(award_id=unmade).delete()
        session.query(Delivery).filter_by(award_id=unmade).delete()
        session.get_one(Award, unmade).status = "earned"
        for award_id, changes in {
            ending: {"valid_until": clock() + timedelta(days=89)},
            suspended: {"suspended_at": clock(), "suspension_reason": "x"},
            expired: {"valid_until": clock() - timedelta(days=1)},
            FIRST + 8: {"valid_until": clock() + timedelta(days=91)},
        }.items():
            session.execute(update(CredentialRow).filter_by(award_id=award_id).values(**changes))
        for award_id in (failed, suspended, revoked):
            session.get_one(Award, award_id).claimed_at = clock()

    def shown(group):
        return {int(name.removeprefix("Learner ")) for name in names(people(show=group))}

    assert shown("trouble") == {waiting, failed, dead, unmade}
    assert shown("expiring") == {ending}
    assert shown("ended") == {suspended, expired, revoked}
    assert counts(people()) == {
        "everybody": 15,
        "eligible": 12,
        "waits": 1,
        "trouble": 4,
        "have": 8,
        "claimed": 1,
        "expiring": 1,
        "not_yet": 1,
        "ended": 3,
    }
    assert shown("claimed") == {failed}
    card = act("course")
    assert on_card(card) == {
        group: counts(people())[group] for group in ("eligible", "have", "waits", "claimed")
    }
    assert "4 badges with a problem" in text_of(card) and "1 badge ends within 90 days" in text_of(card)
    page = people()
    assert set(names(page)[1:5]) == {f"Learner {each}" for each in (waiting, failed, dead, unmade)}
    assert names(page)[5] == f"Learner {ending}" and names(page)[-1] == f"Learner {revoked}"
    assert "Not issued" in row(page, f"Learner {unmade}") and "Try again" in row(page, f"Learner {unmade}")


def test_thousands_cost_no_more_statements_than_thirty(annas_badge, people, web_tool, statements):
    asked, sizes = [], []
    for numbers in (range(FEW), range(FEW, MANY)):
        multiply(web_tool, numbers)
        people()
        statements.clear()
        sizes.append(len(people().data))
        asked.append(list(statements))
    asked = [[each for each in some if each != "BEGIN"] for some in asked]
    assert len(asked[1]) == len(asked[0]) <= 12
    assert sizes[1] < 1.05 * sizes[0] < 100_000
    assert not [each for each in asked[1] if "credential.packed" in each]
