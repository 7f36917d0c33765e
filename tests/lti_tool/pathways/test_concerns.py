"""A part that is not valid any more after the award of the whole is a question to the issuer, and revokes nothing."""

from datetime import timedelta

import pytest

from lti_tool.awarding import awards
from lti_tool.backpack import keeping
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import PathwayError
from lti_tool.pathways import claims, concerns
from lti_tool.pathways.parts import parts_of
from lti_tool.store import events, queries
from lti_tool.store.models import Award, KeptBadge, Pathway
from tests.fixtures import ANNA, JANIS, add_another_issuer, publish, rows
from tests.pathways import (
    BY,
    arrive,
    claim,
    give,
    keep,
    one_set,
    parts_in,
    publish_pathway,
    settle,
    templates,
)


@pytest.fixture
def tool(tool_that_suspends):
    return tool_that_suspends


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole"})


@pytest.fixture
def anna(tool):
    return arrive(tool, ANNA)


@pytest.fixture
def pathway_id(tool, whole):
    return publish_pathway(tool, whole, one_set(*templates(tool, "One", "Two")))


@pytest.fixture
def given(tool, pathway_id, anna):
    """Anna's award of the second part; the first is a badge from elsewhere."""
    first, second = parts_in(tool, pathway_id)
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna)))
    award_id = give(tool, badge_of(tool, pathway_id, second), anna)
    assert found(tool, pathway_id) == []
    return award_id


def badge_of(tool, pathway_id, part):
    with tool.store.read() as session:
        return parts_of(read_tree(session.get_one(Pathway, pathway_id).draft))[part].badge


def found(tool, pathway_id):
    """What is in question now: whose whole, and by which of its parts, why."""
    with tool.store.read() as session:
        row = session.get_one(Pathway, pathway_id)
        return [
            (each.award.person_id, next(iter(part.name.values())), part.why)
            for each in concerns.of_pathway(session, row, tool.clock())
            for part in each.parts
        ]


def act(tool, deed, award_id, *more):
    with tool.store.begin() as session:
        deed(session, session.get_one(Award, award_id), *more, tool.clock(), BY)


def change_kept(tool, **columns):
    with tool.store.begin() as session:
        for name, value in columns.items():
            setattr(session.query(KeptBadge).one(), name, value)


def leave(tool, pathway_id, people=()):
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        (award,) = session.query(Award).filter_by(template_id=row.template_id).all()
        concerns.leave(session, row, str(award.id), people, tool.clock(), BY)


def issued_wholes(tool, whole):
    return [each.status for each in rows(tool, Award) if each.template_id == whole]


@pytest.mark.parametrize("verdict", ["revoked", "suspended"])
def test_a_badge_from_elsewhere_that_ended_after_the_award_is_a_question(
    tool, whole, pathway_id, given, anna, verdict
):
    change_kept(tool, verdict=verdict)
    assert found(tool, pathway_id) == [(anna, "Welding", verdict)]
    assert issued_wholes(tool, whole) == ["issued"]
    change_kept(tool, verdict="verified")
    assert found(tool, pathway_id) == []


@pytest.mark.parametrize("verdict", ["unverifiable", "changed", "not_yet_valid", "verified"])
def test_what_nobody_has_proved_is_no_question(tool, pathway_id, given, verdict):
    change_kept(tool, verdict=verdict)
    assert found(tool, pathway_id) == []


def test_what_is_kept_no_more_or_is_another_badge_by_now_is_no_question(tool, pathway_id, given):
    change_kept(tool, verdict="revoked", text='{"id": "https://college.example/9"}')
    assert found(tool, pathway_id) == []
    with tool.store.begin() as session:
        keeping.remove(session, session.query(KeptBadge).one(), tool.clock(), BY)
    assert found(tool, pathway_id) == []


def test_it_stays_one_after_the_learner_has_taken_the_claim_back(tool, pathway_id, given, anna):
    with tool.store.begin() as session:
        (row,) = session.query(Pathway)
        (each,) = [each for each in queries.pathway_claims.claims_of(session, row.id, [anna])]
        claims.withdraw(session, each, tool.clock(), events.person(anna))
    change_kept(tool, verdict="revoked")
    assert found(tool, pathway_id) == [(anna, "Welding", "revoked")]


