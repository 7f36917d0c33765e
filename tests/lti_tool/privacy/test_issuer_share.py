"""What an issuer sees, exports and erases of somebody whom another issuer of the installation has awarded too."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from lti_tool.awarding import awards, looks
from lti_tool.errors import KeptByLawError, NotAllowedError, NotFoundError
from lti_tool.issuing import issuer_changes
from lti_tool.observations import ROLE, Observation
from lti_tool.people import addresses, sessions
from lti_tool.platforms import registrations
from lti_tool.privacy import issuer_share, journal, known_names
from lti_tool.privacy.export import export_of_issuer
from lti_tool.privacy.journal_replay import apply_journal
from lti_tool.store import events, queries
from lti_tool.store.account_hashes import account_hash
from lti_tool.store.models import (
    Award,
    Base,
    CredentialRow,
    Event,
    HandAward,
    IssuerErasure,
    KeptBadge,
    KeptProfile,
    ObservationRow,
    Person,
    PlatformAccount,
    RemovedCredential,
)
from lti_tool.wiring import build_tool
from tests.backpack import kept_badge
from tests.fixtures import (
    ANNA,
    DAUGAVA,
    JANIS,
    NEW_REGISTRATION,
    ZANE,
    change_issuer,
    complete,
    launch_of,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)
from tests.lti_tool.privacy.test_journal import backup
from tests.two_issuers import add_awarding_issuer

OPERATOR = events.operator("account:1")


@pytest.fixture
def tool(tmp_path, clock):
    tool = build_tool(settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def college(tool):
    return tool.issuer.id


@pytest.fixture
def daugava(tool, platform):
    """The key of the second issuer; Anna and Jānis have the badge of each, in a course of the first one."""
    make_rule(tool, publish(tool))
    added = add_awarding_issuer(tool)
    complete(tool, platform, 1, ANNA, JANIS)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), tool.clock())
        anna = queries.people.person_of(session, 1, ANNA.user_id)
        addresses.save_proof(session, anna.id, "anna@home.example", tool.clock(), events.person(anna.id))
    run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == 4
    return added.id


def number_of(tool, member=ANNA):
    with tool.store.read() as session:
        return queries.people.person_of(session, 1, member.user_id).id


def erase(tool, issuer_id, number):
    return issuer_share.erase(tool, issuer_id, number, OPERATOR)


def awarded(tool):
    """Whose awards there are: issuer and person."""
    return sorted((row.issuer_id, row.person_id) for row in rows(tool, Award))


def everything(tool):
    with tool.store.read() as session:
        connection = session.connection()
        return {
            table.name: str(connection.execute(table.select()).all()) for table in Base.metadata.sorted_tables
        }


def test_the_issuer_of_the_platform_erases_the_account_and_its_awards_and_the_others_stay(
    tool, daugava, college, platform, clock
):
    anna, janis = number_of(tool), number_of(tool, JANIS)
    (theirs,) = [row for row in rows(tool, CredentialRow) if row.issuer_id == daugava and "Anna" in row.text]
    erase(tool, college, anna)
    left = next(person for issuer, person in awarded(tool) if issuer == daugava and person != janis)
    assert awarded(tool) == sorted([(daugava, left), (daugava, janis), (college, janis)]) and left != anna
    people = {row.id: row for row in rows(tool, Person)}
    assert (people[anna].name, people[anna].erased_at is not None) == (None, True)
    assert (people[left].name, people[left].email, people[left].erased_at) == (ANNA.name, ANNA.email, None)
    assert {row.person_id for row in rows(tool, PlatformAccount)} == set(people) - {left}
    assert anna not in {row.person_id for row in rows(tool, ObservationRow)}
    assert tool.verify(theirs.text.encode()).verdict == "verified"
    with tool.store.read() as session:
        assert queries.credentials.credential(session, theirs.id) is not None
        proved = queries.proved_addresses.with_address(session, "anna@home.example")
        assert [row.person_id for row in proved] == [left]
        with pytest.raises(NotFoundError):
            issuer_share.share_of(session, college, left)
    # Nothing is recorded of her any more, and nothing is awarded, by either.
    platform.inside = [ZANE]
    looks.look(tool.store, platform, 1, clock.advance(minutes=10))
    platform.inside = [ZANE, ANNA]
    looks.look(tool.store, platform, 1, clock.advance(minutes=10))
    assert anna not in {row.person_id for row in rows(tool, ObservationRow)}
    assert len(awarded(tool)) == 3
    # Then the other one erases, too.
    erase(tool, daugava, left)
    assert "Anna" not in str(everything(tool))


def test_what_is_kept_goes_on_with_whoever_is_left_to_another_issuer(tool, daugava, college, clock):
    anna = number_of(tool)
    with tool.store.begin() as session:
        session.add(kept_badge(anna, clock()))
        session.add(KeptProfile(person_id=anna, body={"type": ["Profile"]}, changed_at=clock()))
    erase(tool, college, anna)
    (left,) = {person_id for issuer_id, person_id in awarded(tool) if issuer_id == daugava} - {
        number_of(tool, JANIS)
    }
    assert left != anna
    assert [row.person_id for row in rows(tool, KeptBadge)] == [left]
    assert [row.person_id for row in rows(tool, KeptProfile)] == [left]


def test_whoever_is_left_to_another_issuer_objects_to_what_they_objected_to(tool, daugava, college, clock):
    anna = number_of(tool)
    with tool.store.begin() as session:
        queries.mails.refuse(session, anna, "expiry", clock())
        queries.identity_checks.refuse(session, anna, clock())
    erase(tool, college, anna)
    (left,) = {person for issuer, person in awarded(tool) if issuer == daugava} - {number_of(tool, JANIS)}
    with tool.store.read() as session:
        assert queries.mails.refused_kinds(session, left) == ["expiry"]
        assert queries.identity_checks.is_refused(session, left)
        assert not queries.identity_checks.is_refused(session, anna)


def test_an_issuer_that_only_awarded_erases_its_awards_and_the_account_goes_on(
    tool, daugava, college, platform, clock
):
    anna, janis = number_of(tool), number_of(tool, JANIS)
    (theirs,) = [row for row in rows(tool, CredentialRow) if row.issuer_id == daugava and "Anna" in row.text]
    seen = len([row for row in rows(tool, ObservationRow) if row.person_id == anna])
    with tool.store.begin() as session:
        waits = {"asked_at": clock(), "asked_by_id": number_of(tool, ZANE), "person_id": anna}
        session.add(HandAward(rule_id=2, reason="Zqtheirs", **waits))
        session.add(HandAward(rule_id=1, reason="Zqours", **waits))
    erase(tool, daugava, anna)
    assert awarded(tool) == sorted([(college, anna), (college, janis), (daugava, janis)])
    assert [row.id for row in rows(tool, RemovedCredential)] == [theirs.id]
    assert tool.verify(theirs.text.encode()).verdict == "verified"
    assert len([row for row in rows(tool, ObservationRow) if row.person_id == anna]) == seen
    assert [row.reason for row in rows(tool, HandAward)] == ["Zqours"]
    (event,) = [row for row in rows(tool, Event) if row.what == "erased"]
    assert (event.issuer_id, event.about, event.data) == (daugava, str(anna), {"credentials": 1})
    # The rules of the course go on, and theirs awards her nothing.
    platform.inside = [ZANE]
    looks.look(tool.store, platform, 1, clock.advance(days=1))
    platform.inside = [ZANE, ANNA]
    looks.look(tool.store, platform, 1, clock.advance(days=1))
    assert (daugava, anna) not in awarded(tool)
    # Not even where she was forgotten meanwhile, and comes anew.
    (kept,) = rows(tool, IssuerErasure)
    assert kept.issuer_id == daugava and ANNA.user_id not in kept.account_hash.split(":")
    with tool.store.read() as session:
        assert queries.issuer_erasures.whom_it_erased(session, daugava, [anna, janis]) == {anna}
        assert queries.issuer_erasures.whom_it_erased(session, college, [anna, janis]) == set()


def test_nobody_erases_or_exports_who_is_none_of_their_people(tool, daugava, college):
    third = add_third_issuer(tool)
    for act in (
        lambda: erase(tool, third, number_of(tool)),
        lambda: export_of_issuer(tool, third, number_of(tool), tool.clock()),
        lambda: issuer_share.revoke_all(tool, third, number_of(tool), OPERATOR),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert len(awarded(tool)) == 4


def add_third_issuer(tool):
    with tool.store.begin() as session:
        return issuer_changes.add(session, DAUGAVA | {"slug": "third"}, tool.tool_url, tool.clock())


def test_only_a_law_of_the_issuer_itself_keeps_its_awards(tool, daugava, college):
    change_issuer(tool, privacy={"awards_years": 3, "awards_kept_by_law": "Act on Education"})
    anna = number_of(tool)
    with pytest.raises(KeptByLawError, match="Act on Education"):
        erase(tool, college, anna)
    with pytest.raises(KeptByLawError):
        issuer_share.revoke_all(tool, college, anna, OPERATOR)
    assert {row.status for row in rows(tool, Award)} == {"issued"}
    erase(tool, daugava, anna)
    assert (daugava, anna) not in awarded(tool)


def test_staff_of_a_course_is_not_erased_by_the_issuer_of_its_platform(tool, daugava, college):
    with pytest.raises(NotAllowedError, match="is staff of a course"):
        erase(tool, college, number_of(tool, ZANE))


def test_an_issuer_that_only_awarded_does_not_ask_who_is_staff_elsewhere(tool, daugava, college, clock):
    anna = number_of(tool)
    seen = Observation(
        course=1, person=anna, kind=ROLE, resource="", value="staff", seen_at=clock(), source="x"
    )
    with tool.store.begin() as session:
        queries.observations.add(session, [seen])
    with pytest.raises(NotAllowedError, match="is staff of a course"):
        erase(tool, college, anna)
    erase(tool, daugava, anna)
    assert (daugava, anna) not in awarded(tool)


def test_only_its_own_awards_are_revoked_first(tool, daugava, college):
    anna = number_of(tool)
    assert issuer_share.revoke_all(tool, daugava, anna, OPERATOR) == 1
    assert {row.issuer_id for row in rows(tool, Award) if row.status == "revoked"} == {daugava}


def exported(tool, issuer_id, number):
    pieces = b"".join(export_of_issuer(tool, issuer_id, number, tool.clock()))
    archive = zipfile.ZipFile(io.BytesIO(pieces))
    tables = json.loads(archive.read("data.json"))["tables"]
    return tables, [name for name in archive.namelist() if name.startswith("badges/")]


def test_an_export_has_what_is_the_issuers_and_nothing_of_the_other(tool, daugava, college):
    anna = number_of(tool)
    by_issuer = {row.issuer_id: row.id for row in rows(tool, CredentialRow) if "Anna" in row.text}
    full, full_files = exported(tool, college, anna)
    assert full["person"]["rows"][0]["email"] == ANNA.email and full["observation"]["rows"]
    assert full["proved_address"]["rows"]
    theirs, their_files = exported(tool, daugava, anna)
    for own, files, issuer in ((full, full_files, college), (theirs, their_files, daugava)):
        assert [row["id"] for row in own["credential"]["rows"]] == [by_issuer[issuer]]
        assert len(own["award"]["rows"]) == len(own["delivery"]["rows"]) == 1
        assert {name.split("/")[1].rpartition(".")[0] for name in files} == {by_issuer[issuer]}
    assert {row["what"] for row in theirs["event"]["rows"]} <= {"awarded", "issued", "delivered"}
    filled = {name for name, table in theirs.items() if table["rows"]}
    assert filled == {"award", "credential", "delivery", "event"}


@pytest.mark.parametrize("has_badge", [True, False], ids=["", "awarded after the backup"])
def test_after_a_restore_whoever_has_no_account_is_erased_once_more(
    tool, daugava, college, tmp_path, clock, has_badge
):
    anna, janis = number_of(tool), number_of(tool, JANIS)
    if not has_badge:
        with tool.store.begin() as session:
            issuer_share.remove_awards(session, anna, daugava, clock())
    restore = backup(tool, tmp_path)
    if not has_badge:
        award = next(row for row in rows(tool, Award) if (row.issuer_id, row.person_id) == (daugava, janis))
        with tool.store.begin() as session:
            session.add(again_to(award, anna))
    erase(tool, college, anna)
    (left,) = {person for issuer, person in awarded(tool) if issuer == daugava} - {janis}
    clock.advance(seconds=1)
    erase(tool, daugava, left)
    journal.write_journal(tool)
    restore()
    again = build_tool(settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path), clock)
    assert apply_journal(again) == 2
    assert "Anna" not in str([(row.name, row.email) for row in rows(again, Person)])
    assert awarded(again) == sorted([(daugava, janis), (college, janis)])
    again.store.close()


def again_to(award, person_id):
    """The same award for another person, without a credential."""
    own = ("id", "subject_id", "person_id")
    columns = [each.key for each in Award.__mapper__.column_attrs if each.key not in own]
    return Award(person_id=person_id, **{name: getattr(award, name) for name in columns})


def test_after_a_restore_each_erasure_is_done_once_more_as_it_was(tool, daugava, college, tmp_path, clock):
    anna, janis = number_of(tool), number_of(tool, JANIS)
    restore = backup(tool, tmp_path)
    erase(tool, college, anna)
    erase(tool, daugava, janis)
    journal.write_journal(tool)
    before = {issuer: person for issuer, person in awarded(tool)}
    restore()
    again = build_tool(settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path), clock)
    assert len(awarded(again)) == 4
    assert apply_journal(again) == 2
    found = {issuer: person for issuer, person in awarded(again)}
    assert len(awarded(again)) == 2 and found[college] == before[college] == janis
    people = {row.id: row for row in rows(again, Person)}
    assert people[anna].erased_at is not None and people[found[daugava]].name == ANNA.name
    assert [row.issuer_id for row in rows(again, IssuerErasure)] == [daugava]
    again.store.close()


def test_who_is_named_first_after_a_restore_is_awarded_nothing_either(
    tool, daugava, college, platform, clock
):
    awards_before = len(awarded(tool))
    with tool.store.begin() as session:
        hashed = account_hash(session, 1, "888")
        queries.issuer_erasures.keep_erased(session, daugava, [(1, hashed), (99, hashed)], clock())
    late = learner(888)
    platform.everyone += [late, learner(889)]
    complete(tool, platform, 1, late)
    new = [each for each in awarded(tool) if each[1] == number_of(tool, late)]
    assert [issuer for issuer, _ in new] == [college] and len(awarded(tool)) == awards_before + 1


def test_two_platforms_of_one_human_are_two_people(tool, daugava, college):
    """One on a platform of each issuer: neither finds, nor erases, the other."""
    elsewhere = replace(NEW_REGISTRATION, client_id="client-2")
    with tool.store.begin() as session:
        person = Person(name=ANNA.name, email=ANNA.email)
        session.add(person)
        session.flush()
        other = person.id
        registration = registrations.add(session, elsewhere, tool.clock(), OPERATOR, issuer_id=daugava)
        session.add(PlatformAccount(registration_id=registration.id, user_id="a", person_id=other))
    with tool.store.read() as session:
        found = {
            issuer: [each.person_id for each in known_names.named(session, issuer) if each.name == ANNA.name]
            for issuer in (college, daugava)
        }
    assert found == {college: [number_of(tool)], daugava: [other, number_of(tool)]}
    erase(tool, daugava, other)
    assert number_of(tool) in {row.id for row in rows(tool, Person) if row.name == ANNA.name}
    with pytest.raises(NotFoundError):
        erase(tool, college, other)


def test_what_another_issuer_has_is_not_taken_back(tool, daugava, college):
    (award,) = [
        row for row in rows(tool, Award) if row.issuer_id == college and row.person_id == number_of(tool)
    ]
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award.id), "", tool.clock(), OPERATOR)
    erase(tool, daugava, number_of(tool))
    assert [row.status for row in rows(tool, Award) if row.id == award.id] == ["revoked"]
