"""From a completion to a badge in the learner's mail, each step once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy.exc import IntegrityError

from badges.bake import unbake
from badges.verify import verify
from lti_tool.awarding import awards, looks
from lti_tool.deliveries import CHANNELS
from lti_tool.errors import DeliveryError
from lti_tool.issuing import issuance
from lti_tool.publishing import issuer_documents
from lti_tool.store import outbox, queries
from lti_tool.store.models import Award, CredentialRow, Delivery, Outbox
from lti_tool.wiring import build_tool
from signing.multibase import from_base64url
from tests.fixtures import (
    ANNA,
    JANIS,
    NOW,
    WITH_TEXTS,
    complete,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict


def mails(tmp_path):
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((tmp_path / "mail").glob("*.eml"))
    ]


def test_a_completion_becomes_a_badge_in_the_learners_mail(tool_on_any_database, platform, tmp_path):
    tool = tool_on_any_database
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)

    (award,) = rows(tool, Award)
    assert award.trace["code"] == "came_in"
    (mail,) = mails(tmp_path)
    assert mail["To"] == "Anna Bērziņa <anna@example.org>"
    (attachment,) = mail.iter_attachments()
    report = verify(attachment.get_content(), tool.find_key, tool.find_status, tool.clock())
    assert report.verdict == "verified", report.checks
    (delivery,) = rows(tool, Delivery)
    assert (delivery.status, delivery.channel) == ("sent", "mail_folder")


def test_both_proofs_of_a_credential_verify(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    for text in (credential.text, credential.jwt):
        assert verify(text.encode(), tool.find_key, tool.find_status, tool.clock()).verdict == "verified"


def suites_of(text):
    return [proof["cryptosuite"] for proof in json.loads(text)["proof"]]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("selective", [True, False])
def test_badges_have_the_proofs_of_the_settings(sqlite_url, tmp_path, platform, clock, algorithm, selective):
    settings = settings_for(sqlite_url, tmp_path, jwt_algorithm=algorithm, selective_disclosure=selective)
    tool = build_tool(settings, clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        credential = session.query(CredentialRow).options(*WITH_TEXTS).one()
        base_text = credential.base_text
    assert suites_of(credential.text) == ["eddsa-rdfc-2022"]
    assert (base_text and suites_of(base_text)) == (["ecdsa-sd-2023"] if selective else None)
    (mail,) = mails(tmp_path)
    (attachment,) = mail.iter_attachments()
    assert unbake(attachment.get_content()).text == credential.text
    head, _, _ = credential.jwt.partition(".")
    header = json.loads(from_base64url(head))
    assert header.keys() == {"alg", "typ", "kid"}
    assert (header["alg"], header["typ"]) == (algorithm, "JWT")
    for text in (credential.text, credential.jwt):
        report = verify(text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert (report.verdict, report.one_ed_tech) == ("verified", "valid"), report.checks
    document = issuer_documents.did_document(tool, tool.issuer.profile.slug)
    assert openbadgeslib_verdict(credential.jwt, {tool.issuer.profile.id: document}) == VERIFIED
    tool.store.close()


def test_the_same_completion_again_gives_the_same_award(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    for _ in range(3):
        looks.look(tool.store, platform, rule_id, tool.clock())
    assert len(rows(tool, Award)) == 1
    assert len([row for row in rows(tool, Outbox) if row.task == "issue"]) == 1


def test_an_award_issued_by_two_workers_at_once_is_one_credential(tool_on_any_database, platform):
    tool = tool_on_any_database
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    (award,) = rows(tool, Award)

    def issue(_):
        # Two may choose the same status list entry or store at once; the job would be tried again.
        with suppress(IntegrityError):
            issuance.issue(tool.store, tool.issuers, [award.id], NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(issue, range(4)))
    issuance.issue(tool.store, tool.issuers, [award.id], NOW)
    assert len(rows(tool, CredentialRow)) == 1
    assert len(rows(tool, Delivery)) == 1


def test_an_award_revoked_while_it_is_issued_stays_revoked(tool_on_any_database, platform):
    tool = tool_on_any_database
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    (award,) = rows(tool, Award)
    with ThreadPoolExecutor(1) as pool:
        with tool.store.begin() as session:
            awards.revoke(session, session.get_one(Award, award.id), "issued in error", NOW)
            session.flush()
            issuing = pool.submit(issuance.issue, tool.store, tool.issuers, [award.id], NOW)
            time.sleep(1)  # it has read that nothing is revoked, and waits to write
        issuing.result()
    assert [row.status for row in rows(tool, Award)] == ["revoked"]
    assert rows(tool, CredentialRow) == []


def test_a_badge_revoked_before_its_mail_could_be_sent_is_not_sent(tool, platform, rule_id, tmp_path):
    complete(tool, platform, rule_id, ANNA)
    (award,) = rows(tool, Award)
    issuance.issue(tool.store, tool.issuers, [award.id], NOW)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award.id), "issued in error", NOW)
    run_due_jobs(tool)
    assert mails(tmp_path) == []
    assert [row.status for row in rows(tool, Delivery)] == ["failed"]


def test_a_revoked_badge_does_not_verify_any_more(tool, platform, rule_id, clock):
    platform.everyone.append(learner(9))
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    first, second = rows(tool, CredentialRow)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, first.award_id), "issued in error", clock())
    verdicts = [
        verify(row.text.encode(), tool.find_key, tool.find_status, clock()).verdict for row in (first, second)
    ]
    assert verdicts == ["revoked", "verified"]


def test_a_revoked_award_is_not_given_again_at_the_next_look(tool, platform, rule_id, clock):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award.id), "issued in error", clock())
    looks.look(tool.store, platform, rule_id, tool.clock())
    run_due_jobs(tool)
    assert [row.status for row in rows(tool, Award)] == ["revoked"]
    assert len(rows(tool, CredentialRow)) == 1


def test_an_award_waits_until_the_platform_sends_a_name_or_address(tool, platform, rule_id):
    hidden = replace(ANNA, name=None, email=None)
    platform.everyone = [hidden, JANIS]
    complete(tool, platform, rule_id, hidden)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    assert (award.status, award.waiting_for) == ("waiting", ["learner"])

    with tool.store.begin() as session:
        queries.people.person_of(session, 1, ANNA.user_id).email = ANNA.email
        outbox.add(session, "issue", {"award_id": award.id}, tool.clock())
    run_due_jobs(tool)
    assert [row.status for row in rows(tool, Award)] == ["issued"]


def test_a_permanent_refusal_of_the_mail_server_is_not_retried(tool, platform, rule_id, monkeypatch):
    asked = []

    def refuse(*words):
        asked.append(1)
        raise DeliveryError("the mail server rejected the address", permanent=True)

    monkeypatch.setattr(CHANNELS["mail_folder"], "deliver", refuse)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (delivery,) = rows(tool, Delivery)
    assert (delivery.status, delivery.trouble) == (
        "failed",
        {"sentence": "the mail server rejected the address", "about": {}},
    )
    assert asked == [1]


def test_an_unreachable_mail_server_is_tried_again(tool, platform, rule_id, monkeypatch, clock):
    real = CHANNELS["mail_folder"].deliver

    def away(*words):
        raise DeliveryError("the mail server cannot be reached", permanent=False)

    monkeypatch.setattr(CHANNELS["mail_folder"], "deliver", away)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    assert [row.status for row in rows(tool, Delivery)] == ["pending"]
    monkeypatch.setattr(CHANNELS["mail_folder"], "deliver", real)
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert [row.status for row in rows(tool, Delivery)] == ["sent"]


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_badge_is_in_the_learners_language(tool, platform, rule_id, language):
    with tool.store.begin() as session:
        queries.people.save_members(session, 1, [ANNA])[ANNA.user_id].language = language
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (credential,) = rows(tool, CredentialRow)
    assert credential.language == language
