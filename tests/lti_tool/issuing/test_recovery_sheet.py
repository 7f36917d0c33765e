"""With a recovery sheet and its code a new installation becomes the issuer again."""

from __future__ import annotations

import re

import pytest

from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.errors import RecoverySheetError
from lti_tool.issuing import recovery_sheet
from lti_tool.issuing.recovery_sheet import SincePrinted
from lti_tool.issuing.status_lists import StatusListEntry, allocate_entries
from lti_tool.publishing import issuer_documents
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, Person, PlatformAccount, StatusList
from lti_tool.wiring import build_tool
from signing.multibase import from_base64url
from tests.fixtures import (
    ANNA,
    DAUGAVA,
    JANIS,
    NOW,
    WITH_TEXTS,
    FakePlatform,
    add_another_issuer,
    complete,
    learner,
    make_rule,
    publish,
    run_due_jobs,
    settings_for,
)

RIGA = "did:web:badges.example.org:issuers:riga-college"


@pytest.fixture
def issued(tool, platform, rule_id):
    """The badges of Anna and Jānis; his is revoked. A retired key and a compromised one are among the keys."""
    with tool.store.begin() as session:
        tool.issuer.keyring.rotate(session, "P-256", tool.clock())
        lost = tool.issuer.keyring.make_key(session, "RSA", tool.clock())
        tool.issuer.keyring.mark_compromised(session, lost.kid, None, tool.clock())
    platform.everyone.append(learner(9))
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        award = (
            session.query(Award)
            .join(Award.person)
            .join(Person.accounts)
            .filter(PlatformAccount.user_id == JANIS.user_id)
            .one()
        )
        awards.revoke(session, award, "issued in error", tool.clock())
    with tool.store.read() as session:
        return (
            session.query(CredentialRow)
            .options(*WITH_TEXTS)
            .join(CredentialRow.award)
            .order_by(Award.person_id)
            .all()
        )


@pytest.fixture
def sheet(tool, issued):
    with tool.store.read() as session:
        return recovery_sheet.make_sheet(
            session, tool.issuer.keyring, "Riga College", tool.tool_url, tool.clock()
        )


@pytest.fixture
def bare(any_empty_database_url, tmp_path, clock):
    """The same settings on another machine, with another key-encryption key and an empty database."""
    url = any_empty_database_url.replace("nozimite.sqlite", "bare.sqlite")
    tool = build_tool(
        settings_for(url, tmp_path, key_encryption_key=b"32 bytes of another, new machine"), clock
    )
    yield tool
    tool.store.close()


NOTHING = SincePrinted(compromised={}, revoked=())


def restore(tool, page, code, since=NOTHING):
    content = recovery_sheet.read_sheet(page, code)
    with tool.store.begin() as session:
        return recovery_sheet.restore(session, tool.issuer.keyring, content, since, tool.clock())


def verdicts(tool, credentials):
    return [
        verify(text.encode(), tool.find_key, tool.find_status, tool.clock()).verdict
        for row in credentials
        for text in (row.text, row.jwt)
    ]


def test_a_new_installation_becomes_the_issuer_again(tool, bare, issued, sheet):
    assert "unverifiable" in verdicts(bare, issued)
    typed = sheet.page.rsplit("\n\n", 1)[1].lower().replace("0", "o")
    typed = re.sub(r"(?m)^(\S+)", lambda number: number[1].replace("o", "0"), typed)
    assert restore(bare, typed, sheet.code.lower()) == 4
    assert verdicts(bare, issued) == ["verified", "verified", "revoked", "revoked"]
    slug = bare.issuer.profile.slug
    assert issuer_documents.did_document(bare, slug) == issuer_documents.did_document(tool, slug)
    assert issuer_documents.jwks(bare, slug) == issuer_documents.jwks(tool, slug)


def test_the_restored_issuer_goes_on_issuing_and_revoking(bare, issued, sheet):
    restore(bare, sheet.page, sheet.code)
    complete(bare, FakePlatform(), make_rule(bare, publish(bare)), ANNA)
    run_due_jobs(bare)
    with bare.store.read() as session:
        (fresh,) = session.query(CredentialRow).options(*WITH_TEXTS).all()
        assert {row.status_list_id for row in issued}.isdisjoint({fresh.status_list_id})
        signing = {
            bare.issuer.keyring.signing_key(session, name).kid for name in ("eddsa-rdfc-2022", "vc-jwt")
        }
    assert all(any(kid in text for text in (fresh.text, head_of(fresh.jwt))) for kid in signing)
    assert verdicts(bare, [fresh]) == ["verified", "verified"]
    with bare.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "issued in error", bare.clock())
    assert verdicts(bare, [fresh, *issued]) == ["revoked"] * 2 + ["verified"] * 2 + ["revoked"] * 2


def test_two_issuers_are_restored_one_after_the_other_with_the_lists_that_they_had(tool, bare, issued, sheet):
    def another_of(one):
        return one.issuers.named(session, DAUGAVA["slug"])

    add_another_issuer(tool)
    add_another_issuer(bare)
    with tool.store.begin() as session:
        theirs = another_of(tool)
        (entry,) = allocate_entries(session, theirs.id, theirs.address_id, "revocation", 1)
        other = recovery_sheet.make_sheet(session, theirs.keyring, "Daugava", tool.tool_url, tool.clock())
    restore(bare, sheet.page, sheet.code)
    with bare.store.begin() as session:
        theirs, content = another_of(bare), recovery_sheet.read_sheet(other.page, other.code)
        recovery_sheet.restore(session, theirs.keyring, content, NOTHING, bare.clock())
        owners = {row.id: row.issuer_id for row in session.query(StatusList)}
    assert owners[entry.list_id] == theirs.id
    assert {owners[row.status_list_id] for row in issued} == {bare.issuer.id}
    assert len(owners) == 4


