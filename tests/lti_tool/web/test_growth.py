"""An installation that has grown: each statement of its whole story has an index, and reads no more than it needs."""

import pytest
from sqlalchemy import event

from lti_tool.awarding import looks
from lti_tool.issuing import legal_identity
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import dead_jobs, outbox, queries
from lti_tool.store.events import TOOL
from lti_tool.store.models import Award, CredentialRow, LookRow, Outbox, TemplateVersion
from tests.amounts import amount
from tests.filled_database import FIRST, PEOPLE, fill
from tests.fixtures import ANNA, ZANE, learner, run_due_jobs, run_job
from tests.lti_tool.web.conftest import CLAIM, hidden

AWARDS = amount("awards of an installation that has grown", small=20_000, full=1_000_000)
#: Tables with so many rows grow with the awards; those of courses and rules may be read whole.
LARGE = AWARDS // 20
GROW = frozenset(
    "award credential delivery event launch_session look observation outbox person platform_account".split()
)


@pytest.fixture
def tool(tool_on_postgres):
    return tool_on_postgres


@pytest.fixture
def grown(web_tool, annas_badge):
    """The tool, with copies of Anna's course."""
    with web_tool.store.read() as session:
        award = session.query(Award).one()
    fill(web_tool.store.engine, AWARDS, award.person_id, award.id)
    return web_tool


@pytest.fixture
def story(grown, school, services, browser, annas_badge, clock):
    """What happens in a course of the grown installation, in its sequence: what it is called, and how it is done."""
    number = 7
    course_id = FIRST + number
    of_course = {CLAIM + "context": {"id": f"course-{number}", "title": "Data Literacy Fundamentals"}}
    listed = [ZANE]
    for each in range((number - 1) * PEOPLE + 1, number * PEOPLE + 1):
        listed.append(learner(each, user_id=f"person-{each}", name=ANNA.name, email=ANNA.email))
    newcomer = learner(5_000_000)
    services.everyone = [*listed, newcomer]
    services.inside = listed[:-5]

    def look():
        now = clock.advance(minutes=10)
        looks.look(grown.store, services, course_id, now, grown.issuer.policy)
        with grown.store.read() as session:
            outcomes = session.query(LookRow.outcome).filter_by(course_id=course_id, began_at=now)
            assert [outcome for (outcome,) in outcomes] == ["answered"]

    def look_that_awards():
        look()
        services.inside.append(newcomer)
        look()
        with grown.store.read() as session:
            person = queries.people.person_of(session, 1, newcomer.user_id)
            assert session.query(Award).filter_by(person_id=person.id).count() == 1

    def teaches(path="course", **form):
        page = school.launch(ZANE, **of_course)
        return browser.post(f"/lti/app/{path}", data={"_launch": hidden(page, "_launch"), **form})

    def work():
        with grown.store.begin() as session:
            outbox.schedule(session, f"look-{course_id}", "look", {"course_id": course_id}, clock())
        run_job(grown, f"look-{course_id}")
        outbox.WaitingQueues(grown.store).at(clock())
        run_due_jobs(grown)
        run_job(grown, "sweep")
        with grown.store.read() as session:
            assert session.get_one(Outbox, "sweep").trouble is None

    def health():
        assert browser.get("/readyz").status_code == 200
        browser.get("/workz")

    def start():
        with grown.store.begin() as session:
            dead_jobs.revive_all_issuing(session, clock())

    def public():
        for address in (f"/badges/{annas_badge}", f"/badges/{annas_badge}.json", "/status/1"):
            assert browser.get(address).status_code == 200

    def verify():
        page = browser.get(f"/badges/{annas_badge}.json")
        browser.post("/verify", data={"text": page.text})

    def revoke():
        with grown.store.read() as session:
            award_id = session.query(CredentialRow).filter_by(id=annas_badge).one().award_id
        page = school.launch(ZANE)
        browser.post(
            f"/lti/app/awards/{award_id}/revoke", data={"_launch": hidden(page, "_launch"), "reason": "x"}
        )
        run_due_jobs(grown)

    def confirm():
        with grown.store.begin() as session:
            legal_identity.confirm(session, grown.issuer, clock())

    def lookup():
        with grown.store.read() as session:
            version = session.get_one(TemplateVersion, course_id)
            list(queries.events.events(session, about="award:1"))
            list(queries.events.events(session, since=clock()))
        assert browser.get(f"/achievements/{version.template_id}/{version.version}").status_code == 200

    def erase():
        with grown.store.begin() as session:
            person = queries.people.person_of(session, 1, f"person-{number * PEOPLE - 1}")
            erase_person(session, grown.issuers, person.id, clock(), TOOL)

    return {
        "a look in which nothing is new": lambda: (look(), look()),
        "a look that awards": look_that_awards,
        "a learner opens the link": lambda: school.launch(listed[3], **of_course),
        "a new learner opens the link": lambda: school.launch(newcomer, **of_course),
        "the work of a worker": work,
        "health": health,
        "a start": start,
        "the pages of a badge": public,
        "a verification": verify,
        "a teacher opens the course": lambda: school.launch(ZANE, **of_course),
        "a badge is revoked": revoke,
        "the issuer is confirmed": confirm,
        "what was done and is announced": lookup,
        "a person is erased": erase,
    }


