"""What people see: courses, activities, the gradebook, and the administrator's tools."""

from __future__ import annotations

from typing import Any

import requests
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from lti_tool.demo import platform_keys, registration_endpoints
from lti_tool.demo.campus import Campus, Column, Course, Grade, Link, Person
from lti_tool.demo.deep_linking import save_item
from lti_tool.demo.sessions import begin, begin_if_none, campus, me, only, present
from lti_tool.demo.state import Lms, here

routes = Blueprint("pages", __name__)
routes.before_request(begin_if_none)


@routes.get("/")
def home() -> Any:
    return render_template("home.html", lms=here())


@routes.post("/who")
def become() -> Any:
    """Nobody has a password here: pick who you are, and in which language tools should speak."""
    person = campus().people.get(request.form.get("person", "")) or abort(404)
    session = begin(person)
    session.locale = request.form.get("locale", "en")
    return redirect(_open_to(person, request.form.get("back", "/")))


@routes.get("/courses/<course_id>")
def course_page(course_id: str) -> Any:
    course = _course(course_id)
    return render_template(
        "course.html",
        course=course,
        work=[column for column in campus().course_columns(course.id) if not column.link_id],
        links=campus().course_links(course.id),
        tools=[tool for tool in list(campus().tools.values()) if tool.active],
        total=campus().total_percent(me(), course.id),
        is_staff=campus().is_staff(me(), course.id),
    )


@routes.get("/courses/<course_id>/activities/<link_id>")
def activity(course_id: str, link_id: str) -> Any:
    link = _link(course_id, link_id)
    return render_template(
        "activity.html",
        course=_course(course_id),
        link=link,
        may_open=campus().may_open(me(), link),
        is_staff=campus().is_staff(me(), course_id),
    )


@routes.get("/courses/<course_id>/select/<tool_id>")
def select_content(course_id: str, tool_id: str) -> Any:
    course = _staff_course(course_id)
    tool = campus().tools.get(tool_id) or abort(404)
    return render_template("select.html", course=course, tool=tool)


@routes.route("/courses/<course_id>/activities/new/<tool_id>", methods=["GET", "POST"])
def new_activity(course_id: str, tool_id: str) -> Any:
    """The activity form that a deep linking answer filled in; nothing exists until it is saved."""
    course = _staff_course(course_id)
    tool = campus().tools.get(tool_id) or abort(404)
    draft = request.values.get("draft", "")
    items = present().drafts.get(draft)
    if not items:
        return _error("The tool sent nothing to add, or it was saved already.", 404)
    if request.method == "GET":
        return render_template("new_activity.html", course=course, tool=tool, items=items, draft=draft)
    links = []
    for number, item in enumerate(items):
        title = request.form.get(f"title{number}", "").strip()
        chosen = {**item, "title": title or item.get("title")}
        links.append(save_item(here(), tool, course.id, chosen, _percent()))
    del present().drafts[draft]
    _sniff(here(), links)
    where = url_for(".activity", course_id=course.id, link_id=links[0].id)
    return redirect(where if len(links) == 1 else url_for(".course_page", course_id=course.id))


@routes.post("/courses/<course_id>/activities/<link_id>/restrict")
def restrict(course_id: str, link_id: str) -> Any:
    _staff_course(course_id)
    _link(course_id, link_id).minimum_percent = _percent()
    return redirect(url_for(".activity", course_id=course_id, link_id=link_id))


@routes.post("/courses/<course_id>/activities/<link_id>/delete")
def delete_activity(course_id: str, link_id: str) -> Any:
    _staff_course(course_id)
    del campus().links[_link(course_id, link_id).id]
    for column in [one for one in list(campus().columns.values()) if one.link_id == link_id]:
        _delete_column(campus(), column)
    return redirect(url_for(".course_page", course_id=course_id))


@routes.get("/courses/<course_id>/grades")
def gradebook(course_id: str) -> Any:
    course = _course(course_id)
    is_staff = campus().is_staff(me(), course.id)
    return render_template(
        "gradebook.html",
        course=course,
        columns=campus().course_columns(course.id),
        learners=campus().learners(course.id) if is_staff else [me()],
        is_staff=is_staff,
    )


@routes.post("/courses/<course_id>/grades")
def type_grades(course_id: str) -> Any:
    """Writes every field that the form sends; an empty one takes the grade away."""
    course = _staff_course(course_id)
    for column in campus().course_columns(course.id):
        if "hiding" in request.form:
            column.hidden = f"hidden-{column.id}" in request.form
        for person in campus().learners(course.id):
            text = request.form.get(f"grade-{column.id}-{person.id}")
            if text is not None:
                _type_grade(here(), column, person, text.strip())
    return redirect(url_for(".gradebook", course_id=course.id))


