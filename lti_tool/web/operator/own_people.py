"""Who of the learners an operator is known to be, so that nobody decides what is their own.

An account of an operator has no address, and learners have no accounts here. It is known where the operator signs in
with the very account of a platform, and where somebody is signed in on My badges in the same browser.
"""

from __future__ import annotations

from lti_tool.store import Session, queries
from lti_tool.web.learner.learner_visits import find_visit
from lti_tool.web.operator.visits import OperatorVisit


def known_people(session: Session, visit: OperatorVisit) -> frozenset[int]:
    """The learners who are known to be the operator."""
    learner = find_visit(session)
    people = learner.people if learner is not None else ()
    return queries.operators.people_of(session, visit.operator.id) | frozenset(people)
