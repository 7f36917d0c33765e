"""Credentials of an award that are bound to holders: what happens to the award happens to them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from alembic import command
from click.testing import CliRunner

from lti_tool.awarding import awards, undo
from lti_tool.commands.badges import badges
from lti_tool.errors import AwardStateError, NotAllowedError, NotFoundError
from lti_tool.issuing import bound, issuance
from lti_tool.issuing.bound import JSON, issue_bound
from lti_tool.issuing.reissue import badges_to_reissue, reissue
from lti_tool.people import withheld
from lti_tool.privacy import journal
from lti_tool.privacy.erasure import erase_person
from lti_tool.privacy.journal_replay import apply_journal
from lti_tool.publishing import credentials as published_credentials
from lti_tool.store import events, queries
from lti_tool.store.migrations import configuration
from lti_tool.store.models import Award, CredentialRow, Event, Outbox, RemovedCredential
from lti_tool.wiring import build_tool
from signing.did import did_jwk, did_key
from signing.jws import algorithm_of
from signing.keys import generate, jwk
from signing.secured import SecuredCredential
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    JANIS,
    change_issuer,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)

TEACHER = events.person(10_000)
OPERATOR = events.operator("root")
HOLDER = did_key(generate("Ed25519").public_key())
#: As a form that stands in the place of the JWT: three parts and something behind them.
OTHER = bound.Form(
    name="dc+sd-jwt",
    proofs=("vc-jwt",),
    secure=lambda new, credential, key, now: SecuredCredential(
        JSON.secure(new, credential, key, now).text + f"~{new.holder}~", "application/dc+sd-jwt"
    ),
)


@pytest.fixture
def tool(sqlite_url, tmp_path, clock):
    """A tool whose badges can be suspended."""
    tool = build_tool(settings_for(sqlite_url, tmp_path, status_purpose="suspension"), clock)
    yield tool
    tool.store.close()


def awarded(tool, platform):
    complete(tool, platform, make_rule(tool, publish(tool, validity={"months": 24})), ANNA)
    run_due_jobs(tool)
    return rows(tool, Award)[0]


@pytest.fixture
def award(tool, platform):
    """Anna's award, whose badge is issued."""
    return awarded(tool, platform)


def bind(tool, award, holder=HOLDER, form=JSON):
    return issue_bound(tool.store, tool.issuers, award.id, holder, form, tool.clock())


def row_of(tool, credential_id):
    (row,) = [each for each in rows(tool, CredentialRow) if each.id == credential_id]
    return row


def act(tool, award, deed, *arguments, by=TEACHER):
    with tool.store.begin() as session:
        deed(session, session.get_one(Award, award.id), *arguments, tool.clock(), by)
    run_due_jobs(tool)


def verdict(tool, text):
    return tool.verify(text.encode()).verdict


def own(tool, award):
    with tool.store.read() as session:
        current = queries.awards.award(session, award.id).credential.id
    return row_of(tool, current)


def test_it_says_the_same_of_the_award_with_the_holders_key_as_its_subject(tool, award):
    tool.clock.advance(days=3)
    reminders = len(rows(tool, Outbox))
    given = bind(tool, award)
    # Of the end of the badge its learner is told once.
    assert len(rows(tool, Outbox)) == reminders > 0
    first, second = json.loads(own(tool, award).text), json.loads(given.text)
    assert second["credentialSubject"].pop("id") == HOLDER != first["credentialSubject"].pop("id")
    for same in ("awardedDate", "validUntil", "issuer", "name"):
        assert second[same] == first[same]
    for same in ("identifier", "achievement"):
        assert second["credentialSubject"][same] == first["credentialSubject"][same]
    assert second["validFrom"] > first["validFrom"] and "replaces" not in second
    assert second["id"].endswith(given.id) and second["id"] != first["id"]
    place = "statusListIndex"
    assert second["credentialStatus"][place] != first["credentialStatus"][place]
    row = row_of(tool, given.id)
    assert (row.why, row.holder, row.form, row.text) == ("bound", HOLDER, "json", given.text)
    assert verdict(tool, given.text) == verdict(tool, row.jwt) == "verified"
    with tool.store.read() as session:
        assert published_credentials.row_to_give_out(session, given.id).award_id == award.id
    recorded = [each for each in rows(tool, Event) if each.what == "issued"][-1]
    assert (recorded.about, recorded.why, recorded.data["form"]) == (given.id, "bound", "json")


