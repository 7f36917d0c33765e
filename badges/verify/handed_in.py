"""parse_handed_in: the one badge in what a person hands in: a badge file, a ZIP or an e-mail with one, or its address.

What was taken out of something else, or fetched, is judged like any badge file: neither an address nor a mail proves
anything about the badge in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from badges.bake import MAX_BYTES
from badges.containers import UnpackedFile, Unpacker, looks_like_mail, looks_like_zip, unpacked_files
from badges.errors import BudgetSpentError, PictureError
from badges.foreign_json import kind_of
from badges.pdf.attachments import attached_text
from badges.qr_codes import texts_in_picture
from badges.verify.files import ParsedFile, PdfReader, looks_like_picture, parse_file
from badges.verify.handed_in_address import address_in
from badges.verify.lookups import Lookups
from badges.verify.open_badges_2 import names_no_address
from badges.verify.qr_code_texts import address_in_codes
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown
from badges.verify.served import NotServedError, Served, ask, authority
from signing.absent import is_absent

#: Codes of a file in which nothing looks like a badge. At an address they have a sentence of their own.
_NOTHING = frozenset({"empty", "not_a_badge", "no_credential"})
#: Codes of a file that is surely not the badge among other files.
_SOMETHING_ELSE = _NOTHING | {"web_page"}
#: Codes of a picture without a badge, which may be a photo of the QR code that leads to one.
_NO_BADGE_IN_PICTURE = frozenset({"converted_picture", "no_credential"})
#: Codes of a file that holds several badges.
_SEVERAL = frozenset({"two_credentials", "several_credentials"})


#: `badges.qr_codes.texts_in_picture`, or a function that does the same within a limit of time.
QrReader = Callable[[bytes], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How to read the kinds of files whose libraries have no limit of time: see `verify`."""

    read_pdf: PdfReader = attached_text
    unpack: Unpacker = unpacked_files
    read_qr_codes: QrReader = texts_in_picture


def parse_handed_in(file: bytes, lookups: Lookups, readers: Readers) -> ParsedFile:
    """The badge; `finding` is failed where there is not exactly one, unknown where that could not be found out."""
    try:
        address = address_in(file)
        if address is not None:
            return _parse_fetched(address, lookups, readers, _read_at)
        parsed = _parse(file, readers)
        is_photo = parsed.finding.code in _NO_BADGE_IN_PICTURE and looks_like_picture(file)
        if not is_photo:
            return parsed
        codes = address_in_codes(readers.read_qr_codes(file))
        if codes.address is not None:
            return _parse_fetched(codes.address, lookups, readers, _read_in_photo)
        return parsed if codes.why_not is None else ParsedFile(finding=codes.why_not)
    except BudgetSpentError:
        return ParsedFile(finding=unknown(LIMIT_REACHED))


def _parse(file: bytes, readers: Readers) -> ParsedFile:
    is_zip = looks_like_zip(file)
    if len(file) > MAX_BYTES or not (is_zip or looks_like_mail(file)):
        return parse_file(file, readers.read_pdf)
    try:
        return _parse_unpacked(readers.unpack(file), "read_zip" if is_zip else "read_mail", readers)
    except PictureError as error:
        return ParsedFile(finding=failed(error.code, str(error)))


def _parse_unpacked(files: Sequence[UnpackedFile], code: str, readers: Readers) -> ParsedFile:
    """The only badge among the files. Several files of one badge, such as a picture, its JSON and a JWT, count once.

    Of these the first with a proof is judged: the same badge without one may lie beside it.
    """
    badges: dict[str, tuple[str, ParsedFile]] = {}
    others: list[ParsedFile] = []
    for file in files:
        parsed = parse_file(file.content, readers.read_pdf)
        if parsed.finding.code in _SEVERAL:
            return ParsedFile(finding=failed("several_credentials"))
        if _is_badge(parsed):
            what_it_says = _what_it_says(parsed)
            if what_it_says not in badges or not _has_proof(badges[what_it_says][1]):
                badges[what_it_says] = (file.name, parsed)
        elif parsed.finding.code not in _SOMETHING_ELSE and not _is_hidden(file.name):
            others.append(parsed)
    if len(badges) > 1:
        return ParsedFile(finding=failed("several_credentials"))
    if badges:
        ((name, badge),) = badges.values()
        return _as_read(badge, passed(code, name))
    # Of a single picture that was damaged or converted, its own finding says more.
    return others[0] if len(others) == 1 else ParsedFile(finding=failed("no_credential"))


def _read_at(address: str) -> Finding:
    return passed("read_address", address)


def _read_in_photo(address: str) -> Finding:
    return passed("read_qr_code", address)


def _parse_fetched(
    address: str, lookups: Lookups, readers: Readers, found: Callable[[str], Finding]
) -> ParsedFile:
    """The badge that is served at the address, also where it leads on; `found` says how the address was handed in.

    Raises BudgetSpentError.
    """
    try:
        served = _served(urldefrag(address).url, lookups)
    except NotServedError as error:
        return ParsedFile(finding=_why_not(error.finding))
    if served.status != 200:
        # A badge of Open Badges 2.0 that was revoked may be served no more: that is judged where such badges are.
        is_gone = served.status == 410 or b'"revoked"' in served.body
        finding = found(address) if is_gone else unknown("address_not_reached", address)
        return ParsedFile(finding=finding, address=address if is_gone else None)
    parsed = _parse(served.body, readers)
    if parsed.finding.code in _NOTHING:
        return ParsedFile(finding=failed("no_badge_at_address", served.address))
    if parsed.finding.code == "read_json" and names_no_address(parsed.credential):
        parsed = replace(parsed, address=served.asked)
    return _as_read(parsed, found(served.address))


def _served(address: str, lookups: Lookups) -> Served:
    """What the address serves. Raises NotServedError, and BudgetSpentError."""
    if lookups.fetch is not None and not authority(address):
        # Without TLS only what is at hand can be had, such as a badge of this site itself.
        with suppress(Exception):
            return Served(asked=address, address=address, status=200, body=lookups.fetch(address))
    return ask(address, lookups)


def _why_not(finding: Finding) -> Finding:
    """The finding of `served` in words for an address that was handed in."""
    match finding.code:
        case "hosted_not_asked":
            return unknown("address_not_asked", finding.detail)
        case "hosted_without_tls":
            return unknown("address_not_https", finding.detail)
        case code if code == LIMIT_REACHED:
            return finding
        case _:
            return unknown("address_not_reached", finding.detail)


def _as_read(badge: ParsedFile, finding: Finding) -> ParsedFile:
    """The badge with the finding on how it arrived; a remark on the badge file itself, or a refusal, is kept."""
    return replace(badge, finding=finding) if badge.finding.outcome == "passed" else badge


def _is_badge(parsed: ParsedFile) -> bool:
    """Whether it claims to be a badge, or has the address of one: other JSON may lie beside a badge."""
    return parsed.address is not None or (
        parsed.secured is not None and kind_of(parsed.credential) != "other"
    )


def _has_proof(badge: ParsedFile) -> bool:
    return badge.is_jws or not is_absent(badge.document.get("proof"))


def _what_it_says(badge: ParsedFile) -> str:
    """The credential as a text, without its proof: as long as these are equal, all readers are shown the same."""
    return badge.address or json.dumps(badge.credential, sort_keys=True)


def _is_hidden(name: str) -> bool:
    """Whether a file in a ZIP was added by a file manager, not by a person."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
