"""`python -m lti_tool.bounded_process TASK CPU_SECONDS`: a question on the standard input, its answer as JSON.

`schema`: a JSON list of a document and a schema. `svg`: a JSON object with the `file` in Base64 and the `square` of it,
or null. `pdf`, `unpack`, `qr_codes`: the bytes of a file.
"""

from __future__ import annotations

import json
import resource
import sys
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Any

from badges.errors import NotBakedError, PictureError, SchemaError
from lti_tool.bounded_process import MEMORY_BYTES


def set_limits(cpu_seconds: int) -> None:
    """Limits for this process: the system ends it beyond them. Nothing raises them again."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(ValueError):  # macOS knows this limit, but cannot set it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def apply_schema(question: bytes) -> dict[str, Any]:
    """`breach`: a JSON pointer or None; `unusable`: why the schema cannot be applied."""
    from badges.schemas.json_schema import find_breach

    document, schema = json.loads(question)
    try:
        return {"breach": find_breach(document, schema)}
    except SchemaError as error:
        return {"unusable": str(error)}


def read_pdf(question: bytes) -> dict[str, Any]:
    """`text` of the credential; `not_baked` or `refused`: code and message."""
    from badges.pdf.attachments import attached_text

    try:
        return {"text": attached_text(question).text}
    except NotBakedError as error:
        return {"not_baked": [error.code, str(error)]}
    except PictureError as error:
        return {"refused": [error.code, str(error)]}


def unpack(question: bytes) -> dict[str, Any]:
    """`files`: names, and contents in Base64; `refused`: code and message."""
    from badges.containers import unpacked_files

    try:
        files = unpacked_files(question)
    except PictureError as error:
        return {"refused": [error.code, str(error)]}
    return {"files": [[file.name, b64encode(file.content).decode()] for file in files]}


def read_qr_codes(question: bytes) -> dict[str, Any]:
    """`texts` of the QR codes in a picture."""
    from badges.qr_codes import texts_in_picture

    return {"texts": texts_in_picture(question)}


def rebuild_svg(question: bytes) -> dict[str, Any]:
    """`svg` written anew, its `png` in Base64, names of what was `left_out`; `refused`: code and message."""
    from badges.pictures import Square
    from badges.rebuilt_svg.rendered import own_picture

    asked = json.loads(question)
    square = Square(**asked["square"]) if asked["square"] is not None else None
    try:
        picture = own_picture(b64decode(asked["file"]), square)
    except PictureError as error:
        return {"refused": [error.code, str(error)]}
    png = b64encode(picture.png).decode()
    return {"svg": picture.svg.decode(), "png": png, "left_out": picture.left_out}


TASKS = {
    "schema": apply_schema,
    "pdf": read_pdf,
    "unpack": unpack,
    "qr_codes": read_qr_codes,
    "svg": rebuild_svg,
}

if __name__ == "__main__":
    set_limits(int(sys.argv[2]))
    print(json.dumps(TASKS[sys.argv[1]](sys.stdin.buffer.read())))
