"""The login initiation of a platform, answered (1EdTech Security Framework 1.0, section 5.1.1.1)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from pylti1p3.exception import OIDCException
from pylti1p3.oidc_login import OIDCLogin

from lti_tool.errors import LaunchError
from lti_tool.platforms.adapters import (
    FindRegistration,
    LibraryRegistration,
    LibraryRegistrations,
    LibraryStorage,
    NewCookies,
    NonceSession,
    RedirectAddress,
    RequestParameters,
    cookie_name,
    state_key,
)
from lti_tool.platforms.admission import check_enabled
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.values import origin_of

STATE_SECONDS = 600
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
    expiring_values: ExpiringValues,
    launch_url: str,
    former_urls: Collection[str] = (),
) -> LoginAnswer:
    """The answer to a login initiation by GET or POST; its state and nonce are stored for STATE_SECONDS.

    `former_urls`: where the tool was before; links from then may still ask for a page there.
    `find_registration(platform_id, None)` must give a registration only if it is the one of that platform.
    Raises LaunchError `wrong_target`, `bad_login`, `unknown_platform` or `platform_disabled`.
    """
    if any(len(value) > MAX_PARAMETER_LENGTH for value in parameters.values()):
        raise LaunchError("bad_login", "a parameter is too long")
    target = parameters.get("target_link_uri")
    origins = {origin_of(url) for url in (launch_url, *former_urls)}
    if target and origin_of(target) not in origins:
        raise LaunchError("wrong_target", "the login asks for a page of another site")
    request = RequestParameters(parameters)
    cookies = NewCookies()
    session = NonceSession(request, LibraryStorage(expiring_values))
    oidc = _Login(request, LibraryRegistrations(find_registration), session, cookies)
    try:
        location = oidc.get_redirect_object(launch_url).get_redirect_url()
    except OIDCException as error:
        raise LaunchError(_refusal_code(parameters), str(error)) from error
    registration = oidc.registration.value
    check_enabled(registration)
    storage_target = _frame_name(parameters.get("lti_storage_target"))
    expiring_values.put(
        state_key(oidc.state),
        {
            "registration_id": registration.id,
            "nonce": oidc.nonce,
            "launch_url": launch_url,
            "origins": sorted(origins),
            "storage_target": storage_target,
        },
        STATE_SECONDS,
    )
    return LoginAnswer(
        location=location,
        cookie_name=cookie_name(oidc.state),
        cookie_value=cookies.values[cookie_name(oidc.state)],
        storage_target=storage_target,
        auth_origin=origin_of(registration.auth_login_url),
        state=oidc.state,
    )


class _Login(OIDCLogin[RequestParameters, LibraryRegistrations, NonceSession, NewCookies, str]):
    """The library's login. It makes state and nonce in private methods and does not return them, hence the overrides.

    `state` and `nonce` are there once `get_redirect_object` has returned.
    """

    state: str
    nonce: str

    @property
    def registration(self) -> LibraryRegistration:
        """The registration that LibraryRegistrations found."""
        return cast(LibraryRegistration, self._registration)

    def get_redirect(self, url: str) -> RedirectAddress:
        return RedirectAddress(url)

    def _get_uuid(self) -> str:
        # The library puts "state-" before what this returns, and makes that the state.
        self.state = "state-" + secrets.token_urlsafe(24)
        return self.state.removeprefix("state-")

    def _generate_nonce(self) -> str:
        # The library's nonce ends in a uuid1, which reveals the machine's network address and its time.
        self.nonce = secrets.token_urlsafe(32)
        return self.nonce

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
