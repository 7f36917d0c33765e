"""Registrations are updated, disabled and removed, and what is removed leaves nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import DBAPIError

from lti_tool import jobs
from lti_tool.awarding import looks, permissions
from lti_tool.errors import AlreadyRegisteredError, NotAllowedError, NotFoundError
from lti_tool.mails.teacher_choices import MailChoice
from lti_tool.people import addresses, sessions, teacher_mails
from lti_tool.platforms import registrations, self_tests, source_access
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import (
    AddressCode,
    Award,
    Base,
    BulkAct,
    Event,
    HandAward,
    KeptProfile,
    Outbox,
    Pathway,
    PathwayClaim,
    ProvedAddress,
    RegistrationRow,
    TemplateVersion,
)
from lti_tool.templates import approvals, versions
from lti_tool.values import Given
from tests import prior_learning as steps
from tests.backpack import add_host_access, kept_badge
from tests.fixtures import (
    ANNA,
    NEW_REGISTRATION,
    TOMS,
    ZANE,
    complete,
    launch_of,
    make_rule,
    place_badge,
    publish,
    register_once,
    rows,
    run_due_jobs,
    template_data,
)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def template_id(tool):
    return publish(tool)


@pytest.fixture
def rule_id(tool, template_id):
    return make_rule(tool, template_id)


def act(tool, change, *more):
    with tool.store.begin() as session:
        return change(session, only(tool), *more, tool.clock())


def only(tool):
    with tool.store.read() as session:
        return session.query(RegistrationRow).order_by(RegistrationRow.id).first().id


def counts(tool):
    """How many rows each table has."""
    with tool.store.read() as session:
        return {
            mapper.local_table.name: session.query(mapper.class_).count()
            for mapper in Base.registry.mappers
            if mapper.class_ is not Event
        }


def referring_tables(name="registration"):
    """The tables that refer to that table, directly or by way of others; awards and their credentials keep it."""
    found = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == name and table.name not in (name, "award", "credential")
    }
    return found.union(*(referring_tables(each) for each in found))


#: What refers to awards and to published templates, which keep a registration.
OF_AWARDS = {"mailed_change", "brought_badge", "endorsement", "endorsement_link"}
#: What refers to people who stay, because their application needs no platform.
OF_CANDIDATES = {
    f"prior_learning_{each}"
    for each in ("application", "item", "part", "assessment", "decision", "identity_check")
}


def test_what_is_not_named_stays_as_it_was(tool, rule_id):
    changed = act(tool, registrations.update, {"jwks_url": "https://new.example.org/jwks", "name": ""})
    assert (changed.jwks_url, changed.name) == ("https://new.example.org/jwks", "")
    assert (changed.platform_id, changed.product) == (NEW_REGISTRATION.platform_id, "moodle")
    with tool.store.read() as session:
        (event,) = queries.events.events(session, what="registration_updated")
        assert event.data == {"fields": ["jwks_url", "name"]}


def test_an_update_cannot_take_the_client_of_another_registration(tool, rule_id):
    with tool.store.begin() as session:
        other = registrations.add(session, replace(NEW_REGISTRATION, client_id="client-2"), tool.clock())
    with pytest.raises(AlreadyRegisteredError) as caught:
        act(tool, registrations.update, {"client_id": "client-2"})
    assert caught.value.registration_id == other.id
    assert act(tool, registrations.update, {"client_id": "client-3"}).client_id == "client-3"


def test_two_updates_to_one_client_at_once_change_one(tool):
    with tool.store.begin() as session:
        ids = [
            registrations.add(
                session, replace(NEW_REGISTRATION, client_id=f"client-{number}"), tool.clock()
            ).id
            for number in range(2)
        ]
    ready = Barrier(2)

    def take(registration_id):
        ready.wait()
        try:
            with tool.store.begin() as session:
                registrations.update(session, registration_id, {"client_id": "wanted"}, tool.clock())
        except AlreadyRegisteredError:
            return "refused"
        return "changed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, ids)) == ["changed", "refused"]


def test_a_platform_that_is_not_there_is_named(tool):
    for change in (registrations.disable, registrations.enable, registrations.remove):
        for number in (1, 0, 2**40):
            with pytest.raises(NotFoundError, match=f"no platform {number}"), tool.store.begin() as session:
                change(session, number, tool.clock())


def test_a_disabled_platform_is_not_called_and_awards_nothing(tool, platform, rule_id):
    act(tool, registrations.disable)
    complete(tool, platform, rule_id, ANNA)
    assert counts(tool)["award"] == 0
    assert counts(tool)["look"] == 0
    act(tool, registrations.enable)
    platform.inside.remove(ANNA)
    complete(tool, platform, rule_id, ANNA)
    assert counts(tool)["award"] == 1


def test_removing_leaves_nothing_of_the_platform(tool, platform, template_id, clock):
    pathway = {"issuer_id": tool.issuer.id, "template_id": template_id, "draft": "{}"}
    with tool.store.begin() as session:
        session.add(Pathway(**pathway, created_at=clock(), changed_at=clock()))
    before = counts(tool)
    rule_id = make_rule(tool, template_id)
    registration_id = only(tool)
    with tool.store.begin() as session:
        place_badge(session, tool, registration_id, template_id)
        sessions.start_session(session, launch_of(ANNA, registration_id), clock())
        course_id = queries.people.course_of(session, registration_id, "42").id
        draft = versions.add(session, template_data(), clock())
        draft.course_id = course_id
        permissions.permit(session, tool.issuers.first(session), registration_id, course_id, clock())
        source_access.give(
            session,
            registration_id,
            "bell",
            Given(secrets={"token": "a"}),
            tool.encrypt,
            clock(),
            course_id=course_id,
            person_id=queries.people.person_of(session, registration_id, ZANE.user_id).id,
        )
        given = Given(secrets={"token": "of this platform"})
        source_access.give(session, registration_id, "moodle_web_service", given, tool.encrypt, clock())
        self_tests.keep(session, registration_id, {}, clock(), is_in_order=True)
        zane = events.person(queries.people.person_of(session, registration_id, ZANE.user_id).id)
        approvals.publish_or_ask(session, draft, tool.issuer.profile, clock(), zane)
        anna = queries.people.person_of(session, registration_id, ANNA.user_id).id
        session.add(
            HandAward(
                rule_id=rule_id, person_id=anna, reason="", asked_at=clock(), asked_by_id=zane.person_id
            )
        )
        several = BulkAct(
            rule_id=rule_id, kind="award", once="x", asked_by_id=zane.person_id, asked_at=clock()
        )
        session.add(several)
        session.flush()
        queries.bulk_acts.add_people(session, several.id, {anna: None})
        erased = [(registration_id, "erased:0")]
        queries.issuer_erasures.keep_erased(session, tool.issuer.id, erased, clock())
        teacher_mails.choose(session, zane.person_id, course_id, MailChoice(frequency="none"), clock())
        queries.mails.refuse(session, anna, "waiting", clock())
        queries.identity_checks.refuse(session, anna, clock())
        session.add(ProvedAddress(person_id=anna, address="anna@example.org", proved_at=clock()))
        session.add(
            AddressCode(
                ticket_hash="x",
                seed="x",
                address="anna@work.example.org",
                person_id=anna,
                issuer_id=tool.issuer.id,
                language="en",
                expires_at=clock.now + timedelta(days=1),
            )
        )
        session.add(kept_badge(anna, clock()))
        claim = {"pathway_id": 1, "part": "x", "person_id": anna, "kept_badge_id": 1, "status": "asked"}
        session.add(PathwayClaim(**claim, claimed_at=clock()))
        session.add(KeptProfile(person_id=anna, body={}, changed_at=clock()))
        add_host_access(session, "anna@example.org", clock())
        queries.mails.save_mailed_matter(session, rule_id, "to_confirm", zane.person_id, [anna], clock())
    # All who were outside come in at once: a question.
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside = list(platform.everyone)
    clock.advance(minutes=10)
    looks.look(tool.store, platform, rule_id, clock())
    filled = {name for name, count in counts(tool).items() if count > before[name]}
    # A pathway is its issuer's: it has no course.
    wanted = (referring_tables() | referring_tables("person")) - OF_AWARDS - OF_CANDIDATES - {"pathway"}
    assert filled >= wanted, "a new table is filled here, and deleted with its registration"
    act(tool, registrations.remove)
    # A host is nobody's: it is forgotten once nobody uses it.
    others = ("outbox", "badge_host", "ended_access")
    assert {name: n for name, n in counts(tool).items() if name not in others} == {
        name: n for name, n in before.items() if name not in others
    }
    clock.advance(hours=1)
    for queue in outbox.QUEUES:
        for job in outbox.claim(tool.store, queue, clock(), 50):
            jobs.run(tool, job)
    assert [row.task for row in rows(tool, Outbox)] == ["sweep"]


def test_people_and_templates_of_other_platforms_stay(tool, template_id):
    with tool.store.begin() as session:
        kept, removed = (
            registrations.add(session, replace(NEW_REGISTRATION, client_id=each), tool.clock()).id
            for each in ("kept", "removed")
        )
        for registration_id in (kept, removed):
            for person in (ZANE, TOMS, ANNA):
                sessions.start_session(session, launch_of(person, registration_id), tool.clock())
        shared = queries.people.person_of(session, kept, ANNA.user_id)
        for account in queries.people.person_of(session, removed, ANNA.user_id).accounts:
            account.person_id = shared.id
    with tool.store.begin() as session:
        registrations.remove(session, removed, tool.clock())
    with tool.store.read() as session:
        people = [queries.people.person_of(session, kept, each.user_id).name for each in (ZANE, TOMS, ANNA)]
        assert people == ["Zane Ozola", "Toms Liepa", "Anna Bērziņa"]
        assert session.query(TemplateVersion).count() == 1
        assert session.query(RegistrationRow).one().id == kept


def test_whoever_applies_for_recognition_stays_with_what_was_found_of_them(tool, template_id):
    with tool.store.begin() as session:
        anna = sessions.start_session(
            session, launch_of(ANNA, register_once(session, tool.clock())), tool.clock()
        )
        number = anna.row.person_id
        addresses.save_proof(session, number, steps.ADDRESS, tool.clock(), events.person(number))
    application_id = steps.assessed(
        tool, steps.offer(tool, template_id), *[steps.found(steps.MET, name=ANNA.name)] * 2
    )
    act(tool, registrations.remove)
    steps.grant(tool, application_id)
    run_due_jobs(tool)
    assert [(each.person_id, each.status) for each in rows(tool, Award)] == [(number, "issued")]


def test_a_platform_with_awards_is_not_removed_and_it_is_said_what_to_do(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    before = counts(tool)
    with pytest.raises(NotAllowedError, match=r"awards: 1, .*`platforms disable \d+`"):
        act(tool, registrations.remove)
    assert counts(tool) == before
    with tool.store.read() as session:
        assert session.query(Award).one().credential is not None


def test_a_platform_whose_course_has_a_published_template_is_not_removed(tool, rule_id):
    with tool.store.begin() as session:
        session.query(TemplateVersion).one().course_id = queries.people.course_of(
            session, only(tool), "42"
        ).id
    with pytest.raises(NotAllowedError, match="published templates: 1"):
        act(tool, registrations.remove)


def test_removing_while_people_come_in_removes_all_or_nothing(tool, template_id, clock):
    empty = counts(tool)
    rule_id = make_rule(tool, template_id)
    registration_id, before = only(tool), counts(tool)
    ready = Barrier(5)

    def come_in(number):
        ready.wait()
        try:
            with tool.store.begin() as session:
                person = replace(ANNA, user_id=f"new-{number}")
                sessions.start_session(session, launch_of(person, registration_id), clock())
        except (DBAPIError, LookupError):
            return "refused"
        return "in"

    def remove(_):
        ready.wait()
        try:
            act(tool, registrations.remove)
        except NotAllowedError:
            return "kept"
        return "removed"

    with ThreadPoolExecutor(5) as pool:
        visits = [pool.submit(come_in, number) for number in range(4)]
        outcome = pool.submit(remove, 0).result()
        visits = [visit.result() for visit in visits]
    after = counts(tool)
    if outcome == "removed":
        names = after.keys() - {"outbox"}
        assert {name: after[name] for name in names} == {name: empty[name] for name in names}
    else:
        assert rule_id
        assert after["platform_account"] == before["platform_account"] + visits.count("in")


def test_removing_twice_says_that_there_is_no_such_platform(tool, rule_id):
    number = only(tool)
    act(tool, registrations.remove)
    with pytest.raises(NotFoundError), tool.store.begin() as session:
        registrations.remove(session, number, tool.clock())


def test_of_two_who_remove_at_once_one_is_told_that_there_is_no_such_platform(tool, rule_id):
    number, ready = only(tool), Barrier(2)

    def remove(_):
        try:
            with tool.store.begin() as session:
                if not IS_LOCKED_FROM_BEGINNING[session.get_bind().dialect.name]:
                    registrations.registration(session, number)
                    ready.wait(10)
                registrations.remove(session, number, tool.clock())
        except NotFoundError:
            return "not there"
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, range(2))) == ["not there", "removed"]


#: SQLite has one who writes at a time, from the beginning of a transaction.
IS_LOCKED_FROM_BEGINNING = {"sqlite": True, "postgresql": False}


def test_a_deployment_that_is_not_listed_cannot_be_unlisted(tool, rule_id):
    with pytest.raises(NotFoundError, match="no deployment 77"):
        act(tool, registrations.unlist_deployment, "77")
