"""Badges carry what organisations say of their achievement and issuer, as far as the issuer shows it."""

from __future__ import annotations

import json

import pytest

from badges.schemas.rules import find_breach
from lti_tool.store.models import CredentialRow, OrganisationStatusList, TextDictionary
from tests import organisations
from tests.fixtures import ANNA, JANIS, complete, rows, run_due_jobs


@pytest.fixture
def employer(tool):
    return organisations.invite_employer(tool)


@pytest.fixture
def award(tool, platform, rule_id):
    """A function that awards the badge to somebody; the row of the credential."""

    def award(person) -> CredentialRow:
        complete(tool, platform, rule_id, person)
        run_due_jobs(tool)
        return max(rows(tool, CredentialRow), key=lambda row: row.issued_at)

    return award


def in_badge(tool, credential) -> tuple[list[str], list[str]]:
    """What it carries about its achievement, and about its issuer."""
    with tool.store.read() as session:
        text = session.get_one(CredentialRow, credential.id).text
    badge = json.loads(text)
    return (
        badge["credentialSubject"]["achievement"].get("endorsement", []),
        badge["issuer"].get("endorsement", []),
    )


def text_of(tool, credential, form="text") -> str:
    with tool.store.read() as session:
        return getattr(session.get_one(CredentialRow, credential.id), form)


def finding(report) -> tuple[str, str]:
    (found,) = (check for check in report.checks if check.name == "endorsements")
    return found.outcome, found.code


@pytest.mark.parametrize("form", ["text", "jwt"])
def test_at_each_level_they_are_about_what_they_stand_in(tool, employer, published, award, clock, form):
    about = organisations.about_template(tool, published), organisations.about_issuer(tool)
    for each in about:
        organisations.show(tool, organisations.sign(tool, employer, each))
    badge = award(ANNA)
    of_achievement, of_issuer = in_badge(tool, badge)
    assert len(of_achievement) == len(of_issuer) == 1
    report = tool.verify_own(text_of(tool, badge, form))
    assert (report.verdict, finding(report)) == ("verified", ("passed", "endorsed"))
    assert find_breach(json.loads(text_of(tool, badge)), "AchievementCredential") is None


def test_only_what_is_shown_and_was_not_withdrawn_is_in_new_badges(tool, employer, published, award, clock):
    shown = organisations.sign(tool, employer, organisations.about_template(tool, published))
    organisations.sign(tool, employer, organisations.about_issuer(tool))
    organisations.show(tool, shown)
    before = award(ANNA)
    of_achievement, of_issuer = in_badge(tool, before)
    assert len(of_achievement) == 1 and of_issuer == []
    organisations.withdraw(tool, shown)
    clock.advance(minutes=1)
    after = award(JANIS)
    assert after.id != before.id
    assert in_badge(tool, after) == ([], [])
    # Of the badge from before everybody who checks it is told, and it stays genuine.
    report = tool.verify_own(text_of(tool, before))
    assert (report.verdict, finding(report)) == ("verified", ("warning", "endorsement_revoked"))
    assert tool.verify_own(text_of(tool, after)).verdict == "verified"
    # What badges share with an endorsement is another text than what they share without.
    assert len(rows(tool, TextDictionary)) == 2 and len(rows(tool, OrganisationStatusList)) == 1


def test_a_badge_has_the_three_newest_alone(tool, published, award, clock):
    for number in range(5):
        clock.advance(minutes=1)
        employer = organisations.invite_employer(tool, f"Employer {number}")
        about = organisations.about_template(tool, published)
        organisations.show(tool, organisations.sign(tool, employer, about))
    assert len(in_badge(tool, award(ANNA))[0]) == 3
