"""How a platform and the tool come to know each other: LTI Dynamic Registration 1.0, and Canvas's JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pylti1p3.registration import Registration as PyLtiRegistration

from lti_tool.errors import OutgoingError, RegistrationError
from lti_tool.outgoing import Answer, Outgoing
from lti_tool.platforms.adapters import origin
from lti_tool.platforms.claims import MASQUERADING, clean, identifier, text
from lti_tool.values import Json, NewRegistration, ToolKey

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS = "https://canvas.instructure.com/lti/"

#: What the tool asks leave for: to read members and results, and to make a line item of its own. No scores.
SCOPES = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
)
CLAIMS = ("iss", "sub", "name", "given_name", "family_name", "email")

#: Where the tool wants to appear, best first, by message type.
PLACEMENTS = {
    "LtiResourceLinkRequest": (CANVAS + "course_navigation", "course_navigation"),
    "LtiDeepLinkingRequest": (
        "ContentArea",
        CANVAS + "link_selection",
        CANVAS + "assignment_selection",
        "link_selection",
        "assignment_selection",
    ),
}

CANVAS_CUSTOM = {
    "canvas_user_id": "$Canvas.user.id",
    "canvas_course_id": "$Canvas.course.id",
    "canvas_api_domain": "$Canvas.api.domain",
    "canvas_root_account_uuid": "$vnd.Canvas.root_account.uuid",
    "canvas_module_id": "$Canvas.module.id",
    "canvas_module_item_id": "$Canvas.moduleItem.id",
    MASQUERADING: "$Canvas.masqueradingUser.id",
    "context_history": "$Context.id.history",
}

#: Hosted Canvas shows the tool inside pages of every school's own host, and passes through these.
CANVAS_EMBEDDERS = ("https://*.instructure.com", "https://*.canvaslms.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolNames:
    """What the tool is called in the platform; platforms know one language only."""

    name: str = "Nozimite"
    description: str = "Issues Open Badges 3.0 when learners complete a course or a part of it."
    link_label: str = "Badges"
    choose_label: str = "Place a badge"
    icon_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformConfiguration:
    """A platform's openid-configuration, checked."""

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
    """The message types it knows, each with its placements, as far as it names any."""
    variables: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = field(default=())


def register(
    openid_configuration_url: str,
    token: str | None,
    tool_url: str,
    outgoing: Outgoing,
    names: ToolNames | None = None,
) -> NewRegistration:
    """Registers the tool with the platform that opened its registration page; raises RegistrationError."""
    platform = configuration(openid_configuration_url, token, outgoing)
    request = registration_request(tool_url, names or ToolNames(), platform)
    answer = _call(
        outgoing,
        "POST",
        platform.registration_endpoint,
        token,
        json.dumps(request).encode(),
    )
    made = _accepted(answer)
    client_id = identifier(made.get("client_id"))
    if client_id is None:
        raise RegistrationError("refused", "the platform's answer contains no client_id")
    tool = made.get(TOOL_CONFIGURATION)
    deployment = tool.get("deployment_id") if isinstance(tool, dict) else None
    return NewRegistration(
        platform_id=platform.issuer,
        client_id=client_id,
        auth_login_url=platform.auth_login_url,
        auth_token_url=platform.auth_token_url,
        jwks_url=platform.jwks_url,
        token_audience=platform.token_audience,
        product=platform.product,
        name=platform.name,
        # Moodle puts it into the tool configuration, Canvas beside it, or nowhere.
        deployment_id=identifier(deployment) or identifier(made.get("deployment_id")),
        embed_origins=platform.embed_origins,
    )


