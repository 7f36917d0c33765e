"""A database that grows is asked by indexes: what is looked up is found without reading whole tables."""

import pytest
from sqlalchemy import UniqueConstraint, delete, event, text
from sqlalchemy.exc import OperationalError

from lti_tool.platforms import registrations
from lti_tool.store import dead_jobs, outbox, queries
from lti_tool.store.events import TOOL
from lti_tool.store.models import AwardRule, Base, Outbox
from tests.fixtures import (
    ANNA,
    NEW_REGISTRATION,
    NOW,
    FakePlatform,
    complete,
    make_rule,
    publish,
    run_due_jobs,
)
from tests.many_learners import multiply


def led_by_an_index(table):
    """The columns that a complete index of the table begins with."""
    keys = [table.primary_key, *(each for each in table.constraints if isinstance(each, UniqueConstraint))]
    complete = [each for each in table.indexes if each.dialect_options["postgresql"]["where"] is None]
    return {next(iter(each.columns)).name for each in (*keys, *complete)}


#: Nobody removes an issuer, and what is asked of an issuer's awards and observations is asked by indexes of their own.
WITHOUT_AN_INDEX = {"award.issuer_id", "observation.issuer_id"}


def test_every_foreign_key_has_an_index():
    """Else whoever removes a platform, or asks for what belongs to somebody, reads the whole table."""
    without = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.foreign_keys and column.name not in led_by_an_index(table)
    ]
    assert set(without) == WITHOUT_AN_INDEX


