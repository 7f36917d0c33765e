"""All queries of the database, a file for each subject: `queries.awards.award(session, 1)`."""

from lti_tool.store.queries import (
    awards,
    course_page,
    credentials,
    events,
    hand_awards,
    identity_checks,
    issuers,
    mails,
    observations,
    people,
    platforms,
    rules,
    templates,
)

__all__ = [
    "awards",
    "course_page",
    "credentials",
    "events",
    "hand_awards",
    "identity_checks",
    "issuers",
    "mails",
    "observations",
    "people",
    "platforms",
    "rules",
    "templates",
]
