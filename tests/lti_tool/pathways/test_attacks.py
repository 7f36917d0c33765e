"""Nobody is given a whole that they did not earn by what they do to its parts, and nobody loses one that they did."""

from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.conditions.pathway_part import Options
from lti_tool.errors import PathwayError
from lti_tool.observations import BADGE_HELD, Facts, Observation
from lti_tool.pathways import answers, publishing
from lti_tool.pathways.observing import text_hash
from lti_tool.privacy import erasure
from lti_tool.store import queries
from lti_tool.store.models import Award, KeptBadge, Pathway, PathwayClaim, RuleVersion, TemplateVersion
from lti_tool.templates import versions
from tests.fixtures import ANNA, JANIS, publish, rows, run_due_jobs
from tests.pathways import (
    AS_MARTA,
    BY,
    arrive,
    claim,
    draft,
    give,
    keep,
    one_set,
    parts_in,
    publish_pathway,
    settle,
    templates,
)


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole"})


@pytest.fixture
def anna(tool):
    return arrive(tool, ANNA)


def wholes(tool, whole):
    return [each for each in rows(tool, Award) if each.template_id == whole]


def publish_again(tool, pathway_id):
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)
    run_due_jobs(tool)


# --- One badge, two parts


def test_a_badge_in_two_sets_is_refused(tool, whole):
    one, two = templates(tool, "One", "Two")
    pathway_id = draft(tool, whole, one_set(one), one_set(two, one, needed=1))
    with pytest.raises(PathwayError) as refused:
        publish_again(tool, pathway_id)
    assert refused.value.code == "twice"


@pytest.mark.parametrize("status", ["asked", "counted"])
def test_another_form_of_a_badge_that_is_kept_in_another_account_counts_for_no_second_part(
    tool, whole, anna, status
):
    other = arrive(tool, JANIS)
    pathway_id = publish_pathway(tool, whole, one_set(*templates(tool, "One", "Two")))
    first, second = parts_in(tool, pathway_id)
    claim_id = claim(tool, pathway_id, first, anna, keep(tool, anna, text='{"as": "json"}'))
    if status == "counted":
        settle(tool, claim_id)
    jwt = keep(tool, other, text="ey.as.jwt", form="jwt")
    with pytest.raises(PathwayError) as refused:
        claim(tool, pathway_id, second, anna, jwt)
    assert refused.value.code == "used"
    assert wholes(tool, whole) == []


def test_once_it_was_refused_or_taken_back_it_may_be_claimed_for_another_part(tool, whole, anna):
    pathway_id = publish_pathway(tool, whole, one_set(*templates(tool, "One", "Two")))
    first, second = parts_in(tool, pathway_id)
    kept_id = keep(tool, anna)
    settle(tool, claim(tool, pathway_id, first, anna, kept_id), "not_equivalent", "Too short.")
    claim(tool, pathway_id, second, anna, kept_id)
    assert [each.status for each in rows(tool, PathwayClaim)] == ["refused", "asked"]


# --- Ages


def test_a_badge_without_a_date_is_not_taken_for_new(tool, whole, anna):
    pathway_id = publish_pathway(tool, whole, one_set(*templates(tool, "One"), most_days=30))
    (part,) = parts_in(tool, pathway_id)
    with pytest.raises(PathwayError) as refused:
        claim(tool, pathway_id, part, anna, keep(tool, anna, valid_from=None))
    assert refused.value.code == "no_date"


def test_nor_is_one_where_the_part_gets_an_age_later(tool, whole, anna):
    (badge,) = templates(tool, "One")
    first = one_set(badge)
    pathway_id = publish_pathway(tool, whole, first, one_set(*templates(tool, "Two")))
    part, _ = parts_in(tool, pathway_id)
    settle(tool, claim(tool, pathway_id, part, anna, keep(tool, anna, valid_from=None)))
    aged = one_set(badge, part=part, most_days=30)
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.save(session, row, [aged], row.changed_at, tool.clock(), BY)
    publish_again(tool, pathway_id)
    assert wholes(tool, whole) == []


