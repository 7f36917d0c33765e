"""`python -m lti_tool badges ...`: issued badges are revoked, suspended, reinstated, reissued."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from lti_tool.commands.shared import note, open_tool, operator
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from lti_tool.store import Session
    from lti_tool.store.models import Award


@click.group("badges", help="Revoke, suspend, reinstate or reissue badges.")
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


@badges.command()
@click.option(
    "--signed-with", "key", required=True, metavar="KEY", help="A key that signs no more: keys list."
)
def reissue(key: str) -> int:
    """Sign all badges that KEY has signed once more, with the keys of today.

    Learners get the new badges by e-mail, and the old ones are revoked. Those that are bound to the key of a wallet are
    only revoked: the learner puts the badge into the wallet again. If it is interrupted, run it again: it goes on
    with the rest.
    """
    from lti_tool.issuing.reissue import badges_to_reissue
    from lti_tool.issuing.reissue import reissue as reissue_badges

    tool = open_tool()
    with tool.store.read() as session:
        issuer = tool.issuers.with_key(session, key)
    ids = badges_to_reissue(tool.store, issuer, key, tool.clock(), operator())
    lacking = ended = 0
    for number, step in enumerate(reissue_badges(tool.store, tool.issuers, ids, tool.clock), 1):
        if step.lacking:
            lacking += 1
            note(f"{step.credential_id}\tlacks {', '.join(step.lacking)}")
        ended += step.was_bound
        if number % max(1, len(ids) // 20) == 0:
            note(f"{number} of {len(ids)}")
    click.echo(f"Badges issued again: {len(ids) - lacking - ended}")
    if ended:
        click.echo(
            f"Bound to the key of a wallet, and ended: {ended}. Their learners put them into the wallet again."
        )
    return 1 if lacking else 0


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
