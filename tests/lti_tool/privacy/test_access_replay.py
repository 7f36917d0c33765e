"""Whom and what something was taken from after a backup gets it back by no restore."""

from __future__ import annotations

import pytest

from lti_tool.backpack import accesses
from lti_tool.errors import LinkEndedError
from lti_tool.issuing import lti_keys
from lti_tool.operators import accounts, passkeys
from lti_tool.organisations import endorsements, key_changes, links
from lti_tool.organisations.members import remove
from lti_tool.organisations.organisations import close, join
from lti_tool.people import share_links, withheld
from lti_tool.privacy import journal
from lti_tool.privacy.journal_replay import apply_journal
from lti_tool.store import events, queries
from lti_tool.store.models import (
    Award,
    CredentialRow,
    EndorsementLink,
    EndorsementRow,
    OperatorPasskey,
    OperatorRow,
    OperatorSession,
    OrganisationKey,
    OrganisationMember,
    OrganisationRow,
    Person,
    Program,
    ProgramAccess,
    ShareLink,
    SigningKeyRow,
    ToolKeyRow,
)
from lti_tool.wiring import build_tool
from tests import organisations
from tests.fixtures import ANNA, complete, make_rule, publish, rows, run_due_jobs, settings_for
from tests.lti_tool.privacy.test_journal import OPERATOR, backup


@pytest.fixture
def settings(tmp_path):
    return settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path)


@pytest.fixture
def tool(settings, clock):
    tool = build_tool(settings, clock)
    yield tool
    tool.store.close()


@pytest.fixture
def restored(tool, settings, tmp_path, clock):
    """Gives a tool of a backup of now, after an act on the other one and the replay of its journal."""
    opened = []

    def after(act):
        restore = backup(tool, tmp_path)
        clock.advance(minutes=1)
        with tool.store.begin() as session:
            act(session)
        journal.write_journal(tool)
        restore()
        opened.append(build_tool(settings, clock))
        assert apply_journal(opened[0]) > 0
        return opened[0]

    yield after
    for each in opened:
        each.store.close()


def test_a_compromised_key_is_compromised_once_more(tool, platform, restored, clock):
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    (badge,) = rows(tool, CredentialRow)
    keyring = tool.issuer.keyring
    signing = {row.kid for row in rows(tool, SigningKeyRow)}
    (lti,) = rows(tool, ToolKeyRow)

    def act(session):
        for kid in signing:
            keyring.mark_compromised(session, kid, None, clock(), OPERATOR)
        lti_keys.mark_compromised(session, keyring, lti.kid, None, clock(), OPERATOR)

    again = restored(act)
    keys = [*rows(again, SigningKeyRow), *rows(again, ToolKeyRow)]
    known = [row for row in keys if row.kid in signing | {lti.kid}]
    assert len(known) == len(signing) + 1
    assert all(row.compromised_at is not None and row.retired_at is not None for row in known)
    assert again.verify(badge.text.encode()).verdict != "verified"


def test_what_was_taken_from_operators_is_taken_once_more(tool, restored, clock):
    with tool.store.begin() as session:
        made = [accounts.make_account(session, name, accounts.new_handle(), clock()) for name in "abcd"]
        demoted, disabled, erased, bare = (row.id for row in made)
        for row in made:
            accounts.give_role(session, row, tool.issuer.id, "owner", clock(), OPERATOR)
            accounts.give_role(session, row, tool.issuer.id, "support", clock(), OPERATOR)
            session.add(
                OperatorSession(
                    token_hash=row.name * 64,
                    operator_id=row.id,
                    how="passkey",
                    created_at=clock(),
                    last_used_at=clock(),
                )
            )
        made[3].passkeys = [
            OperatorPasskey(
                credential_id=name, public_key=b"", sign_count=0, transports=[], name=name, created_at=clock()
            )
            for name in ("lost", "kept")
        ]
        session.flush()
        lost = made[3].passkeys[0].id

    def act(session):
        accounts.take_role(
            session, accounts.find(session, demoted), tool.issuer.id, "owner", clock(), OPERATOR
        )
        for number in (disabled, erased):
            accounts.disable(session, accounts.find(session, number), clock(), OPERATOR)
        session.flush()
        clock.advance(seconds=1)
        accounts.erase(session, accounts.find(session, erased), clock(), OPERATOR)
        passkeys.remove(session, accounts.find(session, bare), lost, clock())

    again = restored(act)
    with again.store.read() as session:
        found = {number: session.get_one(OperatorRow, number) for number in (demoted, disabled, erased, bare)}
        assert [row.role for row in found[demoted].roles] == ["support"]
        assert [found[each].disabled_at is None for each in found] == [True, False, False, True]
        assert (found[erased].name, found[erased].roles) == ("", [])
        assert [row.name for row in found[bare].passkeys] == ["kept"]
        assert len(found[disabled].roles) == len(found[bare].roles) == 2
    assert rows(again, OperatorSession) == []


