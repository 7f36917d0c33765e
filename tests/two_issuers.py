"""A course of the first issuer in which a second one awards its badge too, to the same people."""

from __future__ import annotations

from lti_tool.awarding import permissions, placing
from lti_tool.conditions.tree import all_of
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import ResourceLink
from tests.fixtures import OPENED_TO_THEM, ZANE, AnotherIssuer, add_another_issuer, launch_of


def add_awarding_issuer(tool, course_id=1) -> AnotherIssuer:
    """DAUGAVA, which is permitted in the course, with a rule of its own there beside the one that there is."""
    added = add_another_issuer(tool)
    now = tool.clock()
    with tool.store.begin() as session:
        permissions.permit(session, tool.issuers.of(session, added.id), 1, course_id, now)
        sessions.start_session(session, launch_of(ZANE, 1, resource_link_id="2"), now)
        placing.choose(
            session,
            session.query(ResourceLink).filter_by(link_id="2").one(),
            queries.templates.published_template(session, added.template_id, 1, course_id),
            all_of([OPENED_TO_THEM]),
            by_id=queries.people.person_of(session, 1, ZANE.user_id).id,
            now=now,
        )
    return added
