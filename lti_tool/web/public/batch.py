"""Several badges that are checked together: each a row of a table, which the page shows as soon as it is checked.

A visitor has one such batch at a time, and a process only a few. Nothing of it is kept: the table for a spreadsheet is
in the page itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from urllib.parse import quote

from flask import Response, jsonify, stream_template

from badges.recognition_pack.signed import PackOutcome
from badges.seals import CheckedSeal
from badges.template.fields import Texts
from badges.verify import Report, Verdict, report_text
from lti_tool.store.expiring_values import StoredExpiringValues
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.filters import localized_text
from lti_tool.web.limits import BusyError, one_of
from lti_tool.web.negotiation import prefers_json
from lti_tool.web.public.verification_answers import Answers, answers_of
from lti_tool.web.public.verification_counts import count_check
from lti_tool.web.rate_limits import visitor
from lti_tool.web.spreadsheets import as_csv
from lti_tool.web.translation import gettext as _
from lti_tool.wiring import BATCH_SECONDS

MOST_FILES = 100
#: Of all files together.
MOST_BYTES = 20 * 1024 * 1024
#: In one process: each holds a thread, for BATCH_SECONDS at most.
AT_ONCE = 4
#: Longer than a batch can run: by then its process has ended, and another may begin.
_HELD_SECONDS = BATCH_SECONDS + 60

_running = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A file by its name, or an address that was pasted, which is its own name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A row of the table."""

    name: str
    verdict: Verdict
    verification: Answers

    @property
    def holder(self) -> Texts:
        """The name of who has the badge, as it says; empty where it names nobody."""
        certificate = self.verification.certificate
        return certificate.holder if certificate is not None else {}


class Batch:
    """What is being checked; `rows` checks one file after the other, the rest tells of those that were."""

    def __init__(self, files: Sequence[HandedIn], reports: Iterator[Report]) -> None:
        self._files = files
        self._reports = reports
        self._checked: list[CheckedFile] = []

    @property
    def total(self) -> int:
        """How many files there are."""
        return len(self._files)

    def rows(self) -> Iterator[CheckedFile]:
        """The files, each once it is checked."""
        is_own = current_tool().issuers.is_own
        for file, report in zip(self._files, self._reports, strict=True):
            row = CheckedFile(name=file.name, verdict=report.verdict, verification=answers_of(report, is_own))
            self._checked.append(row)
            yield row

    def number(self, light: str) -> int:
        """How many that were checked have that light."""
        return sum(row.verification.light == light for row in self._checked)

    @property
    def as_csv(self) -> str:
        """A `data:` address of the table for a spreadsheet, in the language of the page."""
        heading = [_("File"), _("Result"), _("Awarded to"), _("Badge"), _("Issuer"), "verdict"]
        rows = []
        for row in self._checked:
            told = row.verification
            claims = [localized_text(texts) if texts else "" for texts in (row.holder, told.name)]
            claims.append(told.issuer_name)
            if told.is_proven and not told.is_own and told.issuer_name:
                claims[-1] = f"{told.issuer_name} {_('(its own claim)')}"
            if not told.is_proven:
                claims = [f"{claim} {_('(not proven)')}" if claim else "" for claim in claims]
            rows.append((row.name, str(told.headline), *claims, row.verdict))
        return "data:text/csv;charset=utf-8," + quote(as_csv(heading, rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPack:
    """What was found of a recognition pack; it says `issuer_name` itself, `is_own`: its issuer is one of ours.

    `seal` is what was found of the electronic seal around it; None where there is none.
    """

    outcome: PackOutcome
    issuer_name: Texts
    is_own: bool
    seal: CheckedSeal | None = None

    def as_json(self) -> Json:
        """As members of the answer to a program."""
        if self.seal is None:
            return {"pack": self.outcome}
        told: Json = {"outcome": self.seal.outcome}
        if self.seal.sealed_at is not None:
            told |= {
                "organisation": self.seal.organisation,
                "identifier": self.seal.identifier,
                "sealed_at": self.seal.sealed_at.isoformat(),
                "names_issuer": self.names_issuer,
            }
        return {"pack": self.outcome, "seal": told}

    @property
    def names_issuer(self) -> bool:
        """Whether the certificate of the seal names whom the issuer has proved to say that it is."""
        return self.seal is not None and self.seal.names_issuer and self.outcome == "genuine"


def check_together(files: Sequence[HandedIn], pack: CheckedPack | None = None) -> Response:
    """The reports on all files: a page that grows row by row, or a JSON object with the list `reports`.

    `pack` is that from which they were taken: page and object begin with what was found of it.
    Raises BusyError while the visitor has another batch that is being checked, or this process too many.
    """
    tool = current_tool()
    place = _one_batch(tool.expiring_values, f"batch-{visitor()}")
    reports = _counted(tool.verify_all(file.content for file in files))
    if prefers_json():
        with place:
            return jsonify(
                **({} if pack is None else pack.as_json()),
                reports=[
                    {"file": file.name, "report": report_text.report_as_json(report)}
                    for file, report in zip(files, reports, strict=True)
                ],
            )
    held = ExitStack()
    held.enter_context(place)
    page = stream_template("public/batch.html", batch=Batch(files, reports), pack=pack)
    answer = Response(page, mimetype="text/html")
    answer.call_on_close(held.close)  # also where the visitor goes away before anything is sent
    answer.headers["X-Accel-Buffering"] = "no"  # nginx would show the page only once it is whole
    return answer


def _counted(reports: Iterator[Report]) -> Iterator[Report]:
    for report in reports:
        count_check(report)
        yield report


@contextmanager
def _one_batch(marks: StoredExpiringValues, key: str) -> Iterator[None]:
    """Holds the place of one batch, among those of its visitor and of this process. Raises BusyError."""
    with one_of(_running, max_wait_seconds=0):
        if marks.peek(key) is None:
            marks.delete_expired()
        if not marks.add(key, {}, _HELD_SECONDS):
            raise BusyError
        try:
            yield
        finally:
            marks.take(key)
