"""What a reader is told of the data that is kept: made of the record of processing and what holds here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.issuing.privacy_policy import PrivacyPolicy
from lti_tool.privacy.periods import Periods
from lti_tool.privacy.record import Kind, TableRecord, record_of_processing, words_of_record


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTold:
    """One kind of data in words: what, why, on which legal basis, how long, who gets it, what erasure does with it.

    `tables` are the names of the tables that hold it.
    """

    what: str
    why: str
    basis: str
    how_long: str
    receivers: Sequence[str]
    erasure: Sequence[str]
    tables: Sequence[str]


def kinds_told(policy: PrivacyPolicy, periods: Periods, language: str) -> Sequence[KindTold]:
    """Every kind of data that is kept of people, in the language."""
    words = words_of_record(language)
    by_kind: dict[Kind, list[TableRecord]] = {}
    for table in record_of_processing().values():
        if table.kind is not None:
            by_kind.setdefault(table.kind, []).append(table)
    return [
        KindTold(
            what=words["kinds"][kind.name]["what"],
            why=words["kinds"][kind.name]["why"],
            basis=words["bases"][kind.basis],
            how_long=_how_long(kind, policy, periods, language),
            receivers=[words["receivers"][each] for each in kind.receivers],
            erasure=[words["erasure"][each] for each in dict.fromkeys(table.erasure for table in tables)],
            tables=[table.name for table in tables],
        )
        for kind, tables in by_kind.items()
    ]


def _how_long(kind: Kind, policy: PrivacyPolicy, periods: Periods, language: str) -> str:
    words = words_of_record(language)
    years = policy.awards_years
    told = words["years"]["unlimited" if years is None else "limited"].format(years=years)
    if policy.awards_kept_by_law:
        told += f". {words['years']['by_law'].format(law=policy.awards_kept_by_law)}"
    period: str = words["periods"][kind.kept]
    return period.format(days=periods.days.get(kind.kept, ""), years=told)
