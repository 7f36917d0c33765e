"""A server that does not answer is left alone, for longer each time, and asked by one to see whether it is back."""

import pytest

from lti_tool.outgoing.circuit import FAILURES, LONGEST_SECONDS, Circuit

SECONDS = 30


class Refused(Exception):
    """Nobody is to call now; for so many seconds."""


class Time:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


def fail(circuit):
    with pytest.raises(ConnectionError), circuit.attempt(45, (ConnectionError,)):
        raise ConnectionError


def waits(circuit):
    with pytest.raises(Refused) as caught, circuit.attempt(45, (ConnectionError,)):
        raise AssertionError("it was let through")
    return caught.value.args[0]


def test_the_waits_double_up_to_ten_minutes_and_end_with_a_success(time):
    circuit, found = Circuit(Refused, SECONDS, time), []
    for _ in range(FAILURES - 1):
        fail(circuit)
    for _ in range(8):
        fail(circuit)
        found.append(waits(circuit))
        time.now += found[-1]
    assert found == [SECONDS, 60, 120, 240, 480, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]
    with circuit.attempt(45, (ConnectionError,)):
        pass
    for _ in range(FAILURES - 1):
        fail(circuit)
    with circuit.attempt(45, (ConnectionError,)):
        pass


def test_one_attempt_shows_whether_the_server_is_back_and_the_others_wait_for_it(time):
    circuit = Circuit(Refused, SECONDS, time)
    for _ in range(FAILURES):
        fail(circuit)
    time.now += SECONDS
    with circuit.attempt(45, (ConnectionError,)):
        assert waits(circuit) == 45
    with circuit.attempt(45, (ConnectionError,)):
        pass


def test_an_attempt_that_never_ends_keeps_the_others_waiting_no_longer_than_it_may_take(time):
    circuit = Circuit(Refused, SECONDS, time)
    for _ in range(FAILURES):
        fail(circuit)
    time.now += SECONDS
    circuit._begin(45)
    assert waits(circuit) == 45
    time.now += 45
    with circuit.attempt(45, (ConnectionError,)):
        pass
