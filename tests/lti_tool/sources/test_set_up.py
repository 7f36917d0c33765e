"""What sources are given for a platform: read, kept encrypted, opened again, and counted for a course first."""

from types import SimpleNamespace

import pytest
from sqlalchemy import text

from lti_tool.awarding import looks
from lti_tool.errors import PlatformError
from lti_tool.observations import COURSE_COMPLETED
from lti_tool.platforms import registrations, source_access
from lti_tool.sources import SOURCES
from lti_tool.sources.found import Answer, Found
from lti_tool.sources.set_up import Setting, https_url, read_settings
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, LookRow
from lti_tool.values import Given
from signing.errors import DecryptionError
from tests.fixtures import ANNA, FakePlatform, make_rule, rows

SETTINGS = (
    Setting(name="site", read=https_url),
    Setting(name="token", is_secret=True),
    Setting(name="password", is_made=True),
    Setting(name="note", is_optional=True),
)
TYPED = {"site": "https://moodle.example.org/", "token": "abc"}


@pytest.fixture
def registered(tool, course_id):
    """A tool with a platform, number 1, and a course of it, number 1."""
    assert course_id == 1
    return tool


def give(tool, course_id=None, *, settings=None, **secrets):
    given = Given(settings=settings or {}, secrets=secrets)
    with tool.store.begin() as session:
        source_access.give(session, 1, "bell", given, tool.encrypt, tool.clock(), course_id=course_id)


def access(tool, course_id=None):
    with tool.store.read() as session:
        return queries.platforms.source_accesses(session, 1, course_id).get("bell")


def test_settings_are_read_and_secrets_are_kept_apart():
    given = read_settings(SETTINGS, TYPED)
    assert given.settings == {"site": "https://moodle.example.org"}
    assert given.secrets.keys() == {"token", "password"}
    assert len(given.secrets["password"]) >= 43
    assert read_settings(SETTINGS, TYPED).secrets["password"] != given.secrets["password"]
    assert "abc" not in repr(given)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"site": ""}, "site is missing"),
        ({"token": " "}, "token is missing"),
        ({"sight": "x"}, "it has no setting sight"),
        ({"password": "mine"}, "it has no setting password"),
        ({"site": "http://moodle.example.org"}, "no address that begins with https://"),
        ({"site": "moodle.example.org"}, "no address that begins with https://"),
        ({"site": "https://moodle.example.org/?a=b"}, "more than a host and a path"),
        ({"site": "https://me:secret@moodle.example.org"}, "more than a host and a path"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_settings(SETTINGS, TYPED | changes)


def test_what_was_given_for_a_course_counts_there_and_nowhere_else(registered):
    assert access(registered, 1) is None
    give(registered, settings={"site": "a", "more": "b"}, token="of the platform", client="c")
    give(registered, 1, settings={"site": "d"}, token="of the course")
    here, elsewhere = access(registered, 1), access(registered)
    assert (here.settings, elsewhere.settings) == ({"site": "d", "more": "b"}, {"site": "a", "more": "b"})
    assert here.secrets(registered.decrypt) == {"token": "of the course", "client": "c"}
    assert elsewhere.secrets(registered.decrypt) == {"token": "of the platform", "client": "c"}


def test_what_is_given_again_replaces_all_that_was_given_before(registered):
    give(registered, settings={"site": "a"}, token="old")
    give(registered, settings={"sight": "b"})
    assert access(registered).settings == {"sight": "b"}
    assert access(registered).secrets(registered.decrypt) == {}


def test_secrets_are_stored_encrypted_and_open_with_their_key_alone(registered):
    give(registered, token="gaisma")
    with registered.store.read() as session:
        stored = session.execute(text("SELECT * FROM source_access")).mappings().one()
    assert b"gaisma" not in stored["encrypted_secrets"]
    assert "gaisma" not in repr(dict(stored)) + repr(access(registered))
    with pytest.raises(DecryptionError):
        access(registered).secrets(lambda stored: registered.decrypt(stored[:-4] + b"AAA="))


def test_it_is_taken_away_and_both_are_recorded_without_a_secret(registered):
    give(registered, 1, settings={"site": "a"}, token="gaisma")
    with registered.store.begin() as session:
        assert source_access.take_away(session, 1, "bell", registered.clock(), course_id=1)
        assert not source_access.take_away(session, 1, "bell", registered.clock(), course_id=1)
        set_up, removed = (
            next(iter(queries.events.events(session, what=what)))
            for what in ("source_set_up", "source_removed")
        )
    assert access(registered, 1) is None
    assert set_up.data == removed.data == {"source": "bell", "course": 1}


def test_with_what_the_platform_was_given_goes_what_its_courses_were_given(registered):
    give(registered, token="of the platform")
    give(registered, 1, token="of the course")
    with registered.store.begin() as session:
        assert source_access.take_away(session, 1, "bell", registered.clock())
    assert access(registered, 1) is None


def test_it_goes_with_the_person_who_permitted_it(registered):
    with registered.store.begin() as session:
        given = Given(secrets={"token": "of Zane"})
        source_access.give(
            session, 1, "bell", given, registered.encrypt, registered.clock(), course_id=1, person_id=1
        )
        queries.people.delete_all_of(session, 1)
    assert access(registered, 1) is None


def test_it_goes_with_its_platform(registered):
    give(registered, token="a")
    give(registered, 1, token="b")
    with registered.store.begin() as session:
        registrations.remove(session, 1, registered.clock())
        assert session.execute(text("SELECT count(*) FROM source_access")).scalar() == 0


@pytest.fixture
def two_sources(monkeypatch):
    """Two made-up sources that tell who was there; each gives the error that is put into the dict, by its name."""
    errors = {}

    def made_up(name, rank):
        def look(asked, connection, known):
            if name in errors:
                raise errors[name]
            return Answer(found=[Found(user_id=ANNA.user_id, kind=COURSE_COMPLETED, value=COMPLETED)])

        monkeypatch.setitem(
            SOURCES,
            name,
            SimpleNamespace(NAME=name, GIVES=frozenset({COURSE_COMPLETED}), RANK=rank, look=look),
        )

    made_up("bell", 1)
    made_up("gong", 2)
    return errors


COMPLETED = {"completed_at": "2026-11-20T09:00:00+00:00", "waits": ""}
NO_ANSWER = PlatformError("it does not answer")


@pytest.mark.parametrize(
    ("failing", "error", "awards"),
    [((), None, 1), (("bell",), None, 1), (("gong",), None, 1), (("bell", "gong"), NO_ANSWER, 0)],
)
def test_of_two_sources_of_the_same_one_is_enough(tool, published, two_sources, failing, error, awards):
    course_id = make_rule(tool, published, {"condition": "course_completed"})
    two_sources |= dict.fromkeys(failing, NO_ANSWER)
    assert looks.look(tool.store, FakePlatform(), course_id, tool.clock()) is error
    assert len(rows(tool, Award)) == awards
    outcomes = {row.source: row.outcome for row in rows(tool, LookRow)}
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} == set(failing)
    (rule,) = rows(tool, AwardRule)
    assert (rule.trouble is not None) == (error is not None)


def test_a_rule_that_no_source_here_can_tell_about_is_in_trouble(tool, published):
    course_id = make_rule(tool, published, {"condition": "course_completed"})
    assert looks.look(tool.store, FakePlatform(), course_id, tool.clock()) is None
    (rule,) = rows(tool, AwardRule)
    assert rule.trouble["sentence"].startswith("nothing in this course tells whether learners")