def configuration(
    openid_configuration_url: str, token: str | None, outgoing: Outgoing
) -> PlatformConfiguration:
    """What the platform says of itself; raises RegistrationError.

    Whoever is called must be the issuer it says it is: the two addresses must have one origin. The other
    endpoints may be elsewhere (hosted Canvas has three hosts), but are https too.
    """
    _permitted(outgoing, openid_configuration_url, "openid_configuration")
    found = _json(_call(outgoing, "GET", openid_configuration_url, token))
    issuer = found.get("issuer")
    if not isinstance(issuer, str) or not origin(issuer):
        raise RegistrationError("not_a_platform", "the platform's configuration names no issuer")
    if origin(issuer) != origin(openid_configuration_url):
        raise RegistrationError(
            "issuer_mismatch",
            f"the configuration at {origin(openid_configuration_url)} names {clean(issuer)[:200]} as its issuer",
        )
    endpoints = {
        name: _endpoint(outgoing, found, name)
        for name in (
            "registration_endpoint",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
        )
    }
    platform = found.get(PLATFORM_CONFIGURATION)
    platform = platform if isinstance(platform, dict) else {}
    product = (text(platform.get("product_family_code")) or "").lower()
    messages = _messages(platform.get("messages_supported"))
    if "LtiResourceLinkRequest" not in dict(messages):
        raise RegistrationError("unsupported", "the platform does not support LtiResourceLinkRequest")
    audience = text(found.get("authorization_server"))
    return PlatformConfiguration(
        issuer=issuer,
        registration_endpoint=endpoints["registration_endpoint"],
        auth_login_url=endpoints["authorization_endpoint"],
        auth_token_url=endpoints["token_endpoint"],
        jwks_url=endpoints["jwks_uri"],
        # Canvas names a bare host here, and wants its token address as the audience.
        token_audience=None if product == "canvas" else audience,
        product=product,
        name=text(platform.get(CANVAS + "account_name")) or urlsplit(issuer).hostname or issuer,
        scopes=_strings(found.get("scopes_supported")),
        claims=_strings(found.get("claims_supported")),
        messages=messages,
        variables=_strings(platform.get("variables")),
        embed_origins=_embedders(issuer, product, text(platform.get(CANVAS + "account_domain"))),
    )


def registration_request(tool_url: str, names: ToolNames, platform: PlatformConfiguration) -> Json:
    """The tool in the words of Dynamic Registration, asking for nothing that the platform does not offer.

    Canvas refuses the whole request for one scope, placement or message type it does not know.
    """
    launch_url = f"{tool_url}/lti/launch"
    canvas = platform.product == "canvas"
    offered = [scope for scope in SCOPES if scope in platform.scopes]
    tool: Json = {
        "domain": urlsplit(tool_url).netloc,
        "description": names.description,
        "target_link_uri": launch_url,
        "claims": [claim for claim in CLAIMS if not platform.claims or claim in platform.claims],
        "custom_parameters": _custom_parameters(platform),
        "messages": [
            _message(kind, launch_url, names, dict(platform.messages)[kind], canvas)
            for kind in PLACEMENTS
            if _has_place(kind, platform)
        ],
    }
    if canvas:
        tool[CANVAS + "privacy_level"] = "public"
        tool[CANVAS + "tool_id"] = "nozimite"
        tool[CANVAS + "vendor"] = names.name
    request: Json = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["client_credentials", "implicit"],
        "initiate_login_uri": f"{tool_url}/lti/login",
        "redirect_uris": [launch_url],
        "client_name": names.name,
        "client_uri": tool_url,
        "jwks_uri": f"{tool_url}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "RS256",
        "scope": " ".join(["openid", *offered]),
        TOOL_CONFIGURATION: tool,
    }
    if names.icon_url:
        request["logo_uri"] = names.icon_url
    return request


def canvas_configuration(tool_url: str, names: ToolNames | None = None) -> Json:
    """The JSON of a Canvas LTI developer key, to paste or to fetch."""
    names = names or ToolNames()
    launch_url = f"{tool_url}/lti/launch"

    def placement(name: str, message: str, label: str, **more: str) -> Json:
        return {
            "placement": name,
            "message_type": message,
            "target_link_uri": launch_url,
            "text": label,
            **more,
        }

    settings: Json = {
        "text": names.name,
        "placements": [
            placement(
                "course_navigation",
                "LtiResourceLinkRequest",
                names.link_label,
                default="disabled",
                visibility="members",
            ),
            placement("link_selection", "LtiDeepLinkingRequest", names.choose_label),
            placement("assignment_selection", "LtiDeepLinkingRequest", names.choose_label),
        ],
    }
    if names.icon_url:
        settings["icon_url"] = names.icon_url
    return {
        "title": names.name,
        "description": names.description,
        "oidc_initiation_url": f"{tool_url}/lti/login",
        "target_link_uri": launch_url,
        "scopes": list(SCOPES),
        "public_jwk_url": f"{tool_url}/lti/jwks.json",
        "custom_fields": dict(CANVAS_CUSTOM),
        "extensions": [
            {
                "domain": urlsplit(tool_url).netloc,
                "tool_id": "nozimite",
                "platform": "canvas.instructure.com",
                "privacy_level": "public",
                "settings": settings,
            }
        ],
    }


