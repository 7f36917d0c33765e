"""A whole is awarded once its parts are there, at once and once, with its parts in what is signed."""

import json

import pytest

from lti_tool.awarding import awards
from lti_tool.errors import PathwayError
from lti_tool.observations import BADGE_HELD, Policy
from lti_tool.pathways import deciding, publishing, scheduling
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    CompiledFormRow,
    CredentialRow,
    Event,
    ObservationRow,
    Outbox,
    Pathway,
    RuleVersion,
)
from tests.at_once import all_at_once
from tests.fixtures import ANNA, JANIS, add_another_issuer, publish, rows, run_due_jobs
from tests.made_once import KNOWN_FORMS
from tests.pathways import BY, arrive, draft, give, one_set, publish_pathway, templates


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole", "lv": "Kopums"})


def wholes(tool, whole):
    return [each for each in rows(tool, Award) if each.template_id == whole]


def revoke(tool, award_id):
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award_id), "by mistake", tool.clock(), BY)
    run_due_jobs(tool)


def test_the_last_part_brings_the_whole_at_once(tool, whole):
    first, second = templates(tool, "One", "Two")
    publish_pathway(tool, whole, one_set(first, second))
    anna = arrive(tool, ANNA)
    give(tool, first, anna)
    assert wholes(tool, whole) == []
    give(tool, second, anna)
    (award,) = wholes(tool, whole)
    assert (award.person_id, award.status, award.course_id) == (anna, "issued", None)
    assert award.trace["outcome"] == "earned"


def test_what_is_signed_names_the_badges_that_it_was_awarded_for(tool, whole):
    first, second = templates(tool, "One", "Two")
    publish_pathway(tool, whole, one_set(first, second))
    anna, janis = arrive(tool, ANNA), arrive(tool, JANIS)
    for person in (anna, janis):
        give(tool, first, person)
        give(tool, second, person)
    by_award = {each.award_id: each for each in rows(tool, CredentialRow)}
    for person in (anna, janis):
        (award,) = [each for each in wholes(tool, whole) if each.person_id == person]
        signed = json.loads(by_award[award.id].text)
        parts = [each for each in rows(tool, Award) if each.person_id == person and each.id != award.id]
        ids = [f"https://badges.example.org/credentials/{by_award[each.id].id}" for each in parts]
        assert [each["id"] for each in signed["credentialSubject"]["hasPart"]] == ids
        assert [each["title"] for each in signed["credentialSubject"]["hasPart"]] == [
            {"en": "One"},
            {"en": "Two"},
        ]


def test_the_compiled_form_of_a_whole_holds_nothing_of_anybody(tool, whole):
    KNOWN_FORMS.clear()
    first, second = templates(tool, "One", "Two")
    publish_pathway(tool, whole, one_set(first, second, needed=1))
    for person, badge in ((ANNA, first), (JANIS, second)):
        give(tool, badge, arrive(tool, person))
    titles = [
        [part["title"]["en"] for part in json.loads(row.text)["credentialSubject"]["hasPart"]]
        for row in rows(tool, CredentialRow)
        if "hasPart" in row.text
    ]
    assert sorted(titles) == [["One"], ["Two"]]
    stored = " ".join(str(each.stored) for each in rows(tool, CompiledFormRow))
    parts = [part["credential"] for each in wholes(tool, whole) for part in each.parts]
    assert len(parts) == 2 and not [each for each in parts if each in stored]


def test_one_of_alternatives_is_enough_and_two_of_three_are_two(tool, whole):
    one, two, three, four = templates(tool, "One", "Two", "Three", "Four")
    publish_pathway(tool, whole, one_set(one, two, needed=1), one_set(three, four, needed=2))
    anna = arrive(tool, ANNA)
    give(tool, two, anna)
    give(tool, three, anna)
    assert wholes(tool, whole) == []
    give(tool, four, anna)
    assert len(wholes(tool, whole)) == 1


def test_a_part_that_was_revoked_before_does_not_count_and_afterwards_takes_nothing(tool, whole):
    first, second = templates(tool, "One", "Two")
    publish_pathway(tool, whole, one_set(first, second))
    anna = arrive(tool, ANNA)
    revoke(tool, give(tool, first, anna))
    last = give(tool, second, anna)
    assert wholes(tool, whole) == []
    janis = arrive(tool, JANIS)
    give(tool, first, janis)
    part_id = give(tool, second, janis)
    revoke(tool, part_id)
    assert [each.status for each in wholes(tool, whole)] == ["issued"]
    assert last != part_id


