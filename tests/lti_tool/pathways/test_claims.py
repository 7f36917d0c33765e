"""What learners claim for a part: their own badges count at once, others once a person has found them equivalent."""

import pytest

from lti_tool.awarding import awards
from lti_tool.backpack import keeping
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import PathwayError
from lti_tool.observations import PART_MET
from lti_tool.pathways import claims, progress
from lti_tool.pathways.parts import parts_of
from lti_tool.privacy import issuer_share
from lti_tool.store import events, queries
from lti_tool.store.models import Award, Event, KeptBadge, ObservationRow, Pathway, PathwayClaim
from tests.fixtures import ANNA, JANIS, add_another_issuer, learner, publish, rows, run_due_jobs
from tests.pathways import BY, arrive, claim, give, keep, one_set, publish_pathway, settle, templates


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole", "lv": "Kopums"})


@pytest.fixture
def pathway(tool, whole):
    """The id of a pathway of two parts, and the ids of these."""
    first, second = templates(tool, "One", "Two")
    pathway_id = publish_pathway(tool, whole, one_set(first, second))
    with tool.store.read() as session:
        parts = list(parts_of(read_tree(session.get_one(Pathway, pathway_id).draft)))
    return pathway_id, parts, [first, second]


def wholes(tool, whole):
    return [each for each in rows(tool, Award) if each.template_id == whole]


def test_a_badge_of_another_issuer_counts_once_somebody_has_found_it_equivalent(tool, whole, pathway):
    pathway_id, (first, _), (_, second_badge) = pathway
    anna = arrive(tool, ANNA)
    give(tool, second_badge, anna)
    claim_id = claim(tool, pathway_id, first, anna, keep(tool, anna))
    run_due_jobs(tool)
    assert wholes(tool, whole) == []
    settle(tool, claim_id)
    (award,) = wholes(tool, whole)
    assert award.status == "issued"
    (told,) = [each for each in award.parts if "id" in each]
    assert told["name"] == {"und": "Welding"} and told["id"].startswith("urn:sha256:")


def test_who_found_it_equivalent_and_why_stays(tool, pathway):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna)))
    (row,) = rows(tool, PathwayClaim)
    assert (row.status, row.settled_by, row.settled_by_name) == ("counted", "marta", "Marta Liepa")
    assert row.reason == "It asks for the same."
    told = [(each.what, each.actor) for each in rows(tool, Event) if each.what.startswith("part_")]
    assert told == [("part_claimed", str(anna)), ("part_equivalent", "marta")]


def test_one_that_is_found_not_equivalent_counts_for_nothing_and_another_may_be_claimed(tool, whole, pathway):
    pathway_id, (first, _), (_, second_badge) = pathway
    anna = arrive(tool, ANNA)
    give(tool, second_badge, anna)
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna)), "not_equivalent", "Too short.")
    assert wholes(tool, whole) == []
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna, identity="1" * 64)))
    assert len(wholes(tool, whole)) == 1


@pytest.mark.parametrize("verdict", ["revoked", "suspended", "unverifiable", "changed", "not_yet_valid"])
def test_what_does_not_verify_cannot_be_claimed(tool, pathway, verdict):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    with pytest.raises(PathwayError) as refused:
        claim(tool, pathway_id, first, anna, keep(tool, anna, verdict=verdict))
    assert refused.value.code == "not_genuine"


def test_the_badge_of_somebody_else_cannot_be_claimed(tool, pathway):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    for addresses in (["janis@example.org"], ["x@example.org", "y@example.org"]):
        with pytest.raises(PathwayError) as refused:
            claim(tool, pathway_id, first, anna, keep(tool, anna, identity=addresses[0]), addresses)
        assert refused.value.code == "somebody_else"
    # One that names nobody is for the person who decides.
    claim(tool, pathway_id, first, anna, keep(tool, anna, subject={"id": "did:key:z6Mk"}))


def change(tool, **columns):
    with tool.store.begin() as session:
        (row,) = session.query(KeptBadge)
        for name, value in columns.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    ("columns", "code"), [({"verdict": "revoked"}, "not_genuine"), ({"text": "{ }"}, "other_text")]
)
def test_what_is_another_badge_by_now_or_does_not_verify_is_not_found_equivalent(
    tool, pathway, columns, code
):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    claim_id = claim(tool, pathway_id, first, anna, keep(tool, anna))
    change(tool, **columns)
    with pytest.raises(PathwayError) as refused:
        settle(tool, claim_id)
    assert refused.value.code == code
    with pytest.raises(PathwayError) as refused:
        settle(tool, claim_id, seen="0" * 64)
    assert refused.value.code in ("other_text", code)


