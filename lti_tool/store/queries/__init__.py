"""Every question the tool asks of its database, a file a subject: `queries.awards.award(session, 1)`."""

from lti_tool.store.queries import awards, credentials, issuers, people, platforms, rules, templates

__all__ = ["awards", "credentials", "issuers", "people", "platforms", "rules", "templates"]
