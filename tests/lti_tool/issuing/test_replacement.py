"""A further credential of the same award, in the place of the one before, on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from badges.verify import verify
from lti_tool.awarding import awards, looks, result_changes
from lti_tool.deliveries import mail_folder
from lti_tool.errors import NotAllowedError
from lti_tool.issuing import issuance, legal_identity
from lti_tool.issuing.signed_content import signed_content
from lti_tool.publishing import europass
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import Award, CompiledFormRow, CredentialRow, Delivery, Event
from lti_tool.values import LineItemResult
from signing.canonical import canonicalize
from signing.proofs import EDDSA_RDFC_2022
from tests.fixtures import (
    ANNA,
    JANIS,
    NOW,
    change_issuer,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

TEACHER = events.person(10_000)


@pytest.fixture
def tool(tool_that_suspends):
    return tool_that_suspends


@pytest.fixture
def rule_id(tool):
    return make_rule(tool, publish(tool, validity={"months": 24}))


def credentials(tool):
    return sorted(rows(tool, CredentialRow), key=lambda row: (row.issued_at, row.replaces_id or ""))


def issued(tool, platform, rule_id, *people):
    complete(tool, platform, rule_id, *(people or [ANNA]))
    run_due_jobs(tool)
    return rows(tool, Award)[0]


def rename(tool, award, name, email=None):
    with tool.store.begin() as session:
        person = session.get_one(Award, award.id).person
        person.name, person.email = name, email or person.email


def correct(tool, award, by=TEACHER):
    with tool.store.begin() as session:
        awards.correct(session, session.get_one(Award, award.id), tool.clock(), by)
    run_due_jobs(tool)


def test_a_corrected_name_is_a_further_credential_of_the_same_award(tool, platform, rule_id, clock):
    award = issued(tool, platform, rule_id)
    clock.advance(days=5)
    rename(tool, award, "Anna Kalniņa", "anna.kalnina@example.org")
    correct(tool, award)
    old, new = credentials(tool)
    assert (new.why, new.replaces_id, old.revoked_as) == ("replaced", old.id, "replaced")
    first, second = json.loads(old.text), json.loads(new.text)
    for unchanged in ("awardedDate", "validUntil"):
        assert second[unchanged] == first[unchanged]
    assert second["credentialSubject"]["id"] == first["credentialSubject"]["id"]
    assert second["validFrom"] > first["validFrom"]
    assert second["replaces"] == first["id"] and "replaces" not in first
    assert second["credentialSubject"]["achievement"] == first["credentialSubject"]["achievement"]
    signed = signed_content(new.text)
    assert signed.name == "Anna Kalniņa" and signed.has_email("anna.kalnina@example.org")
    assert not signed.has_email(ANNA.email)
    assert [row.id for row in rows(tool, Award)] == [award.id]
    verdicts = [tool.verify(row.text.encode()).verdict for row in (old, new)]
    assert verdicts[1] == "verified" != verdicts[0]


def test_what_a_credential_replaces_is_covered_by_its_signature(tool, platform, rule_id, clock):
    award = issued(tool, platform, rule_id)
    correct(tool, award)
    new = next(row for row in credentials(tool) if row.replaces_id)
    document = json.loads(new.text)
    proofs = document.pop("proof")
    assert "http://purl.org/dc/terms/replaces" in "".join(canonicalize(document))
    forged = document | {"replaces": "https://elsewhere.example/1", "proof": proofs}
    assert tool.verify(json.dumps(forged).encode()).verdict != "verified"


def test_replacements_share_a_compiled_form_without_personal_data(tool, platform, rule_id, clock):
    issued(tool, platform, rule_id, ANNA)
    clock.advance(minutes=1)
    issued(tool, platform, rule_id, JANIS)
    for award in rows(tool, Award):
        correct(tool, award)
    forms = rows(tool, CompiledFormRow)
    assert len(forms) == 2  # with and without a predecessor
    assert not any(
        word in form.stored
        for form in forms
        for word in ("Anna", "Jānis", *(row.id for row in credentials(tool)))
    )
    for row in credentials(tool):
        document = json.loads(row.text)
        document.pop("proof")
        with tool.store.read() as session:
            key = tool.issuer.keyring.signing_key(session, EDDSA_RDFC_2022.name)
        assert EDDSA_RDFC_2022.secure(document, key, row.issued_at).text == row.text


def test_a_credential_is_replaced_once_however_many_workers_try(tool, platform, rule_id):
    award = issued(tool, platform, rule_id)
    (old,) = credentials(tool)

    def replace(_):
        # Two may choose the same status list entry or store at once; the job would be tried again.
        with suppress(IntegrityError):
            return issuance.replace_credential(tool.store, tool.issuers, old.id, "replaced", NOW)
        return False

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(replace, range(4)))
    assert done.count(True) == 1
    assert len(credentials(tool)) == 2
    assert rows(tool, Award)[0].status == award.status == "issued"


def test_a_revoked_credential_is_not_replaced(tool, platform, rule_id, clock):
    award = issued(tool, platform, rule_id)
    with tool.store.begin() as session:
        outbox.add(session, "replace", {"credential_id": credentials(tool)[0].id}, clock())
        awards.revoke(session, session.get_one(Award, award.id), "by mistake", clock())
    run_due_jobs(tool)
    assert len(credentials(tool)) == 1


def test_a_correction_waits_for_the_issuers_confirmation(tool, platform, rule_id, clock):
    award = issued(tool, platform, rule_id)
    change_issuer(tool, legal_name={"en": "Riga University", "lv": "Rīgas universitāte"})
    correct(tool, award)
    for _ in range(48):
        clock.advance(hours=1)
        run_due_jobs(tool)
    assert len(credentials(tool)) == 1
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer, clock())
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert [row.why for row in credentials(tool)] == ["first", "replaced"]


def test_a_suspended_badge_stays_suspended_when_it_is_replaced(tool, platform, rule_id, clock):
    award = issued(tool, platform, rule_id)
    with tool.store.begin() as session:
        awards.suspend(session, session.get_one(Award, award.id), "an inquiry", clock())
    correct(tool, award)
    new = next(row for row in credentials(tool) if row.replaces_id)
    assert new.suspension_reason == "an inquiry"
    assert tool.verify(new.text.encode()).verdict == "suspended"


def test_a_badge_that_is_replaced_while_it_is_sent_is_sent_too(tool, platform, rule_id, monkeypatch):
    deliver, sent = mail_folder.deliver, []

    def deliver_while_it_is_replaced(badge, *words):
        if not sent:
            issuance.replace_credential(tool.store, tool.issuers, badge.credential_id, "replaced", NOW)
        sent.append(badge.credential_id)
        return deliver(badge, *words)

    monkeypatch.setattr(mail_folder, "deliver", deliver_while_it_is_replaced)
    issued(tool, platform, rule_id)
    old, new = credentials(tool)
    assert sent == [old.id, new.id]
    (delivery,) = rows(tool, Delivery)
    assert delivery.status == "sent" and new.id[:8] in delivery.reference


def test_nobody_corrects_their_own_badge(tool, platform, rule_id):
    award = issued(tool, platform, rule_id)
    with pytest.raises(NotAllowedError):
        correct(tool, award, by=events.person(award.person_id))


def test_a_better_result_is_stated_with_its_own_date_and_the_date_of_the_award(tool, platform, clock):
    changes = {"line_item_url": "https://moodle.example.org/lineitems/1"}
    at_least_60 = {"condition": "result_at_least", "minimum": "0.6"}
    rule_id = make_rule(tool, publish(tool), at_least_60, **changes)

    def grade(points, graded_at):
        platform.graded = [
            LineItemResult(
                user_id=ANNA.user_id, score=Decimal(points) / 100, points=Decimal(points), maximum=Decimal(100),
                timestamp=graded_at,
            )
        ]  # fmt: skip
        looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
        run_due_jobs(tool)

    first_graded, again = NOW - timedelta(days=3), NOW + timedelta(days=2)
    grade(70, first_graded)
    clock.advance(days=2)
    grade(90, again)
    (award,) = rows(tool, Award)
    with tool.store.begin() as session:
        (change,) = result_changes.changes_in_course(session, rule_id, clock())
        seen = change.seen_at.isoformat()
        result_changes.take_over(session, session.get_one(Award, award.id), seen, clock(), events.person(1))
    run_due_jobs(tool)
    old, new = (json.loads(row.text) for row in credentials(tool))
    assert [each["credentialSubject"]["result"][0]["value"] for each in (old, new)] == ["70", "90"]
    assert old["awardedDate"] == new["awardedDate"]
    dates = [{each["dateIssued"] for each in one["credentialSubject"]["provenBy"]} for one in (old, new)]
    assert dates == [{"2026-11-18T09:00:00Z"}, {"2026-11-23T09:00:00Z"}]
    assert rows(tool, Award)[0].trace == award.trace
    with tool.store.read() as session:
        assert result_changes.changes_in_course(session, rule_id, clock()) == []


def test_europass_says_what_was_signed_whatever_the_platform_says_today(tool, platform, rule_id):
    def for_europass():
        with tool.store.read() as session:
            return europass.upload_of(tool.issuers, session.query(CredentialRow).one()).decode()

    award = issued(tool, platform, rule_id)
    before = for_europass()
    assert "anna@example.org" in before
    rename(tool, award, "Somebody Else")
    change_issuer(tool, legal_name={"en": "Riga University", "lv": "Rīgas universitāte"})
    with tool.store.begin() as session:
        session.get_one(Award, award.id).score = Decimal("0.1")
    assert for_europass() == before
    rename(tool, award, "Somebody Else", "else@example.org")
    text = for_europass()
    assert "Bērziņa" in text
    assert "Rīgas koledža" in text and "niversit" not in text
    assert "Else" not in text and "else@example.org" not in text and "anna@example.org" not in text


def test_every_credential_is_an_event_with_its_reason(tool, platform, rule_id):
    award = issued(tool, platform, rule_id)
    correct(tool, award)
    assert [row.why for row in rows(tool, Event) if row.what == "issued"] == ["first", "replaced"]
    assert [row.actor for row in rows(tool, Event) if row.what == "corrected"] == ["10000"]
    with tool.store.read() as session:
        old = credentials(tool)[0]
        assert queries.credentials.successor(session, old.id) is not None


def test_what_is_revoked_under_suspension_reads_revoked_here_and_nowhere_valid(
    tool, platform, rule_id, clock
):
    award = issued(tool, platform, rule_id)
    (row,) = credentials(tool)
    with tool.store.begin() as session:
        awards.suspend(session, session.get_one(Award, award.id), "an inquiry", clock())
    for text in (row.text, row.jwt):
        assert tool.verify(text.encode()).verdict == "suspended"
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award.id), "it was not earned", clock())
    for text in (row.text, row.jwt):
        assert tool.verify(text.encode()).verdict == "revoked"
        # A verifier that knows nothing but the list.
        assert verify(text.encode(), tool.find_key, tool.find_status, clock()).verdict == "suspended"
