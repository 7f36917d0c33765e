"""A stranger drops a badge and reads four answers; a program posts one and gets the Report as JSON."""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, jsonify, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge, ServiceUnavailable
from werkzeug.wrappers import Response

from badges.verify import Report, report_text
from lti_tool.web.current import current_tool
from lti_tool.web.negotiation import prefers_json
from lti_tool.web.public.verification_answers import answers, notes

pages = Blueprint("verifier", __name__)

MOST_BYTES = 5 * 1024 * 1024
#: What comes with the file in a form: borders and field names.
FORM_BYTES = 10_000

#: A check fetches keys and lists: a few at a time keep this page from being used against other sites, or us.
_turns = BoundedSemaphore(4)
LONGEST_WAIT_SECONDS = 10
RETRY_SECONDS = 30


@pages.get("/verify")
def page() -> str:
    return render_template("public/verify.html")


@pages.post("/verify")
def verified() -> Response:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES + FORM_BYTES
    file = _file()
    if len(file) > MOST_BYTES:
        raise RequestEntityTooLarge
    report = _checked(file)
    if prefers_json():
        return jsonify(report_text.report_as_json(report))
    tool = current_tool()
    text = render_template(
        "public/report.html",
        report=report,
        found=answers(report, tool.issuer.profile.id),
        notes=notes(report.checks),
    )
    return Response(text, mimetype="text/html")


def _file() -> bytes:
    """The upload, the pasted text, or the body itself, as a program sends it."""
    if request.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return request.get_data()
    upload = request.files.get("file")
    found = upload.read() if upload is not None else b""
    return found or request.form.get("text", "").encode()


def _checked(file: bytes) -> Report:
    tool = current_tool()
    if not _turns.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise ServiceUnavailable(retry_after=RETRY_SECONDS)
    try:
        return tool.verify(file)
    finally:
        _turns.release()