def test_a_key_that_was_stolen_after_the_sheet_was_printed_is_not_trusted_again(
    tool, bare, issued, sheet, clock
):
    with tool.store.read() as session:
        stolen = tool.issuer.keyring.signing_key(session, "eddsa-rdfc-2022").kid
    clock.advance(days=1)
    restore(bare, sheet.page, sheet.code, SincePrinted(compromised={stolen: clock()}, revoked=()))
    with bare.store.read() as session:
        assert bare.issuer.keyring.signing_key(session, "eddsa-rdfc-2022").kid != stolen
        marked = {key.kid: key.compromised_at for key in bare.issuer.keyring.published_keys(session)}
    assert marked[stolen] == clock()
    document = issuer_documents.did_document(bare, bare.issuer.profile.slug)
    assert f"{RIGA}#{stolen}" not in document["assertionMethod"]
    (known,) = [each for each in issued if not each.revoked_at]
    assert verify(known.text.encode(), bare.find_key, bare.find_status, clock()).verdict != "verified"


def test_a_badge_that_was_revoked_after_the_sheet_was_printed_stays_revoked(bare, issued, sheet):
    annas = issued[0]
    entry = StatusListEntry(list_id=annas.status_list_id, index=annas.status_index)
    restore(bare, sheet.page, sheet.code, SincePrinted(compromised={}, revoked=(entry,)))
    assert verdicts(bare, issued) == ["revoked"] * 4


@pytest.mark.parametrize(
    ("since", "why"),
    [
        (SincePrinted(compromised={"key-of-nobody": NOW}, revoked=()), "no key key-of-nobody"),
        (SincePrinted(compromised={}, revoked=(StatusListEntry(list_id=99, index=1),)), "no status list 99"),
        (SincePrinted(compromised={}, revoked=(StatusListEntry(list_id=1, index=9**9),)), "no entry"),
    ],
    ids=["key", "list", "index"],
)
def test_what_the_sheet_does_not_have_cannot_have_happened_to_it(bare, sheet, since, why):
    before = issuer_documents.jwks(bare, bare.issuer.profile.slug)
    with pytest.raises(RecoverySheetError, match=why):
        restore(bare, sheet.page, sheet.code, since)
    assert issuer_documents.jwks(bare, bare.issuer.profile.slug) == before


def test_a_sheet_of_the_first_form_does_not_say_when_it_was_printed_and_is_read(sheet, monkeypatch):
    assert recovery_sheet.read_sheet(sheet.page, sheet.code).printed_at == NOW
    content = recovery_sheet._content(sheet.page, sheet.code)
    monkeypatch.setattr(recovery_sheet, "_content", lambda *_: content)
    del content["printed"]
    assert recovery_sheet.read_sheet(sheet.page, sheet.code).printed_at is None


def head_of(token):
    return from_base64url(token.partition(".")[0]).decode()


def test_the_page_lists_what_it_holds_and_shows_no_secret(tool, sheet):
    with tool.store.read() as session:
        for row in queries.issuers.signing_keys(session, RIGA):
            assert row.kid in sheet.page
    assert "status list 1, revocation: 1 set" in sheet.page
    assert sheet.code not in sheet.page
    assert sheet.code.replace("-", "") not in sheet.page
    assert max(map(len, sheet.page.splitlines())) <= 80


def test_a_wrong_code_or_a_typing_error_restores_nothing(bare, sheet):
    before = issuer_documents.jwks(bare, bare.issuer.profile.slug)
    lines = sheet.page.splitlines()
    number, letters = lines[-2].split(maxsplit=1)
    slip = f"{number}  {'1' if letters[0] == '0' else '0'}{letters[1:]}"
    for page, code, why in (
        (sheet.page, "0000-0000-0000-0000-0000-0000", "code"),
        (sheet.page, "!", "printed"),
        (sheet.page.replace(lines[-2], slip), sheet.code, "lines"),
        ("", sheet.code, "numbered"),
    ):
        with pytest.raises(RecoverySheetError, match=why):
            restore(bare, page, code)
    assert issuer_documents.jwks(bare, bare.issuer.profile.slug) == before


def test_a_sheet_is_for_its_own_issuer_in_a_new_installation(tool, bare, sheet, tmp_path, clock):
    with pytest.raises(RecoverySheetError, match="issued badges"):
        restore(tool, sheet.page, sheet.code)
    url = f"sqlite:///{tmp_path / 'another.sqlite'}"
    another = build_tool(settings_for(url, tmp_path, tool_url="https://badges.example.com"), clock)
    with pytest.raises(RecoverySheetError, match="TOOL_URL"):
        restore(another, sheet.page, sheet.code)
    another.store.close()


def test_a_key_of_a_device_is_named_as_missing_and_still_published(tool, bare, issued):
    with tool.store.begin() as session:
        row = queries.issuers.signing_keys(session, tool.issuer.id)[0]
        row.vault = "pkcs11"
        kid = row.kid
    with tool.store.read() as session:
        sheet = recovery_sheet.make_sheet(
            session, tool.issuer.keyring, "Riga College", tool.tool_url, tool.clock()
        )
    assert f"the private half of {kid}" in sheet.page
    restore(bare, sheet.page, sheet.code)
    assert kid in str(issuer_documents.did_document(bare, bare.issuer.profile.slug))
    assert verdicts(bare, issued[:1]) == ["verified", "verified"]
    with bare.store.read() as session:
        assert session.query(StatusList).count() == 2
