"""The story told with no human: registered, placed, graded, noticed, delivered, revoked, and every file verified."""

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
from lti_tool.commands import verification
from lti_tool.commands.demo_server import RunningDemo, demo_in_folder
from lti_tool.demo.html_page import UnexpectedPageError
from lti_tool.demo.robot import Robot
from lti_tool.issuing import issuance
from lti_tool.store import queries
from lti_tool.store.models import AwardRule, CredentialRow
from lti_tool.values import Json
from lti_tool.web.server import listen
from lti_tool.wiring import Tool

COURSE = "Data Literacy"
COMPLETE = 12
PATIENCE_SECONDS = 60


class DemoOnceError(Exception):
    """The story did not go as it should; the message says where."""


def run_once(out: Path) -> int:
    """Tells the story and leaves its files in `out`, with summary.json. 0 when all is as it should be."""
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("badge-*", "mails/*.eml", "summary.json"):
        for left_over in out.glob(pattern):
            left_over.unlink()
    began = time.monotonic()
    with (
        TemporaryDirectory(prefix="nozimite-demo-") as folder,
        demo_in_folder(Path(folder), listen(0), listen(0), mail=out / "mails") as showcase,
    ):
        try:
            graded_at = _told(showcase)
            summary = _left_behind(showcase, out, graded_at)
        except (DemoOnceError, UnexpectedPageError) as error:
            print(f"The story broke off: {error}", file=sys.stderr)
            return 1
    summary["seconds_total"] = round(time.monotonic() - began, 2)
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (out / "summary.json").write_text(text + "\n", encoding="utf-8")
    troubles = _troubles(summary)
    for trouble in troubles:
        print(f"Not as it should be: {trouble}", file=sys.stderr)
    _tell(f"Done in {summary['seconds_total']} s: {out / 'summary.json'}")
    return 1 if troubles else 0


def _told(showcase: RunningDemo) -> datetime:
    """Registration, placing, thirty grades, twelve badges, one revoked; gives when the grades were in."""
    tool = showcase.tool
    robot = Robot(showcase.lms_url)
    robot.register(showcase.registration_url)
    _tell("The LMS registered the tool by Dynamic Registration.")
    activity = robot.place_badge(COURSE)
    robot.open_activity("Zane", activity)
    rule_id = _wait("the badge to be switched on", lambda: _first_rule(tool))
    _wait("the first look at who may open the link", lambda: _looked(tool, rule_id))
    _tell("Zane placed a badge on a restricted link.")
    graded_at = tool.clock()
    robot.give_grades(COURSE, complete=COMPLETE)
    _tell("Thirty learners have grades.")
    _wait(
        f"{COMPLETE} badges to be delivered",
        lambda: _delivered(tool, rule_id) >= COMPLETE,
        lambda: f"{_delivered(tool, rule_id)} of {COMPLETE} badges delivered",
    )
    with tool.store.begin() as session:
        last = queries.awards.awards_of_rule(session, rule_id)[-1]
        awards.revoke(session, last, "issued in error (demonstration)", tool.clock())
    _tell("One badge was revoked.")
    return graded_at


def _left_behind(showcase: RunningDemo, out: Path, graded_at: datetime) -> Json:
    """Writes the badges and what a verifier would fetch, then verifies every file from what was written."""
    tool = showcase.tool
    with tool.store.read() as session:
        rows = queries.credentials.credentials(session)
        badges = [(row, issuance.bake_badge(tool.issuer, row)) for row in rows]
        awards = [
            award
            for rule in queries.rules.all_rules(session)
            for award in queries.awards.awards_of_rule(session, rule.id)
        ]
        sent = [d.sent_at for award in awards for d in award.deliveries if d.sent_at]
    _fetch_documents(showcase, rows, out)
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
        _tell(f"Verified {number} of {len(badges)}", passing=number < len(badges))
    waits = sorted((time_ - graded_at).total_seconds() for time_ in sent)
    return {
        "learners": Robot(showcase.lms_url).count_learners(COURSE),
        "completed": len(awards),
        "issued": len(rows),
        "delivered": len(sent),
        "revoked": sum(1 for award in awards if award.status == "revoked"),
        "seconds_completion_to_delivery": {
            "median": round(median(waits), 2) if waits else None,
            "maximum": round(waits[-1], 2) if waits else None,
        },
        "files": files,
    }


def _fetch_documents(showcase: RunningDemo, rows: Sequence[CredentialRow], out: Path) -> None:
    """What a verifier would fetch, over HTTP from where it is published."""
    tool = showcase.tool
    issuer = tool.addresses.issuer
    wanted = {
        "did.json": f"{issuer}/did.json",
        "jwks.json": f"{issuer}/jwks.json",
        "status-list.json": tool.addresses.status_list(rows[0].status_list_id) if rows else "",
    }
    for name, url in wanted.items():
        (out / name).write_bytes(tool.outgoing.fetch(url))


def _troubles(summary: Mapping[str, Any]) -> list[str]:
    expected = {
        "learners": 30,
        "completed": COMPLETE,
        "issued": COMPLETE,
        "delivered": COMPLETE,
        "revoked": 1,
    }
    troubles = [
        f"{name} is {summary[name]}, not {count}"
        for name, count in expected.items()
        if summary[name] != count
    ]
    verdicts = sorted(file["verdict"] for file in summary["files"])
    if verdicts != ["revoked"] + ["verified"] * (COMPLETE - 1):
        troubles.append(f"the verdicts are {', '.join(verdicts)}")
    return troubles


def _first_rule(tool: Tool) -> int:
    with tool.store.read() as session:
        rules = queries.rules.all_rules(session)
        return rules[0].id if rules else 0


def _looked(tool: Tool, rule_id: int) -> bool:
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        if rule.trouble:
            raise DemoOnceError(str(rule.trouble))
        return rule.checked_at is not None


def _delivered(tool: Tool, rule_id: int) -> int:
    with tool.store.read() as session:
        awards = queries.awards.awards_of_rule(session, rule_id)
        return sum(1 for award in awards if any(d.status == "sent" for d in award.deliveries))


def _wait(what: str, condition: Callable[[], Any], progress: Callable[[], str] | None = None) -> Any:
    """What `condition` gives once it gives something; raises RehearsalError when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        if progress:
            _tell(progress(), passing=True)
        time.sleep(0.1)
    raise DemoOnceError(f"waited {PATIENCE_SECONDS} s in vain for {what}")


def _tell(sentence: str, *, passing: bool = False) -> None:
    """A line of progress; a passing one is overwritten by the next, and shown on a terminal only."""
    terminal = sys.stdout.isatty()
    if passing and not terminal:
        return
    print(f"\r\x1b[K{sentence}" if terminal else sentence, end="" if passing else "\n", flush=True)
