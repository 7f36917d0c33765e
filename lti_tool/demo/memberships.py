"""Names and Role Provisioning Services 2.0."""

from __future__ import annotations

from flask import Blueprint, Response, request

from lti_tool.demo import lti_names
from lti_tool.demo.campus import Link
from lti_tool.demo.service_endpoints import answer, caller, paged, refuse
from lti_tool.demo.state import here


def blueprint(memberships_rule: str) -> Blueprint:
    routes = Blueprint("memberships", __name__)
    routes.add_url_rule(memberships_rule, view_func=memberships)
    return routes


def memberships(course_id: str, tool_id: str = "") -> Response:
    """The members of the course; with `rlid`, only those who may open that link, staff among them."""
    lms = here()
    tool = caller(lti_names.MEMBERSHIPS_TYPE, lti_names.MEMBERSHIPS)
    course = lms.campus.courses.get(course_id)
    if course is None:
        raise refuse(404, "Not found")
    people = sorted(lms.campus.members(course.id), key=lambda person: (person.family, person.given))
    link = _asked_link(course.id, tool.id)
    if link and lms.product.lists_only_who_may_open:
        people = [person for person in people if lms.campus.may_open(person, link)]
    role = request.args.get("role")
    if role:
        people = [
            person
            for person in people
            if role.split("#")[-1]
            in (one.split("#")[-1] for one in lms.product.listed_roles(lms.campus, person, course.id))
        ]
    page, links = paged(people, lms.product.members_per_page)
    response = answer(
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


def _asked_link(course_id: str, tool_id: str) -> Link | None:
    lms, asked = here(), request.args.get("rlid")
    if asked is None:
        return None
    for link in lms.campus.course_links(course_id):
        if lms.product.link_id(link) == asked and link.tool_id == tool_id:
            return link
    if lms.product.name == "canvas" and asked == lms.product.course_id(lms.campus.courses[course_id]):
        return None
    raise refuse(404, "Not found")
