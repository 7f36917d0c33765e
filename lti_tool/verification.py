"""verify_file: the Report on a file from a stranger, within one budget for all that it makes this machine do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from badges.bake import BakedText
from badges.containers import UnpackedFile
from badges.errors import HttpStatusError
from badges.verify import Budget, FetchInTime, ProofChecker, Report, RevokedChecker, verify
from lti_tool import bounded_process
from lti_tool.errors import StatusError
from signing import did
from signing.json_text import Json
from signing.keys import VerificationMethod
from signing.proofs import check as check_any_proof


def verify_file(
    file: bytes,
    fetch: FetchInTime,
    budget: Budget,
    now: datetime,
    *,
    recipient: str | None = None,
    check_proof: ProofChecker = check_any_proof,
    is_revoked: RevokedChecker | None = None,
) -> Report:
    """The Report on a file, as of `now`; the parameters are those of `badges.verify.verify`. Never raises.

    Keys, status lists and other documents come from `fetch`, which spends the budget. Schemas, PDF files, ZIP files,
    e-mails and photos are read in processes that end with it.
    """
    fetch_within_budget = budget.limited(_telling_status(fetch))

    def find_key(verification_method: str, issuer_id: str) -> VerificationMethod:
        return did.find_key(verification_method, issuer_id, fetch_within_budget)

    def find_schema_breach(document: Json, schema: Json) -> str | None:
        return bounded_process.find_schema_breach(document, schema, budget.seconds_left())

    def read_pdf(file: bytes) -> BakedText:
        return bounded_process.attached_text(file, budget.seconds_left())

    def unpack(file: bytes) -> Sequence[UnpackedFile]:
        return bounded_process.unpacked_files(file, budget.seconds_left())

    def read_qr_codes(file: bytes) -> Sequence[str]:
        return bounded_process.texts_in_picture(file, budget.seconds_left())

    return verify(
        file,
        find_key,
        fetch_within_budget,
        now,
        fetch=fetch_within_budget,
        budget=budget,
        recipient=recipient,
        check_proof=check_proof,
        find_schema_breach=find_schema_breach,
        is_revoked=is_revoked,
        read_pdf=read_pdf,
        unpack=unpack,
        read_qr_codes=read_qr_codes,
    )


def _telling_status(fetch: FetchInTime) -> FetchInTime:
    """The same function, which raises `badges.errors.HttpStatusError` where `fetch` raises StatusError.

    Badges of Open Badges 2.0 need it: their address may have moved, and 410 means that they are revoked.
    """

    def fetch_or_tell(url: str, seconds: float) -> bytes:
        try:
            return fetch(url, seconds)
        except StatusError as error:
            raise HttpStatusError(error.status, location=error.location, body=error.body) from error

    return fetch_or_tell
