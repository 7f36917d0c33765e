"""A learner who was erased is gone, stays gone however often a platform names them, and gets nothing by itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import event, inspect
from sqlalchemy.exc import IntegrityError

from lti_tool import jobs
from lti_tool.awarding import looks
from lti_tool.errors import KeptByLawError, NotAllowedError, NotFoundError
from lti_tool.issuing import status_lists
from lti_tool.observations import ROLE, Observation
from lti_tool.people import sessions
from lti_tool.privacy import erasure
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.account_hashes import account_hash
from lti_tool.store.models import (
    Award,
    Base,
    Course,
    CredentialRow,
    Event,
    ExpiringValue,
    ObservationRow,
    Outbox,
    Person,
    PlatformAccount,
    RemovedCredential,
    RuleVersion,
    StatusList,
)
from signing import status
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    JANIS,
    NOW,
    PETERIS,
    ZANE,
    change_issuer,
    claim_due_jobs,
    complete,
    launch_of,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

OPERATOR = events.operator("root")


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def rule_id(tool, platform):
    """A rule by which Anna has a badge, that expires."""
    rule_id = make_rule(tool, publish(tool, validity={"months": 12}))
    complete(tool, platform, rule_id, ANNA)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), tool.clock())
    run_due_jobs(tool)
    return rule_id


def person_id(tool, member=ANNA):
    with tool.store.read() as session:
        return queries.people.person_of(session, 1, member.user_id).id


def erase(tool, member=ANNA):
    with tool.store.begin() as session:
        person = queries.people.person_of(session, 1, member.user_id).id
        erase_person(session, tool.issuers, person, tool.clock(), OPERATOR)


def everything(tool):
    """All values of all tables, as text."""
    with tool.store.read() as session:
        connection = session.connection()
        return {
            table.name: str(connection.execute(table.select()).all())
            for table in Base.metadata.sorted_tables
            if inspect(connection).has_table(table.name)
        }


def test_nothing_of_the_learner_is_left(tool, rule_id):
    (credential,) = rows(tool, CredentialRow)
    number = person_id(tool)
    before = everything(tool)
    assert "Anna" in before["person"] and credential.id in before["credential"]
    erase(tool)
    for table, text in everything(tool).items():
        for secret in ("Anna", "Bērziņa", ANNA.email, credential.id):
            may_stay = secret == credential.id and table in ("event", "removed_credential", "journal_entry")
            assert secret not in text or may_stay, (table, secret)
    assert rows(tool, Award) == rows(tool, CredentialRow) == []
    assert [row for row in rows(tool, ObservationRow) if row.person_id == number] == []
    erased = [row for row in rows(tool, Event) if row.what == "erased"]
    assert [(row.about_kind, row.about, row.actor, row.data) for row in erased] == [
        ("person", str(number), "root", {"credentials": 1})
    ]
    assert erased[0].issuer_id == tool.issuer.id
    # What was to be done for them is not tried in vain.
    tool.clock.advance(days=400)
    run_due_jobs(tool)
    assert {row.died_at for row in rows(tool, Outbox)} == {None}
    assert {row.trouble for row in rows(tool, Outbox)} == {None}


def test_of_their_account_a_keyed_hash_stays_that_says_nothing_without_the_key(tool, platform, rule_id):
    accounts = {row.person_id: row for row in rows(tool, PlatformAccount)}
    number = person_id(tool)
    assert accounts[number].user_id == ANNA.user_id
    erase(tool)
    (account,) = [row for row in rows(tool, PlatformAccount) if row.person_id == number]
    assert account.user_id.startswith("erased:") and account.api_id is None
    with tool.store.read() as session:
        assert account.user_id == account_hash(session, 1, ANNA.user_id)
        assert account.user_id != account_hash(session, 2, ANNA.user_id)
    tool.store.use_account_key(bytes(32))
    with tool.store.read() as session:
        assert account.user_id != account_hash(session, 1, ANNA.user_id)


def test_nobody_is_found_by_the_hash_itself(tool, rule_id):
    erase(tool)
    (erased,) = [row for row in rows(tool, PlatformAccount) if row.user_id.startswith("erased:")]
    with tool.store.begin() as session:
        assert queries.people.people_of(session, 1, [erased.user_id]) == {}
        assert queries.people.person_ids(session, 1, [erased.user_id]) == {}


def test_what_stays_of_a_credential_is_its_place_and_the_hashes_of_what_was_signed(tool, rule_id):
    (credential,) = rows(tool, CredentialRow)
    erase(tool)
    (stays,) = rows(tool, RemovedCredential)
    assert (stays.id, stays.status_list_id, stays.status_index, stays.why) == (
        credential.id,
        credential.status_list_id,
        credential.status_index,
        "erased",
    )
    assert stays.json_sha256 == hashlib.sha256(credential.text.encode()).hexdigest()
    assert stays.jwt_sha256 == hashlib.sha256(credential.jwt.encode()).hexdigest()


def test_a_law_that_obliges_the_issuer_is_the_reason_of_a_refusal(tool, rule_id):
    law = "Act on Education, section 5"
    change_issuer(tool, privacy={"awards_years": 3, "awards_kept_by_law": law})
    with pytest.raises(KeptByLawError, match=law):
        erase(tool)
    assert len(rows(tool, Award)) == 1
    erase(tool, JANIS)  # who has no award
    # As in retention, it counts from the end of the course, and not before the badge ends.
    tool.clock.advance(days=3 * 366)
    with pytest.raises(KeptByLawError):
        erase(tool)
    with tool.store.begin() as session:
        session.query(Course).one().concluded_at = tool.clock()
    tool.clock.advance(days=3 * 366)
    erase(tool)
    assert rows(tool, Award) == []


def test_the_mails_about_them_in_the_folder_go_and_others_stay(tool, platform, rule_id):
    complete(tool, platform, rule_id, JANIS)
    run_due_jobs(tool)
    before = sorted(Path(tool.mail_folder).glob("*.eml"))
    (of_janis,) = [path for path in before if JANIS.email in path.read_text()]
    assert len(before) == 2
    erasure.erase(tool, [person_id(tool)], OPERATOR)
    assert sorted(Path(tool.mail_folder).glob("*.eml")) == [of_janis]


def test_of_values_and_mails_only_what_names_them_as_a_whole_goes(tool, platform, rule_id):
    """Not the marks of states that were used, nor what others are mailed who are called the same, or alike."""
    complete(tool, platform, rule_id, JANIS)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        anna = session.get_one(Person, person_id(tool))
        anna.name, anna.stated_name = JANIS.name, "e"
    kept = {
        "used-state": {"used": True},
        "editor-code": {"account": "e"},
        "arrival-other": {"launch": {"name": "Eve"}},
    }
    for key, value in (kept | {"arrival-hers": {"launch": {"name": "e"}}}).items():
        tool.expiring_values.put(key, value, 600)
    folder = Path(tool.mail_folder)
    (of_janis,) = [path for path in folder.glob("*.eml") if JANIS.email in path.read_text()]
    teachers = {"hers": f"{JANIS.name} waits", "other": f"{JANIS.name}ch waits", "unlike": "Eve waits"}
    for name, text in teachers.items():
        mail = EmailMessage()
        mail.set_content(text)
        (folder / f"waiting-1-{name}.eml").write_bytes(mail.as_bytes())
    erasure.erase(tool, [person_id(tool)], OPERATOR)
    assert {row.key for row in rows(tool, ExpiringValue)} == set(kept)
    left = {path.name for path in folder.glob("*.eml")}
    assert left == {of_janis.name, "waiting-1-other.eml", "waiting-1-unlike.eml"}


def test_a_teacher_is_erased_once_their_courses_have_ended(tool, platform, rule_id):
    with pytest.raises(NotAllowedError, match="is staff of a course"):
        erase(tool, ZANE)
    with tool.store.begin() as session:
        session.get_one(Course, rule_id).concluded_at = tool.clock()
    zane = person_id(tool, ZANE)
    erase(tool, ZANE)
    named = {name for name, text in everything(tool).items() if ZANE.name in text or ZANE.email in text}
    # The template says who checked it, as the institution wrote.
    assert named == {"template_version"}
    # What she decided stands, by her number.
    assert {row.created_by_id for row in rows(tool, RuleVersion)} == {zane}


def test_their_username_is_gone_and_does_not_come_back(tool, platform, rule_id):
    named, other = replace(ANNA, username="anna.secret"), replace(JANIS, username="janis")
    platform.everyone = [ZANE, named, other]
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    assert "anna.secret" in everything(tool)["platform_account"]
    erase(tool)
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1, username="anna.secret"), tool.clock())
    assert "anna.secret" not in str(everything(tool).values())
    assert "janis" in everything(tool)["platform_account"]


def test_a_username_that_is_stored_while_they_are_erased_is_not_kept(tool_on_postgres, platform):
    """The launch has found them, and notes how they log in once the erasure is done."""
    tool = tool_on_postgres
    make_rule(tool, publish(tool))
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), tool.clock())

    erasing = []

    def erase_once(_connection, _cursor, statement, *_):
        # Between the question who they are and the note.
        if not erasing and statement.startswith("SELECT platform_account.id"):
            erasing.append(statement)
            erase(tool)

    event.listen(tool.store.engine, "before_cursor_execute", erase_once)
    with tool.store.begin() as session:
        queries.people.save_members(session, 1, [replace(ANNA, username="anna.secret")], tool.clock())
    event.remove(tool.store.engine, "before_cursor_execute", erase_once)
    assert erasing
    assert "anna.secret" not in str(everything(tool).values())


def test_the_badge_in_their_hands_still_verifies_and_is_not_given_out_here(tool, rule_id):
    (credential,) = rows(tool, CredentialRow)
    assert tool.verify(credential.text.encode()).verdict == "verified"
    erase(tool)
    assert tool.verify(credential.text.encode()).verdict == "verified"
    assert tool.verify(credential.jwt.encode()).verdict == "verified"


def test_a_revoked_badge_stays_revoked(tool, rule_id):
    from lti_tool.awarding import awards

    (credential,) = rows(tool, CredentialRow)
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "a mistake", tool.clock(), OPERATOR)
    erase(tool)
    assert tool.verify(credential.text.encode()).verdict == "revoked"


def test_no_other_badge_gets_the_entry_of_an_erased_one(tool, rule_id):
    (credential,) = rows(tool, CredentialRow)
    erase(tool)
    with tool.store.begin() as session:
        (row,) = session.query(StatusList).all()
        all_others = status_lists.allocate_entries(
            session, row.issuer_id, row.address_id, row.purpose, status.LENGTH // 2 - 1
        )
    assert {entry.list_id for entry in all_others} == {credential.status_list_id}
    assert credential.status_index not in {entry.index for entry in all_others}


@pytest.fixture
def seen_again(tool, platform, rule_id):
    """Anna completes once more, by every way in which a platform names her."""

    def seen_again():
        platform.inside = [ZANE, PETERIS]
        looks.look(tool.store, platform, rule_id, tool.clock.advance(days=1))
        platform.inside = [ZANE, PETERIS, ANNA]
        looks.look(tool.store, platform, rule_id, tool.clock.advance(days=1))
        with tool.store.begin() as session:
            sessions.start_session(session, launch_of(ANNA, 1), tool.clock())
        looks.look(tool.store, platform, rule_id, tool.clock.advance(days=1))
        run_due_jobs(tool)

    return seen_again


def test_nothing_awards_them_again_by_itself_and_nothing_is_recorded(tool, platform, rule_id, seen_again):
    number = person_id(tool)
    erase(tool)
    seen_again()
    tool.clock.advance(days=500)  # the badge would have expired, and could be renewed
    seen_again()
    assert rows(tool, Award) == []
    assert [row for row in rows(tool, ObservationRow) if number in (row.person_id, row.actor_id)] == []
    assert [row for row in rows(tool, Event) if row.actor == str(number) and row.what == "launched"][1:] == []
    assert "Anna" not in str(everything(tool).values())
    (person,) = [row for row in rows(tool, Person) if row.id == number]
    assert (person.name, person.email, person.language, person.erased_at is not None) == (
        None,
        None,
        None,
        True,
    )
    assert person_id(tool) == number, "by the same account"


def test_an_old_look_that_comes_home_late_awards_nothing(tool, platform, clock):
    """It asked the platform before the erasure, and stores its answer after it."""
    rule_id = make_rule(tool, publish(tool))
    platform.everyone.append(PETERIS)
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside += [ANNA]
    members = platform.members

    def members_while_anna_is_erased(*words):
        found = members(*words)
        if any(row.name == ANNA.name for row in rows(tool, Person)):
            erase(tool)
        return found

    platform.members = members_while_anna_is_erased
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    assert rows(tool, Award) == []
    assert "Anna" not in str(everything(tool).values())


def test_a_look_and_an_erasure_that_meet_leave_nothing(tool, platform, clock):
    rule_id = make_rule(tool, publish(tool))
    platform.everyone.append(PETERIS)
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside += [ANNA, JANIS]
    all_at_once(
        lambda: looks.look(tool.store, platform, rule_id, clock()),
        lambda: erase(tool),
    )
    assert len(rows(tool, Award)) == 1
    assert "Anna" not in str(everything(tool).values())


def test_the_ledger_takes_nothing_about_them_and_what_it_had_awards_nothing(tool, platform, rule_id):
    """However somebody who was erased is named: by a message of the platform, or by a row of an old backup."""
    number = person_id(tool)
    columns = [column.name for column in ObservationRow.__table__.columns if column.name != "id"]
    before = [
        {name: getattr(row, name) for name in columns}
        for row in rows(tool, ObservationRow)
        if row.person_id == number
    ]
    erase(tool)
    seen = Observation(
        course=rule_id, person=number, kind=ROLE, resource="", value="learner", seen_at=NOW, source="x"
    )
    with tool.store.begin() as session:
        queries.observations.add(session, [seen])
    assert [row for row in rows(tool, ObservationRow) if row.person_id == number] == []
    with tool.store.begin() as session:
        session.add_all(ObservationRow(**values) for values in before)
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    assert rows(tool, Award) == []


def test_the_table_itself_refuses_a_name_for_somebody_erased(tool, rule_id):
    number = person_id(tool)
    erase(tool)
    with pytest.raises(IntegrityError), tool.store.begin() as session:
        session.get_one(Person, number).name = "Anna"


def test_an_open_question_is_no_longer_about_them(tool, platform, clock):
    rule_id = make_rule(tool, publish(tool))
    platform.everyone = [ZANE, ANNA, JANIS, PETERIS]
    platform.inside = [ZANE]
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside = list(platform.everyone)
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    erase(tool)
    with tool.store.read() as session:
        question = queries.rules.open_question(session, rule_id)
        assert question.people == [str(person_id(tool, each)) for each in (JANIS, PETERIS)]


def test_only_learners_are_erased_and_nobody_twice(tool, rule_id):
    with pytest.raises(NotAllowedError, match="is staff of a course"):
        erase(tool, ZANE)
    erase(tool)
    with pytest.raises(NotFoundError):
        erase(tool)
    with tool.store.begin() as session, pytest.raises(NotFoundError):
        erase_person(session, tool.issuers, 99, tool.clock(), OPERATOR)


def test_a_job_that_was_running_is_not_tried_again(tool, platform, clock):
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA)
    (issuing,) = claim_due_jobs(tool)
    erase(tool)
    jobs.run(tool, issuing)
    assert rows(tool, CredentialRow) == []
    assert [row for row in rows(tool, Outbox) if row.id == issuing.id] == []
