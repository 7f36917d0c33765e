"""Applications to have prior learning recognised, brought to a step: for tests that are about what comes then."""

from __future__ import annotations

from datetime import timedelta

from lti_tool.operators import accounts
from lti_tool.people import learner_sessions
from lti_tool.prior_learning import (
    applications,
    assessments,
    certification,
    identification,
    offers,
    portfolio,
)
from lti_tool.prior_learning.agreement import Found, Outcome
from lti_tool.prior_learning.applications import Candidate
from lti_tool.prior_learning.certification import Decided
from lti_tool.prior_learning.portfolio import About
from lti_tool.prior_learning.terms import Fee, Terms, typed_fees
from lti_tool.store import queries
from lti_tool.store.events import operator
from lti_tool.wiring import Tool

BY = operator("root")
ADDRESS = "zane@example.org"
NAME = "Zane Ozola"
MET, NOT_MET = True, False
#: How many learning outcomes the template of the tests has.
OUTCOMES = 4
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def fees() -> tuple[Fee, ...]:
    return typed_fees("Assessment of the portfolio = 25.00")


def offer(
    tool: Tool, template_id: str, issuer_id: str = "", outcomes: int = OUTCOMES, **terms: object
) -> int:
    """The id of a new offer."""
    with tool.store.begin() as session:
        rubric = tuple(f"Shows outcome {number}." for number in range(1, outcomes + 1))
        wanted = Terms(**{"fees": fees(), "rubric": rubric} | terms)
        issuer_id = issuer_id or tool.issuer.id
        return offers.save(session, issuer_id, template_id, wanted, tool.clock(), BY).id


def new_operator(tool: Tool, *roles: str, issuer_id: str = "", name: str = "Jānis") -> int:
    """The id of an operator with these roles."""
    with tool.store.begin() as session:
        row = accounts.make_account(session, name, accounts.new_handle(), tool.clock())
        for role in roles:
            accounts.give_role(session, row, issuer_id or tool.issuer.id, role, tool.clock(), BY)
        return row.id


def begun(tool: Tool, offer_id: int, address: str = ADDRESS, name: str = NAME) -> int:
    """The id of the application of somebody who has just signed in by that address."""
    with tool.store.begin() as session:
        learner_sessions.start_session(session, address, tool.clock())
        candidate = Candidate(address=address, since=tool.clock(), name=name, language="en")
        row = queries.prior_learning.offer(session, offer_id)
        return applications.begin(session, row, candidate, (), tool.clock()).id


def change(tool: Tool, application_id: int, act, *given):
    """Does something in the application."""
    with tool.store.begin() as session:
        return act(session, row_of(session, application_id), *given)


def row_of(session, application_id: int):
    row = queries.prior_learning.application_with_id(session, application_id)
    assert row is not None
    return row


def documenting(tool: Tool, offer_id: int, **who: str) -> int:
    application_id = begun(tool, offer_id, **who)
    said = [("yes", "I do this every day."), *[("partly", "")] * (OUTCOMES - 1)]
    change(tool, application_id, identification.answer, said, tool.clock())
    change(tool, application_id, identification.finish, tool.clock())
    return application_id


def handed_in(tool: Tool, offer_id: int, **who: str) -> int:
    """The id of an application with a file that is handed in."""
    application_id = documenting(tool, offer_id, **who)
    change(tool, application_id, portfolio.add_file, About(title="Diploma", outcomes=(1,)), PDF, tool.clock())
    change(tool, application_id, portfolio.hand_in, tool.clock())
    return application_id


def found(*met: bool, identity: str = "document", name: str = NAME) -> Found:
    """What an assessor says; where only one is given, of every learning outcome."""
    all_met = met if len(met) > 1 else met * OUTCOMES
    outcomes = tuple(Outcome(met=each, words="Seen." if each else "Not shown.") for each in all_met)
    return Found(outcomes=outcomes, identity=identity, name=name if identity != "none" else "")


def appointed(tool: Tool, application_id: int, number: int = 2) -> list[int]:
    """The ids of new assessors who are appointed."""
    ids = [new_operator(tool, "assessor") for _ in range(number)]
    for each in ids:
        appoint(tool, application_id, each)
    return ids


def appoint(tool: Tool, application_id: int, operator_id: int) -> None:
    with tool.store.begin() as session:
        row, assessor = row_of(session, application_id), accounts.find(session, operator_id)
        assessments.appoint(session, row, assessor, tool.clock(), BY)


def assess(tool: Tool, application_id: int, operator_id: int, said: Found) -> None:
    change(tool, application_id, assessments.assess, operator_id, said, tool.clock())


def assessed(tool: Tool, offer_id: int, *said: Found, **who: str) -> int:
    """The id of an application that two have assessed so."""
    application_id = handed_in(tool, offer_id, **who)
    for operator_id, each in zip(
        appointed(tool, application_id), said or (found(MET), found(MET)), strict=True
    ):
        assess(tool, application_id, operator_id, each)
    return application_id


def decided(
    tool: Tool, operator_id: int = 0, reference: str = "RPL-1/2026", level: str = "MK505-7"
) -> Decided:
    certifier = operator_id or new_operator(tool, "approver")
    return Decided(operator_id=certifier, reference=reference, level_reference=level)


def grant(tool: Tool, application_id: int, by: Decided | None = None) -> int:
    """The id of the award."""
    policy = tool.issuer.policy
    given = by or decided(tool)
    return change(tool, application_id, certification.grant, given, policy, tool.clock()).id


def refuse(tool: Tool, application_id: int, by: Decided | None = None, reasons=None) -> None:
    told = reasons or {"": "Not enough was shown."} | {
        str(each): "No example." for each in range(1, OUTCOMES + 1)
    }
    zone = tool.issuer.profile.zone
    change(tool, application_id, certification.refuse, by or decided(tool), told, zone, tool.clock())


def later(days: int) -> timedelta:
    return timedelta(days=days)
