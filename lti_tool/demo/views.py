"""The pages that people use in the LMS."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Blueprint, abort, make_response, redirect, render_template, request, send_file, url_for

from lti_tool.demo import (
    canvas_events,
    context_copies,
    moodle_plugin,
    moodle_xapi,
    platform_keys,
    registration_endpoints,
)
from lti_tool.demo.campus import Column, Course, Grade, Link, Person
from lti_tool.demo.deep_linking import save_item
from lti_tool.demo.sessions import (
    current_campus,
    current_person,
    require,
    required_session,
    start_session,
    start_session_if_none,
)
from lti_tool.demo.state import Lms, current_lms

routes = Blueprint("pages", __name__)
routes.before_request(start_session_if_none)


@routes.get("/")
def home() -> Any:
    campus = current_campus()
    filled = campus.example.course_id if campus.example else ""
    by_hand = [key for key in list(campus.grades) if campus.columns[key[0]].course_id != filled]
    return render_template(
        "home.html",
        lms=current_lms(),
        teacher=next(person for person in campus.people.values() if person.sourced_id == "T001"),
        links=list(campus.links.values()),
        grades=len(by_hand),
    )


@routes.post("/who")
def become() -> Any:
    """Starts a session of the chosen person, in the chosen language; there are no passwords."""
    person = current_campus().people.get(request.form.get("person", "")) or abort(404)
    session = start_session(person)
    session.locale = request.form.get("locale", "en")
    return redirect(_allowed_path(person, request.form.get("back", "/")))


@routes.get("/badge.png")
def handed_on_badge() -> Any:
    """The file of the example's badge as its holder hands it on; a browser would show another site's, not keep it."""
    lms = current_lms()
    example = lms.campus.example or abort(404)
    # The tool may answer at another port than when the badge was made.
    picture = lms.http.get(f"{lms.tool_url}{urlsplit(example.badge.address).path}.png", timeout=30)
    return send_file(
        BytesIO(picture.content), mimetype="image/png", as_attachment=True, download_name="badge.png"
    )


@routes.post("/editor")
def open_editor() -> Any:
    """Takes whoever keeps the badges of the institution to their editor in the tool."""
    institution = current_lms().institution or abort(404)
    return redirect(institution.editor_address())


@routes.get("/operator")
def operator_page() -> Any:
    """What the operator of the tool reads on the command line, which a visitor does not have."""
    institution = current_lms().institution or abort(404)
    return render_template("operator.html", lms=current_lms(), acts=institution.acts())


@routes.get("/courses/<course_id>")
def course_page(course_id: str) -> Any:
    course = _course(course_id)
    return render_template(
        "course.html",
        course=course,
        work=[column for column in current_campus().course_columns(course.id) if not column.link_id],
        links=current_campus().course_links(course.id),
        tools=[tool for tool in list(current_campus().tools.values()) if tool.active],
        total=current_campus().total_percent(current_person(), course.id),
        told=current_campus().told(current_person(), course.id),
        is_staff=current_campus().is_staff(current_person(), course.id),
    )


@routes.get("/course/view.php")
def course_at_moodles_address() -> Any:
    """The course page at the address that it has in Moodle, as mails of tools name it."""
    return redirect(url_for("pages.course_page", course_id=request.args.get("id", "")))


@routes.post("/courses/<course_id>/copy")
def copy_course(course_id: str) -> Any:
    """Makes a copy of the course, and opens it."""
    copy = context_copies.copy_course(current_lms(), _staff_course(course_id))
    return redirect(url_for(".course_page", course_id=copy.id))


@routes.get("/courses/<course_id>/activities/<link_id>")
def activity(course_id: str, link_id: str) -> Any:
    link = _link(course_id, link_id)
    return render_template(
        "activity.html",
        course=_course(course_id),
        link=link,
        may_open=current_campus().may_open(current_person(), link),
        is_staff=current_campus().is_staff(current_person(), course_id),
    )


@routes.get("/courses/<course_id>/select/<tool_id>")
def select_content(course_id: str, tool_id: str) -> Any:
    course = _staff_course(course_id)
    tool = current_campus().tools.get(tool_id) or abort(404)
    return render_template("select.html", course=course, tool=tool)


@routes.route("/courses/<course_id>/activities/new/<tool_id>", methods=["GET", "POST"])
def new_activity(course_id: str, tool_id: str) -> Any:
    """The form of a new activity, filled in from a deep linking response; saving it makes the links."""
    course = _staff_course(course_id)
    tool = current_campus().tools.get(tool_id) or abort(404)
    draft = request.values.get("draft", "")
    items = required_session().drafts.get(draft)
    if not items:
        return _error("The tool sent nothing to add, or it was saved already.", 404)
    if request.method == "GET":
        return render_template("new_activity.html", course=course, tool=tool, items=items, draft=draft)
    links = []
    for number, item in enumerate(items):
        title = request.form.get(f"title{number}", "").strip()
        titled = {**item, "title": title or item.get("title")}
        links.append(save_item(current_lms(), tool, course.id, titled, _minimum_percent()))
    del required_session().drafts[draft]
    _fetch_link_addresses(current_lms(), links)
    if len(links) > 1:
        return redirect(url_for(".course_page", course_id=course.id))
    return redirect(url_for(".activity", course_id=course.id, link_id=links[0].id))


@routes.post("/courses/<course_id>/activities/<link_id>/restrict")
def restrict(course_id: str, link_id: str) -> Any:
    _staff_course(course_id)
    _link(course_id, link_id).minimum_percent = _minimum_percent()
    return redirect(url_for(".activity", course_id=course_id, link_id=link_id))


@routes.post("/courses/<course_id>/activities/<link_id>/delete")
def delete_activity(course_id: str, link_id: str) -> Any:
    _staff_course(course_id)
    del current_campus().links[_link(course_id, link_id).id]
    for column in [one for one in list(current_campus().columns.values()) if one.link_id == link_id]:
        current_campus().delete_column(column)
    return redirect(url_for(".course_page", course_id=course_id))


@routes.get("/courses/<course_id>/grades")
def gradebook(course_id: str) -> Any:
    course = _course(course_id)
    is_staff = current_campus().is_staff(current_person(), course.id)
    return render_template(
        "gradebook.html",
        course=course,
        columns=current_campus().course_columns(course.id),
        learners=current_campus().learners(course.id) if is_staff else [current_person()],
        is_staff=is_staff,
    )


@routes.post("/courses/<course_id>/grades")
def type_grades(course_id: str) -> Any:
    """Writes the grade in every field that the form sends; an empty field removes the grade."""
    course = _staff_course(course_id)
    before = canvas_events.standing(current_lms(), course)
    known = frozenset(course.completions)
    for column in current_campus().course_columns(course.id):
        if "hiding" in request.form:
            column.hidden = f"hidden-{column.id}" in request.form
        for person in current_campus().learners(course.id):
            text = request.form.get(f"grade-{column.id}-{person.id}")
            if text is not None:
                _grade_by_hand(current_lms(), column, person, text.strip())
    _tell_tools(course, known)
    canvas_events.send_changes(current_lms(), course, before)
    return redirect(url_for(".gradebook", course_id=course.id))


@routes.post("/courses/<course_id>/grades/everybody")
def grade_everybody(course_id: str) -> Any:
    """Gives everybody grades in everything: as many learners as asked, spread over the list, get high ones."""
    course = _staff_course(course_id)
    before = canvas_events.standing(current_lms(), course)
    known = frozenset(course.completions)
    learners = current_campus().learners(course.id)
    requested = request.form.get("complete", "12")
    complete = min(int(requested) if requested.isdigit() else 12, len(learners))
    for number, person in enumerate(learners):
        gets_high_grades = (number * complete) % len(learners) < complete
        share = 0.70 + 0.02 * (number % 15) if gets_high_grades else 0.20 + 0.02 * (number % 15)
        for column in current_campus().course_columns(course.id):
            _grade_by_hand(current_lms(), column, person, f"{share * column.maximum:.1f}")
    _tell_tools(course, known)
    canvas_events.send_changes(current_lms(), course, before)
    return redirect(url_for(".gradebook", course_id=course.id))


def _tell_tools(course: Course, known: frozenset[str]) -> None:
    """Tells tools of those who have completed the course since; `known` are those who had before."""
    moodle_plugin.send_notices(current_lms(), course.id)
    moodle_xapi.send_completions(current_lms(), course.id, known)


@routes.route("/admin/tools", methods=["GET", "POST"])
def tools() -> Any:
    require(lambda person: person.is_admin)
    if request.method == "GET":
        return render_template("tools.html", lms=current_lms(), tools=list(current_campus().tools.values()))
    registration_url = request.form.get("registration_url", "").strip()
    if not registration_url.startswith(("http://", "https://")):
        return _error("A registration URL begins with https:// (or http:// here in the demo).", 400)
    return render_template(
        "register.html", start=url_for(".start_registration", registration_url=registration_url)
    )


@routes.get("/admin/tools/start")
def start_registration() -> Any:
    """The first page in the iframe: a redirect to the tool, with a registration token."""
    require(lambda person: person.is_admin)
    return redirect(registration_endpoints.start_url(current_lms(), request.args["registration_url"]))


@routes.post("/admin/tools/<tool_id>/activate")
def activate(tool_id: str) -> Any:
    require(lambda person: person.is_admin)
    tool = current_campus().tools.get(tool_id) or abort(404)
    tool.active = not tool.active
    return redirect(url_for(".tools"))


@routes.post("/admin/keys")
def rotate_keys() -> Any:
    """Signs with a new key from now on; the two before it stay published."""
    require(lambda person: person.is_admin)
    current_lms().keys.append(
        platform_keys.new_key(f"{current_lms().clock():%Y-%m-%dT%H:%M:%SZ}_{len(current_lms().keys)}")
    )
    del current_lms().keys[:-3]
    return redirect(url_for(".tools"))


@routes.post("/admin/plugin")
def install_plugin() -> Any:
    """Installs our plugin for Moodle, or removes it."""
    require(lambda person: person.is_admin)
    current_campus().has_plugin = not current_campus().has_plugin
    return redirect(url_for(".tools"))


@routes.post("/admin/web-service")
def set_up_web_service() -> Any:
    """Makes a token of Moodle's web service and gives it to the tool, or withdraws it."""
    require(lambda person: person.is_admin)
    campus = current_campus()
    campus.web_service_token = "" if campus.web_service_token else secrets.token_hex(16)
    given = {"address": current_lms().url, "token": campus.web_service_token}
    _ask_operator("moodle_web_service", given if campus.web_service_token else None)
    return redirect(url_for(".tools"))


