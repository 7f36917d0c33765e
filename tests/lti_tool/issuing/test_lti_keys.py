"""The tool's keys for platforms: rotated, retired, and withdrawn where somebody else may have one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing import lti_keys
from lti_tool.store.models import ToolKeyRow


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


def published(tool):
    """The ids of the published keys; the first one signs."""
    with tool.store.read() as session:
        return [key.kid for key in tool.issuer.keyring.tool_keys(session)]


def rotate(tool):
    with tool.store.begin() as session:
        return tool.issuer.keyring.rotate(session, "lti", tool.clock())


def retire(tool, name):
    with tool.store.begin() as session:
        return lti_keys.retire(session, name, tool.clock())


def compromised(tool, name, since=None):
    with tool.store.begin() as session:
        return lti_keys.mark_compromised(session, tool.issuer.keyring, name, since, tool.clock())


def test_a_rotated_key_signs_at_once_and_the_old_one_stays_published_until_it_is_retired(tool):
    (old,) = published(tool)
    new = rotate(tool)  # in the same moment of the clock
    assert published(tool) == [new, old]
    assert retire(tool, "lti") == [old]
    assert published(tool) == [new]
    assert retire(tool, "lti") == []
    assert retire(tool, old) == []


def test_a_new_key_signs_where_the_clock_was_set_back(tool, clock):
    (old,) = published(tool)
    clock.advance(days=-1)
    assert published(tool) == [old]
    new = rotate(tool)
    assert published(tool) == [new, old]


def test_the_key_that_signs_is_not_retired(tool):
    (only,) = published(tool)
    with pytest.raises(NotAllowedError, match="keys rotate lti"):
        retire(tool, only)
    assert published(tool) == [only]


def test_one_of_several_is_retired_by_its_id(tool):
    (first,) = published(tool)
    second, third = rotate(tool), rotate(tool)
    assert retire(tool, first) == [first]
    assert published(tool) == [third, second]


def test_a_compromised_key_leaves_the_key_set_and_another_signs(tool, clock):
    (leaked,) = published(tool)
    since = clock() - timedelta(days=2)
    clock.advance(days=1)
    assert compromised(tool, leaked, since) == [leaked]
    (new,) = published(tool)
    assert new != leaked
    with tool.store.read() as session:
        assert session.get(ToolKeyRow, leaked).compromised_at == since


def test_of_several_keys_that_one_is_withdrawn_or_all_of_them(tool):
    (first,) = published(tool)
    second = rotate(tool)
    assert compromised(tool, first) == [first]
    assert published(tool) == [second]
    third = rotate(tool)
    assert set(compromised(tool, "lti")) == {second, third}
    (fourth,) = published(tool)
    assert fourth not in (first, second, third)


def test_the_date_of_a_compromised_key_only_moves_back(tool, clock):
    (leaked,) = published(tool)
    clock.advance(days=9)
    early, late = clock() - timedelta(days=5), clock() - timedelta(days=1)
    for since, expected in ((late, late), (early, early), (late, early)):
        compromised(tool, leaked, since)
        with tool.store.read() as session:
            assert session.get(ToolKeyRow, leaked).compromised_at == expected
    assert len(published(tool)) == 1


def test_a_key_that_is_not_there_cannot_be_withdrawn(tool):
    with pytest.raises(NotFoundError):
        compromised(tool, "key-of-nobody")
    with pytest.raises(NotFoundError):
        retire(tool, "key-of-nobody")
