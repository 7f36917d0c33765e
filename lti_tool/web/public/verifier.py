"""The verifier: a person hands in badges and reads the answers, a program posts them and gets the Reports as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, jsonify, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from badges.elm.handed_in import read_european
from badges.sentences import sentence
from badges.verify import Report, report_text
from badges.verify.qr_code_texts import SEVERAL, WITHOUT_ADDRESS
from badges.verify.texts import is_web_address
from lti_tool.web.current import current_tool
from lti_tool.web.headers import allow_camera
from lti_tool.web.languages import page_language
from lti_tool.web.limits import waiting_for_strangers
from lti_tool.web.negotiation import prefers_json
from lti_tool.web.public import batch, recognition_packs
from lti_tool.web.public import european as european_page
from lti_tool.web.public.batch import HandedIn
from lti_tool.web.public.verification_answers import answers_of, technical_remarks
from lti_tool.web.public.verification_counts import count_check

pages = Blueprint("verifier", __name__)

MAX_BYTES = 5 * 1024 * 1024
#: What a form adds to the file: boundaries and field names.
FORM_BYTES = 10_000


@pages.get("/verify")
def verify_page() -> str:
    """The form. Of all pages it alone may use the camera, which its script does when asked to."""
    allow_camera()
    told = {each.code: sentence("parsed", each.code, page_language()) for each in (WITHOUT_ADDRESS, SEVERAL)}
    return render_template("public/verify.html", of_codes=told)


@pages.post("/verify")
def verify() -> Response:
    """The Report on a file, or those on several.

    Raises RequestEntityTooLarge, or BusyError as `waiting_for_strangers`.
    """
    several = batch.MOST_BYTES if request.mimetype == "multipart/form-data" else MAX_BYTES
    request.max_content_length = request.max_form_memory_size = several + FORM_BYTES
    files = _files()
    if len(files) > batch.MOST_FILES or any(len(file.content) > MAX_BYTES for file in files):
        raise RequestEntityTooLarge
    if len(files) > 1:
        return batch.check_together(files)
    pack = recognition_packs.pack_in(files[0].content) if files else None
    if pack is not None:
        return recognition_packs.check(pack)
    european = None if prefers_json() or not files else read_european(files[0].content)
    if european is not None:
        return european_page.told(european)
    report = _verify(files[0].content if files else b"")
    if prefers_json():
        return jsonify(report_text.report_as_json(report))
    text = render_template(
        "public/report.html",
        report=report,
        verification=answers_of(report, current_tool().issuers.is_own),
        remarks=technical_remarks(report.checks),
    )
    return Response(text, mimetype="text/html")


def _files() -> Sequence[HandedIn]:
    """The uploads, or the pasted text, or the whole body, as a program sends it; several addresses are one a line."""
    if request.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return [HandedIn(name="", content=request.get_data())]
    uploads = [
        HandedIn(name=upload.filename or "", content=upload.read())
        for upload in request.files.getlist("file")
    ]
    if any(upload.content for upload in uploads):
        return [upload for upload in uploads if upload.content]
    text = request.form.get("text", "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    are_addresses = len(lines) > 1 and all(is_web_address(line) for line in lines)
    texts = lines if are_addresses else [text]
    return [HandedIn(name=each, content=each.encode()) for each in texts]


def _verify(file: bytes) -> Report:
    tool = current_tool()
    with waiting_for_strangers():
        report = tool.verify(file)
    count_check(report)
    return report
