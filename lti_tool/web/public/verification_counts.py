"""Counts what strangers check: for monitoring by verdict, and genuine badges of an issuer of ours by its day."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from badges.foreign_json import object_at, text
from badges.verify import Report
from lti_tool.logs import log
from lti_tool.store import queries
from lti_tool.web.counters import count_verification
from lti_tool.web.current import current_tool
from lti_tool.web.public.verification_answers import answers_of


def count_check(report: Report) -> None:
    """Counts a file of anybody's that was verified. A forged badge in an issuer's name is none of the issuer's."""
    count_verification(report.verdict)
    tool = current_tool()
    found = answers_of(report, tool.issuers.is_own)
    if not (report.shown and found.is_own and found.is_proven):
        return
    did = report.shown["issuer"]
    if not isinstance(did, str):
        did = text(object_at(report.shown, "issuer"), "id")
    try:
        with tool.store.begin() as session:
            issuer_id = queries.verifications.issuer_with_did(session, did or "")
            if issuer_id is not None:
                profile = tool.issuers.of(session, issuer_id).profile
                day = profile.day_of(tool.clock()).isoformat()
                queries.verifications.count_one(session, issuer_id, day)
    except DBAPIError as error:
        # Whoever checks a badge gets the answer, whether it can be counted or not.
        log.warning("verification_not_counted", error=type(error).__name__)
