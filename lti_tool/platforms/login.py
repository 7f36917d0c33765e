"""The login initiation of a platform, answered (1EdTech Security Framework 1.0, section 5.1.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pylti1p3.exception import OIDCException
from pylti1p3.oidc_login import OIDCLogin

from lti_tool.errors import LaunchError
from lti_tool.platforms.adapters import (
    FindRegistration,
    LibraryRegistration,
    LibraryRegistrations,
    NewCookies,
    NoStorage,
    RedirectAddress,
    RequestParameters,
    cookie_name,
)
from lti_tool.platforms.admission import check_enabled
from lti_tool.platforms.login_state import PREFIX, LoginState, new_state, nonce_of
from lti_tool.values import origin_of

#: Canvas's `lti_message_hint` is a JWT of about 1000 characters. All of it goes back in one address.
MAX_PARAMETER_LENGTH = 4000


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
    secret_key: str,
    launch_url: str,
    is_own_page: Callable[[str], bool],
    now: datetime,
) -> LoginAnswer:
    """The answer to a login initiation by GET or POST. Nothing is stored: all that the launch needs is in the state.

    `is_own_page` says whether a link may ask for the page at a URL.
    `find_registration(platform_id, None)` must give a registration only if it is the one of that platform.
    Raises LaunchError `wrong_target`, `bad_login`, `unknown_platform` or `platform_disabled`.
    """
    if any(len(value) > MAX_PARAMETER_LENGTH for value in parameters.values()):
        raise LaunchError("bad_login", "a parameter is too long")
    target = parameters.get("target_link_uri")
    if target and not is_own_page(target):
        raise LaunchError("wrong_target", "the login asks for a page of another site")
    storage_target = _frame_name(parameters.get("lti_storage_target"))
    cookies = NewCookies()
    oidc = _Login(parameters, find_registration, cookies, secret_key, now, storage_target)
    try:
        location = oidc.get_redirect_object(launch_url).get_redirect_url()
    except OIDCException as error:
        raise LaunchError(_refusal_code(parameters), str(error)) from error
    registration = oidc.registration.value
    check_enabled(registration)
    return LoginAnswer(
        location=location,
        cookie_name=cookie_name(oidc.state),
        cookie_value=cookies.values[cookie_name(oidc.state)],
        storage_target=storage_target,
        auth_origin=origin_of(registration.auth_login_url),
        state=oidc.state,
    )


class _Login(OIDCLogin[RequestParameters, LibraryRegistrations, NoStorage, NewCookies, str]):
    """The library's login. It makes state and nonce in private methods and does not return them, hence the overrides.

    `state` is there once `get_redirect_object` has returned.
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        find_registration: FindRegistration,
        cookies: NewCookies,
        secret_key: str,
        now: datetime,
        storage_target: str | None,
    ) -> None:
        request = RequestParameters(parameters)
        super().__init__(request, LibraryRegistrations(find_registration), NoStorage(request), cookies)
        self._secret_key = secret_key
        self._now = now
        self._storage_target = storage_target
        self.state = ""

    @property
    def registration(self) -> LibraryRegistration:
        """The registration that LibraryRegistrations found."""
        return cast(LibraryRegistration, self._registration)

    def get_redirect(self, url: str) -> RedirectAddress:
        return RedirectAddress(url)

    def _get_uuid(self) -> str:
        # The library has found the registration by now. It puts "state-" before what this returns: that is the state.
        self.state = new_state(
            LoginState(
                registration_id=self.registration.value.id,
                began_at=int(self._now.timestamp()),
                storage_target=self._storage_target,
            ),
            self._secret_key,
        )
        return self.state.removeprefix(PREFIX)

    def _generate_nonce(self) -> str:
        # The library's nonce ends in a uuid1, which reveals the machine's network address and its time.
        return nonce_of(self.state, self._secret_key)

    def _prepare_redirect_url(self, launch_url: str) -> str:
        # The library adds "?" and the parameters, even where the platform's address has a query already.
        url = super()._prepare_redirect_url(launch_url)
        base = self.registration.value.auth_login_url
        if "?" in base:
            return base.rstrip("&?") + ("&" if not base.endswith("?") else "?") + url[len(base) + 1 :]
        return url


def _refusal_code(parameters: Mapping[str, str]) -> str:
    # OIDCException has no code. With both parameters there, the registration is all that can be missing.
    complete = parameters.get("iss") and parameters.get("login_hint")
    return "unknown_platform" if complete else "bad_login"


def _frame_name(text: str | None) -> str | None:
    """The name of a frame; None for anything that could do harm in a script or an attribute."""
    return text if text and re.fullmatch(r"[A-Za-z0-9_.:-]{1,100}", text) else None
