"""Reads the QR code in a picture of a camera, for browsers that cannot; the verifier's page asks picture by picture.

Nothing is fetched and nothing is kept: the page hands the address in as if it had been pasted.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, Response, jsonify, request

from badges.verify.files import looks_like_picture
from badges.verify.qr_code_texts import address_in_codes
from lti_tool import bounded_process
from lti_tool.web.limits import one_of

pages = Blueprint("qr_codes", __name__)

#: A JPEG of 960 pixels, as scan.js sends it, has about a third of this.
MAX_BYTES = 300_000
#: Each starts a process, which is at work for a fraction of a second. Who finds no place sends the next picture.
AT_ONCE = 2
_running = BoundedSemaphore(AT_ONCE)


@pages.post("/verify/qr-code")
def read() -> Response:
    """`address` in the codes of the picture, else `code` says why there is none; both null where it shows no code.

    Raises RequestEntityTooLarge, or BusyError while AT_ONCE are being read.
    """
    request.max_content_length = MAX_BYTES
    picture = request.get_data()
    with one_of(_running, max_wait_seconds=0):
        texts = bounded_process.texts_in_picture(picture) if looks_like_picture(picture) else ()
    found = address_in_codes(texts)
    return jsonify(address=found.address, code=found.why_not.code if found.why_not else None)
