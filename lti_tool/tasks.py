"""Celery: a relay that says in which queues jobs are due, and workers that claim and run them.

Celery carries no jobs. What a job is, when it is due and whether it is repeated is decided by `lti_tool.store.outbox`,
from which a worker claims it; Celery's own retries, results and schedules are not used. A broker that loses a message
loses no job: the relay asks again a moment later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty
from typing import Any

from celery import Celery
from celery.worker import WorkController
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.exceptions import OperationalError
from kombu.transport import memory
from sqlalchemy.exc import SQLAlchemyError

from lti_tool import jobs
from lti_tool.logs import error_name, log, traceback_summary
from lti_tool.store import dead_jobs, outbox
from lti_tool.wiring import Tool

TASK_NAME = "nozimite.run_due_jobs"
#: How often the relay looks for due jobs.
IDLE_SECONDS = 0.2
#: How long the relay, or a thread of a worker, waits after the broker or the database has not answered.
TROUBLE_SECONDS = 2
#: A message that nobody has taken for so long is dropped: the relay has sent newer ones.
MESSAGE_SECONDS = 60
#: How often the leases of jobs that are being done are renewed.
RENEW_SECONDS = outbox.LEASE.total_seconds() / 3
#: How often jobs are given back that could not be, because the database was away.
GIVE_BACK_SECONDS = 1
#: A job whose thread hangs for longer is given up to another worker; every call to others has a shorter limit.
LONGEST_JOB_SECONDS = 900
#: For so long a thread works on one message. RabbitMQ closes the connection of a worker that has not acknowledged a
#: message for half an hour, Valkey gives it to another after `visibility_timeout`.
MESSAGE_WORK_SECONDS = 300
#: How long a worker that is stopped waits for the jobs at hand. Those that take longer, such as mails to a server that
#: hangs, are given back: docker/compose.yml ends a process by force after 30 seconds.
STOP_SECONDS = 10
#: How many jobs a worker claims at once: those of `issue` are issued together, the others one after the other.
CLAIMED_AT_ONCE = {outbox.AWARDS: 100, outbox.LOOKS: 1, outbox.DELIVERIES: 1}
#: How many threads of a process work for each queue, at most: so a queue that hangs takes none from another.
THREADS = {outbox.AWARDS: 2, outbox.LOOKS: 2, outbox.DELIVERIES: 4}
#: For asking whether the broker answers at all.
BROKER_SECONDS = 5
#: How long a worker without work waits for a message before it looks whether it is to stop, with the embedded broker.
LONGEST_READ_SECONDS = 0.2


class EmbeddedChannel(memory.Channel):
    """A channel of the EmbeddedBroker, which says when a message has come."""

    #: Of all channels of this process, as kombu's queues are.
    has_come = threading.Event()

    def _put(self, queue: str, message: Any, **options: Any) -> None:
        super()._put(queue, message, **options)  # type: ignore[no-untyped-call]
        self.has_come.set()


class EmbeddedBroker(memory.Transport):
    """Messages between threads of this process.

    kombu's own transport asks its queues again and again, and nothing interrupts it for the two seconds after which
    Celery looks whether it is to stop: every stop of the demo would take that long.
    """

    Channel = EmbeddedChannel

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]  # noqa: ARG002
        """Delivers a message, or waits until one has come, for which Celery asks again.

        Raises TimeoutError where none comes within `timeout`, or LONGEST_READ_SECONDS.
        """
        seconds = LONGEST_READ_SECONDS if timeout is None else min(timeout, LONGEST_READ_SECONDS)
        has_come = self.Channel.has_come
        has_come.clear()
        try:
            self.cycle.get(self._deliver)  # type: ignore[union-attr]
        except Empty:
            if not has_come.wait(seconds):
                raise TimeoutError from None


def build_celery(broker_url: str, run_due_jobs: Callable[[str], None]) -> Celery:
    """A Celery application with one task, which does what is due in a queue of the outbox."""
    # kombu warns about a URL without a host, which memory:// does not need.
    address = "memory://localhost/" if broker_url == "memory://" else broker_url
    app = Celery("nozimite", broker=address, set_as_current=False)
    app.conf.update(
        task_queues=[Queue(f"nozimite.{name}") for name in outbox.QUEUES],  # type: ignore[no-untyped-call]
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_publish_retry=False,  # the relay tries again
        # With late acknowledgement a worker takes no message for which it has no thread.
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport=f"{__name__}:EmbeddedBroker" if broker_url.startswith("memory://") else None,
        broker_transport_options=_transport_options(broker_url),
    )

    def run(queue: str) -> None:
        run_due_jobs(queue)

    app.task(run, name=TASK_NAME, shared=False)
    # Without these three, threads of the pool use Celery's default application, which has another broker.
    app.finalize()
    app.set_current()
    app.set_default()
    return app


class Runner:
    """Claims jobs and runs them, renews the leases of those that are being done, and stops between two jobs."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._stop = threading.Event()
        #: Notified when a thread has nothing to do any more.
        self._lock = threading.Condition()
        self._busy = dict.fromkeys(outbox.QUEUES, 0)
        #: The jobs that are being done, by id, and when (by time.monotonic) they are given up.
        self._held: dict[str, float] = {}
        #: Set where awards were issued: their deliveries are due at once.
        self.has_issued = threading.Event()
        #: Jobs that could not be given back, by id, and until when (by time.monotonic) their lease is surely ours.
        self._left: dict[str, float] = {}

    def start(self) -> None:
        """Starts the thread that renews leases."""
        threading.Thread(target=self._keep_leases, name="leases", daemon=True).start()

    def stop(self) -> None:
        """Has every thread end after the job that it is doing; what it has claimed beyond that is given back."""
        self._stop.set()

    def idle_threads(self, queue: str) -> int:
        """How many threads of a queue are doing nothing."""
        with self._lock:
            return THREADS[queue] - self._busy[queue]

    def run_due_jobs(self, queue: str) -> None:
        """Runs jobs of the queue until none is due, for at most MESSAGE_WORK_SECONDS: the relay asks again.

        Does nothing where all threads of the queue are doing so already.
        """
        with self._lock:
            if self._busy[queue] >= THREADS[queue]:
                return
            self._busy[queue] += 1
        began = time.monotonic()
        try:
            while not self._stop.is_set():
                leased_until = time.monotonic() + outbox.LEASE.total_seconds()
                claimed = outbox.claim(self._tool.store, queue, self._tool.clock(), CLAIMED_AT_ONCE[queue])
                if not claimed:
                    return
                self._run(claimed, leased_until)
                if queue == outbox.AWARDS:
                    self.has_issued.set()
                if time.monotonic() - began >= MESSAGE_WORK_SECONDS:
                    return
        except SQLAlchemyError as error:
            log.error("worker_without_database", error=error_name(error))
            # The relay asks again at once.
            self._stop.wait(TROUBLE_SECONDS)
        finally:
            with self._lock:
                self._busy[queue] -= 1
                self._lock.notify_all()

    def _run(self, claimed: Sequence[outbox.Job], leased_until: float) -> None:
        held = {job.id for job in claimed}
        given_up = time.monotonic() + LONGEST_JOB_SECONDS
        with self._lock:
            self._held |= dict.fromkeys(held, given_up)
        try:
            for ended in jobs.run_all(self._tool, claimed):
                self._let_go(ended)
                held -= set(ended)
                if self._stop.is_set():
                    break
        finally:
            left = self._let_go(held)
            with self._lock:
                self._left |= dict.fromkeys(left, leased_until)
            self.give_back()

    def _let_go(self, job_ids: Iterable[str]) -> Sequence[str]:
        """Those that were still held."""
        with self._lock:
            return [job_id for job_id in job_ids if self._held.pop(job_id, None) is not None]

    def _keep_leases(self) -> None:
        renewed = time.monotonic()
        while not self._stop.wait(GIVE_BACK_SECONDS):
            self.give_back()
            if time.monotonic() - renewed >= RENEW_SECONDS:
                renewed = time.monotonic()
                self.renew_leases()

    def give_back(self) -> None:
        """Gives back the jobs that this process has claimed and does not do.

        What cannot be given back, because the database is away, is tried again for as long as nobody else can have
        claimed it.
        """
        with self._lock:
            # Taken out first: of two threads that give back the same jobs, the second could end another worker's lease.
            left, self._left = self._left, {}
        left = {job_id: until for job_id, until in left.items() if until > time.monotonic()}
        try:
            if left:
                outbox.give_back(self._tool.store, left.keys())
        except SQLAlchemyError as error:
            log.error("work_not_given_back", error=error_name(error))
            with self._lock:
                self._left |= left

    def wait_until_idle(self, seconds: float) -> None:
        """Returns once all threads have ended what they are doing, after so many seconds at most."""
        with self._lock:
            self._lock.wait_for(lambda: not any(self._busy.values()), timeout=seconds)

    def give_back_all(self) -> bool:
        """Gives back also the jobs that are being done; whether there are any."""
        with self._lock:
            held, self._held = dict.fromkeys(self._held, time.monotonic() + RENEW_SECONDS), {}
            self._left |= held
        self.give_back()
        return bool(held)

    def renew_leases(self) -> None:
        """Renews the leases of the jobs that are being done, but for those whose thread seems to hang."""
        with self._lock:
            held = [job_id for job_id, until in self._held.items() if until > time.monotonic()]
        try:
            if held:
                outbox.renew(self._tool.store, held, self._tool.clock())
        except SQLAlchemyError as error:
            log.error("lease_not_renewed", error=error_name(error))


