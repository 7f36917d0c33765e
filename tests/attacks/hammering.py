"""Browsers at other addresses, and asking until the tool has enough."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

#: More than any limit of the pages that are hammered.
TOO_OFTEN = 310


def at(browser: FlaskClient, address: str) -> FlaskClient:
    """The same browser somewhere else."""
    other = browser.application.test_client()
    other.environ_base |= browser.environ_base | {"REMOTE_ADDR": address}
    return other


def hammer(ask: Callable[[int], TestResponse]) -> tuple[TestResponse, int]:
    """The first answer 429, and how many others came before it."""
    for number in range(TOO_OFTEN):
        answer = ask(number)
        if answer.status_code == 429:
            return answer, number
        assert answer.status_code < 500
    raise AssertionError(f"{TOO_OFTEN} requests within a minute were answered")
