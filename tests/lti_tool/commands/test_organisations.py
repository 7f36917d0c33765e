"""`organisations list` and `close`: who signs what they say of badges, and who does so no more."""

from __future__ import annotations

import pytest

from lti_tool.errors import OrganisationError
from lti_tool.organisations import joining
from lti_tool.organisations.joining import Joining
from lti_tool.store.models import EndorsementRow, Event, OrganisationRow
from tests import organisations
from tests.fixtures import rows
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]


def test_an_organisation_is_listed_and_closed(environment, run, tool):
    employer = organisations.invite_employer(tool)
    organisations.sign(tool, employer, organisations.about_issuer(tool))
    who = employer.organisation_id
    line = [who, "Baltic Solar", "invited:riga-college", "proved", "signed:1"]
    assert run("organisations", "list")[1] == "\t".join(line) + "\n"
    code, output, _ = run("organisations", "close", who)
    assert (code, output) == (0, f"Organisation {who} signs nothing more.\n")
    assert "\tclosed\t" in run("organisations", "list")[1]
    (signed,) = rows(tool, EndorsementRow)
    assert signed.withdrawn_at is None
    organisations.withdraw(tool, signed.id)
    with pytest.raises(OrganisationError):
        organisations.sign(tool, employer, organisations.about_issuer(tool))


def test_its_keys_are_listed_and_withdrawn(environment, run, tool):
    employer = organisations.invite_employer(tool)
    organisations.sign(tool, employer, organisations.about_issuer(tool))
    who = employer.organisation_id
    listed = [line.split("\t") for line in run("organisations", "keys", who)[1].splitlines()]
    assert sorted((kind, state) for _, kind, _, state in listed) == [("Ed25519", "signs"), ("P-256", "signs")]
    kid = listed[0][0]
    code, output, _ = run("organisations", "compromised", who, kid)
    assert (code, output) == (0, f"Key {kid} is withdrawn. Statements that count no more: 1.\n")
    states = [line.split("\t")[3] for line in run("organisations", "keys", who)[1].splitlines()]
    assert sorted(states) == ["compromised", "signs", "signs"]
    assert run("organisations", "compromised", who, "none")[0] != 0


def test_somebody_more_is_invited_where_all_passkeys_are_lost(environment, run, tool):
    employer = organisations.invite_employer(tool)
    code, output, _ = run("organisations", "invite", employer.organisation_id)
    assert code == 0 and output.startswith(f"{tool.tool_url}/organisations/invitation?code=")
    opened = joining.of_code(tool.expiring_values, output.strip().partition("code=")[2])
    assert opened == Joining(organisation_id=employer.organisation_id)
    assert [row.what for row in rows(tool, Event) if row.about == employer.organisation_id][-1] == (
        "organisation_invited"
    )
    run("organisations", "close", employer.organisation_id)
    assert run("organisations", "invite", employer.organisation_id)[0] != 0
    assert run("organisations", "invite", "none")[0] != 0


def test_one_that_is_not_there_is_said(environment, run, tool):
    code, _, error = run("organisations", "close", "none")
    assert code != 0 and "there is no organisation none" in error
    assert rows(tool, OrganisationRow) == []
