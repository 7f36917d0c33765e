"""LTI 1.3 as Moodle 4.5 has it, after recordings of a running site; its oddities are meant."""

from __future__ import annotations

import json
import secrets
from urllib.parse import quote, urlencode, urlsplit

from flask import Response, jsonify, request

from lti_tool.demo import lti_names, moodle_plugin
from lti_tool.demo.campus import Campus, Column, Course, Grade, Link, Person, Tool
from lti_tool.demo.custom_variables import expand_variables
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms, PendingLaunch, Session

SCOPES = (
    "https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome",
    lti_names.LINE_ITEM_READONLY,
    lti_names.RESULT_READONLY,
    lti_names.SCORE,
    lti_names.LINE_ITEM,
    lti_names.MEMBERSHIPS,
    "https://purl.imsglobal.org/spec/lti-ts/scope/toolsetting",
)


class Moodle:
    """Moodle, as `LmsProduct` asks for it."""

    name = "moodle"
    title = "Moodle"
    cookie_name = "MoodleSession"
    cookie_same_site = "Lax"
    cookie_secure = False
    id_token_seconds = 60

    configuration_path = "/mod/lti/openid-configuration.php"
    registration_path = "/mod/lti/openid-registration.php"
    authorize_path = "/mod/lti/auth.php"
    token_path = "/mod/lti/token.php"  # noqa: S105  # an address
    key_set_path = "/mod/lti/certs.php"
    key_set_seconds: int | None = None
    deep_linking_return_path = "/mod/lti/contentitem_return.php"
    memberships_rule = "/mod/lti/services.php/CourseSection/<course_id>/bindings/<tool_id>/memberships"
    line_items_rule = "/mod/lti/services.php/<course_id>/lineitems"
    line_item_rule = "/mod/lti/services.php/<course_id>/lineitems/<column_id>/lineitem"
    line_items_per_page: int | None = None
    members_per_page: int | None = None
    restricts_member_lists = True
    other_roads: frozenset[str] = frozenset()

    def issuer(self, url: str) -> str:
        return url

    def auth_url(self, url: str) -> str:
        return url

    # --- registration

    def configuration_url(self, url: str, registration_token: str) -> str:
        return url + self.configuration_path

    def configuration(self, url: str) -> Json:
        return {
            "issuer": url,
            "token_endpoint": url + self.token_path,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": url + self.key_set_path,
            "authorization_endpoint": url + self.authorize_path,
            "registration_endpoint": url + self.registration_path,
            "scopes_supported": [*SCOPES, "openid"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
            lti_names.PLATFORM_CONFIGURATION: {
                "product_family_code": "moodle",
                "version": "4.5.5+ (Build: 20250613)",
                "messages_supported": [
                    {"type": lti_names.RESOURCE_LINK_REQUEST},
                    {"type": lti_names.DEEP_LINKING_REQUEST, "placements": ["ContentArea"]},
                ],
                "variables": [
                    "Context.id",
                    "Context.title",
                    "Context.label",
                    "ResourceLink.id",
                    "ResourceLink.title",
                    "User.id",
                    "User.username",
                    "Person.name.full",
                    "Person.email.primary",
                    "Person.address.timezone",
                    "Membership.role",
                ],
            },
        }

    def new_client_id(self, campus: Campus) -> str:
        return secrets.token_urlsafe(11).replace("-", "x").replace("_", "y")

    def new_deployment_id(self, campus: Campus) -> str:
        return str(len(campus.tools) + 1)

    def registration_error(self, payload: Json) -> Response | None:
        """The first error that Moodle finds, as a bare code with status 400 and text/html."""
        code = _registration_error(payload)
        return Response(code, status=400, mimetype="text/html") if code else None

    def registration_token_error(self, code: str) -> Response:
        if code == "garbage":
            page = "<!DOCTYPE html><title>Error</title><p>Wrong token</p>"
            return Response(page, status=404, mimetype="text/html")
        return Response(code, status=401, mimetype="text/html")

    def shared_personal_data(self, configuration: Json) -> tuple[bool, bool]:
        claims = configuration.get("claims") or []
        return bool({"name", "given_name", "family_name"} & set(claims)), "email" in claims

    def registration_response(self, lms: Lms, tool: Tool, payload: Json) -> Json:
        configuration = payload[lti_names.TOOL_CONFIGURATION]
        scopes = set(tool.scopes)
        if lti_names.RESULT_READONLY in scopes:
            # Moodle's response names more AGS scopes than it grants.
            scopes |= {lti_names.SCORE, lti_names.LINE_ITEM_READONLY, lti_names.LINE_ITEM}
        messages = [
            {"type": message["type"], "target_link_uri": tool.deep_linking_url}
            for message in configuration.get("messages", [])
            if message.get("type") == lti_names.DEEP_LINKING_REQUEST
        ]
        claims = ["sub", "iss"]
        claims += ["name", "family_name", "given_name"] if tool.shares_name else []
        claims += ["email"] if tool.shares_email else []
        return {
            "client_id": tool.client_id,
            "response_types": ["id_token"],
            "jwks_uri": tool.jwks_url,
            "initiate_login_uri": tool.login_url,
            "grant_types": ["client_credentials", "implicit"],
            "redirect_uris": tool.redirect_uris,
            "application_type": "web",
            "token_endpoint_auth_method": "private_key_jwt",
            "client_name": tool.name,
            "logo_uri": tool.logo_url,
            "scope": " ".join(sorted(scopes)),
            lti_names.TOOL_CONFIGURATION: {
                "version": "1.3.0",
                "deployment_id": tool.deployment_id,
                "target_link_uri": tool.launch_url,
                "domain": configuration["domain"],
                "description": tool.description,
                "messages": messages,
                # Moodle cuts a value at its "=" here; launches carry it whole.
                "custom_parameters": {key: value.split("=")[0] for key, value in tool.custom.items()},
                "claims": claims,
            },
        }

    # --- ids and roles

    def person_id(self, person: Person) -> str:
        return person.id

    def course_id(self, course: Course) -> str:
        return course.id

    def link_id(self, link: Link) -> str:
        return link.id

    def launch_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]:
        """Moodle decides by the capability mod/lti:manage, so an assistant is Instructor here."""
        staff = campus.is_staff(person, course_id)
        roles = [f"{lti_names.MEMBERSHIP}#{'Instructor' if staff else 'Learner'}"]
        if person.is_admin:
            roles += [f"{lti_names.SYSTEM}#Administrator", f"{lti_names.INSTITUTION}#Administrator"]
        return roles

    def membership_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]:
        """Short names, decided by the capability moodle/course:manageactivities, so an assistant is Learner here."""
        return ["Instructor" if campus.role(person, course_id) == "teacher" else "Learner"]

    # --- launch

    def may_launch(self, lms: Lms, person: Person, pending: PendingLaunch) -> bool:
        """Moodle asks at each of its pages: there is one road to an activity."""
        return pending.link is None or lms.campus.may_open(person, pending.link)

    def login_form(self, lms: Lms, session: Session, pending: PendingLaunch, launch_id: str) -> Json:
        hint = {"cmid": int(pending.link.id)} if pending.link else {}
        return {
            "iss": self.issuer(lms.url),
            "target_link_uri": pending.target_link_uri,
            "login_hint": session.person_id,
            "lti_message_hint": json.dumps({**hint, "launchid": launch_id}, separators=(",", ":")),
            "client_id": pending.tool.client_id,
            "lti_deployment_id": pending.tool.deployment_id,
        }

    def launch_id(self, hint: str) -> str | None:
        try:
            return str(json.loads(hint)["launchid"])
        except (ValueError, TypeError, KeyError):
            return None

    def redirect_allowed(self, tool: Tool, redirect_uri: str) -> bool:
        return redirect_uri in tool.redirect_uris

    def authentication_request_error(self, parameters: Json) -> tuple[str, str] | None:
        if parameters.get("scope") != "openid":
            return "invalid_scope", ""
        if parameters.get("response_type") != "id_token":
            return "unsupported_response_type", ""
        if parameters.get("response_mode") != "form_post":
            present = "response_mode" in parameters
            return "invalid_request", "Invalid response_mode" if present else "Missing response_mode"
        if parameters.get("prompt", "") not in ("", "none"):
            return "invalid_request", "Invalid prompt"
        return None

    def claims(self, lms: Lms, session: Session, pending: PendingLaunch) -> Json:
        person = lms.campus.people[session.person_id]
        course = lms.campus.courses[pending.course_id]
        tool, link = pending.tool, pending.link
        custom = {**tool.custom, **(link.custom if link else {})}
        claims: Json = {
            "iss": self.issuer(lms.url),
            "aud": tool.client_id,
            "sub": person.id,
            lti_names.CLAIM + "deployment_id": tool.deployment_id,
            lti_names.CLAIM + "target_link_uri": pending.target_link_uri,
            lti_names.CLAIM + "lis": {
                "person_sourcedid": person.sourced_id,
                "course_section_sourcedid": f"{course.label}-2026",
            },
            lti_names.CLAIM + "roles": self.launch_roles(lms.campus, person, course.id),
            lti_names.CLAIM + "context": {
                "id": course.id,
                "label": course.label,
                "title": course.title,
                "type": ["CourseSection"],
            },
            lti_names.CLAIM + "ext": {"user_username": person.username, "lms": "moodle-2"},
            lti_names.CLAIM + "launch_presentation": {"locale": session.locale},
            lti_names.CLAIM + "tool_platform": {
                "product_family_code": "moodle",
                "version": "2024100705.01",
                "guid": "f26296af99430ce200bd1a380bcab63e",
                "name": "Demo College",
                "description": "The demo college",
            },
            lti_names.CLAIM + "version": "1.3.0",
            lti_names.CLAIM + "custom": expand_variables(custom, self._variables(lms, person, course, link)),
        }
        if tool.shares_name:
            claims |= {"given_name": person.given, "family_name": person.family, "name": person.name}
        else:
            del claims[lti_names.CLAIM + "ext"]["user_username"]
        if tool.shares_email:
            claims["email"] = person.email
        claims |= self._service_claims(lms, tool, course, link)
        if moodle_plugin.is_on(lms, tool):
            claims |= moodle_plugin.claims(lms)
        if link is None:
            return claims | self._deep_linking_claims(lms, session, tool, course)
        claims |= self._resource_link_claims(link)
        claims[lti_names.CLAIM + "launch_presentation"] |= {
            "document_target": "iframe",
            "return_url": f"{lms.url}/mod/lti/return.php?course={course.id}&launch_container=3"
            f"&instanceid={link.id}&sesskey={session.sesskey}",
        }
        return claims

    def _service_claims(self, lms: Lms, tool: Tool, course: Course, link: Link | None) -> Json:
        """The addresses of the services that the tool was registered for."""
        claims: Json = {}
        granted = [scope for scope in lti_names.AGS_SCOPES if scope in tool.scopes]
        if granted:
            endpoint: Json = {"results": "", "scores": "", "scope": granted}
            endpoint["lineitems"] = self.line_items_url(lms, tool, course.id)
            columns = [one for one in lms.campus.course_columns(course.id) if link and one.link_id == link.id]
            if len(columns) == 1:
                endpoint["lineitem"] = self.line_item_url(lms, tool, columns[0])
            claims[lti_names.AGS_ENDPOINT] = endpoint
        if lti_names.MEMBERSHIPS in tool.scopes and any(
            one.tool_id == tool.id for one in lms.campus.course_links(course.id)
        ):
            # Absent until the tool is used in the course, so the first deep linking launch lacks it.
            claims[lti_names.NRPS_ENDPOINT] = {
                "context_memberships_url": self.memberships_url(lms, tool, course.id),
                "service_versions": ["1.0", "2.0"],
            }
        return claims

    def _resource_link_claims(self, link: Link) -> Json:
        return {
            lti_names.CLAIM + "message_type": lti_names.RESOURCE_LINK_REQUEST,
            lti_names.CLAIM + "resource_link": {
                "id": link.id,
                "title": link.title,
                "description": link.description,
            },
        }

    def _deep_linking_claims(self, lms: Lms, session: Session, tool: Tool, course: Course) -> Json:
        return {
            lti_names.CLAIM + "message_type": lti_names.DEEP_LINKING_REQUEST,
            lti_names.DEEP_LINKING + "deep_linking_settings": {
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["frame", "iframe", "window"],
                "accept_copy_advice": False,
                "accept_multiple": True,
                "accept_unsigned": False,
                "auto_create": False,
                "can_confirm": False,
                "deep_link_return_url": f"{lms.url}{self.deep_linking_return_path}?course={course.id}"
                f"&id={tool.id}&sesskey={session.sesskey}",
                "title": tool.name,
                "text": "",
            },
        }

    def extra_response_fields(self) -> dict[str, str]:
        return {}

    # --- services

    def permitted_scopes(self, lms: Lms, tool: Tool) -> frozenset[str]:
        """What the tool was registered for, and what our plugin permits by itself."""
        return frozenset({*tool.scopes, *(moodle_plugin.SCOPES if moodle_plugin.is_on(lms, tool) else ())})

    def token_response(self, body: Json) -> Response:
        return Response(json.dumps(body), mimetype="text/html")

    def token_error(self, error: str, description: str = "") -> Response:
        # Moodle concatenates strings here: a quotation mark in `error` makes this invalid JSON.
        return Response(f'{{\n    "error" : "{error}"\n}}\n', status=400, mimetype="text/html")

    def assertion_error(self, claims: Json, lms: Lms) -> str | None:
        if float(claims.get("iat", 0)) > lms.now():
            return f"Cannot handle token with iat prior to {claims['iat']}"
        if "exp" in claims and float(claims["exp"]) <= lms.now():
            return "Expired token"
        return None

    def service_error(self, status: int, reason: str) -> Response:
        body = {
            "status": status,
            "reason": reason,
            "request": {
                "method": request.method,
                "url": request.url,
                "accept": request.headers.get("Accept"),
            },
        }
        response = jsonify(body)
        response.status_code = status
        return response

    def page_links(self, url: str, query: Json, start: int, size: int, total: int) -> str:
        """The Link header. It has `limit` and `from` alone: a role that was asked for is lost on the next page."""
        if start + size >= total:
            return ""
        return f'<{url}?{urlencode({"limit": size, "from": start + size})}>; rel="next"'

    def member(self, lms: Lms, tool: Tool, person: Person, course_id: str, link: Link | None) -> Json:
        member: Json = {"status": "Active", "roles": self.membership_roles(lms.campus, person, course_id)}
        if link:
            member["message"] = [{lti_names.CLAIM + "message_type": lti_names.RESOURCE_LINK_REQUEST}]
        member |= {"user_id": person.id, "lis_person_sourcedid": person.sourced_id}
        if tool.shares_name:
            member |= {"name": person.name, "given_name": person.given, "family_name": person.family}
            member["ext_user_username"] = person.username
        if tool.shares_email:
            member["email"] = person.email
        return member

    def memberships_url(self, lms: Lms, tool: Tool, course_id: str) -> str:
        return f"{lms.url}/mod/lti/services.php/CourseSection/{course_id}/bindings/{tool.id}/memberships"

    def line_items_url(self, lms: Lms, tool: Tool, course_id: str) -> str:
        return f"{lms.url}/mod/lti/services.php/{course_id}/lineitems?type_id={tool.id}"

    def line_item_url(self, lms: Lms, tool: Tool, column: Column) -> str:
        path = f"/mod/lti/services.php/{column.course_id}/lineitems/{column.id}/lineitem"
        return f"{lms.url}{path}?type_id={tool.id}"

    def line_item(self, lms: Lms, tool: Tool, column: Column) -> Json:
        item: Json = {
            "id": self.line_item_url(lms, tool, column),
            "label": column.label,
            "scoreMaximum": _number(column.maximum),
            "resourceId": column.resource_id,
            "tag": column.tag,
        }
        if column.link_id:
            item |= {"resourceLinkId": column.link_id, "ltiLinkId": column.link_id}
        return item

    def result(self, lms: Lms, tool: Tool, column: Column, person: Person, grade: Grade) -> Json:
        url = f"{lms.url}/mod/lti/services.php/{column.course_id}/lineitems/{column.id}/lineitem/results"
        result: Json = {
            "id": f"{url}?type_id={tool.id}&user_id={quote(person.id)}",
            "userId": person.id,
        }
        if grade.score is None:
            return result
        result |= {"resultScore": _number(grade.score), "resultMaximum": _number(column.maximum)}
        if grade.comment:
            result["comment"] = grade.comment
        result["scoreOf"] = self.line_item_url(lms, tool, column)
        result["timestamp"] = grade.changed_at.isoformat(timespec="seconds")
        return result

    def _variables(self, lms: Lms, person: Person, course: Course, link: Link | None) -> Json:
        staff = lms.campus.is_staff(person, course.id)
        variables: Json = {
            "Context.id": course.id,
            "Context.title": course.title,
            "Context.label": course.label,
            "Context.id.history": "",
            "User.id": person.id,
            "User.username": person.username,
            "Person.name.full": person.name,
            "Person.name.given": person.given,
            "Person.name.family": person.family,
            "Person.email.primary": person.email,
            # Moodle's number for "the zone of the server": nobody here has chosen another.
            "Person.address.timezone": "99",
            "Person.sourcedId": person.sourced_id,
            "Membership.role": "Instructor" if staff else "Learner",
            "ResourceLink.id": None,
        }
        if lms.campus.has_plugin:
            variables["Nozimite.completions.url"] = moodle_plugin.completions_url(lms, course.id)
        if link:
            variables |= {"ResourceLink.id": link.id, "ResourceLink.title": link.title}
        return variables