def new_tool_key() -> ToolKey:
    """A fresh RSA key of 2048 bits; its id is the RFC 7638 thumbprint."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ToolKey(kid=str(PyLtiRegistration.get_jwk(_public_pem(pem))["kid"]), pem=pem)


def jwks(keys: Sequence[ToolKey]) -> Json:
    """The public JWK Set of the tool: the current key and the older ones that may still be in use."""
    # `alg` in every key: without it Moodle fetches the set anew at every call, and Canvas refuses the key.
    return {
        "keys": [
            {
                **PyLtiRegistration.get_jwk(_public_pem(key.pem)),
                "kid": key.kid,
                "alg": "RS256",
                "use": "sig",
            }
            for key in keys
        ]
    }


def _public_pem(pem: str) -> str:
    public = load_pem_private_key(pem.encode(), password=None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _permitted(outgoing: Outgoing, url: str, name: str) -> None:
    try:
        outgoing.permit(url)
    except OutgoingError as error:
        raise RegistrationError("bad_address", f"{name}: {error}") from error


def _endpoint(outgoing: Outgoing, found: Json, name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str) or not url:
        raise RegistrationError("not_a_platform", f"the platform's configuration has no {name}")
    _permitted(outgoing, url, name)
    return url


def _call(outgoing: Outgoing, method: str, url: str, token: str | None, data: bytes | None = None) -> Answer:
    headers = {"Accept": "application/json"}
    if data is not None:
        headers["Content-Type"] = "application/json"
    if token:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise RegistrationError("bad_address", "the registration token cannot be read")
        headers["Authorization"] = f"Bearer {token}"
    try:
        return outgoing.request(method, url, headers=headers, data=data)
    except OutgoingError as error:
        code = "bad_address" if error.permanent else "unreachable"
        raise RegistrationError(code, str(error)) from error


def _accepted(answer: Answer) -> Json:
    """The platform's answer to the registration; what it refuses, it often says in one bare word of HTML."""
    if answer.status in (200, 201):
        return _json(answer)
    said = _said(answer)
    if answer.status in (401, 403):
        raise RegistrationError("token_used", said)
    raise RegistrationError("refused", said)


def _json(answer: Answer) -> Json:
    if answer.status not in (200, 201):
        raise RegistrationError("not_a_platform", _said(answer))
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise RegistrationError("not_a_platform", "the answer is not JSON") from error
    if not isinstance(found, dict):
        raise RegistrationError("not_a_platform", "the answer is not a JSON object")
    return found


def _said(answer: Answer) -> str:
    """Status and text of a refusal; a whole page of HTML says nothing to anybody."""
    said = clean(answer.body[:2000].decode("utf-8", "replace")).strip()
    if "<" in said:
        return f"the platform answered {answer.status} with a web page"
    return f"the platform answered {answer.status}: {said[:300]}"


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _messages(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        (message["type"], _strings(message.get("placements")))
        for message in listed
        if isinstance(message, dict) and isinstance(message.get("type"), str)
    )


def _has_place(kind: str, platform: PlatformConfiguration) -> bool:
    messages = dict(platform.messages)
    if kind not in messages:
        return False
    # A Canvas message without a placement would become a link selection.
    return platform.product != "canvas" or bool(_placements(kind, messages[kind]))


def _placements(kind: str, offered: tuple[str, ...]) -> list[str]:
    wanted = [name for name in PLACEMENTS[kind] if name in offered]
    # On Canvas, ContentArea and link_selection are two names of one place.
    return [name for name in wanted if not ("ContentArea" in wanted and name.endswith("link_selection"))]


def _message(kind: str, launch_url: str, names: ToolNames, offered: tuple[str, ...], canvas: bool) -> Json:
    chooses = kind == "LtiDeepLinkingRequest"
    message: Json = {
        "type": kind,
        "target_link_uri": launch_url,
        "label": names.choose_label if chooses else names.link_label,
    }
    if names.icon_url:
        message["icon_uri"] = names.icon_url
    placements = _placements(kind, offered)
    if placements:
        message["placements"] = placements
    if canvas and not chooses:
        message[CANVAS + "course_navigation/default_enabled"] = False
        message[CANVAS + "visibility"] = "members"
    return message


def _custom_parameters(platform: PlatformConfiguration) -> dict[str, str]:
    if platform.product == "canvas":
        return dict(CANVAS_CUSTOM)
    known = "Context.id.history" in platform.variables
    return {"context_history": "$Context.id.history"} if known else {}


def _embedders(issuer: str, product: str, account_domain: str | None) -> tuple[str, ...]:
    """The origins whose pages show the tool in a frame."""
    origins = [origin(issuer)]
    if product == "canvas":
        if account_domain:
            origins.append(origin(f"https://{account_domain}"))
        if (urlsplit(issuer).hostname or "").endswith(".instructure.com"):
            origins += CANVAS_EMBEDDERS
    return tuple(dict.fromkeys(one for one in origins if one))