def test_who_asks_twice_or_at_once_is_given_the_same(tool, award):
    asked = all_at_once(*[lambda: bind(tool, award)] * 4)
    asked.append(bind(tool, award))
    assert len({each.text for each in asked}) == 1
    assert len(rows(tool, CredentialRow)) == 2


def test_on_postgresql_too(tool_on_postgres, platform):
    tool, award = tool_on_postgres, awarded(tool_on_postgres, platform)
    given = all_at_once(*[lambda: bind(tool, award)] * 4)
    assert len({each.text for each in given}) == 1
    act(tool, award, awards.correct)
    again = bind(tool, award)
    assert again != given[0] and again == bind(tool, award)
    act(tool, award, awards.revoke, "Plagiarism.")
    assert [verdict(tool, each.text) for each in (given[0], again)] == ["revoked", "revoked"]


@pytest.mark.parametrize("kinds", [("Ed25519", "RSA"), ("Ed25519", "RSA", "P-256")])
def test_where_jwts_are_signed_with_rs256_so_is_the_one_beside_it(
    empty_sqlite_url, tmp_path, clock, platform, kinds
):
    tool = build_tool(settings_for(empty_sqlite_url, tmp_path, jwt_algorithm="RS256"), clock)
    award = awarded(tool, platform)
    with tool.store.begin() as session:
        if "P-256" in kinds:
            tool.issuer.keyring.make_key(session, "P-256", clock())
        assert {each.algorithm for each in tool.issuer.keyring.published_keys(session)} == set(kinds)
    given = bind(tool, award)
    row = row_of(tool, given.id)
    assert json.loads(given.text)["credentialSubject"]["id"] == HOLDER
    assert verdict(tool, given.text) == verdict(tool, row.jwt) == "verified"
    assert algorithm_of(row.jwt) == algorithm_of(own(tool, award).jwt) == "RS256"
    tool.store.close()


def test_each_holder_and_each_form_has_one(tool, award):
    other_holder = did_jwk(jwk(generate("P-256").public_key(), "0"))
    given = [bind(tool, award), bind(tool, award, other_holder), bind(tool, award, HOLDER, OTHER)]
    assert len({each.id for each in given}) == 3
    last = row_of(tool, given[2].id)
    assert given[2].text == last.jwt == bind(tool, award, HOLDER, OTHER).text
    assert last.jwt.endswith(f"~{HOLDER}~") and last.form == "dc+sd-jwt"
    assert verdict(tool, last.text) == "verified"


def test_a_name_that_changed_since_does_not_come_in_by_the_back_door(tool, award):
    with tool.store.begin() as session:
        person = session.get_one(Award, award.id).person
        person.name, person.email = "Somebody Else", "else@example.org"
    identifiers = json.loads(bind(tool, award).text)["credentialSubject"]["identifier"]
    assert identifiers == json.loads(own(tool, award).text)["credentialSubject"]["identifier"]


def test_nothing_is_bound_to_what_spells_no_key(tool, award):
    with_fragment = f"{HOLDER}#{HOLDER[8:]}"
    too_long = "did:key:z" + "1" * 2000
    for holder in ("", "did:web:example.org", "did:key:z6Mk", "did:jwk:e30", with_fragment, too_long):
        with pytest.raises(NotAllowedError):
            bind(tool, award, holder)
    assert len(rows(tool, CredentialRow)) == 1


