"""Structured logs: events with ids. No learner, address, token or credential is ever given to it."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import structlog

log = structlog.get_logger()

_ROOT = Path(__file__).parents[1]


def set_up_logs(style: str, least: int = logging.INFO) -> None:
    """`json`, a line an event, for machines; or `console`, for people. What is below `least` is left out."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever stderr is by then
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


def traceback_summary(error: BaseException) -> str:
    """The kind of an error and the lines of ours it came through; never its text, which may name somebody."""
    own = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename
    ]
    return " < ".join([type(error).__name__, *reversed(own[-4:])])
