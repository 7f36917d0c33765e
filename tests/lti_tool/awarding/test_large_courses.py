"""Looks at large courses: what they ask and keep, whom they hold up, and what is left where they are stopped."""

import threading
import tracemalloc

import pytest
from sqlalchemy import event, text

from lti_tool.awarding import launched, looks
from lti_tool.awarding.ledger import Ledger
from lti_tool.errors import PlatformError
from lti_tool.observations import LINK_ACCESS, ROLE
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import Award, LookRow, ObservationRow, Outbox
from tests.amounts import amount
from tests.fixtures import ZANE, FakePlatform, launch_of, learner, make_rule, publish

#: In `make test` the least that shows how something grows.
THOUSANDS = amount("thousands of members on a list in which nothing is new", small=2, full=5)
#: Several parts, however much is stored or decided at once.
SEVERAL_PARTS = 2 * max(looks.STORED_AT_ONCE, 200) + 50


@pytest.fixture
def tool(tool_on_postgres):
    return tool_on_postgres


@pytest.fixture
def course_id(tool):
    return make_rule(tool, publish(tool))


def people_of(number):
    return [ZANE, *(as_listed(1000 + each) for each in range(number))]


def as_listed(number):
    return learner(number, username=f"learner.{number}")


def rows(tool, kind):
    with tool.store.read() as session:
        return session.query(kind).all()


def look(tool, platform, course_id):
    now = tool.clock.advance(minutes=10)
    return looks.look(tool.store, platform, course_id, now, tool.issuer.policy)


class Listed(FakePlatform):
    """A platform that makes its list while it is read: `taken` is how many of the course's members were."""

    def __init__(self, people, inside=(ZANE,), ends_at=None):
        super().__init__(everyone=people, inside=list(inside))
        self.ends_at = ends_at
        self.taken = 0

    def members(self, url, resource_link_id=None):
        if resource_link_id is not None:
            yield from self.inside
            return
        self.taken = 0
        for member in self.everyone:
            if self.taken == self.ends_at:
                raise PlatformError("the platform's list continues on another site")
            self.taken += 1
            # A new value each time, as one that was just read.
            yield as_listed(int(member.user_id)) if member is not ZANE else ZANE


def statements_of(tool, act):
    """The statements of an act."""
    asked = []

    def remember(_connection, _cursor, statement, *_):
        asked.append(statement)

    event.listen(tool.store.engine, "before_cursor_execute", remember)
    act()
    event.remove(tool.store.engine, "before_cursor_execute", remember)
    return asked


def test_a_list_in_which_nothing_is_new_costs_two_statements_for_a_thousand_members_at_most(tool, course_id):
    number = []
    for thousands in (1, THOUSANDS):
        platform = Listed(people_of(1000 * thousands))
        for _ in range(2):
            look(tool, platform, course_id)
        before = len(rows(tool, ObservationRow))
        asked = statements_of(tool, lambda: look(tool, platform, course_id))  # noqa: B023
        number.append(len(asked))
        written = [each for each in asked if each.startswith(("INSERT", "UPDATE", "DELETE"))]
        assert not [each for each in written if "person" in each or "platform_account" in each]
        assert len(rows(tool, ObservationRow)) == before
    assert number[1] - number[0] <= 2 * (THOUSANDS - 1)


def test_of_people_who_were_seen_alike_the_same_is_kept_once(tool, course_id):
    people = people_of(200)
    for inside in (people[:1], people[:101]):
        look(tool, Listed(people, inside=inside), course_id)
    known = Ledger(tool.store, 1, course_id).people(
        [member.user_id for member in people], frozenset({ROLE, LINK_ACCESS})
    )
    assert len(known) == 201
    kept = {id(each): each for person in known.values() for each in person.own}
    # Learners, and staff by launch and by list; a link that was closed, and that opened to half of them.
    assert sorted((each.kind, each.value) for each in kept.values()) == [
        (LINK_ACCESS, "closed"),
        (LINK_ACCESS, "open"),
        (ROLE, "learner"),
        (ROLE, "staff"),
        (ROLE, "staff"),
    ]


def test_a_list_is_compared_while_it_is_read_and_not_kept(tool, course_id):
    platform = Listed(people_of(1000 * THOUSANDS))
    for _ in range(2):
        look(tool, platform, course_id)
    taken = []

    def remember(_connection, _cursor, statement, *_):
        if "person.name" in statement and "observation" in statement:
            taken.append(platform.taken)

    event.listen(tool.store.engine, "before_cursor_execute", remember)
    tracemalloc.start()
    look(tool, platform, course_id)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    event.remove(tool.store.engine, "before_cursor_execute", remember)
    assert taken == [*range(1000, 1000 * THOUSANDS + 1, 1000), 1000 * THOUSANDS + 1]
    # A part of a thousand, and of all others some hundred bytes.
    assert peak < 4_000_000 + 500 * 1000 * THOUSANDS


