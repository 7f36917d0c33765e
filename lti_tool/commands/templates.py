"""`python -m lti_tool templates ...`: what may be awarded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.commands.agreement import draft_option, is_agreed, show, yes_option
from lti_tool.commands.shared import (
    FILE,
    issuer_named,
    issuer_option,
    note,
    open_tool,
    operator,
    write_text,
)
from lti_tool.errors import NotFoundError

if TYPE_CHECKING:
    from badges.issuer import IssuerProfile
    from lti_tool.commands.agreement import Shown
    from lti_tool.store import Session
    from lti_tool.store.models import TemplateVersion
    from lti_tool.wiring import Tool

template_argument = click.argument("template", metavar="TEMPLATE")
version_option = click.option("--version", type=int, help="Without it, the newest.")


@click.group("templates", help="List, import, edit, publish or retire templates.")
def templates() -> None: ...


@templates.command("list")
@issuer_option
def list_(slug: str | None) -> None:
    """List every version of every template of an issuer.

    A line a version: id, version, state, name.
    """
    from lti_tool.store import queries

    tool = open_tool()
    with tool.store.read() as session:
        for row in queries.templates.template_versions(session, issuer_named(tool, session, slug).id):
            _print(row)


@templates.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--of", "template_id", metavar="TEMPLATE", help="As the next version of this template.")
@click.option(
    "--publish", "publishes", is_flag=True, help="And publish it, after what will be signed is shown."
)
@yes_option
@issuer_option
def add(*, file: Path, template_id: str | None, publishes: bool, agrees: bool, slug: str | None) -> int:
    """Make a draft from a FILE.

    A template as TOML or JSON, or a badge of edubadges, Open Educational Badges or Moodle.
    """
    from lti_tool.templates import files, versions

    tool = open_tool()
    now = tool.clock()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
        if template_id is not None:
            issuer = tool.issuers.of(session, versions.find(session, template_id).issuer_id)
    try:
        imported = files.read_file(file, issuer.profile, issuer.profile.day_of(now))
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}") from error
    with tool.store.begin() as session:
        row = versions.add(
            session,
            imported.body,
            now,
            template_id,
            issuer_id=issuer.id,
            by=operator(),
            what="imported",
            own_picture=imported.picture,
        )
        if publishes:
            versions.check_publishable(row, issuer.profile, now)
        shown = show(issuer, row)
    published = publishes and _publish(tool, shown, shown.draft if agrees else None)
    if not published:
        _print(row)
    for line in files.as_lines(imported, issuer.profile):
        click.echo(line)
    return 1 if publishes and not published else 0


@templates.command()
@template_argument
@version_option
@click.option("--out", type=FILE, metavar="FILE", help="Where to write it; without it, it is printed.")
def export(template: str, version: int | None, out: Path | None) -> None:
    """Write a template as one JSON file.

    It can be imported elsewhere. TEMPLATE is its id, or how it begins.
    """
    from lti_tool.publishing.exports import record_export
    from lti_tool.templates import files, versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find(session, template, version)
        data = {"version": row.version}
        record_export(session, "template", "template", row.template_id, tool.clock(), operator(), data)
        write_text(out, files.export_json(row))


@templates.command()
@issuer_option
def edit(slug: str | None) -> None:
    """Print an address that opens the editor of an issuer's templates once."""
    from lti_tool.people import operator_sessions
    from lti_tool.store import events

    tool, by = open_tool(), operator()
    with tool.store.read() as session:
        issuer = issuer_named(tool, session, slug)
    code = operator_sessions.invite_operator(tool.expiring_values, by.id, issuer.id)
    with tool.store.begin() as session:
        events.record(session, "operator_invited", "editor", "", tool.clock(), actor=by, issuer_id=issuer.id)
    click.echo(f"{tool.tool_url}/lti/editor?code={code}")
    note("Open this address in a browser. It works once, within 15 minutes.")


@templates.command()
@template_argument
@version_option
@draft_option
@yes_option
def publish(*, template: str, version: int | None, draft: str | None, agrees: bool) -> int:
    """Publish a template, so that courses can use it. What will be signed is shown first, and you are asked.

    TEMPLATE is its id, or how it begins.
    """
    tool = open_tool()
    shown = _shown(tool, template, version)
    return 0 if _publish(tool, shown, shown.draft if agrees else draft) else 1


def _shown(tool: Tool, template: str, version: int | None) -> Shown:
    """The version as it is shown to who publishes it. Raises what `versions.check_publishable` does."""
    from lti_tool.templates import versions

    with tool.store.read() as session:
        row = versions.find(session, template, version)
        issuer = tool.issuers.of(session, row.issuer_id)
        versions.check_publishable(row, issuer.profile, tool.clock())
        return show(issuer, row)


