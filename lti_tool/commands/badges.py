"""`python -m lti_tool badges ...`: what becomes of a badge after it was given out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from lti_tool.store import Session
    from lti_tool.store.models import Award
    from lti_tool.wiring import Tool


def add_to(commands: Any, open_tool: Callable[[], Tool]) -> None:
    """The commands; `open_tool` gives the tool that the settings describe."""
    badges = commands.add_parser("badges", help="badges that were given out")
    actions = badges.add_subparsers(required=True, metavar="ACTION")
    for name, run, about in (
        ("revoke", _revoke, "take a badge back, for good"),
        ("suspend", _suspend, "let a badge not count for the time being"),
        ("reinstate", _reinstate, "let a suspended badge count again"),
    ):
        action = actions.add_parser(name, help=about)
        action.add_argument("badge", metavar="BADGE", help="its id, as at the end of its address")
        if name != "reinstate":
            action.add_argument("reason", metavar="REASON", help="it stands on the badge's page")
        action.set_defaults(run=_within(open_tool, run))


def _within(
    open_tool: Callable[[], Tool], run: Callable[[Session, Award, Tool, argparse.Namespace], str]
) -> Callable[[argparse.Namespace], int]:
    def opened(words: argparse.Namespace) -> int:
        from lti_tool.store import queries

        tool = open_tool()
        with tool.store.begin() as session:
            credential = queries.credentials.credential(session, words.badge.rpartition("/")[2])
            if credential is None:
                raise NotFoundError(f"there is no badge {words.badge}")
            said = run(session, credential.award, tool, words)
        print(f"{words.badge} is {said}")
        return 0

    return opened


def _revoke(session: Session, award: Award, tool: Tool, words: argparse.Namespace) -> str:
    from lti_tool.awarding import awards

    awards.revoke(session, award, words.reason, tool.clock())
    return "revoked"


def _suspend(session: Session, award: Award, tool: Tool, words: argparse.Namespace) -> str:
    from lti_tool.awarding import awards

    awards.suspend(session, award, words.reason, tool.clock())
    return "suspended"


def _reinstate(session: Session, award: Award, tool: Tool, words: argparse.Namespace) -> str:
    from lti_tool.awarding import awards

    awards.reinstate(session, award)
    return "valid again"
