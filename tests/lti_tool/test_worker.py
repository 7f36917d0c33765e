"""The worker as a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Asks itself to stop at a line of what waits for that, the LINE-th; and a moment later, if there are fewer.
ASKED_AT_A_LINE = """
import os, signal, sys, threading
from lti_tool.worker import stop_signals

lines = 0

def ask(frame, event, _argument):
    global lines
    lines += event == "line"
    if lines == LINE:
        sys.settrace(None)
        signal.raise_signal(signal.SIGTERM)
    return ask

wait = stop_signals()
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
sys.settrace(ask)
wait()
os._exit(0)
"""


@pytest.mark.parametrize("line", range(1, 6))
def test_whoever_is_asked_to_stop_stops_also_where_they_are_about_to_wait_for_it(line):
    code = ASKED_AT_A_LINE.replace("LINE", str(line))
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=30, check=False).returncode == 0


#: Asks itself to stop while the main thread waits; the system hands the signal to another thread.
ASKED_IN_ANOTHER_THREAD = """
import os, signal, threading, time
from lti_tool.worker import stop_signals

def ask():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

wait = stop_signals()
threading.Thread(target=ask, daemon=True).start()
wait()
os._exit(0)
"""


def test_whoever_is_asked_to_stop_stops_whichever_thread_gets_the_signal():
    code = ASKED_IN_ANOTHER_THREAD
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=20, check=False).returncode == 0
