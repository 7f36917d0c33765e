"""LTI 1.3 as Canvas has it, after its documentation, source and captured messages; its oddities are meant."""

from __future__ import annotations

import hashlib
import uuid
from urllib.parse import urlencode, urlsplit

import jwt
from flask import Response, jsonify, request

from lti_tool.demo import context_copies, lti_names
from lti_tool.demo.campus import Campus, Column, Course, Grade, Link, Person, Tool
from lti_tool.demo.custom_variables import expand_variables
from lti_tool.demo.localhost_names import is_localhost_name
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms, PendingLaunch, Session

STORAGE_FRAME = "post_message_forwarding"
PLACEMENT = "https://canvas.instructure.com/lti/"
SCOPES = (
    "openid",
    *lti_names.AGS_SCOPES,
    lti_names.MEMBERSHIPS,
    "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
    "https://canvas.instructure.com/lti/public_jwk/scope/update",
    "https://canvas.instructure.com/lti-ags/progress/scope/show",
)
PLACEMENTS = {
    lti_names.RESOURCE_LINK_REQUEST: (
        f"{PLACEMENT}assignment_selection",
        f"{PLACEMENT}course_navigation",
        f"{PLACEMENT}link_selection",
        "ContentArea",
    ),
    lti_names.DEEP_LINKING_REQUEST: (
        f"{PLACEMENT}assignment_selection",
        f"{PLACEMENT}link_selection",
        f"{PLACEMENT}module_index_menu_modal",
        "ContentArea",
        "RichTextEditor",
    ),
}
#: Signs the message hints, so that only hints of this LMS are taken. Everything of the demo may be known.
_HINT_KEY = "a secret that need not be one, of the demo Canvas"
ROOT_ACCOUNT = "VicYj3cu5BIFpoZhDVU4DZumnlBrWi1grgJEzADs"
#: What a list of members expands in custom parameters; others stay as they are.
LISTED_VARIABLES = frozenset(
    {"Canvas.user.id", "Canvas.user.loginId", "Canvas.course.id", "Person.name.full", "Person.email.primary"}
)
_DEPLOYMENT_HASH = "8865aa05b4b79b64a91a86042e43af5ea8ae79eb"


