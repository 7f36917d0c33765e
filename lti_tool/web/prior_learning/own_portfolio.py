"""The portfolio of a candidate: what is put in and taken out, and the files of it.

A file is read whole by one of few requests at a time, after the visitor is known, and never beyond its limit. It is
given out as an attachment, of the type that its bytes have, in a sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import BoundedSemaphore
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.prior_learning import portfolio
from lti_tool.prior_learning.portfolio import MOST_FILE_BYTES, About
from lti_tool.store import Session, queries
from lti_tool.store.models import PriorLearningApplication, PriorLearningItem
from lti_tool.web import rate_limits
from lti_tool.web.checked_requests import row_id, row_ids, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private
from lti_tool.web.learner.learner_visits import check_own_page, demand_visit
from lti_tool.web.limits import OneOfEach, one_of, waiting_for_strangers
from lti_tool.web.prior_learning.own import ONE, change, own_application, page_of
from lti_tool.web.prior_learning.own_acts import typed_words
from lti_tool.web.prior_learning.words import CHANGED

pages = Blueprint("prior_learning_own_portfolio", __name__)

#: What a form adds to its file.
FORM_BYTES = 100_000
#: Each holds a file in memory: so many at once in a process.
UPLOADS_AT_ONCE = 2
_uploads = BoundedSemaphore(UPLOADS_AT_ONCE)
#: Whoever sends slowly holds one of these places, and no more.
_candidates = OneOfEach()
#: Neither scripts nor forms nor anything else of a file works, wherever a browser opens it.
SANDBOX = "sandbox; default-src 'none'"
_ITEM = f"{ONE}/items/<uuid:item_key>"


@pages.post(f"{ONE}/items/text")
def add_text(application_key: UUID) -> AnyResponse:
    """Puts a text in."""

    def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
        rate_limits.count_part(row.person_id)
        portfolio.add_text(session, row, _about(), now)

    return change(application_key, "documentation", act, "added")


@pages.post(f"{ONE}/items/link")
def add_link(application_key: UUID) -> AnyResponse:
    """Puts a link in, which nothing here opens."""

    def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
        rate_limits.count_part(row.person_id)
        portfolio.add_link(session, row, _about(), request.form.get("url", "").strip(), now)

    return change(application_key, "documentation", act, "added")


@pages.post(f"{ONE}/items/file")
def add_file(application_key: UUID) -> AnyResponse:
    """Puts a file in. Raises RequestEntityTooLarge, TooManyRequests, and BusyError while others are sent."""
    check_own_page()
    with current_tool().store.read() as session:
        person_id = own_application(session, demand_visit(session), application_key).person_id
    rate_limits.count_upload(person_id)
    request.max_content_length = MOST_FILE_BYTES + FORM_BYTES
    with _candidates.only(person_id), one_of(_uploads, max_wait_seconds=0):
        upload = request.files.get("file")
        content = upload.read(MOST_FILE_BYTES + 1) if upload is not None else b""

        def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
            rate_limits.count_part(row.person_id)
            portfolio.add_file(session, row, _about(), content, now)

        return change(application_key, "documentation", act, "added")


@pages.post(f"{ONE}/items/badge")
def add_badge(application_key: UUID) -> AnyResponse:
    """Puts in a badge that the candidate keeps, once it is verified again. Raises BusyError."""
    check_own_page()
    tool, kept_id = current_tool(), row_id("badge")
    with tool.store.read() as session:
        visit = demand_visit(session)
        person_id = own_application(session, visit, application_key).person_id
        kept = queries.backpack.kept(session, kept_id)
        text = kept.text if kept is not None and kept.person_id in visit.people else None
    if text is None:
        raise NotFoundError("you keep no such badge")
    rate_limits.count_part(person_id)
    # Other sites are asked: no transaction is open meanwhile.
    with waiting_for_strangers():
        report = tool.verify(text.encode())

    def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
        kept = queries.backpack.kept(session, kept_id)
        if kept is None or kept.text != text:
            raise PriorLearningError("badge", "it is kept no more, or another text is kept by now")
        about = _about()
        named = About(title=about.title or kept.name, words=about.words, outcomes=about.outcomes)
        portfolio.add_badge(session, row, named, kept, report, now)

    return change(application_key, "documentation", act, "added")


@pages.post(f"{_ITEM}/remove")
def remove(application_key: UUID, item_key: UUID) -> AnyResponse:
    """Takes a part out. Raises NotFoundError for one of another application."""

    def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
        portfolio.remove(session, row, item_of(session, row, item_key), now)

    return change(application_key, "documentation", act, "removed")


@pages.get(_ITEM)
def download(application_key: UUID, item_key: UUID) -> AnyResponse:
    """The bytes of a part, for the candidate. Raises NotFoundError."""
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        row = own_application(session, visit, application_key)
        item = item_of(session, row, item_key)
        if not portfolio.is_as_added(session, item):
            return page_of(session, visit, row, "documentation", wrong=str(CHANGED))
    return attachment(item)


def item_of(session: Session, row: PriorLearningApplication, item_key: UUID) -> PriorLearningItem:
    """A part of the application's portfolio. Raises NotFoundError for any other."""
    item = queries.prior_learning.item(session, str(item_key))
    if item is None or item.application_id != row.id:
        raise NotFoundError("the application has no such part")
    return item


def attachment(item: PriorLearningItem) -> Response:
    """The bytes of a part, to be stored and not shown. Raises NotFoundError for one without any."""
    if item.kind not in ("file", "badge"):
        raise NotFoundError("this part has no file")
    response = private(Response(_stream(item.id), mimetype=item.media_type))
    response.headers["Content-Length"] = str(item.size)
    name = portfolio.file_name(item)
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _stream(item_id: int) -> Iterator[bytes]:
    store = current_tool().store

    def parts() -> Iterator[bytes]:
        with store.read() as session:
            yield from queries.prior_learning.contents(session, item_id)

    return parts()


def _about() -> About:
    return About(
        title=typed_line("title", portfolio.LONGEST_TITLE),
        words=typed_words("words"),
        outcomes=tuple(row_ids("outcomes")),
    )
