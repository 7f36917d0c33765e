"""Background work: the broker answers, a worker does what is due, and nothing was given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from limits.storage import storage_from_string

from config.settings import Settings
from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.store import Session, outbox
from lti_tool.tasks import broker_answers
from lti_tool.wiring import Tool

NAME = "background_work"
FINDINGS: Mapping[str, Severity] = {
    "broker_unreachable": BROKEN,
    "limits_unreachable": WARNING,
    "worker_missing": BROKEN,
    "queue_late": WARNING,
    "jobs_given_up": WARNING,
}
#: A worker looks several times a second; where it is at work with others, this is long enough.
UNCLAIMED_SECONDS = 90
#: Valkey is on the same machine, or near.
LIMITS_SECONDS = 3


def check(installation: Installation) -> Iterator[Finding]:
    """What keeps background work from being done in time."""
    if installation.settings is not None:
        yield from _of_brokers(installation.settings)
    if installation.tool is not None:
        yield from _of_queues(installation.tool)


def _of_brokers(settings: Settings) -> Iterator[Finding]:
    if not broker_answers(settings.broker_url):
        yield finding("broker_unreachable")
    if not settings.limits_url.startswith("memory://") and not _limit_store_answers(settings.limits_url):
        yield finding("limits_unreachable")


def _limit_store_answers(url: str) -> bool:
    try:
        seconds = {"socket_timeout": LIMITS_SECONDS, "socket_connect_timeout": LIMITS_SECONDS}
        return bool(storage_from_string(url, **seconds).check())
    except Exception:  # noqa: BLE001 - whatever it is, requests cannot be counted there; its text may hold a password
        return False


def _of_queues(tool: Tool) -> Iterator[Finding]:
    with tool.store.read() as session:
        found = {queue: outbox.health(session, queue, tool.clock()) for queue in outbox.QUEUES}
        task, given_up = _given_up(session, tool.clock())
    # Platforms and mail servers that do not answer hold up queues of their own, and say nothing of the worker.
    awards = found[outbox.AWARDS]
    if awards.unclaimed_seconds >= UNCLAIMED_SECONDS:
        yield finding("worker_missing", minutes=round(awards.unclaimed_seconds / 60), waiting=awards.waiting)
    for queue, health in found.items():
        is_late = health.oldest_seconds > outbox.LATE_SECONDS[queue]
        if is_late and (queue != outbox.AWARDS or awards.unclaimed_seconds < UNCLAIMED_SECONDS):
            minutes = round(health.oldest_seconds / 60)
            yield finding("queue_late", queue=queue, minutes=minutes, waiting=health.waiting)
    if given_up:
        yield finding("jobs_given_up", number=given_up, task=task)


def _given_up(session: Session, now: datetime) -> tuple[str, int]:
    """The task of which most jobs are dead, and how many are dead in all."""
    by_task = {row.task: row.dead for row in outbox.by_task(session, now) if row.dead}
    return max(by_task, key=lambda task: by_task[task], default=""), sum(by_task.values())
