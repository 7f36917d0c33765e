"""Answers on a real database: none is lost or counted twice when several come at once, and another key reads them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.errors import NotFoundError
from lti_tool.feedback import invitations
from lti_tool.feedback.counts import STEP
from lti_tool.feedback.pools import About, add_answer, publish_answers
from lti_tool.privacy import stored_secrets
from lti_tool.store import events
from lti_tool.store.models import FeedbackPool
from signing.encryption import RandomKey
from signing.errors import DecryptionError
from tests.feedback import add_answers, publish, published_answers, results
from tests.fixtures import rows

TEMPLATE = "47ab9636-4684-5115-b4f0-27d23015cfaa"


def about(tool, audience="peer"):
    return About(issuer_id=tool.issuer.id, template_id=TEMPLATE, audience=audience)


def add(tool, number=1):
    add_answers(tool, about(tool), number, (1, 2, 3))


def answers(tool):
    return published_answers(tool, TEMPLATE, "peer")


def test_of_answers_at_once_none_is_lost(tool_on_any_database):
    tool = tool_on_any_database
    with ThreadPoolExecutor(2 * STEP) as pool:
        list(pool.map(lambda _number: add(tool), range(2 * STEP)))
    assert answers(tool) == 2 * STEP
    assert len(rows(tool, FeedbackPool)) == 1


def test_of_two_who_use_a_link_at_once_one_is_counted(tool_on_any_database):
    tool = tool_on_any_database
    add(tool, STEP - 1)
    with tool.store.begin() as session:
        (token,) = invitations.invite(session, about(tool), 1, tool.clock(), events.TOOL)

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
    add(tool, STEP - 1)
    new = RandomKey(key=b"9876543210: known to every test!")
    with tool.store.begin() as session:
        stored_secrets.encrypt_anew(session, tool.stored_secrets_key, new, tool.clock(), events.TOOL)
    with pytest.raises(DecryptionError):
        add(tool)
    with tool.store.begin() as session:
        add_answer(session, about(tool), (5, 5, 5), new)
        publish_answers(session, new)
    assert results(tool, TEMPLATE)["peer"].answers == STEP


def test_a_pool_that_cannot_be_read_keeps_none_of_the_others_from_being_published(tool):
    add(tool, STEP)
    claim = about(tool, "claim")
    add_answers(tool, claim, STEP)
    with tool.store.begin() as session:
        row = session.get_one(FeedbackPool, (TEMPLATE, "claim"))
        row.encrypted_pending = b"of another key"
    assert (published_answers(tool, TEMPLATE, "peer"), published_answers(tool, TEMPLATE)) == (STEP, 0)
    assert rows(tool, FeedbackPool)[0].encrypted_pending == b"of another key"


def test_answers_that_come_while_they_are_published_are_counted_too(tool_on_any_database):
    tool = tool_on_any_database

    def do(number):
        return add(tool) if number % 3 else publish(tool)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(do, range(30)))
    add(tool, STEP)
    assert answers(tool) == 20 + STEP
