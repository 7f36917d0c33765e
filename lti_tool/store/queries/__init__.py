"""All queries of the database, a file for each subject: `queries.awards.award(session, 1)`."""

from lti_tool.store.queries import (
    awards,
    corrections,
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
    proved_addresses,
    rules,
    sharing,
    templates,
)

__all__ = [
    "awards",
    "corrections",
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
    "proved_addresses",
    "rules",
    "sharing",
    "templates",
]
