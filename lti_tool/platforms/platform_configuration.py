"""The openid-configuration of a platform that wants to register the tool, fetched and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from badges.readable import readable
from lti_tool.errors import OutgoingError, RegistrationError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms.claims import identifier, plain_address, text, words
from lti_tool.values import Json, origin_of

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS = "https://canvas.instructure.com/lti/"

#: Hosted Canvas shows the tool in pages on each school's own host, inside frames of these.
CANVAS_EMBED_ORIGINS = ("https://*.instructure.com", "https://*.canvaslms.com")


#: Canvas's registration token is a JWT of about 1000 characters.
MAX_TOKEN_LENGTH = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformConfiguration:
    """A platform's openid-configuration, checked. `messages`: the message types it knows, each with its placements."""

    issuer: str
    registration_endpoint: str
    auth_login_url: str
    auth_token_url: str
    jwks_url: str
    token_audience: str | None
    product: str
    name: str
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    messages: tuple[tuple[str, tuple[str, ...]], ...]
    variables: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = ()


def fetch_configuration(
    openid_configuration_url: str, token: str | None, outgoing: Outgoing
) -> PlatformConfiguration:
    """The platform's configuration at an address, with the registration token, if there is one.

    The issuer must have the origin of that address, or a site could register as another one. The other endpoints may
    be elsewhere (hosted Canvas has three hosts), but are https too. Raises RegistrationError `bad_address`,
    `unreachable`, `not_a_platform`, `issuer_mismatch` or `unsupported`.
    """
    _check_permitted(outgoing, openid_configuration_url, "openid_configuration")
    configuration = json_object(call(outgoing, "GET", openid_configuration_url, token))
    issuer = plain_address(configuration.get("issuer"))
    if identifier(issuer) is None:
        raise RegistrationError("not_a_platform", "the platform's configuration names no issuer")
    if origin_of(issuer) != origin_of(openid_configuration_url):
        raise RegistrationError(
            "issuer_mismatch",
            f"the configuration at {origin_of(openid_configuration_url)} names {issuer} as its issuer",
        )
    endpoints = {
        name: _endpoint(outgoing, configuration, name)
        for name in (
            "registration_endpoint",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
        )
    }
    platform = configuration.get(PLATFORM_CONFIGURATION)
    platform = platform if isinstance(platform, dict) else {}
    product = (text(platform.get("product_family_code")) or "").lower()
    messages = _messages(platform.get("messages_supported"))
    if "LtiResourceLinkRequest" not in dict(messages):
        raise RegistrationError("unsupported", "the platform does not support LtiResourceLinkRequest")
    audience = text(configuration.get("authorization_server"))
    return PlatformConfiguration(
        issuer=issuer,
        registration_endpoint=endpoints["registration_endpoint"],
        auth_login_url=endpoints["authorization_endpoint"],
        auth_token_url=endpoints["token_endpoint"],
        jwks_url=endpoints["jwks_uri"],
        # Canvas names a bare host here, but expects its token address as the audience.
        token_audience=None if product == "canvas" else audience,
        product=product,
        name=words(platform.get(CANVAS + "account_name")) or urlsplit(issuer).hostname or issuer,
        scopes=_strings(configuration.get("scopes_supported")),
        claims=_strings(configuration.get("claims_supported")),
        messages=messages,
        variables=_strings(platform.get("variables")),
        embed_origins=_embed_origins(issuer, product, text(platform.get(CANVAS + "account_domain"))),
    )


def call(
    outgoing: Outgoing, method: str, url: str, token: str | None, data: bytes | None = None
) -> HttpResponse:
    """The platform's answer of any status. `token` is the registration token, `data` the body of a POST.

    Raises RegistrationError `bad_address` or `unreachable`.
    """
    headers = {"Accept": "application/json"}
    if data is not None:
        headers["Content-Type"] = "application/json"
    if token:
        if not token.isascii() or not token.isprintable() or " " in token or len(token) > MAX_TOKEN_LENGTH:
            raise RegistrationError("bad_address", "the registration token cannot be read")
        headers["Authorization"] = f"Bearer {token}"
    try:
        return outgoing.request(method, url, headers=headers, data=data)
    except OutgoingError as error:
        code = "bad_address" if error.permanent else "unreachable"
        raise RegistrationError(code, str(error)) from error


def json_object(answer: HttpResponse) -> Json:
    """The JSON object of a successful answer; raises RegistrationError `not_a_platform` for anything else."""
    if answer.status not in (200, 201):
        raise RegistrationError("not_a_platform", refusal_text(answer))
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise RegistrationError("not_a_platform", "the answer is not JSON") from error
    if not isinstance(value, dict):
        raise RegistrationError("not_a_platform", "the answer is not a JSON object")
    return value


def refusal_text(answer: HttpResponse) -> str:
    """Status and text of a refusal, without the text where it is a page of HTML."""
    body = readable(answer.body[:2000].decode("utf-8", "replace")).strip()
    if "<" in body:
        return f"the platform answered {answer.status} with a web page"
    return f"the platform answered {answer.status}: {body[:300]}"


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _messages(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        (message["type"], _strings(message.get("placements")))
        for message in listed
        if isinstance(message, dict) and isinstance(message.get("type"), str)
    )


def _embed_origins(issuer: str, product: str, account_domain: str | None) -> tuple[str, ...]:
    """The origins whose pages show the tool in a frame."""
    origins = [origin_of(issuer)]
    if product == "canvas":
        if account_domain:
            origins.append(origin_of(f"https://{account_domain}"))
        if (urlsplit(issuer).hostname or "").endswith(".instructure.com"):
            origins += CANVAS_EMBED_ORIGINS
    return tuple(dict.fromkeys(one for one in origins if one))


def _check_permitted(outgoing: Outgoing, url: str, name: str) -> None:
    if not plain_address(url):
        raise RegistrationError("bad_address", f"{name}: the address is not valid")
    try:
        outgoing.check_url(url)
    except OutgoingError as error:
        raise RegistrationError("bad_address", f"{name}: {error}") from error


def _endpoint(outgoing: Outgoing, configuration: Json, name: str) -> str:
    url = plain_address(configuration.get(name))
    if not url:
        raise RegistrationError("not_a_platform", f"the platform's configuration has no {name}")
    _check_permitted(outgoing, url, name)
    return url
