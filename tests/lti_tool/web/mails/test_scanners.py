"""A scanner that follows every link of every mail uses nothing up: nothing in the database changes."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from lti_tool.awarding import awards, looks
from lti_tool.store import events
from lti_tool.store.models import Award, Base
from lti_tool.templates import approvals, versions
from tests.fixtures import ANNA, complete, make_rule, publish, run_due_jobs, template_data
from tests.lti_tool.web.conftest import TOOL, browser_of

TEACHER = events.person(10_000)


@pytest.fixture
def tool(tool_that_suspends):
    return tool_that_suspends


@pytest.fixture
def links(web_tool, platform, clock, tmp_path):
    """The links of a mail of each kind, by its subject."""
    rule_id = make_rule(web_tool, publish(web_tool, validity={"months": 12}))
    complete(web_tool, platform, rule_id, ANNA)
    run_due_jobs(web_tool)
    for act in (awards.correct, awards.suspend, awards.reinstate):
        words = ("an inquiry",) if act is awards.suspend else ()
        with web_tool.store.begin() as session:
            act(session, session.query(Award).one(), *words, clock(), TEACHER)
        run_due_jobs(web_tool)
        clock.advance(days=1)
    with web_tool.store.begin() as session:
        draft = versions.add(session, template_data(), clock(), course_id=1)
        approvals.publish_or_ask(session, draft, web_tool.issuer.profile, clock(), events.person(None))
    platform.inside = list(platform.everyone)
    looks.look(web_tool.store, platform, 1, clock(), web_tool.issuer.policy)
    clock.advance(minutes=10)
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        end = session.query(Award).order_by(Award.id).first().credential.valid_until
    clock.now = end - timedelta(days=30)
    run_due_jobs(web_tool)
    with web_tool.store.begin() as session:
        award = session.query(Award).order_by(Award.id).first()
        awards.revoke(session, award, "it was copied", clock(), TEACHER)
    run_due_jobs(web_tool)
    return {mail["Subject"]: _links(mail) for mail in _mails(tmp_path / "mail")}


def _mails(folder):
    for path in folder.glob("*.eml"):
        yield message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)


def _links(mail):
    texts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    texts.append(mail["List-Unsubscribe"] or "")
    found = {link for text in texts for link in re.findall(r'https?://[^\s"<>]+', text)}
    return sorted(link.removeprefix(TOOL) for link in found if urlsplit(link).netloc == urlsplit(TOOL).netloc)


def contents(tool):
    """Everything in the database."""
    with tool.store.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(table.select())))
            for table in Base.metadata.sorted_tables
        }


def test_opening_every_link_of_every_mail_changes_nothing(links, web_tool, app):
    kinds = (
        "Your badge:",
        "is suspended",
        "is valid again",
        "expires soon",
        "was revoked",
        "approve or decline",
    )
    for kind in kinds:
        assert [subject for subject in links if kind in subject], kind
    # A teacher's own has only the link that ends it, and the course's.
    addresses = {address for found in links.values() for address in found}
    assert {address.split("/")[1] for address in addresses} >= {"badges", "mail", "lti", "achievements"}
    scanner = browser_of(app)
    # The signed status list is kept once somebody has asked for it, which every check of a badge does.
    assert scanner.get("/status/1").status_code == 200
    before = contents(web_tool)
    for address in addresses:
        for method in ("HEAD", "GET", "GET"):
            answer = scanner.open(address, method=method)
            assert answer.status_code < 400, address
    assert contents(web_tool) == before
