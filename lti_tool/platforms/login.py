"""The login initiation of a platform, answered (1EdTech Security Framework 1.0, section 5.1.1.1)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from pylti1p3.exception import OIDCException
from pylti1p3.oidc_login import OIDCLogin

from lti_tool.errors import LaunchError
from lti_tool.platforms.adapters import (
    Cookies,
    FindRegistration,
    Incoming,
    LibraryRegistration,
    Location,
    Registrations,
    Session,
    Storage,
    cookie_name,
    origin,
    state_key,
)
from lti_tool.platforms.expiring_values import ExpiringValues

STATE_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAnswer:
    """Where to send the browser, and what binds its launch to this browser.

    `cookie_value` goes into a `Partitioned; Secure; HttpOnly; SameSite=None; Path=/` cookie. Where
    `storage_target` is given, the page first stores `state` with the platform (LTI Client Side postMessages)
    in the frame of that name, at `auth_origin`.
    """

    location: str
    cookie_name: str
    cookie_value: str
    storage_target: str | None
    auth_origin: str
    state: str


def login(
    parameters: Mapping[str, str],
    find_registration: FindRegistration,
    memory: ExpiringValues,
    launch_url: str,
) -> LoginAnswer:
    """The answer to a login initiation by GET or POST; raises LaunchError.

    `find_registration(platform_id, None)` must give a registration only if it is the one of that platform.
    """
    target = parameters.get("target_link_uri")
    if target and origin(target) != origin(launch_url):
        raise LaunchError("wrong_target", "the login asks for a page of another site")
    request = Incoming(parameters)
    cookies = Cookies({})
    oidc = _Login(
        request,
        Registrations(find_registration),
        Session(request, Storage(memory)),
        cookies,
    )
    try:
        location = oidc.get_redirect_object(launch_url).get_redirect_url()
    except OIDCException as error:
        raise LaunchError(_code(parameters), str(error)) from error
    registration = oidc.registration.value
    storage_target = _frame_name(parameters.get("lti_storage_target"))
    memory.put(
        state_key(oidc.state),
        {
            "registration_id": registration.id,
            "nonce": oidc.nonce,
            "launch_url": launch_url,
            "storage_target": storage_target,
        },
        STATE_SECONDS,
    )
    return LoginAnswer(
        location=location,
        cookie_name=cookie_name(oidc.state),
        cookie_value=cookies.fresh[cookie_name(oidc.state)],
        storage_target=storage_target,
        auth_origin=origin(registration.auth_login_url),
        state=oidc.state,
    )


class _Login(OIDCLogin[Incoming, Registrations, Session, Cookies, str]):
    """The library's login, with its state and nonce in our hands and its address put together right."""

    state: str
    nonce: str

    @property
    def registration(self) -> LibraryRegistration:
        assert isinstance(self._registration, LibraryRegistration)
        return self._registration

    def get_redirect(self, url: str) -> Location:
        return Location(url)

    def _get_uuid(self) -> str:
        self.state = "state-" + secrets.token_urlsafe(24)
        return self.state.removeprefix("state-")

    def _generate_nonce(self) -> str:
        # The library's nonce ends in uuid1, which tells the machine's address and time.
        self.nonce = secrets.token_urlsafe(32)
        return self.nonce

    def _prepare_redirect_url(self, launch_url: str) -> str:
        url = super()._prepare_redirect_url(launch_url)
        base = self.registration.value.auth_login_url
        if "?" in base:
            # The library begins a second query where the platform's address has one already.
            return base.rstrip("&?") + ("&" if not base.endswith("?") else "?") + url[len(base) + 1 :]
        return url


def _code(parameters: Mapping[str, str]) -> str:
    complete = parameters.get("iss") and parameters.get("login_hint")
    return "unknown_platform" if complete else "bad_login"


def _frame_name(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"[A-Za-z0-9_.:-]{1,100}", text) else None