class Relay:
    """A thread that sends a message for each thread that could do due jobs, until it is stopped."""

    def __init__(self, tool: Tool, runner: Runner, app: Celery) -> None:
        self._tool = tool
        self._runner = runner
        self._app = app
        self._waiting = outbox.WaitingQueues(tool.store)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread, after at most ten seconds."""
        self._stop.set()
        self._runner.has_issued.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self.relay_once():
                self._runner.has_issued.wait(IDLE_SECONDS)
                self._runner.has_issued.clear()
            else:
                self._stop.wait(TROUBLE_SECONDS)
        self._waiting.close()

    def relay_once(self) -> bool:
        """Sends the messages that are called for now; False where the database or the broker does not answer."""
        try:
            for queue in self._waiting.at(self._tool.clock()):
                for _ in range(self._runner.idle_threads(queue)):
                    self._app.send_task(
                        TASK_NAME,
                        (queue,),
                        queue=f"nozimite.{queue}",
                        retry=False,
                        expires=MESSAGE_SECONDS,
                    )
        except SQLAlchemyError as error:
            log.error("relay_without_database", error=error_name(error))
            return False
        except (OperationalError, OSError) as error:
            log.error("relay_without_broker", error=error_name(error))
            return False
        except Exception as error:  # noqa: BLE001 - each broker has errors of its own, and none may end the thread
            log.error("relay_failed", error=traceback_summary(error))
            return False
        return True


class Worker:
    """A relay and a Celery worker with a pool of threads, inside the web process or in a process of their own."""

    def __init__(self, tool: Tool, broker_url: str) -> None:
        self._tool = tool
        self._runner = Runner(tool)
        app = build_celery(broker_url, self._runner.run_due_jobs)
        self._relay = Relay(tool, self._runner, app)
        self._controller: Any = WorkController(
            app=app,
            pool="threads",
            concurrency=sum(THREADS.values()),
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            hostname="nozimite@worker",
        )
        self._thread = threading.Thread(target=self._controller.start, name="worker", daemon=True)

    def start(self) -> None:
        """Starts the worker, then the relay. What could not be issued is tried again: its cause may be gone.

        Raises SQLAlchemyError.
        """
        with self._tool.store.begin() as session:
            dead_jobs.revive_all_issuing(session, self._tool.clock())
        self._runner.start()
        self._thread.start()
        self._relay.start()

    def stop(self) -> bool:
        """Stops both; the jobs at hand are ended, and given back where that takes longer than STOP_SECONDS.

        Returns False where threads are still busy with such jobs, or with a broker that does not answer. Their process
        has to end at once, or what was given back is done twice.
        """
        self._relay.stop()
        self._runner.stop()
        # Celery waits for all threads of its pool, however long they take.
        stopping = threading.Thread(target=self._controller.stop, name="stop", daemon=True)
        stopping.start()
        self._runner.wait_until_idle(STOP_SECONDS)
        stopping.join(timeout=TROUBLE_SECONDS)
        self._thread.join(timeout=TROUBLE_SECONDS)
        has_ended = not stopping.is_alive() and not self._thread.is_alive()
        return not self._runner.give_back_all() and has_ended


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith(("redis", "rediss", "sentinel")):
        return {
            # Redis gives a message that is not acknowledged by then to another worker, which finds what is due then.
            "visibility_timeout": 600,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            # The relay tries each host once; kombu itself would try again and again for six seconds.
            "max_retries": broker_url.count(";"),
        }
    return {}


def broker_answers(broker_url: str, seconds: float = BROKER_SECONDS) -> bool:
    """Whether the broker lets the tool in, now; the embedded one always does. Each host gets so many seconds."""
    if broker_url.startswith("memory://"):
        return True
    options = _transport_options(broker_url)
    # What Redis is told; kombu itself would wait longer for the greeting of one that says nothing.
    options |= {name: seconds for name in ("socket_timeout", "socket_connect_timeout") if name in options}
    try:
        connection: Any = Connection(broker_url, connect_timeout=seconds, transport_options=options)  # type: ignore[no-untyped-call]
        with connection:
            # Not `ensure_connection`, which tries again and again.
            connection.connect()
    except Exception:  # noqa: BLE001 - each broker has errors of its own, and their texts may hold a password
        return False
    return True
