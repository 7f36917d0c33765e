"""Strangers' schemas, PDF, ZIP and SVG files, e-mails and photos, read in a process of its own, with strict limits.

The libraries that read them cannot be stopped from outside: a thread that applies a schema made to run for hours cannot
be ended, a process can. What the process cannot finish is refused, never taken for sound. It gets no settings of the
tool: no secret is in its environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from badges.bake import KEYWORD, BakedText
from badges.containers import UnpackedFile
from badges.errors import NotBakedError, PictureError, SchemaError, SchemaTooCostlyError
from badges.pictures import OwnPicture, Square
from signing.json_text import Json

CPU_SECONDS = 2
#: Of the clock, for a busy machine.
LONGEST_SECONDS = 15
#: Addresses, not pages in use: Python with one of the libraries reserves about 100 MB.
MEMORY_BYTES = 400_000_000
_ROOT = Path(__file__).parents[2]


class _EndedError(Exception):
    """The process was ended before it had an answer, or could not begin."""


def find_schema_breach(document: Json, schema: Json, seconds: float = inf) -> str | None:
    """Where the document breaks the schema, found within so many seconds; else as a `badges.verify.SchemaChecker`.

    Raises SchemaError where the schema cannot be applied, SchemaTooCostlyError where that takes too much.
    """
    try:
        answer = _ask("schema", json.dumps([document, schema]).encode(), seconds)
    except _EndedError as error:
        raise SchemaTooCostlyError("the schema takes too long to apply, or too much memory") from error
    if "unusable" in answer:
        raise SchemaError(answer["unusable"])
    breach: str | None = answer["breach"]
    return breach


def attached_text(pdf: bytes, seconds: float = inf) -> BakedText:
    """The credential attached to the PDF, read within some time and memory; else a `badges.verify.PdfReader`.

    Raises as the one in badges.pdf does; PictureError `pdf_too_complex` also where reading takes too much of either.
    """
    too_much = PictureError("pdf_too_complex", "The PDF takes too long to read, or too much memory.")
    answer = _ask_of_file("pdf", pdf, seconds, too_much)
    if "not_baked" in answer:
        raise NotBakedError(*answer["not_baked"])
    return BakedText(text=answer["text"], keyword=KEYWORD, plain=True)


def unpacked_files(file: bytes, seconds: float = inf) -> tuple[UnpackedFile, ...]:
    """The files in a ZIP or an e-mail, unpacked within some time and memory; else a `badges.verify.Unpacker`.

    Raises as the one in badges.containers does; PictureError `cannot_unpack` also where it takes too much of either.
    """
    too_much = PictureError("cannot_unpack", "The file takes too long to unpack, or too much memory.")
    answer = _ask_of_file("unpack", file, seconds, too_much)
    return tuple(UnpackedFile(name=name, content=b64decode(content)) for name, content in answer["files"])


def texts_in_picture(picture: bytes, seconds: float = inf) -> tuple[str, ...]:
    """The texts of the QR codes in the picture, read within some time and memory; empty where that takes too much."""
    try:
        return tuple(_ask("qr_codes", picture, seconds)["texts"])
    except _EndedError:
        return ()


def own_svg_picture(file: bytes, square: Square | None = None) -> OwnPicture:
    """The picture in an SVG file, or that part of it, written anew and drawn, within some time and memory.

    Raises PictureError as `badges.rebuilt_svg.rendered.own_picture` does, `svg_too_complex` also where it takes too
    much of either.
    """
    too_much = PictureError("svg_too_complex", "The SVG takes too long to draw, or too much memory.")
    question = {"file": b64encode(file).decode(), "square": asdict(square) if square is not None else None}
    answer = _ask_of_file("svg", json.dumps(question).encode(), LONGEST_SECONDS, too_much)
    return OwnPicture(
        png=b64decode(answer["png"]), svg=answer["svg"].encode(), left_out=tuple(answer["left_out"])
    )


def _ask_of_file(task: str, file: bytes, seconds: float, too_much: PictureError) -> dict[str, Any]:
    """As `_ask`; raises PictureError where the file is refused, and `too_much` where there is no answer."""
    try:
        answer = _ask(task, file, seconds)
    except _EndedError as error:
        raise too_much from error
    if "refused" in answer:
        raise PictureError(*answer["refused"])
    return answer


def _ask(task: str, question: bytes, seconds: float) -> dict[str, Any]:
    """What a new process answers, see `__main__`. Raises _EndedError where there is no answer."""
    paths = [str(_ROOT), *filter(None, sys.path)]
    try:
        done = subprocess.run(  # noqa: S603 - the program and its arguments are ours
            [sys.executable, "-P", "-m", "lti_tool.bounded_process", task, str(CPU_SECONDS)],
            env={"PYTHONPATH": os.pathsep.join(paths)},
            input=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # pypdf warns about each damaged part
            timeout=min(seconds, LONGEST_SECONDS),
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _EndedError(str(error)) from error
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
