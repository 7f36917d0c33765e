"""Answers on a real database: none is lost or counted twice when several come at once, and another key reads them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lti_tool.errors import NotFoundError
from lti_tool.feedback import invitations
from lti_tool.feedback.counts import STEP
from lti_tool.feedback.pools import LATER, About, add_answer, audience_of, results_of
from lti_tool.privacy import stored_secrets
from lti_tool.store import events
from lti_tool.store.models import Award, FeedbackPool
from signing.encryption import RandomKey
from signing.errors import DecryptionError
from tests.fixtures import NOW, rows

TEMPLATE = "47ab9636-4684-5115-b4f0-27d23015cfaa"


def about(tool, audience="peer"):
    return About(issuer_id=tool.issuer.id, template_id=TEMPLATE, audience=audience)


def add(tool, answer=(1, 2, 3)):
    with tool.store.begin() as session:
        add_answer(session, about(tool), answer, tool.stored_secrets_key)


def answers(tool):
    with tool.store.read() as session:
        return next(each.answers for each in results_of(session, TEMPLATE) if each.audience == "peer")


def test_of_answers_at_once_none_is_lost(tool_on_any_database):
    tool = tool_on_any_database
    with ThreadPoolExecutor(2 * STEP) as pool:
        list(pool.map(lambda _number: add(tool), range(2 * STEP)))
    assert answers(tool) == 2 * STEP
    assert len(rows(tool, FeedbackPool)) == 1


def test_of_two_who_use_a_link_at_once_one_is_counted(tool_on_any_database):
    tool = tool_on_any_database
    for _ in range(STEP - 1):
        add(tool)
    with tool.store.begin() as session:
        token = invitations.invite(session, about(tool), tool.clock(), events.TOOL)

    def use(_number):
        try:
            with tool.store.begin() as session:
                invitations.answer(session, token, (5, 5, 5), tool.clock(), tool.stored_secrets_key)
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]
    assert answers(tool) == STEP


def test_what_is_pending_is_read_with_the_key_of_today_alone(tool):
    for _ in range(STEP - 1):
        add(tool)
    new = RandomKey(key=b"9876543210: known to every test!")
    with tool.store.begin() as session:
        stored_secrets.encrypt_anew(session, tool.stored_secrets_key, new, tool.clock(), events.TOOL)
    with pytest.raises(DecryptionError):
        add(tool)
    with tool.store.begin() as session:
        add_answer(session, about(tool), (5, 5, 5), new)
    assert answers(tool) == STEP


@pytest.mark.parametrize(
    ("award", "audience"),
    [
        (Award(status="earned"), None),
        (Award(status="revoked"), None),
        (Award(status="issued"), "claim"),
        (Award(status="issued", claimed_at=NOW - LATER + timedelta(seconds=1)), "claim"),
        (Award(status="issued", claimed_at=NOW - LATER), "later"),
        (Award(status="issued", claimed_at=NOW - LATER, feedback_closed=True), "later"),
        (Award(status="issued", feedback_closed=True), None),
        (Award(status="issued", claimed_at=NOW - LATER, later_feedback_closed=True), None),
    ],
    ids=range(8),
)
def test_as_what_a_learner_is_asked_follows_from_the_award(award, audience):
    assert audience_of(award, NOW) == audience