def refuse(tool, award, code):
    """Checks that it is bound neither to whoever has had it nor to somebody else."""
    number = len(rows(tool, CredentialRow))
    for holder in (HOLDER, did_key(generate("Ed25519").public_key())):
        with pytest.raises(AwardStateError) as raised:
            bind(tool, award, holder)
        assert raised.value.code == code
    assert len(rows(tool, CredentialRow)) == number


def test_what_does_not_hold_is_bound_to_nobody_nor_given_once_more(tool, award):
    bind(tool, award)
    act(tool, award, awards.suspend, "Under review.")
    refuse(tool, award, "suspended")
    act(tool, award, awards.reinstate)
    now = tool.clock()
    tool.clock.advance(days=1000)
    refuse(tool, award, "expired")
    tool.clock.now = now
    act(tool, award, awards.revoke, "Plagiarism.")
    refuse(tool, award, "revoked")


def test_what_is_not_issued_yet_is_bound_to_nobody(tool, award, platform):
    change_issuer(tool, name="Another")
    complete(tool, platform, award.course_id, JANIS)
    run_due_jobs(tool)
    waiting = rows(tool, Award)[1]
    assert waiting.status == "waiting"
    refuse(tool, waiting, "not_issued")


def test_while_the_issuer_is_not_confirmed_nothing_is_bound(tool, award):
    change_issuer(tool, name="Another")
    with pytest.raises(NotAllowedError):
        bind(tool, award)


def test_one_that_is_revoked_while_it_is_being_signed_is_not_bound(tool, award):
    def secure(*made_of):
        with tool.store.begin() as session:
            awards.revoke(session, session.get_one(Award, award.id), "Now.", tool.clock(), OPERATOR)
        return JSON.secure(*made_of)

    with pytest.raises(AwardStateError):
        bind(tool, award, form=replace(JSON, secure=secure))
    assert len(rows(tool, CredentialRow)) == 1


def test_one_that_is_corrected_while_it_is_being_signed_is_bound_as_corrected(tool, award):
    times = []

    def secure(*made_of):
        if not times:
            current = own(tool, award).id
            with tool.store.begin() as session:
                session.get_one(Award, award.id).person.name = "Anna Kalniņa"
            issuance.replace_credential(tool.store, tool.issuers, current, "replaced", tool.clock())
        times.append(1)
        return JSON.secure(*made_of)

    assert "Anna Kalniņa" in json.dumps(
        json.loads(bind(tool, award, form=replace(JSON, secure=secure)).text), ensure_ascii=False
    )
    assert len(times) == 2 and [row.why for row in rows(tool, CredentialRow)].count("bound") == 1


def test_revoking_reaches_it_and_awarding_again_gives_a_further_one(tool, award):
    given = bind(tool, award)
    act(tool, award, awards.revoke, "Plagiarism.")
    row = row_of(tool, given.id)
    assert (row.revoked_as, row.revocation_reason) == ("revoked", "Plagiarism.")
    assert verdict(tool, given.text) == "revoked"
    # The learner is told once.
    assert {each.payload["credential_id"] for each in rows(tool, Outbox) if each.task == "tell"} <= {
        own(tool, award).id
    }
    tool.clock.advance(days=1)
    act(tool, award, awards.award_again, "It was somebody else's text.")
    again = bind(tool, award)
    assert again.id != given.id and verdict(tool, again.text) == "verified" != verdict(tool, given.text)
    assert json.loads(again.text)["replaces"] == json.loads(given.text)["id"]


def test_undoing_a_batch_reaches_it(tool, platform, award):
    given = bind(tool, award)
    with tool.store.begin() as session:
        of_it = session.get_one(Award, award.id)
        undo.undo(session, of_it.rule, of_it.earned_at, [award.id], tool.clock(), TEACHER)
    assert row_of(tool, given.id).revoked_as == "mistake"
    assert verdict(tool, given.text) != "verified"


