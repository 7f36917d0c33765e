"""A PostgreSQL as it is after years: copies of one course with its awards, made in the database itself.

A tool plays one award first, so that each row is as the tool writes it; then PostgreSQL copies the rows with other ids.
A course has PEOPLE learners, and each of them an award, its credential, delivery and events, and what was observed.
"""

from __future__ import annotations

from sqlalchemy import Engine

from lti_tool.store.models import Base

#: Learners of a course.
PEOPLE = 500
#: From where on the ids of copies are counted.
FIRST = 1_000_000

#: By table: whose row is copied; how many copies each course (`courses`) or award (`awards`) brings; and the columns
#: that differ, as SQL over `n`, the number of the copy from 1, and `c`, that of its course.
_COURSE = f"{FIRST} + c"
_AWARD = f"{FIRST} + n"
_UUID = "md5(%s)::uuid::text"
_COPIES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("course", "id = 1", "courses", {"id": _COURSE, "context_id": "'course-' || c"}),
    (
        "template_version",
        "id = 1",
        "courses",
        {"id": _COURSE, "template_id": _UUID % "'template ' || c"},
    ),
    ("resource_link", "id = 1", "courses", {"id": _COURSE, "course_id": _COURSE}),
    ("award_rule", "id = 1", "courses", {"id": _COURSE, "course_id": _COURSE, "resource_link_id": _COURSE}),
    (
        "rule_version",
        "id = 1",
        "courses",
        {"id": _COURSE, "rule_id": _COURSE, "template_version_id": _COURSE},
    ),
    (
        "look",
        "id = 1",
        "awards / 5",
        {
            "id": _AWARD,
            "course_id": f"{FIRST} + 1 + mod(n, courses)",
            "began_at": "source.began_at - n * '1 second'::interval",
        },
    ),
    (
        "outbox",
        "id = 'look-1'",
        "courses",
        {
            "id": f"'look-' || {_COURSE}",
            "payload": f"json_build_object('course_id', {_COURSE})",
            "due_at": "source.due_at + '30 days'::interval + n * '1 second'::interval",
            "leased_until": "NULL",
        },
    ),
    ("person", "id = {person}", "awards", {"id": _AWARD}),
    (
        "platform_account",
        "person_id = {person}",
        "awards",
        {"id": _AWARD, "user_id": "'person-' || n", "person_id": _AWARD},
    ),
    (
        "award",
        "id = {award}",
        "awards",
        {
            "id": _AWARD,
            "subject_id": _UUID % "'subject ' || n",
            "course_id": _COURSE,
            "template_id": _UUID % "'template ' || c",
            "person_id": _AWARD,
            "rule_id": _COURSE,
            "rule_version_id": _COURSE,
            "template_version_id": _COURSE,
        },
    ),
    (
        "credential",
        "award_id = {award}",
        "awards",
        {
            "id": _UUID % "'credential ' || n",
            "award_id": _AWARD,
            "template_version_id": _COURSE,
            "status_index": "n + 200000",
        },
    ),
    ("delivery", "award_id = {award}", "awards", {"id": _AWARD, "award_id": _AWARD}),
    (
        "observation",
        "person_id = {person} AND kind IN ('role', 'link_access')",
        "awards",
        {"id": "nextval('observation_id_seq')", "course_id": _COURSE, "person_id": _AWARD},
    ),
    (
        "event",
        "about_kind = 'award' AND about = '{award}'",
        "awards",
        {"id": "nextval('event_id_seq')", "about": f"({_AWARD})::text"},
    ),
    (
        "launch_session",
        "token_hash = (SELECT min(token_hash) FROM launch_session)",
        "awards / 10",
        {
            "token_hash": "md5('session ' || n) || md5('hash ' || n)",
            "course_id": f"{FIRST} + 1 + mod(n, courses)",
            "person_id": f"{FIRST} + n * 10",
            "resource_link_id": f"{FIRST} + 1 + mod(n, courses)",
            "rule_id": f"{FIRST} + 1 + mod(n, courses)",
        },
    ),
    (
        "outbox",
        "id = 'look-1'",
        "awards / 10",
        {
            "id": "'tell-' || n",
            "queue": "'awards'",
            "task": "'tell'",
            "due_at": "source.due_at + '300 days'::interval",
            "award_id": f"{FIRST} + n * 10",
        },
    ),
)


def fill(engine: Engine, awards: int, person_id: int, award_id: int) -> None:
    """Copies the course with this person and award, until there are so many awards; PostgreSQL knows it is larger."""
    courses = awards // PEOPLE
    with engine.begin() as connection:
        # What refers to what is right by itself, and need not be checked a million times.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table, whose, number, changes in _COPIES:
            columns = [column.name for column in Base.metadata.tables[table].columns]
            values = [changes.get(column, f"source.{column}") for column in columns]
            counts = number.replace("courses", str(courses)).replace("awards", str(awards))
            is_of_awards = number.startswith("awards")
            course = f"1 + (n - 1) / {PEOPLE}" if is_of_awards else "n"
            connection.exec_driver_sql(
                f"""
                INSERT INTO {table} ({", ".join(columns)})
                SELECT {", ".join(values)}
                FROM generate_series(1, {counts}) AS n,
                    LATERAL (SELECT {course} AS c) AS of_course,
                    (SELECT {courses} AS courses) AS counted,
                    (SELECT * FROM {table} WHERE {whose.format(person=person_id, award=award_id)}) AS source
                """
            )
        # What comes from now on is newer than the copies by its id too: a look is overtaken by one with a higher id.
        for table in sorted(
            {table for table, _, _, changes in _COPIES if changes.get("id") in (_AWARD, _COURSE)}
        ):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