def _registration_error(payload: Json) -> str | None:
    """The code of the first thing wrong with a client registration request, in the order of Moodle's checks."""
    for name in (
        "response_types",
        "initiate_login_uri",
        "redirect_uris",
        "client_name",
        "jwks_uri",
        "token_endpoint_auth_method",
        lti_names.TOOL_CONFIGURATION,
    ):
        if not payload.get(name):
            return f"missing required attribute {name}"
    configuration = payload[lti_names.TOOL_CONFIGURATION]
    domain = configuration.get("domain")
    if not domain:
        return "missing_domain"
    target = configuration.get("target_link_uri") or f"https://{domain}"
    if urlsplit(target).netloc.removeprefix("www.") != domain.removeprefix("www."):
        return "domain_targetlinkuri_mismatch"
    if "id_token" not in payload["response_types"]:
        return "invalid_response_types"
    if not isinstance(payload["redirect_uris"], list):
        return "invalid_redirect_uris"
    if payload["token_endpoint_auth_method"] != "private_key_jwt":  # noqa: S105  # the name of a method
        return "invalid_token_endpoint_auth_method"
    if payload.get("application_type", "web") != "web":
        return "invalid_application_type"
    return None


def _number(value: float) -> int | float:
    """A whole number as an int, for JSON has no ".0" then."""
    return int(value) if value == int(value) else value