@routes.post("/courses/<course_id>/grades/everybody")
def grade_everybody(course_id: str) -> Any:
    """A grade for everybody in everything; as many learners as asked, spread over the class, do well."""
    course = _staff_course(course_id)
    learners = campus().learners(course.id)
    wished = request.form.get("complete", "12")
    complete = min(int(wished) if wished.isdigit() else 12, len(learners))
    for number, person in enumerate(learners):
        does_well = (number * complete) % len(learners) < complete
        share = 0.70 + 0.02 * (number % 15) if does_well else 0.20 + 0.02 * (number % 15)
        for column in campus().course_columns(course.id):
            _type_grade(here(), column, person, f"{share * column.maximum:.1f}")
    return redirect(url_for(".gradebook", course_id=course.id))


@routes.route("/admin/tools", methods=["GET", "POST"])
def tools() -> Any:
    only(lambda person: person.is_admin)
    if request.method == "GET":
        return render_template("tools.html", lms=here(), tools=list(campus().tools.values()))
    registration_url = request.form.get("registration_url", "").strip()
    if not registration_url.startswith(("http://", "https://")):
        return _error("A registration URL begins with https:// (or http:// here in the demo).", 400)
    return render_template(
        "register.html", start=url_for(".start_registration", registration_url=registration_url)
    )


@routes.get("/admin/tools/start")
def start_registration() -> Any:
    """The iframe's first stop: on to the tool, with a registration token."""
    only(lambda person: person.is_admin)
    return redirect(registration_endpoints.start_url(here(), request.args["registration_url"]))


@routes.post("/admin/tools/<tool_id>/activate")
def activate(tool_id: str) -> Any:
    only(lambda person: person.is_admin)
    tool = campus().tools.get(tool_id) or abort(404)
    tool.active = not tool.active
    return redirect(url_for(".tools"))


@routes.post("/admin/keys")
def rotate_keys() -> Any:
    """A new signing key at once; the old one stays published."""
    only(lambda person: person.is_admin)
    here().keys.append(platform_keys.new_key(f"{here().clock():%Y-%m-%dT%H:%M:%SZ}_{len(here().keys)}"))
    del here().keys[:-3]
    return redirect(url_for(".tools"))


@routes.post("/admin/trouble")
def make_trouble() -> Any:
    only(lambda person: person.is_admin)
    here().trouble = request.form.get("trouble", "")
    return redirect(url_for(".tools"))


def _open_to(person: Person, path: str) -> str:
    """The path if this person may look at it, else the nearest they may: the course, or the home page."""
    steps = path.split("/")
    if path == url_for(".tools") and person.is_admin:
        return path
    if len(steps) < 3 or steps[1] != "courses" or steps[2] not in campus().courses:
        return "/"
    is_staff = campus().is_staff(person, steps[2])
    for_everybody = len(steps) == 4 or (len(steps) == 5 and steps[4] in campus().links)
    return path if is_staff or for_everybody else "/".join(steps[:3])


def _course(course_id: str) -> Course:
    course = campus().courses.get(course_id) or abort(404)
    only(lambda person: person.is_admin or campus().role(person, course.id) is not None)
    return course


def _staff_course(course_id: str) -> Course:
    course = _course(course_id)
    only(lambda person: campus().is_staff(person, course.id))
    return course


def _link(course_id: str, link_id: str) -> Link:
    link = campus().links.get(link_id)
    if link is None or link.course_id != course_id:
        abort(404)
    return link


def _percent() -> int | None:
    text = request.form.get("minimum_percent", "").strip()
    return min(int(text), 100) if text.isdigit() else None


def _type_grade(lms: Lms, column: Column, person: Person, text: str) -> None:
    """Changes the grade only where the text says another one: a grade left alone keeps its time."""
    held = lms.campus.grades.get((column.id, person.id))
    if not text:
        lms.campus.grade(column, person, None)
        return
    try:
        score = max(0.0, min(float(text.replace(",", ".")), column.maximum))
    except ValueError:
        return
    if held and held.score is not None and abs(held.score - score) < 0.001:
        return
    grade = Grade(
        column_id=column.id,
        person_id=person.id,
        score=score,
        comment=held.comment if held else "",
        changed_at=lms.clock(),
        by_hand=True,
    )
    lms.campus.grade(column, person, grade)


def _delete_column(rows: Campus, column: Column) -> None:
    del rows.columns[column.id]
    for key in [key for key in list(rows.grades) if key[0] == column.id]:
        del rows.grades[key]


def _sniff(lms: Lms, links: list[Link]) -> None:
    """Moodle looks at a new activity's address itself, from the server and without a session."""
    if lms.product.name != "moodle":
        return
    for link in links:
        try:
            lms.web.get(link.url, headers={"User-Agent": "MoodleBot/4.5"}, timeout=3)
        except (requests.RequestException, ValueError):
            continue


def _error(reason: str, status: int) -> Any:
    return make_response(render_template("error.html", title="That did not work", reason=reason), status)
