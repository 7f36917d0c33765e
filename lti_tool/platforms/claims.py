"""From the claims of a verified token, and the members of a list, to plain values that can be stored and shown.

A platform may send anything: a number for a text, `null`, a literal `$Person.email.primary` it could not expand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lti_tool.values import DeepLinkingSettings, Json, Launch, Registration

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

#: The custom parameter that Canvas fills in when an administrator acts as somebody else.
MASQUERADING = "canvas_masquerading_user_id"

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_VARIABLE = re.compile(r"\$[A-Za-z][\w.<>,-]*")
_SUB_ROLE = re.compile(re.escape(MEMBERSHIP) + r"/(\w+)#\w+")
_LTI_1_ROLE = re.compile(r"urn:lti:role:ims/lis/(\w+)(?:/(\w+))?")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def as_launch(claims: Json, registration: Registration) -> Launch:
    """The launch that verified claims tell of."""
    context = _object(claims, CLAIM + "context")
    link = _object(claims, CLAIM + "resource_link")
    presentation = _object(claims, CLAIM + "launch_presentation")
    grades = _object(claims, AGS)
    custom = _custom(_object(claims, CLAIM + "custom"))
    given_name, family_name = text(claims.get("given_name")), text(claims.get("family_name"))
    return Launch(
        registration_id=registration.id,
        deployment_id=clean(str(claims[CLAIM + "deployment_id"])),
        message_type=str(claims[CLAIM + "message_type"]),
        user_id=identifier(claims.get("sub")),
        name=text(claims.get("name")) or full_name(given_name, family_name),
        email=email(claims.get("email")),
        roles=roles(claims.get(CLAIM + "roles")),
        context_id=identifier(context.get("id")),
        context_title=text(context.get("title")) or "",
        resource_link_id=identifier(link.get("id")),
        custom=custom,
        locale=text(presentation.get("locale")) or text(claims.get("locale")),
        return_url=web_address(presentation.get("return_url")),
        memberships_url=web_address(_object(claims, NRPS).get("context_memberships_url")),
        line_items_url=web_address(grades.get("lineitems")),
        line_item_url=web_address(grades.get("lineitem")),
        deep_linking=deep_linking_settings(claims),
        acting_for_other=bool(custom.get(MASQUERADING)),
    )


def deep_linking_settings(claims: Json) -> DeepLinkingSettings | None:
    settings = _object(claims, DEEP_LINKING)
    return_url = web_address(settings.get("deep_link_return_url"))
    if return_url is None:
        return None
    data = settings.get("data")
    return DeepLinkingSettings(
        return_url=return_url,
        data=data if isinstance(data, str) else None,
        # Some platforms send the word.
        accept_multiple=settings.get("accept_multiple") in (True, "true"),
    )


def clean(value: str) -> str:
    """`value` without what a database or a log would choke on."""
    return _UNSTORABLE.sub("", value).encode("utf-8", "replace").decode("utf-8")


def text(value: Any) -> str | None:
    """A text with something in it; None for anything else, and for a variable the platform did not expand."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    cleaned = clean(value).strip()[:2000]
    return None if not cleaned or _VARIABLE.fullmatch(cleaned) else cleaned


def identifier(value: Any) -> str | None:
    """An id as text: some platforms send numbers."""
    return text(value)


def email(value: Any) -> str | None:
    address = text(value)
    return address if address and re.fullmatch(r"[^@\s]+@[^@\s]+", address) else None


def full_name(given_name: str | None, family_name: str | None) -> str | None:
    return " ".join(part for part in (given_name, family_name) if part) or None


def roles(value: Any) -> tuple[str, ...]:
    """The roles as full URIs, each once: launches send URIs, Moodle's member lists send `Learner`.

    The principal role of a sub-role of the course is added where it is missing.
    """
    named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    found: list[str] = []
    for name in named:
        if isinstance(name, str) and name.strip():
            found += _role(clean(name.strip()))
    return tuple(dict.fromkeys(found))


def web_address(value: Any) -> str | None:
    address = text(value)
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("https", "http") and parts.hostname else None


def _role(name: str) -> list[str]:
    if name.startswith("https://purl.imsglobal.org/vocab/"):
        name = "http" + name.removeprefix("https")
    older = _LTI_1_ROLE.fullmatch(name)
    if older:
        principal, special = older.groups()
        name = f"{MEMBERSHIP}/{principal}#{special}" if special else f"{MEMBERSHIP}#{principal}"
    elif re.fullmatch(r"\w+", name):
        name = f"{MEMBERSHIP}#{name}"
    sub_role = _SUB_ROLE.fullmatch(name)
    return [name, f"{MEMBERSHIP}#{sub_role[1]}"] if sub_role else [name]


def _object(claims: Mapping[str, Any], name: str) -> Json:
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def _custom(values: Json) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, bool):
            known[clean(name)] = "true" if value else "false"
        elif isinstance(value, int | float | str) and not _VARIABLE.fullmatch(str(value).strip()):
            known[clean(name)] = clean(str(value))
    return known