def test_what_an_organisation_withdrew_is_withdrawn_once_more(tool, restored, clock):
    employer, other = organisations.invite_employer(tool), organisations.invite_employer(tool, "Other")
    about = organisations.about_issuer(tool)
    withdrawn, hidden = (organisations.sign(tool, each, about) for each in (employer, other))
    organisations.show(tool, hidden)
    token = organisations.link_to_endorse(tool)
    texts = {row.id: row.text for row in rows(tool, EndorsementRow)}

    def act(session):
        found = {row.id: row for row in session.query(EndorsementRow)}
        endorsements.withdraw(session, found[withdrawn], clock(), OPERATOR)
        endorsements.hide(session, found[hidden], clock(), OPERATOR)
        close(session, found[hidden].organisation, clock(), OPERATOR)
        links.end_link(session, tool.issuer.id, session.query(EndorsementLink).one().id, clock(), OPERATOR)

    again = restored(act)
    found = {row.id: row for row in rows(again, EndorsementRow)}
    assert (found[withdrawn].withdrawn_at, found[hidden].shown_at) == (clock(), None)
    assert found[hidden].organisation.closed_at == clock()
    with again.store.read() as session, pytest.raises(LinkEndedError):
        links.find_link(session, token, clock())
    report = again.verify_own(texts[withdrawn])
    assert {each.name: each.outcome for each in report.checks}["status"] == "failed"
    # Nobody gets a place that was given out since the backup.
    next_one = organisations.sign(again, employer, about)
    (row,) = (each for each in rows(again, EndorsementRow) if each.id == next_one)
    assert row.status_list_id > 1000


def test_keys_and_members_of_organisations_stay_withdrawn_with_what_the_keys_signed(tool, restored, clock):
    employer, other = organisations.invite_employer(tool), organisations.invite_employer(tool, "Other")
    about = organisations.about_issuer(tool)
    lost, changed = (organisations.sign(tool, each, about) for each in (employer, other))
    texts = {row.id: row.text for row in rows(tool, EndorsementRow)}

    with tool.store.begin() as session:
        # Somebody who signs for one more, so that they are forgotten by nothing.
        row = session.get(OrganisationRow, other.organisation_id)
        join(session, row, employer.account, clock())

    def act(session):
        remove(
            session, session.get(OrganisationRow, other.organisation_id), employer.account, clock(), OPERATOR
        )
        first, second = (session.get(OrganisationRow, each.organisation_id) for each in (employer, other))
        kid = session.query(OrganisationKey).filter_by(organisation_id=first.id, algorithm="P-256").one().kid
        key_changes.withdraw(session, tool.issuers, first, kid, clock(), OPERATOR)
        key_changes.rotate(session, tool.issuers, second, clock(), OPERATOR)

    again = restored(act)
    states = {
        (row.algorithm, row.retired_at is None, row.compromised_at is None)
        for row in rows(again, OrganisationKey)
    }
    assert states == {
        ("P-256", False, False),
        ("Ed25519", True, True),
        ("P-256", False, True),
        ("Ed25519", False, True),
    }
    members = {(row.organisation_id, row.operator_id) for row in rows(again, OrganisationMember)}
    assert members == {(each.organisation_id, each.account) for each in (employer, other)}
    marked = {row.id: row.key_withdrawn_at for row in rows(again, EndorsementRow)}
    assert marked == {lost: clock(), changed: None}
    assert {each.name: each.outcome for each in again.verify_own(texts[changed]).checks}["proof"] == "passed"


def test_what_a_learner_withholds_or_has_ended_stays_so(tool, platform, restored, clock):
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        anna = queries.people.person_of(session, 1, ANNA.user_id).id
        (award,) = session.query(Award).all()
        wanted = share_links.WantedLink(with_name=True, lifetime=None)
        number = share_links.make_link(session, award, wanted, "k", clock(), OPERATOR).id
        to_answer = share_links.WantedLink(with_name=True, lifetime=None, takes_answers=True)
        answered = share_links.make_link(session, award, to_answer, "k", clock(), OPERATOR).id

        let_programs_in(session, clock())

    def act(session):
        withheld.change(session, anna, ["name"], clock(), events.person(anna))
        share_links.refuse_answers(session, session.query(Award).one(), answered, clock(), OPERATOR)
        accesses.end(session, session.query(ProgramAccess).first(), "learner", clock(), OPERATOR)
        share_links.end_link(session, session.query(Award).one(), number, clock(), OPERATOR)

    again = restored(act)
    assert [row.withheld for row in rows(again, Person) if row.id == anna] == [["name"]]
    links = {row.id: (row.revoked_at, row.takes_answers) for row in rows(again, ShareLink)}
    assert links == {number: (clock(), False), answered: (None, False)}
    # Of two programs that which was not ended is let in still.
    assert [row.client_id for row in rows(again, ProgramAccess)] == ["other"]


def let_programs_in(session, now):
    """Two programs that a learner gave access."""
    for client_id in ("ended", "other"):
        program = Program(
            client_id=client_id, secret_hash=client_id, registered={}, registered_at=now, used_at=now
        )
        access = ProgramAccess(
            client_id=client_id, address="anna@home.example", scopes=[], since=now, given_at=now, ends_at=now
        )
        session.add_all([program, access])
        session.flush()
