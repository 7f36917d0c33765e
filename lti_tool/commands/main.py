"""The commands of `python -m lti_tool`; each reads its words, calls one function and prints what came of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import SettingsError, read_settings, vocabularies_folder
from lti_tool.commands import badges, issuer, keys
from lti_tool.errors import ToolError
from lti_tool.language import LANGUAGES

if TYPE_CHECKING:
    from lti_tool.wiring import Tool


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 not (a badge that does not verify, a template that does not pass), 2 unusable input."""
    words = _parser().parse_args(arguments)
    try:
        code: int = words.run(words)
        return code
    except SettingsError as error:
        return _say(f"Settings: {error}")
    except ToolError as error:
        return _say(str(error))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lti_tool",
        description="Nozimite: a completion in Moodle or Canvas becomes a signed Open Badge.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="the whole product and a small LMS, in one process")
    demo.add_argument("--once", action="store_true", help="the main job with no human, then stop")
    demo.add_argument("--out", type=Path, metavar="DIR", help="where --once leaves badges and mails")
    demo.add_argument("--folder", type=Path, default=Path("var/demo"), help="where the demo keeps its data")
    demo.add_argument("--tool-port", type=int, default=8000)
    demo.add_argument("--lms-port", type=int, default=8001)
    demo.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS", help="0.0.0.0 in a container")
    demo.set_defaults(run=_demo)

    verify = commands.add_parser("verify", help="check a badge: PNG, SVG, PDF, JSON or JWT")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--json", action="store_true", help="the whole report as JSON")
    verify.add_argument(
        "--documents",
        type=Path,
        metavar="DIR",
        help="read the issuer's did.json, jwks.json and status-list.json there, not from the network",
    )
    verify.add_argument("--recipient", metavar="WHO", help="whose it should be: an e-mail address, or an id")
    verify.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    verify.set_defaults(run=_verify)

    part = commands.add_parser("show-part", help="a badge without some of what it says, still signed")
    part.add_argument("file", type=Path, metavar="FILE", help="PNG or JSON, with a proof of ecdsa-sd-2023")
    part.add_argument("--without", action="append", default=[], metavar="PART", help="name, email or result")
    part.add_argument("--out", type=Path, required=True, metavar="FILE")
    part.set_defaults(run=_show_part)

    quality = commands.add_parser("quality", help="hold a template to quality frameworks")
    quality.add_argument("file", type=Path, metavar="FILE", help="a template as TOML or JSON")
    quality.add_argument(
        "--framework", action="append", default=[], metavar="NAME", help="only this one; may be repeated"
    )
    quality.add_argument(
        "--issuer", type=Path, metavar="FILE", help="who awards; else what ISSUER_FILE names"
    )
    quality.add_argument("--json", action="store_true", help="every rule, as JSON")
    quality.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    quality.set_defaults(run=_quality)

    platforms = commands.add_parser("platforms", help="the LMSs that may use the tool")
    actions = platforms.add_subparsers(required=True, metavar="ACTION")
    invite = actions.add_parser("invite", help="a registration address for one platform, good for a week")
    invite.set_defaults(run=_invite)
    actions.add_parser("list", help="who is registered").set_defaults(run=_list_platforms)
    add = actions.add_parser("add", help="register a platform by hand")
    for name in ("issuer", "client-id", "auth-url", "token-url", "jwks-url"):
        add.add_argument(f"--{name}", required=True)
    add.add_argument("--token-audience", help="where it differs from the token address")
    add.add_argument("--deployment-id")
    add.add_argument("--product", default="", help="moodle, canvas, ...")
    add.add_argument("--name", default="")
    add.set_defaults(run=_add_platform)

    templates = commands.add_parser("templates", help="what may be awarded")
    actions = templates.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="every version of every template").set_defaults(run=_list_templates)
    add = actions.add_parser(
        "add", aliases=["import"], help="a draft from a file, or from a badge of edubadges, OEB or Moodle"
    )
    add.add_argument("file", type=Path, metavar="FILE", help="TOML, JSON, or a picture with a badge in it")
    add.add_argument("--of", metavar="TEMPLATE", help="as the next version of this template")
    add.add_argument("--publish", action="store_true", help="and publish it at once")
    add.set_defaults(run=_add_template)
    export = actions.add_parser("export", help="one JSON file, to be imported elsewhere")
    export.add_argument("template", metavar="TEMPLATE", help="its id, or how it begins")
    export.add_argument("--version", type=int)
    export.add_argument("--out", type=Path, metavar="FILE", help="else it is printed")
    export.set_defaults(run=_export_template)
    edit = actions.add_parser(
        "edit", help="an address that opens the editor once, good for a quarter of an hour"
    )
    edit.set_defaults(run=_edit_templates)
    for action, what in (("publish", "let courses use it"), ("retire", "let no new course use it")):
        command = actions.add_parser(action, help=what)
        command.add_argument("template", metavar="TEMPLATE", help="its id, or how it begins")
        command.add_argument("--version", type=int)
        command.set_defaults(run=_publish_template if action == "publish" else _retire_template)

    vocabularies = commands.add_parser("vocabularies", help="the lists of codes, and your own in their place")
    actions = vocabularies.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="every list, and where it is from").set_defaults(run=_list_vocabularies)
    show = actions.add_parser("show", help="codes, labels and addresses of one list")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--search", default="", metavar="TEXT", help="only what this text finds, best first")
    show.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    show.add_argument("--limit", type=int, default=1_000)
    show.set_defaults(run=_show_vocabulary)
    load = actions.add_parser("load", help="use your own list, or the whole of ESCO")
    load.add_argument("name", metavar="NAME")
    load.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="TOML or JSON; for esco its CSV files or their ZIP",
    )
    load.set_defaults(run=_load_vocabulary)

    europass = commands.add_parser(
        "europass", help="badges as European Digital Credentials, for the Europass Issuer"
    )
    europass.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ZIP to write")
    europass.add_argument("--template", metavar="TEMPLATE", help="only its badges: its id, or how it begins")
    europass.set_defaults(run=_europass)

    badges.add_to(commands, _tool)
    issuer.add_to(commands, _tool)
    keys.add_to(commands, _tool)

    worker = commands.add_parser("worker", help="background work, as a process of its own")
    worker.add_argument("--check", action="store_true", help="only say whether the work gets done: 0 or 1")
    worker.set_defaults(run=_worker)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(run=_migrate)
    return parser


