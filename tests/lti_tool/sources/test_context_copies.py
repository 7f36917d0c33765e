"""Asking a platform for notices of copies: where it can send them, and no more often than it is of use."""

import pytest

from lti_tool.errors import PlatformError
from lti_tool.platforms.notices import COPY_NOTICE_TYPE
from lti_tool.sources import context_copies
from lti_tool.sources.found import Asked
from tests.lti_tool.conditions.simulated_course import KnownHere

URL = "https://canvas.example.org/api/lti/notice-handlers/1"


class Platform:
    def __init__(self, trouble=None):
        self.asked, self.trouble = [], trouble

    def ask_for_notices(self, *asked):
        self.asked.append(asked)
        if self.trouble:
            raise self.trouble


def asked(**changes):
    values = {
        "product": "canvas",
        "memberships_url": None,
        "line_items_url": None,
        "notices_url": URL,
        "notice_types": frozenset({COPY_NOTICE_TYPE, "LtiHelloWorldNotice"}),
        "messages_url": "https://badges.example.org/sources/{}/1/",
        "links": (),
    }
    return Asked(**values | changes)


@pytest.mark.parametrize("changes", [{"notices_url": None}, {"notice_types": frozenset()}])
def test_it_is_open_where_the_platform_offers_the_notice(changes):
    assert context_copies.is_open(asked())
    assert not context_copies.is_open(asked(**changes))


def test_the_platform_is_asked_at_the_first_look_and_then_about_once_a_day():
    platform, counts = Platform(), {}
    for _ in range(context_copies.LOOKS_BETWEEN + 1):
        counts = context_copies.look(
            asked(), platform, KnownHere(own={}, course=(), last_counts=counts)
        ).counts
        assert len(platform.asked) == 1
    context_copies.look(asked(), platform, KnownHere(own={}, course=(), last_counts=counts))
    handler = "https://badges.example.org/sources/context_copies/1/"
    assert platform.asked == [(URL, COPY_NOTICE_TYPE, handler)] * 2


def test_that_the_platform_refuses_is_no_trouble_of_the_course():
    platform = Platform(PlatformError("the platform does not permit the tool to do this", permanent=True))
    answer = context_copies.look(asked(), platform, KnownHere(own={}, course=()))
    assert (answer.counts["refused"], answer.found, answer.trouble) == (1, (), {})
