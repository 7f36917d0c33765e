"""What the log is, and where it goes."""

import json
import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from lti_tool.logs import log, log_event, set_up_logs, traceback_summary
from lti_tool.store import events
from lti_tool.wiring import build_tool
from tests.fixtures import NOW, ROOT, Clock, settings_for


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


def test_an_act_is_one_line_once_it_is_committed(sqlite_url, tmp_path, capsys):
    set_up_logs("json")
    tool = build_tool(settings_for(sqlite_url, tmp_path), Clock(), lambda act: log_event(act.as_json()))
    capsys.readouterr()
    with tool.store.begin() as session:
        events.record(session, "revoked", "award", 17, NOW, actor=events.person(3), data={"event": 1})
        assert capsys.readouterr().err == ""
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        json.loads(line).items()
        >= {
            "event": "revoked",
            "about": "award:17",
            "actor": "person:3",
            "at": NOW.isoformat(),
            "data": {"event": 1},
            "level": "info",
        }.items()
    )
    with pytest.raises(ZeroDivisionError), tool.store.begin() as session:
        events.record(session, "revoked", "award", 17, NOW)
        raise ZeroDivisionError
    assert capsys.readouterr().err == ""
    tool.store.close()


@pytest.mark.parametrize("door", ["wsgi.py", "commands/worker.py"])
def test_what_serves_and_what_works_both_write_events(door):
    """Both run for years in processes of their own, with an environment that no other test has."""
    source = (ROOT / "lti_tool" / door).read_text(encoding="utf-8")
    assert "start_tool(settings, follow=lambda act: log_event(act.as_json()))" in source


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


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_value_begins_a_line_of_its_own(log_format, capsys):
    """Whoever reads the log could not tell it from a line of ours."""
    set_up_logs(log_format)
    log.warning("page_refused", why='x\r\n{"event": "launched"}\n\x1b[2J', endpoint="a\u2028b")
    logging.getLogger("library").warning("said %s", "x\nlaunched")
    lines = capsys.readouterr().err.rstrip("\n")
    assert lines.count("\n") == 1 and "\r" not in lines and "\x1b[2J" not in lines


def test_the_time_of_a_line_is_utc(monkeypatch, capsys):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        set_up_logs("json")
        log.info("launched")
        logging.getLogger("library").warning("said")
    finally:
        monkeypatch.undo()
        time.tzset()
    for line in capsys.readouterr().err.splitlines():
        told = datetime.fromisoformat(json.loads(line)["timestamp"])
        assert told.utcoffset() == timedelta(0) and abs(datetime.now(UTC) - told) < timedelta(hours=1)