def test_a_list_that_ends_half_way_takes_nobody_for_gone(tool, course_id):
    people = people_of(SEVERAL_PARTS)
    look(tool, Listed(people), course_id)
    before = [(row.person_id, row.kind, row.value) for row in rows(tool, ObservationRow)]
    error = look(tool, Listed(people, inside=people[:-1], ends_at=SEVERAL_PARTS // 2), course_id)
    assert error is not None
    assert [(row.person_id, row.kind, row.value) for row in rows(tool, ObservationRow)] == before
    assert rows(tool, LookRow)[-1].outcome == "failed"
    assert rows(tool, Award) == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO observation",
        "UPDATE look",
        "UPDATE award_rule SET checked_at",
        "INSERT INTO award",
        "INSERT INTO event",
        "UPDATE award_rule SET decided",
    ],
)
def test_a_learner_who_opens_the_link_does_not_wait_for_a_look(tool, course_id, statement):
    """Wherever the look is: it is stopped there, in the middle of its transaction."""
    people = people_of(SEVERAL_PARTS)
    look(tool, Listed(people), course_id)
    reached, go_on = threading.Event(), threading.Event()

    def stop(_connection, _cursor, asked, *_):
        if threading.current_thread() is looking and asked.startswith(statement) and not reached.is_set():
            reached.set()
            assert go_on.wait(60)

    def inside():
        look(tool, Listed(people, inside=people[:-1]), course_id)

    looking = threading.Thread(target=inside)
    event.listen(tool.store.engine, "before_cursor_execute", stop)
    looking.start()
    try:
        assert reached.wait(60)
        # The last one but one: the parts that are stored first are about others.
        opens_the_link(tool, people[-2], course_id)
    finally:
        go_on.set()
        looking.join(60)
        event.remove(tool.store.engine, "before_cursor_execute", stop)
    look(tool, Listed(people, inside=people[:-1]), course_id)
    assert len(rows(tool, Award)) == len({row.person_id for row in rows(tool, Award)}) == SEVERAL_PARTS - 1


def opens_the_link(tool, person, rule_id):
    """As the page does. Raises where it would wait for a lock."""
    with tool.store.begin() as session:
        session.execute(text("SET LOCAL lock_timeout = 100"))
        sessions.start_session(session, launch_of(person, 1), tool.clock())
    with tool.store.begin() as session:
        session.execute(text("SET LOCAL lock_timeout = 100"))
        known = queries.people.person_of(session, 1, person.user_id)
        rule = queries.rules.rule(session, rule_id)
        launched.opened(session, rule, known.id, tool.issuer.policy, tool.clock())


class KilledError(Exception):
    """The process was killed."""


def test_a_look_that_is_killed_anywhere_is_finished_by_the_next_ones(tool, course_id):
    """At each commit in turn; each attempt goes on from what the ones before have left."""
    people = people_of(SEVERAL_PARTS)
    look(tool, Listed(people), course_id)
    witness = people[-1]
    platform = Listed(people, inside=people[:-1])
    killed_at = 0
    while is_killed(tool, platform, course_id, killed_at):
        killed_at += 1
        awarded = [row.person_id for row in rows(tool, Award)]
        assert len(awarded) == len(set(awarded))
    assert killed_at > SEVERAL_PARTS / looks.STORED_AT_ONCE
    awarded = [row.person_id for row in rows(tool, Award)]
    assert len(awarded) == len(set(awarded)) == SEVERAL_PARTS - 1
    with tool.store.read() as session:
        assert queries.people.person_of(session, 1, witness.user_id).id not in awarded
    issued = [row.payload["award_id"] for row in rows(tool, Outbox) if row.task == "issue"]
    assert sorted(issued) == sorted(row.id for row in rows(tool, Award))


def is_killed(tool, platform, course_id, at_commit):
    """Whether the look had so many commits that it was killed at this one."""
    commits = 0

    def kill(_connection):
        nonlocal commits
        if commits == at_commit:
            raise KilledError
        commits += 1

    event.listen(tool.store.engine, "commit", kill)
    try:
        look(tool, platform, course_id)
    except KilledError:
        return True
    finally:
        event.remove(tool.store.engine, "commit", kill)
    return False