class Canvas:
    """Canvas, as `LmsProduct` asks for it."""

    name = "canvas"
    title = "Canvas"
    cookie_name = "canvas_session"
    cookie_same_site = "None"
    cookie_secure = True
    id_token_seconds = 3600

    configuration_path = "/api/lti/security/openid-configuration"
    registration_path = "/api/lti/registrations"
    authorize_path = "/api/lti/authorize_redirect"
    token_path = "/login/oauth2/token"  # noqa: S105  # an address
    key_set_path = "/api/lti/security/jwks"
    key_set_seconds: int | None = 864000
    deep_linking_return_path = "/courses/deep_linking_response"
    memberships_rule = "/api/lti/courses/<course_id>/names_and_roles"
    line_items_rule = "/api/lti/courses/<course_id>/line_items"
    line_item_rule = "/api/lti/courses/<course_id>/line_items/<column_id>"
    line_items_per_page: int | None = 10
    members_per_page: int | None = 50
    #: Module prerequisites close an item, and yet the members listed for it are the whole course.
    restricts_member_lists = False
    #: An item for the same link in a module without prerequisites, a link in a page, and the course's navigation.
    other_roads = frozenset({"other_item", "page", "navigation"})

    def issuer(self, url: str) -> str:
        """One issuer for all colleges, on another host than the college's own."""
        return _sibling_origin(url, "canvas")

    def auth_url(self, url: str) -> str:
        return _sibling_origin(url, "sso")

    # --- registration

    def configuration_url(self, url: str, registration_token: str) -> str:
        query = urlencode({"registration_token": registration_token})
        return f"{self.issuer(url)}{self.configuration_path}?{query}"

    def configuration(self, url: str) -> Json:
        sso = self.auth_url(url)
        return {
            "issuer": self.issuer(url),
            "authorization_endpoint": sso + self.authorize_path,
            "registration_endpoint": url + self.registration_path,
            "jwks_uri": sso + self.key_set_path,
            "token_endpoint": sso + self.token_path,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "picture", "email", "name", "given_name", "family_name", "locale"],
            "subject_types_supported": ["public"],
            "authorization_server": urlsplit(sso).netloc,
            lti_names.PLATFORM_CONFIGURATION: {
                "product_family_code": "canvas",
                "version": "vCloud",
                "messages_supported": [
                    {"type": kind, "placements": list(placements)} for kind, placements in PLACEMENTS.items()
                ],
                "variables": ["ResourceLink.id", "Canvas.course.id", "Canvas.user.id", "Context.id"],
                f"{PLACEMENT}account_name": "Demo College",
                f"{PLACEMENT}account_lti_guid": "7HekrJ8QVzkoTGwoPa4EzFTDQWlZkWC4pD1trjW0:canvas-lms",
            },
        }

    def new_client_id(self, campus: Campus) -> str:
        return str(10000000000000 + len(campus.tools) + 5)

    def new_deployment_id(self, campus: Campus) -> str:
        return f"{len(campus.tools) + 9}:{_DEPLOYMENT_HASH}"

    def registration_error(self, payload: Json) -> Response | None:
        errors = _registration_errors(payload)
        if not errors:
            return None
        response = jsonify(errors=errors)
        response.status_code = 422
        return response

    def registration_token_error(self, code: str) -> Response:
        response = jsonify(errorMessage="JWT is invalid" if code == "garbage" else code)
        response.status_code = 401
        return response

    def shared_personal_data(self, configuration: Json) -> tuple[bool, bool]:
        level = configuration.get(f"{PLACEMENT}privacy_level")
        claims = set(configuration.get("claims") or [])
        if level is None:
            level = "public" if "picture" in claims or {"name", "email"} <= claims else "anonymous"
        return level in ("public", "name_only"), level in ("public", "email_only")

    def registration_response(self, lms: Lms, tool: Tool, payload: Json) -> Json:
        url = f"{lms.url}{self.registration_path}/{tool.id}"
        return {
            **payload,
            "client_id": tool.client_id,
            "deployment_id": tool.deployment_id,
            "registration_client_uri": url,
            "scope": " ".join(tool.scopes),
            lti_names.TOOL_CONFIGURATION: {
                **payload[lti_names.TOOL_CONFIGURATION],
                f"{PLACEMENT}registration_config_url": f"{url}/view",
            },
        }

    # --- ids and roles

    def person_id(self, person: Person) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"person/{person.id}"))

    def course_id(self, course: Course) -> str:
        return hashlib.sha1(f"course/{course.id}".encode(), usedforsecurity=False).hexdigest()

    def link_id(self, link: Link) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"link/{link.id}"))

    def launch_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]:
        """The roles in the course mixed with those in the institution, where everybody is a student too."""
        roles = [f"{lti_names.INSTITUTION}#Student", f"{lti_names.SYSTEM}#User"]
        if person.is_admin:
            roles.append(f"{lti_names.INSTITUTION}#Administrator")
        if campus.role(person, course_id) == "teacher":
            roles.append(f"{lti_names.INSTITUTION}#Instructor")
        return sorted(roles + self.membership_roles(campus, person, course_id))

    def membership_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]:
        return {
            "teacher": [f"{lti_names.MEMBERSHIP}#Instructor"],
            "assistant": [
                "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant",
                f"{lti_names.MEMBERSHIP}#Instructor",
            ],
            "learner": [f"{lti_names.MEMBERSHIP}#Learner"],
        }.get(campus.role(person, course_id) or "", [])

    # --- launch

    def may_launch(self, lms: Lms, person: Person, pending: PendingLaunch) -> bool:
        """Prerequisites lock an item of a module and nothing else.

        An assignment in no module is not locked, nor is the same link in a page or in the course's navigation.
        """
        link = pending.link
        if link is not None and not pending.road and _assignment(lms.campus, link) is None:
            return lms.campus.may_open(person, link)
        return lms.campus.role(person, pending.course_id) is not None or person.is_admin

    def login_form(self, lms: Lms, session: Session, pending: PendingLaunch, launch_id: str) -> Json:
        person = lms.campus.people[session.person_id]
        hint = {"verifier": launch_id, "canvas_domain": urlsplit(lms.url).netloc, "exp": lms.now() + 300}
        return {
            "iss": self.issuer(lms.url),
            "login_hint": _lti11_user_id(self.person_id(person)),
            "client_id": pending.tool.client_id,
            "lti_deployment_id": pending.tool.deployment_id,
            "deployment_id": pending.tool.deployment_id,
            "target_link_uri": pending.target_link_uri,
            "lti_message_hint": jwt.encode(hint, _HINT_KEY, algorithm="HS256"),
            "canvas_environment": "prod",
            "canvas_region": "not_configured",
            "lti_storage_target": STORAGE_FRAME,
        }

    def launch_id(self, hint: str) -> str | None:
        try:
            claims = jwt.decode(hint, _HINT_KEY, algorithms=["HS256"], options={"verify_exp": False})
        except jwt.InvalidTokenError:
            return None
        return str(claims.get("verifier"))

    def redirect_allowed(self, tool: Tool, redirect_uri: str) -> bool:
        return redirect_uri.split("?")[0] in tool.redirect_uris or redirect_uri in tool.redirect_uris

    def authentication_request_error(self, parameters: Json) -> tuple[str, str] | None:
        required = (
            "client_id",
            "login_hint",
            "lti_message_hint",
            "nonce",
            "prompt",
            "redirect_uri",
            "response_mode",
            "response_type",
            "scope",
            "state",
        )
        missing = [name for name in required if not parameters.get(name)]
        if missing:
            return "invalid_request_object", f"The following parameters are missing: {', '.join(missing)}"
        for name, value in (
            ("scope", "openid"),
            ("response_type", "id_token"),
            ("response_mode", "form_post"),
            ("prompt", "none"),
        ):
            if parameters[name] != value:
                return "invalid_request_object", f"The '{name}' must be '{value}'"
        return None

    def claims(self, lms: Lms, session: Session, pending: PendingLaunch) -> Json:
        person = lms.campus.people[session.person_id]
        course = lms.campus.courses[pending.course_id]
        tool, link = pending.tool, pending.link
        sub = self.person_id(person)
        old_id = _lti11_user_id(sub)
        custom = {**tool.custom, **(link.custom if link else {})}
        claims: Json = {
            "iss": self.issuer(lms.url),
            "aud": tool.client_id,
            "azp": tool.client_id,
            "sub": sub,
            "locale": session.locale,
            lti_names.CLAIM + "deployment_id": tool.deployment_id,
            lti_names.CLAIM + "target_link_uri": pending.target_link_uri,
            lti_names.CLAIM + "lis": {
                "course_offering_sourcedid": "$CourseSection.sourcedId",
                "person_sourcedid": "$Person.sourcedId",
            },
            lti_names.CLAIM + "lti1p1": {"user_id": old_id},
            lti_names.CLAIM + "lti11_legacy_user_id": old_id,
            lti_names.CLAIM + "roles": self.launch_roles(lms.campus, person, course.id),
            lti_names.CLAIM + "context": {
                "id": self.course_id(course),
                "label": course.label,
                "title": course.title,
                "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
            },
            lti_names.CLAIM + "launch_presentation": {
                "document_target": "iframe",
                "height": 500,
                "width": 500,
                "locale": session.locale,
                "return_url": f"{lms.url}/courses/{course.id}/external_content/success",
            },
            lti_names.CLAIM + "tool_platform": {
                "product_family_code": "canvas",
                "version": "cloud",
                "guid": "7HekrJ8QVzkoTGwoPa4EzFTDQWlZkWC4pD1trjW0:canvas-lms",
                "name": "Demo College",
            },
            lti_names.CLAIM + "version": "1.3.0",
            lti_names.CLAIM + "custom": expand_variables(
                custom, self._variables(person, course, lms, pending)
            ),
        }
        if tool.shares_name:
            claims |= {"given_name": person.given, "family_name": person.family, "name": person.name}
        if tool.shares_email:
            claims["email"] = person.email
        claims |= self._service_claims(lms, tool, course, link) | context_copies.claims(lms)
        if pending.road == "navigation":
            return claims | self._navigation_claims(course)
        if link:
            return claims | self._resource_link_claims(link)
        return claims | self._deep_linking_claims(lms, session, tool, course)

    def _service_claims(self, lms: Lms, tool: Tool, course: Course, link: Link | None) -> Json:
        """The addresses of the services that the tool was registered for."""
        claims: Json = {}
        granted = [scope for scope in lti_names.AGS_SCOPES if scope in tool.scopes]
        if granted:
            endpoint: Json = {"scope": granted, "lineitems": self.line_items_url(lms, tool, course.id)}
            columns = [one for one in lms.campus.course_columns(course.id) if link and one.link_id == link.id]
            if columns:
                endpoint["lineitem"] = self.line_item_url(lms, tool, columns[0])
            claims[lti_names.AGS_ENDPOINT] = endpoint
        if lti_names.MEMBERSHIPS in tool.scopes:
            claims[lti_names.NRPS_ENDPOINT] = {
                "context_memberships_url": self.memberships_url(lms, tool, course.id),
                "service_versions": ["2.0"],
            }
        return claims

    def _resource_link_claims(self, link: Link) -> Json:
        return {
            lti_names.CLAIM + "message_type": lti_names.RESOURCE_LINK_REQUEST,
            lti_names.CLAIM + "resource_link": {
                "id": self.link_id(link),
                "title": link.title,
                "description": f"<p>{link.description}</p>" if link.description else None,
            },
            "https://www.instructure.com/placement": None,
        }

    def _navigation_claims(self, course: Course) -> Json:
        """A link in the course's navigation has the id of the course, which is no link."""
        return {
            lti_names.CLAIM + "message_type": lti_names.RESOURCE_LINK_REQUEST,
            lti_names.CLAIM + "resource_link": {"id": self.course_id(course), "title": course.title},
            "https://www.instructure.com/placement": "course_navigation",
        }

    def _deep_linking_claims(self, lms: Lms, session: Session, tool: Tool, course: Course) -> Json:
        query = urlencode({"course": course.id, "id": tool.id, "sesskey": session.sesskey})
        return {
            lti_names.CLAIM + "message_type": lti_names.DEEP_LINKING_REQUEST,
            "https://www.instructure.com/placement": "link_selection",
            lti_names.DEEP_LINKING + "deep_linking_settings": {
                "deep_link_return_url": f"{lms.url}{self.deep_linking_return_path}?{query}",
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe", "window"],
                "accept_media_types": "application/vnd.ims.lti.v1.ltilink",
                "auto_create": False,
                "accept_multiple": True,
            },
        }

    def extra_response_fields(self) -> dict[str, str]:
        return {"utf8": "✓", "authenticity_token": "not-for-you", "lti_storage_target": STORAGE_FRAME}

    # --- services

    def permitted_scopes(self, lms: Lms, tool: Tool) -> frozenset[str]:
        return frozenset(tool.scopes)

    def token_response(self, body: Json) -> Response:
        return jsonify(body)

    def token_error(self, error: str, description: str = "") -> Response:
        response = jsonify(error=error, error_description=description)
        response.status_code = 400
        return response

    def assertion_error(self, claims: Json, lms: Lms) -> str | None:
        missing = [name for name in ("sub", "aud", "exp", "iat", "jti", "iss") if name not in claims]
        if missing:
            return f"the following assertions are missing: {', '.join(missing)}"
        allowed = {lms.url + self.token_path, self.auth_url(lms.url) + self.token_path}
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if not allowed & set(audience):
            return "the 'aud' is invalid"
        if not lms.now() - 300 <= claims["iat"] <= lms.now() + 30:
            return "the 'iat' must be less than 300 seconds old"
        if claims["exp"] <= lms.now():
            return "the JWT has expired"
        return None

    def service_error(self, status: int, reason: str) -> Response:
        kinds = {400: "bad_request", 401: "unauthorized", 404: "not_found", 412: "precondition_failed"}
        response = jsonify(errors={"type": kinds.get(status, "unprocessable_entity"), "message": reason})
        response.status_code = status
        return response

    def page_links(self, url: str, query: Json, start: int, size: int, total: int) -> str:
        """The Link header. Other parameters of the query stay as they came: `role=…%23Learner` breaks in lower case."""
        page = start // size + 1
        last = max(1, -(-total // size))
        pages = {"current": page, "first": 1, "last": last}
        if page < last:
            pages["next"] = page + 1
        other_parameters = {
            key: value for key, value in query.items() if key not in ("page", "per_page", "limit")
        }
        return ",".join(
            f'<{url}?{urlencode({**other_parameters, "page": number, "per_page": size})}>; rel="{relation}"'
            for relation, number in pages.items()
        )

    def member(self, lms: Lms, tool: Tool, person: Person, course_id: str, link: Link | None) -> Json:
        sub = self.person_id(person)
        member: Json = {"status": "Active"}
        if tool.shares_name:
            member |= {"name": person.name, "given_name": person.given, "family_name": person.family}
        if tool.shares_email:
            member["email"] = person.email
        member |= {
            "user_id": sub,
            "lti11_legacy_user_id": _lti11_user_id(sub),
            "roles": self.membership_roles(lms.campus, person, course_id),
        }
        if link or "rlid" in request.args:
            course = lms.campus.courses[course_id]
            variables = self._variables(person, course, lms)
            # Only of a few variables does the list tell what they are for each member.
            told = {name: value for name, value in variables.items() if name in LISTED_VARIABLES}
            custom = expand_variables({**tool.custom, **(link.custom if link else {})}, told)
            member["message"] = [
                {
                    lti_names.CLAIM + "message_type": lti_names.RESOURCE_LINK_REQUEST,
                    "locale": "en",
                    lti_names.CLAIM + "custom": custom,
                }
            ]
        return member

    def memberships_url(self, lms: Lms, tool: Tool, course_id: str) -> str:
        return f"{lms.url}/api/lti/courses/{course_id}/names_and_roles"

    def line_items_url(self, lms: Lms, tool: Tool, course_id: str) -> str:
        return f"{lms.url}/api/lti/courses/{course_id}/line_items"

    def line_item_url(self, lms: Lms, tool: Tool, column: Column) -> str:
        return f"{lms.url}/api/lti/courses/{column.course_id}/line_items/{column.id}"

    def line_item(self, lms: Lms, tool: Tool, column: Column) -> Json:
        link = lms.campus.links.get(column.link_id)
        item: Json = {
            "id": self.line_item_url(lms, tool, column),
            "scoreMaximum": float(column.maximum),
            "label": column.label,
            "resourceId": column.resource_id or None,
            "tag": column.tag or None,
            "resourceLinkId": self.link_id(link) if link else None,
        }
        return {key: value for key, value in item.items() if value is not None}

    def result(self, lms: Lms, tool: Tool, column: Column, person: Person, grade: Grade) -> Json:
        url = self.line_item_url(lms, tool, column)
        result: Json = {
            "id": f"{url}/results/{person.id}",
            "scoreOf": url,
            "userId": self.person_id(person),
            "resultScore": None if grade.score is None else float(grade.score),
            "resultMaximum": float(column.maximum),
            "comment": grade.comment or None,
        }
        return {key: value for key, value in result.items() if value is not None}

    def _variables(
        self, person: Person, course: Course, lms: Lms, pending: PendingLaunch | None = None
    ) -> Json:
        """Few: others arrive as the literal `$Name`. Some numbers arrive as JSON numbers, as in Canvas."""
        variables: Json = {
            "Canvas.user.id": int(person.id),
            "Canvas.user.loginId": person.username,
            "Canvas.course.id": int(course.id),
            "Canvas.api.domain": urlsplit(lms.url).netloc,
            "vnd.Canvas.root_account.uuid": ROOT_ACCOUNT,
            "Context.id": self.course_id(course),
            "User.id": self.person_id(person),
            "Person.name.full": person.name,
            "Person.email.primary": person.email,
            "Person.address.timezone": "Europe/Riga",
        }
        if pending is not None and pending.link is not None:
            variables["ResourceLink.id"] = self.link_id(pending.link)
            variables |= _place_variables(lms.campus, pending.link, pending)
        return variables


def _assignment(campus: Campus, link: Link) -> Column | None:
    """The column of the link, by which it is an assignment in no module; others are an item of the last module."""
    columns = campus.course_columns(link.course_id)
    return next((column for column in columns if column.link_id == link.id), None)


def _place_variables(campus: Campus, link: Link, pending: PendingLaunch) -> Json:
    """Where in the course the link was opened: `lib/lti/variable_expander.rb` and its callers.

    An assignment expands its own tag as the module item, unless the address names another item of the course: whoever
    opens it may write that. In a page nothing expands.
    """
    last_module, other_module = int(link.course_id) + 500, int(link.course_id) + 501
    items = {int(link.id) + 1000: last_module, int(link.id) + 2000: other_module}
    assignment = _assignment(campus, link)
    if pending.road == "page":
        return {}
    if assignment is not None:
        named = int(pending.named_item) if pending.named_item.isdigit() else 0
        others = {int(one.id) + 1000: last_module for one in campus.course_links(link.course_id)}
        place = {
            "Canvas.assignment.id": int(assignment.id),
            "Canvas.moduleItem.id": named or int(link.id) + 3000,
        }
        return {**place, "Canvas.module.id": others[named]} if named in others else place
    item = int(link.id) + (2000 if pending.road == "other_item" else 1000)
    return {"Canvas.module.id": items[item], "Canvas.moduleItem.id": item}


def _registration_errors(payload: Json) -> list[str]:
    """Everything that Canvas finds wrong with a client registration request, in its words."""
    errors = [
        f"{name} is required"
        for name in (
            "redirect_uris",
            "initiate_login_uri",
            "client_name",
            "jwks_uri",
            lti_names.TOOL_CONFIGURATION,
        )
        if not payload.get(name)
    ]
    if payload.get("application_type") != "web":
        errors.append("application_type must be web")
    if not {"client_credentials", "implicit"} <= set(payload.get("grant_types") or ()):
        errors.append("grant_types must include client_credentials, implicit")
    if "id_token" not in (payload.get("response_types") or ()):
        errors.append("response_types must include id_token")
    if payload.get("token_endpoint_auth_method") != "private_key_jwt":
        errors.append("token_endpoint_auth_method must be private_key_jwt")
    unknown = [scope for scope in (payload.get("scope") or "").split() if scope not in SCOPES]
    if unknown:
        errors.append(f"Invalid scopes: {', '.join(unknown)}")
    configuration = payload.get(lti_names.TOOL_CONFIGURATION) or {}
    required = ("domain", "messages", "claims")
    errors += [f"{name} is required" for name in required if name not in configuration]
    if any(not isinstance(value, str) for value in (configuration.get("custom_parameters") or {}).values()):
        errors.append("custom_parameters must be strings")
    for message in configuration.get("messages") or ():
        placements = PLACEMENTS.get(message.get("type"))
        if placements is None:
            errors.append(f"message type {message.get('type')} is not supported")
            continue
        known = {*placements, *(name.removeprefix(PLACEMENT) for name in placements)}
        requested = message.get("placements", ())
        errors += [f"placement {name} is unknown" for name in requested if name not in known]
    return errors


def _lti11_user_id(sub: str) -> str:
    """The opaque id by which LTI 1.1 knew the person."""
    return hashlib.sha1(sub.encode(), usedforsecurity=False).hexdigest()


def _sibling_origin(url: str, name: str) -> str:
    """The origin of the same server under another localhost name; a real host name stays as it is."""
    parts = urlsplit(url)
    if not is_localhost_name(parts.hostname):
        return url
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{name}.localhost{port}"
