"""`python -m lti_tool badges ...`: issued badges are revoked, suspended and reinstated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import open_tool, operator
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from lti_tool.store import Session
    from lti_tool.store.models import Award


@click.group("badges", help="Revoke, suspend or reinstate issued badges.")
def badges() -> None: ...


badge_argument = click.argument("badge", metavar="BADGE")
reason_argument = click.argument("reason", metavar="REASON")


@badges.command()
@badge_argument
@reason_argument
def revoke(badge: str, reason: str) -> None:
    """Revoke BADGE (its id, or its address) for good; its page shows the REASON."""
    from lti_tool.awarding import awards

    _change(badge, lambda session, award, now: awards.revoke(session, award, reason, now, operator()))
    click.echo(f"{badge} is revoked")


@badges.command()
@badge_argument
@reason_argument
def suspend(badge: str, reason: str) -> None:
    """Suspend BADGE until it is reinstated; its page shows the REASON. Needs STATUS_PURPOSE=suspension."""
    from lti_tool.awarding import awards

    _change(badge, lambda session, award, now: awards.suspend(session, award, reason, now, operator()))
    click.echo(f"{badge} is suspended")


@badges.command()
@badge_argument
def reinstate(badge: str) -> None:
    """Make a suspended BADGE valid again."""
    from lti_tool.awarding import awards

    _change(badge, lambda session, award, now: awards.reinstate(session, award, now, operator()))
    click.echo(f"{badge} is valid again")


def _change(badge: str, change: Callable[[Session, Award, datetime], None]) -> None:
    """Changes the award of a badge in one transaction. Raises NotFoundError where there is no such badge."""
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.begin() as session:
        credential = queries.credentials.credential(session, badge.rpartition("/")[2])
        if credential is None:
            raise NotFoundError(f"there is no badge {badge}")
        change(session, credential.award, tool.clock())


COMMANDS = (badges,)