def _publish(tool: Tool, shown: Shown, agreed: str | None) -> bool:
    """Whether what is shown was published, and its line printed; see `is_agreed`."""
    from lti_tool.templates import versions

    def publish(_session: Session, row: TemplateVersion, profile: IssuerProfile) -> None:
        versions.publish(row, profile, tool.clock(), operator())

    return _act_as_agreed(tool, shown, agreed, publish)


def _act_as_agreed(
    tool: Tool,
    shown: Shown,
    agreed: str | None,
    act: Callable[[Session, TemplateVersion, IssuerProfile], None],
) -> bool:
    """Whether the operator agrees to what is shown; then the act is done to it, and its line printed.

    Nothing is locked while they read. Raises NotAllowedError where the draft was changed meanwhile.
    """
    from lti_tool.templates import versions

    if not is_agreed(shown, agreed):
        return False
    with tool.store.begin() as session:
        row = versions.find_locked(session, shown.template_id, shown.version)
        shown.check_unchanged(row)
        act(session, row, tool.issuers.of(session, row.issuer_id).profile)
        _print(row)
    return True


@templates.command()
def waiting() -> None:
    """List the drafts that wait for approval.

    A line a draft: id, version, since when, who is asked, name. Where no approver can answer it says why, and
    `templates approve` or `templates decline` is the only way.
    """
    from lti_tool.store import queries
    from lti_tool.templates import approval_requests

    tool = open_tool()
    with tool.store.read() as session:
        for row in queries.templates.waiting_templates(session):
            profile = tool.issuers.of(session, row.issuer_id).profile
            request = approval_requests.newest_request(row, profile)
            if request is not None:
                since = request.asked_at.astimezone(profile.zone).isoformat(timespec="minutes")
                asked = ", ".join(request.asked) or _WHY_NOBODY[request.why_nobody]
                click.echo("\t".join((row.template_id, str(row.version), since, asked, row.name)))


_WHY_NOBODY = {
    "no_approver": "nobody: [authority] in ISSUER_FILE names no approver",
    "own": "nobody: the only approver has written it",
    "expired": "nobody: the links have ended without an answer",
    "unreached": "nobody: the mail could not be delivered",
}


@templates.command()
@template_argument
@version_option
@draft_option
@yes_option
def approve(*, template: str, version: int | None, draft: str | None, agrees: bool) -> int:
    """Approve a teacher's draft that waits, and publish it. What will be signed is shown first, and you are asked.

    TEMPLATE is its id, or how it begins.
    """
    from lti_tool.templates import approvals

    tool = open_tool()
    shown = _shown(tool, template, version)

    def approve_it(session: Session, row: TemplateVersion, profile: IssuerProfile) -> None:
        approvals.answer_by_operator(session, row, profile, "approved", "", tool.clock(), operator())

    return 0 if _act_as_agreed(tool, shown, shown.draft if agrees else draft, approve_it) else 1


@templates.command()
@template_argument
@version_option
@click.option("--reason", default="", help="What the teacher should change; they read it.")
def decline(template: str, version: int | None, reason: str) -> None:
    """Decline a teacher's draft that waits. It stays a draft.

    TEMPLATE is its id, or how it begins.
    """
    from lti_tool.templates import approvals, versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find_locked(session, template, version)
        profile = tool.issuers.of(session, row.issuer_id).profile
        approvals.answer_by_operator(session, row, profile, "declined", reason, tool.clock(), operator())
        _print(row)


@templates.command("publish-starters")
@click.argument("folder", type=FILE, metavar="[FOLDER]", required=False)
@issuer_option
def publish_starters(*, folder: Path | None, slug: str | None) -> None:
    """Publish the starter badges, so that teachers can place a badge at once.

    Those that are published already stay as they are. FOLDER has TOML files of your own in their place.
    """
    from lti_tool.templates import starters

    tool = open_tool()
    with tool.store.begin() as session:
        for row in starters.publish_starters(
            session, issuer_named(tool, session, slug), folder or starters.STARTERS, tool.clock(), operator()
        ):
            _print(row)


@templates.command()
@template_argument
@version_option
def retire(template: str, version: int | None) -> None:
    """Retire a template, so that no further course uses it.

    TEMPLATE is its id, or how it begins.
    """
    from lti_tool.templates import versions

    tool = open_tool()
    with tool.store.begin() as session:
        row = versions.find_locked(session, template, version)
        versions.retire(row, tool.clock(), operator())
        _print(row)


def _print(row: TemplateVersion) -> None:
    click.echo(f"{row.template_id}\t{row.version}\t{row.status}\t{row.name}")


@templates.command()
@click.option("--out", type=FILE, metavar="FILE", help="Where to write it; without it, it is printed.")
def schema(out: Path | None) -> None:
    """Write the JSON Schema of templates.

    With it, an editor of TOML or JSON completes and checks the file of a template.
    """
    import json

    from badges.template.reference import template_schema

    write_text(out, json.dumps(template_schema(), indent=2, ensure_ascii=False))


templates.add_command(add, "import")

COMMANDS = (templates,)
