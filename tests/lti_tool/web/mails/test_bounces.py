"""What came back is told by a mail service with its secret; the teacher reads it, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_tool.deliveries import dispatch
from lti_tool.mails.returned import ReturnAddress, read_report
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import (
    Approval,
    Award,
    Delivery,
    Event,
    IdentityCheckRefusal,
    MailRefusal,
    Notice,
)
from lti_tool.templates import approvals, versions
from lti_tool.web.current import install
from lti_tool.wiring import build_tool
from tests.bounces import answer_of_somebody_away, complaint, delivery_report
from tests.fixtures import ANNA, JANIS, ZANE, complete, rows, run_due_jobs, settings_for, template_data
from tests.lti_tool.web.conftest import browser_of, list_of_everybody, text_of

SECRET = "the secret of the mail service, for the tests"


@pytest.fixture
def tool(sqlite_url, tmp_path, clock, smtp):
    """A tool that mails through a real server, and is told what comes back."""
    settings = settings_for(
        sqlite_url,
        tmp_path,
        smtp_url=smtp.url,
        bounce_address="bounces@example.org",
        bounce_secret=SECRET,
    )
    tool = build_tool(settings, clock)
    yield tool
    tool.store.close()


@pytest.fixture
def service(app):
    """The mail service: it reports with the secret, or with other headers."""
    browser = browser_of(app)

    def service(report, **headers):
        sent = {"Authorization": f"Bearer {SECRET}"} | headers
        return browser.post("/mail/bounces", json=report, headers=sent)

    return service


@pytest.fixture
def returned_to(annas_badge, smtp):
    """The address that Anna's mail returns to."""
    (address,) = [
        sender for sender, to in zip(smtp.senders, smtp.recipients, strict=True) if to == (ANNA.email,)
    ]
    return address


def delivery(tool):
    (row,) = rows(tool, Delivery)
    return row


def test_a_mail_that_came_back_is_shown_to_the_teacher_with_what_to_do(
    returned_to, service, web_tool, school
):
    answer = service({"address": returned_to, "kind": "failed"})
    assert (answer.status_code, answer.json) == (200, {"recorded": True})
    assert (delivery(web_tool).status, delivery(web_tool).sent_at) == ("failed", None)
    assert "1 badge with a problem" in text_of(school.launch(ZANE))
    page = text_of(list_of_everybody(school))
    assert "the mail came back: check the learner's e-mail address in the learning platform" in page
    assert "Send again" in page
    (event,) = [row for row in rows(web_tool, Event) if row.what == "delivery_failed"]
    assert event.why == "returned" and ANNA.email not in str(event.data)
    assert service({"address": returned_to, "kind": "failed"}).json == {"recorded": False}


def test_a_badge_that_is_sent_again_has_no_failure_and_may_come_back_again(
    returned_to, service, web_tool, clock, smtp
):
    service({"address": returned_to, "kind": "failed"})
    with web_tool.store.begin() as session:
        dispatch.resend(session, web_tool.issuer, session.query(Award).one(), clock())
    assert service({"address": returned_to, "kind": "failed"}).json == {"recorded": False}
    run_due_jobs(web_tool)
    assert (delivery(web_tool).status, delivery(web_tool).trouble) == ("sent", None)
    assert service({"address": smtp.senders[-1], "kind": "failed"}).json == {"recorded": True}


@pytest.mark.parametrize("reference", ["<{}.email@badges.example.org>", "{}.email@badges.example.org", "{}"])
def test_a_mail_is_also_known_by_its_message_id(returned_to, service, web_tool, reference):
    local = web_tool.return_address.reference(returned_to)
    assert service({"reference": reference.format(local), "kind": "failed"}).json == {"recorded": True}


def test_a_delay_changes_nothing_and_a_complaint_ends_reminders(returned_to, service, web_tool):
    assert service({"address": returned_to, "kind": "delayed"}).json == {"recorded": False}
    assert service({"address": returned_to, "kind": "complaint"}).json == {"recorded": True}
    assert service({"address": returned_to, "kind": "complaint"}).json == {"recorded": False}
    assert delivery(web_tool).status == "sent"
    assert [row.kind for row in rows(web_tool, MailRefusal)] == ["expiry"]


def test_who_calls_the_question_whether_a_badge_is_theirs_unwanted_is_not_asked_again(
    annas_badge, service, app, web_tool, smtp
):
    visitor = browser_of(app)
    visitor.post(f"/badges/{annas_badge}/holder")
    run_due_jobs(web_tool)
    asked = smtp.senders[-1]
    for kind in ("failed", "delayed"):
        assert service({"address": asked, "kind": kind}).json == {"recorded": False}
    assert rows(web_tool, IdentityCheckRefusal) == []
    assert service({"address": asked, "kind": "complaint"}).json == {"recorded": True}
    assert service({"address": asked, "kind": "complaint"}).json == {"recorded": False}
    (refusal,) = rows(web_tool, IdentityCheckRefusal)
    (award,) = rows(web_tool, Award)
    assert refusal.person_id == award.person_id
    mailed = len(smtp.mails)
    visitor.post(f"/badges/{annas_badge}/holder")
    run_due_jobs(web_tool)
    assert len(smtp.mails) == mailed
    assert rows(web_tool, MailRefusal) == [], "a reminder is another mail"


