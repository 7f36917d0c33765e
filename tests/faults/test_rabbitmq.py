"""RabbitMQ as the broker, by settings alone; it loses its messages, is away and comes back as Valkey does."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from amqp.exceptions import AMQPError
from kombu import Connection

from tests.amounts import amount
from tests.running_demo import wait

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
ROUNDS = amount("times that RabbitMQ is stopped, wiped and started again", small=0, full=5)


class RabbitMQ:
    """Debian's RabbitMQ as a process of this user, with its data in a folder, reached from this machine only."""

    def __init__(self, folder, free_port):
        self.port = free_port()
        self._folder = folder
        (folder / "enabled_plugins").write_text("[].")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"nozimite{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_DIST_PORT": str(free_port()),
            # Erlang starts a process of its own there, epmd, which outlives it.
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def start(self):
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [PROGRAMS / "rabbitmq-server"],
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait(self._is_up)

    def _is_up(self):
        assert self._process.poll() is None, (self._folder / "output").read_text(encoding="utf-8")
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
            return True
        except (OSError, AMQPError):
            return False

    @property
    def url(self):
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def kill(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def wipe(self):
        shutil.rmtree(self._folder / "data")

    def end(self):
        """Kills the server and what it has started."""
        self.kill()
        # It refuses until it has noticed that the server is gone.
        wait(self._end_epmd)

    def _end_epmd(self):
        asked = subprocess.run(
            ["epmd", "-kill"], env=self._environment, check=False, capture_output=True, text=True
        )
        return "living nodes" not in asked.stdout + asked.stderr


@pytest.fixture
def rabbitmq(tmp_path_factory, free_port):
    if not PROGRAMS.is_dir():
        pytest.skip("Debian's rabbitmq-server is not installed")
    server = RabbitMQ(tmp_path_factory.mktemp("rabbitmq"), free_port)
    try:
        server.start()
        yield server
    finally:
        server.end()


def test_rabbitmq_serves_as_the_broker_and_loses_no_work(
    rabbitmq, new_installation, prepared_url, random_, write_down
):
    installation = new_installation(prepared_url, rabbitmq.url)
    workers = installation.start_workers(2)
    installation.course.complete(3)
    installation.wait_until_done()
    for _ in range(ROUNDS):
        installation.course.complete(3)
        time.sleep(random_.uniform(0, 2))
        rabbitmq.kill()
        rabbitmq.wipe()
        installation.course.complete(3)
        rabbitmq.start()
        installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    installation.stop(*workers)
    write_down("RabbitMQ killed, and started again without its data", {"rounds": ROUNDS, **found})
