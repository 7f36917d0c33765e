"""parse_file: the one secured document in any bytes, of whatever standard it is."""

from __future__ import annotations

import re
from base64 import b64decode
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal
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
from badges.foreign_json import as_list, kind_of, types
from badges.pdf.attachments import attached_text, looks_like_pdf
from badges.sd_jwt.claims import as_credential
from badges.verify.report import Finding, failed, passed, warning
from badges.verify.texts import decoded, is_web_address, unwrapped_jws
from signing.errors import ProofError
from signing.json_text import Json, as_text, read_list, read_object
from signing.multibase import from_base64url
from signing.sd_jwt.compact import SdJwt, looks_like_sd_jwt, split
from signing.sd_jwt.processing import processed
from signing.secured import SecuredCredential

_JWS = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
_WEB_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
#: How pictures begin that hold no badge: JPEG, GIF, BMP; and by their second part WebP, HEIC and AVIF.
_CONVERTED_PICTURE = re.compile(
    rb"\xff\xd8\xff|GIF8[79]a|BM.{4}\0{4}|RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|msf1|avif)", re.DOTALL
)
_DATA_URL_OF_JWS = re.compile(r"data:application/(?:[dv]c[a-z+-]{0,20}[+-])?jwt(;base64)?,(.+)", re.DOTALL)
#: The registered claims that a JWS of a credential has beside the credential's own members.
CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat", "aud"})
#: What an SD-JWT has beside them, once all that is shown is in its place.
_CLAIMS_OF_SD_JWT = CLAIMS | {"cnf"}

#: `badges.pdf.attachments.attached_text`, or a function that does the same within a limit of time.
PdfReader = Callable[[bytes], BakedText]
#: Where the credential is in the payload of a JWS: in the claim `vc` (VCDM 1.1), or the payload itself (2.0).
JwsLayout = Literal["vc_claim", "payload"]


def looks_like_picture(file: bytes) -> bool:
    """Whether the bytes are a picture of pixels, which may show a QR code."""
    return file.startswith(SIGNATURE) or _CONVERTED_PICTURE.match(file) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """What was read from a file, from a response, or from a text inside another document.

    `finding` says how it was read, or why not. `document` is all of it, with proof or claims; `credential` is what
    those are about. `address` is set for a badge of Open Badges 1.x or 2.0 that consists of its address only, and for
    one that was read at an address and names none itself. `sd_jwt` has the parts of an SD-JWT, which counts as a JWS
    otherwise.
    """

    finding: Finding
    secured: SecuredCredential | None = None
    document: Json = field(default_factory=dict)
    credential: Json = field(default_factory=dict)
    jws_layout: JwsLayout | None = None
    address: str | None = None
    sd_jwt: SdJwt | None = None

    @property
    def is_jws(self) -> bool:
        return self.secured is not None and self.secured.media_type == JWS_TYPE


def parse_file(file: bytes, read_pdf: PdfReader = attached_text) -> ParsedFile:
    """What the bytes hold; `finding` failed where that is not one document that all readers read in the same way."""
    if not file.strip():
        return ParsedFile(finding=failed("empty"))
    if len(file) > MAX_BYTES:
        return ParsedFile(finding=failed("too_large"))
    try:
        # By content, never by file name or media type, which the sender chooses.
        if file.startswith(SIGNATURE):
            return _parse_baked(baked_text(file), "read_png")
        if looks_like_pdf(file):
            return _parse_baked(read_pdf(file), "read_pdf")
        if _CONVERTED_PICTURE.match(file):
            return ParsedFile(finding=failed("converted_picture"))
        return _parse_file_of_text(file)
    except (PictureError, NotBakedError) as error:
        return ParsedFile(finding=failed(error.code, str(error)))
    except UnicodeDecodeError:
        return ParsedFile(finding=failed("not_a_badge"))


def _parse_file_of_text(file: bytes) -> ParsedFile:
    """What a file of text holds: an SVG, JSON, a JWS, or a list of one of these. Raises UnicodeDecodeError.

    Encodings, lists and characters around a JWS are no matter of the badge: a warning says that other programs may not
    read the file.
    """
    text, is_utf_8 = decoded(file)
    content = text.encode()
    if _WEB_PAGE.match(content[:2_000]):
        return ParsedFile(finding=failed("web_page"))
    if svg.looks_like_svg(content):
        parsed = _parse_baked(svg.baked_text(content), "read_svg")
        return parsed if is_utf_8 else _unusual(parsed)
    if text.lstrip().startswith("["):
        return _unusual(_parse_list(text))
    unwrapped = unwrapped_jws(text)
    parsed = parse_text(unwrapped)
    return parsed if is_utf_8 and unwrapped.strip() == text.strip() else _unusual(parsed)


def _unusual(parsed: ParsedFile) -> ParsedFile:
    """The same with a warning, where it was read without one."""
    is_passed = parsed.finding.outcome == "passed"
    return replace(parsed, finding=warning("unusual_text")) if is_passed else parsed


def _parse_list(text: str) -> ParsedFile:
    """The only member of a JSON list."""
    try:
        members = read_list(text)
    except ProofError as error:
        return ParsedFile(finding=failed("unreadable_json", str(error)))
    if len(members) != 1:
        return ParsedFile(finding=failed("several_credentials" if members else "no_credential"))
    return _parse_presented(members[0])


