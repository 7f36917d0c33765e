"""What the log is, and where it goes."""

import json
import logging
import sys
from io import StringIO

import pytest
import structlog

from lti_tool.logs import log, set_up_logs, traceback_summary


@pytest.fixture(autouse=True)
def put_back():
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_an_event_is_a_line_on_the_current_stderr(monkeypatch):
    gone = StringIO()
    monkeypatch.setattr(sys, "stderr", gone)
    set_up_logs("json")
    gone.close()
    here = StringIO()
    monkeypatch.setattr(sys, "stderr", here)
    log.info("launched", registration_id=1)
    (line,) = here.getvalue().splitlines()
    assert json.loads(line).items() >= {"event": "launched", "registration_id": 1, "level": "info"}.items()


def test_events_below_the_level_are_left_out(capsys):
    set_up_logs("json", logging.WARNING)
    log.info("launched")
    assert capsys.readouterr().err == ""


def test_the_summary_has_the_type_of_an_error_and_never_its_text():
    try:
        raise ValueError("anna@example.org")
    except ValueError as error:
        told = traceback_summary(error)
    assert told.startswith("ValueError") and "anna" not in told
