"""The browser that has begun to sign in, or has opened an invitation, known again by a cookie of its own."""

from __future__ import annotations

import secrets

from flask import request
from werkzeug.wrappers import Response

from lti_tool.operators import challenges
from lti_tool.operators.challenges import CHALLENGE_SECONDS, Purpose
from lti_tool.web.current import current_tool
from lti_tool.web.operator.visits import BROWSER_COOKIE, set_cookie


def this_browser() -> str:
    """The secret of the browser's cookie; empty where it has none."""
    return request.cookies.get(BROWSER_COOKIE, "")


def known_browser() -> str:
    """The same, or a new one, which `keep_browser` gives the browser: what is open in another tab goes on."""
    return this_browser() or secrets.token_urlsafe(32)


def keep_browser(response: Response, browser: str) -> None:
    """Makes the browser known for as long as a challenge is good."""
    set_cookie(response, BROWSER_COOKIE, browser, CHALLENGE_SECONDS)


def forget_browser(response: Response) -> None:
    """Takes the cookie away."""
    set_cookie(response, BROWSER_COOKIE, "", 0)


def new_challenge(purpose: Purpose, browser: str) -> str:
    """A challenge for that browser, or for the session with that token."""
    tool = current_tool()
    return challenges.new_challenge(tool.secret_key, purpose, browser, tool.clock())


def use_challenge(challenge: str, purpose: Purpose, browser: str) -> None:
    """Uses the challenge up. Raises SignInError `expired` as `challenges.use_challenge` does."""
    tool = current_tool()
    challenges.use_challenge(tool.expiring_values, tool.secret_key, challenge, purpose, browser, tool.clock())
