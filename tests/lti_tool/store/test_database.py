"""Sessions for reading, and connections that the server has ended meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import Person


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/nozimite.db" if is_sqlite else request.getfixturevalue("postgres_url")
    store = Store(url)
    bring_up_to_date(store.engine)
    with store.begin() as session:
        session.add(Person(name="Anna"))
    yield store
    store.close()


def test_a_session_for_reading_stores_nothing(either: Store) -> None:
    with either.read() as session:
        session.query(Person).one().name = "Toms"
    with either.read() as session:
        assert session.query(Person).one().name == "Anna"
        session.query(Person).one().name = "Toms"
        with pytest.raises(TypeError):
            session.flush()
    with either.read() as session:
        with pytest.raises(TypeError):
            session.execute(delete(Person))
        assert session.query(Person).one().name == "Anna"


def test_a_session_for_one_statement_stores_it_and_no_objects(either: Store) -> None:
    with either.write_once() as session:
        session.execute(update(Person).values(name="Toms"))
    with either.write_once() as session:
        session.query(Person).one().name = "Anna"
        with pytest.raises(TypeError):
            session.flush()
        session.expunge_all()
    with either.read() as session:
        assert session.query(Person).one().name == "Toms"


def test_connections_that_the_server_has_ended_are_made_anew(store: Store) -> None:
    """In both kinds of session, and where several wait in the pool."""
    with store.read() as one, store.read() as another, store.begin() as third:
        ended = [session.scalar(text("SELECT pg_backend_pid()")) for session in (one, another, third)]
    killer = Store(str(store.engine.url.render_as_string(hide_password=False)))
    with killer.begin() as session:
        for pid in ended:
            assert session.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    killer.close()
    with store.begin() as session, store.read() as reader:
        new = [
            session.scalar(text("SELECT pg_backend_pid()")),
            reader.scalar(text("SELECT pg_backend_pid()")),
        ]
    assert not set(new) & set(ended)
