"""A whole that ends is renewed by a new part beside those that go on; by what was there before, it is not."""

import pytest

from lti_tool.awarding import awards
from lti_tool.conditions.tree import read_tree
from lti_tool.pathways import claims, scheduling
from lti_tool.pathways.parts import parts_of
from lti_tool.privacy import erasure
from lti_tool.store import events
from lti_tool.store.models import Award, Pathway, PathwayClaim
from tests.fixtures import ANNA, learner, publish, rows, run_due_jobs
from tests.pathways import BY, arrive, give, one_set, publish_pathway, templates

#: So that a whole can be renewed after two months, and a part too.
SHORT = {"months": 4}


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole"}, validity=SHORT)


def claimed(tool, pathway_id, number, award_id, person_id):
    """The id of the claim for the part with that number of somebody's badge that another account of theirs has."""
    with tool.store.begin() as session:
        row, award = session.get_one(Pathway, pathway_id), session.get_one(Award, award_id)
        part = list(parts_of(read_tree(row.draft)))[number]
        by = events.person(person_id)
        claim = claims.claim_own(session, row, part, person_id, award, tool.clock(), by)
        return claim.id


def withdraw(tool, claim_id, person_id):
    with tool.store.begin() as session:
        claim = session.get_one(PathwayClaim, claim_id)
        claims.withdraw(session, claim, tool.clock(), events.person(person_id))
    run_due_jobs(tool)


def wholes(tool, whole, person_id):
    """How each whole of the person ended; None for one that runs."""
    own = [each for each in rows(tool, Award) if each.person_id == person_id]
    return [each.why_ended for each in own if each.template_id == whole]


def other_account(tool):
    return arrive(tool, learner(55, name="Anna Bērziņa"))


def test_what_was_claimed_counts_beside_a_part_that_is_new(tool, whole):
    short = publish(tool, name={"en": "Short"}, validity=SHORT)
    (other_badge,) = templates(tool, "Other")
    pathway_id = publish_pathway(tool, whole, one_set(short, other_badge))
    anna = arrive(tool, ANNA)
    claimed(tool, pathway_id, 1, give(tool, other_badge, other_account(tool)), anna)
    give(tool, short, anna)
    assert wholes(tool, whole, anna) == [None]
    tool.clock.advance(days=90)
    give(tool, short, anna)
    assert wholes(tool, whole, anna) == ["renewed", None]


def test_claiming_the_same_badge_once_more_renews_nothing(tool, whole):
    (badge,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(badge))
    anna = arrive(tool, ANNA)
    award_id = give(tool, badge, other_account(tool))
    claim_id = claimed(tool, pathway_id, 0, award_id, anna)
    run_due_jobs(tool)
    tool.clock.advance(days=90)
    withdraw(tool, claim_id, anna)
    claimed(tool, pathway_id, 0, award_id, anna)
    run_due_jobs(tool)
    assert wholes(tool, whole, anna) == [None]


def test_the_end_of_one_of_two_alternatives_renews_nothing(tool, whole):
    one, two = templates(tool, "One", "Two")
    publish_pathway(tool, whole, one_set(one, two, needed=1))
    anna = arrive(tool, ANNA)
    give(tool, one, anna)
    second = give(tool, two, anna)
    tool.clock.advance(days=90)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, second), "by mistake", tool.clock(), BY)
    run_due_jobs(tool)
    tool.clock.advance(hours=2)
    run_due_jobs(tool)
    decide_all(tool)
    assert wholes(tool, whole, anna) == [None]


def decide_all(tool):
    with tool.store.begin() as session:
        scheduling.decide_all_soon(session, tool.clock())
    run_due_jobs(tool)


def test_a_claim_of_a_badge_that_was_erased_counts_no_more(tool, whole):
    one, two = templates(tool, "One", "Two")
    pathway_id = publish_pathway(tool, whole, one_set(one, two))
    anna, other = arrive(tool, ANNA), other_account(tool)
    claimed(tool, pathway_id, 0, give(tool, one, other), anna)
    run_due_jobs(tool)
    erasure.erase(tool, [other], BY)
    give(tool, two, anna)
    assert wholes(tool, whole, anna) == []