class Asked:
    """The statements that a store is asked, each with the first of its parameters."""

    def __init__(self, engine):
        self.engine = engine
        self.statements = {}

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._remember)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._remember)

    def _remember(self, _connection, _cursor, statement, parameters, *_):
        if "SAVEPOINT" in statement:
            return
        one = parameters[0] if isinstance(parameters, list) else parameters
        self.statements.setdefault(statement, one)


def large_tables(connection):
    found = connection.exec_driver_sql(
        f"SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= {LARGE}"
    )
    return {name for (name,) in found}


def partial_indexes(connection):
    found = connection.exec_driver_sql(
        "SELECT relname FROM pg_class JOIN pg_index ON pg_class.oid = indexrelid WHERE indpred IS NOT NULL"
    )
    return {name for (name,) in found}


def plan_of(cursor, statement, parameters):
    """The plan for it, by the words of PostgreSQL."""
    cursor.execute("EXPLAIN (FORMAT JSON) " + statement, parameters)
    return cursor.fetchone()[0][0]["Plan"]


def blocks_of(cursor, statement, parameters):
    """How many blocks of tables and indexes PostgreSQL reads for it, in memory or not. It is done, too."""
    cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement, parameters)
    plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def read_whole(node, large, partial, *, limited=False):
    """The large tables that a plan reads from one end to the other; but for the first rows in the order of an index."""
    limited = limited or node["Node Type"] == "Limit"
    table, index = node.get("Relation Name"), node.get("Index Name")
    reads_all = {
        "Seq Scan": True,
        "Index Scan": "Index Cond" not in node and index not in partial and not limited,
        "Index Only Scan": "Index Cond" not in node and index not in partial and not limited,
    }
    found = [table] if table in large and reads_all.get(node["Node Type"], False) else []
    # A row that is looked for is not there; only those in the order of an index are limited.
    for child in node.get("Plans", ()):
        found += read_whole(child, large, partial, limited=limited and node["Node Type"] != "Sort")
    return found


def test_no_statement_of_the_story_reads_a_large_table_whole(grown, story):
    whole = []
    for what, happens in story.items():
        with Asked(grown.store.engine) as asked:
            happens()
        assert asked.statements, what
        with grown.store.engine.connect() as connection, connection.connection.cursor() as cursor:
            large, partial = large_tables(connection), partial_indexes(connection)
            assert large >= GROW
            if AWARDS < 1_000_000:
                # A table of some thousand pages may be read whole in less time; is there an index at all?
                for way in ("seqscan", "hashjoin", "mergejoin"):
                    cursor.execute(f"SET enable_{way} = off")
            for statement, parameters in asked.statements.items():
                read = read_whole(plan_of(cursor, statement, parameters), large, partial)
                if read:
                    whole.append(f"{what} reads {read}: {statement}")
    assert whole == [], "\n\n".join(whole)


def test_a_look_in_which_nothing_is_new_finds_nobody_by_themselves(grown, story):
    """It reads fewer blocks than the course has learners: what it compares with is read as a whole."""
    look = story["a look in which nothing is new"]
    look()
    with Asked(grown.store.engine) as asked:
        look()
    with grown.store.engine.connect() as connection, connection.connection.cursor() as cursor:
        blocks = {each: blocks_of(cursor, each, given) for each, given in asked.statements.items()}
    assert sum(blocks.values()) < PEOPLE, blocks
