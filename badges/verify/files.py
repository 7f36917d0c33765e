"""open_file: from any bytes to the one secured document in them, of whatever standard it is."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from badges import svg
from badges.bake import (
    JWS_TYPE,
    LEGACY_KEYWORD,
    MAX_BYTES,
    SIGNATURE,
    BakedText,
    baked_text,
    secured_from,
)
from badges.errors import NotBakedError, PictureError
from badges.pdf import attachments
from badges.verify.foreign_json import as_list, kind_of, types
from badges.verify.report import Finding, failed, passed, warning
from signing.errors import ProofError
from signing.json_text import Json, as_text, read_object
from signing.multibase import from_base64url
from signing.secured import SecuredCredential

_JWS = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
_DATA_ADDRESS = re.compile(r"data:application/(?:vc[a-z+-]{0,20}\+)?jwt(;base64)?,(.+)", re.DOTALL)
#: What a JWS of a credential says beside it.
CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat", "aud"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is in a file. `document` is all of it, with proof or claims; `credential` what those are about.

    `wrapped`: whether, in a JWS, it stood in the claim `vc`. `address`: of a badge of Open Badges 1.x or 2.0, where
    that is all there is.
    """

    parsed: Finding
    secured: SecuredCredential | None = None
    document: Json = field(default_factory=dict)
    credential: Json = field(default_factory=dict)
    wrapped: bool | None = None
    address: str | None = None

    @property
    def is_jws(self) -> bool:
        return self.secured is not None and self.secured.media_type == JWS_TYPE


def open_file(file: bytes) -> Opened:
    """What the bytes hold; `parsed` failed where that is not one document that all readers read in the same way."""
    if not file.strip():
        return Opened(parsed=failed("empty"))
    if len(file) > MAX_BYTES:
        return Opened(parsed=failed("too_large"))
    try:
        if file.startswith(SIGNATURE):
            return _open_baked(baked_text(file), "read_png")
        if attachments.looks_like_pdf(file):
            return _open_baked(attachments.attached_text(file), "read_pdf")
        if svg.looks_like_svg(file):
            return _open_baked(svg.baked_text(file), "read_svg")
        return open_text(file.removeprefix(b"\xef\xbb\xbf").decode())
    except (PictureError, NotBakedError) as error:
        return Opened(parsed=failed(error.code, str(error)))
    except UnicodeDecodeError:
        return Opened(parsed=failed("not_a_badge"))


def open_text(text: str) -> Opened:
    """What a text holds: JSON, a compact JWS, or the address of an older badge."""
    text = text.strip()
    secured = secured_from(text)
    try:
        if secured.media_type == JWS_TYPE:
            return _open_jws(secured)
        return _open_json(secured)
    except (ProofError, ValueError) as error:
        if secured.media_type != JWS_TYPE:
            return Opened(parsed=failed("unreadable_json", str(error)))
        return Opened(parsed=failed("unreadable_jws" if _JWS.fullmatch(text) else "not_a_badge", str(error)))


def open_document(document: Json) -> Opened:
    """A credential that stood inside another document."""
    try:
        return open_text(as_text(document))
    except ValueError as error:  # a number such as 1e999, which cannot be written again
        return Opened(parsed=failed("unreadable_json", str(error)))


def _open_baked(baked: BakedText, code: str) -> Opened:
    if baked.keyword == LEGACY_KEYWORD and _WEB_ADDRESS.fullmatch(baked.text.strip()):
        return Opened(parsed=passed(code), address=baked.text.strip())
    opened = open_text(baked.text)
    if opened.secured is None:
        return opened
    parsed = opened.parsed
    if parsed.outcome == "passed":
        parsed = passed(code) if baked.plain else warning("baked_unusually")
    return replace(opened, parsed=parsed)


def _open_json(secured: SecuredCredential) -> Opened:
    document = read_object(secured.text)
    if kind_of(document) == "presentation":
        return _open_presentation(document)
    if "EnvelopedVerifiableCredential" in types(document):
        return _open_shown(document)
    credential = {name: value for name, value in document.items() if name != "proof"}
    return Opened(parsed=passed("read_json"), secured=secured, document=document, credential=credential)


def _open_jws(secured: SecuredCredential) -> Opened:
    parts = _JWS.fullmatch(secured.text)
    if parts is None:
        raise ValueError("this is neither JSON nor a compact JWS")
    payload = read_object(from_base64url(parts[1]).decode())
    presented = payload.get("vp", payload)
    if isinstance(presented, dict) and kind_of(presented) == "presentation":
        return _open_presentation(presented)
    wrapped = isinstance(payload.get("vc"), dict)
    credential = payload["vc"] if wrapped else {k: v for k, v in payload.items() if k not in CLAIMS}
    return Opened(
        parsed=passed("read_jws"), secured=secured, document=payload, credential=credential, wrapped=wrapped
    )


def _open_presentation(document: Json) -> Opened:
    """The one credential that a holder shows; who shows it is not asked, so that stays a warning."""
    shown = as_list(document.get("verifiableCredential"))
    if len(shown) != 1:
        return Opened(parsed=failed("several_credentials" if shown else "no_credential"))
    opened = _open_shown(shown[0])
    if opened.secured is None:
        return opened
    return replace(opened, parsed=warning("read_presentation"))


def _open_shown(shown: object) -> Opened:
    if isinstance(shown, str):
        return open_text(shown)
    if not isinstance(shown, dict) or kind_of(shown) == "presentation":
        return Opened(parsed=failed("no_credential"))
    if "EnvelopedVerifiableCredential" in types(shown):
        envelope = _DATA_ADDRESS.fullmatch(str(shown.get("id")))
        if envelope is None:
            return Opened(parsed=failed("no_credential"))
        text = unquote(envelope[2])
        text = b64decode(text).decode() if envelope[1] else text
        return open_text(text) if _JWS.fullmatch(text) else Opened(parsed=failed("no_credential"))
    return open_document(shown)


def answered(answer: bytes) -> Opened:
    """What somebody served: a status list, a refreshed credential."""
    return open_text(answer.removeprefix(b"\xef\xbb\xbf").decode())
