"""A teacher awards a learner by hand: with a reason, with evidence in the badge, and a second person where demanded."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from badges.eu.evidence import Evidence as ReadEvidence
from badges.eu.evidence import evidence_of
from lti_tool.awarding import awards, by_hand, looks, rule_changes
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.observations import Policy
from lti_tool.people import sessions
from lti_tool.privacy import erasure
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, CompiledFormRow, CredentialRow, Event, HandAward
from lti_tool.values import Evidence
from tests.fixtures import (
    ANNA,
    JANIS,
    TOMS,
    ZANE,
    complete,
    launch_of,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

BY = events.operator("ieva")
ONE = Policy()
TWO = Policy(two_award_by_hand=True)
PORTFOLIO = Evidence(
    name="Portfolio", text="Shows *three* projects.", url="https://example.org/anna", sha256="ab" * 32
)
LIGA = learner(99, name="Līga Teacher", roles=ZANE.roles)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def rule_id(tool, platform):
    rule_id = make_rule(tool, publish(tool))
    platform.everyone.append(LIGA)
    looks.look(tool.store, platform, rule_id, tool.clock())
    return rule_id


def id_of(tool, person):
    with tool.store.read() as session:
        return queries.people.person_of(session, 1, person.user_id).id


def give(tool, rule_id, person=ANNA, by=ZANE, reason="Shown in class", evidence=(), policy=ONE):
    """The id of the award, or of what waits for a second person."""
    by_id = id_of(tool, by) if by is not None else None
    person_id = id_of(tool, person)
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        return by_hand.award_by_hand(
            session, rule, person_id, reason, evidence, by_id, policy, tool.clock()
        ).id


def settle(tool, hand_award_id, how, by, policy=TWO):
    by_id = id_of(tool, by)
    with tool.store.begin() as session:
        how(session, session.get_one(HandAward, hand_award_id), by_id, policy, tool.clock())


def told(tool):
    return [event.what for event in rows(tool, Event) if "hand" in event.what or event.what == "awarded"]


def credential_of_anna(tool):
    person_id = id_of(tool, ANNA)
    award_id = next(award.id for award in rows(tool, Award) if award.person_id == person_id)
    return json.loads([row for row in rows(tool, CredentialRow) if row.award_id == award_id][-1].text)


def test_a_learner_is_awarded_with_the_reason_in_the_trace(tool, rule_id):
    give(tool, rule_id)
    (award,) = rows(tool, Award)
    assert (award.status, award.score, award.assessed_at) == ("earned", None, None)
    assert award.trace["condition"] == "by_hand"
    values = award.trace["values"]
    assert (values["reason"], values["by"]) == ("Shown in class", str(id_of(tool, ZANE)))
    assert told(tool) == ["awarded", "awarded_by_hand"]
    assert "Shown" not in json.dumps([event.data for event in rows(tool, Event)])


def test_the_evidence_is_signed_into_the_badge_and_stays_when_it_is_made_anew(tool, rule_id):
    give(tool, rule_id, evidence=[PORTFOLIO])
    give(tool, rule_id, person=JANIS, evidence=[Evidence(text="Seen by me.")])
    run_due_jobs(tool)
    names = {award.id: award.person_id for award in rows(tool, Award)}
    people = {id_of(tool, person): person.name for person in (ANNA, JANIS)}
    found = {people[names[row.award_id]]: json.loads(row.text) for row in rows(tool, CredentialRow)}
    (evidence,) = found[ANNA.name]["evidence"]
    assert evidence == {
        "id": "https://example.org/anna",
        "type": ["Evidence"],
        "name": "Portfolio",
        "narrative": "Shows *three* projects.",
        "description": f"SHA-256: {'ab' * 32}",
    }
    (own,) = found[JANIS.name]["evidence"]
    assert own["id"] == f"{found[JANIS.name]['id']}#evidence-1"
    assert [each.address for each in evidence_of(found[JANIS.name])] == [""]
    assert evidence_of(found[ANNA.name]) == (
        ReadEvidence(
            name=evidence_of(found[ANNA.name])[0].name,
            narrative=evidence_of(found[ANNA.name])[0].narrative,
            description=evidence_of(found[ANNA.name])[0].description,
            address="https://example.org/anna",
        ),
    )
    tool.clock.advance(days=1)
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(person_id=found_id(session, ANNA)).one()
        award.person.name = "Anna Liepa"
        awards.correct(session, award, tool.clock(), BY)
    run_due_jobs(tool)
    newest = credential_of_anna(tool)
    assert newest["evidence"] == [evidence] and "Anna Liepa" in json.dumps(newest)


def found_id(session, person):
    return queries.people.person_of(session, 1, person.user_id).id


def test_no_compiled_form_keeps_the_evidence_of_a_learner(tool, rule_id):
    give(tool, rule_id, evidence=[PORTFOLIO])
    run_due_jobs(tool)
    assert rows(tool, CredentialRow)
    assert not [
        row
        for row in rows(tool, CompiledFormRow)
        if "three" in row.stored or "example.org/anna" in row.stored
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"by": ANNA}, NotAllowedError),
        ({"by": None}, NotAllowedError),
        ({"reason": ""}, NotAllowedError),
        ({"person": ZANE, "by": LIGA}, AwardStateError),
        ({"by": TOMS, "policy": Policy(assistants_may_confirm=False)}, NotAllowedError),
    ],
)
def test_who_may_not_award_and_who_may_not_be_awarded(tool, rule_id, changes, error):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(TOMS, 1, roles=ZANE.roles), tool.clock())
    with pytest.raises(error):
        give(tool, rule_id, **changes)
    assert rows(tool, Award) == [] and rows(tool, HandAward) == []
    assert told(tool) == []


def test_an_assistant_awards_where_the_institution_lets_them(tool, rule_id):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(TOMS, 1, roles=ZANE.roles), tool.clock())
    give(tool, rule_id, by=TOMS)
    assert len(rows(tool, Award)) == 1


@pytest.mark.parametrize("state", ["held", "had", "stands_still", "no_learner", "passed"])
def test_nobody_is_awarded_what_they_have_or_what_stands_still(tool, platform, rule_id, state):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        if state == "stands_still":
            rule_changes.pause(session, rule, None, tool.clock())
        if state == "passed":
            version = queries.rules.active_version(session, rule_id).template_version
            version.body = dict(version.body) | {"validity": {"last_day": "2020-01-01"}}
    if state in ("held", "had"):
        complete(tool, platform, rule_id, ANNA)
    if state == "had":
        with tool.store.begin() as session:
            awards.revoke(session, session.query(Award).one(), "no", tool.clock(), BY)
    if state == "no_learner":
        platform.everyone.remove(ANNA)
        tool.clock.advance(minutes=10)
        looks.look(tool.store, platform, rule_id, tool.clock())
    before = len(rows(tool, Award))
    with pytest.raises(AwardStateError) as error:
        give(tool, rule_id)
    assert error.value.code == state
    assert len(rows(tool, Award)) == before


def test_a_second_person_approves_and_nobody_approves_their_own(tool, rule_id):
    waiting = give(tool, rule_id, evidence=[PORTFOLIO], policy=TWO)
    assert rows(tool, Award) == []
    for by in (ZANE, ANNA):
        with pytest.raises(NotAllowedError):
            settle(tool, waiting, by_hand.approve, by)
    with pytest.raises(AwardStateError, match="already"):
        give(tool, rule_id, policy=TWO)
    settle(tool, waiting, by_hand.approve, LIGA)
    (award,) = rows(tool, Award)
    assert award.trace["code"] == "by_hand_approved"
    assert award.trace["values"]["by"] == str(id_of(tool, ZANE))
    assert award.evidence[0]["name"] == "Portfolio"
    assert told(tool) == ["hand_award_asked", "awarded", "awarded_by_hand"]
    with pytest.raises(AwardStateError):
        settle(tool, waiting, by_hand.approve, LIGA)


@pytest.mark.parametrize(("by", "status"), [(ZANE, "withdrawn"), (LIGA, "declined")])
def test_it_is_withdrawn_or_declined_and_can_be_asked_for_again(tool, rule_id, by, status):
    waiting = give(tool, rule_id, policy=TWO)
    with pytest.raises(NotAllowedError):
        settle(tool, waiting, by_hand.decline, ANNA)
    settle(tool, waiting, by_hand.decline, by)
    assert rows(tool, HandAward)[0].status == status
    assert told(tool) == ["hand_award_asked", f"hand_award_{status}"]
    with pytest.raises(AwardStateError):
        settle(tool, waiting, by_hand.approve, LIGA)
    assert rows(tool, Award) == []
    assert give(tool, rule_id, policy=TWO) != waiting


def test_what_has_changed_meanwhile_is_checked_when_it_is_approved(tool, platform, rule_id):
    waiting = give(tool, rule_id, policy=TWO)
    complete(tool, platform, rule_id, ANNA)
    with pytest.raises(AwardStateError):
        settle(tool, waiting, by_hand.approve, LIGA)
    assert len(rows(tool, Award)) == 1
    settle(tool, waiting, by_hand.decline, LIGA)


def test_two_at_once_award_once(tool, rule_id):
    def act(by):
        try:
            return give(tool, rule_id, by=by)
        except AwardStateError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(act, [ZANE, LIGA]))
    assert len(rows(tool, Award)) == 1
    assert "held" in found


def test_the_rule_awards_nobody_twice_and_asks_nobody_about_who_was_awarded_by_hand(tool, platform, rule_id):
    give(tool, rule_id)
    complete(tool, platform, rule_id, ANNA)
    assert len(rows(tool, Award)) == 1


def test_who_is_erased_leaves_no_reason_behind(tool, rule_id):
    give(tool, rule_id, policy=TWO)
    person_id = id_of(tool, ANNA)
    with tool.store.begin() as session:
        erasure.erase_person(session, tool.issuers, person_id, tool.clock(), BY)
    assert rows(tool, HandAward) == []
