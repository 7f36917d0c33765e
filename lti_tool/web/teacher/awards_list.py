"""Who has a badge of the course, a part of the list at a time: those that need the teacher are in its first parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.issuing.signed_content import signed_content
from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.dead_jobs import DeadOfAwards
from lti_tool.store.models import Award, AwardRule
from lti_tool.web.current import current_tool
from lti_tool.web.paging import AWARDS, PAGE_SIZE, Part, asked_part


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAwards:
    """The awards of the part that is shown. `counts` are those of the whole list by status.

    `dead` names those that could not be issued, or sent. `outdated` are the ids of those whose badge names its learner
    otherwise than the platform does now.
    """

    part: Part
    awards: Sequence[Award]
    counts: Mapping[str, int]
    dead: DeadOfAwards
    outdated: Collection[int]


def listed_awards(session: Session, rule: AwardRule) -> ListedAwards:
    """The part of the rule's awards that the form asks for."""
    now = current_tool().clock()
    counts = queries.course_page.counts_of_rule(session, rule.id)
    part = asked_part(AWARDS, rule.id, sum(counts.values()))
    awards = (
        queries.course_page.listed_awards(session, rule.id, now, after=part.after, most=PAGE_SIZE)
        if part.total
        else []
    )
    return ListedAwards(
        part=part,
        awards=awards,
        counts=counts,
        dead=dead_jobs.dead_of_awards(session, [award.id for award in awards]),
        outdated=[award.id for award in awards if is_outdated(award, now)],
    )


def is_outdated(award: Award, now: datetime) -> bool:
    credential, person = award.credential, award.person
    return (
        award.status == "issued"
        and credential is not None
        and not credential.has_expired(now)
        # Only then the signed text is read: it says whether that is another name than the one that was signed.
        and person.renamed_at is not None
        and person.renamed_at > credential.issued_at
        and not signed_content(credential.text).is_of(person.name, person.email)
    )