FEBRUARY_29 = datetime(2028, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2029, 2, 28, 12, tzinfo=UTC), "met"),
        (datetime(2029, 2, 28, 12, 0, 1, tzinfo=UTC), "not_yet"),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "met"),
    ],
)
def test_a_year_from_a_leap_day_is_365_days_to_the_second(now, state):
    part = Options(part="p", badge="b", most_days=365)
    value = {"awarded_at": FEBRUARY_29.isoformat(), "valid_until": None}
    held = Observation(
        course=None, person=1, kind=BADGE_HELD, resource="b", value=value, seen_at=FEBRUARY_29, source="test"
    )
    assert part.holds(Facts(person=1, resource="", own=(held,), now=now)).state == state


def test_a_validity_that_ends_this_very_moment_has_ended():
    part = Options(part="p", badge="b")
    value = {"awarded_at": FEBRUARY_29.isoformat(), "valid_until": FEBRUARY_29.isoformat()}
    held = Observation(
        course=None, person=1, kind=BADGE_HELD, resource="b", value=value, seen_at=FEBRUARY_29, source="test"
    )
    for now, state in ((FEBRUARY_29, "not_yet"), (FEBRUARY_29 - timedelta(seconds=1), "met")):
        assert part.holds(Facts(person=1, resource="", own=(held,), now=now)).state == state


# --- Templates that go on


def test_a_part_that_was_retired_still_counts_for_whoever_has_it(tool, whole, anna):
    one, two = templates(tool, "One", "Two")
    pathway_id = publish_pathway(tool, whole, one_set(one, two))
    give(tool, one, anna)
    retire_template(tool, one)
    give(tool, two, anna)
    assert [each.status for each in wholes(tool, whole)] == ["issued"]
    with pytest.raises(PathwayError) as refused:
        publish_again(tool, pathway_id)
    assert refused.value.code == "part_gone"


def retire_template(tool, template_id):
    with tool.store.begin() as session:
        versions.retire(queries.templates.newest_published(session, template_id), tool.clock())


def test_a_badge_of_any_version_is_the_part(tool, whole, anna):
    (one,) = templates(tool, "One")
    publish_pathway(tool, whole, one_set(one))
    with tool.store.begin() as session:
        old = queries.templates.newest_published(session, one)
        new = versions.next_version(session, old, tool.clock())
        session.flush()
        versions.publish(new, tool.issuer.profile, tool.clock())
    assert max(each.version for each in rows(tool, TemplateVersion) if each.template_id == one) == 2
    give(tool, one, anna)
    assert len(wholes(tool, whole)) == 1


def test_a_newer_version_of_the_whole_is_awarded_once_the_pathway_is_published_again(tool, whole, anna):
    (one,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(one))
    with tool.store.begin() as session:
        new = versions.next_version(session, queries.templates.newest_published(session, whole), tool.clock())
        session.flush()
        versions.publish(new, tool.issuer.profile, tool.clock())
    give(tool, one, anna)
    publish_again(tool, pathway_id)
    give(tool, one, arrive(tool, JANIS))
    by_id = {each.id: each.version for each in rows(tool, TemplateVersion)}
    assert [by_id[each.template_version_id] for each in wholes(tool, whole)] == [1, 2]


# --- People


def test_an_erased_learner_is_awarded_nothing_by_what_was_on_its_way(tool, whole, anna):
    (one,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(one))
    (part,) = parts_in(tool, pathway_id)
    claim_id = claim(tool, pathway_id, part, anna, keep(tool, anna))
    with tool.store.begin() as session:
        seen = text_hash(session.query(KeptBadge).one())
        answer = answers.Answer(finding="equivalent", reason="The same.", seen=seen)
        answers.settle(session, claim_id, answer, AS_MARTA, tool.clock())
    erasure.erase(tool, [anna], BY)
    run_due_jobs(tool)
    assert wholes(tool, whole) == [] and rows(tool, PathwayClaim) == []


def test_a_draft_that_says_less_awards_nothing_until_it_is_published(tool, whole, anna):
    one, two = templates(tool, "One", "Two")
    pathway_id = publish_pathway(tool, whole, one_set(one, two))
    give(tool, one, anna)
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.save(session, row, [one_set(one)], row.changed_at, tool.clock(), BY)
    give(tool, one, arrive(tool, JANIS))
    assert wholes(tool, whole) == []
    assert len([each for each in rows(tool, RuleVersion) if "pathway_part" in each.tree]) == 1