@pytest.mark.parametrize("columns", [{"verdict": "revoked"}, {"verdict": "changed"}, {"text": "{ }"}])
def test_what_counted_counts_no_more_once_it_does_not_verify_or_is_another_text(
    tool, whole, pathway, columns
):
    pathway_id, (first, _), (_, second_badge) = pathway
    anna = arrive(tool, ANNA)
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna)))
    change(tool, **columns)
    give(tool, second_badge, anna)
    assert wholes(tool, whole) == []
    seen = [each.value for each in rows(tool, ObservationRow) if each.kind == PART_MET]
    assert len(seen) == 2 and seen[1] is None


def test_what_its_learner_keeps_no_more_counts_no_more(tool, whole, pathway):
    pathway_id, (first, _), (_, second_badge) = pathway
    anna = arrive(tool, ANNA)
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna)))
    with tool.store.begin() as session:
        (row,) = session.query(KeptBadge)
        keeping.remove(session, row, tool.clock(), events.person(anna))
    give(tool, second_badge, anna)
    assert wholes(tool, whole) == []


def test_one_badge_is_claimed_for_a_part_at_a_time_and_one_answer_counts(tool, pathway):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    claim_id = claim(tool, pathway_id, first, anna, keep(tool, anna))
    with pytest.raises(PathwayError) as refused:
        claim(tool, pathway_id, first, anna, keep(tool, anna, identity="1" * 64, text="{ }"))
    assert refused.value.code == "claimed"
    settle(tool, claim_id, "not_equivalent", "Too short.")
    with pytest.raises(PathwayError) as refused:
        settle(tool, claim_id)
    assert refused.value.code == "settled"


def test_a_badge_counts_for_one_part_of_a_pathway(tool, pathway):
    pathway_id, (first, second), _ = pathway
    anna = arrive(tool, ANNA)
    kept_id = keep(tool, anna)
    claim_id = claim(tool, pathway_id, first, anna, kept_id)
    for _status in ("asked", "counted"):
        with pytest.raises(PathwayError) as refused:
            claim(tool, pathway_id, second, anna, kept_id)
        assert refused.value.code == "used"
        if _status == "asked":
            settle(tool, claim_id)


def test_an_answer_needs_a_reason_and_a_part_that_is_there(tool, pathway):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    kept_id = keep(tool, anna)
    claim_id = claim(tool, pathway_id, first, anna, kept_id)
    with pytest.raises(PathwayError) as refused:
        settle(tool, claim_id, reason="")
    assert refused.value.code == "no_reason"
    with pytest.raises(PathwayError) as refused:
        claim(tool, pathway_id, "no-such-part", anna, kept_id)
    assert refused.value.code == "no_part"


def test_a_badge_of_this_site_that_another_account_has_counts_at_once(tool, whole, pathway):
    pathway_id, (first, _), (first_badge, second_badge) = pathway
    anna = arrive(tool, ANNA)
    other = arrive(tool, learner(55, name="anna  BĒRZIŅA"))
    give(tool, second_badge, anna)
    award_id = give(tool, first_badge, other)
    with tool.store.begin() as session:
        row, award = session.get_one(Pathway, pathway_id), session.get_one(Award, award_id)
        claims.claim_own(session, row, first, anna, award, tool.clock(), events.person(anna))
    run_due_jobs(tool)
    (award,) = wholes(tool, whole)
    assert award.person_id == anna and len(award.parts) == 2


def test_the_badge_of_another_account_by_another_name_counts_once_somebody_has_said_so(tool, whole, pathway):
    pathway_id, (first, _), (first_badge, second_badge) = pathway
    anna, janis = arrive(tool, ANNA), arrive(tool, JANIS)
    give(tool, second_badge, anna)
    award_id = give(tool, first_badge, janis)
    with tool.store.begin() as session:
        row, award = session.get_one(Pathway, pathway_id), session.get_one(Award, award_id)
        by = events.person(anna)
        claim_id = claims.claim_own(session, row, first, anna, award, tool.clock(), by).id
    run_due_jobs(tool)
    assert wholes(tool, whole) == []
    settle(tool, claim_id, reason="One person.")
    assert [each.person_id for each in wholes(tool, whole)] == [anna]


def test_a_badge_of_this_site_counts_for_no_other_part_and_not_once_it_is_revoked(tool, whole, pathway):
    pathway_id, (first, second), (first_badge, _) = pathway
    anna, other = arrive(tool, ANNA), arrive(tool, JANIS)
    award_id = give(tool, first_badge, other)

    def claim_own(part):
        with tool.store.begin() as session:
            row, award = session.get_one(Pathway, pathway_id), session.get_one(Award, award_id)
            claims.claim_own(session, row, part, anna, award, tool.clock(), events.person(anna))

    with pytest.raises(PathwayError) as refused:
        claim_own(second)
    assert refused.value.code == "other_badge"
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award_id), "by mistake", tool.clock(), BY)
    with pytest.raises(PathwayError) as refused:
        claim_own(first)
    assert refused.value.code == "not_valid"


