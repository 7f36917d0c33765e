"""A mail server that says nothing, or takes long for each answer, holds up nothing but its own mails."""

import socket
import threading

import pytest

from tests.amounts import amount
from tests.faults.installation import kill
from tests.running_demo import wait

MAILS = amount("mails to a mail server that hangs", small=20, full=100)


@pytest.fixture
def silent_server():
    """The SMTP_URL of a server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        connections = []

        def accept():
            try:
                while True:
                    connections.append(listening.accept()[0])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
    for connection in connections:
        connection.close()


def test_a_silent_mail_server_delays_no_award_and_its_mails_go_out_later(
    new_installation, prepared_url, valkey_url, smtp, silent_server, write_down
):
    installation = new_installation(prepared_url, valkey_url, SMTP_URL=silent_server)
    workers = installation.start_workers(2)
    installation.course.complete(MAILS)
    wait(lambda: installation.count("credential") == MAILS)
    wait(lambda: installation.count("outbox", "task = 'deliver' AND leased_until IS NOT NULL") == 8)
    # All threads of the deliveries wait for the server. The next awards are issued as if nothing were the matter.
    installation.course.complete(5)
    wait(lambda: installation.count("credential") == MAILS + 5, 20)
    assert installation.count("delivery", "status = 'sent'") == 0
    for worker in workers:
        kill(worker)
    installation.end_leases()
    installation.environment["SMTP_URL"] = smtp.url
    installation.execute("UPDATE outbox SET due_at = now() WHERE queue = 'deliveries'")
    installation.start_workers(1)
    installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    write_down("a mail server that says nothing", found)


def test_a_mail_server_that_takes_14_seconds_for_an_answer_is_sent_each_mail_once(
    installation, smtp, write_down
):
    """The longer a mail takes, the longer its job is leased: without renewing, another worker would send it too."""
    smtp.seconds = amount("seconds that a slow mail server takes for each answer", small=1, full=14)
    workers = installation.start_workers(2)
    installation.course.complete(8)
    installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    installation.stop(*workers)
    write_down("a mail server that is slow", {"seconds for an answer": smtp.seconds, **found})