def test_a_badge_of_this_site_is_one_while_it_is_suspended_and_once_it_is_revoked(
    tool, whole, pathway_id, given, anna
):
    act(tool, awards.suspend, given, "a question")
    assert found(tool, pathway_id) == [(anna, "Two", "suspended")]
    act(tool, awards.reinstate, given)
    assert found(tool, pathway_id) == []
    act(tool, awards.revoke, given, "by mistake")
    assert found(tool, pathway_id) == [(anna, "Two", "revoked")]
    assert issued_wholes(tool, whole) == ["issued"]


def test_whoever_leaves_one_is_asked_again_by_what_becomes_of_it_later(tool, pathway_id, given, anna):
    act(tool, awards.suspend, given, "a question")
    leave(tool, pathway_id)
    assert found(tool, pathway_id) == []
    change_kept(tool, verdict="revoked")
    assert found(tool, pathway_id) == [(anna, "Welding", "revoked")]
    leave(tool, pathway_id)
    act(tool, awards.revoke, given, "by mistake")
    assert found(tool, pathway_id) == [(anna, "Two", "revoked")]
    leave(tool, pathway_id)
    assert found(tool, pathway_id) == []


def test_nobody_leaves_a_badge_of_their_own(tool, pathway_id, given, anna):
    change_kept(tool, verdict="revoked")
    with pytest.raises(PathwayError) as refused:
        leave(tool, pathway_id, [anna])
    assert refused.value.code == "own"
    assert found(tool, pathway_id) == [(anna, "Welding", "revoked")]


def test_a_whole_that_was_revoked_or_has_ended_is_no_question(tool, given, pathway_id, whole):
    change_kept(tool, verdict="revoked")
    (award,) = [each for each in rows(tool, Award) if each.template_id == whole]
    act(tool, awards.revoke, award.id, "by mistake")
    assert found(tool, pathway_id) == []


def test_a_retired_pathway_still_asks(tool, given, pathway_id, anna):
    with tool.store.begin() as session:
        session.get_one(Pathway, pathway_id).status = "retired"
    change_kept(tool, verdict="revoked")
    assert found(tool, pathway_id) == [(anna, "Welding", "revoked")]


# --- What has expired


def expiring(tool, whole, person, **options):
    """The id of a pathway of one part that is valid for twelve months, which the person has."""
    short = publish(tool, name={"en": "Short"}, validity={"months": 12})
    pathway_id = publish_pathway(tool, whole, one_set(short, **options))
    give(tool, short, person)
    return pathway_id, short


def test_a_part_that_expired_is_one_where_a_valid_part_is_asked_for_and_the_whole_has_no_end(
    tool, whole, anna
):
    pathway_id, short = expiring(tool, whole, anna)
    tool.clock.advance(days=330)
    assert found(tool, pathway_id) == []
    tool.clock.advance(days=40)
    assert found(tool, pathway_id) == [(anna, "Short", "expired")]
    # Whoever has it anew has it.
    give(tool, short, anna)
    assert found(tool, pathway_id) == []


def test_it_is_none_where_the_part_counts_after_its_end_or_the_whole_ends_itself(tool, whole, anna):
    pathway_id, short = expiring(tool, whole, anna, when_expired="counts")
    ending = publish(tool, name={"en": "Ends"}, validity={"months": 24})
    other_id = publish_pathway(tool, ending, one_set(short))
    tool.clock.advance(days=400)
    assert [each.status for each in rows(tool, Award) if each.template_id == ending] == ["issued"]
    assert found(tool, pathway_id) == found(tool, other_id) == []


def test_a_badge_from_elsewhere_that_expired_is_one_likewise(tool, pathway_id, given, anna):
    change_kept(tool, verdict="expired")
    assert found(tool, pathway_id) == [(anna, "Welding", "expired")]


def test_the_numbers_of_an_issuer_are_of_its_own_pathways(tool, pathway_id, given):
    other = add_another_issuer(tool)
    change_kept(tool, verdict="revoked")
    with tool.store.read() as session:
        own = concerns.numbers_of_issuer(session, tool.issuer.id, tool.clock())
        assert (own, concerns.numbers_of_issuer(session, other.id, tool.clock())) == ({pathway_id: 1}, {})


def test_the_badge_of_another_learner_is_no_question_about_this_one(tool, pathway_id, given, anna):
    janis = arrive(tool, JANIS)
    second = badge_of(tool, pathway_id, parts_in(tool, pathway_id)[1])
    act(tool, awards.revoke, give(tool, second, janis), "by mistake")
    keep(tool, janis, verdict="revoked", checked_at=tool.clock() - timedelta(days=1))
    assert found(tool, pathway_id) == []
