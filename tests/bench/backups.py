"""How long a backup of many awards takes, how much memory, what the tool can do meanwhile; and how long to restore it.

    PYTHONPATH=. .venv/bin/python tests/bench/backups.py 100000

Not a row of `make bench`, since filling the database takes minutes; the README has what came out.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from lti_tool.store.database import Store
from lti_tool.store.models import Award, Person
from tests.bench.installation import installation
from tests.bench.process import peak_mib
from tests.filled_database import fill
from tests.fixtures import ANNA, ROOT, SECRETS, FakePlatform, complete, make_rule, publish, run_due_jobs

PAUSE_SECONDS = 0.02
#: Signatures are no two alike, and cannot be packed: copies of one would make a file of nothing.
DIFFERENT = """
UPDATE credential SET packed = (
    SELECT string_agg(decode(md5(credential.id || part), 'hex'), '')
    FROM generate_series(1, length(credential.packed) / 16) AS part
)
"""


def main(awards: int) -> None:
    """Prints a line for each step."""
    with installation() as made, tempfile.TemporaryDirectory(dir=made.folder) as folder:
        complete(made.tool, FakePlatform(), make_rule(made.tool, publish(made.tool)), ANNA)
        run_due_jobs(made.tool)
        with made.tool.store.read() as session:
            award = session.scalars(select(Award)).one()
        fill(made.tool.store.engine, awards, award.person_id, award.id)
        with made.tool.store.engine.begin() as connection:
            connection.exec_driver_sql(DIFFERENT)
        files = Path(folder)
        _set_environment(files)
        first, second = str(files / "first.zip"), str(files / "second.zip")
        sqlite, other = f"sqlite:///{folder}/nozimite.sqlite", _another_database(made.url)
        _timed(
            "backup, PostgreSQL", made.url, lambda: peak_mib("lti_tool", "backup", first), meanwhile=made.url
        )
        print(f"file: {Path(first).stat().st_size / 2**20:.0f} MiB")
        _timed("restore, SQLite", sqlite, lambda: peak_mib("lti_tool", "restore", first))
        print(f"database file: {(files / 'nozimite.sqlite').stat().st_size / 2**20:.0f} MiB")
        _timed("backup, SQLite", sqlite, lambda: peak_mib("lti_tool", "backup", second), meanwhile=sqlite)
        _timed("restore, PostgreSQL", other, lambda: peak_mib("lti_tool", "restore", second))


def _set_environment(folder: Path) -> None:
    os.environ |= {
        **SECRETS,
        "TOOL_URL": "https://badges.example.org",
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(folder / "mail"),
        "JOURNAL_FILE": str(folder / "journal.jsonl"),
    }


def _another_database(url: str) -> str:
    """An empty one on the same server."""
    store = Store(url)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE restored")
    made = store.engine.url.set(database="restored").render_as_string(hide_password=False)
    store.close()
    return made


def _timed(what: str, url: str, run: Callable[[], float | None], meanwhile: str = "") -> None:
    os.environ["DATABASE_URL"] = url
    waits: list[float] = []
    started, before = time.perf_counter(), _seconds_of_processes()
    with _writing(meanwhile, waits):
        peak = run()
    seconds, busy = time.perf_counter() - started, _seconds_of_processes() - before
    told = f"; {len(waits)} writes meanwhile, the slowest {max(waits) * 1000:.0f} ms" if waits else ""
    print(f"{what}: {seconds:.1f} s ({busy:.1f} s of a processor), at most {peak:.0f} MiB{told}", flush=True)


def _seconds_of_processes() -> float:
    """What the processes that have ended have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _writing(url: str, waits: list[float]) -> Iterator[None]:
    """Somebody writes all the while; how long each write took, in seconds, goes into `waits`."""
    over = threading.Event()
    thread = threading.Thread(target=_write, args=(url, waits, over))
    if url:
        thread.start()
    yield
    over.set()
    if url:
        thread.join()


def _write(url: str, waits: list[float], over: threading.Event) -> None:
    store = Store(url)
    while not over.wait(PAUSE_SECONDS):
        started = time.perf_counter()
        with store.begin() as session:
            session.add(Person(name="Came meanwhile"))
        waits.append(time.perf_counter() - started)
    store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