def parse_response(body: bytes) -> ParsedFile:
    """What a host served as text, such as a status list or a refreshed credential. Raises UnicodeDecodeError."""
    return parse_text(body.removeprefix(BOM_UTF8).decode())


def parse_text(text: str) -> ParsedFile:
    """What a text holds: JSON, a compact JWS, or an SD-JWT."""
    text = text.strip()
    secured = secured_from(text)
    try:
        if looks_like_sd_jwt(text):
            return _parse_sd_jwt(secured)
        if secured.media_type == JWS_TYPE:
            return _parse_jws(secured)
        return _parse_json(secured)
    except (ProofError, ValueError) as error:
        if secured.media_type != JWS_TYPE:
            return ParsedFile(finding=failed("unreadable_json", str(error)))
        return ParsedFile(
            finding=failed(
                "unreadable_jws" if _JWS.fullmatch(text) or looks_like_sd_jwt(text) else "not_a_badge",
                str(error),
            )
        )


def parse_document(document: Json) -> ParsedFile:
    """The credential that is an object inside another document, such as a presentation."""
    return parse_text(as_text(document))


def _parse_baked(baked: BakedText, code: str) -> ParsedFile:
    # Open Badges 1.x could bake only the address of the assertion; a newer badge is never an address alone.
    if baked.keyword == LEGACY_KEYWORD and is_web_address(baked.text.strip()):
        return ParsedFile(finding=passed(code), address=baked.text.strip())
    parsed = parse_text(baked.text)
    if parsed.secured is None:
        return parsed
    finding = parsed.finding
    if finding.outcome == "passed":
        finding = passed(code) if baked.plain else warning("baked_unusually")
    return replace(parsed, finding=finding)


def _parse_json(secured: SecuredCredential) -> ParsedFile:
    document = read_object(secured.text)
    if kind_of(document) == "presentation":
        return _parse_presentation(document)
    if "EnvelopedVerifiableCredential" in types(document):
        return _parse_presented(document)
    credential = {name: value for name, value in document.items() if name != "proof"}
    return ParsedFile(finding=passed("read_json"), secured=secured, document=document, credential=credential)


def _parse_jws(secured: SecuredCredential) -> ParsedFile:
    segments = _JWS.fullmatch(secured.text)
    if segments is None:
        raise ValueError("this is neither JSON nor a compact JWS")
    payload = read_object(from_base64url(segments[1]).decode())
    presentation = payload.get("vp", payload)
    if isinstance(presentation, dict) and kind_of(presentation) == "presentation":
        return _parse_presentation(presentation)
    layout: JwsLayout = "vc_claim" if isinstance(payload.get("vc"), dict) else "payload"
    credential = (
        payload["vc"]
        if layout == "vc_claim"
        else {name: value for name, value in payload.items() if name not in CLAIMS}
    )
    return ParsedFile(
        finding=passed("read_jws"),
        secured=secured,
        document=payload,
        credential=credential,
        jws_layout=layout,
    )


def _parse_sd_jwt(secured: SecuredCredential) -> ParsedFile:
    """An SD-JWT with what is shown of it. Raises ProofError, and ValueError."""
    sd_jwt = split(secured.text)
    payload = read_object(from_base64url(sd_jwt.jwt.split(".")[1]).decode())
    credential = _shown_of(payload, sd_jwt.disclosures)
    if credential is None:
        # What that means only the check of the proof can say. Nothing of what is disclosed is believed until then.
        credential = _shown_of(payload, ()) or payload
    return ParsedFile(
        finding=passed("read_sd_jwt"),
        secured=secured,
        document=payload,
        credential=credential,
        jws_layout="payload",
        sd_jwt=sd_jwt,
    )


def _shown_of(payload: Json, disclosures: tuple[str, ...]) -> Json | None:
    """The credential with what is disclosed; None where the disclosures, or the claims, are not as they should be."""
    try:
        shown = processed(payload, disclosures).claims
        credential = as_credential(shown)
    except ProofError:
        return None
    if credential is not shown:
        return credential
    return {name: value for name, value in shown.items() if name not in _CLAIMS_OF_SD_JWT}


def _parse_presentation(document: Json) -> ParsedFile:
    """The only credential of a presentation, with a warning: the presentation's own proof is not checked."""
    presented = as_list(document.get("verifiableCredential"))
    if len(presented) != 1:
        return ParsedFile(finding=failed("several_credentials" if presented else "no_credential"))
    parsed = _parse_presented(presented[0])
    if parsed.secured is None:
        return parsed
    return replace(parsed, finding=warning("read_presentation"))


def _parse_presented(presented: object) -> ParsedFile:
    """A member of `verifiableCredential` or of a list: a JWS, an object with its proof, or an enveloped credential.

    An object that is a presentation again is refused: it has no meaning in VCDM.
    """
    if isinstance(presented, str):
        return parse_text(presented)
    if not isinstance(presented, dict) or kind_of(presented) == "presentation":
        return ParsedFile(finding=failed("no_credential"))
    if "EnvelopedVerifiableCredential" in types(presented):
        data_url = _DATA_URL_OF_JWS.fullmatch(str(presented.get("id")))
        if data_url is None:
            return ParsedFile(finding=failed("no_credential"))
        text = unquote(data_url[2])
        text = b64decode(text).decode() if data_url[1] else text
        is_token = _JWS.fullmatch(text) or looks_like_sd_jwt(text)
        return parse_text(text) if is_token else ParsedFile(finding=failed("no_credential"))
    return parse_document(presented)
