"""Badges that are valid for some time: signed, shown and exported so; expired is never stored."""

import json

import pytest

from lti_tool.awarding import looks
from lti_tool.errors import NotFoundError
from lti_tool.publishing import europass, pdf_documents
from lti_tool.store.models import Award, CompiledFormRow, CredentialRow
from tests.fixtures import (
    ANNA,
    JANIS,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)


def signed(credential):
    return json.loads(credential.text)


def test_months_count_from_the_day_of_the_award(tool_on_any_database, platform, clock):
    tool = tool_on_any_database
    rule_id = make_rule(tool, publish(tool, validity={"months": 24}))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    clock.advance(days=2)
    complete(tool, platform, rule_id, JANIS)
    run_due_jobs(tool)
    anna, janis = sorted(rows(tool, CredentialRow), key=lambda row: row.issued_at)
    assert signed(anna)["validUntil"] == "2028-11-21T21:59:59Z"
    assert signed(janis)["validUntil"] == "2028-11-23T21:59:59Z"
    assert anna.valid_until.isoformat() == "2028-11-21T21:59:59+00:00"
    # One compiled form signs both.
    assert len(rows(tool, CompiledFormRow)) == 1
    assert [tool.verify(row.text.encode()).verdict for row in (anna, janis)] == ["verified", "verified"]
    clock.advance(days=731)
    reports = [tool.verify(row.text.encode()) for row in (anna, janis)]
    assert [report.verdict for report in reports] == ["expired", "verified"]
    assert [row.status for row in rows(tool, Award)] == ["issued", "issued"]


def test_a_badge_without_a_validity_does_not_expire(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    assert "validUntil" not in signed(credential) and credential.valid_until is None


def test_nothing_is_awarded_after_the_last_day_of_all_badges(tool, platform, clock):
    rule_id = make_rule(tool, publish(tool, validity={"last_day": "2026-12-31"}))
    complete(tool, platform, rule_id, ANNA)
    clock.advance(days=60)
    complete(tool, platform, rule_id, JANIS)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    # Awarded in time, but only issued too late: it is not signed as expired.
    assert (award.status, award.waiting_for) == ("waiting", ["validity"])
    assert rows(tool, CredentialRow) == []
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    assert len(rows(tool, Award)) == 1


def test_europass_gets_the_end_of_the_validity(tool, platform):
    rule_id = make_rule(tool, publish(tool, validity={"last_day": "2027-06-30"}))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        document = json.loads(europass.upload_of(tool.issuers, session.query(CredentialRow).one()))
    assert document["credential"]["expirationDate"] == "2027-06-30T20:59:59Z"


def test_a_badge_that_has_expired_is_on_no_transcript(tool, platform, clock):
    rule_id = make_rule(tool, publish(tool, validity={"months": 1}))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    assert pdf_documents.transcript_of(tool, tool.issuer, award.person_id, "en").startswith(b"%PDF")
    clock.advance(days=32)
    with pytest.raises(NotFoundError):
        pdf_documents.transcript_of(tool, tool.issuer, award.person_id, "en")
