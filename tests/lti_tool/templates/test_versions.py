"""The life of a template: drafts change, published versions never do, and everybody's deeds are kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from badges.errors import ClaimError, MissingElementsError, TemplateError
from badges.pictures import OwnPicture
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.store import events, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.wiring import build_tool
from tests.fixtures import settings_for, template_data

PNG = b"\x89PNG as if"
OWN = OwnPicture(png=PNG)


@pytest.fixture
def session(tool):
    with tool.store.begin() as session:
        yield session


@pytest.fixture
def draft(session, clock):
    return versions.add(session, template_data(), clock())


@pytest.fixture
def published(tool, draft, clock):
    """A published version; in this file no other fixture needs the one of the stage."""
    versions.publish(draft, tool.issuer.profile, clock())
    return draft


def deeds(row):
    return [(change.what, change.fields) for change in row.changes]


def test_a_draft_can_be_edited_again_and_again(draft, clock):
    versions.save_draft(draft, draft.body | {"workload_hours": "12"}, clock())
    versions.save_draft(draft, draft.body | {"workload_hours": "13"}, clock())
    assert (draft.version, draft.body["workload_hours"]) == (1, "13")


def test_edits_shortly_after_each_other_are_one_entry_of_the_history(draft, clock):
    for name, value in (("workload_hours", "12"), ("credits", "2"), ("credits", "2")):
        clock.advance(minutes=20)
        versions.save_draft(draft, draft.body | {name: value}, clock())
    assert deeds(draft) == [("begun", []), ("edited", ["credits", "workload_hours"])]
    clock.advance(hours=2)
    versions.save_draft(draft, draft.body | {"credits": "3"}, clock())
    assert deeds(draft)[2:] == [("edited", ["credits"])]


def test_edits_are_an_event_for_each_editor_and_hour(session, draft, clock):
    ieva, otto = events.operator("ieva"), events.operator("otto")
    for minutes, by in ((0, ieva), (20, ieva), (20, otto), (10, otto), (40, ieva)):
        versions.set_picture(draft, None, clock.advance(minutes=minutes), by)
    edits = queries.events.events(session, what="template_edited")
    assert [edit.actor for edit in edits] == ["operator:ieva", "operator:otto", "operator:ieva"]


def test_an_invalid_template_changes_nothing(draft, clock):
    before = dict(draft.body)
    with pytest.raises(TemplateError):
        versions.save_draft(draft, draft.body | {"workload_hours": "-1"}, clock())
    assert draft.body == before


def test_a_published_version_never_changes(published, clock):
    before = dict(published.body), published.picture
    with pytest.raises(NotAllowedError):
        versions.save_draft(published, published.body | {"workload_hours": "12"}, clock())
    with pytest.raises(NotAllowedError):
        versions.set_picture(published, OWN, clock())
    assert (published.body, published.picture) == before


def test_a_published_version_cannot_be_deleted(session, published, clock):
    with pytest.raises(NotAllowedError):
        versions.delete_draft(session, published, clock())
    assert session.get(TemplateVersion, published.id)


def test_a_draft_can_be_deleted(session, draft, clock):
    versions.delete_draft(session, draft, clock())
    session.flush()
    assert session.query(TemplateVersion).count() == 0


def test_changing_what_is_published_makes_the_next_version(session, published, clock):
    row = versions.next_version(session, published, clock())
    assert (row.template_id, row.version, row.status, row.body) == (
        published.template_id,
        2,
        "draft",
        published.body,
    )
    assert versions.next_version(session, published, clock()) is row  # one draft at a time


def test_the_picture_is_drawn_when_the_version_is_published(tool, draft, clock):
    assert draft.picture == b""
    versions.publish(draft, tool.issuer.profile, clock())
    assert draft.picture.startswith(b"\x89PNG")


def test_an_uploaded_picture_is_kept_in_copies_and_new_versions(tool, session, draft, clock):
    versions.set_picture(draft, OWN, clock())
    versions.publish(draft, tool.issuer.profile, clock())
    assert draft.picture == PNG
    assert versions.copy(session, draft, clock()).picture == PNG
    row = versions.next_version(session, draft, clock())
    assert row.picture == PNG
    versions.set_picture(row, None, clock())
    assert (row.picture, row.own_picture) == (b"", False)


def test_a_copy_is_another_template(session, published, clock):
    row = versions.copy(session, published, clock())
    assert row.template_id != published.template_id
    assert (row.version, row.status, row.body) == (1, "draft", published.body)
    assert deeds(row) == [("copied", [])]


def test_an_incomplete_draft_is_not_published(tool, session, clock):
    row = versions.add(session, {"name": {"en": "Half"}}, clock())
    with pytest.raises(MissingElementsError):
        versions.publish(row, tool.issuer.profile, clock())
    assert (row.status, row.picture) == ("draft", b"")


@pytest.mark.parametrize("by", [events.TOOL, events.operator("ieva"), events.person(3)])
def test_nobody_publishes_what_claims_more_than_the_settings_allow(tool, session, draft, clock, by):
    versions.save_draft(draft, draft.body | {"level": {"framework": "EQF", "value": 8}}, clock())
    with pytest.raises(ClaimError) as caught:
        versions.publish(draft, tool.issuer.profile, clock(), by)
    assert caught.value.problems == (("/level/value", "level_too_high"),)
    assert (draft.status, draft.picture) == ("draft", b"")


def test_only_what_was_published_is_retired(tool, draft, clock):
    with pytest.raises(NotAllowedError):
        versions.retire(draft, clock())
    versions.publish(draft, tool.issuer.profile, clock())
    versions.retire(draft, clock())
    versions.retire(draft, clock())
    assert [what for what, _ in deeds(draft)] == ["begun", "published", "retired"]


def test_an_unknown_template_is_not_found(session):
    with pytest.raises(NotFoundError):
        versions.find(session, "no-such-template")


def test_a_locked_version_cannot_be_changed_by_another_transaction(postgres_url, tmp_path, clock):
    tool = build_tool(settings_for(postgres_url, tmp_path), clock)
    with tool.store.begin() as session:
        template_id = versions.add(session, template_data(), clock()).template_id
    with tool.store.begin() as session:
        versions.find_locked(session, template_id)
        with pytest.raises(OperationalError, match="lock timeout"), tool.store.begin() as another:
            another.execute(text("SET LOCAL lock_timeout = '100ms'"))
            row = versions.find(another, template_id)
            versions.save_draft(row, row.body | {"workload_hours": "90"}, clock())
    tool.store.close()


def test_a_template_can_be_created_published_and_retired_on_any_database(tool_on_any_database, clock):
    tool = tool_on_any_database
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), clock())
        queries.templates.lock_template(session, row)
        versions.save_draft(row, row.body | {"workload_hours": "90"}, clock())
        versions.publish(row, tool.issuer.profile, clock())
        template_id = row.template_id
    with tool.store.begin() as session:
        versions.next_version(session, versions.find(session, template_id), clock())
    with tool.store.begin() as session:
        versions.delete_draft(session, versions.find(session, template_id), clock())
        versions.retire(versions.find(session, template_id, 1), clock())
    with tool.store.read() as session:
        (row,) = queries.templates.templates_of_course(session, None, tool.issuer.id)
        assert (row.version, row.status) == (1, "retired")
        assert [what for what, _ in deeds(row)] == ["begun", "edited", "published", "retired"]
