"""The whole demo without a person: a scripted browser plays all parts, and every resulting file is verified."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from lti_tool.awarding import awards
from lti_tool.commands import demo_institution, verification
from lti_tool.commands.demo_offers import offer_courses
from lti_tool.commands.demo_server import RunningDemo, Sockets, demo_in_folder, open_sockets
from lti_tool.demo.html_page import UnexpectedPageError
from lti_tool.demo.robot import Robot
from lti_tool.issuing.baking import bake_badge
from lti_tool.store import queries
from lti_tool.store.models import AwardRule, CredentialRow
from lti_tool.values import Json
from lti_tool.wiring import Tool

COURSE = "Data Literacy"
COMPLETE = 12
#: Of the badge that the teacher writes, by language.
TITLES = {
    "en": "Data literacy for decision makers, spring course",
    "lv": "Datu pratība lēmumu pieņēmējiem, pavasara kurss",
}
TIMEOUT_SECONDS = 60


class DemoOnceError(Exception):
    """A step of the demo failed; the message says which."""


def run_once(
    out: Path,
    folder: Path | None = None,
    sockets: Sockets | None = None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Plays the demo and writes badges, documents of the issuer, mails and summary.json to `out`.

    The demo's data go to `folder`, else to a temporary one; `sockets` are open, else any free ports are taken; settings
    of `environment` are as `demo_in_folder` reads them. Returns the exit code: 0 where every count and verdict is the
    expected one. What an earlier run left is removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("badge-*", "mails/*.eml", "summary.json"):
        for file in out.glob(pattern):
            file.unlink()
    started = time.monotonic()
    with (
        TemporaryDirectory(prefix="nozimite-demo-") as temporary,
        demo_in_folder(
            folder or Path(temporary), sockets or open_sockets(0, 0), environment or {}, out / "mails"
        ) as demo,
    ):
        try:
            offer_courses(demo.tool)
            graded_at = _play(demo, out / "mails")
            purpose = demo.tool.issuer.status_purpose
            summary = _summarize(demo, _write_and_verify(demo, out), graded_at)
        except (DemoOnceError, UnexpectedPageError) as error:
            print(f"The story broke off: {error}", file=sys.stderr)
            return 1
    summary["seconds_total"] = round(time.monotonic() - started, 2)
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (out / "summary.json").write_text(text + "\n", encoding="utf-8")
    differences = _differences(summary, {"suspension": "suspended"}.get(purpose, "revoked"))
    for difference in differences:
        print(f"Not as it should be: {difference}", file=sys.stderr)
    _print_line(f"Done in {summary['seconds_total']} s: {out / 'summary.json'}")
    return 1 if differences else 0


def _play(demo: RunningDemo, mails: Path) -> datetime:
    """When the grades were given.

    The tool is registered, a badge written, approved and placed, twelve are awarded, one is revoked.

    Raises DemoOnceError or UnexpectedPageError where a step fails.
    """
    tool = demo.tool
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    _print_line("The LMS registered the tool by Dynamic Registration.")
    robot.copy_badge(COURSE, TITLES)
    _print_line("Zane wrote a badge of her own. It waits for approval.")
    approver = Robot(demo.lms_url)
    approver.approve(_wait("the mail to the approver", lambda: demo_institution.approval_link(mails)))
    _print_line("The approver opened the link in the e-mail and approved it.")
    activity = robot.place_badge(COURSE, TITLES["en"])
    robot.open_activity("Zane", activity)
    rule_id = _wait("the badge to be switched on", lambda: _first_rule_id(tool))
    _wait("the first look at who may open the link", lambda: _is_checked(tool, rule_id))
    _print_line("Zane placed a badge on a restricted link.")
    graded_at = tool.clock()
    robot.give_grades(COURSE, complete=COMPLETE)
    _print_line("Thirty learners have grades.")
    _wait(
        f"{COMPLETE} badges to be delivered",
        lambda: _count_delivered(tool, rule_id) >= COMPLETE,
        lambda: f"{_count_delivered(tool, rule_id)} of {COMPLETE} badges delivered",
    )
    with tool.store.begin() as session:
        last = queries.awards.awards_of_rule(session, rule_id)[-1]
        awards.revoke(session, last, "issued in error (demonstration)", tool.clock())
    _print_line("One badge was revoked.")
    return graded_at


def _write_and_verify(demo: RunningDemo, out: Path) -> list[Json]:
    """The names and the verdict of each badge.

    Each is written as PNG, JSON and JWT and verified with the documents that are written beside it, without network.
    """
    tool = demo.tool
    with tool.store.read() as session:
        rows = queries.credentials.credentials(session)
        badges = [(row, bake_badge(tool.issuers.of(session, row.issuer_id), row)) for row in rows]
    _write_documents(demo, rows, out)
    files = []
    for number, (row, badge) in enumerate(badges, start=1):
        names = {kind: f"badge-{number:02d}.{kind}" for kind in ("png", "json", "jwt")}
        (out / names["png"]).write_bytes(badge.png)
        (out / names["json"]).write_text(row.text, encoding="utf-8")
        (out / names["jwt"]).write_text(row.jwt, encoding="utf-8")
        verdicts = {
            verification.check_file((out / name).read_bytes(), out).verdict for name in names.values()
        }
        verdict = verdicts.pop() if len(verdicts) == 1 else f"disagreeing: {', '.join(sorted(verdicts))}"
        files.append({"png": names["png"], "credential": names["json"], "verdict": verdict})
        _print_progress(f"Verified {number} of {len(badges)}")
    if files:
        _print_line(f"Verified {len(files)} of {len(files)}")
    return files


def _summarize(demo: RunningDemo, files: Sequence[Json], graded_at: datetime) -> Json:
    """The counts, and the seconds between the grades and the deliveries."""
    with demo.tool.store.read() as session:
        awards = [
            award
            for rule in queries.rules.all_rules(session)
            for award in queries.awards.awards_of_rule(session, rule.id)
        ]
        sent = [d.sent_at for award in awards for d in award.deliveries if d.sent_at]
    waits = sorted((sent_at - graded_at).total_seconds() for sent_at in sent)
    return {
        "learners": Robot(demo.lms_url).count_learners(COURSE),
        "completed": len(awards),
        "issued": len(files),
        "delivered": len(sent),
        "revoked": sum(1 for award in awards if award.status == "revoked"),
        "seconds_completion_to_delivery": {
            "median": round(median(waits), 2) if waits else None,
            "maximum": round(waits[-1], 2) if waits else None,
        },
        "files": files,
    }


def _write_documents(demo: RunningDemo, rows: Sequence[CredentialRow], out: Path) -> None:
    """Writes what a verifier would fetch, taken over HTTP from where it is published."""
    tool = demo.tool
    issuer = tool.addresses.issuer
    urls = {
        "did.json": f"{issuer}/did.json",
        "jwks.json": f"{issuer}/jwks.json",
        "status-list.json": tool.addresses.status_list(rows[0].status_list_id) if rows else "",
    }
    for name, url in urls.items():
        (out / name).write_bytes(tool.outgoing.fetch(url))


def _differences(summary: Mapping[str, Any], withdrawn: str) -> list[str]:
    """In what the summary differs from what is expected; nothing in a run without errors.

    `withdrawn` is the verdict on the badge that was revoked: STATUS_PURPOSE decides it.
    """
    expected = {
        "learners": 30,
        "completed": COMPLETE,
        "issued": COMPLETE,
        "delivered": COMPLETE,
        "revoked": 1,
    }
    differences = [
        f"{name} is {summary[name]}, not {count}"
        for name, count in expected.items()
        if summary[name] != count
    ]
    verdicts = sorted(file["verdict"] for file in summary["files"])
    if verdicts != sorted([withdrawn] + ["verified"] * (COMPLETE - 1)):
        differences.append(f"the verdicts are {', '.join(verdicts)}")
    return differences


def _first_rule_id(tool: Tool) -> int:
    """The id of the only rule; 0 while there is none."""
    with tool.store.read() as session:
        rules = queries.rules.all_rules(session)
        return rules[0].id if rules else 0


def _is_checked(tool: Tool, rule_id: int) -> bool:
    """Whether the platform was asked for this rule. Raises DemoOnceError where it did not answer properly."""
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        if rule.trouble:
            raise DemoOnceError(str(rule.trouble))
        return rule.checked_at is not None


def _count_delivered(tool: Tool, rule_id: int) -> int:
    with tool.store.read() as session:
        awards = queries.awards.awards_of_rule(session, rule_id)
        return sum(1 for award in awards if any(d.status == "sent" for d in award.deliveries))


def _wait(what: str, condition: Callable[[], Any], progress: Callable[[], str] | None = None) -> Any:
    """The result of `condition` once it is true. Raises DemoOnceError where that takes more than TIMEOUT_SECONDS."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        if progress:
            _print_progress(progress())
        time.sleep(0.1)
    raise DemoOnceError(f"waited {TIMEOUT_SECONDS} s in vain for {what}")


def _print_line(sentence: str) -> None:
    """A line that stays; on a terminal it takes the place of the progress before it."""
    print(f"{_line_start()}{sentence}", flush=True)


def _print_progress(sentence: str) -> None:
    """A line that the next one takes the place of; nothing where the output is no terminal."""
    if sys.stdout.isatty():
        print(f"{_line_start()}{sentence}", end="", flush=True)


def _line_start() -> str:
    """On a terminal: back to the first column, and erase the line."""
    return "\r\x1b[K" if sys.stdout.isatty() else ""