@routes.post("/admin/xapi")
def set_up_xapi() -> Any:
    """Lets completed courses be sent to the tool as statements from now on, or no longer."""
    require(lambda person: person.is_admin)
    campus = current_campus()
    made = _ask_operator("xapi", None if campus.xapi_endpoint else {})
    campus.xapi_endpoint, campus.xapi_credentials = "", ""
    if made:
        campus.xapi_endpoint = made["address"]
        campus.xapi_credentials = f"nozimite:{made['password']}"
    return redirect(url_for(".tools"))


@routes.post("/admin/lists")
def let_upload() -> Any:
    """Has the operator of the tool let teachers upload lists of who has completed, or no longer."""
    require(lambda person: person.is_admin)
    campus = current_campus()
    campus.lets_upload = bool(_ask_operator("csv", None if campus.lets_upload else {}))
    return redirect(url_for(".tools"))


def _ask_operator(source: str, given: dict[str, str] | None) -> dict[str, str]:
    """What the operator of the tool answers, once they have set up the source for the newest client, or taken it away.

    Empty where nobody is there who would.
    """
    lms = current_lms()
    tools = [tool for tool in lms.campus.tools.values() if tool.active]
    if lms.operator is None or not tools:
        return {}
    return dict(lms.operator(tools[-1].client_id, source, given))