def statements_of(store, ask):
    """The statements of `ask`, with their parameters."""
    asked = []

    def remember(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", remember)
    ask()
    event.remove(store.engine, "before_cursor_execute", remember)
    return asked


def plan_of(store, ask):
    """How PostgreSQL goes about the statements of `ask`, as text."""
    with store.engine.connect() as connection, connection.connection.cursor() as cursor:
        plans = []
        for statement, parameters in statements_of(store, ask):
            cursor.execute("EXPLAIN " + statement, parameters)
            plans += [line for (line,) in cursor.fetchall()]
    return "\n".join(plans)


def prepared_plan_of(store, ask):
    """The same for whatever parameters: so PostgreSQL may go about it once it has been asked several times."""
    with store.engine.connect() as connection, connection.connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        plans = []
        for statement, parameters in statements_of(store, ask):
            for number, name in enumerate(parameters, start=1):
                statement = statement.replace(f"%({name})s", f"${number}")
            cursor.execute(f"PREPARE asked AS {statement}")
            cursor.execute(f"EXPLAIN EXECUTE asked ({', '.join(['NULL'] * len(parameters))})")
            plans += [line for (line,) in cursor.fetchall()]
            cursor.execute("DEALLOCATE asked")
    return "\n".join(plans)


def test_due_jobs_are_found_without_reading_those_that_wait(store):
    """Looks and notices of expiry wait by the hundred thousand."""
    fill = """
        INSERT INTO outbox (id, queue, task, payload, attempts, due_at, created_at)
        SELECT 'j-' || n, queue, 'look', '{}', 0, :soon + n * interval '1 second', :soon
        FROM generate_series(1, 20000) AS n, unnest(ARRAY['awards', 'looks', 'deliveries']) AS queue
        WHERE n % 3 = CASE queue WHEN 'awards' THEN 0 WHEN 'looks' THEN 1 ELSE 2 END
    """
    with store.engine.begin() as connection:
        connection.execute(text(fill), {"soon": NOW})
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    waiting = outbox.WaitingQueues(store)
    for plan in (
        plan_of(store, lambda: waiting.at(NOW)),
        prepared_plan_of(store, lambda: waiting.at(NOW)),
        plan_of(store, lambda: outbox.claim(store, outbox.LOOKS, NOW, 100)),
    ):
        assert "ix_outbox_due" in plan
        assert "Seq Scan" not in plan
    with store.read() as session:
        plan = plan_of(store, lambda: outbox.health(session, outbox.AWARDS, NOW))
    assert "ix_outbox_due" in plan
    waiting.close()


def test_people_are_found_by_their_username_without_reading_all_accounts(tool_on_postgres):
    store = tool_on_postgres.store
    fill = """
        INSERT INTO person (id, name_mailed_to, withheld) SELECT n, '[]', '[]' FROM generate_series(1, 20000) AS n;
        INSERT INTO platform_account (registration_id, user_id, username, person_id)
        SELECT 1, 'u' || n, 'name' || n, n FROM generate_series(1, 20000) AS n
    """
    with store.begin() as session:
        registrations.add(session, NEW_REGISTRATION, NOW)
        session.execute(text(fill))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    names = {"user_ids": {""}, "usernames": {"name7", "name8"}, "emails": {""}}
    with store.read() as session:
        plan = plan_of(store, lambda: queries.people.named(session, 1, **names))
        assert len(queries.people.named(session, 1, **names)) == 2
    assert "ix_platform_account_username" in plan
    assert "Seq Scan on platform_account" not in plan


def test_the_roster_of_a_large_course_finds_each_persons_award_before_there_are_statistics(tool_on_postgres):
    """Nobody has analysed the tables yet, a minute after thousands were awarded: so they are found by the person."""
    tool = tool_on_postgres
    course_id = make_rule(tool, publish(tool))
    complete(tool, FakePlatform(), course_id, ANNA)
    run_due_jobs(tool)
    multiply(tool, range(2000))
    with tool.store.read() as session:
        rule = session.query(AwardRule).one()
        template = rule.versions[-1].template_version
        for ask in (
            lambda: queries.course_page.people_never_awarded(session, course_id, template),
            lambda: queries.course_page.people_awarded_elsewhere(session, rule, template),
        ):
            plan = plan_of(tool.store, ask)
            assert "ix_award_person_id" in plan, plan
            for slow in ("Seq Scan on award", "BitmapAnd", "Nested Loop"):
                assert slow not in plan, plan


def test_no_page_of_a_large_course_compares_awards_with_all_credentials_before_there_are_statistics(
    tool_on_postgres,
):
    tool = tool_on_postgres
    course_id = make_rule(tool, publish(tool))
    complete(tool, FakePlatform(), course_id, ANNA)
    run_due_jobs(tool)
    multiply(tool, range(2000))
    with tool.store.read() as session:
        rule = session.query(AwardRule).one()
        for ask in (
            lambda: queries.course_home.counts_in_course(session, course_id, NOW, NOW),
            lambda: queries.roster.standings_of_rule(session, rule),
        ):
            plan = plan_of(tool.store, ask)
            assert "Join Filter: (credential.award_id = award.id)" not in plan, plan


def test_who_asks_again_and_again_begins_no_transactions_and_survives_a_lost_connection(store):
    waiting = outbox.WaitingQueues(store)
    own = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND query LIKE '%min(%'"
    for _ in range(2):
        for _ in range(3):
            assert waiting.at(NOW) == []
        with store.engine.connect() as connection:
            # The last that the server was told is the question: no BEGIN or ROLLBACK goes with it.
            assert connection.execute(text(f"SELECT state {own}")).all() == [("idle",)]
            connection.execute(text(f"SELECT pg_terminate_backend(pid, 10000) {own}"))
        with pytest.raises(OperationalError):
            waiting.at(NOW)
    assert waiting.at(NOW) == []
    waiting.close()


def test_dead_jobs_are_found_without_reading_the_others(store):
    """Each launch and each look asks for them, and nearly always there are none."""
    fill = """
        INSERT INTO outbox (id, queue, task, payload, award_id, attempts, due_at, created_at, died_at)
        SELECT 'tell-' || n, 'awards', 'tell', '{}', n, 0, :now, :now, CASE WHEN n % 10000 = 0 THEN :now END
        FROM generate_series(1, 100000) AS n
    """
    with store.engine.begin() as connection:
        connection.execute(text(fill), {"now": NOW})
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    with store.begin() as session:
        for ask in (
            lambda: dead_jobs.dead(session),
            lambda: dead_jobs.dead_of_awards(session, list(range(200))),
            lambda: dead_jobs.revive_issuing(session, [17], NOW),
            lambda: dead_jobs.retry_award(session, 17, NOW, TOOL),
            lambda: session.execute(delete(Outbox).where(Outbox.award_id.in_([17, 18]))),
        ):
            plan = plan_of(store, ask)
            assert "ix_outbox_dead" in plan or "ix_outbox_award" in plan, plan
            assert "Seq Scan on outbox" not in plan, plan
