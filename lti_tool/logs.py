"""Structured logs: events with ids. Nothing about a person, no token and no credential may be logged."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from lti_tool import private_files

log = structlog.get_logger()

#: Longer texts are cut: some quote what a stranger sent.
MAX_TEXT_LENGTH = 1000

_ROOT = Path(__file__).parents[1]


def set_up_logs(log_format: str, level: int = logging.INFO) -> None:
    """Makes all logs go to stderr, from `level` on, in the format "json" (one line an event) or "console".

    Logs of libraries go the same way, from WARNING on.
    """
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _cut_texts,
    ]
    if log_format == "console":
        # JSON escapes them by itself; here a text of a stranger could begin a line that looks like one of ours.
        shared.append(_escape_texts)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Looked up at each event, because tests and servers replace sys.stderr.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _cut_texts(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {name: _cut(value) for name, value in event.items()}


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
        return value[:MAX_TEXT_LENGTH] + "…"
    return value


@contextmanager
def about(**ids: str | int) -> Iterator[None]:
    """Has each line that is written within it, in this thread, have these ids too: of a request, or of a job."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def begin_request(request_id: str) -> None:
    """Has each line from now on in this thread have the id of the request, and nothing of the one before."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def end_request() -> None:
    """Ends what `begin_request` began: the thread goes on to something else."""
    structlog.contextvars.clear_contextvars()


def _escape_texts(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {name: _escape(value) if isinstance(value, str) else value for name, value in event.items()}


def _escape(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def log_event(event: Mapping[str, Any]) -> None:
    """Writes the line of an event that was committed; `event` is what `lti_tool.store.events.Act.as_json` returns."""
    log.info(event["what"], **{name: value for name, value in event.items() if name != "what"})


def log_open_to_others(files: Iterable[Path]) -> None:
    """Warns, at the start of a process, of each file and folder that more than its owner may read or change."""
    for file, mode in private_files.open_to_others(files).items():
        wanted = mode & ~private_files.OTHERS
        log.warning("file_open_to_others", file=str(file), mode=f"{mode:04o}", chmod=f"{wanted:04o}")


def traceback_summary(error: BaseException) -> str:
    """The type of an error and the last lines of ours that it came through, innermost first.

    Not its text, which may contain a name, an address or a token.
    """
    own = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename
    ]
    return " < ".join([error_name(error), *reversed(own[-4:])])


def error_name(error: BaseException) -> str:
    """The type of an error; of one of the database also what its driver says, such as DiskFull or DeadlockDetected."""
    cause = getattr(error, "orig", None)
    return type(error).__name__ if cause is None else f"{type(error).__name__} ({type(cause).__name__})"