@routes.post("/admin/trouble")
def simulate_fault() -> Any:
    """Sets how the services fail from now on; for testers."""
    require(lambda person: person.is_admin)
    current_lms().simulated_fault = request.form.get("trouble", "")
    return redirect(url_for(".tools"))


def _allowed_path(person: Person, path: str) -> str:
    """The path if this person may open it, else the course that it is in, else the home page."""
    segments = path.split("/")
    if path == url_for(".tools") and person.is_admin:
        return path
    if len(segments) < 3 or segments[1] != "courses" or segments[2] not in current_campus().courses:
        return "/"
    is_staff = current_campus().is_staff(person, segments[2])
    for_all_members = len(segments) == 4 or (len(segments) == 5 and segments[4] in current_campus().links)
    return path if is_staff or for_all_members else "/".join(segments[:3])


def _course(course_id: str) -> Course:
    """The course. Answers 404 where there is none, 403 to people who are not in it."""
    course = current_campus().courses.get(course_id) or abort(404)
    require(lambda person: person.is_admin or current_campus().role(person, course.id) is not None)
    return course


def _staff_course(course_id: str) -> Course:
    """The course, for its staff. Answers 404 where there is none, 403 to others."""
    course = _course(course_id)
    require(lambda person: current_campus().is_staff(person, course.id))
    return course


def _link(course_id: str, link_id: str) -> Link:
    """The link of the course. Answers 404 where there is none."""
    link = current_campus().links.get(link_id)
    if link is None or link.course_id != course_id:
        abort(404)
    return link


def _minimum_percent() -> int | None:
    """The course total that the form asks of learners; None where the field is empty."""
    text = request.form.get("minimum_percent", "").strip()
    return min(int(text), 100) if text.isdigit() else None


def _grade_by_hand(lms: Lms, column: Column, person: Person, text: str) -> None:
    """Writes the grade that the text gives, or removes it; a grade that stays the same keeps its time."""
    current = lms.campus.grades.get((column.id, person.id))
    if not text:
        lms.campus.delete_grade(column, person)
        return
    try:
        score = max(0.0, min(float(text.replace(",", ".")), column.maximum))
    except ValueError:
        return
    if current and current.score is not None and abs(current.score - score) < 0.001:
        return
    grade = Grade(
        column_id=column.id,
        person_id=person.id,
        score=score,
        comment=current.comment if current else "",
        changed_at=lms.clock(),
        by_hand=True,
    )
    lms.campus.write_grade(grade)


def _fetch_link_addresses(lms: Lms, links: list[Link]) -> None:
    """Fetches the addresses of new activities, as Moodle's server does, without a session; failures do not matter."""
    if lms.product.name != "moodle":
        return
    for link in links:
        try:
            lms.http.get(link.url, headers={"User-Agent": "MoodleBot/4.5"}, timeout=3)
        except (requests.RequestException, ValueError):
            continue


def _error(reason: str, status: int) -> Any:
    return make_response(render_template("error.html", title="That did not work", reason=reason), status)
