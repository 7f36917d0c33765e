"""Our plain values in the shapes that PyLTI1p3 asks for: a request, cookies, a session, registrations."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.launch_data_storage.base import LaunchDataStorage
from pylti1p3.redirect import Redirect
from pylti1p3.registration import Registration as PyLtiRegistration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.values import Registration, ToolKey

#: The registration of a platform and a client; with None for the client, the platform's only one, if it has one.
FindRegistration = Callable[[str, str | None], Registration | None]

NONCE_SECONDS = 600


def state_key(state: str) -> str:
    """Where the memory keeps a state; what comes from outside is hashed, so that no text breaks out of its key."""
    return "lti-state-" + _digest(state)


def used_key(state: str) -> str:
    return "lti-used-" + _digest(state)


def cookie_name(state: str) -> str:
    """A name of its own for each launch: two tabs must not overwrite each other's cookie."""
    return "__Host-lti_" + _digest(state)[:8]


def origin(url: str) -> str:
    """Scheme, host and port as a browser compares them; empty for what is no web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else _ascii(parts.hostname)
    if not re.fullmatch(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]", host):
        return ""  # it would stand in a header, where a semicolon or a space begins something else
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def _ascii(host: str) -> str:
    """The host as headers and browsers write it: a name with other letters in its `xn--` form."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Incoming(Request):
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


class Cookies(CookieService):
    """The cookies that came with a request, and those to send with the answer."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self.fresh: dict[str, str] = {}

    def get_cookie(self, name: str) -> str | None:
        return self._sent.get(cookie_name(name))

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        self.fresh[cookie_name(name)] = str(value)


class Location(Redirect[str]):
    """A redirect as its address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def do_redirect(self) -> str:
        return self._url

    def do_js_redirect(self) -> str:
        raise NotImplementedError("the library's script is neither escaped nor allowed by our CSP")

    def set_redirect_url(self, location: str) -> None:
        self._url = location

    def get_redirect_url(self) -> str:
        return self._url


class Storage(LaunchDataStorage[Any]):
    """The library's storage on our Memory, without its session cookie."""

    def __init__(self, memory: ExpiringValues) -> None:
        super().__init__()
        self._memory = memory

    def get_session_cookie_name(self) -> None:
        return None

    def can_set_keys_expiration(self) -> bool:
        return True

    def get_value(self, key: str) -> Any:
        kept = self._memory.peek(self._key(key))
        return None if kept is None else kept["value"]

    def set_value(self, key: str, value: Any, exp: int | None = None) -> None:
        self._memory.put(self._key(key), {"value": value}, exp or NONCE_SECONDS)

    def check_value(self, key: str) -> bool:
        return self.get_value(key) is not None

    def consume(self, key: str) -> bool:
        """True for one caller only, and only once."""
        return self._memory.take(self._key(key)) is not None

    def _key(self, key: str) -> str:
        return "lti-" + _digest(self._prepare_key(key))


class Session(SessionService):
    """Nonces that work once, and nothing else: the library's own way lets a token pass again."""

    def __init__(self, request: Request, storage: Storage) -> None:
        super().__init__(request)
        self.set_data_storage(storage)
        self._storage = storage

    def save_nonce(self, nonce: str) -> None:
        self._storage.set_value(self._get_key("nonce", nonce), True, exp=NONCE_SECONDS)

    def check_nonce(self, nonce: str) -> bool:
        return self._storage.consume(self._get_key("nonce", nonce))

    def set_state_valid(self, state: str, id_token_hash: str) -> None:
        """Nothing: it would let the same token in a second time, and without its cookie."""

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:
        return False

    def save_launch_data(self, key: str, jwt_body: Mapping[str, Any]) -> None:
        """Nothing: the launch is handed on as a value, not kept."""


class LibraryRegistration(PyLtiRegistration):
    """A registration of ours, told to the library."""

    def __init__(self, value: Registration, key: ToolKey | None = None) -> None:
        self.value = value
        self._key = key
        self.set_issuer(value.platform_id).set_client_id(value.client_id)
        self.set_auth_login_url(value.auth_login_url).set_auth_token_url(value.auth_token_url)
        self.set_key_set_url(value.jwks_url)
        if key is not None:
            self.set_tool_private_key(key.pem)

    def get_kid(self) -> str | None:
        # The library would compute one from the public key; the published one counts.
        return self._key.kid if self._key else None


class Registrations(ToolConfAbstract[Incoming]):
    """Registrations by platform and client: all hosted Canvas have one platform_id."""

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
        """Any: the deployments of a known registration are learned, not refused."""
        return Deployment().set_deployment_id(deployment_id)
