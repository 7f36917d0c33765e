"""Issuers are rows: every process sees a change or a confirmation, and nothing is issued before one."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from lti_tool import jobs
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing import issuer_changes, legal_identity, new_credential
from lti_tool.publishing import issuer_documents
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, IssuerProfileRow
from lti_tool.wiring import build_tool
from tests.fixtures import (
    ANNA,
    EXAMPLE_ISSUER,
    NOW,
    ROOT,
    change_issuer,
    claim_due_jobs,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)

FILE = ROOT / "config" / "issuer.example.toml"
NEW_NAME = {"en": "Riga University", "lv": "Rīgas Universitāte"}


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def earned(tool, platform):
    """An award of Anna that waits to be issued, by an issuer who is confirmed."""
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    return rows(tool, Award)[0].id


def states(tool):
    return [(award.status, award.waiting_for) for award in rows(tool, Award)]


def changed_file(folder, text, new):
    file = folder / "issuer.toml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(text, new), encoding="utf-8")
    return file


def test_the_file_is_read_once_and_a_changed_one_is_the_next_version(tool, any_database_url, tmp_path, clock):
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1]
    build_tool(settings_for(any_database_url, tmp_path), clock).store.close()
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1]
    file = changed_file(tmp_path, "badges@riga-college.example", "hello@riga-college.example")
    build_tool(settings_for(any_database_url, tmp_path, issuer_file=file), clock).store.close()
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1, 2]
    assert tool.issuer.profile.email == "hello@riga-college.example"


def test_a_running_process_issues_nothing_after_the_identity_has_changed(
    tool, earned, any_database_url, tmp_path, clock
):
    file = changed_file(tmp_path, 'en = "Riga College"', 'en = "Riga University"')
    another = build_tool(settings_for(any_database_url, tmp_path, issuer_file=file), clock)
    run_due_jobs(tool)
    assert states(tool) == [("waiting", ["issuer"])]
    with another.store.begin() as session:
        legal_identity.confirm(session, another.issuer, clock())
    another.store.close()
    run_due_jobs(tool)
    assert states(tool) == [("issued", [])]
    assert "Riga University" in rows(tool, CredentialRow)[0].text


def test_awards_that_waited_are_issued_once_the_confirmed_identity_is_back(tool, earned):
    change_issuer(tool, legal_name=NEW_NAME)
    run_due_jobs(tool)
    assert states(tool) == [("waiting", ["issuer"])]
    change_issuer(tool, legal_name=EXAMPLE_ISSUER["legal_name"])
    run_due_jobs(tool)
    assert states(tool) == [("issued", [])]


def test_who_confirmed_which_version_and_when_is_kept(tool, earned, clock):
    change_issuer(tool, legal_name=NEW_NAME)
    assert tool.issuer.confirmed_at is None
    clock.advance(days=1)
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer, clock())
    clock.advance(days=1)
    change_issuer(tool, email="hello@riga-college.example")
    assert [(row.version, row.confirmed_at, row.confirmed_by) for row in rows(tool, IssuerProfileRow)] == [
        (1, NOW, "tool"),
        (2, clock() - (clock() - NOW) / 2, "tool"),
        (3, clock() - (clock() - NOW) / 2, "tool"),
    ]


def test_nobody_confirms_what_has_changed_since_it_was_shown(tool):
    shown = tool.issuer
    change_issuer(tool, legal_name=NEW_NAME)
    with tool.store.begin() as session, pytest.raises(NotAllowedError, match="has just changed"):
        legal_identity.confirm(session, shown, NOW)
    assert tool.issuer.confirmed_at is None


def test_an_award_that_comes_to_wait_while_the_issuer_is_confirmed_is_issued(tool, earned, clock):
    """Either it sees the confirmation, or the confirmation sees it."""
    change_issuer(tool, legal_name=NEW_NAME)
    # The job of the award itself: after it nothing issues the award but what the confirmation schedules.
    (job,) = claim_due_jobs(tool)
    with ThreadPoolExecutor(1) as pool:
        with tool.store.begin() as session:
            legal_identity.confirm(session, tool.issuer, clock())
            session.flush()
            issuing = pool.submit(jobs.run, tool, job)
            time.sleep(0.5)  # it waits for the row of the issuer
        issuing.result()
    run_due_jobs(tool)
    assert states(tool) == [("issued", [])]


def test_an_issuer_that_changes_while_a_credential_is_signed_signs_nothing_old(tool, earned, monkeypatch):
    secured = new_credential.secured

    def secured_while_the_name_changes(*words):
        made = secured(*words)
        change_issuer(tool, legal_name=NEW_NAME)
        return made

    monkeypatch.setattr(new_credential, "secured", secured_while_the_name_changes)
    run_due_jobs(tool)
    assert states(tool) == [("waiting", ["issuer"])]
    assert rows(tool, CredentialRow) == []


def test_a_key_that_turns_out_to_be_stolen_while_it_signs_has_signed_nothing_that_is_stored(
    tool, earned, monkeypatch
):
    secured, stolen = new_credential.secured, []

    def secured_while_the_key_is_withdrawn(new, *words):
        made = secured(new, *words)
        if not stolen:
            stolen.extend(key.kid for key in new.keys.values())
            with tool.store.begin() as session:
                for kid in stolen:
                    new.issuer.keyring.mark_compromised(session, kid, None, tool.clock())
        return made

    monkeypatch.setattr(new_credential, "secured", secured_while_the_key_is_withdrawn)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    assert len(stolen) == 2 and not set(stolen) & set(credential.signed_with)
    assert tool.verify(credential.text.encode()).verdict == "verified"


def test_two_processes_that_read_the_same_changed_file_make_one_version(any_database_url, tmp_path):
    build_tool(settings_for(any_database_url, tmp_path)).store.close()
    file = changed_file(tmp_path, "badges@riga-college.example", "hello@riga-college.example")
    settings = settings_for(any_database_url, tmp_path, issuer_file=file)
    with ThreadPoolExecutor(3) as pool:
        tools = list(pool.map(lambda _: build_tool(settings), range(3)))
    assert [row.version for row in rows(tools[0], IssuerProfileRow)] == [1, 2]
    for each in tools:
        each.store.close()


SECOND = {
    "slug": "daugava-school",
    "name": "Daugava School",
    "legal_name": {"en": "Daugava School"},
    "country": "LV",
    "locality": "Daugavpils",
    "registration": "40000000002",
    "accreditations": [{"code": "internal"}],
}


@pytest.fixture
def second(tool):
    """The key of a second issuer, which is confirmed."""
    with tool.store.begin() as session:
        key = issuer_changes.add(session, SECOND, tool.tool_url, NOW)
        tool.issuers.of(session, key).keyring.ensure_keys(session, NOW)
        legal_identity.confirm(session, tool.issuers.of(session, key), NOW)
    return key


def test_a_second_issuer_has_keys_and_documents_of_its_own(tool, second):
    with tool.store.read() as session:
        added = tool.issuers.named(session, "daugava-school")
        assert [each.profile.slug for each in tool.issuers.all(session)] == ["riga-college", "daugava-school"]
    assert added.id == second and tool.issuer.profile.slug == "riga-college"
    document = issuer_documents.did_document(tool, "daugava-school")
    assert document["id"] == "did:web:badges.example.org:issuers:daugava-school"
    own = {key["kid"] for key in issuer_documents.jwks(tool, "daugava-school")["keys"]}
    others = {key["kid"] for key in issuer_documents.jwks(tool, "riga-college")["keys"]}
    assert own and others and not own & others
    assert {key["kid"] for key in issuer_documents.all_keys(tool)["keys"]} == own | others
    with pytest.raises(NotFoundError):
        issuer_documents.did_document(tool, "nobody")


def test_a_slug_is_never_given_twice(tool, second):
    for slug in ("riga-college", "daugava-school"):
        with tool.store.begin() as session, pytest.raises(NotAllowedError, match="another slug"):
            issuer_changes.add(session, SECOND | {"slug": slug}, tool.tool_url, NOW)


def test_of_two_that_add_the_same_slug_at_once_one_is_refused(tool):
    def add(_):
        try:
            with tool.store.begin() as session:
                issuer_changes.add(session, SECOND, tool.tool_url, NOW)
        except NotAllowedError:
            return "refused"
        return "added"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(add, range(3))) == ["added", "refused", "refused"]


def test_what_one_issuer_confirms_issues_nothing_of_another(tool, earned, second, clock):
    change_issuer(tool, legal_name=NEW_NAME)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuers.of(session, second), clock())
    run_due_jobs(tool)
    assert states(tool) == [("waiting", ["issuer"])]


def test_settings_that_are_shared_are_those_of_the_process(tool, second):
    other = replace(tool, issuers=replace(tool.issuers, status_purpose="suspension"))
    with tool.store.read() as session:
        assert {each.status_purpose for each in other.issuers.all(session)} == {"suspension"}
        assert {each.status_purpose for each in tool.issuers.all(session)} == {"revocation"}


# --- The file, and pages that change the same issuer


def restarted(url, folder, clock, file=FILE):
    build_tool(settings_for(url, folder, issuer_file=file), clock).store.close()


def changed_events(tool):
    with tool.store.read() as session:
        return [(act.why, act.data) for act in queries.events.events(session) if act.what == "issuer_changed"]


def test_what_a_page_changed_is_still_there_after_a_start(tool, any_database_url, tmp_path, clock):
    change_issuer(tool, email="page@riga-college.example")
    restarted(any_database_url, tmp_path, clock)
    assert tool.issuer.profile.email == "page@riga-college.example"
    assert [row.source for row in rows(tool, IssuerProfileRow)] == ["file", "page"]


def test_a_file_that_was_changed_after_a_page_is_taken_and_says_what_it_undid(
    tool, any_database_url, tmp_path, clock
):
    change_issuer(tool, email="page@riga-college.example")
    file = changed_file(tmp_path, 'locality = "Rīga"', 'locality = "Ogre"')
    with capture_logs() as told:
        restarted(any_database_url, tmp_path, clock, file)
    assert (tool.issuer.profile.locality, tool.issuer.profile.email) == (
        "Ogre",
        "badges@riga-college.example",
    )
    assert changed_events(tool)[-1] == ("file", {"version": 3, "undone": ["email"]})
    assert [line["fields"] for line in told if line["event"] == "issuer_file_undid_changes"] == [["email"]]


def test_a_file_that_says_what_a_page_did_counts_from_then_on(tool, any_database_url, tmp_path, clock):
    """Put in place of the former file, it is not new at the next start, when a page has changed more."""
    change_issuer(tool, email="page@riga-college.example")
    file = changed_file(tmp_path, "badges@riga-college.example", "page@riga-college.example")
    restarted(any_database_url, tmp_path, clock, file)
    assert [row.source for row in rows(tool, IssuerProfileRow)] == ["file", "file"]
    change_issuer(tool, email="later@riga-college.example")
    restarted(any_database_url, tmp_path, clock, file)
    assert tool.issuer.profile.email == "later@riga-college.example"
    assert len(changed_events(tool)) == 2


def test_only_what_a_page_changed_and_the_file_says_otherwise_is_undone():
    before, changed = {"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 1, "d": 4}
    assert issuer_changes.undone_by_file(before, changed, {"a": 2, "b": 3, "c": 9}) == ["b", "d"]
    assert issuer_changes.undone_by_file(before, before, {"a": 7}) == []
