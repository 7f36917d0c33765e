"""`python -m lti_tool people ...`: whose data is to be exported or erased, or whose address is confirmed."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.commands.shared import FILE, note, open_tool, operator, write_pieces
from lti_tool.errors import NotAllowedError, NotFoundError


@click.group("people", help="Export and erase the data of people, and confirm their addresses.")
def people() -> None: ...


@people.command()
@click.argument("person", metavar="PERSON")
@click.option("--yes", "agrees", is_flag=True, help="Erase without asking: for scripts.")
@click.option("--revoke", "revokes", is_flag=True, help="Revoke their badges first: where they ask for it.")
def erase(*, person: str, agrees: bool, revokes: bool) -> int:
    """Erase all that is held about a person: name, address, observations, awards and credentials. It cannot be undone.

    PERSON is their e-mail address, or their number as events name it. Without --revoke, badges are not revoked: files
    that the learner has go on verifying, but the pages and downloads of these badges are gone, and they cannot be
    issued again. If the platform still lists the person, nothing more is recorded about them, and nothing is awarded
    to them.

    Somebody who is staff of a course that goes on is not erased, nor anybody whose award a law obliges its issuer to
    keep ([privacy] of the issuer's file).
    """
    from lti_tool.privacy.erasure import erase as erase_people
    from lti_tool.privacy.erasure import revoke_all
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        found = queries.people.people_found(session, person)
        if not found:
            raise NotFoundError(f"there is nobody with the number or e-mail address {person}")
        for row in found:
            badges = queries.credentials.credentials_of_learner(session, row.id)
            accounts = ", ".join(
                f"registration {each.registration_id}: {each.user_id}" for each in row.accounts
            )
            note(f"{row.id}\t{row.name or '-'}\t{row.email or '-'}\t{accounts}\tbadges: {len(badges)}")
    if not agrees and not click.confirm("Erase all that is held about them, for good?", err=True):
        note("Nothing was erased.")
        return 1
    numbers = [row.id for row in found]
    if revokes:
        with tool.store.begin() as session:
            for number in numbers:
                note(
                    f"{number}: revoked {revoke_all(session, tool.issuers, number, tool.clock(), operator())}"
                )
    done = erase_people(tool, numbers, operator())
    if done.still_shown:
        note(
            "Revoked badges are still in gradebooks, as platforms did not answer. Clear them there, in these courses: "
            f"{'; '.join(done.still_shown)}"
        )
    click.echo(f"Erased: {', '.join(str(row.id) for row in found)}")
    note(
        "Badges that they have downloaded live on, and so do mails that were sent. Backups still name them until they "
        "are deleted; restore erases them once more, by the file in JOURNAL_FILE."
    )
    return 0


@people.command()
@click.argument("person", metavar="PERSON")
@click.option("--out", type=FILE, required=True, metavar="FILE", help="Where the ZIP is written.")
def export(*, person: str, out: Path) -> int:
    """Write all that is held about a person as a ZIP: tables as JSON, and their badges. Give it to nobody else.

    PERSON is their e-mail address, or their number as events name it. An address that several people have is refused:
    name them by number.
    """
    from lti_tool.privacy.export import export_of
    from lti_tool.publishing.exports import record_export
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        found = queries.people.people_found(session, person)
    if not found:
        raise NotFoundError(f"there is nobody with the number or e-mail address {person}")
    if len(found) > 1:
        numbers = ", ".join(str(row.id) for row in found)
        raise NotAllowedError(
            f"{person} is the address of several people: name one of them by number: {numbers}"
        )
    with tool.store.begin() as session:
        record_export(session, "person", "person", found[0].id, tool.clock(), operator())
        write_pieces(out, export_of(tool, [found[0].id], tool.clock()))
    note(f"Written: {out}")
    return 0


@people.command()
@click.argument("person", type=int, metavar="NUMBER")
@click.argument("address", metavar="ADDRESS")
def confirm(*, person: int, address: str) -> int:
    """Confirm that an address of a reused domain is still that of a learner, so that a code to it opens their badges.

    NUMBER is the learner's number, which the page that asks for this shows. Confirm only what you know from the person
    themselves, not from a mail: whoever reads the mails of ADDRESS now opens these badges for seven days.
    """
    from lti_tool.people.addresses import comparable_address, confirm_address

    tool = open_tool()
    with tool.store.begin() as session:
        known = comparable_address(address) or address
        until = confirm_address(session, person, known, tool.clock(), operator())
    click.echo(f"Confirmed until {until:%Y-%m-%d %H:%M} UTC.")
    return 0


COMMANDS = (people,)