def test_the_badge_of_another_issuer_of_this_site_counts_once_it_is_claimed(tool, whole):
    other = add_another_issuer(tool)
    pathway_id = publish_pathway(tool, whole, one_set(other.template_id))
    anna = arrive(tool, ANNA)
    award_id = give(tool, other.template_id, anna)
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        (part,) = parts_of(read_tree(row.draft))
        award = session.get_one(Award, award_id)
        claims.claim_own(session, row, part, anna, award, tool.clock(), events.person(anna))
    run_due_jobs(tool)
    assert [each.issuer_id for each in wholes(tool, whole)] == [tool.issuer.id]


def test_what_was_taken_back_can_be_used_again(tool, whole):
    other = add_another_issuer(tool)
    (own_badge,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(other.template_id, own_badge))
    anna = arrive(tool, ANNA)
    give(tool, other.template_id, anna)

    def offered():
        with tool.store.read() as session:
            (found,) = progress.progress_of(session, [anna], tool.clock())
            return [len(part.owns) for part in found.sets[0].parts]

    assert offered() == [1, 0]
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        award = session.query(Award).one()
        part = next(iter(parts_of(read_tree(row.draft))))
        by = events.person(anna)
        claim_id = claims.claim_own(session, row, part, anna, award, tool.clock(), by).id
    run_due_jobs(tool)
    assert offered() == [0, 0]
    with tool.store.begin() as session:
        claims.withdraw(session, session.get_one(PathwayClaim, claim_id), tool.clock(), by)
    run_due_jobs(tool)
    assert offered() == [1, 0]


def test_what_is_withdrawn_counts_no_more_and_an_award_stays(tool, whole, pathway):
    pathway_id, (first, _), (_, second_badge) = pathway
    anna = arrive(tool, ANNA)
    claim_id = claim(tool, pathway_id, first, anna, keep(tool, anna))
    settle(tool, claim_id)

    def withdraw():
        with tool.store.begin() as session:
            row = session.get_one(PathwayClaim, claim_id)
            claims.withdraw(session, row, tool.clock(), events.person(anna))
        run_due_jobs(tool)

    withdraw()
    give(tool, second_badge, anna)
    assert wholes(tool, whole) == []
    with pytest.raises(PathwayError) as refused:
        withdraw()
    assert refused.value.code == "settled"


def test_an_old_verification_is_made_anew_before_it_counts(tool, whole, pathway):
    pathway_id, (first, _), (_, second_badge) = pathway
    anna = arrive(tool, ANNA)
    settle(tool, claim(tool, pathway_id, first, anna, keep(tool, anna)))
    tool.clock.advance(hours=2)
    # The text is no badge at all, so a verification finds it unusable.
    give(tool, second_badge, anna)
    assert wholes(tool, whole) == []
    assert [each.checked_at for each in rows(tool, KeptBadge)] == [tool.clock()]


def test_claims_are_erased_with_their_person_and_with_the_share_of_their_issuer(tool, pathway):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    other = add_another_issuer(tool)
    give(tool, other.template_id, anna)
    claim(tool, pathway_id, first, anna, keep(tool, anna))
    with tool.store.begin() as session:
        issuer_share.erase_share(session, tool.issuers, other.id, anna, tool.clock(), BY)
    assert len(rows(tool, PathwayClaim)) == 1
    with tool.store.begin() as session:
        issuer_share.erase_share(session, tool.issuers, tool.issuer.id, anna, tool.clock(), BY)
    assert rows(tool, PathwayClaim) == []


def test_what_is_claimed_of_another_issuer_stays_after_the_erasure_by_the_one_of_the_account(tool):
    other = add_another_issuer(tool)
    (badge,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, other.template_id, one_set(badge))
    anna = arrive(tool, ANNA)
    with tool.store.begin() as session:
        (part,) = parts_of(read_tree(session.get_one(Pathway, pathway_id).draft))
    settle(tool, claim(tool, pathway_id, part, anna, keep(tool, anna)))
    with tool.store.begin() as session:
        issuer_share.erase_share(session, tool.issuers, tool.issuer.id, anna, tool.clock(), BY)
    (award,) = wholes(tool, other.template_id)
    (left,) = rows(tool, PathwayClaim)
    assert left.person_id == award.person_id != anna
    assert {each.person_id for each in rows(tool, ObservationRow)} == {award.person_id}


def test_what_waits_is_seen_by_the_issuer_of_the_pathway_alone(tool, pathway):
    pathway_id, (first, _), _ = pathway
    anna = arrive(tool, ANNA)
    claim(tool, pathway_id, first, anna, keep(tool, anna))
    other = add_another_issuer(tool)
    with tool.store.read() as session:
        assert len(queries.pathway_claims.asked(session, tool.issuer.id)) == 1
        assert queries.pathway_claims.asked(session, other.id) == []
