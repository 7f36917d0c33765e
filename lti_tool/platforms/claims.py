"""Readers of what a platform sends: claims of a verified token and entries of a list, as values that can be stored.

A platform may send anything: a number for a text, `null`, a literal `$Person.email.primary` it could not expand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from badges.readable import readable
from lti_tool.observations.roles import role_uris
from lti_tool.values import DeepLinkingSettings, Json, Launch, Registration, origin_of

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
NOTICES = CLAIM + "platformnotificationservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

#: The custom parameter that Canvas fills in when an administrator acts as somebody else.
MASQUERADING = "canvas_masquerading_user_id"
#: The custom parameters that Canvas fills in with its own ids: of the person, the course, and the institution (root
#: account) in which the two are unique. LTI has other ids of the same, and its REST API and Live Events have these.
CANVAS_USER = "canvas_user_id"
CANVAS_COURSE = "canvas_course_id"
CANVAS_ROOT_ACCOUNT = "canvas_root_account_uuid"
#: The custom parameter that Canvas fills in with the name by which the person logs in.
CANVAS_LOGIN = "canvas_login_id"
#: The custom parameter that our plugin for Moodle fills in with the address of what learners have completed.
COMPLETIONS = "completions"
#: The custom parameter by which our plugin for Moodle says what a learner wants to see, other than the link's badge.
PAGE = "nozimite_page"
#: All badges of the learner: they come from their profile.
MY_BADGES = "my_badges"
#: The custom parameter that is asked to be filled in from `$Person.address.timezone`.
TIMEZONE = "timezone"
#: The custom parameter in which the platform says when the course ends.
COURSE_END = "course_end"

#: LTI 1.3 allows ids no more characters; Dynamic Registration says nothing of issuers and clients.
MAX_ID_LENGTH = 255
#: Canvas's longest ids are those of other shards, of 17 digits.
MAX_NUMBER_LENGTH = 20
#: Addresses are longer, but not without limit.
MAX_ADDRESS_LENGTH = 2000

_VARIABLE = re.compile(r"\$[A-Za-z][\w.<>,-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def as_launch(claims: Json, registration: Registration) -> Launch:
    """The launch that verified claims describe."""
    context = _object(claims, CLAIM + "context")
    link = _object(claims, CLAIM + "resource_link")
    presentation = _object(claims, CLAIM + "launch_presentation")
    grades = _object(claims, AGS)
    sent = _object(claims, CLAIM + "custom")
    custom = _custom(sent)
    given_name, family_name = words(claims.get("given_name")), words(claims.get("family_name"))
    return Launch(
        registration_id=registration.id,
        deployment_id=str(claims[CLAIM + "deployment_id"]),
        message_type=str(claims[CLAIM + "message_type"]),
        user_id=identifier(claims.get("sub")),
        name=words(claims.get("name")) or full_name(given_name, family_name),
        email=email(claims.get("email")),
        roles=roles(claims.get(CLAIM + "roles")),
        context_id=identifier(context.get("id")),
        context_title=words(context.get("title")) or "",
        resource_link_id=identifier(link.get("id")),
        custom=custom,
        locale=text(presentation.get("locale")) or text(claims.get("locale")),
        return_url=web_address(presentation.get("return_url")),
        memberships_url=web_address(_object(claims, NRPS).get("context_memberships_url")),
        line_items_url=web_address(grades.get("lineitems")),
        line_item_url=web_address(grades.get("lineitem")),
        completions_url=web_address(custom.get(COMPLETIONS)),
        notices_url=web_address(_object(claims, NOTICES).get("platform_notification_service_url")),
        notice_types=_texts(_object(claims, NOTICES).get("notice_types_supported")),
        deep_linking=deep_linking_settings(claims),
        acting_for_other=bool(custom.get(MASQUERADING)),
        timezone=timezone(custom.get(TIMEZONE)),
        product=registration.product,
        api_user_id=api_id(custom, CANVAS_USER),
        api_course_id=api_id(custom, CANVAS_COURSE),
        username=_username(claims, custom, registration.product),
        for_user_id=identifier(_object(claims, CLAIM + "for_user").get("user_id")),
        unexpanded=tuple(clean(name) for name, value in sent.items() if _is_variable(value)),
    )


def _username(claims: Json, custom: Mapping[str, str], product: str) -> str | None:
    """By what the person logs in: Moodle says it in a claim, Canvas in a custom parameter.

    Only of Canvas is the parameter read: in Moodle a teacher writes whatever they like into those of an activity.
    """
    if product == "canvas":
        return username(custom.get(CANVAS_LOGIN))
    return username(_object(claims, CLAIM + "ext").get("user_username"))


def api_id(custom: Mapping[str, str], name: str) -> str | None:
    """The id that the platform's own API has of the person or the course, None where the platform does not tell it.

    The institution stands before it: one client of hosted Canvas may serve several, and each counts from 1.
    """
    number = custom.get(name, "")
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_NUMBER_LENGTH
    return qualified_id(identifier(custom.get(CANVAS_ROOT_ACCOUNT)) or "", number) if is_number else None


def qualified_id(root_account: str, number: str) -> str:
    """An id of the platform's own API as it is stored."""
    return f"{root_account}:{number}"