# --- the commands. What they need is imported where it is needed: `verify` must not load a web server.


def _demo(words: argparse.Namespace) -> int:
    from lti_tool.commands import demo_once, demo_server

    if words.once:
        if words.out is None:
            return _say("demo --once needs --out DIR")
        return demo_once.run_once(words.out)
    return demo_server.serve_until_stopped(words.folder, words.tool_port, words.lms_port, words.listen)


def _verify(words: argparse.Namespace) -> int:
    from badges.verify import report_text
    from lti_tool.commands import verification

    try:
        file = words.file.read_bytes()
    except OSError as error:
        return _say(f"{words.file} cannot be read: {error.strerror}")
    report = verification.check_file(file, words.documents, recipient=words.recipient)
    if words.json:
        print(json.dumps(report_text.report_as_json(report), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report_text.report_as_lines(report, words.language)))
    beside = words.file.parent
    if report.verdict == "unverifiable" and not words.documents and (beside / "did.json").exists():
        # Not taken by itself: whoever sends a forged badge can send documents with it.
        _say(f"If you trust the documents beside the file, use them: --documents {beside}")
    return {"verified": 0, "unusable": 2}.get(report.verdict, 1)


def _show_part(words: argparse.Namespace) -> int:
    from badges.bake import SIGNATURE, secured_from
    from badges.disclosure import picture_without, without
    from badges.errors import BadgeError

    try:
        file = words.file.read_bytes()
        if file.startswith(SIGNATURE):
            words.out.write_bytes(picture_without(file, words.without))
        else:
            words.out.write_text(without(secured_from(file.decode()), words.without).text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _say(f"a file cannot be read or written: {error}")
    except BadgeError as error:
        return _say(str(error))
    return 0


def _quality(words: argparse.Namespace) -> int:
    from badges.vocabularies import replace_from
    from lti_tool.templates import quality_reports

    replace_from(vocabularies_folder(os.environ))
    named = os.environ.get("ISSUER_FILE")
    reports = quality_reports.evaluate_file(
        words.file, words.issuer or (Path(named) if named else None), words.framework, date.today()
    )
    if words.json:
        print(json.dumps(quality_reports.as_json(reports, words.language), ensure_ascii=False, indent=2))
    else:
        print("\n".join(quality_reports.as_lines(reports, words.language)))
    return 0 if all(report.passes for report in reports) else 1


def _tool() -> Tool:
    from lti_tool.wiring import build_tool

    return build_tool(read_settings(os.environ))


def _invite(words: argparse.Namespace) -> int:
    from lti_tool.platforms import invitations

    tool = _tool()
    with tool.store.begin() as session:
        code = invitations.invite(session, tool.clock())
    print(f"{tool.tool_url}/lti/register?code={code}")
    print(
        "Give this address to the platform's administrator. It registers one platform, within 7 days.",
        file=sys.stderr,
    )
    return 0


def _list_platforms(words: argparse.Namespace) -> int:
    from lti_tool.store import queries

    with _tool().store.read() as session:
        for row in queries.platforms.registrations(session):
            print(f"{row.id}\t{row.product or '-'}\t{row.platform_id}\t{row.client_id}\t{row.name}")
    return 0


def _add_platform(words: argparse.Namespace) -> int:
    from lti_tool.platforms import invitations
    from lti_tool.values import NewRegistration

    new = NewRegistration(
        platform_id=words.issuer,
        client_id=words.client_id,
        auth_login_url=words.auth_url,
        auth_token_url=words.token_url,
        jwks_url=words.jwks_url,
        token_audience=words.token_audience,
        product=words.product,
        name=words.name,
        deployment_id=words.deployment_id,
    )
    tool = _tool()
    with tool.store.begin() as session:
        registration = invitations.add_registration(session, new, tool.clock())
    print(
        f"Registered as {registration.id}. Login: {tool.tool_url}/lti/login  Redirect: {tool.tool_url}/lti/launch"
    )
    print(f"Keys: {tool.tool_url}/lti/jwks.json")
    return 0


def _list_templates(words: argparse.Namespace) -> int:
    from lti_tool.store import queries

    with _tool().store.read() as session:
        for row in queries.templates.template_versions(session):
            print(f"{row.template_id}\t{row.version}\t{row.status}\t{row.name}")
    return 0


def _add_template(words: argparse.Namespace) -> int:
    from badges.errors import BadgeError
    from lti_tool.templates import files, versions

    tool = _tool()
    now = tool.clock()
    try:
        found = files.read_file(words.file, now.date())
        with tool.store.begin() as session:
            row = versions.add(session, found.body, now, words.of, what="imported", own_picture=found.picture)
            if words.publish:
                versions.publish(row, tool.issuer.profile, now)
            print(f"{row.template_id}\t{row.version}\t{row.status}\t{row.name}")
    except OSError as error:
        return _say(f"{words.file} cannot be read: {error.strerror}")
    except BadgeError as error:
        return _say(str(error))
    for line in files.as_lines(found, tool.issuer.profile):
        print(line)
    return 0


def _export_template(words: argparse.Namespace) -> int:
    from lti_tool.templates import files, versions

    with _tool().store.read() as session:
        text = files.export_json(versions.find(session, words.template, words.version))
    if words.out is None:
        print(text, end="")
        return 0
    try:
        words.out.write_text(text, encoding="utf-8")
    except OSError as error:
        return _say(f"{words.out} cannot be written: {error.strerror}")
    return 0


def _edit_templates(words: argparse.Namespace) -> int:
    from lti_tool.people import operator_sessions

    tool = _tool()
    print(f"{tool.tool_url}/lti/editor?code={operator_sessions.invite_operator(tool.expiring_values)}")
    print("Open this address in a browser: it works once, within 15 minutes.", file=sys.stderr)
    return 0


def _publish_template(words: argparse.Namespace) -> int:
    from badges.errors import BadgeError
    from lti_tool.templates import versions

    tool = _tool()
    try:
        with tool.store.begin() as session:
            row = versions.find_locked(session, words.template, words.version)
            versions.publish(row, tool.issuer.profile, tool.clock())
            print(f"{row.template_id}\t{row.version}\t{row.status}\t{row.name}")
    except BadgeError as error:
        return _say(str(error))
    return 0


def _retire_template(words: argparse.Namespace) -> int:
    from lti_tool.templates import versions

    tool = _tool()
    with tool.store.begin() as session:
        row = versions.find_locked(session, words.template, words.version)
        versions.retire(row, tool.clock())
        print(f"{row.template_id}\t{row.version}\t{row.status}\t{row.name}")
    return 0


def _list_vocabularies(words: argparse.Namespace) -> int:
    from badges.vocabularies import replace_from
    from lti_tool.templates import vocabularies

    replace_from(vocabularies_folder(os.environ))
    print("\n".join(vocabularies.as_list()))
    return 0


def _show_vocabulary(words: argparse.Namespace) -> int:
    from badges.vocabularies import replace_from
    from lti_tool.templates import vocabularies

    replace_from(vocabularies_folder(os.environ))
    for line in vocabularies.as_lines(words.name, words.search, words.language, words.limit):
        print(line)
    return 0


def _load_vocabulary(words: argparse.Namespace) -> int:
    from badges.errors import BadgeError
    from badges.vocabularies import replace_from
    from lti_tool.templates import vocabularies

    folder = vocabularies_folder(os.environ)
    replace_from(folder)
    try:
        found = vocabularies.load(folder, words.name, words.files)
    except BadgeError as error:
        return _say(str(error))
    print(f"{words.name}\t{len(found)}\t{found.date}\t{folder / words.name}.json")
    return 0


def _europass(words: argparse.Namespace) -> int:
    from lti_tool.publishing import europass
    from lti_tool.store import queries

    tool = _tool()
    with tool.store.read() as session:
        batch = europass.batch_of(
            tool.issuer, queries.credentials.credentials_to_export(session, words.template)
        )
    for credential_id, lack in batch.lacking:
        print(f"{credential_id}\t{lack}", file=sys.stderr)
    words.out.write_bytes(batch.zip)
    if len(batch.zip) > europass.MOST_BYTES:
        _say("Europass takes no file of more than 15 MB: make one for each template, with --template")
    print(f"{batch.packed} in {words.out}")
    return 1 if batch.lacking else 0


def _worker(words: argparse.Namespace) -> int:
    from lti_tool import worker
    from lti_tool.logs import set_up_logs
    from lti_tool.wiring import build_tool

    settings = read_settings(os.environ)
    if words.check:
        return 0 if worker.is_keeping_up(settings.database_url) else 1
    if settings.embedded_worker:
        return _say("BROKER_URL is memory://: the worker runs inside the web process")
    set_up_logs(settings.log_format)
    worker.run(build_tool(settings), settings.broker_url)
    return 0


def _migrate(words: argparse.Namespace) -> int:
    _tool()
    return 0


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
