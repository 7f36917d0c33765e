"""The report of an issuer's year: made once, after the year has ended, and never again.

Two reports of the same awards, made on two days, would tell in their difference who was erased or revoked meanwhile.
So whoever asks again gets the first, and what happens to an award later changes no report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.statistics.categories import DIMENSIONS, Dimension, categories_of
from lti_tool.statistics.cross_reading import AwardClass, tables_of
from lti_tool.statistics.groups import Group, sum_of
from lti_tool.statistics.protection import Table
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import StatisticsReport
from lti_tool.values import Json

#: An award of the last minutes of a year is stored a moment later.
_CLOSES_AFTER = timedelta(days=1)
#: No more years are offered than an institution reports on.
MOST_YEARS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told of a year. `total`: the awards of the year; None where too few people have them.

    `tables`: of each dimension; None where nothing can be shown.
    """

    year: int
    total: int | None
    tables: Mapping[Dimension, Table | None]

    def as_json(self) -> Json:
        """The report as JSON, as it is stored and given out."""
        return {
            "year": self.year,
            "total": self.total,
            "tables": {
                name: {"rows": [list(row) for row in table.rows], "together": table.together}
                if table is not None
                else None
                for name, table in self.tables.items()
            },
        }


def read_report(body: Mapping[str, Any]) -> Report:
    """The report as it was stored. A table that came to be later was not made then."""
    tables = {name: body["tables"].get(name) for name in DIMENSIONS}
    return Report(
        year=body["year"],
        total=body["total"],
        tables={
            name: Table(rows=[(code, number) for code, number in found["rows"]], together=found["together"])
            if found
            else None
            for name, found in tables.items()
        },
    )


def closed_years(session: Session, issuer: Issuer, now: datetime) -> Sequence[int]:
    """The years of which a report can be made, the newest first: those with the issuer's first award and all since."""
    first = queries.statistics.first_award(session, issuer.id)
    if first is None:
        return ()
    begins, ends = issuer.profile.day_of(first).year, issuer.profile.day_of(now - _CLOSES_AFTER).year
    return range(ends - 1, begins - 1, -1)[:MOST_YEARS]


def make(session: Session, issuer: Issuer, year: int, now: datetime, by: Actor) -> StatisticsReport:
    """The report of that year: the one that was made, or else a new one, and then that is an event.

    Raises NotFoundError where there is none, and the year has not ended, or has no awards before or after it.
    """
    row = queries.statistics.report(session, issuer.id, year)
    if row is not None:
        return row
    if year not in closed_years(session, issuer, now):
        raise NotFoundError("there is no report of that year yet")
    made = StatisticsReport(
        issuer_id=issuer.id, year=year, body=_counted(session, issuer, year).as_json(), made_at=now
    )
    kept = queries.statistics.keep_first(session, made)
    if kept is made:
        events.record(session, "statistics_made", "year", year, now, actor=by, issuer_id=issuer.id)
    return kept


def _counted(session: Session, issuer: Issuer, year: int) -> Report:
    classes = _classes(session, issuer, year)
    whole = sum_of(classes.values())
    if whole.is_small:
        return Report(year=year, total=None, tables=dict.fromkeys(DIMENSIONS))
    return Report(year=year, total=whole.badges, tables=tables_of(classes))


def _classes(session: Session, issuer: Issuer, year: int) -> Mapping[AwardClass, Group]:
    """The awards of the issuer's year by what they are."""
    zone = issuer.profile.zone
    since, until = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    found: dict[AwardClass, Group] = {}
    known: dict[tuple[int, int, int], AwardClass] = {}
    for row in queries.statistics.awards_between(session, issuer.id, since, until):
        kind = (row.template_version_id, row.rule_version_id, row.is_revoked)
        if kind not in known:
            template = stored_template(queries.statistics.template_body(session, row.template_version_id))
            tree = queries.statistics.rule_tree(session, row.rule_version_id)
            categories = categories_of(template, tree, row.is_revoked)
            known[kind] = tuple(categories[dimension] for dimension in DIMENSIONS)
        found.setdefault(known[kind], Group()).add(row.awards, [row.person_id])
    return found