def _texts(value: Any) -> tuple[str, ...]:
    """The short texts of a list, the first twenty."""
    listed = value if isinstance(value, list) else []
    return tuple(filter(None, map(identifier, listed[:20])))


def odd_ids(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the claims whose id `is_odd_id`."""
    ids = {
        "sub": claims.get("sub"),
        "deployment_id": claims.get(CLAIM + "deployment_id"),
        "context": _object(claims, CLAIM + "context").get("id"),
        "resource_link": _object(claims, CLAIM + "resource_link").get("id"),
    }
    return tuple(name for name, value in ids.items() if is_odd_id(value))


def deep_linking_settings(claims: Json) -> DeepLinkingSettings | None:
    """The settings of a deep linking request; None where they have no usable return address."""
    settings = _object(claims, DEEP_LINKING)
    return_url = web_address(settings.get("deep_link_return_url"))
    if return_url is None:
        return None
    data = settings.get("data")
    return DeepLinkingSettings(
        return_url=return_url,
        data=data if isinstance(data, str) else None,
        # Some platforms send the word instead of the JSON value.
        accept_multiple=settings.get("accept_multiple") in (True, "true"),
    )


def clean(value: str) -> str:
    """`value` without control characters and lone surrogates, which neither a database nor a log can take."""
    if value.isascii() and value.isprintable():
        return value
    return _UNSTORABLE.sub("", value).encode("utf-8", "replace").decode("utf-8")


def text(value: Any) -> str | None:
    """A text of at most 2000 characters that is not blank; None for anything else, and for an unexpanded variable."""
    if not isinstance(value, str):
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        value = str(value)
    cleaned = clean(value).strip()[:2000]
    is_variable = cleaned[:1] == "$" and _VARIABLE.fullmatch(cleaned)
    return None if not cleaned or is_variable else cleaned


def words(value: Any) -> str | None:
    """A name or title as `text`, and readable: it is shown to people, and signed."""
    return text(readable(value)) if isinstance(value, str) else text(value)


def identifier(value: Any) -> str | None:
    """An id as text: some platforms send numbers. None where it is none, or `is_odd_id`."""
    if isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= MAX_ID_LENGTH:
        return value  # as nearly all of the thousands in a list are
    return None if is_odd_id(value) else text(value)


def is_odd_id(value: Any) -> bool:
    """Whether it is a text or number that cannot be stored as it is: shortened or cleaned it would be another's id."""
    return isinstance(value, str | int | float) and not _is_plain(str(value), MAX_ID_LENGTH)


def plain_address(value: Any) -> str:
    """A web address that can be stored as it is; empty for anything else."""
    is_plain = isinstance(value, str) and _is_plain(value, MAX_ADDRESS_LENGTH)
    return value if is_plain and origin_of(value) else ""


def _is_plain(text: str, max_length: int) -> bool:
    return len(text) <= max_length and clean(text) == text


def email(value: Any) -> str | None:
    """An e-mail address, by its outer form only, its letters as `words`; None for anything else."""
    address = words(value)
    return address if address and _EMAIL.fullmatch(address) else None


def username(value: Any) -> str | None:
    """A username as `comparable_username`; None where it is none, or `is_odd_id`."""
    name = identifier(value)
    return comparable_username(name) if name is not None else None


def comparable_username(name: str) -> str:
    """The username as it is compared with another, and stored.

    Small letters are what Moodle has, and Canvas compares.
    """
    return unicodedata.normalize("NFC", name.strip().lower())


def timezone(value: Any) -> str | None:
    """The IANA name of a time zone. Moodle sends 99 for whoever has not chosen one: that is None."""
    name = text(value)
    try:
        return ZoneInfo(name).key if name else None
    except (
        ZoneInfoNotFoundError,
        OSError,
        ValueError,
    ):  # a folder of the database (Europe), a path out of it
        return None


def full_name(given_name: str | None, family_name: str | None) -> str | None:
    """Both names, or the one that there is; None where there is none."""
    return " ".join(part for part in (given_name, family_name) if part) or None


def roles(value: Any) -> tuple[str, ...]:
    """The roles as `role_uris` reads them, in texts that can be stored."""
    is_plain = isinstance(value, list) and all(isinstance(each, str) for each in value)
    is_usual = is_plain and sum(map(len, value)) < 2000
    return _roles(tuple(value)) if is_usual else _roles_of(value)


@lru_cache(maxsize=1000)
def _roles(names: tuple[str, ...]) -> tuple[str, ...]:
    # The thousands of members of a course have a handful of roles.
    return _roles_of([*names])


def _roles_of(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(uri) for uri in role_uris(value)))


def web_address(value: Any) -> str | None:
    """An http or https address with a host; None for anything else."""
    address = text(value)
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("https", "http") and parts.hostname else None


def _object(claims: Mapping[str, Any], name: str) -> Json:
    value = claims.get(name)
    return value if isinstance(value, dict) else {}


def _custom(values: Json) -> Mapping[str, str]:
    """The custom parameters as texts, without those that the platform did not expand."""
    expanded: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, bool):
            expanded[clean(name)] = "true" if value else "false"
        elif isinstance(value, int | float | str) and not _is_variable(value):
            expanded[clean(name)] = clean(str(value))
    return expanded


def _is_variable(value: Any) -> bool:
    return isinstance(value, str) and _VARIABLE.fullmatch(value.strip()) is not None
