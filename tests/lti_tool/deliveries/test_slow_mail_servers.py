"""A mail server that is slow, silent or away holds no thread for long, and is not asked again and again."""

import socket
import threading
from contextlib import contextmanager

import pytest

from lti_tool.deliveries import email
from lti_tool.deliveries.email import CIRCUIT_SECONDS
from lti_tool.errors import DeliveryError
from lti_tool.outgoing.circuit import FAILURES
from tests.deliveries import BADGE, REFERENCE, anna

SENDER = "Riga College <badges@example.org>"


@contextmanager
def server(answers):
    """The URL of a server that says for each connection what `answers` gives, a line for each line it is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        def talk(connection):
            with connection, connection.makefile("rwb") as lines:
                for answer in answers:
                    if answer is None:
                        lines.read()
                        return
                    lines.write(answer.encode() + b"\r\n")
                    lines.flush()
                    if not lines.readline():
                        return

        threading.Thread(target=serve, daemon=True).start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


def deliver(url):
    email.deliver(BADGE, anna(), email.Options(url=url, sender=SENDER), REFERENCE)


SILENT = [None]
GREETS_ONLY = ["220 here", None]


@pytest.mark.parametrize("answers", [SILENT, GREETS_ONLY], ids=["silent", "greets only"])
def test_a_server_that_says_nothing_is_given_up_as_temporarily_away(answers, monkeypatch):
    monkeypatch.setattr(email, "TIMEOUT_SECONDS", 0.2)
    with server(answers) as url, pytest.raises(DeliveryError, match="cannot be reached") as caught:
        deliver(url)
    assert not caught.value.permanent and caught.value.retry_after is None


def test_a_server_that_answers_each_line_just_in_time_is_given_up_when_the_mail_takes_too_long(monkeypatch):
    """Each answer comes within its own time; without a bound for all of them it would go on for ever."""
    monkeypatch.setattr(email, "MAIL_SECONDS", 0.5)
    with server(["220 here", *["250-more"] * 10**6]) as url, pytest.raises(DeliveryError, match="reached"):
        deliver(url)


def test_a_server_without_the_encryption_that_the_settings_ask_for_is_no_fault_of_the_recipient():
    with server(["220 here", "250 plain", "221 bye"]) as url, pytest.raises(DeliveryError) as caught:
        deliver(url.replace("smtp:", "smtp+starttls:"))
    assert not caught.value.permanent
    assert "letters" not in str(caught.value)


def test_a_server_that_does_not_answer_is_asked_no_more_until_some_time_has_gone(free_port):
    url = f"smtp://127.0.0.1:{free_port()}"
    for _ in range(FAILURES):
        with pytest.raises(DeliveryError) as caught:
            deliver(url)
        assert caught.value.retry_after is None
    with pytest.raises(DeliveryError) as caught:
        deliver(url)
    assert 0 < caught.value.retry_after <= CIRCUIT_SECONDS


def test_a_recipient_that_is_refused_says_nothing_of_the_server(smtp):
    smtp.recipient_answer = "451 try later"
    for _ in range(FAILURES + 2):
        with pytest.raises(DeliveryError) as caught:
            deliver(smtp.url)
        assert caught.value.retry_after is None
    smtp.recipient_answer = None
    deliver(smtp.url)
    assert len(smtp.mails) == 1
