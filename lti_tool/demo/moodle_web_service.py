"""Moodle's own web service by REST, where an administrator has set it up, with its oddities: errors come as 200."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo.campus import Campus, Column, Course, Person
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import current_lms

PATH = "/webservice/rest/server.php"
SITE_INFO = "core_webservice_get_site_info"
COMPLETION = "core_completion_get_course_completion_status"
GRADES = "gradereport_user_get_grade_items"

routes = Blueprint("moodle_web_service", __name__)


class _MoodleError(Exception):
    """What Moodle answers in place of the data: `code` is its errorcode."""

    def __init__(self, code: str, exception: str = "core\\exception\\moodle_exception") -> None:
        super().__init__(code)
        self.code = code
        self.exception = exception


@routes.post(PATH)
def serve() -> Response | tuple[Response, int]:
    """The answer of the function that the form names; with the status 200, also for errors."""
    lms = current_lms()
    campus = lms.campus
    if not campus.web_service_token:
        # The protocol is switched off.
        return Response("", mimetype="text/html"), 403
    try:
        if request.form.get("wstoken") != campus.web_service_token:
            raise _MoodleError("invalidtoken")
        return jsonify(_answer(lms.url, campus, request.form))
    except _MoodleError as error:
        told = {"exception": error.exception, "errorcode": error.code, "message": f"error/{error.code}"}
        return jsonify(told)


def _answer(url: str, campus: Campus, form: Json) -> Json:
    function = form.get("wsfunction")
    if function == SITE_INFO:
        return {
            "sitename": "Demo College",
            "siteurl": url,
            "functions": [{"name": name, "version": "1"} for name in (SITE_INFO, COMPLETION, GRADES)],
        }
    if function not in (COMPLETION, GRADES):
        raise _MoodleError("accessexception", "webservice_access_exception")
    course = campus.courses.get(str(form.get("courseid")))
    if course is None:
        raise _MoodleError("invalidrecordunknown", "dml_missing_record_exception")
    if function == GRADES:
        asked = [_learner(campus, course, form["userid"])] if "userid" in form else campus.learners(course.id)
        entries = [_grades(campus, course, person) for person in asked]
        return {"usergrades": entries, "warnings": []}
    return {
        "completionstatus": _completion(course, _learner(campus, course, form.get("userid"))),
        "warnings": [],
    }


def _learner(campus: Campus, course: Course, user_id: object) -> Person:
    person = campus.people.get(str(user_id))
    if person is None or campus.role(person, course.id) != "learner":
        raise _MoodleError("usernotenroled")
    return person


def _completion(course: Course, person: Person) -> Json:
    completed_at = course.completions.get(person.id)
    is_complete = completed_at is not None
    return {
        "completed": is_complete,
        "aggregation": 1,
        "completions": [
            {
                "type": 6,
                "title": "Course grade",
                "status": "Yes" if is_complete else "No",
                "complete": is_complete,
                "timecompleted": int(datetime.fromisoformat(completed_at).timestamp())
                if completed_at
                else None,
                "details": {
                    "type": "Course grade",
                    "criteria": "Passing grade",
                    "requirement": f"{course.completion_percent}.00",
                    "status": "",
                },
            }
        ],
    }


def _grades(campus: Campus, course: Course, person: Person) -> Json:
    columns = campus.course_columns(course.id)
    items = [_item(campus, column, person) for column in columns]
    graded = [item for item in items if item["graderaw"] is not None]
    total = {
        "id": 1,
        "itemtype": "course",
        "graderaw": sum(item["graderaw"] for item in graded) if graded else None,
        # Work that is not graded yet is left out, as in Moodle's natural weighting.
        "grademax": sum(item["grademax"] for item in graded or items),
        "gradedategraded": max((item["gradedategraded"] for item in graded), default=None),
    }
    return {
        "courseid": int(course.id),
        "userid": int(person.id),
        "userfullname": person.name,
        "gradeitems": [{**_SHOWN, **item} for item in (*items, total)],
    }


_SHOWN: Json = {
    "grademin": 0,
    "gradehiddenbydate": False,
    "gradeneedsupdate": False,
    "gradeishidden": False,
    "gradeislocked": False,
    "gradeisoverridden": False,
    "feedback": "",
}


def _item(campus: Campus, column: Column, person: Person) -> Json:
    grade = campus.grades.get((column.id, person.id))
    score = grade.score if grade else None
    return {
        "id": int(column.id),
        "itemname": column.label,
        "itemtype": "mod",
        "cmid": int(column.id),
        "graderaw": score,
        "grademax": column.maximum,
        "gradedategraded": int(grade.changed_at.timestamp()) if grade and score is not None else None,
        "gradeishidden": column.hidden,
    }