def test_a_part_that_has_expired_or_is_too_old_does_not_count(tool, whole):
    short = publish(tool, name={"en": "Short"}, validity={"months": 1})
    other = templates(tool, "Other")[0]
    publish_pathway(tool, whole, one_set(short, other))
    anna, janis = arrive(tool, ANNA), arrive(tool, JANIS)
    give(tool, short, anna)
    tool.clock.advance(days=40)
    give(tool, other, anna)
    assert wholes(tool, whole) == []
    give(tool, short, janis)
    give(tool, other, janis)
    assert [each.person_id for each in wholes(tool, whole)] == [janis]


def test_an_expired_part_counts_where_the_pathway_says_so(tool, whole):
    short = publish(tool, name={"en": "Short"}, validity={"months": 1})
    other = templates(tool, "Other")[0]
    publish_pathway(tool, whole, one_set(short, other, when_expired="counts"))
    anna = arrive(tool, ANNA)
    give(tool, short, anna)
    tool.clock.advance(days=40)
    give(tool, other, anna)
    assert len(wholes(tool, whole)) == 1


def test_whoever_has_the_parts_already_is_awarded_when_it_is_published(tool, whole):
    (first,) = templates(tool, "One")
    anna = arrive(tool, ANNA)
    give(tool, first, anna)
    publish_pathway(tool, whole, one_set(first))
    assert [each.person_id for each in wholes(tool, whole)] == [anna]


def test_a_badge_of_another_issuer_counts_for_nobody_by_itself_and_is_not_told_of(tool, whole):
    other = add_another_issuer(tool)
    pathway_id = publish_pathway(tool, whole, one_set(other.template_id))
    anna = arrive(tool, ANNA)
    award_id = give(tool, other.template_id, anna)
    assert wholes(tool, whole) == []
    with tool.store.begin() as session:
        scheduling.decide_where_asked_for(session, [award_id], tool.clock())
        session.flush()
        assert [each.task for each in session.query(Outbox) if each.task == scheduling.TASK] == []
        row = session.get_one(Pathway, pathway_id)
        assert list(scheduling.next_people(session, row, 0)) == []
        assert deciding.decide(session, row, [anna], Policy(), tool.clock()) == []
    assert [each for each in rows(tool, ObservationRow) if each.kind == BADGE_HELD] == []


def test_two_at_once_award_the_whole_once(tool, whole):
    (first,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(first))
    anna = arrive(tool, ANNA)
    with tool.store.begin() as session:
        session.get_one(Pathway, pathway_id).status = "retired"
    give(tool, first, anna)
    with tool.store.begin() as session:
        session.get_one(Pathway, pathway_id).status = "published"

    def decide():
        with tool.store.begin() as session:
            row = session.get_one(Pathway, pathway_id)
            return len(deciding.decide(session, row, [anna], Policy(), tool.clock()))

    assert sorted(all_at_once(decide, decide)) == [0, 1]
    assert len(wholes(tool, whole)) == 1


def test_a_retired_pathway_awards_nothing_more_and_what_it_awarded_stays(tool, whole):
    (first,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(first))
    give(tool, first, arrive(tool, ANNA))
    with tool.store.begin() as session:
        publishing.retire(session, session.get_one(Pathway, pathway_id), tool.clock(), BY)
    give(tool, first, arrive(tool, JANIS))
    assert [each.status for each in wholes(tool, whole)] == ["issued"]
    with pytest.raises(PathwayError, match="retired"), tool.store.begin() as session:
        publishing.retire(session, session.get_one(Pathway, pathway_id), tool.clock(), BY)


def test_an_award_keeps_the_version_by_which_it_was_decided(tool, whole):
    first, second = templates(tool, "One", "Two")
    pathway_id = publish_pathway(tool, whole, one_set(first))
    give(tool, first, arrive(tool, ANNA))
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.save(session, row, [one_set(first, second)], row.changed_at, tool.clock(), BY)
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)
    run_due_jobs(tool)
    give(tool, first, arrive(tool, JANIS))
    (award,) = wholes(tool, whole)
    versions = {each.id: each for each in rows(tool, RuleVersion)}
    assert versions[award.rule_version_id].status == "replaced"


