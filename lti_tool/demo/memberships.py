"""The membership service of the platform (LTI Names and Role Provisioning Services 2.0)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from lti_tool.demo import lti_names
from lti_tool.demo.campus import Link
from lti_tool.demo.service_endpoints import authorized_tool, json_response, paginate, service_error
from lti_tool.demo.state import current_lms


def blueprint(memberships_rule: str) -> Blueprint:
    routes = Blueprint("memberships", __name__)
    routes.add_url_rule(memberships_rule, view_func=memberships)
    return routes


def memberships(course_id: str, tool_id: str = "") -> Response:  # noqa: ARG001  # Moodle's address names the tool too
    """A membership container of the course; in Moodle `rlid` limits it to those who may open that link, staff included.

    Raises ServiceError where the caller may not read it, or the course or the link is unknown.
    """
    lms = current_lms()
    tool = authorized_tool(lti_names.MEMBERSHIPS_TYPE, lti_names.MEMBERSHIPS)
    course = lms.campus.courses.get(course_id)
    if course is None:
        raise service_error(404, "Not found")
    people = sorted(lms.campus.members(course.id), key=lambda person: (person.family, person.given))
    if course.concluded:
        # Concluded enrolments are not in the list.
        people = [person for person in people if lms.campus.is_staff(person, course.id)]
    link = _requested_link(course.id, tool.id)
    if link and lms.product.restricts_member_lists:
        people = [person for person in people if lms.campus.may_open(person, link)]
    role = request.args.get("role")
    if role:
        people = [
            person
            for person in people
            if role.split("#")[-1]
            in (one.split("#")[-1] for one in lms.product.membership_roles(lms.campus, person, course.id))
        ]
    page, links = paginate(people, lms.product.members_per_page)
    response = json_response(
        {
            "id": lms.product.memberships_url(lms, tool, course.id),
            "context": {
                "id": lms.product.course_id(course),
                "label": course.label,
                "title": course.title,
            },
            "members": [lms.product.member(lms, tool, person, course.id, link) for person in page],
        },
        lti_names.MEMBERSHIPS_TYPE,
    )
    if links:
        response.headers["Link"] = links
    return response


def _requested_link(course_id: str, tool_id: str) -> Link | None:
    """The link that `rlid` names. Raises ServiceError where the course has none of that id that is the tool's."""
    lms, rlid = current_lms(), request.args.get("rlid")
    if rlid is None:
        return None
    for link in lms.campus.course_links(course_id):
        if lms.product.link_id(link) == rlid and link.tool_id == tool_id:
            return link
    if lms.product.name == "canvas" and rlid == lms.product.course_id(lms.campus.courses[course_id]):
        return None
    raise service_error(404, "Not found")
