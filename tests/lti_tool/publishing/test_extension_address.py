"""The words of our extension stay where badges say they are; they move only on purpose, and no badge is lost."""

from __future__ import annotations

import pytest

from badges.schemas import EXTENSION_SCHEMA
from badges.verify import verify
from config.errors import SettingsError
from lti_tool.errors import NotAllowedError
from lti_tool.publishing import extension_address, issuer_documents
from lti_tool.store.models import CredentialRow
from lti_tool.wiring import build_tool
from signing.document_loader import EXTENSION_FILE, find_context
from tests.fixtures import ANNA, JANIS, complete, make_rule, publish, run_due_jobs, settings_for

ELSEWHERE = "https://words.example.org/badges"


def served(url: str) -> bytes:
    """What a web server with copies of our two files answers."""
    return EXTENSION_SCHEMA.read_bytes() if url.endswith("schema.json") else find_context(url).encode()


def named(tool) -> list[list[str]]:
    """The addresses of ours that each badge names."""
    with tool.store.read() as session:
        return [
            [word.strip('",]}') for word in row.text.split('"') if "/eu-micro-credential/v1/" in word]
            for row in session.query(CredentialRow).order_by(CredentialRow.issued_at)
        ]


def test_badges_name_the_tool_itself_unless_another_base_url_is_set(empty_sqlite_url, tmp_path, clock):
    tool = build_tool(settings_for(empty_sqlite_url, tmp_path), clock)
    assert tool.addresses.extension_context == (
        "https://badges.example.org/eu-micro-credential/v1/context.jsonld"
    )
    elsewhere = build_tool(
        settings_for(f"sqlite:///{tmp_path / 'other.sqlite'}", tmp_path, extension_url=ELSEWHERE), clock
    )
    assert elsewhere.addresses.extension_schema == f"{ELSEWHERE}/eu-micro-credential/v1/schema.json"


def test_the_base_url_of_the_first_start_stays(empty_sqlite_url, tmp_path, clock):
    settings = settings_for(empty_sqlite_url, tmp_path, extension_url=ELSEWHERE)
    build_tool(settings, clock)
    assert build_tool(settings_for(empty_sqlite_url, tmp_path), clock).addresses.extension_url == ELSEWHERE
    with pytest.raises(SettingsError, match=r"EXTENSION_URL.*extension move https://third"):
        build_tool(settings_for(empty_sqlite_url, tmp_path, extension_url="https://third.example"), clock)


def test_badges_from_before_and_after_a_change_of_the_base_url_verify(
    empty_sqlite_url, tmp_path, clock, platform
):
    tool = build_tool(settings_for(empty_sqlite_url, tmp_path), clock)
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        extension_address.change_base_url(session, ELSEWHERE, served, clock())

    moved = build_tool(settings_for(empty_sqlite_url, tmp_path, extension_url=ELSEWHERE), clock)
    clock.advance(minutes=1)
    complete(moved, platform, rule_id, JANIS)
    run_due_jobs(moved)
    assert [{address.partition("/eu-micro")[0] for address in addresses} for addresses in named(moved)] == [
        {"https://badges.example.org"},
        {ELSEWHERE},
    ]
    with moved.store.read() as session:
        for row in session.query(CredentialRow):
            report = verify(row.text.encode(), moved.find_key, moved.find_status, clock())
            assert report.verdict == "verified", report.checks
    assert issuer_documents.extension_context(moved) == issuer_documents.extension_context(tool)


def test_a_change_is_refused_where_other_files_are_served(tool):
    def others(url: str) -> bytes:
        return served(url).replace(b"elm", b"elf")

    with tool.store.begin() as session:
        for fetch, path in ((others, "context.jsonld"), (lambda url: served(url)[:-2], "context.jsonld")):
            with pytest.raises(NotAllowedError, match=path):
                extension_address.change_base_url(session, ELSEWHERE, fetch, tool.clock())
    with tool.store.begin() as session:
        assert (
            extension_address.ensure_base_url(session, None, "https://new.example", tool.clock())
            == tool.tool_url
        )


def test_the_pinned_context_is_the_served_one(tool):
    served_here = issuer_documents.extension_context(tool)
    assert served_here == find_context(ELSEWHERE + "/eu-micro-credential/v1/context.jsonld").encode()
    assert EXTENSION_FILE.startswith("eu-micro-credential-v1")