def test_suspending_and_reinstating_reach_it(tool, award):
    given = bind(tool, award)
    act(tool, award, awards.suspend, "Under review.")
    assert row_of(tool, given.id).suspended_at is not None and verdict(tool, given.text) != "verified"
    act(tool, award, awards.reinstate)
    assert row_of(tool, given.id).suspended_at is None and verdict(tool, given.text) == "verified"
    assert bind(tool, award) == given


def test_one_that_cannot_be_suspended_ends_with_a_suspension(tool, award):
    final = replace(tool.issuers, status_purpose="revocation")
    given = issue_bound(tool.store, final, award.id, HOLDER, JSON, tool.clock())
    act(tool, award, awards.suspend, "Under review.")
    assert row_of(tool, given.id).revoked_as == "replaced" and verdict(tool, given.text) == "revoked"
    act(tool, award, awards.reinstate)
    again = bind(tool, award)
    assert again.id != given.id and verdict(tool, again.text) == "verified"


def test_a_correction_ends_it_and_the_wallet_is_given_the_corrected_one(tool, award):
    given = bind(tool, award)
    with tool.store.begin() as session:
        session.get_one(Award, award.id).person.name = "Anna Kalniņa"
    tool.clock.advance(days=1)
    act(tool, award, awards.correct)
    assert row_of(tool, given.id).revoked_as == "replaced" and verdict(tool, given.text) != "verified"
    newest = own(tool, award)
    assert newest.holder is None and newest.why == "replaced"
    # A job that runs twice finds the award's own one, and issues nothing.
    issuance.issue(tool.store, tool.issuers, [award.id], tool.clock())
    assert own(tool, award).id == newest.id and len(rows(tool, CredentialRow)) == 3
    again = bind(tool, award)
    assert "Kalni" in again.text and json.loads(again.text)["replaces"] == json.loads(given.text)["id"]
    assert bind(tool, award) == again


def test_what_comes_after_a_revocation_follows_the_awards_own_one(tool, award):
    bind(tool, award)
    tool.clock.advance(days=1)
    act(tool, award, awards.correct)
    corrected = own(tool, award)
    act(tool, award, awards.revoke, "Plagiarism.")
    act(tool, award, awards.award_again, "A mistake.")
    assert own(tool, award).replaces_id == corrected.id


def test_what_is_withheld_is_in_no_new_one(tool, award):
    given = bind(tool, award)
    with tool.store.begin() as session:
        withheld.change(session, award.person_id, ["name"], tool.clock(), TEACHER)
    run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == 3 and verdict(tool, given.text) != "verified"
    types = {
        each["identityType"] for each in json.loads(bind(tool, award).text)["credentialSubject"]["identifier"]
    }
    assert types == {"emailAddress"}


def test_a_key_that_is_withdrawn_ends_what_it_bound_and_not_what_another_signed(tool, award, monkeypatch):
    with tool.store.begin() as session:
        tool.issuer.keyring.rotate(session, "Ed25519", tool.clock(), OPERATOR)
    given, before = bind(tool, award), own(tool, award)
    with tool.store.begin() as session:
        kid = tool.issuer.keyring.signing_key(session, "eddsa-rdfc-2022").kid
        tool.clock.advance(days=1)
        tool.issuer.keyring.mark_compromised(session, kid, None, tool.clock())
    assert badges_to_reissue(tool.store, tool.issuer, kid, tool.clock(), OPERATOR) == [given.id]
    monkeypatch.setattr("lti_tool.commands.badges.open_tool", lambda: tool)
    said = CliRunner().invoke(badges, ["reissue", "--signed-with", kid])
    assert "Badges issued again: 0\nBound to the key of a wallet, and ended: 1." in said.output
    for _ in range(2):
        (step,) = reissue(tool.store, tool.issuers, [given.id], tool.clock)
        # There is no new one, so it is not counted among those that were issued again.
        assert step.was_bound
    assert row_of(tool, given.id).revoked_as == "reissued" and own(tool, award).id == before.id
    assert [each.about for each in rows(tool, Event) if each.what == "bound_ended"] == [given.id]
    again = bind(tool, award)
    assert verdict(tool, again.text) == "verified" and row_of(tool, again.id).replaces_id == given.id