SENSELESS = {
    "nothing": (lambda ids: [], "no_parts"),
    "one twice": (lambda ids: [one_set(ids["one"], ids["one"])], "twice"),
    "itself": (lambda ids: [one_set(ids["whole"], ids["one"])], "itself"),
    "what is not there": (lambda ids: [one_set("no-such-template")], "part_gone"),
    "another model": (lambda ids: [one_set(ids["one"], model="whole")], "unreadable"),
    "an age below nothing": (lambda ids: [one_set(ids["one"], most_days=-1)], "unreadable"),
}


@pytest.mark.parametrize(("sets", "why"), SENSELESS.values(), ids=SENSELESS)
def test_a_pathway_that_makes_no_sense_is_not_published(tool, whole, sets, why):
    ids = {"one": templates(tool, "One")[0], "whole": whole}
    pathway_id = draft(tool, whole, *sets(ids))
    with pytest.raises(PathwayError) as refused, tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)
    assert refused.value.code == why
    assert [each.status for each in rows(tool, Pathway)] == ["draft"]


@pytest.mark.parametrize("needed", [0, 2, -1])
def test_a_set_asks_for_as_many_parts_as_it_has_at_most(tool, whole, needed):
    with pytest.raises(PathwayError, match="as many"):
        draft(tool, whole, one_set(templates(tool, "One")[0], needed=needed))


def test_a_pathway_has_a_bounded_number_of_parts(tool, whole):
    with pytest.raises(PathwayError, match="at most"):
        draft(tool, whole, *(one_set(str(number)) for number in range(26)))


def test_circles_are_refused_also_over_two_issuers(tool, whole):
    other = add_another_issuer(tool)
    publish_pathway(tool, other.template_id, one_set(whole))
    pathway_id = draft(tool, whole, one_set(other.template_id))
    with pytest.raises(PathwayError, match="circle"), tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)


def test_a_level_needs_more_than_parts(tool):
    (first,) = templates(tool, "One")
    levelled = publish(tool, name={"en": "Levelled"})
    with tool.store.begin() as session:
        row = queries.templates.newest_published(session, levelled)
        # It states a level, and nothing that gives it one.
        row.body = {name: value for name, value in row.body.items() if name != "learning_setting"}
    pathway_id = draft(tool, levelled, one_set(first))
    with pytest.raises(PathwayError, match="level_unjustified"), tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)


def test_nobody_overwrites_a_draft_that_they_have_not_seen(tool, whole):
    (first,) = templates(tool, "One")
    pathway_id = draft(tool, whole, one_set(first))
    with tool.store.read() as session:
        seen = session.get_one(Pathway, pathway_id).changed_at
    tool.clock.advance(minutes=1)
    with tool.store.begin() as session:
        row = session.get_one(Pathway, pathway_id)
        publishing.save(session, row, [one_set(first)], seen, tool.clock(), BY)
    for act in (
        lambda session, row: publishing.save(session, row, [], seen, tool.clock(), BY),
        lambda session, row: publishing.publish(session, row, seen, tool.clock(), BY),
    ):
        with pytest.raises(PathwayError, match="changed"), tool.store.begin() as session:
            act(session, session.get_one(Pathway, pathway_id))


def test_no_issuer_begins_a_pathway_of_a_template_that_is_not_its_own(tool, whole):
    other = add_another_issuer(tool)
    for template_id in (whole, "no-such-template"):
        with pytest.raises(PathwayError, match="no such template"), tool.store.begin() as session:
            publishing.begin(session, other.id, template_id, tool.clock(), BY)
    draft(tool, whole)
    with pytest.raises(PathwayError, match="has a pathway"), tool.store.begin() as session:
        publishing.begin(session, tool.issuer.id, whole, tool.clock(), BY)


def test_every_act_is_an_event_of_the_issuer(tool, whole):
    (first,) = templates(tool, "One")
    pathway_id = publish_pathway(tool, whole, one_set(first))
    told = [each for each in rows(tool, Event) if each.about_kind == "pathway"]
    assert [each.what for each in told] == ["pathway_begun", "pathway_changed", "pathway_published"]
    assert {(each.about, each.issuer_id) for each in told} == {(str(pathway_id), tool.issuer.id)}
