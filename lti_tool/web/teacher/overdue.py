"""Why a badge cannot be chosen now: its review is overdue, and its issuer wants nobody to begin with it until then."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lti_tool.review_dates.standing import Standing, is_stopped, standings
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.teacher.rule_form import Problem
from lti_tool.web.translation import gettext as _


def review_problem(session: Session, row: TemplateVersion) -> Problem | None:
    """What is said where the badge was chosen for a further course; None where it can be."""
    tool = current_tool()
    # The issuer of the badge says so, which need not be that of the course.
    issuer = tool.issuers.of(session, row.issuer_id).profile
    if not is_stopped(session, row, issuer, issuer.day_of(tool.clock())):
        return None
    return Problem(
        sentence=_(
            "This badge cannot be chosen at the moment: its review is overdue. Choose another one, or ask whoever "
            "is responsible for it to record a review."
        )
    )


def review_standings(session: Session, template_ids: Collection[str]) -> Mapping[str, Standing]:
    """The standings of badges that are offered, by their templates, each as its own issuer has it.

    They are those of the newest versions, whichever one a course awards: it is the template that is reviewed.
    """
    tool = current_tool()
    rows = queries.reviews.offered_among(session, template_ids)
    now, found = tool.clock(), dict[str, Standing]()
    for issuer_id in {row.issuer_id for row in rows}:
        issuer = tool.issuers.of(session, issuer_id).profile
        own = [row for row in rows if row.issuer_id == issuer_id]
        found |= standings(session, own, issuer, issuer.day_of(now))
    return found
