"""What platforms are to show no longer, done before an erasure: afterwards nobody would know whose it was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from lti_tool.deliveries import dispatch
from lti_tool.errors import DeliveryError, NotFoundError
from lti_tool.platforms.services import Connect
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import outbox, queries


class Eraser(Publisher, Protocol):
    """What an erasure needs: the database, the issuers, the clock, platforms; `lti_tool.wiring.Tool` has it.

    `mail_folder` is None where mails are sent.
    """

    @property
    def connect(self) -> Connect: ...
    @property
    def mail_folder(self) -> str | None: ...


def finish(tool: Eraser, award_ids: Collection[int]) -> Sequence[str]:
    """Has platforms clear at once what was to be taken back from them of these awards, as after their revocation.

    The titles of the courses in which that failed, each once: there it has to be cleared by hand, for the job goes with
    the awards. Keeping it would keep by what the platform calls the person, for as long as the platform is silent.
    """
    with tool.store.read() as session:
        jobs = queries.take_backs.waiting(session, award_ids)
    left: dict[int, str] = {}
    for job in jobs:
        # A platform that has not answered once is not asked for the next: somebody waits for this.
        if job.registration_id in left or not _is_taken_back(tool, job.delivery_id):
            left.setdefault(job.registration_id, job.course)
            continue
        with tool.store.begin() as session:
            outbox.finish(session, job.id)
    return list(dict.fromkeys(left.values()))


def _is_taken_back(tool: Eraser, delivery_id: int) -> bool:
    try:
        dispatch.take_back(tool.store, tool.connect, delivery_id, tool.clock())
    except NotFoundError:
        return True
    except DeliveryError:
        return False
    return True