def test_nobody_reports_without_the_secret_and_nobody_where_none_is_set(returned_to, service, app, web_tool):
    report = {"address": returned_to, "kind": "failed"}
    for wrong in ("", "Bearer", "Bearer ", "Bearer x", f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer \xfc"):
        assert service(report, Authorization=wrong).status_code == 401, wrong
    assert delivery(web_tool).status == "sent"
    install(app, replace(web_tool, bounce_secret=""))
    assert service(report).status_code == 404
    assert service(report, Authorization="Bearer ").status_code == 404


def test_an_address_that_was_made_up_or_another_mails_is_none(returned_to, service, web_tool):
    number = str(delivery(web_tool).id)
    others = (
        returned_to.replace(f"badge-{number}-", f"badge-{number}1-"),
        returned_to.replace("badge-", "notice-"),
        "bounces@example.org",
        ANNA.email,
        "",
    )
    for address in others:
        assert service({"address": address, "kind": "failed"}).json == {"recorded": False}
    for reference in (
        "badge-1-00000000",
        f"badge-{'9' * 10}-x",
        f"badge-{'9' * 30}-x",
        "x",
        "waiting-1-x",
        "identity-0123456789abcdef",
        "identity-%",
        "%00",
    ):
        assert service({"reference": reference, "kind": "failed"}).json == {"recorded": False}, reference
    assert delivery(web_tool).status == "sent"


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        "x",
        {},
        {"kind": "failed"},
        {"address": "a@b.example"},
        {"address": "a@b.example", "reference": "badge-1-x", "kind": "failed"},
        {"address": "a@b.example", "kind": "unknown"},
        {"address": "a@b.example", "kind": ["failed"]},
        {"address": 1, "kind": "failed"},
        {"address": "x" * 501, "kind": "failed"},
    ],
)
def test_what_is_no_report_is_refused(service, report):
    assert service(report).status_code == 400


def test_a_notice_that_came_back_is_recorded_once(returned_to, service, web_tool, clock):
    with web_tool.store.begin() as session:
        credential = queries.awards.delivery(session, delivery(web_tool).id).award.credential
        session.add(
            Notice(
                credential_id=credential.id,
                kind="expires",
                about_at=clock(),
                channel="email",
                status="sent",
                sent_at=clock(),
            )
        )
    (notice,) = rows(web_tool, Notice)
    address = web_tool.return_address.of(f"notice-{notice.id}")
    assert service({"address": address, "kind": "failed"}).json == {"recorded": True}
    assert service({"address": address, "kind": "failed"}).json == {"recorded": False}
    assert [row.status for row in rows(web_tool, Notice)] == ["failed"]
    assert [row.why for row in rows(web_tool, Event) if row.what == "not_told"] == ["returned"]


def test_a_request_for_approval_that_came_back_is_recorded_once(annas_badge, service, web_tool, smtp, clock):
    with web_tool.store.begin() as session:
        draft = versions.add(session, template_data(), clock(), course_id=1)
        approvals.publish_or_ask(session, draft, web_tool.issuer.profile, clock(), events.person(None))
    run_due_jobs(web_tool)
    asked = [sender for sender in smtp.senders if "+approval-" in sender]
    assert len(asked) >= 1
    for address in asked:
        assert service({"address": address, "kind": "failed"}).json == {"recorded": True}
        assert service({"address": address, "kind": "failed"}).json == {"recorded": False}
    (approval,) = {row.approver: row for row in rows(web_tool, Approval) if row.approver}.values()
    assert approval.status == "unreached"
    answer = web_tool.return_address.of(f"approval-{approval.id}-declined")
    assert service({"address": answer, "kind": "failed"}).json == {"recorded": False}


def test_a_late_report_about_somebody_who_was_erased_is_not_about_the_next(
    returned_to, service, web_tool, platform, clock
):
    with web_tool.store.begin() as session:
        erase_person(
            session, web_tool.issuers, session.query(Award).one().person_id, clock(), events.operator("ieva")
        )
    assert rows(web_tool, Delivery) == []
    complete(web_tool, platform, 1, JANIS)
    run_due_jobs(web_tool)
    assert delivery(web_tool).status == "sent"
    for kind in ("failed", "complaint"):
        assert service({"address": returned_to, "kind": kind}).json == {"recorded": False}
    assert delivery(web_tool).status == "sent" and rows(web_tool, MailRefusal) == []


def test_only_a_report_of_a_mail_server_is_one(tool):
    to = ReturnAddress(mailbox="bounces@example.org", tokens=tool.issuers.mail_tokens).of("notice-1")
    failed = read_report(delivery_report(to))
    assert (failed.kind, failed.addresses) == ("failed", (to,))
    assert read_report(delivery_report(to, "delayed", "4.4.1")).kind == "delayed"
    assert read_report(complaint(to)).kind == "complaint"
    for other in (
        answer_of_somebody_away(to),
        delivery_report(to, "delivered", "2.0.0"),
        delivery_report(to).replace(b"multipart/report", b"multipart/mixed"),
        delivery_report(to).replace(b"Content-Type: message/delivery-status", b"Content-Type: text/plain"),
        b"",
        b"\xff\x00" * 100,
        b"Content-Type: multipart/report; report-type=delivery-status\n\n",
    ):
        assert read_report(other) is None
