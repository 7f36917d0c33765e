"""Organisations that sign at the same moment: a link takes what it takes, and nobody says two things at once."""

from __future__ import annotations

import pytest

from lti_tool.errors import LinkEndedError, OrganisationError
from lti_tool.organisations import answers, key_changes
from lti_tool.organisations.answers import MOST_ANSWERS
from lti_tool.organisations.organisations import close as close_organisation
from lti_tool.organisations.organisations import locked_organisation
from lti_tool.people import share_links
from lti_tool.people.share_links import WantedLink
from lti_tool.store.events import person
from lti_tool.store.models import Award, EndorsementRow, OrganisationKey, ShareLink
from tests import organisations
from tests.at_once import all_at_once
from tests.fixtures import ANNA, complete, rows, run_due_jobs
from tests.organisations import SAID, Employer


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def token(tool, platform, rule_id) -> str:
    """The token of a link to Anna's badge that takes answers."""
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    wanted = WantedLink(with_name=True, lifetime=None, takes_answers=True)
    with tool.store.begin() as session:
        award = session.query(Award).one()
        by = person(award.person_id)
        link = share_links.make_link(session, award, wanted, tool.secret_key, tool.clock(), by)
        return share_links.token_of(link, tool.secret_key)


def answer(tool, token: str, employer: Employer) -> str:
    """What comes of an answer."""
    try:
        with tool.store.begin() as session:
            answers.sign_answer(
                session, tool.issuers, token, employer.organisation_id, employer.account, SAID, tool.clock()
            )
    except (OrganisationError, LinkEndedError) as error:
        return getattr(error, "code", "ended")
    return "signed"


def test_a_link_takes_no_more_answers_than_it_takes(tool, token):
    with tool.store.begin() as session:
        session.query(ShareLink).one().answers = MOST_ANSWERS - 1
    employers = [organisations.invite_employer(tool, name) for name in ("One", "Two", "Three")]
    done = all_at_once(*(lambda each=each: answer(tool, token, each) for each in employers))
    assert sorted(done) == ["signed", "too_many", "too_many"]
    assert [each.answers for each in rows(tool, ShareLink)] == [MOST_ANSWERS]


def test_one_organisation_says_one_thing(tool, token):
    employer = organisations.invite_employer(tool)
    done = all_at_once(*(lambda: answer(tool, token, employer) for _ in range(3)))
    assert sorted(done) == ["answered_already", "answered_already", "signed"]
    assert len(rows(tool, EndorsementRow)) == 1


def test_an_answer_and_the_end_of_its_link_come_one_after_the_other(tool, token):
    employer = organisations.invite_employer(tool)

    def close() -> str:
        with tool.store.begin() as session:
            award = session.query(Award).one()
            by = person(award.person_id)
            share_links.refuse_answers(session, award, rows(tool, ShareLink)[0].id, tool.clock(), by)
        return "closed"

    answered, closed = all_at_once(lambda: answer(tool, token, employer), close)
    assert closed == "closed" and answered in ("signed", "takes_no_answers")
    assert len(rows(tool, EndorsementRow)) == (answered == "signed")
    assert answer(tool, token, organisations.invite_employer(tool, "Late")) == "takes_no_answers"


def test_what_is_signed_while_its_key_is_withdrawn_counts_or_is_marked(tool, token):
    """Nothing stays that is signed with the withdrawn key and looks as good as before."""
    employer = organisations.invite_employer(tool)
    organisations.sign(tool, employer, organisations.about_issuer(tool))
    with tool.store.read() as session:
        kid = session.query(OrganisationKey).filter_by(algorithm="Ed25519").one().kid

    def take_back() -> str:
        with tool.store.begin() as session:
            row = locked_organisation(session, employer.organisation_id)
            key_changes.withdraw(session, tool.issuers, row, kid, tool.clock(), organisations.ROOT_ACCOUNT)
        return "withdrawn"

    assert all_at_once(lambda: answer(tool, token, employer), take_back) == ["signed", "withdrawn"]
    marked = [row.key_withdrawn_at is not None for row in rows(tool, EndorsementRow)]
    by_it = [kid in key_changes.kids_of(row) for row in rows(tool, EndorsementRow)]
    assert marked == by_it and True in by_it


def test_one_that_is_closed_while_it_signs_has_signed_or_not(tool, token):
    employer = organisations.invite_employer(tool)

    def close() -> str:
        with tool.store.begin() as session:
            row = locked_organisation(session, employer.organisation_id)
            close_organisation(session, row, tool.clock(), organisations.ROOT_ACCOUNT)
        return "shut"

    answered, shut = all_at_once(lambda: answer(tool, token, employer), close)
    assert shut == "shut" and answered in ("signed", "closed")
    assert len(rows(tool, EndorsementRow)) == (answered == "signed")
    assert [row.answers for row in rows(tool, ShareLink)] == [int(answered == "signed")]
    assert answer(tool, token, employer) in ("closed", "answered_already")


def test_what_is_withdrawn_twice_at_once_is_withdrawn(tool, token):
    employer = organisations.invite_employer(tool)
    assert answer(tool, token, employer) == "signed"
    (signed,) = rows(tool, EndorsementRow)
    all_at_once(*(lambda: organisations.withdraw(tool, signed.id) for _ in range(2)))
    (withdrawn,) = rows(tool, EndorsementRow)
    assert withdrawn.withdrawn_at == tool.clock()
    assert answer(tool, token, employer) == "signed"
