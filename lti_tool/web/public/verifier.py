"""The verifier: a person uploads a badge and reads the answers, a program posts one and gets the Report as JSON."""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, jsonify, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from badges.verify import Report, report_text
from lti_tool.web.current import current_tool
from lti_tool.web.limits import one_of
from lti_tool.web.negotiation import prefers_json
from lti_tool.web.public.verification_answers import answers_of, technical_remarks

pages = Blueprint("verifier", __name__)

MAX_BYTES = 5 * 1024 * 1024
#: What a form adds to the file: boundaries and field names.
FORM_BYTES = 10_000

#: A verification waits for other sites, up to the whole of its budget, and holds a thread meanwhile. So many at once in
#: a process leave most of its threads (docker/gunicorn.conf.py) to other pages. Nobody waits for a place: that would
#: take a thread too.
AT_ONCE = 3
_running_verifications = BoundedSemaphore(AT_ONCE)


@pages.get("/verify")
def verify_page() -> str:
    return render_template("public/verify.html")


@pages.post("/verify")
def verify() -> Response:
    """The Report on a file; raises RequestEntityTooLarge, or BusyError while AT_ONCE are being verified."""
    request.max_content_length = request.max_form_memory_size = MAX_BYTES + FORM_BYTES
    file = _file()
    if len(file) > MAX_BYTES:
        raise RequestEntityTooLarge
    report = _verify(file)
    if prefers_json():
        return jsonify(report_text.report_as_json(report))
    text = render_template(
        "public/report.html",
        report=report,
        verification=answers_of(report, current_tool().issuers.is_own),
        remarks=technical_remarks(report.checks),
    )
    return Response(text, mimetype="text/html")


def _file() -> bytes:
    """The upload, the pasted text, or the whole body, as a program sends it."""
    if request.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return request.get_data()
    upload = request.files.get("file")
    content = upload.read() if upload is not None else b""
    return content or request.form.get("text", "").encode()


def _verify(file: bytes) -> Report:
    tool = current_tool()
    with one_of(_running_verifications, max_wait_seconds=0):
        return tool.verify(file)
