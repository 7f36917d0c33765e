"""The tool as it describes itself to a platform: in the terms of Dynamic Registration, or of a Canvas developer key."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from lti_tool.platforms import notices
from lti_tool.platforms.claims import (
    CANVAS_COURSE,
    CANVAS_LOGIN,
    CANVAS_ROOT_ACCOUNT,
    CANVAS_USER,
    COMPLETIONS,
    COURSE_END,
    MASQUERADING,
    TIMEZONE,
)
from lti_tool.platforms.platform_configuration import CANVAS, PlatformConfiguration
from lti_tool.values import Json

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"

#: The scopes that the tool asks for: to read members and results, to create a line item, to write scores, which it does
#: only where a teacher wants to see a badge in the gradebook, and to be told of copies of courses.
SCOPES = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    notices.SCOPE,
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
    CANVAS_USER: "$Canvas.user.id",
    CANVAS_COURSE: "$Canvas.course.id",
    CANVAS_LOGIN: "$Canvas.user.loginId",
    "canvas_api_domain": "$Canvas.api.domain",
    CANVAS_ROOT_ACCOUNT: "$vnd.Canvas.root_account.uuid",
    "canvas_module_id": "$Canvas.module.id",
    "canvas_module_item_id": "$Canvas.moduleItem.id",
    "canvas_assignment_id": "$Canvas.assignment.id",
    MASQUERADING: "$Canvas.masqueradingUser.id",
    "context_history": "$Context.id.history",
    COURSE_END: "$Canvas.course.endAt",
    TIMEZONE: "$Person.address.timezone",
}
#: What is asked of every other platform that offers the variable.
CUSTOM = {
    "context_history": "$Context.id.history",
    COURSE_END: "$CourseSection.timeFrame.end",
    TIMEZONE: "$Person.address.timezone",
}
#: What is asked of Moodle whether it offers the variable or not: our plugin may be installed later, and takes the
#: variable in the registration as the permission to give the tool what it asks for.
MOODLE_CUSTOM = {COMPLETIONS: "$Nozimite.completions.url"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolNames:
    """The names of the tool and its links on the platform, which has them in one language.

    `activity` is its name among the activities of Moodle, where a teacher looks for a badge and not for a tool.
    """

    name: str = "Nozimite"
    activity: str = "Nozimite badge"
    description: str = "Issues Open Badges 3.0 when learners complete a course or a part of it."
    link_label: str = "Badges"
    choose_label: str = "Place a badge"
    icon_url: str | None = None


def registration_request(tool_url: str, names: ToolNames, platform: PlatformConfiguration) -> Json:
    """The registration request (LTI Dynamic Registration 1.0), asking for nothing that the platform does not offer.

    Canvas refuses the whole request for one scope, placement or message type that it does not know.
    """
    launch_url = f"{tool_url}/lti/launch"
    offered = [scope for scope in SCOPES if scope in platform.scopes]
    tool: Json = {
        "domain": urlsplit(tool_url).netloc,
        "description": names.description,
        "target_link_uri": launch_url,
        "claims": [claim for claim in CLAIMS if not platform.claims or claim in platform.claims],
        "custom_parameters": _custom_parameters(platform),
        "messages": [
            _message(kind, launch_url, names, platform) for kind in PLACEMENTS if _is_usable(kind, platform)
        ],
    }
    if platform.product == "canvas":
        tool[CANVAS + "privacy_level"] = "public"
        tool[CANVAS + "tool_id"] = "nozimite"
        tool[CANVAS + "vendor"] = names.name
    request: Json = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["client_credentials", "implicit"],
        "initiate_login_uri": f"{tool_url}/lti/login",
        "redirect_uris": [launch_url],
        "client_name": names.activity if platform.product == "moodle" else names.name,
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
    """The JSON of a Canvas LTI developer key, for an administrator who pastes it or its address."""
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


def _is_usable(kind: str, platform: PlatformConfiguration) -> bool:
    messages = dict(platform.messages)
    if kind not in messages:
        return False
    # A Canvas message without a placement would become a link selection.
    return platform.product != "canvas" or bool(_placements(kind, messages[kind]))


def _placements(kind: str, offered: tuple[str, ...]) -> list[str]:
    usable = [name for name in PLACEMENTS[kind] if name in offered]
    # On Canvas, ContentArea and link_selection are two names of one placement.
    return [name for name in usable if not ("ContentArea" in usable and name.endswith("link_selection"))]


def _message(kind: str, launch_url: str, names: ToolNames, platform: PlatformConfiguration) -> Json:
    is_deep_linking = kind == "LtiDeepLinkingRequest"
    message: Json = {
        "type": kind,
        "target_link_uri": launch_url,
        "label": names.choose_label if is_deep_linking else names.link_label,
    }
    if names.icon_url:
        message["icon_uri"] = names.icon_url
    placements = _placements(kind, dict(platform.messages)[kind])
    if placements:
        message["placements"] = placements
    if platform.product == "canvas" and not is_deep_linking:
        message[CANVAS + "course_navigation/default_enabled"] = False
        message[CANVAS + "visibility"] = "members"
    return message


def _custom_parameters(platform: PlatformConfiguration) -> dict[str, str]:
    if platform.product == "canvas":
        return dict(CANVAS_CUSTOM)
    offered = {name: variable for name, variable in CUSTOM.items() if variable[1:] in platform.variables}
    return offered | MOODLE_CUSTOM if platform.product == "moodle" else offered
