"""Our plain values in the shapes that PyLTI1p3 asks for: a request, cookies, a session, registrations.

The library calls these methods, so their names and parameters are its own, and many of them are not needed here. They
follow PyLTI1p3 2.0; an upgrade has to be read against this file, `login`, `launch` and `deep_linking_response`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.redirect import Redirect
from pylti1p3.registration import Registration as PyLtiRegistration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from lti_tool.values import Registration, ToolKey

#: The registration of a platform and a client; with None for the client, the platform's only one, if it has one.
FindRegistration = Callable[[str, str | None], Registration | None]


def used_state_key(state: str) -> str:
    """The key, among the expiring values, of the mark that a state has been used."""
    return "lti-used-" + _digest(state)


def cookie_name(state: str) -> str:
    """The name of the cookie that binds one login: two tabs must not overwrite each other's cookie."""
    return "__Host-lti_" + _digest(state)[:8]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class RequestParameters(Request):
    """The parameters of an HTTP request."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters

    @property
    def session(self) -> dict[str, Any]:
        return {}

    def is_secure(self) -> bool:
        return True

    def get_param(self, key: str) -> str:
        return self._parameters.get(key, "")


class NewCookies(CookieService):
    """The cookies that the library wants to set, by their names.

    Cookies of the request are not shown to it: a launch without its cookie is not refused here (see `launch.Arrival`).
    """

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get_cookie(self, name: str) -> None:
        return None

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        self.values[cookie_name(name)] = str(value)


class RedirectAddress(Redirect[str]):
    """A redirect as its address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def do_redirect(self) -> str:
        return self._url

    def do_js_redirect(self) -> str:
        """Not supported; raises NotImplementedError."""
        raise NotImplementedError("the library's script is neither escaped nor allowed by our CSP")

    def set_redirect_url(self, location: str) -> None:
        self._url = location

    def get_redirect_url(self) -> str:
        return self._url


class NoStorage(SessionService):
    """The library's session, which stores nothing: state and nonce are signed values (see `login_state`).

    The library's own `check_nonce` would leave the nonce in its storage for a day, so that a token passes again and
    again. `launch` marks each state that was used instead.
    """

    def save_nonce(self, nonce: str) -> None:
        """Stores nothing."""

    def check_nonce(self, nonce: str) -> bool:
        return False

    def set_state_valid(self, state: str, id_token_hash: str) -> None:
        """Stores nothing: the library would let the same token in a second time, and without its cookie."""

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:
        return False

    def save_launch_data(self, key: str, jwt_body: Mapping[str, Any]) -> None:
        """Stores nothing: the launch is returned as a value, and its claims are not kept."""


class LibraryRegistration(PyLtiRegistration):
    """A registration of ours as the library's; `value` is ours."""

    def __init__(self, value: Registration, key: ToolKey | None = None) -> None:
        self.value = value
        self._key = key
        self.set_issuer(value.platform_id).set_client_id(value.client_id)
        self.set_auth_login_url(value.auth_login_url).set_auth_token_url(value.auth_token_url)
        self.set_key_set_url(value.jwks_url)
        if key is not None:
            self.set_tool_private_key(key.pem)

    def get_kid(self) -> str | None:
        # The library would compute one from the public key; the platform knows the key by the published one.
        return self._key.kid if self._key else None


class LibraryRegistrations(ToolConfAbstract[RequestParameters]):
    """Our registrations by platform and client: all hosted Canvas have one platform_id.

    The library asks `check_iss_has_one_client` first. False makes it pass the client on to
    `find_registration_by_params`; its other ways of finding are for platforms with one client only, and are not used.
    """

    def __init__(self, find: FindRegistration) -> None:
        self._find = find

    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        return True

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> Any:
        return None

    def find_registration_by_params(self, iss: str, client_id: str, *args: Any, **kwargs: Any) -> Any:
        found = self._find(iss, client_id or None)
        return None if found is None else LibraryRegistration(found)

    def find_deployment(self, iss: str, deployment_id: str) -> None:
        return None

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> Deployment:
        """The deployment of any id: those of a known registration are learned from launches, not refused."""
        return Deployment().set_deployment_id(deployment_id)
