"""Names of the people of an issuer, read on PostgreSQL: there a session for reading has no transaction."""

from __future__ import annotations

from dataclasses import replace

from lti_tool.platforms import registrations
from lti_tool.privacy import known_names
from lti_tool.store.models import Person, PlatformAccount
from lti_tool.store.queries import issuer_people
from tests.fixtures import NEW_REGISTRATION


def test_everybody_is_named_however_many_are_read_at_once(tool_on_postgres, monkeypatch):
    tool = tool_on_postgres
    names = ["Anna", "Jānis", "Zane"]
    with tool.store.begin() as session:
        registration = registrations.add(session, replace(NEW_REGISTRATION), tool.clock())
        people = [Person(name=name) for name in names]
        session.add_all(people)
        session.flush()
        for row in people:
            account = {"user_id": str(row.id), "person_id": row.id}
            session.add(PlatformAccount(registration_id=registration.id, **account))
    monkeypatch.setattr(issuer_people, "AT_ONCE", 2)
    with tool.store.read() as session:
        assert [each.name for each in known_names.named(session, tool.issuer.id)] == names