def test_the_tables_are_not_taken_back_from_under_it(tool, award):
    given = bind(tool, award)
    with pytest.raises(RuntimeError, match="bound to wallets"), tool.store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0001")
    assert row_of(tool, given.id).form == "json"


def test_erasure_removes_it_with_what_stays_of_every_credential(tool, award):
    given = bind(tool, award)
    with tool.store.begin() as session:
        erased = erase_person(session, tool.issuers, award.person_id, tool.clock(), OPERATOR)
    assert erased.credentials == 2 and rows(tool, CredentialRow) == []
    assert given.id in {each.id for each in rows(tool, RemovedCredential)}
    with pytest.raises(NotFoundError):
        bind(tool, award)


def test_lists_and_counts_know_each_badge_once(tool, award):
    given, current = bind(tool, award), own(tool, award).id
    template = award.template_id
    with tool.store.read() as session:
        kept = session.get_one(Award, award.id)
        assert kept.last_credential.id == current != given.id
        assert [row.id for row in queries.credentials.credentials_of_rule(session, award.rule_id)] == [
            current
        ]
        assert [
            row.id for row in queries.credentials.credentials_to_export(session, template, award.issuer_id)
        ] == [current]
        assert [row.id for row in queries.credentials.credentials_of_learner(session, award.person_id)] == [
            current
        ]
        named = queries.credentials.valid_of_rule(session, award.rule_id, [award.id])
        assert [each.credential_id for each in named] == [current]
        assert len(queries.issuer_people.badges_of(session, award.issuer_id, [award.person_id])) == 1
        assert len(queries.roster.standings_of_rule(session, kept.rule)) == 1
        assert len(queries.awards.newest_awards(session, kept.template_version, [award.person_id])) == 1
        assert len(queries.awards.held_badges(session, [template], [award.person_id])) == 1
        assert len(list(queries.roster.whole_awards(session, [award.id]))) == 1
        (listed,) = queries.awards.awards_of_people(session, [award.person_id])
        assert listed.credential.id == current
    act(tool, award, awards.revoke, "Plagiarism.")
    act(tool, award, awards.award_again, "A mistake.")
    act(tool, award, awards.revoke, "Plagiarism.")
    with tool.store.read() as session:
        kept = session.get_one(Award, award.id)
        assert kept.last_credential.holder is None and kept.last_credential.why == "again"


def test_the_counts_of_the_course_know_each_badge_once(tool, award):
    bind(tool, award)
    with tool.store.read() as session:
        (counts,) = queries.course_home.counts_in_course(session, award.course_id, tool.clock(), tool.clock())
    assert (counts.awarded, counts.held) == (1, 1)


def test_a_restored_backup_without_it_knows_by_the_journal_that_it_was_revoked(
    sqlite_url, tmp_path, clock, platform
):
    settings = settings_for(sqlite_url, tmp_path)
    database = tmp_path / "nozimite.sqlite"
    tool = build_tool(settings, clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    tool.store.close()
    backup = database.read_bytes()
    tool = build_tool(settings, clock)
    given = bind(tool, award)
    act(tool, award, awards.revoke, "Plagiarism.")
    journal.write_journal(tool)
    tool.store.close()
    database.write_bytes(backup)
    tool = build_tool(settings, clock)
    apply_journal(tool)
    assert rows(tool, Award)[0].status == "revoked"
    assert verdict(tool, given.text) != "verified"
    with pytest.raises(AwardStateError):
        bind(tool, award)
    tool.store.close()
