"""The privacy report: the record of processing of one issuer as Markdown, with the periods and numbers that hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.issuing.issuer import Issuer
from lti_tool.privacy.notice import KindTold, kinds_told
from lti_tool.privacy.periods import Periods
from lti_tool.privacy.record import words_of_record
from lti_tool.store import Session, queries


def report_of(session: Session, issuer: Issuer, periods: Periods, language: str, now: datetime) -> str:
    """The sheet, for a data-protection officer to file. It holds numbers and names nobody.

    Numbers of rows are of the installation, whose issuers share its tables.
    """
    words = words_of_record(language)["report"]
    policy = issuer.privacy
    told = kinds_told(policy, periods, language)
    lines = [
        f"# {words['title']}: {issuer.profile.name_in(language)}",
        "",
        f"- {words['made_at']}: {now:%Y-%m-%d %H:%M} UTC",
        f"- {words['tool']}: {issuer.addresses.tool_url}",
        f"- {words['contact']}: {policy.contact or words['none']}",
        f"- {words['notice']}: {policy.notice_url or words['none']}",
        f"- {words['erased']}: {queries.personal_data.count_erased(session)}",
        "",
        f"## {words['kinds']}",
    ]
    for kind in told:
        lines += ["", *_kind_lines(session, kind, words)]
    lines += ["", f"## {words['rights']}", "", words["rights_text"].strip(), ""]
    return "\n".join(lines)


def _kind_lines(session: Session, kind: KindTold, words: dict[str, str]) -> Sequence[str]:
    counts = ", ".join(f"{name} ({queries.personal_data.count_rows(session, name)})" for name in kind.tables)
    return [
        f"### {kind.what}",
        "",
        f"- {words['why']}: {kind.why}",
        f"- {words['basis']}: {kind.basis}",
        f"- {words['how_long']}: {kind.how_long}",
        f"- {words['receivers']}: {', '.join(kind.receivers)}",
        f"- {words['erasure']}: {'; '.join(kind.erasure)}",
        f"- {words['tables']}: {counts}",
    ]
